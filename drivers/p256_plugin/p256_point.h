/** @file
 * Points of P-256 in projective coordinates.
 */
#ifndef P256_POINT_H
#define P256_POINT_H

#include "p256_field.h"

/** (x : y : z), the affine point (x/z, y/z), or infinity where z is zero. */
typedef struct {
    p256_number_t x, y, z;
} p256_point_t;

/** The base point, x then y. */
extern const uint8_t p256_generator[P256_POINT_BYTES];

/** Reads a point; all ones if it is a point of the curve, else 0. */
p256_word_t p256_point_load(const uint8_t data[P256_POINT_BYTES], p256_point_t *out);

/** Writes x and y; all ones, or 0 (and zeros) for the point at infinity. */
p256_word_t p256_point_store(const p256_point_t *a, uint8_t data[P256_POINT_BYTES]);

/** out = a + c for any two points, also equal ones; out may be a or c. */
void p256_point_add(const p256_point_t *a, const p256_point_t *c, p256_point_t *out);

/** out = scalar * a, for any scalar of 32 bytes; in constant time. */
void p256_point_multiply(const uint8_t scalar[P256_BYTES], const p256_point_t *a, p256_point_t *out);

#endif
