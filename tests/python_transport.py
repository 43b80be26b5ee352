"""A driver written in Python with the entry points of contexts, parts, asymmetric encryption and keys that travel.

Its results have the right lengths and mean nothing.
"""

from __future__ import annotations

from typing import Any, ClassVar

from python_drivers import Recorder

from psa_bridge import KeyAttributes

_ML_DSA = ["PSA_KEY_TYPE_ML_DSA_KEY_PAIR"]
_EDWARDS = ["PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS)"]


class Carrier(Recorder):
    """Every entry point that Accelerator and SecureElement do not have, but for symmetric cryptography."""

    prefix = "pycarrier"
    type = "transparent"
    capabilities: ClassVar = [
        {
            "entry_points": [
                "sign_multipart",
                "sign_set_context",
                "verify_multipart",
                "verify_set_context",
                "sign_message_with_context",
                "verify_message_with_context",
            ],
            "algorithms": ["PSA_ALG_ML_DSA"],
            "key_types": _ML_DSA,
            "fallback": True,
        },
        {
            "entry_points": ["sign_hash_with_context", "verify_hash_with_context"],
            "algorithms": ["PSA_ALG_ED25519PH"],
            "key_types": _EDWARDS,
            "fallback": True,
        },
        {
            "entry_points": ["asymmetric_encrypt", "asymmetric_decrypt"],
            "algorithms": ["PSA_ALG_RSA_PKCS1V15_CRYPT"],
            "fallback": True,
        },
        {"entry_points": ["wrap_key", "unwrap_key"], "algorithms": ["PSA_ALG_KW"], "fallback": True},
        {"entry_points": ["encapsulate", "decapsulate"], "algorithms": ["PSA_ALG_ML_KEM"], "fallback": True},
        {
            "entry_points": ["import_key"],
            "key_types": [
                *_ML_DSA,
                *_EDWARDS,
                "PSA_KEY_TYPE_ML_KEM_KEY_PAIR",
                "PSA_KEY_TYPE_RSA_KEY_PAIR",
            ],
            "fallback": True,
        },
    ]

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        return data, attributes.bits

    def sign_setup(self, attributes: KeyAttributes, key: bytes, alg: int) -> Any:
        return object()

    def sign_set_context(self, operation: Any, context: bytes) -> None: ...

    def sign_update(self, operation: Any, data: bytes) -> None: ...

    def sign_finish(self, operation: Any) -> bytes:
        return bytes(2420)

    def sign_abort(self, operation: Any) -> None: ...

    def verify_setup(self, attributes: KeyAttributes, key: bytes, alg: int, signature: bytes) -> Any:
        return object()

    def verify_set_context(self, operation: Any, context: bytes) -> None: ...

    def verify_update(self, operation: Any, data: bytes) -> None: ...

    def verify_finish(self, operation: Any) -> None: ...

    def verify_abort(self, operation: Any) -> None: ...

    def sign_message_with_context(self, attributes: Any, key: bytes, alg: int, data: bytes, context: bytes) -> bytes:
        return bytes(2420)

    def verify_message_with_context(
        self, attributes: Any, key: bytes, alg: int, data: bytes, context: bytes, signature: bytes
    ) -> None: ...

    def sign_hash_with_context(self, attributes: Any, key: bytes, alg: int, data: bytes, context: bytes) -> bytes:
        return bytes(64)

    def verify_hash_with_context(
        self, attributes: Any, key: bytes, alg: int, data: bytes, context: bytes, signature: bytes
    ) -> None: ...

    def asymmetric_encrypt(self, attributes: Any, key: bytes, alg: int, data: bytes, salt: bytes) -> bytes:
        return bytes(128)

    def asymmetric_decrypt(self, attributes: Any, key: bytes, alg: int, data: bytes, salt: bytes) -> bytes:
        return b"plaintext"

    def wrap_key(self, wrapper: Any, wrapping_key: bytes, alg: int, attributes: Any, key: bytes) -> bytes:
        return bytes(8) + key

    def unwrap_key(
        self, attributes: KeyAttributes, wrapper: Any, wrapping_key: bytes, alg: int, data: bytes
    ) -> tuple[bytes, int]:
        return data[8:], attributes.bits

    def encapsulate(self, attributes: Any, key: bytes, alg: int, output: Any) -> tuple[bytes, bytes]:
        return bytes(32), bytes(1088)

    def decapsulate(self, attributes: Any, key: bytes, alg: int, ciphertext: bytes, output: Any) -> bytes:
        return bytes(32)


class Cabinet(Recorder):
    """An opaque driver whose keys are there already, under their labels."""

    prefix = "pycabinet"
    type = "opaque"
    location = 0x800124
    key_context: ClassVar = {"base_size": 8}
    capabilities: ClassVar = [{"entry_points": ["attach_key", "export_key"]}]

    def attach_key(self, attributes: KeyAttributes, label: bytes) -> tuple[KeyAttributes, bytes]:
        found = KeyAttributes(
            attributes.type, 128, usage=attributes.usage, alg=attributes.alg, lifetime=attributes.lifetime
        )
        return found, label.ljust(8, b"\0")[:8]

    def export_key(self, attributes: KeyAttributes, slot: bytes) -> bytes:
        return slot * 2
