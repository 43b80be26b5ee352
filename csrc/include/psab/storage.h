/** @file
 * Where persistent keys and the state of drivers are kept.
 *
 * A core reaches storage through five function pointers, so anything that keeps named byte
 * strings will do.  A backend made for tests, which keeps them in memory and can outlive a
 * core, is at the end.
 */
#ifndef PSAB_STORAGE_H
#define PSAB_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a record holds; with its name, the identity of the record. */
typedef enum psab_storage_kind {
    PSAB_STORAGE_KEY = 1,          /**< the name is a key identifier */
    PSAB_STORAGE_DRIVER_STATE = 2, /**< the name is a location */
    PSAB_STORAGE_PENDING_KEY = 3   /**< a key that a cryptoprocessor has begun to make */
} psab_storage_kind_t;

/** A storage backend.
 *
 * The functions may be called from several threads at once, and the core holds no lock of
 * its own while they run.  Besides the statuses below they may return STORAGE_FAILURE,
 * INSUFFICIENT_STORAGE, INSUFFICIENT_MEMORY, DATA_CORRUPT, DATA_INVALID, COMMUNICATION_FAILURE,
 * HARDWARE_FAILURE, CORRUPTION_DETECTED, GENERIC_ERROR.  The application sees STORAGE_FAILURE
 * in place of any other.
 */
typedef struct psab_storage {
    void *user; /**< passed to every function */

    /** Read a whole record.
     * `*length` receives its size in bytes, also where `size` is too small: then nothing is
     * written and BUFFER_TOO_SMALL is returned.  DOES_NOT_EXIST if there is none. */
    psab_status_t (*load)(void *user, uint32_t kind, uint32_t name, uint8_t *data, size_t size, size_t *length);

    /** Create or replace a record, completely or not at all. */
    psab_status_t (*save)(void *user, uint32_t kind, uint32_t name, const uint8_t *data, size_t length);

    /** Erase a record. DOES_NOT_EXIST if there is none. */
    psab_status_t (*remove)(void *user, uint32_t kind, uint32_t name);

    /** Write the names of at most `size` records of a kind; `*count` receives how many there are. */
    psab_status_t (*list)(void *user, uint32_t kind, uint32_t *names, size_t size, size_t *count);
} psab_storage_t;

/** Records kept in memory, wiped when erased. */
typedef struct psab_memory_storage psab_memory_storage_t;

/** Make an empty one; null if memory is short. */
psab_memory_storage_t *psab_memory_storage_new(void);

/** Wipe and release it; null is fine. No core may use it any more. */
void psab_memory_storage_free(psab_memory_storage_t *memory);

/** The functions that reach it, for psab_core_set_storage(); several cores may share it. */
psab_storage_t psab_memory_storage(psab_memory_storage_t *memory);

#ifdef __cplusplus
}
#endif

#endif
