#ifndef NEEDY_H
#define NEEDY_H

#include <psa/crypto.h>

psa_status_t needy_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                size_t hash_size, size_t *hash_length);

#endif
