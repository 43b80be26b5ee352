#include "keys/store.h"

#include <stdlib.h>
#include <string.h>

#include "keys/persistent.h"
#include "keys/record.h"
#include "keys/slots.h"

psab_store_t *psab_store_new(const psab_storage_t *storage, const psab_store_hooks_t *hooks) {
    psab_store_t *store = calloc(1, sizeof *store);
    if (store == NULL || !psab_table_init(store)) {
        free(store);
        return NULL;
    }
    store->storage = *storage;
    store->hooks = *hooks;
    pthread_mutex_init(&store->lock, NULL);
    store->forked = (psab_forked_t){.lock = &store->lock, .level = PSAB_LEVEL_STORE};
    psab_forked_add(&store->forked);
    return store;
}

/* End a key when the store goes: the driver of a volatile key is told. */
static void end(psab_store_t *store, psab_key_t *key) {
    uint8_t phase = atomic_load(&key->phase);
    if (phase == PSAB_KEY_FREE) {
        return;
    }
    bool ends = key->doomed || (phase == PSAB_KEY_LIVE && PSA_KEY_LIFETIME_IS_VOLATILE(key->attributes.lifetime));
    if (ends && psab_key_is_opaque(key) && store->hooks.destroy != NULL) {
        (void)store->hooks.destroy(store->hooks.user, key);
    }
    atomic_store(&key->id, 0);
    psab_slot_give_back(key);
}

void psab_store_free(psab_store_t *store) {
    if (store == NULL) {
        return;
    }
    for (uint32_t i = 0; i < store->fresh; i++) {
        end(store, psab_slot(store, i));
    }
    for (size_t i = 0; i < PSAB_CHUNKS; i++) {
        free(atomic_load(&store->chunks[i]));
    }
    psab_table_free(store);
    psab_forked_remove(&store->forked);
    pthread_mutex_destroy(&store->lock);
    free(store->builtin);
    free(store);
}

static int by_id(const void *a, const void *b) {
    const psab_builtin_key_t *first = a;
    const psab_builtin_key_t *second = b;
    return first->id < second->id ? -1 : first->id > second->id;
}

static bool builtin_is_valid(const psab_builtin_key_t *key) {
    bool user = key->id >= PSA_KEY_ID_USER_MIN && key->id <= PSA_KEY_ID_USER_MAX;
    bool reserved = key->id >= PSAB_BUILTIN_ID_MIN && key->id <= PSA_KEY_ID_VENDOR_MAX;
    return (user || reserved) && !PSA_KEY_LIFETIME_IS_VOLATILE(key->lifetime) &&
           PSA_KEY_LIFETIME_GET_LOCATION(key->lifetime) != PSA_KEY_LOCATION_LOCAL_STORAGE;
}

psa_status_t psab_store_set_builtin(psab_store_t *store, const psab_builtin_key_t *keys, size_t count) {
    psab_builtin_key_t *sorted = NULL;
    if (count != 0) {
        sorted = calloc(count, sizeof *sorted);
        if (sorted == NULL) {
            return PSA_ERROR_INSUFFICIENT_MEMORY;
        }
        memcpy(sorted, keys, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, by_id);
    }
    for (size_t i = 0; i < count; i++) {
        if (!builtin_is_valid(&sorted[i]) || (i > 0 && sorted[i].id == sorted[i - 1].id)) {
            free(sorted);
            return PSA_ERROR_INVALID_ARGUMENT;
        }
    }
    free(store->builtin);
    store->builtin = sorted;
    store->builtin_count = count;
    return PSA_SUCCESS;
}

const psab_builtin_key_t *psab_store_find_builtin(const psab_store_t *store, psa_key_id_t id) {
    if (store->builtin_count == 0) {
        return NULL;
    }
    psab_builtin_key_t wanted = {.id = id};
    return bsearch(&wanted, store->builtin, store->builtin_count, sizeof wanted, by_id);
}

/* One key that was announced and neither committed nor cancelled, or committed a moment before the end. */
static psa_status_t recover_one(psab_store_t *store, psa_key_id_t id) {
    const psab_storage_t *storage = &store->storage;
    psa_status_t status = psab_persistent_exists(storage, PSAB_STORAGE_KEY, id);
    if (status == PSA_ERROR_DOES_NOT_EXIST) {
        psab_key_t *key = psab_slot_take(store);
        if (key == NULL) {
            return PSA_ERROR_INSUFFICIENT_MEMORY;
        }
        status = psab_persistent_load(storage, PSAB_STORAGE_PENDING_KEY, id, key);
        if (status == PSA_SUCCESS && store->hooks.destroy != NULL) {
            status = store->hooks.destroy(store->hooks.user, key);
        }
        psab_slot_give_back(key);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = storage->remove(storage->user, PSAB_STORAGE_PENDING_KEY, id);
    return psab_storage_answer(status);
}

psa_status_t psab_store_recover(psab_store_t *store) {
    const psab_storage_t *storage = &store->storage;
    size_t count = 0;
    psa_status_t status = psab_storage_answer(storage->list(storage->user, PSAB_STORAGE_PENDING_KEY, NULL, 0, &count));
    if (status != PSA_SUCCESS || count == 0) {
        return status;
    }
    uint32_t *names = calloc(count, sizeof *names);
    if (names == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    size_t listed = count;
    status = psab_storage_answer(storage->list(storage->user, PSAB_STORAGE_PENDING_KEY, names, listed, &count));
    for (size_t i = 0; status == PSA_SUCCESS && i < listed && i < count; i++) {
        psa_status_t result = recover_one(store, names[i]);
        status = status == PSA_SUCCESS ? result : status;
    }
    free(names);
    return status;
}
