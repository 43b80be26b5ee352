"""The example drivers behind a core: loaded from their folders, and as objects of a plain compiler."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path

import pytest
from harness import DRIVERS, compile_object

from psa_bridge import Alg, Core, EccFamily, KeyAttributes, KeyType, MemoryStorage, PsaError, Usage

LOCATION = 0x8A0001
PERSISTENT = 1
ECDSA = Alg.ECDSA(Alg.SHA_256)
PAIR = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
SIGNING = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE | Usage.EXPORT | Usage.COPY


def element_key(**settings: int) -> KeyAttributes:
    return KeyAttributes(PAIR, 256, usage=SIGNING, alg=ECDSA, lifetime=LOCATION << 8 | settings.pop("persistence", 0),
                         **settings)  # fmt: skip


def served(core: Core, name: str) -> int:
    return core.counts[name].served


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="not an x86-64 processor")
def test_accelerator_from_objects_of_a_plain_compiler(tmp_path: Path) -> None:
    folder = DRIVERS / "x86_sha"
    objects = [compile_object(source, tmp_path) for source in sorted(folder.glob("*.c"))]
    with Core() as core:
        core.load(folder / "driver.json", objects=objects, include=[folder])
        assert core.hash_compute(Alg.SHA_256, b"abc") == hashlib.sha256(b"abc").digest()
        assert core.hash_compute(Alg.SHA_512, b"abc") == hashlib.sha512(b"abc").digest()
        assert served(core, "x86_sha") + served(core, "libcrypto") >= 2


def test_plugin_from_its_folder_signs_for_the_software_driver() -> None:
    with Core(DRIVERS / "p256_plugin") as core, Core() as plain:
        attributes = KeyAttributes(PAIR, 256, usage=SIGNING, alg=ECDSA)
        key = core.generate_key(attributes)
        signature = key.sign_message(ECDSA, b"message")
        assert served(core, "p256_plugin") >= 2
        plain.import_key(attributes, key.export()).verify_message(ECDSA, b"message", signature)
        other = core.generate_key(KeyAttributes(PAIR, 384, usage=SIGNING, alg=ECDSA))
        other.verify_message(ECDSA, b"message", other.sign_message(ECDSA, b"message"))


def test_element_signs_with_keys_that_the_core_cannot_read() -> None:
    with Core(DRIVERS / "wrapped_se") as core:
        key = core.generate_key(element_key())
        signature = key.sign_message(ECDSA, b"message")
        key.verify_message(ECDSA, b"message", signature)
        key.copy(element_key()).verify_message(ECDSA, b"message", signature)
        with Core() as plain:
            public = KeyAttributes(KeyType.ECC_PUBLIC_KEY(EccFamily.SECP_R1), usage=Usage.VERIFY_MESSAGE, alg=ECDSA)
            plain.import_key(public, key.export_public()).verify_message(ECDSA, b"message", signature)
        assert served(core, "wrapped_se") >= 5


def test_persistent_keys_of_the_element_survive_the_core() -> None:
    """Key and device key are both in the storage."""
    storage = MemoryStorage()
    with Core(DRIVERS / "wrapped_se", storage=storage) as core:
        key = core.generate_key(element_key(id=5, persistence=PERSISTENT))
        signature = key.sign_message(ECDSA, b"message")
    with Core(DRIVERS / "wrapped_se", storage=storage) as core:
        core.open_key(5).verify_message(ECDSA, b"message", signature)


def test_mac_key_is_wrapped_and_comes_back() -> None:
    with Core(DRIVERS / "wrapped_se") as core:
        attributes = KeyAttributes(
            KeyType.HMAC, usage=Usage.EXPORT | Usage.SIGN_MESSAGE, alg=Alg.HMAC(Alg.SHA_256), lifetime=LOCATION << 8
        )
        secret = bytes(range(40))
        assert core.import_key(attributes, secret).export() == secret
        with pytest.raises(PsaError):
            core.import_key(attributes, bytes(200))
