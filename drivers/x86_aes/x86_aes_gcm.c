/* GCM after NIST SP 800-38D, 7: the pieces around the batches. */
#include "x86_aes_gcm.h"

#include "x86_aes_cpu.h"
#include "x86_aes_ghash.h"
#include "x86_aes_key.h"

#include <string.h>

#define LANES X86_AES_LANES
#define BATCH ((size_t)16 * LANES)
#define WIDE_BATCH ((size_t)16 * 16)
#define WIDER_BATCH ((size_t)16 * 32)
/* From this many bytes on, sixteen powers of the hash key cost less than they save. */
#define WIDE_FROM (3 * WIDE_BATCH)
/* The same for 32. */
#define WIDER_FROM (16 * WIDER_BATCH)

WITH_GHASH void x86_aes_gcm_take(x86_aes_gcm_key_t *key, const uint8_t *bytes, size_t size) {
    uint8_t block[16] = {0};
    x86_aes_key_expand(&key->schedule, bytes, size);
    x86_aes_key_encrypt(&key->schedule, block, block);
    x86_aes_powers_start(key, block);
    x86_aes_wipe(block, sizeof(block));
}

void x86_aes_gcm_expect(x86_aes_gcm_key_t *key, uint64_t size) {
    uint32_t features = x86_aes_features();
    if (size >= WIDER_FROM && (features & X86_AES_WIDER) != 0) {
        x86_aes_powers_extend(key, WIDER_BATCH / 16);
    } else if (size >= WIDE_FROM && (features & X86_AES_WIDE_GHASH) != 0) {
        x86_aes_powers_extend(key, WIDE_BATCH / 16);
    } else if (size >= BATCH) {
        x86_aes_powers_extend(key, LANES);
    }
}

void x86_aes_gcm_forget(x86_aes_gcm_key_t *key) {
    if (key->powers > 1) {
        x86_aes_wipe(key, sizeof(*key));
    } else {
        x86_aes_wipe(key->power[X86_AES_POWERS - 1], 16);
        x86_aes_wipe(key, offsetof(x86_aes_gcm_key_t, power));
    }
}

void x86_aes_gcm_start(x86_aes_gcm_t *gcm) {
    memset(gcm->hash, 0, sizeof(gcm->hash));
    gcm->ad_length = 0;
    gcm->text_length = 0;
}

/* Adds to the last 32 bits of the counter (6.2). */
WITH_GHASH static void move_counter(x86_aes_gcm_t *gcm, size_t blocks) {
    __m128i number = x86_aes_reverse(x86_aes_load(gcm->counter));
    number = _mm_add_epi32(number, _mm_set_epi32(0, 0, 0, (int)blocks));
    x86_aes_store(gcm->counter, x86_aes_reverse(number));
}

/* Works a last block of two lengths in bits into the hash; returns the hash. */
WITH_GHASH static __m128i hash_lengths(const x86_aes_gcm_key_t *key, const x86_aes_gcm_t *gcm, uint64_t first,
                                       uint64_t second) {
    __m128i lengths = _mm_set_epi64x((long long)(first << 3), (long long)(second << 3));
    __m128i hash = _mm_xor_si128(x86_aes_load(gcm->hash), lengths);
    return x86_aes_multiply(hash, x86_aes_load(key->power[X86_AES_POWERS - 1]));
}

/* Works the first `size` bytes of a block, and zeros, into the hash. */
static void hash_padded(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, uint8_t *block, size_t size) {
    if (size > 0) {
        memset(block + size, 0, 16 - size);
        x86_aes_ghash_sse(key, gcm, block, 1);
    }
}

/* Twelve bytes and the number 1, put together in a register: a block that is loaded right after it was stored in
 * parts makes the processor wait. */
WITH_GHASH static inline __m128i counter_of(const uint8_t nonce[12]) {
    uint64_t low;
    uint32_t high;
    memcpy(&low, nonce, 8);
    memcpy(&high, nonce + 8, 4);
    return _mm_set_epi64x((long long)((uint64_t)1 << 56 | high), (long long)low);
}

WITH_GHASH void x86_aes_gcm_nonce(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *nonce, size_t size) {
    /* 7.1, step 2: the first counter block. */
    __m128i counter;
    if (size == 12) {
        counter = counter_of(nonce);
    } else {
        x86_aes_ghash(key, gcm, nonce, size / 16);
        memcpy(gcm->block, nonce + size / 16 * 16, size % 16);
        hash_padded(key, gcm, gcm->block, size % 16);
        counter = x86_aes_reverse(hash_lengths(key, gcm, 0, size));
        memset(gcm->hash, 0, sizeof(gcm->hash));
    }
    x86_aes_store(gcm->first, x86_aes_encrypt_1(&key->schedule, counter));
    x86_aes_store(gcm->counter, counter);
    move_counter(gcm, 1);
}

void x86_aes_gcm_ad(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *data, size_t size) {
    size_t begun = gcm->ad_length % 16;
    if (size == 0) {
        return;
    }
    gcm->ad_length += size;
    if (begun > 0) {
        size_t part = size < 16 - begun ? size : 16 - begun;
        memcpy(gcm->block + begun, data, part);
        if (begun + part < 16) {
            return;
        }
        x86_aes_ghash_sse(key, gcm, gcm->block, 1);
        data += part;
        size -= part;
    }
    if (size >= 16) {
        x86_aes_ghash(key, gcm, data, size / 16);
    }
    if (size % 16 > 0) {
        memcpy(gcm->block, data + size / 16 * 16, size % 16);
    }
}

