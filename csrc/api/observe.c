/* What can be seen of an instance's drivers; see psab/drivers.h. */
#include <stdio.h>
#include <string.h>

#include "api/instance.h"
#include "api/random.h"
#include "dispatch/explain.h"
#include "dispatch/trace.h"

#define TRACE_MOST ((size_t)1 << 24)

size_t psab_core_driver_count(psab_core_t *core) {
    size_t count = 0;
    while (psab_registry_driver(core->registry, count) != NULL) {
        count++;
    }
    return count;
}

bool psab_core_driver_info(psab_core_t *core, size_t position, psab_driver_info_t *info) {
    psab_driver_t *driver = psab_registry_driver(core->registry, position);
    if (driver == NULL) {
        return false;
    }
    const psab_driver_description_t *description = driver->description;
    memset(info, 0, sizeof *info);
    info->name = description->name;
    info->source = description->source;
    info->dialect = description->dialect;
    info->type = description->type;
    info->location = description->location;
    info->linked_in = driver->linked_in;
    info->counts = psab_driver_counts(core->registry, driver);
    return true;
}

uint64_t psab_core_refused(psab_core_t *core) {
    return atomic_load_explicit(&core->refused, memory_order_relaxed);
}

void psab_core_reset_counts(psab_core_t *core) {
    psab_driver_t *driver;
    for (size_t i = 0; (driver = psab_registry_driver(core->registry, i)) != NULL; i++) {
        psab_driver_reset_counts(core->registry, driver);
    }
    atomic_store_explicit(&core->refused, 0, memory_order_relaxed);
}

psab_status_t psab_core_trace_start(psab_core_t *core, size_t capacity) {
    if (core == NULL || capacity == 0 || capacity > TRACE_MOST) {
        return psab_fail(PSA_ERROR_INVALID_ARGUMENT, NULL, -1, 0, "the capacity must be from 1 to 2^24");
    }
    psab_status_t status = psab_trace_switch(core->registry->trace, capacity);
    psab_registry_changed(core->registry);
    return status == PSA_SUCCESS ? PSA_SUCCESS : psab_fail(status, NULL, -1, 0, "no memory for the trace");
}

void psab_core_trace_stop(psab_core_t *core) {
    (void)psab_trace_switch(core->registry->trace, 0);
    psab_registry_changed(core->registry);
}

size_t psab_core_trace_read(psab_core_t *core, psab_trace_event_t *events, size_t count, uint64_t *lost) {
    return psab_trace_read(core->registry->trace, events, count, lost);
}

/* Calls that the core serves without a driver, as keys.c and key_create.c do: whatever only needs the bytes of a key
 * that it has, and the creation of keys that are nothing but bytes. */
static bool served_by_core(int32_t plan, const psab_attributes_t *attributes) {
    if (attributes == NULL || PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime) != PSA_KEY_LOCATION_LOCAL_STORAGE) {
        return false;
    }
    switch (plan) {
    case PSAB_PLAN_IMPORT_KEY:
    case PSAB_PLAN_GENERATE_KEY:
        return PSA_KEY_TYPE_IS_UNSTRUCTURED(attributes->type);
    case PSAB_PLAN_EXPORT_PUBLIC_KEY:
        return PSA_KEY_TYPE_IS_PUBLIC_KEY(attributes->type);
    case PSAB_PLAN_EXPORT_KEY:
    case PSAB_PLAN_COPY_KEY:
    case PSAB_PLAN_DESTROY_KEY:
        return true;
    default:
        return false;
    }
}

/* Calls for which the core draws random numbers itself: those that make keys of nothing but bytes, and IVs. */
static bool draws_random(int32_t plan, uint32_t alg, const psab_attributes_t *attributes) {
    if (plan == PSAB_PLAN_CIPHER_ENCRYPT) {
        return alg != PSA_ALG_ECB_NO_PADDING &&
               (attributes == NULL || PSA_CIPHER_IV_LENGTH(attributes->type, alg) != 0);
    }
    return plan == PSAB_PLAN_GENERATE_KEY && served_by_core(plan, attributes);
}

/* No driver is a candidate: where the core does the work, or cannot begin it. */
static void explain_core(psab_explanation_t *entry, uint32_t reason) {
    entry->reason = reason;
    entry->alternative = -1;
    entry->alternative_name = NULL;
    entry->capability = -1;
    entry->entry_point = -1;
    (void)snprintf(entry->text, sizeof entry->text, "%s %s", entry->driver, psab_reason_text(entry->reason));
}

/* The entry that stands for the core where there are no drivers. */
static void explain_alone(psab_explanation_t *entry, uint32_t reason) {
    memset(entry, 0, sizeof *entry);
    entry->driver = "core";
    entry->source = "psa_bridge";
    entry->linked_in = true;
    explain_core(entry, reason);
    (void)snprintf(entry->text, sizeof entry->text, "%s",
                   reason == PSAB_REASON_CORE ? "the core does this itself"
                                              : "the core does this itself, but no driver here gives random numbers");
}

size_t psab_core_explain(psab_core_t *core, const char *name, uint32_t alg, const psab_attributes_t *attributes,
                         psab_explanation_t *entries, size_t count) {
    int32_t plan = psab_plan_named(name);
    size_t total = plan < 0 ? 0 : psab_explain(core->registry, (uint16_t)plan, alg, attributes, entries, count);
    bool by_core = plan >= 0 && served_by_core(plan, attributes);
    bool stuck = draws_random(plan, alg, attributes) && !psab_gives_random(core);
    uint32_t reason = stuck ? PSAB_REASON_RANDOM : PSAB_REASON_CORE;
    for (size_t i = 0; i < total && i < count; i++) {
        if (by_core || (stuck && entries[i].reason <= PSAB_REASON_UNREACHED)) {
            explain_core(&entries[i], reason);
        }
    }
    if (by_core && total == 0 && count != 0) {
        explain_alone(&entries[0], reason);
        total = 1;
    }
    return total;
}
