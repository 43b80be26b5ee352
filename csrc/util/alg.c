#include "util/alg.h"

#include <psa/crypto_sizes.h>

#define VERIFYING (PSA_KEY_USAGE_VERIFY_MESSAGE | PSA_KEY_USAGE_VERIFY_HASH)
#define DETERMINISTIC 0x00000100u

/* CCM* takes these tags only. */
static bool is_ccm_star_tag(uint32_t length) {
    return length == 4 || length == 8 || length == 16;
}

static bool has_minimum(psa_algorithm_t alg) {
    return (PSA_ALG_IS_MAC(alg) || PSA_ALG_IS_AEAD(alg)) && (alg & PSAB_ALG_AT_LEAST) != 0;
}

static bool same_but_length(psa_algorithm_t a, psa_algorithm_t b) {
    return ((a ^ b) & ~PSAB_ALG_LENGTH_MASK) == 0;
}

static bool is_wpa3_token(psa_key_type_t type) {
    return PSA_KEY_TYPE_IS_WPA3_SAE_ECC(type) || PSA_KEY_TYPE_IS_WPA3_SAE_DH(type);
}

/* Signature algorithms that verify each other's signatures become one.  The policy chapter speaks
 * of ECDSA only; the chapters of ML-DSA and SLH-DSA say the same of theirs. */
static psa_algorithm_t for_verifying(psa_algorithm_t alg) {
    bool paired = PSA_ALG_IS_ECDSA(alg) || PSA_ALG_IS_ML_DSA(alg) || PSA_ALG_IS_HASH_ML_DSA(alg) ||
                  PSA_ALG_IS_SLH_DSA(alg) || PSA_ALG_IS_HASH_SLH_DSA(alg);
    return paired ? (psa_algorithm_t)(alg & ~DETERMINISTIC) : alg;
}

static bool takes_any_hash(psa_algorithm_t alg) {
    bool signs = PSA_ALG_IS_SIGN(alg) && !PSA_ALG_IS_HASH_EDDSA(alg);
    return (alg & 0xffu) == 0xffu && (signs || PSA_ALG_IS_WPA3_SAE_H2E(alg));
}

static bool any_hash_permits(psa_algorithm_t policy, psa_algorithm_t requested) {
    if (policy == PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_ANY_HASH) && requested == PSA_ALG_RSA_PKCS1V15_SIGN_RAW) {
        return true;
    }
    return ((policy ^ requested) & ~0xffu) == 0 && (requested & 0xffu) != 0;
}

/* Length in bytes of what a MAC algorithm, wildcards included, says. */
static uint32_t mac_length(psa_algorithm_t alg, psa_key_type_t type) {
    uint32_t stated = PSAB_ALG_GET_LENGTH(alg);
    return stated != 0 ? stated : psab_alg_mac_length(PSA_ALG_FULL_LENGTH_MAC(alg), type);
}

static bool mac_permits(psa_algorithm_t policy, psa_algorithm_t requested, psa_key_type_t type) {
    if (!same_but_length(policy, requested)) {
        return false;
    }
    uint32_t full = psab_alg_mac_length(PSA_ALG_FULL_LENGTH_MAC(requested), type);
    uint32_t length = mac_length(requested, type);
    if (!has_minimum(policy)) {
        return mac_length(policy, type) == length;
    }
    uint32_t minimum = PSAB_ALG_GET_LENGTH(policy);
    return minimum != 0 && length >= minimum && (full == 0 || length <= full);
}

static bool aead_permits(psa_algorithm_t policy, psa_algorithm_t requested) {
    uint32_t minimum = PSAB_ALG_GET_LENGTH(policy);
    return has_minimum(policy) && same_but_length(policy, requested) && minimum != 0 &&
           PSAB_ALG_GET_LENGTH(requested) >= minimum;
}

static bool ccm_star_permits(psa_algorithm_t requested) {
    return requested == PSA_ALG_CCM_STAR_NO_TAG ||
           (PSAB_ALG_SAME_AEAD(requested, PSA_ALG_CCM) && is_ccm_star_tag(PSAB_ALG_GET_LENGTH(requested)));
}

static bool wpa3_permits(psa_algorithm_t requested, psa_key_type_t type) {
    if ((requested & 0xffu) == 0) {
        return false;
    }
    if (type == PSA_KEY_TYPE_PASSWORD) {
        return PSA_ALG_IS_WPA3_SAE_H2E(requested) || PSA_ALG_IS_WPA3_SAE_FIXED(requested);
    }
    return is_wpa3_token(type) && (PSA_ALG_IS_WPA3_SAE_FIXED(requested) || PSA_ALG_IS_WPA3_SAE_GDH(requested));
}

