"""RSA: keys in the format of RFC 8017, signatures and encryption."""

from __future__ import annotations

import hmac
import math
from typing import Any

from cryptography.exceptions import InvalidSignature as Invalid
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from psa_bridge.attributes import KeyAttributes
from psa_bridge.constants import Alg
from psa_bridge.errors import InvalidArgument, InvalidPadding, InvalidSignature, NotSupported
from psa_bridge.software.digests import hash_of

GENERATED_BITS = 4096
"""The largest keys that are made: larger ones take minutes."""


def _key(attributes: KeyAttributes, data: bytes, *, known: bool = True) -> Any:
    """The key as an object. One that is known was checked when it was imported, which takes long."""
    try:
        if attributes.type.is_public_key:
            return serialization.load_der_public_key(data)
        return serialization.load_der_private_key(data, None, unsafe_skip_rsa_key_validation=known)
    except (ValueError, TypeError) as error:
        raise InvalidArgument(str(error)) from error


def _public(attributes: KeyAttributes, data: bytes) -> Any:
    key = _key(attributes, data)
    return key if attributes.type.is_public_key else key.public_key()


def _encode(key: Any) -> bytes:
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    none = serialization.NoEncryption()
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return bytes(key.private_bytes(serialization.Encoding.DER, form, none))


def import_key(attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
    """The key and its size."""
    key = _key(attributes, data, known=False)
    if not isinstance(key, (rsa.RSAPublicKey, rsa.RSAPrivateKey)) or _encode(key) != data:
        raise InvalidArgument("not an RSA key in the format of RFC 8017, in DER")
    if key.key_size % 8:
        raise NotSupported("the size of the modulus is not a number of bytes")
    return data, key.key_size


def generate_key(attributes: KeyAttributes) -> bytes:
    """A key pair with the exponent 65537."""
    if attributes.bits > GENERATED_BITS:
        raise NotSupported(f"RSA keys of more than {GENERATED_BITS} bits take too long to make")
    if attributes.bits % 8:
        raise NotSupported("the size of the modulus is not a number of bytes")
    try:
        return _encode(rsa.generate_private_key(65537, attributes.bits))
    except ValueError as error:
        raise NotSupported(str(error)) from error


def export_public_key(attributes: KeyAttributes, data: bytes) -> bytes:
    """The public key."""
    return _encode(_public(attributes, data))


def _padding(alg: int, key: Any, *, verifying: bool) -> tuple[Any, Any]:
    """The salt of PSS is as long as the hash, or as long as fits into a small key."""
    digest = hash_of(Alg(alg).hash)
    if Alg(alg).is_rsa_pkcs1v15_sign:
        return padding.PKCS1v15(), utils.Prehashed(digest)
    any_salt = verifying and Alg(alg).is_rsa_pss_any_salt
    room = (key.key_size + 6) // 8 - digest.digest_size - 2
    if room < 0:
        raise InvalidArgument("the hash does not fit into a signature with this key")
    salt = padding.PSS.AUTO if any_salt else min(digest.digest_size, room)
    return padding.PSS(padding.MGF1(digest), salt), utils.Prehashed(digest)


def sign_hash(attributes: KeyAttributes, data: bytes, alg: int, digest: bytes) -> bytes:
    """A signature."""
    key = _key(attributes, data)
    form, prehashed = _padding(alg, key, verifying=False)
    try:
        return bytes(key.sign(digest, form, prehashed))
    except ValueError as error:
        raise InvalidArgument(str(error)) from error


def verify_hash(attributes: KeyAttributes, data: bytes, alg: int, digest: bytes, signature: bytes) -> None:
    """Raise InvalidSignature if it is none."""
    key = _public(attributes, data)
    form, prehashed = _padding(alg, key, verifying=True)
    try:
        key.verify(signature, digest, form, prehashed)
    except Invalid as error:
        raise InvalidSignature("the signature is not genuine") from error
    except ValueError as error:
        raise InvalidArgument(str(error)) from error


def _crypt_padding(alg: int, label: bytes) -> Any:
    if alg == Alg.RSA_PKCS1V15_CRYPT:
        return padding.PKCS1v15()
    digest = hash_of(Alg(alg).hash)
    return padding.OAEP(padding.MGF1(digest), digest, label or None)


def encrypt(attributes: KeyAttributes, data: bytes, alg: int, plaintext: bytes, label: bytes) -> bytes:
    """The ciphertext."""
    try:
        return bytes(_public(attributes, data).encrypt(plaintext, _crypt_padding(alg, label)))
    except ValueError as error:
        raise InvalidArgument(str(error)) from error


def _twin(key: rsa.RSAPrivateKey) -> rsa.RSAPrivateKey:
    """The same key with another private exponent: they are the same modulo lcm(p - 1, q - 1)."""
    numbers = key.private_numbers()
    period = math.lcm(numbers.p - 1, numbers.q - 1)
    least = numbers.d % period
    other = least + period if numbers.d == least else least
    parts = (numbers.p, numbers.q, other, numbers.dmp1, numbers.dmq1, numbers.iqmp, numbers.public_numbers)
    return rsa.RSAPrivateNumbers(*parts).private_key(unsafe_skip_rsa_key_validation=True)


def _decrypt_pkcs1(key: rsa.RSAPrivateKey, ciphertext: bytes) -> bytes:
    """The plaintext, or InvalidPadding.

    OpenSSL 3.2 and later answers wrong padding with bytes that only depend on ciphertext and private exponent, in
    place of an error (implicit rejection).  With right padding the exponent makes no difference, so two of them
    tell.  That both answer a wrong one with nothing happens about as often as that wrong padding is right by chance.
    """
    one, other = (each.decrypt(ciphertext, padding.PKCS1v15()) for each in (key, _twin(key)))
    if not hmac.compare_digest(one, other):
        raise InvalidPadding("the padding is not that of PKCS#1 v1.5")
    return bytes(one)


def decrypt(attributes: KeyAttributes, data: bytes, alg: int, ciphertext: bytes, label: bytes) -> bytes:
    """The plaintext."""
    key = _key(attributes, data)
    if len(ciphertext) != key.key_size // 8:
        raise InvalidArgument("a ciphertext is as long as the modulus")
    try:
        if alg == Alg.RSA_PKCS1V15_CRYPT:
            return _decrypt_pkcs1(key, ciphertext)
        return bytes(key.decrypt(ciphertext, _crypt_padding(alg, label)))
    except ValueError as error:
        raise InvalidPadding(str(error)) from error
