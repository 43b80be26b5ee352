/** @file
 * Sizes of keys in their export formats, and of wrapped keys (sections 9.9.3 and 10.7.3).
 */
#ifndef PSA_CRYPTO_SIZES_KEY_H
#define PSA_CRYPTO_SIZES_KEY_H

#include <stddef.h>

#include "crypto_sizes_sym.h"
#include "crypto_values.h"

/** The largest key sizes that the maxima of these headers count with. */
#define PSAB_RSA_MAX_BITS 8192u
#define PSAB_DH_MAX_BITS 8192u

/** The longest public exponent of an RSA key that the sizes allow for (FIPS 186-5: below 2^256). */
#define PSAB_RSA_MAX_EXPONENT_BITS 256u

#define PSAB_BYTES(bits) (((size_t)(bits) + 7u) / 8u)

/* RSA: a DER sequence of integers (RFC 8017, appendix A.1). An integer has room for a sign bit. */

#define PSAB_DER_SIZE(content) ((content) + ((content) < 128u ? 2u : (content) < 256u ? 3u : 4u))
#define PSAB_DER_INTEGER_SIZE(bits) PSAB_DER_SIZE((size_t)(bits) / 8u + 1u)

/** Modulus and exponent. */
#define PSAB_RSA_PUBLIC_KEY_SIZE(bits)                                                                                 \
    PSAB_DER_SIZE(PSAB_DER_INTEGER_SIZE(bits) + PSAB_DER_INTEGER_SIZE(PSAB_RSA_MAX_EXPONENT_BITS))

/** Version, modulus, both exponents, and five numbers of half the size. */
#define PSAB_RSA_KEY_PAIR_SIZE(bits)                                                                                   \
    PSAB_DER_SIZE(PSAB_DER_INTEGER_SIZE(1u) + 2u * PSAB_DER_INTEGER_SIZE(bits) +                                       \
                  PSAB_DER_INTEGER_SIZE(PSAB_RSA_MAX_EXPONENT_BITS) +                                                  \
                  5u * PSAB_DER_INTEGER_SIZE(((size_t)(bits) + 1u) / 2u))

/* Elliptic curves: coordinates have the length of the field; Edwards curves need a sign bit more. */

#define PSAB_ECC_PRIVATE_KEY_SIZE(family, bits)                                                                        \
    ((family) == PSA_ECC_FAMILY_TWISTED_EDWARDS ? (size_t)(bits) / 8u + 1u : PSAB_BYTES(bits))
#define PSAB_ECC_PUBLIC_KEY_SIZE(family, bits)                                                                         \
    ((family) == PSA_ECC_FAMILY_TWISTED_EDWARDS || (family) == PSA_ECC_FAMILY_MONTGOMERY                               \
         ? PSAB_ECC_PRIVATE_KEY_SIZE(family, bits)                                                                     \
         : 2u * PSAB_BYTES(bits) + 1u)

/** Bytes of the order of the group: those of the field, but for three curves. */
#define PSAB_ECC_ORDER_SIZE(family, bits)                                                                              \
    (PSAB_BYTES(bits) + ((family) == PSA_ECC_FAMILY_SECP_R2 && (bits) == 160 ? 1u : 0u) -                              \
     ((family) == PSA_ECC_FAMILY_SECT_K1 && ((bits) == 233 || (bits) == 409) ? 1u : 0u))

/* Lattices and hashes */

#define PSAB_ML_DSA_PUBLIC_KEY_SIZE(bits)                                                                              \
    ((size_t)((bits) == 128 ? 1312u : (bits) == 192 ? 1952u : (bits) == 256 ? 2592u : 0u))
#define PSAB_ML_KEM_PUBLIC_KEY_SIZE(bits)                                                                              \
    ((size_t)((bits) == 512 ? 800u : (bits) == 768 ? 1184u : (bits) == 1024 ? 1568u : 0u))

/** LMS: two type codes, identifier and root; HSS adds the number of levels; XMSS: type, root, seed. */
#define PSAB_LMS_PUBLIC_KEY_SIZE(bits) (24u + PSAB_BYTES(bits))
#define PSAB_HSS_PUBLIC_KEY_SIZE(bits) (28u + PSAB_BYTES(bits))
#define PSAB_XMSS_PUBLIC_KEY_SIZE(bits) (4u + 2u * PSAB_BYTES(bits))

/* By type of key */

#define PSAB_KEY_TYPE_IS_XMSS(type)                                                                                    \
    ((type) == PSA_KEY_TYPE_XMSS_PUBLIC_KEY || (type) == PSA_KEY_TYPE_XMSS_MT_PUBLIC_KEY)

