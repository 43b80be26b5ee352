/** @file
 * Structures of the PSA Crypto API 1.5, all complete, all without pointers.
 *
 * An operation holds only a handle into the operation table of its core; what the driver
 * needs is kept there.  Zero in every byte is the initial state of every structure, and is
 * what the `..._INIT` macros and the `..._init` functions give.
 *
 * Fields are private to the library: use the functions of crypto.h.
 */
#ifndef PSA_CRYPTO_STRUCT_H
#define PSA_CRYPTO_STRUCT_H

#include <stdint.h>

#include <psab/types.h>

#include "crypto_types.h"

/** The attributes of a key: identifier, lifetime, type, size and policy (section 9.1). */
typedef struct psab_attributes psa_key_attributes_t;
#define PSA_KEY_ATTRIBUTES_INIT {0u, 0u, 0u, 0u, 0u, 0u, 0u}

/** Parameters of psa_generate_key_custom() and psa_key_derivation_output_key_custom() (section 9.9.1).
 * The one field, `flags`, is public and must be 0. */
typedef struct psab_custom psa_custom_key_parameters_t;
#define PSA_CUSTOM_KEY_PARAMETERS_INIT {0u}

/** Algorithm, primitive and key confirmation of a PAKE (section 10.13.3). */
typedef struct psab_cipher_suite psa_pake_cipher_suite_t;
#define PSA_PAKE_CIPHER_SUITE_INIT {0u, 0u, 0u}

typedef struct psa_hash_operation_s {
    uint64_t handle;
} psa_hash_operation_t;
#define PSA_HASH_OPERATION_INIT {0u}

typedef struct psa_xof_operation_s {
    uint64_t handle;
} psa_xof_operation_t;
#define PSA_XOF_OPERATION_INIT {0u}

typedef struct psa_mac_operation_s {
    uint64_t handle;
} psa_mac_operation_t;
#define PSA_MAC_OPERATION_INIT {0u}

typedef struct psa_cipher_operation_s {
    uint64_t handle;
} psa_cipher_operation_t;
#define PSA_CIPHER_OPERATION_INIT {0u}

typedef struct psa_aead_operation_s {
    uint64_t handle;
} psa_aead_operation_t;
#define PSA_AEAD_OPERATION_INIT {0u}

typedef struct psa_key_derivation_operation_s {
    uint64_t handle;
} psa_key_derivation_operation_t;
#define PSA_KEY_DERIVATION_OPERATION_INIT {0u}

typedef struct psa_sign_operation_s {
    uint64_t handle;
} psa_sign_operation_t;
#define PSA_SIGN_OPERATION_INIT {0u}

typedef struct psa_verify_operation_s {
    uint64_t handle;
} psa_verify_operation_t;
#define PSA_VERIFY_OPERATION_INIT {0u}

typedef struct psa_pake_operation_s {
    uint64_t handle;
} psa_pake_operation_t;
#define PSA_PAKE_OPERATION_INIT {0u}

#endif
