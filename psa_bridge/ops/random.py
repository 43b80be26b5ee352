"""Random numbers. Section 10.14 of the PSA Crypto API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, overload

from psa_bridge._native import ffi
from psa_bridge.ops.base import Native, amount, writable

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Random(Native):
    """The random generator of a core."""

    @overload
    def generate_random(self, size: int) -> bytes: ...

    @overload
    def generate_random(self, *, out: Buffer) -> int: ...

    def generate_random(self, size: int | None = None, *, out: Buffer | None = None) -> bytes | int:
        """Cryptographically strong random bytes. Section 10.14.1, psa_generate_random.

        Args:
            size: how many bytes.
            out: in place of ``size``, a writable buffer to fill completely.

        Returns:
            The bytes; with ``out``, its size.

        Raises:
            InsufficientEntropy: the sources do not deliver.
            NotSupported: the core has neither a random driver nor entropy.
        """
        if (size is None) == (out is None):
            raise TypeError("generate_random takes either size or out")
        target = _room(amount(cast(int, size))) if out is None else writable(out)
        self._run("generate_random", target, len(target))
        return len(target) if out is not None else bytes(ffi.buffer(target))


def _room(size: int) -> Any:
    try:
        return ffi.new("uint8_t[]", size)
    except (MemoryError, OverflowError):
        raise MemoryError(f"no memory for {size} random bytes") from None
