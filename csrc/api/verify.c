/* Single-part signatures (section 10.9.8): verifying. */
#include "api/compose.h"
#include "api/hash.h"
#include "api/sign.h"
#include "psab/api.h"
#include "util/wipe.h"

/* Through the entry point for just that. */
static PSAB_HOT psa_status_t call_plain(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                        const psab_verifying_t *request, bool hash) {
    psab_frame_t frame;
    psab_enter_with(&frame, core, c, key->key);
    psa_status_t status =
        hash ? psab_call_verify_hash(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                     request->input, request->length, request->signature, request->signature_length)
             : psab_call_verify_message(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                        request->input, request->length, request->signature, request->signature_length);
    return psab_leave(&frame, hash ? PSAB_EP_VERIFY_HASH : PSAB_EP_VERIFY_MESSAGE, status);
}

static psa_status_t call(psab_core_t *core, const psab_candidate_t *c, uint16_t entry_point, const psab_key_view_t *key,
                         const psab_verifying_t *request) {
    psab_frame_t frame;
    psa_status_t status;
    psab_enter_with(&frame, core, c, key->key);
    switch ((psab_entry_point_t)entry_point) {
    case PSAB_EP_VERIFY_HASH:
        status = psab_call_verify_hash(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                       request->input, request->length, request->signature, request->signature_length);
        break;
    case PSAB_EP_VERIFY_HASH_WITH_CONTEXT:
        status = psab_call_verify_hash_with_context(
            &c->ops, c->context, key->attributes, key->data, key->size, request->alg, request->input, request->length,
            request->context, request->context_length, request->signature, request->signature_length);
        break;
    case PSAB_EP_VERIFY_MESSAGE:
        status =
            psab_call_verify_message(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                     request->input, request->length, request->signature, request->signature_length);
        break;
    default:
        status = psab_call_verify_message_with_context(
            &c->ops, c->context, key->attributes, key->data, key->size, request->alg, request->input, request->length,
            request->context, request->context_length, request->signature, request->signature_length);
        break;
    }
    return psab_leave(&frame, entry_point, status);
}

/* A driver that verifies hashes gets the hash of the message, from whoever computes it best. */
static psa_status_t call_with_hash(psab_core_t *core, const psab_candidate_t *c, uint16_t entry_point,
                                   const psab_key_view_t *key, const psab_verifying_t *request) {
    uint8_t hash[PSA_HASH_MAX_SIZE];
    psab_verifying_t hashed = *request;
    psa_status_t status = psab_hash_run(core, PSA_ALG_GET_HASH(request->alg), request->input, request->length, hash,
                                        sizeof hash, &hashed.length);
    if (status == PSA_SUCCESS) {
        hashed.input = hash;
        status = call(core, c, entry_point, key, &hashed);
    }
    psab_wipe(hash, sizeof hash);
    return status;
}

/* A driver that cannot verify gives the public key, and whoever verifies with that does the rest. */
static psa_status_t verify_public(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                  const psab_verifying_t *request) {
    psab_public_key_t public_key;
    psa_status_t status = psab_public_key_make(core, c, key, &public_key);
    if (status == PSA_SUCCESS) {
        status = psab_verify_run(core, &public_key.view, request);
    }
    psab_public_key_free(&public_key);
    return status;
}

/* Any other entry point. */
static __attribute__((noinline)) psa_status_t serve(psab_core_t *core, const psab_candidate_t *c, uint16_t entry_point,
                                                    const psab_key_view_t *key, const psab_verifying_t *request) {
    bool hashes = entry_point == PSAB_EP_VERIFY_HASH || entry_point == PSAB_EP_VERIFY_HASH_WITH_CONTEXT;
    if (entry_point == PSAB_EP_EXPORT_PUBLIC_KEY) {
        return verify_public(core, c, key, request);
    }
    if (entry_point == PSAB_EP_VERIFY_SETUP) {
        return psab_verify_in_parts(core, c, key, request);
    }
    return hashes == request->hash ? call(core, c, entry_point, key, request)
                                   : call_with_hash(core, c, entry_point, key, request);
}

