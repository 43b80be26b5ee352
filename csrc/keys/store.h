/** @file
 * The keys of one core: slots, identifiers, look-up, creation and destruction.
 *
 * The identifier of a volatile key holds the number of its slot and a generation, so that
 * finding it is an index, and an identifier that was destroyed does not find the next key in
 * the same slot.  Other keys are found through a table, and loaded into a slot on demand.
 *
 * A thread that uses a key protects it with a hazard pointer (util/thread.h), so that using
 * a key writes to no memory that other threads read often.  Destroying a key never waits: where
 * the key is in use, the last user wipes it.  No lock is held while storage or a driver runs.
 */
#ifndef PSAB_KEYS_STORE_H
#define PSAB_KEYS_STORE_H

#include <pthread.h>

#include "keys/key.h"
#include "psab/core.h"
#include "util/forked.h"
#include "util/thread.h"

/* A volatile identifier is PSA_KEY_ID_VENDOR_MIN plus 21 bits of slot number and 9 bits of
 * generation.  The identifiers from 0x7fff0000 on are left to built-in keys. */
#define PSAB_GENERATION_BITS 9u
#define PSAB_CHUNK_BITS 9u
#define PSAB_CHUNK_SLOTS (1u << PSAB_CHUNK_BITS)
#define PSAB_VOLATILE_IDS 0x3fff0000u
#define PSAB_SLOTS (PSAB_VOLATILE_IDS >> PSAB_GENERATION_BITS)
#define PSAB_CHUNKS ((PSAB_SLOTS + PSAB_CHUNK_SLOTS - 1) / PSAB_CHUNK_SLOTS)
#define PSAB_BUILTIN_ID_MIN (PSA_KEY_ID_VENDOR_MIN + PSAB_VOLATILE_IDS)

/** Slots are reused in the order in which they became free, and not before so many are: a
 * destroyed identifier means something again after 2^19 further keys at the earliest. */
#define PSAB_REUSE_AFTER 1024u

/** What the store asks of the layer above it. No lock is held; any of them may be null. */
typedef struct psab_store_hooks {
    void *user;

    /** Fill in attributes and data of a built-in key; lifetime and identifier are set already.
     * DOES_NOT_EXIST if its driver knows no such slot. */
    psa_status_t (*builtin)(void *user, psab_key_t *key, uint64_t slot);

    /** Tell the driver of an opaque key that the key is destroyed; a failure keeps the key. */
    psa_status_t (*destroy)(void *user, psab_key_t *key);

    /** Release the prepared key material of a key that nobody uses any more. */
    void (*discard)(void *user, psab_key_t *key);
} psab_store_hooks_t;

struct psab_key_table;

typedef struct psab_store {
    psab_key_t *_Atomic chunks[PSAB_CHUNKS];
    struct psab_key_table *_Atomic table; /**< of keys that have other than volatile identifiers */
    psab_storage_t storage;
    psab_store_hooks_t hooks;
    psab_builtin_key_t *builtin; /**< sorted by identifier; constant once the core is in use */
    size_t builtin_count;

    psab_forked_t forked;
    pthread_mutex_t lock; /**< guards all that follows, links of slots, and giving identifiers */
    uint32_t free_first;  /**< slot number + 1 */
    uint32_t free_last;
    uint32_t free_count;
    uint32_t fresh; /**< slots from this number on were never used */
    uint64_t epoch; /**< counts destroyed keys: what was read from storage before may be stale */
} psab_store_t;

/** Make a store without keys.
 *
 * @param storage  where persistent keys are
 * @param hooks    what it asks of its owner
 *
 * @return null if memory is short
 */
psab_store_t *psab_store_new(const psab_storage_t *storage, const psab_store_hooks_t *hooks);

/** Destroy the volatile keys, forget the others, and release the store; null is fine. */
void psab_store_free(psab_store_t *store);

/** Set the built-in keys; see psab_core_set_builtin_keys(). */
psa_status_t psab_store_set_builtin(psab_store_t *store, const psab_builtin_key_t *keys, size_t count);

/** Finish what an interrupted run left behind: keys in secure elements that never got complete.
 *
 * To be called once, when drivers can be used.  Such keys are destroyed.
 *
 * @return the first failure; the others are tried nevertheless
 */
