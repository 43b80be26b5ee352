/* One accelerator with two faces: clear keys and hashes, and keys of its own. Both count in one place. */
#ifndef DUO_H
#define DUO_H

#include <psa/crypto.h>

psa_status_t duo_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                              size_t hash_size, size_t *hash_length);
psa_status_t duo_se_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer, size_t key_buffer_size,
                              psa_algorithm_t alg, const uint8_t *hash, size_t hash_length, uint8_t *signature,
                              size_t signature_size, size_t *signature_length);

#endif
