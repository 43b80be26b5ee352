"""Packed calls through a pipe to a child process, and everything that can happen to it."""

from __future__ import annotations

import contextlib
import os
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from row_inputs import example, inputs_of, new_context
from wire_drivers import reflection

from psa_bridge import packed
from psa_bridge._native import ffi, lib
from psa_bridge.gen.ops import table_hash
from psa_bridge.packed import Arguments, Context
from psa_bridge.spec.entry_points import CONTEXTS, ENTRY_POINTS, IDS, EntryPoint
from psa_bridge.wire import framing
from psa_bridge.wire.client import ChildProcess, Client
from psa_bridge.wire.errors import FrameError, MessageError, WireError
from psa_bridge.wire.messages import Call, Hello, Message, Reply, decode, encode
from psa_bridge.wire.server import Contexts, Served, Server
from psa_bridge.wire.transport import PipeStream, deadline_in

QUICK = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
ROWS = pytest.mark.parametrize("row", ENTRY_POINTS, ids=lambda row: row.name)


@pytest.fixture(scope="module", autouse=True)
def _drivers_are_importable() -> Iterator[None]:
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *([before] if before else [])])
    yield
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture(scope="module")
def reflecting(_drivers_are_importable: None) -> Iterator[ChildProcess]:
    with ChildProcess("wire_drivers:reflecting") as child:
        yield child


@pytest.fixture
def counting(_drivers_are_importable: None) -> Iterator[ChildProcess]:
    with ChildProcess("wire_drivers:counting") as child:
        yield child


def call(client: Client, name: str, *inputs: Any) -> tuple[int, dict[int, Any]]:
    row = ENTRY_POINTS[IDS[name]]
    arguments = Arguments(row, inputs)
    status = client(IDS[name], arguments.values, arguments.count)
    return status, arguments.results(status)


def context(kind: str) -> Context:
    return Context(ffi.new("uint8_t[]", packed.HANDLE_SIZE), CONTEXTS.index(kind))


@ROWS
@QUICK
@given(data=st.data())
def test_row_round_trips_over_a_pipe_to_a_child(row: EntryPoint, reflecting: ChildProcess, data: st.DataObject) -> None:
    inputs = data.draw(inputs_of(row))
    there = [Context(ffi.new("uint8_t[]", 64), item.kind) if isinstance(item, Context) else item for item in inputs]
    status, results = call(reflecting, row.name, *inputs)
    assert status == 0
    assert results == reflection(row, there)


def test_child_says_who_it_is(reflecting: ChildProcess) -> None:
    assert reflecting.name == "reflecting"
    assert list(reflecting.entry_points) == list(range(len(ENTRY_POINTS)))


def test_operation_context_stays_on_the_far_side(counting: ChildProcess) -> None:
    first, second = context("hash_operation"), context("hash_operation")
    assert call(counting, "hash_setup", first, 1)[0] == 0
    assert call(counting, "hash_setup", second, 1)[0] == 0
    assert first.handle != second.handle != 0
    assert call(counting, "hash_update", first, b"x")[0] == 0
    assert call(counting, "hash_finish", first, 8) == (0, {1: b"\x03"})
    assert first.handle == 0
    assert call(counting, "hash_finish", second, 8) == (0, {1: b"\x02"})


def test_context_without_clone_function_is_copied(counting: ChildProcess) -> None:
    source, target = context("hash_operation"), context("hash_operation")
    call(counting, "hash_setup", source, 1)
    kept = source.handle
    assert call(counting, "hash_clone", source, target)[0] == 0
    assert source.handle == kept != target.handle
    call(counting, "hash_update", source, b"x")
    assert call(counting, "hash_finish", target, 8) == (0, {1: b"\x03"})
    assert call(counting, "hash_finish", source, 8) == (0, {1: b"\x04"})


def test_null_memory_object_stays_null(counting: ChildProcess) -> None:
    nothing = Context(ffi.NULL, CONTEXTS.index("derive_key_memory"))
    assert call(counting, "derive_key", packed.Attributes(), b"", nothing, 8) == (0, {3: b""})


