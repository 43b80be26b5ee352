"""RSA encryption of the software driver, against published vectors and ``cryptography``."""

from __future__ import annotations

import ctypes
import re

import pytest
import vectors
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from harness import (
    BUFFER_TOO_SMALL,
    HASHES,
    INVALID_ARGUMENT,
    NOT_SUPPORTED,
    RSA_PAIR,
    RSA_PUBLIC,
    Attributes,
    Driver,
    ecc_pair,
    status_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from symmetric import INVALID_PADDING, buffer

PKCS1 = 0x07000200
OAEP_HASHES = {"SHA_1": hashes.SHA1, "SHA_256": hashes.SHA256, "SHA_512": hashes.SHA512}
OTHER_HASHES = ["MD4", "MD5", "RIPEMD160", "SHA_384", "SHA_512_256", "SHA3_256", "SM3", "BLAKE2S_HASH256"]


def oaep(name: str) -> int:
    return 0x07000300 | HASHES[name]


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pair_der(key: rsa.RSAPrivateKey) -> bytes:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())


def crypt(
    driver: Driver, name: str, kind: int, der: bytes, alg: int, data: bytes, label: bytes = b"", size: int = 2048
) -> bytes:
    """``name`` is encrypt or decrypt."""
    attributes = Attributes(type=kind, bits=0)
    arguments = (ctypes.byref(attributes), *buffer(der), ctypes.c_uint32(alg), *buffer(data), *buffer(label))
    return driver.output(size, f"asymmetric_{name}", *arguments)


def encrypt(driver: Driver, der: bytes, alg: int, data: bytes, label: bytes = b"", size: int = 2048) -> bytes:
    return crypt(driver, "encrypt", RSA_PAIR, der, alg, data, label, size)


def decrypt(driver: Driver, der: bytes, alg: int, data: bytes, label: bytes = b"", size: int = 2048) -> bytes:
    return crypt(driver, "decrypt", RSA_PAIR, der, alg, data, label, size)


@settings(max_examples=40, deadline=None)
@given(message=st.binary(max_size=245))
def test_pkcs1_with_cryptography(libcrypto: Driver, key: rsa.RSAPrivateKey, message: bytes) -> None:
    der = pair_der(key)
    assert key.decrypt(encrypt(libcrypto, der, PKCS1, message), padding.PKCS1v15()) == message
    theirs = key.public_key().encrypt(message, padding.PKCS1v15())
    assert decrypt(libcrypto, der, PKCS1, theirs, size=len(message)) == message


@settings(max_examples=40, deadline=None)
@given(
    message=st.binary(max_size=126), label=st.binary(max_size=50), name=st.sampled_from(["SHA_1", "SHA_256", "SHA_512"])
)
def test_oaep_with_cryptography(
    libcrypto: Driver, key: rsa.RSAPrivateKey, message: bytes, label: bytes, name: str
) -> None:  # fmt: skip
    der = pair_der(key)
    hashed = OAEP_HASHES[name]()
    scheme = padding.OAEP(padding.MGF1(hashed), hashed, label or None)
    assert key.decrypt(encrypt(libcrypto, der, oaep(name), message, label), scheme) == message
    theirs = key.public_key().encrypt(message, scheme)
    assert decrypt(libcrypto, der, oaep(name), theirs, label, len(message)) == message
    assert status_of(decrypt, libcrypto, der, oaep(name), theirs, label + b"x") == INVALID_PADDING


@pytest.mark.parametrize(
    "name", ["MD4", "MD5", "RIPEMD160", "SHA_384", "SHA_512_256", "SHA3_256", "SM3", "BLAKE2S_HASH256"]
)
def test_oaep_with_every_hash(libcrypto: Driver, key: rsa.RSAPrivateKey, name: str) -> None:
    der = pair_der(key)
    sealed = encrypt(libcrypto, der, oaep(name), b"message", b"label")
    assert decrypt(libcrypto, der, oaep(name), sealed, b"label") == b"message"


def oaep_examples() -> list[tuple[bytes, bytes, bytes]]:
    """Keys, messages and ciphertexts of RSA Laboratories' pkcs-1v2-1d2-vec, OAEP with SHA-1."""
    text = "\n".join(vectors.lines("asymmetric/RSA/pkcs-1v2-1d2-vec/oaep-vect.txt"))
    found = []
    for example in re.split(r"# Example \d+: ", text)[1:]:
        head, *cases = re.split(r"# OAEP Example [\d.]+", example)

        def field(block: str, name: str) -> bytes:
            return bytes.fromhex(re.search(rf"# {name}:\n([0-9a-f \n]+)", block)[1])  # type: ignore[index]

        pair = head[head.index("# Private key") :] if "# Private key" in head else head
        names = ["Modulus", "Public exponent", "Exponent", "Prime 1", "Prime 2"]
        names += ["Prime exponent 1", "Prime exponent 2", "Coefficient"]
        numbers = [int.from_bytes(field(pair, name), "big") for name in names]
        der = vectors.der_sequence(0, *numbers)
        found += [(der, field(case, "Message"), field(case, "Encryption")) for case in cases]
    return found


