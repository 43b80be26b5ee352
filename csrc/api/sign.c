/* Single-part signatures (section 10.9.8): signing. */
#include "api/sign.h"

#include "api/compose.h"
#include "api/hash.h"
#include "psab/api.h"
#include "util/buffer.h"
#include "util/wipe.h"

/* Through the entry point for just that. */
static PSAB_HOT psa_status_t call_plain(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                        const psab_signing_t *request, bool hash, size_t room, size_t least,
                                        size_t *written) {
    psab_frame_t frame;
    psa_status_t status;
    int32_t entry_point = hash ? PSAB_EP_SIGN_HASH : PSAB_EP_SIGN_MESSAGE;
    psab_enter_with(&frame, core, c, key->key);
    status = hash ? psab_call_sign_hash(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                        request->input, request->length, request->signature, room, written)
                  : psab_call_sign_message(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                           request->input, request->length, request->signature, room, written);
    status = psab_leave(&frame, entry_point, status);
    return psab_output(c, entry_point, status, request->signature, room, least, written);
}

static psa_status_t call_other(psab_core_t *core, const psab_candidate_t *c, uint16_t entry_point,
                               const psab_key_view_t *key, const psab_signing_t *request, size_t room,
                               size_t *written) {
    psab_frame_t frame;
    psa_status_t status;
    psab_enter_with(&frame, core, c, key->key);
    switch ((psab_entry_point_t)entry_point) {
    case PSAB_EP_SIGN_HASH:
        status = psab_call_sign_hash(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                     request->input, request->length, request->signature, room, written);
        break;
    case PSAB_EP_SIGN_HASH_WITH_CONTEXT:
        status = psab_call_sign_hash_with_context(&c->ops, c->context, key->attributes, key->data, key->size,
                                                  request->alg, request->input, request->length, request->context,
                                                  request->context_length, request->signature, room, written);
        break;
    case PSAB_EP_SIGN_MESSAGE:
        status = psab_call_sign_message(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                        request->input, request->length, request->signature, room, written);
        break;
    default:
        status = psab_call_sign_message_with_context(&c->ops, c->context, key->attributes, key->data, key->size,
                                                     request->alg, request->input, request->length, request->context,
                                                     request->context_length, request->signature, room, written);
        break;
    }
    return psab_leave(&frame, entry_point, status);
}

/* A driver that signs hashes gets the hash of the message, from whoever computes it best. */
static psa_status_t call_with_hash(psab_core_t *core, const psab_candidate_t *c, uint16_t entry_point,
                                   const psab_key_view_t *key, const psab_signing_t *request, size_t room,
                                   size_t *written) {
    uint8_t hash[PSA_HASH_MAX_SIZE];
    psab_signing_t hashed = *request;
    psa_status_t status = psab_hash_run(core, PSA_ALG_GET_HASH(request->alg), request->input, request->length, hash,
                                        sizeof hash, &hashed.length);
    if (status == PSA_SUCCESS) {
        hashed.input = hash;
        status = call_other(core, c, entry_point, key, &hashed, room, written);
    }
    psab_wipe(hash, sizeof hash);
    return status;
}

/* Everything but signing without context by the entry point for just that. */
static __attribute__((noinline)) psa_status_t serve(psab_core_t *core, const psab_candidate_t *c, uint16_t entry_point,
                                                    const psab_key_view_t *key, const psab_signing_t *request,
                                                    size_t room, size_t least, size_t *written) {
    bool hashes = entry_point == PSAB_EP_SIGN_HASH || entry_point == PSAB_EP_SIGN_HASH_WITH_CONTEXT;
    if (entry_point == PSAB_EP_SIGN_SETUP) {
        psa_status_t made = psab_sign_in_parts(core, c, key, request, room, written);
        return psab_output(c, PSAB_EP_SIGN_FINISH, made, request->signature, room, least, written);
    }
    psa_status_t status = hashes == request->hash ? call_other(core, c, entry_point, key, request, room, written)
                                                  : call_with_hash(core, c, entry_point, key, request, room, written);
    return psab_output(c, entry_point, status, request->signature, room, least, written);
}

/* The part of signing that comes after the key. `hash` is request->hash, as a constant to the compiler. */
static PSAB_HOT psa_status_t run(psab_core_t *core, const psab_key_view_t *key, const psab_signing_t *request,
                                 bool hash, size_t *written) {
    bool plain = request->context_length == 0;
    uint16_t plan = hash ? (plain ? PSAB_PLAN_SIGN_HASH : PSAB_PLAN_SIGN_HASH_WITH_CONTEXT)
                         : (plain ? PSAB_PLAN_SIGN_MESSAGE : PSAB_PLAN_SIGN_MESSAGE_WITH_CONTEXT);
    psab_found_t found = psab_find(core->registry, plan, request->alg, key->attributes, key->cell);
    const psab_route_t *route = found.route;
    psab_facts_t facts = found.facts;
    if (PSAB_UNLIKELY(facts.status != PSA_SUCCESS || (facts.input != 0 && facts.input != request->length))) {
        return psab_sign_refuse(core, facts.status);
    }
    size_t least = facts.output != 0 ? facts.output : 1;
    size_t room = facts.output != 0 ? facts.output : request->size;
    if (PSAB_UNLIKELY(request->size < least)) {
        return psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the signature");
    }
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        *written = 0;
        uint16_t direct = hash ? PSAB_ALT_SIGN_HASH_SIGN_HASH : PSAB_ALT_SIGN_MESSAGE_SIGN_MESSAGE;
        if (PSAB_LIKELY(plain && c->alternative == direct)) {
            status = call_plain(core, c, key, request, hash, room, least, written);
        } else {
            psab_signing_t other = *request; /* put together only here */
            psab_key_view_t view = *key;
            status = serve(core, c, psab_serving(plan, c), &view, &other, room, least, written);
        }
    }
    return PSAB_LIKELY(status == PSA_SUCCESS) || (route != NULL && route->count != 0)
               ? status
               : psab_refuse(core, status, "no driver signs with this key and algorithm");
}

