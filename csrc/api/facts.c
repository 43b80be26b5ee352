/* What algorithm and kind of key alone say about a request. */
#include "api/compose.h"
#include "psab/plans.h"

#define FAMILY(type) PSA_KEY_TYPE_ECC_GET_FAMILY(type)

/* Whether a key is of the type that an algorithm works with; of other vendors' algorithms nothing is known. */
static bool sign_fits(psa_algorithm_t alg, const psab_attributes_t *attributes) {
    psa_key_type_t type = attributes->type;
    bool edwards = PSA_KEY_TYPE_IS_ECC(type) && FAMILY(type) == PSA_ECC_FAMILY_TWISTED_EDWARDS;
    if (PSA_ALG_IS_ECDSA(alg)) {
        return PSA_KEY_TYPE_IS_ECC(type) && !edwards && FAMILY(type) != PSA_ECC_FAMILY_MONTGOMERY;
    }
    if (PSA_ALG_IS_RSA_PKCS1V15_SIGN(alg) || PSA_ALG_IS_RSA_PSS(alg)) {
        return PSA_KEY_TYPE_IS_RSA(type);
    }
    if (PSA_ALG_IS_HASH_EDDSA(alg)) {
        return edwards && attributes->bits == (alg == PSA_ALG_ED25519PH ? 255u : 448u);
    }
    if (alg == PSA_ALG_PURE_EDDSA || alg == PSA_ALG_EDDSA_CTX) {
        return edwards;
    }
    if (PSA_ALG_IS_ML_DSA(alg) || PSA_ALG_IS_HASH_ML_DSA(alg)) {
        return PSA_KEY_TYPE_IS_ML_DSA(type);
    }
    if (PSA_ALG_IS_SLH_DSA(alg) || PSA_ALG_IS_HASH_SLH_DSA(alg)) {
        return PSA_KEY_TYPE_IS_SLH_DSA(type);
    }
    switch (alg) {
    case PSA_ALG_LMS:
        return type == PSA_KEY_TYPE_LMS_PUBLIC_KEY;
    case PSA_ALG_HSS:
        return type == PSA_KEY_TYPE_HSS_PUBLIC_KEY;
    case PSA_ALG_XMSS:
        return type == PSA_KEY_TYPE_XMSS_PUBLIC_KEY;
    case PSA_ALG_XMSS_MT:
        return type == PSA_KEY_TYPE_XMSS_MT_PUBLIC_KEY;
    default:
        return PSA_KEY_TYPE_IS_ASYMMETRIC(type) || (alg & 0x80000000u) != 0;
    }
}

static bool is_vendor(psa_key_type_t type) {
    return (type & 0x8000u) != 0;
}

static psab_facts_t sign_facts(psa_algorithm_t alg, const psab_attributes_t *attributes, bool pair, bool hash) {
    psa_key_type_t type = attributes->type;
    bool key_kind = PSA_KEY_TYPE_IS_KEY_PAIR(type) || (!pair && PSA_KEY_TYPE_IS_PUBLIC_KEY(type)) || is_vendor(type);
    psab_facts_t facts = {PSA_SUCCESS, 0, 0};
    if (!key_kind || !sign_fits(alg, attributes)) {
        facts.status = PSA_ERROR_INVALID_ARGUMENT;
    }
    if (hash && PSA_ALG_IS_HASH_AND_SIGN(alg)) {
        facts.input = (uint32_t)PSA_HASH_LENGTH(PSA_ALG_GET_HASH(alg));
    }
    if (pair) {
        facts.output = (uint32_t)PSA_SIGN_OUTPUT_SIZE(type, attributes->bits, alg);
    }
    return facts;
}

static bool agreement_fits(psa_algorithm_t alg, psa_key_type_t type) {
    if (PSA_ALG_IS_ECDH(alg)) {
        return PSA_KEY_TYPE_IS_ECC_KEY_PAIR(type) && FAMILY(type) != PSA_ECC_FAMILY_TWISTED_EDWARDS;
    }
    if (PSA_ALG_IS_FFDH(alg)) {
        return PSA_KEY_TYPE_IS_DH_KEY_PAIR(type);
    }
    return PSA_KEY_TYPE_IS_KEY_PAIR(type) || is_vendor(type);
}

static psab_facts_t agreement_facts(psa_algorithm_t alg, const psab_attributes_t *attributes) {
    psab_facts_t facts = {PSA_SUCCESS, 0, 0};
    facts.status = agreement_fits(alg, attributes->type) ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    facts.output = (uint32_t)PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(attributes->type, attributes->bits);
    return facts;
}

psab_facts_t psab_plan_facts(uint16_t plan, uint32_t alg, const psab_attributes_t *attributes) {
    switch ((psab_plan_t)plan) {
    case PSAB_PLAN_HASH_COMPUTE:
    case PSAB_PLAN_HASH_SETUP:
    case PSAB_PLAN_HASH_RESUME:
        return (psab_facts_t){PSA_SUCCESS, 0, (uint32_t)PSA_HASH_LENGTH(alg)};
    case PSAB_PLAN_SIGN_HASH:
    case PSAB_PLAN_SIGN_HASH_WITH_CONTEXT:
        return sign_facts(alg, attributes, true, true);
    case PSAB_PLAN_SIGN_MESSAGE:
    case PSAB_PLAN_SIGN_MESSAGE_WITH_CONTEXT:
    case PSAB_PLAN_SIGN_SETUP:
        return sign_facts(alg, attributes, true, false);
    case PSAB_PLAN_VERIFY_HASH:
    case PSAB_PLAN_VERIFY_HASH_WITH_CONTEXT:
        return sign_facts(alg, attributes, false, true);
    case PSAB_PLAN_VERIFY_MESSAGE:
    case PSAB_PLAN_VERIFY_MESSAGE_WITH_CONTEXT:
    case PSAB_PLAN_VERIFY_SETUP:
        return sign_facts(alg, attributes, false, false);
    case PSAB_PLAN_KEY_AGREEMENT:
        return agreement_facts(alg, attributes);
    default:
        return (psab_facts_t){PSA_SUCCESS, 0, 0};
    }
}
