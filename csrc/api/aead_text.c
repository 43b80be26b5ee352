/* Multi-part AEAD (section 10.6.3): the text and the tag. */
#include <string.h>

#include "api/aead.h"
#include "api/life.h"
#include "psab/api.h"
#include "util/buffer.h"
#include "util/wipe.h"

/* The most that a finishing entry point can still give: PSA_AEAD_FINISH_OUTPUT_MAX_SIZE. */
#define REST_MOST 16u

static bool announced(const psab_operation_t *slot) {
    return (slot->marks & PSAB_MARK_LENGTHS) != 0;
}

static psa_status_t lacking_ad(const psab_operation_t *slot) {
    return announced(slot) && slot->progress.ad < slot->progress.ad_length
               ? psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "less additional data than announced")
               : PSA_SUCCESS;
}

static uint64_t text_most(const psab_operation_t *slot) {
    psab_aead_fit_t fit;
    uint64_t most;
    if (announced(slot)) {
        return slot->progress.length;
    }
    (void)psab_aead_fit(slot->alg, slot->key_type, &fit);
    (void)psab_aead_nonce_valid(slot->alg, slot->key_type, slot->progress.iv, &most);
    return most < fit.text_most ? most : fit.text_most;
}

static psa_status_t call_update(psab_operation_t *slot, const uint8_t *input, size_t length, uint8_t *output,
                                size_t size, size_t *written) {
    const psab_candidate_t *c = slot->candidate;
    psab_room_t room;
    if (!psab_room_get(&room, output, size, psab_round_up(length, 16))) {
        return psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the output");
    }
    uint64_t pending = slot->progress.input - slot->progress.output;
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    psa_status_t status = psab_leave_step(
        &frame, PSAB_EP_AEAD_UPDATE,
        psab_call_aead_update(&c->ops, c->context, slot->context, input, length, room.data, room.size, written));
    status = psab_output(c, PSAB_EP_AEAD_UPDATE, status, room.data, room.size, 0, written);
    if (status == PSA_SUCCESS && *written > pending) {
        status = psab_output_bad(c, PSAB_EP_AEAD_UPDATE, status, room.data, room.size, written);
    }
    if (status == PSA_SUCCESS && !psab_room_put(&room, output, size, *written)) {
        status = psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the output");
        *written = 0;
    }
    slot->progress.output += *written;
    psab_room_free(&room);
    return status;
}

static psa_status_t update(psab_operation_t *slot, const uint8_t *input, size_t length, uint8_t *output, size_t size,
                           size_t *written) {
    uint64_t after = slot->progress.input + length;
    psa_status_t status = lacking_ad(slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (after < length || after > text_most(slot) || length > SIZE_MAX - REST_MOST) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "more text than announced or allowed");
    }
    if (!slot->holds && size < length) {
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
    status = psab_separate(&copy, input, length, output, size, &input)
                 ? call_update(slot, input, length, output, size, written)
                 : psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for a copy of the input");
    psab_scratch_free(&copy);
    return status;
}

