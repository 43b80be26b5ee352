/* Single-part hashing (section 10.2.2). */
#include "api/hash.h"

#include "api/life.h"
#include "psab/api.h"
#include "util/buffer.h"
#include "util/wipe.h"

/* A driver that has only the multi-part family. Nothing is lost if a later call is not supported:
 * another driver can still take the whole message. */
static __attribute__((noinline)) psa_status_t run_multipart(psab_core_t *core, const psab_candidate_t *candidate,
                                                            psa_algorithm_t alg, const uint8_t *input, size_t length,
                                                            uint8_t *hash, size_t size, size_t *written) {
    psab_frame_t frame;
    psab_operation_t *operation = psab_operation_take(core, PSAB_CONTEXT_HASH_OPERATION);
    if (operation == NULL) {
        return psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for an operation");
    }
    psa_status_t status = psab_operation_prepare(operation, candidate);
    if (status == PSA_SUCCESS) {
        psab_enter_operation(&frame, operation, NULL);
        status = psab_leave(&frame, PSAB_EP_HASH_SETUP,
                            psab_call_hash_setup(&candidate->ops, candidate->context, operation->context, alg));
        operation->active = status == PSA_SUCCESS;
    }
    if (status == PSA_SUCCESS && length != 0) {
        psab_enter_operation(&frame, operation, NULL);
        status =
            psab_leave(&frame, PSAB_EP_HASH_UPDATE,
                       psab_call_hash_update(&candidate->ops, candidate->context, operation->context, input, length));
    }
    if (status == PSA_SUCCESS) {
        psab_enter_operation(&frame, operation, NULL);
        status = psab_leave(
            &frame, PSAB_EP_HASH_FINISH,
            psab_call_hash_finish(&candidate->ops, candidate->context, operation->context, hash, size, written));
        psab_finish_called(operation, status);
    }
    (void)psab_operation_give(operation);
    return status;
}

static PSAB_HOT psa_status_t run_single(psab_core_t *core, const psab_candidate_t *c, psa_algorithm_t alg,
                                        const uint8_t *input, size_t length, uint8_t *hash, size_t room, size_t least,
                                        size_t *written) {
    psab_frame_t frame;
    *written = 0;
    psab_enter(&frame, core, c);
    psa_status_t status =
        psab_leave(&frame, PSAB_EP_HASH_COMPUTE,
                   psab_call_hash_compute(&c->ops, c->context, alg, input, length, hash, room, written));
    return psab_output(c, PSAB_EP_HASH_COMPUTE, status, hash, room, least, written);
}

static PSAB_HOT psa_status_t run_with(psab_core_t *core, const psab_candidate_t *c, psa_algorithm_t alg,
                                      const uint8_t *input, size_t length, uint8_t *hash, size_t room, size_t least,
                                      size_t *written) {
    size_t produced = 0;
    psa_status_t status;
    if (PSAB_LIKELY(c->alternative == PSAB_ALT_HASH_COMPUTE_HASH_COMPUTE)) {
        status = run_single(core, c, alg, input, length, hash, room, least, &produced);
    } else {
        status = run_multipart(core, c, alg, input, length, hash, room, &produced);
        status = psab_output(c, PSAB_EP_HASH_FINISH, status, hash, room, least, &produced);
    }
    *written = produced;
    return status;
}

psa_status_t psab_hash_with(psab_core_t *core, const psab_candidate_t *candidate, psa_algorithm_t alg,
                            const uint8_t *input, size_t length, uint8_t *hash, size_t size, size_t *written) {
    return run_with(core, candidate, alg, input, length, hash, size, size, written);
}

psa_status_t psab_hash_single(psab_core_t *core, const psab_candidate_t *candidate, psa_algorithm_t alg,
                              const uint8_t *input, size_t length, uint8_t *hash, size_t size, size_t *written) {
    return run_single(core, candidate, alg, input, length, hash, psab_hash_room(alg, size), psab_hash_least(alg),
                      written);
}

psa_status_t psab_hash_run(psab_core_t *core, psa_algorithm_t alg, const uint8_t *input, size_t length, uint8_t *hash,
                           size_t size, size_t *written) {
    psa_status_t status;
    psab_found_t found = psab_find_keyless(core->registry, PSAB_PLAN_HASH_COMPUTE, alg);
    const psab_route_t *route = found.route;
    size_t least = found.facts.output != 0 ? found.facts.output : 1;
    size_t room = found.facts.output != 0 ? found.facts.output : size;
    *written = 0;
    if (PSAB_UNLIKELY(size < least)) {
        return psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the output buffer is shorter than the hash");
    }
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        status = run_with(core, c, alg, input, length, hash, room, least, written);
    }
    return PSAB_LIKELY(status == PSA_SUCCESS) || (route != NULL && route->count != 0)
               ? status
               : psab_refuse(core, status, "no driver for the hash");
}

static inline psa_status_t check(psab_core_t *core, psa_algorithm_t alg, const uint8_t *input, size_t length) {
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (!psab_buffer_valid(input, length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the input is a null pointer");
    }
    if (!PSA_ALG_IS_HASH(alg) || alg == PSA_ALG_ANY_HASH) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not a hash");
    }
    return PSA_SUCCESS;
}

static PSAB_COLD psa_status_t run_apart(psab_core_t *core, psa_algorithm_t alg, const uint8_t *input, size_t length,
                                        uint8_t *hash, size_t size, size_t *written) {
    psab_scratch_t copy;
    const uint8_t *apart = NULL;
    psa_status_t status = psab_separate(&copy, input, length, hash, size, &apart)
                              ? psab_hash_run(core, alg, apart, length, hash, size, written)
                              : psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for a copy of the input");
    psab_scratch_free(&copy);
    return status;
}

psa_status_t psab_hash_compute(psab_core_t *core, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                               uint8_t *hash, size_t hash_size, size_t *hash_length) {
    if (hash_length == NULL || !psab_buffer_valid(hash, hash_size)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer");
    }
    *hash_length = 0;
    psa_status_t status = check(core, alg, input, input_length);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (PSAB_UNLIKELY(psab_overlap(input, input_length, hash, hash_size))) {
        return run_apart(core, alg, input, input_length, hash, hash_size, hash_length);
    }
    return psab_hash_run(core, alg, input, input_length, hash, hash_size, hash_length);
}

psa_status_t psab_hash_compare(psab_core_t *core, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                               const uint8_t *hash, size_t hash_length) {
    psa_status_t status = check(core, alg, input, input_length);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (!psab_buffer_valid(hash, hash_length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the hash is a null pointer");
    }
    uint8_t computed[PSA_HASH_MAX_SIZE];
    size_t length = 0;
    status = psab_hash_run(core, alg, input, input_length, computed, sizeof computed, &length);
    if (status == PSA_SUCCESS && (length != hash_length || !psab_equal_secret(computed, hash, length))) {
        status = psab_fail(PSA_ERROR_INVALID_SIGNATURE, NULL, -1, 0, "the hash differs");
    }
    psab_wipe(computed, sizeof computed);
    return status;
}
