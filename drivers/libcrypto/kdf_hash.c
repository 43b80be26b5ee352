/* HKDF (RFC 5869) and the derivations of TLS 1.2 (RFC 5246, RFC 4279, EC J-PAKE). */
#include "kdf.h"

#define SECRET PSA_KEY_DERIVATION_INPUT_SECRET
#define OTHER_SECRET PSA_KEY_DERIVATION_INPUT_OTHER_SECRET
#define LABEL PSA_KEY_DERIVATION_INPUT_LABEL
#define SALT PSA_KEY_DERIVATION_INPUT_SALT
#define INFO PSA_KEY_DERIVATION_INPUT_INFO
#define SEED PSA_KEY_DERIVATION_INPUT_SEED

/* 2.2: PRK = HMAC(salt, secret); no salt is the same as one of zeros, and as an empty one. */
static psa_status_t extract(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t hash,
                            const psa_crypto_driver_key_derivation_inputs_t *inputs, uint8_t *prk) {
    lc_kdf_input_t salt;
    lc_kdf_input_t secret = {.copy = NULL};
    psa_status_t status = lc_kdf_input(inputs, SALT, &salt);
    if (status == PSA_SUCCESS) {
        status = lc_kdf_input(inputs, SECRET, &secret);
    }
    if (status == PSA_SUCCESS) {
        status = lc_prf_hmac(operation, hash, salt.bytes);
    }
    if (status == PSA_SUCCESS) {
        status = lc_prf_run(operation, &secret.bytes, 1, prk);
    }
    lc_kdf_drop_input(&salt);
    lc_kdf_drop_input(&secret);
    return status;
}

static psa_status_t hkdf_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                               const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    uint8_t prk[LC_HASH_MAX];
    psa_algorithm_t hash = PSA_ALG_GET_HASH(alg);
    psa_status_t status = extract(operation, hash, inputs, prk);
    if (status == PSA_SUCCESS) {
        size_t size = operation->prf.full;
        operation->prf.kind->drop(&operation->prf);
        operation->prf.kind = NULL;
        status = lc_prf_hmac(operation, hash, (lc_bytes_t){prk, size});
    }
    OPENSSL_cleanse(prk, sizeof(prk));
    return status == PSA_SUCCESS ? lc_kdf_keep_input(operation, inputs, INFO) : status;
}

static psa_status_t expand_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                 const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    psa_status_t status = lc_prf_hmac_input(operation, alg, inputs, SECRET);
    return status == PSA_SUCCESS ? lc_kdf_keep_input(operation, inputs, INFO) : status;
}

/* 2.3: T(i) = HMAC(PRK, T(i-1) || info || i). */
static psa_status_t expand_next(libcrypto_key_derivation_operation_t *operation, uint8_t *out) {
    uint8_t number = (uint8_t)operation->counter;
    size_t before = operation->counter == 1 ? 0 : operation->block_size;
    lc_bytes_t pieces[] = {{operation->chain, before}, {operation->fixed, operation->fixed_size}, {&number, 1}};
    psa_status_t status = lc_prf_run(operation, pieces, 3, operation->chain);
    memcpy(out, operation->chain, operation->block_size);
    return status;
}

static psa_status_t extract_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                  const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    return extract(operation, PSA_ALG_GET_HASH(alg), inputs, operation->chain);
}

/* The one block there is was made by the setup. */
static psa_status_t only_next(libcrypto_key_derivation_operation_t *operation, uint8_t *out) {
    memcpy(out, operation->chain, operation->block_size);
    return PSA_SUCCESS;
}

/* RFC 5246, 5: the key of P_hash, then A(0) = label || seed. */
static psa_status_t prf_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t hash,
                              const psa_crypto_driver_key_derivation_inputs_t *inputs, lc_bytes_t secret) {
    lc_kdf_input_t label;
    lc_kdf_input_t seed = {.copy = NULL};
    psa_status_t status = lc_kdf_input(inputs, LABEL, &label);
    if (status == PSA_SUCCESS) {
        status = lc_kdf_input(inputs, SEED, &seed);
    }
    if (status == PSA_SUCCESS) {
        lc_bytes_t pieces[] = {label.bytes, seed.bytes};
        status = lc_kdf_keep(operation, pieces, 2);
    }
    if (status == PSA_SUCCESS) {
        status = lc_prf_hmac(operation, hash, secret);
    }
    lc_kdf_drop_input(&label);
    lc_kdf_drop_input(&seed);
    return status;
}

static psa_status_t tls_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                              const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    lc_kdf_input_t secret;
    psa_status_t status = lc_kdf_input(inputs, SECRET, &secret);
    if (status == PSA_SUCCESS) {
        status = prf_setup(operation, PSA_ALG_GET_HASH(alg), inputs, secret.bytes);
    }
    lc_kdf_drop_input(&secret);
    return status;
}

