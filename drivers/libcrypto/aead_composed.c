/* AEAD put together from a block cipher: GCM (SP 800-38D) where libcrypto has none under a name,
 * and CCM (RFC 3610), of which libcrypto's takes no pieces. */
#include "aead.h"
#include "mac.h"

#include <openssl/modes.h>

static psa_status_t find(libcrypto_aead_operation_t *operation, const lc_key_t *key) {
    psa_status_t status = lc_block_of_key(key, &operation->cipher);
    return status == PSA_SUCCESS && operation->cipher->size != 16 ? PSA_ERROR_INVALID_ARGUMENT : status;
}

static psa_status_t compare(const uint8_t *computed, const uint8_t *expected, size_t size) {
    return CRYPTO_memcmp(computed, expected, size) == 0 ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
}

/* GCM: libcrypto's mode over one block at a time. */

static psa_status_t gcm_setup(libcrypto_aead_operation_t *operation, const lc_key_t *key) {
    psa_status_t status = find(operation, key);
    if (status == PSA_SUCCESS) {
        status = lc_block_open(operation->cipher, LC_ECB, true, key->data, NULL, &operation->text);
    }
    if (status == PSA_SUCCESS) {
        operation->gcm = CRYPTO_gcm128_new(operation->text, lc_block_single);
        status = operation->gcm == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : PSA_SUCCESS;
    }
    return status;
}

static psa_status_t gcm_set_nonce(libcrypto_aead_operation_t *operation, const uint8_t *nonce, size_t size) {
    if (size == 0) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    CRYPTO_gcm128_setiv(operation->gcm, nonce, size);
    return PSA_SUCCESS;
}

static psa_status_t gcm_add(libcrypto_aead_operation_t *operation, const uint8_t *in, size_t size) {
    return CRYPTO_gcm128_aad(operation->gcm, in, size) == 0 ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
}

static psa_status_t gcm_process(libcrypto_aead_operation_t *operation, const uint8_t *in, size_t size, uint8_t *out) {
    int status = operation->encrypt ? CRYPTO_gcm128_encrypt(operation->gcm, in, out, size)
                                    : CRYPTO_gcm128_decrypt(operation->gcm, in, out, size);
    return status == 0 ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
}

static psa_status_t gcm_tag(libcrypto_aead_operation_t *operation, uint8_t *out) {
    CRYPTO_gcm128_tag(operation->gcm, out, operation->tag_length);
    return PSA_SUCCESS;
}

static psa_status_t gcm_verify(libcrypto_aead_operation_t *operation, const uint8_t *expected) {
    return CRYPTO_gcm128_finish(operation->gcm, expected, operation->tag_length) == 0 ? PSA_SUCCESS
                                                                                      : PSA_ERROR_INVALID_SIGNATURE;
}

const lc_aead_kind_t lc_aead_gcm_other = {
    PSA_ALG_GCM,
    0x0001f110u,
    false,
    ((uint64_t)1 << 61) - 1,
    ((uint64_t)1 << 36) - 32,
    gcm_setup,
    gcm_set_nonce,
    gcm_add,
    gcm_process,
    gcm_tag,
    gcm_verify,
    NULL,
    lc_gcm_seal_brief,
    lc_gcm_unseal_brief,
};

/* CCM: chaining over a header, the additional data and the text; the text in counter mode. */

static psa_status_t ccm_setup(libcrypto_aead_operation_t *operation, const lc_key_t *key) {
    psa_status_t status = find(operation, key);
    if (status == PSA_SUCCESS) {
        status = lc_block_open(operation->cipher, LC_CTR, true, key->data, NULL, &operation->text);
    }
    return status == PSA_SUCCESS ? lc_chain_open(&operation->mac, operation->cipher, key->data) : status;
}

static void put(uint8_t *at, size_t size, uint64_t value) {
    for (size_t i = size; i-- > 0; value >>= 8) {
        at[i] = (uint8_t)value;
    }
}

