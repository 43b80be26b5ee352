/* Pseudorandom functions and inputs of key derivations. */
#include "kdf.h"

psa_status_t lc_prf_hmac(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t hash, lc_bytes_t key) {
    lc_key_t mac_key = {PSA_KEY_TYPE_HMAC, 8 * key.size, key.data, key.size};
    psa_status_t status = lc_mac_hmac.setup(&operation->prf, &mac_key, PSA_ALG_HMAC(hash));
    if (status == PSA_SUCCESS) {
        operation->prf.kind = &lc_mac_hmac;
        operation->block_size = operation->prf.full;
    }
    return status;
}

psa_status_t lc_prf_hmac_input(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                               const psa_crypto_driver_key_derivation_inputs_t *inputs,
                               psa_key_derivation_step_t step) {
    lc_kdf_input_t key;
    psa_status_t status = lc_kdf_input(inputs, step, &key);
    if (status == PSA_SUCCESS) {
        status = lc_prf_hmac(operation, PSA_ALG_GET_HASH(alg), key.bytes);
    }
    lc_kdf_drop_input(&key);
    return status;
}

psa_status_t lc_prf_cmac(libcrypto_key_derivation_operation_t *operation, const lc_key_t *key) {
    psa_status_t status = lc_mac_cmac.setup(&operation->prf, key, PSA_ALG_CMAC);
    if (status == PSA_SUCCESS) {
        operation->prf.kind = &lc_mac_cmac;
        operation->block_size = operation->prf.full;
    }
    return status;
}

/* From copies of the hashes of the padded keys. */
static psa_status_t run_hmac(const libcrypto_hmac_t *keyed, const lc_bytes_t *pieces, size_t count, uint8_t *out) {
    libcrypto_hash_operation_t hash;
    uint8_t inner[LC_HASH_MAX];
    size_t length = 0;
    psa_status_t status = libcrypto_hash_clone(&keyed->inner, &hash);
    if (status != PSA_SUCCESS) {
        return status;
    }
    for (size_t i = 0; i < count && status == PSA_SUCCESS; i++) {
        status = libcrypto_hash_update(&hash, pieces[i].data, pieces[i].size);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_hash_finish(&hash, inner, sizeof(inner), &length);
    } else {
        (void)libcrypto_hash_abort(&hash);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_hash_clone(&keyed->outer, &hash);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_hash_update(&hash, inner, length);
        status = status == PSA_SUCCESS ? libcrypto_hash_finish(&hash, out, LC_HASH_MAX, &length) : status;
        (void)libcrypto_hash_abort(&hash);
    }
    OPENSSL_cleanse(inner, sizeof(inner));
    return status;
}

/* With a chaining that starts again, under the same key. */
static psa_status_t run_cmac(libcrypto_mac_operation_t *prf, const lc_bytes_t *pieces, size_t count, uint8_t *out) {
    static const uint8_t zeros[LC_CIPHER_BLOCK_MAX] = {0};
    libcrypto_block_mac_t *chain = &prf->u.block;
    uint8_t subkey[sizeof(chain->subkey)];
    memcpy(subkey, chain->subkey, sizeof(subkey));
    psa_status_t status = PSA_SUCCESS;
    for (size_t i = 0; i < count && status == PSA_SUCCESS; i++) {
        status = pieces[i].size == 0 ? PSA_SUCCESS : lc_mac_cmac.update(prf, pieces[i].data, pieces[i].size);
    }
    if (status == PSA_SUCCESS) {
        status = lc_mac_cmac.finish(prf, out);
    }
    memcpy(chain->subkey, subkey, sizeof(subkey));
    OPENSSL_cleanse(subkey, sizeof(subkey));
    chain->waiting_size = 0;
    return status == PSA_SUCCESS ? lc_cipher_iv(chain->chain, zeros) : status;
}

psa_status_t lc_prf_run(libcrypto_key_derivation_operation_t *operation, const lc_bytes_t *pieces, size_t count,
                        uint8_t *out) {
    libcrypto_mac_operation_t *prf = &operation->prf;
    return prf->kind == &lc_mac_hmac ? run_hmac(&prf->u.hmac, pieces, count, out) : run_cmac(prf, pieces, count, out);
}

static psa_status_t copy_bytes(const psa_crypto_driver_key_derivation_inputs_t *inputs, psa_key_derivation_step_t step,
                               lc_kdf_input_t *input) {
    size_t size = 0;
    psa_status_t status = psa_crypto_driver_key_derivation_get_input_size(inputs, step, &size);
    if (status != PSA_SUCCESS || size == 0) {
        return status;
    }
    input->copy = OPENSSL_malloc(size);
    if (input->copy == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    input->room = size;
    input->bytes.data = input->copy;
    return psa_crypto_driver_key_derivation_get_input_bytes(inputs, step, input->copy, size, &input->bytes.size);
}

psa_status_t lc_kdf_input(const psa_crypto_driver_key_derivation_inputs_t *inputs, psa_key_derivation_step_t step,
                          lc_kdf_input_t *input) {
    memset(input, 0, sizeof(*input));
    uint8_t *key = NULL;
    psa_status_t status;
    switch (psa_crypto_driver_key_derivation_get_input_type(inputs, step)) {
    case PSA_KEY_DERIVATION_INPUT_TYPE_BYTES:
        return copy_bytes(inputs, step, input);
    case PSA_KEY_DERIVATION_INPUT_TYPE_KEY:
        status =
            psa_crypto_driver_key_derivation_get_input_key(inputs, step, &input->attributes, &key, &input->bytes.size);
        input->bytes.data = key;
        return status;
    case PSA_KEY_DERIVATION_INPUT_TYPE_OMITTED:
        return PSA_SUCCESS;
    default:
        return PSA_ERROR_NOT_SUPPORTED;
    }
}

void lc_kdf_drop_input(lc_kdf_input_t *input) {
    OPENSSL_clear_free(input->copy, input->room);
    input->copy = NULL;
}

psa_status_t lc_kdf_keep(libcrypto_key_derivation_operation_t *operation, const lc_bytes_t *pieces, size_t count) {
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += pieces[i].size;
    }
    operation->fixed = OPENSSL_malloc(size == 0 ? 1 : size);
    if (operation->fixed == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].size != 0) {
            memcpy(operation->fixed + operation->fixed_size, pieces[i].data, pieces[i].size);
            operation->fixed_size += pieces[i].size;
        }
    }
    return PSA_SUCCESS;
}

psa_status_t lc_kdf_keep_input(libcrypto_key_derivation_operation_t *operation,
                               const psa_crypto_driver_key_derivation_inputs_t *inputs,
                               psa_key_derivation_step_t step) {
    lc_kdf_input_t input;
    psa_status_t status = lc_kdf_input(inputs, step, &input);
    if (status == PSA_SUCCESS) {
        status = lc_kdf_keep(operation, &input.bytes, 1);
    }
    lc_kdf_drop_input(&input);
    return status;
}

void lc_put32(uint8_t out[4], uint32_t value) {
    for (size_t i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}
