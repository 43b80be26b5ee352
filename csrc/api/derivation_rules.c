/* What each key derivation takes and gives (section 10.8.1). */
#include "api/derivation.h"

#include <psa/crypto_sizes.h>
#include <string.h>

#define SECRET PSA_KEY_DERIVATION_INPUT_SECRET
#define PASSWORD PSA_KEY_DERIVATION_INPUT_PASSWORD
#define OTHER_SECRET PSA_KEY_DERIVATION_INPUT_OTHER_SECRET
#define LABEL PSA_KEY_DERIVATION_INPUT_LABEL
#define SALT PSA_KEY_DERIVATION_INPUT_SALT
#define INFO PSA_KEY_DERIVATION_INPUT_INFO
#define SEED PSA_KEY_DERIVATION_INPUT_SEED
#define COST PSA_KEY_DERIVATION_INPUT_COST
#define CONTEXT PSA_KEY_DERIVATION_INPUT_CONTEXT

#define DIRECT (PSAB_KDF_BYTES | PSAB_KDF_KEY)
#define ANY (DIRECT | PSAB_KDF_AGREEMENT)

#define VENDOR 0x80000000u

static const psab_kdf_rules_t table[] = {
    {PSA_ALG_HKDF(0),
     PSAB_KDF_HASHED,
     {{SALT, DIRECT, PSAB_KDF_OPTIONAL}, {SECRET, ANY, 0}, {INFO, DIRECT, PSAB_KDF_FREE}}},
    {PSA_ALG_HKDF_EXTRACT(0), PSAB_KDF_HASHED, {{SALT, DIRECT, 0}, {SECRET, ANY, 0}}},
    {PSA_ALG_HKDF_EXPAND(0), PSAB_KDF_HASHED, {{SECRET, ANY, 0}, {INFO, DIRECT, 0}}},
    {PSA_ALG_TLS12_PRF(0), PSAB_KDF_HASHED, {{SEED, DIRECT, 0}, {SECRET, ANY, 0}, {LABEL, DIRECT, 0}}},
    {PSA_ALG_TLS12_PSK_TO_MS(0),
     PSAB_KDF_HASHED,
     {{SEED, DIRECT, 0}, {OTHER_SECRET, ANY, PSAB_KDF_OPTIONAL}, {SECRET, DIRECT, 0}, {LABEL, DIRECT, 0}}},
    {PSA_ALG_TLS12_ECJPAKE_TO_PMS, PSAB_KDF_WHOLE, {{SECRET, DIRECT, 0}}},
    {PSA_ALG_SP800_108_COUNTER_HMAC(0),
     PSAB_KDF_HASHED | PSAB_KDF_FIXES_LENGTH,
     {{SECRET, ANY, 0}, {LABEL, DIRECT, PSAB_KDF_OPTIONAL}, {CONTEXT, DIRECT, PSAB_KDF_OPTIONAL}}},
    {PSA_ALG_SP800_108_COUNTER_CMAC,
     PSAB_KDF_FIXES_LENGTH,
     {{SECRET, PSAB_KDF_KEY, 0}, {LABEL, DIRECT, PSAB_KDF_OPTIONAL}, {CONTEXT, DIRECT, PSAB_KDF_OPTIONAL}}},
    {PSA_ALG_PBKDF2_HMAC(0),
     PSAB_KDF_HASHED,
     {{COST, PSAB_KDF_INTEGER, 0}, {SALT, DIRECT, PSAB_KDF_REPEATS}, {PASSWORD, ANY, 0}}},
    {PSA_ALG_PBKDF2_AES_CMAC_PRF_128,
     0,
     {{COST, PSAB_KDF_INTEGER, 0}, {SALT, DIRECT, PSAB_KDF_REPEATS}, {PASSWORD, ANY, 0}}},
    {PSA_ALG_WPA3_SAE_H2E(0),
     PSAB_KDF_HASHED | PSAB_KDF_KEYS_ONLY,
     {{SALT, PSAB_KDF_BYTES, 0}, {PASSWORD, PSAB_KDF_KEY, 0}, {INFO, PSAB_KDF_BYTES, PSAB_KDF_OPTIONAL}}},
};

