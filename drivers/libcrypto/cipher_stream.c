/* Stream ciphers: ChaCha20 (RFC 8439, 2.4), XChaCha20 (draft-irtf-cfrg-xchacha, 2.3), ARC4. */
#include "cipher.h"

static EVP_CIPHER *chacha20;
static EVP_CIPHER *arc4;

/* A context that waits for libcrypto's IV: block counter and nonce, 16 bytes. */
static psa_status_t open_chacha(const uint8_t *key, bool encrypt, const uint8_t *iv, EVP_CIPHER_CTX **context) {
    return lc_cipher_open(&chacha20, "ChaCha20", encrypt, key, iv, context);
}

/* Keys of any length, which libcrypto has to know before it takes the key. */
static psa_status_t open_arc4(libcrypto_cipher_operation_t *operation, const lc_key_t *key) {
    if (key->size < 5 || key->size > 256) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    psa_status_t status = lc_cipher_open(&arc4, "RC4", operation->encrypt, NULL, NULL, &operation->text);
    if (status == PSA_SUCCESS && (EVP_CIPHER_CTX_set_key_length(operation->text, (int)key->size) != 1 ||
                                  EVP_CipherInit_ex2(operation->text, NULL, key->data, NULL, -1, NULL) != 1)) {
        status = lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    operation->takes_iv = false;
    return status;
}

static psa_status_t setup(libcrypto_cipher_operation_t *operation, const lc_key_t *key) {
    if (key->type == PSA_KEY_TYPE_ARC4) {
        return open_arc4(operation, key);
    }
    if (key->type != PSA_KEY_TYPE_CHACHA20 && key->type != PSA_KEY_TYPE_XCHACHA20) {
        return PSA_BLOCK_CIPHER_BLOCK_LENGTH(key->type) > 1 ? PSA_ERROR_INVALID_ARGUMENT : PSA_ERROR_NOT_SUPPORTED;
    }
    if (key->size != sizeof(operation->key)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    operation->extended = key->type == PSA_KEY_TYPE_XCHACHA20;
    memcpy(operation->key, key->data, key->size);
    return PSA_SUCCESS;
}

/* Crypto API 1.5, 10.5.1, "Stream cipher": nonces of 12 bytes, of 16 with a block counter before,
 * of 8 for the original ChaCha20. Little-endian counters, which libcrypto carries into the second word. */
static psa_status_t set_chacha(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length) {
    uint8_t start[16] = {0};
    if (iv_length != 8 && iv_length != 12 && iv_length != 16) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    memcpy(start + 16 - iv_length, iv, iv_length);
    if (iv_length != 8) {
        uint64_t first = start[0] | (uint64_t)start[1] << 8 | (uint64_t)start[2] << 16 | (uint64_t)start[3] << 24;
        operation->left = (((uint64_t)1 << 32) - first) * 64;
    }
    return open_chacha(operation->key, operation->encrypt, start, &operation->text);
}

/* Nonces of 24 bytes, of 32 with a block counter of 8 bytes before. */
static psa_status_t set_xchacha(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length) {
    uint8_t start[16] = {0};
    uint8_t subkey[32];
    if (iv_length != 24 && iv_length != 32) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    const uint8_t *nonce = iv + (iv_length - 24);
    memcpy(start, iv, iv_length - 24);
    memcpy(start + 8, nonce + 16, 8);
    psa_status_t status = lc_hchacha20(operation->key, nonce, subkey);
    if (status == PSA_SUCCESS) {
        status = open_chacha(subkey, operation->encrypt, start, &operation->text);
    }
    OPENSSL_cleanse(subkey, sizeof(subkey));
    return status;
}

static psa_status_t set_iv(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length) {
    psa_status_t status =
        operation->extended ? set_xchacha(operation, iv, iv_length) : set_chacha(operation, iv, iv_length);
    OPENSSL_cleanse(operation->key, sizeof(operation->key));
    return status;
}

static psa_status_t process(libcrypto_cipher_operation_t *operation, const uint8_t *in, size_t size, uint8_t *out) {
    return lc_cipher_run(operation->text, in, size, out);
}

const lc_cipher_kind_t lc_cipher_stream = {PSA_ALG_STREAM_CIPHER, LC_ECB, setup, set_iv, process, NULL};

static uint32_t load(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void store(uint8_t *at, uint32_t word) {
    for (size_t i = 0; i < 4; i++) {
        at[i] = (uint8_t)(word >> (8 * i));
    }
}

/* A block of key stream is the permuted state plus the state. Of words 0 to 3 and 12 to 15 the
 * state is known and public, so the permutation, which HChaCha20 is, can be had from the block. */
psa_status_t lc_hchacha20(const uint8_t *key, const uint8_t *nonce, uint8_t *subkey) {
    static const uint8_t constants[] = "expand 32-byte k";
    static const uint8_t zeros[64] = {0};
    uint8_t stream[64];
    EVP_CIPHER_CTX *context = NULL;
    psa_status_t status = open_chacha(key, true, nonce, &context);
    if (status == PSA_SUCCESS) {
        status = lc_cipher_run(context, zeros, sizeof(zeros), stream);
    }
    for (size_t i = 0; status == PSA_SUCCESS && i < 16; i += 4) {
        store(subkey + i, load(stream + i) - load(constants + i));
        store(subkey + 16 + i, load(stream + 48 + i) - load(nonce + i));
    }
    lc_cipher_close(context);
    OPENSSL_cleanse(stream, sizeof(stream));
    return status;
}