psa_status_t psab_store_recover(psab_store_t *store);

/* Using keys */

/** psab_key_acquire() for keys that are not found at once. */
psa_status_t psab_key_acquire_slow(psab_store_t *store, psa_key_id_t id, psab_key_t **key);

/** Take the mark off a slot that turned out to hold another key. */
void psab_key_retreat(psab_thread_t *thread, psab_key_t *key);

/** What psab_key_release() has to do where a key was destroyed meanwhile or must not stay in memory. */
void psab_key_release_slow(psab_key_t *key, psa_key_id_t id);

/** Protect a key, loading it if need be. It stays usable, even if destroyed, until released.
 *
 * @param store  the store
 * @param id     of the key
 * @param key    receives it; to be given back with psab_key_release() on the same thread
 *
 * @return INVALID_HANDLE if there is no such key; failures of storage or of a driver
 */
static PSAB_HOT psa_status_t psab_key_acquire(psab_store_t *store, psa_key_id_t id, psab_key_t **key) {
    uint32_t offset = id - PSA_KEY_ID_VENDOR_MIN;
    psab_thread_t *thread = psab_thread();
    if (PSAB_LIKELY(offset < PSAB_VOLATILE_IDS && thread != NULL)) {
        uint32_t slot = offset >> PSAB_GENERATION_BITS;
        psab_key_t *chunk = atomic_load_explicit(&store->chunks[slot >> PSAB_CHUNK_BITS], memory_order_acquire);
        if (PSAB_LIKELY(chunk != NULL)) {
            psab_key_t *found = &chunk[slot % PSAB_CHUNK_SLOTS];
            if (PSAB_UNLIKELY(!psab_hazard_set(thread, found))) {
                return PSA_ERROR_INSUFFICIENT_MEMORY;
            }
            if (PSAB_LIKELY(atomic_load(&found->id) == id)) {
                *key = found;
                return PSA_SUCCESS;
            }
            psab_key_retreat(thread, found);
        }
    }
    return psab_key_acquire_slow(store, id, key);
}

/** Give a key back. If it was destroyed and this was its last user, it is wiped now. */
static PSAB_HOT void psab_key_release(psab_key_t *key) {
    psa_key_id_t id = key->attributes.id;
    bool evict = (key->attributes.lifetime & 0xffu) != 0 && (key->flags & PSAB_KEY_UNCACHED) != 0;
    psab_hazard_clear(psab_thread_self, key);
    if (PSAB_UNLIKELY(evict || atomic_load(&key->id) != id)) {
        psab_key_release_slow(key, id);
    }
}

/* Creating keys: begin, fill in the data, then commit or cancel. */

/** Begin to create a key.
 *
 * @param store       the store
 * @param attributes  checked before; those of a persistent key reserve its identifier
 * @param key         receives a slot with these attributes and no data
 *
 * @return ALREADY_EXISTS, INSUFFICIENT_MEMORY, failures of storage
 */
psa_status_t psab_key_begin(psab_store_t *store, const psab_attributes_t *attributes, psab_key_t **key);

/** Record in storage that a cryptoprocessor is about to make a key, with the data so far.
 *
 * If the key is not committed or cancelled because the process ends, psab_store_recover()
 * will destroy it.  Does nothing for volatile keys.
 */
psa_status_t psab_key_announce(psab_key_t *key);

/** Complete a key: it is stored, if persistent, and gets its identifier.
 *
 * @param key  from psab_key_begin(); after a failure still to be cancelled
 * @param id   receives the identifier
 *
 * @return INSUFFICIENT_STORAGE and other failures of storage
 */
psa_status_t psab_key_commit(psab_key_t *key, psa_key_id_t *id);

/** Wipe a key that was not committed. */
void psab_key_cancel(psab_key_t *key);

/* Ending keys */

/** Destroy a key: psa_destroy_key() but for the null identifier. */
psa_status_t psab_store_destroy(psab_store_t *store, psa_key_id_t id);

/** A number that changes with every destroyed key that is not volatile. */
uint64_t psab_store_epoch(psab_store_t *store);

/** Drop the copy of a key that is not volatile: psa_purge_key(). */
psa_status_t psab_store_purge(psab_store_t *store, psa_key_id_t id);

#endif
