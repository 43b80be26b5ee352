/** @file
 * Numbers modulo the order of a group, in a time that depends on the widths of the numbers only.
 *
 * libcrypto's numbers know how many words they have, so that what it does to one depends on its value.  Where they
 * are secret, these serve instead; libcrypto gets one when it multiplies a point by it.
 */
#ifndef LIBCRYPTO_SCALAR_H
#define LIBCRYPTO_SCALAR_H

#include "internal.h"

#include <openssl/bn.h>

/** Enough for the orders of all curves: 576 bits. */
#define LC_SCALAR_WORDS 9u

/** A number below an order, the least word first; words beyond those of the order are 0. */
typedef struct {
    uint64_t word[LC_SCALAR_WORDS];
} lc_scalar_t;

/** An odd order. */
typedef struct {
    lc_scalar_t n;
    size_t words;
    size_t bits;
    size_t size; /**< bytes */
} lc_order_t;

/** Reads an order; false if it is too large. */
bool lc_order_read(lc_order_t *order, const BIGNUM *n);

/** Reads a number.
 *
 * @param data    big-endian, order->size bytes
 * @param number  receives it; 0 if it is not below the order
 *
 * @return 1 if it is below the order, else 0
 */
unsigned lc_scalar_read(const lc_order_t *order, const uint8_t *data, lc_scalar_t *number);

/** Writes a number, big-endian, into order->size bytes. */
void lc_scalar_write(const lc_order_t *order, const lc_scalar_t *number, uint8_t *data);

/** A number of any size, big-endian, modulo the order. */
void lc_scalar_reduce(const lc_order_t *order, const uint8_t *data, size_t size, lc_scalar_t *number);

/** r = a b */
void lc_scalar_multiply(const lc_order_t *order, lc_scalar_t *r, const lc_scalar_t *a, const lc_scalar_t *b);

/** r = a - b */
void lc_scalar_subtract(const lc_order_t *order, lc_scalar_t *r, const lc_scalar_t *a, const lc_scalar_t *b);

/** 1 if a number is 0, else 0. */
unsigned lc_scalar_is_zero(const lc_scalar_t *a);

/** A number for libcrypto, to be freed with BN_clear_free(); null if there is no memory. */
BIGNUM *lc_scalar_number(const lc_order_t *order, const lc_scalar_t *a);

#endif
