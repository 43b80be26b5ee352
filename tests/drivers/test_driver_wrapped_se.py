"""The wrapped-key secure element: round trips, tampering, and that nothing leaves it in the clear."""

from __future__ import annotations

import ctypes
import hashlib
import hmac

import pytest
from harness import (
    BAD_STATE,
    BUFFER_TOO_SMALL,
    DATA_CORRUPT,
    ECDSA_ANY,
    HMAC_KEY,
    INVALID_ARGUMENT,
    NOT_SUPPORTED,
    Driver,
    ecc_pair,
    ecc_public,
    ecdsa,
    status_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

DATA_INVALID = -153
PAIR = ecc_pair("SECP_R1")
HMAC_SHA_256 = 0x03800009
OVERHEAD = 44
PRIVATE = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")


def wrap(driver: Driver, kind: int, data: bytes) -> tuple[bytes, int]:
    return driver.import_key(kind, data)


@settings(max_examples=40, deadline=None)
@given(key=st.binary(min_size=1, max_size=128), message=st.binary(max_size=300))
def test_hmac_is_that_of_the_standard_library(wrapped_se: Driver, key: bytes, message: bytes) -> None:
    blob, bits = wrap(wrapped_se, HMAC_KEY, key)
    assert bits == 8 * len(key)
    assert len(blob) == OVERHEAD + len(key)
    mac = wrapped_se.mac_compute(HMAC_KEY, bits, blob, HMAC_SHA_256, message)
    assert mac == hmac.digest(key, message, "sha256")
    assert wrapped_se.export_key(HMAC_KEY, bits, blob) == key


def test_the_key_does_not_show_in_the_blob(wrapped_se: Driver) -> None:
    key = bytes(range(64))
    blob, bits = wrap(wrapped_se, HMAC_KEY, key)
    assert not any(key[i : i + 4] in blob for i in range(61))
    assert wrap(wrapped_se, HMAC_KEY, key)[0] != blob, "each wrapping has its own nonce"
    copy = wrapped_se.copy_key(HMAC_KEY, bits, blob)
    assert copy != blob
    assert wrapped_se.export_key(HMAC_KEY, bits, copy) == key


def test_signatures_verify_elsewhere(wrapped_se: Driver, libcrypto: Driver) -> None:
    blob, bits = wrap(wrapped_se, PAIR, PRIVATE)
    assert (bits, len(blob)) == (256, OVERHEAD + 65 + 32)
    public = wrapped_se.export_public_key(PAIR, 256, blob, 65)
    assert public == libcrypto.export_public_key(PAIR, 256, PRIVATE)
    hashed = hashlib.sha256(b"message").digest()
    for alg in (ecdsa("SHA_256"), ECDSA_ANY):
        signature = wrapped_se.sign("hash", PAIR, 256, blob, alg, hashed, 64)
        assert libcrypto.verify("hash", ecc_public("SECP_R1"), 256, public, alg, hashed, signature)
        assert wrapped_se.verify("hash", PAIR, 256, blob, alg, hashed, signature)
        assert not wrapped_se.verify("hash", PAIR, 256, blob, alg, bytes(32), signature)
    deterministic = ecdsa("SHA_256", deterministic=True)
    signature = libcrypto.sign("hash", PAIR, 256, PRIVATE, deterministic, hashed)
    assert wrapped_se.verify("hash", PAIR, 256, blob, deterministic, hashed, signature)


@pytest.mark.parametrize(("kind", "bits", "size"), [(PAIR, 256, 141), (HMAC_KEY, 8, 45), (HMAC_KEY, 1024, 172)])
def test_generated_keys(wrapped_se: Driver, kind: int, bits: int, size: int) -> None:
    first, second = (wrapped_se.generate_key(kind, bits, size) for _ in range(2))
    assert len(first) == len(second) == size
    if bits > 8:
        assert wrapped_se.export_key(kind, bits, first) != wrapped_se.export_key(kind, bits, second)


@settings(max_examples=60, deadline=None)
@given(position=st.integers(0, 140), flip=st.integers(1, 255))
def test_any_changed_byte_is_noticed(wrapped_se: Driver, position: int, flip: int) -> None:
    blob = bytearray(wrap(wrapped_se, PAIR, PRIVATE)[0])
    blob[position] ^= flip
    expected = DATA_INVALID if position < 12 else DATA_CORRUPT
    for call in (wrapped_se.export_key, wrapped_se.export_public_key, wrapped_se.copy_key):
        assert status_of(call, PAIR, 256, bytes(blob)) == expected
    assert status_of(wrapped_se.sign, "hash", PAIR, 256, bytes(blob), ECDSA_ANY, bytes(32)) == expected
    assert status_of(wrapped_se.verify, "hash", PAIR, 256, bytes(blob), ECDSA_ANY, bytes(32), bytes(64)) == expected


def test_blobs_of_other_attributes_are_invalid(wrapped_se: Driver) -> None:
    blob, bits = wrap(wrapped_se, HMAC_KEY, bytes(range(32)))
    for kind, size, data in [
        (HMAC_KEY, 128, blob),
        (PAIR, 256, blob),
        (HMAC_KEY, bits, blob[:-1]),
        (HMAC_KEY, bits, blob + b"\0"),
        (HMAC_KEY, bits, b""),
    ]:
        assert status_of(wrapped_se.export_key, kind, size, data) == DATA_INVALID


def test_a_blob_of_another_element_is_corrupt(wrapped_se: Driver) -> None:
    """The device key is in the persistent state; another one cannot open the blob, and losing it is an error."""
    state = (ctypes.c_uint8 * 256).in_dll(wrapped_se.library, "support_state")
    saved = bytes(state)
    blob, bits = wrap(wrapped_se, HMAC_KEY, b"key")
    try:
        ctypes.memset(state, 0, len(state))
        assert status_of(wrapped_se.export_key, HMAC_KEY, bits, blob) == BAD_STATE
        wrapped_se.call("init")
        assert bytes(state) != saved
        assert status_of(wrapped_se.export_key, HMAC_KEY, bits, blob) == DATA_CORRUPT
    finally:
        ctypes.memmove(state, saved, len(saved))
    wrapped_se.call("init")
    assert bytes(state) == saved, "init keeps the device key"
    assert wrapped_se.export_key(HMAC_KEY, bits, blob) == b"key"


def test_a_failing_random_generator_fails_the_call(wrapped_se: Driver) -> None:
    status = ctypes.c_int32.in_dll(wrapped_se.library, "support_random_status")
    blob, _ = wrap(wrapped_se, PAIR, PRIVATE)
    status.value = -148
    try:
        assert status_of(wrap, wrapped_se, HMAC_KEY, b"key") == -148
        assert status_of(wrapped_se.generate_key, PAIR, 256) == -148
        assert status_of(wrapped_se.sign, "hash", PAIR, 256, blob, ECDSA_ANY, bytes(32)) == -148
    finally:
        status.value = 0


def test_refused_keys_and_sizes(wrapped_se: Driver) -> None:
    blob, _ = wrap(wrapped_se, PAIR, PRIVATE)
    assert status_of(wrapped_se.import_key, PAIR, bytes(32)) == INVALID_ARGUMENT
    assert status_of(wrapped_se.import_key, PAIR, PRIVATE[:-1], 256) == INVALID_ARGUMENT
    assert status_of(wrapped_se.import_key, PAIR, PRIVATE, 384) == NOT_SUPPORTED
    assert status_of(wrapped_se.import_key, ecc_pair("SECP_K1"), PRIVATE) == NOT_SUPPORTED
    assert status_of(wrapped_se.import_key, HMAC_KEY, bytes(129)) == NOT_SUPPORTED
    assert status_of(wrapped_se.import_key, PAIR, PRIVATE, size=140) == BUFFER_TOO_SMALL
    assert status_of(wrapped_se.sign, "hash", PAIR, 256, blob, ECDSA_ANY, bytes(32), 63) == BUFFER_TOO_SMALL
    assert status_of(wrapped_se.export_public_key, PAIR, 256, blob, 64) == BUFFER_TOO_SMALL
    assert status_of(wrapped_se.mac_compute, HMAC_KEY, 8, blob, 0x0380000B, b"") == NOT_SUPPORTED
    deterministic = ecdsa("SHA_256", deterministic=True)
    assert status_of(wrapped_se.sign, "hash", PAIR, 256, blob, deterministic, bytes(32)) == NOT_SUPPORTED
