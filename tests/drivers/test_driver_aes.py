"""The AES accelerator, on every path: published vectors, and ``cryptography`` over all lengths."""

from __future__ import annotations

import random

import pytest
from aes_paths import PATHS, expected_cipher, expected_cmac, expected_gcm, on_path
from harness import INVALID_SIGNATURE, Driver, DriverError, status_of
from symmetric import (
    CBC,
    CMAC,
    CTR,
    ECB,
    GCM,
    PKCS7,
    Aead,
    Cipher,
    Mac,
    decrypt,
    encrypt,
    mac,
    mac_verify,
    seal,
    unseal,
    with_length,
)
from vectors import records

CIPHERS = {"CTR": CTR, "CBC": CBC, "PKCS7": PKCS7, "ECB": ECB}
LARGE = (4096, 8191, 8192, 9000, 65536 + 7, (1 << 20) + 13)


@pytest.fixture(scope="module", params=PATHS)
def aes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Driver:
    return on_path(tmp_path_factory.mktemp("x86_aes"), request.param)


def value(record: dict[str, str], name: str) -> bytes:
    return bytes.fromhex(record[name])


def cipher_records(mode: str) -> list[dict[str, str]]:
    """NIST CAVP for ECB and CBC; RFC 3686 for CTR."""
    if mode == "CTR":
        paths = [f"CTR/aes-{bits}-ctr.txt" for bits in (128, 192, 256)]
    else:
        kinds = ("GFSbox", "KeySbox", "MMT", "VarKey", "VarTxt")
        paths = [f"{mode}/{mode}{kind}{bits}.rsp" for kind in kinds for bits in (128, 192, 256)]
    found = []
    for path in paths:
        last: dict[str, str] = {}
        # A record ends with the plaintext or the ciphertext, whatever came second.
        for end in ("CIPHERTEXT", "PLAINTEXT"):
            section = "ENCRYPT" if end == "CIPHERTEXT" else "DECRYPT"
            found += [last := r for r in records(f"ciphers/AES/{path}", end) if r["section"] == section]
        assert last or mode == "CTR"
    return found


@pytest.mark.parametrize("mode", ["ECB", "CBC", "CTR"])
def test_published_ciphers(aes: Driver, mode: str) -> None:
    found = cipher_records(mode)
    assert len(found) > (8 if mode == "CTR" else 2000)
    for record in found:
        key, text, output = (value(record, name) for name in ("KEY", "PLAINTEXT", "CIPHERTEXT"))
        iv = b"" if mode == "ECB" else value(record, "IV")
        assert encrypt(aes, "AES", key, CIPHERS[mode], iv, text) == output
        assert decrypt(aes, "AES", key, CIPHERS[mode], iv + output) == text


@pytest.mark.parametrize("bits", [128, 192, 256])
def test_published_gcm_encryption(aes: Driver, bits: int) -> None:
    for record in list(records(f"ciphers/AES/GCM/gcmEncryptExtIV{bits}.rsp", "Tag"))[::3]:
        key, nonce, ad, text, output, tag = (value(record, name) for name in ("Key", "IV", "AAD", "PT", "CT", "Tag"))
        assert seal(aes, "AES", key, with_length(GCM, len(tag)), nonce, ad, text) == output + tag


@pytest.mark.parametrize("bits", [128, 192, 256])
def test_published_gcm_decryption(aes: Driver, bits: int) -> None:
    """A record with another Count, and no plaintext, is one that must fail."""
    text_of = {r["section"] + r["Count"] + r["Key"]: value(r, "PT") for r in gcm_texts(bits)}
    bad = 0
    for record in list(records(f"ciphers/AES/GCM/gcmDecrypt{bits}.rsp", "Tag"))[::3]:
        key, nonce, ad, output, tag = (value(record, name) for name in ("Key", "IV", "AAD", "CT", "Tag"))
        arguments = (aes, "AES", key, with_length(GCM, len(tag)), nonce, ad, output + tag)
        text = text_of.get(record["section"] + record["Count"] + record["Key"])
        if text is None:
            bad += 1
            assert status_of(unseal, *arguments) == INVALID_SIGNATURE
        else:
            assert unseal(*arguments) == text
    assert bad > 100


def gcm_texts(bits: int) -> list[dict[str, str]]:
    return list(records(f"ciphers/AES/GCM/gcmDecrypt{bits}.rsp", "PT"))


