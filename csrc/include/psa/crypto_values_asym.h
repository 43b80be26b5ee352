/** @file
 * Algorithms: key derivation, signature, asymmetric encryption, key agreement, key
 * encapsulation and PAKE (sections 10.8 to 10.13).
 */
#ifndef PSA_CRYPTO_VALUES_ASYM_H
#define PSA_CRYPTO_VALUES_ASYM_H

#include "crypto_types.h"
#include "crypto_values_alg.h"

/* Key derivation (section 10.8). Bit 23: stretches a password. */

#define PSA_ALG_HKDF(hash_alg) PSAB_ALG_WITH_HASH(0x08000100u, hash_alg)
#define PSA_ALG_HKDF_EXTRACT(hash_alg) PSAB_ALG_WITH_HASH(0x08000400u, hash_alg)
#define PSA_ALG_HKDF_EXPAND(hash_alg) PSAB_ALG_WITH_HASH(0x08000500u, hash_alg)
#define PSA_ALG_SP800_108_COUNTER_HMAC(hash_alg) PSAB_ALG_WITH_HASH(0x08000700u, hash_alg)
#define PSA_ALG_SP800_108_COUNTER_CMAC ((psa_algorithm_t)0x08000800)
#define PSA_ALG_TLS12_PRF(hash_alg) PSAB_ALG_WITH_HASH(0x08000200u, hash_alg)
#define PSA_ALG_TLS12_PSK_TO_MS(hash_alg) PSAB_ALG_WITH_HASH(0x08000300u, hash_alg)
#define PSA_ALG_TLS12_ECJPAKE_TO_PMS ((psa_algorithm_t)0x08000609)
#define PSA_ALG_PBKDF2_HMAC(hash_alg) PSAB_ALG_WITH_HASH(0x08800100u, hash_alg)
#define PSA_ALG_PBKDF2_AES_CMAC_PRF_128 ((psa_algorithm_t)0x08800200)
#define PSA_ALG_WPA3_SAE_H2E(hash_alg) PSAB_ALG_WITH_HASH(0x08800400u, hash_alg)

#define PSA_ALG_IS_KEY_DERIVATION_STRETCHING(alg) PSAB_ALG_IS(alg, 0x7f800000u, 0x08800000u)
#define PSA_ALG_IS_HKDF(alg) PSAB_ALG_HAS_BASE(alg, 0x08000100u)
#define PSA_ALG_IS_HKDF_EXTRACT(alg) PSAB_ALG_HAS_BASE(alg, 0x08000400u)
#define PSA_ALG_IS_HKDF_EXPAND(alg) PSAB_ALG_HAS_BASE(alg, 0x08000500u)
#define PSA_ALG_IS_SP800_108_COUNTER_HMAC(alg) PSAB_ALG_HAS_BASE(alg, 0x08000700u)
#define PSA_ALG_IS_TLS12_PRF(alg) PSAB_ALG_HAS_BASE(alg, 0x08000200u)
#define PSA_ALG_IS_TLS12_PSK_TO_MS(alg) PSAB_ALG_HAS_BASE(alg, 0x08000300u)
#define PSA_ALG_IS_PBKDF2_HMAC(alg) PSAB_ALG_HAS_BASE(alg, 0x08800100u)
#define PSA_ALG_IS_WPA3_SAE_H2E(alg) PSAB_ALG_HAS_BASE(alg, 0x08800400u)

/* RSA signatures (section 10.9.1). */

#define PSA_ALG_RSA_PKCS1V15_SIGN_RAW ((psa_algorithm_t)0x06000200)
#define PSA_ALG_RSA_PKCS1V15_SIGN(hash_alg) PSAB_ALG_WITH_HASH(0x06000200u, hash_alg)
#define PSA_ALG_RSA_PSS(hash_alg) PSAB_ALG_WITH_HASH(0x06000300u, hash_alg)
#define PSA_ALG_RSA_PSS_ANY_SALT(hash_alg) PSAB_ALG_WITH_HASH(0x06001300u, hash_alg)

#define PSA_ALG_IS_RSA_PKCS1V15_SIGN(alg) PSAB_ALG_HAS_BASE(alg, 0x06000200u)
#define PSA_ALG_IS_RSA_PSS(alg) PSAB_ALG_IS(alg, 0xffffef00u, 0x06000300u)
#define PSA_ALG_IS_RSA_PSS_STANDARD_SALT(alg) PSAB_ALG_HAS_BASE(alg, 0x06000300u)
#define PSA_ALG_IS_RSA_PSS_ANY_SALT(alg) PSAB_ALG_HAS_BASE(alg, 0x06001300u)

/* ECDSA and EdDSA (sections 10.9.2 and 10.9.3). */

