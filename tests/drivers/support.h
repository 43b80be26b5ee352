/** @file
 * The inputs of a PAKE and of a key derivation, for driver tests without a core. Inputs of a PAKE without data
 * were not given.
 */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <psa/crypto_driver_common.h>

typedef struct {
    const uint8_t *data;
    size_t size;
} support_text_t;

struct psab_pake_inputs {
    psa_pake_cipher_suite_t suite;
    psa_pake_role_t role;
    psa_key_attributes_t attributes;
    support_text_t password;
    support_text_t user;
    support_text_t peer;
    support_text_t context;
};

/** One input of a derivation: a key if it has a type of key, a number if it has no data. */
typedef struct {
    psa_key_derivation_step_t step;
    support_text_t text;
    uint64_t integer;
    psa_key_attributes_t attributes;
} support_input_t;

/** Steps beyond those that are given were left out. */
struct psab_kdf_inputs {
    const support_input_t *items;
    size_t count;
};

#endif
