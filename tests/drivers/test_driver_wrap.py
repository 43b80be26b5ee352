"""Key wrapping of the software driver, against published vectors and its definition."""

from __future__ import annotations

import ctypes

import pytest
import vectors_symmetric
from cryptography.hazmat.primitives import keywrap
from harness import (
    BUFFER_TOO_SMALL,
    INVALID_ARGUMENT,
    INVALID_SIGNATURE,
    NOT_SUPPORTED,
    Attributes,
    Driver,
    status_of,
)
from symmetric import KEY_SIZES, KEY_TYPES, buffer, ecb

KW, KWP = 0x0B400100, 0x0BC00200
DERIVE = 0x1200


def wrap(driver: Driver, kind: str, kek: bytes, alg: int, key: bytes, size: int = 5000) -> bytes:
    wrapping, wrapped = Attributes(type=KEY_TYPES[kind], bits=8 * len(kek)), Attributes(type=DERIVE, bits=8 * len(key))
    head = (ctypes.byref(wrapping), *buffer(kek), ctypes.c_uint32(alg), ctypes.byref(wrapped), *buffer(key))
    return driver.output(size, "wrap_key", *head)


def unwrap(driver: Driver, kind: str, kek: bytes, alg: int, data: bytes, size: int = 5000) -> bytes:
    wrapping, wrapped = Attributes(type=KEY_TYPES[kind], bits=8 * len(kek)), Attributes(type=DERIVE, bits=0)
    head = (ctypes.byref(wrapped), ctypes.byref(wrapping), *buffer(kek), ctypes.c_uint32(alg), *buffer(data))
    out, length, bits = ctypes.create_string_buffer(size), ctypes.c_size_t(0), ctypes.c_size_t(0)
    driver.call("unwrap_key", *head, out, ctypes.c_size_t(size), ctypes.byref(length), ctypes.byref(bits))
    assert bits.value == 8 * length.value
    return out.raw[: length.value]


def test_published_wrapping_vectors(libcrypto: Driver) -> None:
    found = vectors_symmetric.wrap_vectors()
    assert len(found) == 6000
    for v in found:
        alg = KW if v.mode == "KW" else KWP
        if v.plaintext is None:
            assert status_of(unwrap, libcrypto, "AES", v.key, alg, v.wrapped) == INVALID_SIGNATURE
        else:
            assert wrap(libcrypto, "AES", v.key, alg, v.plaintext) == v.wrapped
            assert unwrap(libcrypto, "AES", v.key, alg, v.wrapped) == v.plaintext


def kw_by_definition(libcrypto: Driver, kind: str, kek: bytes, key: bytes) -> bytes:
    """RFC 3394, 2.2.1, on the driver's ECB mode."""
    first, rest = b"\xa6" * 8, [key[i : i + 8] for i in range(0, len(key), 8)]
    for step in range(6 * len(rest)):
        mixed = ecb(libcrypto, kind, kek, first + rest[step % len(rest)])
        first = bytes(a ^ b for a, b in zip(mixed[:8], (step + 1).to_bytes(8, "big"), strict=True))
        rest[step % len(rest)] = mixed[8:]
    return first + b"".join(rest)


@pytest.mark.parametrize("kind", ["AES", "ARIA", "CAMELLIA", "SM4"])
def test_wrapping_with_every_cipher(libcrypto: Driver, kind: str) -> None:
    for size in KEY_SIZES[kind]:
        kek = bytes(range(size))
        for length in (16, 24, 40, 64, 2048):
            assert wrap(libcrypto, kind, kek, KW, bytes(length)) == kw_by_definition(
                libcrypto, kind, kek, bytes(length)
            )
        for length in (1, 7, 8, 9, 15, 16, 17, 100):
            key = bytes(range(length))
            wrapped = wrap(libcrypto, kind, kek, KWP, key)
            assert unwrap(libcrypto, kind, kek, KWP, wrapped, length) == key
            assert status_of(unwrap, libcrypto, kind, kek, KWP, wrapped, length - 1) == BUFFER_TOO_SMALL
            if kind == "AES":
                assert wrapped == keywrap.aes_key_wrap_with_padding(kek, key)


def test_wrapping_statuses(libcrypto: Driver) -> None:
    kek = bytes(16)
    for alg in (KW, KWP):
        wrapped = wrap(libcrypto, "AES", kek, alg, bytes(range(24)))
        for i in range(len(wrapped)):
            bad = bytes([*wrapped[:i], wrapped[i] ^ 0x80, *wrapped[i + 1 :]])
            assert status_of(unwrap, libcrypto, "AES", kek, alg, bad) == INVALID_SIGNATURE
        for size in (0, 8, 15, 17, 31):
            assert status_of(unwrap, libcrypto, "AES", kek, alg, bytes(size)) == INVALID_ARGUMENT
        assert status_of(wrap, libcrypto, "AES", kek, alg, b"") == INVALID_ARGUMENT
        assert status_of(wrap, libcrypto, "AES", kek, alg, bytes(24), 31) == BUFFER_TOO_SMALL
        assert status_of(wrap, libcrypto, "DES", kek, alg, bytes(24)) == INVALID_ARGUMENT
        assert status_of(wrap, libcrypto, "AES", bytes(17), alg, bytes(24)) == INVALID_ARGUMENT
        assert status_of(wrap, libcrypto, "HMAC", kek, alg, bytes(24)) == NOT_SUPPORTED
    for size in (1, 8, 15, 17):
        assert status_of(wrap, libcrypto, "AES", kek, KW, bytes(size)) == INVALID_ARGUMENT
    assert status_of(wrap, libcrypto, "AES", kek, 0x0B400200, bytes(16)) == NOT_SUPPORTED
