#include "dispatch/route.h"

#include <stdlib.h>
#include <string.h>

#include <psa/error.h>

#include "dispatch/match.h"
#include "dispatch/trace.h"

/* Entries are found by open addressing.  A table only gains entries; when half full, a larger one
 * takes its place and the old one is kept for those who are still reading it. */
typedef struct psab_route_table {
    struct psab_route_table *older;
    size_t mask;
    size_t used;
    _Atomic(psab_route_entry_t *) slots[];
} psab_route_table_t;

#define TABLE_FIRST 64u
#define TABLE_LAST 65536u /* beyond, routes are worked out every time: memory is bounded */

typedef struct route_key {
    uint64_t mechanism;
    uint64_t key;
    uint32_t location;
} route_key_t;

static route_key_t key_of(uint16_t plan, uint32_t alg, const psab_attributes_t *attributes) {
    route_key_t key = {(uint64_t)alg << 16 | plan, 0, 0};
    if (attributes != NULL) {
        key.key = (uint64_t)1 << 63 | (uint64_t)(attributes->bits & 0x7fffffffu) << 16 | attributes->type;
        key.location = PSAB_LOCATION(attributes->lifetime);
    }
    return key;
}

static size_t hash_of(const route_key_t *key) {
    uint64_t hash = key->mechanism * 0x9e3779b97f4a7c15u ^ key->key * 0xc2b2ae3d27d4eb4fu ^ key->location;
    return (size_t)((hash ^ hash >> 29) * 0x94d049bb133111ebu >> 32);
}

static psab_route_entry_t *look_up(psab_route_table_t *table, const route_key_t *key) {
    if (table == NULL) {
        return NULL;
    }
    for (size_t i = hash_of(key) & table->mask;; i = (i + 1) & table->mask) {
        psab_route_entry_t *entry = atomic_load_explicit(&table->slots[i], memory_order_acquire);
        if (entry == NULL ||
            (entry->mechanism == key->mechanism && entry->key == key->key && entry->location == key->location)) {
            return entry;
        }
    }
}

static void put(psab_route_table_t *table, psab_route_entry_t *entry) {
    route_key_t key = {entry->mechanism, entry->key, entry->location};
    size_t i = hash_of(&key) & table->mask;
    while (atomic_load_explicit(&table->slots[i], memory_order_relaxed) != NULL) {
        i = (i + 1) & table->mask;
    }
    atomic_store_explicit(&table->slots[i], entry, memory_order_release);
    table->used++;
}

/* A table with room for one more entry, or null. The lock is held. */
static psab_route_table_t *roomy_table(psab_registry_t *registry) {
    psab_route_table_t *table = atomic_load_explicit(&registry->routes, memory_order_relaxed);
    if (table != NULL && table->used * 2 <= table->mask) {
        return table;
    }
    size_t size = table == NULL ? TABLE_FIRST : 2 * (table->mask + 1);
    psab_route_table_t *larger = size > TABLE_LAST ? NULL : calloc(1, sizeof *larger + size * sizeof larger->slots[0]);
    if (larger == NULL) {
        return NULL;
    }
    larger->older = table;
    larger->mask = size - 1;
    for (size_t i = 0; table != NULL && i <= table->mask; i++) {
        psab_route_entry_t *entry = atomic_load_explicit(&table->slots[i], memory_order_relaxed);
        if (entry != NULL) {
            put(larger, entry);
        }
    }
    atomic_store_explicit(&registry->routes, larger, memory_order_release);
    return larger;
}

static bool same_candidate(const psab_candidate_t *a, const psab_candidate_t *b) {
    const psab_ops_t *ops = a->traced ? psab_traced_ops(a) : &a->ops;
    return a->driver == b->driver && a->alternative == b->alternative && a->passes == b->passes &&
           a->capability == b->capability && memcmp(ops, &b->ops, sizeof b->ops) == 0 &&
           memcmp(a->context_sizes, b->context_sizes, sizeof b->context_sizes) == 0;
}

static bool same_route(const psab_route_t *route, uint16_t plan, const psab_candidates_t *list, bool traced) {
    bool same = route->plan == plan && route->count == list->count;
    for (size_t i = 0; i < list->count && same; i++) {
        same = route->candidates[i].traced == traced && same_candidate(&route->candidates[i], &list->items[i]);
    }
    return same;
}

