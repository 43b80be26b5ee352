/* Key agreement that hands back the shared secret (section 10.11.2). */
#include "api/key_view.h"
#include "psab/api.h"
#include "util/buffer.h"

/* What is to be agreed on. */
typedef struct agreement {
    psa_algorithm_t alg;
    const uint8_t *peer;
    size_t peer_length;
    uint8_t *output;
    size_t size;
} agreement_t;

static psa_status_t run(psab_core_t *core, const psab_key_view_t *key, const agreement_t *request, size_t *written) {
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
        status = psab_leave(&frame, PSAB_EP_KEY_AGREEMENT,
                            c->ops.key_agreement(c->context, request->alg, key->attributes, key->data, key->size,
                                                 request->peer, request->peer_length, request->output, room, written));
        status = psab_output(c, PSAB_EP_KEY_AGREEMENT, status, request->output, room, least, written);
    }
    return route != NULL && route->count != 0
               ? status
               : psab_refuse(core, status, "no driver agrees with this key and algorithm");
}

static psa_status_t run_apart(psab_core_t *core, const psab_key_view_t *key, const agreement_t *request,
                              size_t *written) {
    psab_scratch_t copy;
    agreement_t apart = *request;
    psa_status_t status =
        psab_separate(&copy, request->peer, request->peer_length, request->output, request->size, &apart.peer)
            ? run(core, key, &apart, written)
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
    agreement_t request = {alg, peer_key, peer_key_length, output, output_size};
    status = psab_overlap(peer_key, peer_key_length, output, output_size)
                 ? run_apart(core, &view, &request, output_length)
                 : run(core, &view, &request, output_length);
    psab_key_release(key);
    return status;
}
