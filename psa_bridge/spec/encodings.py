"""Text <-> number: what a macro expression of the API stands for, and how a number is written.

``evaluate("PSA_ALG_HMAC(PSA_ALG_SHA_256)")`` gives the number,
``expression(0x03800009, Kind.ALGORITHM)`` the text; ``evaluate(expression(x, kind)) == x`` for
every number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from psa_bridge.spec.constructors import ACCESSORS, CONSTRUCTORS, Accepts, Constructor
from psa_bridge.spec.predicates import PREDICATES
from psa_bridge.spec.values import CONSTANTS, KIND_OF, NAMES, VALUES, Kind

MAX_LENGTH = 500
MAX_DEPTH = 8

_TOKEN = re.compile(
    r" *(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>-?[0-9][A-Za-z0-9_]*)|(?P<sign>[(),|]))", re.ASCII
)
_NUMBER = re.compile(r"(-?(?:0[xX][0-9A-Fa-f]+|0|[1-9][0-9]*))[uU]?\Z", re.ASCII)


class EncodingError(ValueError):
    """A text that does not stand for a number: what is wrong, and what would be right."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}: {remedy}")
        self.message = message
        self.remedy = remedy


def evaluate(text: str, kind: Kind | None = None) -> int:
    """The number that an expression stands for.

    An expression is the name of a constant, a number, or a macro of the API with expressions
    as arguments; usage flags may be joined by ``|``.  With a ``kind``, the expression has to
    be of that kind.  Raises :class:`EncodingError`.
    """
    value, found = parse(text)
    if kind is not None and found is not None and found is not kind:
        raise EncodingError(
            f"{text.strip()} is {_a(found)}, not {_a(kind)}", f"use a name that starts with {kind.prefix}"
        )
    return value


def parse(text: str) -> tuple[int, Kind | None]:
    """As :func:`evaluate`, with the kind of the expression; None for a plain number."""
    if len(text) > MAX_LENGTH:
        raise EncodingError(f"the expression has {len(text)} characters", f"at most {MAX_LENGTH} are allowed")
    reader = _Reader(text)
    value, kind = reader.expression(0)
    while reader.next == "|":
        reader.take()
        other, other_kind = reader.expression(0)
        if kind is not Kind.USAGE or other_kind is not Kind.USAGE:
            raise EncodingError(
                f"| joins values that are no usage flags in {text.strip()!r}", "only flags can be joined"
            )
        value |= other
    if reader.next:
        raise EncodingError(f"{reader.next!r} after the end of the expression in {text.strip()!r}", "remove it")
    return value, kind


def expression(value: int, kind: Kind) -> str:
    """The macro expression of a number: a number in C notation where it has none."""
    return name(value, kind) or kind.number(value)


def name(value: int, kind: Kind) -> str | None:
    """The macro expression of a number; None where there is none."""
    if value in NAMES.get(kind, {}):
        return NAMES[kind][value]
    if kind is Kind.USAGE:
        return _flags(value)
    for constructor in CONSTRUCTORS.values():
        if constructor.kind is kind:
            text = _call(constructor, value)
            if text is not None:
                return text
    return None


def _flags(value: int) -> str | None:
    flags = [(flag, text) for flag, text in sorted(NAMES[Kind.USAGE].items()) if value & flag]
    return " | ".join(text for _, text in flags) if flags and sum(flag for flag, _ in flags) == value else None


def _call(constructor: Constructor, value: int) -> str | None:
    """The call of a constructor that gives a number; None if no valid arguments do."""
    arguments = constructor.split(value)
    if arguments is None:
        return None
    texts = []
    for parameter, argument in zip(constructor.parameters, arguments, strict=True):
        text = _argument(parameter.accepts, argument, value, constructor.kind)
        if text is None:
            return None
        texts.append(text)
    return f"{constructor.name}({', '.join(texts)})"


def _argument(accepts: Accepts, argument: int, value: int, own: Kind) -> str | None:
    kinds: Iterable[Kind] = accepts.kinds
    if Kind.ECC_FAMILY in accepts.kinds and Kind.DH_FAMILY in accepts.kinds:
        # The family of a PAKE primitive: its type says which numbering applies.
        kinds = [Kind.DH_FAMILY if value >> 24 == VALUES["PSA_PAKE_PRIMITIVE_TYPE_DH"] else Kind.ECC_FAMILY]
    for kind in kinds:
        # A value that only names itself as its argument stands for nothing.
        itself = kind is own and argument == value
        text = name(argument, kind) if not itself and accepts.check(argument, kind) else None
        if text is not None:
            return text
    if not accepts.check(argument, None):
        return None
    return f"0x{argument:x}" if accepts.kinds else str(argument)


