#ifndef IDLE_H
#define IDLE_H

#include <psa/crypto_driver_common.h>

psa_status_t idle_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                               size_t hash_size, size_t *hash_length);

psa_status_t idle_cipher_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                 size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                 uint8_t *output, size_t output_size, size_t *output_length);

#endif
