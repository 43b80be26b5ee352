/* Cipher suites: what goes together (section 10.13.3, and the algorithms' own sections). */
#include "api/key_fit.h"
#include "api/pake.h"

#define TYPE(suite) PSA_PAKE_PRIMITIVE_GET_TYPE((suite)->primitive)
#define FAMILY(suite) PSA_PAKE_PRIMITIVE_GET_FAMILY((suite)->primitive)
#define BITS(suite) PSA_PAKE_PRIMITIVE_GET_BITS((suite)->primitive)

/* The suites of SPAKE2+ (RFC 9383, section 4), and that of Matter. */
static const struct {
    psa_algorithm_t alg;
    psa_ecc_family_t family;
    uint16_t bits;
} spake2p[] = {
    {PSA_ALG_SPAKE2P_HMAC(PSA_ALG_SHA_256), PSA_ECC_FAMILY_SECP_R1, 256},
    {PSA_ALG_SPAKE2P_HMAC(PSA_ALG_SHA_512), PSA_ECC_FAMILY_SECP_R1, 256},
    {PSA_ALG_SPAKE2P_HMAC(PSA_ALG_SHA_256), PSA_ECC_FAMILY_SECP_R1, 384},
    {PSA_ALG_SPAKE2P_HMAC(PSA_ALG_SHA_512), PSA_ECC_FAMILY_SECP_R1, 384},
    {PSA_ALG_SPAKE2P_HMAC(PSA_ALG_SHA_512), PSA_ECC_FAMILY_SECP_R1, 521},
    {PSA_ALG_SPAKE2P_HMAC(PSA_ALG_SHA_256), PSA_ECC_FAMILY_TWISTED_EDWARDS, 255},
    {PSA_ALG_SPAKE2P_HMAC(PSA_ALG_SHA_512), PSA_ECC_FAMILY_TWISTED_EDWARDS, 448},
    {PSA_ALG_SPAKE2P_CMAC(PSA_ALG_SHA_256), PSA_ECC_FAMILY_SECP_R1, 256},
    {PSA_ALG_SPAKE2P_CMAC(PSA_ALG_SHA_512), PSA_ECC_FAMILY_SECP_R1, 256},
    {PSA_ALG_SPAKE2P_MATTER, PSA_ECC_FAMILY_SECP_R1, 256},
};

static bool is_spake2p_suite(const psab_cipher_suite_t *suite) {
    for (size_t i = 0; i < sizeof spake2p / sizeof spake2p[0]; i++) {
        if (spake2p[i].alg == suite->alg && TYPE(suite) == PSA_PAKE_PRIMITIVE_TYPE_ECC &&
            spake2p[i].family == FAMILY(suite) && spake2p[i].bits == BITS(suite)) {
            return true;
        }
    }
    return false;
}

psa_algorithm_t psab_wpa3_hash(bool ecc, size_t bits) {
    return bits <= (ecc ? 256u : 2048u)   ? PSA_ALG_SHA_256
           : bits <= (ecc ? 384u : 3072u) ? PSA_ALG_SHA_384
                                          : PSA_ALG_SHA_512;
}

psa_status_t psab_pake_check_suite(const psab_cipher_suite_t *suite) {
    psa_algorithm_t alg = suite->alg;
    bool known = PSA_ALG_IS_JPAKE(alg) || PSA_ALG_IS_SPAKE2P(alg) || PSA_ALG_IS_WPA3_SAE(alg);
    psa_algorithm_t hash = PSA_ALG_GET_HASH(alg);
    if (!known || !PSA_ALG_IS_HASH(hash) || hash == PSA_ALG_ANY_HASH || PSA_HASH_LENGTH(hash) == 0) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (PSA_ALG_IS_SPAKE2P(alg) && suite->key_confirmation == PSA_PAKE_UNCONFIRMED_KEY) {
        return PSA_ERROR_NOT_SUPPORTED; /* RFC 9383, 3.3: a side that does not confirm is not to use the key */
    }
    uint32_t wanted = PSA_ALG_IS_JPAKE(alg) ? PSA_PAKE_UNCONFIRMED_KEY : PSA_PAKE_CONFIRMED_KEY;
    return suite->key_confirmation == wanted ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

/* Whether an asymmetric key belongs to the group of the suite. */
static bool of_group(const psab_cipher_suite_t *suite, const psab_attributes_t *key) {
    bool ecc = PSA_KEY_TYPE_IS_SPAKE2P(key->type) || PSA_KEY_TYPE_IS_WPA3_SAE_ECC(key->type);
    uint8_t type = ecc ? PSA_PAKE_PRIMITIVE_TYPE_ECC : PSA_PAKE_PRIMITIVE_TYPE_DH;
    return TYPE(suite) == type && FAMILY(suite) == (key->type & 0x7fu) && BITS(suite) == key->bits;
}

static bool wpa3_fits(const psab_cipher_suite_t *suite, const psab_attributes_t *key) {
    if (PSA_ALG_GET_HASH(suite->alg) == PSA_ALG_SHA_256 && key->type == PSA_KEY_TYPE_PASSWORD) {
        return true; /* the looping variant, in any group */
    }
    return key->type != PSA_KEY_TYPE_PASSWORD && of_group(suite, key) &&
           PSA_ALG_GET_HASH(suite->alg) == psab_wpa3_hash(TYPE(suite) == PSA_PAKE_PRIMITIVE_TYPE_ECC, BITS(suite));
}

psa_status_t psab_pake_check_key(const psab_cipher_suite_t *suite, const psab_attributes_t *key) {
    bool group = TYPE(suite) == PSA_PAKE_PRIMITIVE_TYPE_ECC || TYPE(suite) == PSA_PAKE_PRIMITIVE_TYPE_DH;
    bool fits = group && FAMILY(suite) != 0 && BITS(suite) != 0;
    fits = fits && psab_key_type_fits(key->type, suite->alg, PSA_KEY_USAGE_DERIVE);
    if (fits && PSA_ALG_IS_SPAKE2P(suite->alg)) {
        fits = is_spake2p_suite(suite) && of_group(suite, key);
    } else if (fits && PSA_ALG_IS_WPA3_SAE(suite->alg)) {
        fits = wpa3_fits(suite, key);
    }
    /* J-PAKE adds points, of which Montgomery curves have one coordinate only. What other groups a driver has is its
     * own affair: it sees the group when the exchange begins. */
    bool adds = TYPE(suite) != PSA_PAKE_PRIMITIVE_TYPE_ECC || FAMILY(suite) != PSA_ECC_FAMILY_MONTGOMERY;
    return !fits ? PSA_ERROR_INVALID_ARGUMENT : adds ? PSA_SUCCESS : PSA_ERROR_NOT_SUPPORTED;
}

#define MATTER_SECRET_SIZE 16u
#define WPA3_SECRET_SIZE 32u

size_t psab_pake_secret_length(const psab_cipher_suite_t *suite) {
    psa_algorithm_t alg = suite->alg;
    if (PSA_ALG_IS_JPAKE(alg)) {
        return PSA_PAKE_OUTPUT_SIZE(alg, suite->primitive, PSA_PAKE_STEP_KEY_SHARE);
    }
    return alg == PSA_ALG_SPAKE2P_MATTER    ? MATTER_SECRET_SIZE
           : PSA_ALG_IS_WPA3_SAE_FIXED(alg) ? WPA3_SECRET_SIZE
                                            : PSA_HASH_LENGTH(PSA_ALG_GET_HASH(alg));
}
