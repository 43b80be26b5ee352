#include "dispatch/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <psa/error.h>

#include "dispatch/loader.h"
#include "dispatch/route.h"
#include "dispatch/trace.h"
#include "util/wipe.h"

_Thread_local psab_dispatch_thread_t psab_dispatch_thread;

/* Which stripes of counters belong to a thread: one bit each. The first is shared. */
static _Atomic uint64_t stripes_taken = 1;
static pthread_key_t stripe_key;

static void give_stripe_back(void *thread) {
    psab_dispatch_thread_t *self = thread;
    uint32_t stripe = self->stripe;
    self->stripe = 0; /* what this thread still counts, it counts with the others */
    atomic_fetch_and_explicit(&stripes_taken, ~((uint64_t)1 << stripe), memory_order_release);
}

static void make_stripe_key(void) {
    if (pthread_key_create(&stripe_key, give_stripe_back) != 0) {
        atomic_store_explicit(&stripes_taken, UINT64_MAX, memory_order_relaxed); /* nobody gets one */
    }
}

/* A stripe that belongs to nobody else; 0 if there is none. */
static uint32_t take_stripe(void) {
    uint64_t taken = atomic_load_explicit(&stripes_taken, memory_order_relaxed);
    while (taken != UINT64_MAX) {
        uint32_t stripe = (uint32_t)__builtin_ctzll(~taken);
        if (atomic_compare_exchange_weak_explicit(&stripes_taken, &taken, taken | (uint64_t)1 << stripe,
                                                  memory_order_acquire, memory_order_relaxed)) {
            return stripe;
        }
    }
    return 0;
}

void psab_number_thread(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static _Atomic uint32_t last;
    psab_dispatch_thread_t *self = &psab_dispatch_thread;
    self->number = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
    (void)pthread_once(&once, make_stripe_key);
    uint32_t stripe = take_stripe();
    if (stripe != 0 && pthread_setspecific(stripe_key, self) != 0) {
        atomic_fetch_and_explicit(&stripes_taken, ~((uint64_t)1 << stripe), memory_order_release);
        stripe = 0;
    }
    self->stripe = stripe;
}

psab_registry_t *psab_registry_new(psab_core_t *core, const psab_planner_t *planner) {
    psab_registry_t *registry = calloc(1, sizeof *registry);
    if (registry == NULL) {
        return NULL;
    }
    registry->core = core;
    registry->planner = planner;
    atomic_init(&registry->epoch, 1);
    registry->trace = psab_trace_new();
    if (registry->trace == NULL || pthread_mutex_init(&registry->lock, NULL) != 0) {
        psab_trace_free(registry->trace);
        free(registry);
        return NULL;
    }
    registry->forked = (psab_forked_t){.lock = &registry->lock, .level = PSAB_LEVEL_REGISTRY};
    psab_forked_add(&registry->forked);
    return registry;
}

void psab_registry_free(psab_registry_t *registry) {
    if (registry == NULL) {
        return;
    }
    psab_forked_remove(&registry->forked);
    psab_routes_free(registry);
    for (size_t i = 0; i < registry->count; i++) {
        psab_driver_discard(registry->drivers[i]);
    }
    free(registry->drivers);
    psab_trace_free(registry->trace);
    psab_images_close(registry->images);
    pthread_mutex_destroy(&registry->lock);
    free(registry);
}

void psab_registry_changed(psab_registry_t *registry) {
    atomic_fetch_add_explicit(&registry->epoch, 1, memory_order_acq_rel);
}

/* The opaque driver in a list that has the location of another opaque driver; null if none. */
static const psab_driver_t *same_location(psab_driver_t *const *drivers, size_t count,
                                          const psab_driver_description_t *description) {
    for (size_t i = 0; i < count && description->type == PSAB_DRIVER_OPAQUE; i++) {
        const psab_driver_description_t *other = drivers[i]->description;
        if (other->type == PSAB_DRIVER_OPAQUE && other->location == description->location) {
            return drivers[i];
        }
    }
    return NULL;
}

/* Who has been loaded under the same name; null if nobody. What is linked in may be loaded as well, for comparison,
 * and descriptions that come together, of one driver, may share a name. */
static const psab_driver_t *same_name(const psab_registry_t *registry, const psab_driver_description_t *description) {
    for (size_t i = 0; i < registry->count - registry->linked_in; i++) {
        const psab_driver_description_t *other = registry->drivers[i]->description;
        if (other->type == description->type && strcmp(other->name, description->name) == 0) {
            return registry->drivers[i];
        }
    }
    return NULL;
}

/* Who stands in the way of a new driver; the lock is held. */
static const psab_driver_t *taken_by(const psab_registry_t *registry, const psab_driver_description_t *description,
                                     bool linked_in) {
    const psab_driver_t *other = same_location(registry->drivers, registry->count, description);
    return other != NULL || linked_in ? other : same_name(registry, description);
}

