/* Short messages under a block cipher: contexts that stay with the key, and key stream from them. */
#include "brief.h"

#include <psab/prepared.h>

static void drop(void *form) {
    lc_brief_t *brief = form;
    CRYPTO_gcm128_release(brief->gcm);
    EVP_CIPHER_CTX_free(brief->cipher);
    OPENSSL_cleanse(brief, sizeof(*brief));
    OPENSSL_free(brief);
}

static const psab_prepared_kind_t forms = {drop};

static lc_brief_t *make(const lc_key_t *key, const lc_block_t *block) {
    lc_brief_t *brief = OPENSSL_zalloc(sizeof(*brief));
    if (brief == NULL) {
        return NULL;
    }
    if (lc_block_open(block, LC_ECB, true, key->data, NULL, &brief->cipher) != PSA_SUCCESS) {
        OPENSSL_free(brief);
        return NULL;
    }
    lc_cipher_spoil(brief->cipher); /* it is kept in here, and not by itself */
    brief->block = block->size;
    return brief;
}

lc_brief_t *lc_brief_take(const lc_key_t *key, const lc_block_t *block) {
    lc_brief_t *brief = psab_prepared_take(&forms, key->data, key->size, 0);
    if (brief == NULL) {
        ERR_set_mark();
        brief = make(key, block);
        ERR_pop_to_mark();
    }
    return brief;
}

void lc_brief_give(const lc_key_t *key, lc_brief_t *brief) {
    if (brief->failed) {
        drop(brief);
    } else {
        psab_prepared_give(&forms, key->data, key->size, 0, brief);
    }
}

/* The type of libcrypto's callbacks wants a key that is not changed; what was taken may be. */
static lc_brief_t *taken(const void *brief) {
    return (lc_brief_t *)(uintptr_t)brief;
}

/* The key stream of a counter block of GCM with a nonce of 12 bytes, which begins with the number 1. */
static const uint8_t *stream_of(const lc_brief_t *brief, const uint8_t counter[16]) {
    uint32_t number =
        (uint32_t)counter[12] << 24 | (uint32_t)counter[13] << 16 | (uint32_t)counter[14] << 8 | counter[15];
    return brief->stream + (size_t)16 * (number - 1);
}

/* A block of the cipher in the form of libcrypto's block128_f. */
static void single(const unsigned char in[16], unsigned char out[16], const void *user) {
    lc_brief_t *brief = taken(user);
    if (brief->stream != NULL) {
        memcpy(out, stream_of(brief, in), 16);
    } else {
        (void)lc_brief_blocks(brief, in, 16, out);
    }
}

GCM128_CONTEXT *lc_brief_gcm(lc_brief_t *brief) {
    if (brief->gcm == NULL) {
        ERR_set_mark();
        brief->gcm = CRYPTO_gcm128_new(brief, single);
        ERR_pop_to_mark();
    }
    return brief->gcm;
}

bool lc_brief_blocks(lc_brief_t *brief, const uint8_t *in, size_t size, uint8_t *out) {
    int done = 0;
    if (EVP_CipherUpdate(brief->cipher, out, &done, in, (int)size) == 1 && (size_t)done == size) {
        return true;
    }
    brief->failed = true;
    return false;
}

/* A counter block as two numbers. */
typedef struct {
    uint64_t high;
    uint64_t low;
} counter_t;

/* Big-endian, both ways. */
static uint64_t ordered(uint64_t number) {
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(number) : number;
}

static counter_t read_counter(const uint8_t *at) {
    counter_t counter;
    memcpy(&counter, at, sizeof(counter));
    return (counter_t){ordered(counter.high), ordered(counter.low)};
}

static void write_counter(uint8_t *at, counter_t counter) {
    counter = (counter_t){ordered(counter.high), ordered(counter.low)};
    memcpy(at, &counter, sizeof(counter));
}

bool lc_brief_counter(lc_brief_t *brief, const uint8_t start[16], size_t size, uint8_t *stream) {
    counter_t counter = read_counter(start);
    for (size_t at = 0; at < size; at += 16) {
        write_counter(stream + at, counter);
        counter.low++;
        counter.high += counter.low == 0;
    }
    return lc_brief_blocks(brief, stream, size, stream);
}

void lc_brief_mask(const unsigned char *in, unsigned char *out, size_t blocks, const void *user,
                   const unsigned char counter[16]) {
    const uint8_t *stream = stream_of(taken(user), counter);
    for (; blocks > 0; blocks--, in += 16, out += 16, stream += 16) {
        uint64_t text[2];
        uint64_t mask[2];
        memcpy(text, in, 16);
        memcpy(mask, stream, 16);
        text[0] ^= mask[0];
        text[1] ^= mask[1];
        memcpy(out, text, 16);
    }
}
