/** @file
 * What a core consists of. For the files of api/ only.
 */
#ifndef PSAB_API_INSTANCE_H
#define PSAB_API_INSTANCE_H

#include <pthread.h>
#include <stdatomic.h>

#include <psa/crypto.h>

#include "dispatch/call.h"
#include "dispatch/output.h"
#include "dispatch/registry.h"
#include "keys/store.h"
#include "psab/core.h"

struct psab_operations;
struct psab_random;
struct psab_prepared_pool;

struct psab_core {
    _Atomic bool initialised;
    psab_store_t *store;
    psab_registry_t *registry;
    struct psab_operations *operations;
    struct psab_random *random;
    struct psab_prepared_pool *prepared;
    _Atomic uint64_t refused; /**< calls answered without asking a driver */

    psab_forked_t forked;
    pthread_mutex_t lock; /**< serialises initialisation and registration; the owner may be in a driver's init */
    psab_storage_t storage;
    psab_memory_storage_t *memory; /**< the storage, unless the user chose one */
};

/** Whether API functions can be used: there is an instance and it is initialised. */
static inline bool psab_ready(const psab_core_t *core) {
    return PSAB_LIKELY(core != NULL && atomic_load_explicit(&core->initialised, memory_order_acquire));
}

/** Answer a call without having asked a driver: count it and record why.
 *
 * @param core    the instance; may be null
 * @param status  the answer
 * @param detail  one sentence
 *
 * @return status
 */
PSAB_COLD psa_status_t psab_refuse(psab_core_t *core, psa_status_t status, const char *detail);

/** psab_refuse() with a sentence that has numbers in it, as printf() writes them. */
PSAB_COLD __attribute__((format(printf, 3, 4))) psa_status_t psab_refuse_because(psab_core_t *core, psa_status_t status,
                                                                                 const char *format, ...);

/** Whether a pointer and a length can be an argument: null only with length 0. */
static inline bool psab_buffer_valid(const void *data, size_t length) {
    return data != NULL || length == 0;
}

#endif
