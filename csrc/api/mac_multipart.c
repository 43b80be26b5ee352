/* Multi-part MACs (section 10.4.3). */
#include "api/fit.h"
#include "api/life.h"
#include "api/mac.h"
#include "psab/api.h"
#include "util/wipe.h"

#define KIND PSAB_CONTEXT_MAC_OPERATION

static psa_status_t fit(psab_operation_t *slot, const psab_attributes_t *attributes) {
    size_t length;
    psa_status_t status = psab_is_mac(slot->alg) ? psab_mac_fit(slot->alg, attributes->type, attributes->bits, &length)
                                                 : PSA_ERROR_INVALID_ARGUMENT;
    return status == PSA_SUCCESS ? status
                                 : psab_refuse(slot->core, status, "the algorithm is not a MAC, or not of this key");
}

static psa_status_t sign_setup(psab_operation_t *slot, const psab_candidate_t *c, const psab_key_view_t *key) {
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, key->key);
    return psab_leave(
        &frame, PSAB_EP_MAC_SIGN_SETUP,
        psab_call_mac_sign_setup(&c->ops, c->context, slot->context, key->attributes, key->data, key->size, slot->alg));
}

static psa_status_t verify_setup(psab_operation_t *slot, const psab_candidate_t *c, const psab_key_view_t *key) {
    if (c->alternative != PSAB_ALT_MAC_VERIFY_SETUP_MAC_VERIFY_MULTIPART) {
        return sign_setup(slot, c, key);
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, key->key);
    return psab_leave(&frame, PSAB_EP_MAC_VERIFY_SETUP,
                      psab_call_mac_verify_setup(&c->ops, c->context, slot->context, key->attributes, key->data,
                                                 key->size, slot->alg));
}

static const psab_keyed_setup_t signing = {KIND,
                                           PSAB_PLAN_MAC_SIGN_SETUP,
                                           PSAB_ALT_MAC_SIGN_SETUP_HELD,
                                           PSA_KEY_USAGE_SIGN_MESSAGE,
                                           PSAB_MARK_MAKES,
                                           "no driver computes this MAC with this key",
                                           fit,
                                           sign_setup};
static const psab_keyed_setup_t verifying = {KIND,
                                             PSAB_PLAN_MAC_VERIFY_SETUP,
                                             PSAB_ALT_MAC_VERIFY_SETUP_HELD_VERIFY,
                                             PSA_KEY_USAGE_VERIFY_MESSAGE,
                                             PSAB_MARK_CHECKS,
                                             "no driver verifies this MAC with this key",
                                             fit,
                                             verify_setup};

psa_status_t psab_mac_sign_setup(psab_core_t *core, psa_mac_operation_t *operation, psa_key_id_t key,
                                 psa_algorithm_t alg) {
    return psab_set_up_keyed(core, &signing, PSAB_HANDLE_OF(operation), key, alg);
}

psa_status_t psab_mac_verify_setup(psab_core_t *core, psa_mac_operation_t *operation, psa_key_id_t key,
                                   psa_algorithm_t alg) {
    return psab_set_up_keyed(core, &verifying, PSAB_HANDLE_OF(operation), key, alg);
}

static psa_status_t update(psab_operation_t *slot, const uint8_t *input, size_t length) {
    if (!psab_buffer_valid(input, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the input is a null pointer");
    }
    if (slot->holds) {
        return psab_hold(slot, input, length);
    }
    if (length == 0) {
        return PSA_SUCCESS;
    }
    const psab_candidate_t *c = slot->candidate;
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    return psab_leave_step(&frame, PSAB_EP_MAC_UPDATE,
                           psab_call_mac_update(&c->ops, c->context, slot->context, input, length));
}

psa_status_t psab_mac_update(psab_core_t *core, psa_mac_operation_t *operation, const uint8_t *input,
                             size_t input_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_MAC_UPDATE, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_MAC_UPDATE, handle, slot, update(slot, input, input_length));
}

