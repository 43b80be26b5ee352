/* Multi-part ciphers (section 10.5.3): the text. */
#include "api/cipher.h"
#include "api/life.h"
#include "psab/api.h"
#include "util/buffer.h"
#include "util/wipe.h"

static bool encrypts(const psab_operation_t *slot) {
    return (slot->marks & PSAB_MARK_MAKES) != 0;
}

static psab_cipher_fit_t fit_of(const psab_operation_t *slot) {
    psab_cipher_fit_t fit;
    uint64_t most;
    (void)psab_cipher_fit(slot->alg, slot->key_type, &fit);
    if (psab_cipher_iv_valid(slot->alg, slot->key_type, slot->progress.iv, &most)) {
        fit.most = most;
    }
    return fit;
}

/* What an update can give at most: all that went in and did not come out. */
static uint64_t pending(const psab_operation_t *slot, const psab_cipher_fit_t *fit) {
    return fit->shape == PSAB_CIPHER_UNKNOWN ? UINT64_MAX : slot->progress.input - slot->progress.output;
}

/* Judge what a driver gave, and hand it over. */
static psa_status_t deliver(psab_operation_t *slot, psab_room_t *room, int32_t entry_point, psa_status_t status,
                            uint64_t most, uint8_t *output, size_t size, size_t *written) {
    const psab_candidate_t *c = slot->candidate;
    status = psab_output(c, entry_point, status, room->data, room->size, 0, written);
    if (status == PSA_SUCCESS && *written > most) {
        status = psab_output_bad(c, entry_point, status, room->data, room->size, written);
    }
    if (status == PSA_SUCCESS && !psab_room_put(room, output, size, *written)) {
        status = psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the output");
        *written = 0;
    }
    slot->progress.output += *written;
    return status;
}

static psa_status_t call_update(psab_operation_t *slot, const psab_cipher_fit_t *fit, const uint8_t *input,
                                size_t length, uint8_t *output, size_t size, size_t *written) {
    const psab_candidate_t *c = slot->candidate;
    psab_room_t room;
    size_t wanted = fit->shape == PSAB_CIPHER_UNKNOWN  ? size
                    : fit->shape == PSAB_CIPHER_STREAM ? length
                                                       : psab_round_up(length, fit->block);
    if (!psab_room_get(&room, output, size, wanted)) {
        return psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the output");
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    psa_status_t status = psab_leave_step(
        &frame, PSAB_EP_CIPHER_UPDATE,
        psab_call_cipher_update(&c->ops, c->context, slot->context, input, length, room.data, room.size, written));
    status = deliver(slot, &room, PSAB_EP_CIPHER_UPDATE, status, pending(slot, fit), output, size, written);
    psab_room_free(&room);
    return status;
}

static psa_status_t update(psab_operation_t *slot, const uint8_t *input, size_t length, uint8_t *output, size_t size,
                           size_t *written) {
    psab_cipher_fit_t fit = fit_of(slot);
    uint64_t before = slot->progress.input;
    uint64_t after = before + length;
    if (after < before || after > fit.most) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the input is longer than the algorithm allows");
    }
    uint64_t due = psab_cipher_due(&fit, encrypts(slot), after) - psab_cipher_due(&fit, encrypts(slot), before);
    if (!slot->holds && size < due) {
        return psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the output");
    }
    slot->progress.input = after;
    if (slot->holds) {
        return psab_hold(slot, input, length);
    }
    if (length == 0) {
        return PSA_SUCCESS;
    }
    psab_scratch_t copy;
    psa_status_t status =
        psab_separate(&copy, input, length, output, size, &input)
            ? call_update(slot, &fit, input, length, output, size, written)
            : psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for a copy of the input");
    psab_scratch_free(&copy);
    return status;
}