@pytest.mark.parametrize("bits", [128, 192, 256])
def test_published_cmac(aes: Driver, bits: int) -> None:
    found = list(records(f"CMAC/nist-800-38b-aes{bits}.txt", "OUTPUT"))
    assert len(found) >= 4
    for record in found:
        key, message, output = (value(record, name) for name in ("KEY", "MESSAGE", "OUTPUT"))
        assert mac(aes, "AES", key, CMAC, message) == output
        mac_verify(aes, "AES", key, CMAC, message, output)
        for length in range(4, 16):
            assert mac(aes, "AES", key, with_length(CMAC, length), message) == output[:length]


@pytest.mark.parametrize("mode", CIPHERS)
def test_cipher_of_every_length(aes: Driver, mode: str) -> None:
    alg, draw = CIPHERS[mode], random.Random(mode)
    for length in (*range(601), *LARGE):
        size = length if mode in ("CTR", "PKCS7") else length // 16 * 16
        key, text = draw.randbytes(draw.choice((16, 24, 32))), draw.randbytes(size)
        iv = b"" if mode == "ECB" else draw.randbytes(16)
        expected = expected_cipher(alg, key, iv, text)
        assert encrypt(aes, "AES", key, alg, iv, text) == expected
        assert decrypt(aes, "AES", key, alg, iv + expected) == text


def test_gcm_of_every_length(aes: Driver) -> None:
    draw = random.Random("GCM")
    for length in (*range(601), *range(760, 1100, 3), *LARGE):
        key, text = draw.randbytes(draw.choice((16, 24, 32))), draw.randbytes(length)
        nonce, ad = draw.randbytes(draw.choice((12, 12, 8, 13, 16, 60, 128))), draw.randbytes(draw.choice((0, length)))
        expected = expected_gcm(key, nonce, ad, text)
        assert seal(aes, "AES", key, GCM, nonce, ad, text) == expected
        assert unseal(aes, "AES", key, GCM, nonce, ad, expected) == text


def test_cmac_of_every_length(aes: Driver) -> None:
    draw = random.Random("CMAC")
    for length in (*range(601), *LARGE):
        key, data = draw.randbytes(draw.choice((16, 24, 32))), draw.randbytes(length)
        expected = expected_cmac(key, data)
        assert mac(aes, "AES", key, CMAC, data) == expected
        mac_verify(aes, "AES", key, CMAC, data, expected)


def pieces(draw: random.Random, data: bytes) -> list[bytes]:
    """The data in random pieces, some of them empty, some long."""
    found = []
    position = 0
    while position < len(data):
        size = draw.choice((0, 1, draw.randrange(40), draw.randrange(300), draw.randrange(3000)))
        found.append(data[position : position + size])
        position += size
    return found


@pytest.mark.parametrize("mode", CIPHERS)
@pytest.mark.parametrize("seed", range(40))
def test_cipher_in_pieces(aes: Driver, mode: str, seed: int) -> None:
    alg, draw = CIPHERS[mode], random.Random(f"{mode} {seed}")
    size = draw.randrange(5000) if mode in ("CTR", "PKCS7") else 16 * draw.randrange(300)
    key, text = draw.randbytes(draw.choice((16, 24, 32))), draw.randbytes(size)
    iv = b"" if mode == "ECB" else draw.randbytes(16)
    expected = expected_cipher(alg, key, iv, text)
    for forward, source, target in ((True, text, expected), (False, expected, text)):
        operation = Cipher(aes, "AES", key, alg, encrypt=forward)
        assert operation.run(iv, pieces(draw, source)) == target
        assert not any(operation.memory.raw), "not wiped"


@pytest.mark.parametrize("seed", range(60))
def test_gcm_in_pieces(aes: Driver, seed: int) -> None:
    draw = random.Random(f"GCM {seed}")
    key, text, ad = (draw.randbytes(size) for size in (draw.choice((16, 24, 32)), draw.randrange(9000), seed * 9))
    nonce, length = draw.randbytes(draw.choice((12, 9, 40))), draw.choice((4, 8, 12, 13, 14, 15, 16))
    expected = expected_gcm(key, nonce, ad, text)
    for forward, source, target in ((True, text, expected[:-16]), (False, expected[:-16], text)):
        operation = Aead(aes, "AES", key, with_length(GCM, length), encrypt=forward)
        if seed % 2:
            operation.set_lengths(len(ad), len(text))
        operation.set_nonce(nonce)
        for part in pieces(draw, ad):
            operation.update_ad(part)
        assert b"".join(operation.update(part) for part in pieces(draw, source)) == target
        if forward:
            assert operation.finish() == expected[-16:][:length]
        else:
            operation.verify(expected[-16:][:length])
        assert not any(operation.memory.raw), "not wiped"


