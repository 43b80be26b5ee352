/** @file
 * Inside the store: slots, the table of identifiers, and the end of keys.
 *
 * For the files of keys/ only.
 */
#ifndef PSAB_KEYS_SLOTS_H
#define PSAB_KEYS_SLOTS_H

#include "keys/store.h"

/** Take a slot, in phase CREATING; null if memory is short or all are taken. */
psab_key_t *psab_slot_take(psab_store_t *store);

/** Wipe a slot that nobody can reach and put it at the end of the free list. */
void psab_slot_give_back(psab_key_t *key);

/** The slot with a number below store->fresh. */
psab_key_t *psab_slot(psab_store_t *store, uint32_t number);

/** The volatile identifier that a slot gives out next. */
psa_key_id_t psab_slot_id(const psab_key_t *key);

/* The table. The lock must be held, but for psab_table_find_live(). */

/** Make the first table. False if memory is short. */
bool psab_table_init(psab_store_t *store);

void psab_table_free(psab_store_t *store);

/** The slot in the table whose attributes have this identifier, in any phase; null if none. */
psab_key_t *psab_table_find(psab_store_t *store, psa_key_id_t id);

/** As psab_table_find(), without lock: a live slot, which may be gone already, or null, which
 * does not mean that there is none. */
psab_key_t *psab_table_find_live(psab_store_t *store, psa_key_id_t id);

void psab_table_insert(psab_store_t *store, psab_key_t *key);

/** Take a slot out of the table, if it is in it. */
void psab_table_remove(psab_store_t *store, psab_key_t *key);

/** Wipe a slot in phase DYING now, or leave that to its last user. */
void psab_slot_reap(psab_key_t *key);

/** The built-in key with an identifier, or null. */
const psab_builtin_key_t *psab_store_find_builtin(const psab_store_t *store, psa_key_id_t id);

/** Whether the policy of a key forbids copies outside storage that no operation uses. */
bool psab_key_must_not_stay(const psab_attributes_t *attributes);

#endif
