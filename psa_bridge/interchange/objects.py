"""Keys of ``cryptography`` as material in the formats of the PSA Crypto API, and back. Section 9.6 of the API.

What this side makes of private keys is in bytearrays, which can be wiped.  ``cryptography`` keeps its
copies for as long as its objects live, and hands bytes and integers out, which nobody can wipe.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from psa_bridge.constants import EccFamily, KeyType
from psa_bridge.errors import InvalidArgument, NotSupported
from psa_bridge.interchange import curves, finite_field, lattice

if TYPE_CHECKING:
    from typing_extensions import Buffer

_CURVE_NAMES = ", ".join(sorted(curve.name for curve in curves.CURVES.values()))


class Material(NamedTuple):
    """A key in the export format of the API: its type, its size in bits, its bytes."""

    type: KeyType
    bits: int
    data: bytearray


def material(key: Any) -> Material:
    """A key object of ``cryptography`` in the format of the API.

    Raises:
        TypeError: it is no key object.
        NotSupported: the API has no keys of this kind, or not this curve or group.
    """
    for classes, read in _READERS:
        if isinstance(key, classes):
            return read(key)
    raw = {cls: each for each, pair in curves.RAW.items() for cls in pair}
    for cls, (family, bits) in raw.items():
        if isinstance(key, cls):
            return Material(_ecc(family, _is_private(key)), bits, bytearray(_raw(key)))
    seeded = lattice.of_object(key)
    if seeded is not None:
        return Material(*seeded, bytearray(_raw(key)))
    if finite_field.is_key(key):
        return Material(*finite_field.material(key))
    hint = "; import_pem and import_der take encoded keys" if isinstance(key, (str, bytes, bytearray)) else ""
    raise TypeError(f"key has to be a key object of cryptography, not {type(key).__name__}{hint}")


def key_object(kind: KeyType, bits: int, data: Buffer, public: Callable[[], bytes]) -> Any:
    """The object of ``cryptography`` for a key.

    Args:
        kind: the key type.
        bits: the key size in bits.
        data: the key in the format of the API.
        public: gives the public key of a key pair; only some types need it.

    Raises:
        NotSupported: ``cryptography`` has no objects for such keys.
        InvalidArgument: it does not take the key.
    """
    try:
        made = _made(kind, bits, data, public)
    except UnsupportedAlgorithm as error:
        raise NotSupported(f"cryptography: {error}") from error
    except ValueError as error:
        raise InvalidArgument(f"cryptography does not take this key: {error}") from error
    if made is None:
        hint = "" if kind.is_asymmetric else "; it takes symmetric keys as bytes, and export() gives them"
        raise NotSupported(f"cryptography has no objects for {kind} of {bits} bits{hint}")
    return made


def _made(kind: KeyType, bits: int, data: Buffer, public: Callable[[], bytes]) -> Any:
    if kind.is_rsa:
        return _made_rsa(kind, data)
    if kind.is_ecc:
        return _made_ecc(kind, bits, data)
    if kind.is_dh:
        return finite_field.key_object(kind, bits, bytes(data), public)
    return lattice.key_object(kind, bits, data)


def _is_private(key: Any) -> bool:
    return hasattr(key, "private_bytes")


def _raw(key: Any) -> bytes:
    return bytes(key.private_bytes_raw() if _is_private(key) else key.public_bytes_raw())


def _ecc(family: int, private: bool) -> KeyType:
    return (KeyType.ECC_KEY_PAIR if private else KeyType.ECC_PUBLIC_KEY)(EccFamily(family))


# RSA: the DER of RSAPrivateKey and RSAPublicKey


def _rsa_material(key: Any) -> Material:
    if _is_private(key):
        data = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        return Material(KeyType.RSA_KEY_PAIR, key.key_size, bytearray(data))
    return Material(KeyType.RSA_PUBLIC_KEY, key.key_size, bytearray(key.public_bytes(Encoding.DER, PublicFormat.PKCS1)))


def _made_rsa(kind: KeyType, data: Buffer) -> Any:
    if kind.is_public_key:
        return serialization.load_der_public_key(bytes(data))
    return serialization.load_der_private_key(data, None)  # type: ignore[arg-type] # any buffer


# Elliptic curves: the number, and the uncompressed point


def _ec_material(key: Any) -> Material:
    found = curves.of_curve(key.curve)
    if found is None:
        raise NotSupported(f"the curve {key.curve.name} is none of those on both sides: {_CURVE_NAMES}")
    family, bits = found
    if _is_private(key):
        number = key.private_numbers().private_value
        return Material(_ecc(family, True), bits, bytearray(number.to_bytes((bits + 7) // 8, "big")))
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Material(_ecc(family, False), bits, bytearray(point))


def _made_ecc(kind: KeyType, bits: int, data: Buffer) -> Any:
    raw = curves.RAW.get((kind.ecc_family, bits))
    if raw is not None:
        private, public = raw
        return public.from_public_bytes(bytes(data)) if kind.is_public_key else private.from_private_bytes(data)
    curve = curves.CURVES.get((kind.ecc_family, bits))
    if curve is None:
        return None
    if kind.is_public_key:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, bytes(data))
    return ec.derive_private_key(int.from_bytes(bytes(data), "big"), curve)


_READERS: tuple[tuple[tuple[type, ...], Callable[[Any], Material]], ...] = (
    ((rsa.RSAPrivateKey, rsa.RSAPublicKey), _rsa_material),
    ((ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey), _ec_material),
)
