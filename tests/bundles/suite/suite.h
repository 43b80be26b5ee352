/* A PAKE driver for a foreign SDK, without any cryptography: its "secret" is the cipher suite that it was given. */
#ifndef SUITE_H
#define SUITE_H

#include <psa/crypto.h>

typedef uint32_t psa_crypto_driver_pake_step_t;
typedef struct psa_crypto_driver_pake_inputs psa_crypto_driver_pake_inputs_t;

psa_status_t psa_crypto_driver_pake_get_cipher_suite(const psa_crypto_driver_pake_inputs_t *inputs,
                                                     psa_pake_cipher_suite_t *suite);

typedef struct {
    psa_pake_cipher_suite_t suite;
} suite_pake_operation_t;

psa_status_t suite_pake_setup(suite_pake_operation_t *operation, const psa_crypto_driver_pake_inputs_t *inputs);
psa_status_t suite_pake_output(suite_pake_operation_t *operation, psa_crypto_driver_pake_step_t step, uint8_t *output,
                               size_t output_size, size_t *output_length);
psa_status_t suite_pake_input(suite_pake_operation_t *operation, psa_crypto_driver_pake_step_t step,
                              const uint8_t *input, size_t input_length);
psa_status_t suite_pake_get_implicit_key(suite_pake_operation_t *operation, uint8_t *output, size_t output_size,
                                         size_t *output_length);
psa_status_t suite_pake_abort(suite_pake_operation_t *operation);

#endif
