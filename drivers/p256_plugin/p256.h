/** @file
 * NIST P-256: scalars, points, ECDSA and ECDH. No state, no allocation, no dependency.
 *
 * Numbers are 32 bytes, big-endian.  A point is 64 bytes, x then y.  All functions take the same
 * time and touch the same memory whatever the value of private keys, nonces and secrets.
 * Functions that can refuse return true if they did their work.
 */
#ifndef P256_H
#define P256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define P256_BYTES 32
#define P256_POINT_BYTES 64

/** Whether 0 < scalar < n: what a private key or a nonce must be. */
bool p256_scalar_valid(const uint8_t scalar[P256_BYTES]);

/** Whether x and y are below the prime and the point is on the curve. */
bool p256_point_valid(const uint8_t point[P256_POINT_BYTES]);

/** point = scalar G; false if the scalar is not valid. */
bool p256_public(const uint8_t scalar[P256_BYTES], uint8_t point[P256_POINT_BYTES]);

/** secret = x(scalar * peer); false if the scalar or the peer is not valid. */
bool p256_agree(const uint8_t scalar[P256_BYTES], const uint8_t peer[P256_POINT_BYTES], uint8_t secret[P256_BYTES]);

/** ECDSA signature r || s (FIPS 186-4, 6.4) with a given nonce.
 *
 * @param hash   any length; its leftmost 256 bits count
 * @param nonce  fresh and uniform, or the signature gives the key away
 * @return false if key or nonce are not valid, or r or s came out zero: try another nonce
 */
bool p256_ecdsa_sign(const uint8_t scalar[P256_BYTES], const uint8_t *hash, size_t hash_length,
                     const uint8_t nonce[P256_BYTES], uint8_t signature[2 * P256_BYTES]);

/** Whether a signature verifies; the point must be valid. All inputs are public. */
bool p256_ecdsa_verify(const uint8_t point[P256_POINT_BYTES], const uint8_t *hash, size_t hash_length,
                       const uint8_t signature[2 * P256_BYTES]);

/** Overwrites memory in a way that the compiler does not drop. */
void p256_wipe(void *data, size_t size);

#endif
