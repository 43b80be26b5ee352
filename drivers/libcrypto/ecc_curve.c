/* The table of curves, and their groups. */
#include "ecc.h"

#include <openssl/obj_mac.h>

/* secp224k1 and secp160r2 are left out: the API's sizes for them contradict each other. */
static const lc_curve_t curves[] = {
    {PSA_ECC_FAMILY_SECP_R1, LC_WEIERSTRASS, 192, NID_X9_62_prime192v1, NULL},
    {PSA_ECC_FAMILY_SECP_R1, LC_WEIERSTRASS, 224, NID_secp224r1, NULL},
    {PSA_ECC_FAMILY_SECP_R1, LC_WEIERSTRASS, 256, NID_X9_62_prime256v1, NULL},
    {PSA_ECC_FAMILY_SECP_R1, LC_WEIERSTRASS, 384, NID_secp384r1, NULL},
    {PSA_ECC_FAMILY_SECP_R1, LC_WEIERSTRASS, 521, NID_secp521r1, NULL},
    {PSA_ECC_FAMILY_SECP_K1, LC_WEIERSTRASS, 192, NID_secp192k1, NULL},
    {PSA_ECC_FAMILY_SECP_K1, LC_WEIERSTRASS, 256, NID_secp256k1, NULL},
    {PSA_ECC_FAMILY_BRAINPOOL_P_R1, LC_WEIERSTRASS, 160, NID_brainpoolP160r1, NULL},
    {PSA_ECC_FAMILY_BRAINPOOL_P_R1, LC_WEIERSTRASS, 192, NID_brainpoolP192r1, NULL},
    {PSA_ECC_FAMILY_BRAINPOOL_P_R1, LC_WEIERSTRASS, 224, NID_brainpoolP224r1, NULL},
    {PSA_ECC_FAMILY_BRAINPOOL_P_R1, LC_WEIERSTRASS, 256, NID_brainpoolP256r1, NULL},
    {PSA_ECC_FAMILY_BRAINPOOL_P_R1, LC_WEIERSTRASS, 320, NID_brainpoolP320r1, NULL},
    {PSA_ECC_FAMILY_BRAINPOOL_P_R1, LC_WEIERSTRASS, 384, NID_brainpoolP384r1, NULL},
    {PSA_ECC_FAMILY_BRAINPOOL_P_R1, LC_WEIERSTRASS, 512, NID_brainpoolP512r1, NULL},
    {PSA_ECC_FAMILY_SECT_K1, LC_WEIERSTRASS, 163, NID_sect163k1, NULL},
    {PSA_ECC_FAMILY_SECT_K1, LC_WEIERSTRASS, 233, NID_sect233k1, NULL},
    {PSA_ECC_FAMILY_SECT_K1, LC_WEIERSTRASS, 239, NID_sect239k1, NULL},
    {PSA_ECC_FAMILY_SECT_K1, LC_WEIERSTRASS, 283, NID_sect283k1, NULL},
    {PSA_ECC_FAMILY_SECT_K1, LC_WEIERSTRASS, 409, NID_sect409k1, NULL},
    {PSA_ECC_FAMILY_SECT_K1, LC_WEIERSTRASS, 571, NID_sect571k1, NULL},
    {PSA_ECC_FAMILY_SECT_R1, LC_WEIERSTRASS, 163, NID_sect163r1, NULL},
    {PSA_ECC_FAMILY_SECT_R1, LC_WEIERSTRASS, 233, NID_sect233r1, NULL},
    {PSA_ECC_FAMILY_SECT_R1, LC_WEIERSTRASS, 283, NID_sect283r1, NULL},
    {PSA_ECC_FAMILY_SECT_R1, LC_WEIERSTRASS, 409, NID_sect409r1, NULL},
    {PSA_ECC_FAMILY_SECT_R1, LC_WEIERSTRASS, 571, NID_sect571r1, NULL},
    {PSA_ECC_FAMILY_SECT_R2, LC_WEIERSTRASS, 163, NID_sect163r2, NULL},
    {PSA_ECC_FAMILY_MONTGOMERY, LC_MONTGOMERY, 255, 0, "X25519"},
    {PSA_ECC_FAMILY_MONTGOMERY, LC_MONTGOMERY, 448, 0, "X448"},
    {PSA_ECC_FAMILY_TWISTED_EDWARDS, LC_EDWARDS, 255, 0, "ED25519"},
    {PSA_ECC_FAMILY_TWISTED_EDWARDS, LC_EDWARDS, 448, 0, "ED448"},
};

