"""Which key types an algorithm works with, and which sizes a key type has.

Written with the macros of the Crypto API (chapters 9 and 10); ``_`` stands for every family.
Hashes, lengths and minimum lengths do not matter here, see :func:`base_of`.
"""

from __future__ import annotations

_BLOCK = "AES ARIA DES CAMELLIA SM4"
_BLOCK_128 = "AES ARIA CAMELLIA SM4"
_SECRET = "DERIVE"
_PASSWORD = "DERIVE PASSWORD"
_RSA = "RSA_KEY_PAIR RSA_PUBLIC_KEY"
_ECDSA = " ".join(
    f"ECC_{part}(PSA_ECC_FAMILY_{family})"
    for family in ("SECP_K1", "SECP_R1", "SECP_R2", "SECT_K1", "SECT_R1", "SECT_R2", "BRAINPOOL_P_R1", "FRP")
    for part in ("KEY_PAIR", "PUBLIC_KEY")
)
_EDDSA = "ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS) ECC_PUBLIC_KEY(PSA_ECC_FAMILY_TWISTED_EDWARDS)"
_MONTGOMERY = "ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY) ECC_PUBLIC_KEY(PSA_ECC_FAMILY_MONTGOMERY)"
_SLH_DSA = "SLH_DSA_KEY_PAIR(_) SLH_DSA_PUBLIC_KEY(_)"
_ML_DSA = "ML_DSA_KEY_PAIR ML_DSA_PUBLIC_KEY"
_ANY = "(PSA_ALG_ANY_HASH)"

_KEY_TYPES: dict[str, str] = {
    f"HMAC{_ANY}": "HMAC",
    "CBC_MAC": _BLOCK,
    "CMAC": _BLOCK,
    "BLAKE2_MAC(PSA_ALG_BLAKE2S_HASH256)": "BLAKE2",
    "STREAM_CIPHER": "ARC4 CHACHA20 XCHACHA20",
    "CTR": _BLOCK,
    "CFB": _BLOCK,
    "OFB": _BLOCK,
    "CCM_STAR_NO_TAG": _BLOCK_128,
    "XTS": _BLOCK_128,
    "CBC_NO_PADDING": _BLOCK,
    "CBC_PKCS7": _BLOCK,
    "ECB_NO_PADDING": _BLOCK,
    "CCM": _BLOCK_128,
    "GCM": _BLOCK_128,
    "CHACHA20_POLY1305": "CHACHA20",
    "XCHACHA20_POLY1305": "XCHACHA20",
    "ASCON_AEAD128": "ASCON",
    "KW": _BLOCK_128,
    "KWP": _BLOCK_128,
    f"HKDF{_ANY}": _SECRET,
    f"HKDF_EXTRACT{_ANY}": _SECRET,
    f"HKDF_EXPAND{_ANY}": _SECRET,
    f"SP800_108_COUNTER_HMAC{_ANY}": "HMAC DERIVE",
    "SP800_108_COUNTER_CMAC": _BLOCK_128,
    f"TLS12_PRF{_ANY}": _SECRET,
    f"TLS12_PSK_TO_MS{_ANY}": _SECRET,
    "TLS12_ECJPAKE_TO_PMS": _SECRET,
    f"WPA3_SAE_H2E{_ANY}": "PASSWORD",
    f"PBKDF2_HMAC{_ANY}": _PASSWORD,
    "PBKDF2_AES_CMAC_PRF_128": _PASSWORD,
    f"RSA_PKCS1V15_SIGN{_ANY}": _RSA,
    f"RSA_PSS{_ANY}": _RSA,
    f"RSA_PSS_ANY_SALT{_ANY}": _RSA,
    f"ECDSA{_ANY}": _ECDSA,
    f"DETERMINISTIC_ECDSA{_ANY}": _ECDSA,
    "PURE_EDDSA": _EDDSA,
    "EDDSA_CTX": _EDDSA,
    "ED25519PH": _EDDSA,
    "ED448PH": _EDDSA,
    "SLH_DSA": _SLH_DSA,
    "DETERMINISTIC_SLH_DSA": _SLH_DSA,
    f"HASH_SLH_DSA{_ANY}": _SLH_DSA,
    f"DETERMINISTIC_HASH_SLH_DSA{_ANY}": _SLH_DSA,
    "ML_DSA": _ML_DSA,
    "DETERMINISTIC_ML_DSA": _ML_DSA,
    f"HASH_ML_DSA{_ANY}": _ML_DSA,
    f"DETERMINISTIC_HASH_ML_DSA{_ANY}": _ML_DSA,
    "LMS": "LMS_PUBLIC_KEY",
    "HSS": "HSS_PUBLIC_KEY",
    "XMSS": "XMSS_PUBLIC_KEY",
    "XMSS_MT": "XMSS_MT_PUBLIC_KEY",
    "RSA_PKCS1V15_CRYPT": _RSA,
    f"RSA_OAEP{_ANY}": _RSA,
    "FFDH": "DH_KEY_PAIR(_)",
    "ECDH": " ".join(key_type for key_type in f"{_ECDSA} {_MONTGOMERY}".split() if "_KEY_PAIR" in key_type),
    "ECIES_SEC1": f"{_ECDSA} {_MONTGOMERY}",
    "ML_KEM": "ML_KEM_KEY_PAIR ML_KEM_PUBLIC_KEY",
    f"JPAKE{_ANY}": "PASSWORD PASSWORD_HASH",
    f"SPAKE2P_HMAC{_ANY}": "SPAKE2P_KEY_PAIR(_) SPAKE2P_PUBLIC_KEY(_)",
    f"SPAKE2P_CMAC{_ANY}": "SPAKE2P_KEY_PAIR(_) SPAKE2P_PUBLIC_KEY(_)",
    "SPAKE2P_MATTER": "SPAKE2P_KEY_PAIR(_) SPAKE2P_PUBLIC_KEY(_)",
    f"WPA3_SAE_FIXED{_ANY}": "PASSWORD WPA3_SAE_ECC(_) WPA3_SAE_DH(_)",
    f"WPA3_SAE_GDH{_ANY}": "WPA3_SAE_ECC(_) WPA3_SAE_DH(_)",
}

