/* Single-part AEAD (section 10.6.2). */
#include "api/aead.h"

#include "psab/api.h"
#include "util/buffer.h"

psa_status_t psab_aead_prepare(psab_core_t *core, psab_aead_request_t *request, psa_key_type_t type) {
    uint64_t most;
    psab_aead_fit_t *fit = &request->fit;
    psa_status_t status = psab_aead_fit(request->alg, type, fit);
    if (PSAB_UNLIKELY(status != PSA_SUCCESS)) {
        return psab_refuse(core, status, "the key or the length of the tag does not fit the algorithm");
    }
    if (PSAB_UNLIKELY(!psab_aead_nonce_valid(request->alg, type, request->nonce_length, &most))) {
        return psab_refuse_because(core, PSA_ERROR_INVALID_ARGUMENT, "algorithm 0x%08x takes no nonce of %zu bytes",
                                   (unsigned)request->alg, request->nonce_length);
    }
    size_t text = request->length;
    if (!request->encrypt) {
        if (text < fit->tag) {
            return psab_refuse(core, PSA_ERROR_INVALID_SIGNATURE, "the ciphertext is shorter than its tag");
        }
        text -= fit->tag;
    }
    most = most < fit->text_most ? most : fit->text_most;
    if (PSAB_UNLIKELY(text > most || request->ad_length > fit->ad_most ||
                      text > SIZE_MAX - 2 * PSA_AEAD_TAG_MAX_SIZE)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the input is longer than the algorithm allows");
    }
    bool known = !psab_is_vendor_alg(request->alg);
    request->expected = !known ? SIZE_MAX : request->encrypt ? text + fit->tag : text;
    return PSA_SUCCESS;
}

/* One driver's answer for a whole text. `encrypt` is request->encrypt, as a constant to the compiler. */
static PSAB_HOT psa_status_t ask(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                 const psab_aead_request_t *request, bool encrypt, size_t least, uint8_t *output,
                                 size_t size, size_t *written) {
    psab_frame_t frame;
    psa_status_t status;
    int32_t entry_point = encrypt ? PSAB_EP_AEAD_ENCRYPT : PSAB_EP_AEAD_DECRYPT;
    *written = 0;
    psab_enter_with(&frame, core, c, key->key);
    if (encrypt) {
        status = psab_call_aead_encrypt(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                        request->nonce, request->nonce_length, request->ad, request->ad_length,
                                        request->input, request->length, output, size, written);
    } else {
        status = psab_call_aead_decrypt(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                        request->nonce, request->nonce_length, request->ad, request->ad_length,
                                        request->input, request->length, output, size, written);
    }
    status = psab_leave(&frame, entry_point, status);
    return psab_output(c, entry_point, status, output, size, least, written);
}

psa_status_t psab_aead_with(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                            const psab_aead_request_t *request, uint8_t *output, size_t size, size_t *written) {
    size_t least = request->expected != SIZE_MAX ? request->expected : 0;
    return request->encrypt ? ask(core, c, key, request, true, least, output, size, written)
                            : ask(core, c, key, request, false, least, output, size, written);
}

/* Ask candidates in turn, from one on; `status` is the answer if it is null. */
static psa_status_t run_from(psab_core_t *core, const psab_candidate_t *c, psa_status_t status,
                             const psab_key_view_t *key, const psab_aead_request_t *request, uint8_t *output,
                             size_t size, size_t *written) {
    bool known = request->expected != SIZE_MAX;
    size_t room = known ? request->expected : size;
    bool none = c == NULL;
    *written = 0;
    for (; c != NULL; c = psab_next(c, status)) {
        status = c->alternative == PSAB_ALT_AEAD_ENCRYPT_AEAD_ENCRYPT
                     ? psab_aead_with(core, c, key, request, output, room, written)
                     : psab_aead_in_parts(core, c, key, request, output, room, written);
    }
    return none ? psab_refuse(core, status, "no driver has this AEAD with this key") : status;
}

