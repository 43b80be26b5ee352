/* A driver that does nothing, and says that it did everything. */
#include "idle.h"

psa_status_t idle_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                               size_t hash_size, size_t *hash_length) {
    (void)alg, (void)input, (void)input_length, (void)hash;
    *hash_length = hash_size;
    return PSA_SUCCESS;
}

psa_status_t idle_cipher_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                 size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                 uint8_t *output, size_t output_size, size_t *output_length) {
    (void)attributes, (void)key_buffer, (void)key_buffer_size, (void)alg, (void)input, (void)output;
    *output_length = input_length - 16 < output_size ? input_length - 16 : output_size;
    return PSA_SUCCESS;
}