#define PSA_ALG_ECDSA_ANY ((psa_algorithm_t)0x06000600)
#define PSA_ALG_ECDSA(hash_alg) PSAB_ALG_WITH_HASH(0x06000600u, hash_alg)
#define PSA_ALG_DETERMINISTIC_ECDSA(hash_alg) PSAB_ALG_WITH_HASH(0x06000700u, hash_alg)
#define PSA_ALG_PURE_EDDSA ((psa_algorithm_t)0x06000800)
#define PSA_ALG_EDDSA_CTX ((psa_algorithm_t)0x06000a00)
#define PSA_ALG_ED25519PH ((psa_algorithm_t)0x0600090b)
#define PSA_ALG_ED448PH ((psa_algorithm_t)0x06000915)

#define PSA_ALG_IS_ECDSA(alg) PSAB_ALG_IS(alg, 0xfffffe00u, 0x06000600u)
#define PSA_ALG_IS_RANDOMIZED_ECDSA(alg) PSAB_ALG_HAS_BASE(alg, 0x06000600u)
#define PSA_ALG_IS_DETERMINISTIC_ECDSA(alg) PSAB_ALG_HAS_BASE(alg, 0x06000700u)
#define PSA_ALG_IS_HASH_EDDSA(alg) PSAB_ALG_HAS_BASE(alg, 0x06000900u)

/* SLH-DSA and ML-DSA (sections 10.9.4 and 10.9.5). Bit 8: deterministic. */

#define PSA_ALG_SLH_DSA ((psa_algorithm_t)0x06004000)
#define PSA_ALG_DETERMINISTIC_SLH_DSA ((psa_algorithm_t)0x06004100)
#define PSA_ALG_HASH_SLH_DSA(hash_alg) PSAB_ALG_WITH_HASH(0x06004200u, hash_alg)
#define PSA_ALG_DETERMINISTIC_HASH_SLH_DSA(hash_alg) PSAB_ALG_WITH_HASH(0x06004300u, hash_alg)

#define PSA_ALG_IS_SLH_DSA(alg) PSAB_ALG_IS(alg, 0xfffffeffu, PSA_ALG_SLH_DSA)
#define PSA_ALG_IS_HASH_SLH_DSA(alg) PSAB_ALG_IS(alg, 0xfffffe00u, 0x06004200u)
#define PSA_ALG_IS_HEDGED_HASH_SLH_DSA(alg) PSAB_ALG_HAS_BASE(alg, 0x06004200u)
#define PSA_ALG_IS_DETERMINISTIC_HASH_SLH_DSA(alg) PSAB_ALG_HAS_BASE(alg, 0x06004300u)

#define PSA_ALG_ML_DSA ((psa_algorithm_t)0x06004400)
#define PSA_ALG_DETERMINISTIC_ML_DSA ((psa_algorithm_t)0x06004500)
#define PSA_ALG_HASH_ML_DSA(hash_alg) PSAB_ALG_WITH_HASH(0x06004600u, hash_alg)
#define PSA_ALG_DETERMINISTIC_HASH_ML_DSA(hash_alg) PSAB_ALG_WITH_HASH(0x06004700u, hash_alg)

#define PSA_ALG_IS_ML_DSA(alg) PSAB_ALG_IS(alg, 0xfffffeffu, PSA_ALG_ML_DSA)
#define PSA_ALG_IS_HASH_ML_DSA(alg) PSAB_ALG_IS(alg, 0xfffffe00u, 0x06004600u)
#define PSA_ALG_IS_HEDGED_HASH_ML_DSA(alg) PSAB_ALG_HAS_BASE(alg, 0x06004600u)
#define PSA_ALG_IS_DETERMINISTIC_HASH_ML_DSA(alg) PSAB_ALG_HAS_BASE(alg, 0x06004700u)

/* Stateful hash-based signatures: verification only (sections 10.9.6 and 10.9.7). */

#define PSA_ALG_LMS ((psa_algorithm_t)0x06004800)
#define PSA_ALG_HSS ((psa_algorithm_t)0x06004900)
#define PSA_ALG_XMSS ((psa_algorithm_t)0x06004a00)
#define PSA_ALG_XMSS_MT ((psa_algorithm_t)0x06004b00)

/* What a signature algorithm can be used for (section 10.9.10). */

/** Whether `alg` signs what it is given, without a hash of its own. */
#define PSAB_ALG_IS_SIGN_RAW(alg) ((alg) == PSA_ALG_RSA_PKCS1V15_SIGN_RAW || (alg) == PSA_ALG_ECDSA_ANY)

/** Usable with psa_sign_message() and psa_verify_message(). */
#define PSA_ALG_IS_SIGN_MESSAGE(alg) (PSA_ALG_IS_SIGN(alg) && !PSAB_ALG_IS_SIGN_RAW(alg))

/** Usable with psa_sign_hash() and psa_verify_hash(). */
#define PSA_ALG_IS_SIGN_HASH(alg) (PSA_ALG_IS_HASH_AND_SIGN(alg) || PSAB_ALG_IS_SIGN_RAW(alg))

