/* The entry points: formats, statuses and randomness around p256.c. */
#include "p256_plugin.h"

#include "p256.h"

#include <string.h>

#define PAIR PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)
#define PUBLIC PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1)
#define BITS 256
#define PUBLIC_SIZE (1 + P256_POINT_BYTES)
#define SIGNATURE_SIZE (2 * P256_BYTES)

/* A candidate for a key or a nonce is refused with a chance of 1 in 2^32. */
#define ATTEMPTS 8

static bool is_ours(const psa_key_attributes_t *attributes) {
    psa_key_type_t type = psa_get_key_type(attributes);
    return (type == PAIR || type == PUBLIC) && psa_get_key_bits(attributes) == BITS;
}

/* ECDSA with this hash length: a hash-and-sign algorithm names the hash, ECDSA_ANY does not. */
static psa_status_t check_algorithm(psa_algorithm_t alg, bool verify, size_t hash_length) {
    if (!PSA_ALG_IS_ECDSA(alg) || (!verify && PSA_ALG_IS_DETERMINISTIC_ECDSA(alg))) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (alg != PSA_ALG_ECDSA_ANY && hash_length != PSA_HASH_LENGTH(PSA_ALG_GET_HASH(alg))) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    return PSA_SUCCESS;
}

/* The point in a public key in export format, or null. */
static const uint8_t *point_of(const uint8_t *data, size_t length) {
    return length == PUBLIC_SIZE && data[0] == 0x04 && p256_point_valid(data + 1) ? data + 1 : NULL;
}

psa_status_t p256_plugin_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                                    uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length,
                                    size_t *bits) {
    psa_key_type_t type = psa_get_key_type(attributes);
    if (type != PAIR && type != PUBLIC) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    /* With no size given the length of the data tells the curve. */
    size_t expected = type == PAIR ? P256_BYTES : PUBLIC_SIZE;
    if (*bits != 0 ? *bits != BITS : data_length != expected) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (data_length != expected) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    bool valid = type == PAIR ? p256_scalar_valid(data) : point_of(data, data_length) != NULL;
    if (!valid) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (key_buffer_size < data_length) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    memcpy(key_buffer, data, data_length);
    *key_buffer_length = data_length;
    *bits = BITS;
    return PSA_SUCCESS;
}

psa_status_t p256_plugin_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer,
                                      size_t key_buffer_size, size_t *key_buffer_length) {
    if (!is_ours(attributes) || psa_get_key_type(attributes) != PAIR) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (key_buffer_size < P256_BYTES) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    for (int i = 0; i < ATTEMPTS; i++) {
        psa_status_t status = psa_generate_random(key_buffer, P256_BYTES);
        if (status != PSA_SUCCESS) {
            return status;
        }
        if (p256_scalar_valid(key_buffer)) {
            *key_buffer_length = P256_BYTES;
            return PSA_SUCCESS;
        }
    }
    return PSA_ERROR_INSUFFICIENT_ENTROPY;
}

psa_status_t p256_plugin_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                           size_t key_buffer_size, uint8_t *data, size_t data_size,
                                           size_t *data_length) {
    if (!is_ours(attributes)) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (data_size < PUBLIC_SIZE) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (psa_get_key_type(attributes) == PUBLIC) {
        if (key_buffer_size != PUBLIC_SIZE) {
            return PSA_ERROR_INVALID_ARGUMENT;
        }
        memcpy(data, key_buffer, PUBLIC_SIZE);
    } else {
        if (key_buffer_size != P256_BYTES || !p256_public(key_buffer, data + 1)) {
            return PSA_ERROR_INVALID_ARGUMENT;
        }
        data[0] = 0x04;
    }
    *data_length = PUBLIC_SIZE;
    return PSA_SUCCESS;
}

psa_status_t p256_plugin_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                                   uint8_t *signature, size_t signature_size, size_t *signature_length) {
    if (!is_ours(attributes)) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    psa_status_t status = check_algorithm(alg, false, hash_length);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (psa_get_key_type(attributes) != PAIR || key_buffer_size != P256_BYTES || !p256_scalar_valid(key_buffer)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (signature_size < SIGNATURE_SIZE) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    uint8_t nonce[P256_BYTES];
    bool done = false;
    for (int i = 0; i < ATTEMPTS && status == PSA_SUCCESS && !done; i++) {
        status = psa_generate_random(nonce, sizeof(nonce));
        done = status == PSA_SUCCESS && p256_ecdsa_sign(key_buffer, hash, hash_length, nonce, signature);
    }
    p256_wipe(nonce, sizeof(nonce));
    if (status != PSA_SUCCESS || !done) {
        return status != PSA_SUCCESS ? status : PSA_ERROR_INSUFFICIENT_ENTROPY;
    }
    *signature_length = SIGNATURE_SIZE;
    return PSA_SUCCESS;
}

psa_status_t p256_plugin_verify_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                     size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                     size_t hash_length, const uint8_t *signature, size_t signature_length) {
    if (!is_ours(attributes)) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    psa_status_t status = check_algorithm(alg, true, hash_length);
    if (status != PSA_SUCCESS) {
        return status;
    }
    uint8_t derived[P256_POINT_BYTES];
    const uint8_t *point = derived;
    if (psa_get_key_type(attributes) == PUBLIC) {
        point = point_of(key_buffer, key_buffer_size);
    } else if (key_buffer_size != P256_BYTES || !p256_public(key_buffer, derived)) {
        point = NULL;
    }
    if (point == NULL) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    return signature_length == SIGNATURE_SIZE && p256_ecdsa_verify(point, hash, hash_length, signature)
               ? PSA_SUCCESS
               : PSA_ERROR_INVALID_SIGNATURE;
}

psa_status_t p256_plugin_key_agreement(psa_algorithm_t alg, const psa_key_attributes_t *our_attributes,
                                       const uint8_t *our_key_buffer, size_t our_key_buffer_length,
                                       const uint8_t *peer_key, size_t peer_key_length, uint8_t *output,
                                       size_t output_size, size_t *output_length) {
    if (alg != PSA_ALG_ECDH || !is_ours(our_attributes)) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    const uint8_t *peer = point_of(peer_key, peer_key_length);
    if (psa_get_key_type(our_attributes) != PAIR || our_key_buffer_length != P256_BYTES || peer == NULL) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (output_size < P256_BYTES) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (!p256_agree(our_key_buffer, peer, output)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    *output_length = P256_BYTES;
    return PSA_SUCCESS;
}
