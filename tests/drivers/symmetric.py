"""Symmetric entry points of a driver, called without a core: algorithms, key types, operations in pieces."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable

from harness import HASHES, Attributes, Driver

INVALID_PADDING = -150

KEY_TYPES = {
    "HMAC": 0x1100,
    "BLAKE2": 0x1103,
    "ARC4": 0x2002,
    "CHACHA20": 0x2004,
    "XCHACHA20": 0x2007,
    "DES": 0x2301,
    "AES": 0x2400,
    "CAMELLIA": 0x2403,
    "SM4": 0x2405,
    "ARIA": 0x2406,
}
BLOCK = {"DES": 8, "AES": 16, "CAMELLIA": 16, "SM4": 16, "ARIA": 16}
KEY_SIZES = {
    "AES": (16, 24, 32),
    "ARIA": (16, 24, 32),
    "CAMELLIA": (16, 24, 32),
    "SM4": (16,),
    "DES": (8, 16, 24),
}
"""Bytes of the keys of each block cipher."""

CBC_MAC, CMAC = 0x03C00100, 0x03C00200
STREAM, CTR, CFB, OFB = 0x04800100, 0x04C01000, 0x04C01100, 0x04C01200
CCM_STAR, XTS, ECB, CBC, PKCS7 = 0x04C01300, 0x0440FF00, 0x04404400, 0x04404000, 0x04404100
MODES = {"CTR": CTR, "CFB": CFB, "OFB": OFB, "ECB": ECB, "CBC": CBC, "PKCS7": PKCS7}
CCM, GCM, CHACHA_POLY, XCHACHA_POLY = 0x05500100, 0x05500200, 0x05100500, 0x05100600
SHAKE128, SHAKE256 = 0x0D000100, 0x0D000200


def hmac_alg(name: str) -> int:
    return 0x03800000 | HASHES[name]


def blake2_alg(name: str) -> int:
    return 0x03800300 | HASHES[name]


def with_length(alg: int, length: int) -> int:
    """A MAC or AEAD algorithm with another length of MAC or tag."""
    return alg & ~0x003F8000 | (length & 63) << 16


def key_arguments(kind: str, key: bytes) -> tuple[object, ...]:
    """Attributes, key buffer and its size."""
    attributes = Attributes(type=KEY_TYPES[kind], bits=8 * len(key))
    return ctypes.byref(attributes), key, ctypes.c_size_t(len(key))


def buffer(data: bytes) -> tuple[bytes, ctypes.c_size_t]:
    return data, ctypes.c_size_t(len(data))


def mac(driver: Driver, kind: str, key: bytes, alg: int, data: bytes, size: int = 64) -> bytes:
    return driver.output(size, "mac_compute", *key_arguments(kind, key), ctypes.c_uint32(alg), *buffer(data))


def mac_verify(driver: Driver, kind: str, key: bytes, alg: int, data: bytes, expected: bytes) -> None:
    driver.call("mac_verify", *key_arguments(kind, key), ctypes.c_uint32(alg), *buffer(data), *buffer(expected))


def encrypt(driver: Driver, kind: str, key: bytes, alg: int, iv: bytes, data: bytes, size: int | None = None) -> bytes:
    size = len(data) + 16 if size is None else size
    arguments = (*key_arguments(kind, key), ctypes.c_uint32(alg), *buffer(iv), *buffer(data))
    return driver.output(size, "cipher_encrypt", *arguments)


def decrypt(driver: Driver, kind: str, key: bytes, alg: int, data: bytes, size: int | None = None) -> bytes:
    """``data`` starts with the IV."""
    size = len(data) if size is None else size
    return driver.output(size, "cipher_decrypt", *key_arguments(kind, key), ctypes.c_uint32(alg), *buffer(data))


def seal(
    driver: Driver, kind: str, key: bytes, alg: int, nonce: bytes, ad: bytes, text: bytes, size: int | None = None
) -> bytes:
    size = len(text) + 16 if size is None else size
    arguments = (*key_arguments(kind, key), ctypes.c_uint32(alg), *buffer(nonce), *buffer(ad), *buffer(text))
    return driver.output(size, "aead_encrypt", *arguments)


def unseal(
    driver: Driver, kind: str, key: bytes, alg: int, nonce: bytes, ad: bytes, sealed: bytes, size: int | None = None
) -> bytes:
    size = len(sealed) if size is None else size
    arguments = (*key_arguments(kind, key), ctypes.c_uint32(alg), *buffer(nonce), *buffer(ad), *buffer(sealed))
    return driver.output(size, "aead_decrypt", *arguments)


class Multipart:
    """An operation in zeroed memory, which must be zero again when it is over."""

    def __init__(self, driver: Driver, family: str, setup: str, kind: str, key: bytes, alg: int) -> None:
        self.driver = driver
        self.family = family
        self.memory = ctypes.create_string_buffer(4096)
        driver.call(f"{family}_{setup}", self.memory, *key_arguments(kind, key), ctypes.c_uint32(alg))

    def call(self, name: str, *arguments: object) -> None:
        self.driver.call(f"{self.family}_{name}", self.memory, *arguments)

    def output(self, size: int, name: str, *arguments: object) -> bytes:
        return self.driver.output(size, f"{self.family}_{name}", self.memory, *arguments)

    def abort(self) -> None:
        self.call("abort")
        assert self.idle

    @property
    def idle(self) -> bool:
        return self.memory.raw[:8] == bytes(8)


class Mac(Multipart):
    """``setup`` is sign_setup or verify_setup."""

    def __init__(self, driver: Driver, kind: str, key: bytes, alg: int, *, verify: bool = False) -> None:
        super().__init__(driver, "mac", "verify_setup" if verify else "sign_setup", kind, key, alg)

    def update(self, data: bytes) -> None:
        self.call("update", *buffer(data))

    def finish(self, size: int = 64) -> bytes:
        return self.output(size, "sign_finish")

    def verify(self, expected: bytes) -> None:
        self.call("verify_finish", *buffer(expected))


def update_size(kind: str, alg: int, length: int) -> int:
    """``PSA_CIPHER_UPDATE_OUTPUT_SIZE``"""
    block = BLOCK.get(kind, 1)
    return length if alg >> 23 & 1 else -(-length // block) * block


def finish_size(kind: str, alg: int) -> int:
    """``PSA_CIPHER_FINISH_OUTPUT_SIZE``"""
    return {PKCS7: BLOCK.get(kind, 0), XTS: 32}.get(alg, 0)


class Cipher(Multipart):
    """A cipher in pieces; every output buffer has the size that the API's macro gives, and no more."""

    def __init__(self, driver: Driver, kind: str, key: bytes, alg: int, *, encrypt: bool = True) -> None:
        super().__init__(driver, "cipher", "encrypt_setup" if encrypt else "decrypt_setup", kind, key, alg)
        self.kind, self.alg = kind, alg

    def set_iv(self, iv: bytes) -> None:
        self.call("set_iv", *buffer(iv))

    def update(self, data: bytes, size: int | None = None) -> bytes:
        size = update_size(self.kind, self.alg, len(data)) if size is None else size
        return self.output(size, "update", *buffer(data))

    def finish(self, size: int | None = None) -> bytes:
        return self.output(finish_size(self.kind, self.alg) if size is None else size, "finish")

    def run(self, iv: bytes, parts: Iterable[bytes]) -> bytes:
        if iv:
            self.set_iv(iv)
        return b"".join([self.update(part) for part in parts]) + self.finish()


