"""Drivers written in Python for tests: an accelerator and a secure element over ``cryptography``."""

from __future__ import annotations

import hashlib
import os
from typing import Any, ClassVar

from cryptography.exceptions import InvalidSignature as OracleInvalid
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from oracle import HASHES, der_signature, private_bytes, public_bytes, raw_signature, rsa_private_bytes

from psa_bridge import (
    BadState,
    InvalidArgument,
    InvalidSignature,
    KeyAttributes,
    NotPermitted,
    NotSupported,
    PythonDriver,
    Usage,
)
from psa_bridge.errors import error_from

P256 = ["PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)", "PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1)"]
ECDSA = ["PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)"]
SHA256 = utils.Prehashed(HASHES["SHA_256"])


class Recorder(PythonDriver):
    """Notes the entry points that were called; while ``fault`` is a status, they fail with it."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.fault = 0

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        noted = callable(value) and not name.startswith("_") and name != "describe"
        return _noting(self, name, value) if noted else value


def _noting(driver: Recorder, name: str, function: Any) -> Any:
    import functools  # noqa: PLC0415

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        driver.calls.append(name)
        if driver.fault:
            raise error_from(driver.fault)
        return function(*args, **kwargs)

    return call


def _load(attributes: KeyAttributes, key: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(key, "big"), ec.SECP256R1())


def _public(attributes: KeyAttributes, key: bytes) -> ec.EllipticCurvePublicKey:
    if attributes.type.is_public_key:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    return _load(attributes, key).public_key()


class Accelerator(Recorder):
    """A transparent driver that has every entry point of hashes, signatures, agreement, keys, entropy and random."""

    prefix = "pyaccel"
    capabilities: ClassVar = [
        {
            "entry_points": ["hash_compute", "hash_multipart"],
            "algorithms": ["PSA_ALG_SHA_256", "PSA_ALG_SHA_384"],
            "fallback": True,
        },
        {
            "entry_points": ["import_key", "generate_key", "export_public_key"],
            "key_types": P256,
            "key_sizes": [256],
            "fallback": True,
        },
        {
            "entry_points": ["sign_hash", "verify_hash", "sign_message", "verify_message"],
            "algorithms": ECDSA,
            "key_types": P256,
            "key_sizes": [256],
            "fallback": True,
        },
        {"entry_points": ["key_agreement"], "algorithms": ["PSA_ALG_ECDH"], "key_types": P256, "fallback": True},
        {"entry_points": ["get_entropy"]},
        {"entry_points": ["init_random", "add_entropy", "get_random"], "initial_entropy_size": 16},
        {"entry_points": ["generate_key_custom"], "key_types": ["PSA_KEY_TYPE_RSA_KEY_PAIR"], "key_sizes": [1024]},
        {"entry_points": ["init", "free"]},
    ]

    def __init__(self) -> None:
        super().__init__()
        self.suspended: dict[bytes, bytes] = {}

    def init(self) -> None:
        """Nothing to prepare."""

    def free(self) -> None:
        """Nothing to release."""

    def generate_key_custom(self, attributes: KeyAttributes, flags: int, exponent: bytes) -> bytes:
        return rsa_private_bytes(rsa.generate_private_key(int.from_bytes(exponent, "little"), attributes.bits))

    def hash_compute(self, alg: int, data: bytes) -> bytes:
        return hashlib.new({0x02000009: "sha256", 0x0200000A: "sha384"}[alg], data).digest()

    def hash_setup(self, alg: int) -> Any:
        return {"alg": alg, "data": b""}

    def hash_update(self, operation: Any, data: bytes) -> None:
        operation["data"] += data

    def hash_finish(self, operation: Any) -> bytes:
        return self.hash_compute(operation["alg"], operation["data"])

    def hash_abort(self, operation: Any) -> None:
        operation.clear()

    def hash_clone(self, operation: Any) -> Any:
        return dict(operation)

    def hash_suspend(self, operation: Any) -> bytes:
        """The format of the specification; the chaining value is only a reference to the data."""
        data = operation["data"]
        token = hashlib.sha256(data).digest()
        self.suspended[token] = data
        rest = data[len(data) - len(data) % 64 :]
        return int(operation["alg"]).to_bytes(4, "big") + len(data).to_bytes(8, "big") + token + rest

    def hash_resume(self, alg: int, state: bytes) -> Any:
        return {"alg": alg, "data": self.suspended.pop(state[12:44])}

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        try:
            if attributes.type.is_public_key:
                _public(attributes, data)
            elif len(data) != 32:
                raise ValueError("32 bytes")
            else:
                _load(attributes, data)
        except ValueError as error:
            raise InvalidArgument(str(error)) from error
        return data, 256

    def generate_key(self, attributes: KeyAttributes) -> bytes:
        return private_bytes(ec.generate_private_key(ec.SECP256R1()))

    def export_public_key(self, attributes: KeyAttributes, key: bytes) -> bytes:
        return public_bytes(_public(attributes, key))

    def sign_hash(self, attributes: KeyAttributes, key: bytes, alg: int, digest: bytes) -> bytes:
        if len(digest) != 32:
            raise NotSupported("SHA-256 only")
        return raw_signature(_load(attributes, key).sign(digest, ec.ECDSA(SHA256)), "SECP_R1", 256)

    def verify_hash(self, attributes: KeyAttributes, key: bytes, alg: int, digest: bytes, signature: bytes) -> None:
        if len(digest) != 32:
            raise NotSupported("SHA-256 only")
        try:
            _public(attributes, key).verify(der_signature(signature), digest, ec.ECDSA(SHA256))
        except (OracleInvalid, ValueError) as error:
            raise InvalidSignature from error

    def sign_message(self, attributes: KeyAttributes, key: bytes, alg: int, message: bytes) -> bytes:
        return self.sign_hash(attributes, key, alg, hashlib.sha256(message).digest())

    def verify_message(self, attributes: KeyAttributes, key: bytes, alg: int, message: bytes, signature: bytes) -> None:
        self.verify_hash(attributes, key, alg, hashlib.sha256(message).digest(), signature)

    def key_agreement(self, alg: int, attributes: KeyAttributes, key: bytes, peer: bytes) -> bytes:
        try:
            theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), peer)
        except ValueError as error:
            raise InvalidArgument(str(error)) from error
        return _load(attributes, key).exchange(ec.ECDH(), theirs)

    def get_entropy(self, flags: int, size: int) -> tuple[int, bytes]:
        return 8 * size, os.urandom(size)

    def init_random(self) -> Any:
        return bytearray()

    def add_entropy(self, state: bytearray, entropy: bytes) -> None:
        state[:] = hashlib.sha256(bytes(state) + entropy).digest()

    def get_random(self, state: bytearray, *, output_size: int) -> bytes:
        if not state:
            raise BadState("no entropy was added")
        output = hashlib.shake_256(b"out" + bytes(state)).digest(output_size)
        state[:] = hashlib.sha256(b"next" + bytes(state)).digest()
        return output


class SecureElement(Recorder):
    """An opaque driver: the key context is a slot number, the keys are in a dictionary."""

    prefix = "pyse"
    type = "opaque"
    location = 0x800123
    key_context: ClassVar = {"base_size": 8, "builtin_key_size": 8}
    capabilities: ClassVar = [
        {
            "entry_points": [
                "import_key",
                "generate_key",
                "export_public_key",
                "export_key",
                "copy_key",
                "allocate_key",
                "destroy_key",
                "get_builtin_key",
            ]
        },
        {"entry_points": ["sign_hash", "verify_hash"], "algorithms": ECDSA, "key_types": P256},
        {"entry_points": ["key_agreement"], "algorithms": ["PSA_ALG_ECDH"], "key_types": P256},
        {"entry_points": ["init"]},
    ]

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[bytes, bytes] = {bytes(8): bytes(31) + b"\7"}

    def init(self) -> None:
        """Nothing to prepare."""

    def allocate_key(self, attributes: KeyAttributes, size: int) -> bytes:
        return len(self.keys).to_bytes(size, "big")

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        if len(data) != 32:
            raise InvalidArgument("32 bytes")
        return self._store(data), 256

    def generate_key(self, attributes: KeyAttributes) -> bytes:
        return self._store(private_bytes(ec.generate_private_key(ec.SECP256R1())))

    def _store(self, data: bytes) -> bytes:
        slot = len(self.keys).to_bytes(8, "big")
        self.keys[slot] = data
        return slot

    def export_key(self, attributes: KeyAttributes, slot: bytes) -> bytes:
        return self.keys[slot]

    def export_public_key(self, attributes: KeyAttributes, slot: bytes) -> bytes:
        return public_bytes(_load(attributes, self.keys[slot]).public_key())

    def copy_key(self, attributes: KeyAttributes, slot: bytes) -> bytes:
        return self._store(self.keys[slot])

    def destroy_key(self, attributes: KeyAttributes, slot: bytes) -> None:
        if slot == bytes(8):
            raise NotPermitted("this key stays")
        del self.keys[slot]

    def get_builtin_key(self, slot: int, attributes: KeyAttributes) -> tuple[KeyAttributes, bytes]:
        known = KeyAttributes(
            0x7112,
            256,
            usage=Usage.SIGN_HASH | Usage.VERIFY_HASH,
            alg=0x060006FF,
            lifetime=attributes.lifetime,
        )
        return known, bytes(8)

    def sign_hash(self, attributes: KeyAttributes, slot: bytes, alg: int, digest: bytes) -> bytes:
        signed = _load(attributes, self.keys[slot]).sign(digest, ec.ECDSA(SHA256))
        return raw_signature(signed, "SECP_R1", 256)

    def verify_hash(self, attributes: KeyAttributes, slot: bytes, alg: int, digest: bytes, signature: bytes) -> None:
        try:
            public = _load(attributes, self.keys[slot]).public_key()
            public.verify(der_signature(signature), digest, ec.ECDSA(SHA256))
        except (OracleInvalid, ValueError) as error:
            raise InvalidSignature from error

    def key_agreement(self, alg: int, attributes: KeyAttributes, slot: bytes, peer: bytes) -> bytes:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), peer)
        return _load(attributes, self.keys[slot]).exchange(ec.ECDH(), theirs)
