/* ECDSA, randomised and deterministic, on libcrypto's functions without the DER round trip. */
#include "ecdsa.h"
#include "sign.h"

#include <openssl/ecdsa.h>

/* Bytes of r and of s: those of the group's order. */
static size_t half_size(const EC_KEY *ec) {
    return ((size_t)EC_GROUP_order_bits(EC_KEY_get0_group(ec)) + 7) / 8;
}

static psa_status_t open_key(const lc_key_t *key, bool want_public, EC_KEY **ec) {
    const lc_curve_t *curve = lc_curve_find(key->type, key->bits);
    if (curve == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    return lc_ec_key(curve, key, want_public, ec);
}

/* r || s; the room was checked. */
static psa_status_t write_signature(const ECDSA_SIG *made, size_t half, lc_output_t out) {
    if (BN_bn2binpad(ECDSA_SIG_get0_r(made), out.data, (int)half) < 0 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(made), out.data + half, (int)half) < 0) {
        return PSA_ERROR_GENERIC_ERROR;
    }
    *out.length = 2 * half;
    return PSA_SUCCESS;
}

psa_status_t lc_ecdsa_sign(const lc_sign_request_t *request, lc_output_t signature) {
    EC_KEY *ec = NULL;
    psa_status_t status = open_key(request->key, false, &ec);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t half = half_size(ec);
    if (signature.size < 2 * half) {
        EC_KEY_free(ec);
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    /* Only the leftmost bits of a hash count, so one longer than any order may be cut. */
    int length = (int)(request->input.size < LC_ECC_PRIVATE_MAX ? request->input.size : LC_ECC_PRIVATE_MAX);
    ECDSA_SIG *made = ECDSA_do_sign(request->input.data, length, ec);
    status = made == NULL ? lc_failed(PSA_ERROR_GENERIC_ERROR) : write_signature(made, half, signature);
    ECDSA_SIG_free(made);
    EC_KEY_free(ec);
    return status;
}

/* 1/k mod n = k^(n-2) mod n, in time that depends on n only. */
static bool invert(const EC_GROUP *group, const BIGNUM *k, BIGNUM *inverse, BN_CTX *scratch) {
    const BIGNUM *n = EC_GROUP_get0_order(group);
    BIGNUM *exponent = BN_CTX_get(scratch);
    return exponent != NULL && BN_copy(exponent, n) != NULL && BN_sub_word(exponent, 2) == 1 &&
           BN_mod_exp_mont_consttime(inverse, k, exponent, n, scratch, EC_GROUP_get_mont_data(group)) == 1;
}

/* r = x(kG) mod n and 1/k, the two values that libcrypto signs with. */
static bool commit(const EC_GROUP *group, const BIGNUM *k, BIGNUM *r, BIGNUM *inverse, BN_CTX *scratch) {
    EC_POINT *point = EC_POINT_new(group);
    bool done = point != NULL && EC_POINT_mul(group, point, k, NULL, NULL, scratch) == 1 &&
                EC_POINT_get_affine_coordinates(group, point, r, NULL, scratch) == 1 &&
                BN_nnmod(r, r, EC_GROUP_get0_order(group), scratch) == 1 && invert(group, k, inverse, scratch);
    EC_POINT_clear_free(point);
    return done;
}

/* One attempt with one candidate k; *made stays null where the candidate gives r = 0 or s = 0. */
static psa_status_t attempt(EC_KEY *ec, lc_bytes_t digest, lc_bytes_t candidate, ECDSA_SIG **made) {
    const EC_GROUP *group = EC_KEY_get0_group(ec);
    BN_CTX *scratch = BN_CTX_secure_new_ex(lc_context());
    if (scratch == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    BN_CTX_start(scratch);
    BIGNUM *k = BN_CTX_get(scratch);
    BIGNUM *r = BN_CTX_get(scratch);
    BIGNUM *inverse = BN_CTX_get(scratch);
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (inverse != NULL && BN_bin2bn(candidate.data, (int)candidate.size, k) != NULL) {
        BN_set_flags(k, BN_FLG_CONSTTIME);
        if (commit(group, k, r, inverse, scratch)) {
            status = PSA_SUCCESS;
            *made = BN_is_zero(r) ? NULL : ECDSA_do_sign_ex(digest.data, (int)digest.size, inverse, r, ec);
            if (*made == NULL && ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE) {
                status = PSA_ERROR_INSUFFICIENT_MEMORY;
            }
        } else {
            status = lc_failed(PSA_ERROR_GENERIC_ERROR);
        }
        BN_clear(k);
        BN_clear(inverse);
    }
    BN_CTX_end(scratch);
    BN_CTX_free(scratch);
    return status;
}

/* At most this many candidates: that one fails has a chance of about 1 to n. */
#define ATTEMPTS 8

static psa_status_t sign_deterministic(const lc_sign_request_t *request, EC_KEY *ec, lc_output_t signature) {
    lc_nonce_t nonce;
    uint8_t k[LC_ECC_PRIVATE_MAX];
    size_t half = half_size(ec);
    const uint8_t *private_key = request->key->data + (request->key->size - half);
    psa_status_t status =
        lc_nonce_start(&nonce, EC_KEY_get0_group(ec), request->hash, private_key, request->input.data);
    ECDSA_SIG *made = NULL;
    for (int i = 0; i < ATTEMPTS && status == PSA_SUCCESS && made == NULL; i++) {
        status = lc_nonce_next(&nonce, k);
        if (status == PSA_SUCCESS) {
            status = attempt(ec, request->input, (lc_bytes_t){k, half}, &made);
        }
    }
    if (status == PSA_SUCCESS) {
        status = made == NULL ? PSA_ERROR_GENERIC_ERROR : write_signature(made, half, signature);
    }
    ECDSA_SIG_free(made);
    lc_nonce_end(&nonce);
    OPENSSL_cleanse(k, sizeof(k));
    return status;
}

psa_status_t lc_ecdsa_sign_deterministic(const lc_sign_request_t *request, lc_output_t signature) {
    EC_KEY *ec = NULL;
    psa_status_t status = open_key(request->key, false, &ec);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status =
        signature.size < 2 * half_size(ec) ? PSA_ERROR_BUFFER_TOO_SMALL : sign_deterministic(request, ec, signature);
    EC_KEY_free(ec);
    return status;
}

static psa_status_t verify_with(EC_KEY *ec, lc_bytes_t digest, lc_bytes_t signature) {
    size_t half = half_size(ec);
    if (signature.size != 2 * half) {
        return PSA_ERROR_INVALID_SIGNATURE;
    }
    ECDSA_SIG *parsed = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature.data, (int)half, NULL);
    BIGNUM *s = BN_bin2bn(signature.data + half, (int)half, NULL);
    if (parsed == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(parsed, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(parsed);
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    int length = (int)(digest.size < LC_ECC_PRIVATE_MAX ? digest.size : LC_ECC_PRIVATE_MAX);
    int verdict = ECDSA_do_verify(digest.data, length, parsed, ec);
    ECDSA_SIG_free(parsed);
    return verdict == 1 ? PSA_SUCCESS : lc_failed(PSA_ERROR_INVALID_SIGNATURE);
}

psa_status_t lc_ecdsa_verify(const lc_sign_request_t *request, lc_bytes_t signature) {
    EC_KEY *ec = NULL;
    psa_status_t status = open_key(request->key, true, &ec);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = verify_with(ec, request->input, signature);
    EC_KEY_free(ec);
    return status;
}
