/** @file
 * Drivers that derive, for tests: one in the library's memory, one that remembers between the attempts of a
 * derived key, and a secure element.  Their output is a sum over the inputs, spread: nothing is secret here.
 */
#ifndef DERIVE_H
#define DERIVE_H

#include <psa/crypto_driver_common.h>

typedef struct {
    uint64_t sum;
    uint64_t position;
    size_t capacity;
    int limited;
} derive_stream_t;

typedef derive_stream_t cderive_key_derivation_operation_t;
typedef derive_stream_t cvault_key_derivation_operation_t;

/** What cmemory keeps between attempts: it wants three, and makes a key of all of them. */
typedef struct {
    uint32_t attempts;
    uint8_t sum[48];
} cmemory_derive_key_memory_t;

psa_status_t cderive_key_derivation_setup(cderive_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                          const psa_crypto_driver_key_derivation_inputs_t *inputs);
psa_status_t cderive_key_derivation_input_step(cderive_key_derivation_operation_t *operation,
                                               psa_key_derivation_step_t step, const uint8_t *input,
                                               size_t input_length);
psa_status_t cderive_key_derivation_output_bytes(cderive_key_derivation_operation_t *operation, uint8_t *output,
                                                 size_t output_length);
psa_status_t cderive_key_derivation_abort(cderive_key_derivation_operation_t *operation);
psa_status_t cderive_derive_key(const psa_key_attributes_t *attributes, const uint8_t *input, size_t input_length,
                                void *memory, uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length);
psa_status_t cmemory_derive_key(const psa_key_attributes_t *attributes, const uint8_t *input, size_t input_length,
                                cmemory_derive_key_memory_t *memory, uint8_t *key_buffer, size_t key_buffer_size,
                                size_t *key_buffer_length);

psa_status_t cvault_key_derivation_setup(cvault_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                         const psa_crypto_driver_key_derivation_inputs_t *inputs);
psa_status_t cvault_key_derivation_output_bytes(cvault_key_derivation_operation_t *operation, uint8_t *output,
                                                size_t output_length);
psa_status_t cvault_key_derivation_output_key(const psa_key_attributes_t *attributes,
                                              cvault_key_derivation_operation_t *operation, uint8_t *key_buffer,
                                              size_t key_buffer_size, size_t *key_buffer_length);
psa_status_t cvault_key_derivation_verify_bytes(cvault_key_derivation_operation_t *operation,
                                                const uint8_t *expected_output, size_t output_length);
psa_status_t cvault_key_derivation_verify_key(cvault_key_derivation_operation_t *operation, const uint8_t *key_buffer,
                                              size_t key_buffer_size);
psa_status_t cvault_key_derivation_set_capacity(cvault_key_derivation_operation_t *operation, size_t capacity);
psa_status_t cvault_key_derivation_abort(cvault_key_derivation_operation_t *operation);
psa_status_t cvault_key_agreement_to_key(psa_algorithm_t alg, const psa_key_attributes_t *our_attributes,
                                         const uint8_t *our_key_buffer, size_t our_key_buffer_length,
                                         const uint8_t *peer_key, size_t peer_key_length,
                                         const psa_key_attributes_t *shared_secret_attributes,
                                         uint8_t *shared_secret_key_buffer, size_t shared_secret_key_buffer_size,
                                         size_t *shared_secret_key_buffer_length);
psa_status_t cvault_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                               uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length, size_t *bits);
psa_status_t cvault_export_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                               size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length);

#endif
