/** @file
 * A driver for tests that does nothing but SHA-256 (FIPS 180-4), for what is checked with known hashes.
 */
#ifndef PSAB_TESTS_SHA256_H
#define PSAB_TESTS_SHA256_H

#include "psab/core.h"

/** What the driver was asked, and whether it is wrong. */
typedef struct sha256 {
    unsigned calls;
    bool wrong; /**< the hashes are those of nothing */
} sha256_t;

/** Ready for psab_core_register() with a sha256_t. */
extern const psab_driver_description_t sha256_description;

#endif
