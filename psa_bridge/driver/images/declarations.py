"""What headers declare, read from preprocessed text: functions, variables, types and macros, with their places.

This is for reports, for names and for choosing what to ask the compiler.  Whether a type is
right is decided by the compiler alone (:mod:`psa_bridge.driver.images.probe`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from psa_bridge.driver.findings import Place

MARK = "psab_mark_"
"""Identifiers with this prefix, put between includes, tell which conditions held."""


@dataclass(frozen=True)
class Declaration:
    """A name declared at file scope. ``kind`` is function, inline (with a body), variable or type."""

    name: str
    kind: str
    text: str
    place: Place


@dataclass(frozen=True)
class Macro:
    """A macro definition. ``parameters`` is None for an object-like macro."""

    name: str
    parameters: tuple[str, ...] | None
    body: str
    place: Place


@dataclass
class Survey:
    """What preprocessed headers contain.

    ``files`` lists every header that was read; ``unfinished`` is a declaration that the headers begin
    and do not end, and where it begins.  ``labels`` are the symbols of functions declared with asm("...").
    """

    declarations: dict[str, Declaration] = field(default_factory=dict)
    macros: dict[str, Macro] = field(default_factory=dict)
    types: dict[str, Declaration] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)
    unfinished: tuple[str, Place] | None = None
    labels: dict[str, str] = field(default_factory=dict)

    def symbol(self, name: str) -> str:
        """What a function is called in objects, which an asm label may have changed."""
        return self.labels.get(name, name)

    def knows(self, name: str) -> bool:
        """Whether a function, a variable or a macro of this name exists."""
        return name in self.declarations or name in self.macros

    def has_definition(self, name: str) -> bool:
        """Whether the headers alone are enough to call it."""
        declaration = self.declarations.get(name)
        return name in self.macros or (declaration is not None and declaration.kind == "inline")


_LINE_MARKER = re.compile(r'^# (\d+) "((?:[^"\\]|\\.)*)"')
_DEFINE = re.compile(r"^#define (\w+)(\(([^)]*)\))?\s*(.*)$")
_UNDEF = re.compile(r"^#undef (\w+)")
_TOKEN = re.compile(r"""\s*(?:([A-Za-z_]\w*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\d[\w.]*)|(.))""", re.DOTALL)
_ATTRIBUTES = frozenset(
    ("__attribute__", "__attribute", "__asm__", "__asm", "asm", "__declspec", "_Alignas", "__extension__")
)
_ASM = frozenset(("__asm__", "__asm", "asm"))
_TAGS = frozenset(("struct", "union", "enum"))


def parse(text: str) -> Survey:
    """Read the output of ``cc -E -dD``."""
    survey = Survey()
    seen: set[str] = set()
    for tokens, place in _statements(text, survey, seen):
        _record(survey, tokens, place)
    survey.files = [name for name in seen if not name.startswith("<")]
    return survey


def _statements(text: str, survey: Survey, seen: set[str]) -> Iterator[tuple[list[str], Place]]:
    """Top-level declarations as token lists; marks and macros go to the survey as they are met."""
    file, line = "", 0
    splitter = _Splitter()
    for raw in text.splitlines():
        marker = _LINE_MARKER.match(raw)
        if marker:
            line, file = int(marker[1]), _unescape(marker[2])
            seen.add(file)
            continue
        if raw.startswith("#"):
            _directive(survey, raw, Place(file, "", line))
        elif raw.strip().startswith(MARK):
            survey.marks.add(raw.strip()[len(MARK) :])
            survey.unfinished = survey.unfinished or splitter.unfinished()
        else:
            yield from splitter.feed(raw, Place(file, "", line))
        line += 1


class _Splitter:
    """Cuts a stream of tokens into declarations; a body is shortened to ``{ }``."""

    def __init__(self) -> None:
        self._tokens: list[str] = []
        self._start = Place()
        self._depth = 0

    def unfinished(self) -> tuple[str, Place] | None:
        """How the declaration begins that is not over yet, and where."""
        return (" ".join(self._tokens[:6]), self._start) if self._tokens else None

    def feed(self, line: str, place: Place) -> Iterator[tuple[list[str], Place]]:
        """The declarations that end on this line."""
        for match in _TOKEN.finditer(line):
            token = match[1] or match[2] or match[3]
            if token is None or token.isspace():
                continue
            if self._depth == 0 and not self._tokens:
                self._start = place
            if self._ends(token):
                if self._tokens:
                    yield self._tokens, self._start
                self._tokens = []

    def _ends(self, token: str) -> bool:
        """Take one token; whether it ends a declaration."""
        if token == "{":
            self._depth += 1
            if self._depth == 1:
                self._tokens.append(token)
            return False
        if token == "}":
            self._depth = max(0, self._depth - 1)
            if self._depth == 0:
                self._tokens.append(token)
            return self._depth == 0 and _is_function_body(self._tokens)
        if self._depth == 0 and token != ";":
            self._tokens.append(token)
        return self._depth == 0 and token == ";"


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _directive(survey: Survey, raw: str, place: Place) -> None:
    match = _DEFINE.match(raw)
    if match:
        parameters = tuple(p.strip() for p in match[3].split(",")) if match[2] is not None and match[3] else ()
        survey.macros[match[1]] = Macro(match[1], parameters if match[2] is not None else None, match[4], place)
        return
    match = _UNDEF.match(raw)
    if match:
        survey.macros.pop(match[1], None)


def _is_function_body(tokens: list[str]) -> bool:
    """Whether ``... { }`` ends a definition of a function, as opposed to a type or an initialiser."""
    head = tokens[: tokens.index("{")] if "{" in tokens else []
    if "=" in head or "(" not in _without_attributes(head):
        return False
    return not (head and head[0] == "typedef") and not (len(head) >= 1 and head[-1] in _TAGS)


def _without_attributes(tokens: list[str]) -> list[str]:
    result: list[str] = []
    position = 0
    while position < len(tokens):
        if tokens[position] in _ATTRIBUTES:
            position += 1
            if position < len(tokens) and tokens[position] == "(":
                position = _closing(tokens, position) + 1
            continue
        result.append(tokens[position])
        position += 1
    return result


def _closing(tokens: list[str], start: int) -> int:
    depth = 0
    for position in range(start, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[position], 0)
        if depth == 0:
            return position
    return len(tokens) - 1


def _record(survey: Survey, tokens: list[str], place: Place) -> None:
    body = tokens[-1] == "}" and _is_function_body(tokens)
    plain = _without_attributes(tokens[: tokens.index("{")] if body else tokens)
    if not plain:
        return
    text = spell(plain)
    if plain[0] == "typedef":
        name = _declared_name(plain[1:])
        if name:
            survey.types[name] = Declaration(name, "type", text, place)
        return
    for tag in _TAGS.intersection(plain):
        position = plain.index(tag) + 1
        if position < len(plain) and plain[position].isidentifier():
            name = f"{tag} {plain[position]}"
            survey.types.setdefault(name, Declaration(name, "type", text, place))
    name = _declared_name(plain)
    if not name:
        return
    if label := _label(tokens):
        survey.labels[name] = label
    kind = "inline" if body else ("function" if _is_function(plain, name) else "variable")
    earlier = survey.declarations.get(name)
    if earlier is None or kind == "inline":
        survey.declarations[name] = Declaration(name, kind, text, earlier.place if earlier else place)


def _label(tokens: list[str]) -> str:
    """The symbol that ``asm("...")`` gives to what a declaration declares; empty without."""
    for position, token in enumerate(tokens):
        if token in _ASM and tokens[position + 1 : position + 2] == ["("]:
            strings = tokens[position + 2 : _closing(tokens, position + 1)]
            return "".join(string.strip('"') for string in strings)
    return ""


def _is_function(tokens: list[str], name: str) -> bool:
    position = tokens.index(name)
    return tokens[position + 1 : position + 2] == ["("]


_KEYWORDS = frozenset(
    [
        "const",
        "volatile",
        "restrict",
        "__restrict",
        "__restrict__",
        "static",
        "extern",
        "inline",
        "__inline",
        "__inline__",
        "_Noreturn",
        "struct",
        "union",
        "enum",
        "void",
        "char",
        "short",
        "int",
        "long",
        "float",
        "double",
        "signed",
        "unsigned",
        "_Bool",
        "__const",
    ]
)


def _declared_name(tokens: list[str]) -> str:
    """The name that a declaration declares: of a function, a pointer to one, or the last identifier."""
    head = tokens[: tokens.index("=")] if "=" in tokens else tokens
    for position, token in enumerate(head):
        if token != "(":
            continue
        if position + 1 < len(head) and head[position + 1] == "*":
            inner = head[position + 1 : _closing(head, position)]
            names = [t for t in inner if t.isidentifier() and t not in _KEYWORDS]
            return names[0] if names else ""
        before = head[position - 1] if position else ""
        if before.isidentifier() and before not in _KEYWORDS:
            return before
    flat = [t for t in _without_brackets(head) if t.isidentifier() and t not in _KEYWORDS]
    return flat[-1] if flat else ""


def _without_brackets(tokens: list[str]) -> list[str]:
    result, depth = [], 0
    for token in tokens:
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token, 0)
        if depth == 0:
            result.append(token)
    return result


def spell(tokens: list[str]) -> str:
    """Tokens as readable C."""
    text = " ".join(tokens)
    text = re.sub(r"\s*([,;)\]])", r"\1", text)
    text = re.sub(r"([(\[])\s*", r"\1", text)
    text = re.sub(r"(\w) \(", r"\1(", text)
    return re.sub(r"\* (\w)", r"*\1", text)


def parameters(declaration: Declaration) -> tuple[str, ...] | None:
    """The parameters of a function, or of a pointer to one, as text; None where there is no list."""
    tokens = [m[1] or m[2] or m[3] for m in _TOKEN.finditer(declaration.text)]
    position = tokens.index(declaration.name) + 1 if declaration.name in tokens else len(tokens)
    if position < len(tokens) and tokens[position] == ")":
        position += 1
    if position >= len(tokens) or tokens[position] != "(":
        return None
    end = _closing(tokens, position)
    result: list[list[str]] = [[]]
    depth = 0
    for token in tokens[position + 1 : end]:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token, 0)
        if token == "," and depth == 0:
            result.append([])
        else:
            result[-1].append(token)
    return tuple(spell(part) for part in result if part)


def pointed_type(parameter: str) -> str:
    """The type that a pointer parameter points to, without ``const``: ``const x_t *a`` gives ``x_t``."""
    head, star, _ = parameter.partition("*")
    return " ".join(word for word in head.split() if word not in ("const", "volatile", "__const")) if star else ""
