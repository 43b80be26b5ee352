/* SPAKE2+ keys: w0 and w1, or w0 and L = w1 P (section 9.3.9). */
#include "spake2p.h"

/* The curves that SPAKE2+ is defined for. */
static const struct {
    psa_ecc_family_t family;
    uint16_t bits;
} curves[] = {
    {PSA_ECC_FAMILY_SECP_R1, 256},         {PSA_ECC_FAMILY_SECP_R1, 384},         {PSA_ECC_FAMILY_SECP_R1, 521},
    {PSA_ECC_FAMILY_TWISTED_EDWARDS, 255}, {PSA_ECC_FAMILY_TWISTED_EDWARDS, 448},
};

static size_t key_size(const lc_group_t *group, psa_key_type_t type) {
    return group->scalar_size + (PSA_KEY_TYPE_IS_KEY_PAIR(type) ? group->scalar_size : group->element_size);
}

/* The group of a key; by the length of the data if the size is 0, and the size then. */
static psa_status_t find(const lc_key_t *key, size_t *bits, lc_group_t *group) {
    psa_ecc_family_t family = PSA_KEY_TYPE_SPAKE2P_GET_FAMILY(key->type);
    psa_status_t status = PSA_ERROR_NOT_SUPPORTED;
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
        if (curves[i].family != family || (*bits != 0 && *bits != curves[i].bits)) {
            continue;
        }
        status = lc_group_find(family, curves[i].bits, group);
        if (status != PSA_SUCCESS || key_size(group, key->type) == key->size) {
            *bits = curves[i].bits;
            return status;
        }
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    return status;
}

psa_status_t lc_spake2p_read(const lc_group_t *group, const lc_key_t *key, lc_scalar_t *w0, lc_scalar_t *w1,
                             EC_POINT *l, BN_CTX *scratch) {
    if (key->size != key_size(group, key->type)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    const uint8_t *second = key->data + group->scalar_size;
    psa_status_t status = lc_group_scalar(group, key->data, w0);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (!PSA_KEY_TYPE_IS_KEY_PAIR(key->type)) {
        return lc_group_decode(group, second, group->element_size, l, scratch);
    }
    status = lc_group_scalar(group, second, w1);
    if (status == PSA_SUCCESS && l != NULL && !lc_group_multiply(group, l, NULL, w1, scratch)) {
        status = lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    return status;
}

/* Reads a key, and writes its public key if that is wanted. */
static psa_status_t read(const lc_group_t *group, const lc_key_t *key, bool want_public, lc_output_t out) {
    bool pair = PSA_KEY_TYPE_IS_KEY_PAIR(key->type);
    BN_CTX *scratch = BN_CTX_secure_new_ex(lc_context());
    lc_scalar_t w0;
    lc_scalar_t w1;
    EC_POINT *l = EC_POINT_new(group->group);
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (scratch != NULL && l != NULL) {
        status = lc_spake2p_read(group, key, &w0, &w1, want_public || !pair ? l : NULL, scratch);
    }
    if (status == PSA_SUCCESS && want_public) {
        memcpy(out.data, key->data, group->scalar_size);
        bool done = lc_group_encode(group, l, out.data + group->scalar_size);
        status = done ? PSA_SUCCESS : lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    EC_POINT_clear_free(l);
    OPENSSL_cleanse(&w0, sizeof(w0));
    OPENSSL_cleanse(&w1, sizeof(w1));
    BN_CTX_free(scratch);
    return status;
}

psa_status_t lc_spake2p_import(const lc_key_t *key, lc_output_t out, size_t *bits) {
    lc_group_t group;
    psa_status_t status = find(key, bits, &group);
    if (status == PSA_SUCCESS) {
        status = read(&group, key, false, out);
    }
    return status == PSA_SUCCESS ? lc_write(out, key->data, key->size) : status;
}

psa_status_t lc_spake2p_export_public(const lc_key_t *key, lc_output_t out) {
    lc_group_t group;
    size_t bits = key->bits;
    if (PSA_KEY_TYPE_IS_SPAKE2P_PUBLIC_KEY(key->type)) {
        return lc_write(out, key->data, key->size);
    }
    psa_status_t status = find(key, &bits, &group);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t size = group.scalar_size + group.element_size;
    if (out.size < size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    status = read(&group, key, true, out);
    if (status == PSA_SUCCESS) {
        *out.length = size;
    }
    return status;
}
