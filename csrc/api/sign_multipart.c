/* Multi-part signatures (section 10.9.9): signing. */
#include "api/sign_parts.h"
#include "psab/api.h"
#include "util/wipe.h"

#define KIND PSAB_CONTEXT_SIGN_OPERATION

/* Let the candidates set up the slot: with the family, or by collecting for a single-part call. */
static psa_status_t set_up(psab_core_t *core, psab_operation_t *slot, const psab_key_view_t *key) {
    psa_status_t status;
    psa_algorithm_t alg = slot->alg;
    psab_found_t found = psab_find(core->registry, PSAB_PLAN_SIGN_SETUP, alg, key->attributes, key->cell);
    const psab_route_t *route = found.route;
    if (found.facts.status != PSA_SUCCESS) {
        return psab_sign_refuse(core, found.facts.status);
    }
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        uint16_t entry_point = psab_serving(PSAB_PLAN_SIGN_SETUP, c);
        if (entry_point != PSAB_EP_SIGN_SETUP) {
            status = psab_parts_compose(slot, entry_point);
            continue;
        }
        status = psab_operation_prepare(slot, c);
        if (status != PSA_SUCCESS) {
            return psab_refuse(core, status, "no memory for the driver's context");
        }
        psab_frame_t frame;
        psab_enter_operation(&frame, slot, key->key);
        status = psab_leave(
            &frame, PSAB_EP_SIGN_SETUP,
            psab_call_sign_setup(&c->ops, c->context, slot->context, key->attributes, key->data, key->size, alg));
        slot->active = status == PSA_SUCCESS;
    }
    psab_parts(slot)->exact = found.facts.output;
    return route != NULL && route->count != 0
               ? status
               : psab_refuse(core, status, "no driver signs with this key and algorithm");
}

static psa_status_t set_up_with(psab_core_t *core, psab_operation_t *slot, psa_key_id_t id) {
    psab_key_t *key = NULL;
    psa_status_t status = psab_acquire(core, id, PSA_KEY_USAGE_SIGN_MESSAGE, slot->alg, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psab_key_view_t view = psab_key_view(key);
    slot->key = id;
    slot->key_type = key->attributes.type;
    slot->key_bits = key->attributes.bits;
    status = psab_key_keep(core, key, &slot->kept);
    if (status == PSA_SUCCESS) {
        status = set_up(core, slot, &view);
    }
    psab_key_release(key);
    return status;
}

psa_status_t psab_sign_setup(psab_core_t *core, psa_sign_operation_t *operation, psa_key_id_t key,
                             psa_algorithm_t alg) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_parts_open(core, handle, KIND, alg, &slot);
    if (status == PSA_SUCCESS) {
        status = set_up_with(core, slot, key);
    }
    return slot != NULL ? psab_operation_opened(handle, slot, status) : status;
}

psa_status_t psab_sign_set_context(psab_core_t *core, psa_sign_operation_t *operation, const uint8_t *context,
                                   size_t context_length) {
    return psab_parts_context(core, PSAB_STEP_SIGN_SET_CONTEXT, PSAB_HANDLE_OF(operation), context, context_length);
}

psa_status_t psab_sign_update(psab_core_t *core, psa_sign_operation_t *operation, const uint8_t *input,
                              size_t input_length) {
    return psab_parts_update(core, PSAB_STEP_SIGN_UPDATE, PSAB_HANDLE_OF(operation), input, input_length);
}

/* The core collected: sign that in one call. */
static psa_status_t finish_composed(psab_operation_t *slot, uint8_t *signature, size_t size, size_t *written) {
    psab_core_t *core = slot->core;
    const psab_sign_parts_t *parts = psab_parts(slot);
    uint8_t hash[PSA_HASH_MAX_SIZE];
    psab_key_t *key = NULL;
    psab_signing_t request = {slot->alg, parts->hashed, NULL,           0,
                              signature, size,          parts->context, parts->context_length};
    psa_status_t status = psab_parts_collected(slot, hash, &request.input, &request.length);
    if (status == PSA_SUCCESS) {
        status = psab_key_again(core, &slot->kept, &key);
    }
    if (status == PSA_SUCCESS) {
        psab_key_view_t view = psab_key_view(key);
        status = psab_sign_run(core, &view, &request, written);
        psab_key_release(key);
    }
    psab_wipe(hash, sizeof hash);
    return status;
}

static psa_status_t finish(psab_operation_t *slot, uint8_t *signature, size_t size, size_t *written) {
    const psab_candidate_t *c = slot->candidate;
    size_t exact = psab_parts(slot)->exact;
    size_t least = exact != 0 ? exact : 1;
    size_t room = exact != 0 ? exact : size;
    if (size < least) {
        return psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the signature");
    }
    if (psab_parts(slot)->composed) {
        return finish_composed(slot, signature, size, written);
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    psa_status_t status =
        psab_leave_step(&frame, PSAB_EP_SIGN_FINISH,
                        psab_call_sign_finish(&c->ops, c->context, slot->context, signature, room, written));
    psab_finish_called(slot, status);
    return psab_output(c, PSAB_EP_SIGN_FINISH, status, signature, room, least, written);
}

psa_status_t psab_sign_finish(psab_core_t *core, psa_sign_operation_t *operation, uint8_t *signature,
                              size_t signature_size, size_t *signature_length) {
    psab_operation_t *slot = NULL;
    if (signature_length != NULL) {
        *signature_length = 0;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_SIGN_FINISH, PSAB_HANDLE_OF(operation), &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (signature_length == NULL || !psab_buffer_valid(signature, signature_size)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer");
    } else {
        size_t written = 0;
        status = finish(slot, signature, signature_size, &written);
        *signature_length = status == PSA_SUCCESS ? written : 0;
    }
    return psab_step_end(PSAB_STEP_SIGN_FINISH, &operation->handle, slot, status);
}

psa_status_t psab_sign_abort(psab_core_t *core, psa_sign_operation_t *operation) {
    return psab_abort(core, PSAB_HANDLE_OF(operation), KIND);
}
