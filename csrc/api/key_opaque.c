/* Keys in cryptoprocessors: their contexts, and the beginning and end of their lives. */

#include <string.h>

#include "api/keys.h"
#include "api/prepared.h"
#include "keys/record.h"
#include "keys/validity.h"

/* The driver of a location; null if there is none. */
static psab_driver_t *driver_at(psab_core_t *core, psa_key_location_t location) {
    psab_driver_t *driver = NULL;
    for (size_t i = 0; (driver = psab_registry_driver(core->registry, i)) != NULL; i++) {
        if (driver->description->type == PSAB_DRIVER_OPAQUE && driver->description->location == location) {
            return driver;
        }
    }
    return NULL;
}

psa_status_t psab_creation_check(psab_core_t *core, const psab_attributes_t *attributes) {
    psa_key_location_t location = PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime);
    if (location != PSA_KEY_LOCATION_LOCAL_STORAGE && driver_at(core, location) == NULL) {
        return psab_refuse_because(core, PSA_ERROR_INVALID_ARGUMENT, "lifetime: no driver serves location 0x%06x",
                                   (unsigned)location);
    }
    const char *reason = NULL;
    psa_status_t status = psab_attributes_check(attributes, &reason);
    return status == PSA_SUCCESS ? status : psab_refuse(core, status, reason);
}

/* Bytes that the context of a key takes at most. */
static size_t context_size(const psab_key_context_sizes_t *sizes, psa_key_type_t type, size_t bits) {
    if (sizes->size_function != NULL) {
        return sizes->size_function(type, bits);
    }
    if (PSA_KEY_TYPE_IS_KEY_PAIR(type)) {
        psa_key_type_t public_type = PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(type);
        size_t public_size = sizes->store_public_key ? psab_key_length_max(public_type, bits) : 0;
        return sizes->base_size + sizes->key_pair_size + public_size;
    }
    if (PSA_KEY_TYPE_IS_PUBLIC_KEY(type)) {
        return sizes->base_size + sizes->public_key_size;
    }
    return sizes->base_size + sizes->symmetric_factor * ((bits + 7) / 8);
}

static psa_status_t unwritten(const psab_candidate_t *c, int32_t entry_point) {
    return psab_report(c, entry_point, PSA_ERROR_CORRUPTION_DETECTED, PSAB_REPORT_CONTEXT,
                       "success without writing the key context");
}

static psa_status_t allocate(psab_core_t *core, psab_key_t *key, bool *allocated) {
    const psab_attributes_t *attributes = &key->attributes;
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_ALLOCATE_KEY, attributes->alg, attributes, NULL);
    psa_status_t status;
    *allocated = false;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        psab_frame_t frame;
        psab_enter(&frame, core, c);
        status = psab_leave(&frame, PSAB_EP_ALLOCATE_KEY,
                            psab_call_allocate_key(&c->ops, c->context, attributes, key->data, key->size));
        if (status == PSA_SUCCESS && psab_context_marked(key->data, key->size)) {
            return unwritten(c, PSAB_EP_ALLOCATE_KEY);
        }
        *allocated = status == PSA_SUCCESS;
        return psab_context_judge(c, PSAB_EP_ALLOCATE_KEY, status, key->data, key->size);
    }
    return status == PSA_ERROR_NOT_SUPPORTED ? PSA_SUCCESS : status;
}

static psa_status_t tell_destroyed(void *user, psab_key_t *key) {
    psab_core_t *core = user;
    const psab_attributes_t *attributes = &key->attributes;
    if ((key->flags & PSAB_KEY_ATTACHED) != 0) {
        return PSA_SUCCESS; /* it was there before, and stays */
    }
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_DESTROY_KEY, attributes->alg, attributes, NULL);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        psab_frame_t frame;
        psab_enter(&frame, core, c);
        status = psab_leave(&frame, PSAB_EP_DESTROY_KEY,
                            psab_call_destroy_key(&c->ops, c->context, attributes, key->data, key->size));
        /* So it is when the core failed to erase its own record the last time. */
        return status == PSA_ERROR_DOES_NOT_EXIST ? PSA_SUCCESS : status;
    }
    if (status != PSA_ERROR_NOT_SUPPORTED) {
        return status;
    }
    if (driver_at(core, PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime)) == NULL) {
        return psab_fail(PSA_ERROR_COMMUNICATION_FAILURE, NULL, PSAB_EP_DESTROY_KEY, 0,
                         "no driver serves the location of the key");
    }
    /* An element that keeps no keys: the context is all there is. */
    return PSA_SUCCESS;
}

