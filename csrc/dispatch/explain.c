#include "dispatch/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <psa/error.h>

int32_t psab_plan_named(const char *name) {
    for (int32_t i = 0; name != NULL && i < PSAB_PLAN_COUNT; i++) {
        if (strcmp(psab_plans[i].name, name) == 0) {
            return i;
        }
    }
    for (uint16_t i = 0; name != NULL && i < PSAB_EP_COUNT; i++) {
        if (strcmp(psab_rows[i].name, name) == 0) {
            return PSAB_PLAN_ENTRY_POINT(i);
        }
    }
    return -1;
}

const char *psab_reason_text(uint32_t reason) {
    static const char *const texts[] = {
        [PSAB_REASON_SERVES] = "serves the call",
        [PSAB_REASON_NEXT] = "is asked if those before it return NOT_SUPPORTED",
        [PSAB_REASON_UNREACHED] = "could serve, but a driver before it does not pass calls on",
        [PSAB_REASON_DRIVER_TYPE] = "is opaque, and calls without a key go to transparent drivers",
        [PSAB_REASON_LOCATION] = "does not serve the location of the key",
        [PSAB_REASON_NOT_APPLICABLE] = "has nothing that applies to this algorithm and key",
        [PSAB_REASON_ENTRY_POINT] = "does not offer an entry point that is needed",
        [PSAB_REASON_ALGORITHM] = "has no capability for the algorithm",
        [PSAB_REASON_KEY_TYPE] = "has no capability for the key type",
        [PSAB_REASON_KEY_SIZE] = "has no capability for the key size",
        [PSAB_REASON_CONTRADICTION] = "has two capabilities that match and name different functions",
        [PSAB_REASON_MEMORY] = "could not be looked at: out of memory",
        [PSAB_REASON_CORE] = "is not asked: the core does this itself",
        [PSAB_REASON_RANDOM] = "is not asked: the core needs random numbers first, and no driver here gives any",
    };
    return reason < sizeof texts / sizeof texts[0] ? texts[reason] : "unknown reason";
}

typedef struct question {
    psab_registry_t *registry;
    uint16_t plan;
    uint32_t alg;
    const psab_attributes_t *attributes;
} question_t;

/* The first candidate of a driver in a route; list->count if it has none. */
static size_t position_of(const psab_candidates_t *list, const psab_driver_t *driver) {
    size_t position = 0;
    while (position < list->count && list->items[position].driver != driver) {
        position++;
    }
    return position;
}

static void explain_served(const question_t *question, const psab_candidates_t *list, size_t position,
                           psab_explanation_t *entry) {
    const psab_candidate_t *candidate = &list->items[position];
    psab_alternative_scratch_t scratch;
    entry->reason = position == 0 ? PSAB_REASON_SERVES : PSAB_REASON_NEXT;
    for (size_t i = 0; i < position; i++) {
        entry->reason = list->items[i].passes ? entry->reason : PSAB_REASON_UNREACHED;
    }
    entry->alternative = candidate->alternative;
    const psab_alternative_t *alternative = psab_alternative(question->plan, candidate->alternative, &scratch);
    entry->alternative_name = alternative->name;
    entry->capability = (int32_t)(candidate->capability - candidate->driver->description->capabilities);
    (void)snprintf(entry->text, sizeof entry->text, "%s %s, by %s%s (capability %d)", entry->driver,
                   psab_reason_text(entry->reason), entry->alternative_name, alternative->note, (int)entry->capability);
}

/* Ask the driver for every alternative, and keep what came closest. */
static void explain_miss(const question_t *question, psab_driver_t *driver, psab_explanation_t *entry) {
    psab_miss_t miss = {PSAB_REASON_SERVES, -1, -1};
    psab_alternative_scratch_t scratch;
    for (size_t i = 0; i < psab_alternative_count(question->plan); i++) {
        uint32_t asked = question->alg;
        bool applies = question->plan >= PSAB_PLAN_COUNT ||
                       question->registry->planner->applies(question->plan, (uint16_t)i, &asked,
                                                            question->attributes) != PSAB_APPLIES_NO;
        psab_candidates_t list = {NULL, 0, 0};
        if (applies) {
            (void)psab_driver_offer(driver, psab_alternative(question->plan, i, &scratch), asked, question->attributes,
                                    &list, &miss);
        }
        free(list.items);
    }
    entry->reason = miss.reason == PSAB_REASON_SERVES ? PSAB_REASON_NOT_APPLICABLE : miss.reason;
    entry->capability = miss.capability;
    entry->entry_point = miss.entry_point;
    const char *needed = miss.entry_point >= 0 ? psab_rows[miss.entry_point].name : NULL;
    (void)snprintf(entry->text, sizeof entry->text, "%s %s%s%s%s", entry->driver, psab_reason_text(entry->reason),
                   needed != NULL ? " (" : "", needed != NULL ? needed : "", needed != NULL ? ")" : "");
}

/* The driver that serves at or behind `*from`, which moves past it; null if there is none. */
static psab_driver_t *next_serving(const psab_candidates_t *list, size_t *from) {
    size_t i = *from;
    while (i < list->count && position_of(list, list->items[i].driver) != i) {
        i++; /* it was there before, with another capability */
    }
    *from = i + 1;
    return i < list->count ? list->items[i].driver : NULL;
}

size_t psab_explain(psab_registry_t *registry, uint16_t plan, uint32_t alg, const psab_attributes_t *attributes,
                    psab_explanation_t *entries, size_t count) {
    question_t question = {registry, plan, alg, attributes};
    psab_candidates_t list = {NULL, 0, 0};
    pthread_mutex_lock(&registry->lock);
    bool memory = psab_route_build(registry, plan, alg, attributes, &list) == PSA_SUCCESS;
    size_t total = registry->count;
    size_t next = 0;
    for (size_t i = 0; i < total && i < count; i++) {
        psab_driver_t *driver = registry->drivers[i];
        if (position_of(&list, driver) < list.count) {
            driver = next_serving(&list, &next); /* those that serve come in the order in which they are asked */
        }
        psab_explanation_t *entry = &entries[i];
        memset(entry, 0, sizeof *entry);
        entry->driver = driver->description->name;
        entry->source = driver->description->source;
        entry->linked_in = driver->linked_in;
        entry->alternative = -1;
        entry->capability = -1;
        entry->entry_point = -1;
        size_t position = position_of(&list, driver);
        if (!memory) {
            entry->reason = PSAB_REASON_MEMORY;
            (void)snprintf(entry->text, sizeof entry->text, "%s %s", entry->driver, psab_reason_text(entry->reason));
        } else if (position < list.count) {
            explain_served(&question, &list, position, entry);
        } else {
            explain_miss(&question, driver, entry);
        }
    }
    pthread_mutex_unlock(&registry->lock);
    free(list.items);
    return total;
}
