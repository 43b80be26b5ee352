/* GCM in registers of 256 bits: as in registers of 128 bits, with batches of sixteen blocks. */
#include "x86_aes_ghash.h"
#include "x86_aes_wide.h"

#define PAIRS X86_AES_PAIRS
#define BYTES (32 * PAIRS)
/* Where the power for the first block of a batch is. */
#define FIRST (X86_AES_POWERS - 2 * PAIRS)

/* Sums of products, of the first blocks of the pairs in the lower halves, of the second in the upper. */
typedef struct {
    __m256i low;
    __m256i high;
    __m256i middle;
} sums_t;

INLINE_WIDE_GHASH sums_t no_sums(void) {
    return (sums_t){_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
}

/* Adds the products of pair i of a batch; the hash so far goes to the first block. */
INLINE_WIDE_GHASH void add_pair(sums_t *sums, const x86_aes_gcm_key_t *key, const uint8_t *data, int i, __m128i hash) {
    __m256i blocks = x86_aes_reverse_2(x86_aes_load_2(data + 32 * i));
    if (i == 0) {
        blocks = _mm256_xor_si256(blocks, _mm256_zextsi128_si256(hash));
    }
    __m256i powers = x86_aes_load_2(key->power[FIRST + 2 * i]);
    __m256i halves = x86_aes_load_2(key->half[FIRST + 2 * i]);
    sums->low = _mm256_xor_si256(sums->low, _mm256_clmulepi64_epi128(blocks, powers, 0x00));
    sums->high = _mm256_xor_si256(sums->high, _mm256_clmulepi64_epi128(blocks, powers, 0x11));
    blocks = _mm256_xor_si256(blocks, _mm256_shuffle_epi32(blocks, 0x4e));
    sums->middle = _mm256_xor_si256(sums->middle, _mm256_clmulepi64_epi128(blocks, halves, 0x00));
    X86_AES_HERE(sums->low);
    X86_AES_HERE(sums->high);
    X86_AES_HERE(sums->middle);
}

INLINE_WIDE_GHASH __m128i both(__m256i x) {
    return _mm_xor_si128(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
}

INLINE_WIDE_GHASH x86_aes_sums_t narrow(const sums_t *sums) {
    return (x86_aes_sums_t){both(sums->low), both(sums->high), both(sums->middle)};
}

/* The next counter blocks: only the last 32 bits count. `number` holds two in a row. */
INLINE_WIDE_GHASH __m256i counter_blocks(__m256i *batch, __m256i number) {
    const __m256i two = _mm256_set_epi32(0, 0, 0, 2, 0, 0, 0, 2);
#pragma GCC unroll 8
    for (int i = 0; i < PAIRS; i++) {
        batch[i] = x86_aes_reverse_2(number);
        number = _mm256_add_epi32(number, two);
    }
    return number;
}

/* The rounds of a batch of counter blocks, interleaved with the hash of sixteen blocks. `before` is what came of the
 * batch before, and is reduced on the way; the same is returned for the next one. */
INLINE_WIDE_GHASH x86_aes_sums_t rounds_and_hash(const x86_aes_gcm_key_t *key, __m256i *batch, const uint8_t *hashed,
                                                 x86_aes_sums_t before) {
    const x86_aes_key_t *schedule = &key->schedule;
    sums_t sums = no_sums();
    x86_aes_add_wide(batch, schedule->round_key[0]);
#pragma GCC unroll 9
    for (int r = 1; r < 10; r++) {
        x86_aes_round_wide(batch, schedule->round_key[r]);
        x86_aes_sums_reduce_slowly(&before, r);
        if (r <= PAIRS) {
            /* The first pair comes last: it waits for the batch before. */
            add_pair(&sums, key, hashed, r % PAIRS, before.high);
        }
    }
    for (uint32_t r = 10; r < schedule->rounds; r++) {
        x86_aes_round_wide(batch, schedule->round_key[r]);
    }
    x86_aes_last_wide(batch, schedule->round_key[schedule->rounds]);
    return narrow(&sums);
}

INLINE_WIDE_GHASH void mask(const __m256i *batch, const uint8_t *in, uint8_t *out) {
#pragma GCC unroll 8
    for (int i = 0; i < PAIRS; i++) {
        x86_aes_store_2(out + 32 * i, _mm256_xor_si256(batch[i], x86_aes_load_2(in + 32 * i)));
    }
}

INLINE_WIDE_GHASH __m256i first_numbers(const x86_aes_gcm_t *gcm) {
    __m256i number = x86_aes_reverse_2(x86_aes_twice(gcm->counter));
    return _mm256_add_epi32(number, _mm256_set_epi32(0, 0, 0, 1, 0, 0, 0, 0));
}

INLINE_WIDE_GHASH void keep(x86_aes_gcm_t *gcm, __m256i number, __m128i hash) {
    x86_aes_store(gcm->counter, _mm256_castsi256_si128(x86_aes_reverse_2(number)));
    x86_aes_store(gcm->hash, hash);
}

WITH_WIDE_GHASH void x86_aes_ghash_wide(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *data,
                                        size_t batches) {
    __m128i hash = x86_aes_load(gcm->hash);
    for (; batches > 0; batches--, data += BYTES) {
        sums_t sums = no_sums();
#pragma GCC unroll 8
        for (int i = 0; i < PAIRS; i++) {
            add_pair(&sums, key, data, i, hash);
        }
        hash = x86_aes_sums_reduce(narrow(&sums));
    }
    x86_aes_store(gcm->hash, hash);
}

WITH_WIDE_GHASH static void encrypt(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *in, uint8_t *out,
                                    size_t batches) {
    __m256i number = first_numbers(gcm);
    x86_aes_sums_t sums = x86_aes_sums_of(x86_aes_load(gcm->hash));
    __m256i batch[PAIRS];
    /* The hash is one batch behind: the ciphertext has to be there. */
    number = counter_blocks(batch, number);
    x86_aes_encrypt_wide(&key->schedule, batch);
    mask(batch, in, out);
    for (size_t i = 1; i < batches; i++) {
        in += BYTES;
        out += BYTES;
        number = counter_blocks(batch, number);
        sums = rounds_and_hash(key, batch, out - BYTES, sums);
        mask(batch, in, out);
    }
    keep(gcm, number, x86_aes_sums_reduce(sums));
    x86_aes_ghash_wide(key, gcm, out, 1);
}

WITH_WIDE_GHASH static void decrypt(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *in, uint8_t *out,
                                    size_t batches) {
    __m256i number = first_numbers(gcm);
    x86_aes_sums_t sums = x86_aes_sums_of(x86_aes_load(gcm->hash));
    for (; batches > 0; batches--, in += BYTES, out += BYTES) {
        __m256i batch[PAIRS];
        number = counter_blocks(batch, number);
        sums = rounds_and_hash(key, batch, in, sums);
        mask(batch, in, out);
    }
    keep(gcm, number, x86_aes_sums_reduce(sums));
}

void x86_aes_gcm_wide(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, bool inverse, const uint8_t *in, uint8_t *out,
                      size_t batches) {
    if (batches > 0) {
        (inverse ? decrypt : encrypt)(key, gcm, in, out, batches);
    }
}
