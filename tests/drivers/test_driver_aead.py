"""AEAD of the software driver, against published vectors and ``cryptography``."""

from __future__ import annotations

import ctypes

import pytest
import vectors_symmetric
from cryptography.hazmat.primitives.ciphers import aead
from harness import (
    BAD_STATE,
    BUFFER_TOO_SMALL,
    INVALID_ARGUMENT,
    INVALID_SIGNATURE,
    NOT_SUPPORTED,
    Driver,
    DriverError,
    status_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from symmetric import (
    CCM,
    CHACHA_POLY,
    CTR,
    ECB,
    GCM,
    KEY_SIZES,
    XCHACHA_POLY,
    Aead,
    buffer,
    encrypt,
    key_arguments,
    seal,
    unseal,
    with_length,
)

ALGORITHMS = {"GCM": GCM, "CCM": CCM, "CHACHA": CHACHA_POLY}
BLOCK_CASES = [(k, n, alg) for k, sizes in KEY_SIZES.items() if k != "DES" for n in sizes for alg in (GCM, CCM)]
CASES = [*BLOCK_CASES, ("CHACHA20", 32, CHACHA_POLY), ("XCHACHA20", 32, XCHACHA_POLY)]
NONCE = {GCM: 12, CCM: 13, CHACHA_POLY: 12, XCHACHA_POLY: 24}
TAGS = {GCM: (4, 8, 12, 13, 14, 15, 16), CCM: (4, 6, 8, 10, 12, 14, 16), CHACHA_POLY: (16,), XCHACHA_POLY: (16,)}


def published() -> list[vectors_symmetric.AeadVector]:
    found = vectors_symmetric.gcm_vectors(5) + vectors_symmetric.ccm_vectors()
    return found + vectors_symmetric.chacha20_poly1305_vectors()


def test_published_vectors(libcrypto: Driver) -> None:
    found = published()
    assert len(found) > 4000
    for v in found:
        alg = with_length(ALGORITHMS[v.mode], v.tag_length)
        if v.plaintext is None:
            assert status_of(unseal, libcrypto, v.kind, v.key, alg, v.nonce, v.ad, v.sealed) == INVALID_SIGNATURE
        else:
            assert seal(libcrypto, v.kind, v.key, alg, v.nonce, v.ad, v.plaintext) == v.sealed
            assert unseal(libcrypto, v.kind, v.key, alg, v.nonce, v.ad, v.sealed) == v.plaintext


def test_xchacha20_poly1305_vector_of_the_draft(libcrypto: Driver) -> None:
    """draft-irtf-cfrg-xchacha-03, appendix A.3.1."""
    [v] = vectors_symmetric.xchacha20_poly1305_vectors()
    assert v.plaintext is not None
    assert seal(libcrypto, "XCHACHA20", v.key, XCHACHA_POLY, v.nonce, v.ad, v.plaintext) == v.sealed


@pytest.mark.parametrize("case", BLOCK_CASES, ids=str)
def test_text_is_in_counter_mode(libcrypto: Driver, case: tuple[str, int, int]) -> None:
    """SP 800-38D, 7.1, and RFC 3610, 2.3: ties every cipher to its counter mode."""
    kind, size, alg = case
    key, nonce = bytes(range(size)), bytes(range(NONCE[alg]))
    start = nonce + (2).to_bytes(4, "big") if alg == GCM else b"\x01" + nonce + b"\0\x01"
    sealed = seal(libcrypto, kind, key, alg, nonce, b"", bytes(100))
    assert sealed[:100] == encrypt(libcrypto, kind, key, CTR, start, bytes(100))


def multiply(x: int, y: int) -> int:
    """In the field of GCM (SP 800-38D, 6.3)."""
    z = 0
    for i in range(127, -1, -1):
        z ^= y * (x >> i & 1)
        y = y >> 1 ^ (0xE1 << 120) * (y & 1)
    return z


@pytest.mark.parametrize("case", [c for c in BLOCK_CASES if c[2] == GCM], ids=str)
@pytest.mark.parametrize("nonce_size", [12, 5, 16, 60])
def test_gcm_tag_is_its_definition(libcrypto: Driver, case: tuple[str, int, int], nonce_size: int) -> None:
    """SP 800-38D, 7.1, on the driver's ECB mode."""
    kind, size, _ = case
    key, nonce, ad, text = bytes(range(size)), bytes(range(1, 1 + nonce_size)), b"ad" * 11, b"text" * 9
    subkey = int.from_bytes(encrypt(libcrypto, kind, key, ECB, b"", bytes(16)), "big")

    def ghash(data: bytes) -> bytes:
        value = 0
        for i in range(0, len(data), 16):
            value = multiply(value ^ int.from_bytes(data[i : i + 16], "big"), subkey)
        return value.to_bytes(16, "big")

    def padded(data: bytes) -> bytes:
        return data + bytes(-len(data) % 16)

    first = nonce + b"\0\0\0\x01" if nonce_size == 12 else ghash(padded(nonce) + (8 * nonce_size).to_bytes(16, "big"))
    sealed = seal(libcrypto, kind, key, GCM, nonce, ad, text)
    lengths = (8 * len(ad)).to_bytes(8, "big") + (8 * len(text)).to_bytes(8, "big")
    digest = ghash(padded(ad) + padded(sealed[:-16]) + lengths)
    mask = encrypt(libcrypto, kind, key, ECB, b"", first)
    assert sealed[-16:] == bytes(a ^ b for a, b in zip(digest, mask, strict=True))
    assert unseal(libcrypto, kind, key, GCM, nonce, ad, sealed) == text


@settings(max_examples=150, deadline=None)
@given(size=st.sampled_from([16, 24, 32]), ad=st.binary(max_size=100), text=st.binary(max_size=200), data=st.data())
def test_aes_is_that_of_cryptography(
    libcrypto: Driver, size: int, ad: bytes, text: bytes, data: st.DataObject
) -> None:  # fmt: skip
    key = data.draw(st.binary(min_size=size, max_size=size))
    nonce = data.draw(st.binary(min_size=8, max_size=60))
    assert seal(libcrypto, "AES", key, GCM, nonce, ad, text) == aead.AESGCM(key).encrypt(nonce, text, ad)
    tag = data.draw(st.sampled_from(TAGS[CCM]))
    short = nonce[:13]
    expected = aead.AESCCM(key, tag).encrypt(short, text, ad)
    assert seal(libcrypto, "AES", key, with_length(CCM, tag), short, ad, text) == expected


@pytest.mark.parametrize("length", [0, 1, 16, 495, 496, 497, 511, 512, 513, 528, 1024, 4096])
def test_gcm_of_short_and_long_texts_is_that_of_cryptography(libcrypto: Driver, length: int) -> None:
    """Up to 512 bytes in all, the driver has another way."""
    for size, ad in ((16, 0), (32, 16), (24, 513)):
        key, nonce, text = bytes(range(size)), bytes(range(12)), bytes(range(256)) * 16
        expected = aead.AESGCM(key).encrypt(nonce, text[:length], text[:ad])
        assert seal(libcrypto, "AES", key, GCM, nonce, text[:ad], text[:length]) == expected
        assert unseal(libcrypto, "AES", key, GCM, nonce, text[:ad], expected) == text[:length]
        wrong = expected[:-1] + bytes([expected[-1] ^ 1])
        assert status_of(unseal, libcrypto, "AES", key, GCM, nonce, text[:ad], wrong) == INVALID_SIGNATURE


def test_ccm_with_long_additional_data(libcrypto: Driver) -> None:
    """The length takes six bytes from 65280 on."""
    key, nonce = bytes(16), bytes(13)
    for length in (65279, 65280, 65281, 100000):
        expected = aead.AESCCM(key).encrypt(nonce, b"text", bytes(length))
        assert seal(libcrypto, "AES", key, CCM, nonce, bytes(length), b"text") == expected


parts_of = st.lists(st.binary(max_size=60), max_size=5)


@settings(max_examples=300, deadline=None)
@given(case=st.sampled_from(CASES), ad=parts_of, text=parts_of, lengths=st.booleans(), data=st.data())
def test_fragments_equal_the_whole(
    libcrypto: Driver,
    case: tuple[str, int, int],
    ad: list[bytes],
    text: list[bytes],
    lengths: bool,
    data: st.DataObject,
) -> None:
    kind, size, alg = case
    tag = data.draw(st.sampled_from(TAGS[alg]))
    key, nonce, cut = bytes(range(size)), bytes(range(NONCE[alg])), with_length(alg, tag)
    all_ad, whole = b"".join(ad), b"".join(text)
    sealed = seal(libcrypto, kind, key, cut, nonce, all_ad, whole)
    assert unseal(libcrypto, kind, key, cut, nonce, all_ad, sealed) == whole
    sealing, opening = (Aead(libcrypto, kind, key, cut, encrypt=way) for way in (True, False))
    for operation in (sealing, opening):
        if lengths or alg == CCM:
            operation.set_lengths(len(all_ad), len(whole))
        operation.set_nonce(nonce)
        for part in ad:
            operation.update_ad(part)
    made = b""
    for part in text:
        made += sealing.update(part)
        assert opening.update(made[-len(part) :] if part else b"") == part
    assert made == sealed[: len(whole)]
    assert sealing.finish(tag) == sealed[len(whole) :]
    opening.verify(sealed[len(whole) :])
    assert sealing.idle
    assert opening.idle


@pytest.mark.parametrize("case", CASES, ids=str)
def test_tampering_is_noticed(libcrypto: Driver, case: tuple[str, int, int]) -> None:
    kind, size, alg = case
    key, nonce = bytes(range(size)), bytes(range(NONCE[alg]))
    for tag in TAGS[alg]:
        cut = with_length(alg, tag)
        sealed = seal(libcrypto, kind, key, cut, nonce, b"ad", b"text of a message")
        for i in range(len(sealed)):
            bad = bytes([*sealed[:i], sealed[i] ^ 1 << i % 8, *sealed[i + 1 :]])
            assert status_of(unseal, libcrypto, kind, key, cut, nonce, b"ad", bad) == INVALID_SIGNATURE
        other = bytes([nonce[0] ^ 1, *nonce[1:]])
        assert status_of(unseal, libcrypto, kind, key, cut, other, b"ad", sealed) == INVALID_SIGNATURE
        assert status_of(unseal, libcrypto, kind, key, cut, nonce, b"aD", sealed) == INVALID_SIGNATURE
        assert status_of(unseal, libcrypto, kind, key, cut, nonce, b"ad", sealed[:-1]) == INVALID_SIGNATURE
        assert status_of(unseal, libcrypto, kind, key, cut, nonce, b"ad", sealed[: tag - 1]) == INVALID_ARGUMENT


@pytest.mark.parametrize("case", CASES, ids=str)
def test_wrong_tags_in_pieces(libcrypto: Driver, case: tuple[str, int, int]) -> None:
    kind, size, alg = case
    for tag in (bytes(16), b"", bytes(15), bytes(17)):
        operation = Aead(libcrypto, kind, bytes(range(size)), alg, encrypt=False)
        operation.set_lengths(0, 5)
        operation.set_nonce(bytes(range(NONCE[alg])))
        operation.update(b"12345")
        assert status_of(operation.verify, tag) == INVALID_SIGNATURE
        assert operation.memory.raw == bytes(len(operation.memory))


def test_a_refused_text_is_not_given_out(libcrypto: Driver) -> None:
    """Of a single call; what comes in pieces is the caller's to hold back."""
    sealed = bytearray(seal(libcrypto, "AES", bytes(16), GCM, bytes(12), b"", b"text of a message"))
    sealed[-1] ^= 1
    out, length = ctypes.create_string_buffer(64), ctypes.c_size_t(0)
    with pytest.raises(DriverError):
        libcrypto.call(
            "aead_decrypt",
            *key_arguments("AES", bytes(16)),
            ctypes.c_uint32(GCM),
            *buffer(bytes(12)),
            *buffer(b""),
            *buffer(bytes(sealed)),
            out,
            ctypes.c_size_t(64),
            ctypes.byref(length),
        )
    assert out.raw == bytes(64)


def test_sizes_that_do_not_fit(libcrypto: Driver) -> None:
    key = bytes(32)
    for kind, alg, sizes in [
        ("AES", GCM, (0,)),
        ("AES", CCM, (0, 6, 14, 16)),
        ("CHACHA20", CHACHA_POLY, (0, 11, 13, 24)),
        ("XCHACHA20", XCHACHA_POLY, (0, 12, 23, 25)),
    ]:
        for size in sizes:
            assert status_of(seal, libcrypto, kind, key, alg, bytes(size), b"", b"") == INVALID_ARGUMENT
        nonce = bytes(NONCE[alg])
        wrong = [n for n in range(64) if n not in TAGS[alg]]
        for tag in wrong:
            assert status_of(seal, libcrypto, kind, key, with_length(alg, tag), nonce, b"", b"") == INVALID_ARGUMENT
        assert status_of(seal, libcrypto, kind, bytes(31), alg, nonce, b"", b"") == INVALID_ARGUMENT
        assert status_of(seal, libcrypto, kind, key, alg, nonce, b"", b"x", 16) == BUFFER_TOO_SMALL
        assert status_of(seal, libcrypto, kind, key, alg, nonce, b"", b"x", 3) == BUFFER_TOO_SMALL
        sealed = seal(libcrypto, kind, key, alg, nonce, b"", b"xy")
        assert status_of(unseal, libcrypto, kind, key, alg, nonce, b"", sealed, 1) == BUFFER_TOO_SMALL
        assert unseal(libcrypto, kind, key, alg, nonce, b"", sealed, 2) == b"xy"
        assert status_of(seal, libcrypto, kind, key, alg | 0x8000, nonce, b"", b"") == NOT_SUPPORTED
    assert status_of(seal, libcrypto, "CHACHA20", key, CHACHA_POLY, bytes(8), b"", b"") == NOT_SUPPORTED
    assert status_of(seal, libcrypto, "AES", key, GCM, bytes(129), b"", b"") == NOT_SUPPORTED
    assert status_of(seal, libcrypto, "CHACHA20", key, GCM, bytes(12), b"", b"") == NOT_SUPPORTED
    assert status_of(seal, libcrypto, "AES", key, CHACHA_POLY, bytes(12), b"", b"") == INVALID_ARGUMENT
    assert status_of(seal, libcrypto, "DES", bytes(24), GCM, bytes(12), b"", b"") == INVALID_ARGUMENT
    assert status_of(seal, libcrypto, "AES", key, 0x05500300, bytes(12), b"", b"") == NOT_SUPPORTED
    assert status_of(seal, libcrypto, "AES", key, CCM, bytes(13), b"", bytes(65536)) == INVALID_ARGUMENT


def test_order_of_calls(libcrypto: Driver) -> None:
    for kind, size, alg in CASES:
        key, nonce = bytes(range(size)), bytes(NONCE[alg])

        def fresh(*, ready: bool = True, encrypt: bool = True) -> Aead:
            operation = Aead(libcrypto, kind, key, alg, encrypt=encrypt)  # noqa: B023
            if ready:
                operation.set_lengths(2, 3)
                operation.set_nonce(nonce)  # noqa: B023
            return operation

        early = fresh(ready=False)
        for call in (early.update_ad, early.update):
            assert status_of(call, b"x") == BAD_STATE
        assert status_of(early.set_nonce, nonce) == (BAD_STATE if alg == CCM else 0)
        early.abort()
        assert status_of(early.set_lengths, 0, 0) == BAD_STATE
        assert status_of(early.set_nonce, nonce) == BAD_STATE
        assert status_of(early.finish) == BAD_STATE
        late = fresh()
        assert status_of(late.set_lengths, 2, 3) == BAD_STATE
        assert status_of(late.set_nonce, nonce) == BAD_STATE
        assert status_of(late.update, b"") == INVALID_ARGUMENT, "less additional data than declared"
        assert status_of(late.update_ad, b"123") == INVALID_ARGUMENT
        late.update_ad(b"12")
        assert status_of(late.update, b"1234") == INVALID_ARGUMENT
        assert status_of(late.update, b"12", 1) == BUFFER_TOO_SMALL
        late.update(b"12")
        assert status_of(late.update_ad, b"") == BAD_STATE
        assert status_of(late.finish) == INVALID_ARGUMENT, "less text than declared"
        assert late.idle
        wrong = fresh(encrypt=False)
        assert status_of(wrong.finish) == BAD_STATE
        assert wrong.idle
        wrong = fresh()
        assert status_of(wrong.verify, bytes(16)) == BAD_STATE
        small = Aead(libcrypto, kind, key, alg)
        small.set_lengths(0, 0)
        small.set_nonce(nonce)
        assert status_of(small.finish, 15) == BUFFER_TOO_SMALL
        assert small.idle


def test_lengths_beyond_the_algorithm(libcrypto: Driver) -> None:
    for kind, size, alg, limit in (("AES", 16, GCM, 2**36 - 32), ("CHACHA20", 32, CHACHA_POLY, (2**32 - 1) * 64)):
        operation = Aead(libcrypto, kind, bytes(size), alg)
        assert status_of(operation.set_lengths, 0, limit + 1) == INVALID_ARGUMENT
        operation.set_lengths(0, limit)
        operation.abort()