/* A(i) = HMAC(secret, A(i-1)); the block is HMAC(secret, A(i) || A(0)). */
static psa_status_t tls_next(libcrypto_key_derivation_operation_t *operation, uint8_t *out) {
    lc_bytes_t start = {operation->fixed, operation->fixed_size};
    lc_bytes_t pieces[] = {{operation->chain, operation->block_size}, start};
    psa_status_t status = lc_prf_run(operation, operation->counter == 1 ? &start : pieces, 1, operation->chain);
    return status == PSA_SUCCESS ? lc_prf_run(operation, pieces, 2, out) : status;
}

#define PREMASTER_PARTS (2 + 2)

static uint8_t *put_part(uint8_t *at, const uint8_t *data, size_t size) {
    *at++ = (uint8_t)(size >> 8);
    *at++ = (uint8_t)size;
    if (size == 0) {
        return at;
    }
    if (data == NULL) {
        memset(at, 0, size);
    } else {
        memcpy(at, data, size);
    }
    return at + size;
}

/* RFC 4279, 2: the premaster secret is the other secret, or as many zeros as the key has bytes, and the key,
 * each behind its length. */
static psa_status_t premaster(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t hash,
                              const psa_crypto_driver_key_derivation_inputs_t *inputs, const lc_kdf_input_t *psk) {
    lc_kdf_input_t other;
    psa_status_t status = lc_kdf_input(inputs, OTHER_SECRET, &other);
    bool omitted =
        psa_crypto_driver_key_derivation_get_input_type(inputs, OTHER_SECRET) == PSA_KEY_DERIVATION_INPUT_TYPE_OMITTED;
    size_t other_size = omitted ? psk->bytes.size : other.bytes.size;
    if (status == PSA_SUCCESS && (other_size > UINT16_MAX || psk->bytes.size > UINT16_MAX)) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    if (status == PSA_SUCCESS) {
        size_t size = PREMASTER_PARTS + other_size + psk->bytes.size;
        uint8_t *secret = OPENSSL_malloc(size);
        if (secret != NULL) {
            (void)put_part(put_part(secret, omitted ? NULL : other.bytes.data, other_size), psk->bytes.data,
                           psk->bytes.size);
        }
        status = secret != NULL ? prf_setup(operation, hash, inputs, (lc_bytes_t){secret, size})
                                : PSA_ERROR_INSUFFICIENT_MEMORY;
        OPENSSL_clear_free(secret, size);
    }
    lc_kdf_drop_input(&other);
    return status;
}

static psa_status_t psk_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                              const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    lc_kdf_input_t psk;
    psa_status_t status = lc_kdf_input(inputs, SECRET, &psk);
    if (status == PSA_SUCCESS) {
        status = premaster(operation, PSA_ALG_GET_HASH(alg), inputs, &psk);
    }
    lc_kdf_drop_input(&psk);
    return status;
}

#define COORDINATE 32u

/* SHA-256 of the x coordinate of an uncompressed point. */
static psa_status_t ecjpake_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                  const psa_crypto_driver_key_derivation_inputs_t *inputs) {
    lc_kdf_input_t point;
    size_t length = 0;
    psa_status_t status = lc_kdf_input(inputs, SECRET, &point);
    (void)alg;
    if (status == PSA_SUCCESS && (point.bytes.size != 1 + 2 * COORDINATE || point.bytes.data[0] != 0x04)) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_hash_compute(PSA_ALG_SHA_256, point.bytes.data + 1, COORDINATE, operation->chain,
                                        sizeof(operation->chain), &length);
    }
    operation->block_size = (uint8_t)length;
    lc_kdf_drop_input(&point);
    return status;
}

const lc_kdf_kind_t lc_kdf_hkdf = {PSA_ALG_HKDF(0), LC_KDF_HASHED, hkdf_setup, expand_next, 255};
const lc_kdf_kind_t lc_kdf_hkdf_extract = {PSA_ALG_HKDF_EXTRACT(0), LC_KDF_HASHED, extract_setup, only_next, 1};
const lc_kdf_kind_t lc_kdf_hkdf_expand = {PSA_ALG_HKDF_EXPAND(0), LC_KDF_HASHED, expand_setup, expand_next, 255};
const lc_kdf_kind_t lc_kdf_tls12_prf = {PSA_ALG_TLS12_PRF(0), LC_KDF_HASHED, tls_setup, tls_next, UINT64_MAX};
const lc_kdf_kind_t lc_kdf_tls12_psk = {PSA_ALG_TLS12_PSK_TO_MS(0), LC_KDF_HASHED, psk_setup, tls_next, UINT64_MAX};
const lc_kdf_kind_t lc_kdf_ecjpake = {PSA_ALG_TLS12_ECJPAKE_TO_PMS, LC_KDF_EXACT, ecjpake_setup, only_next, 1};
