/* Whole texts for AEAD that libcrypto has under a name, with a context that is kept with the key. */
#include "aead.h"

#include <openssl/core_names.h>

/* A request that libcrypto does in one go. */
typedef struct {
    lc_bytes_t nonce;
    lc_bytes_t ad;
    lc_bytes_t text;
    uint8_t *out; /* as long as the text */
    size_t tag_length;
} whole_t;

#define NONCE 12

/* A context for a request; DOES_NOT_EXIST where the long way is to be taken, which also finds out what is wrong. */
static psa_status_t open(const lc_key_t *key, psa_algorithm_t alg, bool encrypt, const whole_t *whole,
                         EVP_CIPHER_CTX **context) {
    const lc_aead_kind_t *kind = lc_aead_find(alg, key);
    if (kind == NULL || kind->open == NULL || whole->nonce.size != NONCE || whole->tag_length > LC_TAG_MAX ||
        (kind->tags >> whole->tag_length & 1) == 0 || whole->ad.size > kind->ad_max ||
        whole->text.size > kind->text_max) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    return kind->open(key, encrypt, context);
}

/* Nonce, additional data and text. */
static psa_status_t run(EVP_CIPHER_CTX *context, const whole_t *whole) {
    psa_status_t status = lc_cipher_iv(context, whole->nonce.data);
    if (status == PSA_SUCCESS) {
        status = lc_cipher_run(context, whole->ad.data, whole->ad.size, NULL);
    }
    return status == PSA_SUCCESS ? lc_cipher_run(context, whole->text.data, whole->text.size, whole->out) : status;
}

/* Parameters, since controls by number cost a translation. */
static psa_status_t seal(EVP_CIPHER_CTX *context, const whole_t *whole, uint8_t *tag) {
    OSSL_PARAM wanted[] = {OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, whole->tag_length), OSSL_PARAM_END};
    uint8_t nothing[LC_CIPHER_BLOCK_MAX];
    int done = 0;
    psa_status_t status = run(context, whole);
    if (status == PSA_SUCCESS &&
        (EVP_CipherFinal_ex(context, nothing, &done) != 1 || EVP_CIPHER_CTX_get_params(context, wanted) != 1)) {
        status = lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    return status;
}

static psa_status_t unseal(EVP_CIPHER_CTX *context, const whole_t *whole, const uint8_t *tag) {
    uint8_t expected[LC_TAG_MAX];
    OSSL_PARAM given[] = {OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, expected, whole->tag_length),
                          OSSL_PARAM_END};
    uint8_t nothing[LC_CIPHER_BLOCK_MAX];
    int done = 0;
    memcpy(expected, tag, whole->tag_length);
    psa_status_t status = run(context, whole);
    if (status == PSA_SUCCESS && EVP_CIPHER_CTX_set_params(context, given) != 1) {
        status = lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    if (status == PSA_SUCCESS && EVP_CipherFinal_ex(context, nothing, &done) != 1) {
        status = PSA_ERROR_INVALID_SIGNATURE;
    }
    return status;
}

/* A context that failed in another way than by a wrong tag is not used again. */
static void close(EVP_CIPHER_CTX *context, psa_status_t status) {
    if (status != PSA_SUCCESS && status != PSA_ERROR_INVALID_SIGNATURE) {
        lc_cipher_spoil(context);
    }
    lc_cipher_close(context);
}

/* What else than memory can be wrong was found out before. */
psa_status_t lc_aead_encrypt_whole(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t nonce, lc_bytes_t ad,
                                   lc_bytes_t text, lc_output_t out) {
    EVP_CIPHER_CTX *context = NULL;
    whole_t whole = {nonce, ad, text, out.data, PSAB_ALG_GET_LENGTH(alg)};
    if (out.size < whole.tag_length || out.size - whole.tag_length < text.size) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    psa_status_t status = open(key, alg, true, &whole, &context);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = seal(context, &whole, out.data + text.size);
    close(context, status);
    if (status == PSA_SUCCESS) {
        *out.length = text.size + whole.tag_length;
    }
    return lc_unmarked(status);
}

/* A wrong tag leaves an error in libcrypto's queue. */
psa_status_t lc_aead_decrypt_whole(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t nonce, lc_bytes_t ad,
                                   lc_bytes_t text, lc_output_t out) {
    EVP_CIPHER_CTX *context = NULL;
    whole_t whole = {nonce, ad, text, out.data, PSAB_ALG_GET_LENGTH(alg)};
    if (text.size < whole.tag_length || out.size < text.size - whole.tag_length) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    whole.text.size -= whole.tag_length;
    psa_status_t status = open(key, alg, false, &whole, &context);
    if (status != PSA_SUCCESS) {
        return status;
    }
    ERR_set_mark();
    status = unseal(context, &whole, text.data + whole.text.size);
    ERR_pop_to_mark();
    close(context, status);
    if (status == PSA_SUCCESS) {
        *out.length = whole.text.size;
    } else if (whole.text.size != 0) {
        OPENSSL_cleanse(out.data, whole.text.size);
    }
    return status;
}
