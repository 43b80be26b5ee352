/* AEAD that libcrypto has and processes in pieces: GCM (SP 800-38D), ChaCha20-Poly1305 (RFC 8439),
 * and on top of it XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha, 2.1). */
#include "aead.h"
#include "cipher.h"

/* 4, 8 and 12 to 16 bytes (SP 800-38D, 5.2.1.2), and 16 only. */
#define GCM_TAGS 0x0001f110u
#define FULL_TAG 0x00010000u
#define GCM_AD_MAX (((uint64_t)1 << 61) - 1)
#define GCM_TEXT_MAX (((uint64_t)1 << 36) - 32)
#define CHACHA_TEXT_MAX ((((uint64_t)1 << 32) - 1) * 64)

/* libcrypto's limit for the nonce of its GCM. */
#define GCM_NONCE_MAX 128

#define CHACHA "ChaCha20-Poly1305"

static EVP_CIPHER *chacha;

static psa_status_t gcm_open(const lc_key_t *key, bool encrypt, EVP_CIPHER_CTX **context) {
    const lc_block_t *block = NULL;
    psa_status_t status = lc_block_of_key(key, &block);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (block->size != 16) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    return lc_block_open(block, LC_GCM, encrypt, key->data, NULL, context);
}

static psa_status_t gcm_setup(libcrypto_aead_operation_t *operation, const lc_key_t *key) {
    return gcm_open(key, operation->encrypt, &operation->text);
}

static psa_status_t gcm_set_nonce(libcrypto_aead_operation_t *operation, const uint8_t *nonce, size_t size) {
    if (size == 0) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (size > GCM_NONCE_MAX) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (size != 12) {
        lc_cipher_spoil(operation->text); /* its length of IVs would have to be set at every use */
        if (EVP_CIPHER_CTX_ctrl(operation->text, EVP_CTRL_AEAD_SET_IVLEN, (int)size, NULL) != 1) {
            return lc_failed(PSA_ERROR_NOT_SUPPORTED);
        }
    }
    return lc_cipher_iv(operation->text, nonce);
}

static psa_status_t add(libcrypto_aead_operation_t *operation, const uint8_t *in, size_t size) {
    return lc_cipher_run(operation->text, in, size, NULL);
}

static psa_status_t process(libcrypto_aead_operation_t *operation, const uint8_t *in, size_t size, uint8_t *out) {
    return lc_cipher_run(operation->text, in, size, out);
}

static psa_status_t tag(libcrypto_aead_operation_t *operation, uint8_t *out) {
    int done = 0;
    if (EVP_CipherFinal_ex(operation->text, out, &done) != 1 ||
        EVP_CIPHER_CTX_ctrl(operation->text, EVP_CTRL_AEAD_GET_TAG, operation->tag_length, out) != 1) {
        return lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    return PSA_SUCCESS;
}

/* libcrypto compares in constant time, and takes the tag without changing it. */
static psa_status_t verify(libcrypto_aead_operation_t *operation, const uint8_t *expected) {
    uint8_t copy[LC_TAG_MAX];
    uint8_t nothing[LC_CIPHER_BLOCK_MAX];
    int done = 0;
    memcpy(copy, expected, operation->tag_length);
    if (EVP_CIPHER_CTX_ctrl(operation->text, EVP_CTRL_AEAD_SET_TAG, operation->tag_length, copy) != 1) {
        return lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    return EVP_CipherFinal_ex(operation->text, nothing, &done) == 1 ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
}

const lc_aead_kind_t lc_aead_gcm = {
    PSA_ALG_GCM, GCM_TAGS, false, GCM_AD_MAX, GCM_TEXT_MAX, gcm_setup,         gcm_set_nonce,
    add,         process,  tag,   verify,     gcm_open,     lc_gcm_seal_brief, lc_gcm_unseal_brief,
};

static psa_status_t keep_key(libcrypto_aead_operation_t *operation, const lc_key_t *key, psa_key_type_t type) {
    if (key->type != type || key->size != sizeof(operation->key)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    memcpy(operation->key, key->data, key->size);
    return PSA_SUCCESS;
}

#define CHACHA_KEY 32

static psa_status_t chacha_open(const lc_key_t *key, bool encrypt, EVP_CIPHER_CTX **context) {
    if (key->type != PSA_KEY_TYPE_CHACHA20 || key->size != CHACHA_KEY) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    return lc_cipher_keyed(&chacha, CHACHA, encrypt, (lc_bytes_t){key->data, key->size}, LC_VARIANTS + encrypt,
                           context);
}

static psa_status_t chacha_setup(libcrypto_aead_operation_t *operation, const lc_key_t *key) {
    return chacha_open(key, operation->encrypt, &operation->text);
}

static psa_status_t xchacha_setup(libcrypto_aead_operation_t *operation, const lc_key_t *key) {
    return keep_key(operation, key, PSA_KEY_TYPE_XCHACHA20);
}

static psa_status_t open_chacha(libcrypto_aead_operation_t *operation, const uint8_t *nonce) {
    psa_status_t status = lc_cipher_open(&chacha, CHACHA, operation->encrypt, operation->key, nonce, &operation->text);
    OPENSSL_cleanse(operation->key, sizeof(operation->key));
    return status;
}

/* The variant with a nonce of 8 bytes is another algorithm, which libcrypto does not have. */
static psa_status_t chacha_set_nonce(libcrypto_aead_operation_t *operation, const uint8_t *nonce, size_t size) {
    if (size != 12) {
        return size == 8 ? PSA_ERROR_NOT_SUPPORTED : PSA_ERROR_INVALID_ARGUMENT;
    }
    return lc_cipher_iv(operation->text, nonce);
}

static psa_status_t xchacha_set_nonce(libcrypto_aead_operation_t *operation, const uint8_t *nonce, size_t size) {
    uint8_t short_nonce[12] = {0};
    if (size != 24) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    psa_status_t status = lc_hchacha20(operation->key, nonce, operation->key);
    memcpy(short_nonce + 4, nonce + 16, 8);
    return status == PSA_SUCCESS ? open_chacha(operation, short_nonce) : status;
}

const lc_aead_kind_t lc_aead_chacha = {
    PSA_ALG_CHACHA20_POLY1305,
    FULL_TAG,
    false,
    UINT64_MAX,
    CHACHA_TEXT_MAX,
    chacha_setup,
    chacha_set_nonce,
    add,
    process,
    tag,
    verify,
    chacha_open,
    NULL,
    NULL,
};
const lc_aead_kind_t lc_aead_xchacha = {
    PSA_ALG_XCHACHA20_POLY1305,
    FULL_TAG,
    false,
    UINT64_MAX,
    CHACHA_TEXT_MAX,
    xchacha_setup,
    xchacha_set_nonce,
    add,
    process,
    tag,
    verify,
    NULL,
    NULL,
    NULL,
};
