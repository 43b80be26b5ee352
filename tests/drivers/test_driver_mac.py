"""MACs of the software driver, against published vectors, the standard library and ``cryptography``."""

from __future__ import annotations

import hashlib
import hmac

import pytest
import vectors_symmetric
from cryptography.hazmat.primitives import cmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from harness import (
    BAD_STATE,
    BUFFER_TOO_SMALL,
    HASHES,
    INVALID_ARGUMENT,
    INVALID_SIGNATURE,
    NOT_SUPPORTED,
    Driver,
    hash_alg,
    status_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from symmetric import BLOCK, CBC_MAC, CMAC, KEY_SIZES, Mac, blake2_alg, ecb, hmac_alg, mac, mac_verify, with_length

NO_HMAC = ("SHA_256_192", "SHAKE128_256", "SHAKE256_192", "SHAKE256_256", "SHAKE256_512")
HMACS = [name for name in HASHES if name not in NO_HMAC]
BLOCKS = {"MD4": 64, "MD5": 64, "RIPEMD160": 64, "SHA_1": 64, "SHA_224": 64, "SHA_256": 64, "SM3": 64}
BLOCKS |= {"SHA3_224": 144, "SHA3_256": 136, "SHA3_384": 104, "SHA3_512": 72, "BLAKE2S_HASH256": 64}
CIPHERS = [(kind, size) for kind, sizes in KEY_SIZES.items() for size in sizes]

messages = st.binary(max_size=300)


@pytest.mark.parametrize("vector", vectors_symmetric.hmac_vectors(), ids=lambda v: v.hash)
def test_published_hmac_vectors(libcrypto: Driver, vector: vectors_symmetric.MacVector) -> None:
    alg = with_length(hmac_alg(vector.hash), len(vector.mac))
    assert mac(libcrypto, "HMAC", vector.key, alg, vector.message) == vector.mac
    mac_verify(libcrypto, "HMAC", vector.key, alg, vector.message, vector.mac)


def test_published_cmac_vectors(libcrypto: Driver) -> None:
    for vector in vectors_symmetric.cmac_vectors():
        assert mac(libcrypto, vector.kind, vector.key, CMAC, vector.message) == vector.mac


def by_definition(libcrypto: Driver, name: str, key: bytes, message: bytes) -> bytes:
    """RFC 2104, on the driver's hash."""
    alg, block = hash_alg(name), BLOCKS.get(name, 128)
    key = libcrypto.hash_compute(alg, key) if len(key) > block else key
    key = key.ljust(block, b"\0")
    inner = libcrypto.hash_compute(alg, bytes(b ^ 0x36 for b in key) + message)
    return libcrypto.hash_compute(alg, bytes(b ^ 0x5C for b in key) + inner)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(HMACS), key=st.binary(min_size=1, max_size=200), message=messages)
def test_hmac_is_its_definition(libcrypto: Driver, name: str, key: bytes, message: bytes) -> None:
    assert mac(libcrypto, "HMAC", key, hmac_alg(name), message) == by_definition(libcrypto, name, key, message)


@settings(max_examples=60, deadline=None)
@given(key=st.binary(min_size=1, max_size=200), message=messages)
def test_hmac_is_that_of_the_standard_library(libcrypto: Driver, key: bytes, message: bytes) -> None:
    for name, other in {"SHA_256": "sha256", "SHA3_384": "sha3_384", "SHA_512_224": "sha512_224"}.items():
        assert mac(libcrypto, "HMAC", key, hmac_alg(name), message) == hmac.digest(key, message, other)


@settings(max_examples=60, deadline=None)
@given(size=st.sampled_from([16, 24, 32]), message=messages, data=st.data())
def test_cmac_is_that_of_cryptography(libcrypto: Driver, size: int, message: bytes, data: st.DataObject) -> None:
    key = data.draw(st.binary(min_size=size, max_size=size))
    reference = cmac.CMAC(AES(key))
    reference.update(message)
    assert mac(libcrypto, "AES", key, CMAC, message) == reference.finalize()