/** Names the hash that it signs. */
#define PSA_ALG_IS_HASH_AND_SIGN(alg) (PSA_ALG_IS_SIGN(alg) && ((alg) & 0xffu) != 0)

/** Usable with a context that is not empty. */
#define PSA_ALG_SIGN_SUPPORTS_CONTEXT(alg)                                                                             \
    ((alg) == PSA_ALG_EDDSA_CTX || PSA_ALG_IS_HASH_EDDSA(alg) || PSA_ALG_IS_SLH_DSA(alg) ||                            \
     PSA_ALG_IS_HASH_SLH_DSA(alg) || PSA_ALG_IS_ML_DSA(alg) || PSA_ALG_IS_HASH_ML_DSA(alg))

/* Asymmetric encryption (section 10.10). */

#define PSA_ALG_RSA_PKCS1V15_CRYPT ((psa_algorithm_t)0x07000200)
#define PSA_ALG_RSA_OAEP(hash_alg) PSAB_ALG_WITH_HASH(0x07000300u, hash_alg)

#define PSA_ALG_IS_RSA_OAEP(alg) PSAB_ALG_HAS_BASE(alg, 0x07000300u)

/* Key agreement (section 10.11): bits 21..16 say which, the others are those of a derivation. */

#define PSA_ALG_FFDH ((psa_algorithm_t)0x09010000)
#define PSA_ALG_ECDH ((psa_algorithm_t)0x09020000)

#define PSA_ALG_KEY_AGREEMENT(ka_alg, kdf_alg) ((psa_algorithm_t)((ka_alg) | ((kdf_alg) & 0x00ffffffu)))
#define PSA_ALG_KEY_AGREEMENT_GET_BASE(alg) ((psa_algorithm_t)((alg) & 0xff7f0000u))
#define PSA_ALG_KEY_AGREEMENT_GET_KDF(alg) ((psa_algorithm_t)((alg) & 0xfe80ffffu))

/** A key agreement that is not combined with a key derivation. */
#define PSA_ALG_IS_STANDALONE_KEY_AGREEMENT(alg) (PSA_ALG_IS_KEY_AGREEMENT(alg) && ((alg) & 0x0080ffffu) == 0)
#define PSA_ALG_IS_RAW_KEY_AGREEMENT(alg) PSA_ALG_IS_STANDALONE_KEY_AGREEMENT(alg)
#define PSA_ALG_IS_FFDH(alg) PSAB_ALG_IS(alg, 0x7fff0000u, PSA_ALG_FFDH)
#define PSA_ALG_IS_ECDH(alg) PSAB_ALG_IS(alg, 0x7fff0000u, PSA_ALG_ECDH)

/* Key encapsulation (section 10.12). */

#define PSA_ALG_ECIES_SEC1 ((psa_algorithm_t)0x0c000100)
#define PSA_ALG_ML_KEM ((psa_algorithm_t)0x0c000200)

/* Password-authenticated key exchange (section 10.13). */

#define PSA_ALG_JPAKE(hash_alg) PSAB_ALG_WITH_HASH(0x0a000100u, hash_alg)
#define PSA_ALG_SPAKE2P_HMAC(hash_alg) PSAB_ALG_WITH_HASH(0x0a000400u, hash_alg)
#define PSA_ALG_SPAKE2P_CMAC(hash_alg) PSAB_ALG_WITH_HASH(0x0a000500u, hash_alg)
#define PSA_ALG_SPAKE2P_MATTER ((psa_algorithm_t)0x0a000609)
#define PSA_ALG_WPA3_SAE_FIXED(hash_alg) PSAB_ALG_WITH_HASH(0x0a000800u, hash_alg)
#define PSA_ALG_WPA3_SAE_GDH(hash_alg) PSAB_ALG_WITH_HASH(0x0a000900u, hash_alg)

/** In a policy: every form of WPA3-SAE. */
#define PSA_ALG_WPA3_SAE_ANY ((psa_algorithm_t)0x0a0088ff)

#define PSA_ALG_IS_JPAKE(alg) PSAB_ALG_HAS_BASE(alg, 0x0a000100u)
#define PSA_ALG_IS_SPAKE2P(alg) PSAB_ALG_IS(alg, 0xfffffc00u, 0x0a000400u)
#define PSA_ALG_IS_SPAKE2P_HMAC(alg) PSAB_ALG_HAS_BASE(alg, 0x0a000400u)
#define PSA_ALG_IS_SPAKE2P_CMAC(alg) PSAB_ALG_HAS_BASE(alg, 0x0a000500u)
#define PSA_ALG_IS_WPA3_SAE(alg) PSAB_ALG_IS(alg, 0xfffffe00u, 0x0a000800u)
#define PSA_ALG_IS_WPA3_SAE_FIXED(alg) PSAB_ALG_HAS_BASE(alg, 0x0a000800u)
#define PSA_ALG_IS_WPA3_SAE_GDH(alg) PSAB_ALG_HAS_BASE(alg, 0x0a000900u)

#endif
