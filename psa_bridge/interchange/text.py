"""Keys in PEM and DER: PKCS#8 (RFC 5958) for key pairs, SubjectPublicKeyInfo (RFC 5280) for public keys.

What other programs write is read as well: RSAPrivateKey and RSAPublicKey of RFC 8017, ECPrivateKey of RFC 5915.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning

from psa_bridge.errors import InvalidArgument, NotSupported

_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_OTHERS = {
    b"CERTIFICATE": "a certificate: load it with cryptography.x509 and import its public_key()",
    b"CERTIFICATE REQUEST": "a certificate request: load it with cryptography.x509 and import its public_key()",
    b"OPENSSH PRIVATE KEY": "a key of OpenSSH: load it with cryptography's load_ssh_private_key and import that",
}
_LONGEST_PASSWORD = 1023
"""What ``cryptography`` takes."""


def load_pem(data: bytes, password: bytes | None) -> Any:
    """The key object in a PEM text.

    Raises:
        InvalidArgument: it is no key, or the password is wrong, missing or needless.
        NotSupported: it is a key that ``cryptography`` does not know.
    """
    labels = _LABEL.findall(data)
    if not labels:
        raise InvalidArgument("data is not PEM: there is no line such as -----BEGIN PRIVATE KEY-----")
    for label in labels:
        if label in _OTHERS:
            raise InvalidArgument(f"data is {_OTHERS[label]}")
    label = next((each for each in labels if each.endswith((b"PRIVATE KEY", b"PUBLIC KEY"))), None)
    if label is None:
        raise InvalidArgument(f"data is PEM of {labels[0].decode()}, which is no key")
    if label.endswith(b"PUBLIC KEY"):
        if password is not None:
            raise InvalidArgument("a password was given, but the key is public and not encrypted")
        return _loaded(serialization.load_pem_public_key, data)
    return _loaded(serialization.load_pem_private_key, data, password)


def load_der(data: bytes, password: bytes | None) -> Any:
    """The key object in DER; errors as :func:`load_pem`."""
    try:
        return _loaded(serialization.load_der_private_key, data, password)
    except InvalidArgument as error:
        if password is not None or not isinstance(error.__cause__, ValueError):
            raise
    return _loaded(serialization.load_der_public_key, data)


def _loaded(load: Any, data: bytes, *password: bytes | None) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # of kinds of keys, at a line of ours
            return load(data, *password)
    except UnsupportedAlgorithm as error:
        raise NotSupported(f"cryptography does not know this key: {error}") from error
    except TypeError as error:  # how it says that a password is missing or needless
        told = (
            "the key is encrypted: give its password"
            if password == (None,)
            else "a password was given, but the key is not encrypted"
        )
        raise InvalidArgument(told) from error
    except ValueError as error:
        raise InvalidArgument(f"data is not a key that can be read: {error}") from error


def dump(key: Any, form: str, password: bytes | None) -> bytes:
    """A key object in PEM or DER, as ``form`` says; a private key encrypted if there is a password.

    Raises:
        InvalidArgument: the password is empty or too long, or was given for a public key.
    """
    encoding = Encoding.PEM if form == "PEM" else Encoding.DER
    if not hasattr(key, "private_bytes"):
        if password is not None:
            raise InvalidArgument("a password was given, but a public key is not encrypted")
        return bytes(key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo))
    if password == b"":
        raise InvalidArgument("the password is empty; leave it out for a key that is not encrypted")
    if password is not None and len(password) > _LONGEST_PASSWORD:
        raise InvalidArgument(f"the password has {len(password)} bytes; {_LONGEST_PASSWORD} are the most")
    lock = serialization.NoEncryption() if password is None else serialization.BestAvailableEncryption(password)
    return bytes(key.private_bytes(encoding, PrivateFormat.PKCS8, lock))
