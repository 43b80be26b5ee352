/* psa_check_key_usage (section 9.8.2). */

#include "api/compose.h"
#include "api/key_fit.h"
#include "api/key_role.h"
#include "api/key_view.h"
#include "psab/api.h"
#include "psab/plans.h"

#define MANAGEMENT (PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_COPY | PSA_KEY_USAGE_CACHE)

/* Whether a role can be played by a public key. */
static bool public_suffices(psa_algorithm_t alg, psa_key_usage_t usage) {
    bool asymmetric_encryption = PSA_ALG_IS_ASYMMETRIC_ENCRYPTION(alg) || PSA_ALG_IS_KEY_ENCAPSULATION(alg);
    return usage == PSA_KEY_USAGE_VERIFY_MESSAGE || usage == PSA_KEY_USAGE_VERIFY_HASH ||
           usage == PSA_KEY_USAGE_DERIVE_PUBLIC || (usage == PSA_KEY_USAGE_ENCRYPT && asymmetric_encryption) ||
           (usage == PSA_KEY_USAGE_DERIVE && PSA_ALG_IS_PAKE(alg));
}

/* Whether a key can play a role of an algorithm. */
static bool key_fits(const psab_attributes_t *attributes, psa_algorithm_t alg, psa_key_usage_t usage) {
    if (PSA_ALG_IS_SIGN(alg)) {
        bool signs = usage == PSA_KEY_USAGE_SIGN_MESSAGE || usage == PSA_KEY_USAGE_SIGN_HASH;
        uint16_t plan = signs ? PSAB_PLAN_SIGN_MESSAGE : PSAB_PLAN_VERIFY_MESSAGE;
        return psab_plan_facts(plan, alg, attributes).status == PSA_SUCCESS;
    }
    psa_key_type_t type = attributes->type;
    return psab_key_type_fits(type, alg, usage) && (!PSA_KEY_TYPE_IS_PUBLIC_KEY(type) || public_suffices(alg, usage));
}

static psa_status_t check_request(psa_algorithm_t alg, psa_key_usage_t usage) {
    bool one_flag = usage != 0 && (usage & (usage - 1)) == 0;
    if (!one_flag) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if ((usage & MANAGEMENT) != 0) {
        return alg == PSA_ALG_NONE ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    }
    bool concrete = alg != PSA_ALG_NONE && psab_alg_is_policy(alg) && !psab_alg_is_wildcard(alg);
    return concrete && psab_has_role(alg, usage) ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

/* Being the peer of a key agreement needs no permission; in a PAKE it needs that to derive. */
static psa_key_usage_t permission_for(psa_algorithm_t alg, psa_key_usage_t usage) {
    if (usage != PSA_KEY_USAGE_DERIVE_PUBLIC) {
        return usage;
    }
    return PSA_ALG_IS_PAKE(alg) ? PSA_KEY_USAGE_DERIVE : 0;
}

static psa_status_t check(psab_core_t *core, const psab_attributes_t *attributes, psa_algorithm_t alg,
                          psa_key_usage_t usage) {
    bool is_public_export = usage == PSA_KEY_USAGE_EXPORT && PSA_KEY_TYPE_IS_PUBLIC_KEY(attributes->type);
    bool peer = usage == PSA_KEY_USAGE_DERIVE_PUBLIC && PSA_ALG_IS_KEY_AGREEMENT(alg);
    psa_key_usage_t needed = is_public_export ? 0 : permission_for(alg, usage);
    psa_status_t status = psab_policy_check(attributes, needed, peer ? PSA_ALG_NONE : alg);
    if (status != PSA_SUCCESS) {
        return psab_refuse_use(core, attributes, needed, alg);
    }
    if (alg != PSA_ALG_NONE && !key_fits(attributes, alg, usage)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "this type of key cannot be used so");
    }
    status = alg != PSA_ALG_NONE ? psab_role_served(core, attributes, alg, usage) : PSA_SUCCESS;
    return status == PSA_SUCCESS ? status
                                 : psab_refuse(core, status, "no driver does this with this key and algorithm");
}

psa_status_t psab_check_key_usage(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, psa_key_usage_t usage) {
    psab_key_t *found = NULL;
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the core is not initialised");
    }
    psa_status_t status = check_request(alg, usage);
    if (status != PSA_SUCCESS) {
        return psab_refuse(core, status, "not one flag with an algorithm that has this role");
    }
    status = psab_acquire(core, key, 0, PSA_ALG_NONE, &found);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = check(core, &found->attributes, alg, usage);
    psab_key_release(found);
    return status;
}
