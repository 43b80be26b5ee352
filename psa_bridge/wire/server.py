"""The far side: answers calls with a driver, and keeps its operation contexts."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from psa_bridge._native import ffi, lib
from psa_bridge.gen.ops import table_hash
from psa_bridge.packed import (
    HANDLE_SIZE,
    NOT_SUPPORTED,
    Arguments,
    Context,
    Handler,
    PackedError,
    row_of,
    status_of,
    take_exception,
)
from psa_bridge.spec.entry_points import CONTEXTS, ENTRY_POINTS, EntryPoint
from psa_bridge.spec.roles import Tag
from psa_bridge.wire.errors import EndOfStreamError, MessageError
from psa_bridge.wire.framing import receive_frame, send_frame
from psa_bridge.wire.messages import Call, Close, Hello, Reply, decode, encode
from psa_bridge.wire.transport import Stream

INSUFFICIENT_DATA = -143
CORRUPTION_DETECTED = -151
GUARD = bytes.fromhex("47e2b83f96d15ac335c870a2f41b6e9d") * 2
"""Behind every context; a driver that wrote past the end changed it."""
FAILED_FINISHES = 16
"""How many contexts of failed finishing calls are kept, in case they are still aborted."""


@dataclass(frozen=True)
class Served:
    """A driver to be served. ``context_sizes`` is in bytes, by kind; what is missing gets a handle's size."""

    name: str
    handler: Handler
    entry_points: Sequence[int]
    context_sizes: Mapping[int, int] = field(default_factory=dict)


def serve_ops(name: str, ops: Any, driver: Any, context_sizes: Mapping[int, int]) -> Served:
    """A driver with typed entry points: ``psab_ops_t *`` and its first argument."""

    def handler(entry_point: int, values: Any, count: int) -> int:
        return int(lib.psab_unpack_call(ops, driver, entry_point, values, count))

    offered = [number for number in range(len(ENTRY_POINTS)) if lib.psab_ops_has(ops, number)]
    return Served(name, handler, offered, context_sizes)


class Contexts:
    """The memory of operation contexts, by handle. Handles are never used again."""

    def __init__(self, sizes: Mapping[int, int]) -> None:
        self._sizes = sizes
        self._memory: dict[int, tuple[int, Any]] = {}
        self._ending: list[int] = []
        self._last = 0

    def __len__(self) -> int:
        return len(self._memory)

    def open(self, handle: int, kind: int) -> tuple[int, Context]:
        """The context behind a handle; for handle 0, a new one with all bytes zero."""
        size = max(self._sizes.get(kind, 0), HANDLE_SIZE)
        if handle == 0:
            self._last += 1
            handle = self._last
            made = ffi.new("long double[]", -(-(size + len(GUARD)) // ffi.sizeof("long double")))
            ffi.buffer(made)[size : size + len(GUARD)] = GUARD
            self._memory[handle] = (kind, made)
        known_kind, memory = self._memory.get(handle, (None, None))
        if known_kind != kind:
            raise MessageError("a context handle that is not in use")
        return handle, Context(memory, kind, size)

    def keep_for_abort(self, handle: int) -> None:
        """Keep the context of a failed finishing call for a while."""
        if handle not in self._ending:
            self._ending.append(handle)
        if len(self._ending) > FAILED_FINISHES:
            self.release(self._ending[0])

    def release(self, handle: int) -> None:
        """Wipe and forget a context."""
        entry = self._memory.pop(handle, None)
        if entry is not None:
            view = ffi.buffer(entry[1])
            view[:] = bytes(len(view))
        if handle in self._ending:
            self._ending.remove(handle)


class Server:
    """Answers calls on a stream until it is closed."""

    def __init__(self, served: Served, stream: Stream) -> None:
        self._served = served
        self._stream = stream
        self.contexts = Contexts(served.context_sizes)

    def run(self) -> None:
        """Say hello, then answer until the other side closes or is gone."""
        hello = Hello(table_hash(), self._served.name, tuple(self._served.entry_points))
        send_frame(self._stream, encode(hello), None)
        while True:
            try:
                message = decode(receive_frame(self._stream, None))
            except EndOfStreamError:
                return
            if isinstance(message, Close):
                return
            if not isinstance(message, Call):
                raise MessageError("a server expects calls")
            send_frame(self._stream, encode(self.answer(message)), None)

    def answer(self, call: Call) -> Reply:
        """Make the call, whatever it takes, and say how it went."""
        row = row_of(call.entry_point)
        opened = {
            position: self.contexts.open(item, CONTEXTS.index(str(argument.context)))
            for position, (argument, item) in enumerate(zip(row.arguments, call.items, strict=True))
            if argument.role.tag is Tag.CONTEXT and item is not None
        }
        status, results, detail = self._run(call, row, {i: context for i, (_, context) in opened.items()})
        if any(not _ends_where_it_should(context) for _, context in opened.values()):
            status, results, detail = CORRUPTION_DETECTED, {}, "the driver wrote past the end of its operation context"
        if status == NOT_SUPPORTED and row.role == "clone":
            status = _copy(row, opened)
        for position, (handle, _) in opened.items():
            results[position] = self._settle(row, status, handle, call.items[position])
        return Reply(call.number, status, results, detail)

    def _run(self, call: Call, row: EntryPoint, contexts: Mapping[int, Context]) -> tuple[int, dict[int, Any], str]:
        items = list(call.items)
        for position, argument in enumerate(row.arguments):
            if argument.role.tag is Tag.CONTEXT:
                items[position] = contexts.get(position) or Context(ffi.NULL, CONTEXTS.index(str(argument.context)))
        take_exception()
        try:
            arguments = Arguments(row, items)
        except PackedError as error:
            return error.status, {}, str(error)
        try:
            status = self._served.handler(call.entry_point, arguments.values, arguments.count)
            return status, arguments.results(status), _origin(take_exception(status))
        except PackedError as error:
            return error.status, {}, str(error)
        except Exception as error:
            return status_of(error), {}, _origin(error)
        finally:
            arguments.wipe()

    def _settle(self, row: EntryPoint, status: int, handle: int, given: int) -> int:
        """Keep or release a context after a call; returns the handle that the core keeps."""
        if row.role == "finish" and status != 0:
            self.contexts.keep_for_abort(handle)
            return handle
        starts = row.role in {"setup", "resume", "clone"}
        over = (
            row.role in {"abort", "finish"}
            or (row.role == "suspend" and status == 0)
            or (starts and status != 0 and given == 0)
            or (row.role == "" and status != INSUFFICIENT_DATA)
        )
        if over:
            self.contexts.release(handle)
        return 0 if over else handle


def _ends_where_it_should(context: Context) -> bool:
    return bytes(ffi.buffer(context.data)[context.size : context.size + len(GUARD)]) == GUARD


def _copy(row: EntryPoint, opened: Mapping[int, tuple[int, Context]]) -> int:
    """Clone a context byte by byte, as the interface allows for those that have no clone function."""
    by_word = {row.arguments[position].role.word: context for position, (_, context) in opened.items()}
    source, target = by_word.get("const_op"), by_word.get("op")
    if source is None or target is None:
        return NOT_SUPPORTED
    ffi.memmove(target.data, source.data, source.size)
    return 0


def _origin(error: BaseException | None) -> str:
    """The type of an exception and the line that raised it; its text may hold secrets."""
    if error is None:
        return ""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
