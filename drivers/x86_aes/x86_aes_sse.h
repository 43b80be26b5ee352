/** @file
 * Blocks in registers of 128 bits. Only for files of this driver.
 *
 * Every function that uses the instructions says so (WITH_AES, WITH_GHASH), so that the driver needs
 * no compiler flags. The instructions take the same time for all data.
 */
#ifndef X86_AES_SSE_H
#define X86_AES_SSE_H

#include "x86_aes.h"

#include <smmintrin.h>
#include <stdbool.h>
#include <tmmintrin.h>
#include <wmmintrin.h>

#define WITH_AES __attribute__((target("aes,ssse3,sse4.1")))
#define WITH_GHASH __attribute__((target("aes,pclmul,ssse3,sse4.1")))
#define INLINE_AES WITH_AES static inline __attribute__((always_inline))
#define INLINE_GHASH WITH_GHASH static inline __attribute__((always_inline))

/** Blocks of a batch: enough to hide the latency of the instructions. */
#define X86_AES_LANES 8

INLINE_AES __m128i x86_aes_load(const uint8_t *bytes) {
    return _mm_loadu_si128((const __m128i *)(const void *)bytes);
}

INLINE_AES void x86_aes_store(uint8_t *bytes, __m128i block) {
    _mm_storeu_si128((__m128i *)(void *)bytes, block);
}

/** Makes the compiler compute a vector here. It would gather the terms of a long sum first, and run out of
 * registers, and a sum that is in the order of the instructions is done beside other work. */
#define X86_AES_HERE(vector) __asm__("" : "+x"(vector))

/** The bytes in the opposite order. */
INLINE_AES __m128i x86_aes_reverse(__m128i block) {
    return _mm_shuffle_epi8(block, _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f));
}

/** One block under an encryption schedule. */
INLINE_AES __m128i x86_aes_encrypt_1(const x86_aes_key_t *key, __m128i block) {
    block = _mm_xor_si128(block, x86_aes_load(key->round_key[0]));
#pragma GCC unroll 9
    for (int r = 1; r < 10; r++) {
        block = _mm_aesenc_si128(block, x86_aes_load(key->round_key[r]));
    }
    for (uint32_t r = 10; r < key->rounds; r++) {
        block = _mm_aesenc_si128(block, x86_aes_load(key->round_key[r]));
    }
    return _mm_aesenclast_si128(block, x86_aes_load(key->round_key[key->rounds]));
}

/** Adds a round key to a batch. */
INLINE_AES void x86_aes_add_8(__m128i *blocks, const uint8_t *round_key) {
    __m128i k = x86_aes_load(round_key);
#pragma GCC unroll 8
    for (int i = 0; i < X86_AES_LANES; i++) {
        blocks[i] = _mm_xor_si128(blocks[i], k);
    }
}

/** One round of a batch. */
INLINE_AES void x86_aes_round_8(__m128i *blocks, const uint8_t *round_key) {
    __m128i k = x86_aes_load(round_key);
#pragma GCC unroll 8
    for (int i = 0; i < X86_AES_LANES; i++) {
        blocks[i] = _mm_aesenc_si128(blocks[i], k);
    }
}

/** The last round of a batch. */
INLINE_AES void x86_aes_last_8(__m128i *blocks, const uint8_t *round_key) {
    __m128i k = x86_aes_load(round_key);
#pragma GCC unroll 8
    for (int i = 0; i < X86_AES_LANES; i++) {
        blocks[i] = _mm_aesenclast_si128(blocks[i], k);
    }
}

/** A batch under an encryption schedule. */
INLINE_AES void x86_aes_encrypt_8(const x86_aes_key_t *key, __m128i *blocks) {
    x86_aes_add_8(blocks, key->round_key[0]);
    for (uint32_t r = 1; r < key->rounds; r++) {
        x86_aes_round_8(blocks, key->round_key[r]);
    }
    x86_aes_last_8(blocks, key->round_key[key->rounds]);
}

/** A batch under the schedule of the inverse cipher. */
INLINE_AES void x86_aes_decrypt_8(const x86_aes_key_t *key, __m128i *blocks) {
    x86_aes_add_8(blocks, key->round_key[0]);
    for (uint32_t r = 1; r <= key->rounds; r++) {
        __m128i k = x86_aes_load(key->round_key[r]);
#pragma GCC unroll 8
        for (int i = 0; i < X86_AES_LANES; i++) {
            blocks[i] = r < key->rounds ? _mm_aesdec_si128(blocks[i], k) : _mm_aesdeclast_si128(blocks[i], k);
        }
    }
}

#endif
