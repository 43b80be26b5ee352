#include "witness.h"

#include <string.h>

/* FNV-1a over what was read, each piece behind its length or a mark that it was not there. */
static uint32_t add(uint32_t sum, const uint8_t *data, size_t length) {
    for (size_t i = 0; i < length; i++) {
        sum = (sum ^ data[i]) * 16777619u;
    }
    return sum;
}

static uint32_t add_number(uint32_t sum, uint32_t number) {
    const uint8_t bytes[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                              (uint8_t)number};
    return add(sum, bytes, 4);
}

typedef psa_status_t (*length_t)(const psa_crypto_driver_pake_inputs_t *inputs, size_t *length);
typedef psa_status_t (*bytes_t)(const psa_crypto_driver_pake_inputs_t *inputs, uint8_t *buffer, size_t size,
                                size_t *length);

#define MISSING 0xffffffffu

static psa_status_t add_text(uint32_t *sum, const psa_crypto_driver_pake_inputs_t *inputs, length_t length,
                             bytes_t bytes) {
    uint8_t buffer[256];
    size_t size = 0;
    size_t got = 0;
    psa_status_t status = length(inputs, &size);
    if (status == PSA_ERROR_BAD_STATE) {
        *sum = add_number(*sum, MISSING);
        return bytes(inputs, buffer, sizeof(buffer), &got) == PSA_ERROR_BAD_STATE ? PSA_SUCCESS
                                                                                  : PSA_ERROR_GENERIC_ERROR;
    }
    if (status != PSA_SUCCESS || size > sizeof(buffer)) {
        return PSA_ERROR_GENERIC_ERROR;
    }
    if (size != 0 && bytes(inputs, buffer, size - 1, &got) != PSA_ERROR_BUFFER_TOO_SMALL) {
        return PSA_ERROR_GENERIC_ERROR;
    }
    status = bytes(inputs, buffer, size, &got);
    *sum = add(add_number(*sum, (uint32_t)got), buffer, got);
    return status == PSA_SUCCESS && got == size ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
}

static psa_status_t read_all(uint32_t *sum, const psa_crypto_driver_pake_inputs_t *inputs) {
    psa_pake_cipher_suite_t suite = PSA_PAKE_CIPHER_SUITE_INIT;
    psa_pake_role_t role = 0xff;
    *sum = 2166136261u;
    psa_status_t status = psa_crypto_driver_pake_get_cipher_suite(inputs, &suite);
    if (status == PSA_SUCCESS) {
        status = psa_crypto_driver_pake_get_role(inputs, &role);
    }
    *sum = add_number(*sum, psa_pake_cs_get_algorithm(&suite));
    *sum = add_number(*sum, psa_pake_cs_get_primitive(&suite));
    *sum = add_number(*sum, psa_pake_cs_get_key_confirmation(&suite));
    *sum = add_number(*sum, role);
    if (status == PSA_SUCCESS) {
        status = add_text(sum, inputs, psa_crypto_driver_pake_get_user_len, psa_crypto_driver_pake_get_user);
    }
    if (status == PSA_SUCCESS) {
        status = add_text(sum, inputs, psa_crypto_driver_pake_get_peer_len, psa_crypto_driver_pake_get_peer);
    }
    if (status == PSA_SUCCESS) {
        status = add_text(sum, inputs, psa_crypto_driver_pake_get_context_len, psa_crypto_driver_pake_get_context);
    }
    return status;
}

/* The key as attributes and buffer; must be what the other getters give. */
static psa_status_t add_key(uint32_t *sum, const psa_crypto_driver_pake_inputs_t *inputs, size_t skip) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    uint8_t *data = NULL;
    size_t size = 0;
    psa_status_t status = psa_crypto_driver_pake_get_password_key(inputs, &data, &size, &attributes);
    if (status != PSA_SUCCESS || size < skip) {
        return PSA_ERROR_GENERIC_ERROR;
    }
    *sum = add_number(*sum, psa_get_key_type(&attributes));
    *sum = add_number(*sum, (uint32_t)psa_get_key_bits(&attributes));
    *sum = add(add_number(*sum, (uint32_t)(size - skip)), data + skip, size - skip);
    return PSA_SUCCESS;
}

psa_status_t witness_pake_setup(witness_pake_operation_t *operation, const psa_crypto_driver_pake_inputs_t *inputs) {
    uint32_t unused = 0;
    psa_status_t status = read_all(&operation->sum, inputs);
    if (status == PSA_SUCCESS) {
        status = add_text(&unused, inputs, psa_crypto_driver_pake_get_password_len,
                          psa_crypto_driver_pake_get_password_bytes);
    }
    return status == PSA_SUCCESS ? add_key(&operation->sum, inputs, 0) : status;
}

psa_status_t safe_pake_setup(safe_pake_operation_t *operation, const psa_crypto_driver_pake_inputs_t *inputs) {
    psa_status_t status = read_all(&operation->sum, inputs);
    return status == PSA_SUCCESS ? add_key(&operation->sum, inputs, 1) : status;
}

/* Whatever is asked for, all of it. */
psa_status_t witness_pake_output(witness_pake_operation_t *operation, psa_crypto_driver_pake_step_t step,
                                 uint8_t *output, size_t output_size, size_t *output_length) {
    operation->steps++;
    memset(output, (int)step, output_size);
    *output_length = output_size;
    return PSA_SUCCESS;
}

psa_status_t witness_pake_input(witness_pake_operation_t *operation, psa_crypto_driver_pake_step_t step,
                                const uint8_t *input, size_t input_length) {
    operation->steps++;
    return input_length != 0 && (input[0] == (uint8_t)step || input[0] == (uint8_t)(step - 3))
               ? PSA_SUCCESS
               : PSA_ERROR_INVALID_SIGNATURE;
}

psa_status_t witness_pake_get_implicit_key(witness_pake_operation_t *operation, uint8_t *output, size_t output_size,
                                           size_t *output_length) {
    memset(output, 0, output_size);
    for (size_t i = 0; i < 4 && i < output_size; i++) {
        output[i] = (uint8_t)(operation->sum >> (24 - 8 * i));
    }
    output[output_size - 1] = (uint8_t)operation->steps;
    *output_length = output_size;
    return PSA_SUCCESS;
}

psa_status_t witness_pake_abort(witness_pake_operation_t *operation) {
    memset(operation, 0, sizeof(*operation));
    return PSA_SUCCESS;
}

psa_status_t safe_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                             uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length, size_t *bits) {
    if (key_buffer_size < data_length + 1) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    key_buffer[0] = 0x5a;
    memcpy(key_buffer + 1, data, data_length);
    *key_buffer_length = data_length + 1;
    *bits = psa_get_key_bits(attributes) != 0 ? psa_get_key_bits(attributes) : 8 * data_length;
    return PSA_SUCCESS;
}

psa_status_t safe_pake_output(safe_pake_operation_t *operation, psa_crypto_driver_pake_step_t step, uint8_t *output,
                              size_t output_size, size_t *output_length) {
    return witness_pake_output(operation, step, output, output_size, output_length);
}

psa_status_t safe_pake_input(safe_pake_operation_t *operation, psa_crypto_driver_pake_step_t step, const uint8_t *input,
                             size_t input_length) {
    return witness_pake_input(operation, step, input, input_length);
}

psa_status_t safe_pake_get_shared_key(safe_pake_operation_t *operation, uint8_t *output, size_t output_size,
                                      size_t *output_length) {
    return witness_pake_get_implicit_key(operation, output, output_size, output_length);
}

psa_status_t safe_pake_abort(safe_pake_operation_t *operation) {
    return witness_pake_abort(operation);
}