static void tell_taken(const psab_driver_description_t *description, const psab_driver_t *other, char *error,
                       size_t size) {
    const char *name = other->description->name;
    if (strcmp(name, description->name) == 0) {
        (void)snprintf(error, size, "driver %s: one of this name is loaded already, from %s", name,
                       other->description->source != NULL ? other->description->source : "this program");
    } else {
        (void)snprintf(error, size, "driver %s: its location 0x%06x is that of driver %s", description->name,
                       (unsigned)description->location, name);
    }
}

psab_status_t psab_driver_new(psab_registry_t *registry, const psab_driver_description_t *description, void *context,
                              bool linked_in, psab_driver_t **driver, char *error, size_t error_size) {
    *driver = NULL;
    psab_status_t status = psab_description_check(description, error, error_size);
    if (status != PSA_SUCCESS) {
        return status;
    }
    pthread_mutex_lock(&registry->lock);
    const psab_driver_t *other = taken_by(registry, description, linked_in);
    pthread_mutex_unlock(&registry->lock);
    if (other != NULL) {
        tell_taken(description, other, error, error_size);
        return PSA_ERROR_ALREADY_EXISTS;
    }
    psab_driver_t *result = aligned_alloc(_Alignof(psab_driver_t), sizeof *result);
    if (result == NULL) {
        (void)snprintf(error, error_size, "driver %s: out of memory", description->name);
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    memset(result, 0, sizeof *result);
    result->description = description;
    result->context = context;
    result->linked_in = linked_in;
    *driver = result;
    return PSA_SUCCESS;
}

void psab_driver_discard(psab_driver_t *driver) {
    if (driver == NULL) {
        return;
    }
    if (driver->state != NULL) {
        psab_wipe(driver->state, driver->description->persistent_state_size);
        free(driver->state);
    }
    free(driver);
}

/* Put one driver where it belongs; there is room, and the lock is held. */
static void insert(psab_registry_t *registry, psab_driver_t *driver) {
    size_t position = registry->count - (driver->linked_in ? 0 : registry->linked_in);
    memmove(&registry->drivers[position + 1], &registry->drivers[position],
            (registry->count - position) * sizeof(psab_driver_t *));
    registry->drivers[position] = driver;
    registry->count++;
    registry->linked_in += driver->linked_in ? 1 : 0;
}

psab_status_t psab_registry_add(psab_registry_t *registry, psab_driver_t *const *drivers, size_t count) {
    psab_status_t status = PSA_SUCCESS;
    pthread_mutex_lock(&registry->lock);
    psab_driver_t **list = realloc(registry->drivers, (registry->count + count + 1) * sizeof(psab_driver_t *));
    if (list == NULL) {
        status = PSA_ERROR_INSUFFICIENT_MEMORY;
    } else {
        registry->drivers = list;
        for (size_t i = 0; i < count; i++) {
            status = taken_by(registry, drivers[i]->description, drivers[i]->linked_in) != NULL ||
                             same_location(drivers, i, drivers[i]->description)
                         ? PSA_ERROR_ALREADY_EXISTS
                         : status;
        }
    }
    for (size_t i = 0; i < count && status == PSA_SUCCESS; i++) {
        insert(registry, drivers[i]);
    }
    psab_registry_changed(registry);
    pthread_mutex_unlock(&registry->lock);
    return status;
}

psab_driver_t *psab_registry_driver(psab_registry_t *registry, size_t position) {
    pthread_mutex_lock(&registry->lock);
    psab_driver_t *driver = position < registry->count ? registry->drivers[position] : NULL;
    pthread_mutex_unlock(&registry->lock);
    return driver;
}

static psab_counts_t sum_of(psab_driver_t *driver) {
    psab_counts_t sum = {0, 0, 0, 0};
    for (size_t i = 0; i < PSAB_COUNT_STRIPES; i++) {
        psab_count_stripe_t *stripe = &driver->counts[i];
        sum.served += atomic_load_explicit(&stripe->served, memory_order_relaxed);
        sum.errors += atomic_load_explicit(&stripe->errors, memory_order_relaxed);
        sum.fell_back += atomic_load_explicit(&stripe->fell_back, memory_order_relaxed);
        sum.refused += atomic_load_explicit(&stripe->refused, memory_order_relaxed);
    }
    return sum;
}

psab_counts_t psab_driver_counts(psab_registry_t *registry, psab_driver_t *driver) {
    pthread_mutex_lock(&registry->lock);
    psab_counts_t sum = sum_of(driver);
    sum.served -= driver->forgotten.served;
    sum.errors -= driver->forgotten.errors;
    sum.fell_back -= driver->forgotten.fell_back;
    sum.refused -= driver->forgotten.refused;
    pthread_mutex_unlock(&registry->lock);
    return sum;
}

void psab_driver_reset_counts(psab_registry_t *registry, psab_driver_t *driver) {
    pthread_mutex_lock(&registry->lock);
    driver->forgotten = sum_of(driver);
    pthread_mutex_unlock(&registry->lock);
}
