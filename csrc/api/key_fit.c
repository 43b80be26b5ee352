#include "api/key_fit.h"

#include <psa/crypto_sizes.h>

#include "util/alg.h"

#define VENDOR_TYPE 0x8000u
#define VENDOR_ALG 0x80000000u

static size_t block_length(psa_key_type_t type) {
    bool symmetric = (type & 0x7000u) == 0x2000u;
    return symmetric ? (size_t)PSA_BLOCK_CIPHER_BLOCK_LENGTH(type) : 0;
}

static bool mac_fits(psa_key_type_t type, psa_algorithm_t alg) {
    if (PSA_ALG_IS_HMAC(alg)) {
        return type == PSA_KEY_TYPE_HMAC;
    }
    return PSA_ALG_IS_BLOCK_CIPHER_MAC(alg) ? block_length(type) > 1 : type == PSA_KEY_TYPE_BLAKE2;
}

static bool cipher_fits(psa_key_type_t type, psa_algorithm_t alg) {
    switch (alg) {
    case PSA_ALG_STREAM_CIPHER:
        return type == PSA_KEY_TYPE_ARC4 || type == PSA_KEY_TYPE_CHACHA20 || type == PSA_KEY_TYPE_XCHACHA20;
    case PSA_ALG_XTS:
    case PSA_ALG_CCM_STAR_NO_TAG:
        return block_length(type) == 16;
    default:
        return block_length(type) > 1;
    }
}

static bool aead_fits(psa_key_type_t type, psa_algorithm_t alg) {
    switch (PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(alg)) {
    case PSA_ALG_CHACHA20_POLY1305:
        return type == PSA_KEY_TYPE_CHACHA20;
    case PSA_ALG_XCHACHA20_POLY1305:
        return type == PSA_KEY_TYPE_XCHACHA20;
    case PSA_ALG_ASCON_AEAD128:
        return type == PSA_KEY_TYPE_ASCON;
    default:
        return block_length(type) == 16;
    }
}

static bool stretching_fits(psa_key_type_t type, psa_algorithm_t alg, psa_key_usage_t usage) {
    if (PSA_ALG_IS_WPA3_SAE_H2E(alg)) {
        return type == PSA_KEY_TYPE_PASSWORD;
    }
    return type == PSA_KEY_TYPE_DERIVE || type == PSA_KEY_TYPE_PASSWORD || type == PSA_KEY_TYPE_PEPPER ||
           type == PSA_KEY_TYPE_RAW_DATA ||
           (type == PSA_KEY_TYPE_PASSWORD_HASH && usage == PSA_KEY_USAGE_VERIFY_DERIVATION);
}

/* As any of the inputs; those that are not secret are raw data. */
static bool derivation_fits(psa_key_type_t type, psa_algorithm_t alg, psa_key_usage_t usage) {
    if (PSA_ALG_IS_KEY_DERIVATION_STRETCHING(alg)) {
        return stretching_fits(type, alg, usage);
    }
    if (alg == PSA_ALG_TLS12_ECJPAKE_TO_PMS) {
        return type == PSA_KEY_TYPE_DERIVE;
    }
    bool secret = alg == PSA_ALG_SP800_108_COUNTER_CMAC ? block_length(type) == 16 : type == PSA_KEY_TYPE_DERIVE;
    return secret || type == PSA_KEY_TYPE_RAW_DATA ||
           (PSA_ALG_IS_SP800_108_COUNTER_HMAC(alg) && type == PSA_KEY_TYPE_HMAC);
}

static bool on_curve(psa_key_type_t type) {
    return PSA_KEY_TYPE_IS_ECC(type) && PSA_KEY_TYPE_ECC_GET_FAMILY(type) != PSA_ECC_FAMILY_TWISTED_EDWARDS;
}

static bool agreement_fits(psa_key_type_t type, psa_algorithm_t alg) {
    return psab_alg_agreement_base(alg) == PSA_ALG_ECDH ? on_curve(type) : PSA_KEY_TYPE_IS_DH(type);
}

static bool pake_fits(psa_key_type_t type, psa_algorithm_t alg) {
    if (PSA_ALG_IS_JPAKE(alg)) {
        return type == PSA_KEY_TYPE_PASSWORD || type == PSA_KEY_TYPE_PASSWORD_HASH;
    }
    if (PSA_ALG_IS_SPAKE2P(alg)) {
        return PSA_KEY_TYPE_IS_SPAKE2P(type);
    }
    bool token = PSA_KEY_TYPE_IS_WPA3_SAE_ECC(type) || PSA_KEY_TYPE_IS_WPA3_SAE_DH(type);
    return token || (PSA_ALG_IS_WPA3_SAE_FIXED(alg) && type == PSA_KEY_TYPE_PASSWORD);
}

bool psab_key_type_fits(psa_key_type_t type, psa_algorithm_t alg, psa_key_usage_t usage) {
    if ((type & VENDOR_TYPE) != 0 || (alg & VENDOR_ALG) != 0) {
        return true;
    }
    return PSA_ALG_IS_MAC(alg)                     ? mac_fits(type, alg)
           : PSA_ALG_IS_CIPHER(alg)                ? cipher_fits(type, alg)
           : PSA_ALG_IS_AEAD(alg)                  ? aead_fits(type, alg)
           : PSA_ALG_IS_KEY_WRAP(alg)              ? block_length(type) == 16
           : PSA_ALG_IS_KEY_DERIVATION(alg)        ? derivation_fits(type, alg, usage)
           : PSA_ALG_IS_KEY_AGREEMENT(alg)         ? agreement_fits(type, alg)
           : PSA_ALG_IS_PAKE(alg)                  ? pake_fits(type, alg)
           : PSA_ALG_IS_ASYMMETRIC_ENCRYPTION(alg) ? PSA_KEY_TYPE_IS_RSA(type)
           : alg == PSA_ALG_ML_KEM                 ? PSA_KEY_TYPE_IS_ML_KEM(type)
           : alg == PSA_ALG_ECIES_SEC1             ? on_curve(type)
                                                   : true;
}
