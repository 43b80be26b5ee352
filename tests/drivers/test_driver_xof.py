"""Extendable-output functions of the software driver, against the standard library."""

from __future__ import annotations

import hashlib

import pytest
from harness import BAD_STATE, NOT_SUPPORTED, Driver, status_of
from hypothesis import given, settings
from hypothesis import strategies as st
from symmetric import SHAKE128, SHAKE256, Xof

REFERENCE = {SHAKE128: hashlib.shake_128, SHAKE256: hashlib.shake_256}


@settings(max_examples=150, deadline=None)
@given(
    alg=st.sampled_from([SHAKE128, SHAKE256]),
    parts=st.lists(st.binary(max_size=300), max_size=5),
    sizes=st.lists(st.integers(0, 400), max_size=6),
)
def test_fragments_of_input_and_output(libcrypto: Driver, alg: int, parts: list[bytes], sizes: list[int]) -> None:
    operation = Xof(libcrypto, alg)
    for part in parts:
        operation.update(part)
    got = b"".join(operation.output(size) for size in sizes)
    assert got == REFERENCE[alg](b"".join(parts)).digest(sum(sizes))


def test_empty_message_of_the_nist_examples(libcrypto: Driver) -> None:
    """SHAKE128 and SHAKE256 of the empty message, FIPS 202 example values."""
    assert Xof(libcrypto, SHAKE128).output(16).hex() == "7f9c2ba4e88f827d616045507605853e"
    assert Xof(libcrypto, SHAKE256).output(16).hex() == "46b9dd2b0ba88d13233b3feb743eeb24"


@pytest.mark.parametrize("length", [135, 136, 137, 167, 168, 169, 336])
def test_lengths_around_a_block(libcrypto: Driver, length: int) -> None:
    for alg, reference in REFERENCE.items():
        operation = Xof(libcrypto, alg)
        operation.update(bytes(length))
        assert operation.output(length) == reference(bytes(length)).digest(length)


def test_input_after_output_is_a_bad_state(libcrypto: Driver) -> None:
    operation = Xof(libcrypto, SHAKE128)
    operation.output(0)
    assert status_of(operation.update, b"x") == BAD_STATE
    operation.abort()
    assert operation.memory.raw == bytes(len(operation.memory))
    assert status_of(operation.output, 1) == BAD_STATE
    assert status_of(operation.update, b"") == BAD_STATE
    operation.abort()


def test_other_functions_are_not_supported(libcrypto: Driver) -> None:
    for alg in (0x0D000300, 0x0D008300, 0x0D0001FF, 0x02000015):
        assert status_of(Xof, libcrypto, alg) == NOT_SUPPORTED
