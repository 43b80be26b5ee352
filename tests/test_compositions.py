"""Requests that a driver serves with entry points for something else, and buffers of drivers that lie."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from psa_bridge import (
    Alg,
    BufferTooSmall,
    Core,
    CorruptionDetected,
    EccFamily,
    InvalidSignature,
    KeyAttributes,
    KeyType,
    NotSupported,
    Usage,
)
from psa_bridge.driver.bundle import load_bundle
from psa_bridge.python_driver import PythonDriver

LOCATION = 0x800077
PAIR = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
EDWARDS = KeyType.ECC_KEY_PAIR(EccFamily.TWISTED_EDWARDS)
ECDSA = Alg.ECDSA(Alg.SHA_256)
SIGN = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE


def toy_signature(key: bytes, context: bytes, message: bytes) -> bytes:
    """64 bytes that depend on everything."""
    return hashlib.sha512(key + bytes([len(context)]) + context + message).digest()


class InParts(PythonDriver):
    """Signs and verifies in parts only."""

    prefix = "inparts"
    capabilities: ClassVar = [
        {"entry_points": ["import_key"]},
        {"entry_points": ["sign_multipart", "verify_multipart"]},
    ]

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        return data, 8 * len(data) - (attributes.type == EDWARDS)

    def sign_setup(self, attributes: KeyAttributes, key: bytes, alg: int) -> Any:
        return {"key": key, "context": b"", "message": b""}

    def verify_setup(self, attributes: KeyAttributes, key: bytes, alg: int, signature: bytes) -> Any:
        return {**self.sign_setup(attributes, key, alg), "signature": signature}

    def sign_set_context(self, operation: Any, context: bytes) -> None:
        operation["context"] = context

    def sign_update(self, operation: Any, data: bytes) -> None:
        operation["message"] += data

    def sign_finish(self, operation: Any) -> bytes:
        return toy_signature(operation["key"], operation["context"], operation["message"])

    def verify_finish(self, operation: Any) -> None:
        if self.sign_finish(operation) != operation["signature"]:
            raise InvalidSignature

    def sign_abort(self, operation: Any) -> None:
        operation.clear()

    verify_set_context, verify_update, verify_abort = sign_set_context, sign_update, sign_abort


class InPartsInside(InParts):
    """The same in an element."""

    type = "opaque"
    location = LOCATION
    key_context: ClassVar = {"key_pair_size": 32}


class WithoutContexts(InParts):
    """The same without the entry points for contexts."""

    sign_set_context = verify_set_context = None  # type: ignore[assignment]


def key_of(core: Core, key_type: int, alg: int, location: int = 0) -> Any:
    attributes = KeyAttributes(key_type, usage=SIGN, alg=alg, lifetime=location << 8)
    return core.import_key(attributes, bytes(31) + b"\5")


def called(core: Core, what: Any) -> list[str]:
    with core.trace() as events:
        what()
    return [f"{event.driver}.{event.entry_point}" for event in events]


@pytest.mark.parametrize("driver", [InParts, InPartsInside])
def test_driver_that_signs_in_parts_signs_whole_messages(driver: type[InParts]) -> None:
    with Core(driver(), software=False) as core:
        key = key_of(core, PAIR, ECDSA, driver.location or 0)
        signature = key.sign_message(ECDSA, b"message")
        assert signature == toy_signature(bytes(31) + b"\5", b"", b"message")
        key.verify_message(ECDSA, b"message", signature)
        with pytest.raises(InvalidSignature):
            key.verify_message(ECDSA, b"massage", signature)
        assert key.sign_message(ECDSA, b"") == toy_signature(bytes(31) + b"\5", b"", b"")


@pytest.mark.parametrize("driver", [InParts, InPartsInside])
@pytest.mark.parametrize("alg", [Alg.EDDSA_CTX, Alg.ED25519PH])
def test_driver_that_signs_in_parts_gets_the_context_of_a_whole_message(driver: type[InParts], alg: int) -> None:
    with Core(driver(), software=False) as core:
        key = key_of(core, EDWARDS, alg, driver.location or 0)
        signature = core.sign_message_with_context(key, alg, b"message", b"context")
        assert signature == toy_signature(bytes(31) + b"\5", b"context", b"message")
        core.verify_message_with_context(key, alg, b"message", b"context", signature)
        with pytest.raises(InvalidSignature):
            core.verify_message_with_context(key, alg, b"message", b"contest", signature)


def test_driver_that_signs_in_parts_is_asked_before_the_software() -> None:
    with Core(InParts()) as core:
        key = key_of(core, PAIR, ECDSA)
        assert called(core, lambda: key.sign_message(ECDSA, b"m")) == [
            "inparts.sign_setup", "inparts.sign_update", "inparts.sign_finish"]  # fmt: skip
        assert core.explain("sign_message", key=key, alg=ECDSA).served_by[0] == "inparts"
        assert core.explain("verify_message", key=key, alg=ECDSA).served_by[0] == "inparts"


def test_driver_whose_parts_take_no_context_is_not_given_one() -> None:
    class Plain(InParts):
        capabilities: ClassVar = [
            {"entry_points": ["import_key"]},
            {"entry_points": ["sign_setup", "sign_update", "sign_finish", "sign_abort"]},
        ]

    with Core(Plain(), software=False) as core:
        key = key_of(core, EDWARDS, Alg.ED25519PH)
        assert key.sign_message(Alg.ED25519PH, b"m") == toy_signature(bytes(31) + b"\5", b"", b"m")
        with pytest.raises(NotSupported):
            core.sign_message_with_context(key, Alg.ED25519PH, b"m", b"context")


# Hashes in one piece


class Digest(PythonDriver):
    """Hashes whole messages only."""

    prefix = "digest"
    capabilities: ClassVar = [{"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]}]

    def hash_compute(self, alg: int, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()


@pytest.fixture
def digest() -> Any:
    with Core(Digest(), software=False) as core:
        yield core


def test_driver_that_hashes_in_one_piece_hashes_in_parts(digest: Core) -> None:
    with digest.hash_setup(Alg.SHA_256) as operation:
        assert operation.finish() == hashlib.sha256().digest()
    with digest.hash_setup(Alg.SHA_256) as operation:
        for part in (b"one", b"", b"two" * 1000):
            operation.update(part)
        with operation.clone() as copy:
            operation.update(b"more")
            assert copy.finish() == hashlib.sha256(b"one" + b"two" * 1000).digest()
        operation.verify(hashlib.sha256(b"one" + b"two" * 1000 + b"more").digest())
    with digest.hash_setup(Alg.SHA_256) as operation, pytest.raises(InvalidSignature):
        operation.update(b"x")
        operation.verify(bytes(32))


def test_what_is_kept_for_a_hash_has_a_limit(digest: Core) -> None:
    with digest.hash_setup(Alg.SHA_256) as operation:
        operation.update(bytes(1 << 20))
        with pytest.raises(NotSupported):
            operation.update(b"x")
    explanation = digest.explain("hash_setup", alg=Alg.SHA_256)
    assert explanation[0].alternative == "held" and "hash_compute at the end" in str(explanation)


def test_hash_in_one_piece_cannot_be_suspended(digest: Core) -> None:
    with digest.hash_setup(Alg.SHA_256) as operation, pytest.raises(NotSupported):
        operation.suspend()


def test_driver_that_hashes_in_parts_is_preferred_to_keeping_the_input() -> None:
    with Core(Digest()) as core:
        explanation = core.explain("hash_setup", alg=Alg.SHA_256)
        assert explanation.served_by[-1] == "digest" and len(explanation.served_by) == 2

        def run() -> None:
            with core.hash_setup(Alg.SHA_256) as operation:
                operation.finish()

        assert called(core, run) == ["libcrypto.hash_setup", "libcrypto.hash_finish"]


def test_signature_in_parts_is_of_a_hash_in_one_piece() -> None:
    class Signer(InParts):
        prefix = "signer"
        capabilities: ClassVar = [{"entry_points": ["import_key"]}, {"entry_points": ["sign_hash"]}]

        def sign_hash(self, attributes: KeyAttributes, key: bytes, alg: int, hash_: bytes) -> bytes:
            return hash_ * 2

    with Core(Digest(), Signer(), software=False) as core:
        key = key_of(core, PAIR, ECDSA)
        with key.sign_setup(ECDSA) as operation:
            operation.update(b"mess")
            operation.update(b"age")
            assert operation.finish() == hashlib.sha256(b"message").digest() * 2


# Texts in one piece


class Sealer(PythonDriver):
    """Encrypts whole texts only, badly."""

    prefix = "sealer"
    capabilities: ClassVar = [
        {"entry_points": ["cipher_encrypt"], "algorithms": ["PSA_ALG_CTR"]},
        {"entry_points": ["aead_encrypt"], "algorithms": ["PSA_ALG_GCM"]},
    ]

    def cipher_encrypt(self, attributes: KeyAttributes, key: bytes, alg: int, iv: bytes, data: bytes) -> bytes:
        return bytes(byte ^ 1 for byte in data)

    def aead_encrypt(
        self, attributes: KeyAttributes, key: bytes, alg: int, nonce: bytes, ad: bytes, text: bytes
    ) -> Any:
        return bytes(byte ^ 1 for byte in text) + bytes(16)


def test_text_in_one_piece_says_what_room_it_needs() -> None:
    """The size macro of the API gives no room, as nothing lags behind with these modes elsewhere."""
    attributes = KeyAttributes(KeyType.AES, usage=Usage.ENCRYPT, alg=Alg.CTR)
    with Core(Sealer(), software=False) as core:
        key = core.import_key(attributes, bytes(16))
        assert "room for all of the output" in str(core.explain("cipher_encrypt_setup", key=key, alg=Alg.CTR))
        for room in (0, 39, 40):
            with key.cipher_encrypt_setup(Alg.CTR) as operation:
                operation.set_iv(bytes(16))
                assert operation.update(bytes(40)) == b""
                if room == 40:
                    assert operation.finish(out=bytearray(room)) == 40
                    continue
                with pytest.raises(BufferTooSmall, match=f"room for all of the output, 40 bytes, and has {room}"):
                    operation.finish(out=bytearray(room))
        key = core.import_key(KeyAttributes(KeyType.AES, usage=Usage.ENCRYPT, alg=Alg.GCM), bytes(16))
        with key.aead_encrypt_setup(Alg.GCM) as sealing:
            sealing.set_nonce(bytes(12))
            sealing.update(bytes(40))
            with pytest.raises(BufferTooSmall, match="room for all of the output, 40 bytes, and has 8"):
                sealing.finish(out=bytearray(8), tag=bytearray(16))
        with key.aead_encrypt_setup(Alg.GCM) as sealing:
            sealing.set_nonce(bytes(12))
            sealing.update(bytes(40))
            assert sealing.finish() == (b"\1" * 40, bytes(16))


# Lies about output


class Liar(PythonDriver):
    """Claims to have written what it did not, or writes one byte more than there is."""

    prefix = "liar"
    capabilities: ClassVar = [{"entry_points": ["cipher_decrypt"], "algorithms": ["PSA_ALG_CTR", "PSA_ALG_CBC_PKCS7"]}]
    extra = 1

    def cipher_decrypt(self, attributes: KeyAttributes, key: bytes, alg: int, data: bytes) -> bytes:
        return bytes(len(data) - 16 + self.extra)


@pytest.mark.parametrize(("alg", "extra"), [(Alg.CTR, 1), (Alg.CBC_PKCS7, 0), (Alg.CBC_PKCS7, 1)])
def test_decryption_that_is_held_gives_no_byte_too_many(alg: int, extra: int) -> None:
    """Padding is a byte at least: what is as long as the ciphertext is too long, and so is what is longer."""
    driver = Liar()
    driver.extra = extra
    attributes = KeyAttributes(KeyType.AES, usage=Usage.DECRYPT, alg=alg)
    with Core(driver, software=False) as core, core.import_key(attributes, bytes(16)) as key:
        with key.cipher_decrypt_setup(alg) as operation:
            operation.set_iv(bytes(16))
            operation.update(bytes(32))
            with pytest.raises((CorruptionDetected, BufferTooSmall)) as raised:
                operation.finish()
        assert raised.value.driver == "liar"


def last_of_batch(core: Core, size: int) -> bytes:
    return b"".join(core.hash_compute_batch(Alg.SHA_256, [b"m"] * size)[-3:])


def test_memory_of_the_process_is_not_handed_out_as_a_result() -> None:
    """Freed memory of every size is full of ones when the calls are made."""
    folder = Path(__file__).parent / "bundles" / "idle"
    driver = load_bundle(folder / "idle.json", sources=[folder / "idle.c"], include=[folder])
    attributes = KeyAttributes(KeyType.AES, usage=Usage.DECRYPT, alg=Alg.CTR)
    with Core(driver, software=False) as core, core.import_key(attributes, bytes(16)) as key:
        for size in (1, 16, 100, 511, 513, 1000, 4096):
            calls: list[Callable[[], bytes]] = [
                lambda: core.hash_compute(Alg.SHA_256, b"m"),
                functools.partial(key.cipher_decrypt, Alg.CTR, bytes(16 + size)),
                functools.partial(last_of_batch, core, size),
            ]
            for call in calls:
                dirt = [b"\xff" * length for length in range(max(size - 40, 0), size + 40)]
                del dirt
                assert not any(call())


# What an import can return


def test_exponent_that_leaves_no_room_is_not_supported() -> None:
    """psa_import_key has no BUFFER_TOO_SMALL: the caller has no buffer. The macros have room for 256 bits."""

    def integer(value: int) -> bytes:
        data = value.to_bytes(value.bit_length() // 8 + 1, "big")
        return (b"\2\x81" if len(data) > 127 else b"\2") + bytes([len(data)]) + data

    modulus = rsa.generate_private_key(65537, 1024).public_key().public_numbers().n
    attributes = KeyAttributes(KeyType.RSA_PUBLIC_KEY, usage=Usage.VERIFY_HASH, alg=Alg.RSA_PKCS1V15_SIGN_RAW)
    with Core() as core:
        for bits in (2, 17, 255, 300, 512):
            content = integer(modulus) + integer(1 << (bits - 1) | 1)
            data = b"\x30\x81" + bytes([len(content)]) + content
            if bits <= 256:
                core.import_key(attributes, data).destroy()
                continue
            with pytest.raises(NotSupported, match="more room than keys of its type and size"):
                core.import_key(attributes, data)
