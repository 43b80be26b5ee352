/** @file
 * Blocks in registers of 256 bits, two in each: VAES. Only for files of this driver.
 */
#ifndef X86_AES_WIDE_H
#define X86_AES_WIDE_H

#include "x86_aes_sse.h"

#include <immintrin.h>

#define WITH_WIDE __attribute__((target("avx2,aes,vaes")))
#define WITH_WIDE_GHASH __attribute__((target("avx2,aes,pclmul,vaes,vpclmulqdq")))
#define INLINE_WIDE WITH_WIDE static inline __attribute__((always_inline))
#define INLINE_WIDE_GHASH WITH_WIDE_GHASH static inline __attribute__((always_inline))

/** Registers of a batch. */
#define X86_AES_PAIRS 8

INLINE_WIDE __m256i x86_aes_load_2(const uint8_t *bytes) {
    return _mm256_loadu_si256((const __m256i *)(const void *)bytes);
}

INLINE_WIDE void x86_aes_store_2(uint8_t *bytes, __m256i blocks) {
    _mm256_storeu_si256((__m256i *)(void *)bytes, blocks);
}

/** The same block twice. */
INLINE_WIDE __m256i x86_aes_twice(const uint8_t *bytes) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)bytes));
}

/** The bytes of each block in the opposite order. */
INLINE_WIDE __m256i x86_aes_reverse_2(__m256i blocks) {
    const __m256i order =
        _mm256_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f, 0x0001020304050607, 0x08090a0b0c0d0e0f);
    return _mm256_shuffle_epi8(blocks, order);
}

/** Adds a round key to a batch. */
INLINE_WIDE void x86_aes_add_wide(__m256i *blocks, const uint8_t *round_key) {
    __m256i k = x86_aes_twice(round_key);
#pragma GCC unroll 8
    for (int i = 0; i < X86_AES_PAIRS; i++) {
        blocks[i] = _mm256_xor_si256(blocks[i], k);
    }
}

/** One round of a batch. */
INLINE_WIDE void x86_aes_round_wide(__m256i *blocks, const uint8_t *round_key) {
    __m256i k = x86_aes_twice(round_key);
#pragma GCC unroll 8
    for (int i = 0; i < X86_AES_PAIRS; i++) {
        blocks[i] = _mm256_aesenc_epi128(blocks[i], k);
    }
}

/** The last round of a batch. */
INLINE_WIDE void x86_aes_last_wide(__m256i *blocks, const uint8_t *round_key) {
    __m256i k = x86_aes_twice(round_key);
#pragma GCC unroll 8
    for (int i = 0; i < X86_AES_PAIRS; i++) {
        blocks[i] = _mm256_aesenclast_epi128(blocks[i], k);
    }
}

/** A batch under an encryption schedule. */
INLINE_WIDE void x86_aes_encrypt_wide(const x86_aes_key_t *key, __m256i *blocks) {
    x86_aes_add_wide(blocks, key->round_key[0]);
    for (uint32_t r = 1; r < key->rounds; r++) {
        x86_aes_round_wide(blocks, key->round_key[r]);
    }
    x86_aes_last_wide(blocks, key->round_key[key->rounds]);
}

/** A batch under the schedule of the inverse cipher. */
INLINE_WIDE void x86_aes_decrypt_wide(const x86_aes_key_t *key, __m256i *blocks) {
    x86_aes_add_wide(blocks, key->round_key[0]);
    for (uint32_t r = 1; r < key->rounds; r++) {
        __m256i k = x86_aes_twice(key->round_key[r]);
#pragma GCC unroll 8
        for (int i = 0; i < X86_AES_PAIRS; i++) {
            blocks[i] = _mm256_aesdec_epi128(blocks[i], k);
        }
    }
    __m256i k = x86_aes_twice(key->round_key[key->rounds]);
#pragma GCC unroll 8
    for (int i = 0; i < X86_AES_PAIRS; i++) {
        blocks[i] = _mm256_aesdeclast_epi128(blocks[i], k);
    }
}

#endif
