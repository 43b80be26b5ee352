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
    "PSA_ALG_IS_SIGN_MESSAGE": ("sign_message", "verify_message"),
    "PSA_ALG_IS_SIGN_HASH": ("sign_hash", "verify_hash"),
    "PSA_ALG_IS_ASYMMETRIC_ENCRYPTION": ("asymmetric_encrypt", "asymmetric_decrypt"),
    "PSA_ALG_IS_KEY_AGREEMENT": ("key_agreement",),
    "PSA_ALG_IS_KEY_ENCAPSULATION": ("encapsulate", "decapsulate"),
    "PSA_ALG_IS_KEY_DERIVATION": ("key_derivation_setup",),
    "PSA_ALG_IS_PAKE": ("pake_setup",),
}
"""The calls by category; the first category that an algorithm is in counts."""

CALLS: tuple[tuple[str, tuple[str, ...]], ...] = tuple(_CALLS.items())

PRIVATE_CALLS: frozenset[str] = frozenset(
    {"sign_message", "sign_hash", "asymmetric_decrypt", "decapsulate", "key_agreement"}
)
"""Calls that need a key pair; the others are asked for public keys where there are any."""

BOTH_CALLS: frozenset[str] = frozenset({"pake_setup"})
"""Calls in which a key pair and a public key have roles of their own."""

OF_HASHES: frozenset[str] = frozenset(
    {"sign_hash", "sign_hash_with_context", "verify_hash", "verify_hash_with_context"}
)
"""How a driver can serve the call for a message only if somebody computes the hash."""

HASHING = "hash_compute"
"""The call by which that is done."""

_USUAL_SIZES: dict[str, tuple[int, ...]] = {
    "PSA_KEY_TYPE_PASSWORD": (128,),
    "PSA_KEY_TYPE_ARC4": (128,),
    "PSA_KEY_TYPE_RSA_KEY_PAIR": (2048, 3072, 4096),
    "PSA_KEY_TYPE_RSA_PUBLIC_KEY": (2048, 3072, 4096),
}
_USUAL = (256,)
_FAMILIES: dict[str, tuple[str, ...]] = {
    "DH": ("PSA_DH_FAMILY_RFC7919", "PSA_DH_FAMILY_RFC3526"),
    "SLH_DSA": tuple(f"PSA_SLH_DSA_FAMILY_{name}" for name in ("SHA2_S", "SHA2_F", "SHAKE_S", "SHAKE_F")),
}
"""The families of key types whose sizes do not depend on them."""

_ANY = "PSA_ALG_ANY_HASH"
_IN_HMAC = "MD2 MD4 MD5 RIPEMD160 AES_MMO_ZIGBEE SHA_1 SHA_224 SHA_256 SHA_384 SHA_512 SHA_512_224 SHA_512_256 \
SHA3_224 SHA3_256 SHA3_384 SHA3_512 SM3"
_WITH_BLOCKS = f"{_IN_HMAC} BLAKE2S_HASH256 BLAKE2B_HASH512"
_PREHASHES = "SHA_256 SHA_384 SHA_512 SHA_512_256 SHA3_256 SHA3_384 SHA3_512 SM3 SHAKE128_256 SHAKE256_512"

_HASHES: dict[str, str] = {
    "HMAC": _WITH_BLOCKS,
    "BLAKE2_MAC": "BLAKE2S_HASH256 BLAKE2SP_HASH256 BLAKE2B_HASH512 BLAKE2BP_HASH512",
    "HKDF": _WITH_BLOCKS,
    "HKDF_EXTRACT": _WITH_BLOCKS,
    "HKDF_EXPAND": _WITH_BLOCKS,
    "SP800_108_COUNTER_HMAC": _WITH_BLOCKS,
    "PBKDF2_HMAC": _WITH_BLOCKS,
    "TLS12_PRF": "SHA_256 SHA_384",
    "TLS12_PSK_TO_MS": "SHA_256 SHA_384",
    "WPA3_SAE_H2E": "SHA_256 SHA_384 SHA_512",
    "RSA_PKCS1V15_SIGN": _IN_HMAC.replace("AES_MMO_ZIGBEE ", ""),
    "DETERMINISTIC_ECDSA": _WITH_BLOCKS,
    "HASH_SLH_DSA": _PREHASHES,
    "DETERMINISTIC_HASH_SLH_DSA": _PREHASHES,
    "HASH_ML_DSA": _PREHASHES,
    "DETERMINISTIC_HASH_ML_DSA": _PREHASHES,
}
"""The hashes of algorithms that not every hash goes with (sections 10.4 to 10.12)."""