class Aead(Multipart):
    """An AEAD in pieces."""

    def __init__(self, driver: Driver, kind: str, key: bytes, alg: int, *, encrypt: bool = True) -> None:
        super().__init__(driver, "aead", "encrypt_setup" if encrypt else "decrypt_setup", kind, key, alg)

    def set_lengths(self, ad: int, text: int) -> None:
        self.call("set_lengths", ctypes.c_size_t(ad), ctypes.c_size_t(text))

    def set_nonce(self, nonce: bytes) -> None:
        self.call("set_nonce", *buffer(nonce))

    def update_ad(self, data: bytes) -> None:
        self.call("update_ad", *buffer(data))

    def update(self, data: bytes, size: int | None = None) -> bytes:
        return self.output(len(data) if size is None else size, "update", *buffer(data))

    def finish(self, size: int = 16) -> bytes:
        """The tag."""
        length = ctypes.c_size_t(99)
        tag = self.output(size, "finish", None, ctypes.c_size_t(0), ctypes.byref(length))
        assert length.value == 0
        return tag

    def verify(self, tag: bytes) -> None:
        length = ctypes.c_size_t(99)
        self.call("verify", None, ctypes.c_size_t(0), ctypes.byref(length), *buffer(tag))
        assert length.value == 0


class Xof:
    """An extendable-output function in progress."""

    def __init__(self, driver: Driver, alg: int) -> None:
        self.driver = driver
        self.memory = ctypes.create_string_buffer(512)
        driver.call("xof_setup", self.memory, ctypes.c_uint32(alg))

    def update(self, data: bytes) -> None:
        self.driver.call("xof_update", self.memory, *buffer(data))

    def output(self, size: int) -> bytes:
        out = ctypes.create_string_buffer(size)
        self.driver.call("xof_output", self.memory, out, ctypes.c_size_t(size))
        return out.raw[:size]

    def abort(self) -> None:
        self.driver.call("xof_abort", self.memory)


def ecb(driver: Driver, kind: str, key: bytes, data: bytes) -> bytes:
    """Whole blocks through the block cipher itself."""
    return encrypt(driver, kind, key, ECB, b"", data)
