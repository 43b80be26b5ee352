"""RSA: keys in the format of RFC 8017, signatures and encryption."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidSignature as Invalid
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from psa_bridge.attributes import KeyAttributes
from psa_bridge.constants import Alg
from psa_bridge.errors import InvalidArgument, InvalidPadding, InvalidSignature, NotSupported
from psa_bridge.software.digests import hash_of


def _key(attributes: KeyAttributes, data: bytes) -> Any:
    try:
        if attributes.type.is_public_key:
            return serialization.load_der_public_key(data)
        return serialization.load_der_private_key(data, None)
    except (ValueError, TypeError) as error:
        raise InvalidArgument(str(error)) from error
    except UnsupportedAlgorithm as error:
        raise NotSupported(str(error)) from error


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
    """The key in its one DER encoding, and its size."""
    key = _key(attributes, data)
    if not isinstance(key, (rsa.RSAPublicKey, rsa.RSAPrivateKey)):
        raise InvalidArgument("not an RSA key")
    if key.key_size % 8:
        raise NotSupported("the size of the modulus is not a number of bytes")
    return _encode(key), key.key_size


def generate_key(attributes: KeyAttributes) -> bytes:
    """A key pair with the exponent 65537."""
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


def decrypt(attributes: KeyAttributes, data: bytes, alg: int, ciphertext: bytes, label: bytes) -> bytes:
    """The plaintext.

    OpenSSL 3.2 and later answers wrong PKCS#1 v1.5 padding with random bytes in place of an error.
    """
    try:
        return bytes(_key(attributes, data).decrypt(ciphertext, _crypt_padding(alg, label)))
    except ValueError as error:
        raise InvalidPadding(str(error)) from error
