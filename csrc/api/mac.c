/* Single-part MACs (section 10.4.2). */
#include "api/mac.h"

#include "api/fit.h"
#include "api/life.h"
#include "psab/api.h"
#include "util/buffer.h"
#include "util/wipe.h"

psa_status_t psab_mac_compare(const uint8_t *computed, size_t length, const uint8_t *mac, size_t mac_length) {
    if (length == mac_length && psab_equal_secret(computed, mac, length)) {
        return PSA_SUCCESS;
    }
    return psab_fail(PSA_ERROR_INVALID_SIGNATURE, NULL, -1, 0, "the MAC differs");
}

static PSAB_HOT psa_status_t compute_with(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                          const psab_mac_request_t *request, uint8_t *mac, size_t size, size_t expected,
                                          size_t *written) {
    psab_frame_t frame;
    *written = 0;
    psab_enter_with(&frame, core, c, key->key);
    psa_status_t status =
        psab_leave(&frame, PSAB_EP_MAC_COMPUTE,
                   psab_call_mac_compute(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                         request->input, request->length, mac, size, written));
    return psab_output(c, PSAB_EP_MAC_COMPUTE, status, mac, size, expected != 0 ? expected : 1, written);
}

psa_status_t psab_mac_compute_with(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                   const psab_mac_request_t *request, uint8_t *mac, size_t size, size_t expected,
                                   size_t *written) {
    return compute_with(core, c, key, request, mac, size, expected, written);
}

/* Setup and update of a driver that has a multi-part family only; null after a failure. */
static psab_operation_t *feed(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                              const psab_mac_request_t *request, bool verify, psa_status_t *status) {
    psab_frame_t frame;
    psab_operation_t *slot = psab_compose(core, PSAB_CONTEXT_MAC_OPERATION, c, status);
    if (slot == NULL) {
        return NULL;
    }
    psab_enter_operation(&frame, slot, key->key);
    *status = verify ? psab_leave(&frame, PSAB_EP_MAC_VERIFY_SETUP,
                                  psab_call_mac_verify_setup(&c->ops, c->context, slot->context, key->attributes,
                                                             key->data, key->size, request->alg))
                     : psab_leave(&frame, PSAB_EP_MAC_SIGN_SETUP,
                                  psab_call_mac_sign_setup(&c->ops, c->context, slot->context, key->attributes,
                                                           key->data, key->size, request->alg));
    slot->active = *status == PSA_SUCCESS;
    if (*status == PSA_SUCCESS && request->length != 0) {
        psab_enter_operation(&frame, slot, NULL);
        *status = psab_leave(&frame, PSAB_EP_MAC_UPDATE,
                             psab_call_mac_update(&c->ops, c->context, slot->context, request->input, request->length));
    }
    if (*status != PSA_SUCCESS) {
        (void)psab_operation_give(slot);
        return NULL;
    }
    return slot;
}

static __attribute__((noinline)) psa_status_t compute_in_parts(psab_core_t *core, const psab_candidate_t *c,
                                                               const psab_key_view_t *key,
                                                               const psab_mac_request_t *request, uint8_t *mac,
                                                               size_t size, size_t expected, size_t *written) {
    psab_frame_t frame;
    psa_status_t status;
    *written = 0;
    psab_operation_t *slot = feed(core, c, key, request, false, &status);
    if (slot != NULL) {
        psab_enter_operation(&frame, slot, NULL);
        status = psab_leave(&frame, PSAB_EP_MAC_SIGN_FINISH,
                            psab_call_mac_sign_finish(&c->ops, c->context, slot->context, mac, size, written));
        psab_finish_called(slot, status);
        (void)psab_operation_give(slot);
    }
    return psab_output(c, PSAB_EP_MAC_SIGN_FINISH, status, mac, size, expected != 0 ? expected : 1, written);
}

static psa_status_t verify_in_parts(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                    const psab_mac_request_t *request, const uint8_t *mac, size_t mac_length) {
    psab_frame_t frame;
    psa_status_t status;
    psab_operation_t *slot = feed(core, c, key, request, true, &status);
    if (slot != NULL) {
        psab_enter_operation(&frame, slot, NULL);
        status = psab_leave(&frame, PSAB_EP_MAC_VERIFY_FINISH,
                            psab_call_mac_verify_finish(&c->ops, c->context, slot->context, mac, mac_length));
        psab_finish_called(slot, status);
        (void)psab_operation_give(slot);
    }
    return status;
}

