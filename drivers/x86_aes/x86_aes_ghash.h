/** @file
 * Products in GCM's field (NIST SP 800-38D, 6.3). Only for files of this driver.
 *
 * GCM gives the first bit of a block the power x^0. A block whose bytes are reversed is then a
 * 128-bit number in which bit i stands for x^(127-i), and the carry-less product of two of them has
 * x^(254-k) at bit k: one place short of a number of 256 bits. So the hash key is kept divided by x,
 * and bit k of the product stands for x^(255-k).
 *
 * A product is gathered as three sums (Karatsuba): of the lower halves, of the upper halves, and of the
 * products of the sums of halves. Reduction works from the lower end, 64 bits at a time: since
 * x^128 = x^7 + x^2 + x + 1, the bits w at k..k+63 become w times (2^121 + 2^126 + 2^127 + 2^128) at k.
 * The first three terms are the constant below, 64 places up.
 */
#ifndef X86_AES_GHASH_H
#define X86_AES_GHASH_H

#include "x86_aes_sse.h"

#define X86_AES_POLYNOMIAL ((long long)0xc200000000000000)

/** A sum of products, not reduced. */
typedef struct {
    __m128i low;
    __m128i high;
    __m128i middle;
} x86_aes_sums_t;

/** The halves exchanged. */
INLINE_GHASH __m128i x86_aes_swap(__m128i x) {
    return _mm_shuffle_epi32(x, 0x4e);
}

/** One step of a reduction: works the lower 64 bits into the rest. */
INLINE_GHASH __m128i x86_aes_fold(__m128i low) {
    return _mm_xor_si128(x86_aes_swap(low), _mm_clmulepi64_si128(low, _mm_set_epi64x(0, X86_AES_POLYNOMIAL), 0x00));
}

/** Reduces 256 bits to 128. */
INLINE_GHASH __m128i x86_aes_reduce(__m128i low, __m128i high) {
    return _mm_xor_si128(high, x86_aes_fold(x86_aes_fold(low)));
}

/** Puts the middle sum in its place in the others. */
INLINE_GHASH void x86_aes_sums_join(x86_aes_sums_t *sums) {
    __m128i middle = _mm_xor_si128(sums->middle, _mm_xor_si128(sums->low, sums->high));
    sums->low = _mm_xor_si128(sums->low, _mm_slli_si128(middle, 8));
    sums->high = _mm_xor_si128(sums->high, _mm_srli_si128(middle, 8));
}

/** Sums that are this hash. */
INLINE_GHASH x86_aes_sums_t x86_aes_sums_of(__m128i hash) {
    return (x86_aes_sums_t){_mm_setzero_si128(), hash, hash};
}

/** The hash that the sums are. */
INLINE_GHASH __m128i x86_aes_sums_reduce(x86_aes_sums_t sums) {
    x86_aes_sums_join(&sums);
    return x86_aes_reduce(sums.low, sums.high);
}

/** The hash that the sums are, worked out beside other work: call it with r = 1, 2, ... 8; the sums change, and from 7
 * on `high` is the hash. */
INLINE_GHASH void x86_aes_sums_reduce_slowly(x86_aes_sums_t *sums, int r) {
    if (r == 1) {
        x86_aes_sums_join(sums);
    } else if (r == 3 || r == 5) {
        sums->low = x86_aes_fold(sums->low);
        X86_AES_HERE(sums->low);
    } else if (r == 7) {
        sums->high = _mm_xor_si128(sums->high, sums->low);
    }
}

/** One product, for where the next step waits for it. */
INLINE_GHASH __m128i x86_aes_multiply(__m128i a, __m128i b) {
    __m128i low = _mm_clmulepi64_si128(a, b, 0x00);
    __m128i high = _mm_clmulepi64_si128(a, b, 0x11);
    __m128i middle = _mm_xor_si128(_mm_clmulepi64_si128(a, b, 0x01), _mm_clmulepi64_si128(a, b, 0x10));
    return x86_aes_reduce(_mm_xor_si128(low, _mm_slli_si128(middle, 8)),
                          _mm_xor_si128(high, _mm_srli_si128(middle, 8)));
}

/** Adds the product of a block, bytes reversed, with the power of the hash key at `slot`. */
INLINE_GHASH void x86_aes_sums_add(x86_aes_sums_t *sums, __m128i block, const x86_aes_gcm_key_t *key, int slot) {
    __m128i power = x86_aes_load(key->power[slot]);
    __m128i half = x86_aes_load(key->half[slot]);
    sums->low = _mm_xor_si128(sums->low, _mm_clmulepi64_si128(block, power, 0x00));
    sums->high = _mm_xor_si128(sums->high, _mm_clmulepi64_si128(block, power, 0x11));
    block = _mm_xor_si128(block, x86_aes_swap(block));
    sums->middle = _mm_xor_si128(sums->middle, _mm_clmulepi64_si128(block, half, 0x00));
    X86_AES_HERE(sums->low);
    X86_AES_HERE(sums->high);
    X86_AES_HERE(sums->middle);
}

/* Below, `count` blocks are whole; x86_aes_gcm.c gives the contexts of these functions. */

/** Makes the hash key, power 1, from the encrypted zero block. */
void x86_aes_powers_start(x86_aes_gcm_key_t *key, const uint8_t block[16]);

/** Sees that there are powers 1 to `count`, 8, 16 or 32. */
void x86_aes_powers_extend(x86_aes_gcm_key_t *key, uint32_t count);

/** Works blocks into the hash: `_sse` any number, `_wide` batches of 16 (which need 16 powers and
 * X86_AES_WIDE_GHASH); the first chooses, by the powers that there are. */
void x86_aes_ghash(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *data, size_t blocks);
void x86_aes_ghash_sse(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *data, size_t blocks);
void x86_aes_ghash_wide(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *data, size_t batches);

/** Encrypts or decrypts and hashes the ciphertext, in batches of 8, 16 or 32 blocks; needs as many powers.
 * `in` may be `out`. */
void x86_aes_gcm_sse(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, bool decrypt, const uint8_t *in, uint8_t *out,
                     size_t batches);
void x86_aes_gcm_wide(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, bool decrypt, const uint8_t *in, uint8_t *out,
                      size_t batches);
void x86_aes_gcm_wider(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, bool decrypt, const uint8_t *in, uint8_t *out,
                       size_t batches);

#endif