static inline uint16_t plan_of(bool encrypt) {
    return encrypt ? PSAB_PLAN_AEAD_ENCRYPT : PSAB_PLAN_AEAD_DECRYPT;
}

psa_status_t psab_aead_run(psab_core_t *core, const psab_key_view_t *key, const psab_aead_request_t *request,
                           uint8_t *output, size_t size, size_t *written) {
    psa_status_t status;
    *written = 0;
    if (PSAB_UNLIKELY(request->expected != SIZE_MAX && size < request->expected)) {
        return psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the output");
    }
    const psab_route_t *route =
        psab_route(core->registry, plan_of(request->encrypt), request->alg, key->attributes, key->cell);
    const psab_candidate_t *c = psab_first(route, &status);
    return run_from(core, c, status, key, request, output, size, written);
}

_Static_assert(PSAB_ALT_AEAD_ENCRYPT_AEAD_ENCRYPT == 0 && PSAB_ALT_AEAD_DECRYPT_AEAD_DECRYPT == 0,
               "the alternatives of both directions are the same");

/* Drivers get outputs that overlap nothing, so inputs that do are copied. */
static __attribute__((noinline)) psa_status_t run_apart(psab_core_t *core, psab_key_view_t key,
                                                        psab_aead_request_t request, uint8_t *output, size_t size,
                                                        size_t *written) {
    psab_scratch_t nonce;
    psab_scratch_t ad;
    psab_scratch_t text;
    bool apart = psab_separate(&nonce, request.nonce, request.nonce_length, output, size, &request.nonce);
    apart = psab_separate(&ad, request.ad, request.ad_length, output, size, &request.ad) && apart;
    apart = psab_separate(&text, request.input, request.length, output, size, &request.input) && apart;
    psa_status_t status = apart ? psab_aead_run(core, &key, &request, output, size, written)
                                : psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for a copy of the input");
    psab_scratch_free(&nonce);
    psab_scratch_free(&ad);
    psab_scratch_free(&text);
    return status;
}

static bool overlaps(const psab_aead_request_t *request, const uint8_t *output, size_t size) {
    return psab_overlap(request->input, request->length, output, size) ||
           psab_overlap(request->ad, request->ad_length, output, size) ||
           psab_overlap(request->nonce, request->nonce_length, output, size);
}

/* A quick look at lengths that are known to be moderate. */
static PSAB_HOT bool may_overlap(const psab_aead_request_t *request, const uint8_t *output, size_t size) {
    return psab_may_overlap(request->input, request->length, output, size) |
           psab_may_overlap(request->ad, request->ad_length, output, size) |
           psab_may_overlap(request->nonce, request->nonce_length, output, size);
}

static inline bool fits(const psab_aead_request_t *request, size_t size) {
    return request->expected == SIZE_MAX || size >= request->expected;
}

/* Any request. */
static __attribute__((noinline)) psa_status_t general(psab_core_t *core, psab_key_t *key, psab_aead_request_t *request,
                                                      uint8_t *output, size_t size, size_t *written) {
    psab_key_view_t view = psab_key_view(key);
    psa_status_t status = psab_aead_prepare(core, request, key->attributes.type);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return fits(request, size) && overlaps(request, output, size)
               ? run_apart(core, view, *request, output, size, written)
               : psab_aead_run(core, &view, request, output, size, written);
}

/* The rest of the candidates. */
static __attribute__((noinline)) psa_status_t go_on(psab_core_t *core, const psab_candidate_t *c, psa_status_t status,
                                                    psab_key_t *key, psab_aead_request_t *request, uint8_t *output,
                                                    size_t size, size_t *written) {
    psab_key_view_t view = psab_key_view(key);
    psa_status_t prepared = psab_aead_prepare(core, request, key->attributes.type);
    return prepared == PSA_SUCCESS ? run_from(core, c, status, &view, request, output, size, written) : prepared;
}

/* The request that is to have nothing in its way: a nonce of the default length, no overlap, and a driver
 * for just that.  Everything else is put together anew for the general case. */
