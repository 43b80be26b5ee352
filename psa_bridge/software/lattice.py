"""ML-DSA (FIPS 204) and ML-KEM (FIPS 203). Key pairs are their seeds."""

from __future__ import annotations

import os
from typing import Any

from cryptography.exceptions import InvalidSignature as Invalid

from psa_bridge.attributes import KeyAttributes
from psa_bridge.constants import KeyType
from psa_bridge.errors import InvalidArgument, InvalidSignature, NotSupported
from psa_bridge.interchange.lattice import key_class


def _classes(attributes: KeyAttributes, bits: int) -> tuple[Any, Any]:
    """The classes of a key pair and of a public key; older versions of the package have none."""
    kind = attributes.type
    classes = key_class(kind.key_pair, bits), key_class(kind.public_key, bits)
    if None in classes:
        raise NotSupported(f"this version of cryptography has no {kind} of {bits} bits")
    return classes


_SEED = {KeyType.ML_DSA_KEY_PAIR: 32, KeyType.ML_KEM_KEY_PAIR: 64}
_PUBLIC_BITS = {
    KeyType.ML_DSA_PUBLIC_KEY: {1312: 128, 1952: 192, 2592: 256},
    KeyType.ML_KEM_PUBLIC_KEY: {800: 512, 1184: 768, 1568: 1024},
}
"""Sizes of keys by the lengths of their public keys (FIPS 204, table 2; FIPS 203, table 3)."""


def _private(attributes: KeyAttributes, seed: bytes) -> Any:
    return _classes(attributes, attributes.bits)[0].from_seed_bytes(seed)


def _public(attributes: KeyAttributes, key: bytes) -> Any:
    if attributes.type in _SEED:
        return _private(attributes, key).public_key()
    return _classes(attributes, attributes.bits)[1].from_public_bytes(key)


def import_key(attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
    """Check a key. A seed says nothing of its size."""
    bits = attributes.bits
    seed = _SEED.get(KeyType(attributes.type))
    if seed is not None:
        if bits == 0 or len(data) != seed:
            raise InvalidArgument("a seed of the right length, with the size of the key in its attributes")
        return data, bits
    bits = _PUBLIC_BITS[KeyType(attributes.type)].get(len(data), 0)
    if bits == 0 or attributes.bits not in {0, bits}:
        raise InvalidArgument(f"no public key of this type, of {attributes.bits or 'any'} bits, has {len(data)} bytes")
    try:
        _classes(attributes, bits)[1].from_public_bytes(data)
    except ValueError as error:
        raise InvalidArgument(str(error)) from error
    return data, bits


def generate_key(attributes: KeyAttributes) -> bytes:
    """A fresh seed."""
    seed = os.urandom(_SEED[KeyType(attributes.type)])
    _private(attributes, seed)  # whether there is such a key
    return seed


def export_public_key(attributes: KeyAttributes, key: bytes) -> bytes:
    """The encoded public key."""
    return bytes(_public(attributes, key).public_bytes_raw())


def sign(attributes: KeyAttributes, key: bytes, message: bytes, context: bytes) -> bytes:
    """A hedged signature."""
    return bytes(_private(attributes, key).sign(message, context or None))


def verify(attributes: KeyAttributes, key: bytes, message: bytes, context: bytes, *, signature: bytes) -> None:
    """Raise InvalidSignature if it is none."""
    try:
        _public(attributes, key).verify(signature, message, context or None)
    except Invalid as error:
        raise InvalidSignature("the signature is not genuine") from error


def encapsulate(attributes: KeyAttributes, key: bytes) -> tuple[bytes, bytes]:
    """Shared secret and ciphertext."""
    secret, ciphertext = _public(attributes, key).encapsulate()
    return bytes(secret), bytes(ciphertext)


def decapsulate(attributes: KeyAttributes, key: bytes, ciphertext: bytes) -> bytes:
    """The shared secret; another one if the ciphertext is wrong."""
    try:
        return bytes(_private(attributes, key).decapsulate(ciphertext))
    except ValueError as error:
        raise InvalidArgument(str(error)) from error
