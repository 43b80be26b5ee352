"""Hashes against published vectors and hashlib."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vectors import hash_names, hash_vectors, monte_vector

from psa_bridge import Alg, Core, InvalidSignature

HASHLIB = {
    "MD5": "md5",
    "SHA_1": "sha1",
    "SHA_224": "sha224",
    "SHA_256": "sha256",
    "SHA_384": "sha384",
    "SHA_512": "sha512",
    "SHA3_224": "sha3_224",
    "SHA3_256": "sha3_256",
    "SHA3_384": "sha3_384",
    "SHA3_512": "sha3_512",
    "BLAKE2S_HASH256": "blake2s",
    "BLAKE2B_HASH512": "blake2b",
}
SUSPENDABLE = ["MD5", "SHA_1", "SHA_224", "SHA_256", "SHA_384", "SHA_512"]
MONTE = ["SHA_1", "SHA_256", "SHA_512", "SHA3_256"]
FRAGMENTS = st.lists(st.binary(max_size=300), max_size=8)


@pytest.mark.parametrize("name", hash_names())
def test_vectors(core: Core, name: str) -> None:
    alg = getattr(Alg, name)
    vectors = hash_vectors(name)
    assert vectors
    for vector in vectors:
        assert core.hash_compute(alg, vector.message) == vector.digest
        core.hash_compare(alg, vector.message, vector.digest)
        with core.hash_setup(alg) as operation:
            operation.update(vector.message[:17])
            operation.update(vector.message[17:])
            assert operation.finish() == vector.digest


@pytest.mark.parametrize("name", MONTE)
def test_monte_carlo_chain(core: Core, name: str) -> None:
    alg = getattr(Alg, name)
    chain = monte_vector(name)
    current = chain.seed
    for expected in chain.digests[:10]:
        if name.startswith("SHA3"):
            for _ in range(1000):
                current = core.hash_compute(alg, current)
        else:
            last = [current, current, current]
            for _ in range(1000):
                last = [*last[1:], core.hash_compute(alg, b"".join(last))]
            current = last[-1]
        assert current == expected


@pytest.mark.parametrize("name", HASHLIB)
def test_agrees_with_hashlib_at_every_length_around_the_block(core: Core, name: str) -> None:
    data = bytes(range(256)) * 2
    for length in range(300):
        expected = hashlib.new(HASHLIB[name], data[:length]).digest()
        assert core.hash_compute(getattr(Alg, name), data[:length]) == expected


@pytest.mark.parametrize("name", hash_names())
@given(fragments=FRAGMENTS)
def test_multi_part_equals_single_part_under_any_fragmentation(core: Core, name: str, fragments: list[bytes]) -> None:
    alg = getattr(Alg, name)
    expected = core.hash_compute(alg, b"".join(fragments))
    with core.hash_setup(alg) as operation:
        for fragment in fragments:
            operation.update(fragment)
        operation.clone().verify(expected)
        assert operation.finish() == expected


@pytest.mark.parametrize("name", SUSPENDABLE)
@given(before=FRAGMENTS, after=FRAGMENTS)
def test_suspending_and_resuming_changes_nothing(
    core: Core, name: str, before: list[bytes], after: list[bytes]
) -> None:
    alg = getattr(Alg, name)
    operation = core.hash_setup(alg)
    for fragment in before:
        operation.update(fragment)
    state = operation.suspend()
    assert not operation.active
    with Core() as other:
        resumed = other.hash_resume(state)
        for fragment in after:
            resumed.update(fragment)
        assert resumed.finish() == core.hash_compute(alg, b"".join([*before, *after]))


@pytest.mark.parametrize("name", ["SHA_256", "SHA3_256"])
def test_a_flipped_bit_of_the_expected_hash_is_rejected(core: Core, name: str) -> None:
    alg = getattr(Alg, name)
    good = core.hash_compute(alg, b"message")
    for bit in range(8 * len(good)):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InvalidSignature):
            core.hash_compare(alg, b"message", bad)
        operation = core.hash_setup(alg)
        operation.update(b"message")
        with pytest.raises(InvalidSignature):
            operation.verify(bad)


@pytest.mark.parametrize("cut", [0, 1, 31, 33])
def test_an_expected_hash_of_another_length_is_rejected(core: Core, cut: int) -> None:
    good = core.hash_compute(Alg.SHA_256, b"message") + b"\0"
    with pytest.raises(InvalidSignature):
        core.hash_compare(Alg.SHA_256, b"message", good[:cut])


def test_a_megabyte_in_uneven_parts(core: Core) -> None:
    data = bytes(i * 7 & 0xFF for i in range(1 << 20))
    with core.hash_setup(Alg.SHA_512) as operation:
        for start in range(0, len(data), 99991):
            operation.update(memoryview(data)[start : start + 99991])
        assert operation.finish() == hashlib.sha512(data).digest()
