#include "vendor.h"

static uint32_t add(uint32_t sum, const uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        sum += data[i];
    }
    return sum;
}

static psa_status_t give(uint32_t sum, uint8_t *output, size_t size, size_t *length) {
    if (size < 4) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    for (size_t i = 0; i < 4; i++) {
        output[i] = (uint8_t)(sum >> (24 - 8 * i));
    }
    *length = 4;
    return PSA_SUCCESS;
}

psa_status_t vendor_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                 size_t hash_size, size_t *hash_length) {
    return give(add(alg & 0xffu, input, input_length), hash, hash_size, hash_length);
}

psa_status_t vendor_hash_setup(vendor_hash_operation_t *operation, psa_algorithm_t alg) {
    operation->sum = alg & 0xffu;
    return PSA_SUCCESS;
}

psa_status_t vendor_hash_update(vendor_hash_operation_t *operation, const uint8_t *input, size_t input_length) {
    operation->sum = add(operation->sum, input, input_length);
    return PSA_SUCCESS;
}

psa_status_t vendor_hash_finish(vendor_hash_operation_t *operation, uint8_t *hash, size_t hash_size,
                                size_t *hash_length) {
    return give(operation->sum, hash, hash_size, hash_length);
}

psa_status_t vendor_hash_abort(vendor_hash_operation_t *operation) {
    operation->sum = 0;
    return PSA_SUCCESS;
}

psa_status_t vendor_mac_compute(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                uint8_t *mac, size_t mac_size, size_t *mac_length) {
    (void)attributes;
    return give(add(add(alg & 0xffu, key_buffer, key_buffer_size), input, input_length), mac, mac_size, mac_length);
}

psa_status_t vendor_sign_message(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                 size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                 uint8_t *signature, size_t signature_size, size_t *signature_length) {
    return vendor_mac_compute(attributes, key_buffer, key_buffer_size, alg, input, input_length, signature,
                              signature_size, signature_length);
}

psa_status_t vendor_verify_message(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                   size_t input_length, const uint8_t *signature, size_t signature_length) {
    uint8_t expected[4];
    size_t length = 0;
    (void)vendor_sign_message(attributes, key_buffer, key_buffer_size, alg, input, input_length, expected,
                              sizeof expected, &length);
    uint8_t difference = signature_length == length ? 0 : 1;
    for (size_t i = 0; i < length && difference == 0; i++) {
        difference = expected[i] ^ signature[i];
    }
    return difference == 0 ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
}

psa_status_t vendor_cipher_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *iv, size_t iv_length,
                                   const uint8_t *input, size_t input_length, uint8_t *output, size_t output_size,
                                   size_t *output_length) {
    (void)iv;
    if (iv_length != 0) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    return vendor_cipher_decrypt(attributes, key_buffer, key_buffer_size, alg, input, input_length, output, output_size,
                                 output_length);
}

psa_status_t vendor_cipher_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                   size_t input_length, uint8_t *output, size_t output_size, size_t *output_length) {
    (void)attributes;
    (void)key_buffer_size;
    (void)alg;
    if (output_size < input_length) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    for (size_t i = 0; i < input_length; i++) {
        output[i] = input[i] ^ key_buffer[0];
    }
    *output_length = input_length;
    return PSA_SUCCESS;
}
