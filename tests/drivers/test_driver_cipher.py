"""Ciphers of the software driver, against published vectors and ``cryptography``."""

from __future__ import annotations

import pytest
import vectors_symmetric
from cryptography.hazmat.decrepit.ciphers import modes as old_modes
from cryptography.hazmat.decrepit.ciphers.algorithms import Camellia, TripleDES
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher as Reference
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from harness import BAD_STATE, BUFFER_TOO_SMALL, INVALID_ARGUMENT, NOT_SUPPORTED, Driver, status_of
from hypothesis import given, settings
from hypothesis import strategies as st
from symmetric import (
    BLOCK,
    CBC,
    CCM_STAR,
    CTR,
    ECB,
    INVALID_PADDING,
    KEY_SIZES,
    MODES,
    PKCS7,
    STREAM,
    XTS,
    Cipher,
    decrypt,
    ecb,
    encrypt,
)

ALGORITHMS = MODES | {"XTS": XTS, "STREAM": STREAM}
BLOCK_CASES = [
    (kind, size, alg) for kind, sizes in KEY_SIZES.items() for size in sizes for alg in MODES.values()
]  # fmt: skip
CASES = [*BLOCK_CASES, *((k, n, CCM_STAR) for k, sizes in KEY_SIZES.items() if k != "DES" for n in sizes)]
XTS_CASES = [(k, 2 * n, XTS) for k, sizes in KEY_SIZES.items() if k != "DES" for n in sizes]
CASES += XTS_CASES
CASES += [("CHACHA20", 32, STREAM), ("XCHACHA20", 32, STREAM), ("ARC4", 16, STREAM)]
REFERENCES = {"AES": algorithms.AES, "SM4": algorithms.SM4, "CAMELLIA": Camellia, "DES": TripleDES}
REFERENCE_MODES = {CTR: modes.CTR, CBC: modes.CBC, PKCS7: modes.CBC}
REFERENCE_MODES |= {MODES["CFB"]: old_modes.CFB, MODES["OFB"]: old_modes.OFB}


def iv_size(kind: str, alg: int) -> int:
    """``PSA_CIPHER_IV_LENGTH``"""
    if alg == ECB or kind == "ARC4":
        return 0
    return {"CHACHA20": 12, "XCHACHA20": 24}.get(kind) or (13 if alg == CCM_STAR else BLOCK[kind])


