"""Frames: ``"PB"``, length (4 bytes, big-endian), payload, CRC-32 of length and payload."""

from __future__ import annotations

import struct
import zlib

from psa_bridge.wire.errors import FrameError
from psa_bridge.wire.transport import Stream

MAGIC = b"PB"
MOST = 16 << 20
"""The longest payload, in bytes; the length of a frame is checked before anything is allocated."""

_LENGTH = struct.Struct(">I")


def pack_frame(payload: bytes, most: int = MOST) -> bytes:
    """A frame; :class:`FrameError` if the payload is too long."""
    if len(payload) > most:
        raise FrameError(f"a message of {len(payload)} bytes is longer than the {most} that a frame holds")
    body = _LENGTH.pack(len(payload)) + payload
    return MAGIC + body + _LENGTH.pack(zlib.crc32(body))


def send_frame(stream: Stream, payload: bytes, deadline: float | None, most: int = MOST) -> None:
    """Write one frame."""
    stream.write(pack_frame(payload, most), deadline)


def receive_frame(stream: Stream, deadline: float | None, most: int = MOST) -> bytes:
    """Read one frame and return its payload; :class:`FrameError` if it is not one."""
    head = stream.read(len(MAGIC) + _LENGTH.size, deadline)
    if head[: len(MAGIC)] != MAGIC:
        raise FrameError("what was received does not start like a frame")
    (length,) = _LENGTH.unpack(head[len(MAGIC) :])
    if length > most:
        raise FrameError(f"a frame announces {length} bytes, at most {most} are allowed")
    payload = stream.read(length, deadline)
    (checksum,) = _LENGTH.unpack(stream.read(_LENGTH.size, deadline))
    if zlib.crc32(head[len(MAGIC) :] + payload) != checksum:
        raise FrameError("the checksum of a frame is wrong")
    return payload
