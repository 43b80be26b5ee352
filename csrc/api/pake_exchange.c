/* psa_pake_output, psa_pake_input (section 10.13.6): the steps of an exchange, and the driver that does them. */
#include "api/life.h"
#include "api/pake.h"
#include "psab/api.h"

static psab_pake_inputs_t inputs_of(const psab_pake_t *pake, const psab_key_t *key) {
    return (psab_pake_inputs_t){
        .suite = pake->suite,
        .role = pake->role,
        .attributes = &key->attributes,
        .password = key->data,
        .password_length = key->size,
        .user = pake->user.data,
        .user_length = pake->user.length,
        .peer = pake->peer.data,
        .peer_length = pake->peer.length,
        .context = pake->context.data,
        .context_length = pake->context.length,
    };
}

psa_status_t psab_pake_start(psab_operation_t *slot) {
    psab_pake_t *pake = psab_pake_of(slot);
    psab_key_t *key = NULL;
    psa_status_t status = psab_key_again(slot->core, &slot->kept, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psab_pake_inputs_t inputs = inputs_of(pake, key);
    const psab_route_t *route =
        psab_route(slot->core->registry, PSAB_PLAN_PAKE_SETUP, slot->alg, &key->attributes, &key->route);
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        status = psab_operation_prepare(slot, c);
        if (status != PSA_SUCCESS) {
            status = psab_refuse(slot->core, status, "no memory for the driver's context");
            break;
        }
        psab_frame_t frame;
        psab_enter_operation(&frame, slot, NULL);
        status =
            psab_leave(&frame, PSAB_EP_PAKE_SETUP, psab_call_pake_setup(&c->ops, c->context, slot->context, &inputs));
        slot->active = status == PSA_SUCCESS;
    }
    psab_key_release(key);
    pake->started = status == PSA_SUCCESS;
    return status;
}

/* Whether a step is due; if so, `next` is where it leads to, and a driver is there to do it. */
static psa_status_t begin(psab_operation_t *slot, unsigned move, psab_pake_place_t *next, uint32_t *driver_step) {
    psab_pake_t *pake = psab_pake_of(slot);
    if (pake->protocol == NULL) {
        pake->protocol = psab_pake_protocol(slot->alg, pake->role);
    }
    if (!psab_pake_has(pake->protocol, move)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm has no such step");
    }
    *next = pake->place;
    if (!psab_pake_advance(pake->protocol, next, move, driver_step)) {
        return psab_refuse(slot->core, PSA_ERROR_BAD_STATE, "another step is due");
    }
    return PSA_SUCCESS;
}

static psa_status_t call_output(psab_operation_t *slot, uint32_t step, uint8_t *output, size_t size, size_t least,
                                size_t *length) {
    psa_status_t status = psab_pake_of(slot)->started ? PSA_SUCCESS : psab_pake_start(slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    const psab_candidate_t *c = slot->candidate;
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    status = psab_leave_step(&frame, PSAB_EP_PAKE_OUTPUT,
                             psab_call_pake_output(&c->ops, c->context, slot->context, step, output, size, length));
    return psab_output(c, PSAB_EP_PAKE_OUTPUT, status, output, size, least, length);
}

static psa_status_t output(psab_operation_t *slot, psa_pake_step_t step, uint8_t *data, size_t size, size_t *length) {
    psab_pake_t *pake = psab_pake_of(slot);
    psab_pake_place_t next;
    uint32_t driver_step = 0;
    psa_status_t status = begin(slot, PSAB_PAKE_OUT | step, &next, &driver_step);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t exact = PSA_PAKE_OUTPUT_SIZE(slot->alg, pake->suite.primitive, step);
    if (size < exact || size == 0) {
        return psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "the output buffer is too small for the step");
    }
    /* Of all outputs, only a proof, a number, may come without its leading zeros. */
    size_t least = exact == 0 || step == PSA_PAKE_STEP_ZK_PROOF ? 1 : exact;
    status = call_output(slot, driver_step, data, exact != 0 ? exact : size, least, length);
    if (status == PSA_SUCCESS) {
        pake->place = next;
    }
    return status;
}

psa_status_t psab_pake_output(psab_core_t *core, psa_pake_operation_t *operation, psa_pake_step_t step,
                              uint8_t *output_data, size_t output_size, size_t *output_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    size_t written = 0;
    if (output_length != NULL) {
        *output_length = 0;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_PAKE_OUTPUT, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (output_length == NULL || !psab_buffer_valid(output_data, output_size)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer");
    } else {
        status = output(slot, step, output_data, output_size, &written);
        *output_length = status == PSA_SUCCESS ? written : 0;
    }
    return psab_step_end(PSAB_STEP_PAKE_OUTPUT, handle, slot, status);
}

/* Whether an input can be one of the step by its length. Of what has a fixed length, a proof may lack leading zeros. */
static bool length_fits(const psab_operation_t *slot, psa_pake_step_t step, size_t length) {
    size_t most = PSA_PAKE_INPUT_SIZE(slot->alg, psab_pake_of(slot)->suite.primitive, step);
    if (step == PSA_PAKE_STEP_SALT) {
        return length <= most;
    }
    return step == PSA_PAKE_STEP_ZK_PROOF || most == 0 ? length != 0 && (most == 0 || length <= most) : length == most;
}

static psa_status_t input(psab_operation_t *slot, psa_pake_step_t step, const uint8_t *data, size_t length) {
    psab_pake_t *pake = psab_pake_of(slot);
    psab_pake_place_t next;
    uint32_t driver_step = 0;
    psa_status_t status = begin(slot, PSAB_PAKE_IN | step, &next, &driver_step);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (!psab_buffer_valid(data, length) || !length_fits(slot, step, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "a null pointer, or not the length of the step");
    }
    status = pake->started ? PSA_SUCCESS : psab_pake_start(slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    const psab_candidate_t *c = slot->candidate;
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    status = psab_leave_step(&frame, PSAB_EP_PAKE_INPUT,
                             psab_call_pake_input(&c->ops, c->context, slot->context, driver_step, data, length));
    if (status == PSA_SUCCESS) {
        pake->place = next;
    }
    return status;
}

psa_status_t psab_pake_input(psab_core_t *core, psa_pake_operation_t *operation, psa_pake_step_t step,
                             const uint8_t *input_data, size_t input_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_PAKE_INPUT, handle, &slot);
    return status == PSA_SUCCESS
               ? psab_step_end(PSAB_STEP_PAKE_INPUT, handle, slot, input(slot, step, input_data, input_length))
               : status;
}
