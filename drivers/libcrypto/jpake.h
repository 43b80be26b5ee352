/** @file
 * J-PAKE of this driver: what its files share.
 *
 * The names are those of RFC 8236, section 3, for Alice, whose side this is: X1 to X4 are G1 to G4.
 */
#ifndef LIBCRYPTO_JPAKE_H
#define LIBCRYPTO_JPAKE_H

#include "pake.h"

/** A proof of knowing the x in X = x base, under way. */
typedef struct {
    const lc_element_t *base; /**< the generator, or `sum` */
    lc_element_t *x;          /**< X */
    lc_element_t sum;         /**< the base of the second round */
    lc_element_t commitment;  /**< V */
    lc_scalar_t nonce;        /**< v */
} lc_proof_t;

/** One side of an exchange. */
typedef struct {
    lc_group_t group;
    const lc_hash_t *hash;
    BN_CTX *scratch;
    lc_text_t user;
    lc_text_t peer;
    lc_scalar_t s;      /**< the password as a number */
    lc_scalar_t own[2]; /**< x1, x2 */
    lc_scalar_t x2s;
    lc_element_t generator;
    lc_element_t x[4]; /**< X1 to X4 */
    lc_element_t a;    /**< of the second round */
    lc_element_t b;    /**< the peer's */
    lc_proof_t out;
    lc_proof_t in;
    uint8_t out_next; /**< the next step of each direction */
    uint8_t in_next;
} lc_jpake_t;

/** The proof r = v - x c modulo the order, for j->out.
 *
 * @param x     the secret
 * @param data  receives group.order.size bytes, big-endian
 */
psa_status_t lc_jpake_prove(const lc_jpake_t *j, const lc_scalar_t *x, uint8_t *data);

/** Checks the peer's proof for j->in, V = r base + c X: INVALID_SIGNATURE if it is wrong. Nothing in it is secret. */
psa_status_t lc_jpake_check(const lc_jpake_t *j, lc_bytes_t in);

#endif
