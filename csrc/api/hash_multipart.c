/* Multi-part hashing (section 10.2.3). */
#include <string.h>

#include "api/hash.h"
#include "api/life.h"
#include "psab/api.h"
#include "util/buffer.h"
#include "util/wipe.h"

#define KIND PSAB_CONTEXT_HASH_OPERATION

static bool is_hash(psa_algorithm_t alg) {
    return PSA_ALG_IS_HASH(alg) && alg != PSA_ALG_ANY_HASH;
}

/* Let the candidates of a plan set up a slot, from nothing or from a suspended state. */
static psa_status_t set_up(psab_core_t *core, psab_operation_t *operation, uint16_t plan, psa_algorithm_t alg,
                           const uint8_t *state, size_t state_length) {
    psa_status_t status;
    const psab_route_t *route = psab_find_keyless(core->registry, plan, alg).route;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        status = psab_operation_prepare(operation, c);
        if (status != PSA_SUCCESS) {
            return psab_refuse(core, status, "no memory for the driver's context");
        }
        operation->alg = alg;
        operation->holds = plan == PSAB_PLAN_HASH_SETUP && c->alternative == PSAB_ALT_HASH_SETUP_HELD;
        if (operation->holds) {
            continue;
        }
        psab_frame_t frame;
        psab_enter_operation(&frame, operation, NULL);
        if (plan == PSAB_PLAN_HASH_SETUP) {
            status = psab_leave(&frame, PSAB_EP_HASH_SETUP,
                                psab_call_hash_setup(&c->ops, c->context, operation->context, alg));
        } else {
            status =
                psab_leave(&frame, PSAB_EP_HASH_RESUME,
                           psab_call_hash_resume(&c->ops, c->context, operation->context, alg, state, state_length));
        }
        operation->active = status == PSA_SUCCESS;
    }
    return route != NULL && route->count != 0 ? status : psab_refuse(core, status, "no driver for the hash");
}

psa_status_t psab_hash_setup(psab_core_t *core, psa_hash_operation_t *operation, psa_algorithm_t alg) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_setup_begin(core, handle, KIND, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = is_hash(alg) ? set_up(core, slot, PSAB_PLAN_HASH_SETUP, alg, NULL, 0)
                          : psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not a hash");
    return psab_operation_opened(handle, slot, status);
}

psa_status_t psab_hash_update(psab_core_t *core, psa_hash_operation_t *operation, const uint8_t *input,
                              size_t input_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_HASH_UPDATE, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (!psab_buffer_valid(input, input_length)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the input is a null pointer");
    } else if (slot->holds) {
        status = psab_hold(slot, input, input_length);
    } else if (input_length != 0) {
        const psab_candidate_t *c = slot->candidate;
        psab_frame_t frame;
        psab_enter_operation(&frame, slot, NULL);
        status = psab_leave_step(&frame, PSAB_EP_HASH_UPDATE,
                                 psab_call_hash_update(&c->ops, c->context, slot->context, input, input_length));
    }
    return psab_step_end(PSAB_STEP_HASH_UPDATE, handle, slot, status);
}

