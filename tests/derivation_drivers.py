"""Drivers written in Python that derive: a transparent one, and a secure element.

What they derive is the output of SHAKE256 over the inputs: nothing that the algorithm would give, so that
a test sees whose output it got.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any, ClassVar

from cryptography.hazmat.primitives.asymmetric import ec
from oracle import private_bytes, public_bytes
from python_drivers import Recorder

from psa_bridge import (
    Alg,
    Core,
    EccFamily,
    InsufficientData,
    InvalidArgument,
    InvalidSignature,
    KeyAttributes,
    KeyType,
    Usage,
)
from psa_bridge.constants import Step
from psa_bridge.packed import KdfInputs

VENDOR = 0x88000300
"""A derivation that the core knows nothing of; it takes long inputs."""

HKDF = "PSA_ALG_HKDF(PSA_ALG_SHA_256)"
PBKDF2 = "PSA_ALG_PBKDF2_HMAC(PSA_ALG_SHA_256)"
COUNTER = "PSA_ALG_SP800_108_COUNTER_HMAC(PSA_ALG_SHA_256)"
P256_PAIR = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)"
P256_PUBLIC = "PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1)"
PAIR = ec.derive_private_key(7, ec.SECP256R1())
NUMBER = private_bytes(PAIR)
PEER_PAIR = ec.derive_private_key(9, ec.SECP256R1())
PEER = public_bytes(PEER_PAIR.public_key())
SHARED = PAIR.exchange(ec.ECDH(), PEER_PAIR.public_key())


class Stream:
    """A derivation under way: what was put in, and how much came out."""

    def __init__(self, inputs: KdfInputs, unwrap: Any = bytes) -> None:
        self.fed = b"".join(
            item.step.to_bytes(2, "big") + (unwrap(item.data) if item.attributes else item.data)
            for item in inputs.items
            if item.data
        )
        self.position = 0
        self.capacity: int | None = None

    def take(self, length: int) -> bytes:
        """The next bytes."""
        if self.capacity is not None:
            if length > self.capacity:
                raise InsufficientData("the element has no more")
            self.capacity -= length
        self.position += length
        return hashlib.shake_256(self.fed).digest(self.position)[self.position - length :]


def stream(*pieces: tuple[int, bytes]) -> Stream:
    """What the drivers make of inputs, in the order in which they were given."""
    made = Stream(KdfInputs(0))
    made.fed = b"".join(int(step).to_bytes(2, "big") + data for step, data in pieces if data)
    return made


class Deriver(Recorder):
    """A transparent driver with every entry point of key derivation that such a driver can have."""

    prefix = "pyderiver"
    capabilities: ClassVar = [
        {
            "entry_points": ["key_derivation", "key_derivation_input_step"],
            "algorithms": [HKDF, PBKDF2, COUNTER],
            "fallback": True,
        },
        {"entry_points": ["derive_key"], "derived_types": [P256_PAIR], "fallback": True},
        {"entry_points": ["key_agreement"], "algorithms": ["PSA_ALG_ECDH"], "fallback": True},
        {"entry_points": ["import_key", "export_public_key"], "key_types": [P256_PAIR, P256_PUBLIC], "fallback": True},
    ]

    def __init__(self) -> None:
        super().__init__()
        self.inputs: KdfInputs | None = None
        self.misses = 0

    def key_derivation_setup(self, alg: int, inputs: KdfInputs) -> Stream:
        self.inputs = inputs
        return Stream(inputs)

    def key_derivation_input_step(self, operation: Stream, step: int, data: bytes) -> None:
        operation.fed += step.to_bytes(2, "big") + data

    def key_derivation_output_bytes(self, operation: Stream, length: int) -> bytes:
        return operation.take(length)

    def key_derivation_abort(self, operation: Stream) -> None:
        operation.fed = b""

    def derive_key(self, attributes: KeyAttributes, drawn: bytes) -> bytes:
        if self.misses:
            self.misses -= 1
            raise InsufficientData("not this one")
        return bytes(1) + drawn[1:]

    def key_agreement(self, alg: int, attributes: KeyAttributes, key: bytes, peer: bytes) -> bytes:
        return agree(key, peer)

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        return data, 256

    def export_public_key(self, attributes: KeyAttributes, key: bytes) -> bytes:
        return public_bytes(ec.derive_private_key(int.from_bytes(key, "big"), ec.SECP256R1()).public_key())


class LongDeriver(Deriver):
    """One for every algorithm: a vendor's has no macro that a description could name."""

    capabilities: ClassVar = [{"entry_points": ["key_derivation", "key_derivation_input_step"]}]


def agree(key: bytes, peer: bytes) -> bytes:
    """ECDH."""
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), peer)
    except ValueError as error:
        raise InvalidArgument(str(error)) from error
    return ec.derive_private_key(int.from_bytes(key, "big"), ec.SECP256R1()).exchange(ec.ECDH(), public)


def hidden(key: bytes) -> bytes:
    """What the element keeps of a key outside of it, and the inverse."""
    return bytes(byte ^ 0x5A for byte in key)


class Plain(Recorder):
    """A secure element that keeps keys and does nothing with them."""

    prefix = "pyvault"
    type = "opaque"
    location = 0x800321
    key_context: ClassVar = {"base_size": 128}
    capabilities: ClassVar[Any] = [{"entry_points": ["import_key", "export_key"]}]

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        return hidden(data), attributes.bits or 8 * len(data)

    def export_key(self, attributes: KeyAttributes, key: bytes) -> bytes:
        return hidden(key)


