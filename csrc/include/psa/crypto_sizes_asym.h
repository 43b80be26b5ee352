/** @file
 * Sizes of signatures, asymmetric ciphertexts and shared secrets (sections 10.8 to 10.12).
 */
#ifndef PSA_CRYPTO_SIZES_ASYM_H
#define PSA_CRYPTO_SIZES_ASYM_H

#include <stddef.h>

#include "crypto_sizes_key.h"
#include "crypto_sizes_sym.h"
#include "crypto_values.h"

/* Key derivation */

#define PSA_TLS12_PSK_TO_MS_PSK_MAX_SIZE ((size_t)128u)
#define PSA_TLS12_ECJPAKE_TO_PMS_OUTPUT_SIZE ((size_t)32u)

/* Signatures: each scheme with its own keys only. */

#define PSAB_IS_RSA_SIGNATURE(key_type, alg)                                                                           \
    (PSA_KEY_TYPE_IS_RSA(key_type) && (PSA_ALG_IS_RSA_PKCS1V15_SIGN(alg) || PSA_ALG_IS_RSA_PSS(alg)))
#define PSAB_IS_ECDSA_SIGNATURE(key_type, alg)                                                                         \
    (PSA_KEY_TYPE_IS_ECC(key_type) && PSA_ALG_IS_ECDSA(alg) &&                                                         \
     PSA_KEY_TYPE_ECC_GET_FAMILY(key_type) != PSA_ECC_FAMILY_MONTGOMERY &&                                             \
     PSA_KEY_TYPE_ECC_GET_FAMILY(key_type) != PSA_ECC_FAMILY_TWISTED_EDWARDS)
#define PSAB_IS_EDDSA_SIGNATURE(key_type, alg)                                                                         \
    (PSA_KEY_TYPE_IS_ECC(key_type) && PSA_KEY_TYPE_ECC_GET_FAMILY(key_type) == PSA_ECC_FAMILY_TWISTED_EDWARDS &&       \
     ((alg) == PSA_ALG_PURE_EDDSA || (alg) == PSA_ALG_EDDSA_CTX || PSA_ALG_IS_HASH_EDDSA(alg)))
#define PSAB_IS_ML_DSA_SIGNATURE(key_type, alg)                                                                        \
    (PSA_KEY_TYPE_IS_ML_DSA(key_type) && (PSA_ALG_IS_ML_DSA(alg) || PSA_ALG_IS_HASH_ML_DSA(alg)))
#define PSAB_IS_SLH_DSA_SIGNATURE(key_type, alg)                                                                       \
    (PSA_KEY_TYPE_IS_SLH_DSA(key_type) && (PSA_ALG_IS_SLH_DSA(alg) || PSA_ALG_IS_HASH_SLH_DSA(alg)))

/** FIPS 204, table 2. */
#define PSAB_ML_DSA_SIGNATURE_SIZE(bits)                                                                               \
    ((size_t)((bits) == 128 ? 2420u : (bits) == 192 ? 3309u : (bits) == 256 ? 4627u : 0u))

/** FIPS 205, table 2: the small and the fast parameter sets. */
#define PSAB_SLH_DSA_IS_FAST(family) ((family) == PSA_SLH_DSA_FAMILY_SHA2_F || (family) == PSA_SLH_DSA_FAMILY_SHAKE_F)
#define PSAB_SLH_DSA_SIGNATURE_SIZE(family, bits)                                                                      \
    ((size_t)(PSAB_SLH_DSA_IS_FAST(family) ? ((bits) == 128   ? 17088u                                                 \
                                              : (bits) == 192 ? 35664u                                                 \
                                              : (bits) == 256 ? 49856u                                                 \
                                                              : 0u)                                                    \
                                           : ((bits) == 128   ? 7856u                                                  \
                                              : (bits) == 192 ? 16224u                                                 \
                                              : (bits) == 256 ? 29792u                                                 \
                                                              : 0u)))

/** LMS, HSS and XMSS cannot sign: 0. */
#define PSA_SIGN_OUTPUT_SIZE(key_type, key_bits, alg)                                                                  \
    (PSAB_IS_RSA_SIGNATURE(key_type, alg) ? PSAB_BYTES(key_bits)                                                       \
     : PSAB_IS_ECDSA_SIGNATURE(key_type, alg)                                                                          \
         ? 2u * PSAB_ECC_ORDER_SIZE(PSA_KEY_TYPE_ECC_GET_FAMILY(key_type), key_bits)                                   \
     : PSAB_IS_EDDSA_SIGNATURE(key_type, alg)                                                                          \
         ? 2u * PSAB_ECC_PRIVATE_KEY_SIZE(PSA_ECC_FAMILY_TWISTED_EDWARDS, key_bits)                                    \
     : PSAB_IS_ML_DSA_SIGNATURE(key_type, alg) ? PSAB_ML_DSA_SIGNATURE_SIZE(key_bits)                                  \
     : PSAB_IS_SLH_DSA_SIGNATURE(key_type, alg)                                                                        \
         ? PSAB_SLH_DSA_SIGNATURE_SIZE(PSA_KEY_TYPE_SLH_DSA_GET_FAMILY(key_type), key_bits)                            \
         : (size_t)0u)
