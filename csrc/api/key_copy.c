/* psa_copy_key (section 9.9.1). */

#include <string.h>

#include "api/key_view.h"
#include "api/keys.h"
#include "keys/policy.h"
#include "keys/validity.h"
#include "psab/api.h"

/* The attributes of the copy: what is asked for, where it agrees with the source. */
static psa_status_t target_attributes(psab_core_t *core, const psab_attributes_t *source,
                                      const psab_attributes_t *asked, psab_attributes_t *target) {
    bool other_type = asked->type != PSA_KEY_TYPE_NONE && asked->type != source->type;
    bool other_size = asked->bits != 0 && asked->bits != source->bits;
    if (other_type || other_size) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a copy has the type and the size of its source");
    }
    *target = *asked;
    target->type = source->type;
    target->bits = source->bits;
    psa_status_t status = psab_creation_check(core, target);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = psab_policy_intersect(source, target);
    return status == PSA_SUCCESS
               ? status
               : psab_refuse(core, status, "no algorithm is permitted by the policies of both source and copy");
}

static psa_status_t copy_by_driver(psab_core_t *core, const psab_key_t *source, psab_key_t *key, size_t *length) {
    const psab_attributes_t *attributes = &key->attributes;
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_COPY_KEY, attributes->alg, attributes, NULL);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        psab_frame_t frame;
        *length = 0;
        psab_enter(&frame, core, c);
        status = psab_leave(&frame, PSAB_EP_COPY_KEY,
                            psab_call_copy_key(&c->ops, c->context, attributes, source->data, source->size, key->data,
                                               key->size, length));
        status = psab_key_output(c, PSAB_EP_COPY_KEY, status, attributes, key->data, key->size, length);
    }
    return status;
}

static psa_status_t copy_opaque(psab_core_t *core, const psab_key_t *source, psab_key_t *key) {
    size_t length = 0;
    psab_scratch_t saved;
    psa_status_t status = psab_opaque_prepare(core, key, key->attributes.bits, &saved);
    if (status == PSA_SUCCESS) {
        status = copy_by_driver(core, source, key, &length);
    }
    psab_opaque_made(key, &saved, status, length);
    return status;
}

static psa_status_t copy_local(const psab_key_t *source, psab_key_t *key) {
    psa_status_t status = psab_key_reserve(key, source->size);
    if (status == PSA_SUCCESS) {
        memcpy(key->data, source->data, source->size);
    }
    return status;
}

/* Within the library, or within one cryptoprocessor. */
static psa_status_t copy_inside(psab_core_t *core, const psab_key_t *source, const psab_attributes_t *target,
                                psa_key_id_t *id) {
    psab_key_t *key = NULL;
    psa_status_t status = psab_key_begin(core->store, target, &key);
    if (status != PSA_SUCCESS) {
        return psab_refuse_new(core, status);
    }
    status = psab_key_is_opaque(key) ? copy_opaque(core, source, key) : copy_local(source, key);
    return psab_creation_end(core, key, status, id);
}

/* By export and import; the key leaves its security boundary. */
static psa_status_t copy_across(psab_core_t *core, psab_key_t *source, const psab_attributes_t *target,
                                psa_key_id_t *id) {
    bool exportable =
        PSA_KEY_TYPE_IS_PUBLIC_KEY(source->attributes.type) || (source->attributes.usage & PSA_KEY_USAGE_EXPORT) != 0;
    if (!exportable) {
        return psab_refuse(core, PSA_ERROR_NOT_PERMITTED, "the source must not leave its location");
    }
    psab_scratch_t scratch;
    size_t length = 0;
    size_t most = psab_key_length_max(source->attributes.type, source->attributes.bits);
    psa_status_t status = psab_scratch_get(&scratch, most > source->size ? most : source->size)
                              ? PSA_SUCCESS
                              : PSA_ERROR_INSUFFICIENT_MEMORY;
    if (status == PSA_SUCCESS) {
        status = psab_key_material(core, source, scratch.data, scratch.size, &length);
    }
    if (status == PSA_SUCCESS) {
        status = psab_create_from_data(core, target, scratch.data, length, id);
    }
    psab_scratch_free(&scratch);
    return status;
}

/* Whether the driver of a location copies keys of this kind. */
static bool has_copy(psab_core_t *core, const psab_attributes_t *target) {
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_COPY_KEY, target->alg, target, NULL);
    return route != NULL && route->count != 0;
}

static psa_status_t copy(psab_core_t *core, psab_key_t *source, const psab_attributes_t *asked, psa_key_id_t *id) {
    psab_attributes_t target;
    psa_status_t status = target_attributes(core, &source->attributes, asked, &target);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psa_key_location_t from = PSA_KEY_LIFETIME_GET_LOCATION(source->attributes.lifetime);
    psa_key_location_t to = PSA_KEY_LIFETIME_GET_LOCATION(target.lifetime);
    bool inside = from == to && (to == PSA_KEY_LOCATION_LOCAL_STORAGE || has_copy(core, &target));
    if (inside) {
        return copy_inside(core, source, &target, id);
    }
    status = copy_across(core, source, &target, id);
    /* A driver without copy_key that may not export either: the location cannot copy. */
    return from == to && status == PSA_ERROR_NOT_PERMITTED ? PSA_ERROR_NOT_SUPPORTED : status;
}

psa_status_t psab_copy_key(psab_core_t *core, psa_key_id_t source_key, const psa_key_attributes_t *attributes,
                           psa_key_id_t *target_key) {
    psab_key_t *source = NULL;
    psa_status_t status = psab_creation_begin(core, attributes, target_key);
    if (status == PSA_SUCCESS) {
        status = psab_acquire(core, source_key, PSA_KEY_USAGE_COPY, PSA_ALG_NONE, &source);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = copy(core, source, attributes, target_key);
    psab_key_release(source);
    return status;
}
