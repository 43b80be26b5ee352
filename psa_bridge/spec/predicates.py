"""Predicates over algorithms, key types and lifetimes, as bit patterns.

A predicate is a list of patterns, any of which may hold.  A pattern is ``mask:value``: the
bits under the mask have the value.  Patterns that follow it with a minus sign must not hold.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pattern:
    """``(x & mask) == value``, and none of the exceptions."""

    mask: int
    value: int
    exceptions: tuple[Pattern, ...] = ()

    def __call__(self, number: int) -> bool:
        """Whether the pattern holds."""
        return number & self.mask == self.value and not any(exception(number) for exception in self.exceptions)


@dataclass(frozen=True)
class Predicate:
    """A predicate of the API: any of its patterns."""

    name: str
    patterns: tuple[Pattern, ...]

    def __call__(self, number: int) -> bool:
        """Whether the predicate is true of a number."""
        return any(pattern(number) for pattern in self.patterns)


_TABLE = """
PSA_ALG_IS_HASH                        7f000000:02000000
PSA_ALG_IS_MAC                         7f000000:03000000
PSA_ALG_IS_CIPHER                      7f000000:04000000
PSA_ALG_IS_AEAD                        7f000000:05000000
PSA_ALG_IS_SIGN                        7f000000:06000000
PSA_ALG_IS_ASYMMETRIC_ENCRYPTION       7f000000:07000000
PSA_ALG_IS_KEY_DERIVATION              7f000000:08000000
PSA_ALG_IS_KEY_AGREEMENT               7f000000:09000000
PSA_ALG_IS_PAKE                        7f000000:0a000000
PSA_ALG_IS_KEY_WRAP                    7f000000:0b000000
PSA_ALG_IS_KEY_ENCAPSULATION           7f000000:0c000000
PSA_ALG_IS_XOF                         7f000000:0d000000
PSA_ALG_IS_WILDCARD                    ff:ff ffffffff:04c09300 7f008000:03008000 7f008000:05008000
PSA_ALG_IS_BLAKE2_HASH                 7ffffffc:0200001c
PSA_ALG_XOF_HAS_CONTEXT                8000:8000
PSA_ALG_IS_HMAC                        7fc0ff00:03800000
PSA_ALG_IS_BLAKE2_MAC                  7fc0ff00:03800300
PSA_ALG_IS_BLOCK_CIPHER_MAC            7fc00000:03c00000
PSA_ALG_IS_STREAM_CIPHER               7f800000:04800000
PSA_ALG_IS_AEAD_ON_BLOCK_CIPHER        7f400000:05400000
PSA_ALG_IS_KEY_DERIVATION_STRETCHING   7f800000:08800000
PSA_ALG_IS_HKDF                        ffffff00:08000100
PSA_ALG_IS_HKDF_EXTRACT                ffffff00:08000400
PSA_ALG_IS_HKDF_EXPAND                 ffffff00:08000500
PSA_ALG_IS_SP800_108_COUNTER_HMAC      ffffff00:08000700
PSA_ALG_IS_TLS12_PRF                   ffffff00:08000200
PSA_ALG_IS_TLS12_PSK_TO_MS             ffffff00:08000300
PSA_ALG_IS_PBKDF2_HMAC                 ffffff00:08800100
PSA_ALG_IS_WPA3_SAE_H2E                ffffff00:08800400
PSA_ALG_IS_RSA_PKCS1V15_SIGN           ffffff00:06000200
PSA_ALG_IS_RSA_PSS                     ffffef00:06000300
PSA_ALG_IS_RSA_PSS_STANDARD_SALT       ffffff00:06000300
PSA_ALG_IS_RSA_PSS_ANY_SALT            ffffff00:06001300
PSA_ALG_IS_ECDSA                       fffffe00:06000600
PSA_ALG_IS_RANDOMIZED_ECDSA            ffffff00:06000600
PSA_ALG_IS_DETERMINISTIC_ECDSA         ffffff00:06000700
PSA_ALG_IS_HASH_EDDSA                  ffffff00:06000900
PSA_ALG_IS_SLH_DSA                     fffffeff:06004000
PSA_ALG_IS_HASH_SLH_DSA                fffffe00:06004200
PSA_ALG_IS_HEDGED_HASH_SLH_DSA         ffffff00:06004200
PSA_ALG_IS_DETERMINISTIC_HASH_SLH_DSA  ffffff00:06004300
PSA_ALG_IS_ML_DSA                      fffffeff:06004400
PSA_ALG_IS_HASH_ML_DSA                 fffffe00:06004600
PSA_ALG_IS_HEDGED_HASH_ML_DSA          ffffff00:06004600
PSA_ALG_IS_DETERMINISTIC_HASH_ML_DSA   ffffff00:06004700
PSA_ALG_IS_SIGN_MESSAGE                7f000000:06000000-ffffffff:06000200-ffffffff:06000600
PSA_ALG_IS_SIGN_HASH                   7f000000:06000000-ff:0 ffffffff:06000200 ffffffff:06000600
PSA_ALG_IS_HASH_AND_SIGN               7f000000:06000000-ff:0
PSA_ALG_SIGN_SUPPORTS_CONTEXT          ffffffff:06000a00 ffffff00:06000900 fffffaff:06004000 fffffa00:06004200
PSA_ALG_IS_RSA_OAEP                    ffffff00:07000300
PSA_ALG_IS_STANDALONE_KEY_AGREEMENT    7f80ffff:09000000
PSA_ALG_IS_RAW_KEY_AGREEMENT           7f80ffff:09000000
PSA_ALG_IS_FFDH                        7fff0000:09010000
PSA_ALG_IS_ECDH                        7fff0000:09020000
PSA_ALG_IS_JPAKE                       ffffff00:0a000100
PSA_ALG_IS_SPAKE2P                     fffffc00:0a000400
PSA_ALG_IS_SPAKE2P_HMAC                ffffff00:0a000400
PSA_ALG_IS_SPAKE2P_CMAC                ffffff00:0a000500
PSA_ALG_IS_WPA3_SAE                    fffffe00:0a000800
PSA_ALG_IS_WPA3_SAE_FIXED              ffffff00:0a000800
PSA_ALG_IS_WPA3_SAE_GDH                ffffff00:0a000900
PSA_KEY_TYPE_IS_UNSTRUCTURED           7000:1000 7000:2000
PSA_KEY_TYPE_IS_ASYMMETRIC             4000:4000
PSA_KEY_TYPE_IS_PUBLIC_KEY             7000:4000
PSA_KEY_TYPE_IS_KEY_PAIR               7000:7000
PSA_KEY_TYPE_IS_RSA                    cfff:4001
PSA_KEY_TYPE_IS_ML_DSA                 cfff:4002
PSA_KEY_TYPE_IS_ML_KEM                 cfff:4004
PSA_KEY_TYPE_IS_ECC                    cf80:4100
PSA_KEY_TYPE_IS_ECC_KEY_PAIR           ff80:7100
PSA_KEY_TYPE_IS_ECC_PUBLIC_KEY         ff80:4100
PSA_KEY_TYPE_IS_SLH_DSA                cf80:4180
PSA_KEY_TYPE_IS_SLH_DSA_KEY_PAIR       ff80:7180
PSA_KEY_TYPE_IS_SLH_DSA_PUBLIC_KEY     ff80:4180
PSA_KEY_TYPE_IS_DH                     cf80:4200
PSA_KEY_TYPE_IS_DH_KEY_PAIR            ff80:7200
PSA_KEY_TYPE_IS_DH_PUBLIC_KEY          ff80:4200
PSA_KEY_TYPE_IS_SPAKE2P                cf80:4400
PSA_KEY_TYPE_IS_SPAKE2P_KEY_PAIR       ff80:7400
PSA_KEY_TYPE_IS_SPAKE2P_PUBLIC_KEY     ff80:4400
PSA_KEY_TYPE_IS_WPA3_SAE_ECC           ff80:3280
PSA_KEY_TYPE_IS_WPA3_SAE_DH            ff80:3300
PSA_KEY_LIFETIME_IS_VOLATILE           ff:0
"""


def _simple(text: str) -> Pattern:
    mask, value = text.split(":")
    return Pattern(int(mask, 16), int(value, 16))


def _pattern(text: str) -> Pattern:
    first, *others = text.split("-")
    pattern = _simple(first)
    return Pattern(pattern.mask, pattern.value, tuple(_simple(other) for other in others))


def _predicate(line: str) -> Predicate:
    name, *patterns = line.split()
    return Predicate(name, tuple(_pattern(text) for text in patterns))


PREDICATES: dict[str, Predicate] = {
    predicate.name: predicate for predicate in (_predicate(line) for line in _TABLE.strip().splitlines())
}
