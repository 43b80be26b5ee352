/* Multi-part AEAD (section 10.6.3): setup, lengths, nonce and additional data. The text is in aead_text.c. */
#include <string.h>

#include "api/aead.h"
#include "api/life.h"
#include "api/random.h"
#include "psab/api.h"

#define KIND PSAB_CONTEXT_AEAD_OPERATION

static psa_status_t fit(psab_operation_t *slot, const psab_attributes_t *attributes) {
    psab_aead_fit_t fit;
    if (!psab_is_aead(slot->alg)) {
        return psab_refuse(slot->core, PSA_ERROR_NOT_SUPPORTED, "the algorithm is not an AEAD");
    }
    if (psab_aead_fit(slot->alg, attributes->type, &fit) != PSA_SUCCESS) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT,
                           "the key or the length of the tag does not fit the algorithm");
    }
    slot->marks |= fit.lengths_first ? 0 : PSAB_MARK_LENGTHS_OK;
    return PSA_SUCCESS;
}

static psa_status_t encrypt_setup(psab_operation_t *slot, const psab_candidate_t *c, const psab_key_view_t *key) {
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, key->key);
    return psab_leave(&frame, PSAB_EP_AEAD_ENCRYPT_SETUP,
                      psab_call_aead_encrypt_setup(&c->ops, c->context, slot->context, key->attributes, key->data,
                                                   key->size, slot->alg));
}

static psa_status_t decrypt_setup(psab_operation_t *slot, const psab_candidate_t *c, const psab_key_view_t *key) {
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, key->key);
    return psab_leave(&frame, PSAB_EP_AEAD_DECRYPT_SETUP,
                      psab_call_aead_decrypt_setup(&c->ops, c->context, slot->context, key->attributes, key->data,
                                                   key->size, slot->alg));
}

static const psab_keyed_setup_t encrypting = {KIND,
                                              PSAB_PLAN_AEAD_ENCRYPT_SETUP,
                                              PSAB_ALT_AEAD_ENCRYPT_SETUP_HELD,
                                              PSA_KEY_USAGE_ENCRYPT,
                                              PSAB_MARK_MAKES,
                                              "no driver has this AEAD with this key",
                                              fit,
                                              encrypt_setup};
static const psab_keyed_setup_t decrypting = {KIND,
                                              PSAB_PLAN_AEAD_DECRYPT_SETUP,
                                              PSAB_ALT_AEAD_DECRYPT_SETUP_HELD,
                                              PSA_KEY_USAGE_DECRYPT,
                                              PSAB_MARK_CHECKS,
                                              "no driver has this AEAD with this key",
                                              fit,
                                              decrypt_setup};

psa_status_t psab_aead_encrypt_setup(psab_core_t *core, psa_aead_operation_t *operation, psa_key_id_t key,
                                     psa_algorithm_t alg) {
    return psab_set_up_keyed(core, &encrypting, PSAB_HANDLE_OF(operation), key, alg);
}

psa_status_t psab_aead_decrypt_setup(psab_core_t *core, psa_aead_operation_t *operation, psa_key_id_t key,
                                     psa_algorithm_t alg) {
    return psab_set_up_keyed(core, &decrypting, PSAB_HANDLE_OF(operation), key, alg);
}

static psa_status_t set_lengths(psab_operation_t *slot, size_t ad_length, size_t text_length) {
    const psab_candidate_t *c = slot->candidate;
    psab_aead_fit_t fit;
    (void)psab_aead_fit(slot->alg, slot->key_type, &fit);
    if (ad_length > fit.ad_most || text_length > fit.text_most) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "a length is more than the algorithm allows");
    }
    slot->progress.ad_length = ad_length;
    slot->progress.length = text_length;
    if (slot->holds) {
        return PSA_SUCCESS;
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    return psab_leave_step(&frame, PSAB_EP_AEAD_SET_LENGTHS,
                           psab_call_aead_set_lengths(&c->ops, c->context, slot->context, ad_length, text_length));
}

psa_status_t psab_aead_set_lengths(psab_core_t *core, psa_aead_operation_t *operation, size_t ad_length,
                                   size_t plaintext_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_AEAD_SET_LENGTHS, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_AEAD_SET_LENGTHS, handle, slot, set_lengths(slot, ad_length, plaintext_length));
}

