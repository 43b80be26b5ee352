/** @file
 * Ciphers for other files of api/: whole texts with whoever serves them.
 */
#ifndef PSAB_API_CIPHER_H
#define PSAB_API_CIPHER_H

#include "api/fit.h"
#include "api/key_view.h"

/** A text to encrypt or decrypt in one call. */
typedef struct psab_cipher_request {
    psa_algorithm_t alg;
    bool encrypt;
    const uint8_t *iv; /**< of a text to encrypt; null where `input` begins with it */
    size_t iv_length;
    const uint8_t *input; /**< overlaps nothing of the output; when decrypting, it begins with the IV */
    size_t length;        /**< of the input, IV included when decrypting */
    psab_cipher_fit_t fit;
    size_t least; /**< length of the output: shortest and longest */
    size_t most;
} psab_cipher_request_t;

/** Check a request and work out lengths; the IV need not be there yet.
 *
 * @param core     the instance
 * @param request  `alg`, `encrypt` and `length` are set; the rest is filled in
 * @param type     of the key
 *
 * @return INVALID_ARGUMENT for a key that does not fit or a length that cannot be
 */
psa_status_t psab_cipher_prepare(psab_core_t *core, psab_cipher_request_t *request, psa_key_type_t type);

/** Encrypt or decrypt a text with whoever serves it.
 *
 * @param core     the instance
 * @param key      the key
 * @param request  prepared, with an IV
 * @param output   receives the text, without IV; wiped after a failure
 * @param size     of the buffer
 * @param written  receives the length of the output; 0 after a failure
 *
 * @return BUFFER_TOO_SMALL, NOT_SUPPORTED, INSUFFICIENT_MEMORY, or what the driver returned
 */
psa_status_t psab_cipher_run(psab_core_t *core, const psab_key_view_t *key, const psab_cipher_request_t *request,
                             uint8_t *output, size_t size, size_t *written);

/** psab_cipher_run() from one candidate on; `status` is the answer if that is null. The output has room. */
psa_status_t psab_cipher_run_from(psab_core_t *core, const psab_candidate_t *c, psa_status_t status,
                                  const psab_key_view_t *key, const psab_cipher_request_t *request, uint8_t *output,
                                  size_t size, size_t *written);

/** The plan of a whole text. */
static inline uint16_t psab_cipher_plan(bool encrypt) {
    return encrypt ? PSAB_PLAN_CIPHER_ENCRYPT : PSAB_PLAN_CIPHER_DECRYPT;
}

/** psab_cipher_with() for a direction that the compiler knows: `encrypt` and `least` are those of the request. */
static PSAB_HOT psa_status_t psab_cipher_call(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                              const psab_cipher_request_t *request, bool encrypt, size_t least,
                                              uint8_t *output, size_t size, size_t *written) {
    psab_frame_t frame;
    psa_status_t status;
    int32_t entry_point = encrypt ? PSAB_EP_CIPHER_ENCRYPT : PSAB_EP_CIPHER_DECRYPT;
    *written = 0;
    psab_enter_with(&frame, core, c, key->key);
    if (encrypt) {
        status = psab_call_cipher_encrypt(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                          request->iv, request->iv_length, request->input, request->length, output,
                                          size, written);
    } else {
        status = psab_call_cipher_decrypt(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                          request->input, request->length, output, size, written);
    }
    status = psab_leave(&frame, entry_point, status);
    return psab_output(c, entry_point, status, output, size, least, written);
}

/** Have one driver do a text in one call, and judge its output: what psab_cipher_run() does with it. */
psa_status_t psab_cipher_with(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                              const psab_cipher_request_t *request, uint8_t *output, size_t size, size_t *written);

/** Whether an algorithm is a cipher that can be used, not a wildcard. */
static inline bool psab_is_cipher(psa_algorithm_t alg) {
    return PSA_ALG_IS_CIPHER(alg) && alg != PSA_ALG_CCM_STAR_ANY_TAG && (alg & 0xffu) != 0xffu;
}

#endif
