#include "keys/persistent.h"
#include "keys/slots.h"

void psab_key_retreat(psab_thread_t *thread, psab_key_t *key) {
    psab_hazard_clear(thread, key);
    if (atomic_load(&key->phase) == PSAB_KEY_DYING) {
        psab_slot_reap(key);
    }
}

/* Find a loaded key without the lock. */
static bool acquire_loaded(psab_store_t *store, psab_thread_t *thread, psa_key_id_t id, psab_key_t **key) {
    psab_key_t *found = psab_table_find_live(store, id);
    if (found == NULL || !psab_hazard_set(thread, found)) {
        return false;
    }
    if (atomic_load(&found->id) != id) {
        psab_key_retreat(thread, found);
        return false;
    }
    *key = found;
    return true;
}

/* Fill a slot that nobody knows yet from a driver or from storage. */
static psa_status_t load(psab_store_t *store, psa_key_id_t id, psab_key_t *key) {
    const psab_builtin_key_t *builtin = psab_store_find_builtin(store, id);
    if (builtin == NULL) {
        return psab_persistent_load(&store->storage, PSAB_STORAGE_KEY, id, key);
    }
    if (store->hooks.builtin == NULL) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    key->attributes.id = id;
    key->attributes.lifetime = builtin->lifetime;
    return store->hooks.builtin(store->hooks.user, key, builtin->slot);
}

/* The lock is held. True if the table decides; the status and the key are set then. */
static bool acquire_chained(psab_store_t *store, psab_thread_t *thread, psa_key_id_t id, psab_key_t **key,
                            psa_status_t *status) {
    psab_key_t *found = psab_table_find(store, id);
    if (found == NULL) {
        return false;
    }
    *status = PSA_ERROR_INVALID_HANDLE;
    if (atomic_load(&found->phase) == PSAB_KEY_LIVE) {
        bool marked = psab_hazard_set(thread, found);
        *key = marked ? found : NULL;
        *status = marked ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    return true;
}

/* Make a loaded key known. The lock is held. */
static psa_status_t publish(psab_store_t *store, psab_thread_t *thread, psa_key_id_t id, psab_key_t *key) {
    if (!psab_hazard_set(thread, key)) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    if (psab_key_must_not_stay(&key->attributes)) {
        key->flags |= PSAB_KEY_UNCACHED;
    }
    psab_table_insert(store, key);
    atomic_store(&key->phase, PSAB_KEY_LIVE);
    atomic_store(&key->id, id);
    return PSA_SUCCESS;
}

psa_status_t psab_key_acquire_slow(psab_store_t *store, psa_key_id_t id, psab_key_t **key) {
    psab_thread_t *thread = psab_thread();
    if (thread == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    if (id == PSA_KEY_ID_NULL || id - PSA_KEY_ID_VENDOR_MIN < PSAB_VOLATILE_IDS) {
        return PSA_ERROR_INVALID_HANDLE;
    }
    if (acquire_loaded(store, thread, id, key)) {
        return PSA_SUCCESS;
    }
    for (;;) {
        psa_status_t status = PSA_SUCCESS;
        pthread_mutex_lock(&store->lock);
        bool decided = acquire_chained(store, thread, id, key, &status);
        uint64_t epoch = store->epoch;
        pthread_mutex_unlock(&store->lock);
        if (decided) {
            return status;
        }
        psab_key_t *loaded = psab_slot_take(store);
        if (loaded == NULL) {
            return PSA_ERROR_INSUFFICIENT_MEMORY;
        }
        status = load(store, id, loaded);
        if (status != PSA_SUCCESS) {
            psab_slot_give_back(loaded);
            return status == PSA_ERROR_DOES_NOT_EXIST ? PSA_ERROR_INVALID_HANDLE : status;
        }
        pthread_mutex_lock(&store->lock);
        decided = acquire_chained(store, thread, id, key, &status);
        bool stale = store->epoch != epoch;
        if (!decided && !stale) {
            status = publish(store, thread, id, loaded);
        }
        pthread_mutex_unlock(&store->lock);
        if (!decided && !stale && status == PSA_SUCCESS) {
            *key = loaded;
            return PSA_SUCCESS;
        }
        psab_slot_give_back(loaded);
        if (decided || !stale) {
            return status;
        }
    }
}

void psab_key_release_slow(psab_key_t *key, psa_key_id_t id) {
    psab_store_t *store = key->store;
    if (atomic_load(&key->phase) == PSAB_KEY_LIVE) {
        /* A persistent key that must not stay in memory: take it out of the table. */
        pthread_mutex_lock(&store->lock);
        bool evict = atomic_load(&key->id) == id && (key->flags & PSAB_KEY_UNCACHED) != 0;
        if (evict) {
            atomic_store(&key->id, 0);
            psab_table_remove(store, key);
            atomic_store(&key->phase, PSAB_KEY_DYING);
        }
        pthread_mutex_unlock(&store->lock);
    }
    if (atomic_load(&key->phase) == PSAB_KEY_DYING) {
        psab_slot_reap(key);
    }
}
