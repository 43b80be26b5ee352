/* Every key derivation for exercise.c: output in pieces, and the keys that are made of it. */
#include "exercise.h"
#include "support.h"

#include <string.h>

#define TEXT(text) {(const uint8_t *)(text), sizeof(text) - 1}
#define SECRET {PSA_KEY_DERIVATION_INPUT_SECRET, TEXT("sixteen bytes it"), 0, {0}}
#define SALT {PSA_KEY_DERIVATION_INPUT_SALT, TEXT("salt"), 0, {0}}
#define SEED {PSA_KEY_DERIVATION_INPUT_SEED, TEXT("seed"), 0, {0}}
#define LABEL {PSA_KEY_DERIVATION_INPUT_LABEL, TEXT("label"), 0, {0}}
#define OTHER {PSA_KEY_DERIVATION_INPUT_OTHER_SECRET, TEXT("other secret"), 0, {0}}
#define PASSWORD {PSA_KEY_DERIVATION_INPUT_PASSWORD, TEXT("password"), 0, {0}}
#define COST {PSA_KEY_DERIVATION_INPUT_COST, {NULL, 0}, 3, {0}}
#define CAPACITY {PSA_CRYPTO_DRIVER_KEY_DERIVATION_CAPACITY, {NULL, 0}, 100, {0}}
#define CIPHER_KEY                                                                                                     \
    {PSA_KEY_DERIVATION_INPUT_SECRET, TEXT("sixteen bytes it"), 0, {.type = PSA_KEY_TYPE_AES, .bits = 128}}
#define POINT                                                                                                          \
    {PSA_KEY_DERIVATION_INPUT_SECRET,                                                                                  \
     TEXT("\x04"                                                                                                       \
          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),                                         \
     0,                                                                                                                \
     {0}}

static const struct {
    psa_algorithm_t alg;
    size_t length;
    support_input_t inputs[4];
} cases[] = {
    {PSA_ALG_HKDF(PSA_ALG_SHA_256), 100, {SALT, SECRET}},
    {PSA_ALG_HKDF(PSA_ALG_SHA3_256), 100, {SECRET}},
    {PSA_ALG_HKDF_EXTRACT(PSA_ALG_SHA_512), 64, {SALT, SECRET}},
    {PSA_ALG_HKDF_EXPAND(PSA_ALG_SHA_384), 100, {SECRET}},
    {PSA_ALG_TLS12_PRF(PSA_ALG_SHA_256), 100, {SEED, SECRET, LABEL}},
    {PSA_ALG_TLS12_PSK_TO_MS(PSA_ALG_SHA_256), 48, {SEED, SECRET, LABEL}},
    {PSA_ALG_TLS12_PSK_TO_MS(PSA_ALG_SHA_384), 48, {SEED, OTHER, SECRET, LABEL}},
    {PSA_ALG_TLS12_ECJPAKE_TO_PMS, 32, {POINT}},
    {PSA_ALG_SP800_108_COUNTER_HMAC(PSA_ALG_SHA_1), 100, {SECRET, LABEL, CAPACITY}},
    {PSA_ALG_SP800_108_COUNTER_CMAC, 100, {CIPHER_KEY, LABEL, CAPACITY}},
    {PSA_ALG_PBKDF2_HMAC(PSA_ALG_SHA_256), 100, {COST, SALT, PASSWORD}},
    {PSA_ALG_PBKDF2_HMAC(PSA_ALG_SHA3_256), 100, {COST, SALT, PASSWORD}},
    {PSA_ALG_PBKDF2_AES_CMAC_PRF_128, 100, {COST, SALT, PASSWORD}},
};

/* Output of `length` bytes in two pieces. */
static psa_status_t draw(size_t i, size_t first, uint8_t *out) {
    libcrypto_key_derivation_operation_t operation;
    struct psab_kdf_inputs inputs = {cases[i].inputs, 0};
    while (inputs.count < 4 && cases[i].inputs[inputs.count].step != 0) {
        inputs.count++;
    }
    memset(&operation, 0, sizeof(operation));
    psa_status_t status = libcrypto_key_derivation_setup(&operation, cases[i].alg, &inputs);
    if (status != PSA_SUCCESS) {
        return status; /* there is nothing to abort then */
    }
    status = libcrypto_key_derivation_output_bytes(&operation, out, first);
    if (status == PSA_SUCCESS) {
        status = libcrypto_key_derivation_output_bytes(&operation, out + first, cases[i].length - first);
    }
    (void)libcrypto_key_derivation_abort(&operation);
    return status;
}

psa_status_t exercise_derivations(void) {
    uint8_t one[100];
    uint8_t other[100];
    psa_status_t status = PSA_SUCCESS;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && status == PSA_SUCCESS; i++) {
        status = draw(i, 0, one);
        if (status == PSA_SUCCESS) {
            status = draw(i, 7, other);
        }
        if (status == PSA_SUCCESS && memcmp(one, other, cases[i].length) != 0) {
            status = 1;
        }
    }
    return status;
}

psa_status_t exercise_derived_keys(void) {
    static const struct {
        psa_key_type_t type;
        uint32_t bits;
        size_t drawn;
    } kinds[] = {
        {PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256, 32},
        {PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 521, 66},
        {PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY), 255, 32},
        {PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS), 448, 57},
        {PSA_KEY_TYPE_DH_KEY_PAIR(PSA_DH_FAMILY_RFC7919), 2048, 256},
        {PSA_KEY_TYPE_SPAKE2P_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 384, 112},
        {PSA_KEY_TYPE_SPAKE2P_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS), 255, 80},
    };
    uint8_t drawn[256];
    uint8_t key[256];
    psa_status_t status = PSA_SUCCESS;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && status == PSA_SUCCESS; i++) {
        psa_key_attributes_t attributes = {.type = kinds[i].type, .bits = kinds[i].bits};
        size_t length = 0;
        memset(drawn, 0x5a, sizeof(drawn));
        status = libcrypto_derive_key(&attributes, drawn, kinds[i].drawn, NULL, key, sizeof(key), &length);
        if (status == PSA_SUCCESS && length == 0) {
            status = 1;
        }
        memset(drawn, 0xff, 32); /* beyond the order of P-256 */
        if (status == PSA_SUCCESS && kinds[i].bits == 256) {
            psa_status_t again = libcrypto_derive_key(&attributes, drawn, 32, NULL, key, sizeof(key), &length);
            status = again == PSA_ERROR_INSUFFICIENT_DATA ? PSA_SUCCESS : again == PSA_SUCCESS ? 1 : again;
        }
    }
    return status;
}
