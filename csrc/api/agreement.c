/* Key agreement that hands back the shared secret, as bytes or as a key (section 10.11.2). */
#include "api/agreement.h"

#include "api/keys.h"
#include "psab/api.h"
#include "util/buffer.h"

psa_status_t psab_agree(psab_core_t *core, const psab_key_view_t *key, const psab_agreement_t *request,
                        size_t *written) {
    psab_found_t found = psab_find(core->registry, PSAB_PLAN_KEY_AGREEMENT, request->alg, key->attributes, key->cell);
    const psab_route_t *route = found.route;
    psab_facts_t facts = found.facts;
    if (facts.status != PSA_SUCCESS) {
        return psab_refuse(core, facts.status, "the type of the key does not fit the algorithm");
    }
    size_t least = facts.output != 0 ? facts.output : 1;
    size_t room = facts.output != 0 ? facts.output : request->size;
    if (request->size < least) {
        return psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the shared secret");
    }
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        *written = 0;
        psab_frame_t frame;
        psab_enter_with(&frame, core, c, key->key);
        status =
            psab_leave(&frame, PSAB_EP_KEY_AGREEMENT,
                       psab_call_key_agreement(&c->ops, c->context, request->alg, key->attributes, key->data, key->size,
                                               request->peer, request->peer_length, request->output, room, written));
        status = psab_output(c, PSAB_EP_KEY_AGREEMENT, status, request->output, room, least, written);
    }
    return route != NULL && route->count != 0
               ? status
               : psab_refuse(core, status, "no driver agrees with this key and algorithm");
}

static psa_status_t run_apart(psab_core_t *core, const psab_key_view_t *key, const psab_agreement_t *request,
                              size_t *written) {
    psab_scratch_t copy;
    psab_agreement_t apart = *request;
    psa_status_t status =
        psab_separate(&copy, request->peer, request->peer_length, request->output, request->size, &apart.peer)
            ? psab_agree(core, key, &apart, written)
            : psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for a copy of the peer's key");
    psab_scratch_free(&copy);
    return status;
}

psa_status_t psab_raw_key_agreement(psab_core_t *core, psa_algorithm_t alg, psa_key_id_t private_key,
                                    const uint8_t *peer_key, size_t peer_key_length, uint8_t *output,
                                    size_t output_size, size_t *output_length) {
    psab_key_t *key = NULL;
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (output_length == NULL || !psab_buffer_valid(output, output_size) ||
        !psab_buffer_valid(peer_key, peer_key_length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    }
    *output_length = 0;
    if (!PSA_ALG_IS_STANDALONE_KEY_AGREEMENT(alg)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not a standalone key agreement");
    }
    psa_status_t status = psab_acquire(core, private_key, PSA_KEY_USAGE_DERIVE, alg, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psab_key_view_t view = psab_key_view(key);
    psab_agreement_t request = {alg, peer_key, peer_key_length, output, output_size};
    status = psab_overlap(peer_key, peer_key_length, output, output_size)
                 ? run_apart(core, &view, &request, output_length)
                 : psab_agree(core, &view, &request, output_length);
    psab_key_release(key);
    return status;
}

/* The shared secret as a key */

/* One request for a key. */
typedef struct keyed {
    psab_core_t *core;
    psab_key_view_t pair;
    psab_agreement_t agreement;
    bool inside; /**< the driver keeps the secret where the key pair is */
} keyed_t;

static psa_status_t make_inside(const keyed_t *request, const psab_attributes_t *attributes, uint8_t *data, size_t size,
                                size_t *length) {
    const psab_key_view_t *pair = &request->pair;
    const psab_agreement_t *agreement = &request->agreement;
    const psab_route_t *route =
        psab_route(request->core->registry, PSAB_PLAN_KEY_AGREEMENT_TO_KEY, agreement->alg, pair->attributes, NULL);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        psab_frame_t frame;
        *length = 0;
        psab_enter(&frame, request->core, c);
        status = psab_leave(&frame, PSAB_EP_KEY_AGREEMENT_TO_KEY,
                            psab_call_key_agreement_to_key(&c->ops, c->context, agreement->alg, pair->attributes,
                                                           pair->data, pair->size, agreement->peer,
                                                           agreement->peer_length, attributes, data, size, length));
        status = psab_key_output(c, PSAB_EP_KEY_AGREEMENT_TO_KEY, status, attributes, data, size, length);
    }
    return status;
}

/* The size of a shared secret, in bytes; 0 if it is not known. */
static size_t secret_length(const psab_attributes_t *pair) {
    return PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(pair->type, pair->bits);
}

static psa_status_t make_key(void *of, const psab_attributes_t *attributes, uint8_t *data, size_t size, size_t *length,
                             size_t *bits) {
    keyed_t *request = of;
    if (request->inside) {
        *bits = *bits != 0 ? *bits : 8 * secret_length(request->pair.attributes);
        return make_inside(request, attributes, data, size, length);
    }
    request->agreement.output = data;
    request->agreement.size = size;
    return psab_agree(request->core, &request->pair, &request->agreement, length);
}

/* Whether a driver keeps shared secrets at the location of the key pair. */
static bool has_to_key(psab_core_t *core, const psab_key_view_t *pair, psa_algorithm_t alg) {
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_KEY_AGREEMENT_TO_KEY, alg, pair->attributes, NULL);
    return route != NULL && route->count != 0;
}

