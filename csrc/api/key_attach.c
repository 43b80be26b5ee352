/* psa_attach_key (section 9.9.1): an identifier for a key that a cryptoprocessor has already. */

#include "api/keys.h"
#include "keys/policy.h"
#include "keys/validity.h"
#include "psab/api.h"

/* Whether the driver left the attributes within what was asked for. */
static bool within(const psab_attributes_t *asked, const psab_attributes_t *given) {
    bool type = given->type == asked->type && given->id == asked->id && given->lifetime == asked->lifetime;
    bool bits = given->bits != 0 && given->bits <= PSAB_KEY_BITS_MAX &&
                (asked->bits == 0 || given->bits == asked->bits) &&
                psab_key_size_check(given->type, given->bits, given->alg) != PSA_ERROR_INVALID_ARGUMENT;
    bool policy = (given->usage & ~psab_usage_with_implied(asked->usage)) == 0 &&
                  psab_alg_intersect(given->alg, asked->alg, asked->type) == given->alg;
    return type && bits && policy;
}

static psa_status_t call(psab_core_t *core, psab_key_t *key, const uint8_t *label, size_t label_length,
                         size_t *length) {
    const psab_attributes_t asked = key->attributes;
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_ATTACH_KEY, asked.alg, &asked, NULL);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        psab_attributes_t given = asked;
        psab_frame_t frame;
        *length = 0;
        psab_enter(&frame, core, c);
        status = psab_leave(
            &frame, PSAB_EP_ATTACH_KEY,
            psab_call_attach_key(&c->ops, c->context, &given, label, label_length, key->data, key->size, length));
        status = psab_key_output(c, PSAB_EP_ATTACH_KEY, status, &asked, key->data, key->size, length);
        if (status == PSA_SUCCESS && !within(&asked, &given)) {
            status = psab_report(c, PSAB_EP_ATTACH_KEY, PSA_ERROR_INVALID_ARGUMENT, PSAB_REPORT_CONTEXT,
                                 "attach_key succeeded with a key that does not fit the attributes");
        }
        key->attributes.bits = given.bits;
        key->attributes.usage = given.usage;
        key->attributes.alg = given.alg;
    }
    return route != NULL && route->count != 0 ? status
                                              : psab_refuse(core, status, "the location has no keys to attach to");
}

static psa_status_t attach(psab_core_t *core, const psab_attributes_t *attributes, const uint8_t *label,
                           size_t label_length, psa_key_id_t *id) {
    psab_key_t *key = NULL;
    size_t length = 0;
    psa_status_t status = psab_key_begin(core->store, attributes, &key);
    if (status != PSA_SUCCESS) {
        return psab_refuse_new(core, status);
    }
    key->flags |= PSAB_KEY_ATTACHED;
    status = psab_opaque_reserve(core, key, attributes->bits);
    if (status == PSA_SUCCESS) {
        status = call(core, key, label, label_length, &length);
    }
    if (status == PSA_SUCCESS) {
        psab_key_shrink(key, length);
    }
    return psab_creation_end(core, key, status, id);
}

psa_status_t psab_attach_key(psab_core_t *core, const psa_key_attributes_t *attributes, const uint8_t *label,
                             size_t label_length, psa_key_id_t *key) {
    psa_status_t status = psab_creation_begin(core, attributes, key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (!psab_buffer_valid(label, label_length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a null pointer with a length");
    }
    bool local = PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime) == PSA_KEY_LOCATION_LOCAL_STORAGE;
    if (local || !PSA_KEY_LIFETIME_IS_VOLATILE(attributes->lifetime)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a lifetime that is local or not volatile");
    }
    status = psab_creation_check(core, attributes);
    return status == PSA_SUCCESS ? attach(core, attributes, label, label_length, key) : status;
}
