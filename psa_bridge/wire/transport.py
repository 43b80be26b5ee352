"""Moving bytes, with a deadline for everything."""

from __future__ import annotations

import contextlib
import os
import select
import time
from typing import Protocol

from psa_bridge.wire.errors import EndOfStreamError, TimedOutError


class Stream(Protocol):
    """A byte stream in two directions. ``deadline`` is a ``time.monotonic()`` value, None for ever."""

    def read(self, size: int, deadline: float | None) -> bytes:
        """Exactly ``size`` bytes; :class:`EndOfStreamError` or :class:`TimedOutError`."""

    def write(self, data: bytes, deadline: float | None) -> None:
        """All of ``data``; the same errors."""

    def close(self) -> None:
        """Give the stream up; allowed more than once."""


def deadline_in(seconds: float | None) -> float | None:
    """The deadline that is ``seconds`` from now."""
    return None if seconds is None else time.monotonic() + seconds


class PipeStream:
    """A pair of file descriptors, owned by the stream."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._open = True
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)

    def _wait(self, fd: int, event: int, deadline: float | None) -> None:
        poll = select.poll()
        poll.register(fd, event)
        left = None if deadline is None else max(0, int((deadline - time.monotonic()) * 1000))
        if not poll.poll(left):
            raise TimedOutError("no answer in time")

    def read(self, size: int, deadline: float | None) -> bytes:
        """Exactly ``size`` bytes."""
        received = bytearray()
        while len(received) < size:
            try:
                part = os.read(self._read_fd, min(size - len(received), 1 << 16))
            except BlockingIOError:
                self._wait(self._read_fd, select.POLLIN, deadline)
                continue
            except OSError as error:
                raise EndOfStreamError(f"reading failed: {error.strerror}") from error
            if not part:
                where = f" after {len(received)} of {size} bytes" if received else ""
                raise EndOfStreamError(f"the other side closed the stream{where}")
            received += part
        return bytes(received)

    def write(self, data: bytes, deadline: float | None) -> None:
        """All of ``data``."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._write_fd, rest) :]
            except BlockingIOError:
                self._wait(self._write_fd, select.POLLOUT, deadline)
            except OSError as error:
                raise EndOfStreamError(f"writing failed: {error.strerror}") from error

    def close(self) -> None:
        """Close both descriptors."""
        if self._open:
            self._open = False
            for fd in {self._read_fd, self._write_fd}:
                with contextlib.suppress(OSError):
                    os.close(fd)
