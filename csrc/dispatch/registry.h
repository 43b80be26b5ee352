/** @file
 * The ordered list of a core's drivers.
 *
 * Drivers are asked in the order of this list: registered ones first, in the order of their
 * registration, linked-in ones last.  A driver is never taken out of the list while the core
 * lives, so that routes and operations may point to it.
 */
#ifndef PSAB_DISPATCH_REGISTRY_H
#define PSAB_DISPATCH_REGISTRY_H

#include <pthread.h>
#include <stdatomic.h>

#include "dispatch/frame.h"
#include "psab/drivers.h"
#include "util/forked.h"
#include "util/route_cell.h"

struct psab_route_table;
struct psab_trace;

typedef struct psab_count_stripe {
    _Alignas(64) _Atomic uint64_t served;
    _Atomic uint64_t errors;
    _Atomic uint64_t fell_back;
    _Atomic uint64_t refused;
} psab_count_stripe_t;

/** A registered driver. */
typedef struct psab_driver {
    psab_count_stripe_t counts[PSAB_COUNT_STRIPES];
    psab_counts_t forgotten; /**< what the counters had when they were reset; guarded by the registry's lock */
    const psab_driver_description_t *description;
    void *context; /**< first argument of its entry points */
    bool linked_in;
    bool started;   /**< its initialisation ran; owned by api/ */
    uint8_t *state; /**< persistent state in memory, or null; owned by api/ */
} psab_driver_t;

/** Whether an alternative of a plan can serve a mechanism at all. */
typedef enum psab_applies { PSAB_APPLIES_NO, PSAB_APPLIES, PSAB_APPLIES_LAST } psab_applies_t;

/** What plan, algorithm and kind of key alone say about a request. */
typedef struct psab_facts {
    psab_status_t status; /**< of asking for it: INVALID_ARGUMENT where the key does not fit the algorithm */
    uint32_t input;       /**< the length that the input must have; 0: any */
    uint32_t output;      /**< the length that the output will have; 0: not fixed */
    uint32_t most;        /**< the longest text and additional data, as far as this type can say */
    uint8_t iv;           /**< default length of the IV or nonce; 0: none, or not known */
    uint8_t tag;          /**< length of the tag of an AEAD */
    uint8_t block;        /**< of a cipher */
    uint8_t shape;        /**< of a cipher, known to api/ */
} psab_facts_t;

/** Supplied by api/, which is where plans are carried out. */
typedef struct psab_planner {
    /** Whether an alternative can serve a mechanism; PSAB_APPLIES_LAST for one that is to be tried
     * only after every driver was asked for the others. `alg` is that of the request, and receives
     * what the alternative asks drivers for. */
    psab_applies_t (*applies)(uint16_t plan, uint16_t alternative, uint32_t *alg, const psab_attributes_t *attributes);
    /** Work out the facts; they are kept with the route. */
    psab_facts_t (*facts)(uint16_t plan, uint32_t alg, const psab_attributes_t *attributes);
} psab_planner_t;

/** Routes of requests without a key are remembered in so many cells. */
#define PSAB_KEYLESS_CELLS 64u

/** The drivers of one core and the routes to them. */
typedef struct psab_registry {
    _Atomic uint32_t epoch; /**< counts what makes routes stale */
    psab_core_t *core;
    const psab_planner_t *planner;
    struct psab_route_table *_Atomic routes;
    psab_route_cell_t keyless[PSAB_KEYLESS_CELLS];
    struct psab_trace *trace;
    psab_forked_t forked;
    pthread_mutex_t lock; /**< guards all that follows, and making routes; never held in a driver */
    psab_driver_t **drivers;
    size_t count;
    size_t linked_in; /**< how many of them, at the end */
    struct psab_route *made;
    struct psab_image *images;
} psab_registry_t;

/** Make an empty list. Null when out of memory. */
psab_registry_t *psab_registry_new(psab_core_t *core, const psab_planner_t *planner);

/** Free the list, its routes and the loaded images. No call may be under way. Null is allowed. */
void psab_registry_free(psab_registry_t *registry);

/** Check a description as untrusted data and make a driver of it that is not in the list yet.
 *
 * @param registry     the list it is meant for
 * @param description  see psab_core_register()
 * @param context      first argument of its entry points
 * @param linked_in    true for the core's own list
 * @param driver       receives the driver
 * @param error        receives the reason of a failure, terminated
 * @param error_size   in bytes, not 0
 *
 * @return INVALID_ARGUMENT, ALREADY_EXISTS, INSUFFICIENT_MEMORY
 */
psab_status_t psab_driver_new(psab_registry_t *registry, const psab_driver_description_t *description, void *context,
                              bool linked_in, psab_driver_t **driver, char *error, size_t error_size);

/** Free a driver that did not get into the list. */
void psab_driver_discard(psab_driver_t *driver);

/** Put drivers into the list, all or none, and make all routes stale.
 *
 * @return ALREADY_EXISTS where a location or a name was taken meanwhile, INSUFFICIENT_MEMORY
 */
psab_status_t psab_registry_add(psab_registry_t *registry, psab_driver_t *const *drivers, size_t count);

/** The driver at a position; null past the end. */
psab_driver_t *psab_registry_driver(psab_registry_t *registry, size_t position);

/** Make all routes stale. */
void psab_registry_changed(psab_registry_t *registry);

/** The sums over all threads, since they were last reset. */
psab_counts_t psab_driver_counts(psab_registry_t *registry, psab_driver_t *driver);

/** Count from zero again. The counters themselves belong to their threads and go on. */
void psab_driver_reset_counts(psab_registry_t *registry, psab_driver_t *driver);

/** The checks of psab_driver_new() that concern the description alone. */
psab_status_t psab_description_check(const psab_driver_description_t *description, char *error, size_t error_size);

#endif