/* Goes on in a block that was begun; returns the bytes taken. */
static size_t go_on(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, bool decrypt, size_t begun, const uint8_t *in,
                    size_t size, uint8_t *out) {
    size_t part = size < 16 - begun ? size : 16 - begun;
    for (size_t i = 0; i < part; i++) {
        uint8_t byte = in[i];
        uint8_t masked = (uint8_t)(byte ^ gcm->stream[begun + i]);
        out[i] = masked;
        gcm->block[begun + i] = decrypt ? byte : masked;
    }
    if (begun + part == 16) {
        x86_aes_ghash_sse(key, gcm, gcm->block, 1);
    }
    return part;
}

/* Key stream of `count` blocks, at most a batch. */
WITH_GHASH static void make_stream(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, uint8_t stream[BATCH],
                                   size_t count) {
    __m128i number = x86_aes_reverse(x86_aes_load(gcm->counter));
    if (count <= 2) {
        __m128i next = _mm_add_epi32(number, _mm_set_epi32(0, 0, 0, 1));
        x86_aes_store(stream, x86_aes_encrypt_1(&key->schedule, x86_aes_reverse(number)));
        x86_aes_store(stream + 16, x86_aes_encrypt_1(&key->schedule, x86_aes_reverse(next)));
    } else {
        __m128i batch[LANES];
#pragma GCC unroll 8
        for (int i = 0; i < LANES; i++) {
            batch[i] = x86_aes_reverse(_mm_add_epi32(number, _mm_set_epi32(0, 0, 0, i)));
        }
        x86_aes_encrypt_8(&key->schedule, batch);
#pragma GCC unroll 8
        for (int i = 0; i < LANES; i++) {
            x86_aes_store(stream + 16 * i, batch[i]);
        }
    }
    move_counter(gcm, count);
}

/* A batch at most: the last block may be a part, which waits for more. */
WITH_GHASH static void few(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, bool decrypt, const uint8_t *in,
                           size_t size, uint8_t *out) {
    uint8_t stream[BATCH];
    size_t whole = size / 16;
    size_t rest = size % 16;
    size_t count = whole + (rest > 0);
    make_stream(key, gcm, stream, count);
    if (decrypt) {
        x86_aes_ghash_sse(key, gcm, in, whole);
    }
    for (size_t i = 0; i < whole; i++) {
        __m128i block = _mm_xor_si128(x86_aes_load(in + 16 * i), x86_aes_load(stream + 16 * i));
        x86_aes_store(out + 16 * i, block);
    }
    if (!decrypt) {
        x86_aes_ghash_sse(key, gcm, out, whole);
    }
    if (rest > 0) {
        memcpy(gcm->stream, stream + 16 * whole, 16);
        (void)go_on(key, gcm, decrypt, 0, in + 16 * whole, rest, out + 16 * whole);
    }
    x86_aes_wipe(stream, 16 * (count <= 2 ? 2 : LANES));
}

void x86_aes_gcm_text(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, bool decrypt, const uint8_t *in, size_t size,
                      uint8_t *out) {
    if (size == 0) {
        return;
    }
    if (gcm->text_length == 0) {
        hash_padded(key, gcm, gcm->block, gcm->ad_length % 16);
    }
    size_t begun = gcm->text_length % 16;
    size_t done = 0;
    gcm->text_length += size;
    if (begun > 0) {
        done = go_on(key, gcm, decrypt, begun, in, size, out);
    }
    uint32_t features = x86_aes_features();
    if (key->powers >= WIDER_BATCH / 16 && size - done >= WIDER_BATCH && (features & X86_AES_WIDER) != 0) {
        size_t batches = (size - done) / WIDER_BATCH;
        x86_aes_gcm_wider(key, gcm, decrypt, in + done, out + done, batches);
        done += batches * WIDER_BATCH;
    }
    if (key->powers >= WIDE_BATCH / 16 && size - done >= WIDE_BATCH && (features & X86_AES_WIDE_GHASH) != 0) {
        size_t batches = (size - done) / WIDE_BATCH;
        x86_aes_gcm_wide(key, gcm, decrypt, in + done, out + done, batches);
        done += batches * WIDE_BATCH;
    }
    if (key->powers >= LANES && size - done >= BATCH) {
        size_t batches = (size - done) / BATCH;
        x86_aes_gcm_sse(key, gcm, decrypt, in + done, out + done, batches);
        done += batches * BATCH;
    }
    while (size > done) {
        size_t part = size - done < BATCH ? size - done : BATCH;
        few(key, gcm, decrypt, in + done, part, out + done);
        done += part;
    }
}

WITH_GHASH void x86_aes_gcm_tag(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, uint8_t tag[16]) {
    uint64_t last = gcm->text_length > 0 ? gcm->text_length : gcm->ad_length;
    hash_padded(key, gcm, gcm->block, last % 16);
    __m128i hash = x86_aes_reverse(hash_lengths(key, gcm, gcm->ad_length, gcm->text_length));
    x86_aes_store(tag, _mm_xor_si128(hash, x86_aes_load(gcm->first)));
}
