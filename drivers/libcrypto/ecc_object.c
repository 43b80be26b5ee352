/* From key data to libcrypto's key objects. */
#include "ecc.h"

#include <psab/prepared.h>

/* The private value: in range, and in the object with its flag for constant-time code. */
static psa_status_t set_private(const lc_curve_t *curve, const EC_GROUP *group, const lc_key_t *key, EC_KEY *ec) {
    uint8_t order[LC_ECC_PRIVATE_MAX];
    size_t order_size = lc_curve_order(group, order);
    size_t size = lc_curve_private_size(curve);
    if (order_size == 0 || order_size > size) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (key->size != size) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    /* 1. Zero above the order's bytes (some binary curves), then 0 < d < n. */
    const uint8_t *low = key->data + (size - order_size);
    if (!lc_is_zero(key->data, size - order_size) || lc_is_zero(low, order_size) ||
        !lc_less_than(low, order, order_size)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    /* 2. Into the object. */
    BIGNUM *d = BN_secure_new();
    bool done = d != NULL && BN_bin2bn(low, (int)order_size, d) != NULL;
    if (done) {
        BN_set_flags(d, BN_FLG_CONSTTIME);
        done = EC_KEY_set_private_key(ec, d) == 1;
    }
    BN_clear_free(d);
    return done ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_MEMORY;
}

/* The public point of the private value that is in the object. */
static psa_status_t derive_public(const EC_GROUP *group, EC_KEY *ec) {
    EC_POINT *point = EC_POINT_new(group);
    BN_CTX *scratch = BN_CTX_secure_new_ex(lc_context());
    bool done = point != NULL && scratch != NULL &&
                EC_POINT_mul(group, point, EC_KEY_get0_private_key(ec), NULL, NULL, scratch) == 1 &&
                EC_KEY_set_public_key(ec, point) == 1;
    EC_POINT_clear_free(point);
    BN_CTX_free(scratch);
    return done ? PSA_SUCCESS : lc_failed(PSA_ERROR_GENERIC_ERROR);
}

/* libcrypto checks that the point is on the curve. */
static psa_status_t set_public(const lc_curve_t *curve, const EC_GROUP *group, const lc_key_t *key, EC_KEY *ec) {
    if (key->size != lc_curve_public_size(curve) || key->data[0] != 0x04) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    EC_POINT *point = EC_POINT_new(group);
    if (point == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    psa_status_t status = PSA_SUCCESS;
    if (EC_POINT_oct2point(group, point, key->data, key->size, NULL) != 1) {
        status = lc_failed(PSA_ERROR_INVALID_ARGUMENT);
    } else if (EC_KEY_set_public_key(ec, point) != 1) {
        status = PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    EC_POINT_free(point);
    return status;
}

static psa_status_t make(const lc_curve_t *curve, const lc_key_t *key, bool want_public, EC_KEY **ec) {
    const EC_GROUP *group = lc_curve_group(curve);
    if (group == NULL) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    EC_KEY *made = EC_KEY_new_ex(lc_context(), NULL);
    if (made == NULL || EC_KEY_set_group(made, group) != 1) {
        EC_KEY_free(made);
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    psa_status_t status;
    if (PSA_KEY_TYPE_IS_ECC_KEY_PAIR(key->type)) {
        status = set_private(curve, group, key, made);
        if (status == PSA_SUCCESS && want_public) {
            status = derive_public(group, made);
        }
    } else {
        status = set_public(curve, group, key, made);
    }
    if (status != PSA_SUCCESS) {
        EC_KEY_free(made);
        return status;
    }
    EC_KEY_set_flags(made, EC_FLAG_COFACTOR_ECDH); /* for key agreement; now, since the object may be shared */
    *ec = made;
    return PSA_SUCCESS;
}

static void drop(void *ec) {
    EC_KEY_free(ec);
}

static const psab_prepared_kind_t objects = {drop};

psa_status_t lc_ec_key(const lc_curve_t *curve, const lc_key_t *key, bool want_public, EC_KEY **ec) {
    EC_KEY *kept = psab_prepared_find(&objects, key->data, key->size, want_public);
    if (kept != NULL && EC_KEY_up_ref(kept) == 1) {
        *ec = kept;
        return PSA_SUCCESS;
    }
    psa_status_t status = make(curve, key, want_public, ec);
    /* One reference for the caller, one for the core. */
    if (status == PSA_SUCCESS && EC_KEY_up_ref(*ec) == 1 &&
        psab_prepared_publish(&objects, key->data, key->size, want_public, *ec) == NULL) {
        EC_KEY_free(*ec);
    }
    return status;
}

static psa_status_t make_raw(const lc_curve_t *curve, const lc_key_t *key, EVP_PKEY **pkey) {
    OSSL_LIB_CTX *library = lc_context();
    if (library == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    if (key->size != lc_curve_private_size(curve)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    *pkey = PSA_KEY_TYPE_IS_ECC_KEY_PAIR(key->type)
                ? EVP_PKEY_new_raw_private_key_ex(library, curve->name, NULL, key->data, key->size)
                : EVP_PKEY_new_raw_public_key_ex(library, curve->name, NULL, key->data, key->size);
    return *pkey != NULL ? PSA_SUCCESS : lc_failed(PSA_ERROR_NOT_SUPPORTED);
}

psa_status_t lc_ecx_key(const lc_curve_t *curve, const lc_key_t *key, EVP_PKEY **pkey) {
    if (lc_object_find(key, pkey)) {
        return PSA_SUCCESS;
    }
    psa_status_t status = make_raw(curve, key, pkey);
    if (status == PSA_SUCCESS) {
        lc_object_keep(key, *pkey);
    }
    return status;
}
