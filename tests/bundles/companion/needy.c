#include "needy.h"

uint8_t library_mix(const uint8_t *data, size_t length);

psa_status_t needy_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                size_t hash_size, size_t *hash_length) {
    (void)alg;
    if (hash_size < 5) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    hash[0] = library_mix(input, input_length);
    *hash_length = 5;
    return psa_generate_random(hash + 1, 4);
}
