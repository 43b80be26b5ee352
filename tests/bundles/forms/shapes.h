/* Entry points in every form that C has for something to call. */
#ifndef SHAPES_H
#define SHAPES_H

#include <psa/crypto.h>
#include <string.h>

typedef struct {
    uint8_t sum;
} shapes_hash_operation_t;

/* A constant pointer to a function. */
extern psa_status_t (*const shapes_hash_compute)(psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                                 uint8_t *hash, size_t hash_size, size_t *hash_length);

/* An inline function. */
static inline psa_status_t shapes_hash_setup(shapes_hash_operation_t *operation, psa_algorithm_t alg) {
    operation->sum = (uint8_t)alg;
    return PSA_SUCCESS;
}

/* A macro with parameters. */
psa_status_t shapes_add(uint8_t *sum, const void *data, size_t length);
#define shapes_hash_update(operation, data, length) shapes_add(&(operation)->sum, (data), (length))

/* A macro that is another name. */
psa_status_t shapes_finish_v2(shapes_hash_operation_t *operation, uint8_t *hash, size_t hash_size, size_t *hash_length);
#define shapes_hash_finish shapes_finish_v2

/* A plain function. */
psa_status_t shapes_hash_abort(shapes_hash_operation_t *operation);

/* init is declared nowhere. */

#endif