@pytest.mark.parametrize("seed", range(40))
def test_cmac_in_pieces(aes: Driver, seed: int) -> None:
    draw = random.Random(f"CMAC {seed}")
    key, data = draw.randbytes(draw.choice((16, 24, 32))), draw.randbytes(draw.choice((16 * seed, 77 * seed)))
    expected = expected_cmac(key, data)
    for verify in (False, True):
        operation = Mac(aes, "AES", key, CMAC, verify=verify)
        for part in pieces(draw, data):
            operation.update(part)
        if verify:
            operation.verify(expected)
        else:
            assert operation.finish() == expected
        assert not any(operation.memory.raw), "not wiped"


def test_counter_of_ctr_carries_through_all_its_bytes(aes: Driver) -> None:
    for low in range(40):
        for iv in (b"\xff" * 15 + bytes([255 - low]), bytes(8) + b"\xff" * 7 + bytes([255 - low])):
            text = bytes(range(256)) * 3
            assert encrypt(aes, "AES", bytes(16), CTR, iv, text) == expected_cipher(CTR, bytes(16), iv, text)


def test_short_iv_of_ctr_gets_zeros(aes: Driver) -> None:
    for length in range(1, 17):
        iv = bytes(range(1, length + 1))
        expected = expected_cipher(CTR, bytes(16), iv.ljust(16, b"\0"), b"message")
        assert Cipher(aes, "AES", bytes(16), CTR).run(iv, [b"message"]) == expected


def field_product(a: int, b: int) -> int:
    """SP 800-38D, 6.3; the first bit of a block is the highest of the number."""
    product = 0
    for i in range(127, -1, -1):
        if b >> i & 1:
            product ^= a
        a = a >> 1 ^ (0xE1 << 120 if a & 1 else 0)
    return product


def nonce_for(key: bytes, counter: bytes) -> bytes:
    """A nonce of 16 bytes that leads to this first counter block."""
    hash_key = int.from_bytes(expected_cipher(ECB, key, b"", bytes(16)), "big")
    inverse = 1 << 127
    square = hash_key
    for _ in range(127):  # the power 2^128 - 2
        square = field_product(square, square)
        inverse = field_product(inverse, square)
    block = field_product(int.from_bytes(counter, "big"), inverse) ^ 128
    return field_product(block, inverse).to_bytes(16, "big")


@pytest.mark.parametrize("back", [1, 2, 9, 20, 40, 63])
def test_counter_of_gcm_wraps_at_32_bits(aes: Driver, back: int) -> None:
    key = bytes(range(16))
    nonce = nonce_for(key, bytes(range(12)) + (2**32 - back).to_bytes(4, "big"))
    for length in (16 * back + 5, 1024, 2000):
        text = bytes(length)
        assert seal(aes, "AES", key, GCM, nonce, b"", text) == expected_gcm(key, nonce, b"", text)


@pytest.mark.parametrize("length", [4, 8, 12, 13, 14, 15, 16])
@pytest.mark.parametrize("size", [0, 1, 16, 100, 1000])
def test_changed_bit_anywhere_is_rejected_by_gcm(aes: Driver, length: int, size: int) -> None:
    key, nonce, ad, text = bytes(16), bytes(12), b"data", bytes(size)
    sealed = seal(aes, "AES", key, with_length(GCM, length), nonce, ad, text)
    assert sealed == expected_gcm(key, nonce, ad, text)[: size + length]
    positions = {*range(size, size + length), *range(0, size, 37)}
    for position in positions:
        changed = bytearray(sealed)
        changed[position] ^= 1 << position % 8
        assert status_of(unseal, aes, "AES", key, with_length(GCM, length), nonce, ad, bytes(changed)) == (
            INVALID_SIGNATURE
        )
    assert status_of(unseal, aes, "AES", key, with_length(GCM, length), nonce, b"Data", sealed) == INVALID_SIGNATURE
    operation = Aead(aes, "AES", key, with_length(GCM, length), encrypt=False)
    operation.set_nonce(nonce)
    with pytest.raises(DriverError) as error:
        operation.verify(sealed[-length:-1] + bytes([sealed[-1] ^ 1]))
    assert error.value.status == INVALID_SIGNATURE
    assert not any(operation.memory.raw), "not wiped"


def test_changed_or_shortened_mac_is_rejected(aes: Driver) -> None:
    good = mac(aes, "AES", bytes(16), CMAC, b"message")
    for position in range(16):
        bad = bytearray(good)
        bad[position] ^= 0x80
        assert status_of(mac_verify, aes, "AES", bytes(16), CMAC, b"message", bytes(bad)) == INVALID_SIGNATURE
    for wrong in (b"", good[:15], good + b"\0"):
        assert status_of(mac_verify, aes, "AES", bytes(16), CMAC, b"message", wrong) == INVALID_SIGNATURE
