"""Every mechanism of the API: an algorithm with a kind of key, and the calls that use it.

A mechanism is what a driver can serve or not.  Sizes of key types that take many are stood for by a usual one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psa_bridge.spec.compatibility import KEY_SIZES, KEY_TYPES
from psa_bridge.spec.values import CONSTANTS, Kind

_CALLS: dict[str, tuple[str, ...]] = {
    "PSA_ALG_IS_HASH": ("hash_compute",),
    "PSA_ALG_IS_XOF": ("xof_setup",),
    "PSA_ALG_IS_MAC": ("mac_compute",),
    "PSA_ALG_IS_CIPHER": ("cipher_encrypt",),
    "PSA_ALG_IS_AEAD": ("aead_encrypt",),
    "PSA_ALG_IS_KEY_WRAP": ("wrap_key",),
    "PSA_ALG_IS_SIGN": ("sign_message", "verify_message"),
    "PSA_ALG_IS_ASYMMETRIC_ENCRYPTION": ("asymmetric_encrypt", "asymmetric_decrypt"),
    "PSA_ALG_IS_KEY_AGREEMENT": ("key_agreement",),
    "PSA_ALG_IS_KEY_ENCAPSULATION": ("encapsulate", "decapsulate"),
    "PSA_ALG_IS_KEY_DERIVATION": ("key_derivation_setup",),
    "PSA_ALG_IS_PAKE": ("pake_setup",),
}
"""The calls by category: the first is the one with the public key, where that matters."""

CALLS: tuple[tuple[str, tuple[str, ...]], ...] = tuple(_CALLS.items())

PRIVATE_CALLS: frozenset[str] = frozenset({"sign_message", "asymmetric_decrypt", "decapsulate", "key_agreement"})
"""Calls that need a key pair; the others are asked for public keys where there are any."""

OF_HASHES: frozenset[str] = frozenset(
    {"sign_hash", "sign_hash_with_context", "verify_hash", "verify_hash_with_context"}
)
"""How a driver can serve the call for a message only if somebody computes the hash."""

HASHING = "hash_compute"
"""The call by which that is done."""

_USUAL_SIZES: dict[str, tuple[int, ...]] = {
    "PSA_KEY_TYPE_HMAC": (256,),
    "PSA_KEY_TYPE_DERIVE": (256,),
    "PSA_KEY_TYPE_PASSWORD": (128,),
    "PSA_KEY_TYPE_PASSWORD_HASH": (256,),
    "PSA_KEY_TYPE_BLAKE2": (256,),
    "PSA_KEY_TYPE_ARC4": (128,),
    "PSA_KEY_TYPE_RSA_KEY_PAIR": (2048, 3072, 4096),
    "PSA_KEY_TYPE_RSA_PUBLIC_KEY": (2048, 3072, 4096),
}
_DH_FAMILIES = ("PSA_DH_FAMILY_RFC7919", "PSA_DH_FAMILY_RFC3526")
_SLH_FAMILIES = tuple(f"PSA_SLH_DSA_FAMILY_{name}" for name in ("SHA2_S", "SHA2_F", "SHAKE_S", "SHAKE_F"))


@dataclass(frozen=True)
class KeyKind:
    """A key type as a macro expression, and its sizes; all of it empty for algorithms without key."""

    key_type: str = ""
    sizes: tuple[int, ...] = (0,)


def _hashes() -> tuple[str, ...]:
    """All hash algorithms."""
    found = CONSTANTS[Kind.ALGORITHM]
    return tuple(name for name, value in found.items() if value & 0x7F000000 == 0x02000000 and value & 0xFF != 0xFF)


def _xofs() -> tuple[str, ...]:
    found = CONSTANTS[Kind.ALGORITHM]
    return tuple(name for name, value in found.items() if value & 0x7F000000 == 0x0D000000)


def _kinds(key_type: str) -> Iterator[KeyKind]:
    sizes = KEY_SIZES.get(key_type) or _USUAL_SIZES.get(key_type) or (256,)
    if not key_type.endswith("(_)"):
        yield KeyKind(key_type, sizes)
        return
    if "_DH_" in key_type or key_type.startswith("PSA_KEY_TYPE_WPA3_SAE_DH"):
        families: tuple[str, ...] = _DH_FAMILIES
    elif "SLH_DSA" in key_type:
        families = _SLH_FAMILIES
    else:
        families = ("PSA_ECC_FAMILY_SECP_R1",)
    for family in families:
        yield KeyKind(key_type.replace("(_)", f"({family})"), sizes)


def _two_keys(kind: KeyKind) -> KeyKind:
    """XTS takes a key of twice the size."""
    return KeyKind(kind.key_type, tuple(2 * size for size in kind.sizes))


def mechanisms() -> Iterator[tuple[str, tuple[str, ...], KeyKind]]:
    """Algorithm (with ``PSA_ALG_ANY_HASH`` where it takes a hash), its concrete forms, and a kind of key."""
    hashes = _hashes()
    for name in (*hashes, *_xofs()):
        yield name, (name,), KeyKind()
    for algorithm, key_types in KEY_TYPES.items():
        forms = (
            tuple(algorithm.replace("PSA_ALG_ANY_HASH", name) for name in hashes)
            if "PSA_ALG_ANY_HASH" in algorithm
            else (algorithm,)
        )
        for key_type in key_types:
            for kind in _kinds(key_type):
                yield algorithm, forms, _two_keys(kind) if algorithm == "PSA_ALG_XTS" else kind
