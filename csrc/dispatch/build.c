/* Working out who serves a request; see route.h. */
#include <stdlib.h>
#include <string.h>

#include <psa/error.h>

#include "dispatch/match.h"
#include "dispatch/route.h"

size_t psab_alternative_count(uint16_t plan) {
    return plan < PSAB_PLAN_COUNT ? psab_plans[plan].alternative_count : 1;
}

const psab_alternative_t *psab_alternative(uint16_t plan, size_t index, psab_alternative_scratch_t *scratch) {
    if (plan < PSAB_PLAN_COUNT) {
        return &psab_plans[plan].alternatives[index];
    }
    scratch->required = (uint16_t)(plan - PSAB_PLAN_COUNT);
    const psab_row_t *row = &psab_rows[scratch->required];
    size_t count = 0;
    for (uint16_t i = 0; i < PSAB_EP_COUNT && row->context_kind >= 0; i++) {
        if (i != scratch->required && psab_rows[i].context_kind == row->context_kind) {
            scratch->optional[count++] = i;
        }
    }
    scratch->alternative = (psab_alternative_t){row->name, &scratch->required, 1, scratch->optional, count, ""};
    return &scratch->alternative;
}

/* Whether both name the same function for an entry point. */
static bool same_function(const psab_ops_t *a, const psab_ops_t *b, uint16_t entry_point) {
    psab_ops_t one;
    psab_ops_t other;
    memset(&one, 0, sizeof one);
    memset(&other, 0, sizeof other);
    psab_ops_copy_member(&one, a, entry_point);
    psab_ops_copy_member(&other, b, entry_point);
    return memcmp(&one, &other, sizeof one) == 0;
}

static psab_candidate_t *append(psab_candidates_t *list) {
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 4 : 2 * list->room;
        psab_candidate_t *items = realloc(list->items, room * sizeof *items);
        if (items == NULL) {
            return NULL;
        }
        list->items = items;
        list->room = room;
    }
    psab_candidate_t *item = &list->items[list->count++];
    memset(item, 0, sizeof *item);
    return item;
}

/* What is being asked of one driver. */
typedef struct request {
    psab_driver_t *driver;
    uint32_t alg;
    const psab_attributes_t *attributes;
    const psab_capability_t *lead; /* asked first; null: all in their order */
} request_t;

static bool size_open(const request_t *request) {
    return request->attributes != NULL && request->attributes->bits == 0;
}

static void note_miss(psab_miss_t *miss, psab_reason_t reason, size_t capability, uint16_t entry_point) {
    if (reason > miss->reason) {
        *miss = (psab_miss_t){reason, reason == PSAB_REASON_ENTRY_POINT ? -1 : (int32_t)capability, entry_point};
    }
}

static void take_context_size(psab_candidate_t *candidate, const psab_capability_t *capability, uint16_t entry_point) {
    int kind = psab_rows[entry_point].context_kind;
    if (kind >= 0 && capability->context_sizes[kind] > candidate->context_sizes[kind]) {
        candidate->context_sizes[kind] = capability->context_sizes[kind];
    }
}

/* Take one entry point from the capabilities that match. Several may, if they name the same function. */
static psab_reason_t take(const request_t *request, uint16_t entry_point, psab_candidate_t *candidate,
                          psab_miss_t *miss) {
    const psab_driver_description_t *description = request->driver->description;
    psab_miss_t closest = {PSAB_REASON_SERVES, -1, entry_point};
    const psab_capability_t *found = NULL;
    for (size_t i = 0; i <= description->capability_count; i++) {
        const psab_capability_t *capability = i == 0 ? request->lead : &description->capabilities[i - 1];
        if (capability == NULL || (i > 0 && capability == request->lead)) {
            continue;
        }
        psab_reason_t reason = psab_match(capability, entry_point, request->alg, request->attributes);
        if (reason != PSAB_REASON_SERVES) {
            note_miss(&closest, reason, i - 1, entry_point);
        } else if (found != NULL && !same_function(found->ops, capability->ops, entry_point)) {
            if (!size_open(request)) {
                note_miss(miss, PSAB_REASON_CONTRADICTION, i - 1, entry_point);
                return PSAB_REASON_CONTRADICTION;
            }
        } else {
            found = found == NULL ? capability : found;
            candidate->passes = candidate->passes || (capability->flags & PSAB_CAPABILITY_FALLBACK) != 0;
            take_context_size(candidate, capability, entry_point);
        }
    }
    if (found == NULL) {
        psab_reason_t reason = closest.reason == PSAB_REASON_SERVES ? PSAB_REASON_ENTRY_POINT : closest.reason;
        note_miss(miss, reason, (size_t)closest.capability, entry_point);
        return reason;
    }
    candidate->capability = candidate->capability == NULL ? found : candidate->capability;
    psab_ops_copy_member(&candidate->ops, found->ops, entry_point);
    return PSAB_REASON_SERVES;
}