psa_status_t psab_cipher_update(psab_core_t *core, psa_cipher_operation_t *operation, const uint8_t *input,
                                size_t input_length, uint8_t *output, size_t output_size, size_t *output_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    size_t written = 0;
    if (output_length != NULL) {
        *output_length = 0;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_CIPHER_UPDATE, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (output_length == NULL || !psab_buffer_valid(input, input_length) || !psab_buffer_valid(output, output_size)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    } else {
        status = update(slot, input, input_length, output, output_size, &written);
        *output_length = written;
    }
    return psab_step_end(PSAB_STEP_CIPHER_UPDATE, handle, slot, status);
}

/* The one call to a driver that gets the whole text. */
static psa_status_t call_held(psab_operation_t *slot, psab_cipher_request_t *request, uint8_t *output, size_t size,
                              size_t *written) {
    psab_key_t *key = NULL;
    psab_room_t room;
    psa_status_t status = psab_key_again(slot->core, &slot->kept, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psab_key_view_t view = psab_key_view(key);
    bool unknown = request->fit.shape == PSAB_CIPHER_UNKNOWN;
    size_t text = request->encrypt ? request->most : request->length - request->iv_length;
    size_t wanted = unknown ? size : text; /* as the size macros have it */
    if (psab_room_get(&room, output, size, wanted)) {
        status = psab_cipher_with(slot->core, slot->candidate, &view, request, room.data, wanted, written);
        int32_t entry_point = request->encrypt ? PSAB_EP_CIPHER_ENCRYPT : PSAB_EP_CIPHER_DECRYPT;
        uint64_t most = unknown ? UINT64_MAX : request->most;
        status = deliver(slot, &room, entry_point, status, most, output, size, written);
    } else {
        status = psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the output");
    }
    psab_room_free(&room);
    psab_key_release(key);
    return status;
}

static psa_status_t finish_held(psab_operation_t *slot, const psab_cipher_fit_t *fit, size_t least, size_t most,
                                uint8_t *output, size_t size, size_t *written) {
    bool encrypt = encrypts(slot);
    size_t iv = slot->progress.iv;
    const uint8_t *data = slot->held.data;
    psab_cipher_request_t request = {.alg = slot->alg,
                                     .encrypt = encrypt,
                                     .iv = data,
                                     .iv_length = iv,
                                     .input = encrypt && iv != 0 ? data + iv : data,
                                     .length = encrypt ? slot->held.size - iv : slot->held.size,
                                     .fit = *fit,
                                     .least = least,
                                     .most = most};
    return call_held(slot, &request, output, size, written);
}

static psa_status_t call_finish(psab_operation_t *slot, const psab_cipher_fit_t *fit, size_t least, size_t most,
                                uint8_t *output, size_t size, size_t *written) {
    const psab_candidate_t *c = slot->candidate;
    psab_room_t room;
    size_t macro = fit->shape == PSAB_CIPHER_PADDED     ? fit->block
                   : fit->shape == PSAB_CIPHER_STEALING ? 2 * fit->block
                                                        : 0;
    size_t wanted = fit->shape == PSAB_CIPHER_UNKNOWN ? size : most > macro ? most : macro;
    if (!psab_room_get(&room, output, size, wanted)) {
        return psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the output");
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    psa_status_t status =
        psab_leave_step(&frame, PSAB_EP_CIPHER_FINISH,
                        psab_call_cipher_finish(&c->ops, c->context, slot->context, room.data, room.size, written));
    psab_finish_called(slot, status);
    status = psab_output(c, PSAB_EP_CIPHER_FINISH, status, room.data, room.size, least, written);
    status = deliver(slot, &room, PSAB_EP_CIPHER_FINISH, status, most, output, size, written);
    psab_room_free(&room);
    return status;
}

static psa_status_t finish(psab_operation_t *slot, uint8_t *output, size_t size, size_t *written) {
    psab_cipher_fit_t fit = fit_of(slot);
    size_t least;
    size_t most;
    size_t out = (size_t)slot->progress.output;
    if (psab_cipher_lengths(&fit, encrypts(slot), (size_t)slot->progress.input, &least, &most) != PSA_SUCCESS) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the whole input cannot have this length");
    }
    /* What was given out already does not come again. */
    least = least > out ? least - out : 0;
    most = fit.shape == PSAB_CIPHER_UNKNOWN ? SIZE_MAX : most > out ? most - out : 0;
    if (size < least && slot->holds) {
        return psab_refuse_because(slot->core, PSA_ERROR_BUFFER_TOO_SMALL,
                                   "the driver takes texts in one piece: the last call needs room for all of the "
                                   "output, %zu bytes, and has %zu",
                                   least, size);
    }
    if (size < least) {
        return psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the rest");
    }
    return slot->holds ? finish_held(slot, &fit, least, most, output, size, written)
                       : call_finish(slot, &fit, least, most, output, size, written);
}

psa_status_t psab_cipher_finish(psab_core_t *core, psa_cipher_operation_t *operation, uint8_t *output,
                                size_t output_size, size_t *output_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    size_t written = 0;
    if (output_length != NULL) {
        *output_length = 0;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_CIPHER_FINISH, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (output_length == NULL || !psab_buffer_valid(output, output_size)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer");
    } else {
        status = finish(slot, output, output_size, &written);
        *output_length = written;
    }
    return psab_step_end(PSAB_STEP_CIPHER_FINISH, handle, slot, status);
}
