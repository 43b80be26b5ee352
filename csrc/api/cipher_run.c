/* Whole texts: how the drivers of a route do them. */
#include "api/cipher.h"

#include "api/life.h"
#include "util/buffer.h"

psa_status_t psab_cipher_prepare(psab_core_t *core, psab_cipher_request_t *request, psa_key_type_t type) {
    psa_status_t status = psab_cipher_fit(request->alg, type, &request->fit);
    if (status != PSA_SUCCESS) {
        return psab_refuse(core, status, "the type of the key does not fit the algorithm");
    }
    size_t text = request->length;
    if (request->iv == NULL) {
        request->iv_length = request->fit.iv;
    }
    if (!request->encrypt) {
        if (text < request->iv_length) {
            return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the input is shorter than its IV");
        }
        text -= request->iv_length;
    }
    if (psab_cipher_lengths(&request->fit, request->encrypt, text, &request->least, &request->most) != PSA_SUCCESS ||
        text > request->fit.most) {
        return psab_refuse_because(core, PSA_ERROR_INVALID_ARGUMENT,
                                   "algorithm 0x%08x takes no input of %zu bytes, its IV not counted",
                                   (unsigned)request->alg, text);
    }
    return PSA_SUCCESS;
}

static size_t text_of(const psab_cipher_request_t *request) {
    return request->encrypt ? request->length : request->length - request->iv_length;
}

psa_status_t psab_cipher_with(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                              const psab_cipher_request_t *request, uint8_t *output, size_t size, size_t *written) {
    return request->encrypt ? psab_cipher_call(core, c, key, request, true, request->least, output, size, written)
                            : psab_cipher_call(core, c, key, request, false, request->least, output, size, written);
}

/* Setup and IV of a driver that has a multi-part family only. */
static psa_status_t start(psab_operation_t *slot, const psab_key_view_t *key, const psab_cipher_request_t *request) {
    const psab_candidate_t *c = slot->candidate;
    psab_frame_t frame;
    psa_status_t status;
    psab_enter_operation(&frame, slot, key->key);
    if (request->encrypt) {
        status = psab_leave(&frame, PSAB_EP_CIPHER_ENCRYPT_SETUP,
                            psab_call_cipher_encrypt_setup(&c->ops, c->context, slot->context, key->attributes,
                                                           key->data, key->size, request->alg));
    } else {
        status = psab_leave(&frame, PSAB_EP_CIPHER_DECRYPT_SETUP,
                            psab_call_cipher_decrypt_setup(&c->ops, c->context, slot->context, key->attributes,
                                                           key->data, key->size, request->alg));
    }
    slot->active = status == PSA_SUCCESS;
    if (status == PSA_SUCCESS && request->iv_length != 0) {
        const uint8_t *iv = request->encrypt ? request->iv : request->input;
        psab_enter_operation(&frame, slot, NULL);
        status = psab_leave(&frame, PSAB_EP_CIPHER_SET_IV,
                            psab_call_cipher_set_iv(&c->ops, c->context, slot->context, iv, request->iv_length));
    }
    return status;
}

/* The text and the end of it. */
static psa_status_t process(psab_operation_t *slot, const psab_cipher_request_t *request, uint8_t *output, size_t size,
                            size_t *written) {
    const psab_candidate_t *c = slot->candidate;
    const uint8_t *text = request->encrypt ? request->input : request->input + request->iv_length;
    size_t length = text_of(request);
    size_t first = 0;
    size_t second = 0;
    psab_frame_t frame;
    psa_status_t status = PSA_SUCCESS;
    if (length != 0) {
        psab_enter_operation(&frame, slot, NULL);
        status =
            psab_leave(&frame, PSAB_EP_CIPHER_UPDATE,
                       psab_call_cipher_update(&c->ops, c->context, slot->context, text, length, output, size, &first));
        status = psab_output(c, PSAB_EP_CIPHER_UPDATE, status, output, size, 0, &first);
    }
    if (status == PSA_SUCCESS) {
        psab_enter_operation(&frame, slot, NULL);
        status = psab_leave(
            &frame, PSAB_EP_CIPHER_FINISH,
            psab_call_cipher_finish(&c->ops, c->context, slot->context, output + first, size - first, &second));
        psab_finish_called(slot, status);
        status = psab_output(c, PSAB_EP_CIPHER_FINISH, status, output + first, size - first, 0, &second);
    }
    *written = first + second;
    if (status == PSA_SUCCESS && *written > request->most) {
        return psab_output_bad(c, PSAB_EP_CIPHER_FINISH, status, output, size, written);
    }
    return psab_output(c, PSAB_EP_CIPHER_FINISH, status, output, size, request->least, written);
}

