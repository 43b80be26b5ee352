"""What all multi-part operations share: their life as Python objects."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar

from psa_bridge._native import OperationBase, address, ffi, lib
from psa_bridge.errors import settle

if TYPE_CHECKING:
    from typing_extensions import Self

    from psa_bridge.ops.base import Native


class Operation(OperationBase):
    """A multi-part operation of a core.

    It belongs to one thread at a time: a call while another thread is in one raises
    :class:`~psa_bridge.errors.BadState`.  After any error only ``abort`` is possible.  As a
    context manager it aborts on exit what was not finished.
    """

    _core: Native
    family: ClassVar[str]
    """Names the C type and the function that aborts."""
    _structure: ClassVar[Any]

    def __init_subclass__(cls) -> None:
        if hasattr(cls, "family"):
            cls._structure = ffi.typeof(f"psa_{cls.family}_operation_t *")

    def __init__(self, core: Native) -> None:
        operation = ffi.new(self._structure)
        self._attach(core, operation, address(operation))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._core._instance is not None and self.active:
            self.abort()

    def __del__(self) -> None:
        # The operation's slot belongs to the core: give it back when nobody can finish it any more.
        core = getattr(self, "_core", None)
        if core is not None and core._instance is not None and self.active:
            getattr(lib, f"psab_{self.family}_abort")(core._instance, self._operation)
            settle(f"psa_{self.family}_abort")

    def __reduce__(self) -> str:
        raise TypeError(f"a {self.family} operation lives in its core and cannot be pickled")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'active' if self.active else 'inactive'}>"

    @property
    def active(self) -> bool:
        """Whether the operation was set up and neither finished nor aborted; true in the error state."""
        return bool(self._operation.handle)

    def _start(self, function: str, *arguments: Any) -> Self:
        self._core._run(function, self._operation, *arguments)
        return self

    def abort(self) -> None:
        """End the operation without a result; allowed in any state. psa_X_abort of its family."""
        self._core._run(f"{self.family}_abort", self._operation)
