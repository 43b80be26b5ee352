"""The mechanisms that are measured: the usual ones of every family. A new one is one row."""

from __future__ import annotations

from dataclasses import dataclass

from psa_bridge.constants import Alg, KeyType


@dataclass(frozen=True)
class Mechanism:
    """A call of the API with an algorithm and a kind of key.

    Attributes:
        name: how people call it, such as ``AES-128-GCM encrypt``.
        call: the method of a core, such as ``aead_encrypt``.
        algorithm: macro expression; empty if the call has none.
        key_type: macro expression; empty if there is no key.
        bits: size of the key.
        sized: whether it takes messages of any size; otherwise it is measured once.
    """

    name: str
    call: str
    algorithm: str = ""
    key_type: str = ""
    bits: int = 0
    sized: bool = True

    @property
    def alg(self) -> Alg:
        """The algorithm as a number."""
        return Alg.parse(self.algorithm) if self.algorithm else Alg(0)

    @property
    def type(self) -> KeyType:
        """The type of the key as a number."""
        return KeyType.parse(self.key_type) if self.key_type else KeyType(0)


_AES, _CHACHA = "PSA_KEY_TYPE_AES", "PSA_KEY_TYPE_CHACHA20"
_P256 = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)"
_ED25519 = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS)"
_X25519 = "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY)"
_RSA = "PSA_KEY_TYPE_RSA_KEY_PAIR"
_ECDSA = "PSA_ALG_ECDSA(PSA_ALG_{})"
_HMAC = "PSA_ALG_HMAC(PSA_ALG_{})"
_PKCS1 = "PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_SHA_256)"


def _hashes() -> tuple[Mechanism, ...]:
    names = ("SHA_256", "SHA_384", "SHA_512", "SHA3_256", "SHA_1", "MD5")
    return tuple(Mechanism(name.replace("_", "-"), "hash_compute", f"PSA_ALG_{name}") for name in names)


def _macs() -> tuple[Mechanism, ...]:
    hmac = "PSA_KEY_TYPE_HMAC"
    return (
        Mechanism("HMAC-SHA-256", "mac_compute", _HMAC.format("SHA_256"), hmac, 256),
        Mechanism("HMAC-SHA-256 verify", "mac_verify", _HMAC.format("SHA_256"), hmac, 256),
        Mechanism("HMAC-SHA-512", "mac_compute", _HMAC.format("SHA_512"), hmac, 512),
        Mechanism("AES-128-CMAC", "mac_compute", "PSA_ALG_CMAC", _AES, 128),
    )


def _ciphers() -> tuple[Mechanism, ...]:
    modes = (("CTR", "CTR"), ("CBC", "CBC_NO_PADDING"), ("ECB", "ECB_NO_PADDING"))
    found = [
        Mechanism(f"AES-{bits}-{name} {way}", f"cipher_{way}", f"PSA_ALG_{macro}", _AES, bits)
        for name, macro in modes
        for bits in (128, 256)
        for way in ("encrypt", "decrypt")
    ]
    return tuple(found)


def _aeads() -> tuple[Mechanism, ...]:
    kinds = [(f"AES-{bits}-{name}", f"PSA_ALG_{name}", _AES, bits) for name in ("GCM", "CCM") for bits in (128, 256)]
    kinds.append(("ChaCha20-Poly1305", "PSA_ALG_CHACHA20_POLY1305", _CHACHA, 256))
    return tuple(
        Mechanism(f"{name} {way}", f"aead_{way}", alg, key_type, bits)
        for name, alg, key_type, bits in kinds
        for way in ("encrypt", "decrypt")
    )


def _asymmetric() -> tuple[Mechanism, ...]:
    signing = [
        ("ECDSA P-256", _ECDSA.format("SHA_256"), _P256, 256, "hash"),
        ("ECDSA P-384", _ECDSA.format("SHA_384"), _P256, 384, "hash"),
        ("Ed25519", "PSA_ALG_PURE_EDDSA", _ED25519, 255, "message"),
        ("RSA-2048", _PKCS1, _RSA, 2048, "hash"),
    ]
    found = [
        Mechanism(f"{name} {way}", f"{way}_{form}", alg, key_type, bits, sized=False)
        for name, alg, key_type, bits, form in signing
        for way in ("sign", "verify")
    ]
    return (
        *found,
        Mechanism("ECDH P-256", "raw_key_agreement", "PSA_ALG_ECDH", _P256, 256, sized=False),
        Mechanism("X25519", "raw_key_agreement", "PSA_ALG_ECDH", _X25519, 255, sized=False),
        Mechanism("generate P-256 key", "generate_key", _ECDSA.format("SHA_256"), _P256, 256, sized=False),
        Mechanism("generate AES-128 key", "generate_key", "PSA_ALG_GCM", _AES, 128, sized=False),
    )


MECHANISMS: tuple[Mechanism, ...] = (
    *_hashes(),
    *_macs(),
    *_ciphers(),
    *_aeads(),
    *_asymmetric(),
    Mechanism("random", "generate_random"),
)
"""All of them, in the order in which they are measured."""
