"""Hashes of the software driver and of the x86 accelerator, against published vectors and hashlib."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import vectors
from harness import (
    BAD_STATE,
    BUFFER_TOO_SMALL,
    HASHES,
    INVALID_ARGUMENT,
    NOT_SUPPORTED,
    Driver,
    DriverError,
    hash_alg,
    status_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

SUSPENDABLE = ["MD4", "MD5", "RIPEMD160", "SHA_1", "SHA_224", "SHA_256", "SHA_384", "SHA_512"]
SUSPENDABLE += ["SHA_512_224", "SHA_512_256"]
ACCELERATED = ["SHA_1", "SHA_224", "SHA_256"]
SHAKES = {"SHAKE128_256": ("shake_128", 32), "SHAKE256_192": ("shake_256", 24)}
SHAKES |= {"SHAKE256_256": ("shake_256", 32), "SHAKE256_512": ("shake_256", 64)}


def reference(name: str, data: bytes) -> bytes:
    """What hashlib says; a cut SHAKE or SHA-256 where that is the definition."""
    if name in SHAKES:
        algorithm, size = SHAKES[name]
        return hashlib.new(algorithm, data).digest(size)  # type: ignore[call-arg]
    if name == "SHA_256_192":
        return hashlib.sha256(data).digest()[:24]
    names = {"BLAKE2S_HASH256": "blake2s", "BLAKE2B_HASH512": "blake2b", "SHA_1": "sha1"}
    return hashlib.new(names.get(name, name.lower().replace("sha_", "sha", 1)), data).digest()


HASHLIB = [name for name in HASHES if name not in ("MD4", "RIPEMD160", "SM3")]


@pytest.mark.parametrize("name", vectors.hash_names())
def test_published_vectors(libcrypto: Driver, name: str) -> None:
    for vector in vectors.hash_vectors(name):
        assert libcrypto.hash_compute(hash_alg(name), vector.message) == vector.digest


@pytest.mark.parametrize("name", ACCELERATED)
def test_published_vectors_on_the_accelerator(x86_sha: Driver, name: str) -> None:
    for vector in vectors.hash_vectors(name):
        assert x86_sha.hash_compute(hash_alg(name), vector.message) == vector.digest


def test_md4_vectors_of_rfc_1320(libcrypto: Driver) -> None:
    known = {
        b"": "31d6cfe0d16ae931b73c59d7e0c089c0",
        b"abc": "a448017aaf21d8525fc10ae87aa6729d",
        b"message digest": "d9130a8164549fe818874806e1c7014b",
    }
    for message, digest in known.items():
        assert libcrypto.hash_compute(hash_alg("MD4"), message).hex() == digest


@pytest.mark.parametrize("name", ["SHA_1", "SHA_256", "SHA_512_224"])
def test_monte_carlo_chain(libcrypto: Driver, name: str) -> None:
    vector = vectors.monte_vector(name)
    alg = hash_alg(name)
    seed = vector.seed
    for digest in vector.digests[:3]:
        last = [seed, seed, seed]
        for _ in range(1000):
            last = [*last[1:], libcrypto.hash_compute(alg, b"".join(last))]
        seed = last[-1]
        assert seed == digest


@pytest.mark.parametrize("name", HASHLIB)
def test_every_length_up_to_two_blocks(libcrypto: Driver, name: str) -> None:
    data = bytes(range(256)) * 2
    for length in range(0, 300, 7):
        assert libcrypto.hash_compute(hash_alg(name), data[:length]) == reference(name, data[:length])


@pytest.mark.parametrize("name", ACCELERATED)
def test_every_length_on_the_accelerator(x86_sha: Driver, name: str) -> None:
    data = bytes(range(256)) * 2
    for length in range(300):
        assert x86_sha.hash_compute(hash_alg(name), data[:length]) == reference(name, data[:length])


fragments = st.lists(st.binary(max_size=200), max_size=6)


@settings(max_examples=150, deadline=None)
@given(parts=fragments, name=st.sampled_from(sorted(HASHES)))
def test_fragments_equal_the_whole(libcrypto: Driver, parts: list[bytes], name: str) -> None:
    operation = libcrypto.hash_setup(hash_alg(name))
    for part in parts:
        operation.update(part)
    assert operation.finish() == libcrypto.hash_compute(hash_alg(name), b"".join(parts))


@settings(max_examples=100, deadline=None)
@given(parts=fragments, name=st.sampled_from(ACCELERATED))
def test_fragments_equal_the_whole_on_the_accelerator(x86_sha: Driver, parts: list[bytes], name: str) -> None:
    operation = x86_sha.hash_setup(hash_alg(name))
    for part in parts:
        operation.update(part)
    assert operation.copy_bytes().finish() == reference(name, b"".join(parts))
    assert operation.finish() == reference(name, b"".join(parts))


@pytest.mark.parametrize("name", sorted(HASHES))
def test_a_clone_is_independent(libcrypto: Driver, name: str) -> None:
    operation = libcrypto.hash_setup(hash_alg(name))
    operation.update(b"common")
    clone = operation.clone()
    operation.update(b" one")
    clone.update(b" other")
    assert clone.finish() == libcrypto.hash_compute(hash_alg(name), b"common other")
    assert operation.finish() == libcrypto.hash_compute(hash_alg(name), b"common one")


@settings(max_examples=120, deadline=None)
@given(before=st.binary(max_size=400), after=st.binary(max_size=200), name=st.sampled_from(SUSPENDABLE))
def test_suspend_and_resume(libcrypto: Driver, before: bytes, after: bytes, name: str) -> None:
    alg = hash_alg(name)
    operation = libcrypto.hash_setup(alg)
    operation.update(before)
    state = operation.suspend()
    wide = name in ("SHA_384", "SHA_512", "SHA_512_224", "SHA_512_256")
    block, length = (128, 16) if wide else (64, 8)
    assert state[:4] == alg.to_bytes(4, "big")
    assert int.from_bytes(state[4 : 4 + length], "big") == len(before)
    rest = len(before) % block
    assert rest == 0 or state[-rest:] == before[-rest:]
    assert status_of(operation.update, b"") == BAD_STATE
    resumed = libcrypto.hash_resume(alg, state)
    resumed.update(after)
    assert resumed.finish() == libcrypto.hash_compute(alg, before + after)


def test_suspend_state_of_an_untouched_hash_holds_its_initial_values(libcrypto: Driver) -> None:
    state = libcrypto.hash_setup(hash_alg("SHA_256")).suspend()
    assert state[12:].hex() == "6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19"
    state = libcrypto.hash_setup(hash_alg("MD5")).suspend()
    assert state[12:].hex() == "0123456789abcdeffedcba9876543210"


def test_resume_takes_a_length_of_more_than_four_gigabytes(libcrypto: Driver) -> None:
    for name, width in (("SHA_256", 8), ("SHA_512", 16)):
        alg = hash_alg(name)
        state = libcrypto.hash_setup(alg).suspend()
        long = state[:4] + (1 << 40).to_bytes(width, "big") + state[4 + width :]
        assert libcrypto.hash_resume(alg, long).suspend() == long


def test_malformed_suspend_states_are_invalid(libcrypto: Driver) -> None:
    alg = hash_alg("SHA_256")
    operation = libcrypto.hash_setup(alg)
    operation.update(b"abc")
    state = operation.suspend()
    for bad in (b"", state[:-1], state + b"\0", b"\1" + state[1:], state[:4] + b"\xff" + state[5:]):
        assert status_of(libcrypto.hash_resume, alg, bad) == INVALID_ARGUMENT


@pytest.mark.parametrize("name", ["SHA3_256", "SHAKE256_512", "SM3", "BLAKE2S_HASH256", "SHA_256_192"])
def test_hashes_without_a_suspend_format_say_so(libcrypto: Driver, name: str) -> None:
    operation = libcrypto.hash_setup(hash_alg(name))
    assert status_of(operation.suspend) == NOT_SUPPORTED
    operation.abort()


def test_too_small_buffers_are_refused(libcrypto: Driver, x86_sha: Driver) -> None:
    for driver in (libcrypto, x86_sha):
        assert status_of(driver.hash_compute, hash_alg("SHA_256"), b"", 31) == BUFFER_TOO_SMALL
        operation = driver.hash_setup(hash_alg("SHA_256"))
        assert status_of(operation.finish, 31) == BUFFER_TOO_SMALL
        operation.abort()
    suspended = libcrypto.hash_setup(hash_alg("SHA_256"))
    assert status_of(suspended.suspend, 43) == BUFFER_TOO_SMALL
    suspended.abort()


def test_an_unknown_hash_is_not_supported(libcrypto: Driver, x86_sha: Driver) -> None:
    for alg in (0x02000001, 0x02000019, 0x020000FF, 0x03800009):
        assert status_of(libcrypto.hash_compute, alg, b"") == NOT_SUPPORTED
        assert status_of(libcrypto.hash_setup, alg) == NOT_SUPPORTED
    assert status_of(x86_sha.hash_compute, hash_alg("SHA_512"), b"") == NOT_SUPPORTED


def test_an_idle_operation_is_a_bad_state(libcrypto: Driver, x86_sha: Driver) -> None:
    for driver in (libcrypto, x86_sha):
        operation = driver.hash_setup(hash_alg("SHA_256"))
        operation.abort()
        operation.abort()
        assert operation.memory.raw[:8] == bytes(8)
        with pytest.raises(DriverError):
            operation.update(b"x")


def test_an_aborted_operation_leaves_no_input_behind(libcrypto: Driver, x86_sha: Driver) -> None:
    for driver in (libcrypto, x86_sha):
        operation = driver.hash_setup(hash_alg("SHA_256"))
        operation.update(b"secret secret secret")
        assert b"secret" in operation.memory.raw
        operation.abort()
        assert b"secret" not in operation.memory.raw


@pytest.mark.parametrize("name", ["SHA_256", "SHA3_256"])
def test_threads_share_the_driver(libcrypto: Driver, name: str) -> None:
    def work(seed: int) -> bool:
        data = bytes([seed]) * 50
        return all(libcrypto.hash_compute(hash_alg(name), data) == reference(name, data) for _ in range(200))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(8)))
