"""The Python form of what packed calls carry."""

from __future__ import annotations

from typing import Any, NamedTuple

from psa_bridge._native import ffi

GENERIC_ERROR = -132
NOT_SUPPORTED = -134
INVALID_ARGUMENT = -135
BUFFER_TOO_SMALL = -138
INSUFFICIENT_MEMORY = -141
CORRUPTION_DETECTED = -151


class PackedError(Exception):
    """A packed call that does not fit the table, or a result that does not fit its buffer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Attributes(NamedTuple):
    """Key attributes as numbers; the fields of ``psab_attributes_t``."""

    id: int = 0
    lifetime: int = 0
    usage: int = 0
    alg: int = 0
    bits: int = 0
    type: int = 0


class KdfInput(NamedTuple):
    """One input of a key derivation, as a driver written in Python gets it.

    ``type`` is 1 for an input that was left out, 2 for bytes, 3 for a key, 4 for an integer. A key comes with its
    attributes, and its data is the material or, of an opaque driver, the key context.
    """

    step: int
    type: int
    data: bytes = b""
    attributes: Attributes | None = None
    integer: int = 0


class KdfInputs(NamedTuple):
    """The initial inputs of a key derivation: what ``key_derivation_setup`` of a driver in Python gets."""

    alg: int
    items: tuple[KdfInput, ...] = ()

    def get(self, step: int) -> KdfInput | None:
        """The input of a step; None if the algorithm has no such step."""
        return next((item for item in self.items if item.step == step), None)

    def data(self, step: int) -> bytes:
        """The bytes or the key of a step; empty if it was left out."""
        item = self.get(step)
        return b"" if item is None else item.data


class PakeInputs(NamedTuple):
    """The initial inputs of a PAKE: what ``pake_setup`` of a driver in Python gets.

    ``suite`` is algorithm, primitive and key confirmation, ``password`` the material of the key or its context.
    Identities and context are None where they were not given, which is another thing than empty.
    """

    suite: tuple[int, int, int]
    role: int
    attributes: Attributes | None
    password: bytes
    user: bytes | None = None
    peer: bytes | None = None
    context: bytes | None = None


class Context:
    """The memory of an operation context, as the core gave it. Null where the core has none."""

    __slots__ = ("data", "kind", "size")

    def __init__(self, data: Any, kind: int, size: int = 0) -> None:
        self.data = data
        self.kind = kind
        self.size = size

    @property
    def is_null(self) -> bool:
        """Whether there is no memory."""
        return bool(self.data == ffi.NULL)

    @property
    def handle(self) -> int:
        """The first eight bytes as a number: 0 in a fresh context, else what was stored there."""
        return 0 if self.is_null else int.from_bytes(bytes(ffi.buffer(self.data, HANDLE_SIZE)), "little")

    @handle.setter
    def handle(self, value: int) -> None:
        ffi.memmove(self.data, value.to_bytes(HANDLE_SIZE, "little"), HANDLE_SIZE)


HANDLE_SIZE = 8
"""The context size that a driver asks for if it keeps its state elsewhere, behind a handle."""