/* Give the driver a nonce whose length may be wrong. */
static psa_status_t set_nonce(psab_operation_t *slot, const uint8_t *nonce, size_t length) {
    const psab_candidate_t *c = slot->candidate;
    uint64_t most;
    if (!psab_buffer_valid(nonce, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the nonce is a null pointer");
    }
    if (!psab_aead_nonce_valid(slot->alg, slot->key_type, length, &most) || length > UINT32_MAX) {
        return psab_refuse_because(slot->core, PSA_ERROR_INVALID_ARGUMENT,
                                   "algorithm 0x%08x takes no nonce of %zu bytes", (unsigned)slot->alg, length);
    }
    if ((slot->marks & PSAB_MARK_LENGTHS) != 0 && slot->progress.length > most) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the nonce is too long for a text of this length");
    }
    slot->progress.iv = (uint32_t)length;
    if (slot->holds) {
        return psab_hold(slot, nonce, length);
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    return psab_leave_step(&frame, PSAB_EP_AEAD_SET_NONCE,
                           psab_call_aead_set_nonce(&c->ops, c->context, slot->context, nonce, length));
}

psa_status_t psab_aead_set_nonce(psab_core_t *core, psa_aead_operation_t *operation, const uint8_t *nonce,
                                 size_t nonce_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_AEAD_SET_NONCE, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_AEAD_SET_NONCE, handle, slot, set_nonce(slot, nonce, nonce_length));
}

static psa_status_t generate_nonce(psab_operation_t *slot, uint8_t *nonce, size_t size, size_t *written) {
    uint8_t drawn[PSA_AEAD_NONCE_MAX_SIZE];
    size_t length = psab_aead_nonce_for(slot->alg, slot->key_type, slot->progress.length);
    if (length == 0) {
        return psab_refuse(slot->core, PSA_ERROR_NOT_SUPPORTED, "the core does not know how long a nonce is");
    }
    if (size < length) {
        return psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the nonce");
    }
    psa_status_t status = psab_random(slot->core, drawn, length);
    if (status == PSA_SUCCESS) {
        status = set_nonce(slot, drawn, length);
    }
    if (status == PSA_SUCCESS) {
        memcpy(nonce, drawn, length);
        *written = length;
    }
    return status;
}

psa_status_t psab_aead_generate_nonce(psab_core_t *core, psa_aead_operation_t *operation, uint8_t *nonce,
                                      size_t nonce_size, size_t *nonce_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    if (nonce_length != NULL) {
        *nonce_length = 0;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_AEAD_GENERATE_NONCE, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = nonce_length == NULL || !psab_buffer_valid(nonce, nonce_size)
                 ? psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer")
                 : generate_nonce(slot, nonce, nonce_size, nonce_length);
    return psab_step_end(PSAB_STEP_AEAD_GENERATE_NONCE, handle, slot, status);
}

static psa_status_t update_ad(psab_operation_t *slot, const uint8_t *input, size_t length) {
    const psab_candidate_t *c = slot->candidate;
    psab_aead_fit_t fit;
    uint64_t after = slot->progress.ad + length;
    (void)psab_aead_fit(slot->alg, slot->key_type, &fit);
    uint64_t most = (slot->marks & PSAB_MARK_LENGTHS) != 0 ? slot->progress.ad_length : fit.ad_most;
    if (!psab_buffer_valid(input, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the input is a null pointer");
    }
    if (after < length || after > most) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "more additional data than announced or allowed");
    }
    slot->progress.ad = after;
    if (slot->holds) {
        return psab_hold(slot, input, length);
    }
    if (length == 0) {
        return PSA_SUCCESS;
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    return psab_leave_step(&frame, PSAB_EP_AEAD_UPDATE_AD,
                           psab_call_aead_update_ad(&c->ops, c->context, slot->context, input, length));
}

psa_status_t psab_aead_update_ad(psab_core_t *core, psa_aead_operation_t *operation, const uint8_t *input,
                                 size_t input_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_AEAD_UPDATE_AD, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_AEAD_UPDATE_AD, handle, slot, update_ad(slot, input, input_length));
}

psa_status_t psab_aead_abort(psab_core_t *core, psa_aead_operation_t *operation) {
    return psab_abort(core, PSAB_HANDLE_OF(operation), KIND);
}
