#include "keys/slots.h"

#include <stdlib.h>
#include <string.h>

#define GENERATION_MASK ((1u << PSAB_GENERATION_BITS) - 1u)

psab_key_t *psab_slot(psab_store_t *store, uint32_t number) {
    psab_key_t *chunk = atomic_load_explicit(&store->chunks[number >> PSAB_CHUNK_BITS], memory_order_acquire);
    return &chunk[number % PSAB_CHUNK_SLOTS];
}

psa_key_id_t psab_slot_id(const psab_key_t *key) {
    return PSA_KEY_ID_VENDOR_MIN + key->name;
}

/* A slot that was never used; null if there are no more. The lock is held. */
static psab_key_t *take_fresh(psab_store_t *store) {
    uint32_t number = store->fresh;
    if (number >= PSAB_SLOTS) {
        return NULL;
    }
    uint32_t chunk = number >> PSAB_CHUNK_BITS;
    if (atomic_load(&store->chunks[chunk]) == NULL) {
        size_t size = PSAB_CHUNK_SLOTS * sizeof(psab_key_t);
        psab_key_t *slots = aligned_alloc(_Alignof(psab_key_t), size);
        if (slots == NULL) {
            return NULL;
        }
        memset(slots, 0, size);
        atomic_store_explicit(&store->chunks[chunk], slots, memory_order_release);
    }
    store->fresh = number + 1;
    psab_key_t *key = psab_slot(store, number);
    key->store = store;
    key->name = number << PSAB_GENERATION_BITS;
    return key;
}

static psab_key_t *take_oldest(psab_store_t *store) {
    if (store->free_count == 0) {
        return NULL;
    }
    psab_key_t *key = psab_slot(store, store->free_first - 1);
    store->free_first = atomic_load_explicit(&key->next, memory_order_relaxed);
    store->free_count--;
    return key;
}

psab_key_t *psab_slot_take(psab_store_t *store) {
    pthread_mutex_lock(&store->lock);
    psab_key_t *key = store->free_count > PSAB_REUSE_AFTER ? take_oldest(store) : take_fresh(store);
    if (key == NULL) {
        key = take_oldest(store);
    }
    pthread_mutex_unlock(&store->lock);
    if (key != NULL) {
        atomic_store_explicit(&key->next, 0, memory_order_relaxed);
        atomic_store(&key->phase, PSAB_KEY_CREATING);
    }
    return key;
}

void psab_slot_give_back(psab_key_t *key) {
    psab_store_t *store = key->store;
    if (atomic_load_explicit(&key->prepared, memory_order_acquire) != NULL && store->hooks.discard != NULL) {
        store->hooks.discard(store->hooks.user, key);
    }
    psab_key_clear_data(key);
    atomic_store(&key->route.route, NULL);
    key->attributes = (psab_attributes_t){0};
    key->flags = 0;
    key->doomed = false;
    uint32_t generation = (key->name + 1) & GENERATION_MASK;
    key->name = (key->name & ~GENERATION_MASK) | generation;
    atomic_store_explicit(&key->next, 0, memory_order_relaxed);
    atomic_store(&key->phase, PSAB_KEY_FREE);

    uint32_t link = (key->name >> PSAB_GENERATION_BITS) + 1;
    pthread_mutex_lock(&store->lock);
    if (store->free_count++ == 0) {
        store->free_first = link;
    } else {
        atomic_store_explicit(&psab_slot(store, store->free_last - 1)->next, link, memory_order_relaxed);
    }
    store->free_last = link;
    pthread_mutex_unlock(&store->lock);
}

void psab_slot_reap(psab_key_t *key) {
    uint8_t dying = PSAB_KEY_DYING;
    while (atomic_compare_exchange_strong(&key->phase, &dying, PSAB_KEY_REAPING)) {
        if (!psab_hazard_held(key)) {
            psab_store_t *store = key->store;
            if (key->doomed && store->hooks.destroy != NULL) {
                (void)store->hooks.destroy(store->hooks.user, key);
            }
            psab_slot_give_back(key);
            return;
        }
        /* A user who stops now sees the phase and comes here; one who stopped while it was
         * REAPING did not, so look once more. */
        atomic_store(&key->phase, PSAB_KEY_DYING);
        psab_hazards_settle();
        if (psab_hazard_held(key)) {
            return;
        }
    }
}
