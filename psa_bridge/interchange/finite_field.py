"""Finite field Diffie-Hellman in ``cryptography``: numbers as long as the prime in the API's format.

Recent versions warn as soon as the module is touched, so this happens only for such keys, and quietly: the user of a
key gets the warning where the code that made it touches the module.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from psa_bridge.constants import DhFamily, KeyType
from psa_bridge.errors import NotSupported
from psa_bridge.interchange import groups


def is_key(key: Any) -> bool:
    """Whether an object is a DH or a DSA key of ``cryptography``."""
    cls = type(key)
    return cls.__module__.startswith("cryptography.") and cls.__name__.startswith(("DHP", "DSAP"))


def material(key: Any) -> tuple[KeyType, int, bytearray]:
    """Type, size in bits and bytes of a key.

    Raises:
        NotSupported: a DSA key, or a group that the API does not have.
    """
    if type(key).__name__.startswith("DSA"):
        raise NotSupported("the PSA Crypto API has no DSA keys")
    parameters = key.parameters().parameter_numbers()
    found = groups.of_prime(parameters.p, parameters.g)
    if found is None:
        raise NotSupported("the group of the key is none of RFC 7919 and RFC 3526, and the API has no others")
    family, bits = found
    if hasattr(key, "private_numbers"):
        kind, number = KeyType.DH_KEY_PAIR(DhFamily(family)), key.private_numbers().x
    else:
        kind, number = KeyType.DH_PUBLIC_KEY(DhFamily(family)), key.public_numbers().y
    return kind, bits, bytearray(number.to_bytes(bits // 8, "big"))


def key_object(kind: KeyType, bits: int, data: bytes, public: Callable[[], bytes]) -> Any:
    """The object for a key; None if the group or the version of the package has none."""
    p = groups.prime(kind.dh_family, bits)
    if p is None:
        return None
    other = None if kind.is_public_key else public()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # for whoever asked for such a key, not at a line of this package
            return _key_object(p, data, other)
    except (ImportError, AttributeError):
        return None


def _key_object(p: int, data: bytes, public: bytes | None) -> Any:
    """A private key with its public one, or a public key alone."""
    from cryptography.hazmat.primitives.asymmetric import dh  # noqa: PLC0415

    parameters = dh.DHParameterNumbers(p, groups.GENERATOR)
    numbers = dh.DHPublicNumbers(int.from_bytes(data if public is None else public, "big"), parameters)
    if public is None:
        return numbers.public_key()
    return dh.DHPrivateNumbers(int.from_bytes(data, "big"), numbers).private_key()
