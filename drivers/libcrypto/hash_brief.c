/* The end of a hash that fits into one block with its padding: FIPS 180-4, 5.1, and RFC 1321, 3.1 and 3.2. */
#include "hash.h"

/* Longest block of the hashes whose state is open. */
#define BLOCK 128

bool lc_hash_is_brief(const lc_hash_t *hash, size_t size) {
    return hash->open != NULL && size < hash->block - 2u * hash->open->word_size;
}

/* Whether numbers are in memory in another order than the hash has them. */
static bool turns(const lc_hash_open_t *open) {
    return (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) != (open->little != 0);
}

static uint64_t ordered(uint64_t number, const lc_hash_open_t *open) {
    return turns(open) ? __builtin_bswap64(number) : number;
}

/* Words of 4 bytes are taken in pairs: after they were turned, they are the wrong way round. */
static uint64_t ordered_words(uint64_t word, const lc_hash_open_t *open) {
    word = ordered(word, open);
    return turns(open) && open->word_size == 4 ? word << 32 | word >> 32 : word;
}

/* The chaining words as the hash gives them; of five, the last is alone. */
static void write_words(const lc_hash_t *hash, const uint64_t *state, uint8_t *digest) {
    size_t pairs = hash->full / 8u;
    for (size_t i = 0; i < pairs; i++) {
        uint64_t word = ordered_words(state[i], hash->open);
        memcpy(digest + 8 * i, &word, 8);
    }
    if (hash->full % 8 != 0) {
        uint64_t word = ordered_words(state[pairs], hash->open);
        memcpy(digest + 8 * pairs, &word, 4);
    }
}

/* Sixty-four at a time, which the compiler does in place. */
static void wipe_block(uint8_t *block, size_t size) {
    lc_wipe(block, BLOCK / 2);
    if (size > BLOCK / 2) {
        lc_wipe(block + BLOCK / 2, BLOCK / 2);
    }
}

void lc_hash_end(const lc_hash_t *hash, const uint64_t *start, size_t before, lc_bytes_t end, uint8_t *digest) {
    const lc_hash_open_t *open = hash->open;
    uint64_t state[LC_HASH_MAX / sizeof(uint64_t)]; /* libcrypto's structures begin with the words */
    uint8_t block[BLOCK];
    size_t words = (size_t)open->words * open->word_size;
    uint64_t bits = ordered(8 * (uint64_t)(before + end.size), open);
    state[(words - 1) / 8] = 0; /* with five words, half of it is never set */
    memcpy(state, start, words);
    wipe_block(block, hash->block);
    if (end.size > 0) {
        memcpy(block, end.data, end.size);
    }
    block[end.size] = 0x80;
    memcpy(block + hash->block - 8, &bits, sizeof(bits));
    open->transform(state, block);
    write_words(hash, state, digest);
    wipe_block(block, hash->block);
    lc_wipe(state, sizeof(state));
}
