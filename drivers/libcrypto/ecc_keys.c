/* Elliptic curve keys: import, generation, export of the public part. */
#include "ecc.h"

#include <openssl/rand.h>

/* Checks key data completely; for a key pair of a Montgomery curve there is nothing to check. */
static psa_status_t check(const lc_curve_t *curve, const lc_key_t *key) {
    bool pair = PSA_KEY_TYPE_IS_ECC_KEY_PAIR(key->type);
    if (key->size != (pair ? lc_curve_private_size(curve) : lc_curve_public_size(curve))) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (curve->shape == LC_EDWARDS && !pair) {
        return lc_edwards_check(curve, key->data);
    }
    if (curve->shape != LC_WEIERSTRASS) {
        return PSA_SUCCESS;
    }
    EC_KEY *ec = NULL;
    psa_status_t status = lc_ec_key(curve, key, false, &ec);
    EC_KEY_free(ec);
    return status;
}

psa_status_t lc_ecc_import(const lc_key_t *key, lc_output_t out, size_t *bits) {
    if (!lc_curve_family_known(key->type)) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    const lc_curve_t *curve = NULL;
    if (*bits != 0) {
        curve = lc_curve_find(key->type, *bits);
        if (curve == NULL) {
            return PSA_ERROR_NOT_SUPPORTED;
        }
    } else {
        curve = lc_curve_of_size(key->type, key->size);
        if (curve == NULL) {
            return PSA_ERROR_INVALID_ARGUMENT;
        }
    }
    psa_status_t status = check(curve, key);
    if (status == PSA_SUCCESS) {
        status = lc_write(out, key->data, key->size);
    }
    if (status == PSA_SUCCESS) {
        if (curve->shape == LC_MONTGOMERY && PSA_KEY_TYPE_IS_ECC_KEY_PAIR(key->type)) {
            lc_montgomery_clamp(curve, out.data);
        }
        *bits = curve->bits;
    }
    return status;
}

/* A uniform private value 0 < d < n, as wide as the key format. */
static psa_status_t generate_weierstrass(const lc_curve_t *curve, uint8_t *data, size_t size) {
    const EC_GROUP *group = lc_curve_group(curve);
    if (group == NULL) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    BN_CTX *scratch = BN_CTX_secure_new_ex(lc_context());
    BIGNUM *d = BN_secure_new();
    psa_status_t status = scratch == NULL || d == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : PSA_SUCCESS;
    while (status == PSA_SUCCESS && BN_is_zero(d)) {
        if (BN_priv_rand_range_ex(d, EC_GROUP_get0_order(group), 0, scratch) != 1) {
            status = lc_failed(PSA_ERROR_INSUFFICIENT_ENTROPY);
        }
    }
    if (status == PSA_SUCCESS && BN_bn2binpad(d, data, (int)size) < 0) {
        status = PSA_ERROR_GENERIC_ERROR;
    }
    BN_clear_free(d);
    BN_CTX_free(scratch);
    return status;
}

psa_status_t lc_ecc_generate(const lc_key_t *key, lc_output_t out) {
    const lc_curve_t *curve = lc_curve_find(key->type, key->bits);
    if (curve == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    size_t size = lc_curve_private_size(curve);
    if (out.size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    psa_status_t status;
    if (curve->shape == LC_WEIERSTRASS) {
        status = generate_weierstrass(curve, out.data, size);
    } else {
        OSSL_LIB_CTX *library = lc_context();
        status = library != NULL && RAND_priv_bytes_ex(library, out.data, size, 0) == 1
                     ? PSA_SUCCESS
                     : lc_failed(PSA_ERROR_INSUFFICIENT_ENTROPY);
        if (status == PSA_SUCCESS && curve->shape == LC_MONTGOMERY) {
            lc_montgomery_clamp(curve, out.data);
        }
    }
    if (status == PSA_SUCCESS) {
        *out.length = size;
    }
    return status;
}

static psa_status_t export_weierstrass(const lc_curve_t *curve, const lc_key_t *key, uint8_t *data, size_t size) {
    EC_KEY *ec = NULL;
    psa_status_t status = lc_ec_key(curve, key, true, &ec);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (EC_POINT_point2oct(EC_KEY_get0_group(ec), EC_KEY_get0_public_key(ec), POINT_CONVERSION_UNCOMPRESSED, data, size,
                           NULL) != size) {
        status = lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    EC_KEY_free(ec);
    return status;
}

static psa_status_t export_ecx(const lc_curve_t *curve, const lc_key_t *key, uint8_t *data, size_t size) {
    EVP_PKEY *pkey = NULL;
    psa_status_t status = lc_ecx_key(curve, key, &pkey);
    if (status == PSA_SUCCESS && EVP_PKEY_get_raw_public_key(pkey, data, &size) != 1) {
        status = lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    EVP_PKEY_free(pkey);
    return status;
}

psa_status_t lc_ecc_export_public(const lc_key_t *key, lc_output_t out) {
    if (PSA_KEY_TYPE_IS_ECC_PUBLIC_KEY(key->type)) {
        return lc_write(out, key->data, key->size);
    }
    const lc_curve_t *curve = lc_curve_find(key->type, key->bits);
    if (curve == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    size_t size = lc_curve_public_size(curve);
    if (out.size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    psa_status_t status = curve->shape == LC_WEIERSTRASS ? export_weierstrass(curve, key, out.data, size)
                                                         : export_ecx(curve, key, out.data, size);
    if (status == PSA_SUCCESS) {
        *out.length = size;
    }
    return status;
}
