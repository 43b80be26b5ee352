/** @file
 * A key as a driver call needs it: one of the store, or a public key made on the way.
 */
#ifndef PSAB_API_KEY_VIEW_H
#define PSAB_API_KEY_VIEW_H

#include "api/instance.h"
#include "keys/policy.h"

typedef struct psab_key_view {
    const psab_attributes_t *attributes;
    const uint8_t *data;
    size_t size;
    psab_route_cell_t *cell; /**< null for a key that is not in the store, as `key` */
    psab_key_t *key;         /**< for psab_enter_with() */
} psab_key_view_t;

/** The view of a key of the store, valid until it is released. */
static inline psab_key_view_t psab_key_view(psab_key_t *key) {
    return (psab_key_view_t){&key->attributes, key->data, key->size, &key->route, key};
}

/** Answer NOT_PERMITTED to a use that the policy of a key does not permit, and say what it lacks.
 *
 * Numbers in the text follow the word for what they are (usage, algorithm), for readers that know their names.
 */
PSAB_COLD psa_status_t psab_refuse_use(psab_core_t *core, const psab_attributes_t *attributes, psa_key_usage_t usage,
                                       psa_algorithm_t alg);

/** Answer a call whose key cannot be had, or cannot be used so: it is released then. */
PSAB_COLD psa_status_t psab_refuse_key(psab_core_t *core, psa_status_t status, psa_key_usage_t usage,
                                       psa_algorithm_t alg, psab_key_t **key);

/** Have a key for a use, or answer the call: see psab_key_acquire_for(). */
static PSAB_HOT psa_status_t psab_acquire(psab_core_t *core, psa_key_id_t id, psa_key_usage_t usage,
                                          psa_algorithm_t alg, psab_key_t **key) {
    psab_key_t *found = NULL;
    psa_status_t status = psab_key_acquire(core->store, id, &found);
    if (PSAB_LIKELY(status == PSA_SUCCESS)) {
        status = psab_policy_check(&found->attributes, usage, alg);
    }
    *key = found;
    return PSAB_LIKELY(status == PSA_SUCCESS) ? PSA_SUCCESS : psab_refuse_key(core, status, usage, alg, key);
}

#endif
