/* Key management and key agreement entry points: pick the kind of key, call it. */
#include "dh.h"
#include "ecc.h"
#include "rsa.h"
#include "spake2p.h"

#include <psab/detail.h>

/* One kind of key: types whose bits under `mask` are `value`, key pairs and public keys alike. */
typedef struct {
    psa_key_type_t value;
    psa_key_type_t mask;
    psa_status_t (*import)(const lc_key_t *key, lc_output_t out, size_t *bits);
    psa_status_t (*generate)(const lc_key_t *key, lc_output_t out); /* null: only from a password */
    psa_status_t (*export_public)(const lc_key_t *key, lc_output_t out);
} kind_t;

static const kind_t kinds[] = {
    {PSA_KEY_TYPE_ECC_PUBLIC_KEY(0), 0xff00, lc_ecc_import, lc_ecc_generate, lc_ecc_export_public},
    {PSA_KEY_TYPE_DH_PUBLIC_KEY(0), 0xff00, lc_dh_import, lc_dh_generate, lc_dh_export_public},
    {PSA_KEY_TYPE_RSA_PUBLIC_KEY, 0xffff, lc_rsa_import, lc_rsa_generate, lc_rsa_export_public},
    {PSA_KEY_TYPE_SPAKE2P_PUBLIC_KEY(0), 0xff80, lc_spake2p_import, NULL, lc_spake2p_export_public},
};

static const kind_t *find(psa_key_type_t type) {
    psa_key_type_t public_type = PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(type);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if ((public_type & kinds[i].mask) == kinds[i].value) {
            return &kinds[i];
        }
    }
    return NULL;
}

psa_status_t libcrypto_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                                  uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length,
                                  size_t *bits) {
    lc_key_t key = lc_key(attributes, data, data_length);
    const kind_t *kind = find(key.type);
    if (kind == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    ERR_set_mark();
    psa_status_t status = kind->import(&key, (lc_output_t){key_buffer, key_buffer_size, key_buffer_length}, bits);
    ERR_pop_to_mark();
    if (status == PSA_ERROR_INVALID_ARGUMENT) {
        psab_driver_detail("data: not a key of this type and size");
    }
    return status;
}

psa_status_t libcrypto_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer, size_t key_buffer_size,
                                    size_t *key_buffer_length) {
    lc_key_t key = lc_key(attributes, NULL, 0);
    const kind_t *kind = find(key.type);
    if (kind == NULL || kind->generate == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (!PSA_KEY_TYPE_IS_KEY_PAIR(key.type)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    ERR_set_mark();
    psa_status_t status = kind->generate(&key, (lc_output_t){key_buffer, key_buffer_size, key_buffer_length});
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_generate_key_custom(const psa_key_attributes_t *attributes,
                                           const psa_custom_key_parameters_t *custom, const uint8_t *custom_data,
                                           size_t custom_data_length, uint8_t *key_buffer, size_t key_buffer_size,
                                           size_t *key_buffer_length) {
    lc_key_t key = lc_key(attributes, NULL, 0);
    if (key.type != PSA_KEY_TYPE_RSA_KEY_PAIR) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (custom->flags != 0) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    ERR_set_mark();
    psa_status_t status = lc_rsa_generate_with(&key, (lc_bytes_t){custom_data, custom_data_length},
                                               (lc_output_t){key_buffer, key_buffer_size, key_buffer_length});
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                         size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    const kind_t *kind = find(key.type);
    if (kind == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    ERR_set_mark();
    psa_status_t status = kind->export_public(&key, (lc_output_t){data, data_size, data_length});
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_key_agreement(psa_algorithm_t alg, const psa_key_attributes_t *our_attributes,
                                     const uint8_t *our_key_buffer, size_t our_key_buffer_length,
                                     const uint8_t *peer_key, size_t peer_key_length, uint8_t *output,
                                     size_t output_size, size_t *output_length) {
    lc_key_t key = lc_key(our_attributes, our_key_buffer, our_key_buffer_length);
    if (alg != PSA_ALG_ECDH && alg != PSA_ALG_FFDH) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    lc_bytes_t peer = {peer_key, peer_key_length};
    lc_output_t out = {output, output_size, output_length};
    ERR_set_mark();
    psa_status_t status = alg == PSA_ALG_ECDH ? lc_ecdh(&key, peer, out) : lc_ffdh(&key, peer, out);
    ERR_pop_to_mark();
    if (status == PSA_ERROR_INVALID_ARGUMENT) {
        psab_driver_detail("peer_key: not a public key with which this key can agree on a secret");
    }
    return status;
}
