"""The second software driver itself: its entry points, over ``cryptography``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import wraps
from types import ModuleType
from typing import Any, TypeVar, cast

from cryptography.exceptions import UnsupportedAlgorithm

from psa_bridge.attributes import KeyAttributes
from psa_bridge.constants import KeyType
from psa_bridge.errors import NotSupported
from psa_bridge.python_driver import PythonDriver
from psa_bridge.software import curves, lattice, rsakeys
from psa_bridge.software.ciphers import Ciphers
from psa_bridge.software.derivations import Derivations
from psa_bridge.software.digests import Digests
from psa_bridge.software.registration import PREFIX
from psa_bridge.software.table import Offer, available
from psa_bridge.spec.entry_points import BY_NAME

_LATTICE = frozenset(
    {KeyType.ML_DSA_KEY_PAIR, KeyType.ML_DSA_PUBLIC_KEY, KeyType.ML_KEM_KEY_PAIR, KeyType.ML_KEM_PUBLIC_KEY}
)
_RSA = frozenset({KeyType.RSA_KEY_PAIR, KeyType.RSA_PUBLIC_KEY})


def _kind(attributes: KeyAttributes) -> ModuleType:
    """The module for a type of keys."""
    if attributes.type in _LATTICE:
        return lattice
    return rsakeys if attributes.type in _RSA else curves


class SoftwareDriver(Digests, Ciphers, Derivations, PythonDriver):
    """Entry points by kind of key. Which of them it offers is set by :func:`make`."""

    prefix = PREFIX

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        """The key as it is stored, and its size."""
        imported: tuple[bytes, int] = _kind(attributes).import_key(attributes, data)
        return imported

    def generate_key(self, attributes: KeyAttributes) -> bytes:
        """A key pair as it is stored."""
        return bytes(_kind(attributes).generate_key(attributes))

    def export_public_key(self, attributes: KeyAttributes, key: bytes) -> bytes:
        """The public key."""
        return bytes(_kind(attributes).export_public_key(attributes, key))

    def sign_hash(self, attributes: KeyAttributes, key: bytes, alg: int, digest: bytes) -> bytes:
        """RSA and ECDSA."""
        return bytes(_kind(attributes).sign_hash(attributes, key, alg, digest))

    def verify_hash(self, attributes: KeyAttributes, key: bytes, alg: int, digest: bytes, signature: bytes) -> None:
        """RSA and ECDSA."""
        _kind(attributes).verify_hash(attributes, key, alg, digest, signature)

    def sign_message(self, attributes: KeyAttributes, key: bytes, alg: int, message: bytes) -> bytes:
        """EdDSA and ML-DSA."""
        if attributes.type in _LATTICE:
            return lattice.sign(attributes, key, message, b"")
        return curves.sign_message(attributes, key, message)

    def verify_message(self, attributes: KeyAttributes, key: bytes, alg: int, message: bytes, signature: bytes) -> None:
        """EdDSA and ML-DSA."""
        if attributes.type in _LATTICE:
            lattice.verify(attributes, key, message, b"", signature=signature)
        else:
            curves.verify_message(attributes, key, message, signature)

    def sign_message_with_context(
        self, attributes: KeyAttributes, key: bytes, alg: int, message: bytes, context: bytes
    ) -> bytes:
        """ML-DSA."""
        return lattice.sign(attributes, key, message, context)

    def verify_message_with_context(  # noqa: PLR0917
        self, attributes: KeyAttributes, key: bytes, alg: int, message: bytes, context: bytes, signature: bytes
    ) -> None:
        """ML-DSA."""
        lattice.verify(attributes, key, message, context, signature=signature)

    def asymmetric_encrypt(self, attributes: KeyAttributes, key: bytes, alg: int, data: bytes, salt: bytes) -> bytes:
        """RSA."""
        return rsakeys.encrypt(attributes, key, alg, data, salt)

    def asymmetric_decrypt(self, attributes: KeyAttributes, key: bytes, alg: int, data: bytes, salt: bytes) -> bytes:
        """RSA."""
        return rsakeys.decrypt(attributes, key, alg, data, salt)

    def encapsulate(
        self, attributes: KeyAttributes, key: bytes, alg: int, output: KeyAttributes
    ) -> tuple[bytes, bytes]:
        """ML-KEM, and ECIES of SEC 1 without a function that derives from the secret."""
        secret, ciphertext = _kind(attributes).encapsulate(attributes, key)
        return bytes(secret), bytes(ciphertext)

    def decapsulate(
        self, attributes: KeyAttributes, key: bytes, alg: int, ciphertext: bytes, output: KeyAttributes
    ) -> bytes:
        """ML-KEM and ECIES."""
        return bytes(_kind(attributes).decapsulate(attributes, key, ciphertext))

    def key_agreement(self, alg: int, attributes: KeyAttributes, key: bytes, peer: bytes) -> bytes:
        """ECDH."""
        return curves.agree(attributes, key, peer)

    def derive_key(self, attributes: KeyAttributes, drawn: bytes) -> bytes:
        """An elliptic curve key pair from bytes that were derived."""
        return curves.derive_key(attributes, drawn)

    def get_entropy(self, flags: int, size: int) -> tuple[int, bytes]:
        """From the operating system."""
        return 8 * size, os.urandom(size)

    def get_random(self, state: object, *, output_size: int) -> bytes:
        """From the operating system."""
        return os.urandom(output_size)

    def init_random(self) -> object:
        """No state: the generator is the operating system's."""
        return object()


_Method = TypeVar("_Method", bound="Callable[..., Any]")


def _guarded(method: _Method) -> _Method:
    """What the package's OpenSSL turns out not to have is not supported."""

    @wraps(method)
    def run(*arguments: Any, **named: Any) -> Any:
        try:
            return method(*arguments, **named)
        except UnsupportedAlgorithm as error:
            raise NotSupported(str(error)) from error

    return cast("_Method", run)


for _name in BY_NAME.keys() & set(dir(SoftwareDriver)):
    setattr(SoftwareDriver, _name, _guarded(getattr(SoftwareDriver, _name)))


def make(offers: Sequence[Offer]) -> SoftwareDriver:
    """The driver with these capabilities, as far as the installed ``cryptography`` goes."""
    capabilities = tuple(offer.described() for offer in available(offers))

    class Offering(SoftwareDriver):
        pass

    Offering.capabilities = capabilities
    return Offering()
