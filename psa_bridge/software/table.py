"""What the second software driver offers: its capabilities, as numbers and as in a driver description."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psa_bridge.constants import Alg, EccFamily, KeyType


@dataclass(frozen=True)
class Offer:
    """A capability. Empty ``algorithms``, ``key_types`` and ``key_sizes`` are not restricted.

    ``module`` of ``cryptography`` has the ``classes`` of keys for the ``key_sizes``, one for each, and the name that
    the offer ``needs``; not every version of the package has them.
    """

    entry_points: tuple[str, ...]
    algorithms: tuple[int, ...] = ()
    key_types: tuple[int, ...] = ()
    key_sizes: tuple[int, ...] = ()
    initial_entropy_size: int | None = None
    fallback: bool = True
    derived_types: tuple[int, ...] = ()
    module: str = ""
    classes: tuple[str, ...] = ()
    needs: str = ""

    def described(self) -> dict[str, Any]:
        """In the grammar of a driver description."""
        document: dict[str, Any] = {"entry_points": list(self.entry_points)}
        if self.algorithms:
            document["algorithms"] = [str(alg) for alg in self.algorithms]
        if self.key_types:
            document["key_types"] = [str(key_type) for key_type in self.key_types]
        if self.derived_types:
            document["derived_types"] = [str(key_type) for key_type in self.derived_types]
        if self.key_sizes:
            document["key_sizes"] = list(self.key_sizes)
        if self.initial_entropy_size is not None:
            document["initial_entropy_size"] = self.initial_entropy_size
        return {**document, "fallback": True} if self.fallback else document


_KEYS = ("import_key", "generate_key", "export_public_key")
_ML_DSA = (KeyType.ML_DSA_KEY_PAIR, KeyType.ML_DSA_PUBLIC_KEY)
_ML_KEM = (KeyType.ML_KEM_KEY_PAIR, KeyType.ML_KEM_PUBLIC_KEY)
_RSA = (KeyType.RSA_KEY_PAIR, KeyType.RSA_PUBLIC_KEY)


def _ecc(*families: int) -> tuple[int, ...]:
    pairs = tuple(KeyType.ECC_KEY_PAIR(family) for family in families)
    return pairs + tuple(KeyType.ECC_PUBLIC_KEY(family) for family in families)


_R1 = (_ecc(EccFamily.SECP_R1), (192, 224, 256, 384, 521))
_OTHERS = (_ecc(EccFamily.SECP_K1, EccFamily.BRAINPOOL_P_R1), (256, 384, 512))
_WEIERSTRASS = (_R1, _OTHERS)
"""Curves by what their families have the same sizes of."""

_MONTGOMERY = _ecc(EccFamily.MONTGOMERY)
_EDWARDS = _ecc(EccFamily.TWISTED_EDWARDS)


def _ml_dsa(entry_points: tuple[str, ...], *algorithms: int) -> Offer:
    classes = ("MLDSA44PrivateKey", "MLDSA65PrivateKey", "MLDSA87PrivateKey")
    return Offer(entry_points, algorithms, _ML_DSA, (128, 192, 256), module="asymmetric/mldsa", classes=classes)


def _ml_kem(entry_points: tuple[str, ...], *algorithms: int) -> Offer:
    classes = ("MLKEM512PrivateKey", "MLKEM768PrivateKey", "MLKEM1024PrivateKey")
    return Offer(entry_points, algorithms, _ML_KEM, (512, 768, 1024), module="asymmetric/mlkem", classes=classes)


SUPPLEMENT: tuple[Offer, ...] = (
    _ml_dsa(_KEYS),
    _ml_kem(_KEYS),
    _ml_dsa(("sign_message", "sign_message_with_context"), Alg.ML_DSA),
    _ml_dsa(("verify_message", "verify_message_with_context"), Alg.ML_DSA, Alg.DETERMINISTIC_ML_DSA),
    _ml_kem(("encapsulate", "decapsulate"), Alg.ML_KEM),
)
"""What no libcrypto 3.0 to 3.4 has."""

HASHES: tuple[Alg, ...] = (
    Alg.MD5,
    Alg.SHA_1,
    Alg.SHA_224,
    Alg.SHA_256,
    Alg.SHA_384,
    Alg.SHA_512,
    Alg.SHA_512_224,
    Alg.SHA_512_256,
    Alg.SHA3_224,
    Alg.SHA3_256,
    Alg.SHA3_384,
    Alg.SHA3_512,
    Alg.SM3,
    Alg.BLAKE2S_HASH256,
    Alg.BLAKE2B_HASH512,
    Alg.SHAKE128_256,
    Alg.SHAKE256_192,
    Alg.SHAKE256_256,
    Alg.SHAKE256_512,
)
_IN_HMAC = HASHES[:15]
_IN_SIGNATURES = HASHES[:12]
_IN_OAEP = HASHES[1:6]
"""The hashes that all versions take in HMAC, in RSA signatures and deterministic ECDSA, and in OAEP."""

_MULTIPART = ("hash_setup", "hash_update", "hash_finish", "hash_abort", "hash_clone")
_BLOCK = (KeyType.AES, KeyType.CAMELLIA, KeyType.SM4, KeyType.DES)
_CIPHER = ("cipher_encrypt", "cipher_decrypt")
_XOF = ("xof_setup", "xof_update", "xof_output", "xof_abort")
_AEAD = ("aead_encrypt", "aead_decrypt")
_SIGN = ("sign_hash", "verify_hash")
_DERIVATION = ("key_derivation_setup", "key_derivation_output_bytes", "key_derivation_abort")


def _with(hashes: Iterable[Alg], *constructors: Callable[[Alg], Alg]) -> tuple[Alg, ...]:
    """These algorithms, each with every one of the hashes."""
    return tuple(make(alg) for make in constructors for alg in hashes)


def _mac(alg: Alg) -> Alg:
    """A MAC of any length."""
    return Alg.AT_LEAST_THIS_LENGTH_MAC(alg, 1)


def _pairs(key_types: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(key_type for key_type in key_types if KeyType(key_type).is_key_pair)


def _on_curves(entry_points: tuple[str, ...], *algorithms: Alg, needs: str = "") -> tuple[Offer, ...]:
    module = "asymmetric/ec" if needs else ""
    return tuple(
        Offer(entry_points, algorithms, types, sizes, module=module, needs=needs) for types, sizes in _WEIERSTRASS
    )


WHOLE: tuple[Offer, ...] = (
    Offer(("hash_compute", *_MULTIPART), HASHES),
    Offer(_XOF, (Alg.SHAKE128, Alg.SHAKE256), module="hashes", needs="XOFHash"),
    Offer(("mac_compute",), tuple(_mac(Alg.HMAC(alg)) for alg in _IN_HMAC), (KeyType.HMAC,)),
    Offer(("mac_compute",), (_mac(Alg.CMAC), _mac(Alg.CBC_MAC)), _BLOCK),
    Offer(
        ("mac_compute",),
        tuple(_mac(Alg.BLAKE2_MAC(alg)) for alg in (Alg.BLAKE2S_HASH256, Alg.BLAKE2B_HASH512)),
        (KeyType.BLAKE2,),
    ),
    Offer(
        _CIPHER,
        (Alg.ECB_NO_PADDING, Alg.CBC_NO_PADDING, Alg.CBC_PKCS7, Alg.CTR, Alg.CFB, Alg.OFB),
        _BLOCK,
    ),
    Offer(_CIPHER, (Alg.CCM_STAR_NO_TAG,), (KeyType.AES, KeyType.CAMELLIA, KeyType.SM4)),
    Offer(_CIPHER, (Alg.XTS,), (KeyType.AES,), (256, 512)),
    Offer(_CIPHER, (Alg.STREAM_CIPHER,), (KeyType.CHACHA20,)),
    Offer(
        _AEAD,
        (Alg.AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(Alg.GCM, 4), Alg.AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(Alg.CCM, 4)),
        (KeyType.AES,),
    ),
    Offer(_AEAD, (Alg.CHACHA20_POLY1305,), (KeyType.CHACHA20,)),
    Offer(("wrap_key", "unwrap_key"), (Alg.KW, Alg.KWP), (KeyType.AES,)),
    Offer(_KEYS, (), _RSA + _MONTGOMERY + _EDWARDS),
    *_on_curves(_KEYS),
    Offer(
        _SIGN,
        _with(_IN_SIGNATURES, Alg.RSA_PKCS1V15_SIGN, Alg.RSA_PSS, Alg.RSA_PSS_ANY_SALT),
        _RSA,
    ),
    Offer(
        ("asymmetric_encrypt", "asymmetric_decrypt"),
        (Alg.RSA_PKCS1V15_CRYPT, *_with(_IN_OAEP, Alg.RSA_OAEP)),
        _RSA,
    ),
    *_on_curves(_SIGN, *_with(HASHES, Alg.ECDSA)),
    *_on_curves(_SIGN, *_with(_IN_SIGNATURES, Alg.DETERMINISTIC_ECDSA), needs="deterministic_signing"),
    Offer(("sign_message", "verify_message"), (Alg.PURE_EDDSA,), _EDWARDS),
    *(Offer(("key_agreement",), (Alg.ECDH,), _pairs(types), sizes) for types, sizes in _WEIERSTRASS),
    Offer(("key_agreement",), (Alg.ECDH,), _pairs(_MONTGOMERY)),
    *_on_curves(("encapsulate", "decapsulate"), Alg.ECIES_SEC1),
    Offer(("encapsulate", "decapsulate"), (Alg.ECIES_SEC1,), _MONTGOMERY),
    Offer(
        _DERIVATION,
        (
            *_with(_IN_HMAC, Alg.HKDF, Alg.HKDF_EXTRACT, Alg.HKDF_EXPAND, Alg.SP800_108_COUNTER_HMAC, Alg.PBKDF2_HMAC),
            *_with((Alg.SHA_256, Alg.SHA_384), Alg.TLS12_PRF, Alg.TLS12_PSK_TO_MS),
            Alg.TLS12_ECJPAKE_TO_PMS,
            Alg.PBKDF2_AES_CMAC_PRF_128,
        ),
    ),
    Offer(_DERIVATION, (Alg.SP800_108_COUNTER_CMAC,), (KeyType.AES,)),
    Offer(
        ("derive_key",),
        derived_types=tuple(
            KeyType.ECC_KEY_PAIR(family)
            for family in (EccFamily.SECP_R1, EccFamily.SECP_K1, EccFamily.BRAINPOOL_P_R1, EccFamily.MONTGOMERY)
        ),
    ),
    Offer(("get_entropy",), fallback=False),
    Offer(("init_random", "get_random"), initial_entropy_size=0, fallback=False),
    *SUPPLEMENT,
)
"""What it offers where nothing is linked in."""


def _text(module: str) -> str:
    """The source of a module of ``cryptography``, which is not imported: that takes longer than all of psa_bridge."""
    package = importlib.util.find_spec("cryptography")
    places = package.submodule_search_locations if package else None
    path = Path(next(iter(places or [""])), "hazmat", "primitives", f"{module}.py")
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def available(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """The offers that the installed version of ``cryptography`` can keep."""
    found = []
    for offer in offers:
        text = _text(offer.module) if offer.module else ""
        sizes = offer.key_sizes
        if offer.classes:
            sizes = tuple(size for size, name in zip(sizes, offer.classes, strict=True) if f"class {name}" in text)
        if offer.needs in text and (sizes or not offer.classes):
            found.append(replace(offer, key_sizes=sizes, module="", classes=(), needs=""))
    return tuple(found)