static psa_status_t in_parts(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                             const psab_cipher_request_t *request, uint8_t *output, size_t size, size_t *written) {
    psa_status_t status;
    *written = 0;
    psab_operation_t *slot = psab_compose(core, PSAB_CONTEXT_CIPHER_OPERATION, c, &status);
    if (slot == NULL) {
        return status;
    }
    status = start(slot, key, request);
    if (status == PSA_SUCCESS) {
        status = process(slot, request, output, size, written);
    }
    (void)psab_operation_give(slot);
    return status;
}

/* The size that a driver may count on: what the size macros give for its entry points. */
static size_t wanted_of(const psab_cipher_request_t *request, bool parts, size_t size) {
    size_t text = text_of(request);
    if (request->fit.shape == PSAB_CIPHER_UNKNOWN) {
        return size;
    }
    if (!parts || request->fit.shape == PSAB_CIPHER_STREAM) {
        return request->encrypt ? request->most : text;
    }
    size_t rounded = psab_round_up(text, request->fit.block);
    return rounded > SIZE_MAX - 2 * request->fit.block ? SIZE_MAX : rounded + 2 * request->fit.block;
}

static psa_status_t ask(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                        const psab_cipher_request_t *request, uint8_t *output, size_t size, size_t *written) {
    psab_room_t room;
    bool parts = c->alternative != PSAB_ALT_CIPHER_ENCRYPT_CIPHER_ENCRYPT;
    size_t wanted = wanted_of(request, parts, size);
    psa_status_t status;
    if (!psab_room_get(&room, output, size, wanted)) {
        return psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the output");
    }
    status = parts ? in_parts(core, c, key, request, room.data, wanted, written)
                   : psab_cipher_with(core, c, key, request, room.data, wanted, written);
    if (status == PSA_SUCCESS && !psab_room_put(&room, output, size, *written)) {
        *written = 0;
        status = psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the output");
    }
    psab_room_free(&room);
    return status;
}

psa_status_t psab_cipher_run_from(psab_core_t *core, const psab_candidate_t *c, psa_status_t status,
                                  const psab_key_view_t *key, const psab_cipher_request_t *request, uint8_t *output,
                                  size_t size, size_t *written) {
    bool none = c == NULL;
    *written = 0;
    for (; c != NULL; c = psab_next(c, status)) {
        status = ask(core, c, key, request, output, size, written);
    }
    return none ? psab_refuse(core, status, "no driver has this cipher with this key") : status;
}

psa_status_t psab_cipher_run(psab_core_t *core, const psab_key_view_t *key, const psab_cipher_request_t *request,
                             uint8_t *output, size_t size, size_t *written) {
    psa_status_t status;
    *written = 0;
    if (size < request->least) {
        return psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the output");
    }
    const psab_route_t *route =
        psab_route(core->registry, psab_cipher_plan(request->encrypt), request->alg, key->attributes, key->cell);
    const psab_candidate_t *c = psab_first(route, &status);
    return psab_cipher_run_from(core, c, status, key, request, output, size, written);
}

_Static_assert(PSAB_ALT_CIPHER_ENCRYPT_CIPHER_ENCRYPT == 0 && PSAB_ALT_CIPHER_DECRYPT_CIPHER_DECRYPT == 0,
               "the alternatives of both directions are the same");
