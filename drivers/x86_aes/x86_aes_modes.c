/* Modes in registers of 128 bits, and the choice of the path. */
#include "x86_aes_modes.h"

#include "x86_aes_cpu.h"
#include "x86_aes_sse.h"

#define LANES X86_AES_LANES

/* The blocks that are there; zeros for the rest of the batch. */
INLINE_AES void load_some(__m128i *blocks, const uint8_t *in, size_t count) {
#pragma GCC unroll 8
    for (size_t i = 0; i < LANES; i++) {
        blocks[i] = i < count ? x86_aes_load(in + 16 * i) : _mm_setzero_si128();
    }
}

INLINE_AES void store_some(uint8_t *out, const __m128i *blocks, size_t count) {
#pragma GCC unroll 8
    for (size_t i = 0; i < LANES; i++) {
        if (i < count) {
            x86_aes_store(out + 16 * i, blocks[i]);
        }
    }
}

static inline size_t batch_of(size_t blocks) {
    return blocks < LANES ? blocks : LANES;
}

WITH_AES void x86_aes_ecb_sse(const x86_aes_key_t *key, bool decrypt, const uint8_t *in, uint8_t *out, size_t blocks) {
    while (blocks > 0) {
        size_t count = batch_of(blocks);
        __m128i batch[LANES];
        load_some(batch, in, count);
        if (decrypt) {
            x86_aes_decrypt_8(key, batch);
        } else {
            x86_aes_encrypt_8(key, batch);
        }
        store_some(out, batch, count);
        in += 16 * count;
        out += 16 * count;
        blocks -= count;
    }
}

WITH_AES void x86_aes_cbc_encrypt(const x86_aes_key_t *key, uint8_t chain[16], const uint8_t *in, uint8_t *out,
                                  size_t blocks) {
    __m128i last = x86_aes_load(chain);
    for (size_t i = 0; i < blocks; i++) {
        last = x86_aes_encrypt_1(key, _mm_xor_si128(last, x86_aes_load(in + 16 * i)));
        x86_aes_store(out + 16 * i, last);
    }
    x86_aes_store(chain, last);
}

WITH_AES void x86_aes_chain(const x86_aes_key_t *key, uint8_t chain[16], const uint8_t *in, size_t blocks) {
    __m128i last = x86_aes_load(chain);
    for (size_t i = 0; i < blocks; i++) {
        last = x86_aes_encrypt_1(key, _mm_xor_si128(last, x86_aes_load(in + 16 * i)));
    }
    x86_aes_store(chain, last);
}

WITH_AES void x86_aes_cbc_decrypt_sse(const x86_aes_key_t *key, uint8_t chain[16], const uint8_t *in, uint8_t *out,
                                      size_t blocks) {
    __m128i before = x86_aes_load(chain);
    while (blocks > 0) {
        size_t count = batch_of(blocks);
        __m128i batch[LANES];
        __m128i last = x86_aes_load(in + 16 * (count - 1));
        load_some(batch, in, count);
        x86_aes_decrypt_8(key, batch);
        /* The input is read again, before the output may replace it. */
        batch[0] = _mm_xor_si128(batch[0], before);
#pragma GCC unroll 8
        for (size_t i = 1; i < LANES; i++) {
            if (i < count) {
                batch[i] = _mm_xor_si128(batch[i], x86_aes_load(in + 16 * (i - 1)));
            }
        }
        store_some(out, batch, count);
        before = last;
        in += 16 * count;
        out += 16 * count;
        blocks -= count;
    }
    x86_aes_store(chain, before);
}

/* A batch of counter blocks from a counter that is a number of two 64-bit halves. */
INLINE_AES void counter_blocks(__m128i *batch, uint64_t high, uint64_t low) {
#pragma GCC unroll 8
    for (size_t i = 0; i < LANES; i++) {
        uint64_t sum = low + i;
        batch[i] = x86_aes_reverse(_mm_set_epi64x((long long)(high + (sum < low)), (long long)sum));
    }
}

/* The same where the lower half does not overflow. */
INLINE_AES void counter_blocks_near(__m128i *batch, uint64_t high, uint64_t low) {
    __m128i start = _mm_set_epi64x((long long)high, (long long)low);
#pragma GCC unroll 8
    for (int i = 0; i < LANES; i++) {
        batch[i] = x86_aes_reverse(_mm_add_epi64(start, _mm_set_epi64x(0, i)));
    }
}

WITH_AES void x86_aes_ctr_sse(const x86_aes_key_t *key, uint8_t counter[16], const uint8_t *in, uint8_t *out,
                              size_t blocks) {
    __m128i number = x86_aes_reverse(x86_aes_load(counter));
    uint64_t low = (uint64_t)_mm_cvtsi128_si64(number);
    uint64_t high = (uint64_t)_mm_extract_epi64(number, 1);
    while (blocks > 0) {
        size_t count = batch_of(blocks);
        __m128i batch[LANES];
        if (low <= UINT64_MAX - LANES) {
            counter_blocks_near(batch, high, low);
        } else {
            counter_blocks(batch, high, low);
        }
        x86_aes_encrypt_8(key, batch);
#pragma GCC unroll 8
        for (size_t i = 0; i < LANES; i++) {
            if (i < count) {
                x86_aes_store(out + 16 * i, _mm_xor_si128(batch[i], x86_aes_load(in + 16 * i)));
            }
        }
        low += count;
        high += low < count;
        in += 16 * count;
        out += 16 * count;
        blocks -= count;
    }
    x86_aes_store(counter, x86_aes_reverse(_mm_set_epi64x((long long)high, (long long)low)));
}

/* Blocks that the wide path takes: whole batches of it, or none. */
static size_t wide_part(size_t blocks) {
    bool wide = blocks >= X86_AES_WIDE_BATCH && (x86_aes_features() & X86_AES_WIDE) != 0;
    return wide ? blocks - blocks % X86_AES_WIDE_BATCH : 0;
}

void x86_aes_ecb(const x86_aes_key_t *key, bool decrypt, const uint8_t *in, uint8_t *out, size_t blocks) {
    size_t wide = wide_part(blocks);
    if (wide > 0) {
        x86_aes_ecb_wide(key, decrypt, in, out, wide / X86_AES_WIDE_BATCH);
    }
    x86_aes_ecb_sse(key, decrypt, in + 16 * wide, out + 16 * wide, blocks - wide);
}

void x86_aes_cbc_decrypt(const x86_aes_key_t *key, uint8_t chain[16], const uint8_t *in, uint8_t *out, size_t blocks) {
    size_t wide = wide_part(blocks);
    if (wide > 0) {
        x86_aes_cbc_decrypt_wide(key, chain, in, out, wide / X86_AES_WIDE_BATCH);
    }
    x86_aes_cbc_decrypt_sse(key, chain, in + 16 * wide, out + 16 * wide, blocks - wide);
}

void x86_aes_ctr(const x86_aes_key_t *key, uint8_t counter[16], const uint8_t *in, uint8_t *out, size_t blocks) {
    size_t wide = wide_part(blocks);
    if (wide > 0) {
        x86_aes_ctr_wide(key, counter, in, out, wide / X86_AES_WIDE_BATCH);
    }
    x86_aes_ctr_sse(key, counter, in + 16 * wide, out + 16 * wide, blocks - wide);
}
