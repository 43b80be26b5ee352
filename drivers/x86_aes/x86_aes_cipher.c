/* The single-part entry points of ciphers, and what they share with the others. */
#include "x86_aes_cipher.h"

#include "x86_aes_cpu.h"
#include "x86_aes_key.h"
#include "x86_aes_modes.h"
#include "x86_aes_padding.h"

#include <string.h>

bool x86_aes_cipher_known(psa_algorithm_t alg) {
    return alg == PSA_ALG_CTR || alg == PSA_ALG_CBC_NO_PADDING || alg == PSA_ALG_CBC_PKCS7 ||
           alg == PSA_ALG_ECB_NO_PADDING;
}

psa_status_t x86_aes_cipher_start(x86_aes_cipher_operation_t *operation, const psa_key_attributes_t *attributes,
                                  const uint8_t *key, size_t key_size, psa_algorithm_t alg, bool decrypt) {
    if (!x86_aes_cipher_known(alg)) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    psa_status_t status = x86_aes_key_check(attributes, key_size, X86_AES_BASE);
    if (status != PSA_SUCCESS) {
        return status;
    }
    x86_aes_key_expand(&operation->key, key, key_size);
    if (decrypt && alg != PSA_ALG_CTR) {
        x86_aes_key_invert(&operation->key);
    }
    operation->alg = alg;
    operation->decrypt = decrypt;
    operation->has_iv = alg == PSA_ALG_ECB_NO_PADDING;
    operation->used = 0;
    return PSA_SUCCESS;
}

void x86_aes_cipher_blocks(x86_aes_cipher_operation_t *operation, const uint8_t *in, uint8_t *out, size_t blocks) {
    if (operation->alg == PSA_ALG_ECB_NO_PADDING) {
        x86_aes_ecb(&operation->key, operation->decrypt, in, out, blocks);
    } else if (operation->decrypt) {
        x86_aes_cbc_decrypt(&operation->key, operation->iv, in, out, blocks);
    } else {
        x86_aes_cbc_encrypt(&operation->key, operation->iv, in, out, blocks);
    }
}

/* Bytes of the key stream block that was begun; none left when `used` is 0. */
static size_t rest_of_block(x86_aes_cipher_operation_t *operation, const uint8_t *in, uint8_t *out, size_t size) {
    size_t i = 0;
    for (; i < size && operation->used != 0; i++) {
        out[i] = (uint8_t)(in[i] ^ operation->block[operation->used]);
        operation->used = (operation->used + 1) & 15;
    }
    return i;
}

void x86_aes_cipher_stream(x86_aes_cipher_operation_t *operation, const uint8_t *in, uint8_t *out, size_t size) {
    size_t done = rest_of_block(operation, in, out, size);
    size_t blocks = (size - done) / 16;
    x86_aes_ctr(&operation->key, operation->iv, in + done, out + done, blocks);
    done += 16 * blocks;
    if (done < size) {
        memset(operation->block, 0, sizeof(operation->block));
        x86_aes_ctr(&operation->key, operation->iv, operation->block, operation->block, 1);
        out[done] = (uint8_t)(in[done] ^ operation->block[0]);
        operation->used = 1;
        (void)rest_of_block(operation, in + done + 1, out + done + 1, size - done - 1);
    }
}

psa_status_t x86_aes_cipher_last(x86_aes_cipher_operation_t *operation, const uint8_t block[16], uint8_t *output,
                                 size_t output_size, size_t *output_length) {
    uint8_t text[16];
    size_t length = 0;
    psa_status_t status = PSA_SUCCESS;
    x86_aes_cipher_blocks(operation, block, text, 1);
    if (x86_aes_unpad(text, &length) != 0) {
        status = PSA_ERROR_INVALID_PADDING;
    } else if (length > output_size) {
        status = PSA_ERROR_BUFFER_TOO_SMALL;
    } else if (length > 0) {
        memcpy(output, text, length);
    }
    *output_length = status == PSA_SUCCESS ? length : 0;
    x86_aes_wipe(text, sizeof(text));
    return status;
}

