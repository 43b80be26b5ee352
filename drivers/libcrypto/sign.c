/* Signature entry points: pick the scheme of the algorithm, check the input, call it. */
#include "sign.h"

/* One scheme. An algorithm is of the scheme if its bits under `mask` are `value`. */
typedef struct {
    psa_algorithm_t value;
    psa_algorithm_t mask;
    bool (*key_fits)(psa_key_type_t type);
    bool message;  /* takes the message, not a hash */
    bool hashless; /* also without a hash algorithm: an input of any length */
    bool context;  /* takes a context */
    lc_sign_t sign;
    lc_verify_t verify;
} scheme_t;

#define EXACT ((psa_algorithm_t)0xffffffff)
#define ANY_HASH_BYTE ((psa_algorithm_t)0xffffff00)

static bool is_weierstrass(psa_key_type_t type) {
    return PSA_KEY_TYPE_IS_ECC(type) && PSA_KEY_TYPE_ECC_GET_FAMILY(type) != PSA_ECC_FAMILY_MONTGOMERY &&
           PSA_KEY_TYPE_ECC_GET_FAMILY(type) != PSA_ECC_FAMILY_TWISTED_EDWARDS;
}

static bool is_edwards(psa_key_type_t type) {
    return PSA_KEY_TYPE_IS_ECC(type) && PSA_KEY_TYPE_ECC_GET_FAMILY(type) == PSA_ECC_FAMILY_TWISTED_EDWARDS;
}

static bool is_rsa(psa_key_type_t type) {
    return PSA_KEY_TYPE_IS_RSA(type);
}

static const scheme_t schemes[] = {
    {PSA_ALG_ECDSA_ANY, ANY_HASH_BYTE, is_weierstrass, false, true, false, lc_ecdsa_sign, lc_ecdsa_verify},
    {PSA_ALG_DETERMINISTIC_ECDSA(0), ANY_HASH_BYTE, is_weierstrass, false, false, false, lc_ecdsa_sign_deterministic,
     lc_ecdsa_verify},
    {PSA_ALG_PURE_EDDSA, EXACT, is_edwards, true, true, false, lc_eddsa_sign, lc_eddsa_verify},
    {PSA_ALG_EDDSA_CTX, EXACT, is_edwards, true, true, true, lc_eddsa_domain_sign, lc_eddsa_domain_verify},
    {PSA_ALG_ED25519PH, EXACT, is_edwards, false, true, true, lc_eddsa_domain_sign, lc_eddsa_domain_verify},
    {PSA_ALG_ED448PH, EXACT, is_edwards, false, true, true, lc_eddsa_domain_sign, lc_eddsa_domain_verify},
    {PSA_ALG_RSA_PKCS1V15_SIGN_RAW, ANY_HASH_BYTE, is_rsa, false, true, false, lc_rsa_pkcs1_sign, lc_rsa_pkcs1_verify},
    {PSA_ALG_RSA_PSS(0), ANY_HASH_BYTE, is_rsa, false, false, false, lc_rsa_pss_sign, lc_rsa_pss_verify},
    {PSA_ALG_RSA_PSS_ANY_SALT(0), ANY_HASH_BYTE, is_rsa, false, false, false, lc_rsa_pss_sign, lc_rsa_pss_verify},
};

static const scheme_t *find(psa_algorithm_t alg, bool message) {
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if ((alg & schemes[i].mask) == schemes[i].value && schemes[i].message == message) {
            return &schemes[i];
        }
    }
    return NULL;
}

/* What all four entry points check before the scheme's own checks; sets request->hash. */
static psa_status_t prepare(const scheme_t *scheme, lc_sign_request_t *request) {
    if (scheme == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (!scheme->key_fits(request->key->type) || (request->context.size != 0 && !scheme->context)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    psa_algorithm_t hash = request->alg & ~scheme->mask;
    if (hash == 0) {
        return scheme->hashless ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    }
    request->hash = lc_hash_find(PSA_ALG_GET_HASH(request->alg));
    if (request->hash == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    return request->input.size == request->hash->length ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

static psa_status_t sign(lc_sign_request_t *request, bool message, lc_output_t signature) {
    const scheme_t *scheme = find(request->alg, message);
    psa_status_t status = prepare(scheme, request);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (!PSA_KEY_TYPE_IS_KEY_PAIR(request->key->type)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    ERR_set_mark();
    status = scheme->sign(request, signature);
    ERR_pop_to_mark();
    return status;
}

static psa_status_t verify(lc_sign_request_t *request, bool message, lc_bytes_t signature) {
    const scheme_t *scheme = find(request->alg, message);
    psa_status_t status = prepare(scheme, request);
    if (status != PSA_SUCCESS) {
        return status;
    }
    ERR_set_mark();
    status = scheme->verify(request, signature);
    ERR_pop_to_mark();
    return status;
}

psa_status_t libcrypto_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                 size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                                 uint8_t *signature, size_t signature_size, size_t *signature_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    lc_sign_request_t request = {&key, alg, NULL, {hash, hash_length}, {NULL, 0}};
    return sign(&request, false, (lc_output_t){signature, signature_size, signature_length});
}

psa_status_t libcrypto_verify_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                                   const uint8_t *signature, size_t signature_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    lc_sign_request_t request = {&key, alg, NULL, {hash, hash_length}, {NULL, 0}};
    return verify(&request, false, (lc_bytes_t){signature, signature_length});
}

psa_status_t libcrypto_sign_message(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                    size_t input_length, uint8_t *signature, size_t signature_size,
                                    size_t *signature_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    lc_sign_request_t request = {&key, alg, NULL, {input, input_length}, {NULL, 0}};
    return sign(&request, true, (lc_output_t){signature, signature_size, signature_length});
}

psa_status_t libcrypto_verify_message(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                      size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                      size_t input_length, const uint8_t *signature, size_t signature_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    lc_sign_request_t request = {&key, alg, NULL, {input, input_length}, {NULL, 0}};
    return verify(&request, true, (lc_bytes_t){signature, signature_length});
}

psa_status_t libcrypto_sign_hash_with_context(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                              size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                              size_t hash_length, const uint8_t *context, size_t context_length,
                                              uint8_t *signature, size_t signature_size, size_t *signature_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    lc_sign_request_t request = {&key, alg, NULL, {hash, hash_length}, {context, context_length}};
    return sign(&request, false, (lc_output_t){signature, signature_size, signature_length});
}

psa_status_t libcrypto_verify_hash_with_context(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                                size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                                size_t hash_length, const uint8_t *context, size_t context_length,
                                                const uint8_t *signature, size_t signature_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    lc_sign_request_t request = {&key, alg, NULL, {hash, hash_length}, {context, context_length}};
    return verify(&request, false, (lc_bytes_t){signature, signature_length});
}

psa_status_t libcrypto_sign_message_with_context(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                                 size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                                 size_t input_length, const uint8_t *context, size_t context_length,
                                                 uint8_t *signature, size_t signature_size, size_t *signature_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    lc_sign_request_t request = {&key, alg, NULL, {input, input_length}, {context, context_length}};
    return sign(&request, true, (lc_output_t){signature, signature_size, signature_length});
}

psa_status_t libcrypto_verify_message_with_context(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                                   size_t input_length, const uint8_t *context, size_t context_length,
                                                   const uint8_t *signature, size_t signature_length) {
    lc_key_t key = lc_key(attributes, key_buffer, key_buffer_size);
    lc_sign_request_t request = {&key, alg, NULL, {input, input_length}, {context, context_length}};
    return verify(&request, true, (lc_bytes_t){signature, signature_length});
}
