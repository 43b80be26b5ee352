/* Derivations that count blocks: SP 800-108 in counter mode (4.1), and PBKDF2 (RFC 8018, 5.2). */
#include "kdf.h"

#define SECRET PSA_KEY_DERIVATION_INPUT_SECRET
#define PASSWORD PSA_KEY_DERIVATION_INPUT_PASSWORD
#define LABEL PSA_KEY_DERIVATION_INPUT_LABEL
#define SALT PSA_KEY_DERIVATION_INPUT_SALT
#define COST PSA_KEY_DERIVATION_INPUT_COST
#define CONTEXT PSA_KEY_DERIVATION_INPUT_CONTEXT

/* label || 0 || context || L, where L is the length of all output in bits. */
static psa_status_t keep_counter(libcrypto_key_derivation_operation_t *operation,
                                 const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    static const uint8_t zero = 0;
    uint64_t capacity = 0;
    uint8_t length[4];
    lc_kdf_input_t label;
    lc_kdf_input_t context = {.copy = NULL};
    psa_status_t status = lc_kdf_input(inputs, LABEL, &label);
    if (status == PSA_SUCCESS) {
        status = lc_kdf_input(inputs, CONTEXT, &context);
    }
    if (status == PSA_SUCCESS) {
        status = psa_crypto_driver_key_derivation_get_input_integer(inputs, PSA_CRYPTO_DRIVER_KEY_DERIVATION_CAPACITY,
                                                                    &capacity);
    }
    if (status == PSA_SUCCESS && capacity > UINT32_MAX / 8) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    if (status == PSA_SUCCESS) {
        lc_put32(length, (uint32_t)(8 * capacity));
        lc_bytes_t pieces[] = {label.bytes, {&zero, 1}, context.bytes, {length, sizeof(length)}};
        status = lc_kdf_keep(operation, pieces, 4);
    }
    lc_kdf_drop_input(&label);
    lc_kdf_drop_input(&context);
    return status;
}

static psa_status_t counter_hmac_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                       const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    psa_status_t status = lc_prf_hmac_input(operation, alg, inputs, SECRET);
    return status == PSA_SUCCESS ? keep_counter(operation, inputs) : status;
}

/* With CMAC, K(0) = PRF(fixed) is a part of every block, against a weakness that it has as it is (4.1, note). */
static psa_status_t counter_cmac_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                       const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    lc_kdf_input_t secret;
    (void)alg;
    psa_status_t status = lc_kdf_input(inputs, SECRET, &secret);
    if (status == PSA_SUCCESS) {
        lc_key_t key = lc_key(&secret.attributes, secret.bytes.data, secret.bytes.size);
        status = lc_prf_cmac(operation, &key);
    }
    lc_kdf_drop_input(&secret);
    if (status == PSA_SUCCESS) {
        status = keep_counter(operation, inputs);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    lc_bytes_t fixed = {operation->fixed, operation->fixed_size};
    operation->chain_size = operation->prf.full;
    return lc_prf_run(operation, &fixed, 1, operation->chain);
}

static psa_status_t counter_next(libcrypto_key_derivation_operation_t *operation, uint8_t *out) {
    uint8_t number[4];
    lc_put32(number, (uint32_t)operation->counter);
    lc_bytes_t pieces[] = {
        {number, sizeof(number)}, {operation->fixed, operation->fixed_size}, {operation->chain, operation->chain_size}};
    return lc_prf_run(operation, pieces, 3, out);
}

/* The iteration count and the salt. */
static psa_status_t keep_salt(libcrypto_key_derivation_operation_t *operation,
                              const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    uint64_t cost = 0;
    psa_status_t status = psa_crypto_driver_key_derivation_get_input_integer(inputs, COST, &cost);
    if (status == PSA_SUCCESS && (cost == 0 || cost > UINT32_MAX)) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    operation->cost = (uint32_t)cost;
    return status == PSA_SUCCESS ? lc_kdf_keep_input(operation, inputs, SALT) : status;
}