def test_handle_that_was_never_given_is_refused(counting: ChildProcess) -> None:
    forged = context("hash_operation")
    forged.handle = 12345
    with pytest.raises(WireError):
        call(counting, "hash_update", forged, b"")


# A driver that goes wrong


def misbehaving(timeout: float = 20.0) -> ChildProcess:
    return ChildProcess("wire_drivers:misbehaving", timeout=timeout)


@pytest.mark.parametrize(("alg", "text"), [(1, "was ended by SIGKILL"), (3, "ended with exit status 7")])
def test_death_of_the_child_is_a_communication_failure(alg: int, text: str) -> None:
    with misbehaving() as child:
        with pytest.raises(WireError, match=text) as caught:
            call(child, "hash_compute", alg, b"", 4)
        assert packed.status_of(caught.value) == -145
        with pytest.raises(WireError, match=text):
            call(child, "hash_compute", 0, b"", 4)


def test_endless_loop_ends_at_the_timeout() -> None:
    start = time.monotonic()
    with misbehaving(timeout=0.3) as child, pytest.raises(WireError, match=r"no answer to hash_compute within 0\.3 s"):
        call(child, "hash_compute", 2, b"", 4)
    assert time.monotonic() - start < 10


def test_driver_that_lies_about_a_length_is_corruption() -> None:
    with misbehaving() as child:
        assert call(child, "hash_compute", 4, b"", 4)[0] == packed.CORRUPTION_DETECTED
        assert "the driver says 5" in child.detail


def test_exception_tells_its_place_but_not_its_text() -> None:
    with misbehaving() as child:
        assert call(child, "hash_compute", 5, b"", 4)[0] == packed.GENERIC_ERROR
        assert child.detail.startswith("ValueError at wire_drivers.py:")
        assert "secret" not in child.detail


def test_driver_may_print(capfd: pytest.CaptureFixture[str]) -> None:
    with misbehaving() as child:
        assert call(child, "hash_compute", 6, b"", 4)[0] == 0


def test_output_of_a_failed_call_does_not_travel() -> None:
    with misbehaving() as child:
        row = ENTRY_POINTS[IDS["hash_compute"]]
        arguments = Arguments(row, [7, b"", 4])
        assert child(IDS["hash_compute"], arguments.values, arguments.count) == -151
        assert bytes(ffi.buffer(arguments.values[2].u.output.data, 4)) == bytes(4)


@pytest.mark.parametrize("target", ["wire_drivers:not_served", "wire_drivers:missing", "no_such_module:x"])
def test_child_that_cannot_start_is_an_error(target: str) -> None:
    with pytest.raises(WireError, match="ended with exit status 1"):
        ChildProcess(target)


def test_exception_of_the_wire_reaches_the_caller_of_a_typed_function() -> None:
    with misbehaving() as child:
        driver = packed.PackedDriver(child)
        output, length = ffi.new("uint8_t[4]"), ffi.new("size_t *")
        assert lib.psab_pack_ops.hash_compute(driver.pointer, 3, b"", 0, output, 4, length) == -145
        assert isinstance(packed.take_exception(-145), WireError)


def test_child_ends_when_closed_and_calls_fail_then() -> None:
    child = misbehaving()
    child.close()
    child.close()
    with pytest.raises(WireError, match="closed"):
        call(child, "hash_compute", 0, b"", 4)


# A peer that goes wrong


class Peer:
    """The other end of a client's stream, in the hands of the test."""

    def __init__(self, hello: Message | None = None, timeout: float = 0.5) -> None:
        here_read, self.write_fd = os.pipe()
        self.read_fd, here_write = os.pipe()
        self.send(framing.pack_frame(encode(hello or Hello(table_hash(), "peer", ()))))
        self.client = Client(PipeStream(here_read, here_write), timeout, timeout)

    def send(self, data: bytes) -> None:
        os.write(self.write_fd, data)

    def call(self) -> tuple[int, dict[int, Any]]:
        return call(self.client, "hash_compute", 1, b"abc", 32)

    def close(self) -> None:
        self.client.close()
        os.close(self.read_fd)
        os.close(self.write_fd)


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.close()


