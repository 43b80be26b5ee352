#include "keys/persistent.h"
#include "keys/policy.h"
#include "keys/slots.h"

bool psab_key_must_not_stay(const psab_attributes_t *attributes) {
    /* The context of a key elsewhere is not key material. */
    return !PSA_KEY_LIFETIME_IS_VOLATILE(attributes->lifetime) &&
           PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime) == PSA_KEY_LOCATION_LOCAL_STORAGE &&
           (attributes->usage & PSA_KEY_USAGE_CACHE) == 0;
}

/* Put the key into the table, where it keeps others from creating or loading one with its identifier. */
static bool reserve_id(psab_store_t *store, psab_key_t *key) {
    pthread_mutex_lock(&store->lock);
    bool is_new = psab_table_find(store, key->attributes.id) == NULL;
    if (is_new) {
        psab_table_insert(store, key);
    }
    pthread_mutex_unlock(&store->lock);
    return is_new;
}

psa_status_t psab_key_begin(psab_store_t *store, const psab_attributes_t *attributes, psab_key_t **key) {
    psab_key_t *slot = psab_slot_take(store);
    *key = NULL;
    if (slot == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    slot->attributes = *attributes;
    slot->attributes.usage = psab_usage_with_implied(attributes->usage);
    if (!PSA_KEY_LIFETIME_IS_VOLATILE(attributes->lifetime)) {
        psa_key_id_t id = attributes->id;
        psa_status_t status = PSA_ERROR_ALREADY_EXISTS;
        if (psab_store_find_builtin(store, id) == NULL && reserve_id(store, slot)) {
            status = psab_persistent_exists(&store->storage, PSAB_STORAGE_KEY, id);
            status = status == PSA_SUCCESS ? PSA_ERROR_ALREADY_EXISTS : status;
        }
        if (status != PSA_ERROR_DOES_NOT_EXIST) {
            psab_key_cancel(slot);
            return status;
        }
    }
    *key = slot;
    return PSA_SUCCESS;
}

psa_status_t psab_key_announce(psab_key_t *key) {
    if (PSA_KEY_LIFETIME_IS_VOLATILE(key->attributes.lifetime)) {
        return PSA_SUCCESS;
    }
    psa_status_t status = psab_persistent_save(&key->store->storage, PSAB_STORAGE_PENDING_KEY, key);
    if (status == PSA_SUCCESS) {
        key->flags |= PSAB_KEY_PENDING;
    }
    return status;
}

/* Take back psab_key_announce(). If that fails, recovery finds out whether the key exists. */
static void retract(psab_key_t *key) {
    if ((key->flags & PSAB_KEY_PENDING) != 0) {
        const psab_storage_t *storage = &key->store->storage;
        (void)storage->remove(storage->user, PSAB_STORAGE_PENDING_KEY, key->attributes.id);
        key->flags = (uint8_t)(key->flags & ~PSAB_KEY_PENDING);
    }
}

psa_status_t psab_key_commit(psab_key_t *key, psa_key_id_t *id) {
    psab_store_t *store = key->store;
    if (PSA_KEY_LIFETIME_IS_VOLATILE(key->attributes.lifetime)) {
        key->attributes.id = psab_slot_id(key);
        *id = key->attributes.id;
        atomic_store(&key->phase, PSAB_KEY_LIVE);
        atomic_store_explicit(&key->id, *id, memory_order_release);
        return PSA_SUCCESS;
    }
    psa_status_t status = psab_persistent_save(&store->storage, PSAB_STORAGE_KEY, key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    retract(key);
    *id = key->attributes.id;
    if (psab_key_must_not_stay(&key->attributes)) {
        psab_key_cancel(key);
        return PSA_SUCCESS;
    }
    pthread_mutex_lock(&store->lock);
    atomic_store(&key->phase, PSAB_KEY_LIVE);
    atomic_store_explicit(&key->id, *id, memory_order_release);
    pthread_mutex_unlock(&store->lock);
    return PSA_SUCCESS;
}

void psab_key_cancel(psab_key_t *key) {
    psab_store_t *store = key->store;
    retract(key);
    if (!PSA_KEY_LIFETIME_IS_VOLATILE(key->attributes.lifetime)) {
        pthread_mutex_lock(&store->lock);
        psab_table_remove(store, key);
        pthread_mutex_unlock(&store->lock);
    }
    psab_slot_give_back(key);
}