static psa_status_t pbkdf2_hmac_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                      const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    psa_status_t status = lc_prf_hmac_input(operation, alg, inputs, PASSWORD);
    return status == PSA_SUCCESS ? keep_salt(operation, inputs) : status;
}

#define AES_128_BITS 128u
#define AES_128_SIZE 16u

/* AES-CMAC-PRF-128: a key of 16 bytes as it is, any other through CMAC under a key of zeros (RFC 4615, 3). */
static psa_status_t cmac_prf(libcrypto_key_derivation_operation_t *operation, lc_bytes_t secret) {
    uint8_t short_key[AES_128_SIZE] = {0};
    lc_key_t key = {PSA_KEY_TYPE_AES, AES_128_BITS, short_key, sizeof(short_key)};
    psa_status_t status = PSA_SUCCESS;
    if (secret.size == AES_128_SIZE) {
        memcpy(short_key, secret.data, sizeof(short_key));
    } else {
        status = lc_prf_cmac(operation, &key);
        if (status == PSA_SUCCESS) {
            status = lc_prf_run(operation, &secret, 1, short_key);
            operation->prf.kind->drop(&operation->prf);
            operation->prf.kind = NULL;
        }
    }
    if (status == PSA_SUCCESS) {
        status = lc_prf_cmac(operation, &key);
    }
    OPENSSL_cleanse(short_key, sizeof(short_key));
    return status;
}

static psa_status_t pbkdf2_cmac_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                      const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    lc_kdf_input_t password;
    (void)alg;
    psa_status_t status = lc_kdf_input(inputs, PASSWORD, &password);
    if (status == PSA_SUCCESS) {
        status = cmac_prf(operation, password.bytes);
    }
    lc_kdf_drop_input(&password);
    return status == PSA_SUCCESS ? keep_salt(operation, inputs) : status;
}

/* T(i) = U(1) ^ U(2) ^ ...; U(1) = PRF(password, salt || i), U(j) = PRF(password, U(j-1)). */
static psa_status_t pbkdf2_next(libcrypto_key_derivation_operation_t *operation, uint8_t *out) {
    uint8_t number[4];
    uint8_t u[LC_HASH_MAX];
    size_t size = operation->block_size;
    lc_put32(number, (uint32_t)operation->counter);
    lc_bytes_t first[] = {{operation->fixed, operation->fixed_size}, {number, sizeof(number)}};
    lc_bytes_t previous = {u, size};
    psa_status_t status = lc_prf_run(operation, first, 2, u);
    memcpy(out, u, size);
    for (uint32_t i = 1; i < operation->cost && status == PSA_SUCCESS; i++) {
        status = lc_prf_run(operation, &previous, 1, u);
        lc_xor(out, u, size);
    }
    OPENSSL_cleanse(u, sizeof(u));
    return status;
}

const lc_kdf_kind_t lc_kdf_counter_hmac = {PSA_ALG_SP800_108_COUNTER_HMAC(0), LC_KDF_HASHED, counter_hmac_setup,
                                           counter_next, UINT32_MAX};
const lc_kdf_kind_t lc_kdf_counter_cmac = {PSA_ALG_SP800_108_COUNTER_CMAC, LC_KDF_EXACT, counter_cmac_setup,
                                           counter_next, UINT32_MAX};
const lc_kdf_kind_t lc_kdf_pbkdf2_hmac = {PSA_ALG_PBKDF2_HMAC(0), LC_KDF_HASHED, pbkdf2_hmac_setup, pbkdf2_next,
                                          UINT32_MAX};
const lc_kdf_kind_t lc_kdf_pbkdf2_cmac = {PSA_ALG_PBKDF2_AES_CMAC_PRF_128, LC_KDF_EXACT, pbkdf2_cmac_setup, pbkdf2_next,
                                          UINT32_MAX};