GOOD = framing.pack_frame(encode(Reply(1, 0, {2: b"digest"})))


def test_good_answer_is_accepted(peer: Peer) -> None:
    peer.send(GOOD)
    assert peer.call() == (0, {2: b"digest"})


@pytest.mark.parametrize("cut", [0, 1, 5, 6, len(GOOD) - 1])
def test_truncated_frame_times_out(peer: Peer, cut: int) -> None:
    peer.send(GOOD[:cut])
    with pytest.raises(WireError, match="no answer to hash_compute"):
        peer.call()


@pytest.mark.parametrize("position", range(len(GOOD)))
def test_flipped_bit_is_noticed(peer: Peer, position: int) -> None:
    peer.send(GOOD[:position] + bytes([GOOD[position] ^ 1]) + GOOD[position + 1 :])
    with pytest.raises(WireError):
        peer.call()


def test_oversize_length_is_refused_at_once(peer: Peer) -> None:
    peer.send(framing.MAGIC + struct.pack(">I", framing.MOST + 1))
    with pytest.raises(FrameError, match="announces"):
        peer.call()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(2, 0, {2: b""}),
        Reply(1, 0, {2: bytes(33)}),
        Reply(1, 0, {2: "text"}),
        Reply(1, 0, {1: b""}),
        Reply(1, 0, {9: b""}),
        Reply(1, 2**31, {}),
        Hello(table_hash(), "again", ()),
    ],
)
def test_answer_that_does_not_fit_the_call_is_refused(peer: Peer, reply: Message) -> None:
    peer.send(framing.pack_frame(encode(reply)))
    with pytest.raises(MessageError):
        peer.call()
    with pytest.raises(MessageError):
        peer.call()


@pytest.mark.parametrize("hello", [Hello(table_hash() ^ 1, "old", ()), Reply(0, 0, {})])
def test_server_of_another_table_is_refused(hello: Message) -> None:
    with pytest.raises(MessageError):
        Peer(hello)


def test_call_that_is_too_long_for_a_frame_is_refused() -> None:
    with pytest.raises(FrameError, match="longer than"):
        framing.pack_frame(bytes(11), most=10)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_a_message_error(payload: bytes) -> None:
    with contextlib.suppress(MessageError):
        decode(payload)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**65) | st.binary(max_size=4) | st.text(max_size=3) | st.floats(),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.integers(0, 3), inner, max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 4), st.integers(0, len(ENTRY_POINTS)), st.lists(JSON, max_size=12))
def test_any_structure_is_a_message_or_a_message_error(kind: int, entry_point: int, items: list[Any]) -> None:
    for content in ([kind, 1, entry_point, items], [kind, *items]):
        with contextlib.suppress(MessageError):
            decode(cbor2.dumps(content))


def test_nested_to_death_is_a_message_error() -> None:
    with pytest.raises(MessageError):
        decode(b"\x81" * 100_000)


# A server in a thread


def test_server_refuses_what_is_not_a_call() -> None:
    there_read, write_fd = os.pipe()
    read_fd, there_write = os.pipe()
    server = Server(Served("x", lambda *_: 0, ()), PipeStream(there_read, there_write))
    os.write(write_fd, framing.pack_frame(encode(Reply(0, 0, {}))))
    with pytest.raises(MessageError, match="expects calls"):
        server.run()
    for fd in (read_fd, write_fd, there_read, there_write):
        os.close(fd)


def test_server_ends_when_the_client_is_gone() -> None:
    there_read, write_fd = os.pipe()
    read_fd, there_write = os.pipe()
    server = Server(Served("x", lambda *_: 0, ()), PipeStream(there_read, there_write))
    thread = threading.Thread(target=server.run)
    thread.start()
    os.close(write_fd)
    thread.join(10)
    assert not thread.is_alive()
    for fd in (read_fd, there_read, there_write):
        os.close(fd)


STATUSES: dict[str, int] = {}


