/** @file
 * Sizes of what the sides of a PAKE send each other (section 10.13.7).
 */
#ifndef PSA_CRYPTO_SIZES_PAKE_H
#define PSA_CRYPTO_SIZES_PAKE_H

#include <stddef.h>

#include "crypto_sizes_key.h"
#include "crypto_sizes_sym.h"
#include "crypto_values.h"

/* What a group is made of: elements as in public keys, and numbers modulo its order. */

#define PSAB_PAKE_IS_ECC(primitive) (PSA_PAKE_PRIMITIVE_GET_TYPE(primitive) == PSA_PAKE_PRIMITIVE_TYPE_ECC)
#define PSAB_PAKE_ELEMENT_SIZE(primitive)                                                                              \
    (PSAB_PAKE_IS_ECC(primitive)                                                                                       \
         ? PSAB_ECC_PUBLIC_KEY_SIZE(PSA_PAKE_PRIMITIVE_GET_FAMILY(primitive), PSA_PAKE_PRIMITIVE_GET_BITS(primitive))  \
         : PSAB_BYTES(PSA_PAKE_PRIMITIVE_GET_BITS(primitive)))
#define PSAB_PAKE_SCALAR_SIZE(primitive)                                                                               \
    (PSAB_PAKE_IS_ECC(primitive)                                                                                       \
         ? PSAB_ECC_ORDER_SIZE(PSA_PAKE_PRIMITIVE_GET_FAMILY(primitive), PSA_PAKE_PRIMITIVE_GET_BITS(primitive))       \
         : PSAB_BYTES(PSA_PAKE_PRIMITIVE_GET_BITS(primitive)))

/** WPA3-SAE writes a point as its two coordinates, without a prefix. */
#define PSAB_PAKE_COMMIT_SIZE(primitive)                                                                               \
    (PSAB_PAKE_SCALAR_SIZE(primitive) +                                                                                \
     (PSAB_PAKE_IS_ECC(primitive) ? 2u : 1u) * PSAB_BYTES(PSA_PAKE_PRIMITIVE_GET_BITS(primitive)))

/** Two lists of rejected groups, each in an element of at most 254 bytes (IEEE 802.11, 12.4.5.4). */
#define PSAB_PAKE_SALT_SIZE ((size_t)508u)

#define PSAB_PAKE_HASH_LENGTH(alg) PSAB_HASH_LENGTH(PSA_ALG_GET_HASH(alg))

/* By algorithm */

#define PSAB_JPAKE_SIZE(primitive, step)                                                                               \
    ((step) == PSA_PAKE_STEP_KEY_SHARE || (step) == PSA_PAKE_STEP_ZK_PUBLIC ? PSAB_PAKE_ELEMENT_SIZE(primitive)        \
     : (step) == PSA_PAKE_STEP_ZK_PROOF                                     ? PSAB_PAKE_SCALAR_SIZE(primitive)         \
                                                                            : (size_t)0u)
#define PSAB_SPAKE2P_SIZE(alg, primitive, step)                                                                        \
    ((step) == PSA_PAKE_STEP_KEY_SHARE ? PSAB_PAKE_ELEMENT_SIZE(primitive)                                             \
     : (step) != PSA_PAKE_STEP_CONFIRM ? (size_t)0u                                                                    \
     : PSA_ALG_IS_SPAKE2P_CMAC(alg)    ? (size_t)16u                                                                   \
                                       : PSAB_PAKE_HASH_LENGTH(alg))
#define PSAB_WPA3_SAE_SIZE(alg, primitive, step)                                                                       \
    ((step) == PSA_PAKE_STEP_COMMIT    ? PSAB_PAKE_COMMIT_SIZE(primitive)                                              \
     : (step) == PSA_PAKE_STEP_CONFIRM ? 2u + PSAB_PAKE_HASH_LENGTH(alg)                                               \
                                       : (size_t)0u)

/** The steps that both sides do. */
#define PSAB_PAKE_STEP_SIZE(alg, primitive, step)                                                                      \
    (PSA_ALG_IS_JPAKE(alg)      ? PSAB_JPAKE_SIZE(primitive, step)                                                     \
     : PSA_ALG_IS_SPAKE2P(alg)  ? PSAB_SPAKE2P_SIZE(alg, primitive, step)                                              \
     : PSA_ALG_IS_WPA3_SAE(alg) ? PSAB_WPA3_SAE_SIZE(alg, primitive, step)                                             \
                                : (size_t)0u)

#define PSA_PAKE_OUTPUT_SIZE(alg, primitive, output_step)                                                              \
    (PSA_ALG_IS_WPA3_SAE(alg) && (output_step) == PSA_PAKE_STEP_KEY_ID                                                 \
         ? (size_t)16u                                                                                                 \
         : PSAB_PAKE_STEP_SIZE(alg, primitive, output_step))
#define PSA_PAKE_INPUT_SIZE(alg, primitive, input_step)                                                                \
    (PSA_ALG_IS_WPA3_SAE(alg) && (input_step) == PSA_PAKE_STEP_SALT ? PSAB_PAKE_SALT_SIZE                              \
     : PSA_ALG_IS_WPA3_SAE(alg) && (input_step) == PSA_PAKE_STEP_CONFIRM_COUNT                                         \
         ? (size_t)2u                                                                                                  \
         : PSAB_PAKE_STEP_SIZE(alg, primitive, input_step))

/** The commitment of WPA3-SAE in the largest finite field. */
#define PSA_PAKE_OUTPUT_MAX_SIZE                                                                                       \
    PSAB_PAKE_COMMIT_SIZE(PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_DH, PSA_DH_FAMILY_RFC3526, PSAB_DH_MAX_BITS))
#define PSA_PAKE_INPUT_MAX_SIZE PSA_PAKE_OUTPUT_MAX_SIZE

#endif
