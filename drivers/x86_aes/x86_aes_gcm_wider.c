/* GCM in registers of 512 bits: as in registers of 256 bits, with batches of 32 blocks. */
#include "x86_aes_ghash.h"

#include <immintrin.h>

#define WITH_WIDER __attribute__((target("avx512f,avx512bw,avx512vl,aes,pclmul,vaes,vpclmulqdq")))
#define INLINE_WIDER WITH_WIDER static inline __attribute__((always_inline))

/* Registers of a batch, four blocks in each. */
#define FOURS 8
#define BYTES (64 * FOURS)

#define HERE(vector) __asm__("" : "+v"(vector))

INLINE_WIDER __m512i load_4(const uint8_t *bytes) {
    return _mm512_loadu_si512(bytes);
}

INLINE_WIDER __m512i four_times(const uint8_t *bytes) {
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)bytes));
}

/* The bytes of each block in the opposite order. */
INLINE_WIDER __m512i reverse_4(__m512i blocks) {
    return _mm512_shuffle_epi8(blocks, _mm512_broadcast_i32x4(_mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f)));
}

/* Sums of products, of every fourth block in each quarter. */
typedef struct {
    __m512i low;
    __m512i high;
    __m512i middle;
} sums_t;

INLINE_WIDER sums_t no_sums(void) {
    return (sums_t){_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
}

/* Adds the products of register i of a batch; the hash so far goes to the first block. */
INLINE_WIDER void add_four(sums_t *sums, const x86_aes_gcm_key_t *key, const uint8_t *data, int i, __m128i hash) {
    __m512i blocks = reverse_4(load_4(data + 64 * i));
    if (i == 0) {
        blocks = _mm512_xor_si512(blocks, _mm512_zextsi128_si512(hash));
    }
    __m512i powers = load_4(key->power[4 * i]);
    __m512i halves = load_4(key->half[4 * i]);
    sums->low = _mm512_xor_si512(sums->low, _mm512_clmulepi64_epi128(blocks, powers, 0x00));
    sums->high = _mm512_xor_si512(sums->high, _mm512_clmulepi64_epi128(blocks, powers, 0x11));
    blocks = _mm512_xor_si512(blocks, _mm512_shuffle_epi32(blocks, _MM_PERM_BADC));
    sums->middle = _mm512_xor_si512(sums->middle, _mm512_clmulepi64_epi128(blocks, halves, 0x00));
    HERE(sums->low);
    HERE(sums->high);
    HERE(sums->middle);
}

INLINE_WIDER __m128i all(__m512i x) {
    __m256i two = _mm256_xor_si256(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
    return _mm_xor_si128(_mm256_castsi256_si128(two), _mm256_extracti128_si256(two, 1));
}

INLINE_WIDER x86_aes_sums_t narrow(const sums_t *sums) {
    return (x86_aes_sums_t){all(sums->low), all(sums->high), all(sums->middle)};
}

/* The next counter blocks: only the last 32 bits count. `number` holds four in a row. */
INLINE_WIDER __m512i counter_blocks(__m512i *batch, __m512i number) {
    const __m512i four = _mm512_broadcast_i32x4(_mm_set_epi32(0, 0, 0, 4));
#pragma GCC unroll 8
    for (int i = 0; i < FOURS; i++) {
        batch[i] = reverse_4(number);
        number = _mm512_add_epi32(number, four);
    }
    return number;
}

INLINE_WIDER void round_of(__m512i *batch, const uint8_t *round_key) {
    __m512i k = four_times(round_key);
#pragma GCC unroll 8
    for (int i = 0; i < FOURS; i++) {
        batch[i] = _mm512_aesenc_epi128(batch[i], k);
    }
}

INLINE_WIDER void first_round(__m512i *batch, const uint8_t *round_key) {
    __m512i k = four_times(round_key);
#pragma GCC unroll 8
    for (int i = 0; i < FOURS; i++) {
        batch[i] = _mm512_xor_si512(batch[i], k);
    }
}

/* The last round, and the text: what is encrypted and the text are added to the last round key together. */
INLINE_WIDER void last_round(const __m512i *batch, const uint8_t *round_key, const uint8_t *in, uint8_t *out) {
    __m512i k = four_times(round_key);
#pragma GCC unroll 8
    for (int i = 0; i < FOURS; i++) {
        __m512i text = _mm512_xor_si512(k, load_4(in + 64 * i));
        _mm512_storeu_si512(out + 64 * i, _mm512_aesenclast_epi128(batch[i], text));
    }
}

/* A batch without a hash beside it. */
INLINE_WIDER void mask(const x86_aes_key_t *key, __m512i *batch, const uint8_t *in, uint8_t *out) {
    first_round(batch, key->round_key[0]);
    for (uint32_t r = 1; r < key->rounds; r++) {
        round_of(batch, key->round_key[r]);
    }
    last_round(batch, key->round_key[key->rounds], in, out);
}

/* A batch, its rounds interleaved with the hash of 32 blocks. `before` is what came of the batch before, and is reduced
 * on the way; the same is returned for the next one. */
INLINE_WIDER x86_aes_sums_t mask_and_hash(const x86_aes_gcm_key_t *key, __m512i *batch, const uint8_t *in, uint8_t *out,
                                          const uint8_t *hashed, x86_aes_sums_t before) {
    const x86_aes_key_t *schedule = &key->schedule;
    sums_t sums = no_sums();
    first_round(batch, schedule->round_key[0]);
#pragma GCC unroll 9
    for (int r = 1; r < 10; r++) {
        round_of(batch, schedule->round_key[r]);
        x86_aes_sums_reduce_slowly(&before, r);
        if (r <= FOURS) {
            /* The first blocks come last: they wait for the batch before. */
            add_four(&sums, key, hashed, r % FOURS, before.high);
        }
    }
    for (uint32_t r = 10; r < schedule->rounds; r++) {
        round_of(batch, schedule->round_key[r]);
    }
    x86_aes_sums_t narrowed = narrow(&sums);
    last_round(batch, schedule->round_key[schedule->rounds], in, out);
    return narrowed;
}

INLINE_WIDER __m512i first_numbers(const x86_aes_gcm_t *gcm) {
    __m512i number = reverse_4(four_times(gcm->counter));
    return _mm512_add_epi32(number, _mm512_set_epi32(0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0));
}

INLINE_WIDER void keep(x86_aes_gcm_t *gcm, __m512i number, __m128i hash) {
    x86_aes_store(gcm->counter, _mm512_castsi512_si128(reverse_4(number)));
    x86_aes_store(gcm->hash, hash);
}

/* The hash of a batch alone. */
INLINE_WIDER __m128i hash_batch(const x86_aes_gcm_key_t *key, const uint8_t *data, __m128i hash) {
    sums_t sums = no_sums();
#pragma GCC unroll 8
    for (int i = 0; i < FOURS; i++) {
        add_four(&sums, key, data, i, hash);
    }
    return x86_aes_sums_reduce(narrow(&sums));
}

WITH_WIDER static void encrypt(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *in, uint8_t *out,
                               size_t batches) {
    __m512i number = first_numbers(gcm);
    x86_aes_sums_t sums = x86_aes_sums_of(x86_aes_load(gcm->hash));
    __m512i batch[FOURS];
    /* The hash is one batch behind: the ciphertext has to be there. */
    number = counter_blocks(batch, number);
    mask(&key->schedule, batch, in, out);
    for (size_t i = 1; i < batches; i++) {
        in += BYTES;
        out += BYTES;
        number = counter_blocks(batch, number);
        sums = mask_and_hash(key, batch, in, out, out - BYTES, sums);
    }
    keep(gcm, number, hash_batch(key, out, x86_aes_sums_reduce(sums)));
}

WITH_WIDER static void decrypt(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *in, uint8_t *out,
                               size_t batches) {
    __m512i number = first_numbers(gcm);
    x86_aes_sums_t sums = x86_aes_sums_of(x86_aes_load(gcm->hash));
    for (; batches > 0; batches--, in += BYTES, out += BYTES) {
        __m512i batch[FOURS];
        number = counter_blocks(batch, number);
        sums = mask_and_hash(key, batch, in, out, in, sums);
    }
    keep(gcm, number, x86_aes_sums_reduce(sums));
}

void x86_aes_gcm_wider(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, bool inverse, const uint8_t *in, uint8_t *out,
                       size_t batches) {
    if (batches > 0) {
        (inverse ? decrypt : encrypt)(key, gcm, in, out, batches);
    }
}
