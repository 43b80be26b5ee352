/** @file
 * Points of twisted Edwards curves on libcrypto's arithmetic of Weierstrass curves.
 *
 * libcrypto 3.0 signs with Ed25519 and Ed448 as a whole only; the variants of RFC 8032 with a
 * context or a hash need multiples of points.  An Edwards curve is a Weierstrass curve in other
 * coordinates (RFC 7748, 4.1 and 4.2; Montgomery's form in between), so libcrypto's group
 * arithmetic, which takes the same time for all scalars, serves for them.
 */
#ifndef LIBCRYPTO_TWISTED_H
#define LIBCRYPTO_TWISTED_H

#include "ecc.h"

/** One curve in Weierstrass form; made once and shared. */
typedef struct {
    EC_GROUP *group; /**< with base point and order */
    BIGNUM *prime;
    BIGNUM *a, *d;         /**< of the Edwards form */
    BIGNUM *scale, *shift; /**< B and A / 3 of the Montgomery form: u = B x - A / 3, v = B y */
    size_t size;           /**< bytes of an encoded point, and of a scalar in a signature */
} lc_twisted_t;

/** The form of a twisted Edwards curve; null if there is no memory. */
const lc_twisted_t *lc_twisted(const lc_curve_t *curve);

/** Decodes a point (RFC 8032, 5.1.3 and 5.2.3).
 *
 * @param data  twisted->size bytes
 * @return PSA_SUCCESS, INVALID_ARGUMENT if it encodes no point, or INSUFFICIENT_MEMORY
 */
psa_status_t lc_twisted_decode(const lc_twisted_t *twisted, const uint8_t *data, EC_POINT *point);

/** Encodes a point into twisted->size bytes; false if there is no memory. */
bool lc_twisted_encode(const lc_twisted_t *twisted, const EC_POINT *point, uint8_t *data);

#endif