/* The driver's part of finishing. A success ends its context; after a failure it is aborted. */
static psa_status_t finish(psab_operation_t *slot, uint8_t *hash, size_t size, size_t *written) {
    const psab_candidate_t *c = slot->candidate;
    size_t room = psab_hash_room(slot->alg, size);
    if (slot->holds) {
        return psab_hash_single(slot->core, c, slot->alg, slot->held.data, slot->held.size, hash, size, written);
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    psa_status_t status = psab_leave_step(
        &frame, PSAB_EP_HASH_FINISH, psab_call_hash_finish(&c->ops, c->context, slot->context, hash, room, written));
    psab_finish_called(slot, status);
    return psab_output(c, PSAB_EP_HASH_FINISH, status, hash, room, psab_hash_least(slot->alg), written);
}

psa_status_t psab_hash_finish(psab_core_t *core, psa_hash_operation_t *operation, uint8_t *hash, size_t hash_size,
                              size_t *hash_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_HASH_FINISH, handle, &slot);
    if (hash_length != NULL) {
        *hash_length = 0;
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (hash_length == NULL || !psab_buffer_valid(hash, hash_size)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer");
    } else if (hash_size < psab_hash_least(slot->alg)) {
        status = psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the output buffer is shorter than the hash");
    } else {
        size_t written = 0;
        status = finish(slot, hash, hash_size, &written);
        *hash_length = written;
    }
    return psab_step_end(PSAB_STEP_HASH_FINISH, handle, slot, status);
}

psa_status_t psab_hash_verify(psab_core_t *core, psa_hash_operation_t *operation, const uint8_t *hash,
                              size_t hash_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_HASH_FINISH, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (!psab_buffer_valid(hash, hash_length)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the hash is a null pointer");
        return psab_step_end(PSAB_STEP_HASH_FINISH, handle, slot, status);
    }
    uint8_t computed[PSA_HASH_MAX_SIZE];
    size_t length = 0;
    status = finish(slot, computed, sizeof computed, &length);
    if (status == PSA_SUCCESS && (length != hash_length || !psab_equal_secret(computed, hash, length))) {
        status = psab_fail(PSA_ERROR_INVALID_SIGNATURE, NULL, -1, 0, "the hash differs");
    }
    psab_wipe(computed, sizeof computed);
    return psab_step_end(PSAB_STEP_HASH_FINISH, handle, slot, status);
}

psa_status_t psab_hash_abort(psab_core_t *core, psa_hash_operation_t *operation) {
    return psab_abort(core, PSAB_HANDLE_OF(operation), KIND);
}

/* Give the target what the source has: through the driver where it can, else byte by byte, which
 * the interface guarantees to work for hashes. */
static psa_status_t copy_context(const psab_operation_t *source, psab_operation_t *target) {
    const psab_candidate_t *c = source->candidate;
    psa_status_t status = psab_operation_prepare(target, c);
    if (status != PSA_SUCCESS) {
        return psab_refuse(source->core, status, "no memory for the driver's context");
    }
    target->alg = source->alg;
    target->holds = source->holds;
    if (source->holds) {
        return psab_hold(target, source->held.data, source->held.size);
    }
    if (c->ops.hash_clone != NULL) {
        psab_frame_t frame;
        psab_enter_operation(&frame, target, NULL);
        status = psab_leave_step(&frame, PSAB_EP_HASH_CLONE,
                                 psab_call_hash_clone(&c->ops, c->context, source->context, target->context));
    } else {
        memcpy(target->context, source->context, source->size);
    }
    target->active = status == PSA_SUCCESS;
    return status;
}

psa_status_t psab_hash_clone(psab_core_t *core, const psa_hash_operation_t *source_operation,
                             psa_hash_operation_t *target_operation) {
    psab_operation_t *source = NULL;
    psab_operation_t *target = NULL;
    uint64_t *handle = source_operation != NULL ? PSAB_HANDLE_OF(target_operation) : NULL;
    psa_status_t status = psab_setup_begin(core, handle, KIND, &target);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = psab_operation_enter_const(core, &source_operation->handle, KIND, &source);
    if (status == PSA_SUCCESS) {
        status = psab_operation_left(source, copy_context(source, target));
    }
    return psab_operation_opened(handle, target, status);
}

/* Suspend and resume: the algorithm, the length of the input so far, the state of the hash and the
 * input that does not fill a block (section 10.2.3, hash suspend state). */

static uint32_t algorithm_of_state(const uint8_t *state) {
    return (uint32_t)state[0] << 24 | (uint32_t)state[1] << 16 | (uint32_t)state[2] << 8 | (uint32_t)state[3];
}

static size_t state_least(psa_algorithm_t alg) {
    return PSA_HASH_SUSPEND_ALGORITHM_FIELD_LENGTH + PSA_HASH_SUSPEND_INPUT_LENGTH_FIELD_LENGTH(alg) +
           PSA_HASH_SUSPEND_HASH_STATE_FIELD_LENGTH(alg);
}

/* The driver's part of suspending; `state` has room for any state of the hash. */
static psa_status_t suspend(psab_operation_t *slot, uint8_t *state, size_t size, size_t *written) {
    const psab_candidate_t *c = slot->candidate;
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    psa_status_t status = psab_leave_step(
        &frame, PSAB_EP_HASH_SUSPEND, psab_call_hash_suspend(&c->ops, c->context, slot->context, state, size, written));
    psab_finish_called(slot, status);
    status = psab_output(c, PSAB_EP_HASH_SUSPEND, status, state, size, state_least(slot->alg), written);
    if (status == PSA_SUCCESS && algorithm_of_state(state) != slot->alg) {
        psab_wipe(state, size);
        *written = 0;
        return psab_report(c, PSAB_EP_HASH_SUSPEND, PSA_ERROR_CORRUPTION_DETECTED, PSAB_REPORT_CONTEXT,
                           "a suspended state that names another algorithm");
    }
    return status;
}

static psa_status_t suspend_to(psab_operation_t *slot, uint8_t *output, size_t size, size_t *length) {
    uint8_t state[PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE] = {0};
    size_t most = PSA_HASH_SUSPEND_OUTPUT_SIZE(slot->alg);
    size_t written = 0;
    if (most == 0 || slot->candidate->ops.hash_suspend == NULL) { /* so it is where the core holds the input */
        return psab_refuse(slot->core, PSA_ERROR_NOT_SUPPORTED, "the hash or its driver cannot be suspended");
    }
    if (size < state_least(slot->alg)) {
        return psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the state");
    }
    psa_status_t status = suspend(slot, state, most, &written);
    if (status == PSA_SUCCESS && written > size) {
        status = psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the state");
    } else if (status == PSA_SUCCESS) {
        memcpy(output, state, written);
        *length = written;
    }
    psab_wipe(state, sizeof state);
    return status;
}

psa_status_t psab_hash_suspend(psab_core_t *core, psa_hash_operation_t *operation, uint8_t *hash_state,
                               size_t hash_state_size, size_t *hash_state_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_HASH_FINISH, handle, &slot);
    if (hash_state_length != NULL) {
        *hash_state_length = 0;
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = hash_state_length == NULL || !psab_buffer_valid(hash_state, hash_state_size)
                 ? psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer")
                 : suspend_to(slot, hash_state, hash_state_size, hash_state_length);
    return psab_step_end(PSAB_STEP_HASH_FINISH, handle, slot, status);
}

static psa_status_t resume(psab_core_t *core, psab_operation_t *slot, const uint8_t *state, size_t length) {
    if (state == NULL || length < PSA_HASH_SUSPEND_ALGORITHM_FIELD_LENGTH) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the state is too short");
    }
    psa_algorithm_t alg = algorithm_of_state(state);
    if (!is_hash(alg)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the state is not that of a hash");
    }
    size_t most = PSA_HASH_SUSPEND_OUTPUT_SIZE(alg);
    if (most == 0) {
        return psab_refuse(core, PSA_ERROR_NOT_SUPPORTED, "the hash cannot be suspended");
    }
    if (length < state_least(alg) || length > most) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the state has an impossible length");
    }
    return set_up(core, slot, PSAB_PLAN_HASH_RESUME, alg, state, length);
}

psa_status_t psab_hash_resume(psab_core_t *core, psa_hash_operation_t *operation, const uint8_t *hash_state,
                              size_t hash_state_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_setup_begin(core, handle, KIND, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_operation_opened(handle, slot, resume(core, slot, hash_state, hash_state_length));
}
