/* RSA signatures (RFC 8017): PKCS#1 v1.5 (8.2), also over any encoded input, and PSS (8.1). */
#include "rsa.h"
#include "sign.h"

#include <openssl/rsa.h>

#define DIGEST_INFO_MAX (10 + 10 + LC_HASH_MAX)

/* EMSA-PKCS1-v1_5, step 2: the DigestInfo of a hash; null parameters. */
static size_t digest_info(const lc_hash_t *hash, const uint8_t *digest, uint8_t *out) {
    uint8_t oid = hash->oid_size;
    uint8_t identifier = (uint8_t)(oid + 4);
    uint8_t *at = out;
    *at++ = 0x30;
    *at++ = (uint8_t)(2 + identifier + 2 + hash->length);
    *at++ = 0x30;
    *at++ = identifier;
    *at++ = 0x06;
    *at++ = oid;
    memcpy(at, hash->oid, oid);
    at += oid;
    *at++ = 0x05;
    *at++ = 0x00;
    *at++ = 0x04;
    *at++ = hash->length;
    memcpy(at, digest, hash->length);
    return (size_t)(at - out) + hash->length;
}

/* A key, and libcrypto's operation with it. */
typedef struct {
    EVP_PKEY *pkey;
    EVP_PKEY_CTX *context;
    size_t size; /* bytes of the modulus */
} rsa_t;

static void rsa_close(rsa_t *rsa) {
    EVP_PKEY_CTX_free(rsa->context);
    EVP_PKEY_free(rsa->pkey);
}

