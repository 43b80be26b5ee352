/** @file
 * Hashes of this driver: the table, and a digest for use by other files.
 */
#ifndef LIBCRYPTO_HASH_H
#define LIBCRYPTO_HASH_H

#include "internal.h"

#include <openssl/evp.h>

/** A hash whose state libcrypto's headers lay open: no allocation, no fetch. */
typedef struct lc_hash_open {
    int (*init)(void *state);
    int (*update)(void *state, const void *input, size_t length);
    int (*finish)(unsigned char *digest, void *state);
    void (*transform)(void *state, const unsigned char *block); /**< takes a block; only the words change */
    uint8_t state_size;                                         /**< bytes of the libcrypto structure */
    uint8_t word_size;                                          /**< 4 or 8 */
    uint8_t words;                                              /**< chaining words, first in the structure */
    uint8_t little;       /**< 1: the words are little-endian in a suspend state */
    uint8_t low_offset;   /**< of the low word of the bit count */
    uint8_t high_offset;  /**< of the high word of the bit count */
    uint8_t block_offset; /**< of the input not yet processed */
} lc_hash_open_t;

/** One hash algorithm. */
typedef struct lc_hash {
    const char *name;           /**< libcrypto's; null: the row is empty */
    const lc_hash_open_t *open; /**< null: through EVP */
    uint8_t length;             /**< bytes of the hash */
    uint8_t block;              /**< bytes of an input block */
    uint8_t full;               /**< bytes that the underlying function gives; more than length if truncated */
    bool xof;                   /**< an extendable output function cut to length */
    bool hmac;                  /**< HMAC is defined for it */
    bool suspend;               /**< a suspend state is defined for it */
    uint8_t oid[10];            /**< contents of the object identifier in a DigestInfo */
    uint8_t oid_size;           /**< 0: RSA PKCS#1 v1.5 is not defined for it */
} lc_hash_t;

/** Bytes of the longest hash, and of the longest block. */
#define LC_HASH_MAX 64
#define LC_BLOCK_MAX 168

/** The row of a hash algorithm; null if this driver does not know it. */
const lc_hash_t *lc_hash_find(psa_algorithm_t alg);

/** The algorithm of a row. */
psa_algorithm_t lc_hash_algorithm(const lc_hash_t *hash);

/** Hash of the concatenation of `count` pieces, into `digest` (hash->length bytes). */
psa_status_t lc_hash_pieces(const lc_hash_t *hash, const lc_bytes_t *pieces, size_t count, uint8_t *digest);

/** Whether an input of `size` bytes, after whole blocks, ends in one more block. */
bool lc_hash_is_brief(const lc_hash_t *hash, size_t size);

/** The hash of whole blocks and a brief end, without libcrypto's buffering, which costs half as much as the block.
 *
 * @param hash    one that is open
 * @param start   the chaining words after the whole blocks
 * @param before  bytes in these
 * @param digest  hash->full bytes
 */
void lc_hash_end(const lc_hash_t *hash, const uint64_t *start, size_t before, lc_bytes_t end, uint8_t *digest);

/** libcrypto's object for a hash, fetched once; null if this libcrypto lacks it. Not to be freed. */
const EVP_MD *lc_hash_md(const lc_hash_t *hash);

#endif