/* The block B0 of RFC 3610, 2.2, and the length of the additional data that follows it. */
static size_t header(const libcrypto_aead_operation_t *operation, const uint8_t *nonce, size_t size, uint8_t *out) {
    size_t width = 15 - size;
    uint64_t ad = operation->ad_length;
    out[0] = (uint8_t)((ad > 0 ? 0x40u : 0u) | (operation->tag_length - 2u) / 2 << 3 | (width - 1));
    memcpy(out + 1, nonce, size);
    put(out + 1 + size, width, operation->text_length);
    if (ad == 0) {
        return 16;
    }
    if (ad < 0xff00) {
        put(out + 16, 2, ad);
        return 18;
    }
    bool wide = ad > 0xffffffff;
    size_t bytes = wide ? 8 : 4;
    out[16] = 0xff;
    out[17] = wide ? 0xff : 0xfe;
    put(out + 18, bytes, ad);
    return 18 + bytes;
}

/* The counter block A0 gives the mask of the tag; the text starts with A1 (2.3). */
static psa_status_t ccm_set_nonce(libcrypto_aead_operation_t *operation, const uint8_t *nonce, size_t size) {
    static const uint8_t zeros[16] = {0};
    uint8_t start[16] = {0};
    uint8_t first[16 + 10];
    if (size < 7 || size > 13) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    size_t width = 15 - size;
    if (width < 8 && operation->text_length >> (8 * width) != 0) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    start[0] = (uint8_t)(width - 1);
    memcpy(start + 1, nonce, size);
    psa_status_t status = lc_cipher_iv(operation->text, start);
    if (status == PSA_SUCCESS) {
        status = lc_cipher_run(operation->text, zeros, 16, operation->mask);
    }
    if (status == PSA_SUCCESS) {
        status = lc_chain_add(&operation->mac, first, header(operation, nonce, size, first));
    }
    return status;
}

static psa_status_t ccm_add(libcrypto_aead_operation_t *operation, const uint8_t *in, size_t size) {
    psa_status_t status = lc_chain_add(&operation->mac, in, size);
    /* Declared lengths say when the last of it has come. */
    return status == PSA_SUCCESS && operation->ad_left == 0 ? lc_chain_pad(&operation->mac) : status;
}

static psa_status_t ccm_process(libcrypto_aead_operation_t *operation, const uint8_t *in, size_t size, uint8_t *out) {
    psa_status_t status = PSA_SUCCESS;
    if (operation->encrypt) {
        status = lc_chain_add(&operation->mac, in, size);
    }
    if (status == PSA_SUCCESS) {
        status = lc_cipher_run(operation->text, in, size, out);
    }
    if (status == PSA_SUCCESS && !operation->encrypt) {
        status = lc_chain_add(&operation->mac, out, size);
    }
    return status;
}

static psa_status_t ccm_tag(libcrypto_aead_operation_t *operation, uint8_t *out) {
    psa_status_t status = lc_chain_pad(&operation->mac);
    if (status == PSA_SUCCESS) {
        memcpy(out, operation->mac.state, operation->tag_length);
        lc_xor(out, operation->mask, operation->tag_length);
    }
    return status;
}

static psa_status_t ccm_verify(libcrypto_aead_operation_t *operation, const uint8_t *expected) {
    uint8_t computed[LC_TAG_MAX];
    psa_status_t status = ccm_tag(operation, computed);
    if (status == PSA_SUCCESS) {
        status = compare(computed, expected, operation->tag_length);
    }
    OPENSSL_cleanse(computed, sizeof(computed));
    return status;
}

/* Tags of 4 to 16 bytes, even (2.). */
const lc_aead_kind_t lc_aead_ccm = {
    PSA_ALG_CCM, 0x00015550u, true,    UINT64_MAX, UINT64_MAX, ccm_setup, ccm_set_nonce,
    ccm_add,     ccm_process, ccm_tag, ccm_verify, NULL,       NULL,      NULL,
};
