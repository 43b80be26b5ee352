/* GCM in registers of 128 bits: the rounds of eight counter blocks, and between them the products of
 * eight blocks of ciphertext, so that both kinds of instruction are always under way. */
#include "x86_aes_ghash.h"

#define LANES X86_AES_LANES
#define SLOT (X86_AES_POWERS - LANES)

/* The next counter blocks: only the last 32 bits count (SP 800-38D, 6.2). */
INLINE_GHASH __m128i counter_blocks(__m128i *batch, __m128i number) {
#pragma GCC unroll 8
    for (int i = 0; i < LANES; i++) {
        batch[i] = x86_aes_reverse(_mm_add_epi32(number, _mm_set_epi32(0, 0, 0, i)));
    }
    return _mm_add_epi32(number, _mm_set_epi32(0, 0, 0, LANES));
}

/* The rounds of a batch of counter blocks, interleaved with the hash of eight blocks at `hashed`,
 * unless that is null. */
INLINE_GHASH __m128i rounds_and_hash(const x86_aes_gcm_key_t *key, __m128i *batch, const uint8_t *hashed,
                                     __m128i hash) {
    const x86_aes_key_t *schedule = &key->schedule;
    x86_aes_sums_t sums = {_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
    x86_aes_add_8(batch, schedule->round_key[0]);
#pragma GCC unroll 9
    for (int r = 1; r < 10; r++) {
        x86_aes_round_8(batch, schedule->round_key[r]);
        if (hashed != NULL && r <= LANES) {
            /* The first block comes last: it waits for the batch before. */
            __m128i block = x86_aes_reverse(x86_aes_load(hashed + 16 * (r % LANES)));
            block = r == LANES ? _mm_xor_si128(block, hash) : block;
            x86_aes_sums_add(&sums, block, key, SLOT + r % LANES);
        }
    }
    for (uint32_t r = 10; r < schedule->rounds; r++) {
        x86_aes_round_8(batch, schedule->round_key[r]);
    }
    x86_aes_last_8(batch, schedule->round_key[schedule->rounds]);
    return hashed != NULL ? x86_aes_sums_reduce(sums) : hash;
}

INLINE_GHASH void mask(const __m128i *batch, const uint8_t *in, uint8_t *out) {
#pragma GCC unroll 8
    for (int i = 0; i < LANES; i++) {
        x86_aes_store(out + 16 * i, _mm_xor_si128(batch[i], x86_aes_load(in + 16 * i)));
    }
}

WITH_GHASH static void encrypt(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *in, uint8_t *out,
                               size_t batches) {
    __m128i number = x86_aes_reverse(x86_aes_load(gcm->counter));
    __m128i hash = x86_aes_load(gcm->hash);
    __m128i batch[LANES];
    /* The hash is one batch behind: the ciphertext has to be there. */
    number = counter_blocks(batch, number);
    x86_aes_encrypt_8(&key->schedule, batch);
    mask(batch, in, out);
    for (size_t i = 1; i < batches; i++) {
        in += 16 * LANES;
        out += 16 * LANES;
        number = counter_blocks(batch, number);
        hash = rounds_and_hash(key, batch, out - 16 * LANES, hash);
        mask(batch, in, out);
    }
    x86_aes_store(gcm->counter, x86_aes_reverse(number));
    x86_aes_store(gcm->hash, hash);
    x86_aes_ghash_sse(key, gcm, out, LANES);
}

WITH_GHASH static void decrypt(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *in, uint8_t *out,
                               size_t batches) {
    __m128i number = x86_aes_reverse(x86_aes_load(gcm->counter));
    __m128i hash = x86_aes_load(gcm->hash);
    for (size_t i = 0; i < batches; i++) {
        __m128i batch[LANES];
        number = counter_blocks(batch, number);
        hash = rounds_and_hash(key, batch, in, hash);
        mask(batch, in, out);
        in += 16 * LANES;
        out += 16 * LANES;
    }
    x86_aes_store(gcm->counter, x86_aes_reverse(number));
    x86_aes_store(gcm->hash, hash);
}

void x86_aes_gcm_sse(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, bool inverse, const uint8_t *in, uint8_t *out,
                     size_t batches) {
    if (batches > 0) {
        (inverse ? decrypt : encrypt)(key, gcm, in, out, batches);
    }
}