/* All entry points of an alternative; false if one that is needed is not there. */
static bool cover(const request_t *request, const psab_alternative_t *alternative, psab_candidate_t *candidate,
                  psab_miss_t *miss) {
    const psab_driver_description_t *description = request->driver->description;
    candidate->driver = request->driver;
    candidate->context = request->driver->context;
    bool passes = false;
    for (size_t i = 0; i < alternative->required_count; i++) {
        if (take(request, alternative->required[i], candidate, miss) != PSAB_REASON_SERVES) {
            return false;
        }
        passes = i == 0 ? candidate->passes : passes; /* what matters is the entry point that can still be refused */
    }
    for (size_t i = 0; i < alternative->optional_count; i++) {
        psab_miss_t ignored = {PSAB_REASON_SERVES, -1, -1};
        (void)take(request, alternative->optional[i], candidate, &ignored);
    }
    candidate->passes = passes || (description->type == PSAB_DRIVER_TRANSPARENT && description->dialect != NULL &&
                                   strcmp(description->dialect, "mbedtls") == 0);
    return true;
}

/* Where the size is open, each capability with a function of its own gets its turn. */
static psab_status_t offer_each(request_t *request, const psab_alternative_t *alternative, psab_candidates_t *list,
                                psab_miss_t *miss) {
    const psab_driver_description_t *description = request->driver->description;
    uint16_t first = alternative->required[0];
    size_t start = list->count;
    for (size_t i = 0; i < description->capability_count; i++) {
        request->lead = &description->capabilities[i];
        bool usable = psab_match(request->lead, first, request->alg, request->attributes) == PSAB_REASON_SERVES;
        for (size_t k = start; k < list->count && usable; k++) {
            usable = !same_function(&list->items[k].ops, request->lead->ops, first);
        }
        if (!usable) {
            continue;
        }
        psab_candidate_t *candidate = append(list);
        if (candidate == NULL) {
            return PSA_ERROR_INSUFFICIENT_MEMORY;
        }
        list->count -= cover(request, alternative, candidate, miss) ? 0 : 1;
    }
    for (size_t k = start; k + 1 < list->count; k++) {
        list->items[k].passes = true;
    }
    return PSA_SUCCESS;
}

psab_status_t psab_driver_offer(psab_driver_t *driver, const psab_alternative_t *alternative, uint32_t alg,
                                const psab_attributes_t *attributes, psab_candidates_t *list, psab_miss_t *miss) {
    psab_reason_t reason = psab_match_driver(driver, alternative->required[0], attributes);
    if (reason != PSAB_REASON_SERVES) {
        if (reason > miss->reason) {
            *miss = (psab_miss_t){reason, -1, -1};
        }
        return PSA_SUCCESS;
    }
    request_t request = {driver, alg, attributes, NULL};
    if (size_open(&request)) {
        size_t start = list->count;
        psab_status_t status = offer_each(&request, alternative, list, miss);
        if (status != PSA_SUCCESS || list->count > start) {
            return status;
        }
        request.lead = NULL;
    }
    psab_candidate_t *candidate = append(list);
    if (candidate == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    list->count -= cover(&request, alternative, candidate, miss) ? 0 : 1;
    return PSA_SUCCESS;
}

/* One driver and the first alternative that it covers, among those to be tried at this time. */
static psab_status_t add_driver(psab_registry_t *registry, psab_driver_t *driver, uint16_t plan, uint32_t alg,
                                const psab_attributes_t *attributes, psab_applies_t when, psab_candidates_t *list) {
    psab_alternative_scratch_t scratch;
    for (size_t i = 0; i < psab_alternative_count(plan); i++) {
        uint32_t asked = alg;
        psab_applies_t applies =
            plan < PSAB_PLAN_COUNT ? registry->planner->applies(plan, (uint16_t)i, &asked, attributes) : PSAB_APPLIES;
        if (applies != when) {
            continue;
        }
        psab_miss_t miss = {PSAB_REASON_SERVES, -1, -1};
        size_t start = list->count;
        psab_status_t status =
            psab_driver_offer(driver, psab_alternative(plan, i, &scratch), asked, attributes, list, &miss);
        for (size_t k = start; k < list->count; k++) {
            list->items[k].alternative = (uint16_t)i;
        }
        if (status != PSA_SUCCESS || list->count > start) {
            return status;
        }
    }
    return PSA_SUCCESS;
}

static bool has_candidate(const psab_candidates_t *list, const psab_driver_t *driver) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].driver == driver) {
            return true;
        }
    }
    return false;
}

psab_status_t psab_route_build(psab_registry_t *registry, uint16_t plan, uint32_t alg,
                               const psab_attributes_t *attributes, psab_candidates_t *list) {
    static const psab_applies_t turns[] = {PSAB_APPLIES, PSAB_APPLIES_LAST};
    for (size_t turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < registry->count; i++) {
            psab_driver_t *driver = registry->drivers[i];
            if (has_candidate(list, driver)) {
                continue;
            }
            psab_status_t status = add_driver(registry, driver, plan, alg, attributes, turns[turn], list);
            if (status != PSA_SUCCESS) {
                return status;
            }
        }
    }
    if (list->count > 0) {
        list->items[list->count - 1].passes = false;
    }
    return PSA_SUCCESS;
}