@settings(max_examples=100, deadline=None)
@given(cipher=st.sampled_from(CIPHERS), message=messages, data=st.data())
def test_block_cipher_macs_are_their_definition(
    libcrypto: Driver, cipher: tuple[str, int], message: bytes, data: st.DataObject
) -> None:
    """SP 800-38B and ISO/IEC 9797-1, on the driver's ECB mode."""
    kind, size = cipher
    key = data.draw(st.binary(min_size=size, max_size=size))
    block = BLOCK[kind]

    def chain(text: bytes) -> bytes:
        state = bytes(block)
        for i in range(0, len(text), block):
            state = ecb(libcrypto, kind, key, bytes(a ^ b for a, b in zip(state, text[i : i + block], strict=True)))
        return state

    def double(number: bytes) -> bytes:
        value = int.from_bytes(number, "big") << 1
        if value >> (8 * block):
            value ^= 1 << (8 * block) | (0x87 if block == 16 else 0x1B)
        return value.to_bytes(block, "big")

    whole = max(1, -(-len(message) // block)) * block
    assert mac(libcrypto, kind, key, CBC_MAC, message) == chain(message.ljust(whole, b"\0"))
    subkey = double(ecb(libcrypto, kind, key, bytes(block)))
    padded = message
    if len(message) != whole:
        subkey = double(subkey)
        padded = (message + b"\x80").ljust(whole, b"\0")
    last = bytes(a ^ b for a, b in zip(padded[-block:], subkey, strict=True))
    assert mac(libcrypto, kind, key, CMAC, message) == chain(padded[:-block] + last)


@pytest.mark.parametrize("length", [0, 16, 17, 496, 511, 512, 513, 528, 4096])
def test_cmac_of_short_and_long_messages_is_that_of_cryptography(libcrypto: Driver, length: int) -> None:
    """Up to 512 bytes, the driver has another way."""
    key, message = bytes(range(24)), bytes(i % 251 for i in range(length))
    reference = cmac.CMAC(AES(key))
    reference.update(message)
    assert mac(libcrypto, "AES", key, CMAC, message) == reference.finalize()


def test_cbc_mac_of_aes_is_the_end_of_its_cbc_text(libcrypto: Driver) -> None:
    key, message = bytes(range(16)), bytes(range(64))
    encryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    assert mac(libcrypto, "AES", key, CBC_MAC, message) == encryptor.update(message)[-16:]


@settings(max_examples=40, deadline=None)
@given(key=st.binary(min_size=1, max_size=32), message=messages)
def test_blake2_macs_are_those_of_the_standard_library(libcrypto: Driver, key: bytes, message: bytes) -> None:
    expected = hashlib.blake2b(message, key=key).digest()
    assert mac(libcrypto, "BLAKE2", key, blake2_alg("BLAKE2B_HASH512"), message) == expected
    expected = hashlib.blake2s(message, key=key).digest()
    assert mac(libcrypto, "BLAKE2", key, blake2_alg("BLAKE2S_HASH256"), message) == expected
    cut = with_length(blake2_alg("BLAKE2S_HASH256"), 5)
    assert mac(libcrypto, "BLAKE2", key, cut, message) == expected[:5], "a cut MAC is the start of the whole"


KINDS = [("HMAC", 20, hmac_alg(name)) for name in ("MD5", "SHA_256", "SHA_512", "SHA3_256", "SM3")]
KINDS += [(kind, size, alg) for kind, size in CIPHERS for alg in (CMAC, CBC_MAC)]
KINDS += [("BLAKE2", 32, blake2_alg("BLAKE2B_HASH512"))]


@settings(max_examples=200, deadline=None)
@given(case=st.sampled_from(KINDS), parts=st.lists(st.binary(max_size=80), max_size=6), length=st.integers(0, 8))
def test_fragments_equal_the_whole(
    libcrypto: Driver, case: tuple[str, int, int], parts: list[bytes], length: int
) -> None:
    kind, size, alg = case
    key, alg = bytes(range(size)), with_length(alg, length)
    signing, verifying = Mac(libcrypto, kind, key, alg), Mac(libcrypto, kind, key, alg, verify=True)
    for part in parts:
        signing.update(part)
        verifying.update(part)
    made = signing.finish()
    assert made == mac(libcrypto, kind, key, alg, b"".join(parts))
    assert length in (0, len(made))
    verifying.verify(made)
    assert signing.idle
    assert verifying.idle


@pytest.mark.parametrize("case", KINDS, ids=lambda c: f"{c[0]}-{8 * c[1]}-{c[2]:08x}")
def test_every_flipped_bit_and_every_other_length_is_rejected(libcrypto: Driver, case: tuple[str, int, int]) -> None:
    kind, size, alg = case
    key = bytes(range(size))
    made = mac(libcrypto, kind, key, alg, b"message")
    mac_verify(libcrypto, kind, key, alg, b"message", made)
    wrong = [bytes([*made[:i], made[i] ^ 1 << i % 8, *made[i + 1 :]]) for i in range(len(made))]
    for bad in [*wrong, b"", made[:-1], made + b"\0"]:
        assert status_of(mac_verify, libcrypto, kind, key, alg, b"message", bad) == INVALID_SIGNATURE
        operation = Mac(libcrypto, kind, key, alg, verify=True)
        operation.update(b"message")
        assert status_of(operation.verify, bad) == INVALID_SIGNATURE
        assert operation.idle, "a failed finish releases what the operation holds"


def test_statuses(libcrypto: Driver) -> None:
    key = bytes(16)
    long = with_length(CMAC, 17)
    assert status_of(mac, libcrypto, "AES", key, long, b"") == INVALID_ARGUMENT
    assert status_of(mac, libcrypto, "AES", bytes(17), CMAC, b"") == INVALID_ARGUMENT
    assert status_of(mac, libcrypto, "HMAC", key, CMAC, b"") == NOT_SUPPORTED
    assert status_of(mac, libcrypto, "AES", key, hmac_alg("SHA_256"), b"") == INVALID_ARGUMENT
    assert status_of(mac, libcrypto, "AES", key, CMAC, b"", 15) == BUFFER_TOO_SMALL
    assert status_of(mac, libcrypto, "BLAKE2", bytes(33), blake2_alg("BLAKE2S_HASH256"), b"") == INVALID_ARGUMENT
    assert status_of(mac, libcrypto, "BLAKE2", key, blake2_alg("SHA_256"), b"") == NOT_SUPPORTED
    for name in NO_HMAC:
        assert status_of(mac, libcrypto, "HMAC", key, hmac_alg(name), b"") == NOT_SUPPORTED
    wildcard = CMAC | 0x8000
    assert status_of(mac, libcrypto, "AES", key, wildcard, b"") == NOT_SUPPORTED
    for kind, size, alg in KINDS:
        operation = Mac(libcrypto, kind, bytes(range(size)), alg)
        assert status_of(operation.finish, 7) == BUFFER_TOO_SMALL
        assert operation.idle
        operation.abort()
        assert status_of(operation.update, b"x") == BAD_STATE
        assert status_of(operation.finish) == BAD_STATE
        assert status_of(operation.verify, b"x") == BAD_STATE


def test_an_aborted_operation_leaves_neither_key_nor_input_behind(libcrypto: Driver) -> None:
    for kind, alg in (("HMAC", hmac_alg("SHA_256")), ("AES", CMAC)):
        operation = Mac(libcrypto, kind, b"secretsecret1234", alg)
        operation.update(b"private")
        assert b"private" in operation.memory.raw
        operation.abort()
        assert b"private" not in operation.memory.raw
