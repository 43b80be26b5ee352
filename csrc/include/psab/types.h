/** @file
 * Plain structures that the standard headers and the driver ABI share.
 *
 * Nothing here depends on a PSA header; numbers are those of the PSA Crypto API.
 */
#ifndef PSAB_TYPES_H
#define PSAB_TYPES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A status code; psa_status_t. */
typedef int32_t psab_status_t;

/** The attributes of a key; the fields of our own psa_key_attributes_t. */
typedef struct psab_attributes {
    uint32_t id;
    uint32_t lifetime;
    uint32_t usage;
    uint32_t alg;
    uint32_t bits;
    uint16_t type;
    uint16_t reserved;
} psab_attributes_t;

/** Custom parameters of key creation; psa_custom_key_parameters_t. */
typedef struct psab_custom {
    uint32_t flags;
} psab_custom_t;

/** The algorithm, the group and the kind of key of a PAKE; psa_pake_cipher_suite_t. */
typedef struct psab_cipher_suite {
    uint32_t alg;
    uint32_t primitive;
    uint32_t key_confirmation;
} psab_cipher_suite_t;

#ifdef __cplusplus
}
#endif

#endif
