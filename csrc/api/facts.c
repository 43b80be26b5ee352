/* What algorithm and kind of key alone say about a request. */
#include "api/compose.h"
#include "api/fit.h"
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
    psab_facts_t facts = {.status = PSA_SUCCESS};
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
    psab_facts_t facts = {.status = PSA_SUCCESS};
    facts.status = agreement_fits(alg, attributes->type) ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    facts.output = (uint32_t)PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(attributes->type, attributes->bits);
    return facts;
}

static psab_facts_t mac_facts(psa_algorithm_t alg, const psab_attributes_t *attributes) {
    psab_facts_t facts = {.status = PSA_SUCCESS};
    size_t length = 0;
    facts.status = psab_mac_fit(alg, attributes->type, attributes->bits, &length);
    facts.output = (uint32_t)length;
    return facts;
}

static uint32_t saturated(uint64_t length) {
    return length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
}

static psab_facts_t cipher_facts(psa_algorithm_t alg, const psab_attributes_t *attributes) {
    psab_facts_t facts = {.status = PSA_SUCCESS};
    psab_cipher_fit_t fit;
    facts.status = psab_cipher_fit(alg, attributes->type, &fit);
    facts.most = saturated(fit.most);
    facts.iv = (uint8_t)fit.iv;
    facts.block = (uint8_t)fit.block;
    facts.shape = (uint8_t)fit.shape;
    return facts;
}

/* Of vendors' algorithms and keys nothing is said, and neither is it where the key does not fit. */
static psab_facts_t aead_facts(psa_algorithm_t alg, const psab_attributes_t *attributes) {
    psab_facts_t facts = {.status = PSA_SUCCESS};
    psab_aead_fit_t fit;
    uint64_t most = 0;
    facts.status = psab_aead_fit(alg, attributes->type, &fit);
    if (facts.status == PSA_SUCCESS && fit.nonce != 0 &&
        psab_aead_nonce_valid(alg, attributes->type, fit.nonce, &most)) {
        most = most < fit.text_most ? most : fit.text_most;
        facts.most = saturated(most < fit.ad_most ? most : fit.ad_most);
        facts.iv = (uint8_t)fit.nonce;
        facts.tag = (uint8_t)fit.tag;
    }
    return facts;
}

/* The longest plaintext is `most`, with vendors' keys and algorithms any that the buffer can hold. */
static psab_facts_t crypt_facts(psa_algorithm_t alg, const psab_attributes_t *attributes, bool encrypt) {
    psab_facts_t facts = {.status = PSA_SUCCESS};
    psa_key_type_t type = attributes->type;
    bool vendor = psab_is_vendor_alg(alg) || is_vendor(type);
    bool kind = PSA_KEY_TYPE_IS_KEY_PAIR(type) || (encrypt && PSA_KEY_TYPE_IS_PUBLIC_KEY(type));
    if (!vendor && !(kind && PSA_KEY_TYPE_IS_RSA(type))) {
        facts.status = PSA_ERROR_INVALID_ARGUMENT;
        return facts;
    }
    facts.most = (uint32_t)PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE(type, attributes->bits, alg);
    if (encrypt) {
        facts.most = vendor ? UINT32_MAX : facts.most;
        facts.output = (uint32_t)PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE(type, attributes->bits, alg);
    } else if (!vendor) {
        facts.input = (attributes->bits + 7) / 8;
    }
    return facts;
}

psab_facts_t psab_plan_facts(uint16_t plan, uint32_t alg, const psab_attributes_t *attributes) {
    switch ((psab_plan_t)plan) {
    case PSAB_PLAN_HASH_COMPUTE:
    case PSAB_PLAN_HASH_SETUP:
    case PSAB_PLAN_HASH_RESUME:
        return (psab_facts_t){.output = (uint32_t)PSA_HASH_LENGTH(alg)};
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
    case PSAB_PLAN_MAC_COMPUTE:
    case PSAB_PLAN_MAC_VERIFY:
        return mac_facts(alg, attributes);
    case PSAB_PLAN_CIPHER_ENCRYPT:
    case PSAB_PLAN_CIPHER_DECRYPT:
        return cipher_facts(alg, attributes);
    case PSAB_PLAN_AEAD_ENCRYPT:
    case PSAB_PLAN_AEAD_DECRYPT:
        return aead_facts(alg, attributes);
    case PSAB_PLAN_ASYMMETRIC_ENCRYPT:
        return crypt_facts(alg, attributes, true);
    case PSAB_PLAN_ASYMMETRIC_DECRYPT:
        return crypt_facts(alg, attributes, false);
    case PSAB_PLAN_KEY_AGREEMENT:
        return agreement_facts(alg, attributes);
    default:
        return (psab_facts_t){.status = PSA_SUCCESS};
    }
}
