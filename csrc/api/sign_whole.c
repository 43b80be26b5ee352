/* Whole messages for drivers that have the multi-part families of signatures only. */
#include "api/sign_parts.h"

/* Context and message, in one part each. Nothing is lost if a driver cannot: another one can still take the whole. */
static psa_status_t feed(psab_operation_t *slot, uint16_t set_context, const uint8_t *context, size_t context_length,
                         uint16_t update, const uint8_t *input, size_t length) {
    psa_status_t status =
        context_length != 0 ? psab_parts_give(slot, set_context, context, context_length) : PSA_SUCCESS;
    return status == PSA_SUCCESS && length != 0 ? psab_parts_give(slot, update, input, length) : status;
}

psa_status_t psab_sign_in_parts(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                const psab_signing_t *request, size_t room, size_t *written) {
    psab_frame_t frame;
    psa_status_t status;
    *written = 0;
    psab_operation_t *slot = psab_compose(core, PSAB_CONTEXT_SIGN_OPERATION, c, &status);
    if (slot == NULL) {
        return status;
    }
    psab_enter_operation(&frame, slot, key->key);
    status = psab_leave(
        &frame, PSAB_EP_SIGN_SETUP,
        psab_call_sign_setup(&c->ops, c->context, slot->context, key->attributes, key->data, key->size, request->alg));
    slot->active = status == PSA_SUCCESS;
    if (status == PSA_SUCCESS) {
        status = feed(slot, PSAB_EP_SIGN_SET_CONTEXT, request->context, request->context_length, PSAB_EP_SIGN_UPDATE,
                      request->input, request->length);
    }
    if (status == PSA_SUCCESS) {
        psab_enter_operation(&frame, slot, NULL);
        status =
            psab_leave(&frame, PSAB_EP_SIGN_FINISH,
                       psab_call_sign_finish(&c->ops, c->context, slot->context, request->signature, room, written));
        psab_finish_called(slot, status);
    }
    (void)psab_operation_give(slot);
    return status;
}

psa_status_t psab_verify_in_parts(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                  const psab_verifying_t *request) {
    psab_frame_t frame;
    psa_status_t status;
    psab_operation_t *slot = psab_compose(core, PSAB_CONTEXT_VERIFY_OPERATION, c, &status);
    if (slot == NULL) {
        return status;
    }
    psab_enter_operation(&frame, slot, key->key);
    status = psab_leave(&frame, PSAB_EP_VERIFY_SETUP,
                        psab_call_verify_setup(&c->ops, c->context, slot->context, key->attributes, key->data,
                                               key->size, request->alg, request->signature, request->signature_length));
    slot->active = status == PSA_SUCCESS;
    if (status == PSA_SUCCESS) {
        status = feed(slot, PSAB_EP_VERIFY_SET_CONTEXT, request->context, request->context_length,
                      PSAB_EP_VERIFY_UPDATE, request->input, request->length);
    }
    if (status == PSA_SUCCESS) {
        psab_enter_operation(&frame, slot, NULL);
        status = psab_leave(&frame, PSAB_EP_VERIFY_FINISH, psab_call_verify_finish(&c->ops, c->context, slot->context));
        psab_finish_called(slot, status);
    }
    (void)psab_operation_give(slot);
    return status;
}
