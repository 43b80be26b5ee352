/* Modes in registers of 256 bits, in batches of 16 blocks. */
#include "x86_aes_modes.h"
#include "x86_aes_wide.h"

#define PAIRS X86_AES_PAIRS

INLINE_WIDE void load_batch(__m256i *batch, const uint8_t *in) {
#pragma GCC unroll 8
    for (int i = 0; i < PAIRS; i++) {
        batch[i] = x86_aes_load_2(in + 32 * i);
    }
}

INLINE_WIDE void store_batch(uint8_t *out, const __m256i *batch) {
#pragma GCC unroll 8
    for (int i = 0; i < PAIRS; i++) {
        x86_aes_store_2(out + 32 * i, batch[i]);
    }
}

WITH_WIDE void x86_aes_ecb_wide(const x86_aes_key_t *key, bool decrypt, const uint8_t *in, uint8_t *out,
                                size_t batches) {
    for (; batches > 0; batches--, in += 32 * PAIRS, out += 32 * PAIRS) {
        __m256i batch[PAIRS];
        load_batch(batch, in);
        if (decrypt) {
            x86_aes_decrypt_wide(key, batch);
        } else {
            x86_aes_encrypt_wide(key, batch);
        }
        store_batch(out, batch);
    }
}

WITH_WIDE void x86_aes_cbc_decrypt_wide(const x86_aes_key_t *key, uint8_t chain[16], const uint8_t *in, uint8_t *out,
                                        size_t batches) {
    __m128i before = x86_aes_load(chain);
    for (; batches > 0; batches--, in += 32 * PAIRS, out += 32 * PAIRS) {
        __m256i batch[PAIRS];
        __m128i last = x86_aes_load(in + 32 * PAIRS - 16);
        load_batch(batch, in);
        x86_aes_decrypt_wide(key, batch);
        /* The input is read again, before the output may replace it. */
        __m256i first = _mm256_set_m128i(x86_aes_load(in), before);
        batch[0] = _mm256_xor_si256(batch[0], first);
#pragma GCC unroll 8
        for (int i = 1; i < PAIRS; i++) {
            batch[i] = _mm256_xor_si256(batch[i], x86_aes_load_2(in + 32 * i - 16));
        }
        store_batch(out, batch);
        before = last;
    }
    x86_aes_store(chain, before);
}

/* Batches within which the lower half of the counter does not overflow. */
INLINE_WIDE void ctr_batches(const x86_aes_key_t *key, __m128i counter, const uint8_t *in, uint8_t *out,
                             size_t batches) {
    const __m256i two = _mm256_set_epi64x(0, 2, 0, 2);
    __m256i number = _mm256_add_epi64(_mm256_broadcastsi128_si256(counter), _mm256_set_epi64x(0, 1, 0, 0));
    for (; batches > 0; batches--, in += 32 * PAIRS, out += 32 * PAIRS) {
        __m256i batch[PAIRS];
#pragma GCC unroll 8
        for (int i = 0; i < PAIRS; i++) {
            batch[i] = x86_aes_reverse_2(number);
            number = _mm256_add_epi64(number, two);
        }
        x86_aes_encrypt_wide(key, batch);
#pragma GCC unroll 8
        for (int i = 0; i < PAIRS; i++) {
            x86_aes_store_2(out + 32 * i, _mm256_xor_si256(batch[i], x86_aes_load_2(in + 32 * i)));
        }
    }
}

WITH_WIDE void x86_aes_ctr_wide(const x86_aes_key_t *key, uint8_t counter[16], const uint8_t *in, uint8_t *out,
                                size_t batches) {
    while (batches > 0) {
        __m128i number = x86_aes_reverse(x86_aes_load(counter));
        uint64_t near = (UINT64_MAX - (uint64_t)_mm_cvtsi128_si64(number)) / (2 * PAIRS);
        size_t count = near < batches ? (size_t)near : batches;
        if (count == 0) {
            /* Once in 2^64 blocks: the other path knows how to carry. */
            count = 1;
            x86_aes_ctr_sse(key, counter, in, out, 2 * PAIRS);
        } else {
            ctr_batches(key, number, in, out, count);
            number = _mm_add_epi64(number, _mm_set_epi64x(0, (long long)(2 * PAIRS * count)));
            x86_aes_store(counter, x86_aes_reverse(number));
        }
        in += 32 * PAIRS * count;
        out += 32 * PAIRS * count;
        batches -= count;
    }
}
