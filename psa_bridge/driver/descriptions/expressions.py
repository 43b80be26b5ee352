"""C texts of a description: constant expressions, header paths, prefixes.

Each function takes the text of the description and returns what may be written into C, or
raises :class:`ExpressionError` with a message and a remedy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from psa_bridge.driver.descriptions.tokens import ExpressionError, Tokens, check_identifier, integer_value

MAX_EXPRESSION = 500
MAX_PREFIX = 100
MAX_PATH = 500
MAX_DEPTH = 40

_LEVELS: tuple[tuple[str, ...], ...] = (("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"), ("*", "/", "%"))
_PATH = re.compile(r"[A-Za-z0-9_.+@=,~ -]+(?:/[A-Za-z0-9_.+@=,~ -]+)*\Z", re.ASCII)


@dataclass(frozen=True)
class CExpression:
    """A C constant expression; ``value`` is None where it uses identifiers."""

    text: str
    value: int | None


def parse_constant(text: str) -> CExpression:
    """Check a C constant expression: integers, identifiers, macro calls, ``sizeof(type)`` and operators.

    Operators are ``+ - * / % << >> | & ^ ~`` and parentheses.  No assignments, casts, strings or
    function bodies can be written, so the text is safe inside an initialiser.
    """
    if len(text) > MAX_EXPRESSION:
        raise ExpressionError(f"an expression of {len(text)} characters", f"at most {MAX_EXPRESSION} are allowed")
    if not text.strip(" "):
        raise ExpressionError("an empty expression", "write a number or a C constant expression")
    tokens = Tokens(text)
    value = _binary(tokens, 0, 0)
    tokens.expect_end()
    if value is not None and not 0 <= value < 1 << 64:
        raise ExpressionError(f"the value {value} is out of range", "write a number of 0 or more")
    return CExpression(tokens.normalized, value)


def _binary(tokens: Tokens, level: int, depth: int) -> int | None:
    if level == len(_LEVELS):
        return _unary(tokens, depth)
    left = _binary(tokens, level + 1, depth)
    while tokens.peek in _LEVELS[level]:
        operator = tokens.take()
        left = _combine(operator, left, _binary(tokens, level + 1, depth))
    return left


def _combine(operator: str, left: int | None, right: int | None) -> int | None:
    if right is not None and operator in ("/", "%") and right == 0:
        raise ExpressionError("a division by zero", "write another divisor")
    if right is not None and operator in ("<<", ">>") and not 0 <= right < 64:
        raise ExpressionError(f"a shift by {right}", "shift by 0 to 63")
    if left is None or right is None:
        return None
    if left < 0 or right < 0:
        return None if operator in ("/", "%", "<<", ">>") else _compute(operator, left, right)
    return _compute(operator, left, right)


def _compute(operator: str, left: int, right: int) -> int:
    if operator in ("/", "%"):
        return left // right if operator == "/" else left % right
    if operator in ("<<", ">>"):
        result = left << right if operator == "<<" else left >> right
    else:
        table = {"|": left | right, "^": left ^ right, "&": left & right, "+": left + right, "-": left - right}
        result = table[operator] if operator in table else left * right
    if abs(result) >= 1 << 64:
        raise ExpressionError("the value is too large", "C has at most 64 bits here")
    return result


def _unary(tokens: Tokens, depth: int) -> int | None:
    if depth > MAX_DEPTH:
        raise ExpressionError("the expression is nested too deep", f"at most {MAX_DEPTH} levels are allowed")
    if tokens.peek in ("-", "+", "~"):
        operator = tokens.take()
        value = _unary(tokens, depth + 1)
        # The width of ~ depends on the C type, so its value is left to the compiler.
        return None if value is None or operator == "~" else (-value if operator == "-" else value)
    if tokens.peek == "(":
        tokens.take()
        value = _binary(tokens, 0, depth + 1)
        tokens.expect(")")
        return value
    if tokens.kind == "number":
        return integer_value(tokens.take())
    if tokens.kind != "identifier":
        raise tokens.unexpected("a number or a name")
    name = tokens.take()
    if name == "sizeof":
        _sizeof(tokens)
        return None
    check_identifier(name)
    if tokens.peek == "(":
        _call(tokens, depth)
    return None


def _sizeof(tokens: Tokens) -> None:
    tokens.expect("(")
    words = []
    while tokens.kind == "identifier":
        words.append(tokens.take())
    if words[:1] in (["struct"], ["union"], ["enum"]):
        words = words[1:]
    basic = {"char", "short", "int", "long", "unsigned", "signed"}
    if not words or not (set(words) <= basic or len(words) == 1):
        raise ExpressionError("sizeof takes one type name here", "write sizeof(type_t) or sizeof(struct name)")
    if not set(words) <= basic:
        check_identifier(words[0])
    tokens.expect(")")


def _call(tokens: Tokens, depth: int) -> None:
    tokens.expect("(")
    while tokens.peek != ")":
        _binary(tokens, 0, depth + 1)
        if tokens.peek != ")":
            tokens.expect(",")
            if tokens.peek == ")":
                raise tokens.unexpected("an argument")
    tokens.expect(")")


def check_prefix(text: str) -> str:
    """The prefix itself if it can start the names of a driver."""
    if not text:
        raise ExpressionError("the prefix is empty", "write the start of a C identifier, such as acme")
    if len(text) > MAX_PREFIX:
        raise ExpressionError(f"a prefix of {len(text)} characters", f"at most {MAX_PREFIX} are allowed")
    if not re.match(r"[A-Za-z_][A-Za-z0-9_]*\Z", text, re.ASCII):
        raise ExpressionError(
            f"{text[:60]!a} is not the start of a C identifier", "use letters, digits and underscores"
        )
    check_identifier(text + "_x")
    return text


def check_header(path: str, allow_parent: bool) -> str:
    """The path itself if it can stand in an ``#include`` of generated C.

    ``allow_parent`` permits ``..`` steps, which one dialect has.
    """
    if len(path) > MAX_PATH:
        raise ExpressionError(f"a path of {len(path)} characters", f"at most {MAX_PATH} are allowed")
    if path.startswith("/"):
        raise ExpressionError(f"{path[:60]!a} is an absolute path", "write it relative to an include directory")
    if not _PATH.match(path) or path != path.strip(" "):
        raise ExpressionError(
            f"{path[:60]!a} is not a header path", "use letters, digits, . _ - + and / between directories"
        )
    steps = path.split("/")
    if ".." in steps and not allow_parent:
        raise ExpressionError(
            f"{path[:60]!a} leaves the include directory", "add the directory to the include path instead"
        )
    if steps[-1] in (".", ".."):
        raise ExpressionError(f"{path[:60]!a} names no file", "end the path with the header's name")
    return path