_WPA3 = ("WPA3_SAE_ECC(PSA_ECC_FAMILY_SECP_R1)", "WPA3_SAE_DH(PSA_DH_FAMILY_RFC3526)")
_R1, _EDWARDS = ("SPAKE2P_{}(PSA_ECC_FAMILY_" + family + ")" for family in ("SECP_R1", "TWISTED_EDWARDS"))
_SUITES: dict[str, tuple[tuple[str, str, tuple[int, ...]], ...]] = {
    "SPAKE2P_HMAC": (
        ("SHA_256", _R1, (256, 384)),
        ("SHA_512", _R1, (256, 384, 521)),
        ("SHA_256", _EDWARDS, (255,)),
        ("SHA_512", _EDWARDS, (448,)),
    ),
    "SPAKE2P_CMAC": (("SHA_256", _R1, (256,)), ("SHA_512", _R1, (256,))),
    "SPAKE2P_MATTER": (("", _R1, (256,)),),
    "WPA3_SAE_FIXED": (
        ("SHA_256", "PASSWORD", (128,)),
        *((digest, _WPA3[0], (bits,)) for digest, bits in (("SHA_256", 256), ("SHA_384", 384), ("SHA_512", 521))),
        ("SHA_256", _WPA3[1], (2048,)),
        ("SHA_384", _WPA3[1], (3072,)),
        ("SHA_512", _WPA3[1], (4096, 6144, 8192)),
    ),
}
_SUITES["WPA3_SAE_GDH"] = _SUITES["WPA3_SAE_FIXED"][1:]
"""Hash, type and sizes of the key in the cipher suites of PAKEs whose group is that of the key (section 10.13)."""

_SIZES_OF: dict[str, tuple[int, ...]] = {
    "PSA_ALG_ED25519PH": (255,),
    "PSA_ALG_ED448PH": (448,),
    "PSA_ALG_TLS12_ECJPAKE_TO_PMS": (520,),  # a point of P-256
}
"""The sizes of algorithms that do not take all sizes of their key types."""

_RAW: dict[str, str] = {
    "PSA_ALG_RSA_PKCS1V15_SIGN_RAW": f"PSA_ALG_RSA_PKCS1V15_SIGN({_ANY})",
    "PSA_ALG_ECDSA_ANY": f"PSA_ALG_ECDSA({_ANY})",
}
"""Signatures of anything that is a hash, with the algorithm whose keys they take."""


@dataclass(frozen=True)
class KeyKind:
    """A key type as a macro expression, and its sizes; all of it empty for algorithms without key."""

    key_type: str = ""
    sizes: tuple[int, ...] = (0,)


def _of_category(category: int) -> tuple[str, ...]:
    found = CONSTANTS[Kind.ALGORITHM]
    return tuple(name for name, value in found.items() if value >> 24 == category and value & 0xFF != 0xFF)


def _kinds(algorithm: str, key_type: str) -> Iterator[KeyKind]:
    sizes = _SIZES_OF.get(algorithm) or KEY_SIZES.get(key_type) or _USUAL_SIZES.get(key_type) or _USUAL
    if algorithm == "PSA_ALG_XTS":  # two keys in one
        sizes = tuple(2 * size for size in sizes)
    base = key_type.removeprefix("PSA_KEY_TYPE_").partition("_KEY_PAIR")[0].partition("_PUBLIC_KEY")[0]
    families = _FAMILIES.get(base) if key_type.endswith("(_)") else ("",)
    for family in families or ():
        yield KeyKind(key_type.replace("(_)", f"({family})"), sizes)


def _forms(algorithm: str, hashes: tuple[str, ...]) -> tuple[str, ...]:
    """An algorithm with every hash that it can have."""
    if _ANY not in algorithm:
        return (algorithm,)
    own = _HASHES.get(algorithm.removeprefix("PSA_ALG_").partition("(")[0])
    names = tuple(f"PSA_ALG_{name}" for name in own.split()) if own else hashes
    return tuple(algorithm.replace(_ANY, name) for name in names)


def _suites(name: str) -> Iterator[tuple[str, tuple[str, ...], KeyKind]]:
    parts = ("KEY_PAIR", "PUBLIC_KEY")
    for digest, key_type, sizes in _SUITES[name]:
        algorithm = f"PSA_ALG_{name}({_ANY})" if digest else f"PSA_ALG_{name}"
        for made in dict.fromkeys(key_type.format(part) for part in parts):
            forms = (algorithm.replace(_ANY, f"PSA_ALG_{digest}"),)
            yield algorithm, forms, KeyKind(f"PSA_KEY_TYPE_{made}", sizes)


def mechanisms() -> Iterator[tuple[str, tuple[str, ...], KeyKind]]:
    """Algorithm (with ``PSA_ALG_ANY_HASH`` where it takes a hash), its concrete forms, and a kind of key."""
    hashes = _of_category(0x02)
    for name in (*hashes, *_of_category(0x0D)):
        yield name, (name,), KeyKind()
    key_types = {**KEY_TYPES, **{raw: KEY_TYPES[hashed] for raw, hashed in _RAW.items()}}
    for algorithm, types in key_types.items():
        name = algorithm.removeprefix("PSA_ALG_").partition("(")[0]
        if name in _SUITES:
            yield from _suites(name)
            continue
        of_any = f"PSA_ALG_BLAKE2_MAC({_ANY})" if name == "BLAKE2_MAC" else algorithm
        for key_type in types:
            for kind in _kinds(algorithm, key_type):
                yield of_any, _forms(of_any, hashes), kind
