#include "keys/persistent.h"
#include "keys/record.h"
#include "keys/slots.h"

/* Take the identifier away: from now on nobody can start to use the key. False if somebody else did. */
static bool claim(psab_store_t *store, psab_key_t *key, psa_key_id_t id, psab_key_phase_t phase) {
    pthread_mutex_lock(&store->lock);
    bool claimed = atomic_load(&key->id) == id;
    if (claimed) {
        atomic_store(&key->id, 0);
        if (phase == PSAB_KEY_DYING) {
            psab_table_remove(store, key);
        }
        atomic_store(&key->phase, (uint8_t)phase);
    }
    pthread_mutex_unlock(&store->lock);
    return claimed;
}

static void restore(psab_store_t *store, psab_key_t *key) {
    pthread_mutex_lock(&store->lock);
    atomic_store(&key->phase, PSAB_KEY_LIVE);
    atomic_store(&key->id, key->attributes.id);
    pthread_mutex_unlock(&store->lock);
}

/* Remove the key from storage and from the table; what was read before is stale. */
static psa_status_t forget(psab_store_t *store, psab_key_t *key) {
    if (PSA_KEY_LIFETIME_IS_VOLATILE(key->attributes.lifetime)) {
        return PSA_SUCCESS;
    }
    psa_key_id_t id = key->attributes.id;
    psa_status_t status = PSA_SUCCESS;
    if (psab_store_find_builtin(store, id) == NULL) {
        status = store->storage.remove(store->storage.user, PSAB_STORAGE_KEY, id);
    }
    pthread_mutex_lock(&store->lock);
    psab_table_remove(store, key);
    store->epoch++;
    pthread_mutex_unlock(&store->lock);
    return status == PSA_ERROR_DOES_NOT_EXIST ? PSA_SUCCESS : psab_storage_answer(status);
}

/* Nobody else uses the key. */
static psa_status_t destroy_now(psab_store_t *store, psab_key_t *key) {
    if (psab_key_is_opaque(key) && store->hooks.destroy != NULL) {
        psa_status_t status = store->hooks.destroy(store->hooks.user, key);
        if (status != PSA_SUCCESS) {
            /* It may still be there: keep the identifier, so that it can be tried again. */
            restore(store, key);
            return status;
        }
    }
    psa_status_t status = forget(store, key);
    psab_slot_give_back(key);
    return status;
}

/* The last user will finish it. */
static psa_status_t destroy_later(psab_store_t *store, psab_key_t *key) {
    key->doomed = psab_key_is_opaque(key);
    psa_status_t status = forget(store, key);
    atomic_store(&key->phase, PSAB_KEY_DYING);
    psab_slot_reap(key);
    return status;
}

/* A record that cannot be read is erased all the same, so that its identifier is free again. */
static void erase_unreadable(psab_store_t *store, psa_key_id_t id) {
    (void)store->storage.remove(store->storage.user, PSAB_STORAGE_KEY, id);
    pthread_mutex_lock(&store->lock);
    store->epoch++;
    pthread_mutex_unlock(&store->lock);
}

psa_status_t psab_store_destroy(psab_store_t *store, psa_key_id_t id) {
    psab_key_t *key = NULL;
    psa_status_t status = psab_key_acquire(store, id, &key);
    if (status != PSA_SUCCESS) {
        if (status == PSA_ERROR_DATA_CORRUPT || status == PSA_ERROR_DATA_INVALID) {
            erase_unreadable(store, id);
        }
        return status;
    }
    bool read_only = PSA_KEY_LIFETIME_GET_PERSISTENCE(key->attributes.lifetime) == PSA_KEY_PERSISTENCE_READ_ONLY;
    if (read_only || !claim(store, key, id, PSAB_KEY_DESTROYING)) {
        psab_key_release(key);
        return read_only ? psab_fail(PSA_ERROR_NOT_PERMITTED, NULL, -1, 0, "the key is read-only")
                         : PSA_ERROR_INVALID_HANDLE;
    }
    psab_hazard_clear(psab_thread_self, key);
    return psab_hazard_held(key) ? destroy_later(store, key) : destroy_now(store, key);
}

uint64_t psab_store_epoch(psab_store_t *store) {
    pthread_mutex_lock(&store->lock);
    uint64_t epoch = store->epoch;
    pthread_mutex_unlock(&store->lock);
    return epoch;
}

/* Forget the context of a key in a cryptoprocessor, unless somebody is using it: the key would be loaded into
 * another slot, and could be destroyed there in the middle of that use. */
static void purge_unused(psab_store_t *store, psab_key_t *key, psa_key_id_t id) {
    pthread_mutex_lock(&store->lock);
    bool mine = atomic_load(&key->id) == id;
    if (mine) {
        atomic_store(&key->id, 0);
    }
    psab_hazard_clear(psab_thread_self, key);
    if (mine && psab_hazard_held(key)) {
        atomic_store(&key->id, id);
    } else if (mine) {
        psab_table_remove(store, key);
        atomic_store(&key->phase, PSAB_KEY_DYING);
    }
    pthread_mutex_unlock(&store->lock);
    if (atomic_load(&key->phase) == PSAB_KEY_DYING) {
        psab_slot_reap(key);
    }
}

psa_status_t psab_store_purge(psab_store_t *store, psa_key_id_t id) {
    psab_key_t *key = NULL;
    psa_status_t status = psab_key_acquire(store, id, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    bool stored = !PSA_KEY_LIFETIME_IS_VOLATILE(key->attributes.lifetime);
    if (stored && psab_key_is_opaque(key)) {
        purge_unused(store, key, id);
        return PSA_SUCCESS;
    }
    if (stored) {
        (void)claim(store, key, id, PSAB_KEY_DYING);
    }
    psab_key_release(key);
    return PSA_SUCCESS;
}
