/** @file
 * The deterministic nonces of ECDSA (RFC 6979).
 */
#ifndef LIBCRYPTO_ECDSA_H
#define LIBCRYPTO_ECDSA_H

#include "ecc.h"
#include "hash.h"

/** The generator of RFC 6979, section 3.2: HMAC_DRBG seeded with private key and hash. */
typedef struct {
    const lc_hash_t *hash;
    uint8_t key[LC_HASH_MAX];
    uint8_t value[LC_HASH_MAX];
    uint8_t order[LC_ECC_PRIVATE_MAX];
    size_t order_size; /**< bytes of the order */
    size_t order_bits; /**< bits of the order */
} lc_nonce_t;

/** Seeds the generator (steps a to g).
 *
 * @param private_key  order_size bytes, big-endian
 * @param digest       the hash of the message, hash->length bytes
 * @return PSA_SUCCESS, NOT_SUPPORTED where HMAC is not defined for the hash, or another status
 */
psa_status_t lc_nonce_start(lc_nonce_t *nonce, const EC_GROUP *group, const lc_hash_t *hash, const uint8_t *private_key,
                            const uint8_t *digest);

/** The next candidate 0 < k < n (step h), order_size bytes. */
psa_status_t lc_nonce_next(lc_nonce_t *nonce, uint8_t *k);

/** Wipes the generator. */
void lc_nonce_end(lc_nonce_t *nonce);

#endif
