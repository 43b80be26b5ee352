#include "api/sign.h"

#define FAMILY(type) PSA_KEY_TYPE_ECC_GET_FAMILY(type)

/* Whether a key is of the type that an algorithm works with; of other vendors' algorithms nothing is known. */
static bool type_fits(psa_algorithm_t alg, const psab_attributes_t *attributes) {
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

psa_status_t psab_sign_check(psab_core_t *core, psa_algorithm_t alg, const psab_attributes_t *attributes, bool pair,
                             bool hash, size_t length) {
    bool key_kind = PSA_KEY_TYPE_IS_KEY_PAIR(attributes->type) ||
                    (!pair && PSA_KEY_TYPE_IS_PUBLIC_KEY(attributes->type)) || (attributes->type & 0x8000u) != 0;
    if (!key_kind || !type_fits(alg, attributes)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the type of the key does not fit the algorithm");
    }
    if (hash && PSA_ALG_IS_HASH_AND_SIGN(alg)) {
        size_t expected = PSA_HASH_LENGTH(PSA_ALG_GET_HASH(alg));
        if (expected != 0 && length != expected) {
            return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT,
                               "the hash does not have the length of the algorithm's");
        }
    }
    return PSA_SUCCESS;
}

psa_status_t psab_sign_check_context(psab_core_t *core, psa_algorithm_t alg, size_t length) {
    bool vendor = (alg & 0x80000000u) != 0;
    if (!vendor && !PSA_ALG_SIGN_SUPPORTS_CONTEXT(alg)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm has no context");
    }
    if (!vendor && length > PSAB_SIGN_CONTEXT_MOST) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the context is longer than the algorithm allows");
    }
    return PSA_SUCCESS;
}
