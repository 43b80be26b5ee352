/** @file
 * Arithmetic modulo the prime p and modulo the group order n of P-256, in Montgomery form.
 *
 * An element is always fully reduced.  Words are 64 bits where the compiler has 128-bit products,
 * else 32 bits.
 */
#ifndef P256_FIELD_H
#define P256_FIELD_H

#include "p256.h"

#ifdef __SIZEOF_INT128__
typedef uint64_t p256_word_t;
typedef unsigned __int128 p256_double_t;
#define P256_WORD_BITS 64
#define P256_PAIR(high, low) (((uint64_t)(high) << 32) | (low))
#else
typedef uint32_t p256_word_t;
typedef uint64_t p256_double_t;
#define P256_WORD_BITS 32
#define P256_PAIR(high, low) (low), (high)
#endif

#define P256_WORDS (256 / P256_WORD_BITS)

/** A number below a modulus, least significant word first; in Montgomery form, x 2^256. */
typedef struct {
    p256_word_t word[P256_WORDS];
} p256_number_t;

/** A modulus, and what arithmetic needs to know of it. */
typedef struct {
    p256_number_t value;
    p256_number_t one;    /**< 2^256 mod m */
    p256_number_t square; /**< 2^512 mod m */
    p256_word_t inverse;  /**< -1/m mod 2^P256_WORD_BITS */
} p256_modulus_t;

extern const p256_modulus_t p256_prime;
extern const p256_modulus_t p256_order;

/** From 32 bytes to Montgomery form; returns all ones if the number was below the modulus, else 0
 * (the result is then the number reduced once). */
p256_word_t p256_load(const p256_modulus_t *m, const uint8_t data[P256_BYTES], p256_number_t *out);

/** From Montgomery form to 32 bytes. */
void p256_store(const p256_modulus_t *m, const p256_number_t *a, uint8_t data[P256_BYTES]);

/* out may be the same object as an input everywhere. */

void p256_add(const p256_modulus_t *m, const p256_number_t *a, const p256_number_t *b, p256_number_t *out);
void p256_subtract(const p256_modulus_t *m, const p256_number_t *a, const p256_number_t *b, p256_number_t *out);
void p256_multiply(const p256_modulus_t *m, const p256_number_t *a, const p256_number_t *b, p256_number_t *out);

/** 1/a by Fermat; 0 for 0. */
void p256_invert(const p256_modulus_t *m, const p256_number_t *a, p256_number_t *out);

/** All ones if a is zero, else 0. */
p256_word_t p256_is_zero(const p256_number_t *a);

/** All ones if a equals b, else 0. */
p256_word_t p256_equal(const p256_number_t *a, const p256_number_t *b);

#endif