/* No context is longer; a driver that says so is wrong. */
#define CONTEXT_MOST ((size_t)1 << 24)

static psa_status_t reserve_context(const psab_driver_t *driver, psab_key_t *key, size_t size) {
    if (size > CONTEXT_MOST) {
        return psab_fail(PSA_ERROR_CORRUPTION_DETECTED, driver->description->name, -1, PSAB_REPORT_CONTEXT,
                         "the size of its key context is impossible");
    }
    psa_status_t status = psab_key_reserve(key, size != 0 ? size + PSAB_GUARD_SIZE : 0);
    if (status == PSA_SUCCESS && size != 0) {
        psab_context_mark(key->data, size);
        psab_guard_set(key->data + size);
        key->size = (uint32_t)size;
    }
    return status;
}

/* The largest context that a key of a type can have. (XTS has AES keys of twice the size.) */
static size_t largest_context(const psab_key_context_sizes_t *sizes, psa_key_type_t type, psa_algorithm_t alg) {
    size_t largest = sizes->has_builtin_key_size ? sizes->builtin_key_size : 0;
    for (size_t bits = psab_key_bits_next(type, alg, 0); bits != 0; bits = psab_key_bits_next(type, alg, bits)) {
        size_t size = context_size(sizes, type, bits);
        largest = size > largest ? size : largest;
    }
    return largest;
}

psa_status_t psab_opaque_reserve(psab_core_t *core, psab_key_t *key, size_t bits) {
    const psab_driver_t *driver = driver_at(core, PSA_KEY_LIFETIME_GET_LOCATION(key->attributes.lifetime));
    if (driver == NULL) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    const psab_key_context_sizes_t *sizes = &driver->description->key_context;
    psa_key_type_t type = key->attributes.type;
    size_t size = bits != 0 ? context_size(sizes, type, bits) : largest_context(sizes, type, key->attributes.alg);
    return reserve_context(driver, key, size);
}

