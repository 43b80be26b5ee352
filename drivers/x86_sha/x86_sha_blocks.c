/* SHA-1 and SHA-256 with the SHA extensions, after their description in Intel's manual (SHA1RNDS4,
 * SHA1NEXTE, SHA1MSG1, SHA1MSG2, SHA256RNDS2, SHA256MSG1, SHA256MSG2) and FIPS 180-4. The
 * instructions take the same time for all data. */
#include "x86_sha_blocks.h"

#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,ssse3,sse4.1")))

bool x86_sha_available(void) {
    static int known; /* 0: not asked yet, 1: no, 2: yes */
    int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (answer == 0) {
        unsigned a = 0;
        unsigned b = 0;
        unsigned c = 0;
        unsigned d = 0;
        bool sse = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0;
        bool sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
        answer = sse && sha ? 2 : 1;
        __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
    }
    return answer == 2;
}

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* Four message words, from big-endian bytes; `order` says which byte goes where. */
WITH_SHA static inline __m128i load(const uint8_t *bytes, __m128i order) {
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)bytes), order);
}

/* w[t..t+3] of SHA-256 from the sixteen words before it: four vectors, oldest first. */
WITH_SHA static inline __m128i next_words_256(const __m128i w[4]) {
    __m128i seven_ago = _mm_alignr_epi8(w[3], w[2], 4);
    __m128i partial = _mm_add_epi32(_mm_sha256msg1_epu32(w[0], w[1]), seven_ago);
    return _mm_sha256msg2_epu32(partial, w[3]);
}

WITH_SHA void x86_sha_blocks_256(uint32_t *state, const uint8_t *blocks, size_t count) {
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i *memory = (__m128i *)(void *)state;

    /* The instruction keeps a, b, e, f in one register and c, d, g, h in the other, highest first. */
    __m128i dcba = _mm_loadu_si128(memory);
    __m128i hgfe = _mm_loadu_si128(memory + 1);
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
    __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    __m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
    __m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);

    for (; count > 0; count--, blocks += 64) {
        __m128i start_abef = abef;
        __m128i start_cdgh = cdgh;
        __m128i w[4];
/* Unrolled, the message words stay in registers. */
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) {
            __m128i words;
            if (i < 4) {
                words = load(blocks + 16 * i, order);
                w[i] = words;
            } else {
                words = next_words_256(w);
                w[0] = w[1];
                w[1] = w[2];
                w[2] = w[3];
                w[3] = words;
            }
            __m128i constants = _mm_loadu_si128((const __m128i *)(const void *)&round_constants[4 * i]);
            __m128i sum = _mm_add_epi32(words, constants);
            /* Two rounds each; the registers swap their roles. */
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
        }
        abef = _mm_add_epi32(abef, start_abef);
        cdgh = _mm_add_epi32(cdgh, start_cdgh);
    }

    __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128(memory, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128(memory + 1, _mm_alignr_epi8(dchg, feba, 8));
}

/* w[t..t+3] of SHA-1 from the sixteen words before it: four vectors, oldest first. */
WITH_SHA static inline __m128i next_words_1(const __m128i w[4]) {
    __m128i partial = _mm_xor_si128(_mm_sha1msg1_epu32(w[0], w[1]), w[2]);
    return _mm_sha1msg2_epu32(partial, w[3]);
}

/* Four rounds of the quarter that the round belongs to: an immediate operand chooses the function. */
WITH_SHA static inline __m128i four_rounds_1(__m128i abcd, __m128i e_and_words, int group) {
    switch (group / 5) {
    case 0:
        return _mm_sha1rnds4_epu32(abcd, e_and_words, 0);
    case 1:
        return _mm_sha1rnds4_epu32(abcd, e_and_words, 1);
    case 2:
        return _mm_sha1rnds4_epu32(abcd, e_and_words, 2);
    default:
        return _mm_sha1rnds4_epu32(abcd, e_and_words, 3);
    }
}

WITH_SHA void x86_sha_blocks_1(uint32_t *state, const uint8_t *blocks, size_t count) {
    const __m128i order = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
    __m128i *memory = (__m128i *)(void *)state;
    __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128(memory), 0x1b);
    __m128i e = _mm_set_epi32((int)state[4], 0, 0, 0);

    for (; count > 0; count--, blocks += 64) {
        __m128i start_abcd = abcd;
        __m128i start_e = e;
        __m128i before = abcd; /* a of four rounds ago gives e */
        __m128i w[4];
#pragma GCC unroll 20
        for (int group = 0; group < 20; group++) {
            __m128i words;
            if (group < 4) {
                words = load(blocks + 16 * group, order);
                w[group] = words;
            } else {
                words = next_words_1(w);
                w[0] = w[1];
                w[1] = w[2];
                w[2] = w[3];
                w[3] = words;
            }
            __m128i sum = group == 0 ? _mm_add_epi32(e, words) : _mm_sha1nexte_epu32(before, words);
            before = abcd;
            abcd = four_rounds_1(abcd, sum, group);
        }
        e = _mm_sha1nexte_epu32(before, start_e);
        abcd = _mm_add_epi32(abcd, start_abcd);
    }

    _mm_storeu_si128(memory, _mm_shuffle_epi32(abcd, 0x1b));
    state[4] = (uint32_t)_mm_extract_epi32(e, 3);
}
