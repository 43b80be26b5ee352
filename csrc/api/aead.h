/** @file
 * AEAD for other files of api/: whole texts with whoever serves them.
 */
#ifndef PSAB_API_AEAD_H
#define PSAB_API_AEAD_H

#include "api/fit.h"
#include "api/key_view.h"

/** A text to encrypt or decrypt in one call. */
typedef struct psab_aead_request {
    psa_algorithm_t alg;
    bool encrypt;
    const uint8_t *nonce; /**< inputs overlap nothing of the output */
    size_t nonce_length;
    const uint8_t *ad;
    size_t ad_length;
    const uint8_t *input; /**< plaintext, or ciphertext and tag */
    size_t length;
    psab_aead_fit_t fit;
    size_t expected; /**< length of the output; SIZE_MAX: not known */
} psab_aead_request_t;

/** Check a request and work out lengths.
 *
 * @param core     the instance
 * @param request  everything but `fit` and `expected` is set
 * @param type     of the key
 *
 * @return INVALID_ARGUMENT for a key, a nonce or a text that does not fit; INVALID_SIGNATURE for a
 *         ciphertext that is shorter than its tag
 */
psa_status_t psab_aead_prepare(psab_core_t *core, psab_aead_request_t *request, psa_key_type_t type);

/** Encrypt or decrypt a text with whoever serves it.
 *
 * @param core     the instance
 * @param key      the key
 * @param request  prepared
 * @param output   receives the text; wiped after a failure
 * @param size     of the buffer
 * @param written  receives the length of the output; 0 after a failure
 *
 * @return INVALID_SIGNATURE, BUFFER_TOO_SMALL, NOT_SUPPORTED, INSUFFICIENT_MEMORY, or what the
 *         driver returned
 */
psa_status_t psab_aead_run(psab_core_t *core, const psab_key_view_t *key, const psab_aead_request_t *request,
                           uint8_t *output, size_t size, size_t *written);

/** Have one driver do a text in one call, and judge its output. */
psa_status_t psab_aead_with(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                            const psab_aead_request_t *request, uint8_t *output, size_t size, size_t *written);

/** Have one driver do a text through its multi-part family. */
psa_status_t psab_aead_in_parts(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                const psab_aead_request_t *request, uint8_t *output, size_t size, size_t *written);

/** Whether an algorithm is an AEAD that can be used, not a wildcard. */
static inline bool psab_is_aead(psa_algorithm_t alg) {
    return PSA_ALG_IS_AEAD(alg) && (alg & PSAB_ALG_AT_LEAST) == 0 && (alg & 0xffu) != 0xffu;
}

#endif
