/* The drivers of derive.h. */
#include "derive.h"

#include <stdbool.h>
#include <string.h>

static const psa_key_derivation_step_t steps[] = {
    PSA_KEY_DERIVATION_INPUT_COST,  PSA_KEY_DERIVATION_INPUT_SALT,    PSA_KEY_DERIVATION_INPUT_SEED,
    PSA_KEY_DERIVATION_INPUT_INFO,  PSA_KEY_DERIVATION_INPUT_SECRET,  PSA_KEY_DERIVATION_INPUT_PASSWORD,
    PSA_KEY_DERIVATION_INPUT_LABEL, PSA_KEY_DERIVATION_INPUT_CONTEXT,
};

static void feed(derive_stream_t *stream, const uint8_t *data, size_t length, uint8_t mask) {
    for (size_t i = 0; i < length; i++) {
        stream->sum = (stream->sum ^ (uint8_t)(data[i] ^ mask)) * 0x100000001b3u;
    }
}

/* One input, by the callbacks; `mask` is what keys of the element are hidden with. */
static psa_status_t take(derive_stream_t *stream, const psa_crypto_driver_key_derivation_inputs_t *inputs,
                         psa_key_derivation_step_t step, uint8_t mask) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    uint8_t bytes[64];
    uint8_t *key = NULL;
    uint64_t number = 0;
    size_t size = 0, length = 0;
    psa_status_t status;
    switch (psa_crypto_driver_key_derivation_get_input_type(inputs, step)) {
    case PSA_KEY_DERIVATION_INPUT_TYPE_BYTES:
        status = psa_crypto_driver_key_derivation_get_input_size(inputs, step, &size);
        if (status == PSA_SUCCESS) {
            status = psa_crypto_driver_key_derivation_get_input_bytes(inputs, step, bytes, sizeof bytes, &length);
        }
        if (status == PSA_SUCCESS && size != length) {
            status = PSA_ERROR_CORRUPTION_DETECTED;
        }
        if (status == PSA_SUCCESS) {
            feed(stream, bytes, length, 0);
        }
        return status;
    case PSA_KEY_DERIVATION_INPUT_TYPE_KEY:
        status = psa_crypto_driver_key_derivation_get_input_key(inputs, step, &attributes, &key, &size);
        if (status == PSA_SUCCESS) {
            feed(stream, key, size, PSA_KEY_LIFETIME_GET_LOCATION(psa_get_key_lifetime(&attributes)) != 0 ? mask : 0);
        }
        return status;
    case PSA_KEY_DERIVATION_INPUT_TYPE_INTEGER:
        status = psa_crypto_driver_key_derivation_get_input_integer(inputs, step, &number);
        bytes[0] = (uint8_t)number;
        feed(stream, bytes, 1, 0);
        return status;
    default:
        return PSA_SUCCESS;
    }
}

static psa_status_t start(derive_stream_t *stream, const psa_crypto_driver_key_derivation_inputs_t *inputs,
                          uint8_t mask) {
    psa_status_t status = PSA_SUCCESS;
    stream->sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == PSA_SUCCESS; i++) {
        status = take(stream, inputs, steps[i], mask);
    }
    return status;
}

static psa_status_t draw(derive_stream_t *stream, uint8_t *output, size_t length) {
    if (stream->limited && length > stream->capacity) {
        return PSA_ERROR_INSUFFICIENT_DATA;
    }
    stream->capacity -= length;
    for (size_t i = 0; i < length; i++, stream->position++) {
        output[i] = (uint8_t)((stream->sum >> (8 * (stream->position % 8))) ^ stream->position);
    }
    return PSA_SUCCESS;
}

psa_status_t cderive_key_derivation_setup(cderive_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                          const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    (void)alg;
    return start(operation, inputs, 0);
}

psa_status_t cderive_key_derivation_input_step(cderive_key_derivation_operation_t *operation,
                                               psa_key_derivation_step_t step, const uint8_t *input,
                                               size_t input_length) {
    (void)step;
    feed(operation, input, input_length, 0);
    return PSA_SUCCESS;
}

psa_status_t cderive_key_derivation_output_bytes(cderive_key_derivation_operation_t *operation, uint8_t *output,
                                                 size_t output_length) {
    return draw(operation, output, output_length);
}

psa_status_t cderive_key_derivation_abort(cderive_key_derivation_operation_t *operation) {
    memset(operation, 0, sizeof *operation);
    return PSA_SUCCESS;
}

psa_status_t cderive_derive_key(const psa_key_attributes_t *attributes, const uint8_t *input, size_t input_length,
                                void *memory, uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length) {
    (void)attributes;
    if (memory != NULL || input_length != key_buffer_size) {
        return PSA_ERROR_CORRUPTION_DETECTED;
    }
    if (input[0] >= 0xc0) {
        return PSA_ERROR_INSUFFICIENT_DATA;
    }
    memcpy(key_buffer, input, input_length);
    *key_buffer_length = input_length;
    return PSA_SUCCESS;
}

