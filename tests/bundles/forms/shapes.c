#include "shapes.h"

static uint8_t first = 0xee;

static psa_status_t compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                            size_t hash_size, size_t *hash_length) {
    shapes_hash_operation_t operation;
    (void)shapes_hash_setup(&operation, alg);
    (void)shapes_hash_update(&operation, input, input_length);
    return shapes_hash_finish(&operation, hash, hash_size, hash_length);
}

psa_status_t (*const shapes_hash_compute)(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                          size_t hash_size, size_t *hash_length) = compute;

psa_status_t shapes_add(uint8_t *sum, const void *data, size_t length) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < length; i++) {
        *sum = (uint8_t)(*sum + bytes[i]);
    }
    return PSA_SUCCESS;
}

psa_status_t shapes_finish_v2(shapes_hash_operation_t *operation, uint8_t *hash, size_t hash_size,
                              size_t *hash_length) {
    if (hash_size < 2) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    hash[0] = operation->sum;
    hash[1] = first;
    *hash_length = 2;
    return PSA_SUCCESS;
}

psa_status_t shapes_hash_abort(shapes_hash_operation_t *operation) {
    memset(operation, 0, sizeof(*operation));
    return PSA_SUCCESS;
}

psa_status_t shapes_init(void);
psa_status_t shapes_init(void) {
    first = 1;
    return PSA_SUCCESS;
}