const psab_kdf_rules_t *psab_kdf_rules(psa_algorithm_t alg) {
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        bool hashed = (table[i].traits & PSAB_KDF_HASHED) != 0;
        psa_algorithm_t mask = hashed ? ~(psa_algorithm_t)0xff : ~(psa_algorithm_t)0;
        if ((alg & mask) == table[i].base && (!hashed || (alg & 0xff) != 0)) {
            return &table[i];
        }
    }
    return NULL;
}

size_t psab_kdf_capacity(psa_algorithm_t alg) {
    size_t hash = PSA_HASH_LENGTH(PSA_ALG_GET_HASH(alg));
    if (PSA_ALG_IS_HKDF(alg) || PSA_ALG_IS_HKDF_EXPAND(alg)) {
        return 255 * hash;
    }
    if (PSA_ALG_IS_HKDF_EXTRACT(alg)) {
        return hash;
    }
    if (alg == PSA_ALG_TLS12_ECJPAKE_TO_PMS) {
        return PSA_TLS12_ECJPAKE_TO_PMS_OUTPUT_SIZE;
    }
    if (PSA_ALG_IS_SP800_108_COUNTER_HMAC(alg) || alg == PSA_ALG_SP800_108_COUNTER_CMAC) {
        return 0x1fffffff; /* its length in bits is a number of 32 bits */
    }
    size_t block = PSA_ALG_IS_PBKDF2_HMAC(alg) ? hash : alg == PSA_ALG_PBKDF2_AES_CMAC_PRF_128 ? 16 : 0;
    bool limited = block != 0 && SIZE_MAX / UINT32_MAX >= block;
    return limited ? UINT32_MAX * block : PSA_KEY_DERIVATION_UNLIMITED_CAPACITY;
}

psab_kdf_item_t *psab_kdf_item(psab_derivation_t *derivation, psa_key_derivation_step_t step) {
    for (size_t i = 0; i < derivation->count; i++) {
        if (derivation->items[i].step == step) {
            return &derivation->items[i];
        }
    }
    return NULL;
}

/* Whether the inputs so far leave the i-th one possible. */
static bool in_order(psab_derivation_t *derivation, size_t i) {
    const psab_kdf_rule_t *inputs = derivation->rules->inputs;
    if (psab_kdf_item(derivation, inputs[i].step) != NULL && (inputs[i].flags & PSAB_KDF_REPEATS) == 0) {
        return false;
    }
    for (size_t k = 0; k < sizeof derivation->rules->inputs / sizeof inputs[0] && inputs[k].step != 0; k++) {
        if (k == i || ((inputs[i].flags | inputs[k].flags) & PSAB_KDF_FREE) != 0) {
            continue;
        }
        bool given = psab_kdf_item(derivation, inputs[k].step) != NULL;
        bool missing = k < i && !given && (inputs[k].flags & PSAB_KDF_OPTIONAL) == 0;
        if (missing || (k > i && given)) {
            return false;
        }
    }
    return true;
}

psa_status_t psab_kdf_admit(psab_derivation_t *derivation, psa_key_derivation_step_t step, uint8_t form) {
    if (derivation->rules == NULL) {
        return PSA_SUCCESS;
    }
    const psab_kdf_rule_t *inputs = derivation->rules->inputs;
    for (size_t i = 0; i < sizeof derivation->rules->inputs / sizeof inputs[0] && inputs[i].step != 0; i++) {
        if (inputs[i].step == step) {
            psa_status_t status = in_order(derivation, i) ? PSA_SUCCESS : PSA_ERROR_BAD_STATE;
            return (inputs[i].forms & form) != 0 ? status : PSA_ERROR_INVALID_ARGUMENT;
        }
    }
    return PSA_ERROR_INVALID_ARGUMENT;
}

bool psab_kdf_complete(psab_derivation_t *derivation) {
    if (derivation->rules == NULL) {
        return derivation->count != 0;
    }
    const psab_kdf_rule_t *inputs = derivation->rules->inputs;
    for (size_t i = 0; i < sizeof derivation->rules->inputs / sizeof inputs[0] && inputs[i].step != 0; i++) {
        bool optional = (inputs[i].flags & PSAB_KDF_OPTIONAL) != 0;
        if (!optional && psab_kdf_item(derivation, inputs[i].step) == NULL) {
            return false;
        }
    }
    return true;
}

