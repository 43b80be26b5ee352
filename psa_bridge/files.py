"""Files as sources and targets: read in pieces, written under another name until they are complete."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from typing import TypeAlias

    from typing_extensions import Self

PIECE = 1 << 18
"""How much is read at a time, in bytes."""

File: TypeAlias = "str | os.PathLike[str] | IO[bytes]"
"""A path, or a file object opened in binary mode."""

Progress: TypeAlias = "Callable[[int, int | None], object]"
"""Is called after every piece with the number of bytes read so far, and that of all; None if nobody knows."""


def checked(file: Any, name: str, method: str) -> Any:
    """A path as text, or a file object.

    Raises:
        TypeError: it is neither, or a text file; ``name`` says which argument.
    """
    if isinstance(file, (str, os.PathLike)):
        return os.fsdecode(file)
    if isinstance(file, io.TextIOBase):
        raise TypeError(f"{name} is a file in text mode: open it in binary mode, such as 'rb' or 'wb'")
    if not callable(getattr(file, method, None)):
        raise TypeError(f"{name} has to be a path or a binary file object, not {type(file).__name__}")
    return file


class Source:
    """A file to be read, from where it stands; opened here, and closed again, if it is a path."""

    def __init__(self, file: File, progress: Progress | None) -> None:
        given = checked(file, "source", "read")
        if progress is not None and not callable(progress):
            raise TypeError(f"progress has to be callable, not {type(progress).__name__}")
        self._own = isinstance(given, str)
        self._file: Any = open(given, "rb", buffering=0) if self._own else given  # noqa: PTH123, SIM115
        self._progress = progress
        self._done = 0
        self.total = _remaining(self._file)
        """How many bytes there are; None if that cannot be known, as with a pipe."""
        self.rest = b""
        """What :meth:`pieces` kept back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own:
            self._file.close()

    def read(self, size: int) -> bytes:
        """The next bytes, less only at the end."""
        data = bytearray(size)
        have = 0
        while have < size and (read := self._read(memoryview(data)[have:])):
            have += read
        return bytes(data[:have])

    def pieces(self, keep: int = 0) -> Iterator[memoryview]:
        """The bytes in pieces, each valid until the next; the last ``keep`` are left in :attr:`rest`."""
        buffer = bytearray(PIECE + keep)
        held = 0
        try:
            with memoryview(buffer) as room:
                while read := self._read(room[held : held + PIECE]):
                    ready = held + read - keep
                    if ready > 0:
                        yield room[:ready]
                        room[:keep] = room[ready : ready + keep]
                    held = min(held + read, keep)
                self.rest = bytes(room[:held])
        finally:
            buffer[:] = bytes(len(buffer))
        self._tell()

    def _read(self, room: memoryview) -> int:
        """Fill some of a buffer; 0 at the end."""
        self._tell()
        if hasattr(self._file, "readinto"):
            read = self._file.readinto(room)
        else:
            data = self._file.read(len(room))
            if isinstance(data, str):
                raise TypeError("source gives text: open it in binary mode")
            read = None if data is None else len(data)
            if read and read <= len(room):
                room[:read] = data
        if read is None:
            raise BlockingIOError("source is not blocking and has no data yet")
        if read > len(room):
            raise ValueError(f"source gave {read} bytes where at most {len(room)} were asked for")
        self._done += read
        return int(read)

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._done, self.total)


def _remaining(file: Any) -> int | None:
    """How many bytes follow in a file, if it is one that has an end."""
    try:
        descriptor = file.fileno()
    except (AttributeError, OSError, ValueError):
        pass
    else:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
    try:
        if not file.seekable():
            return None
        here = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(here)
    except (AttributeError, OSError):
        return None
    return max(int(end) - int(here), 0)


class Target:
    """A file to be written; :attr:`written` counts its bytes."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.written = 0

    def write(self, data: bytes | memoryview) -> None:
        """Write all of it."""
        view = memoryview(data)
        while view:
            count = self._file.write(view)
            if count is None and isinstance(self._file, io.RawIOBase):
                raise BlockingIOError("target is not blocking and takes no data now")
            count = len(view) if count is None else count  # file objects that do not say write everything
            view = view[count:]
            self.written += count


@contextlib.contextmanager
def open_target(file: File, *, hold: bool) -> Iterator[Target]:
    """Something to write to, which is there under its name only if everything went well.

    A path gets a new file beside it, which takes its place at the end; a symbolic link stays, and what it leads to is
    replaced.  What goes to a file
    object, or to a device, is there at once; with ``hold`` it waits in an unnamed temporary file.
    """
    given = checked(file, "target", "write")
    if not isinstance(given, str):
        with _held(given) if hold else contextlib.nullcontext(Target(given)) as made:
            yield made
        return
    path = os.path.realpath(given)
    mode = _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        with open(path, "wb", buffering=0) as device, open_target(device, hold=hold) as made:  # noqa: PTH123
            yield made
        return
    with _beside(path, mode) as made:
        yield made


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode  # noqa: PTH116
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _beside(path: str, mode: int | None) -> Iterator[Target]:
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:200]}.{secrets.token_hex(8)}.part")  # noqa: PTH118
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(descriptor, stat.S_IMODE(mode))
            yield Target(file)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


@contextlib.contextmanager
def _held(file: Any) -> Iterator[Target]:
    with tempfile.TemporaryFile() as waiting:
        yield Target(waiting)
        waiting.seek(0)
        last = Target(file)
        while piece := waiting.read(PIECE):
            last.write(piece)


class ProgressBar:
    """A bar on a terminal for the ``progress`` argument of the functions on files; silent elsewhere.

    As a context manager it ends its line also after an error.

    Args:
        label: what to write before the bar.
        stream: where to draw, standard error by default.

    >>> import io
    >>> from psa_bridge import Alg, Core, ProgressBar
    >>> with Core() as core, ProgressBar("hashing") as bar:
    ...     core.hash_compute_file(Alg.SHA_256, io.BytesIO(b"abc"), progress=bar).hex()[:16]
    'ba7816bf8f01cfea'
    """

    WIDTH = 30
    PAUSE = 0.1
    """The least time between two drawings, in seconds."""

    def __init__(self, label: str = "", *, stream: TextIO | None = None) -> None:
        self._label = f"{label} " if label else ""
        self._stream = stream if stream is not None else sys.stderr
        self._terminal = bool(getattr(self._stream, "isatty", bool)()) and os.environ.get("TERM") != "dumb"
        self._next = 0.0
        self._open = False

    def __call__(self, done: int, total: int | None) -> None:
        """Draw, if it is time to."""
        complete = total is not None and done >= total
        if not self._terminal or (time.monotonic() < self._next and not complete):
            return
        self._next = time.monotonic() + self.PAUSE
        self._stream.write(f"\r{self._label}{self._line(done, total)}\x1b[K")
        self._stream.flush()
        self._open = True

    def _line(self, done: int, total: int | None) -> str:
        if not total:
            return _amount(done)
        part = min(done / total, 1.0)
        filled = round(part * self.WIDTH)
        return f"[{'#' * filled}{'.' * (self.WIDTH - filled)}] {part:4.0%} of {_amount(total)}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the line."""
        if self._open:
            self._stream.write("\n")
            self._stream.flush()
            self._open = False


def _amount(count: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"
