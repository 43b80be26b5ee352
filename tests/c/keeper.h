/** @file
 * A driver of MACs that leaves a copy of every key with the core, and checks that it gets back the right one.
 */
#ifndef PSAB_TESTS_KEEPER_H
#define PSAB_TESTS_KEEPER_H

#include <stdatomic.h>

#include "check.h"
#include "psab/api.h"
#include "psab/prepared.h"

#define KEEPER_ALG PSA_ALG_HMAC(PSA_ALG_SHA_256)

typedef struct keeper {
    psab_driver_description_t description;
    psab_capability_t capability;
    psab_ops_t ops;
    bool alone;                  /**< takes its forms for itself; else they are shared */
    bool refuses;                /**< answers NOT_SUPPORTED, after it left its form */
    _Atomic unsigned made;       /**< forms */
    _Atomic unsigned used_again; /**< calls that found one */
    _Atomic unsigned wrong;      /**< forms that were of another key or another driver */
    /** Called in mac_compute instead of its own work with forms. */
    void (*inside)(struct keeper *keeper, const uint8_t *key, size_t key_size);
} keeper_t;

/** Forms of all keepers that were dropped. */
extern _Atomic unsigned keeper_dropped;

/** The one kind that all keepers use. */
extern const psab_prepared_kind_t keeper_kind;

/** A form that holds a key; `keeper` counts it. */
void *keeper_form(keeper_t *keeper, const uint8_t *key, size_t key_size);

/** Register a driver with its single-part and its multi-part entry points. */
void keeper_register(keeper_t *keeper, psab_core_t *core, const char *name);

/** Import 32 equal bytes as a key for KEEPER_ALG. */
psa_key_id_t keeper_key(psab_core_t *core, uint8_t fill);

/** Compute a MAC with a key. */
psa_status_t keeper_use(psab_core_t *core, psa_key_id_t key);

#endif
