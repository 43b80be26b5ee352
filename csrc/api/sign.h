/** @file
 * What signing and verifying have in common.
 */
#ifndef PSAB_API_SIGN_H
#define PSAB_API_SIGN_H

#include "api/key_view.h"

/** Check that a signature algorithm is one, fits the key, and for a hash that it has its length.
 *
 * @param core        the instance
 * @param alg         the algorithm
 * @param attributes  of the key
 * @param pair        whether it must be a key pair
 * @param hash        whether a hash is signed, not a message
 * @param length      of the hash
 *
 * @return INVALID_ARGUMENT
 */
psa_status_t psab_sign_check(psab_core_t *core, psa_algorithm_t alg, const psab_attributes_t *attributes, bool pair,
                             bool hash, size_t length);

/** Whether an algorithm can sign a hash or a message; the key is not looked at. */
static inline bool psab_is_sign_alg(psa_algorithm_t alg, bool hash) {
    bool kind = hash ? PSA_ALG_IS_SIGN_HASH(alg) : PSA_ALG_IS_SIGN_MESSAGE(alg);
    return PSAB_LIKELY(kind && (alg & 0xffu) != 0xffu);
}

#endif