#define CURVES (sizeof(curves) / sizeof(curves[0]))

static EC_GROUP *groups[CURVES];

size_t lc_curve_private_size(const lc_curve_t *curve) {
    /* An Edwards key has one bit more than the field: the sign. */
    return curve->shape == LC_EDWARDS ? curve->bits / 8u + 1 : (curve->bits + 7u) / 8;
}

size_t lc_curve_public_size(const lc_curve_t *curve) {
    size_t size = lc_curve_private_size(curve);
    return curve->shape == LC_WEIERSTRASS ? 1 + 2 * size : size;
}

const lc_curve_t *lc_curve_find(psa_key_type_t type, size_t bits) {
    psa_ecc_family_t family = PSA_KEY_TYPE_ECC_GET_FAMILY(type);
    for (size_t i = 0; i < CURVES; i++) {
        if (curves[i].family == family && curves[i].bits == bits) {
            return &curves[i];
        }
    }
    return NULL;
}

const lc_curve_t *lc_curve_of_size(psa_key_type_t type, size_t size) {
    psa_ecc_family_t family = PSA_KEY_TYPE_ECC_GET_FAMILY(type);
    bool pair = PSA_KEY_TYPE_IS_ECC_KEY_PAIR(type);
    const lc_curve_t *found = NULL;
    for (size_t i = 0; i < CURVES; i++) {
        const lc_curve_t *curve = &curves[i];
        if (curve->family == family && size == (pair ? lc_curve_private_size(curve) : lc_curve_public_size(curve))) {
            if (found != NULL) {
                return NULL;
            }
            found = curve;
        }
    }
    return found;
}

bool lc_curve_family_known(psa_key_type_t type) {
    for (size_t i = 0; i < CURVES; i++) {
        if (curves[i].family == PSA_KEY_TYPE_ECC_GET_FAMILY(type)) {
            return true;
        }
    }
    return false;
}

const EC_GROUP *lc_curve_group(const lc_curve_t *curve) {
    EC_GROUP **cell = &groups[curve - curves];
    EC_GROUP *group = __atomic_load_n(cell, __ATOMIC_ACQUIRE);
    if (group != NULL) {
        return group;
    }
    OSSL_LIB_CTX *library = lc_context();
    EC_GROUP *mine = library == NULL ? NULL : EC_GROUP_new_by_curve_name_ex(library, NULL, curve->nid);
    if (mine == NULL) {
        return NULL;
    }
    if (__atomic_compare_exchange_n(cell, &group, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        return mine;
    }
    EC_GROUP_free(mine); /* another thread was first */
    return group;
}

size_t lc_curve_order(const EC_GROUP *group, uint8_t *order) {
    const BIGNUM *n = EC_GROUP_get0_order(group);
    int size = n == NULL ? 0 : BN_num_bytes(n);
    if (size <= 0 || size > LC_ECC_PRIVATE_MAX || BN_bn2binpad(n, order, size) != size) {
        return 0;
    }
    return (size_t)size;
}

void lc_montgomery_clamp(const lc_curve_t *curve, uint8_t *scalar) {
    if (curve->bits == 255) {
        scalar[0] &= 0xf8;
        scalar[31] = (uint8_t)((scalar[31] & 0x7f) | 0x40);
    } else {
        scalar[0] &= 0xfc;
        scalar[55] |= 0x80;
    }
}
