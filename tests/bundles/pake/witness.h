/* PAKE drivers without any cryptography: the "secret" is a sum over everything that setup could read. */
#ifndef WITNESS_H
#define WITNESS_H

#include <psa/crypto.h>
#include <psa/crypto_driver_common.h>

#define SAFE_LOCATION 0x800055

typedef struct {
    uint32_t sum;
    uint32_t steps;
} witness_pake_operation_t;
typedef witness_pake_operation_t safe_pake_operation_t;

psa_status_t witness_pake_setup(witness_pake_operation_t *operation, const psa_crypto_driver_pake_inputs_t *inputs);
psa_status_t witness_pake_output(witness_pake_operation_t *operation, psa_crypto_driver_pake_step_t step,
                                 uint8_t *output, size_t output_size, size_t *output_length);
psa_status_t witness_pake_input(witness_pake_operation_t *operation, psa_crypto_driver_pake_step_t step,
                                const uint8_t *input, size_t input_length);
psa_status_t witness_pake_get_implicit_key(witness_pake_operation_t *operation, uint8_t *output, size_t output_size,
                                           size_t *output_length);
psa_status_t witness_pake_abort(witness_pake_operation_t *operation);

psa_status_t safe_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                             uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length, size_t *bits);
psa_status_t safe_pake_setup(safe_pake_operation_t *operation, const psa_crypto_driver_pake_inputs_t *inputs);
psa_status_t safe_pake_output(safe_pake_operation_t *operation, psa_crypto_driver_pake_step_t step, uint8_t *output,
                              size_t output_size, size_t *output_length);
psa_status_t safe_pake_input(safe_pake_operation_t *operation, psa_crypto_driver_pake_step_t step, const uint8_t *input,
                             size_t input_length);
psa_status_t safe_pake_get_shared_key(safe_pake_operation_t *operation, uint8_t *output, size_t output_size,
                                      size_t *output_length);
psa_status_t safe_pake_abort(safe_pake_operation_t *operation);

#endif
