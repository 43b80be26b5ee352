"""The near side: a packed call that asks a server, and its process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from types import TracebackType
from typing import Any

from psa_bridge.gen.ops import table_hash
from psa_bridge.packed import Context, PackedError, read, row_of, write
from psa_bridge.spec.entry_points import EntryPoint
from psa_bridge.spec.roles import Tag
from psa_bridge.wire.errors import ClosedError, EndOfStreamError, MessageError, TimedOutError, WireError
from psa_bridge.wire.framing import receive_frame, send_frame
from psa_bridge.wire.messages import Call, Close, Hello, Reply, checked_results, decode, encode
from psa_bridge.wire.transport import PipeStream, Stream, deadline_in


class Client:
    """Calls a driver behind a stream; a ``Handler`` for :class:`psa_bridge.packed.PackedDriver`.

    Its contexts hold handles, so it needs :data:`psa_bridge.packed.HANDLE_SIZE` bytes for
    each kind.  One call at a time; after a failure of the connection every call fails with
    :class:`WireError`.
    """

    def __init__(self, stream: Stream, timeout: float | None = 30.0, start_timeout: float | None = 30.0) -> None:
        """Waits for the server's hello; ``timeout`` is in seconds and per call."""
        self._stream = stream
        self._timeout = timeout
        self._lock = threading.Lock()
        self._number = 0
        self._broken: WireError | None = None
        self.detail = ""
        try:
            hello = decode(receive_frame(stream, deadline_in(start_timeout)))
            if not isinstance(hello, Hello):
                raise MessageError("the server did not say hello")
            if hello.table_hash != table_hash():
                raise MessageError("the server was built for another table of entry points")
        except WireError as error:
            raise self._break(error) from error
        self.name = hello.name
        self.entry_points = hello.entry_points

    def __call__(self, entry_point: int, values: Any, count: int) -> int:
        """The packed call. ``detail`` tells afterwards where an exception over there came from."""
        row = row_of(entry_point)
        inputs = read(row, values, count)
        items = tuple(_handle_of(item) if isinstance(item, Context) else item for item in inputs)
        with self._lock:
            reply, results = self._exchange(entry_point, items, row)
            self.detail = reply.detail
        _write_handles(row, inputs, results)
        try:
            write(row, values, {i: r for i, r in results.items() if row.arguments[i].role.tag is not Tag.CONTEXT})
        except PackedError as error:
            raise self._break(MessageError(f"an answer does not fit the call: {error}")) from error
        return reply.status

    def _exchange(self, entry_point: int, items: tuple[Any, ...], row: EntryPoint) -> tuple[Reply, dict[int, Any]]:
        if self._broken is not None:
            raise type(self._broken)(str(self._broken))
        self._number += 1
        deadline = deadline_in(self._timeout)
        payload = encode(Call(self._number, entry_point, items))
        try:
            send_frame(self._stream, payload, deadline)
            reply = decode(receive_frame(self._stream, deadline))
            if not isinstance(reply, Reply) or reply.number != self._number:
                raise MessageError("an answer to another call")
            return reply, checked_results(row, reply.results)
        except TimedOutError as error:
            raise self._break(TimedOutError(f"no answer to {row.name} within {self._timeout} s")) from error
        except WireError as error:
            raise self._break(error) from error

    def _break(self, error: WireError) -> WireError:
        """Give the connection up: after a failure nobody knows what is still in the stream."""
        self._broken = error
        self._stream.close()
        return error

    def close(self) -> None:
        """Tell the server to end; allowed more than once, and after a failure."""
        with self._lock:
            if self._broken is None:
                with contextlib.suppress(WireError):
                    send_frame(self._stream, encode(Close()), deadline_in(1.0))
                self._break(ClosedError("the connection is closed"))


def _handle_of(context: Context) -> int | None:
    return None if context.is_null else context.handle


def _write_handles(row: EntryPoint, inputs: list[Any], results: dict[int, Any]) -> None:
    """Store the handles that the server wants to see again; the source of a copy stays as it is."""
    for position, argument in enumerate(row.arguments):
        handle = results.get(position)
        if argument.role.word == "op" and handle is not None and not inputs[position].is_null:
            inputs[position].handle = handle


class ChildProcess(Client):
    """A driver in a process of its own: ``python -m psa_bridge.wire.child TARGET``."""

    def __init__(self, target: str, timeout: float | None = 30.0, start_timeout: float | None = 30.0) -> None:
        """``target`` is ``module:attribute``, as the child takes it."""
        here_read, there_write = os.pipe()
        there_read, here_write = os.pipe()
        command = [sys.executable, "-m", "psa_bridge.wire.child", target, str(there_read), str(there_write)]
        self._target = target
        self._process: subprocess.Popen[bytes] | None = None
        stream = PipeStream(here_read, here_write)
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno() if _has_fd() else subprocess.DEVNULL,
                pass_fds=(there_read, there_write),
            )  # fmt: skip
        finally:
            os.close(there_read)
            os.close(there_write)
            if self._process is None:
                stream.close()
        super().__init__(stream, timeout, start_timeout)

    def _break(self, error: WireError) -> WireError:
        """End the process too, and say how it ended where that was the cause."""
        if self._broken is None:
            ending = self._end(kill=not isinstance(error, EndOfStreamError | ClosedError))
            if isinstance(error, EndOfStreamError):
                error = EndOfStreamError(f"the process that serves {self._target} {ending}")
        return super()._break(error)

    def _end(self, kill: bool) -> str:
        """Wait for the process, which has closed its stream or was told to; at once or after 2 s, kill it."""
        process = self._process
        assert process is not None
        if kill:
            process.kill()
        try:
            code = process.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return "closed its stream and was ended"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit status {code}"

    def __enter__(self) -> ChildProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _has_fd() -> bool:
    try:
        sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):
        return False
    return True