/* The part of verifying that comes after the key. `hash` is request->hash, as a constant to the compiler. */
static PSAB_HOT psa_status_t run(psab_core_t *core, const psab_key_view_t *key, const psab_verifying_t *request,
                                 bool hash) {
    bool plain = request->context_length == 0;
    uint16_t plan = hash ? (plain ? PSAB_PLAN_VERIFY_HASH : PSAB_PLAN_VERIFY_HASH_WITH_CONTEXT)
                         : (plain ? PSAB_PLAN_VERIFY_MESSAGE : PSAB_PLAN_VERIFY_MESSAGE_WITH_CONTEXT);
    psab_found_t found = psab_find(core->registry, plan, request->alg, key->attributes, key->cell);
    const psab_route_t *route = found.route;
    psab_facts_t facts = found.facts;
    if (PSAB_UNLIKELY(facts.status != PSA_SUCCESS || (facts.input != 0 && facts.input != request->length))) {
        return psab_sign_refuse(core, facts.status);
    }
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        uint16_t direct = hash ? PSAB_ALT_VERIFY_HASH_VERIFY_HASH : PSAB_ALT_VERIFY_MESSAGE_VERIFY_MESSAGE;
        if (PSAB_LIKELY(plain && c->alternative == direct)) {
            status = call_plain(core, c, key, request, hash);
        } else {
            psab_verifying_t other = *request; /* put together only here */
            psab_key_view_t view = *key;
            status = serve(core, c, psab_serving(plan, c), &view, &other);
        }
    }
    return PSAB_LIKELY(status == PSA_SUCCESS) || (route != NULL && route->count != 0)
               ? status
               : psab_refuse(core, status, "no driver verifies with this key and algorithm");
}

psa_status_t psab_verify_run(psab_core_t *core, const psab_key_view_t *key, const psab_verifying_t *request) {
    return request->hash ? run(core, key, request, true) : run(core, key, request, false);
}

static PSAB_HOT psa_status_t verify(psab_core_t *core, psa_key_id_t id, psab_verifying_t request, bool hash,
                                    psa_key_usage_t usage) {
    psab_key_t *key = NULL;
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (PSAB_UNLIKELY(!psab_buffer_valid(request.signature, request.signature_length) ||
                      !psab_buffer_valid(request.input, request.length) ||
                      !psab_buffer_valid(request.context, request.context_length))) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    }
    if (!psab_is_sign_alg(request.alg, hash)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm does not sign this kind of input");
    }
    if (request.context_length != 0 &&
        psab_sign_check_context(core, request.alg, request.context_length) != PSA_SUCCESS) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    psa_status_t status = psab_acquire(core, id, usage, request.alg, &key);
    if (PSAB_UNLIKELY(status != PSA_SUCCESS)) {
        return status;
    }
    psab_key_view_t view = psab_key_view(key);
    status = run(core, &view, &request, hash);
    psab_key_release(key);
    return status;
}

psa_status_t psab_verify_hash(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash,
                              size_t hash_length, const uint8_t *signature, size_t signature_length) {
    psab_verifying_t request = {alg, true, hash, hash_length, signature, signature_length, NULL, 0};
    return verify(core, key, request, true, PSA_KEY_USAGE_VERIFY_HASH);
}

psa_status_t psab_verify_message(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                                 size_t input_length, const uint8_t *signature, size_t signature_length) {
    psab_verifying_t request = {alg, false, input, input_length, signature, signature_length, NULL, 0};
    return verify(core, key, request, false, PSA_KEY_USAGE_VERIFY_MESSAGE);
}

psa_status_t psab_verify_hash_with_context(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg,
                                           const uint8_t *hash, size_t hash_length, const uint8_t *context,
                                           size_t context_length, const uint8_t *signature, size_t signature_length) {
    psab_verifying_t request = {alg, true, hash, hash_length, signature, signature_length, context, context_length};
    return verify(core, key, request, true, PSA_KEY_USAGE_VERIFY_HASH);
}

psa_status_t psab_verify_message_with_context(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg,
                                              const uint8_t *input, size_t input_length, const uint8_t *context,
                                              size_t context_length, const uint8_t *signature,
                                              size_t signature_length) {
    psab_verifying_t request = {alg, false, input, input_length, signature, signature_length, context, context_length};
    return verify(core, key, request, false, PSA_KEY_USAGE_VERIFY_MESSAGE);
}
