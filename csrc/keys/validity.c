#include "keys/validity.h"

#include "util/alg.h"

/* What is wrong with the attributes of a new key; null if nothing is. */
static const char *reason_for(const psab_attributes_t *attributes) {
    psa_key_persistence_t persistence = PSA_KEY_LIFETIME_GET_PERSISTENCE(attributes->lifetime);
    bool is_volatile = persistence == PSA_KEY_PERSISTENCE_VOLATILE;
    bool in_range = attributes->id >= PSA_KEY_ID_USER_MIN && attributes->id <= PSA_KEY_ID_USER_MAX;
    return persistence == PSA_KEY_PERSISTENCE_READ_ONLY ? "lifetime: no key can be made read-only"
           : is_volatile && attributes->id != PSA_KEY_ID_NULL
               ? "id: a volatile key gets its own, so this has to be 0; or the lifetime is to be a persistent one"
           : !is_volatile && !in_range                    ? "id: a persistent key needs one from 1 to 0x3fffffff"
           : attributes->type == PSA_KEY_TYPE_NONE        ? "type: there is none"
           : (attributes->usage & ~PSAB_KNOWN_USAGE) != 0 ? "usage: flags that the API does not have"
           : attributes->reserved != 0                    ? "attributes that were not initialised"
           : !psab_alg_is_policy(attributes->alg)         ? "alg: not an algorithm that a key can permit"
                                                          : NULL;
}

psa_status_t psab_attributes_check(const psab_attributes_t *attributes, const char **reason) {
    psa_key_persistence_t persistence = PSA_KEY_LIFETIME_GET_PERSISTENCE(attributes->lifetime);
    psa_key_location_t location = PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime);
    *reason = reason_for(attributes);
    if (*reason != NULL) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    bool local_level = persistence == PSA_KEY_PERSISTENCE_VOLATILE || persistence == PSA_KEY_PERSISTENCE_DEFAULT;
    *reason = location == PSA_KEY_LOCATION_LOCAL_STORAGE && !local_level
                  ? "lifetime: keys of the core itself are volatile (0) or persistent (1)"
              : attributes->bits > PSAB_KEY_BITS_MAX ? "bits: more than the library handles"
                                                     : NULL;
    return *reason != NULL ? PSA_ERROR_NOT_SUPPORTED : PSA_SUCCESS;
}

/* Sizes of an unstructured type: some values, or a range in steps of 8. */
typedef struct size_rule {
    psa_key_type_t type;
    uint16_t values[3];
    uint32_t from;
    uint32_t to;
} size_rule_t;

static const size_rule_t rules[] = {
    {PSA_KEY_TYPE_RAW_DATA, {0}, 8, PSAB_KEY_BITS_MAX},
    {PSA_KEY_TYPE_DERIVE, {0}, 8, PSAB_KEY_BITS_MAX},
    {PSA_KEY_TYPE_PASSWORD, {0}, 8, PSAB_KEY_BITS_MAX},
    {PSA_KEY_TYPE_PASSWORD_HASH, {0}, 8, PSAB_KEY_BITS_MAX},
    {PSA_KEY_TYPE_PEPPER, {0}, 8, PSAB_KEY_BITS_MAX},
    {PSA_KEY_TYPE_HMAC, {0}, 8, PSAB_KEY_BITS_MAX},
    {PSA_KEY_TYPE_BLAKE2, {0}, 8, 512},
    {PSA_KEY_TYPE_ARC4, {0}, 40, 2048},
    {PSA_KEY_TYPE_AES, {128, 192, 256}, 0, 0},
    {PSA_KEY_TYPE_ARIA, {128, 192, 256}, 0, 0},
    {PSA_KEY_TYPE_CAMELLIA, {128, 192, 256}, 0, 0},
    {PSA_KEY_TYPE_SM4, {128}, 0, 0},
    {PSA_KEY_TYPE_DES, {64, 128, 192}, 0, 0},
    {PSA_KEY_TYPE_CHACHA20, {256}, 0, 0},
    {PSA_KEY_TYPE_XCHACHA20, {256}, 0, 0},
    {PSA_KEY_TYPE_ASCON, {128, 256}, 0, 0},
};

static bool is_value(const size_rule_t *rule, size_t bits) {
    return bits != 0 && (bits == rule->values[0] || bits == rule->values[1] || bits == rule->values[2]);
}

psa_status_t psab_key_size_check(psa_key_type_t type, size_t bits, psa_algorithm_t alg) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const size_rule_t *rule = &rules[i];
        if (rule->type != type) {
            continue;
        }
        bool in_range = bits != 0 && bits % 8 == 0 && bits >= rule->from && bits <= rule->to;
        bool block_of_16 = PSA_BLOCK_CIPHER_BLOCK_LENGTH(type) == 16;
        bool good = in_range || (alg == PSA_ALG_XTS && block_of_16 ? bits % 2 == 0 && is_value(rule, bits / 2)
                                                                   : is_value(rule, bits));
        return good ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    }
    return PSA_ERROR_NOT_SUPPORTED;
}
