/** @file
 * What exercise.c runs beside its own steps.
 *
 * Each returns PSA_SUCCESS, the status that it failed with, or a value above 0 for a wrong result.
 */
#ifndef EXERCISE_H
#define EXERCISE_H

#include "libcrypto_driver.h"

psa_status_t exercise_macs(void);
psa_status_t exercise_ciphers(void);
psa_status_t exercise_aeads(void);
psa_status_t exercise_wrapping(void);
psa_status_t exercise_xofs(void);
psa_status_t exercise_jpake(void);
psa_status_t exercise_spake2p(void);
psa_status_t exercise_derivations(void);
psa_status_t exercise_derived_keys(void);

/** RSA encryption and decryption with a key pair. */
psa_status_t exercise_encryption(const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_size);

/** Encapsulation and decapsulation with a key pair of a curve. */
psa_status_t exercise_encapsulation(const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_size);

#endif
