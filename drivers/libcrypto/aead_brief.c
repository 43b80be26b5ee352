/* Short GCM: libcrypto's mode over the contexts of a short message. */
#include "aead.h"
#include "brief.h"

/* Takes the key, and begins with nonce and additional data; null where the long way is to be taken. */
static lc_brief_t *begin(const lc_key_t *key, const lc_whole_t *whole) {
    const lc_block_t *block = lc_block_find(key->type, 8 * key->size);
    if (block == NULL || block->size != 16) {
        return NULL;
    }
    lc_brief_t *brief = lc_brief_take(key, block);
    GCM128_CONTEXT *gcm = brief != NULL ? lc_brief_gcm(brief) : NULL;
    if (gcm == NULL) {
        if (brief != NULL) {
            lc_brief_give(key, brief);
        }
        return NULL;
    }
    CRYPTO_gcm128_setiv(gcm, whole->nonce.data, whole->nonce.size);
    if (whole->ad.size > 0 && CRYPTO_gcm128_aad(gcm, whole->ad.data, whole->ad.size) != 0) {
        brief->failed = true;
    }
    return brief;
}

/* Ends the use; `done` is what the mode said of the text. */
static psa_status_t end(const lc_key_t *key, lc_brief_t *brief, bool done, bool genuine) {
    bool failed = brief->failed || !done;
    brief->failed = failed;
    lc_brief_give(key, brief);
    if (failed) {
        return PSA_ERROR_GENERIC_ERROR;
    }
    return genuine ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
}

psa_status_t lc_gcm_seal_brief(const lc_key_t *key, const lc_whole_t *whole, uint8_t *tag) {
    lc_brief_t *brief = begin(key, whole);
    if (brief == NULL) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    int status =
        CRYPTO_gcm128_encrypt_ctr32(brief->gcm, whole->text.data, whole->out, whole->text.size, lc_brief_stream);
    CRYPTO_gcm128_tag(brief->gcm, tag, whole->tag_length);
    return end(key, brief, status == 0, true);
}

psa_status_t lc_gcm_unseal_brief(const lc_key_t *key, const lc_whole_t *whole, const uint8_t *tag) {
    lc_brief_t *brief = begin(key, whole);
    if (brief == NULL) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    uint8_t expected[LC_TAG_MAX]; /* the output may be written over it */
    memcpy(expected, tag, whole->tag_length);
    int status =
        CRYPTO_gcm128_decrypt_ctr32(brief->gcm, whole->text.data, whole->out, whole->text.size, lc_brief_stream);
    bool genuine = CRYPTO_gcm128_finish(brief->gcm, expected, whole->tag_length) == 0;
    return end(key, brief, status == 0, genuine);
}
