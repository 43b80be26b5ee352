/** @file
 * Routes: which drivers are asked for a request, in which order, with which functions.
 *
 * A route is worked out once per plan, algorithm and kind of key, and looked up without a lock
 * afterwards: in the cell of the key if it was the last one used there, else in a table of the
 * registry.  A registration makes all routes stale.  Routes that came out the same are one
 * object, and none is freed while the core lives: a call or an operation may hold on to it.
 */
#ifndef PSAB_DISPATCH_ROUTE_H
#define PSAB_DISPATCH_ROUTE_H

#include "dispatch/registry.h"
#include "psab/packed.h"
#include "psab/plans.h"
#include "util/compiler.h"
#include "util/route_cell.h"

/** One driver of a route. */
typedef struct psab_candidate {
    void *context; /**< first argument of ops */
    psab_driver_t *driver;
    uint16_t alternative; /**< of the plan: how the driver serves it */
    bool passes;          /**< NOT_SUPPORTED hands the call to the candidate behind this one */
    bool traced;
    const psab_capability_t *capability; /**< of the first entry point of the alternative */
    psab_ops_t ops;                      /**< all entry points that match, from all capabilities */
    size_t context_sizes[PSAB_CONTEXT_COUNT];
} psab_candidate_t;

/** Candidates, best first. */
typedef struct psab_route {
    struct psab_route *next; /**< in the list of all routes */
    uint16_t plan;
    size_t count;
    psab_candidate_t candidates[];
} psab_route_t;

/** What is found by plan, algorithm and kind of key. Only the atomic members change. */
typedef struct psab_route_entry {
    uint64_t mechanism; /**< algorithm and plan */
    const psab_route_t *_Atomic route;
    _Atomic uint32_t epoch;
    psab_facts_t facts;
    uint64_t key; /**< type, size and location of the key; 0 without */
    uint32_t location;
} psab_route_entry_t;

/** Stands for the plan "this entry point alone, with what else its operation has". */
#define PSAB_PLAN_ENTRY_POINT(entry_point) ((uint16_t)(PSAB_PLAN_COUNT + (entry_point)))
#define PSAB_PLAN_LIMIT (PSAB_PLAN_COUNT + PSAB_EP_COUNT)

/** A route, and what else is known about the request. */
typedef struct psab_found {
    const psab_route_t *route; /**< possibly without candidates; null when out of memory */
    psab_facts_t facts;
} psab_found_t;

/** Copy member by member, so that the compiler can leave those out that are not used, and keep the others in
 * registers. */
static PSAB_HOT void psab_facts_copy(psab_facts_t *to, const psab_facts_t *from) {
    to->status = from->status;
    to->input = from->input;
    to->output = from->output;
    to->most = from->most;
    to->iv = from->iv;
    to->tag = from->tag;
    to->block = from->block;
    to->shape = from->shape;
}

/** The part of psab_find() that is not inline. */
PSAB_COLD psab_found_t psab_find_slow(psab_registry_t *registry, uint16_t plan, uint32_t alg,
                                      const psab_attributes_t *attributes, psab_route_cell_t *cell);

/** Find the route of a request.
 *
 * @param registry    the drivers
 * @param plan        psab_plan_t or PSAB_PLAN_ENTRY_POINT()
 * @param alg         the algorithm; 0 where there is none
 * @param attributes  of the key; null where there is none
 * @param cell        of that key, which must have had these attributes ever since; null if there is none
 *
 * @return the route and the facts
 */
static PSAB_HOT psab_found_t psab_find(psab_registry_t *registry, uint16_t plan, uint32_t alg,
                                       const psab_attributes_t *attributes, psab_route_cell_t *cell) {
    psab_found_t found;
    if (cell != NULL) {
        const psab_route_entry_t *entry = atomic_load_explicit(&cell->route, memory_order_acquire);
        uint64_t mechanism = (uint64_t)alg << 16 | plan;
        if (PSAB_LIKELY(entry != NULL && entry->mechanism == mechanism &&
                        atomic_load_explicit(&entry->epoch, memory_order_acquire) ==
                            atomic_load_explicit(&registry->epoch, memory_order_acquire))) {
            found.route = atomic_load_explicit(&entry->route, memory_order_relaxed);
            psab_facts_copy(&found.facts, &entry->facts);
            return found;
        }
    }
    psab_found_t slow = psab_find_slow(registry, plan, alg, attributes, cell);
    found.route = slow.route;
    psab_facts_copy(&found.facts, &slow.facts);
    return found;
}

/** psab_find() for who wants the route only. */
static inline const psab_route_t *psab_route(psab_registry_t *registry, uint16_t plan, uint32_t alg,
                                             const psab_attributes_t *attributes, psab_route_cell_t *cell) {
    return psab_find(registry, plan, alg, attributes, cell).route;
}

/** psab_find() of a request without a key. */
static PSAB_HOT psab_found_t psab_find_keyless(psab_registry_t *registry, uint16_t plan, uint32_t alg) {
    psab_route_cell_t *cell = &registry->keyless[(alg ^ (uint32_t)plan << 4) % PSAB_KEYLESS_CELLS];
    return psab_find(registry, plan, alg, NULL, cell);
}

/** The entry point that a candidate of a plan serves it with, the first of its alternative. */
static inline uint16_t psab_serving(uint16_t plan, const psab_candidate_t *candidate) {
    return psab_plans[plan].alternatives[candidate->alternative].required[0];
}

/** Free all routes of a registry that is going away. */
void psab_routes_free(psab_registry_t *registry);

/** A growing list of candidates; all zero is empty. */
typedef struct psab_candidates {
    psab_candidate_t *items;
    size_t count;
    size_t room;
} psab_candidates_t;

/** What came closest where a driver does not serve. */
typedef struct psab_miss {
    psab_reason_t reason;
    int32_t capability;
    int32_t entry_point;
} psab_miss_t;

/** An alternative of a plan, also of PSAB_PLAN_ENTRY_POINT(); `scratch` is used for the latter. */
typedef struct psab_alternative_scratch {
    psab_alternative_t alternative;
    uint16_t required;
    uint16_t optional[PSAB_EP_COUNT];
} psab_alternative_scratch_t;

/** How many alternatives a plan has. */
size_t psab_alternative_count(uint16_t plan);
const psab_alternative_t *psab_alternative(uint16_t plan, size_t index, psab_alternative_scratch_t *scratch);

/** Work out the candidates of a request; the lock of the registry is held.
 *
 * @return INSUFFICIENT_MEMORY or SUCCESS; the caller frees list->items in any case
 */
psab_status_t psab_route_build(psab_registry_t *registry, uint16_t plan, uint32_t alg,
                               const psab_attributes_t *attributes, psab_candidates_t *list);

/** Add what one driver has to offer for one alternative, without regard to others.
 *
 * @param driver       the driver
 * @param alternative  what is needed
 * @param alg          the algorithm
 * @param attributes   of the key, or null
 * @param list         receives one candidate, or none; several where the size of the key is open
 *                     and capabilities for several sizes differ
 * @param miss         receives what came closest if there is none
 *
 * @return INSUFFICIENT_MEMORY or SUCCESS
 */
psab_status_t psab_driver_offer(psab_driver_t *driver, const psab_alternative_t *alternative, uint32_t alg,
                                const psab_attributes_t *attributes, psab_candidates_t *list, psab_miss_t *miss);

#endif
