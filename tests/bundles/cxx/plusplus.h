#ifndef PLUSPLUS_H
#define PLUSPLUS_H

#include <psa/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

psa_status_t plusplus_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                   size_t hash_size, size_t *hash_length);

#ifdef __cplusplus
}
#endif

#endif
