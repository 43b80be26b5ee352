/** @file
 * The inputs of a PAKE, for driver tests without a core. Inputs without data were not given.
 */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <psa/crypto.h>

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

#endif
