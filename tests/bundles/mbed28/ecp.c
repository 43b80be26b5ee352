#include "ecp.h"

#include <mbedtls/ecp.h>
#include <mbedtls/platform_util.h>

static int random_bytes(void *state, unsigned char *output, size_t size) {
    (void)state;
    return psa_generate_random(output, size) == PSA_SUCCESS ? 0 : MBEDTLS_ERR_ECP_RANDOM_FAILED;
}

static psa_status_t refuse(const psa_key_attributes_t *attributes) {
    return psa_get_key_bits(attributes) == 256 ? PSA_SUCCESS : PSA_ERROR_NOT_SUPPORTED;
}

psa_status_t ecp_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer, size_t key_buffer_size,
                              size_t *key_buffer_length) {
    mbedtls_ecp_group group;
    mbedtls_mpi secret;
    int result;
    if (refuse(attributes) != PSA_SUCCESS) {
        return refuse(attributes);
    }
    if (key_buffer_size != 32) { /* as drivers in the field do */
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    mbedtls_ecp_group_init(&group);
    mbedtls_mpi_init(&secret);
    result = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1);
    result = result != 0 ? result : mbedtls_ecp_gen_privkey(&group, &secret, random_bytes, NULL);
    result = result != 0 ? result : mbedtls_mpi_write_binary(&secret, key_buffer, 32);
    *key_buffer_length = 32;
    mbedtls_mpi_free(&secret);
    mbedtls_ecp_group_free(&group);
    return result == 0 ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
}

/* The private scalar times a point: the base point where peer is null. */
static psa_status_t multiply(const uint8_t *scalar, const uint8_t *peer, size_t peer_length, uint8_t *point) {
    mbedtls_ecp_group group;
    mbedtls_ecp_point base;
    mbedtls_ecp_point product;
    mbedtls_mpi secret;
    size_t length;
    int result;
    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&base);
    mbedtls_ecp_point_init(&product);
    mbedtls_mpi_init(&secret);
    result = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1);
    result = result != 0 ? result : mbedtls_mpi_read_binary(&secret, scalar, 32);
    if (result == 0) {
        result = peer == NULL ? mbedtls_ecp_copy(&base, &group.G)
                              : mbedtls_ecp_point_read_binary(&group, &base, peer, peer_length);
    }
    result = result != 0 ? result : mbedtls_ecp_check_pubkey(&group, &base);
    result = result != 0 ? result : mbedtls_ecp_mul(&group, &product, &secret, &base, random_bytes, NULL);
    result = result != 0
                 ? result
                 : mbedtls_ecp_point_write_binary(&group, &product, MBEDTLS_ECP_PF_UNCOMPRESSED, &length, point, 65);
    mbedtls_mpi_free(&secret);
    mbedtls_ecp_point_free(&product);
    mbedtls_ecp_point_free(&base);
    mbedtls_ecp_group_free(&group);
    return result == 0 ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

psa_status_t ecp_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length) {
    if (refuse(attributes) != PSA_SUCCESS || key_buffer_size != 32) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (data_size < 65) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    *data_length = 65;
    return multiply(key_buffer, NULL, 0, data);
}

psa_status_t ecp_key_agreement(psa_algorithm_t alg, const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                               size_t key_buffer_size, const uint8_t *peer_key, size_t peer_key_length, uint8_t *output,
                               size_t output_size, size_t *output_length) {
    uint8_t point[65];
    psa_status_t status = refuse(attributes);
    size_t i;
    (void)alg;
    if (status != PSA_SUCCESS || key_buffer_size != 32) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (output_size < 32) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    status = multiply(key_buffer, peer_key, peer_key_length, point);
    if (status == PSA_SUCCESS) {
        for (i = 0; i < 32; i++) {
            output[i] = point[1 + i];
        }
        *output_length = 32;
    }
    mbedtls_platform_zeroize(point, sizeof(point));
    return status;
}
