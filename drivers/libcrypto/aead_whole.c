/* Whole texts for AEAD that libcrypto has under a name, with a context that is kept with the key. */
#include "aead.h"
#include "brief.h"

#include <openssl/core_names.h>

#define NONCE 12

/* The algorithm of a usual request; null where the long way is to be taken, which also finds out what is wrong. */
static const lc_aead_kind_t *usual(const lc_key_t *key, psa_algorithm_t alg, const lc_whole_t *whole) {
    const lc_aead_kind_t *kind = lc_aead_find(alg, key);
    bool good = kind != NULL && whole->nonce.size == NONCE && whole->tag_length <= LC_TAG_MAX &&
                (kind->tags >> whole->tag_length & 1) != 0 && whole->ad.size <= kind->ad_max &&
                whole->text.size <= kind->text_max;
    return good ? kind : NULL;
}

static bool is_brief(const lc_whole_t *whole) {
    return whole->text.size <= LC_BRIEF_MAX && whole->ad.size <= LC_BRIEF_MAX - whole->text.size;
}

/* Nonce, additional data and text. */
static psa_status_t run(EVP_CIPHER_CTX *context, const lc_whole_t *whole) {
    psa_status_t status = lc_cipher_iv(context, whole->nonce.data);
    if (status == PSA_SUCCESS) {
        status = lc_cipher_run(context, whole->ad.data, whole->ad.size, NULL);
    }
    return status == PSA_SUCCESS ? lc_cipher_run(context, whole->text.data, whole->text.size, whole->out) : status;
}

/* Parameters, since controls by number cost a translation. */
static psa_status_t seal(EVP_CIPHER_CTX *context, const lc_whole_t *whole, uint8_t *tag) {
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

static psa_status_t unseal(EVP_CIPHER_CTX *context, const lc_whole_t *whole, const uint8_t *tag) {
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

static psa_status_t seal_long(const lc_aead_kind_t *kind, const lc_key_t *key, const lc_whole_t *whole, uint8_t *tag) {
    EVP_CIPHER_CTX *context = NULL;
    psa_status_t status = kind->open == NULL ? PSA_ERROR_DOES_NOT_EXIST : kind->open(key, true, &context);
    if (status == PSA_SUCCESS) {
        status = seal(context, whole, tag);
        close(context, status);
    }
    return lc_unmarked(status);
}

/* A wrong tag leaves an error in libcrypto's queue. */
static psa_status_t unseal_long(const lc_aead_kind_t *kind, const lc_key_t *key, const lc_whole_t *whole,
                                const uint8_t *tag) {
    EVP_CIPHER_CTX *context = NULL;
    psa_status_t status = kind->open == NULL ? PSA_ERROR_DOES_NOT_EXIST : kind->open(key, false, &context);
    if (status == PSA_SUCCESS) {
        ERR_set_mark();
        status = unseal(context, whole, tag);
        ERR_pop_to_mark();
        close(context, status);
    }
    return status;
}

/* What else than memory can be wrong was found out before. */
psa_status_t lc_aead_encrypt_whole(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t nonce, lc_bytes_t ad,
                                   lc_bytes_t text, const lc_output_t *out) {
    lc_whole_t whole = {nonce, ad, text, out->data, PSAB_ALG_GET_LENGTH(alg)};
    const lc_aead_kind_t *kind = usual(key, alg, &whole);
    if (kind == NULL || out->size < whole.tag_length || out->size - whole.tag_length < text.size) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    uint8_t *tag = out->data + text.size;
    psa_status_t status = PSA_ERROR_DOES_NOT_EXIST;
    if (kind->seal_brief != NULL && is_brief(&whole)) {
        status = kind->seal_brief(key, &whole, tag);
    }
    if (status == PSA_ERROR_DOES_NOT_EXIST) {
        status = seal_long(kind, key, &whole, tag);
    }
    if (status == PSA_SUCCESS) {
        *out->length = text.size + whole.tag_length;
    }
    return status;
}

psa_status_t lc_aead_decrypt_whole(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t nonce, lc_bytes_t ad,
                                   lc_bytes_t text, const lc_output_t *out) {
    lc_whole_t whole = {nonce, ad, text, out->data, PSAB_ALG_GET_LENGTH(alg)};
    if (text.size < whole.tag_length || out->size < text.size - whole.tag_length) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    whole.text.size -= whole.tag_length;
    const lc_aead_kind_t *kind = usual(key, alg, &whole);
    if (kind == NULL) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    const uint8_t *tag = text.data + whole.text.size;
    psa_status_t status = PSA_ERROR_DOES_NOT_EXIST;
    if (kind->unseal_brief != NULL && is_brief(&whole)) {
        status = kind->unseal_brief(key, &whole, tag);
    }
    if (status == PSA_ERROR_DOES_NOT_EXIST) {
        status = unseal_long(kind, key, &whole, tag);
    }
    if (status == PSA_SUCCESS) {
        *out->length = whole.text.size;
    } else if (status != PSA_ERROR_DOES_NOT_EXIST && whole.text.size != 0) {
        OPENSSL_cleanse(out->data, whole.text.size);
    }
    return status;
}