psa_status_t psab_aead_update(psab_core_t *core, psa_aead_operation_t *operation, const uint8_t *input,
                              size_t input_length, uint8_t *output, size_t output_size, size_t *output_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    size_t written = 0;
    if (output_length != NULL) {
        *output_length = 0;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_AEAD_UPDATE, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (output_length == NULL || !psab_buffer_valid(input, input_length) || !psab_buffer_valid(output, output_size)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    } else {
        status = update(slot, input, input_length, output, output_size, &written);
        *output_length = written;
    }
    return psab_step_end(PSAB_STEP_AEAD_UPDATE, handle, slot, status);
}

/* The end. For both directions the rest of the text goes out, a tag goes out or comes in. */
typedef struct ending {
    bool encrypt;
    uint8_t *rest;
    size_t size;
    size_t written;
    uint8_t *tag; /* made */
    size_t tag_size;
    size_t tag_length;
    const uint8_t *given; /* to verify */
    size_t given_length;
    psab_aead_fit_t fit;
} ending_t;

/* The one call to a driver that gets everything: nonce, additional data and text are in a row. */
static psa_status_t end_held(psab_operation_t *slot, ending_t *end, uint8_t *rest, size_t text, uint8_t *tag) {
    psab_key_t *key = NULL;
    psab_scratch_t output;
    size_t nonce = slot->progress.iv;
    size_t ad = (size_t)slot->progress.ad;
    size_t made = 0;
    psa_status_t status = end->encrypt ? PSA_SUCCESS : psab_hold(slot, end->given, end->given_length);
    const uint8_t *data = slot->held.data;
    psab_aead_request_t request = {.alg = slot->alg,
                                   .encrypt = end->encrypt,
                                   .nonce = data,
                                   .nonce_length = nonce,
                                   .ad = data + nonce,
                                   .ad_length = ad,
                                   .input = data + nonce + ad,
                                   .length = slot->held.size - nonce - ad,
                                   .fit = end->fit,
                                   .expected = end->encrypt ? text + end->fit.tag : text};
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = psab_key_again(slot->core, &slot->kept, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psab_key_view_t view = psab_key_view(key);
    if (psab_scratch_get(&output, request.expected)) {
        status = psab_aead_with(slot->core, slot->candidate, &view, &request, output.data, output.size, &made);
    } else {
        status = psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the output");
    }
    if (status == PSA_SUCCESS) {
        memcpy(rest, output.data, text);
        end->tag_length = made - text;
        memcpy(tag, output.data + text, end->tag_length);
    }
    psab_scratch_free(&output);
    psab_key_release(key);
    return status;
}

/* The driver's finishing entry point; everything that it says is judged. */
static psa_status_t end_driver(psab_operation_t *slot, ending_t *end, uint8_t *rest, size_t size, size_t text,
                               uint8_t *tag) {
    const psab_candidate_t *c = slot->candidate;
    int32_t entry_point = end->encrypt ? PSAB_EP_AEAD_FINISH : PSAB_EP_AEAD_VERIFY;
    size_t length = 0;
    psab_frame_t frame;
    psa_status_t status;
    psab_enter_operation(&frame, slot, NULL);
    if (end->encrypt) {
        status = psab_call_aead_finish(&c->ops, c->context, slot->context, rest, size, &length, tag, end->fit.tag,
                                       &end->tag_length);
    } else {
        status = psab_call_aead_verify(&c->ops, c->context, slot->context, rest, size, &length, end->given,
                                       end->given_length);
    }
    status = psab_leave_step(&frame, entry_point, status);
    psab_finish_called(slot, status);
    if (end->encrypt) {
        size_t least = psab_is_vendor_alg(slot->alg) ? 1 : end->fit.tag;
        status = psab_output(c, entry_point, status, tag, end->fit.tag, least, &end->tag_length);
    }
    status = psab_output(c, entry_point, status, rest, size, text, &length);
    if (status == PSA_SUCCESS && length != text) {
        status = psab_output_bad(c, entry_point, status, rest, size, &length);
    }
    return status;
}

static psa_status_t run_end(psab_operation_t *slot, ending_t *end, size_t text) {
    uint8_t tag[64] = {0}; /* what the encoding of a tag length can say; a driver may write none */
    psab_scratch_t rest;
    size_t room = text > REST_MOST ? text : REST_MOST;
    if (!psab_scratch_get(&rest, room)) {
        return psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the output");
    }
    psa_status_t status =
        slot->holds ? end_held(slot, end, rest.data, text, tag) : end_driver(slot, end, rest.data, room, text, tag);
    if (status == PSA_SUCCESS && text != 0) {
        memcpy(end->rest, rest.data, text);
    }
    if (status == PSA_SUCCESS && end->encrypt) {
        memcpy(end->tag, tag, end->tag_length);
    } else {
        end->tag_length = 0;
    }
    end->written = status == PSA_SUCCESS ? text : 0;
    psab_scratch_free(&rest);
    return status;
}

static psa_status_t finish(psab_operation_t *slot, ending_t *end) {
    psa_status_t status = lacking_ad(slot);
    size_t text = (size_t)(slot->progress.input - slot->progress.output);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (announced(slot) && slot->progress.input < slot->progress.length) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "less text than announced");
    }
    (void)psab_aead_fit(slot->alg, slot->key_type, &end->fit);
    if (psab_is_vendor_alg(slot->alg)) {
        end->fit.tag = (uint32_t)(end->tag_size < 64 ? end->tag_size : 64);
    }
    if (end->size < text && slot->holds) {
        return psab_refuse_because(slot->core, PSA_ERROR_BUFFER_TOO_SMALL,
                                   "the driver takes texts in one piece: the last call needs room for all of the "
                                   "output, %zu bytes, and has %zu",
                                   text, end->size);
    }
    if (end->size < text || (end->encrypt && end->tag_size < end->fit.tag)) {
        return psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "a buffer is too small for the rest or the tag");
    }
    if (!end->encrypt && !psab_is_vendor_alg(slot->alg) && end->given_length != end->fit.tag) {
        return psab_refuse_because(slot->core, PSA_ERROR_INVALID_SIGNATURE,
                                   "the tag has %zu bytes, and algorithm 0x%08x gives %u", end->given_length,
                                   (unsigned)slot->alg, (unsigned)end->fit.tag);
    }
    return run_end(slot, end, text);
}

psa_status_t psab_aead_finish(psab_core_t *core, psa_aead_operation_t *operation, uint8_t *ciphertext,
                              size_t ciphertext_size, size_t *ciphertext_length, uint8_t *tag, size_t tag_size,
                              size_t *tag_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    ending_t end = {.encrypt = true, .rest = ciphertext, .size = ciphertext_size, .tag = tag, .tag_size = tag_size};
    bool null = ciphertext_length == NULL || tag_length == NULL;
    if (!null) {
        *ciphertext_length = *tag_length = 0;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_AEAD_FINISH, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (null || !psab_buffer_valid(ciphertext, ciphertext_size) || !psab_buffer_valid(tag, tag_size)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "an output is a null pointer");
    } else {
        status = finish(slot, &end);
        *ciphertext_length = end.written;
        *tag_length = end.tag_length;
    }
    return psab_step_end(PSAB_STEP_AEAD_FINISH, handle, slot, status);
}

psa_status_t psab_aead_verify(psab_core_t *core, psa_aead_operation_t *operation, uint8_t *plaintext,
                              size_t plaintext_size, size_t *plaintext_length, const uint8_t *tag, size_t tag_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    ending_t end = {.rest = plaintext, .size = plaintext_size, .given = tag, .given_length = tag_length};
    if (plaintext_length != NULL) {
        *plaintext_length = 0;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_AEAD_VERIFY, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (plaintext_length == NULL || !psab_buffer_valid(plaintext, plaintext_size) ||
        !psab_buffer_valid(tag, tag_length)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    } else {
        status = finish(slot, &end);
        *plaintext_length = end.written;
    }
    return psab_step_end(PSAB_STEP_AEAD_VERIFY, handle, slot, status);
}