/* The one call to a driver that gets the whole message: computing into `mac`, or verifying `given`. */
static psa_status_t call_held(psab_operation_t *slot, uint8_t *mac, size_t room, size_t expected, size_t *written,
                              const uint8_t *given, size_t given_length) {
    psab_key_t *key = NULL;
    bool verify = given != NULL && slot->candidate->alternative == PSAB_ALT_MAC_VERIFY_SETUP_HELD_VERIFY;
    psa_status_t status = psab_key_again(slot->core, &slot->kept, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psab_key_view_t view = psab_key_view(key);
    psab_mac_request_t request = {slot->alg, slot->held.data, slot->held.size};
    if (verify) {
        const psab_candidate_t *c = slot->candidate;
        psab_frame_t frame;
        psab_enter(&frame, slot->core, c);
        status = psab_leave_step(&frame, PSAB_EP_MAC_VERIFY,
                                 psab_call_mac_verify(&c->ops, c->context, view.attributes, view.data, view.size,
                                                      slot->alg, request.input, request.length, given, given_length));
    } else {
        status = psab_mac_compute_with(slot->core, slot->candidate, &view, &request, mac, room, expected, written);
    }
    psab_key_release(key);
    return status;
}

/* Compute what was given so far; the driver's context is over, or to be dropped. */
static psa_status_t compute(psab_operation_t *slot, uint8_t *mac, size_t room, size_t expected, size_t *written) {
    if (slot->holds) {
        return call_held(slot, mac, room, expected, written, NULL, 0);
    }
    const psab_candidate_t *c = slot->candidate;
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    psa_status_t status =
        psab_leave_step(&frame, PSAB_EP_MAC_SIGN_FINISH,
                        psab_call_mac_sign_finish(&c->ops, c->context, slot->context, mac, room, written));
    psab_finish_called(slot, status);
    return psab_output(c, PSAB_EP_MAC_SIGN_FINISH, status, mac, room, expected != 0 ? expected : 1, written);
}

static size_t expected_of(const psab_operation_t *slot) {
    size_t length;
    (void)psab_mac_fit(slot->alg, slot->key_type, slot->key_bits, &length);
    return length;
}

static psa_status_t sign_finish(psab_operation_t *slot, uint8_t *mac, size_t size, size_t *written) {
    size_t expected = expected_of(slot);
    if (size < (expected != 0 ? expected : 1)) {
        return psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "the output buffer is shorter than the MAC");
    }
    return compute(slot, mac, expected != 0 ? expected : size, expected, written);
}

psa_status_t psab_mac_sign_finish(psab_core_t *core, psa_mac_operation_t *operation, uint8_t *mac, size_t mac_size,
                                  size_t *mac_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    size_t written = 0;
    if (mac_length != NULL) {
        *mac_length = 0;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_MAC_SIGN_FINISH, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (mac_length == NULL || !psab_buffer_valid(mac, mac_size)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer");
    } else {
        status = sign_finish(slot, mac, mac_size, &written);
        *mac_length = status == PSA_SUCCESS ? written : 0;
    }
    return psab_step_end(PSAB_STEP_MAC_SIGN_FINISH, handle, slot, status);
}

/* With a driver that only computes, the core compares. */
static psa_status_t verify_by_computing(psab_operation_t *slot, size_t expected, const uint8_t *mac,
                                        size_t mac_length) {
    uint8_t computed[PSA_MAC_MAX_SIZE];
    size_t length = 0;
    psa_status_t status = compute(slot, computed, expected != 0 ? expected : sizeof computed, expected, &length);
    if (status == PSA_SUCCESS) {
        status = psab_mac_compare(computed, length, mac, mac_length);
    }
    psab_wipe(computed, sizeof computed);
    return status;
}

static psa_status_t verify_finish(psab_operation_t *slot, const uint8_t *mac, size_t mac_length) {
    const psab_candidate_t *c = slot->candidate;
    size_t expected = expected_of(slot);
    if (!psab_buffer_valid(mac, mac_length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the MAC is a null pointer");
    }
    if (mac_length == 0 || (expected != 0 && mac_length != expected)) {
        return psab_refuse_because(slot->core, PSA_ERROR_INVALID_SIGNATURE,
                                   "the MAC has %zu bytes, and algorithm 0x%08x gives %zu", mac_length,
                                   (unsigned)slot->alg, expected);
    }
    switch (c->alternative) {
    case PSAB_ALT_MAC_VERIFY_SETUP_MAC_VERIFY_MULTIPART: {
        psab_frame_t frame;
        psab_enter_operation(&frame, slot, NULL);
        psa_status_t status =
            psab_leave_step(&frame, PSAB_EP_MAC_VERIFY_FINISH,
                            psab_call_mac_verify_finish(&c->ops, c->context, slot->context, mac, mac_length));
        psab_finish_called(slot, status);
        return status;
    }
    case PSAB_ALT_MAC_VERIFY_SETUP_HELD_VERIFY:
        return call_held(slot, NULL, 0, 0, NULL, mac, mac_length);
    default:
        return verify_by_computing(slot, expected, mac, mac_length);
    }
}

psa_status_t psab_mac_verify_finish(psab_core_t *core, psa_mac_operation_t *operation, const uint8_t *mac,
                                    size_t mac_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_MAC_VERIFY_FINISH, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_MAC_VERIFY_FINISH, handle, slot, verify_finish(slot, mac, mac_length));
}

psa_status_t psab_mac_abort(psab_core_t *core, psa_mac_operation_t *operation) {
    return psab_abort(core, PSAB_HANDLE_OF(operation), KIND);
}
