/** @file
 * Inputs of key derivations and parts of PAKE protocols (sections 10.8.2 and 10.13).
 */
#ifndef PSA_CRYPTO_VALUES_STEP_H
#define PSA_CRYPTO_VALUES_STEP_H

#include <stddef.h>
#include <stdint.h>

#include "crypto_types.h"

/* Inputs of a key derivation. The API leaves these numbers to implementations; they are those
 * that deployed ones use, so that drivers built against their headers agree. */

#define PSA_KEY_DERIVATION_INPUT_SECRET ((psa_key_derivation_step_t)0x0101)
#define PSA_KEY_DERIVATION_INPUT_PASSWORD ((psa_key_derivation_step_t)0x0102)
#define PSA_KEY_DERIVATION_INPUT_OTHER_SECRET ((psa_key_derivation_step_t)0x0103)
#define PSA_KEY_DERIVATION_INPUT_LABEL ((psa_key_derivation_step_t)0x0201)
#define PSA_KEY_DERIVATION_INPUT_SALT ((psa_key_derivation_step_t)0x0202)
#define PSA_KEY_DERIVATION_INPUT_INFO ((psa_key_derivation_step_t)0x0203)
#define PSA_KEY_DERIVATION_INPUT_SEED ((psa_key_derivation_step_t)0x0204)
#define PSA_KEY_DERIVATION_INPUT_COST ((psa_key_derivation_step_t)0x0205)
#define PSA_KEY_DERIVATION_INPUT_CONTEXT ((psa_key_derivation_step_t)0x0206)

/** As a capacity: as much as the algorithm can give. */
#define PSA_KEY_DERIVATION_UNLIMITED_CAPACITY ((size_t)-1)

/* Primitives of a PAKE: type in bits 31..24, family in 23..16, size in bits 15..0. */

#define PSA_PAKE_PRIMITIVE_TYPE_ECC ((psa_pake_primitive_type_t)0x01)
#define PSA_PAKE_PRIMITIVE_TYPE_DH ((psa_pake_primitive_type_t)0x02)

/** A group; 0, which is none, if the size does not fit its field. */
#define PSA_PAKE_PRIMITIVE(pake_type, pake_family, pake_bits)                                                          \
    (((pake_bits) & 0xffffu) != (pake_bits)                                                                            \
         ? (psa_pake_primitive_t)0                                                                                     \
         : (psa_pake_primitive_t)(((psa_pake_primitive_t)(pake_type) << 24) |                                          \
                                  ((psa_pake_primitive_t)(pake_family) << 16) | (pake_bits)))
#define PSA_PAKE_PRIMITIVE_GET_TYPE(pake_primitive) ((psa_pake_primitive_type_t)((pake_primitive) >> 24))
#define PSA_PAKE_PRIMITIVE_GET_FAMILY(pake_primitive) ((psa_pake_family_t)(((pake_primitive) >> 16) & 0xffu))
#define PSA_PAKE_PRIMITIVE_GET_BITS(pake_primitive) ((size_t)((pake_primitive) & 0xffffu))

/* Whether the protocol ends with both sides proving that they have the same key. */

#define PSA_PAKE_CONFIRMED_KEY 0u
#define PSA_PAKE_UNCONFIRMED_KEY 1u

#define PSA_PAKE_ROLE_NONE ((psa_pake_role_t)0x00)
#define PSA_PAKE_ROLE_FIRST ((psa_pake_role_t)0x01)
#define PSA_PAKE_ROLE_SECOND ((psa_pake_role_t)0x02)
#define PSA_PAKE_ROLE_CLIENT ((psa_pake_role_t)0x11)
#define PSA_PAKE_ROLE_SERVER ((psa_pake_role_t)0x12)

#define PSA_PAKE_STEP_KEY_SHARE ((psa_pake_step_t)0x01)
#define PSA_PAKE_STEP_ZK_PUBLIC ((psa_pake_step_t)0x02)
#define PSA_PAKE_STEP_ZK_PROOF ((psa_pake_step_t)0x03)
#define PSA_PAKE_STEP_CONFIRM ((psa_pake_step_t)0x04)
#define PSA_PAKE_STEP_SALT ((psa_pake_step_t)0x05)
#define PSA_PAKE_STEP_COMMIT ((psa_pake_step_t)0x06)
#define PSA_PAKE_STEP_CONFIRM_COUNT ((psa_pake_step_t)0x07)
#define PSA_PAKE_STEP_KEY_ID ((psa_pake_step_t)0x08)

#endif
