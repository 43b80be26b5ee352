/* PureEdDSA: Ed25519 and Ed448 with an empty context (RFC 8032). */
#include "ecc.h"
#include "sign.h"

static psa_status_t open_key(const lc_sign_request_t *request, const lc_curve_t **curve, EVP_PKEY **pkey) {
    *curve = lc_curve_find(request->key->type, request->key->bits);
    if (*curve == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    return lc_ecx_key(*curve, request->key, pkey);
}

psa_status_t lc_eddsa_sign(const lc_sign_request_t *request, lc_output_t signature) {
    const lc_curve_t *curve = NULL;
    EVP_PKEY *pkey = NULL;
    psa_status_t status = open_key(request, &curve, &pkey);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t size = 2 * lc_curve_private_size(curve);
    if (signature.size < size) {
        EVP_PKEY_free(pkey);
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (md == NULL) {
        status = PSA_ERROR_INSUFFICIENT_MEMORY;
    } else if (EVP_DigestSignInit_ex(md, NULL, NULL, lc_context(), NULL, pkey, NULL) != 1) {
        status = lc_failed(PSA_ERROR_NOT_SUPPORTED);
    } else if (EVP_DigestSign(md, signature.data, &size, request->input.data, request->input.size) != 1) {
        status = lc_failed(PSA_ERROR_GENERIC_ERROR);
    } else {
        *signature.length = size;
    }
    EVP_MD_CTX_free(md);
    EVP_PKEY_free(pkey);
    return status;
}

psa_status_t lc_eddsa_verify(const lc_sign_request_t *request, lc_bytes_t signature) {
    const lc_curve_t *curve = NULL;
    EVP_PKEY *pkey = NULL;
    psa_status_t status = open_key(request, &curve, &pkey);
    if (status != PSA_SUCCESS) {
        return status;
    }
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (md == NULL) {
        status = PSA_ERROR_INSUFFICIENT_MEMORY;
    } else if (EVP_DigestVerifyInit_ex(md, NULL, NULL, lc_context(), NULL, pkey, NULL) != 1) {
        status = lc_failed(PSA_ERROR_NOT_SUPPORTED);
    } else if (EVP_DigestVerify(md, signature.data, signature.size, request->input.data, request->input.size) != 1) {
        status = lc_failed(PSA_ERROR_INVALID_SIGNATURE);
    }
    EVP_MD_CTX_free(md);
    EVP_PKEY_free(pkey);
    return status;
}
