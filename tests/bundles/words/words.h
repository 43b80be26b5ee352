#ifndef WORDS_H
#define WORDS_H

#include <psa/crypto.h>

/* The first byte of the input says what happens; the rest is the explanation. */
psa_status_t words_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                size_t hash_size, size_t *hash_length);

#endif