psa_status_t cmemory_derive_key(const psa_key_attributes_t *attributes, const uint8_t *input, size_t input_length,
                                cmemory_derive_key_memory_t *memory, uint8_t *key_buffer, size_t key_buffer_size,
                                size_t *key_buffer_length) {
    (void)attributes;
    if (memory == NULL || input_length > sizeof memory->sum || input_length != key_buffer_size) {
        return PSA_ERROR_CORRUPTION_DETECTED;
    }
    for (size_t i = 0; i < input_length; i++) {
        memory->sum[i] ^= input[i];
    }
    if (++memory->attempts < 3) {
        return PSA_ERROR_INSUFFICIENT_DATA;
    }
    memcpy(key_buffer, memory->sum, input_length);
    *key_buffer_length = input_length;
    return PSA_SUCCESS;
}

#define MASK 0x5a

static psa_status_t keep(const uint8_t *data, size_t length, uint8_t *key, size_t size, size_t *written) {
    if (length > size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    for (size_t i = 0; i < length; i++) {
        key[i] = (uint8_t)(data[i] ^ MASK);
    }
    *written = length;
    return PSA_SUCCESS;
}

psa_status_t cvault_key_derivation_setup(cvault_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                         const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    (void)alg;
    return start(operation, inputs, MASK);
}

psa_status_t cvault_key_derivation_output_bytes(cvault_key_derivation_operation_t *operation, uint8_t *output,
                                                size_t output_length) {
    return draw(operation, output, output_length);
}

psa_status_t cvault_key_derivation_output_key(const psa_key_attributes_t *attributes,
                                              cvault_key_derivation_operation_t *operation, uint8_t *key_buffer,
                                              size_t key_buffer_size, size_t *key_buffer_length) {
    uint8_t bytes[64];
    size_t length = psa_get_key_bits(attributes) / 8;
    psa_status_t status = length <= sizeof bytes ? draw(operation, bytes, length) : PSA_ERROR_NOT_SUPPORTED;
    return status == PSA_SUCCESS ? keep(bytes, length, key_buffer, key_buffer_size, key_buffer_length) : status;
}

psa_status_t cvault_key_derivation_verify_bytes(cvault_key_derivation_operation_t *operation,
                                                const uint8_t *expected_output, size_t output_length) {
    uint8_t bytes[64];
    psa_status_t status =
        output_length <= sizeof bytes ? draw(operation, bytes, output_length) : PSA_ERROR_NOT_SUPPORTED;
    bool equal = status == PSA_SUCCESS && memcmp(bytes, expected_output, output_length) == 0;
    return status != PSA_SUCCESS || equal ? status : PSA_ERROR_INVALID_SIGNATURE;
}

psa_status_t cvault_key_derivation_verify_key(cvault_key_derivation_operation_t *operation, const uint8_t *key_buffer,
                                              size_t key_buffer_size) {
    uint8_t bytes[64];
    size_t length = 0;
    psa_status_t status = keep(key_buffer, key_buffer_size, bytes, sizeof bytes, &length);
    return status == PSA_SUCCESS ? cvault_key_derivation_verify_bytes(operation, bytes, length) : status;
}

psa_status_t cvault_key_derivation_set_capacity(cvault_key_derivation_operation_t *operation, size_t capacity) {
    operation->limited = 1;
    operation->capacity = capacity;
    return PSA_SUCCESS;
}

psa_status_t cvault_key_derivation_abort(cvault_key_derivation_operation_t *operation) {
    memset(operation, 0, sizeof *operation);
    return PSA_SUCCESS;
}

/* The secret is the sum of both keys. */
psa_status_t cvault_key_agreement_to_key(psa_algorithm_t alg, const psa_key_attributes_t *our_attributes,
                                         const uint8_t *our_key_buffer, size_t our_key_buffer_length,
                                         const uint8_t *peer_key, size_t peer_key_length,
                                         const psa_key_attributes_t *shared_secret_attributes,
                                         uint8_t *shared_secret_key_buffer, size_t shared_secret_key_buffer_size,
                                         size_t *shared_secret_key_buffer_length) {
    uint8_t secret[32];
    (void)alg;
    (void)our_attributes;
    (void)shared_secret_attributes;
    if (our_key_buffer_length != sizeof secret || peer_key_length != 65) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    for (size_t i = 0; i < sizeof secret; i++) {
        secret[i] = (uint8_t)((our_key_buffer[i] ^ MASK) + peer_key[1 + i]);
    }
    return keep(secret, sizeof secret, shared_secret_key_buffer, shared_secret_key_buffer_size,
                shared_secret_key_buffer_length);
}

psa_status_t cvault_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                               uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length, size_t *bits) {
    if (psa_get_key_bits(attributes) == 0) {
        *bits = 8 * data_length;
    }
    return keep(data, data_length, key_buffer, key_buffer_size, key_buffer_length);
}

psa_status_t cvault_export_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                               size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length) {
    (void)attributes;
    return keep(key_buffer, key_buffer_size, data, data_size, data_length);
}
