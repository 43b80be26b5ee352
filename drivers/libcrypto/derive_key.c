/* Key pairs from the output of a key derivation (Crypto API 1.5, sections 9.3 and 10.8; SP 800-56A, 5.6.1.2.2). */
#include "derive_key.h"

#include "dh.h"
#include "ecc.h"
#include "scalar.h"
#include "twisted.h"

psa_status_t lc_draw(const uint8_t *bound, size_t size, lc_bytes_t drawn, uint8_t *out) {
    if (drawn.size != size) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    unsigned mask = bound[0];
    for (unsigned shift = 1; shift < 8; shift *= 2) {
        mask |= mask >> shift; /* the bits that a number below the bound can have in its first byte */
    }
    memcpy(out, drawn.data, size);
    out[0] &= (uint8_t)mask;
    if (lc_less_than(out, bound, size) == 0) {
        OPENSSL_cleanse(out, size);
        return PSA_ERROR_INSUFFICIENT_DATA; /* draw again */
    }
    unsigned carry = 1;
    for (size_t i = size; i-- > 0;) {
        carry += out[i];
        out[i] = (uint8_t)carry;
        carry >>= 8;
    }
    return PSA_SUCCESS;
}

/* d = k + 1 for k < n - 1, as wide as the key format, which is not always as wide as the order n. */
static psa_status_t derive_weierstrass(const lc_curve_t *curve, lc_bytes_t drawn, uint8_t *out) {
    uint8_t bound[LC_ECC_PRIVATE_MAX];
    uint8_t d[LC_ECC_PRIVATE_MAX];
    const EC_GROUP *group = lc_curve_group(curve);
    size_t width = lc_curve_private_size(curve);
    size_t size = group == NULL ? 0 : lc_curve_order(group, bound);
    if (size == 0 || size > width) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    bound[size - 1]--; /* the order is odd */
    psa_status_t status = lc_draw(bound, size, drawn, d);
    if (status == PSA_SUCCESS) {
        memset(out, 0, width - size);
        memcpy(out + width - size, d, size);
    }
    OPENSSL_cleanse(d, sizeof(d));
    return status;
}

static psa_status_t derive_ecc(const lc_key_t *key, lc_bytes_t drawn, lc_output_t out) {
    const lc_curve_t *curve = lc_curve_find(key->type, key->bits);
    if (curve == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    size_t size = lc_curve_private_size(curve);
    if (out.size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    psa_status_t status = PSA_SUCCESS;
    if (curve->shape == LC_WEIERSTRASS) {
        status = derive_weierstrass(curve, drawn, out.data);
    } else if (drawn.size != size) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    } else {
        memcpy(out.data, drawn.data, size);
    }
    if (status == PSA_SUCCESS && curve->shape == LC_MONTGOMERY) {
        lc_montgomery_clamp(curve, out.data);
    }
    *out.length = status == PSA_SUCCESS ? size : 0;
    return status;
}

/* A number modulo the order, in the private-key format of the curve: big-endian, or little-endian of Edwards curves. */
static psa_status_t reduce(const lc_curve_t *curve, const BIGNUM *order, lc_bytes_t drawn, uint8_t *out) {
    uint8_t data[LC_ECC_PRIVATE_MAX] = {0};
    size_t width = lc_curve_private_size(curve);
    lc_order_t n;
    lc_scalar_t number;
    if (!lc_order_read(&n, order) || n.size > width) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    lc_scalar_reduce(&n, drawn.data, drawn.size, &number);
    lc_scalar_write(&n, &number, data + width - n.size);
    for (size_t i = 0; i < width; i++) {
        out[i] = data[curve->shape == LC_EDWARDS ? width - 1 - i : i];
    }
    OPENSSL_cleanse(data, sizeof(data));
    OPENSSL_cleanse(&number, sizeof(number));
    return PSA_SUCCESS;
}

static const BIGNUM *order_of(const lc_curve_t *curve) {
    if (curve->shape == LC_EDWARDS) {
        const lc_twisted_t *twisted = lc_twisted(curve);
        return twisted != NULL ? EC_GROUP_get0_order(twisted->group) : NULL;
    }
    const EC_GROUP *group = lc_curve_group(curve);
    return group != NULL ? EC_GROUP_get0_order(group) : NULL;
}

/* w0 and w1 are w0s and w1s modulo the order, where each of these is half of the input (RFC 9383, 3.2). */
static psa_status_t derive_spake2p(const lc_key_t *key, lc_bytes_t drawn, lc_output_t out) {
    psa_key_type_t type = PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_KEY_TYPE_SPAKE2P_GET_FAMILY(key->type));
    const lc_curve_t *curve = lc_curve_find(type, key->bits);
    const BIGNUM *order = curve != NULL && curve->shape != LC_MONTGOMERY ? order_of(curve) : NULL;
    if (order == NULL) {
        return lc_failed(PSA_ERROR_NOT_SUPPORTED);
    }
    size_t width = lc_curve_private_size(curve);
    size_t half = drawn.size / 2;
    if (drawn.size % 2 != 0 || half < (size_t)BN_num_bytes(order) + 8) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (out.size < 2 * width) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    psa_status_t status = reduce(curve, order, (lc_bytes_t){drawn.data, half}, out.data);
    if (status == PSA_SUCCESS) {
        status = reduce(curve, order, (lc_bytes_t){drawn.data + half, half}, out.data + width);
    }
    *out.length = status == PSA_SUCCESS ? 2 * width : 0;
    return status;
}

psa_status_t libcrypto_derive_key(const psa_key_attributes_t *attributes, const uint8_t *input, size_t input_length,
                                  void *memory, uint8_t *key_buffer, size_t key_buffer_size,
                                  size_t *key_buffer_length) {
    lc_key_t key = lc_key(attributes, NULL, 0);
    lc_bytes_t drawn = {input, input_length};
    lc_output_t out = {key_buffer, key_buffer_size, key_buffer_length};
    (void)memory; /* each attempt is one of its own */
    ERR_set_mark();
    psa_status_t status = PSA_KEY_TYPE_IS_ECC_KEY_PAIR(key.type)       ? derive_ecc(&key, drawn, out)
                          : PSA_KEY_TYPE_IS_DH_KEY_PAIR(key.type)      ? lc_dh_derive(&key, drawn, out)
                          : PSA_KEY_TYPE_IS_SPAKE2P_KEY_PAIR(key.type) ? derive_spake2p(&key, drawn, out)
                                                                       : PSA_ERROR_NOT_SUPPORTED;
    ERR_pop_to_mark();
    return status;
}
