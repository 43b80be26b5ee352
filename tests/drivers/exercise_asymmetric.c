/* Asymmetric encryption and key encapsulation for exercise.c. */
#include "exercise.h"

#include <stdbool.h>

static psa_status_t encrypt_with(const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_size,
                                 psa_algorithm_t alg, size_t label_size) {
    static const uint8_t message[20] = {1, 2, 3};
    uint8_t sealed[256];
    uint8_t out[256];
    size_t size = 0;
    size_t done = 0;
    psa_status_t status = libcrypto_asymmetric_encrypt(attributes, key, key_size, alg, message, sizeof(message),
                                                       message, label_size, sealed, sizeof(sealed), &size);
    if (status == PSA_SUCCESS) {
        status = libcrypto_asymmetric_decrypt(attributes, key, key_size, alg, sealed, size, message, label_size, out,
                                              sizeof(out), &done);
    }
    if (status == PSA_SUCCESS) {
        sealed[5] ^= 1;
        status = libcrypto_asymmetric_decrypt(attributes, key, key_size, alg, sealed, size, message, label_size, out,
                                              sizeof(out), &done);
        /* A changed ciphertext may by chance have a right padding of PKCS#1 v1.5. */
        bool fails = status == PSA_ERROR_INVALID_PADDING || (label_size == 0 && status == PSA_SUCCESS);
        status = fails ? PSA_SUCCESS : status == PSA_SUCCESS ? 1 : status;
    }
    return status;
}

psa_status_t exercise_encryption(const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_size) {
    psa_status_t status = encrypt_with(attributes, key, key_size, PSA_ALG_RSA_PKCS1V15_CRYPT, 0);
    return status == PSA_SUCCESS ? encrypt_with(attributes, key, key_size, PSA_ALG_RSA_OAEP(PSA_ALG_SHA_256), 8)
                                 : status;
}

psa_status_t exercise_encapsulation(const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_size) {
    psa_key_attributes_t output = PSA_KEY_ATTRIBUTES_INIT;
    uint8_t secret[80];
    uint8_t sent[160];
    size_t size = 0;
    size_t sent_size = 0;
    output.type = PSA_KEY_TYPE_DERIVE;
    psa_status_t status = libcrypto_encapsulate(attributes, key, key_size, PSA_ALG_ECIES_SEC1, &output, secret,
                                                sizeof(secret), &size, sent, sizeof(sent), &sent_size);
    if (status == PSA_SUCCESS) {
        status = libcrypto_decapsulate(attributes, key, key_size, PSA_ALG_ECIES_SEC1, sent, sent_size, &output, secret,
                                       sizeof(secret), &size);
    }
    return status;
}
