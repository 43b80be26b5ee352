/* Whole texts with a driver that has a multi-part AEAD family only. */
#include "api/aead.h"
#include "api/life.h"
#include <string.h>

#include "util/buffer.h"
#include "util/wipe.h"

/* Setup, lengths, nonce and additional data. */
static psa_status_t start(psab_operation_t *slot, const psab_key_view_t *key, const psab_aead_request_t *request,
                          size_t text) {
    const psab_candidate_t *c = slot->candidate;
    psab_frame_t frame;
    psa_status_t status;
    psab_enter_operation(&frame, slot, key->key);
    if (request->encrypt) {
        status = psab_leave(&frame, PSAB_EP_AEAD_ENCRYPT_SETUP,
                            psab_call_aead_encrypt_setup(&c->ops, c->context, slot->context, key->attributes, key->data,
                                                         key->size, request->alg));
    } else {
        status = psab_leave(&frame, PSAB_EP_AEAD_DECRYPT_SETUP,
                            psab_call_aead_decrypt_setup(&c->ops, c->context, slot->context, key->attributes, key->data,
                                                         key->size, request->alg));
    }
    slot->active = status == PSA_SUCCESS;
    if (status == PSA_SUCCESS) {
        psab_enter_operation(&frame, slot, NULL);
        status = psab_leave(&frame, PSAB_EP_AEAD_SET_LENGTHS,
                            psab_call_aead_set_lengths(&c->ops, c->context, slot->context, request->ad_length, text));
    }
    if (status == PSA_SUCCESS) {
        psab_enter_operation(&frame, slot, NULL);
        status = psab_leave(
            &frame, PSAB_EP_AEAD_SET_NONCE,
            psab_call_aead_set_nonce(&c->ops, c->context, slot->context, request->nonce, request->nonce_length));
    }
    if (status == PSA_SUCCESS && request->ad_length != 0) {
        psab_enter_operation(&frame, slot, NULL);
        status =
            psab_leave(&frame, PSAB_EP_AEAD_UPDATE_AD,
                       psab_call_aead_update_ad(&c->ops, c->context, slot->context, request->ad, request->ad_length));
    }
    return status;
}

/* The last entry point, which makes the tag behind the ciphertext or verifies it. */
static psa_status_t end(psab_operation_t *slot, const psab_aead_request_t *request, uint8_t *rest, size_t size,
                        size_t *written, uint8_t *tag) {
    const psab_candidate_t *c = slot->candidate;
    size_t length = request->fit.tag;
    size_t made = 0;
    psab_frame_t frame;
    psa_status_t status;
    psab_enter_operation(&frame, slot, NULL);
    if (request->encrypt) {
        status = psab_leave(
            &frame, PSAB_EP_AEAD_FINISH,
            psab_call_aead_finish(&c->ops, c->context, slot->context, rest, size, written, tag, length, &made));
        psab_finish_called(slot, status);
        return psab_output(c, PSAB_EP_AEAD_FINISH, status, tag, length, length, &made);
    }
    status = psab_leave(&frame, PSAB_EP_AEAD_VERIFY,
                        psab_call_aead_verify(&c->ops, c->context, slot->context, rest, size, written,
                                              request->input + (request->length - length), length));
    psab_finish_called(slot, status);
    return status;
}

/* Text and end, into a buffer that is large enough for any driver: the text, then a block. */
static psa_status_t process(psab_operation_t *slot, const psab_aead_request_t *request, size_t text, uint8_t *data,
                            size_t size, uint8_t *tag) {
    const psab_candidate_t *c = slot->candidate;
    psab_frame_t frame;
    psa_status_t status = PSA_SUCCESS;
    size_t first = 0;
    size_t second = 0;
    if (text != 0) {
        psab_enter_operation(&frame, slot, NULL);
        status = psab_leave(
            &frame, PSAB_EP_AEAD_UPDATE,
            psab_call_aead_update(&c->ops, c->context, slot->context, request->input, text, data, size, &first));
        status = psab_output(c, PSAB_EP_AEAD_UPDATE, status, data, size, 0, &first);
    }
    if (status == PSA_SUCCESS) {
        int32_t entry_point = request->encrypt ? PSAB_EP_AEAD_FINISH : PSAB_EP_AEAD_VERIFY;
        status = end(slot, request, data + first, size - first, &second, tag);
        status = psab_output(c, entry_point, status, data + first, size - first, 0, &second);
        size_t total = first + second;
        if (status == PSA_SUCCESS && total != text) {
            status = psab_output_bad(c, entry_point, status, data, size, &total);
        }
    }
    return status;
}

psa_status_t psab_aead_in_parts(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                const psab_aead_request_t *request, uint8_t *output, size_t size, size_t *written) {
    psab_room_t room;
    psa_status_t status;
    uint8_t tag[PSA_AEAD_TAG_MAX_SIZE] = {0}; /* if the driver writes none, the caller gets that */
    size_t text = request->encrypt ? request->length : request->length - request->fit.tag;
    *written = 0;
    if (request->expected == SIZE_MAX) {
        return psab_refuse(core, PSA_ERROR_NOT_SUPPORTED, "the core does not know where this AEAD has its tag");
    }
    if (!psab_room_get(&room, output, size, psab_round_up(text, 16) + 16)) {
        return psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the output");
    }
    psab_operation_t *slot = psab_compose(core, PSAB_CONTEXT_AEAD_OPERATION, c, &status);
    if (slot != NULL) {
        status = start(slot, key, request, text);
        if (status == PSA_SUCCESS) {
            status = process(slot, request, text, room.data, room.size, tag);
        }
        (void)psab_operation_give(slot);
    }
    /* Decrypted text is handed over once it is known to be genuine, and never before. */
    if (status == PSA_SUCCESS) {
        (void)psab_room_put(&room, output, size, text);
        if (request->encrypt) {
            memcpy(output + text, tag, request->fit.tag);
        }
        *written = request->expected;
    } else if (size != 0) {
        psab_wipe(output, size);
    }
    psab_room_free(&room);
    return status;
}