static PSAB_COLD psa_status_t refuse_fit(psab_core_t *core, psa_status_t status) {
    return psab_refuse(core, status, "the key or the length of the MAC does not fit the algorithm");
}

static PSAB_HOT psa_status_t run(psab_core_t *core, const psab_key_view_t *key, const psab_mac_request_t *request,
                                 uint8_t *mac, size_t size, size_t *written) {
    *written = 0;
    psab_found_t found = psab_find(core->registry, PSAB_PLAN_MAC_COMPUTE, request->alg, key->attributes, key->cell);
    const psab_route_t *route = found.route;
    size_t expected = found.facts.output;
    if (PSAB_UNLIKELY(found.facts.status != PSA_SUCCESS)) {
        return refuse_fit(core, found.facts.status);
    }
    if (PSAB_UNLIKELY(size < (expected != 0 ? expected : 1))) {
        return psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the output buffer is shorter than the MAC");
    }
    size_t room = expected != 0 ? expected : size;
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        if (PSAB_LIKELY(c->alternative == PSAB_ALT_MAC_COMPUTE_MAC_COMPUTE)) {
            status = compute_with(core, c, key, request, mac, room, expected, written);
        } else {
            psab_key_view_t view = *key; /* put together only here */
            psab_mac_request_t other = *request;
            status = compute_in_parts(core, c, &view, &other, mac, room, expected, written);
        }
    }
    return PSAB_LIKELY(status == PSA_SUCCESS) || (route != NULL && route->count != 0)
               ? status
               : psab_refuse(core, status, "no driver computes this MAC with this key");
}

psa_status_t psab_mac_run(psab_core_t *core, const psab_key_view_t *key, const psab_mac_request_t *request,
                          uint8_t *mac, size_t size, size_t *written) {
    return run(core, key, request, mac, size, written);
}

static PSAB_HOT psa_status_t call_verify(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                         const psab_mac_request_t *request, const uint8_t *mac, size_t mac_length) {
    psab_frame_t frame;
    psab_enter_with(&frame, core, c, key->key);
    return psab_leave(&frame, PSAB_EP_MAC_VERIFY,
                      psab_call_mac_verify(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                           request->input, request->length, mac, mac_length));
}

/* A driver that only computes: the core compares. */
static psa_status_t verify_by_computing(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                        const psab_mac_request_t *request, size_t expected, const uint8_t *mac,
                                        size_t mac_length) {
    uint8_t computed[PSA_MAC_MAX_SIZE];
    size_t room = expected != 0 ? expected : sizeof computed;
    size_t length = 0;
    psa_status_t status = c->alternative == PSAB_ALT_MAC_VERIFY_COMPUTE
                              ? compute_with(core, c, key, request, computed, room, expected, &length)
                              : compute_in_parts(core, c, key, request, computed, room, expected, &length);
    if (status == PSA_SUCCESS) {
        status = psab_mac_compare(computed, length, mac, mac_length);
    }
    psab_wipe(computed, sizeof computed);
    return status;
}

/* Through other entry points than the one for just that. */
static __attribute__((noinline)) psa_status_t verify_otherwise(psab_core_t *core, const psab_candidate_t *c,
                                                               const psab_key_view_t *key,
                                                               const psab_mac_request_t *request, size_t expected,
                                                               const uint8_t *mac, size_t mac_length) {
    return c->alternative == PSAB_ALT_MAC_VERIFY_MAC_VERIFY_MULTIPART
               ? verify_in_parts(core, c, key, request, mac, mac_length)
               : verify_by_computing(core, c, key, request, expected, mac, mac_length);
}