/* Encrypts a message; the output is large enough. */
static void encrypt(x86_aes_cipher_operation_t *operation, const uint8_t *input, size_t size, uint8_t *output) {
    input = x86_aes_source(input, size, output);
    if (operation->alg == PSA_ALG_CTR) {
        x86_aes_cipher_stream(operation, input, output, size);
        return;
    }
    size_t whole = size / 16;
    x86_aes_cipher_blocks(operation, input, output, whole);
    if (operation->alg == PSA_ALG_CBC_PKCS7) {
        uint8_t last[16] = {0};
        if (size % 16 > 0) {
            memcpy(last, input + 16 * whole, size % 16);
        }
        x86_aes_pad(last, size % 16);
        x86_aes_cipher_blocks(operation, last, output + 16 * whole, 1);
        x86_aes_wipe(last, sizeof(last));
    }
}

psa_status_t x86_aes_cipher_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *iv, size_t iv_length,
                                    const uint8_t *input, size_t input_length, uint8_t *output, size_t output_size,
                                    size_t *output_length) {
    x86_aes_cipher_operation_t operation;
    psa_status_t status = x86_aes_cipher_start(&operation, attributes, key_buffer, key_buffer_size, alg, false);
    if (status != PSA_SUCCESS) {
        return status;
    }
    /* Wraps around only for an input that no memory holds, and then is too small for it. */
    size_t needed = alg == PSA_ALG_CBC_PKCS7 ? (input_length / 16 + 1) * 16 : input_length;
    if (alg == PSA_ALG_ECB_NO_PADDING) {
        status = iv_length == 0 ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    } else {
        status = x86_aes_cipher_set_iv(&operation, iv, iv_length);
    }
    bool whole_blocks = alg == PSA_ALG_CBC_NO_PADDING || alg == PSA_ALG_ECB_NO_PADDING;
    if (status == PSA_SUCCESS && whole_blocks && input_length % 16 != 0) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    if (status == PSA_SUCCESS && (needed < input_length || output_size < needed)) {
        status = PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (status == PSA_SUCCESS) {
        encrypt(&operation, input, input_length, output);
        *output_length = needed;
    }
    x86_aes_wipe(&operation, sizeof(operation));
    return status;
}

/* Decrypts a message after its IV. */
static psa_status_t decrypt(x86_aes_cipher_operation_t *operation, const uint8_t *input, size_t size, uint8_t *output,
                            size_t output_size, size_t *output_length) {
    psa_algorithm_t alg = operation->alg;
    bool padded = alg == PSA_ALG_CBC_PKCS7;
    if (alg != PSA_ALG_CTR && (size % 16 != 0 || (padded && size == 0))) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    uint8_t last[16];
    if (padded) {
        size -= 16;
        memcpy(last, input + size, 16);
    }
    if (output_size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    input = x86_aes_source(input, size, output);
    if (alg == PSA_ALG_CTR) {
        x86_aes_cipher_stream(operation, input, output, size);
    } else {
        x86_aes_cipher_blocks(operation, input, output, size / 16);
    }
    size_t rest = 0;
    psa_status_t status = PSA_SUCCESS;
    if (padded) {
        status = x86_aes_cipher_last(operation, last, output == NULL ? NULL : output + size, output_size - size, &rest);
    }
    if (status == PSA_SUCCESS) {
        *output_length = size + rest;
    } else if (size > 0) {
        x86_aes_wipe(output, size);
    }
    return status;
}

psa_status_t x86_aes_cipher_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                    size_t input_length, uint8_t *output, size_t output_size, size_t *output_length) {
    x86_aes_cipher_operation_t operation;
    psa_status_t status = x86_aes_cipher_start(&operation, attributes, key_buffer, key_buffer_size, alg, true);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t iv_length = alg == PSA_ALG_ECB_NO_PADDING ? 0 : 16;
    if (input_length < iv_length) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    } else {
        if (iv_length > 0) {
            memcpy(operation.iv, input, iv_length);
            input += iv_length;
        }
        status = decrypt(&operation, input, input_length - iv_length, output, output_size, output_length);
    }
    x86_aes_wipe(&operation, sizeof(operation));
    return status;
}
