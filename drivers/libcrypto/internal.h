/** @file
 * What the files of this driver share: library context, statuses, keys in pieces.
 *
 * Names start with `lc_`.  Functions of a topic are declared in the header of that topic.
 */
#ifndef LIBCRYPTO_INTERNAL_H
#define LIBCRYPTO_INTERNAL_H

/* The low-level SHA and EC functions are deprecated in 3.0 but several times faster. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "libcrypto_driver.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

/** A key as an entry point receives it. */
typedef struct {
    psa_key_type_t type;
    size_t bits;
    const uint8_t *data;
    size_t size;
} lc_key_t;

/** Where an entry point writes its result; `*length` is set on success only. */
typedef struct {
    uint8_t *data;
    size_t size;
    size_t *length;
} lc_output_t;

typedef struct {
    const uint8_t *data;
    size_t size;
} lc_bytes_t;

/** The driver's library context with default and legacy provider; null if it cannot be made.
 *
 * Made once, on first use, by whichever thread comes first; lives until the process ends.
 */
OSSL_LIB_CTX *lc_context(void);

/** The status of a libcrypto call that failed: INSUFFICIENT_MEMORY if that was the reason,
 * else `otherwise`. */
psa_status_t lc_failed(psa_status_t otherwise);

/** Ends an entry point that set no mark in libcrypto's queue of errors, which costs as much as a short block: what
 * libcrypto itself fails with there is a lack of memory, and then the queue is emptied.  Returns `status`. */
psa_status_t lc_unmarked(psa_status_t status);

/** OPENSSL_cleanse for what is small and of a size that the compiler knows: a few instructions.  The empty statement
 * keeps the compiler from dropping the write. */
static inline void lc_wipe(void *data, size_t size) {
    memset(data, 0, size);
    __asm__ volatile("" : : "r"(data) : "memory");
}

/** Copies a result out: BUFFER_TOO_SMALL if it does not fit. */
psa_status_t lc_write(lc_output_t out, const uint8_t *data, size_t size);

/** 1 if a < b as big-endian numbers of `size` bytes, else 0; in constant time. */
unsigned lc_less_than(const uint8_t *a, const uint8_t *b, size_t size);

/** 1 if all bytes are zero, else 0; in constant time. */
unsigned lc_is_zero(const uint8_t *a, size_t size);

/** The key that an entry point received. */
lc_key_t lc_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t size);

/** The object of a key that an earlier call left: true, and a reference that the caller frees. */
bool lc_object_find(const lc_key_t *key, EVP_PKEY **object);

/** Leaves an object, which must not be changed any more, for later calls; the caller's reference stays the caller's. */
void lc_object_keep(const lc_key_t *key, EVP_PKEY *object);

#endif