#define PSA_SIGNATURE_MAX_SIZE                                                                                         \
    PSA_SIGN_OUTPUT_SIZE(PSA_KEY_TYPE_SLH_DSA_KEY_PAIR(PSA_SLH_DSA_FAMILY_SHAKE_F), 256, PSA_ALG_SLH_DSA)

/* Asymmetric encryption: the padding of RFC 8017 takes at least 11 bytes, OAEP two hashes and 2. */

#define PSAB_RSA_PADDING_SIZE(alg)                                                                                     \
    ((alg) == PSA_ALG_RSA_PKCS1V15_CRYPT ? (size_t)11u                                                                 \
     : PSA_ALG_IS_RSA_OAEP(alg)          ? 2u * PSAB_HASH_LENGTH(PSA_ALG_GET_HASH(alg)) + 2u                           \
                                         : (size_t)0u)

#define PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE(key_type, key_bits, alg)                                                    \
    (PSA_KEY_TYPE_IS_RSA(key_type) && PSAB_RSA_PADDING_SIZE(alg) != 0 ? PSAB_BYTES(key_bits) : (size_t)0u)
#define PSA_ASYMMETRIC_ENCRYPT_OUTPUT_MAX_SIZE                                                                         \
    PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE(PSA_KEY_TYPE_RSA_KEY_PAIR, PSAB_RSA_MAX_BITS, PSA_ALG_RSA_PKCS1V15_CRYPT)

#define PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE(key_type, key_bits, alg)                                                    \
    (PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE(key_type, key_bits, alg) > PSAB_RSA_PADDING_SIZE(alg)                          \
         ? PSAB_BYTES(key_bits) - PSAB_RSA_PADDING_SIZE(alg)                                                           \
         : (size_t)0u)
#define PSA_ASYMMETRIC_DECRYPT_OUTPUT_MAX_SIZE                                                                         \
    PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE(PSA_KEY_TYPE_RSA_KEY_PAIR, PSAB_RSA_MAX_BITS, PSA_ALG_RSA_PKCS1V15_CRYPT)

/* Key agreement: one coordinate, or one number modulo the prime. */

#define PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(key_type, key_bits)                                                          \
    (PSA_KEY_TYPE_IS_ECC(key_type) || PSA_KEY_TYPE_IS_DH(key_type) ? PSAB_BYTES(key_bits) : (size_t)0u)
#define PSA_RAW_KEY_AGREEMENT_OUTPUT_MAX_SIZE                                                                          \
    PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(PSA_KEY_TYPE_DH_KEY_PAIR(PSA_DH_FAMILY_RFC7919), PSAB_DH_MAX_BITS)

/* Key encapsulation: ECIES sends a public key; ML-KEM see FIPS 203, table 3. */

#define PSAB_ML_KEM_CIPHERTEXT_SIZE(bits)                                                                              \
    ((size_t)((bits) == 512 ? 768u : (bits) == 768 ? 1088u : (bits) == 1024 ? 1568u : 0u))

#define PSA_ENCAPSULATE_CIPHERTEXT_SIZE(key_type, key_bits, alg)                                                       \
    (PSA_KEY_TYPE_IS_ECC(key_type) && (alg) == PSA_ALG_ECIES_SEC1                                                      \
         ? PSAB_ECC_PUBLIC_KEY_SIZE(PSA_KEY_TYPE_ECC_GET_FAMILY(key_type), key_bits)                                   \
     : PSA_KEY_TYPE_IS_ML_KEM(key_type) && (alg) == PSA_ALG_ML_KEM ? PSAB_ML_KEM_CIPHERTEXT_SIZE(key_bits)             \
                                                                   : (size_t)0u)
#define PSA_ENCAPSULATE_CIPHERTEXT_MAX_SIZE                                                                            \
    PSA_ENCAPSULATE_CIPHERTEXT_SIZE(PSA_KEY_TYPE_ML_KEM_KEY_PAIR, 1024, PSA_ALG_ML_KEM)

#endif
