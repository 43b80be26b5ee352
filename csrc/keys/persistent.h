/** @file
 * Persistent keys and the persistent state of drivers as records in storage.
 */
#ifndef PSAB_KEYS_PERSISTENT_H
#define PSAB_KEYS_PERSISTENT_H

#include "keys/key.h"
#include "psab/storage.h"

/** Store attributes and data of a key under its identifier.
 *
 * @param storage  the backend
 * @param kind     PSAB_STORAGE_KEY, or PSAB_STORAGE_PENDING_KEY for one that is not complete
 * @param key      the key
 */
psa_status_t psab_persistent_save(const psab_storage_t *storage, uint32_t kind, const psab_key_t *key);

/** Read a key.
 *
 * @param storage  the backend
 * @param kind     as above
 * @param id       of the key
 * @param key      a slot nobody else knows; receives attributes and data
 *
 * @return DOES_NOT_EXIST, DATA_CORRUPT, DATA_INVALID where a value is not one a key can have,
 *         INSUFFICIENT_MEMORY, failures of the backend
 */
psa_status_t psab_persistent_load(const psab_storage_t *storage, uint32_t kind, psa_key_id_t id, psab_key_t *key);

/** Whether there is a record: PSA_SUCCESS, DOES_NOT_EXIST, or a failure of the backend. */
psa_status_t psab_persistent_exists(const psab_storage_t *storage, uint32_t kind, psa_key_id_t id);

/** Read the state of a driver: zeros where there is none, or what is stored, cut or padded.
 *
 * @param storage   the backend
 * @param location  of the driver
 * @param state     receives the state
 * @param size      in bytes
 */
psa_status_t psab_state_load(const psab_storage_t *storage, psa_key_location_t location, uint8_t *state, size_t size);

/** Store the state of a driver. */
psa_status_t psab_state_save(const psab_storage_t *storage, psa_key_location_t location, const uint8_t *state,
                             size_t size);

#endif