class _Reader:
    """A text cut into tokens, read from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text.strip(" ")
        self._tokens: list[str] = []
        at = 0
        while at < len(self._text):
            match = _TOKEN.match(self._text, at)
            if match is None:
                bad = self._text[at:].lstrip(" ")[:1]
                raise EncodingError(
                    f"the character {bad!a} is not allowed in {self._text!a}", "write one PSA expression"
                )
            self._tokens.append(match[match.lastgroup or 0])
            at = match.end()
        self._at = 0

    @property
    def next(self) -> str:
        """The next token; empty at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self) -> str:
        token = self.next
        self._at += 1
        return token

    def expect(self, token: str) -> None:
        if self.next != token:
            found = repr(self.next) if self.next else "the end"
            raise EncodingError(f"{found} where {token!r} is expected in {self._text!r}", f"write {token!r} there")
        self.take()

    def expression(self, depth: int) -> tuple[int, Kind | None]:
        """One expression: its value and kind."""
        if depth > MAX_DEPTH:
            raise EncodingError(f"{self._text!r} is nested too deep", f"at most {MAX_DEPTH} levels are allowed")
        token = self.take()
        if token[:1].isdigit() or token[:1] == "-":
            return _number(token), None
        if not token or not (token[0].isalpha() or token[0] == "_"):
            found = repr(token) if token else "nothing"
            raise EncodingError(
                f"{found} where a name is expected in {self._text!r}", "write a name of the PSA Crypto API"
            )
        if self.next == "(":
            return self._call(token, depth)
        if token not in VALUES:
            raise _unknown(token, called=False)
        return VALUES[token], KIND_OF[token]

    def _call(self, macro: str, depth: int) -> tuple[int, Kind]:
        if macro not in CONSTRUCTORS and macro not in ACCESSORS:
            raise _unknown(macro, called=True)
        arguments = self._arguments(depth)
        if macro in CONSTRUCTORS:
            constructor = CONSTRUCTORS[macro]
            _check(macro, [parameter.accepts for parameter in constructor.parameters], arguments)
            return constructor.build(*(value for value, _, _ in arguments)), constructor.kind
        accessor = ACCESSORS[macro]
        _check(macro, [accessor.accepts], arguments)
        return accessor.pick(arguments[0][0]), accessor.kind

    def _arguments(self, depth: int) -> list[tuple[int, Kind | None, str]]:
        """The arguments of a call: value, kind and text of each."""
        self.expect("(")
        arguments = []
        while self.next != ")":
            start = self._at
            value, kind = self.expression(depth + 1)
            arguments.append((value, kind, "".join(self._tokens[start : self._at])))
            if self.next != ",":
                break
            self.take()
            if self.next == ")":
                raise EncodingError(f"an argument is missing after ',' in {self._text!r}", "remove the comma")
        self.expect(")")
        return arguments


def _check(macro: str, accepted: list[Accepts], arguments: list[tuple[int, Kind | None, str]]) -> None:
    if len(arguments) != len(accepted):
        wanted = ", ".join(accepts.label for accepts in accepted)
        raise EncodingError(
            f"{macro} takes {_count(len(accepted))}, not {len(arguments)}", f"write {macro} with {wanted}"
        )
    for accepts, (value, kind, text) in zip(accepted, arguments, strict=True):
        if not accepts.check(value, kind):
            raise EncodingError(f"{text} cannot be an argument of {macro}", f"there it takes {accepts.label}")


def _number(token: str) -> int:
    match = _NUMBER.match(token)
    if match is None:
        raise EncodingError(f"{token!r} is not a number", "write it in decimal, or in hexadecimal after 0x")
    return int(match[1], 0)


def _unknown(unknown: str, called: bool) -> EncodingError:
    """The error for a name that does not exist, or exists with the other number of arguments."""
    from difflib import get_close_matches  # noqa: PLC0415 - only needed here, and slow to import

    macros = {*CONSTRUCTORS, *ACCESSORS}
    if unknown in PREDICATES:
        return EncodingError(f"{unknown} is a test, not a number", "use it in C, or as a property in Python")
    if called and unknown in VALUES:
        return EncodingError(f"{unknown} takes no arguments", "remove the parentheses")
    if not called and unknown in macros:
        return EncodingError(f"{unknown} takes arguments", _with_arguments(unknown))
    names = [*macros, *VALUES]
    full = [f"{kind.prefix}{unknown}" for kind in (Kind.ALGORITHM, Kind.KEY_TYPE, Kind.ECC_FAMILY, Kind.USAGE)]
    close = [name for name in full if name in names] or get_close_matches(unknown, names, n=1, cutoff=0.7)
    close = close or get_close_matches(full[0], names, n=1, cutoff=0.95)
    remedy = f"did you mean {close[0]}?" if close else "use a name of the PSA Crypto API 1.5"
    return EncodingError(f"{unknown} is not a name of the PSA Crypto API", remedy)


def _with_arguments(macro: str) -> str:
    """How a macro is written, in words for its arguments."""
    labels = [p.accepts.label for p in CONSTRUCTORS[macro].parameters] if macro in CONSTRUCTORS else []
    labels = labels or [ACCESSORS[macro].accepts.label]
    return f"write {macro}(...) with {', '.join(labels)} in the parentheses"


def _a(kind: Kind) -> str:
    return f"{'an' if kind.label[0] in 'aeiou' else 'a'} {kind.label}"


def _count(number: int) -> str:
    return "1 argument" if number == 1 else f"{number} arguments"


def is_name(name: str) -> bool:
    """Whether the Crypto API has a constant, a constructor, an accessor or a test of this name."""
    return name in VALUES or name in CONSTRUCTORS or name in ACCESSORS or name in PREDICATES


def names(kind: Kind) -> tuple[str, ...]:
    """The names of the constants and constructors of a kind."""
    return (*CONSTANTS.get(kind, {}), *(c.name for c in CONSTRUCTORS.values() if c.kind is kind))