static PSAB_HOT psa_status_t run(psab_core_t *core, psab_key_t *key, const psab_aead_request_t *request, bool encrypt,
                                 uint8_t *output, size_t size, size_t *written) {
    psab_key_view_t view = psab_key_view(key);
    psab_found_t found = psab_find(core->registry, plan_of(encrypt), request->alg, view.attributes, view.cell);
    size_t tag = found.facts.tag;
    size_t text = encrypt ? request->length : request->length - tag;
    size_t expected = encrypt ? request->length + tag : text;
    if (PSAB_UNLIKELY(tag == 0 || request->nonce_length != found.facts.iv || text > found.facts.most ||
                      request->ad_length > found.facts.most || size < expected || (!encrypt && request->length < tag) ||
                      may_overlap(request, output, expected)) ||
        !psab_first_is_plain(found.route)) {
        psab_aead_request_t other = *request; /* put together only here */
        return general(core, key, &other, output, size, written);
    }
    const psab_candidate_t *c = found.route->candidates;
    psa_status_t status = ask(core, c, &view, request, encrypt, expected, output, expected, written);
    c = psab_next(c, status);
    if (PSAB_UNLIKELY(c != NULL)) {
        psab_aead_request_t rest = *request;
        status = go_on(core, c, status, key, &rest, output, size, written);
    }
    return status;
}

static PSAB_HOT psa_status_t whole(psab_core_t *core, psa_key_id_t id, psab_aead_request_t request, bool encrypt,
                                   uint8_t *output, size_t size, size_t *written) {
    psab_key_t *key = NULL;
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (PSAB_UNLIKELY(written == NULL || !psab_buffer_valid(request.nonce, request.nonce_length) ||
                      !psab_buffer_valid(request.ad, request.ad_length) ||
                      !psab_buffer_valid(request.input, request.length) || !psab_buffer_valid(output, size))) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    }
    *written = 0;
    if (PSAB_UNLIKELY(!psab_is_aead(request.alg))) {
        return psab_refuse(core, PSA_ERROR_NOT_SUPPORTED, "the algorithm is not an AEAD");
    }
    psa_key_usage_t usage = encrypt ? PSA_KEY_USAGE_ENCRYPT : PSA_KEY_USAGE_DECRYPT;
    psa_status_t status = psab_acquire(core, id, usage, request.alg, &key);
    if (PSAB_UNLIKELY(status != PSA_SUCCESS)) {
        return status;
    }
    status = run(core, key, &request, encrypt, output, size, written);
    psab_key_release(key);
    return status;
}

psa_status_t psab_aead_encrypt(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *nonce,
                               size_t nonce_length, const uint8_t *additional_data, size_t additional_data_length,
                               const uint8_t *plaintext, size_t plaintext_length, uint8_t *ciphertext,
                               size_t ciphertext_size, size_t *ciphertext_length) {
    psab_aead_request_t request = {.alg = alg,
                                   .encrypt = true,
                                   .nonce = nonce,
                                   .nonce_length = nonce_length,
                                   .ad = additional_data,
                                   .ad_length = additional_data_length,
                                   .input = plaintext,
                                   .length = plaintext_length};
    return whole(core, key, request, true, ciphertext, ciphertext_size, ciphertext_length);
}

psa_status_t psab_aead_decrypt(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *nonce,
                               size_t nonce_length, const uint8_t *additional_data, size_t additional_data_length,
                               const uint8_t *ciphertext, size_t ciphertext_length, uint8_t *plaintext,
                               size_t plaintext_size, size_t *plaintext_length) {
    psab_aead_request_t request = {.alg = alg,
                                   .encrypt = false,
                                   .nonce = nonce,
                                   .nonce_length = nonce_length,
                                   .ad = additional_data,
                                   .ad_length = additional_data_length,
                                   .input = ciphertext,
                                   .length = ciphertext_length};
    return whole(core, key, request, false, plaintext, plaintext_size, plaintext_length);
}
