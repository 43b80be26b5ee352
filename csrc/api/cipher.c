/* Single-part ciphers (section 10.5.2). */
#include "api/cipher.h"

#include <string.h>

#include "api/random.h"
#include "psab/api.h"
#include "util/buffer.h"
#include "util/wipe.h"

/* The IV is drawn by the core and comes first; a driver sees it as an input. */
static psa_status_t encrypt(psab_core_t *core, const psab_key_view_t *key, psab_cipher_request_t *request,
                            uint8_t *output, size_t size, size_t *written) {
    size_t iv = request->iv_length;
    uint8_t drawn[PSA_CIPHER_IV_MAX_SIZE];
    psa_status_t status = psab_random(core, drawn, iv);
    if (status != PSA_SUCCESS) {
        return status;
    }
    request->iv = drawn;
    status = psab_cipher_run(core, key, request, iv != 0 ? output + iv : output, size - iv, written);
    if (status == PSA_SUCCESS && iv != 0) {
        memcpy(output, drawn, iv);
        *written += iv;
    }
    return status;
}

static psa_status_t run(psab_core_t *core, const psab_key_view_t *key, psab_cipher_request_t *request, uint8_t *output,
                        size_t size, size_t *written) {
    return request->encrypt ? encrypt(core, key, request, output, size, written)
                            : psab_cipher_run(core, key, request, output, size, written);
}

static __attribute__((noinline)) psa_status_t run_apart(psab_core_t *core, psab_key_view_t key,
                                                        psab_cipher_request_t request, uint8_t *output, size_t size,
                                                        size_t *written) {
    psab_scratch_t copy;
    psa_status_t status = psab_separate(&copy, request.input, request.length, output, size, &request.input)
                              ? run(core, &key, &request, output, size, written)
                              : psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for a copy of the input");
    psab_scratch_free(&copy);
    return status;
}

/* The shortest output must fit, before any copy is made and any driver is asked. */
static bool fits(const psab_cipher_request_t *request, size_t size) {
    size_t iv = request->encrypt ? request->iv_length : 0;
    return size >= iv && size - iv >= request->least;
}

/* Any request. */
static __attribute__((noinline)) psa_status_t general(psab_core_t *core, const psab_key_view_t *key,
                                                      psab_cipher_request_t *request, uint8_t *output, size_t size,
                                                      size_t *written) {
    psa_status_t status = psab_cipher_prepare(core, request, key->attributes->type);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (!fits(request, size)) {
        return psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the IV and the output");
    }
    return psab_overlap(request->input, request->length, output, size)
               ? run_apart(core, *key, *request, output, size, written)
               : run(core, key, request, output, size, written);
}

/* The rest of the candidates; the IV is there. */
static __attribute__((noinline)) psa_status_t go_on(psab_core_t *core, const psab_candidate_t *c, psa_status_t status,
                                                    const psab_key_view_t *key, psab_cipher_request_t *request,
                                                    uint8_t *output, size_t size, size_t *written) {
    psa_status_t prepared = psab_cipher_prepare(core, request, key->attributes->type);
    return prepared == PSA_SUCCESS ? psab_cipher_run_from(core, c, status, key, request, output, size, written)
                                   : prepared;
}

/* The lengths of a text where they follow from the facts about the cipher, and there is room for what a driver
 * may count on. */
typedef struct lengths {
    bool simple;
    size_t iv;    /* in front of the ciphertext */
    size_t least; /* output, without IV */
    size_t room;
} lengths_t;

static PSAB_HOT lengths_t simple_lengths(const psab_facts_t *facts, bool encrypts, size_t length, size_t size) {
    lengths_t result;
    size_t block = facts->block;
    size_t text = encrypts ? length : length - facts->iv;
    size_t taken = encrypts ? facts->iv : 0; /* of the output buffer */
    bool padded = facts->shape == PSAB_CIPHER_PADDED;
    bool whole_blocks = (text & (block - 1)) == 0; /* block sizes are powers of two */
    bool shape = facts->shape == PSAB_CIPHER_STREAM || facts->shape == PSAB_CIPHER_BLOCKS || padded;
    bool can_be = encrypts ? padded || whole_blocks : length >= facts->iv && whole_blocks && (!padded || text != 0);
    result.iv = facts->iv;
    result.room = encrypts && padded ? (text & ~(block - 1)) + block : text;
    result.least = encrypts || !padded ? result.room : text - block;
    result.simple = facts->status == PSA_SUCCESS && shape && can_be && text <= facts->most && size >= taken &&
                    size - taken >= result.room;
    return result;
}

