/** @file
 * SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), the one primitive that the element is built on.
 */
#ifndef SE_HMAC_H
#define SE_HMAC_H

#include <stddef.h>
#include <stdint.h>

#define SE_HASH_SIZE 32

typedef struct {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[64];
} se_hash_t;

void se_hash_start(se_hash_t *hash);
void se_hash_update(se_hash_t *hash, const uint8_t *data, size_t size);

/** Writes SE_HASH_SIZE bytes and wipes the object. */
void se_hash_finish(se_hash_t *hash, uint8_t *digest);

typedef struct {
    se_hash_t inner;
    uint8_t outer_key[64];
} se_hmac_t;

/** Starts a MAC with a key of any length. */
void se_hmac_start(se_hmac_t *hmac, const uint8_t *key, size_t size);
void se_hmac_update(se_hmac_t *hmac, const uint8_t *data, size_t size);

/** Writes SE_HASH_SIZE bytes and wipes the object. */
void se_hmac_finish(se_hmac_t *hmac, uint8_t *mac);

#endif