def fit(kind: str, alg: int, text: bytes) -> bytes:
    """A text of a length that the mode takes."""
    if alg in (ECB, CBC):
        return text[: len(text) // BLOCK[kind] * BLOCK[kind]]
    return text.ljust(16, b"x") if alg == XTS else text


def test_published_vectors(libcrypto: Driver) -> None:
    """Encryption and decryption, in one call each."""
    found = vectors_symmetric.cipher_vectors()
    assert len(found) > 10000
    for v in found:
        alg = ALGORITHMS[v.mode]
        assert encrypt(libcrypto, v.kind, v.key, alg, v.iv, v.plaintext) == v.ciphertext
        assert decrypt(libcrypto, v.kind, v.key, alg, v.iv + v.ciphertext) == v.plaintext


def test_published_camellia_vectors(libcrypto: Driver) -> None:
    for v in vectors_symmetric.camellia_ecb_vectors():
        assert ecb(libcrypto, v.kind, v.key, v.plaintext) == v.ciphertext


def test_published_stream_vectors(libcrypto: Driver) -> None:
    for v in [*vectors_symmetric.chacha20_vectors(), *vectors_symmetric.arc4_vectors()]:
        assert encrypt(libcrypto, v.kind, v.key, STREAM, v.iv, v.plaintext) == v.ciphertext


def test_xchacha20_vector_of_the_draft(libcrypto: Driver) -> None:
    """draft-irtf-cfrg-xchacha-03, appendix A.3.2: the block counter starts at 0, then at 1."""
    key = bytes(range(0x80, 0xA0))
    nonce = bytes([*range(0x40, 0x57), 0x58])
    text = b'The dhole (pronounced "dole") is also known as the Asiatic wild dog, red dog, and whistling dog.'
    stream = encrypt(libcrypto, "XCHACHA20", key, STREAM, nonce, bytes(128))
    assert (
        encrypt(libcrypto, "XCHACHA20", key, STREAM, nonce, text).hex().startswith("4559abba4e48c16102e8bb2c05e6947f")
    )
    later = encrypt(libcrypto, "XCHACHA20", key, STREAM, (1).to_bytes(8, "little") + nonce, bytes(64))
    assert later == stream[64:]


def test_aria_vectors_of_rfc_5794(libcrypto: Driver) -> None:
    """Appendix A.1 to A.3."""
    text = bytes.fromhex("00112233445566778899aabbccddeeff")
    for size, expected in (
        (16, "d718fbd6ab644c739da95f3be6451778"),
        (24, "26449c1805dbe7aa25a468ce263a9e79"),
        (32, "f92bd7c79fb72e2f2b8f80c1972d24fc"),
    ):
        assert ecb(libcrypto, "ARIA", bytes(range(size)), text).hex() == expected


def test_des_with_one_and_with_two_keys(libcrypto: Driver) -> None:
    """The worked example of DES (key 133457799BBCDFF1), and two-key triple DES as three keys."""
    key, text = bytes.fromhex("133457799bbcdff1"), bytes.fromhex("0123456789abcdef")
    assert ecb(libcrypto, "DES", key, text).hex() == "85e813540f0ab405"
    pair = key + bytes.fromhex("0e329232ea6d0d73")
    assert ecb(libcrypto, "DES", pair, text) == ecb(libcrypto, "DES", pair + key, text)


@settings(max_examples=200, deadline=None)
@given(
    case=st.sampled_from([c for c in BLOCK_CASES if c[0] in REFERENCES and c[2] in REFERENCE_MODES]),
    text=st.binary(max_size=200),
    data=st.data(),
)
def test_modes_are_those_of_cryptography(
    libcrypto: Driver, case: tuple[str, int, int], text: bytes, data: st.DataObject
) -> None:
    kind, size, alg = case
    key, iv = (
        data.draw(st.binary(min_size=size, max_size=size)),
        data.draw(st.binary(min_size=BLOCK[kind], max_size=BLOCK[kind])),
    )
    text = fit(kind, alg, text)
    if kind in ("DES", "CAMELLIA") and alg == CTR:
        count, block = int.from_bytes(iv, "big"), BLOCK[kind]
        counts = [(count + i) % 256**block for i in range(len(text) // block + 1)]
        counters = b"".join(number.to_bytes(block, "big") for number in counts)
        expected = bytes(a ^ b for a, b in zip(text, ecb(libcrypto, kind, key, counters), strict=False))
    else:
        whole = (key + key[:8] + key)[:24] if kind == "DES" else key
        padder = padding.PKCS7(8 * BLOCK[kind]).padder()
        padded = padder.update(text) + padder.finalize() if alg == PKCS7 else text
        encryptor = Reference(REFERENCES[kind](whole), REFERENCE_MODES[alg](iv)).encryptor()
        expected = encryptor.update(padded) + encryptor.finalize()
    assert encrypt(libcrypto, kind, key, alg, iv, text) == expected
    assert decrypt(libcrypto, kind, key, alg, iv + expected) == text


def xts_by_definition(libcrypto: Driver, kind: str, key: bytes, iv: bytes, text: bytes) -> bytes:
    """IEEE 1619, 5.3, on the driver's ECB mode."""
    one, two = key[: len(key) // 2], key[len(key) // 2 :]
    tweak = int.from_bytes(ecb(libcrypto, kind, two, iv), "little")
    out: list[bytes] = []

    def block(data: bytes) -> bytes:
        mask = tweak.to_bytes(16, "little")
        mixed = ecb(libcrypto, kind, one, bytes(a ^ b for a, b in zip(data, mask, strict=True)))
        return bytes(a ^ b for a, b in zip(mixed, mask, strict=True))

    for i in range(0, len(text), 16):
        part = text[i : i + 16]
        if len(part) < 16:
            last = out.pop()
            out += [block(part + last[len(part) :]), last[: len(part)]]
        else:
            out.append(block(part))
        tweak = tweak << 1 if tweak < 1 << 127 else (tweak << 1) & ((1 << 128) - 1) ^ 0x87
    return b"".join(out)


@settings(max_examples=60, deadline=None)
@given(
    case=st.sampled_from([c for c in CASES if c[2] == XTS]), text=st.binary(min_size=16, max_size=200), data=st.data()
)
def test_xts_is_its_definition(
    libcrypto: Driver, case: tuple[str, int, int], text: bytes, data: st.DataObject
) -> None:  # fmt: skip
    kind, size, _ = case
    key, iv = data.draw(st.binary(min_size=size, max_size=size)), data.draw(st.binary(min_size=16, max_size=16))
    expected = xts_by_definition(libcrypto, kind, key, iv, text)
    assert encrypt(libcrypto, kind, key, XTS, iv, text) == expected
    assert decrypt(libcrypto, kind, key, XTS, iv + expected) == text
    if kind == "AES" and size != 48 and key[: size // 2] != key[size // 2 :]:
        encryptor = Reference(algorithms.AES(key), modes.XTS(iv)).encryptor()
        assert expected == encryptor.update(text) + encryptor.finalize()


def test_xts_data_unit_has_a_limit(libcrypto: Driver) -> None:
    limit = 16 << 20
    operation = Cipher(libcrypto, "AES", bytes(range(32)), XTS)
    operation.set_iv(bytes(16))
    assert len(operation.update(bytes(limit))) == limit - 16
    assert status_of(operation.update, b"x") == INVALID_ARGUMENT
    operation.abort()


@settings(max_examples=600, deadline=None)
@given(case=st.sampled_from(CASES), parts=st.lists(st.binary(max_size=70), max_size=7), encrypting=st.booleans())
def test_fragments_equal_the_whole(
    libcrypto: Driver, case: tuple[str, int, int], parts: list[bytes], encrypting: bool
) -> None:
    """With buffers of exactly the sizes that the macros of the API give."""
    kind, size, alg = case
    key, iv = bytes(range(1, size + 1)), bytes(range(iv_size(kind, alg)))
    whole = b"".join(parts)
    text = fit(kind, alg, whole)
    expected = encrypt(libcrypto, kind, key, alg, iv, text)
    assert decrypt(libcrypto, kind, key, alg, iv + expected) == text
    source, target = (text, expected) if encrypting else (expected, text)
    cuts, at = [], 0
    for part in parts:
        cuts.append(source[at : at + len(part)])
        at += len(part)
    operation = Cipher(libcrypto, kind, key, alg, encrypt=encrypting)
    assert operation.run(iv, [*cuts, source[at:]]) == target
    assert operation.idle


@pytest.mark.parametrize("case", [c for c in CASES if c[2] in (ECB, CBC, PKCS7, XTS)], ids=str)
def test_every_length_of_two_pieces(libcrypto: Driver, case: tuple[str, int, int]) -> None:
    kind, size, alg = case
    key, iv = bytes(range(1, size + 1)), bytes(iv_size(kind, alg))
    for length in range(16, 52):
        text = fit(kind, alg, bytes(range(length)))
        sealed = encrypt(libcrypto, kind, key, alg, iv, text)
        for cut in range(0, len(text) + 1, 3):
            operation = Cipher(libcrypto, kind, key, alg)
            assert operation.run(iv, [text[:cut], text[cut:]]) == sealed
            operation = Cipher(libcrypto, kind, key, alg, encrypt=False)
            assert operation.run(iv, [sealed[:cut], sealed[cut:]]) == text


def test_every_padding(libcrypto: Driver) -> None:
    """All values of the last bytes: exactly the right paddings are taken."""
    for kind in ("AES", "DES"):
        key, block = bytes(range(16)), BLOCK[kind]
        for count in range(256):
            for same in range(1, block + 1):
                last = bytes([0xA5] * (block - same) + [count] * same)
                sealed = bytes(block) + ecb(libcrypto, kind, key, last)
                good = 1 <= count <= same
                if good:
                    assert decrypt(libcrypto, kind, key, PKCS7, sealed) == last[:-count]
                else:
                    assert status_of(decrypt, libcrypto, kind, key, PKCS7, sealed) == INVALID_PADDING


def test_short_counters_are_filled_with_zeros(libcrypto: Driver) -> None:
    for kind in ("AES", "DES"):
        for size in range(1, BLOCK[kind] + 1):
            iv = bytes(range(1, size + 1))
            short = encrypt(libcrypto, kind, bytes(16), CTR, iv, bytes(40))
            assert short == encrypt(libcrypto, kind, bytes(16), CTR, iv.ljust(BLOCK[kind], b"\0"), bytes(40))


def test_counter_is_one_number_of_a_whole_block(libcrypto: Driver) -> None:
    for kind in ("AES", "DES"):
        ones = b"\xff" * BLOCK[kind]
        stream = encrypt(libcrypto, kind, bytes(16), CTR, ones, bytes(2 * BLOCK[kind]))
        assert stream == ecb(libcrypto, kind, bytes(16), ones + bytes(BLOCK[kind]))


@pytest.mark.parametrize("length", [0, 1, 17, 496, 511, 512, 513, 4096])
def test_counter_mode_of_short_and_long_texts_carries_through_the_block(libcrypto: Driver, length: int) -> None:
    """Up to 512 bytes, the driver has another way."""
    key, start = bytes(range(16)), bytes(7) + b"\xff" * 9
    blocks = b"".join((int.from_bytes(start, "big") + i).to_bytes(16, "big") for i in range(-(-length // 16)))
    stream = ecb(libcrypto, "AES", key, blocks) if blocks else b""
    assert encrypt(libcrypto, "AES", key, CTR, start, bytes(length)) == stream[:length]
    assert decrypt(libcrypto, "AES", key, CTR, start + stream[:length]) == bytes(length)


@pytest.mark.parametrize("nonce", range(7, 14))
def test_ccm_star_is_counter_mode_from_one(libcrypto: Driver, nonce: int) -> None:
    """RFC 3610, 2.3; the length of the text has to fit."""
    key, iv = bytes(range(16)), bytes(range(nonce))
    start = bytes([14 - nonce]) + iv + (1).to_bytes(15 - nonce, "big")
    assert encrypt(libcrypto, "AES", key, CCM_STAR, iv, bytes(50)) == encrypt(
        libcrypto, "AES", key, CTR, start, bytes(50)
    )
    if nonce == 13:
        assert len(encrypt(libcrypto, "AES", key, CCM_STAR, iv, bytes(65535))) == 65535
        assert status_of(encrypt, libcrypto, "AES", key, CCM_STAR, iv, bytes(65536)) == INVALID_ARGUMENT


def test_chacha20_nonces(libcrypto: Driver) -> None:
    """12 bytes, 16 with a counter, 8 for the original cipher with its counter of 64 bits."""
    key = bytes(range(32))
    plain = encrypt(libcrypto, "CHACHA20", key, STREAM, bytes(12), bytes(200))
    assert plain == encrypt(libcrypto, "CHACHA20", key, STREAM, bytes(16), bytes(200))
    assert plain == encrypt(libcrypto, "CHACHA20", key, STREAM, bytes(8), bytes(200))
    counted = encrypt(libcrypto, "CHACHA20", key, STREAM, (2).to_bytes(4, "little") + bytes(12), bytes(72))
    assert counted == plain[128:]
    last = b"\xff\xff\xff\xff" + bytes(12)
    assert len(encrypt(libcrypto, "CHACHA20", key, STREAM, last, bytes(64))) == 64
    assert status_of(encrypt, libcrypto, "CHACHA20", key, STREAM, last, bytes(65)) == INVALID_ARGUMENT
    for kind, sizes in {"CHACHA20": (0, 7, 9, 13, 24), "XCHACHA20": (0, 12, 16, 23, 25, 31, 33)}.items():
        for size in sizes:
            assert status_of(encrypt, libcrypto, kind, key, STREAM, bytes(size), b"x") == INVALID_ARGUMENT


def test_sizes_that_do_not_fit(libcrypto: Driver) -> None:
    key = bytes(range(16))
    for alg in (ECB, CBC):
        iv = b"" if alg == ECB else bytes(16)
        assert status_of(encrypt, libcrypto, "AES", key, alg, iv, bytes(17)) == INVALID_ARGUMENT
        assert status_of(decrypt, libcrypto, "AES", key, alg, iv + bytes(15)) == INVALID_ARGUMENT
    for length in (0, 15, 17):
        assert status_of(decrypt, libcrypto, "AES", key, PKCS7, bytes(16 + length)) == INVALID_ARGUMENT
    assert status_of(encrypt, libcrypto, "AES", bytes(32), XTS, bytes(16), bytes(15)) == INVALID_ARGUMENT
    for alg in (CTR, CBC, PKCS7, XTS):
        wide = bytes(32) if alg == XTS else key
        assert status_of(decrypt, libcrypto, "AES", wide, alg, bytes(15)) == INVALID_ARGUMENT
        assert status_of(encrypt, libcrypto, "AES", wide, alg, bytes(17), bytes(16)) == INVALID_ARGUMENT
        assert status_of(encrypt, libcrypto, "AES", wide, alg, b"", bytes(16)) == INVALID_ARGUMENT
        size = 31 if alg == PKCS7 else 15
        assert status_of(encrypt, libcrypto, "AES", wide, alg, bytes(16), bytes(16), size) == BUFFER_TOO_SMALL
    assert status_of(encrypt, libcrypto, "AES", key, ECB, bytes(16), bytes(16)) == INVALID_ARGUMENT
    for kind, size, alg in [
        ("AES", 17, CTR),
        ("AES", 16, XTS),
        ("SM4", 24, ECB),
        ("DES", 16, XTS),
        ("DES", 8, CCM_STAR),
    ]:
        assert status_of(encrypt, libcrypto, kind, bytes(size), alg, bytes(16), bytes(16)) == INVALID_ARGUMENT
    for kind, alg in [("HMAC", CTR), ("HMAC", XTS), ("HMAC", STREAM), ("AES", 0x04C01400), ("AES", 0x05500200)]:
        assert status_of(encrypt, libcrypto, kind, bytes(32), alg, bytes(16), bytes(16)) == NOT_SUPPORTED
    assert status_of(encrypt, libcrypto, "AES", key, STREAM, bytes(16), bytes(16)) == INVALID_ARGUMENT
    assert status_of(encrypt, libcrypto, "CHACHA20", bytes(31), STREAM, bytes(12), b"") == INVALID_ARGUMENT
    assert status_of(encrypt, libcrypto, "ARC4", bytes(4), STREAM, b"", b"") == INVALID_ARGUMENT


def test_order_of_calls(libcrypto: Driver) -> None:
    for kind, size, alg in CASES:
        operation = Cipher(libcrypto, kind, bytes(range(size)), alg)
        iv = bytes(iv_size(kind, alg))
        if iv:
            assert status_of(operation.update, bytes(16)) == BAD_STATE
            operation.set_iv(iv)
        assert status_of(operation.set_iv, iv) == BAD_STATE
        operation.abort()
        operation.abort()
        for call in (operation.set_iv, operation.update):
            assert status_of(call, bytes(16)) == BAD_STATE
        assert status_of(operation.finish) == BAD_STATE


def test_a_failed_finish_releases_the_operation(libcrypto: Driver) -> None:
    for alg, size, expected in ((CBC, 32, INVALID_ARGUMENT), (PKCS7, 15, BUFFER_TOO_SMALL)):
        operation = Cipher(libcrypto, "AES", bytes(16), alg)
        operation.set_iv(bytes(16))
        operation.update(b"private")
        assert b"private" in operation.memory.raw
        assert status_of(operation.finish, size) == expected
        assert operation.memory.raw == bytes(len(operation.memory))
