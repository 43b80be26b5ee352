/** @file
 * Short messages under a block cipher: what is kept with the key for them.
 *
 * libcrypto's modes cost several times what a few blocks of the cipher do: parameters, states and checks of each
 * step. Up to LC_BRIEF_MAX bytes a mode is put together here from whole blocks.
 */
#ifndef LIBCRYPTO_BRIEF_H
#define LIBCRYPTO_BRIEF_H

#include "block.h"

#include <openssl/modes.h>

/** The longest message in bytes, additional data included, for which this is faster than libcrypto's modes. */
#define LC_BRIEF_MAX 512u

/** The forms of one key, for use by one call at a time. */
typedef struct lc_brief {
    EVP_CIPHER_CTX *cipher;               /**< ECB, encrypting */
    GCM128_CONTEXT *gcm;                  /**< null until lc_brief_gcm */
    uint8_t block;                        /**< bytes */
    bool failed;                          /**< the cipher did, in a callback */
    bool masked;                          /**< the masks are there */
    uint8_t mask[2][LC_CIPHER_BLOCK_MAX]; /**< CMAC: K1 and K2 of SP 800-38B, 6.1 */
    const uint8_t *stream;                /**< the next block of key stream for the callbacks below; null: none */
} lc_brief_t;

/** What an earlier call left for the key, or new: null if this cipher cannot be had.  Ended by lc_brief_give. */
lc_brief_t *lc_brief_take(const lc_key_t *key, const lc_block_t *block);

/** Leaves it for the next call with the key. */
void lc_brief_give(const lc_key_t *key, lc_brief_t *brief);

/** Bytes of key stream for a message: a block before it, and its last block whole. */
#define LC_BRIEF_STREAM (LC_BRIEF_MAX + 32u)

/** GCM under the key, a cipher with blocks of 16 bytes; null if memory is short. */
GCM128_CONTEXT *lc_brief_gcm(lc_brief_t *brief);

/** Encrypts whole blocks, each by itself; `in` may be `out`. Not true also sets brief->failed. */
bool lc_brief_blocks(lc_brief_t *brief, const uint8_t *in, size_t size, uint8_t *out);

/** Makes key stream of counter blocks, all in one call of the cipher.
 *
 * @param start   the first counter block, of 16 bytes, all of which count
 * @param size    whole blocks
 */
bool lc_brief_counter(lc_brief_t *brief, const uint8_t start[16], size_t size, uint8_t *stream);

/** Adds key stream from brief->stream to whole blocks, in the form of libcrypto's ctr128_f: the cipher was called
 * before, with all that libcrypto will ask for. */
void lc_brief_mask(const unsigned char *in, unsigned char *out, size_t blocks, const void *brief,
                   const unsigned char counter[16]);

#endif