def test_published_oaep_vectors(libcrypto: Driver) -> None:
    found = oaep_examples()
    assert len(found) == 60
    for der, message, sealed in found:
        assert decrypt(libcrypto, der, oaep("SHA_1"), sealed) == message


def test_public_key_encrypts_and_does_not_decrypt(libcrypto: Driver, key: rsa.RSAPrivateKey) -> None:
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    sealed = crypt(libcrypto, "encrypt", RSA_PUBLIC, public, PKCS1, b"message")
    assert key.decrypt(sealed, padding.PKCS1v15()) == b"message"
    assert status_of(crypt, libcrypto, "decrypt", RSA_PUBLIC, public, PKCS1, sealed) == INVALID_ARGUMENT


def raw(key: rsa.RSAPrivateKey, encoded: bytes) -> bytes:
    numbers = key.public_key().public_numbers()
    return pow(int.from_bytes(encoded, "big"), numbers.e, numbers.n).to_bytes(256, "big")


def test_every_wrong_padding_is_one_error(libcrypto: Driver, key: rsa.RSAPrivateKey) -> None:
    der = pair_der(key)
    good = b"\0\2" + b"\x11" * 8 + b"\0" + b"m" * 245
    assert decrypt(libcrypto, der, PKCS1, raw(key, good)) == b"m" * 245
    assert decrypt(libcrypto, der, PKCS1, raw(key, b"\0\2" + b"\x11" * 253 + b"\0")) == b""
    assert decrypt(libcrypto, der, PKCS1, raw(key, b"\0\2" + b"\x11" * 250 + b"\0ab\0")) == b"ab\0"
    for bad in (
        b"\1\2" + good[2:],
        b"\0\1" + good[2:],
        b"\0\2" + b"\x11" * 254,
        *(b"\0\2" + (b"\x11" * n + b"\0").ljust(254, b"x") for n in range(8)),
        bytes(256),
        b"\0" * 255 + b"\1",
    ):
        assert status_of(decrypt, libcrypto, der, PKCS1, raw(key, bad)) == INVALID_PADDING
        assert status_of(decrypt, libcrypto, der, oaep("SHA_256"), raw(key, bad)) == INVALID_PADDING


def test_rsa_sizes(libcrypto: Driver, key: rsa.RSAPrivateKey) -> None:
    der = pair_der(key)
    for alg, room in ((PKCS1, 245), (oaep("SHA_256"), 190)):
        sealed = encrypt(libcrypto, der, alg, bytes(room))
        assert decrypt(libcrypto, der, alg, sealed) == bytes(room)
        assert status_of(encrypt, libcrypto, der, alg, bytes(room + 1)) == INVALID_ARGUMENT
        assert status_of(encrypt, libcrypto, der, alg, b"x", size=255) == BUFFER_TOO_SMALL
        assert status_of(decrypt, libcrypto, der, alg, sealed, size=room - 1) == BUFFER_TOO_SMALL
        for wrong in (b"", sealed[:-1], sealed + b"\0", b"\0" + sealed):
            assert status_of(decrypt, libcrypto, der, alg, wrong) == INVALID_ARGUMENT
        assert status_of(decrypt, libcrypto, der, alg, b"\xff" * 256) == INVALID_PADDING
    assert status_of(encrypt, libcrypto, der, PKCS1, b"x", b"label") == INVALID_ARGUMENT
    for name in ("SHAKE256_512", "SHA_256_192"):
        assert status_of(encrypt, libcrypto, der, oaep(name), b"x") == NOT_SUPPORTED
    assert status_of(encrypt, libcrypto, der, 0x07000400, b"x") == NOT_SUPPORTED
    assert status_of(crypt, libcrypto, "encrypt", ecc_pair("SECP_R1"), bytes(32), PKCS1, b"x") == INVALID_ARGUMENT
    small = pair_der(rsa.generate_private_key(65537, 1024))
    assert status_of(encrypt, libcrypto, small, oaep("SHA_512"), b"") == INVALID_ARGUMENT, "no room for two hashes"
