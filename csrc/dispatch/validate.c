/* A description may come from any image or caller: nothing in it is believed. */
#include <stdio.h>
#include <string.h>

#include <psa/error.h>

#include "dispatch/registry.h"
#include "psab/packed.h"

#define NAME_MOST 128u
#define LIST_MOST 65536u
#define CONTEXT_MOST ((size_t)1 << 24)
#define LOCATION_MOST 0xffffffu

static bool name_valid(const char *name) {
    if (name == NULL) {
        return false;
    }
    size_t length = strnlen(name, NAME_MOST + 1);
    return length > 0 && length <= NAME_MOST &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == length;
}

static bool list_valid(const void *list, size_t count) {
    return list == NULL ? count == 0 : count <= LIST_MOST;
}

/* What is wrong with an entry point in a capability of this type of driver; null if nothing. */
static const char *entry_point_problem(psab_driver_type_t type, const psab_capability_t *capability,
                                       uint16_t entry_point) {
    const psab_row_t *row = &psab_rows[entry_point];
    if (row->opaque_only && type != PSAB_DRIVER_OPAQUE) {
        return "is for opaque drivers only";
    }
    if (row->context_kind >= 0 && capability->context_sizes[row->context_kind] > CONTEXT_MOST) {
        return "has an operation context that is too large";
    }
    return NULL;
}

static const char *capability_problem(const psab_driver_description_t *description, const psab_capability_t *capability,
                                      const char **entry_point) {
    *entry_point = "";
    if (capability->ops == NULL) {
        return "has no entry points";
    }
    if (!list_valid(capability->algorithms, capability->algorithm_count) ||
        !list_valid(capability->key_types, capability->key_type_count) ||
        !list_valid(capability->key_sizes, capability->key_size_count)) {
        return "has a list with an impossible count";
    }
    if ((capability->flags & ~(PSAB_CAPABILITY_FALLBACK | PSAB_CAPABILITY_MEMORY)) != 0) {
        return "has unknown flags";
    }
    if (description->type == PSAB_DRIVER_OPAQUE && (capability->flags & PSAB_CAPABILITY_FALLBACK) != 0) {
        return "of an opaque driver has fallback";
    }
    if (capability->initial_entropy_size > CONTEXT_MOST || capability->reseed_entropy_size > CONTEXT_MOST) {
        return "asks for too much entropy";
    }
    for (uint16_t i = 0; i < PSAB_EP_COUNT; i++) {
        const char *problem =
            psab_ops_has(capability->ops, i) ? entry_point_problem(description->type, capability, i) : NULL;
        if (problem != NULL) {
            *entry_point = psab_rows[i].name;
            return problem;
        }
    }
    return NULL;
}

static const char *description_problem(const psab_driver_description_t *description) {
    if (!name_valid(description->name)) {
        return "its name is not a C identifier";
    }
    if (description->type != PSAB_DRIVER_TRANSPARENT && description->type != PSAB_DRIVER_OPAQUE) {
        return "its type is unknown";
    }
    if (description->type == PSAB_DRIVER_TRANSPARENT && description->location != 0) {
        return "a transparent driver has no location";
    }
    if (description->type == PSAB_DRIVER_OPAQUE &&
        (description->location == 0 || description->location > LOCATION_MOST)) {
        return "an opaque driver needs a location from 1 to 0xffffff";
    }
    if (!list_valid(description->capabilities, description->capability_count)) {
        return "its list of capabilities has an impossible count";
    }
    if (description->type == PSAB_DRIVER_TRANSPARENT && description->persistent_state_size != 0) {
        return "a transparent driver has no persistent state";
    }
    if (description->persistent_state_size > CONTEXT_MOST) {
        return "its persistent state is too large";
    }
    return NULL;
}

psab_status_t psab_description_check(const psab_driver_description_t *description, char *error, size_t error_size) {
    if (description == NULL) {
        (void)snprintf(error, error_size, "no description");
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    const char *problem = description_problem(description);
    if (problem != NULL) {
        const char *name = name_valid(description->name) ? description->name : "?";
        (void)snprintf(error, error_size, "driver %s: %s", name, problem);
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    for (size_t i = 0; i < description->capability_count; i++) {
        const char *entry_point;
        problem = capability_problem(description, &description->capabilities[i], &entry_point);
        if (problem != NULL) {
            (void)snprintf(error, error_size, "driver %s: capability %zu: %s%s%s", description->name, i, entry_point,
                           entry_point[0] != '\0' ? " " : "", problem);
            return PSA_ERROR_INVALID_ARGUMENT;
        }
    }
    error[0] = '\0';
    return PSA_SUCCESS;
}
