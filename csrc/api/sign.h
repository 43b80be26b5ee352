/** @file
 * What signing and verifying have in common.
 */
#ifndef PSAB_API_SIGN_H
#define PSAB_API_SIGN_H

#include "api/key_view.h"

/** What is to be signed, and where the signature goes. */
typedef struct psab_signing {
    psa_algorithm_t alg;
    bool hash; /**< the input is a hash, not a message */
    const uint8_t *input;
    size_t length;
    uint8_t *signature;
    size_t size;
    const uint8_t *context; /**< of the signature */
    size_t context_length;
} psab_signing_t;

/** Sign with whoever serves it; what a message is composed of included.
 *
 * @param core     the instance
 * @param key      the key
 * @param request  the input overlaps nothing of the signature
 * @param written  receives the length of the signature; 0 after a failure
 *
 * @return INVALID_ARGUMENT for a key that does not fit the algorithm or a hash of a wrong length,
 *         BUFFER_TOO_SMALL, NOT_SUPPORTED, or what the driver returned
 */
psa_status_t psab_sign_run(psab_core_t *core, const psab_key_view_t *key, const psab_signing_t *request,
                           size_t *written);

/** What is to be verified. */
typedef struct psab_verifying {
    psa_algorithm_t alg;
    bool hash; /**< the input is a hash, not a message */
    const uint8_t *input;
    size_t length;
    const uint8_t *signature;
    size_t signature_length;
    const uint8_t *context; /**< of the signature */
    size_t context_length;
} psab_verifying_t;

/** Verify with whoever serves it, as psab_sign_run(). */
psa_status_t psab_verify_run(psab_core_t *core, const psab_key_view_t *key, const psab_verifying_t *request);

/** Sign a message through the multi-part family of a driver; the output is not judged yet. */
psa_status_t psab_sign_in_parts(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                const psab_signing_t *request, size_t room, size_t *written);

/** Verify a message through the multi-part family of a driver. */
psa_status_t psab_verify_in_parts(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                  const psab_verifying_t *request);

/** Answer a request that cannot be: the key does not fit, or else the length of the input. */
psa_status_t psab_sign_refuse(psab_core_t *core, psa_status_t fits);

/** The longest context that any algorithm takes. */
#define PSAB_SIGN_CONTEXT_MOST 255u

/** Check the length of a context that is not empty: INVALID_ARGUMENT if the algorithm does not take it. */
psa_status_t psab_sign_check_context(psab_core_t *core, psa_algorithm_t alg, size_t length);

/** Whether an algorithm can sign a hash or a message; the key is not looked at. */
static inline bool psab_is_sign_alg(psa_algorithm_t alg, bool hash) {
    bool kind = hash ? PSA_ALG_IS_SIGN_HASH(alg) : PSA_ALG_IS_SIGN_MESSAGE(alg);
    return PSAB_LIKELY(kind && (alg & 0xffu) != 0xffu);
}

#endif