static psa_status_t rsa_open(const lc_sign_request_t *request, bool sign, int padding, rsa_t *rsa) {
    psa_status_t status = lc_rsa_object(request->key, &rsa->pkey);
    if (status != PSA_SUCCESS) {
        return status;
    }
    rsa->size = (size_t)EVP_PKEY_get_size(rsa->pkey);
    rsa->context = EVP_PKEY_CTX_new_from_pkey(lc_context(), rsa->pkey, NULL);
    if (rsa->context == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    int started = sign ? EVP_PKEY_sign_init(rsa->context) : EVP_PKEY_verify_init(rsa->context);
    if (started != 1 || EVP_PKEY_CTX_set_rsa_padding(rsa->context, padding) != 1) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    return PSA_SUCCESS;
}

/* Sets hash and salt length; INVALID_ARGUMENT if the key is too small for the hash. */
static psa_status_t pss_settings(const lc_sign_request_t *request, bool sign, const rsa_t *rsa) {
    const lc_hash_t *hash = request->hash;
    const EVP_MD *md = lc_hash_md(hash);
    /* MGF1 needs the hash under a name of its own: not a cut SHA-256, no extendable output. */
    if (md == NULL || EVP_MD_get_size(md) != hash->length || hash->xof) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    size_t encoded = ((size_t)EVP_PKEY_get_bits(rsa->pkey) - 1 + 7) / 8;
    if (encoded < hash->length + 2u) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    size_t room = encoded - hash->length - 2u;
    int salt = (int)(room < hash->length ? room : hash->length);
    if (!sign && PSA_ALG_IS_RSA_PSS_ANY_SALT(request->alg)) {
        salt = RSA_PSS_SALTLEN_AUTO;
    }
    if (EVP_PKEY_CTX_set_signature_md(rsa->context, md) != 1 ||
        EVP_PKEY_CTX_set_rsa_pss_saltlen(rsa->context, salt) != 1) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    return PSA_SUCCESS;
}

static psa_status_t sign_with(const rsa_t *rsa, lc_bytes_t input, lc_output_t signature) {
    size_t size = rsa->size;
    if (signature.size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (EVP_PKEY_sign(rsa->context, signature.data, &size, input.data, input.size) != 1) {
        return lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    *signature.length = size;
    return PSA_SUCCESS;
}

static psa_status_t verify_with(const rsa_t *rsa, lc_bytes_t input, lc_bytes_t signature) {
    if (signature.size != rsa->size) {
        return PSA_ERROR_INVALID_SIGNATURE;
    }
    return EVP_PKEY_verify(rsa->context, signature.data, signature.size, input.data, input.size) == 1
               ? PSA_SUCCESS
               : lc_failed(PSA_ERROR_INVALID_SIGNATURE);
}

/* libcrypto does not verify a signature of nothing. What it was made of is padding alone: 00 01 FF ... FF 00. */
static psa_status_t verify_nothing(const rsa_t *rsa, lc_bytes_t signature) {
    if (signature.size != rsa->size) {
        return PSA_ERROR_INVALID_SIGNATURE;
    }
    size_t size = rsa->size;
    uint8_t *encoded = OPENSSL_malloc(size);
    if (encoded == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    bool right = EVP_PKEY_verify_recover_init(rsa->context) == 1 &&
                 EVP_PKEY_CTX_set_rsa_padding(rsa->context, RSA_NO_PADDING) == 1 &&
                 EVP_PKEY_verify_recover(rsa->context, encoded, &size, signature.data, signature.size) == 1 &&
                 size == rsa->size && encoded[0] == 0 && encoded[1] == 1 && encoded[size - 1] == 0;
    for (size_t i = 2; right && i < size - 1; i++) {
        right = encoded[i] == 0xff;
    }
    OPENSSL_free(encoded);
    return right ? PSA_SUCCESS : lc_failed(PSA_ERROR_INVALID_SIGNATURE);
}

/* The string that PKCS#1 v1.5 pads: a DigestInfo, or the input itself for the raw algorithm. */
static psa_status_t pkcs1_input(const lc_sign_request_t *request, const rsa_t *rsa, uint8_t *room, lc_bytes_t *text) {
    *text = request->input;
    if (request->hash != NULL) {
        if (request->hash->oid_size == 0) {
            return PSA_ERROR_NOT_SUPPORTED;
        }
        *text = (lc_bytes_t){room, digest_info(request->hash, request->input.data, room)};
    }
    /* 11 bytes of padding at least */
    return text->size + 11 <= rsa->size ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

psa_status_t lc_rsa_pkcs1_sign(const lc_sign_request_t *request, lc_output_t signature) {
    uint8_t room[DIGEST_INFO_MAX];
    lc_bytes_t text;
    rsa_t rsa = {NULL, NULL, 0};
    psa_status_t status = rsa_open(request, true, RSA_PKCS1_PADDING, &rsa);
    if (status == PSA_SUCCESS) {
        status = pkcs1_input(request, &rsa, room, &text);
    }
    if (status == PSA_SUCCESS) {
        status = sign_with(&rsa, text, signature);
    }
    rsa_close(&rsa);
    return status;
}

psa_status_t lc_rsa_pkcs1_verify(const lc_sign_request_t *request, lc_bytes_t signature) {
    uint8_t room[DIGEST_INFO_MAX];
    lc_bytes_t text;
    rsa_t rsa = {NULL, NULL, 0};
    psa_status_t status = rsa_open(request, false, RSA_PKCS1_PADDING, &rsa);
    if (status == PSA_SUCCESS) {
        status = pkcs1_input(request, &rsa, room, &text);
    }
    if (status == PSA_SUCCESS) {
        status = text.size != 0 ? verify_with(&rsa, text, signature) : verify_nothing(&rsa, signature);
    }
    rsa_close(&rsa);
    return status;
}

psa_status_t lc_rsa_pss_sign(const lc_sign_request_t *request, lc_output_t signature) {
    rsa_t rsa = {NULL, NULL, 0};
    psa_status_t status = rsa_open(request, true, RSA_PKCS1_PSS_PADDING, &rsa);
    if (status == PSA_SUCCESS) {
        status = pss_settings(request, true, &rsa);
    }
    if (status == PSA_SUCCESS) {
        status = sign_with(&rsa, request->input, signature);
    }
    rsa_close(&rsa);
    return status;
}

psa_status_t lc_rsa_pss_verify(const lc_sign_request_t *request, lc_bytes_t signature) {
    rsa_t rsa = {NULL, NULL, 0};
    psa_status_t status = rsa_open(request, false, RSA_PKCS1_PSS_PADDING, &rsa);
    if (status == PSA_SUCCESS) {
        status = pss_settings(request, false, &rsa);
    }
    if (status == PSA_SUCCESS) {
        status = verify_with(&rsa, request->input, signature);
    }
    rsa_close(&rsa);
    return status;
}
