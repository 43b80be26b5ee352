/* Multi-part signatures (section 10.9.9): verifying. */
#include <stdlib.h>
#include <string.h>

#include "api/sign_parts.h"
#include "psab/api.h"
#include "util/wipe.h"

#define KIND PSAB_CONTEXT_VERIFY_OPERATION

static psa_status_t keep_signature(psab_operation_t *slot, const uint8_t *signature, size_t length) {
    psab_sign_parts_t *parts = psab_parts(slot);
    if (parts->signature != NULL || length == 0) {
        return PSA_SUCCESS;
    }
    parts->signature = length <= PSAB_HELD_MOST ? malloc(length) : NULL;
    if (parts->signature == NULL) {
        return psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the signature");
    }
    memcpy(parts->signature, signature, length);
    parts->signature_length = length;
    return PSA_SUCCESS;
}

/* Let the candidates set up the slot: with the family, or by collecting for a single-part call. */
static psa_status_t set_up(psab_core_t *core, psab_operation_t *slot, const psab_key_view_t *key,
                           const uint8_t *signature, size_t length) {
    psa_status_t status;
    psa_algorithm_t alg = slot->alg;
    psab_found_t found = psab_find(core->registry, PSAB_PLAN_VERIFY_SETUP, alg, key->attributes, key->cell);
    const psab_route_t *route = found.route;
    if (found.facts.status != PSA_SUCCESS) {
        return psab_sign_refuse(core, found.facts.status);
    }
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        uint16_t entry_point = psab_serving(PSAB_PLAN_VERIFY_SETUP, c);
        if (entry_point != PSAB_EP_VERIFY_SETUP) {
            status = psab_parts_compose(slot, entry_point);
            status = status == PSA_SUCCESS ? keep_signature(slot, signature, length) : status;
            continue;
        }
        status = psab_operation_prepare(slot, c);
        if (status != PSA_SUCCESS) {
            return psab_refuse(core, status, "no memory for the driver's context");
        }
        psab_frame_t frame;
        psab_enter_operation(&frame, slot, key->key);
        status = psab_leave(&frame, PSAB_EP_VERIFY_SETUP,
                            psab_call_verify_setup(&c->ops, c->context, slot->context, key->attributes, key->data,
                                                   key->size, alg, signature, length));
        slot->active = status == PSA_SUCCESS;
        if (slot->active && !psab_parts_native_context(slot)) {
            status = keep_signature(slot, signature, length);
        }
    }
    return route != NULL && route->count != 0
               ? status
               : psab_refuse(core, status, "no driver verifies with this key and algorithm");
}

static psa_status_t set_up_with(psab_core_t *core, psab_operation_t *slot, psa_key_id_t id, const uint8_t *signature,
                                size_t length) {
    psab_key_t *key = NULL;
    if (!psab_buffer_valid(signature, length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the signature is a null pointer");
    }
    psa_status_t status = psab_acquire(core, id, PSA_KEY_USAGE_VERIFY_MESSAGE, slot->alg, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psab_key_view_t view = psab_key_view(key);
    slot->key = id;
    slot->key_type = key->attributes.type;
    slot->key_bits = key->attributes.bits;
    status = psab_key_keep(core, key, &slot->kept);
    if (status == PSA_SUCCESS) {
        status = set_up(core, slot, &view, signature, length);
    }
    psab_key_release(key);
    return status;
}

psa_status_t psab_verify_setup(psab_core_t *core, psa_verify_operation_t *operation, psa_key_id_t key,
                               psa_algorithm_t alg, const uint8_t *signature, size_t signature_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_parts_open(core, handle, KIND, alg, &slot);
    if (status == PSA_SUCCESS) {
        status = set_up_with(core, slot, key, signature, signature_length);
    }
    return slot != NULL ? psab_operation_opened(handle, slot, status) : status;
}

psa_status_t psab_verify_set_context(psab_core_t *core, psa_verify_operation_t *operation, const uint8_t *context,
                                     size_t context_length) {
    return psab_parts_context(core, PSAB_STEP_VERIFY_SET_CONTEXT, PSAB_HANDLE_OF(operation), context, context_length);
}

psa_status_t psab_verify_update(psab_core_t *core, psa_verify_operation_t *operation, const uint8_t *input,
                                size_t input_length) {
    return psab_parts_update(core, PSAB_STEP_VERIFY_UPDATE, PSAB_HANDLE_OF(operation), input, input_length);
}

/* The core collected: verify that in one call. */
static psa_status_t finish_composed(psab_operation_t *slot) {
    psab_core_t *core = slot->core;
    const psab_sign_parts_t *parts = psab_parts(slot);
    uint8_t hash[PSA_HASH_MAX_SIZE];
    psab_key_t *key = NULL;
    psab_verifying_t request = {slot->alg,        parts->hashed,           NULL,           0,
                                parts->signature, parts->signature_length, parts->context, parts->context_length};
    psa_status_t status = psab_parts_collected(slot, hash, &request.input, &request.length);
    if (status == PSA_SUCCESS) {
        status = psab_key_again(core, &slot->kept, &key);
    }
    if (status == PSA_SUCCESS) {
        psab_key_view_t view = psab_key_view(key);
        status = psab_verify_run(core, &view, &request);
        psab_key_release(key);
    }
    psab_wipe(hash, sizeof hash);
    return status;
}

psa_status_t psab_verify_finish(psab_core_t *core, psa_verify_operation_t *operation) {
    psab_operation_t *slot = NULL;
    psa_status_t status = psab_step_begin(core, PSAB_STEP_VERIFY_FINISH, PSAB_HANDLE_OF(operation), &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (psab_parts(slot)->composed) {
        status = finish_composed(slot);
    } else {
        const psab_candidate_t *c = slot->candidate;
        psab_frame_t frame;
        psab_enter_operation(&frame, slot, NULL);
        status =
            psab_leave_step(&frame, PSAB_EP_VERIFY_FINISH, psab_call_verify_finish(&c->ops, c->context, slot->context));
        psab_finish_called(slot, status);
    }
    return psab_step_end(PSAB_STEP_VERIFY_FINISH, &operation->handle, slot, status);
}

psa_status_t psab_verify_abort(psab_core_t *core, psa_verify_operation_t *operation) {
    return psab_abort(core, PSAB_HANDLE_OF(operation), KIND);
}
