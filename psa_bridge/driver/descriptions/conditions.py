"""Preprocessor conditions: ``mbedtls/h_condition`` and ``mbedtls/c_condition``.

A condition goes behind ``#if`` in the generated C, so its grammar is closed: ``defined X``,
``defined(X)``, identifiers, integers, ``! && || == != < <= > >= + - * / % & | ^ ~ << >>`` and
parentheses.  No calls, no strings, no line breaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from psa_bridge.driver.descriptions.tokens import ExpressionError, Tokens, check_identifier, integer_value
from psa_bridge.driver.findings import Place

MAX_LENGTH = 1000
MAX_DEPTH = 40

_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", "<=", ">", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)

Tree = tuple[object, ...]


@dataclass(frozen=True)
class Condition:
    """A checked condition; ``text`` is what to write behind ``#if``."""

    text: str
    tree: Tree = field(repr=False)
    place: Place = field(default_factory=Place, compare=False, repr=False)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Every macro that the condition looks at, in order of appearance."""
        return tuple(dict.fromkeys(_identifiers(self.tree)))

    def evaluate(self, defines: Mapping[str, str] | None = None, complete: bool = False) -> bool | None:
        """Whether the condition holds.

        ``defines`` are macros with their replacement texts, as given to a compiler.  If they are
        not ``complete``, because headers may define more, a result that depends on other macros
        is None.  A division by zero is None as well.
        """
        value = _value(self.tree, defines or {}, complete, frozenset())
        return None if value is None else value != 0


def may_exclude(first: Condition | None, second: Condition | None) -> bool:
    """Whether two parts under these conditions may never be compiled together."""
    return first is not None and second is not None and first != second


def parse_condition(text: str, place: Place | None = None) -> Condition:
    """Check a condition; ``ExpressionError`` says what is wrong with it."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"a condition of {len(text)} characters", f"at most {MAX_LENGTH} are allowed")
    tokens = Tokens(text)
    tree = _binary(tokens, 0, 0)
    tokens.expect_end()
    return Condition(tokens.normalized, tree, place or Place())


def _binary(tokens: Tokens, level: int, depth: int) -> Tree:
    if level == len(_LEVELS):
        return _unary(tokens, depth)
    left = _binary(tokens, level + 1, depth)
    while tokens.peek in _LEVELS[level]:
        operator = tokens.take()
        left = (operator, left, _binary(tokens, level + 1, depth))
    return left


def _unary(tokens: Tokens, depth: int) -> Tree:
    if depth > MAX_DEPTH:
        raise ExpressionError("the condition is nested too deep", f"at most {MAX_DEPTH} levels are allowed")
    if tokens.peek in ("!", "-", "+", "~"):
        return (f"unary {tokens.take()}", _unary(tokens, depth + 1))
    if tokens.peek == "(":
        tokens.take()
        inner = _binary(tokens, 0, depth + 1)
        tokens.expect(")")
        return inner
    if tokens.kind == "number":
        return ("number", integer_value(tokens.take()))
    if tokens.kind != "identifier":
        raise tokens.unexpected("a macro, a number or defined(...)")
    name = tokens.take()
    if name == "defined":
        parenthesis = tokens.peek == "("
        if parenthesis:
            tokens.take()
        if tokens.kind != "identifier":
            raise tokens.unexpected("a macro name after defined")
        name = check_identifier(tokens.take(), reserved=False)
        if parenthesis:
            tokens.expect(")")
        return ("defined", name)
    check_identifier(name, reserved=False)
    if tokens.peek == "(":
        raise ExpressionError(f"a call of {name} in a condition", "only defined(...) may have parentheses")
    return ("identifier", name)


def _identifiers(tree: Tree) -> list[str]:
    if tree[0] in ("defined", "identifier"):
        return [str(tree[1])]
    return [name for part in tree[1:] if isinstance(part, tuple) for name in _identifiers(part)]


def _value(tree: Tree, defines: Mapping[str, str], complete: bool, active: frozenset[str]) -> int | None:
    """Three-valued evaluation with the rules of the preprocessor."""
    kind = tree[0]
    if kind == "number":
        return int(str(tree[1]))
    if kind == "defined":
        return 1 if tree[1] in defines else (0 if complete else None)
    if kind == "identifier":
        return _macro(str(tree[1]), defines, complete, active)
    operands = [_value(part, defines, complete, active) for part in tree[1:] if isinstance(part, tuple)]
    return _apply(str(kind), operands)


def _macro(name: str, defines: Mapping[str, str], complete: bool, active: frozenset[str]) -> int | None:
    if name in active:
        return 0
    if name not in defines:
        return 0 if complete else None
    try:
        inner = parse_condition(defines[name].strip() or "0")
    except ExpressionError:
        return None
    return _value(inner.tree, defines, complete, active | {name})


def _apply(operator: str, operands: list[int | None]) -> int | None:
    if operator in ("&&", "||"):
        return _logical(operator, operands)
    if any(operand is None for operand in operands):
        return None
    known = [operand for operand in operands if operand is not None]
    if operator.startswith("unary "):
        value = known[0]
        return {"!": int(value == 0), "-": -value, "+": value, "~": ~value}[operator[-1]]
    left, right = known
    return _arithmetic(operator, left, right)


def _logical(operator: str, operands: list[int | None]) -> int | None:
    decisive = 0 if operator == "&&" else 1
    truth = [None if operand is None else int(operand != 0) for operand in operands]
    if decisive in truth:
        return decisive
    return None if None in truth else 1 - decisive


def _arithmetic(operator: str, left: int, right: int) -> int | None:
    if operator in ("/", "%"):
        if right == 0:
            return None
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if operator == "/" else left - quotient * right
    if operator in ("<<", ">>"):
        if not 0 <= right < 64:
            return None
        return left << right if operator == "<<" else left >> right
    table = {
        "==": int(left == right),
        "!=": int(left != right),
        "<": int(left < right),
        "<=": int(left <= right),
        ">": int(left > right),
        ">=": int(left >= right),
        "|": left | right,
        "^": left ^ right,
        "&": left & right,
        "+": left + right,
        "-": left - right,
        "*": left * right,
    }
    return table[operator]
