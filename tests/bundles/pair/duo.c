#include "duo.h"

#include <string.h>

static uint8_t calls; /* what the two descriptions share */

psa_status_t duo_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                              size_t hash_size, size_t *hash_length) {
    (void)alg;
    (void)input;
    (void)input_length;
    if (hash_size < 32) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    memset(hash, ++calls, 32);
    *hash_length = 32;
    return PSA_SUCCESS;
}

psa_status_t duo_se_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer, size_t key_buffer_size,
                              psa_algorithm_t alg, const uint8_t *hash, size_t hash_length, uint8_t *signature,
                              size_t signature_size, size_t *signature_length) {
    (void)attributes;
    (void)key_buffer;
    (void)key_buffer_size;
    (void)alg;
    (void)hash;
    (void)hash_length;
    if (signature_size < 1) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    signature[0] = ++calls;
    *signature_length = 1;
    return PSA_SUCCESS;
}
