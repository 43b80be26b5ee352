/* The entry points: unwrap, work, forget. */
#include "wrapped_se.h"

#include "p256.h"
#include "se_hmac.h"
#include "se_wrap.h"

#include <stdbool.h>
#include <string.h>

#define SIGNATURE_SIZE (2 * P256_BYTES)
#define ATTEMPTS 8

psa_status_t wrapped_se_init(void) {
    return se_provision();
}

/* Fills in the public key of a key pair; false if the private key is not valid. */
static bool complete(se_key_t *key) {
    if (key->type != SE_PAIR) {
        return true;
    }
    key->public_key[0] = 0x04;
    return p256_public(key->data, key->public_key + 1);
}

static psa_status_t write_out(const uint8_t *from, size_t size, uint8_t *to, size_t to_size, size_t *to_length) {
    if (to_size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    memcpy(to, from, size);
    *to_length = size;
    return PSA_SUCCESS;
}

psa_status_t wrapped_se_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                                   uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length,
                                   size_t *bits) {
    se_key_t key = {.type = psa_get_key_type(attributes), .bits = *bits};
    if (key.type != SE_PAIR && key.type != PSA_KEY_TYPE_HMAC) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (key.bits == 0) {
        key.bits = 8 * data_length;
    }
    key.size = se_key_size(key.type, key.bits);
    if (key.size == 0) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (key.size != data_length) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    memcpy(key.data, data, data_length);
    psa_status_t status = PSA_ERROR_INVALID_ARGUMENT;
    if (complete(&key)) {
        status = se_wrap(&key, key_buffer, key_buffer_size, key_buffer_length);
    }
    if (status == PSA_SUCCESS) {
        *bits = key.bits;
    }
    se_forget(&key);
    return status;
}

psa_status_t wrapped_se_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer,
                                     size_t key_buffer_size, size_t *key_buffer_length) {
    se_key_t key = {.type = psa_get_key_type(attributes), .bits = psa_get_key_bits(attributes)};
    key.size = se_key_size(key.type, key.bits);
    if (key.size == 0) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    psa_status_t status = PSA_SUCCESS;
    bool done = false;
    for (int i = 0; i < ATTEMPTS && status == PSA_SUCCESS && !done; i++) {
        status = psa_generate_random(key.data, key.size);
        done = status == PSA_SUCCESS && complete(&key);
    }
    if (status == PSA_SUCCESS) {
        status = done ? se_wrap(&key, key_buffer, key_buffer_size, key_buffer_length) : PSA_ERROR_INSUFFICIENT_ENTROPY;
    }
    se_forget(&key);
    return status;
}

psa_status_t wrapped_se_export_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length) {
    se_key_t key;
    psa_status_t status = se_unwrap(attributes, key_buffer, key_buffer_size, &key);
    if (status == PSA_SUCCESS) {
        status = write_out(key.data, key.size, data, data_size, data_length);
        se_forget(&key);
    }
    return status;
}

psa_status_t wrapped_se_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                          size_t key_buffer_size, uint8_t *data, size_t data_size,
                                          size_t *data_length) {
    if (psa_get_key_type(attributes) != SE_PAIR) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    se_key_t key;
    psa_status_t status = se_unwrap(attributes, key_buffer, key_buffer_size, &key);
    if (status == PSA_SUCCESS) {
        status = write_out(key.public_key, SE_PUBLIC_SIZE, data, data_size, data_length);
        se_forget(&key);
    }
    return status;
}

psa_status_t wrapped_se_copy_key(const psa_key_attributes_t *attributes, const uint8_t *source_key,
                                 size_t source_key_length, uint8_t *target_key_buffer, size_t target_key_buffer_size,
                                 size_t *target_key_buffer_length) {
    se_key_t key;
    psa_status_t status = se_unwrap(attributes, source_key, source_key_length, &key);
    if (status == PSA_SUCCESS) {
        status = se_wrap(&key, target_key_buffer, target_key_buffer_size, target_key_buffer_length);
        se_forget(&key);
    }
    return status;
}

/* Randomised ECDSA, or any ECDSA to verify, with a hash of the length that the algorithm names. */
static psa_status_t check_ecdsa(const psa_key_attributes_t *attributes, psa_algorithm_t alg, bool verify,
                                size_t hash_length) {
    if (!PSA_ALG_IS_ECDSA(alg) || (!verify && PSA_ALG_IS_DETERMINISTIC_ECDSA(alg))) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (psa_get_key_type(attributes) != SE_PAIR ||
        (alg != PSA_ALG_ECDSA_ANY && hash_length != PSA_HASH_LENGTH(PSA_ALG_GET_HASH(alg)))) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    return PSA_SUCCESS;
}

static psa_status_t sign(const se_key_t *key, const uint8_t *hash, size_t hash_length, uint8_t *signature) {
    uint8_t nonce[P256_BYTES];
    psa_status_t status = PSA_SUCCESS;
    bool done = false;
    for (int i = 0; i < ATTEMPTS && status == PSA_SUCCESS && !done; i++) {
        status = psa_generate_random(nonce, sizeof(nonce));
        done = status == PSA_SUCCESS && p256_ecdsa_sign(key->data, hash, hash_length, nonce, signature);
    }
    p256_wipe(nonce, sizeof(nonce));
    return status != PSA_SUCCESS || done ? status : PSA_ERROR_INSUFFICIENT_ENTROPY;
}

psa_status_t wrapped_se_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                  size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                                  uint8_t *signature, size_t signature_size, size_t *signature_length) {
    psa_status_t status = check_ecdsa(attributes, alg, false, hash_length);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (signature_size < SIGNATURE_SIZE) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    se_key_t key;
    status = se_unwrap(attributes, key_buffer, key_buffer_size, &key);
    if (status == PSA_SUCCESS) {
        status = sign(&key, hash, hash_length, signature);
        se_forget(&key);
    }
    if (status == PSA_SUCCESS) {
        *signature_length = SIGNATURE_SIZE;
    }
    return status;
}

psa_status_t wrapped_se_verify_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                    size_t hash_length, const uint8_t *signature, size_t signature_length) {
    psa_status_t status = check_ecdsa(attributes, alg, true, hash_length);
    if (status != PSA_SUCCESS) {
        return status;
    }
    se_key_t key;
    status = se_unwrap(attributes, key_buffer, key_buffer_size, &key);
    if (status == PSA_SUCCESS) {
        bool good =
            signature_length == SIGNATURE_SIZE && p256_ecdsa_verify(key.public_key + 1, hash, hash_length, signature);
        se_forget(&key);
        status = good ? PSA_SUCCESS : PSA_ERROR_INVALID_SIGNATURE;
    }
    return status;
}

psa_status_t wrapped_se_mac_compute(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                    size_t input_length, uint8_t *mac, size_t mac_size, size_t *mac_length) {
    if (alg != PSA_ALG_HMAC(PSA_ALG_SHA_256)) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (psa_get_key_type(attributes) != PSA_KEY_TYPE_HMAC) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (mac_size < SE_HASH_SIZE) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    se_key_t key;
    psa_status_t status = se_unwrap(attributes, key_buffer, key_buffer_size, &key);
    if (status == PSA_SUCCESS) {
        se_hmac_t hmac;
        se_hmac_start(&hmac, key.data, key.size);
        se_hmac_update(&hmac, input, input_length);
        se_hmac_finish(&hmac, mac);
        *mac_length = SE_HASH_SIZE;
        se_forget(&key);
    }
    return status;
}
