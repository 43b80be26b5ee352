/** @file
 * What a key may be used for (section 9.8).
 */
#ifndef PSAB_KEYS_POLICY_H
#define PSAB_KEYS_POLICY_H

#include "keys/store.h"
#include "util/alg.h"

/** psab_policy_check() where a look is not enough. */
psa_status_t psab_policy_check_slow(const psab_attributes_t *attributes, psa_key_usage_t usage, psa_algorithm_t alg);

/** Whether the policy of a key permits a use.
 *
 * @param attributes  of the key
 * @param usage       flag of the operation, or 0
 * @param alg         of the operation; PSA_ALG_NONE where only the usage counts
 *
 * @return NOT_PERMITTED
 */
static PSAB_HOT psa_status_t psab_policy_check(const psab_attributes_t *attributes, psa_key_usage_t usage,
                                               psa_algorithm_t alg) {
    if (PSAB_LIKELY((usage & ~attributes->usage) == 0 && attributes->alg == alg && (alg & 0xffu) != 0xffu &&
                    (alg & PSAB_ALG_AT_LEAST) == 0)) {
        return PSA_SUCCESS;
    }
    return psab_policy_check_slow(attributes, usage, alg);
}

/** psab_key_acquire() of a key whose policy permits a use; else it is not acquired. */
static inline psa_status_t psab_key_acquire_for(psab_store_t *store, psa_key_id_t id, psa_key_usage_t usage,
                                                psa_algorithm_t alg, psab_key_t **key) {
    psa_status_t status = psab_key_acquire(store, id, key);
    if (PSAB_LIKELY(status == PSA_SUCCESS)) {
        status = psab_policy_check(&(*key)->attributes, usage, alg);
        if (PSAB_UNLIKELY(status != PSA_SUCCESS)) {
            psab_key_release(*key);
            *key = NULL;
        }
    }
    return status;
}

/** Usage flags with those they imply: signing or verifying a hash implies the same of a message. */
psa_key_usage_t psab_usage_with_implied(psa_key_usage_t usage);

/** The policy of a copy: what both policies permit.
 *
 * @param source  policy of the original
 * @param target  policy asked for; receives the result
 *
 * @return INVALID_ARGUMENT if no algorithm is permitted by both
 */
psa_status_t psab_policy_intersect(const psab_attributes_t *source, psab_attributes_t *target);

#endif
