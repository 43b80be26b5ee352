/* The hash key, its powers, and GHASH in registers of 128 bits. */
#include "x86_aes_ghash.h"

#include "x86_aes_cpu.h"

#define LANES X86_AES_LANES
#define LAST (X86_AES_POWERS - 1)
/* Blocks of a batch in registers of 256 bits. */
#define WIDE 16

WITH_GHASH void x86_aes_powers_start(x86_aes_gcm_key_t *key, const uint8_t block[16]) {
    /* Division by x: one place up; what leaves at the top comes back as x^-1 = x^127 + x^6 + x + 1. */
    __m128i power = x86_aes_reverse(x86_aes_load(block));
    __m128i top = _mm_srai_epi32(_mm_shuffle_epi32(power, 0xff), 31);
    __m128i carry = _mm_slli_si128(_mm_srli_epi64(power, 63), 8);
    power = _mm_or_si128(_mm_slli_epi64(power, 1), carry);
    power = _mm_xor_si128(power, _mm_and_si128(top, _mm_set_epi64x(X86_AES_POLYNOMIAL, 1)));
    x86_aes_store(key->power[LAST], power);
    key->powers = 1;
}

INLINE_GHASH void keep(x86_aes_gcm_key_t *key, int n, __m128i power) {
    x86_aes_store(key->power[X86_AES_POWERS - n], power);
    x86_aes_store(key->half[X86_AES_POWERS - n], _mm_xor_si128(power, x86_aes_swap(power)));
}

WITH_GHASH void x86_aes_powers_extend(x86_aes_gcm_key_t *key, uint32_t count) {
    if (key->powers >= count) {
        return;
    }
    __m128i p[9];
    p[1] = x86_aes_load(key->power[LAST]);
    p[2] = x86_aes_multiply(p[1], p[1]);
    p[3] = x86_aes_multiply(p[2], p[1]);
    p[4] = x86_aes_multiply(p[2], p[2]);
#pragma GCC unroll 4
    for (int i = 1; i <= 4; i++) {
        p[4 + i] = x86_aes_multiply(p[4], p[i]);
    }
#pragma GCC unroll 8
    for (int i = 1; i <= 8; i++) {
        keep(key, i, p[i]);
    }
    for (int base = 8; base < (int)count; base += 8) {
        __m128i highest = x86_aes_load(key->power[X86_AES_POWERS - base]);
#pragma GCC unroll 8
        for (int i = 1; i <= 8; i++) {
            keep(key, base + i, x86_aes_multiply(highest, p[i]));
        }
    }
    key->powers = count;
}

/* One block after the other: for a few. */
INLINE_GHASH __m128i hash_in_turn(const x86_aes_gcm_key_t *key, __m128i hash, const uint8_t *data, size_t blocks) {
    __m128i power = x86_aes_load(key->power[LAST]);
    for (size_t i = 0; i < blocks; i++) {
        __m128i block = x86_aes_reverse(x86_aes_load(data + 16 * i));
        hash = x86_aes_multiply(_mm_xor_si128(hash, block), power);
    }
    return hash;
}

WITH_GHASH void x86_aes_ghash_sse(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *data,
                                  size_t blocks) {
    __m128i hash = x86_aes_load(gcm->hash);
    for (; key->powers >= LANES && blocks >= LANES; blocks -= LANES, data += 16 * LANES) {
        x86_aes_sums_t sums = {_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
#pragma GCC unroll 8
        for (int i = 0; i < LANES; i++) {
            __m128i block = x86_aes_reverse(x86_aes_load(data + 16 * i));
            block = i == 0 ? _mm_xor_si128(block, hash) : block;
            x86_aes_sums_add(&sums, block, key, X86_AES_POWERS - LANES + i);
        }
        hash = x86_aes_sums_reduce(sums);
    }
    if (key->powers >= LANES && blocks > 1) {
        /* The highest power goes to the first block. */
        x86_aes_sums_t sums = {_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
        for (size_t i = 0; i < blocks; i++) {
            __m128i block = x86_aes_reverse(x86_aes_load(data + 16 * i));
            block = i == 0 ? _mm_xor_si128(block, hash) : block;
            x86_aes_sums_add(&sums, block, key, X86_AES_POWERS - (int)(blocks - i));
        }
        hash = x86_aes_sums_reduce(sums);
    } else {
        hash = hash_in_turn(key, hash, data, blocks);
    }
    x86_aes_store(gcm->hash, hash);
}

void x86_aes_ghash(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *data, size_t blocks) {
    size_t batches = blocks / WIDE;
    if (key->powers >= WIDE && batches > 1 && (x86_aes_features() & X86_AES_WIDE_GHASH) != 0) {
        x86_aes_ghash_wide(key, gcm, data, batches);
        data += batches * WIDE * 16;
        blocks %= WIDE;
    }
    x86_aes_ghash_sse(key, gcm, data, blocks);
}
