/* Key encapsulation ECIES_SEC1 (SEC 1, 5.1; Crypto API 1.5, 10.12): the ciphertext is a fresh public
 * key, the shared secret is the bare output of ECDH. */
#include "ecc.h"

/* The key that is made holds the secret whole, or the caller has said something else. */
static psa_status_t check_output(const psa_key_attributes_t *output_attributes, size_t size) {
    size_t bits = psa_get_key_bits(output_attributes);
    return bits == 0 || bits == 8 * size ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

/* What both entry points start with: an algorithm and a curve that this is defined for. */
static psa_status_t prepare(const lc_key_t *key, psa_algorithm_t alg, const psa_key_attributes_t *output_attributes,
                            const lc_curve_t **curve) {
    if (alg != PSA_ALG_ECIES_SEC1) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (!PSA_KEY_TYPE_IS_ECC(key->type)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    *curve = lc_curve_find(key->type, key->bits);
    if (*curve == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if ((*curve)->shape == LC_EDWARDS) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    return check_output(output_attributes, lc_curve_private_size(*curve));
}

static psa_status_t encapsulate(const lc_key_t *key, const lc_curve_t *curve, lc_output_t secret,
                                lc_output_t ciphertext) {
    uint8_t recipient[LC_ECC_PUBLIC_MAX];
    uint8_t fresh[LC_ECC_PRIVATE_MAX];
    size_t recipient_size = 0;
    size_t size = lc_curve_private_size(curve);
    if (ciphertext.size < lc_curve_public_size(curve) || secret.size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    psa_status_t status = lc_ecc_export_public(key, (lc_output_t){recipient, sizeof(recipient), &recipient_size});
    lc_key_t ephemeral = {PSA_KEY_TYPE_KEY_PAIR_OF_PUBLIC_KEY(key->type), key->bits, fresh, size};
    if (status == PSA_SUCCESS) {
        status = lc_ecc_generate(&ephemeral, (lc_output_t){fresh, sizeof(fresh), &size});
    }
    if (status == PSA_SUCCESS) {
        status = lc_ecdh(&ephemeral, (lc_bytes_t){recipient, recipient_size}, secret);
    }
    if (status == PSA_SUCCESS) {
        status = lc_ecc_export_public(&ephemeral, ciphertext);
    }
    OPENSSL_cleanse(fresh, sizeof(fresh));
    return status;
}

psa_status_t libcrypto_encapsulate(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg,
                                   const psa_key_attributes_t *output_attributes, uint8_t *output_key_buffer,
                                   size_t output_key_buffer_size, size_t *output_key_buffer_length, uint8_t *ciphertext,
                                   size_t ciphertext_size, size_t *ciphertext_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    const lc_curve_t *curve = NULL;
    psa_status_t status = prepare(&key, alg, output_attributes, &curve);
    if (status != PSA_SUCCESS) {
        return status;
    }
    ERR_set_mark();
    status =
        encapsulate(&key, curve, (lc_output_t){output_key_buffer, output_key_buffer_size, output_key_buffer_length},
                    (lc_output_t){ciphertext, ciphertext_size, ciphertext_length});
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_decapsulate(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *ciphertext,
                                   size_t ciphertext_length, const psa_key_attributes_t *output_attributes,
                                   uint8_t *output_key_buffer, size_t output_key_buffer_size,
                                   size_t *output_key_buffer_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    const lc_curve_t *curve = NULL;
    psa_status_t status = prepare(&key, alg, output_attributes, &curve);
    if (status != PSA_SUCCESS) {
        return status;
    }
    ERR_set_mark();
    status = lc_ecdh(&key, (lc_bytes_t){ciphertext, ciphertext_length},
                     (lc_output_t){output_key_buffer, output_key_buffer_size, output_key_buffer_length});
    ERR_pop_to_mark();
    return status;
}