psa_status_t psab_agree_to_key(psab_core_t *core, const psab_key_view_t *pair, const psab_agreement_t *agreement,
                               const psab_attributes_t *attributes, psa_key_id_t *id) {
    psa_key_location_t from = PSA_KEY_LIFETIME_GET_LOCATION(pair->attributes->lifetime);
    psa_key_location_t to = PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime);
    size_t known = secret_length(pair->attributes);
    size_t most = known != 0 ? known : PSA_RAW_KEY_AGREEMENT_OUTPUT_MAX_SIZE;
    psab_found_t found = psab_find(core->registry, PSAB_PLAN_KEY_AGREEMENT, agreement->alg, pair->attributes, NULL);
    if (found.facts.status != PSA_SUCCESS) {
        return psab_refuse(core, found.facts.status, "the type of the key does not fit the algorithm");
    }
    keyed_t request = {core, *pair, *agreement, from == to && has_to_key(core, pair, agreement->alg)};
    psa_status_t status = PSA_ERROR_NOT_SUPPORTED;
    if (request.inside) {
        status = psab_create_through(core, attributes, from, most, make_key, &request, id);
    }
    if (status == PSA_ERROR_NOT_SUPPORTED) {
        request.inside = false;
        status = psab_create_through(core, attributes, PSA_KEY_LOCATION_LOCAL_STORAGE, most, make_key, &request, id);
    }
    return status;
}

/* What can be said about the key before anybody agrees. */
static psa_status_t check_secret(psab_core_t *core, const psab_attributes_t *pair,
                                 const psab_attributes_t *attributes) {
    psa_status_t status = psab_creation_check(core, attributes);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psa_key_type_t type = attributes->type;
    bool holds = type == PSA_KEY_TYPE_DERIVE || type == PSA_KEY_TYPE_RAW_DATA || type == PSA_KEY_TYPE_HMAC ||
                 type == PSA_KEY_TYPE_PASSWORD || (type & 0x8000u) != 0;
    if (!holds) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a key of this type cannot hold the shared secret");
    }
    size_t known = secret_length(pair);
    if (known != 0 && attributes->bits != 0 && attributes->bits != 8 * known) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the shared secret has another size");
    }
    return PSA_SUCCESS;
}

psa_status_t psab_key_agreement(psab_core_t *core, psa_key_id_t private_key, const uint8_t *peer_key,
                                size_t peer_key_length, psa_algorithm_t alg, const psa_key_attributes_t *attributes,
                                psa_key_id_t *key) {
    psab_key_t *pair = NULL;
    if (key == NULL || attributes == NULL) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the attributes or the key are a null pointer");
    }
    *key = PSA_KEY_ID_NULL;
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (!psab_buffer_valid(peer_key, peer_key_length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the peer's key is a null pointer");
    }
    if (!PSA_ALG_IS_STANDALONE_KEY_AGREEMENT(alg)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not a standalone key agreement");
    }
    psa_status_t status = psab_acquire(core, private_key, PSA_KEY_USAGE_DERIVE, alg, &pair);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = check_secret(core, &pair->attributes, attributes);
    if (status == PSA_SUCCESS) {
        psab_key_view_t view = psab_key_view(pair);
        psab_agreement_t agreement = {alg, peer_key, peer_key_length, NULL, 0};
        status = psab_agree_to_key(core, &view, &agreement, attributes, key);
    }
    psab_key_release(pair);
    return status;
}
