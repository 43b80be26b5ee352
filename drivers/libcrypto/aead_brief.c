/* Short GCM: libcrypto's mode over the contexts of a short message. */
#include "aead.h"
#include "brief.h"

/* Bytes of key stream: a block for the tag, and blocks for the text. */
static size_t used(size_t text) {
    return 16 + (text + 15) / 16 * 16;
}

/* The first counter block of a nonce of 12 bytes (SP 800-38D, 7.1, step 2). */
static void first_counter(const uint8_t *nonce, uint8_t block[16]) {
    static const uint8_t one[4] = {0, 0, 0, 1};
    memcpy(block, nonce, 12);
    memcpy(block + 12, one, 4);
}

/* Takes the key, makes all of the key stream, and begins with nonce and additional data; null where the long way is to
 * be taken. The counter, of 32 bits, does not come round in a short text. */
static lc_brief_t *begin(const lc_key_t *key, const lc_whole_t *whole, uint8_t stream[LC_BRIEF_STREAM]) {
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
    uint8_t start[16];
    first_counter(whole->nonce.data, start);
    (void)lc_brief_counter(brief, start, used(whole->text.size), stream);
    brief->stream = stream;
    CRYPTO_gcm128_setiv(gcm, whole->nonce.data, whole->nonce.size);
    if (whole->ad.size > 0 && CRYPTO_gcm128_aad(gcm, whole->ad.data, whole->ad.size) != 0) {
        brief->failed = true;
    }
    return brief;
}

/* Ends the use; `done` is what the mode said of the text. */
static psa_status_t end(const lc_key_t *key, lc_brief_t *brief, uint8_t *stream, size_t size, bool done, bool genuine) {
    bool failed = brief->failed || !done;
    brief->failed = failed;
    brief->stream = NULL;
    lc_brief_give(key, brief);
    OPENSSL_cleanse(stream, used(size));
    if (failed) {
        return lc_unmarked(PSA_ERROR_GENERIC_ERROR);
    }
    return genuine ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
}

psa_status_t lc_gcm_seal_brief(const lc_key_t *key, const lc_whole_t *whole, uint8_t *tag) {
    uint8_t stream[LC_BRIEF_STREAM];
    size_t size = whole->text.size;
    lc_brief_t *brief = begin(key, whole, stream);
    if (brief == NULL) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    int status = CRYPTO_gcm128_encrypt_ctr32(brief->gcm, whole->text.data, whole->out, size, lc_brief_mask);
    CRYPTO_gcm128_tag(brief->gcm, tag, whole->tag_length);
    return end(key, brief, stream, size, status == 0, true);
}

psa_status_t lc_gcm_unseal_brief(const lc_key_t *key, const lc_whole_t *whole, const uint8_t *tag) {
    uint8_t stream[LC_BRIEF_STREAM];
    uint8_t expected[LC_TAG_MAX]; /* the output may be written over it */
    size_t size = whole->text.size;
    lc_brief_t *brief = begin(key, whole, stream);
    if (brief == NULL) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    memcpy(expected, tag, whole->tag_length);
    int status = CRYPTO_gcm128_decrypt_ctr32(brief->gcm, whole->text.data, whole->out, size, lc_brief_mask);
    bool genuine = CRYPTO_gcm128_finish(brief->gcm, expected, whole->tag_length) == 0;
    return end(key, brief, stream, size, status == 0, genuine);
}
