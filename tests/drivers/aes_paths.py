"""The AES accelerator on each of its paths, with AES of ``cryptography`` to compare with."""

from __future__ import annotations

import ctypes
import platform
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import cmac, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from harness import DRIVERS, ROOT, Driver, build
from symmetric import CBC, CTR, ECB, PKCS7

FOLDER = DRIVERS / "x86_aes"
BASE, GHASH, WIDE, WIDE_GHASH, WIDER = 1, 2, 4, 8, 16
PATHS = {
    "128 bits": BASE | GHASH,
    "256 bits, narrow products": BASE | GHASH | WIDE,
    "256 bits": BASE | GHASH | WIDE | WIDE_GHASH,
    "512 bits": BASE | GHASH | WIDE | WIDE_GHASH | WIDER,
}
"""Features that a path needs."""


def detection(out: Path) -> ctypes.CDLL:
    """What finds the features of a processor, alone."""
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("not an x86-64 processor")
    out = out / "detection"
    out.mkdir()
    library = build([FOLDER / "x86_aes_cpu.c"], out)
    library.x86_aes_features.restype = ctypes.c_uint32
    library.x86_aes_features_of.restype = ctypes.c_uint32
    return library


def on_path(out: Path, path: str) -> Driver:
    """The driver, told that the processor has the features of this path only."""
    needed = PATHS[path]
    found = detection(out).x86_aes_features()
    if found & needed != needed:
        pytest.skip(f"this processor has no path of {path}")
    sources = [source for source in sorted(FOLDER.glob("*.c")) if source.name != "x86_aes_cpu.c"]
    flags = [f"-I{FOLDER}"]
    library = build([*sources, ROOT / "tests/drivers/x86_aes_features.c"], out, flags=flags)
    ctypes.c_uint32.in_dll(library, "support_features").value = needed
    return Driver(library, "x86_aes")


def expected_cipher(alg: int, key: bytes, iv: bytes, text: bytes) -> bytes:
    """The ciphertext, by ``cryptography``."""
    mode = {CTR: modes.CTR, CBC: modes.CBC, PKCS7: modes.CBC}
    if alg == PKCS7:
        padder = padding.PKCS7(128).padder()
        text = padder.update(text) + padder.finalize()
    cipher = Cipher(algorithms.AES(key), modes.ECB() if alg == ECB else mode[alg](iv)).encryptor()
    return cipher.update(text) + cipher.finalize()


def expected_cmac(key: bytes, data: bytes) -> bytes:
    mac = cmac.CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


def expected_gcm(key: bytes, nonce: bytes, ad: bytes, text: bytes) -> bytes:
    """Ciphertext and tag; also with nonces that AESGCM refuses."""
    cipher = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(ad)
    return cipher.update(text) + cipher.finalize() + cipher.tag
