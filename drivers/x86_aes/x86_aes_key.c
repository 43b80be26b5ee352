/* Key expansion after FIPS 197, 5.2. SubWord is done by AESENCLAST instead of AESKEYGENASSIST, which is slow on
 * many processors: with the same word in all four columns ShiftRows changes nothing, so that the instruction
 * is SubWord in every column, and its round key the round constant. */
#include "x86_aes_key.h"

#include "x86_aes_cpu.h"
#include "x86_aes_sse.h"

#include <string.h>

psa_status_t x86_aes_key_check(const psa_key_attributes_t *attributes, size_t key_size, uint32_t needed) {
    if ((x86_aes_features() & needed) != needed || psa_get_key_type(attributes) != PSA_KEY_TYPE_AES) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    return key_size == 16 || key_size == 24 || key_size == 32 ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

/* w[i] ^ w[i-1] ^ ... ^ w[0] in every word. */
WITH_AES static inline __m128i sums_of_words(__m128i words) {
    words = _mm_xor_si128(words, _mm_slli_si128(words, 4));
    return _mm_xor_si128(words, _mm_slli_si128(words, 8));
}

/* SubWord(RotWord(w)) ^ constant in every column, where w is the last word of `words`. */
WITH_AES static inline __m128i rotated(__m128i words, int constant) {
    __m128i spread = _mm_shuffle_epi8(words, _mm_set1_epi32(0x0c0f0e0d));
    return _mm_aesenclast_si128(spread, _mm_set1_epi32(constant));
}

/* SubWord(w) in every column. */
WITH_AES static inline __m128i substituted(__m128i words) {
    return _mm_aesenclast_si128(_mm_shuffle_epi32(words, 0xff), _mm_setzero_si128());
}

static const uint8_t round_constants[10] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36};

WITH_AES static inline void expand_128(x86_aes_key_t *key, const uint8_t *bytes) {
    __m128i words = x86_aes_load(bytes);
    x86_aes_store(key->round_key[0], words);
#pragma GCC unroll 10
    for (int i = 0; i < 10; i++) {
        words = _mm_xor_si128(sums_of_words(words), rotated(words, round_constants[i]));
        x86_aes_store(key->round_key[i + 1], words);
    }
}

/* Six words at a time: four in `low`, two in the lower half of `high`. */
WITH_AES static inline void expand_192(x86_aes_key_t *key, const uint8_t *bytes) {
    uint8_t *out = key->round_key[0];
    __m128i low = x86_aes_load(bytes);
    __m128i high = _mm_loadl_epi64((const __m128i *)(const void *)(bytes + 16));
    x86_aes_store(out, low);
    _mm_storel_epi64((__m128i *)(void *)(out + 16), high);
    for (int i = 0; i < 8; i++) {
        out += 24;
        __m128i last = _mm_shuffle_epi32(high, 0x55);
        low = _mm_xor_si128(sums_of_words(low), rotated(last, round_constants[i]));
        high = _mm_xor_si128(high, _mm_slli_si128(high, 4));
        high = _mm_xor_si128(high, _mm_shuffle_epi32(low, 0xff));
        x86_aes_store(out, low);
        _mm_storel_epi64((__m128i *)(void *)(out + 16), high);
    }
}

WITH_AES static inline void expand_256(x86_aes_key_t *key, const uint8_t *bytes) {
    __m128i even = x86_aes_load(bytes);
    __m128i odd = x86_aes_load(bytes + 16);
    x86_aes_store(key->round_key[0], even);
    x86_aes_store(key->round_key[1], odd);
#pragma GCC unroll 7
    for (int i = 0; i < 7; i++) {
        even = _mm_xor_si128(sums_of_words(even), rotated(odd, round_constants[i]));
        x86_aes_store(key->round_key[2 * i + 2], even);
        if (i < 6) {
            odd = _mm_xor_si128(sums_of_words(odd), substituted(even));
            x86_aes_store(key->round_key[2 * i + 3], odd);
        }
    }
}

WITH_AES void x86_aes_key_expand(x86_aes_key_t *key, const uint8_t *bytes, size_t size) {
    key->rounds = (uint32_t)size / 4 + 6;
    if (size == 16) {
        expand_128(key, bytes);
    } else if (size == 24) {
        expand_192(key, bytes);
    } else {
        expand_256(key, bytes);
    }
}

WITH_AES void x86_aes_key_invert(x86_aes_key_t *key) {
    uint32_t last = key->rounds;
    for (uint32_t i = 0; i <= last / 2; i++) {
        __m128i front = x86_aes_load(key->round_key[i]);
        __m128i back = x86_aes_load(key->round_key[last - i]);
        x86_aes_store(key->round_key[i], i == 0 ? back : _mm_aesimc_si128(back));
        x86_aes_store(key->round_key[last - i], i == 0 ? front : _mm_aesimc_si128(front));
    }
}

WITH_AES void x86_aes_key_encrypt(const x86_aes_key_t *key, const uint8_t in[16], uint8_t out[16]) {
    x86_aes_store(out, x86_aes_encrypt_1(key, x86_aes_load(in)));
}

/* The empty statement keeps the compiler from dropping the write. */
void x86_aes_wipe(void *data, size_t size) {
    memset(data, 0, size);
    __asm__ volatile("" : : "r"(data) : "memory");
}

int x86_aes_differ(const uint8_t *a, const uint8_t *b, size_t size) {
    uint32_t difference = 0;
    for (size_t i = 0; i < size; i++) {
        difference |= (uint32_t)(a[i] ^ b[i]);
    }
    /* The verdict only: not how many bits differ. */
    return (int)((difference + 0xffu) >> 8);
}

const uint8_t *x86_aes_source(const uint8_t *input, size_t size, uint8_t *output) {
    uintptr_t in = (uintptr_t)input;
    uintptr_t out = (uintptr_t)output;
    bool overlap = in < out + size && out < in + size;
    if (size == 0 || in == out || !overlap) {
        return input;
    }
    memmove(output, input, size);
    return output;
}