psa_status_t psab_opaque_prepare(psab_core_t *core, psab_key_t *key, size_t bits, psab_scratch_t *saved) {
    bool allocated = false;
    *saved = (psab_scratch_t){0};
    psa_status_t status = psab_opaque_reserve(core, key, bits);
    size_t size = key->size;
    if (status == PSA_SUCCESS && !psab_scratch_get(saved, size)) {
        status = PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    if (status == PSA_SUCCESS) {
        status = allocate(core, key, &allocated);
    }
    if (allocated) {
        key->doomed = true; /* until it is complete */
        if (size != 0) {
            memcpy(saved->data, key->data, size);
        }
        status = status == PSA_SUCCESS ? psab_key_announce(key) : status;
    }
    return status;
}

void psab_opaque_made(psab_key_t *key, psab_scratch_t *saved, psa_status_t status, size_t length) {
    if (status == PSA_SUCCESS) {
        psab_key_shrink(key, length);
    } else if (key->doomed && saved->size != 0) {
        memcpy(key->data, saved->data, saved->size);
    }
    psab_scratch_free(saved);
}

/* Nothing is left of a key in its element; what is on record stays the failure to create it. */
static void take_back(psab_core_t *core, psab_key_t *key) {
    psab_failure_t first;
    psab_last_failure(&first);
    if (tell_destroyed(core, key) != PSA_SUCCESS) {
        const char *driver = first.driver[0] != '\0' ? first.driver : NULL;
        (void)psab_fail(first.status, driver, first.entry_point, first.report, first.detail);
    }
}

psa_status_t psab_creation_end(psab_core_t *core, psab_key_t *key, psa_status_t status, psa_key_id_t *id) {
    bool allocated = key->doomed;
    bool made = status == PSA_SUCCESS && psab_key_is_opaque(key);
    key->doomed = false;
    *id = PSA_KEY_ID_NULL;
    if (status == PSA_SUCCESS) {
        status = psab_key_commit(key, id);
        if (status != PSA_SUCCESS && !psab_storage_misbehaved(status)) {
            (void)psab_fail(status, NULL, -1, 0, "the key could not be stored");
        }
    }
    if (status != PSA_SUCCESS) {
        if (allocated || made) {
            take_back(core, key);
        }
        psab_key_cancel(key);
    }
    return status;
}

/* One call of get_builtin_key, with the room that the key has now. */
static psa_status_t get_builtin(psab_core_t *core, psab_key_t *key, uint64_t slot, size_t *length) {
    psab_attributes_t *attributes = &key->attributes;
    psab_attributes_t asked = *attributes;
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_GET_BUILTIN_KEY, 0, &asked, NULL);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        psab_frame_t frame;
        psab_enter(&frame, core, c);
        status =
            psab_leave(&frame, PSAB_EP_GET_BUILTIN_KEY,
                       psab_call_get_builtin_key(&c->ops, c->context, slot, attributes, key->data, key->size, length));
        status = psab_context_judge(c, PSAB_EP_GET_BUILTIN_KEY, status, key->data, key->size);
        bool filled = status == PSA_SUCCESS || status == PSA_ERROR_BUFFER_TOO_SMALL;
        bool moved =
            (attributes->lifetime ^ asked.lifetime) >> 8 != 0 || PSA_KEY_LIFETIME_IS_VOLATILE(attributes->lifetime);
        bool odd = attributes->type == PSA_KEY_TYPE_NONE || attributes->bits == 0 ||
                   attributes->bits > PSAB_KEY_BITS_MAX || (status == PSA_SUCCESS && *length > key->size);
        bool empty = status == PSA_SUCCESS && !odd && key->size != 0 &&
                     (*length == 0 || psab_context_marked(key->data, *length));
        if (filled && (moved || odd)) {
            return psab_report(c, PSAB_EP_GET_BUILTIN_KEY, PSA_ERROR_CORRUPTION_DETECTED, PSAB_REPORT_CONTEXT,
                               "get_builtin_key gave a key that cannot be at this location");
        }
        if (empty) {
            return unwritten(c, PSAB_EP_GET_BUILTIN_KEY);
        }
        attributes->id = asked.id;
        attributes->reserved = 0;
    }
    return status;
}

/* Ask for the attributes first: they say how long the context can be. */
static psa_status_t load_builtin(void *user, psab_key_t *key, uint64_t slot) {
    psab_core_t *core = user;
    psab_attributes_t asked = key->attributes;
    const psab_driver_t *driver = driver_at(core, PSA_KEY_LIFETIME_GET_LOCATION(asked.lifetime));
    if (driver == NULL) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    const psab_key_context_sizes_t *sizes = &driver->description->key_context;
    size_t length = 0;
    psa_status_t status = PSA_ERROR_BUFFER_TOO_SMALL;
    if (!sizes->has_builtin_key_size) {
        status = get_builtin(core, key, slot, &length);
    }
    if (status != PSA_SUCCESS && status != PSA_ERROR_BUFFER_TOO_SMALL) {
        return status;
    }
    size_t size = sizes->has_builtin_key_size ? sizes->builtin_key_size
                                              : context_size(sizes, key->attributes.type, key->attributes.bits);
    status = reserve_context(driver, key, size);
    if (status != PSA_SUCCESS) {
        return status;
    }
    key->attributes = asked;
    length = 0;
    status = get_builtin(core, key, slot, &length);
    if (status == PSA_SUCCESS) {
        psab_key_shrink(key, length);
    }
    return status;
}

static void discard_prepared(void *user, psab_key_t *key) {
    const psab_core_t *core = user;
    psab_prepared_discard(core->prepared, key);
}

psab_store_hooks_t psab_key_hooks(psab_core_t *core) {
    return (psab_store_hooks_t){
        .user = core, .builtin = load_builtin, .destroy = tell_destroyed, .discard = discard_prepared};
}
