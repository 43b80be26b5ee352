#include "api/sign_parts.h"

#include <stdlib.h>
#include <string.h>

#include "psab/api.h"
#include "psab/packed.h"
#include "util/wipe.h"

static void drop(psab_core_t *core, void *extra) {
    psab_sign_parts_t *parts = extra;
    (void)psab_operation_abort(core, &parts->hash.handle, PSAB_CONTEXT_HASH_OPERATION);
    free(parts->signature);
    psab_wipe_free(parts, sizeof *parts);
}

/* The signature of these depends on the whole message twice over: it cannot be made from parts. */
static bool whole_only(psa_algorithm_t alg) {
    return alg == PSA_ALG_PURE_EDDSA || alg == PSA_ALG_EDDSA_CTX || PSA_ALG_IS_SLH_DSA(alg);
}

static bool takes_parts(psa_algorithm_t alg, psab_context_t kind) {
    return psab_is_sign_alg(alg, false) && !(kind == PSAB_CONTEXT_SIGN_OPERATION && whole_only(alg));
}

psa_status_t psab_parts_open(psab_core_t *core, uint64_t *handle, psab_context_t kind, psa_algorithm_t alg,
                             psab_operation_t **operation) {
    *operation = NULL;
    psa_status_t status = psab_setup_begin(core, handle, kind, operation);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (!takes_parts(alg, kind)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm does not sign a message in parts");
    }
    (*operation)->extra = calloc(1, sizeof(psab_sign_parts_t));
    (*operation)->drop = drop;
    (*operation)->alg = alg;
    return (*operation)->extra != NULL ? PSA_SUCCESS
                                       : psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for an operation");
}

psa_status_t psab_parts_compose(psab_operation_t *operation, uint16_t entry_point) {
    psab_sign_parts_t *parts = psab_parts(operation);
    bool whole = entry_point == PSAB_EP_SIGN_MESSAGE || entry_point == PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT ||
                 entry_point == PSAB_EP_VERIFY_MESSAGE || entry_point == PSAB_EP_VERIFY_MESSAGE_WITH_CONTEXT;
    parts->hashed = !whole && PSA_ALG_IS_HASH_AND_SIGN(operation->alg);
    psa_status_t status = PSA_SUCCESS;
    if (parts->hashed) {
        status = psab_hash_setup(operation->core, &parts->hash, PSA_ALG_GET_HASH(operation->alg));
    }
    parts->composed = status == PSA_SUCCESS;
    return status;
}

psa_status_t psab_parts_give(psab_operation_t *operation, uint16_t entry_point, const uint8_t *data, size_t length) {
    const psab_candidate_t *c = operation->candidate;
    psab_value_t values[2] = {
        {PSAB_TAG_CONTEXT, 1, {.context = {operation->context, operation->size, operation->kind}}},
        {PSAB_TAG_INPUT, 0, {.input = {data, length}}},
    };
    psab_frame_t frame;
    psab_enter_operation(&frame, operation, NULL);
    return psab_leave_step(&frame, entry_point, psab_unpack_call(&c->ops, c->context, entry_point, values, 2));
}

static bool served(const psab_operation_t *operation, const psab_key_t *key, uint16_t plan) {
    const psab_route_t *route = psab_route(operation->core->registry, plan, operation->alg, &key->attributes, NULL);
    return route != NULL && route->count != 0;
}

/* Collect what somebody takes together with a context: nothing of the message is there yet, so that what was
 * chosen at setup, for calls without context, can still be changed. */
