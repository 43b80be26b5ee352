"""The AES accelerator at its edges: padding, overlapping buffers, wrong calls, processors that lack something."""

from __future__ import annotations

import ctypes
import random
from pathlib import Path

import pytest
from aes_paths import BASE, GHASH, PATHS, WIDE, WIDE_GHASH, WIDER, detection, expected_cipher, expected_gcm, on_path
from harness import BAD_STATE, BUFFER_TOO_SMALL, INVALID_ARGUMENT, NOT_SUPPORTED, Driver, DriverError, status_of
from symmetric import (
    CBC,
    CFB,
    CMAC,
    CTR,
    ECB,
    GCM,
    INVALID_PADDING,
    PKCS7,
    Aead,
    Cipher,
    Mac,
    decrypt,
    encrypt,
    key_arguments,
    mac,
    mac_verify,
    seal,
    unseal,
    with_length,
)

KEY, IV = bytes(range(16)), bytes(range(100, 116))
CIPHERS = {"CTR": CTR, "CBC": CBC, "PKCS7": PKCS7, "ECB": ECB}


@pytest.fixture(scope="module", params=PATHS)
def aes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Driver:
    return on_path(tmp_path_factory.mktemp("x86_aes"), request.param)


# Padding


def is_padded(block: bytes) -> bool:
    count = block[-1]
    return 1 <= count <= 16 and block[-count:] == bytes([count]) * count


@pytest.mark.parametrize("blocks", [1, 2, 17])
def test_padding_is_judged_in_every_byte(aes: Driver, blocks: int) -> None:
    endings = [bytes([last]) * 16 for last in range(256)]
    endings += [bytes([16 - i]) * 16 for i in range(16)]
    for count in range(1, 17):
        right = bytes(range(50, 66 - count)) + bytes([count]) * count
        endings.append(right)
        for position in range(16):
            changed = bytearray(right)
            changed[position] ^= 0x40
            endings.append(bytes(changed))
    for ending in endings:
        text = bytes(16 * (blocks - 1)) + ending
        data = expected_cipher(CBC, KEY, IV, text)
        operation = Cipher(aes, "AES", KEY, PKCS7, encrypt=False)
        if is_padded(ending):
            expected = text[: -ending[-1]]
            assert decrypt(aes, "AES", KEY, PKCS7, IV + data) == expected
            assert operation.run(IV, [data[:7], data[7:]]) == expected
        else:
            assert status_of(decrypt, aes, "AES", KEY, PKCS7, IV + data) == INVALID_PADDING
            assert status_of(operation.run, IV, [data[:7], data[7:]]) == INVALID_PADDING
        assert not any(operation.memory.raw), "not wiped"


def test_output_needs_room_for_the_plaintext_only(aes: Driver) -> None:
    data = IV + expected_cipher(PKCS7, KEY, IV, bytes(20))
    assert decrypt(aes, "AES", KEY, PKCS7, data, 20) == bytes(20)
    for size in (0, 15, 16, 19):
        assert status_of(decrypt, aes, "AES", KEY, PKCS7, data, size) == BUFFER_TOO_SMALL


# Overlap


def run_in(aes: Driver, entry_point: str, alg: int, before: list[bytes], data: bytes, offset: int) -> bytes:
    """A single-part call whose output starts `offset` bytes after its input, in one memory."""
    start, size = 64, len(data) + 32
    memory = ctypes.create_string_buffer(2 * 64 + 2 * size)
    memory[start : start + len(data)] = data
    length = ctypes.c_size_t(0)
    address = ctypes.addressof(memory) + start
    arguments: list[object] = [*key_arguments("AES", KEY), ctypes.c_uint32(alg)]
    for item in before:
        arguments += [item, ctypes.c_size_t(len(item))]
    arguments += [ctypes.c_void_p(address), ctypes.c_size_t(len(data)), ctypes.c_void_p(address + offset)]
    aes.call(entry_point, *arguments, ctypes.c_size_t(size), ctypes.byref(length))
    return memory.raw[start + offset : start + offset + length.value]