psa_status_t psab_sign_run(psab_core_t *core, const psab_key_view_t *key, const psab_signing_t *request,
                           size_t *written) {
    return request->hash ? run(core, key, request, true, written) : run(core, key, request, false, written);
}

static PSAB_COLD psa_status_t run_apart(psab_core_t *core, psab_key_t *key, const psab_signing_t *request,
                                        size_t *written) {
    psab_scratch_t copy;
    psab_scratch_t context;
    psab_key_view_t view = psab_key_view(key);
    psab_signing_t apart = *request;
    bool input = psab_separate(&copy, request->input, request->length, request->signature, request->size, &apart.input);
    bool both = psab_separate(&context, request->context, request->context_length, request->signature, request->size,
                              &apart.context);
    psa_status_t status = input && both
                              ? psab_sign_run(core, &view, &apart, written)
                              : psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for a copy of the input");
    psab_scratch_free(&copy);
    psab_scratch_free(&context);
    return status;
}

static PSAB_HOT psa_status_t sign(psab_core_t *core, psa_key_id_t id, psab_signing_t request, bool hash,
                                  psa_key_usage_t usage, size_t *written) {
    psab_key_t *key = NULL;
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (PSAB_UNLIKELY(written == NULL || !psab_buffer_valid(request.signature, request.size) ||
                      !psab_buffer_valid(request.input, request.length) ||
                      !psab_buffer_valid(request.context, request.context_length))) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    }
    *written = 0;
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
    if (PSAB_UNLIKELY(psab_overlap(request.input, request.length, request.signature, request.size) ||
                      psab_overlap(request.context, request.context_length, request.signature, request.size))) {
        psab_signing_t apart = request; /* put together only here */
        status = run_apart(core, key, &apart, written);
    } else {
        psab_key_view_t view = psab_key_view(key);
        status = run(core, &view, &request, hash, written);
    }
    psab_key_release(key);
    return status;
}

psa_status_t psab_sign_hash(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash,
                            size_t hash_length, uint8_t *signature, size_t signature_size, size_t *signature_length) {
    psab_signing_t request = {alg, true, hash, hash_length, signature, signature_size, NULL, 0};
    return sign(core, key, request, true, PSA_KEY_USAGE_SIGN_HASH, signature_length);
}

psa_status_t psab_sign_message(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                               size_t input_length, uint8_t *signature, size_t signature_size,
                               size_t *signature_length) {
    psab_signing_t request = {alg, false, input, input_length, signature, signature_size, NULL, 0};
    return sign(core, key, request, false, PSA_KEY_USAGE_SIGN_MESSAGE, signature_length);
}

psa_status_t psab_sign_hash_with_context(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash,
                                         size_t hash_length, const uint8_t *context, size_t context_length,
                                         uint8_t *signature, size_t signature_size, size_t *signature_length) {
    psab_signing_t request = {alg, true, hash, hash_length, signature, signature_size, context, context_length};
    return sign(core, key, request, true, PSA_KEY_USAGE_SIGN_HASH, signature_length);
}

psa_status_t psab_sign_message_with_context(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg,
                                            const uint8_t *input, size_t input_length, const uint8_t *context,
                                            size_t context_length, uint8_t *signature, size_t signature_size,
                                            size_t *signature_length) {
    psab_signing_t request = {alg, false, input, input_length, signature, signature_size, context, context_length};
    return sign(core, key, request, false, PSA_KEY_USAGE_SIGN_MESSAGE, signature_length);
}

psa_status_t psab_sign_refuse(psab_core_t *core, psa_status_t fits) {
    return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT,
                       fits != PSA_SUCCESS ? "the type of the key does not fit the algorithm"
                                           : "the hash does not have the length of the algorithm's");
}

psa_status_t psab_sign_check_context(psab_core_t *core, psa_algorithm_t alg, size_t length) {
    bool vendor = (alg & 0x80000000u) != 0;
    if (!vendor && !PSA_ALG_SIGN_SUPPORTS_CONTEXT(alg)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm has no context");
    }
    if (!vendor && length > PSAB_SIGN_CONTEXT_MOST) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the context is longer than the algorithm allows");
    }
    return PSA_SUCCESS;
}
