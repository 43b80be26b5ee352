"""Elliptic curves: the software driver and the P-256 plug-in against vectors and ``cryptography``."""

from __future__ import annotations

import hashlib

import pytest
import vectors
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from harness import (
    BUFFER_TOO_SMALL,
    ECDH,
    ECDSA_ANY,
    INVALID_ARGUMENT,
    NOT_SUPPORTED,
    PURE_EDDSA,
    Driver,
    ecc_pair,
    ecc_public,
    ecdsa,
    status_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

PAIR, PUBLIC = ecc_pair("SECP_R1"), ecc_public("SECP_R1")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
GENERATED = [("SECP_R1", bits) for bits in (192, 224, 256, 384, 521)]
GENERATED += [("SECP_K1", 192), ("SECP_K1", 256), ("SECT_K1", 239), ("SECT_R1", 163), ("SECT_R1", 571)]
GENERATED += [("BRAINPOOL_P_R1", bits) for bits in (160, 192, 224, 256, 320, 384, 512)]


def digest(name: str, message: bytes) -> bytes:
    return hashlib.new(name.replace("SHA_", "sha"), message).digest()


@pytest.mark.parametrize("curve", vectors.CURVES)
def test_rfc6979_appendix(libcrypto: Driver, curve: str) -> None:
    found = vectors.rfc6979_vectors(curve)
    assert len(found) == 10
    for vector in found:
        pair, public = ecc_pair(vector.family), ecc_public(vector.family)
        alg = ecdsa(vector.hash, deterministic=True)
        hashed = digest(vector.hash, vector.message)
        assert libcrypto.export_public_key(pair, vector.bits, vector.private) == vector.public
        assert libcrypto.sign("hash", pair, vector.bits, vector.private, alg, hashed) == vector.signature
        assert libcrypto.verify("hash", public, vector.bits, vector.public, alg, hashed, vector.signature)


def test_rfc6979_p256_sample_typed_from_the_appendix(libcrypto: Driver) -> None:
    """RFC 6979, A.2.5: P-256, SHA-256, message "sample"."""
    private = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
    r = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    s = "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    alg = ecdsa("SHA_256", deterministic=True)
    assert libcrypto.sign("hash", PAIR, 256, private, alg, digest("SHA_256", b"sample")).hex().upper() == r + s


def _verdict(driver: Driver, vector: vectors.EcdsaVector) -> bool:
    public = ecc_public(vector.family)
    if status_of(driver.import_key, public, vector.public, vector.bits) == INVALID_ARGUMENT:
        return False
    hashed = digest(vector.hash, vector.message)
    return driver.verify("hash", public, vector.bits, vector.public, ecdsa(vector.hash), hashed, vector.signature)


@pytest.mark.parametrize("curve", vectors.CURVES)
def test_nist_signature_verification(libcrypto: Driver, curve: str) -> None:
    found = vectors.ecdsa_verify_vectors(curve)
    assert found
    for vector in found:
        assert _verdict(libcrypto, vector) == vector.valid


def test_nist_signature_verification_by_the_plugin(p256: Driver) -> None:
    for vector in vectors.ecdsa_verify_vectors("P-256"):
        assert _verdict(p256, vector) == vector.valid


def test_secp256k1_vectors(libcrypto: Driver) -> None:
    for vector in vectors.ecdsa_secp256k1_vectors():
        assert libcrypto.export_public_key(ecc_pair("SECP_K1"), 256, vector.private) == vector.public
        assert _verdict(libcrypto, vector)


def test_key_agreement_vectors(libcrypto: Driver, p256: Driver) -> None:
    for vector in vectors.ecdh_vectors() + vectors.montgomery_vectors():
        pair = ecc_pair(vector.family)
        key, bits = libcrypto.import_key(pair, vector.private, vector.bits)
        assert bits == vector.bits
        assert libcrypto.key_agreement(ECDH, pair, bits, key, vector.peer) == vector.secret
        if (vector.family, bits) == ("SECP_R1", 256):
            assert p256.key_agreement(ECDH, pair, bits, key, vector.peer, 32) == vector.secret


@pytest.mark.parametrize(("family", "bits"), GENERATED)
@pytest.mark.parametrize("deterministic", [False, True])
def test_generated_keys_sign_and_agree(libcrypto: Driver, family: str, bits: int, deterministic: bool) -> None:
    pair, public = ecc_pair(family), ecc_public(family)
    key = libcrypto.generate_key(pair, bits)
    assert libcrypto.import_key(pair, key, bits) == (key, bits)
    point = libcrypto.export_public_key(pair, bits, key)
    assert libcrypto.import_key(public, point, bits) == (point, bits)
    hashed = digest("SHA_512", b"message")
    alg = ecdsa("SHA_512", deterministic=deterministic)
    signature = libcrypto.sign("hash", pair, bits, key, alg, hashed)
    assert len(signature) == 2 * vectors.order_size(family, bits)
    assert libcrypto.verify("hash", public, bits, point, alg, hashed, signature)
    assert libcrypto.verify("hash", pair, bits, key, alg, hashed, signature)
    other = libcrypto.generate_key(pair, bits)
    other_point = libcrypto.export_public_key(pair, bits, other)
    secret = libcrypto.key_agreement(ECDH, pair, bits, key, other_point)
    assert secret == libcrypto.key_agreement(ECDH, pair, bits, other, point)
    assert len(secret) == (bits + 7) // 8


def test_plugin_and_software_understand_each_other(libcrypto: Driver, p256: Driver) -> None:
    key = p256.generate_key(PAIR, 256, 32)
    point = p256.export_public_key(PAIR, 256, key, 65)
    assert point == libcrypto.export_public_key(PAIR, 256, key)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    for size in (1, 20, 32, 48, 100):
        hashed = bytes(range(size))
        signature = p256.sign("hash", PAIR, 256, key, ECDSA_ANY, hashed, 64)
        assert libcrypto.verify("hash", PUBLIC, 256, point, ECDSA_ANY, hashed, signature)
        signature = libcrypto.sign("hash", PAIR, 256, key, ECDSA_ANY, hashed)
        assert p256.verify("hash", PUBLIC, 256, point, ECDSA_ANY, hashed, signature)
    hashed = digest("SHA_256", b"m")
    signature = p256.sign("hash", PAIR, 256, key, ecdsa("SHA_256"), hashed, 64)
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    public.verify(der, hashed, ec.ECDSA(Prehashed(hashes.SHA256())))


@settings(max_examples=30, deadline=None)
@given(bit=st.integers(0, 511), hashed=st.binary(min_size=32, max_size=32))
def test_flipped_signature_bit_is_rejected(libcrypto: Driver, p256: Driver, bit: int, hashed: bytes) -> None:
    key = (7).to_bytes(32, "big")
    for driver, other in ((libcrypto, p256), (p256, libcrypto)):
        good = driver.sign("hash", PAIR, 256, key, ecdsa("SHA_256"), hashed, 64)
        bad = (int.from_bytes(good, "big") ^ 1 << bit).to_bytes(64, "big")
        assert other.verify("hash", PAIR, 256, key, ecdsa("SHA_256"), hashed, good)
        assert not other.verify("hash", PAIR, 256, key, ecdsa("SHA_256"), hashed, bad)


@pytest.mark.parametrize("signature", [b"", bytes(64), b"\xff" * 64, bytes(63), bytes(65)])
def test_signatures_out_of_range_are_rejected(libcrypto: Driver, p256: Driver, signature: bytes) -> None:
    key = (7).to_bytes(32, "big")
    for driver in (libcrypto, p256):
        assert not driver.verify("hash", PAIR, 256, key, ecdsa("SHA_256"), bytes(32), signature)


@settings(max_examples=30, deadline=None)
@given(number=st.integers(1, ORDER - 1))
def test_public_keys_agree_with_cryptography(libcrypto: Driver, p256: Driver, number: int) -> None:
    key = number.to_bytes(32, "big")
    numbers = ec.derive_private_key(number, ec.SECP256R1()).public_key().public_numbers()
    expected = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    assert p256.export_public_key(PAIR, 256, key, 65) == expected
    assert libcrypto.export_public_key(PAIR, 256, key) == expected


@pytest.mark.parametrize("number", [1, 2, 3, 15, 16, 17, ORDER - 2, ORDER - 1])
def test_extreme_private_keys(libcrypto: Driver, p256: Driver, number: int) -> None:
    key = number.to_bytes(32, "big")
    assert p256.import_key(PAIR, key, size=32) == (key, 256)
    point = p256.export_public_key(PAIR, 256, key, 65)
    assert point == libcrypto.export_public_key(PAIR, 256, key)
    assert p256.key_agreement(ECDH, PAIR, 256, key, point, 32) == libcrypto.key_agreement(ECDH, PAIR, 256, key, point)


@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_private_keys_out_of_range_are_refused(libcrypto: Driver, p256: Driver, number: int) -> None:
    key = number.to_bytes(32, "big")
    for driver in (libcrypto, p256):
        assert status_of(driver.import_key, PAIR, key) == INVALID_ARGUMENT
        assert status_of(driver.sign, "hash", PAIR, 256, key, ECDSA_ANY, bytes(32)) == INVALID_ARGUMENT


def bad_points() -> list[bytes]:
    point = vectors.rfc6979_vectors("P-256")[0].public
    x, y = point[1:33], point[33:]
    beyond = (int.from_bytes(x, "big") + PRIME) % 2**256
    return [
        point[:-1],
        point + b"\0",
        b"\x02" + x,
        b"\x06" + x + y,
        b"\x00" + x + y,
        b"\x04" + x + x,
        b"\x04" + bytes(64),
        b"\x04" + PRIME.to_bytes(32, "big") + y,
        b"\x04" + beyond.to_bytes(32, "big") + y,
        b"\x04" + b"\xff" * 64,
    ]


@pytest.mark.parametrize("point", bad_points())
def test_bad_public_keys_are_refused(libcrypto: Driver, p256: Driver, point: bytes) -> None:
    key = (7).to_bytes(32, "big")
    for driver in (libcrypto, p256):
        assert status_of(driver.import_key, PUBLIC, point, 256) == INVALID_ARGUMENT
        assert status_of(driver.key_agreement, ECDH, PAIR, 256, key, point) == INVALID_ARGUMENT


def test_wrong_sizes(libcrypto: Driver, p256: Driver) -> None:
    key = (7).to_bytes(32, "big")
    assert status_of(libcrypto.import_key, PAIR, key, 255) == NOT_SUPPORTED
    assert status_of(libcrypto.import_key, PAIR, key, 384) == INVALID_ARGUMENT
    assert status_of(libcrypto.import_key, PAIR, key[:-1]) == INVALID_ARGUMENT
    assert status_of(libcrypto.import_key, PAIR, b"") == INVALID_ARGUMENT
    assert status_of(libcrypto.import_key, 0x7133, key) == NOT_SUPPORTED
    assert status_of(p256.import_key, PAIR, key + bytes(16)) == NOT_SUPPORTED, "another driver may know it"
    assert status_of(p256.import_key, PAIR, key, 384) == NOT_SUPPORTED
    assert status_of(libcrypto.import_key, PAIR, key, size=31) == BUFFER_TOO_SMALL
    assert status_of(libcrypto.sign, "hash", PAIR, 256, key, ECDSA_ANY, bytes(32), 63) == BUFFER_TOO_SMALL
    assert status_of(libcrypto.sign, "hash", PAIR, 256, key, ecdsa("SHA_256"), bytes(31)) == INVALID_ARGUMENT
    assert status_of(libcrypto.sign, "hash", PUBLIC, 256, key, ECDSA_ANY, bytes(32)) == INVALID_ARGUMENT
    assert status_of(libcrypto.export_public_key, PAIR, 256, key, 64) == BUFFER_TOO_SMALL
    assert status_of(libcrypto.key_agreement, ECDH, PAIR, 256, key, b"", 32) == INVALID_ARGUMENT


def test_deterministic_ecdsa_needs_a_hash_with_hmac(libcrypto: Driver) -> None:
    key = (7).to_bytes(32, "big")
    alg = ecdsa("SHAKE256_512", deterministic=True)
    assert status_of(libcrypto.sign, "hash", PAIR, 256, key, alg, bytes(64)) == NOT_SUPPORTED
    assert status_of(libcrypto.sign, "hash", PAIR, 256, key, 0x06000700, bytes(32)) == INVALID_ARGUMENT


# Montgomery and Edwards curves


def test_eddsa_vectors(libcrypto: Driver) -> None:
    pair, public = ecc_pair("TWISTED_EDWARDS"), ecc_public("TWISTED_EDWARDS")
    for vector in vectors.ed25519_vectors(200) + vectors.ed448_vectors():
        assert libcrypto.import_key(pair, vector.private) == (vector.private, vector.bits)
        assert libcrypto.import_key(public, vector.public) == (vector.public, vector.bits)
        assert libcrypto.export_public_key(pair, vector.bits, vector.private) == vector.public
        signature = libcrypto.sign("message", pair, vector.bits, vector.private, PURE_EDDSA, vector.message)
        assert signature == vector.signature
        arguments = (public, vector.bits, vector.public, PURE_EDDSA)
        assert libcrypto.verify("message", *arguments, vector.message, signature)
        assert not libcrypto.verify("message", *arguments, vector.message + b"x", signature)
        assert not libcrypto.verify("message", *arguments, vector.message, signature[:-1])


@pytest.mark.parametrize("bits", [255, 448])
def test_edwards_public_keys_must_be_points(libcrypto: Driver, bits: int) -> None:
    """Half of all y belong to no point; an oracle is decompression by the textbook."""
    size, prime = (32, 2**255 - 19) if bits == 255 else (57, 2**448 - 2**224 - 1)
    a, d = (-1, -121665 * pow(121666, -1, prime)) if bits == 255 else (1, -39081)
    public = ecc_public("TWISTED_EDWARDS")
    seen = set()
    for y in [*range(60), prime - 1, prime - 2]:
        square = (y * y - 1) * pow(d * y * y - a, -1, prime) % prime
        on_curve = square == 0 or pow(square, (prime - 1) // 2, prime) == 1
        status = status_of(libcrypto.import_key, public, y.to_bytes(size, "little"))
        assert (status == 0) == on_curve
        seen.add(on_curve)
    assert seen == {True, False}
    one = bytearray((1).to_bytes(size, "little"))
    one[-1] |= 0x80
    for bad in (bytes(one), prime.to_bytes(size, "little"), (prime + 1).to_bytes(size, "little"), bytes(size - 1)):
        assert status_of(libcrypto.import_key, public, bad, bits) == INVALID_ARGUMENT


@pytest.mark.parametrize(("bits", "size"), [(255, 32), (448, 56)])
def test_small_order_peers_are_refused(libcrypto: Driver, bits: int, size: int) -> None:
    pair = ecc_pair("MONTGOMERY")
    key = libcrypto.generate_key(pair, bits)
    prime = 2**255 - 19 if bits == 255 else 2**448 - 2**224 - 1
    for number in (0, 1, prime - 1, prime):
        peer = number.to_bytes(size, "little")
        assert status_of(libcrypto.key_agreement, ECDH, pair, bits, key, peer) == INVALID_ARGUMENT


@pytest.mark.parametrize(("bits", "size"), [(255, 32), (448, 56)])
def test_montgomery_private_keys_are_clamped(libcrypto: Driver, bits: int, size: int) -> None:
    pair = ecc_pair("MONTGOMERY")
    key, found = libcrypto.import_key(pair, b"\xff" * size)
    assert found == bits
    assert (key[0] & 7, key[-1]) == ((0, 0x7F) if bits == 255 else (4, 0xFF))
    assert libcrypto.import_key(pair, key) == (key, bits), "clamped keys stay as they are"
    point = libcrypto.export_public_key(pair, bits, key)
    assert libcrypto.import_key(ecc_public("MONTGOMERY"), point) == (point, bits)
