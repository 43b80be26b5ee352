"""The standard streams of a command: whatever becomes of them, its exit code is what it found."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer


class _Descriptor(io.FileIO):
    """A stream whose reader may go away (``| head``): the rest goes nowhere, and the command goes on to its end.

    Other failures, such as a full disk, are raised once, or not at all if the stream is not ``vital``.
    """

    def __init__(self, number: int, vital: bool) -> None:
        super().__init__(number, "wb", closefd=False)
        self._vital = vital
        self._gone = False

    def write(self, data: Buffer) -> int:
        """Write; what nobody takes counts as written."""
        if not self._gone:
            try:
                return super().write(data)
            except BrokenPipeError:
                self._gone = True
            except OSError:
                self._gone = True
                if self._vital:
                    raise
        return memoryview(data).nbytes


def prepare() -> None:
    """Make the standard streams take whatever is printed: names that are no text, closed streams, readers that go."""
    for name, vital in (("stdout", True), ("stderr", False)):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if isinstance(getattr(stream.buffer, "raw", stream.buffer), io.FileIO):
                setattr(sys, name, _lasting(stream, vital))


def stdout_is_closed() -> bool:
    """Whether the process was started without a standard output."""
    return sys.__stdout__ is None


def _lasting(stream: io.TextIOWrapper, vital: bool) -> io.TextIOWrapper:
    """The same stream over a :class:`_Descriptor`."""
    stream.flush()
    raw = _Descriptor(stream.fileno(), vital)
    buffer = raw if stream.write_through else io.BufferedWriter(raw)
    lines, through = stream.line_buffering, stream.write_through
    return io.TextIOWrapper(buffer, stream.encoding, stream.errors, line_buffering=lines, write_through=through)
