/* The proofs of J-PAKE: Schnorr's, made non-interactive (RFC 8235). */
#include "jpake.h"

/* c = H(base || V || X || identity), each behind its length in four bytes (RFC 8235, 2.2 and 3.2). */
static psa_status_t challenge(const lc_jpake_t *j, const lc_proof_t *proof, const lc_text_t *identity, BIGNUM *c) {
    const EC_POINT *elements[3] = {proof->base != NULL ? proof->base : EC_GROUP_get0_generator(j->group.group),
                                   proof->commitment, proof->x};
    uint8_t encoded[3][LC_ECC_PUBLIC_MAX];
    uint8_t lengths[4][4];
    uint8_t digest[LC_HASH_MAX];
    lc_bytes_t pieces[8];
    for (size_t i = 0; i < 4; i++) {
        size_t size = i < 3 ? j->group.element_size : identity->size;
        for (size_t k = 0; k < 4; k++) {
            lengths[i][k] = (uint8_t)(size >> (24 - 8 * k));
        }
        if (i < 3 && !lc_group_encode(&j->group, elements[i], encoded[i])) {
            return PSA_ERROR_INVALID_ARGUMENT;
        }
        pieces[2 * i] = (lc_bytes_t){lengths[i], 4};
        pieces[2 * i + 1] = (lc_bytes_t){i < 3 ? encoded[i] : identity->data, size};
    }
    psa_status_t status = lc_hash_pieces(j->hash, pieces, 8, digest);
    if (status != PSA_SUCCESS) {
        return status;
    }
    bool done = BN_bin2bn(digest, j->hash->length, c) != NULL &&
                BN_nnmod(c, c, EC_GROUP_get0_order(j->group.group), j->scratch) == 1;
    return done ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_MEMORY;
}

psa_status_t lc_jpake_prove(lc_jpake_t *j, const BIGNUM *x, uint8_t *data) {
    BIGNUM *c = BN_new();
    BIGNUM *product = lc_secret_new();
    BIGNUM *r = lc_secret_new();
    psa_status_t status =
        c == NULL || product == NULL || r == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : challenge(j, &j->out, &j->user, c);
    if (status == PSA_SUCCESS) {
        const BIGNUM *order = EC_GROUP_get0_order(j->group.group);
        bool done = lc_group_scale(&j->group, product, x, c, j->scratch) &&
                    BN_mod_sub(r, j->out.nonce, product, order, j->scratch) == 1 &&
                    BN_bn2binpad(r, data, (int)j->group.order_size) == (int)j->group.order_size;
        status = done ? PSA_SUCCESS : lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    BN_free(c);
    BN_clear_free(product);
    BN_clear_free(r);
    return status;
}

psa_status_t lc_jpake_check(lc_jpake_t *j, lc_bytes_t in) {
    const EC_GROUP *group = j->group.group;
    BIGNUM *c = BN_new();
    BIGNUM *r = BN_bin2bn(in.data, (int)in.size, NULL);
    EC_POINT *part = EC_POINT_new(group);
    EC_POINT *expected = EC_POINT_new(group);
    psa_status_t status = c == NULL || r == NULL || part == NULL || expected == NULL
                              ? PSA_ERROR_INSUFFICIENT_MEMORY
                              : challenge(j, &j->in, &j->peer, c);
    if (status == PSA_SUCCESS && BN_cmp(r, EC_GROUP_get0_order(group)) >= 0) {
        status = PSA_ERROR_INVALID_SIGNATURE;
    }
    if (status == PSA_SUCCESS) {
        bool done = lc_group_multiply(&j->group, expected, j->in.base, r, j->scratch) &&
                    lc_group_multiply(&j->group, part, j->in.x, c, j->scratch) &&
                    EC_POINT_add(group, expected, expected, part, j->scratch) == 1;
        int differs = done ? EC_POINT_cmp(group, expected, j->in.commitment, j->scratch) : -1;
        status = differs == 0   ? PSA_SUCCESS
                 : differs == 1 ? PSA_ERROR_INVALID_SIGNATURE
                                : lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    BN_free(c);
    BN_free(r);
    EC_POINT_free(part);
    EC_POINT_free(expected);
    return status;
}