/* The one object for a list of candidates; null when out of memory. */
static const psab_route_t *unique(psab_registry_t *registry, uint16_t plan, const psab_candidates_t *list) {
    bool traced = psab_trace_on(registry->trace);
    for (const psab_route_t *route = registry->made; route != NULL; route = route->next) {
        if (same_route(route, plan, list, traced)) {
            return route;
        }
    }
    psab_route_t *route = calloc(1, sizeof *route + list->count * sizeof route->candidates[0]);
    if (route == NULL) {
        return NULL;
    }
    route->plan = plan;
    for (size_t i = 0; i < list->count; i++) {
        route->candidates[i] = list->items[i];
        route->count++;
        if (traced && !psab_trace_candidate(registry->trace, &route->candidates[i])) {
            for (size_t k = 0; k < i; k++) {
                psab_untrace_candidate(&route->candidates[k]);
            }
            free(route);
            return NULL;
        }
    }
    route->next = registry->made;
    registry->made = route;
    return route;
}

/* Remember a route for a mechanism; null where that cannot be. The lock is held. */
static psab_route_entry_t *remember(psab_registry_t *registry, const route_key_t *key, const psab_found_t *found,
                                    uint32_t epoch) {
    psab_route_entry_t *entry = look_up(atomic_load_explicit(&registry->routes, memory_order_relaxed), key);
    if (entry == NULL) {
        psab_route_table_t *table = roomy_table(registry);
        entry = table == NULL ? NULL : calloc(1, sizeof *entry);
        if (entry == NULL) {
            return NULL;
        }
        entry->mechanism = key->mechanism;
        entry->key = key->key;
        entry->location = key->location;
        entry->facts = found->facts;
        atomic_init(&entry->route, found->route);
        atomic_init(&entry->epoch, epoch);
        put(table, entry);
        return entry;
    }
    /* The route first: who sees the new epoch must see the new route. */
    atomic_store_explicit(&entry->route, found->route, memory_order_relaxed);
    atomic_store_explicit(&entry->epoch, epoch, memory_order_release);
    return entry;
}

static psab_route_entry_t *current(psab_registry_t *registry, const route_key_t *key) {
    psab_route_table_t *table = atomic_load_explicit(&registry->routes, memory_order_acquire);
    psab_route_entry_t *entry = look_up(table, key);
    bool fresh = entry != NULL && atomic_load_explicit(&entry->epoch, memory_order_acquire) ==
                                      atomic_load_explicit(&registry->epoch, memory_order_acquire);
    return fresh ? entry : NULL;
}

psab_found_t psab_find_slow(psab_registry_t *registry, uint16_t plan, uint32_t alg, const psab_attributes_t *attributes,
                            psab_route_cell_t *cell) {
    route_key_t key = key_of(plan, alg, attributes);
    psab_route_entry_t *entry = current(registry, &key);
    psab_found_t found = {.route = NULL};
    if (entry == NULL) {
        psab_candidates_t list = {NULL, 0, 0};
        if (plan < PSAB_PLAN_COUNT) {
            found.facts = registry->planner->facts(plan, alg, attributes);
        }
        pthread_mutex_lock(&registry->lock);
        /* What changes from here on makes this route stale already. */
        uint32_t epoch = atomic_load_explicit(&registry->epoch, memory_order_acquire);
        if (psab_route_build(registry, plan, alg, attributes, &list) == PSA_SUCCESS) {
            found.route = unique(registry, plan, &list);
        }
        /* A mechanism that nobody serves is not remembered: there is no end of those. */
        bool served = found.route != NULL && found.route->count > 0;
        entry = served ? remember(registry, &key, &found, epoch) : NULL;
        pthread_mutex_unlock(&registry->lock);
        free(list.items);
    } else {
        found.facts = entry->facts;
        found.route = atomic_load_explicit(&entry->route, memory_order_relaxed);
    }
    if (entry != NULL && cell != NULL) {
        atomic_store_explicit(&cell->route, entry, memory_order_release);
    }
    return found;
}

void psab_routes_free(psab_registry_t *registry) {
    psab_route_table_t *table = atomic_load_explicit(&registry->routes, memory_order_relaxed);
    for (size_t i = 0; table != NULL && i <= table->mask; i++) {
        free(atomic_load_explicit(&table->slots[i], memory_order_relaxed));
    }
    while (table != NULL) {
        psab_route_table_t *older = table->older;
        free(table);
        table = older;
    }
    while (registry->made != NULL) {
        psab_route_t *route = registry->made;
        registry->made = route->next;
        for (size_t i = 0; i < route->count; i++) {
            psab_untrace_candidate(&route->candidates[i]);
        }
        free(route);
    }
}
