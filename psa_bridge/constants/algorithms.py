"""Algorithms, sections 10.1 to 10.13 of the PSA Crypto API."""

from __future__ import annotations

from typing import ClassVar, Protocol

from psa_bridge.constants.number import Access, Number, Test
from psa_bridge.spec.values import Kind


class OfHash(Protocol):
    """A constructor that takes a hash, or :attr:`Alg.ANY_HASH` where policies allow that."""

    def __call__(self, hash_alg: int, /) -> Alg:
        """The algorithm; ``ValueError`` if the argument is no hash."""


class WithLength(Protocol):
    """A constructor that takes a MAC or AEAD algorithm, and the length of its tag in bytes."""

    def __call__(self, alg: int, length: int, /) -> Alg:
        """The algorithm; ``ValueError`` if an argument is not of its kind or out of range."""


class Combination(Protocol):
    """The constructor that combines a key agreement and a key derivation."""

    def __call__(self, key_agreement: int, key_derivation: int, /) -> Alg:
        """The algorithm; ``ValueError`` if an argument is not of its kind."""


class Alg(Number):
    """An algorithm, ``psa_algorithm_t``.

    >>> Alg.HMAC(Alg.SHA_256)
    PSA_ALG_HMAC(PSA_ALG_SHA_256)
    >>> Alg(0x03800009).is_hmac, Alg(0x03800009).hash
    (True, PSA_ALG_SHA_256)
    """

    KIND = Kind.ALGORITHM
    __slots__ = ()

    NONE: ClassVar[Alg]
    MD2: ClassVar[Alg]
    MD4: ClassVar[Alg]
    MD5: ClassVar[Alg]
    RIPEMD160: ClassVar[Alg]
    SHA_1: ClassVar[Alg]
    AES_MMO_ZIGBEE: ClassVar[Alg]
    SHA_224: ClassVar[Alg]
    SHA_256: ClassVar[Alg]
    SHA_384: ClassVar[Alg]
    SHA_512: ClassVar[Alg]
    SHA_512_224: ClassVar[Alg]
    SHA_512_256: ClassVar[Alg]
    SHA_256_192: ClassVar[Alg]
    SHA3_224: ClassVar[Alg]
    SHA3_256: ClassVar[Alg]
    SHA3_384: ClassVar[Alg]
    SHA3_512: ClassVar[Alg]
    SM3: ClassVar[Alg]
    SHAKE256_512: ClassVar[Alg]
    SHAKE128_256: ClassVar[Alg]
    SHAKE256_192: ClassVar[Alg]
    SHAKE256_256: ClassVar[Alg]
    ASCON_HASH256: ClassVar[Alg]
    BLAKE2S_HASH256: ClassVar[Alg]
    BLAKE2SP_HASH256: ClassVar[Alg]
    BLAKE2B_HASH512: ClassVar[Alg]
    BLAKE2BP_HASH512: ClassVar[Alg]
    ANY_HASH: ClassVar[Alg]
    CBC_MAC: ClassVar[Alg]
    CMAC: ClassVar[Alg]
    CBC_NO_PADDING: ClassVar[Alg]
    CBC_PKCS7: ClassVar[Alg]
    ECB_NO_PADDING: ClassVar[Alg]
    XTS: ClassVar[Alg]
    STREAM_CIPHER: ClassVar[Alg]
    CTR: ClassVar[Alg]
    CFB: ClassVar[Alg]
    OFB: ClassVar[Alg]
    CCM_STAR_NO_TAG: ClassVar[Alg]
    CCM_STAR_ANY_TAG: ClassVar[Alg]
    CHACHA20_POLY1305: ClassVar[Alg]
    XCHACHA20_POLY1305: ClassVar[Alg]
    ASCON_AEAD128: ClassVar[Alg]
    CCM: ClassVar[Alg]
    GCM: ClassVar[Alg]
    RSA_PKCS1V15_SIGN_RAW: ClassVar[Alg]
    ECDSA_ANY: ClassVar[Alg]
    PURE_EDDSA: ClassVar[Alg]
    ED25519PH: ClassVar[Alg]
    ED448PH: ClassVar[Alg]
    EDDSA_CTX: ClassVar[Alg]
    SLH_DSA: ClassVar[Alg]
    DETERMINISTIC_SLH_DSA: ClassVar[Alg]
    ML_DSA: ClassVar[Alg]
    DETERMINISTIC_ML_DSA: ClassVar[Alg]
    LMS: ClassVar[Alg]
    HSS: ClassVar[Alg]
    XMSS: ClassVar[Alg]
    XMSS_MT: ClassVar[Alg]
    RSA_PKCS1V15_CRYPT: ClassVar[Alg]
    TLS12_ECJPAKE_TO_PMS: ClassVar[Alg]
    SP800_108_COUNTER_CMAC: ClassVar[Alg]
    PBKDF2_AES_CMAC_PRF_128: ClassVar[Alg]
    FFDH: ClassVar[Alg]
    ECDH: ClassVar[Alg]
    SPAKE2P_MATTER: ClassVar[Alg]
    WPA3_SAE_ANY: ClassVar[Alg]
    KW: ClassVar[Alg]
    KWP: ClassVar[Alg]
    ECIES_SEC1: ClassVar[Alg]
    ML_KEM: ClassVar[Alg]
    SHAKE128: ClassVar[Alg]
    SHAKE256: ClassVar[Alg]
    ASCON_XOF128: ClassVar[Alg]
    ASCON_CXOF128: ClassVar[Alg]

    HMAC: ClassVar[OfHash]
    BLAKE2_MAC: ClassVar[OfHash]
    TRUNCATED_MAC: ClassVar[WithLength]
    AT_LEAST_THIS_LENGTH_MAC: ClassVar[WithLength]
    AEAD_WITH_SHORTENED_TAG: ClassVar[WithLength]
    AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG: ClassVar[WithLength]
    HKDF: ClassVar[OfHash]
    HKDF_EXTRACT: ClassVar[OfHash]
    HKDF_EXPAND: ClassVar[OfHash]
    SP800_108_COUNTER_HMAC: ClassVar[OfHash]
    TLS12_PRF: ClassVar[OfHash]
    TLS12_PSK_TO_MS: ClassVar[OfHash]
    PBKDF2_HMAC: ClassVar[OfHash]
    WPA3_SAE_H2E: ClassVar[OfHash]
    RSA_PKCS1V15_SIGN: ClassVar[OfHash]
    RSA_PSS: ClassVar[OfHash]
    RSA_PSS_ANY_SALT: ClassVar[OfHash]
    ECDSA: ClassVar[OfHash]
    DETERMINISTIC_ECDSA: ClassVar[OfHash]
    HASH_SLH_DSA: ClassVar[OfHash]
    DETERMINISTIC_HASH_SLH_DSA: ClassVar[OfHash]
    HASH_ML_DSA: ClassVar[OfHash]
    DETERMINISTIC_HASH_ML_DSA: ClassVar[OfHash]
    RSA_OAEP: ClassVar[OfHash]
    KEY_AGREEMENT: ClassVar[Combination]
    JPAKE: ClassVar[OfHash]
    SPAKE2P_HMAC: ClassVar[OfHash]
    SPAKE2P_CMAC: ClassVar[OfHash]
    WPA3_SAE_FIXED: ClassVar[OfHash]
    WPA3_SAE_GDH: ClassVar[OfHash]

    hash = Access["Alg"]("PSA_ALG_GET_HASH")
    full_length_mac = Access["Alg"]("PSA_ALG_FULL_LENGTH_MAC")
    default_length_tag = Access["Alg"]("PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG")
    key_agreement_base = Access["Alg"]("PSA_ALG_KEY_AGREEMENT_GET_BASE")
    key_agreement_kdf = Access["Alg"]("PSA_ALG_KEY_AGREEMENT_GET_KDF")

    is_hash = Test()
    is_mac = Test()
    is_cipher = Test()
    is_aead = Test()
    is_sign = Test()
    is_asymmetric_encryption = Test()
    is_key_derivation = Test()
    is_key_agreement = Test()
    is_pake = Test()
    is_key_wrap = Test()
    is_key_encapsulation = Test()
    is_xof = Test()
    is_wildcard = Test()
    is_blake2_hash = Test()
    xof_has_context = Test()
    is_hmac = Test()
    is_blake2_mac = Test()
    is_block_cipher_mac = Test()
    is_stream_cipher = Test()
    is_aead_on_block_cipher = Test()
    is_key_derivation_stretching = Test()
    is_hkdf = Test()
    is_hkdf_extract = Test()
    is_hkdf_expand = Test()
    is_sp800_108_counter_hmac = Test()
    is_tls12_prf = Test()
    is_tls12_psk_to_ms = Test()
    is_pbkdf2_hmac = Test()
    is_wpa3_sae_h2e = Test()
    is_rsa_pkcs1v15_sign = Test()
    is_rsa_pss = Test()
    is_rsa_pss_standard_salt = Test()
    is_rsa_pss_any_salt = Test()
    is_ecdsa = Test()
    is_randomized_ecdsa = Test()
    is_deterministic_ecdsa = Test()
    is_hash_eddsa = Test()
    is_slh_dsa = Test()
    is_hash_slh_dsa = Test()
    is_hedged_hash_slh_dsa = Test()
    is_deterministic_hash_slh_dsa = Test()
    is_ml_dsa = Test()
    is_hash_ml_dsa = Test()
    is_hedged_hash_ml_dsa = Test()
    is_deterministic_hash_ml_dsa = Test()
    is_sign_message = Test()
    is_sign_hash = Test()
    is_hash_and_sign = Test()
    sign_supports_context = Test()
    is_rsa_oaep = Test()
    is_standalone_key_agreement = Test()
    is_raw_key_agreement = Test()
    is_ffdh = Test()
    is_ecdh = Test()
    is_jpake = Test()
    is_spake2p = Test()
    is_spake2p_hmac = Test()
    is_spake2p_cmac = Test()
    is_wpa3_sae = Test()
    is_wpa3_sae_fixed = Test()
    is_wpa3_sae_gdh = Test()