bool psab_kdf_is_secret(psa_key_derivation_step_t step) {
    return step == SECRET || step == PASSWORD;
}

bool psab_kdf_key_fits(psa_algorithm_t alg, psa_key_derivation_step_t step, psa_key_type_t type) {
    if (((alg & VENDOR) | (type & 0x8000u)) != 0) {
        return true;
    }
    switch (step) {
    case PASSWORD:
        return type == PSA_KEY_TYPE_PASSWORD || (type == PSA_KEY_TYPE_DERIVE && !PSA_ALG_IS_WPA3_SAE_H2E(alg));
    case SECRET:
        if (alg == PSA_ALG_SP800_108_COUNTER_CMAC) {
            return PSA_KEY_TYPE_IS_UNSTRUCTURED(type) && PSA_BLOCK_CIPHER_BLOCK_LENGTH(type) == 16;
        }
        return type == PSA_KEY_TYPE_DERIVE || (PSA_ALG_IS_SP800_108_COUNTER_HMAC(alg) && type == PSA_KEY_TYPE_HMAC);
    case OTHER_SECRET:
        return type == PSA_KEY_TYPE_DERIVE || type == PSA_KEY_TYPE_RAW_DATA;
    case SALT:
        return type == PSA_KEY_TYPE_RAW_DATA ||
               (type == PSA_KEY_TYPE_PEPPER && PSA_ALG_IS_KEY_DERIVATION_STRETCHING(alg));
    default:
        return type == PSA_KEY_TYPE_RAW_DATA;
    }
}

psa_status_t psab_kdf_content(psa_algorithm_t alg, psa_key_derivation_step_t step, const uint8_t *data, size_t length) {
    bool good = true;
    if (alg == PSA_ALG_TLS12_ECJPAKE_TO_PMS) {
        good = length == 65 && (data == NULL || data[0] == 0x04); /* an uncompressed point of secp256r1 */
    } else if (PSA_ALG_IS_TLS12_PSK_TO_MS(alg) && step == SECRET) {
        good = length <= PSA_TLS12_PSK_TO_MS_PSK_MAX_SIZE;
    } else if (step == OTHER_SECRET) {
        good = length <= UINT16_MAX;
    } else if (step == LABEL && (PSA_ALG_IS_SP800_108_COUNTER_HMAC(alg) || alg == PSA_ALG_SP800_108_COUNTER_CMAC)) {
        good = data == NULL || length == 0 || memchr(data, 0, length) == NULL; /* a zero byte ends the label */
    }
    return good ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

size_t psab_kdf_draw(psa_key_type_t type, size_t bits) {
    size_t bytes = (bits + 7) / 8;
    if (PSA_KEY_TYPE_IS_UNSTRUCTURED(type) || PSA_KEY_TYPE_IS_DH_KEY_PAIR(type) || type == PSA_KEY_TYPE_RSA_KEY_PAIR) {
        return bytes;
    }
    if (PSA_KEY_TYPE_IS_ECC_KEY_PAIR(type)) {
        psa_ecc_family_t family = PSA_KEY_TYPE_ECC_GET_FAMILY(type);
        return family == PSA_ECC_FAMILY_MONTGOMERY        ? bytes
               : family == PSA_ECC_FAMILY_TWISTED_EDWARDS ? bits / 8 + 1
                                                          : PSAB_ECC_ORDER_SIZE(family, bits);
    }
    if (PSAB_IS_WPA3_ELEMENT(type)) {
        return PSA_EXPORT_KEY_OUTPUT_SIZE(type, bits);
    }
    if (PSA_KEY_TYPE_IS_SPAKE2P_KEY_PAIR(type)) {
        return 2 * (bytes + 8); /* w0s and w1s, each with 64 bits more than the order (RFC 9383, section 3.2) */
    }
    return type == PSA_KEY_TYPE_ML_DSA_KEY_PAIR     ? 32
           : type == PSA_KEY_TYPE_ML_KEM_KEY_PAIR   ? 64
           : PSA_KEY_TYPE_IS_SLH_DSA_KEY_PAIR(type) ? 3 * bytes
                                                    : 0;
}
