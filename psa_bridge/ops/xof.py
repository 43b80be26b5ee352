"""Extendable-output functions. Section 10.3 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, overload

from psa_bridge._native import ffi
from psa_bridge.ops.base import Native, amount, number, view, writable
from psa_bridge.ops.compiled import quick
from psa_bridge.ops.operation import Operation

if TYPE_CHECKING:
    from typing_extensions import Buffer


class ExtendableOutput(Native):
    """The XOF functions of a core."""

    def xof_setup(self, alg: int) -> XofOperation:
        """Start an extendable-output function. Section 10.3.2, psa_xof_setup.

        Args:
            alg: an extendable-output function, such as ``Alg.SHAKE256``.

        Returns:
            The operation, a context manager that aborts on exit.

        Raises:
            InvalidArgument: ``alg`` is not an extendable-output function.
            NotSupported: no driver has it.
        """
        return XofOperation(self)._start("xof_setup", number(alg, "alg"))


@quick("xof")
class XofOperation(Operation):
    """An extendable-output function in progress.

    A context if the algorithm has one, ``update`` any number of times, then ``output`` any number of
    times, and ``abort``.

    >>> from psa_bridge import Alg, Core
    >>> with Core() as core, core.xof_setup(Alg.SHAKE128) as operation:
    ...     operation.update(b"")
    ...     operation.output(4).hex(), operation.output(4).hex()
    ('7f9c2ba4', 'e88f827d')
    """

    family = "xof"

    def set_context(self, context: Buffer) -> None:
        """Set the context, before any input. psa_xof_set_context.

        Args:
            context: bytes-like, of a length that the algorithm takes.

        Raises:
            BadState: the operation is not active, or has a context, input or output already.
            InvalidArgument: the algorithm takes no context, or not this one.
        """
        given = view(context, "context")
        self._core._run("xof_set_context", self._operation, given, len(given))

    def update(self, data: Buffer) -> None:
        """Add a part of the input, before any output. psa_xof_update.

        Args:
            data: the part, bytes-like, any length.

        Raises:
            BadState: the operation is not active, lacks its context, or gave output already.
        """
        part = view(data, "data")
        self._core._run("xof_update", self._operation, part, len(part))

    @overload
    def output(self, size: int) -> bytes: ...

    @overload
    def output(self, *, out: Buffer) -> int: ...

    def output(self, size: int | None = None, *, out: Buffer | None = None) -> bytes | int:
        """The next bytes of the output. psa_xof_output.

        Args:
            size: how many bytes.
            out: in place of ``size``, a writable buffer to fill completely.

        Returns:
            The bytes; with ``out``, its size.

        Raises:
            BadState: the operation is not active, or lacks its context.
        """
        if (size is None) == (out is None):
            raise TypeError("output takes either size or out")
        try:
            target = ffi.new("uint8_t[]", amount(cast(int, size))) if out is None else writable(out)
        except (MemoryError, OverflowError):
            raise MemoryError(f"no memory for {size} bytes of output") from None
        self._core._run("xof_output", self._operation, target, len(target))
        return len(target) if out is not None else bytes(ffi.buffer(target))
