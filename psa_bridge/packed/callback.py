"""The one callback from C into Python, and exceptions on their way past C."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from psa_bridge._native import ffi, lib
from psa_bridge.packed.forms import GENERIC_ERROR, INSUFFICIENT_MEMORY, NOT_SUPPORTED

_thread = threading.local()


def status_of(error: BaseException) -> int:
    """The status that stands for an exception: its ``status`` if that is an error code."""
    status = getattr(error, "status", None)
    if isinstance(status, int) and -(2**31) <= status < 0:
        return int(status)
    if isinstance(error, NotImplementedError):
        return NOT_SUPPORTED
    return INSUFFICIENT_MEMORY if isinstance(error, MemoryError) else GENERIC_ERROR


def store_exception(error: BaseException) -> int:
    """Keep an exception of a driver on this thread until the API call returns; gives its status."""
    _thread.error = error
    return status_of(error)


def take_exception(status: int | None = None) -> BaseException | None:
    """The exception that was stored on this thread, which is then forgotten.

    With ``status``, only if it stands for that status: an exception that a later driver
    made up for is not the outcome of the call.
    """
    error: BaseException | None = getattr(_thread, "error", None)
    _thread.error = None
    if error is not None and status is not None and status_of(error) != status:
        return None
    return error


Handler = Callable[[int, Any, int], int]
"""``handler(entry_point, values, count) -> status``: what a driver without C functions is."""


@ffi.def_extern(name="psab_python_call")  # type: ignore[untyped-decorator,unused-ignore]
def _python_call(driver: Any, entry_point: int, values: Any, count: int) -> int:
    """The one way from C into Python: no exception gets out, none is lost."""
    try:
        handler: Handler = ffi.from_handle(driver)
        return handler(entry_point, values, count)
    except BaseException as error:  # KeyboardInterrupt must not unwind through C either
        return store_exception(error)


class PackedDriver:
    """A handler as C sees it: ``pointer`` is a ``psab_packed_driver_t *`` for ``psab_pack_ops``.

    Must live as long as the core may call it.
    """

    def __init__(self, handler: Handler) -> None:
        self._handle = ffi.new_handle(handler)
        self.pointer = ffi.new("psab_packed_driver_t *", {"call": lib.psab_python_call, "user": self._handle})
