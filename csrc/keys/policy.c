#include "keys/policy.h"

psa_status_t psab_policy_check_slow(const psab_attributes_t *attributes, psa_key_usage_t usage, psa_algorithm_t alg) {
    if ((usage & ~attributes->usage) != 0) {
        return PSA_ERROR_NOT_PERMITTED;
    }
    if (alg == PSA_ALG_NONE || psab_alg_permits(attributes->alg, alg, attributes->type, usage)) {
        return PSA_SUCCESS;
    }
    return PSA_ERROR_NOT_PERMITTED;
}

psa_key_usage_t psab_usage_with_implied(psa_key_usage_t usage) {
    if ((usage & PSA_KEY_USAGE_SIGN_HASH) != 0) {
        usage |= PSA_KEY_USAGE_SIGN_MESSAGE;
    }
    if ((usage & PSA_KEY_USAGE_VERIFY_HASH) != 0) {
        usage |= PSA_KEY_USAGE_VERIFY_MESSAGE;
    }
    return usage;
}

psa_status_t psab_policy_intersect(const psab_attributes_t *source, psab_attributes_t *target) {
    psa_algorithm_t alg = psab_alg_intersect(source->alg, target->alg, source->type);
    /* Two keys that permit no algorithm agree. */
    if (alg == PSA_ALG_NONE && source->alg != target->alg) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    target->alg = alg;
    target->usage = psab_usage_with_implied(target->usage) & source->usage;
    return PSA_SUCCESS;
}
