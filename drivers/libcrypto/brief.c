/* Short messages under a block cipher: contexts that stay with the key, and counter mode over them. */
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
    return brief != NULL ? brief : make(key, block);
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

static void single(const unsigned char in[16], unsigned char out[16], const void *brief) {
    (void)lc_brief_blocks(taken(brief), in, 16, out);
}

GCM128_CONTEXT *lc_brief_gcm(lc_brief_t *brief) {
    if (brief->gcm == NULL) {
        brief->gcm = CRYPTO_gcm128_new(brief, single);
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

/* Encrypts counter blocks in place, then adds the text to them. */
static bool mask(lc_brief_t *brief, uint8_t *stream, lc_bytes_t in, uint8_t *out) {
    size_t blocks = (in.size + 15) / 16 * 16;
    bool done = lc_brief_blocks(brief, stream, blocks, stream);
    lc_xor(stream, in.data, in.size);
    memcpy(out, stream, in.size);
    OPENSSL_cleanse(stream, blocks);
    return done;
}

void lc_brief_stream(const unsigned char *in, unsigned char *out, size_t blocks, const void *brief,
                     const unsigned char start[16]) {
    uint8_t stream[LC_BRIEF_MAX];
    counter_t counter = read_counter(start);
    while (blocks > 0) {
        size_t part = blocks < sizeof(stream) / 16 ? blocks : sizeof(stream) / 16;
        for (size_t i = 0; i < part; i++) {
            write_counter(stream + 16 * i, counter);
            counter.low = (counter.low & ~(uint64_t)UINT32_MAX) | (uint32_t)(counter.low + 1);
        }
        (void)mask(taken(brief), stream, (lc_bytes_t){in, 16 * part}, out);
        in += 16 * part;
        out += 16 * part;
        blocks -= part;
    }
}

bool lc_brief_counter(lc_brief_t *brief, const uint8_t start[16], lc_bytes_t in, uint8_t *out) {
    uint8_t stream[LC_BRIEF_MAX];
    counter_t counter = read_counter(start);
    for (size_t at = 0; at < in.size; at += 16) {
        write_counter(stream + at, counter);
        counter.low++;
        counter.high += counter.low == 0;
    }
    return in.size == 0 || mask(brief, stream, in, out);
}
