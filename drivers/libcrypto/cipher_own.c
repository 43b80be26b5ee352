/* Modes of a block cipher that libcrypto does not have, or not in pieces: XTS, and counter mode of DES. */
#include "cipher.h"

/* Blocks per call of the cipher, which is faster with many. */
#define BATCH 64

/* IEEE 1619, section 5.1: at most 2^20 blocks in a data unit. */
#define XTS_BYTES_MAX ((uint64_t)16 << 20)

static psa_status_t xts_setup(libcrypto_cipher_operation_t *operation, const lc_key_t *key) {
    size_t half = key->size / 2;
    const lc_block_t *block = lc_block_find(key->type, 8 * half);
    if (block == NULL || block->size != 16 || key->size != 2 * half) {
        return PSA_BLOCK_CIPHER_BLOCK_LENGTH(key->type) > 1 ? PSA_ERROR_INVALID_ARGUMENT : PSA_ERROR_NOT_SUPPORTED;
    }
    operation->block = operation->cipher_block = block->size;
    operation->hold = block->size;
    operation->left = XTS_BYTES_MAX;
    psa_status_t status = lc_block_open(block, LC_ECB, operation->encrypt, key->data, NULL, &operation->text);
    if (status == PSA_SUCCESS) {
        status = lc_block_open(block, LC_ECB, true, key->data + half, NULL, &operation->second);
    }
    return status;
}

static psa_status_t xts_set_iv(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length) {
    return iv_length == 16 ? lc_cipher_run(operation->second, iv, 16, operation->chain) : PSA_ERROR_INVALID_ARGUMENT;
}

static uint64_t load(const uint8_t *at) {
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 |
           (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

static void store(uint8_t *at, uint64_t word) {
    at[0] = (uint8_t)word;
    at[1] = (uint8_t)(word >> 8);
    at[2] = (uint8_t)(word >> 16);
    at[3] = (uint8_t)(word >> 24);
    at[4] = (uint8_t)(word >> 32);
    at[5] = (uint8_t)(word >> 40);
    at[6] = (uint8_t)(word >> 48);
    at[7] = (uint8_t)(word >> 56);
}

/* A tweak in two words. */
typedef struct {
    uint64_t low, high;
} tweak_t;

static tweak_t tweak_load(const uint8_t *at) {
    tweak_t tweak = {load(at), load(at + 8)};
    return tweak;
}

static void tweak_store(uint8_t *at, tweak_t tweak) {
    store(at, tweak.low);
    store(at + 8, tweak.high);
}

/* tweak * x in GF(2^128), little-endian (5.2). */
static tweak_t tweak_next(tweak_t tweak) {
    tweak_t next = {tweak.low << 1 ^ (0x87 & (0 - (tweak.high >> 63))), tweak.high << 1 | tweak.low >> 63};
    return next;
}

static psa_status_t xts_process(libcrypto_cipher_operation_t *operation, const uint8_t *in, size_t size, uint8_t *out) {
    uint8_t tweaks[BATCH * 16];
    uint8_t text[BATCH * 16];
    psa_status_t status = PSA_SUCCESS;
    tweak_t tweak = tweak_load(operation->chain);
    while (size > 0 && status == PSA_SUCCESS) {
        size_t part = size < sizeof(text) ? size : sizeof(text);
        for (size_t i = 0; i < part; i += 16, tweak = tweak_next(tweak)) {
            tweak_store(tweaks + i, tweak);
        }
        memcpy(text, in, part);
        lc_xor(text, tweaks, part);
        status = lc_cipher_run(operation->text, text, part, out);
        lc_xor(out, tweaks, part);
        in += part;
        out += part;
        size -= part;
    }
    tweak_store(operation->chain, tweak);
    OPENSSL_cleanse(tweaks, sizeof(tweaks));
    OPENSSL_cleanse(text, sizeof(text));
    return status;
}

/* The last block, or the last one and a part, by stealing ciphertext (5.3.2 and 5.4.2). */
static psa_status_t xts_finish(libcrypto_cipher_operation_t *operation, lc_output_t out) {
    size_t size = operation->held_size;
    uint8_t *held = operation->held;
    if (size < 16) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    size_t rest = size - 16;
    if (out.size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    uint8_t before[16] = {0};
    uint8_t block[16];
    if (rest > 0 && !operation->encrypt) {
        /* The full block belongs to the tweak after, the part to the tweak before. */
        memcpy(before, operation->chain, 16);
        tweak_store(operation->chain, tweak_next(tweak_load(operation->chain)));
    }
    psa_status_t status = xts_process(operation, held, 16, block);
    if (status == PSA_SUCCESS && rest > 0) {
        memcpy(held, held + 16, rest);
        memcpy(held + rest, block + rest, 16 - rest);
        memcpy(out.data + 16, block, rest);
        if (!operation->encrypt) {
            memcpy(operation->chain, before, 16);
        }
        status = xts_process(operation, held, 16, block);
    }
    if (status == PSA_SUCCESS) {
        memcpy(out.data, block, 16);
        *out.length = size;
    }
    OPENSSL_cleanse(block, sizeof(block));
    return status;
}

const lc_cipher_kind_t lc_cipher_xts = {PSA_ALG_XTS, LC_ECB, xts_setup, xts_set_iv, xts_process, xts_finish};

static psa_status_t counter_setup(libcrypto_cipher_operation_t *operation, const lc_key_t *key) {
    const lc_block_t *block = NULL;
    psa_status_t status = lc_block_of_key(key, &block);
    if (status != PSA_SUCCESS) {
        return status;
    }
    operation->cipher_block = block->size;
    return lc_block_open(block, LC_ECB, true, key->data, NULL, &operation->text);
}

static psa_status_t counter_set_iv(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length) {
    if (iv_length == 0 || iv_length > operation->cipher_block) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    memset(operation->chain, 0, sizeof(operation->chain));
    memcpy(operation->chain, iv, iv_length);
    return PSA_SUCCESS;
}

static void increment(uint8_t *counter, size_t size) {
    unsigned carry = 1;
    for (size_t i = size; i-- > 0;) {
        carry += counter[i];
        counter[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

/* operation->key holds the key stream of the current block, of which stream_left bytes are left. */
static psa_status_t counter_process(libcrypto_cipher_operation_t *operation, const uint8_t *in, size_t size,
                                    uint8_t *out) {
    size_t block = operation->cipher_block;
    for (size_t i = 0; i < size; i++) {
        if (operation->stream_left == 0) {
            psa_status_t status = lc_cipher_run(operation->text, operation->chain, block, operation->key);
            if (status != PSA_SUCCESS) {
                return status;
            }
            increment(operation->chain, block);
            operation->stream_left = (uint8_t)block;
        }
        out[i] = in[i] ^ operation->key[block - operation->stream_left--];
    }
    return PSA_SUCCESS;
}

const lc_cipher_kind_t lc_cipher_counter = {PSA_ALG_CTR, LC_ECB, counter_setup, counter_set_iv, counter_process, NULL};
