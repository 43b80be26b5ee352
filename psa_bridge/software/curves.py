"""Elliptic curves and finite field Diffie-Hellman: keys, signatures, key agreement."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidSignature as Invalid
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from psa_bridge.attributes import KeyAttributes
from psa_bridge.constants import Alg, EccFamily, KeyType
from psa_bridge.errors import InsufficientData, InvalidArgument, InvalidSignature, NotSupported
from psa_bridge.interchange.curves import CURVES, RAW
from psa_bridge.software.digests import hash_of

_MONTGOMERY_BITS = {32: 255, 56: 448}
_EDWARDS_BITS = {32: 255, 57: 448}

_P25519, _P448 = (1 << 255) - 19, (1 << 448) - (1 << 224) - 1
_EDWARDS = {
    255: (_P25519, -1, -121665 * pow(121666, -1, _P25519)),
    448: (_P448, 1, -39081),
}
"""Prime, a and d of Edwards curves by their sizes."""


def family_of(attributes: KeyAttributes) -> int:
    """The family of an ECC key."""
    return int(attributes.type) & 0x7F


def _raw(attributes: KeyAttributes, bits: int) -> tuple[Any, Any] | None:
    return RAW.get((family_of(attributes), bits))


def _curve(attributes: KeyAttributes, bits: int) -> ec.EllipticCurve:
    curve = CURVES.get((family_of(attributes), bits))
    if curve is None:
        raise NotSupported("this curve is not in cryptography")
    return curve


def _size_of(attributes: KeyAttributes, data: bytes) -> int:
    family = family_of(attributes)
    if family == EccFamily.MONTGOMERY:
        return _MONTGOMERY_BITS.get(len(data), 0)
    if family == EccFamily.TWISTED_EDWARDS:
        return _EDWARDS_BITS.get(len(data), 0)
    size = (len(data) - 1) // 2 if attributes.type.is_public_key else len(data)
    sizes = [bits for known, bits in CURVES if known == family and (bits + 7) // 8 == size]
    return sizes[0] if sizes else 0


def _load(attributes: KeyAttributes, data: bytes, bits: int) -> Any:
    """The key as an object, checked."""
    raw = _raw(attributes, bits)
    public = attributes.type.is_public_key
    try:
        if raw is not None:
            return raw[1].from_public_bytes(data) if public else raw[0].from_private_bytes(data)
        curve = _curve(attributes, bits)
        if public:
            return ec.EllipticCurvePublicKey.from_encoded_point(curve, data)
        if len(data) != (bits + 7) // 8:
            raise InvalidArgument("the length of the private key is not that of the curve")
        return ec.derive_private_key(int.from_bytes(data, "big"), curve)
    except ValueError as error:
        raise InvalidArgument(str(error)) from error


def _public(attributes: KeyAttributes, data: bytes) -> Any:
    key = _load(attributes, data, attributes.bits)
    return key if attributes.type.is_public_key else key.public_key()


def _clamped(attributes: KeyAttributes, data: bytes) -> bytes:
    if attributes.type.is_public_key or family_of(attributes) != EccFamily.MONTGOMERY:
        return data
    key = bytearray(data)
    if len(key) == 32:
        key[0] &= 0xF8
        key[31] = key[31] & 0x7F | 0x40
    else:
        key[0] &= 0xFC
        key[55] |= 0x80
    return bytes(key)


def _on_curve(bits: int, data: bytes) -> bool:
    """Whether an encoding has a point of a x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032, 5.1.3 and 5.2.3)."""
    p, a, d = _EDWARDS[bits]
    sign, y = data[-1] >> 7, int.from_bytes(data, "little") & (1 << 8 * len(data) - 1) - 1
    if y >= p:
        return False
    square = (y * y - 1) * pow(d * y * y - a, -1, p) % p
    return pow(square, (p - 1) // 2, p) == 1 or (square == 0 and sign == 0)


def import_key(attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
    """Check a key."""
    bits = attributes.bits or _size_of(attributes, data)
    if bits == 0:
        raise InvalidArgument("no curve of the family has keys of this length")
    _load(attributes, data, bits)
    if attributes.type.is_public_key:
        if _raw(attributes, bits) is None and data[:1] != b"\4":
            raise InvalidArgument("the point is compressed")
        if family_of(attributes) == EccFamily.TWISTED_EDWARDS and not _on_curve(bits, data):
            raise InvalidArgument("not a point of the curve")
    return _clamped(attributes, data), bits


def generate_key(attributes: KeyAttributes) -> bytes:
    """A private key."""
    raw = _raw(attributes, attributes.bits)
    if raw is not None:
        return _clamped(attributes, raw[0].generate().private_bytes_raw())
    key = ec.generate_private_key(_curve(attributes, attributes.bits))
    return key.private_numbers().private_value.to_bytes((attributes.bits + 7) // 8, "big")


def derive_key(attributes: KeyAttributes, drawn: bytes) -> bytes:
    """A private key from bytes that were derived.

    Raises:
        InsufficientData: they are too large a number for the curve: draw again.
    """
    if family_of(attributes) == EccFamily.MONTGOMERY:
        _load(attributes, drawn, attributes.bits)
        return _clamped(attributes, drawn)
    curve, size = _curve(attributes, attributes.bits), (attributes.bits + 7) // 8
    if len(drawn) != size:
        raise InvalidArgument("the order of the curve has another length")
    number = (int.from_bytes(drawn, "big") & (1 << attributes.bits) - 1) + 1  # all these orders have as many bits
    try:
        ec.derive_private_key(number, curve)
    except ValueError as error:
        raise InsufficientData("not a number below the order of the curve") from error
    return number.to_bytes(size, "big")


def export_public_key(attributes: KeyAttributes, data: bytes) -> bytes:
    """The public key."""
    public = _public(attributes, data)
    if _raw(attributes, attributes.bits) is not None:
        return bytes(public.public_bytes_raw())
    form = serialization.PublicFormat.UncompressedPoint
    return bytes(public.public_bytes(serialization.Encoding.X962, form))


def sign_hash(attributes: KeyAttributes, data: bytes, alg: int, digest: bytes) -> bytes:
    """An ECDSA signature: r and s."""
    algorithm = Alg(alg)
    prehashed = utils.Prehashed(hash_of(algorithm.hash))
    own = {"deterministic_signing": True} if algorithm.is_deterministic_ecdsa else {}  # not in every version
    scheme = ec.ECDSA(prehashed, **own)
    signature = _load(attributes, data, attributes.bits).sign(digest, scheme)
    size = (attributes.bits + 7) // 8
    return b"".join(number.to_bytes(size, "big") for number in utils.decode_dss_signature(signature))


def verify_hash(attributes: KeyAttributes, data: bytes, alg: int, digest: bytes, signature: bytes) -> None:
    """Raise InvalidSignature if it is none."""
    size = (attributes.bits + 7) // 8
    if len(signature) != 2 * size:
        raise InvalidSignature("a signature has another length")
    numbers = (int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big"))
    scheme = ec.ECDSA(utils.Prehashed(hash_of(Alg(alg).hash)))
    try:
        _public(attributes, data).verify(utils.encode_dss_signature(*numbers), digest, scheme)
    except Invalid as error:
        raise InvalidSignature("the signature is not genuine") from error


def sign_message(attributes: KeyAttributes, data: bytes, message: bytes) -> bytes:
    """An EdDSA signature."""
    return bytes(_load(attributes, data, attributes.bits).sign(message))


def verify_message(attributes: KeyAttributes, data: bytes, message: bytes, signature: bytes) -> None:
    """Raise InvalidSignature if it is none."""
    try:
        _public(attributes, data).verify(signature, message)
    except Invalid as error:
        raise InvalidSignature("the signature is not genuine") from error


def agree(attributes: KeyAttributes, data: bytes, peer: bytes) -> bytes:
    """The shared secret."""
    own = _load(attributes, data, attributes.bits)
    theirs = KeyAttributes(KeyType.ECC_PUBLIC_KEY(EccFamily(family_of(attributes))), attributes.bits)
    other = _load(theirs, peer, attributes.bits)
    try:
        return bytes(own.exchange(other) if _raw(attributes, attributes.bits) else own.exchange(ec.ECDH(), other))
    except ValueError as error:
        raise InvalidArgument(str(error)) from error


def encapsulate(attributes: KeyAttributes, data: bytes) -> tuple[bytes, bytes]:
    """A shared secret with a fresh key pair of the curve, and that pair's public key as the ciphertext."""
    fresh = KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily(family_of(attributes))), attributes.bits)
    pair = generate_key(fresh)
    peer = data if attributes.type.is_public_key else export_public_key(attributes, data)
    return agree(fresh, pair, peer), export_public_key(fresh, pair)


def decapsulate(attributes: KeyAttributes, data: bytes, ciphertext: bytes) -> bytes:
    """The shared secret with the public key that is the ciphertext."""
    return agree(attributes, data, ciphertext)
