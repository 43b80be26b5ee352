/* The proofs of J-PAKE: Schnorr's, made non-interactive (RFC 8235). */
#include "jpake.h"

/* c = H(base || V || X || identity), each behind its length in four bytes (RFC 8235, 2.2 and 3.2). */
static psa_status_t challenge(const lc_jpake_t *j, const lc_proof_t *proof, const lc_text_t *identity, lc_scalar_t *c) {
    const lc_element_t *elements[3] = {proof->base, &proof->commitment, proof->x};
    uint8_t lengths[4][4];
    uint8_t digest[LC_HASH_MAX];
    lc_bytes_t pieces[8];
    for (size_t i = 0; i < 4; i++) {
        size_t size = i < 3 ? j->group.element_size : identity->size;
        for (size_t k = 0; k < 4; k++) {
            lengths[i][k] = (uint8_t)(size >> (24 - 8 * k));
        }
        pieces[2 * i] = (lc_bytes_t){lengths[i], 4};
        pieces[2 * i + 1] = (lc_bytes_t){i < 3 ? elements[i]->data : identity->data, size};
    }
    psa_status_t status = lc_hash_pieces(j->hash, pieces, 8, digest);
    if (status == PSA_SUCCESS) {
        lc_scalar_reduce(&j->group.order, digest, j->hash->length, c);
    }
    return status;
}

psa_status_t lc_jpake_prove(const lc_jpake_t *j, const lc_scalar_t *x, uint8_t *data) {
    lc_scalar_t c;
    lc_scalar_t r;
    psa_status_t status = challenge(j, &j->out, &j->user, &c);
    if (status == PSA_SUCCESS) {
        lc_scalar_multiply(&j->group.order, &r, x, &c);
        lc_scalar_subtract(&j->group.order, &r, &j->out.nonce, &r);
        lc_scalar_write(&j->group.order, &r, data);
    }
    return status;
}

/* The number r of a proof, which may have come without its leading zeros. */
static bool read_proof(const lc_order_t *order, lc_bytes_t in, lc_scalar_t *r) {
    uint8_t data[LC_ECC_PRIVATE_MAX] = {0};
    if (in.size > order->size) {
        return false;
    }
    memcpy(data + order->size - in.size, in.data, in.size);
    return lc_scalar_read(order, data, r) != 0;
}

psa_status_t lc_jpake_check(const lc_jpake_t *j, lc_bytes_t in) {
    const EC_GROUP *group = j->group.group;
    const lc_proof_t *proof = &j->in;
    lc_scalar_t c;
    lc_scalar_t r;
    if (!read_proof(&j->group.order, in, &r)) {
        return PSA_ERROR_INVALID_SIGNATURE;
    }
    EC_POINT *part = EC_POINT_new(group);
    EC_POINT *expected = EC_POINT_new(group);
    psa_status_t status =
        part == NULL || expected == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : challenge(j, proof, &j->peer, &c);
    if (status == PSA_SUCCESS) {
        bool done = lc_group_multiply(&j->group, expected, proof->base->point, &r, j->scratch) &&
                    lc_group_multiply(&j->group, part, proof->x->point, &c, j->scratch) &&
                    EC_POINT_add(group, expected, expected, part, j->scratch) == 1;
        int differs = done ? EC_POINT_cmp(group, expected, proof->commitment.point, j->scratch) : -1;
        status = differs == 0   ? PSA_SUCCESS
                 : differs == 1 ? PSA_ERROR_INVALID_SIGNATURE
                                : lc_failed(PSA_ERROR_GENERIC_ERROR);
    }
    EC_POINT_free(part);
    EC_POINT_free(expected);
    return status;
}
