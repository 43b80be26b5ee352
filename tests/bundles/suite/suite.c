#include "suite.h"

#include <string.h>

psa_status_t suite_pake_setup(suite_pake_operation_t *operation, const psa_crypto_driver_pake_inputs_t *inputs) {
    memset(&operation->suite, 0xff, sizeof(operation->suite));
    return psa_crypto_driver_pake_get_cipher_suite(inputs, &operation->suite);
}

psa_status_t suite_pake_output(suite_pake_operation_t *operation, psa_crypto_driver_pake_step_t step, uint8_t *output,
                               size_t output_size, size_t *output_length) {
    (void)operation;
    memset(output, (int)step, output_size);
    *output_length = output_size;
    return PSA_SUCCESS;
}

psa_status_t suite_pake_input(suite_pake_operation_t *operation, psa_crypto_driver_pake_step_t step,
                              const uint8_t *input, size_t input_length) {
    (void)operation;
    (void)step;
    (void)input;
    (void)input_length;
    return PSA_SUCCESS;
}

psa_status_t suite_pake_get_implicit_key(suite_pake_operation_t *operation, uint8_t *output, size_t output_size,
                                         size_t *output_length) {
    memset(output, 0, output_size);
    memcpy(output, &operation->suite.protocol, 4);
    memcpy(output + 4, &operation->suite.group, 4);
#if defined(SDK_CONFIRMATION)
    memcpy(output + 8, &operation->suite.confirmation, 4);
#endif
    *output_length = output_size;
    return PSA_SUCCESS;
}

psa_status_t suite_pake_abort(suite_pake_operation_t *operation) {
    memset(operation, 0, sizeof(*operation));
    return PSA_SUCCESS;
}
