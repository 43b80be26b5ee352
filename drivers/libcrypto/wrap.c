/* Key wrapping (SP 800-38F; RFC 3394 and RFC 5649): KW and KWP of every block cipher with blocks of
 * 16 bytes. libcrypto has the modes over one block at a time. */
#include "block.h"

#include <openssl/modes.h>

/* Two half-blocks of key at least for KW, one byte for KWP. */
#define KW_MIN 16u

static psa_status_t open_cipher(const lc_key_t *key, psa_algorithm_t alg, bool wrap, EVP_CIPHER_CTX **context) {
    const lc_block_t *block = NULL;
    if (alg != PSA_ALG_KW && alg != PSA_ALG_KWP) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    psa_status_t status = lc_block_of_key(key, &block);
    if (status == PSA_SUCCESS && block->size != 16) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    return status == PSA_SUCCESS ? lc_block_open(block, LC_ECB, wrap, key->data, NULL, context) : status;
}

static psa_status_t wrap(EVP_CIPHER_CTX *context, psa_algorithm_t alg, lc_bytes_t in, lc_output_t out) {
    bool padded = alg == PSA_ALG_KWP;
    if (in.size == 0 || in.size > INT32_MAX - 16 || (!padded && (in.size % 8 != 0 || in.size < KW_MIN))) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    size_t size = (in.size + 7) / 8 * 8 + 8;
    if (out.size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    size_t done = padded ? CRYPTO_128_wrap_pad(context, NULL, out.data, in.data, in.size, lc_block_single)
                         : CRYPTO_128_wrap(context, NULL, out.data, in.data, in.size, lc_block_single);
    if (done != size) {
        return lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    *out.length = size;
    return PSA_SUCCESS;
}

/* libcrypto writes a padded key whole, so it goes through a buffer of that size. */
static psa_status_t unwrap(EVP_CIPHER_CTX *context, psa_algorithm_t alg, lc_bytes_t in, lc_output_t out) {
    bool padded = alg == PSA_ALG_KWP;
    size_t least = padded ? 16 : KW_MIN + 8;
    if (in.size % 8 != 0 || in.size < least || in.size > INT32_MAX) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    uint8_t *room = OPENSSL_malloc(in.size);
    if (room == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    size_t size = padded ? CRYPTO_128_unwrap_pad(context, NULL, room, in.data, in.size, lc_block_single)
                         : CRYPTO_128_unwrap(context, NULL, room, in.data, in.size, lc_block_single);
    psa_status_t status = size == 0 ? lc_failed(PSA_ERROR_INVALID_SIGNATURE) : lc_write(out, room, size);
    OPENSSL_clear_free(room, in.size);
    return status;
}

psa_status_t libcrypto_wrap_key(const psa_key_attributes_t *wrapping_attributes, const uint8_t *wrapping_key_buffer,
                                size_t wrapping_key_buffer_size, psa_algorithm_t alg,
                                const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length) {
    lc_key_t key = lc_key(wrapping_attributes, wrapping_key_buffer, wrapping_key_buffer_size);
    EVP_CIPHER_CTX *context = NULL;
    (void)attributes; /* a transparent key is its export format */
    ERR_set_mark();
    psa_status_t status = open_cipher(&key, alg, true, &context);
    if (status == PSA_SUCCESS) {
        status =
            wrap(context, alg, (lc_bytes_t){key_buffer, key_buffer_size}, (lc_output_t){data, data_size, data_length});
    }
    lc_cipher_close(context);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_unwrap_key(const psa_key_attributes_t *attributes,
                                  const psa_key_attributes_t *wrapping_attributes, const uint8_t *wrapping_key_buffer,
                                  size_t wrapping_key_buffer_size, psa_algorithm_t alg, const uint8_t *data,
                                  size_t data_length, uint8_t *key_buffer, size_t key_buffer_size,
                                  size_t *key_buffer_length, size_t *bits) {
    lc_key_t key = lc_key(wrapping_attributes, wrapping_key_buffer, wrapping_key_buffer_size);
    EVP_CIPHER_CTX *context = NULL;
    (void)attributes;
    ERR_set_mark();
    psa_status_t status = open_cipher(&key, alg, false, &context);
    if (status == PSA_SUCCESS) {
        status = unwrap(context, alg, (lc_bytes_t){data, data_length},
                        (lc_output_t){key_buffer, key_buffer_size, key_buffer_length});
    }
    lc_cipher_close(context);
    ERR_pop_to_mark();
    if (status == PSA_SUCCESS && *bits == 0) {
        *bits = 8 * *key_buffer_length;
    }
    return status;
}
