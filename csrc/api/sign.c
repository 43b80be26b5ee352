/* Single-part signatures (section 10.9.8): signing. */
#include "api/sign.h"

#include "api/compose.h"
#include "api/hash.h"
#include "psab/api.h"
#include "util/buffer.h"
#include "util/wipe.h"

static psa_status_t call(psab_core_t *core, const psab_candidate_t *c, uint16_t entry_point, const psab_key_view_t *key,
                         const psab_signing_t *request, size_t room, size_t *written) {
    psab_frame_t frame;
    psa_status_t status;
    psab_enter(&frame, core, c);
    switch ((psab_entry_point_t)entry_point) {
    case PSAB_EP_SIGN_HASH:
        status = c->ops.sign_hash(c->context, key->attributes, key->data, key->size, request->alg, request->input,
                                  request->length, request->signature, room, written);
        break;
    case PSAB_EP_SIGN_HASH_WITH_CONTEXT:
        status = c->ops.sign_hash_with_context(c->context, key->attributes, key->data, key->size, request->alg,
                                               request->input, request->length, request->context,
                                               request->context_length, request->signature, room, written);
        break;
    case PSAB_EP_SIGN_MESSAGE:
        status = c->ops.sign_message(c->context, key->attributes, key->data, key->size, request->alg, request->input,
                                     request->length, request->signature, room, written);
        break;
    default:
        status = c->ops.sign_message_with_context(c->context, key->attributes, key->data, key->size, request->alg,
                                                  request->input, request->length, request->context,
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
        status = call(core, c, entry_point, key, &hashed, room, written);
    }
    psab_wipe(hash, sizeof hash);
    return status;
}

static uint16_t plan_of(const psab_signing_t *request) {
    if (PSAB_LIKELY(request->context_length == 0)) {
        return request->hash ? PSAB_PLAN_SIGN_HASH : PSAB_PLAN_SIGN_MESSAGE;
    }
    return request->hash ? PSAB_PLAN_SIGN_HASH_WITH_CONTEXT : PSAB_PLAN_SIGN_MESSAGE_WITH_CONTEXT;
}

psa_status_t psab_sign_run(psab_core_t *core, const psab_key_view_t *key, const psab_signing_t *request,
                           size_t *written) {
    size_t exact = PSA_SIGN_OUTPUT_SIZE(key->attributes->type, key->attributes->bits, request->alg);
    if (PSAB_UNLIKELY(request->size < (exact != 0 ? exact : 1))) {
        return psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the signature");
    }
    size_t room = exact != 0 ? exact : request->size;
    uint16_t plan = plan_of(request);
    const psab_route_t *route = psab_route(core->registry, plan, request->alg, key->attributes, key->cell);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        uint16_t entry_point = psab_serving(plan, c);
        bool hashes = entry_point == PSAB_EP_SIGN_HASH || entry_point == PSAB_EP_SIGN_HASH_WITH_CONTEXT;
        *written = 0;
        status = PSAB_LIKELY(hashes == request->hash)
                     ? call(core, c, entry_point, key, request, room, written)
                     : call_with_hash(core, c, entry_point, key, request, room, written);
        status = psab_output(c, entry_point, status, request->signature, room, exact != 0 ? exact : 1, written);
    }
    return PSAB_LIKELY(status == PSA_SUCCESS) || (route != NULL && route->count != 0)
               ? status
               : psab_refuse(core, status, "no driver signs with this key and algorithm");
}

static psa_status_t run_apart(psab_core_t *core, const psab_key_view_t *key, const psab_signing_t *request,
                              size_t *written) {
    psab_scratch_t copy;
    psab_scratch_t context;
    psab_signing_t apart = *request;
    bool input = psab_separate(&copy, request->input, request->length, request->signature, request->size, &apart.input);
    bool both = psab_separate(&context, request->context, request->context_length, request->signature, request->size,
                              &apart.context);
    psa_status_t status =
        input && both ? psab_sign_run(core, key, &apart, written)
                      : psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for a copy of the input");
    psab_scratch_free(&copy);
    psab_scratch_free(&context);
    return status;
}

static inline __attribute__((always_inline)) psa_status_t sign(psab_core_t *core, psa_key_id_t id,
                                                               const psab_signing_t *request, psa_key_usage_t usage,
                                                               size_t *written) {
    psab_key_t *key = NULL;
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (written == NULL || !psab_buffer_valid(request->signature, request->size) ||
        !psab_buffer_valid(request->input, request->length) ||
        !psab_buffer_valid(request->context, request->context_length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    }
    *written = 0;
    if (!psab_is_sign_alg(request->alg, request->hash)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm does not sign this kind of input");
    }
    psa_status_t status = PSA_SUCCESS;
    if (PSAB_UNLIKELY(request->context_length != 0)) {
        status = psab_sign_check_context(core, request->alg, request->context_length);
    }
    if (PSAB_LIKELY(status == PSA_SUCCESS)) {
        status = psab_acquire(core, id, usage, request->alg, &key);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = psab_sign_check(core, request->alg, &key->attributes, true, request->hash, request->length);
    if (PSAB_LIKELY(status == PSA_SUCCESS)) {
        psab_key_view_t view = psab_key_view(key);
        bool overlap = psab_overlap(request->input, request->length, request->signature, request->size) ||
                       psab_overlap(request->context, request->context_length, request->signature, request->size);
        status = PSAB_UNLIKELY(overlap) ? run_apart(core, &view, request, written)
                                        : psab_sign_run(core, &view, request, written);
    }
    psab_key_release(key);
    return status;
}

psa_status_t psab_sign_hash(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash,
                            size_t hash_length, uint8_t *signature, size_t signature_size, size_t *signature_length) {
    psab_signing_t request = {alg, true, hash, hash_length, signature, signature_size, NULL, 0};
    return sign(core, key, &request, PSA_KEY_USAGE_SIGN_HASH, signature_length);
}

psa_status_t psab_sign_message(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                               size_t input_length, uint8_t *signature, size_t signature_size,
                               size_t *signature_length) {
    psab_signing_t request = {alg, false, input, input_length, signature, signature_size, NULL, 0};
    return sign(core, key, &request, PSA_KEY_USAGE_SIGN_MESSAGE, signature_length);
}

psa_status_t psab_sign_hash_with_context(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash,
                                         size_t hash_length, const uint8_t *context, size_t context_length,
                                         uint8_t *signature, size_t signature_size, size_t *signature_length) {
    psab_signing_t request = {alg, true, hash, hash_length, signature, signature_size, context, context_length};
    return sign(core, key, &request, PSA_KEY_USAGE_SIGN_HASH, signature_length);
}

psa_status_t psab_sign_message_with_context(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg,
                                            const uint8_t *input, size_t input_length, const uint8_t *context,
                                            size_t context_length, uint8_t *signature, size_t signature_size,
                                            size_t *signature_length) {
    psab_signing_t request = {alg, false, input, input_length, signature, signature_size, context, context_length};
    return sign(core, key, &request, PSA_KEY_USAGE_SIGN_MESSAGE, signature_length);
}
