"""Keys in the formats of the PSA Crypto API and as objects of ``cryptography``, for comparisons."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x448, x25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from vectors import order_size

from psa_bridge import Alg, Core, EccFamily, Key, KeyAttributes, KeyType, Usage

HASHES: dict[str, hashes.HashAlgorithm] = {
    "SHA_1": hashes.SHA1(),
    "SHA_224": hashes.SHA224(),
    "SHA_256": hashes.SHA256(),
    "SHA_384": hashes.SHA384(),
    "SHA_512": hashes.SHA512(),
    "SHA3_256": hashes.SHA3_256(),
}

CURVES: dict[tuple[str, int], ec.EllipticCurve] = {
    ("SECP_R1", 192): ec.SECP192R1(),
    ("SECP_R1", 224): ec.SECP224R1(),
    ("SECP_R1", 256): ec.SECP256R1(),
    ("SECP_R1", 384): ec.SECP384R1(),
    ("SECP_R1", 521): ec.SECP521R1(),
    ("SECP_K1", 256): ec.SECP256K1(),
    ("BRAINPOOL_P_R1", 256): ec.BrainpoolP256R1(),
    ("BRAINPOOL_P_R1", 384): ec.BrainpoolP384R1(),
    ("BRAINPOOL_P_R1", 512): ec.BrainpoolP512R1(),
}
"""Curves of both sides by family and size; ``cryptography`` has the binary ones only in some builds."""

RAW: dict[tuple[str, int], tuple[Any, Any]] = {
    ("TWISTED_EDWARDS", 255): (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey),
    ("TWISTED_EDWARDS", 448): (ed448.Ed448PrivateKey, ed448.Ed448PublicKey),
    ("MONTGOMERY", 255): (x25519.X25519PrivateKey, x25519.X25519PublicKey),
    ("MONTGOMERY", 448): (x448.X448PrivateKey, x448.X448PublicKey),
}

EVERYTHING = Usage.SIGN_HASH | Usage.VERIFY_HASH | Usage.EXPORT | Usage.COPY | Usage.DERIVE
SIGNING = Usage.SIGN_HASH | Usage.VERIFY_HASH | Usage.EXPORT
VERIFYING = Usage.VERIFY_HASH | Usage.EXPORT


def family(name: str) -> EccFamily:
    """The ECC family of a name after ``PSA_ECC_FAMILY_``."""
    return EccFamily(getattr(EccFamily, name))


def ecc(name: str, bits: int, *, alg: int, usage: int = EVERYTHING, public: bool = False) -> KeyAttributes:
    """Attributes of an ECC key."""
    kind = KeyType.ECC_PUBLIC_KEY if public else KeyType.ECC_KEY_PAIR
    return KeyAttributes(kind(family(name)), bits, usage=usage, alg=alg)


def private_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key in PSA's format: the number, big-endian, as long as the field."""
    return key.private_numbers().private_value.to_bytes((key.curve.key_size + 7) // 8, "big")


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key in PSA's format: the uncompressed point."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def raw_signature(signature: bytes, name: str, bits: int) -> bytes:
    """An ECDSA signature in PSA's format from DER."""
    size = order_size(name, bits)
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(signature))


def der_signature(signature: bytes) -> bytes:
    """An ECDSA signature in DER from PSA's format."""
    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))


def rsa_private_bytes(key: rsa.RSAPrivateKey) -> bytes:
    """RSAPrivateKey in DER, which is PSA's format."""
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def rsa_public_bytes(key: rsa.RSAPublicKey) -> bytes:
    """RSAPublicKey in DER, which is PSA's format."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def ecdsa_key(core: Core, key: ec.EllipticCurvePrivateKey, name: str, hash_name: str = "SHA_256") -> Key:
    """A key pair of ``cryptography`` as a key of the core."""
    attributes = ecc(name, key.curve.key_size, alg=Alg.ECDSA(getattr(Alg, hash_name)))
    return core.import_key(attributes, private_bytes(key))


def digest(hash_name: str, message: bytes) -> bytes:
    """A hash computed by ``cryptography``."""
    context = hashes.Hash(HASHES[hash_name])
    context.update(message)
    return context.finalize()
