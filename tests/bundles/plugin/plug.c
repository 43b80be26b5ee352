#include "plug.h"

#include <p256.h>
#include <string.h>

/* Internal headers of the library declare these two. */
void mbedtls_platform_zeroize(void *buffer, size_t length);
psa_status_t psa_driver_wrapper_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                                  size_t key_buffer_size, uint8_t *data, size_t data_size,
                                                  size_t *data_length);

static int is_pair(const psa_key_attributes_t *attributes) {
    return psa_get_key_type(attributes) == PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1);
}

psa_status_t plug_transparent_import_key(const psa_key_attributes_t *attributes, const uint8_t *data,
                                         size_t data_length, uint8_t *key_buffer, size_t key_buffer_size,
                                         size_t *key_buffer_length, size_t *bits) {
    if (!is_pair(attributes) || data_length != 32 || (*bits != 0 && *bits != 256)) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (key_buffer_size != 32) { /* drivers of this kind refuse larger ones too */
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (!p256_scalar_valid(data)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    memcpy(key_buffer, data, 32);
    *key_buffer_length = 32;
    *bits = 256;
    return PSA_SUCCESS;
}

psa_status_t plug_transparent_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer,
                                           size_t key_buffer_size, size_t *key_buffer_length) {
    if (!is_pair(attributes) || psa_get_key_bits(attributes) != 256) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (key_buffer_size != 32) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    do {
        psa_status_t status = psa_generate_random(key_buffer, 32);
        if (status != PSA_SUCCESS) {
            return status;
        }
    } while (!p256_scalar_valid(key_buffer));
    *key_buffer_length = 32;
    return PSA_SUCCESS;
}

psa_status_t plug_transparent_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                                size_t key_buffer_size, uint8_t *data, size_t data_size,
                                                size_t *data_length) {
    if (!is_pair(attributes) || key_buffer_size != 32) { /* never sent a public key */
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (data_size < 65) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    data[0] = 4;
    *data_length = 65;
    return p256_public(key_buffer, data + 1) ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

/* Signs, and checks the result against the public key that the core has for this key. */
psa_status_t plug_transparent_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                        size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                        size_t hash_length, uint8_t *signature, size_t signature_size,
                                        size_t *signature_length) {
    uint8_t nonce[32];
    uint8_t point[65];
    size_t point_length = 0;
    psa_status_t status;
    (void)alg;
    if (!is_pair(attributes) || psa_get_key_bits(attributes) != 256 || key_buffer_size != 32) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (signature_size < 64) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    do {
        status = psa_generate_random(nonce, sizeof(nonce));
        if (status != PSA_SUCCESS) {
            return status;
        }
    } while (!p256_ecdsa_sign(key_buffer, hash, hash_length, nonce, signature));
    mbedtls_platform_zeroize(nonce, sizeof(nonce));
    status = psa_driver_wrapper_export_public_key(attributes, key_buffer, key_buffer_size, point, sizeof(point),
                                                  &point_length);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (point_length != 65 || !p256_ecdsa_verify(point + 1, hash, hash_length, signature)) {
        return PSA_ERROR_INVALID_SIGNATURE;
    }
    *signature_length = 64;
    return PSA_SUCCESS;
}

psa_status_t plug_transparent_verify_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                          size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                          size_t hash_length, const uint8_t *signature, size_t signature_length) {
    (void)attributes;
    (void)alg;
    if (key_buffer_size != 65) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (signature_length != 64 || !p256_ecdsa_verify(key_buffer + 1, hash, hash_length, signature)) {
        return PSA_ERROR_INVALID_SIGNATURE;
    }
    return PSA_SUCCESS;
}

psa_status_t plug_transparent_key_agreement(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                            size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *peer_key,
                                            size_t peer_key_length, uint8_t *output, size_t output_size,
                                            size_t *output_length) {
    (void)attributes;
    if (alg != PSA_ALG_ECDH || key_buffer_size != 32 || peer_key_length != 65 || output_size < 32) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    *output_length = 32;
    return p256_agree(key_buffer, peer_key + 1, output) ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}
