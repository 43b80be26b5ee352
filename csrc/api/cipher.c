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

static psa_status_t whole(psab_core_t *core, psa_key_id_t id, psab_cipher_request_t *request, uint8_t *output,
                          size_t size, size_t *written) {
    psab_key_t *key = NULL;
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (written == NULL || !psab_buffer_valid(request->input, request->length) || !psab_buffer_valid(output, size)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    }
    *written = 0;
    if (!psab_is_cipher(request->alg)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not a cipher");
    }
    psa_key_usage_t usage = request->encrypt ? PSA_KEY_USAGE_ENCRYPT : PSA_KEY_USAGE_DECRYPT;
    psa_status_t status = psab_acquire(core, id, usage, request->alg, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = psab_cipher_prepare(core, request, key->attributes.type);
    if (status == PSA_SUCCESS && !fits(request, size)) {
        status = psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the IV and the output");
    }
    if (status == PSA_SUCCESS) {
        psab_key_view_t view = psab_key_view(key);
        bool overlap = psab_overlap(request->input, request->length, output, size);
        status = PSAB_UNLIKELY(overlap) ? run_apart(core, view, *request, output, size, written)
                                        : run(core, &view, request, output, size, written);
    }
    psab_key_release(key);
    return status;
}

psa_status_t psab_cipher_encrypt(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                                 size_t input_length, uint8_t *output, size_t output_size, size_t *output_length) {
    psab_cipher_request_t request = {.alg = alg, .encrypt = true, .input = input, .length = input_length};
    return whole(core, key, &request, output, output_size, output_length);
}

psa_status_t psab_cipher_decrypt(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                                 size_t input_length, uint8_t *output, size_t output_size, size_t *output_length) {
    psab_cipher_request_t request = {.alg = alg, .encrypt = false, .input = input, .length = input_length};
    return whole(core, key, &request, output, output_size, output_length);
}
