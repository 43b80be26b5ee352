"""Entropy and random numbers of the software driver."""

from __future__ import annotations

import ctypes
import os

from harness import BAD_STATE, NOT_SUPPORTED, Driver, status_of


def context(libcrypto: Driver) -> ctypes.Array[ctypes.c_char]:
    memory = ctypes.create_string_buffer(1024)
    libcrypto.call("init_random", memory)
    return memory


def entropy(libcrypto: Driver, flags: int, size: int) -> tuple[bytes, int]:
    bits = ctypes.c_size_t(0)
    buffer = ctypes.create_string_buffer(size)
    libcrypto.call("get_entropy", ctypes.c_uint32(flags), ctypes.byref(bits), buffer, ctypes.c_size_t(size))
    return buffer.raw, bits.value


def test_random_output_is_fresh(libcrypto: Driver) -> None:
    memory = context(libcrypto)
    seen = {libcrypto.output(32, "get_random", memory) for _ in range(100)}
    assert len(seen) == 100
    assert all(len(output) == 32 for output in seen)


def test_added_entropy_is_taken(libcrypto: Driver) -> None:
    memory = context(libcrypto)
    for size in (1, 32, 48, 1000):
        libcrypto.call("add_entropy", memory, b"x" * size, ctypes.c_size_t(size))
        assert libcrypto.output(32, "get_random", memory) != bytes(32)


def test_small_requests_are_given_out_once_and_wiped(libcrypto: Driver) -> None:
    memory = context(libcrypto)
    before = [(memory.raw, libcrypto.output(16, "get_random", memory)) for _ in range(40)]
    outputs = [output for _, output in before]
    assert len(set(outputs)) == 40
    assert any(output in raw for raw, output in before), "most of them are made ahead"
    assert not any(output in memory.raw for output in outputs)


def test_requests_of_every_small_size_follow_each_other_without_repeating(libcrypto: Driver) -> None:
    memory = context(libcrypto)
    stream = b"".join(libcrypto.output(size, "get_random", memory) for size in [*range(1, 70), 1, 64, 63, 65] * 3)
    pieces = [stream[i : i + 8] for i in range(0, len(stream) - 8, 8)]
    assert len(set(pieces)) == len(pieces)


def test_entropy_that_is_added_counts_for_the_next_byte(libcrypto: Driver) -> None:
    memory = context(libcrypto)
    libcrypto.output(16, "get_random", memory)
    ahead = memory.raw
    libcrypto.call("add_entropy", memory, b"x" * 32, ctypes.c_size_t(32))
    assert libcrypto.output(16, "get_random", memory) not in ahead


def test_large_requests_are_served_in_part(libcrypto: Driver) -> None:
    output = libcrypto.output(100_000, "get_random", context(libcrypto))
    assert 1 <= len(output) <= 100_000
    assert output.count(0) < len(output) / 100


def test_a_context_that_was_not_initialised_is_a_bad_state(libcrypto: Driver) -> None:
    memory = ctypes.create_string_buffer(1024)
    assert status_of(libcrypto.output, 16, "get_random", memory) == BAD_STATE
    assert status_of(libcrypto.call, "add_entropy", memory, b"x", ctypes.c_size_t(1)) == BAD_STATE


def test_a_forked_child_gets_other_numbers(libcrypto: Driver) -> None:
    memory = context(libcrypto)
    libcrypto.output(32, "get_random", memory)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, libcrypto.output(32, "get_random", memory))
        os._exit(0)
    os.waitpid(child, 0)
    ahead = memory.raw
    theirs = os.read(read, 32)
    assert theirs != libcrypto.output(32, "get_random", memory)
    assert theirs not in ahead
    os.close(read)
    os.close(write)


def test_entropy_of_every_known_flag(libcrypto: Driver) -> None:
    for flags in range(4):
        data, bits = entropy(libcrypto, flags, 600)
        assert bits == 8 * 600
        assert data != entropy(libcrypto, flags, 600)[0]
        assert len(set(data[-32:])) > 4, "the end of the buffer is filled too"


def test_unknown_flags_are_not_supported(libcrypto: Driver) -> None:
    assert status_of(entropy, libcrypto, 4, 32) == NOT_SUPPORTED
    assert status_of(entropy, libcrypto, 0x80000001, 32) == NOT_SUPPORTED
