/** @file
 * Fake drivers for the tests of key management.
 *
 * "plain" is transparent and serves ECC keys on secp256r1 without doing any mathematics.
 * "vault" is opaque and keeps its keys; a key context is the number of a shelf.  "wrap" is
 * opaque and keeps nothing; a key context is the key with every bit flipped.
 */
#ifndef PSAB_TESTS_KEY_DRIVERS_H
#define PSAB_TESTS_KEY_DRIVERS_H

#include <psa/crypto.h>

#include "psab/core.h"

#define VAULT_LOCATION 0x800010u
#define WRAP_LOCATION 0x800011u
#define VAULT_SHELVES 8u

/** What the plain driver does, and what it was asked. */
typedef struct plain {
    psa_status_t status;   /**< returned by everything */
    size_t claimed_length; /**< if not 0, reported in place of the true length */
    size_t claimed_bits;   /**< if not 0, reported in place of the true size */
    size_t last_size;      /**< size of the output buffer in the last call */
    psab_attributes_t last_attributes;
    unsigned imports;
    unsigned generations;
    unsigned exports;
} plain_t;

typedef struct shelf {
    bool taken;
    size_t length;
    uint8_t key[64];
} shelf_t;

typedef struct vault {
    shelf_t shelves[VAULT_SHELVES];
    psa_status_t status;         /**< returned by creation */
    psa_status_t destroy_status; /**< returned by destroy_key */
    unsigned allocated;
    unsigned destroyed;
    bool builtin_moves;    /**< get_builtin_key names another location */
    uint32_t builtin_bits; /**< if not 0, what get_builtin_key gives as size */
} vault_t;

/** Ready for psab_core_register() with a plain_t, a vault_t, null. */
extern const psab_driver_description_t plain_description;
extern const psab_driver_description_t vault_description;
extern const psab_driver_description_t wrap_description;

/** How many shelves are taken. */
unsigned vault_taken(const vault_t *vault);

#endif
