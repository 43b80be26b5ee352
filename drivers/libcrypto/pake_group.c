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
    return lc_order_read(&group->order, EC_GROUP_get0_order(group->group)) ? PSA_SUCCESS : PSA_ERROR_NOT_SUPPORTED;
}

/* r = k p for a number k that is not secret. */
static bool multiply_public(const lc_group_t *group, EC_POINT *r, const EC_POINT *p, const BIGNUM *k, BN_CTX *scratch) {
    return EC_POINT_mul(group->group, r, NULL, p, k, scratch) == 1;
}

/* Whether the order takes an element to the neutral one; on a curve of prime order it always does. */
static psa_status_t check_order(const lc_group_t *group, const EC_POINT *element, BN_CTX *scratch) {
    if (BN_is_one(EC_GROUP_get0_cofactor(group->group))) {
        return PSA_SUCCESS;
    }
    EC_POINT *multiple = EC_POINT_new(group->group);
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (multiple != NULL && multiply_public(group, multiple, element, EC_GROUP_get0_order(group->group), scratch)) {
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

psa_status_t lc_element_decode(const lc_group_t *group, lc_bytes_t data, lc_element_t *element, BN_CTX *scratch) {
    psa_status_t status = lc_group_decode(group, data.data, data.size, element->point, scratch);
    if (status == PSA_SUCCESS) {
        memcpy(element->data, data.data, data.size);
    }
    return status;
}

bool lc_element_encode(const lc_group_t *group, lc_element_t *element) {
    return lc_group_encode(group, element->point, element->data);
}

bool lc_group_multiply(const lc_group_t *group, EC_POINT *r, const EC_POINT *p, const lc_scalar_t *k, BN_CTX *scratch) {
    BIGNUM *number = lc_scalar_number(&group->order, k);
    /* One scalar at a time: libcrypto takes the same time for all scalars only then. */
    bool done = number != NULL && (p == NULL ? EC_POINT_mul(group->group, r, number, NULL, NULL, scratch)
                                             : EC_POINT_mul(group->group, r, NULL, p, number, scratch)) == 1;
    BN_clear_free(number);
    return done;
}

bool lc_group_clear_cofactor(const lc_group_t *group, EC_POINT *r, const EC_POINT *p, BN_CTX *scratch) {
    const BIGNUM *cofactor = EC_GROUP_get0_cofactor(group->group);
    return BN_is_one(cofactor) ? EC_POINT_copy(r, p) == 1 : multiply_public(group, r, p, cofactor, scratch);
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

psa_status_t lc_group_random(const lc_group_t *group, lc_scalar_t *k) {
    uint8_t drawn[LC_ECC_PRIVATE_MAX];
    const lc_order_t *order = &group->order;
    unsigned good = 0;
    while (good == 0) {
        if (RAND_priv_bytes_ex(lc_context(), drawn, order->size, 0) != 1) {
            return lc_failed(PSA_ERROR_INSUFFICIENT_ENTROPY);
        }
        drawn[0] &= (uint8_t)(0xffu >> (8 * order->size - order->bits));
        good = lc_scalar_read(order, drawn, k) & (lc_scalar_is_zero(k) ^ 1u);
    }
    OPENSSL_cleanse(drawn, sizeof(drawn));
    return PSA_SUCCESS;
}

psa_status_t lc_group_scalar(const lc_group_t *group, const uint8_t *data, lc_scalar_t *k) {
    uint8_t value[LC_ECC_PRIVATE_MAX];
    size_t size = group->scalar_size;
    size_t above = size - group->order.size; /* Ed448 has a byte more in its format */
    for (size_t i = 0; i < size; i++) {
        value[i] = group->twisted != NULL ? data[size - 1 - i] : data[i]; /* little-endian like all of RFC 8032 */
    }
    unsigned good = lc_is_zero(value, above) & lc_scalar_read(&group->order, value + above, k);
    good &= lc_scalar_is_zero(k) ^ 1u;
    OPENSSL_cleanse(value, sizeof(value));
    return good != 0 ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}
