/** @file
 * What the tests of the key store share: a store over memory, attributes, a fake driver.
 */
#ifndef PSAB_TESTS_KEYS_SUPPORT_H
#define PSAB_TESTS_KEYS_SUPPORT_H

#include "check.h"
#include "keys/store.h"
#include "psab/storage.h"

/** Where the fake driver of the store lives. */
#define FAKE_LOCATION 0x800001u

/** A store with storage of its own and with hooks that count. */
typedef struct fixture {
    psab_memory_storage_t *memory;
    psab_storage_t storage;
    psab_store_t *store;
    _Atomic unsigned destroyed; /**< calls of the destroy hook */
    _Atomic unsigned discarded;
    _Atomic unsigned loaded;     /**< calls of the built-in hook */
    _Atomic unsigned save_fails; /**< how many saves are still to fail */
    psa_status_t destroy_status;
    void (*during_destroy)(struct fixture *fixture, psab_key_t *key);
} fixture_t;

void fixture_open(fixture_t *fixture);

/** Forget what is in memory, as a restart does. */
void fixture_restart(fixture_t *fixture);
void fixture_close(fixture_t *fixture);

psab_attributes_t volatile_attributes(void);
psab_attributes_t persistent_attributes(psa_key_id_t id, psa_key_usage_t usage);
psab_attributes_t opaque_attributes(psa_key_id_t id);

/** Create a key of `size` bytes, all `fill`; PSA_KEY_ID_NULL if that failed. */
psa_key_id_t make_key(fixture_t *fixture, const psab_attributes_t *attributes, size_t size, uint8_t fill);

/** What acquiring gives; the key is released. */
psa_status_t look(fixture_t *fixture, psa_key_id_t id);

#endif
