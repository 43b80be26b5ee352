/** @file
 * Scalar types of the PSA Crypto API 1.5.
 *
 * Their numbers are in crypto_values.h; the structures are in crypto_struct.h.
 */
#ifndef PSA_CRYPTO_TYPES_H
#define PSA_CRYPTO_TYPES_H

#include <stdint.h>

#include "error.h"

/* Keys: section 9. */

typedef uint32_t psa_key_id_t;
typedef uint32_t psa_key_lifetime_t;
typedef uint8_t psa_key_persistence_t;
typedef uint32_t psa_key_location_t;
typedef uint32_t psa_key_usage_t;
typedef uint16_t psa_key_type_t;
typedef uint8_t psa_ecc_family_t;
typedef uint8_t psa_dh_family_t;
typedef uint8_t psa_slh_dsa_family_t;

/** How version 1.0 beta 3 names an open key; here the same thing as its identifier. */
typedef psa_key_id_t psa_key_handle_t;

/* Operations: section 10. */

typedef uint32_t psa_algorithm_t;
typedef uint16_t psa_key_derivation_step_t;
typedef uint32_t psa_pake_primitive_t;
typedef uint8_t psa_pake_primitive_type_t;
typedef uint8_t psa_pake_family_t;
typedef uint8_t psa_pake_role_t;
typedef uint8_t psa_pake_step_t;

#endif