/* The request that is to have nothing in its way: nothing unusual about lengths, no overlap, and a driver for
 * just that.  Everything else is put together anew for the general case. */
static PSAB_HOT psa_status_t run_simple(psab_core_t *core, const psab_key_view_t *key, psab_cipher_request_t request,
                                        bool encrypts, uint8_t *output, size_t size, size_t *written) {
    psab_found_t found = psab_find(core->registry, psab_cipher_plan(encrypts), request.alg, key->attributes, key->cell);
    lengths_t lengths = simple_lengths(&found.facts, encrypts, request.length, size);
    if (PSAB_UNLIKELY(!lengths.simple || psab_overlap(request.input, request.length, output, size)) ||
        !psab_first_is_plain(found.route)) {
        psab_key_view_t view = *key; /* put together only here */
        psab_cipher_request_t other = request;
        return general(core, &view, &other, output, size, written);
    }
    const psab_candidate_t *c = found.route->candidates;
    psa_status_t status = PSA_SUCCESS;
    uint8_t drawn[PSA_CIPHER_IV_MAX_SIZE];
    size_t front = encrypts ? lengths.iv : 0;
    if (front != 0) {
        status = psab_random(core, drawn, front);
        if (PSAB_UNLIKELY(status != PSA_SUCCESS)) {
            return status;
        }
    }
    uint8_t *text = front != 0 ? output + front : output;
    request.iv = encrypts ? drawn : NULL;
    request.iv_length = lengths.iv;
    status = psab_cipher_call(core, c, key, &request, encrypts, lengths.least, text, lengths.room, written);
    c = psab_next(c, status);
    if (PSAB_UNLIKELY(c != NULL)) {
        psab_key_view_t view = *key;
        psab_cipher_request_t rest = request;
        status = go_on(core, c, status, &view, &rest, text, size - front, written);
    }
    if (front != 0 && status == PSA_SUCCESS) {
        memcpy(output, drawn, front);
        *written += front;
    }
    return status;
}

static PSAB_HOT psa_status_t whole(psab_core_t *core, psa_key_id_t id, psab_cipher_request_t request, bool encrypts,
                                   uint8_t *output, size_t size, size_t *written) {
    psab_key_t *key = NULL;
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (PSAB_UNLIKELY(written == NULL || !psab_buffer_valid(request.input, request.length) ||
                      !psab_buffer_valid(output, size))) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    }
    *written = 0;
    if (PSAB_UNLIKELY(!psab_is_cipher(request.alg))) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not a cipher");
    }
    psa_key_usage_t usage = encrypts ? PSA_KEY_USAGE_ENCRYPT : PSA_KEY_USAGE_DECRYPT;
    psa_status_t status = psab_acquire(core, id, usage, request.alg, &key);
    if (PSAB_UNLIKELY(status != PSA_SUCCESS)) {
        return status;
    }
    psab_key_view_t view = psab_key_view(key);
    status = run_simple(core, &view, request, encrypts, output, size, written);
    psab_key_release(key);
    return status;
}

psa_status_t psab_cipher_encrypt(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                                 size_t input_length, uint8_t *output, size_t output_size, size_t *output_length) {
    psab_cipher_request_t request = {.alg = alg, .encrypt = true, .input = input, .length = input_length};
    return whole(core, key, request, true, output, output_size, output_length);
}

psa_status_t psab_cipher_decrypt(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                                 size_t input_length, uint8_t *output, size_t output_size, size_t *output_length) {
    psab_cipher_request_t request = {.alg = alg, .encrypt = false, .input = input, .length = input_length};
    return whole(core, key, request, false, output, output_size, output_length);
}
