#include "mirror.h"

#include <string.h>

/* What drivers for Mbed TLS call back into; their header is internal to the library. */
psa_status_t psa_driver_wrapper_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                                  size_t key_buffer_size, uint8_t *data, size_t data_size,
                                                  size_t *data_length);

psa_status_t mirror_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer, size_t key_buffer_size,
                              psa_algorithm_t alg, const uint8_t *hash, size_t hash_length, uint8_t *signature,
                              size_t signature_size, size_t *signature_length) {
    const mirror_view_t view = {
        sizeof(*attributes),
        MBEDTLS_SVC_KEY_ID_GET_KEY_ID(psa_get_key_id(attributes)),
        psa_get_key_lifetime(attributes),
        psa_get_key_usage_flags(attributes),
        psa_get_key_algorithm(attributes),
        (uint32_t)psa_get_key_bits(attributes),
        psa_get_key_type(attributes),
    };
    (void)key_buffer;
    (void)key_buffer_size;
    (void)alg;
    (void)hash;
    (void)hash_length;
    if (signature_size < sizeof(view)) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    memcpy(signature, &view, sizeof(view));
    *signature_length = sizeof(view);
    return PSA_SUCCESS;
}

psa_status_t mirror_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                               uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length, size_t *bits) {
    (void)attributes;
    (void)data;
    if (key_buffer_size < 16) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    *key_buffer_length = 16;
    *bits = data_length * 8;
    return psa_generate_random(key_buffer, 16);
}

psa_status_t mirror_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                      size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length) {
    psa_key_attributes_t inner = *attributes;
    psa_set_key_lifetime(&inner, 0);
    return psa_driver_wrapper_export_public_key(&inner, key_buffer, key_buffer_size, data, data_size, data_length);
}

psa_status_t mirror_get_builtin_key(psa_drv_slot_number_t slot_number, psa_key_attributes_t *attributes,
                                    uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length) {
    if (slot_number == 0 || key_buffer_size < 16) {
        return slot_number == 0 ? PSA_ERROR_INVALID_ARGUMENT : PSA_ERROR_BUFFER_TOO_SMALL;
    }
    psa_set_key_type(attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(attributes, 256);
    psa_set_key_usage_flags(attributes, PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(attributes, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
    memset(key_buffer, (int)slot_number, 16);
    *key_buffer_length = 16;
    return PSA_SUCCESS;
}
