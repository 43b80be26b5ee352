/* Modes that libcrypto has: SP 800-38A, and CCM* without tag, which is counter mode. */
#include "cipher.h"

/* The IV, if there is one, follows. */
static psa_status_t setup(libcrypto_cipher_operation_t *operation, const lc_key_t *key) {
    const lc_block_t *block = NULL;
    psa_status_t status = lc_block_of_key(key, &block);
    if (status != PSA_SUCCESS) {
        return status;
    }
    operation->cipher_block = block->size;
    return lc_block_open(block, operation->kind->native, operation->encrypt, key->data, NULL, &operation->text);
}

/* Modes that work on whole blocks. */
static psa_status_t setup_blocks(libcrypto_cipher_operation_t *operation, const lc_key_t *key) {
    psa_status_t status = setup(operation, key);
    operation->block = operation->cipher_block;
    operation->takes_iv = operation->kind->native != LC_ECB;
    return status;
}

/* The last block of a padded ciphertext waits for the end, when its padding is taken off. */
static psa_status_t setup_padded(libcrypto_cipher_operation_t *operation, const lc_key_t *key) {
    operation->hold = operation->encrypt ? 0 : 1;
    return setup_blocks(operation, key);
}

static psa_status_t setup_ccm_star(libcrypto_cipher_operation_t *operation, const lc_key_t *key) {
    return PSA_BLOCK_CIPHER_BLOCK_LENGTH(key->type) == 8 ? PSA_ERROR_INVALID_ARGUMENT : setup(operation, key);
}

static psa_status_t set_iv(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length) {
    return iv_length == operation->cipher_block ? lc_cipher_iv(operation->text, iv) : PSA_ERROR_INVALID_ARGUMENT;
}

/* Counter mode takes less than a block, and adds zeros at the end (Crypto API 1.5, 10.5.1). */
static psa_status_t set_counter(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length) {
    uint8_t counter[LC_CIPHER_BLOCK_MAX] = {0};
    if (iv_length == 0 || iv_length > operation->cipher_block) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    memcpy(counter, iv, iv_length);
    return lc_cipher_iv(operation->text, counter);
}

/* CCM* without tag: counter blocks A1, A2, ... of RFC 3610, section 2.3. */
static psa_status_t set_ccm_star(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length) {
    uint8_t counter[LC_CIPHER_BLOCK_MAX] = {0};
    if (iv_length < 7 || iv_length > 13) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    size_t width = 15 - iv_length;
    counter[0] = (uint8_t)(width - 1);
    memcpy(counter + 1, iv, iv_length);
    counter[15] = 1;
    operation->left = width >= 8 ? UINT64_MAX - 1 : ((uint64_t)1 << (8 * width)) - 1;
    return lc_cipher_iv(operation->text, counter);
}

static psa_status_t process(libcrypto_cipher_operation_t *operation, const uint8_t *in, size_t size, uint8_t *out) {
    return lc_cipher_run(operation->text, in, size, out);
}

size_t lc_pkcs7_count(const uint8_t *block, size_t size) {
    uint32_t count = block[size - 1];
    /* 1. 1 <= count <= size */
    uint32_t bad = ((count - 1) | ((uint32_t)size - count)) >> 31;
    /* 2. The last `count` bytes are alike. */
    for (uint32_t i = 0; i < size; i++) {
        uint32_t inside = 0u - (((uint32_t)size - 1 - i - count) >> 31);
        bad |= inside & (block[i] ^ count);
    }
    uint32_t good = 0u - ((bad - 1) >> 31);
    return count & good;
}

static psa_status_t finish_padding(libcrypto_cipher_operation_t *operation, lc_output_t out) {
    uint8_t block = operation->block;
    if (out.size < block) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    uint8_t padding = (uint8_t)(block - operation->held_size);
    memset(operation->held + operation->held_size, padding, padding);
    psa_status_t status = lc_cipher_run(operation->text, operation->held, block, out.data);
    *out.length = status == PSA_SUCCESS ? block : 0;
    return status;
}

static psa_status_t finish_padded(libcrypto_cipher_operation_t *operation, lc_output_t out) {
    if (operation->encrypt) {
        return finish_padding(operation, out);
    }
    size_t block = operation->block;
    if (operation->held_size != block) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    uint8_t last[LC_CIPHER_BLOCK_MAX];
    psa_status_t status = lc_cipher_run(operation->text, operation->held, block, last);
    if (status == PSA_SUCCESS) {
        size_t padding = lc_pkcs7_count(last, block);
        status = padding == 0 ? PSA_ERROR_INVALID_PADDING : lc_write(out, last, block - padding);
    }
    OPENSSL_cleanse(last, sizeof(last));
    return status;
}

static const lc_cipher_kind_t kinds[] = {
    {PSA_ALG_ECB_NO_PADDING, LC_ECB, setup_blocks, NULL, process, NULL},
    {PSA_ALG_CBC_NO_PADDING, LC_CBC, setup_blocks, set_iv, process, NULL},
    {PSA_ALG_CBC_PKCS7, LC_CBC, setup_padded, set_iv, process, finish_padded},
    {PSA_ALG_CTR, LC_CTR, setup, set_counter, process, NULL},
    {PSA_ALG_CFB, LC_CFB, setup, set_iv, process, NULL},
    {PSA_ALG_OFB, LC_OFB, setup, set_iv, process, NULL},
    {PSA_ALG_CCM_STAR_NO_TAG, LC_CTR, setup_ccm_star, set_ccm_star, process, NULL},
};

const lc_cipher_kind_t *lc_cipher_native(psa_algorithm_t alg) {
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].alg == alg) {
            return &kinds[i];
        }
    }
    return NULL;
}