bool psab_alg_permits(psa_algorithm_t policy, psa_algorithm_t requested, psa_key_type_t type, psa_key_usage_t usage) {
    if (policy == PSA_ALG_NONE || psab_alg_is_wildcard(requested)) {
        return false;
    }
    if ((usage & VERIFYING) != 0) {
        policy = for_verifying(policy);
        requested = for_verifying(requested);
    }
    if (policy == requested) {
        return true;
    }
    if (takes_any_hash(policy)) {
        return any_hash_permits(policy, requested);
    }
    if (PSA_ALG_IS_MAC(policy)) {
        return mac_permits(policy, requested, type);
    }
    if (PSA_ALG_IS_AEAD(policy)) {
        return aead_permits(policy, requested);
    }
    if (PSA_ALG_IS_STANDALONE_KEY_AGREEMENT(policy)) {
        return PSA_ALG_IS_KEY_AGREEMENT(requested) && PSA_ALG_KEY_AGREEMENT_GET_BASE(requested) == policy;
    }
    if (policy == PSA_ALG_CCM_STAR_ANY_TAG) {
        return ccm_star_permits(requested);
    }
    return policy == PSA_ALG_WPA3_SAE_ANY && wpa3_permits(requested, type);
}

/* The common part of two different wildcards, or of a wildcard and itself in another order. */
static psa_algorithm_t intersect_wildcards(psa_algorithm_t a, psa_algorithm_t b, psa_key_type_t type) {
    if (has_minimum(a) && has_minimum(b) && same_but_length(a, b)) {
        return PSAB_ALG_GET_LENGTH(a) > PSAB_ALG_GET_LENGTH(b) ? a : b;
    }
    if (a == PSA_ALG_CCM_STAR_ANY_TAG && has_minimum(b) && PSAB_ALG_SAME_AEAD(b, PSA_ALG_CCM)) {
        /* Several lengths in common cannot be written as one algorithm. */
        return PSAB_ALG_GET_LENGTH(b) > 8 && PSAB_ALG_GET_LENGTH(b) <= 16 ? PSA_ALG_CCM : PSA_ALG_NONE;
    }
    if (a == PSA_ALG_WPA3_SAE_ANY && b == PSA_ALG_WPA3_SAE_H2E(PSA_ALG_ANY_HASH) && type == PSA_KEY_TYPE_PASSWORD) {
        return b;
    }
    return PSA_ALG_NONE;
}

psa_algorithm_t psab_alg_intersect(psa_algorithm_t a, psa_algorithm_t b, psa_key_type_t type) {
    if (a == b || psab_alg_permits(b, a, type, 0)) {
        return a;
    }
    if (psab_alg_permits(a, b, type, 0)) {
        return b;
    }
    psa_algorithm_t common = intersect_wildcards(a, b, type);
    return common != PSA_ALG_NONE ? common : intersect_wildcards(b, a, type);
}

bool psab_alg_is_policy(psa_algorithm_t alg) {
    if (alg == PSA_ALG_NONE || (alg >> 31) != 0) {
        return true;
    }
    if (has_minimum(alg)) {
        return PSAB_ALG_GET_LENGTH(alg) != 0;
    }
    return PSA_ALG_IS_HASH(alg) || PSA_ALG_IS_MAC(alg) || PSA_ALG_IS_CIPHER(alg) || PSA_ALG_IS_AEAD(alg) ||
           PSA_ALG_IS_SIGN(alg) || PSA_ALG_IS_ASYMMETRIC_ENCRYPTION(alg) || PSA_ALG_IS_KEY_DERIVATION(alg) ||
           PSA_ALG_IS_KEY_AGREEMENT(alg) || PSA_ALG_IS_PAKE(alg) || PSA_ALG_IS_KEY_WRAP(alg) ||
           PSA_ALG_IS_KEY_ENCAPSULATION(alg) || PSA_ALG_IS_XOF(alg);
}

bool psab_alg_is_wildcard(psa_algorithm_t alg) {
    return PSA_ALG_IS_WILDCARD(alg);
}

uint32_t psab_alg_mac_length(psa_algorithm_t alg, psa_key_type_t type) {
    return PSA_ALG_IS_MAC(alg) ? (uint32_t)PSA_MAC_LENGTH(type, 0u, alg & ~PSAB_ALG_AT_LEAST) : 0;
}

psa_algorithm_t psab_alg_agreement_base(psa_algorithm_t alg) {
    return PSA_ALG_IS_KEY_AGREEMENT(alg) ? PSA_ALG_KEY_AGREEMENT_GET_BASE(alg) : PSA_ALG_NONE;
}

psa_algorithm_t psab_alg_hash(psa_algorithm_t alg) {
    return PSA_ALG_GET_HASH(alg);
}
