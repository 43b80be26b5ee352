"""Finite field Diffie-Hellman and key encapsulation of the software driver."""

from __future__ import annotations

import ctypes

import pytest
from cryptography.hazmat.primitives.asymmetric import dh
from harness import (
    BUFFER_TOO_SMALL,
    INVALID_ARGUMENT,
    NOT_SUPPORTED,
    RSA_PAIR,
    Attributes,
    Driver,
    ecc_pair,
    ecc_public,
    status_of,
)
from symmetric import buffer

FFDH, ECIES = 0x09010000, 0x0C000100
DERIVE = 0x1200
DH_FAMILIES = {"ffdhe": 0x03, "modp": 0x05}


def dh_type(family: str, *, public: bool = False) -> int:
    return (0x4200 if public else 0x7200) | DH_FAMILIES[family]


def prime_of(libcrypto: Driver, family: str, bits: int) -> int:
    """The least number that is refused as a private key."""
    low, high = 1 << (bits - 1), (1 << bits) - 1
    while low < high:
        middle = (low + high) // 2
        good = status_of(libcrypto.import_key, dh_type(family), middle.to_bytes(bits // 8, "big")) == 0
        low, high = (middle + 1, high) if good else (low, middle)
    return low


@pytest.mark.parametrize(("family", "bits"), [("ffdhe", 2048), ("ffdhe", 3072), ("ffdhe", 4096), ("modp", 2048)])
def test_agreement_with_cryptography(libcrypto: Driver, family: str, bits: int) -> None:
    kind, prime = dh_type(family), prime_of(libcrypto, family, bits)
    numbers = dh.DHParameterNumbers(prime, 2, (prime - 1) // 2)
    theirs = numbers.parameters().generate_private_key()
    peer = theirs.public_key().public_numbers().y.to_bytes(bits // 8, "big")
    pair = libcrypto.generate_key(kind, bits)
    public = libcrypto.export_public_key(kind, bits, pair)
    ours = dh.DHPublicNumbers(int.from_bytes(public, "big"), numbers).public_key()
    assert len(pair) == len(public) == bits // 8
    assert libcrypto.key_agreement(FFDH, kind, bits, pair, peer, bits // 8) == theirs.exchange(ours).rjust(
        bits // 8, b"\0"
    )
    assert libcrypto.import_key(kind, pair) == (pair, bits)
    assert libcrypto.import_key(dh_type(family, public=True), public, bits) == (public, bits)
    assert libcrypto.export_public_key(dh_type(family, public=True), bits, public) == public
    assert status_of(libcrypto.key_agreement, FFDH, kind, bits, pair, peer, bits // 8 - 1) == BUFFER_TOO_SMALL
    assert status_of(libcrypto.generate_key, kind, bits, bits // 8 - 1) == BUFFER_TOO_SMALL


@pytest.mark.parametrize("family", DH_FAMILIES)
@pytest.mark.parametrize("bits", [2048, 3072, 4096, 6144, 8192])
def test_primes_are_those_of_the_rfc(libcrypto: Driver, family: str, bits: int) -> None:
    """RFC 7919, appendix A, and RFC 3526: 64 ones at both ends and the digits of e or pi between; safe primes."""
    prime = prime_of(libcrypto, family, bits)
    digits = {"ffdhe": "adf85458a2bb4a9aafdc5620273d3cf1", "modp": "c90fdaa22168c234c4c6628b80dc1cd1"}[family]
    text = f"{prime:x}"
    assert text.startswith("f" * 16 + digits)
    assert text.endswith("f" * 16)
    if bits == 2048:
        assert pow(3, prime - 1, prime) == 1
        assert pow(2, (prime - 1) // 2, prime) == 1


@pytest.mark.parametrize("family", DH_FAMILIES)
def test_numbers_out_of_range_are_refused(libcrypto: Driver, family: str) -> None:
    prime = prime_of(libcrypto, family, 2048)
    pair = libcrypto.generate_key(dh_type(family), 2048)
    for number in (0, 1, prime - 1, prime, prime + 1, 2**2048 - 1):
        data = number.to_bytes(256, "big")
        assert status_of(libcrypto.import_key, dh_type(family, public=True), data) == INVALID_ARGUMENT
        assert status_of(libcrypto.key_agreement, FFDH, dh_type(family), 2048, pair, data) == INVALID_ARGUMENT
        expected = 0 if 0 < number < prime else INVALID_ARGUMENT
        assert status_of(libcrypto.import_key, dh_type(family), data) == expected
    for size in (0, 255, 257):
        assert status_of(libcrypto.import_key, dh_type(family), bytes([1]) * size) == INVALID_ARGUMENT
        assert status_of(libcrypto.import_key, dh_type(family), bytes([1]) * size, 2048) == INVALID_ARGUMENT
        assert status_of(libcrypto.key_agreement, FFDH, dh_type(family), 2048, pair, bytes(size)) == INVALID_ARGUMENT
    assert status_of(libcrypto.import_key, dh_type(family), bytes(128), 1024) == NOT_SUPPORTED
    assert status_of(libcrypto.generate_key, dh_type(family), 1024) == NOT_SUPPORTED
    assert status_of(libcrypto.generate_key, 0x7204, 2048) == NOT_SUPPORTED
    assert status_of(libcrypto.key_agreement, FFDH, ecc_pair("SECP_R1"), 256, bytes(32), bytes(65)) == INVALID_ARGUMENT
    half, square = ((prime - 1) // 2).to_bytes(256, "big"), (4).to_bytes(256, "big")
    status = status_of(libcrypto.key_agreement, FFDH, dh_type(family), 2048, half, square)
    assert status == INVALID_ARGUMENT, "a secret of 1"


# Key encapsulation


def encapsulate(
    driver: Driver, kind: int, bits: int, key: bytes, want: int = 0, sizes: tuple[int, int] = (80, 200)
) -> tuple[bytes, bytes]:
    """The secret and the ciphertext."""
    secret, length = ctypes.create_string_buffer(sizes[0]), ctypes.c_size_t(0)
    ours, output = Attributes(type=kind, bits=bits), Attributes(type=DERIVE, bits=want)
    head = (ctypes.byref(ours), *buffer(key), ctypes.c_uint32(ECIES), ctypes.byref(output))
    sent = driver.output(sizes[1], "encapsulate", *head, secret, ctypes.c_size_t(sizes[0]), ctypes.byref(length))
    return secret.raw[: length.value], sent


def decapsulate(driver: Driver, kind: int, bits: int, key: bytes, sent: bytes, want: int = 0, size: int = 80) -> bytes:
    ours, output = Attributes(type=kind, bits=bits), Attributes(type=DERIVE, bits=want)
    head = (ctypes.byref(ours), *buffer(key), ctypes.c_uint32(ECIES), *buffer(sent), ctypes.byref(output))
    return driver.output(size, "decapsulate", *head)


CURVES = [("SECP_R1", 256), ("SECP_R1", 521), ("SECP_K1", 256), ("BRAINPOOL_P_R1", 384), ("MONTGOMERY", 255)]
CURVES += [("MONTGOMERY", 448), ("SECT_R1", 283)]


@pytest.mark.parametrize(("family", "bits"), CURVES)
def test_encapsulated_secret_is_that_of_ecdh(libcrypto: Driver, family: str, bits: int) -> None:
    kind, public_kind = ecc_pair(family), ecc_public(family)
    pair = libcrypto.generate_key(kind, bits)
    public = libcrypto.export_public_key(kind, bits, pair)
    secrets = set()
    for sender, key in ((public_kind, public), (kind, pair)):
        secret, sent = encapsulate(libcrypto, sender, bits, key)
        assert secret == libcrypto.key_agreement(0x09020000, kind, bits, pair, sent)
        assert secret == decapsulate(libcrypto, kind, bits, pair, sent)
        assert secret == decapsulate(libcrypto, kind, bits, pair, sent, 8 * len(secret), len(secret))
        assert status_of(decapsulate, libcrypto, kind, bits, pair, sent, 8 * len(secret) - 8) == INVALID_ARGUMENT
        assert status_of(decapsulate, libcrypto, kind, bits, pair, sent, 0, len(secret) - 1) == BUFFER_TOO_SMALL
        assert status_of(decapsulate, libcrypto, kind, bits, pair, sent[:-1]) == INVALID_ARGUMENT
        secrets.add(secret)
        for sizes in ((len(secret) - 1, 200), (80, len(sent) - 1)):
            assert status_of(encapsulate, libcrypto, sender, bits, key, 0, sizes) == BUFFER_TOO_SMALL
        assert status_of(encapsulate, libcrypto, sender, bits, key, 8) == INVALID_ARGUMENT
    assert len(secrets) == 2, "every secret is fresh"
    assert status_of(decapsulate, libcrypto, public_kind, bits, public, public) == INVALID_ARGUMENT


def test_keys_without_encapsulation(libcrypto: Driver) -> None:
    edwards = ecc_pair("TWISTED_EDWARDS")
    pair = libcrypto.generate_key(edwards, 255)
    assert status_of(encapsulate, libcrypto, edwards, 255, pair) == INVALID_ARGUMENT
    assert status_of(encapsulate, libcrypto, RSA_PAIR, 2048, b"") == INVALID_ARGUMENT
    assert status_of(encapsulate, libcrypto, ecc_pair("SECP_R1"), 257, bytes(33)) == NOT_SUPPORTED
