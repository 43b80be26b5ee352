"""The elliptic curves that the PSA Crypto API and ``cryptography`` both have, by family and size in bits."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, x448, x25519

from psa_bridge.constants import EccFamily

CURVES: dict[tuple[int, int], ec.EllipticCurve] = {
    (EccFamily.SECP_R1, 192): ec.SECP192R1(),
    (EccFamily.SECP_R1, 224): ec.SECP224R1(),
    (EccFamily.SECP_R1, 256): ec.SECP256R1(),
    (EccFamily.SECP_R1, 384): ec.SECP384R1(),
    (EccFamily.SECP_R1, 521): ec.SECP521R1(),
    (EccFamily.SECP_K1, 256): ec.SECP256K1(),
    (EccFamily.BRAINPOOL_P_R1, 256): ec.BrainpoolP256R1(),
    (EccFamily.BRAINPOOL_P_R1, 384): ec.BrainpoolP384R1(),
    (EccFamily.BRAINPOOL_P_R1, 512): ec.BrainpoolP512R1(),
}
"""Weierstrass curves."""

RAW: dict[tuple[int, int], tuple[Any, Any]] = {
    (EccFamily.MONTGOMERY, 255): (x25519.X25519PrivateKey, x25519.X25519PublicKey),
    (EccFamily.MONTGOMERY, 448): (x448.X448PrivateKey, x448.X448PublicKey),
    (EccFamily.TWISTED_EDWARDS, 255): (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey),
    (EccFamily.TWISTED_EDWARDS, 448): (ed448.Ed448PrivateKey, ed448.Ed448PublicKey),
}
"""Curves with classes of their own, for private and for public keys; both sides have the same bytes."""


def of_curve(curve: ec.EllipticCurve) -> tuple[int, int] | None:
    """Family and size of a curve of ``cryptography``; None if the API has no such curve."""
    return next((each for each, known in CURVES.items() if known.name == curve.name), None)