#define PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(key_type, key_bits)                                                          \
    (PSA_KEY_TYPE_IS_RSA(key_type)   ? PSAB_RSA_PUBLIC_KEY_SIZE(key_bits)                                              \
     : PSA_KEY_TYPE_IS_ECC(key_type) ? PSAB_ECC_PUBLIC_KEY_SIZE(PSA_KEY_TYPE_ECC_GET_FAMILY(key_type), key_bits)       \
     : PSA_KEY_TYPE_IS_SPAKE2P(key_type)                                                                               \
         ? PSAB_ECC_PRIVATE_KEY_SIZE(PSA_KEY_TYPE_SPAKE2P_GET_FAMILY(key_type), key_bits) +                            \
               PSAB_ECC_PUBLIC_KEY_SIZE(PSA_KEY_TYPE_SPAKE2P_GET_FAMILY(key_type), key_bits)                           \
     : PSA_KEY_TYPE_IS_DH(key_type)              ? PSAB_BYTES(key_bits)                                                \
     : PSA_KEY_TYPE_IS_ML_DSA(key_type)          ? PSAB_ML_DSA_PUBLIC_KEY_SIZE(key_bits)                               \
     : PSA_KEY_TYPE_IS_ML_KEM(key_type)          ? PSAB_ML_KEM_PUBLIC_KEY_SIZE(key_bits)                               \
     : PSA_KEY_TYPE_IS_SLH_DSA(key_type)         ? 2u * PSAB_BYTES(key_bits)                                           \
     : (key_type) == PSA_KEY_TYPE_LMS_PUBLIC_KEY ? PSAB_LMS_PUBLIC_KEY_SIZE(key_bits)                                  \
     : (key_type) == PSA_KEY_TYPE_HSS_PUBLIC_KEY ? PSAB_HSS_PUBLIC_KEY_SIZE(key_bits)                                  \
     : PSAB_KEY_TYPE_IS_XMSS(key_type)           ? PSAB_XMSS_PUBLIC_KEY_SIZE(key_bits)                                 \
                                                 : (size_t)0u)
#define PSA_EXPORT_PUBLIC_KEY_MAX_SIZE PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_ML_DSA_PUBLIC_KEY, 256)

#define PSAB_EXPORT_KEY_PAIR_SIZE(key_type, key_bits)                                                                  \
    (PSA_KEY_TYPE_IS_RSA(key_type)   ? PSAB_RSA_KEY_PAIR_SIZE(key_bits)                                                \
     : PSA_KEY_TYPE_IS_ECC(key_type) ? PSAB_ECC_PRIVATE_KEY_SIZE(PSA_KEY_TYPE_ECC_GET_FAMILY(key_type), key_bits)      \
     : PSA_KEY_TYPE_IS_SPAKE2P(key_type)                                                                               \
         ? 2u * PSAB_ECC_PRIVATE_KEY_SIZE(PSA_KEY_TYPE_SPAKE2P_GET_FAMILY(key_type), key_bits)                         \
     : PSA_KEY_TYPE_IS_DH(key_type)      ? PSAB_BYTES(key_bits)                                                        \
     : PSA_KEY_TYPE_IS_ML_DSA(key_type)  ? (size_t)32u                                                                 \
     : PSA_KEY_TYPE_IS_ML_KEM(key_type)  ? (size_t)64u                                                                 \
     : PSA_KEY_TYPE_IS_SLH_DSA(key_type) ? 4u * PSAB_BYTES(key_bits)                                                   \
                                         : (size_t)0u)

/** For psa_export_key(), and for psa_export_public_key() of a public key.  The public key of a
 * pair can be longer than the pair: PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE() takes either type. */
#define PSA_EXPORT_KEY_OUTPUT_SIZE(key_type, key_bits)                                                                 \
    (PSA_KEY_TYPE_IS_UNSTRUCTURED(key_type)   ? PSAB_BYTES(key_bits)                                                   \
     : PSA_KEY_TYPE_IS_KEY_PAIR(key_type)     ? PSAB_EXPORT_KEY_PAIR_SIZE(key_type, key_bits)                          \
     : PSA_KEY_TYPE_IS_PUBLIC_KEY(key_type)   ? PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(key_type, key_bits)                  \
     : PSA_KEY_TYPE_IS_WPA3_SAE_ECC(key_type) ? 2u * PSAB_BYTES(key_bits)                                              \
     : PSA_KEY_TYPE_IS_WPA3_SAE_DH(key_type)  ? PSAB_BYTES(key_bits)                                                   \
                                              : (size_t)0u)
#define PSA_EXPORT_KEY_PAIR_MAX_SIZE PSA_EXPORT_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_RSA_KEY_PAIR, PSAB_RSA_MAX_BITS)
#define PSA_EXPORT_ASYMMETRIC_KEY_MAX_SIZE PSAB_LARGER(PSA_EXPORT_KEY_PAIR_MAX_SIZE, PSA_EXPORT_PUBLIC_KEY_MAX_SIZE)

/* Key wrapping with a block cipher of 16 bytes (SP 800-38F): one half-block more; KWP also pads. */

#define PSA_WRAP_KEY_OUTPUT_SIZE(wrap_key_type, alg, key_type, key_bits)                                               \
    (PSA_BLOCK_CIPHER_BLOCK_LENGTH(wrap_key_type) != 16u ? (size_t)0u                                                  \
     : (alg) == PSA_ALG_KW                               ? PSA_EXPORT_KEY_OUTPUT_SIZE(key_type, key_bits) + 8u         \
     : (alg) == PSA_ALG_KWP ? PSAB_ROUND_UP(PSA_EXPORT_KEY_OUTPUT_SIZE(key_type, key_bits), 8u) + 8u                   \
                            : (size_t)0u)
#define PSA_WRAP_KEY_PAIR_MAX_SIZE                                                                                     \
    PSA_WRAP_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_AES, PSA_ALG_KWP, PSA_KEY_TYPE_RSA_KEY_PAIR, PSAB_RSA_MAX_BITS)

#endif
