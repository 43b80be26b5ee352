/* The multi-part entry points of ciphers. */
#include "x86_aes_cipher.h"
#include "x86_aes_key.h"
#include "x86_aes_padding.h"

#include <string.h>

psa_status_t x86_aes_cipher_encrypt_setup(x86_aes_cipher_operation_t *operation, const psa_key_attributes_t *attributes,
                                          const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg) {
    return x86_aes_cipher_start(operation, attributes, key_buffer, key_buffer_size, alg, false);
}

psa_status_t x86_aes_cipher_decrypt_setup(x86_aes_cipher_operation_t *operation, const psa_key_attributes_t *attributes,
                                          const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg) {
    return x86_aes_cipher_start(operation, attributes, key_buffer, key_buffer_size, alg, true);
}

/* CTR takes 1 byte or more, and zeros after them; CBC a block. */
psa_status_t x86_aes_cipher_set_iv(x86_aes_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length) {
    if (operation->alg == 0 || operation->has_iv) {
        return PSA_ERROR_BAD_STATE;
    }
    size_t least = operation->alg == PSA_ALG_CTR ? 1 : 16;
    if (iv_length < least || iv_length > 16) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    memset(operation->iv, 0, sizeof(operation->iv));
    memcpy(operation->iv, iv, iv_length);
    operation->has_iv = 1;
    return PSA_SUCCESS;
}

/* Whole blocks come out as soon as they are there; where padding is to be removed, the last one waits. */
static psa_status_t update_blocks(x86_aes_cipher_operation_t *operation, const uint8_t *input, size_t size,
                                  uint8_t *output, size_t output_size, size_t *output_length) {
    bool waits = operation->alg == PSA_ALG_CBC_PKCS7 && operation->decrypt;
    size_t used = operation->used;
    size_t ready = (used + size - waits) / 16 * 16; /* size > 0 */
    if (output_size < ready) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    *output_length = ready;
    if (ready == 0) {
        memcpy(operation->block + used, input, size);
        operation->used = (uint8_t)(used + size);
        return PSA_SUCCESS;
    }
    /* 1. What waits next, before the output may replace it. */
    uint8_t next[16];
    size_t taken = ready - used;
    size_t rest = size - taken;
    memcpy(next, input + taken, rest);
    /* 2. What waited and what came, in one piece: where the input is, or where the output is. */
    if (used == 0) {
        input = x86_aes_source(input, ready, output);
    } else {
        memmove(output + used, input, taken);
        memcpy(output, operation->block, used);
        input = output;
    }
    x86_aes_cipher_blocks(operation, input, output, ready / 16);
    memcpy(operation->block, next, rest);
    operation->used = (uint8_t)rest;
    x86_aes_wipe(next, sizeof(next));
    return PSA_SUCCESS;
}

psa_status_t x86_aes_cipher_update(x86_aes_cipher_operation_t *operation, const uint8_t *input, size_t input_length,
                                   uint8_t *output, size_t output_size, size_t *output_length) {
    if (operation->alg == 0 || !operation->has_iv) {
        return PSA_ERROR_BAD_STATE;
    }
    if (input_length == 0) {
        *output_length = 0;
        return PSA_SUCCESS;
    }
    if (operation->alg != PSA_ALG_CTR) {
        return update_blocks(operation, input, input_length, output, output_size, output_length);
    }
    if (output_size < input_length) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    input = x86_aes_source(input, input_length, output);
    x86_aes_cipher_stream(operation, input, output, input_length);
    *output_length = input_length;
    return PSA_SUCCESS;
}

static psa_status_t finish(x86_aes_cipher_operation_t *operation, uint8_t *output, size_t output_size,
                           size_t *output_length) {
    if (operation->alg == 0 || !operation->has_iv) {
        return PSA_ERROR_BAD_STATE;
    }
    *output_length = 0;
    if (operation->alg == PSA_ALG_CTR) {
        return PSA_SUCCESS;
    }
    if (operation->alg != PSA_ALG_CBC_PKCS7) {
        return operation->used == 0 ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    }
    if (operation->decrypt) {
        return operation->used != 16
                   ? PSA_ERROR_INVALID_ARGUMENT
                   : x86_aes_cipher_last(operation, operation->block, output, output_size, output_length);
    }
    if (output_size < 16) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    x86_aes_pad(operation->block, operation->used);
    x86_aes_cipher_blocks(operation, operation->block, output, 1);
    *output_length = 16;
    return PSA_SUCCESS;
}

/* The core drops the context after a finish that failed, without abort: it is wiped in any case. */
psa_status_t x86_aes_cipher_finish(x86_aes_cipher_operation_t *operation, uint8_t *output, size_t output_size,
                                   size_t *output_length) {
    psa_status_t status = finish(operation, output, output_size, output_length);
    (void)x86_aes_cipher_abort(operation);
    return status;
}

psa_status_t x86_aes_cipher_abort(x86_aes_cipher_operation_t *operation) {
    x86_aes_wipe(operation, sizeof(*operation));
    return PSA_SUCCESS;
}
