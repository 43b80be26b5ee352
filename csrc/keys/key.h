/** @file
 * A key in memory: a slot of the store.
 *
 * What an operation needs is in the first cache line.  Slots are never freed while their
 * store lives, so that a stale identifier leads to a slot that holds something else and never
 * to memory that is not a slot.
 */
#ifndef PSAB_KEYS_KEY_H
#define PSAB_KEYS_KEY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <psa/crypto.h>

#include "util/route_cell.h"

struct psab_store;

/** Key material or key contexts up to this size live in the slot itself. */
#define PSAB_KEY_SMALL 48u

/** What a slot is being used for. */
typedef enum psab_key_phase {
    PSAB_KEY_FREE = 0,
    PSAB_KEY_CREATING,   /**< reserved by a thread that fills it */
    PSAB_KEY_LIVE,       /**< has its identifier */
    PSAB_KEY_DESTROYING, /**< lost its identifier, and may get it back */
    PSAB_KEY_DYING,      /**< lost its identifier; the last user wipes it */
    PSAB_KEY_REAPING     /**< a thread is looking whether it was the last user */
} psab_key_phase_t;

#define PSAB_KEY_UNCACHED 1u /**< its policy forbids to keep copies that no operation uses */
#define PSAB_KEY_PENDING 2u  /**< its creation was announced in storage */
#define PSAB_KEY_ATTACHED 4u /**< exists without this identifier: destroying it forgets that only */

/** A slot. Identity, attributes and data are constant while the key is live. */
typedef struct psab_key {
    _Alignas(64) _Atomic uint32_t id; /**< 0 unless the key is live */
    psab_attributes_t attributes;
    psab_route_cell_t route; /**< of the last operation; owned by dispatch */
    uint8_t *data;           /**< key material in export format, or key context; null with size 0 */
    /** Key material prepared for use; null if there is none. Owned by the layer above, whose
     * `discard` hook sets it to null when the slot is wiped. */
    _Atomic(void *) prepared;
    uint32_t size; /**< of data, in bytes */
    uint32_t name; /**< number and generation of the slot: what its next volatile identifier will hold */

    _Atomic uint8_t phase; /**< psab_key_phase_t */
    uint8_t flags;         /**< constant while the key is live */
    bool doomed;           /**< its driver has yet to be told that it is destroyed */
    bool chained;          /**< is in the table of identifiers; guarded by the store's lock */
    _Atomic uint32_t next; /**< slot number + 1 of the next in its chain or in the free list */
    struct psab_store *store;
    uint8_t small[PSAB_KEY_SMALL];
} psab_key_t;

_Static_assert(offsetof(psab_key_t, phase) == 64, "the first cache line of a slot is full");
_Static_assert(sizeof(psab_key_t) == 128, "a slot is two cache lines");

/** Give a key that is being created room for its data, zeroed; replaces what it had.
 *
 * @param key   the key
 * @param size  in bytes; may be 0
 *
 * @return INSUFFICIENT_MEMORY
 */
psa_status_t psab_key_reserve(psab_key_t *key, size_t size);

/** Cut the data of a key that is being created to what was written, and wipe the rest.
 *
 * @param key   the key
 * @param size  in bytes, at most what was reserved
 */
void psab_key_shrink(psab_key_t *key, size_t size);

/** Wipe and release the data of a key. */
void psab_key_clear_data(psab_key_t *key);

/** Whether the key is kept at a location other than the library's own. */
static inline bool psab_key_is_opaque(const psab_key_t *key) {
    return (key->attributes.lifetime >> 8) != 0;
}

#endif
