#include "words.h"

#include <psab/detail.h>
#include <string.h>

psa_status_t words_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                size_t hash_size, size_t *hash_length) {
    char text[1000] = "";
    (void)alg;
    if (input_length == 0) {
        psab_driver_detail(NULL);
        return PSA_ERROR_HARDWARE_FAILURE;
    }
    memcpy(text, input + 1, input_length - 1 < sizeof text ? input_length - 1 : sizeof text - 1);
    psab_driver_detail("an earlier explanation");
    psab_driver_detail(text);
    if (input[0] == 'n') {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (input[0] == 'f') {
        return PSA_ERROR_HARDWARE_FAILURE;
    }
    memset(hash, 0, hash_size);
    *hash_length = 32;
    return PSA_SUCCESS;
}