static psa_status_t collect_for_context(psab_operation_t *operation) {
    psab_core_t *core = operation->core;
    psab_sign_parts_t *parts = psab_parts(operation);
    bool signs = operation->kind == PSAB_CONTEXT_SIGN_OPERATION;
    psab_key_t *key = NULL;
    psa_status_t status = psab_key_again(core, &operation->kept, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    bool hash = PSA_ALG_IS_HASH_AND_SIGN(operation->alg) &&
                served(operation, key, signs ? PSAB_PLAN_SIGN_HASH_WITH_CONTEXT : PSAB_PLAN_VERIFY_HASH_WITH_CONTEXT);
    bool either = hash || served(operation, key,
                                 signs ? PSAB_PLAN_SIGN_MESSAGE_WITH_CONTEXT : PSAB_PLAN_VERIFY_MESSAGE_WITH_CONTEXT);
    psab_key_release(key);
    if (!either) {
        return psab_refuse(core, PSA_ERROR_NOT_SUPPORTED, "no driver takes a context here");
    }
    if (parts->composed && parts->hashed == hash) {
        return PSA_SUCCESS;
    }
    status = psab_operation_leave_driver(operation);
    (void)psab_operation_abort(core, &parts->hash.handle, PSAB_CONTEXT_HASH_OPERATION);
    return status == PSA_SUCCESS ? psab_parts_compose(operation, hash ? PSAB_EP_SIGN_HASH : PSAB_EP_SIGN_MESSAGE)
                                 : status;
}

static psa_status_t keep_context(psab_operation_t *operation, const uint8_t *context, size_t length) {
    psab_sign_parts_t *parts = psab_parts(operation);
    if (length > sizeof parts->context) {
        return psab_refuse(operation->core, PSA_ERROR_NOT_SUPPORTED, "the context is too long");
    }
    psa_status_t status = collect_for_context(operation);
    if (status == PSA_SUCCESS) {
        memcpy(parts->context, context, length);
        parts->context_length = length;
    }
    return status;
}

static uint16_t context_entry_point(const psab_operation_t *operation) {
    return operation->kind == PSAB_CONTEXT_SIGN_OPERATION ? PSAB_EP_SIGN_SET_CONTEXT : PSAB_EP_VERIFY_SET_CONTEXT;
}

bool psab_parts_native_context(const psab_operation_t *operation) {
    return psab_ops_has(&operation->candidate->ops, context_entry_point(operation));
}

static psa_status_t set_context(psab_operation_t *operation, const uint8_t *context, size_t length) {
    psab_core_t *core = operation->core;
    psab_sign_parts_t *parts = psab_parts(operation);
    if (!psab_buffer_valid(context, length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the context is a null pointer");
    }
    if (length == 0) {
        return PSA_SUCCESS; /* the same as none */
    }
    psa_status_t status = psab_sign_check_context(core, operation->alg, length);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return !parts->composed && psab_parts_native_context(operation)
               ? psab_parts_give(operation, context_entry_point(operation), context, length)
               : keep_context(operation, context, length);
}

psa_status_t psab_parts_context(psab_core_t *core, psab_step_t step, uint64_t *handle, const uint8_t *context,
                                size_t length) {
    psab_operation_t *operation = NULL;
    psa_status_t status = psab_step_begin(core, step, handle, &operation);
    return status == PSA_SUCCESS ? psab_step_end(step, handle, operation, set_context(operation, context, length))
                                 : status;
}

static psa_status_t update(psab_operation_t *operation, const uint8_t *input, size_t length) {
    psab_sign_parts_t *parts = psab_parts(operation);
    if (!psab_buffer_valid(input, length)) {
        return psab_refuse(operation->core, PSA_ERROR_INVALID_ARGUMENT, "the input is a null pointer");
    }
    if (length == 0) {
        return PSA_SUCCESS;
    }
    if (parts->composed) {
        return parts->hashed ? psab_hash_update(operation->core, &parts->hash, input, length)
                             : psab_hold(operation, input, length);
    }
    bool signs = operation->kind == PSAB_CONTEXT_SIGN_OPERATION;
    return psab_parts_give(operation, signs ? PSAB_EP_SIGN_UPDATE : PSAB_EP_VERIFY_UPDATE, input, length);
}

psa_status_t psab_parts_update(psab_core_t *core, psab_step_t step, uint64_t *handle, const uint8_t *input,
                               size_t length) {
    psab_operation_t *operation = NULL;
    psa_status_t status = psab_step_begin(core, step, handle, &operation);
    return status == PSA_SUCCESS ? psab_step_end(step, handle, operation, update(operation, input, length)) : status;
}

psa_status_t psab_parts_collected(psab_operation_t *operation, uint8_t hash[PSA_HASH_MAX_SIZE], const uint8_t **input,
                                  size_t *length) {
    psab_sign_parts_t *parts = psab_parts(operation);
    *input = parts->hashed ? hash : operation->held.data;
    *length = operation->held.size;
    return parts->hashed ? psab_hash_finish(operation->core, &parts->hash, hash, PSA_HASH_MAX_SIZE, length)
                         : PSA_SUCCESS;
}
