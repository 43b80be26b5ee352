/* Extendable-output functions (section 10.3.2). */
#include "api/life.h"
#include "psab/api.h"
#include "util/wipe.h"

#define KIND PSAB_CONTEXT_XOF_OPERATION

static psa_status_t set_up(psab_operation_t *slot, psa_algorithm_t alg) {
    psab_core_t *core = slot->core;
    psa_status_t status;
    if (!PSA_ALG_IS_XOF(alg)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not an extendable-output function");
    }
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_XOF_SETUP, alg, NULL, NULL);
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        status = psab_operation_prepare(slot, c);
        if (status != PSA_SUCCESS) {
            return psab_refuse(core, status, "no memory for the driver's context");
        }
        psab_frame_t frame;
        psab_enter_operation(&frame, slot, NULL);
        status = psab_leave(&frame, PSAB_EP_XOF_SETUP, psab_call_xof_setup(&c->ops, c->context, slot->context, alg));
        slot->active = status == PSA_SUCCESS;
    }
    slot->alg = alg;
    slot->marks = PSA_ALG_XOF_HAS_CONTEXT(alg) ? 0 : PSAB_MARK_READY;
    return route != NULL && route->count != 0
               ? status
               : psab_refuse(core, status, "no driver for the extendable-output function");
}

psa_status_t psab_xof_setup(psab_core_t *core, psa_xof_operation_t *operation, psa_algorithm_t alg) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_setup_begin(core, handle, KIND, &slot);
    return status == PSA_SUCCESS ? psab_operation_opened(handle, slot, set_up(slot, alg)) : status;
}

static psa_status_t set_context(psab_operation_t *slot, const uint8_t *context, size_t length) {
    const psab_candidate_t *c = slot->candidate;
    if (!PSA_ALG_XOF_HAS_CONTEXT(slot->alg)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm takes no context");
    }
    if (!psab_buffer_valid(context, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the context is a null pointer");
    }
    if (c->ops.xof_set_context == NULL) {
        return psab_refuse(slot->core, PSA_ERROR_NOT_SUPPORTED, "the driver takes no context");
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    return psab_leave_step(&frame, PSAB_EP_XOF_SET_CONTEXT,
                           psab_call_xof_set_context(&c->ops, c->context, slot->context, context, length));
}

psa_status_t psab_xof_set_context(psab_core_t *core, psa_xof_operation_t *operation, const uint8_t *context,
                                  size_t context_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_XOF_SET_CONTEXT, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_XOF_SET_CONTEXT, handle, slot, set_context(slot, context, context_length));
}

static psa_status_t update(psab_operation_t *slot, const uint8_t *input, size_t length) {
    const psab_candidate_t *c = slot->candidate;
    if (!psab_buffer_valid(input, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the input is a null pointer");
    }
    if (length == 0) {
        return PSA_SUCCESS;
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    return psab_leave_step(&frame, PSAB_EP_XOF_UPDATE,
                           psab_call_xof_update(&c->ops, c->context, slot->context, input, length));
}

psa_status_t psab_xof_update(psab_core_t *core, psa_xof_operation_t *operation, const uint8_t *input,
                             size_t input_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_XOF_UPDATE, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_XOF_UPDATE, handle, slot, update(slot, input, input_length));
}

static psa_status_t output(psab_operation_t *slot, uint8_t *data, size_t length) {
    const psab_candidate_t *c = slot->candidate;
    if (!psab_buffer_valid(data, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer");
    }
    if (length == 0) {
        return PSA_SUCCESS;
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    psa_status_t status = psab_leave_step(&frame, PSAB_EP_XOF_OUTPUT,
                                          psab_call_xof_output(&c->ops, c->context, slot->context, data, length));
    if (status != PSA_SUCCESS) {
        psab_wipe(data, length);
    }
    return status;
}

psa_status_t psab_xof_output(psab_core_t *core, psa_xof_operation_t *operation, uint8_t *data, size_t output_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_XOF_OUTPUT, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_XOF_OUTPUT, handle, slot, output(slot, data, output_length));
}

psa_status_t psab_xof_abort(psab_core_t *core, psa_xof_operation_t *operation) {
    return psab_abort(core, PSAB_HANDLE_OF(operation), KIND);
}