OFFSETS = [*range(-40, 41), 64, 127, 128, 129, -64]


@pytest.mark.parametrize("size", [48, 320, 1600])
def test_output_may_overlap_the_input_anywhere(aes: Driver, size: int) -> None:
    text = random.Random(size).randbytes(size)
    sealed = expected_gcm(KEY, IV[:12], b"data", text)
    for offset in OFFSETS:
        for alg in CIPHERS.values():
            iv = b"" if alg == ECB else IV
            data = expected_cipher(alg, KEY, iv, text)
            assert run_in(aes, "cipher_encrypt", alg, [iv], text, offset) == data
            assert run_in(aes, "cipher_decrypt", alg, [], iv + data, offset) == text
        assert run_in(aes, "aead_encrypt", GCM, [IV[:12], b"data"], text, offset) == sealed
        assert run_in(aes, "aead_decrypt", GCM, [IV[:12], b"data"], sealed, offset) == text


@pytest.mark.parametrize("name", CIPHERS)
def test_output_of_an_update_may_overlap_its_input(aes: Driver, name: str) -> None:
    alg, draw = CIPHERS[name], random.Random(name)
    iv = b"" if alg == ECB else IV
    for forward in (True, False):
        text = draw.randbytes(160)
        data = expected_cipher(alg, KEY, iv, text)
        source, target = (text, data) if forward else (data, text)
        for offset in range(-33, 34):
            operation = Cipher(aes, "AES", KEY, alg, encrypt=forward)
            if iv:
                operation.set_iv(iv)
            result = operation.update(source[: offset % 17])
            memory = ctypes.create_string_buffer(400)
            rest = source[offset % 17 :]
            memory[100 : 100 + len(rest)] = rest
            address, length = ctypes.addressof(memory) + 100, ctypes.c_size_t(0)
            operation.call(
                "update",
                ctypes.c_void_p(address),
                ctypes.c_size_t(len(rest)),
                ctypes.c_void_p(address + offset),
                ctypes.c_size_t(-(-len(rest) // 16) * 16),
                ctypes.byref(length),
            )
            result += memory.raw[100 + offset : 100 + offset + length.value]
            assert result + operation.finish() == target


# Wrong calls


def test_foreign_algorithms_keys_and_lengths_are_left_to_others(aes: Driver) -> None:
    for alg in (CFB, GCM, with_length(GCM, 16) | 0x8000):
        assert status_of(encrypt, aes, "AES", KEY, alg, IV, bytes(16)) == NOT_SUPPORTED
    for length in (0, 1, 3, 5, 7, 9, 11, 17, 63):
        alg = with_length(GCM, length)
        assert status_of(seal, aes, "AES", KEY, alg, IV, b"", b"") == NOT_SUPPORTED
        assert status_of(unseal, aes, "AES", KEY, alg, IV, b"", bytes(64)) == NOT_SUPPORTED
        assert status_of(Aead, aes, "AES", KEY, alg) == NOT_SUPPORTED
    for length in (1, 2, 3, 17, 63):
        assert status_of(mac, aes, "AES", KEY, with_length(CMAC, length), b"") == NOT_SUPPORTED
        assert status_of(Mac, aes, "AES", KEY, with_length(CMAC, length), verify=True) == NOT_SUPPORTED
    assert status_of(seal, aes, "AES", KEY, 0x05500100, IV, b"", b"") == NOT_SUPPORTED
    assert status_of(mac, aes, "AES", KEY, 0x03C00100, b"") == NOT_SUPPORTED
    for kind in ("ARIA", "CAMELLIA", "SM4"):
        assert status_of(encrypt, aes, kind, KEY, CTR, IV, b"") == NOT_SUPPORTED
        assert status_of(seal, aes, kind, KEY, GCM, IV, b"", b"") == NOT_SUPPORTED
        assert status_of(mac, aes, kind, KEY, CMAC, b"") == NOT_SUPPORTED


@pytest.mark.parametrize("size", [0, 15, 17, 31, 33, 64])
def test_key_of_another_size_is_an_error(aes: Driver, size: int) -> None:
    assert status_of(encrypt, aes, "AES", bytes(size), CTR, IV, b"") == INVALID_ARGUMENT
    assert status_of(Cipher, aes, "AES", bytes(size), ECB) == INVALID_ARGUMENT
    assert status_of(seal, aes, "AES", bytes(size), GCM, IV, b"", b"") == INVALID_ARGUMENT
    assert status_of(Aead, aes, "AES", bytes(size), GCM, encrypt=False) == INVALID_ARGUMENT
    assert status_of(mac_verify, aes, "AES", bytes(size), CMAC, b"", bytes(16)) == INVALID_ARGUMENT


def test_lengths_that_a_cipher_does_not_take(aes: Driver) -> None:
    for alg in (CBC, ECB):
        iv = b"" if alg == ECB else IV
        assert status_of(encrypt, aes, "AES", KEY, alg, iv, bytes(17)) == INVALID_ARGUMENT
        assert status_of(decrypt, aes, "AES", KEY, alg, iv + bytes(17)) == INVALID_ARGUMENT
        operation = Cipher(aes, "AES", KEY, alg)
        assert status_of(operation.run, iv, [bytes(17)]) == INVALID_ARGUMENT
        assert not any(operation.memory.raw), "not wiped"
    for data in (b"", IV[:15], IV, IV + bytes(15), IV + bytes(17)):
        assert status_of(decrypt, aes, "AES", KEY, PKCS7, data) == INVALID_ARGUMENT
    for alg, lengths in ((CBC, (0, 15, 17)), (PKCS7, (0, 15, 17)), (CTR, (0, 17)), (ECB, (1, 16))):
        for length in lengths:
            assert status_of(encrypt, aes, "AES", KEY, alg, bytes(length), bytes(16)) == INVALID_ARGUMENT
    assert status_of(seal, aes, "AES", KEY, GCM, b"", b"", b"") == INVALID_ARGUMENT
    assert status_of(unseal, aes, "AES", KEY, GCM, IV, b"", bytes(15)) == INVALID_ARGUMENT


@pytest.mark.parametrize("name", CIPHERS)
def test_small_buffers_are_refused_before_anything_is_written(aes: Driver, name: str) -> None:
    alg = CIPHERS[name]
    iv = b"" if alg == ECB else IV
    data = expected_cipher(alg, KEY, iv, bytes(32))
    for size in (0, 15, 31, len(data) - 1):
        assert status_of(encrypt, aes, "AES", KEY, alg, iv, bytes(32), size) == BUFFER_TOO_SMALL
        operation = Cipher(aes, "AES", KEY, alg)
        if iv:
            operation.set_iv(iv)
        if size < 32:
            assert status_of(operation.update, bytes(32), size) == BUFFER_TOO_SMALL
        operation.abort()
    assert status_of(decrypt, aes, "AES", KEY, alg, iv + data, 31) == BUFFER_TOO_SMALL


def test_small_buffers_of_gcm_and_cmac(aes: Driver) -> None:
    for length in (4, 16):
        alg = with_length(GCM, length)
        assert status_of(seal, aes, "AES", KEY, alg, IV, b"", bytes(5), 4 + length) == BUFFER_TOO_SMALL
        sealed = seal(aes, "AES", KEY, alg, IV, b"", bytes(5), 5 + length)
        assert status_of(unseal, aes, "AES", KEY, alg, IV, b"", sealed, 4) == BUFFER_TOO_SMALL
        operation = Aead(aes, "AES", KEY, alg)
        operation.set_nonce(IV)
        assert status_of(operation.finish, length - 1) == BUFFER_TOO_SMALL
        assert not any(operation.memory.raw), "not wiped"
    assert status_of(mac, aes, "AES", KEY, CMAC, b"", 15) == BUFFER_TOO_SMALL


def test_steps_out_of_order(aes: Driver) -> None:
    cipher = Cipher(aes, "AES", KEY, CBC)
    assert status_of(cipher.update, b"x") == BAD_STATE
    cipher.set_iv(IV)
    assert status_of(cipher.set_iv, IV) == BAD_STATE
    cipher.abort()
    cipher.abort()
    assert status_of(cipher.update, b"x") == BAD_STATE
    assert status_of(cipher.finish) == BAD_STATE
    assert status_of(Cipher(aes, "AES", KEY, ECB).set_iv, IV) == BAD_STATE
    aead = Aead(aes, "AES", KEY, GCM)
    assert status_of(aead.update_ad, b"x") == BAD_STATE
    assert status_of(aead.update, b"x") == BAD_STATE
    aead.set_nonce(IV)
    for step in (lambda: aead.set_nonce(IV), lambda: aead.set_lengths(0, 0), lambda: aead.verify(bytes(16))):
        assert status_of(step) == BAD_STATE
    aead = Aead(aes, "AES", KEY, GCM)
    aead.set_nonce(IV)
    aead.update(b"x")
    assert status_of(aead.update_ad, b"x") == BAD_STATE
    aead.abort()
    assert status_of(aead.finish) == BAD_STATE
    signing = Mac(aes, "AES", KEY, CMAC)
    assert status_of(signing.verify, bytes(16)) == BAD_STATE
    assert status_of(signing.update, b"x") == BAD_STATE
    assert status_of(Mac(aes, "AES", KEY, CMAC, verify=True).finish) == BAD_STATE


def test_announced_lengths_are_kept_to(aes: Driver) -> None:
    def announced(*, encrypt: bool = True) -> Aead:
        operation = Aead(aes, "AES", KEY, GCM, encrypt=encrypt)
        operation.set_lengths(4, 8)
        operation.set_nonce(IV)
        return operation

    assert status_of(announced().update_ad, bytes(5)) == INVALID_ARGUMENT
    assert status_of(announced().update, b"x") == INVALID_ARGUMENT
    assert status_of(announced().finish) == INVALID_ARGUMENT
    operation = announced()
    operation.update_ad(b"data")
    assert status_of(operation.update, bytes(9)) == INVALID_ARGUMENT
    operation.update(bytes(7))
    assert status_of(operation.finish) == INVALID_ARGUMENT
    operation = announced(encrypt=False)
    operation.update_ad(b"data")
    assert status_of(operation.verify, bytes(16)) == INVALID_ARGUMENT


def test_lengths_beyond_the_standard_are_refused(aes: Driver) -> None:
    operation = Aead(aes, "AES", KEY, GCM)
    assert status_of(operation.set_lengths, 0, 2**36 - 31) == INVALID_ARGUMENT
    operation = Aead(aes, "AES", KEY, GCM)
    assert status_of(operation.set_lengths, 2**61, 0) == INVALID_ARGUMENT
    operation = Aead(aes, "AES", KEY, GCM)
    operation.set_lengths(2**61 - 1, 2**36 - 32)


def test_failed_authentication_leaves_no_plaintext(aes: Driver) -> None:
    sealed = bytearray(seal(aes, "AES", KEY, GCM, IV, b"", b"secret" * 200))
    sealed[-1] ^= 1
    out = ctypes.create_string_buffer(b"\xa5" * 1200, 1200)
    length = ctypes.c_size_t(0)
    arguments = [IV, ctypes.c_size_t(16), b"", ctypes.c_size_t(0), bytes(sealed), ctypes.c_size_t(len(sealed))]
    with pytest.raises(DriverError):
        aes.call("aead_decrypt", *key_arguments("AES", KEY), ctypes.c_uint32(GCM), *arguments, out,
                 ctypes.c_size_t(1200), ctypes.byref(length))  # fmt: skip
    assert out.raw == bytes(1200)


# Processors


def features(leaf1: int, ebx7: int = 0, ecx7: int = 0, xcr0: int = 0) -> ctypes.Array[ctypes.c_uint32]:
    return (ctypes.c_uint32 * 4)(leaf1, ebx7, ecx7, xcr0)


def test_features_follow_from_what_the_processor_says(tmp_path: Path) -> None:
    find = detection(tmp_path).x86_aes_features_of
    ssse3, sse41, with_aes, pclmul, osxsave, avx = (1 << bit for bit in (9, 19, 25, 1, 27, 28))
    avx2, vaes, vpclmul, kept = 1 << 5, 1 << 9, 1 << 10, 6
    base = ssse3 | sse41 | with_aes
    everything = base | pclmul | osxsave | avx
    assert find(features(0)) == 0
    for missing in (ssse3, sse41, with_aes):
        assert find(features(everything & ~missing, avx2, vaes | vpclmul, kept)) == 0
    assert find(features(base)) == BASE
    assert find(features(base | pclmul)) == BASE | GHASH
    assert find(features(everything, avx2, vaes | vpclmul, kept)) == BASE | GHASH | WIDE | WIDE_GHASH
    assert find(features(everything, avx2, vaes, kept)) == BASE | GHASH | WIDE
    assert find(features(everything, avx2, vpclmul, kept)) == BASE | GHASH
    assert find(features(everything & ~pclmul, avx2, vaes | vpclmul, kept)) == BASE | WIDE
    for xcr0 in (0, 1, 2, 3, 4, 5):
        assert find(features(everything, avx2, vaes | vpclmul, xcr0)) == BASE | GHASH
    for missing in (osxsave, avx):
        assert find(features(everything & ~missing, avx2, vaes | vpclmul, kept)) == BASE | GHASH
    assert find(features(everything, 0, vaes | vpclmul, kept)) == BASE | GHASH
    avx512, all_kept = avx2 | 1 << 16 | 1 << 30 | 1 << 31, 0xE6
    wide = BASE | GHASH | WIDE | WIDE_GHASH
    assert find(features(everything, avx512, vaes | vpclmul, all_kept)) == wide | WIDER
    for bit in (16, 30, 31):
        assert find(features(everything, avx512 & ~(1 << bit), vaes | vpclmul, all_kept)) == wide
    for bit in (5, 6, 7):
        assert find(features(everything, avx512, vaes | vpclmul, all_kept & ~(1 << bit))) == wide
    assert find(features(everything, avx512, vaes, all_kept)) == BASE | GHASH | WIDE


@pytest.mark.parametrize("found", [0, BASE])
def test_without_the_instructions_nothing_is_served(aes: Driver, found: int) -> None:
    cell = ctypes.c_uint32.in_dll(aes.library, "support_features")
    before = cell.value
    cell.value = found
    try:
        others = NOT_SUPPORTED if found == 0 else 0
        assert status_of(encrypt, aes, "AES", KEY, CTR, IV, b"x") == others
        assert status_of(Cipher, aes, "AES", KEY, CBC) == others
        assert status_of(mac, aes, "AES", KEY, CMAC, b"x") == others
        assert status_of(Mac, aes, "AES", KEY, CMAC) == others
        assert status_of(seal, aes, "AES", KEY, GCM, IV, b"", b"") == NOT_SUPPORTED
        assert status_of(unseal, aes, "AES", KEY, GCM, IV, b"", bytes(16)) == NOT_SUPPORTED
        assert status_of(Aead, aes, "AES", KEY, GCM) == NOT_SUPPORTED
    finally:
        cell.value = before
