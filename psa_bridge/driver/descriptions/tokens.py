"""The tokens of C text that a description may contain: identifiers, integers, a few operators.

Everything of a description that reaches generated C is first cut into these tokens and then
written out again from them.  Quotes, backslashes, line breaks, braces, semicolons, ``#``,
comments and non-ASCII characters are no tokens, so they cannot get through.
"""

from __future__ import annotations

import re

MAX_IDENTIFIER = 200

_TOKEN = re.compile(
    r"\s*(?:(?P<number>0[xX][0-9A-Fa-f]+[uUlL]{0,3}|[0-9]+[uUlL]{0,3})(?![A-Za-z0-9_.])"
    r"|(?P<identifier>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\|\||&&|==|!=|<=|>=|<<|>>|[-+*/%&|^~!<>(),]))",
    re.ASCII,
)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)
_SUFFIX = re.compile(r"(?:[uU](?:l|L|ll|LL)?|(?:l|L|ll|LL)[uU]?)?\Z")

KEYWORDS = frozenset(
    """
    auto break case char const continue default do double else enum extern float for goto if inline int long
    register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
    asm typeof alignas alignof bool constexpr false nullptr static_assert thread_local true
    class private public protected template this virtual namespace using try catch throw new delete operator
    friend explicit mutable typename export defined
    and or not xor bitand bitor compl and_eq or_eq not_eq xor_eq
    """.split()  # noqa: SIM905
)
"""Words that are no names in C, in GNU C or in C++, where a driver's header may be read as either."""

OUR_PREFIX = "psab_"


class ExpressionError(ValueError):
    """A text outside the grammar: what is wrong with it, and what would be right."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Tokens:
    """A text cut into tokens, with a reading position."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        stripped = text.rstrip(" ")
        if any(character < " " or character > "~" for character in stripped):
            bad = next(character for character in stripped if character < " " or character > "~")
            raise ExpressionError(f"the character {bad!a} is not allowed here", "use plain ASCII on one line")
        while at < len(stripped):
            match = _TOKEN.match(stripped, at)
            if match is None:
                rest = stripped[at:].lstrip(" ")
                raise ExpressionError(f"unexpected {rest[:20]!a}", "only names, integers and operators are allowed")
            kind = match.lastgroup
            assert kind is not None
            token = match.group(kind)
            if self._tokens and self._tokens[-1][1] == "/" and token in ("/", "*"):
                raise ExpressionError("a comment inside an expression", "remove it")
            self._tokens.append((kind, token))
            at = match.end()
        self._at = 0

    @property
    def kind(self) -> str:
        """The kind of the next token: identifier, number, operator, or end."""
        return self._tokens[self._at][0] if self._at < len(self._tokens) else "end"

    @property
    def peek(self) -> str:
        """The next token; empty at the end."""
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def take(self) -> str:
        """The next token, consumed."""
        token = self.peek
        self._at += 1
        return token

    def expect(self, token: str) -> None:
        """Consume this token or raise."""
        if self.peek != token:
            raise self.unexpected(ascii(token))
        self.take()

    def expect_end(self) -> None:
        """Raise unless everything was read."""
        if self.kind != "end":
            raise self.unexpected("the end")

    def unexpected(self, wanted: str) -> ExpressionError:
        """The error for a next token that does not fit."""
        found = ascii(self.peek[:40]) if self.kind != "end" else "the end of the text"
        return ExpressionError(f"unexpected {found}", f"{wanted} is expected there")

    @property
    def normalized(self) -> str:
        """The text written from its tokens, with single spaces around binary operators."""
        out = ""
        previous = ""
        for kind, token in self._tokens:
            tight = (
                not out or token in (",", ")") or previous in ("(", "!", "~") or (token == "(" and _is_word(previous))
            )
            out += token if tight and not (kind != "operator" and _is_word(previous)) else " " + token
            previous = token
        return out


def _is_word(token: str) -> bool:
    return bool(token) and (token[0].isalnum() or token[0] == "_")


def integer_value(token: str) -> int:
    """The value of an integer constant: decimal, hexadecimal or octal, with a suffix of C."""
    digits = token.rstrip("uUlL")
    if not _SUFFIX.match(token[len(digits) :]):
        raise ExpressionError(f"{token!a} has no valid suffix", "drop the suffix")
    if len(digits) > 1 and digits[0] == "0" and digits[1] not in "xX":
        if not set(digits) <= set("01234567"):
            raise ExpressionError(f"{token[:40]!a} is not an octal number", "drop the leading zero")
        value = int(digits, 8)
    else:
        value = int(digits, 16) if digits[1:2] in ("x", "X") else int(digits[:40], 10)
    if value >= 1 << 64 or len(digits) > 40:
        raise ExpressionError(f"the number {token[:40]!a} is too large", "C has at most 64 bits here")
    return value


def check_identifier(name: str, reserved: bool = True) -> str:
    """The name itself if it can be a name of a driver in C, else ``ExpressionError``.

    ``reserved`` also refuses what C reserves for compilers; macros that conditions ask for
    may look like that.
    """
    if not name:
        raise ExpressionError("an empty name", "write a C identifier")
    if not _IDENTIFIER.match(name):
        raise ExpressionError(f"{name[:60]!a} is not a C identifier", "use letters, digits and underscores")
    if len(name) > MAX_IDENTIFIER:
        raise ExpressionError(f"a name of {len(name)} characters", f"at most {MAX_IDENTIFIER} are allowed")
    if name in KEYWORDS:
        raise ExpressionError(f"{name!r} is a keyword", "choose another name")
    if name.lower().startswith(OUR_PREFIX):
        raise ExpressionError(f"{name!r} starts with {OUR_PREFIX}", "that prefix belongs to the generated code")
    if name in ("_Pragma", "__VA_ARGS__", "__VA_OPT__"):
        raise ExpressionError(f"{name!r} is not a name", "choose another name")
    if reserved and (name.startswith("__") or re.match(r"_[A-Z]", name)):
        raise ExpressionError(f"{name!r} is reserved for the compiler", "choose a name without a leading underscore")
    return name
