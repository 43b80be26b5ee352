/* Instances: made, initialised, released. */

#include <stdlib.h>
#include <string.h>

#include "api/compose.h"
#include "api/drivers.h"
#include "api/keys.h"
#include "api/operation.h"
#include "api/prepared.h"
#include "api/random.h"
#include "psab/api.h"

/* The parts of an instance; false if memory is short. */
static bool build(psab_core_t *core) {
    core->memory = psab_memory_storage_new();
    if (core->memory == NULL) {
        return false;
    }
    core->storage = psab_memory_storage(core->memory);
    psab_store_hooks_t hooks = psab_key_hooks(core);
    core->store = psab_store_new(&core->storage, &hooks);
    core->registry = psab_registry_new(core, &psab_planner);
    core->operations = psab_operations_new(core);
    core->random = psab_random_new();
    core->prepared = psab_prepared_pool_new();
    return core->store != NULL && core->registry != NULL && core->operations != NULL && core->random != NULL &&
           core->prepared != NULL;
}

/* Whether the caller is a driver that the core is initialising right now. */
static bool asked_from_inside(const psab_core_t *core) {
    const psab_frame_t *frame = psab_dispatch_thread.top;
    while (frame != NULL && frame->core != core) {
        frame = frame->outer;
    }
    return frame != NULL;
}

/* Drivers run while this lock is held, so that nobody waits for it before a fork: its owner may be the driver that
 * forks. An owner that is not here will not give it back; what it was doing can be done again. */
static void free_lock(void *of) {
    psab_core_t *core = of;
    if (pthread_mutex_trylock(&core->lock) == 0) {
        pthread_mutex_unlock(&core->lock);
    } else if (!asked_from_inside(core)) {
        pthread_mutex_init(&core->lock, NULL);
    }
}

static psab_core_t *new_core(bool software) {
    psab_core_t *core = calloc(1, sizeof *core);
    if (core == NULL) {
        return NULL;
    }
    pthread_mutex_init(&core->lock, NULL);
    core->forked = (psab_forked_t){.in_child = free_lock, .of = core};
    psab_forked_add(&core->forked);
    if (!build(core) || (software && psab_drivers_link_in(core) != PSA_SUCCESS)) {
        psab_core_free(core);
        return NULL;
    }
    return core;
}

psab_core_t *psab_core_new(void) {
    return new_core(true);
}

psab_core_t *psab_core_new_without_software(void) {
    return new_core(false);
}

void psab_core_free(psab_core_t *core) {
    if (core == NULL) {
        return;
    }
    /* Drivers may still be asked, and may ask for services, but the API is closed. */
    atomic_store_explicit(&core->initialised, false, memory_order_release);
    psab_operations_end(core->operations);
    psab_store_free(core->store);
    core->store = NULL;
    if (core->registry != NULL) {
        psab_drivers_stop(core);
    }
    psab_operations_free(core->operations);
    psab_random_free(core->random);
    psab_prepared_pool_free(core->prepared);
    psab_registry_free(core->registry);
    psab_memory_storage_free(core->memory);
    psab_forked_remove(&core->forked);
    pthread_mutex_destroy(&core->lock);
    free(core);
}

void psab_core_limit_prepared(psab_core_t *core, size_t most) {
    if (core != NULL) {
        psab_prepared_limit(core->prepared, most);
    }
}

size_t psab_core_prepared_count(psab_core_t *core) {
    return core != NULL ? psab_prepared_count(core->prepared) : 0;
}

static psab_core_t *default_core;

static void make_default(void) {
    default_core = psab_core_new();
}

psab_core_t *psab_core_default(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_default);
    return default_core;
}

psab_status_t psab_core_set_storage(psab_core_t *core, const psab_storage_t *storage) {
    if (core == NULL || storage == NULL || storage->load == NULL || storage->save == NULL || storage->remove == NULL ||
        storage->list == NULL) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a storage backend needs all four functions");
    }
    pthread_mutex_lock(&core->lock);
    bool late = psab_ready(core);
    if (!late) {
        core->storage = *storage;
        core->store->storage = *storage;
    }
    pthread_mutex_unlock(&core->lock);
    return late ? psab_refuse(core, PSA_ERROR_BAD_STATE, "the core is initialised already") : PSA_SUCCESS;
}

psab_status_t psab_core_set_builtin_keys(psab_core_t *core, const psab_builtin_key_t *keys, size_t count) {
    if (core == NULL || (keys == NULL && count != 0)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "no core or no keys");
    }
    pthread_mutex_lock(&core->lock);
    psab_status_t status = PSA_ERROR_BAD_STATE;
    if (!psab_ready(core)) {
        status = psab_store_set_builtin(core->store, keys, count);
    }
    pthread_mutex_unlock(&core->lock);
    if (status == PSA_SUCCESS) {
        return status;
    }
    return psab_refuse(core, status,
                       status == PSA_ERROR_BAD_STATE ? "the core is initialised already"
                                                     : "built-in keys need identifiers of their own, outside the "
                                                       "volatile ones, and a lifetime elsewhere than in the library");
}

/* Drivers first: recovery calls them. The lock is held, and nobody else can use the core yet. */
static psa_status_t initialise(psab_core_t *core) {
    psa_status_t status = psab_drivers_start(core);
    if (status == PSA_SUCCESS) {
        /* A key that could not be cleaned up is tried again the next time. */
        (void)psab_store_recover(core->store);
        atomic_store_explicit(&core->initialised, true, memory_order_release);
    }
    return status;
}

psa_status_t psab_crypto_init(psab_core_t *core) {
    if (core == NULL) {
        return psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "there is no core");
    }
    if (psab_ready(core)) {
        return PSA_SUCCESS;
    }
    if (asked_from_inside(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "a driver wants to initialise the core that initialises it");
    }
    pthread_mutex_lock(&core->lock);
    psa_status_t status = psab_ready(core) ? PSA_SUCCESS : initialise(core);
    pthread_mutex_unlock(&core->lock);
    return status;
}