KEY_TYPES: dict[str, tuple[str, ...]] = {
    f"PSA_ALG_{algorithm}": tuple(f"PSA_KEY_TYPE_{key_type}" for key_type in key_types.split())
    for algorithm, key_types in _KEY_TYPES.items()
}
"""Key types of every algorithm that takes a key: macro expressions of both."""

_SIZES: dict[str, tuple[int, ...]] = {
    "AES": (128, 192, 256),
    "ARIA": (128, 192, 256),
    "DES": (64, 128, 192),
    "CAMELLIA": (128, 192, 256),
    "SM4": (128,),
    "CHACHA20": (256,),
    "XCHACHA20": (256,),
    "ASCON": (128, 256),
    "DH_KEY_PAIR(_)": (2048, 3072, 4096, 6144, 8192),
    "DH_PUBLIC_KEY(_)": (2048, 3072, 4096, 6144, 8192),
    "ML_DSA_KEY_PAIR": (128, 192, 256),
    "ML_DSA_PUBLIC_KEY": (128, 192, 256),
    "SLH_DSA_KEY_PAIR(_)": (128, 192, 256),
    "SLH_DSA_PUBLIC_KEY(_)": (128, 192, 256),
    "ML_KEM_KEY_PAIR": (512, 768, 1024),
    "ML_KEM_PUBLIC_KEY": (512, 768, 1024),
    "LMS_PUBLIC_KEY": (192, 256),
    "HSS_PUBLIC_KEY": (192, 256),
    "XMSS_PUBLIC_KEY": (192, 256),
    "XMSS_MT_PUBLIC_KEY": (192, 256),
    **{
        f"ECC_{part}(PSA_ECC_FAMILY_{family})": sizes
        for part in ("KEY_PAIR", "PUBLIC_KEY")
        for family, sizes in {
            "SECP_K1": (192, 225, 256),
            "SECP_R1": (192, 224, 256, 384, 521),
            "SECP_R2": (160,),
            "SECT_K1": (163, 233, 239, 283, 409, 571),
            "SECT_R1": (163, 233, 283, 409, 571),
            "SECT_R2": (163,),
            "BRAINPOOL_P_R1": (160, 192, 224, 256, 320, 384, 512),
            "FRP": (256,),
            "MONTGOMERY": (255, 448),
            "TWISTED_EDWARDS": (255, 448),
        }.items()
    },
}

KEY_SIZES: dict[str, tuple[int, ...]] = {f"PSA_KEY_TYPE_{key_type}": sizes for key_type, sizes in _SIZES.items()}
"""Sizes in bits of the key types that have only certain ones.

Key types that are not here take many sizes or leave them to implementations.  Double-length
XTS keys are in :data:`XTS_SIZES`.
"""

XTS_SIZES: tuple[int, ...] = (256, 384, 512)
"""Further sizes of block cipher keys where they are used with XTS: two keys in one."""

MADE_BY_CORE: frozenset[str] = frozenset({"import_key", "generate_key", "derive_key"})
"""Entry points that the core does without where a key is local and nothing but bytes (of DES, with parity)."""

PRIVATE_ENTRY_POINTS: frozenset[str] = frozenset(
    {
        "sign_hash",
        "sign_message",
        "sign_hash_with_context",
        "sign_message_with_context",
        "sign_setup",
        "sign_hash_start",
        "asymmetric_decrypt",
        "decapsulate",
        "key_agreement",
        "key_agreement_to_key",
        "generate_key",
        "derive_key",
    }
)
"""Entry points that are never called with a public key."""

_CATEGORY = 0x7F000000
_MAC, _AEAD, _AGREEMENT = 0x03000000, 0x05000000, 0x09000000
_HASHLESS = (0x04000000, 0x0B000000, 0x0C000000, _AEAD)
_BLOCK_MAC = 0x00C00000


def base_of(algorithm: int) -> int:
    """An algorithm without what does not change its key types: hash, lengths, the wildcard bit, the KDF."""
    category = algorithm & _CATEGORY
    if category == _AGREEMENT:
        return algorithm & 0x7F3F0000
    base = algorithm & ~0x003F8000 if category in (_MAC, _AEAD) else algorithm
    if category == _MAC:
        return base if base & _BLOCK_MAC == _BLOCK_MAC else base & ~0xFF
    if category in _HASHLESS:
        return base & ~0x8000 if category == 0x04000000 and base & 0xFF00 == 0x9300 else base
    return base & ~0x80FF