class Vault(Plain):
    """A secure element that derives inside: every entry point that there is for it."""

    capabilities: ClassVar[Any] = [
        *Plain.capabilities,
        {"entry_points": ["destroy_key", "allocate_key"]},
        {
            "entry_points": [
                "key_derivation",
                "key_derivation_input_step",
                "key_derivation_output_key",
                "key_derivation_verify_bytes",
                "key_derivation_verify_key",
                "key_derivation_set_capacity",
            ],
            "algorithms": [HKDF, PBKDF2],
        },
        {"entry_points": ["key_agreement", "key_agreement_to_key"], "algorithms": ["PSA_ALG_ECDH"]},
    ]

    def __init__(self) -> None:
        super().__init__()
        self.inputs: KdfInputs | None = None
        self.destroyed: list[bytes] = []

    def allocate_key(self, attributes: KeyAttributes, size: int) -> bytes:
        return bytes(size)

    def destroy_key(self, attributes: KeyAttributes, key: bytes) -> None:
        self.destroyed.append(hidden(key))

    def key_derivation_setup(self, alg: int, inputs: KdfInputs) -> Stream:
        self.inputs = inputs
        return Stream(inputs, hidden)

    def key_derivation_input_step(self, operation: Stream, step: int, data: bytes) -> None:
        operation.fed += step.to_bytes(2, "big") + data

    def key_derivation_output_bytes(self, operation: Stream, length: int) -> bytes:
        return operation.take(length)

    def key_derivation_output_key(self, attributes: KeyAttributes, operation: Stream) -> bytes:
        return hidden(operation.take(attributes.bits // 8))

    def key_derivation_verify_bytes(self, operation: Stream, expected: bytes) -> None:
        if operation.take(len(expected)) != expected:
            raise InvalidSignature("the element says no")

    def key_derivation_verify_key(self, operation: Stream, key: bytes) -> None:
        self.key_derivation_verify_bytes(operation, hidden(key))

    def key_derivation_set_capacity(self, operation: Stream, capacity: int) -> None:
        operation.capacity = capacity

    def key_derivation_abort(self, operation: Stream) -> None:
        operation.fed = b""

    def key_agreement(self, alg: int, attributes: KeyAttributes, key: bytes, peer: bytes) -> bytes:
        return agree(hidden(key), peer)

    def key_agreement_to_key(
        self, alg: int, attributes: KeyAttributes, key: bytes, peer: bytes, secret: KeyAttributes
    ) -> bytes:
        assert secret.type == KeyType.DERIVE
        return hidden(agree(hidden(key), peer))


ELEMENT = Plain.location << 8
"""A volatile lifetime at the element."""


def exercise() -> set[str]:
    """Have every entry point of derivation called; the names of those that were."""
    deriver, vault, long = Deriver(), Vault(), LongDeriver()
    hkdf, pbkdf2 = Alg.HKDF(Alg.SHA_256), Alg.PBKDF2_HMAC(Alg.SHA_256)
    with Core(deriver, vault, software=False) as core:
        secret = KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=hkdf)
        for lifetime in (0, ELEMENT):
            key = core.import_key(replace(secret, lifetime=lifetime), bytes(32))
            with core.key_derivation_setup(hkdf) as operation:
                operation.set_capacity(200)
                operation.input_key(Step.SECRET, key)
                operation.input_bytes(Step.INFO, b"info")
                operation.output_bytes(8)
                operation.output_key(KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256))
                operation.output_key(KeyAttributes(KeyType.DERIVE, 128, lifetime=ELEMENT))
        for proof in ("bytes", "key"):
            _verify(core, pbkdf2, proof)
        pair = KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, usage=Usage.DERIVE, alg=Alg.ECDH)
        element = replace(secret, bits=256, lifetime=ELEMENT)
        for lifetime in (0, ELEMENT):
            with core.import_key(replace(pair, lifetime=lifetime), NUMBER) as own:
                core.key_agreement(own, PEER, Alg.ECDH, element)
    with Core(long, software=False) as core, core.key_derivation_setup(VENDOR) as operation:
        operation.input_bytes(Step.SECRET, b"secret")
        operation.input_bytes(Step.INFO, b"piece")
        operation.output_bytes(1)
    return {*deriver.calls, *vault.calls, *long.calls}


def _verify(core: Core, alg: Alg, proof: str) -> None:
    """A password in the element, whose hash is compared there."""
    password = KeyAttributes(KeyType.PASSWORD, usage=Usage.VERIFY_DERIVATION, alg=alg, lifetime=ELEMENT)
    expected = stream((Step.SALT, b"salt"), (Step.PASSWORD, b"password")).take(32)
    hashed = KeyAttributes(KeyType.PASSWORD_HASH, usage=Usage.VERIFY_DERIVATION, alg=alg, lifetime=ELEMENT)
    with core.key_derivation_setup(alg) as operation:
        operation.input_integer(Step.COST, 1)
        operation.input_bytes(Step.SALT, b"salt")
        operation.input_key(Step.PASSWORD, core.import_key(password, b"password"))
        if proof == "bytes":
            operation.verify_bytes(expected)
        else:
            operation.verify_key(core.import_key(hashed, expected))