def answering(name: str, status: int, server: Server, operation: Context, handle: int) -> int:
    """One call through the server with a driver that returns a status; gives the new handle."""
    STATUSES["now"] = status
    row = ENTRY_POINTS[IDS[name]]
    items = [handle if isinstance(item, Context) else item for item in example(row)]
    reply = server.answer(Call(1, IDS[name], tuple(items)))
    assert reply.status == status
    return int(reply.results[next(i for i, item in enumerate(example(row)) if isinstance(item, Context))])


@pytest.fixture
def fake_server() -> Server:
    read_fd, write_fd = os.pipe()
    stream = PipeStream(read_fd, write_fd)
    return Server(Served("statuses", lambda *_: STATUSES["now"], ()), stream)


def test_a_driver_on_the_far_side_that_writes_behind_its_context_is_noticed() -> None:
    read_fd, write_fd = os.pipe()
    for distance in (-1, 0, 31):

        def driver(entry_point: int, values: Any, count: int, distance: int = distance) -> int:
            context = values[0].u.context
            ffi.cast("uint8_t *", context.data)[context.size + distance] ^= 1
            return 0

        sizes = {CONTEXTS.index("hash_operation"): 24}
        server = Server(Served("overruns", driver, (), sizes), PipeStream(read_fd, write_fd))
        reply = server.answer(Call(1, IDS["hash_setup"], (0, 0x02000009)))
        assert reply.status == (0 if distance < 0 else -151)
        assert ("past the end" in reply.detail) == (distance >= 0)
        assert len(server.contexts) == (distance < 0)
    os.close(read_fd)
    os.close(write_fd)


def test_contexts_are_released_as_the_interface_says(fake_server: Server) -> None:
    operation = new_context(ENTRY_POINTS[IDS["hash_setup"]].arguments[0])
    assert answering("hash_setup", -132, fake_server, operation, 0) == 0
    assert len(fake_server.contexts) == 0
    handle = answering("hash_setup", 0, fake_server, operation, 0)
    assert answering("hash_update", -132, fake_server, operation, handle) == handle
    assert answering("hash_abort", 0, fake_server, operation, handle) == 0
    assert len(fake_server.contexts) == 0
    handle = answering("hash_setup", 0, fake_server, operation, 0)
    assert answering("hash_suspend", -138, fake_server, operation, handle) == handle
    assert answering("hash_suspend", 0, fake_server, operation, handle) == 0
    handle = answering("hash_resume", 0, fake_server, operation, 0)
    assert answering("hash_finish", 0, fake_server, operation, handle) == 0
    assert len(fake_server.contexts) == 0


def test_context_of_a_failed_finish_can_be_aborted_but_does_not_pile_up(fake_server: Server) -> None:
    operation = new_context(ENTRY_POINTS[IDS["hash_setup"]].arguments[0])
    handle = answering("hash_setup", 0, fake_server, operation, 0)
    assert answering("hash_finish", -132, fake_server, operation, handle) == handle
    assert answering("hash_abort", 0, fake_server, operation, handle) == 0
    for _ in range(50):
        answering("hash_finish", -132, fake_server, operation, answering("hash_setup", 0, fake_server, operation, 0))
    assert len(fake_server.contexts) <= 16


def test_memory_object_lives_as_long_as_more_data_is_wanted(fake_server: Server) -> None:
    operation = new_context(ENTRY_POINTS[IDS["derive_key"]].arguments[2])
    handle = answering("derive_key", -143, fake_server, operation, 0)
    assert handle != 0
    assert answering("derive_key", 0, fake_server, operation, handle) == 0


def test_released_context_is_wiped() -> None:
    contexts = Contexts({0: 24})
    handle, opened = contexts.open(0, 0)
    ffi.memmove(opened.data, b"secret", 6)
    contexts.release(handle)
    assert not any(bytes(ffi.buffer(opened.data)))


def test_checksum_covers_the_length() -> None:
    frame = framing.pack_frame(b"abc")
    assert zlib.crc32(frame[2:-4]) == int.from_bytes(frame[-4:], "big")


def test_deadline_of_nothing_is_for_ever() -> None:
    assert deadline_in(None) is None
