"""Methods of drivers written in Python: what of an entry point they get, and what they give back."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psa_bridge import packed
from psa_bridge.attributes import KeyAttributes
from psa_bridge.errors import error_from
from psa_bridge.spec.entry_points import EntryPoint
from psa_bridge.spec.requirements import FILLED, SLOT_ENTRY_POINT
from psa_bridge.spec.roles import Tag

_MAKERS = frozenset({"setup", "resume", "clone"})
"""Places in the life of an operation whose method returns the context."""

_NOT_PASSED = frozenset({Tag.OUTPUT, Tag.SCALAR_OUT})
"""Tags of arguments that only carry a result."""


@dataclass(frozen=True)
class Method:
    """A method that implements an entry point, and how it is called.

    ``named`` are its keyword-only parameters that receive the sizes of outputs, ``contexts`` those that receive
    what is in a key context, with the positions of the outputs.
    """

    row: EntryPoint
    name: str
    function: Callable[..., Any]
    named: Mapping[str, int]
    contexts: Mapping[str, int]
    results: tuple[int, ...]

    @property
    def makes_context(self) -> bool:
        """Whether it returns the context of an operation."""
        return self.row.role in _MAKERS


def passed(row: EntryPoint) -> tuple[int, ...]:
    """Positions of the arguments that a method gets."""
    made = row.role in _MAKERS or not row.role  # outside an operation a context is memory for C, which Python has
    return tuple(
        i
        for i, argument in enumerate(row.arguments)
        if argument.role.tag not in _NOT_PASSED and not (made and argument.role.word == "op")
    )


def method_of(driver: object, row: EntryPoint, name: str) -> Method:
    """Look a method up and compare its parameters with the row.

    Raises:
        TypeError: its parameters are not those of the entry point.
    """
    shown = f"{type(driver).__name__}.{name}"
    function = getattr(driver, name)
    parameters = inspect.signature(function).parameters.values()
    asked = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
    outputs = {i: a for i, a in enumerate(row.arguments) if a.role.tag is Tag.OUTPUT}
    named = {f"{a.name}_size": i for i, a in outputs.items() if f"{a.name}_size" in asked}
    contexts = {a.name: i for i, a in outputs.items() if a.role.word == "key_out" and a.name in asked}
    expected = [row.arguments[i].name for i in passed(row)]
    needed = [f"{a.name}_size" for a in outputs.values() if row.name in FILLED]
    wanted = ", ".join(["self", *expected, *(["*", *needed] if needed else [])])
    try:
        inspect.signature(function).bind(*expected, **dict.fromkeys([*named, *contexts, *needed], 0))
    except TypeError as error:
        raise TypeError(f"{shown} does not fit the entry point {row.name}({wanted}): {error}") from None
    if contexts and not callable(getattr(driver, SLOT_ENTRY_POINT, None)):
        raise TypeError(f"{shown} asks for what {SLOT_ENTRY_POINT} chose as {', '.join(contexts)}, and there is none")
    return Method(row, shown, function, named, contexts, packed.result_positions(row))


def give_back(method: Method, values: Any, inputs: Sequence[Any], result: Any) -> None:
    """Write what a method returned into the caller's buffers.

    Raises:
        TypeError: it is not what the entry point returns.
        PsaError: it does not fit the buffer.
    """
    row, positions = method.row, method.results
    names = ", ".join(row.arguments[i].name for i in positions)
    if not positions:
        if result is not None:
            raise TypeError(f"{method.name} has to return nothing, or raise an error; it returned {_kind(result)}")
        return
    several = len(positions) > 1
    if several and (not isinstance(result, tuple) or len(result) != len(positions)):
        raise TypeError(f"{method.name} has to return a tuple of {names}; it returned {_kind(result)}")
    given = dict(zip(positions, result if several else (result,), strict=True))
    for position, value in given.items():
        given[position] = _checked(method, position, value)
    try:
        packed.write(row, values, given)
    except packed.PackedError as error:
        text = f"{method.name}: {str(error).removeprefix(f'{row.name}: ')}"
        if error.status == packed.GENERIC_ERROR:
            raise TypeError(text) from None
        failure = error_from(error.status)
        failure.detail = text
        raise failure from None


def _checked(method: Method, position: int, value: Any) -> Any:
    argument = method.row.arguments[position]
    tag = argument.role.tag
    if tag is Tag.SCALAR_OUT:
        if isinstance(value, int) and not 0 <= value < 1 << 32:
            raise ValueError(f"{method.name}: {argument.name} has to be from 0 to 2**32 - 1, not {value}")
        if not isinstance(value, int):
            raise TypeError(f"{method.name}: {argument.name} has to be a number, not {_kind(value)}")
        return int(value)
    if tag is Tag.ATTRIBUTES_INOUT:
        if not isinstance(value, KeyAttributes):
            raise TypeError(f"{method.name}: {argument.name} has to be KeyAttributes, not {_kind(value)}")
        return packed.Attributes(**{name: getattr(value, name) for name in packed.Attributes._fields})
    return value


def _kind(value: Any) -> str:
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    return "nothing" if value is None else f"{type(value).__name__}"
