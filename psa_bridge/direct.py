"""Calling single entry points of whoever serves them, beside the functions of the API.

Some drivers have entry points that no function of the API reaches, such as those of interruptible
operations.  A bench can call them here: routing, checks of outputs, counts and traces are those of any call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psa_bridge import packed
from psa_bridge._native import ffi, lib
from psa_bridge.errors import check
from psa_bridge.spec.entry_points import CONTEXTS, IDS, entry_point
from psa_bridge.spec.roles import Tag
from psa_bridge.spec.statuses import OPERATION_INCOMPLETE_VALUE

if TYPE_CHECKING:
    from psa_bridge.core import Core


class Operation:
    """The context of an operation of some driver; give it to every entry point of its family."""

    def __init__(self) -> None:
        self.handle = ffi.new("uint32_t *")

    @property
    def active(self) -> bool:
        """Whether it was set up and not ended."""
        return bool(self.handle[0])


def call(core: Core, name: str, *inputs: Any) -> Any:
    """Call an entry point.

    Args:
        core: whose drivers are asked.
        name: of the entry point.
        inputs: the arguments of its row, by role: an :class:`Operation`, key attributes, bytes, numbers; for an
            output the room for it in bytes.

    Returns:
        The result; a tuple of several, None without any.  The string ``"incomplete"`` where an
        interruptible operation is to be called again.

    Raises:
        PsaError: what the driver returned.
        ValueError: the number of inputs is wrong, or there is no such entry point.
    """
    try:
        row = entry_point(name)
    except KeyError:
        raise ValueError(f"{name!r} is not an entry point") from None
    if len(inputs) != len(row.arguments):
        words = ", ".join(argument.name for argument in row.arguments)
        raise ValueError(f"{row.name} takes {words}")
    kind = CONTEXTS.index(row.context) if row.context else 0
    given = [_given(value, kind) for value in inputs]
    arguments = packed.Arguments(row, given)
    status = lib.psab_core_call(core.native, IDS[row.name], arguments.values, arguments.count)
    if status == OPERATION_INCOMPLETE_VALUE:
        return "incomplete"
    check(status, row.name)
    results = arguments.results(status)
    wanted = tuple(results[i] for i in packed.result_positions(row) if row.arguments[i].role.tag is not Tag.CONTEXT)
    return wanted[0] if len(wanted) == 1 else wanted or None


def _given(value: Any, kind: int) -> Any:
    if isinstance(value, Operation):
        return packed.Context(value.handle, kind, ffi.sizeof("uint32_t"))
    if hasattr(value, "lifetime"):
        return packed.Attributes(**{name: getattr(value, name) for name in packed.Attributes._fields})
    return value
