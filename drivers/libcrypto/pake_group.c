/* The arithmetic that the PAKEs are made of. */
#include "pake.h"

#include <openssl/rand.h>

psa_status_t lc_group_find(psa_ecc_family_t family, size_t bits, lc_group_t *group) {
    const lc_curve_t *curve = lc_curve_find(PSA_KEY_TYPE_ECC_PUBLIC_KEY(family), bits);
    if (curve == NULL || curve->shape == LC_MONTGOMERY) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    *group = (lc_group_t){.element_size = lc_curve_public_size(curve), .scalar_size = lc_curve_private_size(curve)};
    if (curve->shape == LC_EDWARDS) {
        group->twisted = lc_twisted(curve);
        group->group = group->twisted == NULL ? NULL : group->twisted->group;
    } else {
        group->group = lc_curve_group(curve);
    }
    if (group->group == NULL) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    group->order_size = (size_t)BN_num_bytes(EC_GROUP_get0_order(group->group));
    return PSA_SUCCESS;
}

/* Whether the order takes an element to the neutral one; on a curve of prime order it always does. */
static psa_status_t check_order(const lc_group_t *group, const EC_POINT *element, BN_CTX *scratch) {
    if (BN_is_one(EC_GROUP_get0_cofactor(group->group))) {
        return PSA_SUCCESS;
    }
    EC_POINT *multiple = EC_POINT_new(group->group);
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (multiple != NULL && lc_group_multiply(group, multiple, element, EC_GROUP_get0_order(group->group), scratch)) {
        status = lc_group_is_neutral(group, multiple) ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    }
    EC_POINT_free(multiple);
    return status;
}

psa_status_t lc_group_decode(const lc_group_t *group, const uint8_t *data, size_t size, EC_POINT *element,
                             BN_CTX *scratch) {
    if (size != group->element_size) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (group->twisted != NULL) {
        psa_status_t status = lc_twisted_decode(group->twisted, data, element);
        if (status != PSA_SUCCESS) {
            return status;
        }
    } else if (data[0] != 0x04 || EC_POINT_oct2point(group->group, element, data, size, scratch) != 1) {
        return lc_failed(PSA_ERROR_INVALID_ARGUMENT);
    }
    return lc_group_is_neutral(group, element) ? PSA_ERROR_INVALID_ARGUMENT : check_order(group, element, scratch);
}

bool lc_group_encode(const lc_group_t *group, const EC_POINT *element, uint8_t *data) {
    if (lc_group_is_neutral(group, element)) {
        return false;
    }
    return group->twisted != NULL ? lc_twisted_encode(group->twisted, element, data)
                                  : EC_POINT_point2oct(group->group, element, POINT_CONVERSION_UNCOMPRESSED, data,
                                                       group->element_size, NULL) == group->element_size;
}

bool lc_group_multiply(const lc_group_t *group, EC_POINT *r, const EC_POINT *p, const BIGNUM *k, BN_CTX *scratch) {
    /* One scalar at a time: libcrypto takes the same time for all scalars only then. */
    return p == NULL ? EC_POINT_mul(group->group, r, k, NULL, NULL, scratch) == 1
                     : EC_POINT_mul(group->group, r, NULL, p, k, scratch) == 1;
}

bool lc_group_subtract(const lc_group_t *group, EC_POINT *r, const EC_POINT *a, const EC_POINT *b, BN_CTX *scratch) {
    EC_POINT *inverse = EC_POINT_dup(b, group->group);
    bool done = inverse != NULL && EC_POINT_invert(group->group, inverse, scratch) == 1 &&
                EC_POINT_add(group->group, r, a, inverse, scratch) == 1;
    EC_POINT_clear_free(inverse);
    return done;
}

bool lc_group_is_neutral(const lc_group_t *group, const EC_POINT *element) {
    return EC_POINT_is_at_infinity(group->group, element) == 1;
}

psa_status_t lc_group_random(const lc_group_t *group, BIGNUM *k, BN_CTX *scratch) {
    do {
        if (BN_priv_rand_range_ex(k, EC_GROUP_get0_order(group->group), 0, scratch) != 1) {
            return lc_failed(PSA_ERROR_INSUFFICIENT_ENTROPY);
        }
    } while (BN_is_zero(k));
    return PSA_SUCCESS;
}

bool lc_group_scale(const lc_group_t *group, BIGNUM *r, const BIGNUM *a, const BIGNUM *b, BN_CTX *scratch) {
    BN_MONT_CTX *form = EC_GROUP_get_mont_data(group->group);
    BIGNUM *part = lc_secret_new();
    bool done = form != NULL && part != NULL && BN_to_montgomery(part, a, form, scratch) == 1 &&
                BN_mod_mul_montgomery(r, part, b, form, scratch) == 1;
    BN_clear_free(part);
    return done;
}

psa_status_t lc_group_scalar(const lc_group_t *group, const uint8_t *data, BIGNUM *k) {
    uint8_t value[LC_ECC_PRIVATE_MAX];
    uint8_t order[LC_ECC_PRIVATE_MAX];
    size_t size = group->scalar_size;
    for (size_t i = 0; i < size; i++) {
        value[i] = group->twisted != NULL ? data[size - 1 - i] : data[i]; /* little-endian like all of RFC 8032 */
    }
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (BN_bn2binpad(EC_GROUP_get0_order(group->group), order, (int)size) == (int)size) {
        bool fits = !lc_is_zero(value, size) && lc_less_than(value, order, size);
        status = !fits                                    ? PSA_ERROR_INVALID_ARGUMENT
                 : BN_bin2bn(value, (int)size, k) != NULL ? PSA_SUCCESS
                                                          : PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    OPENSSL_cleanse(value, sizeof(value));
    return status;
}

BIGNUM *lc_secret_new(void) {
    BIGNUM *number = BN_secure_new();
    if (number != NULL) {
        BN_set_flags(number, BN_FLG_CONSTTIME);
    }
    return number;
}