static PSAB_HOT psa_status_t run_check(psab_core_t *core, const psab_key_view_t *key, const psab_mac_request_t *request,
                                       const uint8_t *mac, size_t mac_length) {
    psab_found_t found = psab_find(core->registry, PSAB_PLAN_MAC_VERIFY, request->alg, key->attributes, key->cell);
    size_t expected = found.facts.output;
    if (PSAB_UNLIKELY(found.facts.status != PSA_SUCCESS)) {
        return refuse_fit(core, found.facts.status);
    }
    psa_status_t status;
    const psab_candidate_t *c = psab_first(found.route, &status);
    if (PSAB_UNLIKELY(c == NULL)) {
        return psab_refuse(core, status, "no driver verifies this MAC with this key");
    }
    if (expected != 0 && mac_length != expected) {
        return psab_refuse_because(core, PSA_ERROR_INVALID_SIGNATURE,
                                   "the MAC has %zu bytes, and algorithm 0x%08x gives %zu", mac_length,
                                   (unsigned)request->alg, expected);
    }
    for (; c != NULL; c = psab_next(c, status)) {
        if (PSAB_LIKELY(c->alternative == PSAB_ALT_MAC_VERIFY_MAC_VERIFY)) {
            status = call_verify(core, c, key, request, mac, mac_length);
        } else {
            psab_key_view_t view = *key; /* put together only here */
            psab_mac_request_t other = *request;
            status = verify_otherwise(core, c, &view, &other, expected, mac, mac_length);
        }
    }
    return status;
}

psa_status_t psab_mac_check(psab_core_t *core, const psab_key_view_t *key, const psab_mac_request_t *request,
                            const uint8_t *mac, size_t mac_length) {
    return run_check(core, key, request, mac, mac_length);
}

static psa_status_t check(psab_core_t *core, psa_algorithm_t alg, const uint8_t *input, size_t length,
                          const uint8_t *mac, size_t mac_length) {
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (PSAB_UNLIKELY(!psab_buffer_valid(input, length) || !psab_buffer_valid(mac, mac_length))) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    }
    if (PSAB_UNLIKELY(!psab_is_mac(alg))) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not a MAC");
    }
    return PSA_SUCCESS;
}

static __attribute__((noinline)) psa_status_t run_apart(psab_core_t *core, psab_key_view_t key,
                                                        psab_mac_request_t request, uint8_t *mac, size_t size,
                                                        size_t *written) {
    psab_scratch_t copy;
    psa_status_t status = psab_separate(&copy, request.input, request.length, mac, size, &request.input)
                              ? psab_mac_run(core, &key, &request, mac, size, written)
                              : psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for a copy of the input");
    psab_scratch_free(&copy);
    return status;
}

psa_status_t psab_mac_compute(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                              size_t input_length, uint8_t *mac, size_t mac_size, size_t *mac_length) {
    psab_key_t *found = NULL;
    if (mac_length == NULL) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the length of the output is a null pointer");
    }
    *mac_length = 0;
    psa_status_t status = check(core, alg, input, input_length, mac, mac_size);
    if (PSAB_LIKELY(status == PSA_SUCCESS)) {
        status = psab_acquire(core, key, PSA_KEY_USAGE_SIGN_MESSAGE, alg, &found);
    }
    if (PSAB_UNLIKELY(status != PSA_SUCCESS)) {
        return status;
    }
    psab_key_view_t view = psab_key_view(found);
    psab_mac_request_t request = {alg, input, input_length};
    bool overlap = psab_overlap(input, input_length, mac, mac_size);
    status = PSAB_UNLIKELY(overlap) ? run_apart(core, view, request, mac, mac_size, mac_length)
                                    : run(core, &view, &request, mac, mac_size, mac_length);
    psab_key_release(found);
    return status;
}

psa_status_t psab_mac_verify(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                             size_t input_length, const uint8_t *mac, size_t mac_length) {
    psab_key_t *found = NULL;
    psa_status_t status = check(core, alg, input, input_length, mac, mac_length);
    if (PSAB_LIKELY(status == PSA_SUCCESS)) {
        status = psab_acquire(core, key, PSA_KEY_USAGE_VERIFY_MESSAGE, alg, &found);
    }
    if (PSAB_UNLIKELY(status != PSA_SUCCESS)) {
        return status;
    }
    psab_key_view_t view = psab_key_view(found);
    psab_mac_request_t request = {alg, input, input_length};
    status = run_check(core, &view, &request, mac, mac_length);
    psab_key_release(found);
    return status;
}
