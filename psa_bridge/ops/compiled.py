"""Replacing methods by their compiled forms: same name, same arguments, same errors, a tenth of the time.

What is compiled is listed in :mod:`psa_bridge.spec.fast_calls`.  The method written in Python stays behind the
compiled one, which calls it for whatever is out of the ordinary: keywords other than ``out``, a wrong type, a closed
core.  So every rule is written once, there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from psa_bridge._native import CoreBase, KeyBase, compiled, compiled_names, raise_with, recognise
from psa_bridge.errors import RAISED, check

Class = TypeVar("Class", bound=type)

WRITTEN: list[tuple[type, str, Callable[..., Any]]] = []
"""The methods that were replaced: class, name, and the function in Python."""

raise_with(check, RAISED.by_thread)


def _text(function: Any) -> str:
    """The documentation of a compiled method: its parameters, as ``inspect`` reads them, then that of the function."""
    code = function.__code__
    names = code.co_varnames[1 : code.co_argcount]
    optional = len(function.__defaults__ or ())
    positional = [f"{name}=None" if i >= len(names) - optional else name for i, name in enumerate(names)]
    named = [f"{name}=None" for name in code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]]
    parameters = ", ".join(["$self", *positional, *(["*", *named] if named else [])])
    return f"{function.__name__}({parameters})\n--\n\n{function.__doc__ or ''}"


def quick(owner: str) -> Callable[[Class], Class]:
    """A decorator of the class whose methods have compiled forms: ``core``, ``key``, or the family of an operation."""

    def replaced(made: Class) -> Class:
        for name in compiled_names(owner):
            function = getattr(made, name)
            WRITTEN.append((made, name, function))
            setattr(made, name, compiled(owner, name, function, _text(function)))
        if issubclass(made, CoreBase | KeyBase):
            recognise(made)
        return made

    return replaced
