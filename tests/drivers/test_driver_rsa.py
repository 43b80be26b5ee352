"""RSA of the software driver, against NIST vectors and ``cryptography``."""

from __future__ import annotations

import hashlib
from math import gcd

import pytest
import vectors
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from harness import (
    BUFFER_TOO_SMALL,
    INVALID_ARGUMENT,
    NOT_SUPPORTED,
    RSA_PAIR,
    RSA_PUBLIC,
    RSA_RAW,
    Driver,
    rsa_pkcs1,
    rsa_pss,
    status_of,
)

CRYPTOGRAPHY = {
    "SHA_1": hashes.SHA1(),
    "SHA_224": hashes.SHA224(),
    "SHA_256": hashes.SHA256(),
    "SHA_384": hashes.SHA384(),
    "SHA_512": hashes.SHA512(),
    "SHA3_256": hashes.SHA3_256(),
    "SHA_512_256": hashes.SHA512_256(),
}


def digest(name: str, message: bytes) -> bytes:
    return hashlib.new(name.lower().replace("sha_", "sha", 1), message).digest()


def private_der(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def public_der(key: rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def test_nist_pkcs1_verification(libcrypto: Driver) -> None:
    verdicts = set()
    for vector in vectors.rsa_pkcs1_verify_vectors()[::3]:
        public, bits = libcrypto.import_key(RSA_PUBLIC, vectors.der_sequence(vector.n, vector.e))
        assert bits == vector.n.bit_length()
        hashed = digest(vector.hash, vector.message)
        arguments = ("hash", RSA_PUBLIC, bits, public, rsa_pkcs1(vector.hash), hashed, vector.signature)
        assert libcrypto.verify(*arguments) == vector.valid
        verdicts.add(vector.valid)
    assert verdicts == {True, False}


def test_nist_pss_verification(libcrypto: Driver) -> None:
    """The vectors have salts of 10 bytes: only the algorithm for any salt accepts them."""
    verdicts = set()
    for vector in vectors.rsa_pss_verify_vectors()[::3]:
        public, bits = libcrypto.import_key(RSA_PUBLIC, vectors.der_sequence(vector.n, vector.e))
        hashed = digest(vector.hash, vector.message)
        exact = ("hash", RSA_PUBLIC, bits, public, rsa_pss(vector.hash), hashed, vector.signature)
        loose = ("hash", RSA_PUBLIC, bits, public, rsa_pss(vector.hash, any_salt=True), hashed, vector.signature)
        assert libcrypto.verify(*loose) == vector.valid
        assert libcrypto.verify(*exact) == (vector.valid and vector.salt == len(hashed))
        verdicts.add(vector.valid)
    assert verdicts == {True, False}


@pytest.mark.parametrize("name", sorted(CRYPTOGRAPHY))
def test_signatures_both_ways(libcrypto: Driver, key: rsa.RSAPrivateKey, name: str) -> None:
    pair, public = private_der(key), public_der(key.public_key())
    hashed, prehashed = digest(name, b"message"), Prehashed(CRYPTOGRAPHY[name])
    signature = libcrypto.sign("hash", RSA_PAIR, 2048, pair, rsa_pkcs1(name), hashed)
    assert signature == key.sign(hashed, padding.PKCS1v15(), prehashed)
    assert libcrypto.verify("hash", RSA_PUBLIC, 2048, public, rsa_pkcs1(name), hashed, signature)

    pss = padding.PSS(padding.MGF1(CRYPTOGRAPHY[name]), len(hashed))
    for any_salt in (False, True):
        alg = rsa_pss(name, any_salt=any_salt)
        signature = libcrypto.sign("hash", RSA_PAIR, 2048, pair, alg, hashed)
        key.public_key().verify(signature, hashed, pss, prehashed)
        assert libcrypto.verify("hash", RSA_PAIR, 2048, pair, alg, hashed, signature)
        assert libcrypto.verify("hash", RSA_PUBLIC, 2048, public, alg, hashed, key.sign(hashed, pss, prehashed))


@pytest.mark.parametrize(("name", "oid"), [("SM3", "06082a811ccf55018378"), ("MD5", "06082a864886f70d0205")])
def test_digest_info_of_hashes_that_cryptography_has_not(
    libcrypto: Driver, key: rsa.RSAPrivateKey, name: str, oid: str
) -> None:
    size = {"SM3": 32, "MD5": 16}[name]
    hashed = bytes(range(size))
    identifier = bytes.fromhex(oid) + b"\x05\x00"
    info = bytes([0x30, len(identifier)]) + identifier + bytes([0x04, size]) + hashed
    info = bytes([0x30, len(info)]) + info
    pair = private_der(key)
    signature = libcrypto.sign("hash", RSA_PAIR, 2048, pair, rsa_pkcs1(name), hashed)
    assert signature == libcrypto.sign("hash", RSA_PAIR, 2048, pair, RSA_RAW, info)
    assert pow(int.from_bytes(signature, "big"), 65537, key.public_key().public_numbers().n) == int.from_bytes(
        b"\x01" + b"\xff" * (256 - 3 - len(info)) + b"\x00" + info, "big"
    )


def test_raw_pkcs1_takes_any_string_that_fits(libcrypto: Driver, key: rsa.RSAPrivateKey) -> None:
    pair = private_der(key)
    for size in (1, 36, 245):
        text = b"\x5a" * size
        signature = libcrypto.sign("hash", RSA_PAIR, 2048, pair, RSA_RAW, text)
        assert libcrypto.verify("hash", RSA_PAIR, 2048, pair, RSA_RAW, text, signature)
        assert not libcrypto.verify("hash", RSA_PAIR, 2048, pair, RSA_RAW, text[:-1], signature)
    assert status_of(libcrypto.sign, "hash", RSA_PAIR, 2048, pair, RSA_RAW, bytes(246)) == INVALID_ARGUMENT


def test_changed_signatures_are_rejected(libcrypto: Driver, key: rsa.RSAPrivateKey) -> None:
    pair = private_der(key)
    hashed = digest("SHA_256", b"message")
    for alg in (rsa_pkcs1("SHA_256"), rsa_pss("SHA_256"), rsa_pss("SHA_256", any_salt=True)):
        good = libcrypto.sign("hash", RSA_PAIR, 2048, pair, alg, hashed)
        for bit in (0, 1, 7, 1000, 2046, 2047):
            bad = (int.from_bytes(good, "big") ^ 1 << bit).to_bytes(256, "big")
            assert not libcrypto.verify("hash", RSA_PAIR, 2048, pair, alg, hashed, bad)
        for bad in (b"", good[:-1], good + b"\0", b"\0" + good, b"\xff" * 256, bytes(256)):
            assert not libcrypto.verify("hash", RSA_PAIR, 2048, pair, alg, hashed, bad)


def test_pss_salt_rules(libcrypto: Driver, key: rsa.RSAPrivateKey) -> None:
    """Exactly the hash length is demanded, or the longest salt that fits a small key."""
    public = public_der(key.public_key())
    hashed = digest("SHA_256", b"message")
    prehashed = Prehashed(hashes.SHA256())
    for salt in (0, 20, 31, 33, 222):
        signature = key.sign(hashed, padding.PSS(padding.MGF1(hashes.SHA256()), salt), prehashed)
        assert libcrypto.verify("hash", RSA_PUBLIC, 2048, public, rsa_pss("SHA_256", any_salt=True), hashed, signature)
        assert not libcrypto.verify("hash", RSA_PUBLIC, 2048, public, rsa_pss("SHA_256"), hashed, signature)


def test_pss_with_the_longest_salt_of_a_small_key(libcrypto: Driver) -> None:
    small = rsa.generate_private_key(65537, 1024)
    pair = private_der(small)
    hashed = digest("SHA_512", b"message")
    signature = libcrypto.sign("hash", RSA_PAIR, 1024, pair, rsa_pss("SHA_512"), hashed)
    pss = padding.PSS(padding.MGF1(hashes.SHA512()), 128 - 64 - 2)
    small.public_key().verify(signature, hashed, pss, Prehashed(hashes.SHA512()))
    assert libcrypto.verify("hash", RSA_PAIR, 1024, pair, rsa_pss("SHA_512"), hashed, signature)
    shorter = padding.PSS(padding.MGF1(hashes.SHA512()), 20)
    other = small.sign(hashed, shorter, Prehashed(hashes.SHA512()))
    assert not libcrypto.verify("hash", RSA_PAIR, 1024, pair, rsa_pss("SHA_512"), hashed, other)


@pytest.mark.parametrize("bits", [1024, 1025, 1031, 2048])
def test_generated_keys(libcrypto: Driver, bits: int) -> None:
    pair = libcrypto.generate_key(RSA_PAIR, bits)
    loaded = serialization.load_der_private_key(pair, None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    assert loaded.key_size == bits
    assert loaded.public_key().public_numbers().e == 65537
    assert private_der(loaded) == pair
    assert libcrypto.import_key(RSA_PAIR, pair, bits) == (pair, bits)
    assert libcrypto.export_public_key(RSA_PAIR, bits, pair) == public_der(loaded.public_key())
    hashed = digest("SHA_256", b"m")
    for alg in (rsa_pkcs1("SHA_256"), rsa_pss("SHA_256")):
        signature = libcrypto.sign("hash", RSA_PAIR, bits, pair, alg, hashed)
        assert len(signature) == (bits + 7) // 8
        assert libcrypto.verify("hash", RSA_PAIR, bits, pair, alg, hashed, signature)


def numbers_of(key: rsa.RSAPrivateKey) -> list[int]:
    private = key.private_numbers()
    public = private.public_numbers
    return [0, public.n, public.e, private.d, private.p, private.q, private.dmp1, private.dmq1, private.iqmp]


def test_numbers_that_do_not_fit_together_are_refused(libcrypto: Driver, key: rsa.RSAPrivateKey) -> None:
    good = numbers_of(key)
    assert libcrypto.import_key(RSA_PAIR, vectors.der_sequence(*good))[1] == 2048
    for index in range(1, 9):
        for change in (2, -2):
            bad = list(good)
            bad[index] += change
            assert status_of(libcrypto.import_key, RSA_PAIR, vectors.der_sequence(*bad)) == INVALID_ARGUMENT, index
    swapped = [*good[:4], good[5], good[4], *good[6:]]
    assert status_of(libcrypto.import_key, RSA_PAIR, vectors.der_sequence(*swapped)) == INVALID_ARGUMENT
    trivial = [0, good[1], 3, 3, good[1], 1, 1, 1, 1]
    assert status_of(libcrypto.import_key, RSA_PAIR, vectors.der_sequence(*trivial)) == INVALID_ARGUMENT


def test_a_private_exponent_modulo_lambda_is_as_good(libcrypto: Driver, key: rsa.RSAPrivateKey) -> None:
    numbers = numbers_of(key)
    p, q = numbers[4], numbers[5]
    phi = (p - 1) * (q - 1)
    for modulus in (phi, phi // gcd(p - 1, q - 1)):
        numbers[3] = pow(65537, -1, modulus)
        assert libcrypto.import_key(RSA_PAIR, vectors.der_sequence(*numbers))[1] == 2048


def bad_encodings(der: bytes) -> list[bytes]:
    return [
        b"",
        b"\x30",
        b"\x30\x80",
        der[:-1],
        der + b"\0",
        b"\x31" + der[1:],
        b"\x30\x83\0" + der[2:],
        b"\x30\x84\0\0" + der[2:],
        der.replace(b"\x02\x03\x01\x00\x01", b"\x02\x04\x00\x01\x00\x01"),
        der.replace(b"\x02\x03\x01\x00\x01", b"\x02\x81\x03\x01\x00\x01"),
        der.replace(b"\x02\x03\x01\x00\x01", b"\x02\x03\x81\x00\x01"),
        der.replace(b"\x02\x03\x01\x00\x01", b"\x02\x03\x00\x00\x01"),
        der.replace(b"\x02\x03\x01\x00\x01", b"\x02\x00"),
    ]


def test_encodings_that_are_not_der_are_refused(libcrypto: Driver, key: rsa.RSAPrivateKey) -> None:
    for der, kind in ((private_der(key), RSA_PAIR), (public_der(key.public_key()), RSA_PUBLIC)):
        for bad in bad_encodings(der):
            assert status_of(libcrypto.import_key, kind, bad) == INVALID_ARGUMENT, bad[:12].hex()
    assert status_of(libcrypto.import_key, RSA_PAIR, public_der(key.public_key())) == INVALID_ARGUMENT
    assert status_of(libcrypto.import_key, RSA_PUBLIC, private_der(key)) == INVALID_ARGUMENT
    version_1 = vectors.der_sequence(1, *numbers_of(key)[1:])
    assert status_of(libcrypto.import_key, RSA_PAIR, version_1) == INVALID_ARGUMENT


def test_every_truncation_and_every_changed_byte_is_survived(libcrypto: Driver) -> None:
    der = public_der(rsa.generate_private_key(65537, 1024).public_key())
    for length in range(len(der)):
        assert status_of(libcrypto.import_key, RSA_PUBLIC, der[:length]) == INVALID_ARGUMENT
    for position in range(len(der)):
        changed = der[:position] + bytes([der[position] ^ 0xFF]) + der[position + 1 :]
        assert status_of(libcrypto.import_key, RSA_PUBLIC, changed) in (0, INVALID_ARGUMENT)


def test_sizes(libcrypto: Driver, key: rsa.RSAPrivateKey) -> None:
    pair, public = private_der(key), public_der(key.public_key())
    hashed = digest("SHA_256", b"m")
    assert status_of(libcrypto.import_key, RSA_PUBLIC, public, 1024) == INVALID_ARGUMENT
    assert status_of(libcrypto.import_key, RSA_PUBLIC, vectors.der_sequence(3 * 5, 7)) == NOT_SUPPORTED
    assert status_of(libcrypto.import_key, RSA_PUBLIC, vectors.der_sequence(2**2048 - 2, 3)) == INVALID_ARGUMENT
    for exponent in (1, 2, 2**2048 + 1):
        der = vectors.der_sequence(2**2047 + 1, exponent)
        assert status_of(libcrypto.import_key, RSA_PUBLIC, der) == INVALID_ARGUMENT
    assert status_of(libcrypto.import_key, RSA_PAIR, pair, size=len(pair) - 1) == BUFFER_TOO_SMALL
    assert status_of(libcrypto.export_public_key, RSA_PAIR, 2048, pair, len(public) - 1) == BUFFER_TOO_SMALL
    assert status_of(libcrypto.generate_key, RSA_PAIR, 512) == NOT_SUPPORTED
    assert status_of(libcrypto.generate_key, RSA_PAIR, 1024, 100) == BUFFER_TOO_SMALL
    assert status_of(libcrypto.generate_key, RSA_PUBLIC, 1024) == INVALID_ARGUMENT
    for alg in (rsa_pkcs1("SHA_256"), rsa_pss("SHA_256")):
        assert status_of(libcrypto.sign, "hash", RSA_PAIR, 2048, pair, alg, hashed, 255) == BUFFER_TOO_SMALL
        assert status_of(libcrypto.sign, "hash", RSA_PAIR, 2048, pair, alg, hashed[:-1]) == INVALID_ARGUMENT
        assert status_of(libcrypto.sign, "hash", RSA_PUBLIC, 2048, public, alg, hashed) == INVALID_ARGUMENT
    assert status_of(libcrypto.sign, "hash", RSA_PAIR, 2048, pair, 0x06000300, hashed) == INVALID_ARGUMENT
    assert status_of(libcrypto.sign, "hash", RSA_PAIR, 2048, pair, rsa_pss("SHAKE256_256"), hashed) == NOT_SUPPORTED
    assert status_of(libcrypto.sign, "hash", RSA_PAIR, 2048, pair, rsa_pkcs1("SHAKE256_256"), hashed) == NOT_SUPPORTED


def test_a_key_too_small_for_the_hash_is_invalid(libcrypto: Driver) -> None:
    p, q = 2**255 + 95, 2**256 - 189  # the last prime below 2**256, and one above 2**255
    n, e = p * q, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    der = vectors.der_sequence(0, n, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    pair, bits = libcrypto.import_key(RSA_PAIR, der)
    assert bits == n.bit_length()
    for alg in (rsa_pkcs1("SHA_512"), rsa_pss("SHA_512")):
        assert status_of(libcrypto.sign, "hash", RSA_PAIR, bits, pair, alg, bytes(64)) == INVALID_ARGUMENT
