/* RFC 6979, section 3.2; the steps have its letters. Comparisons with the order and reductions
 * modulo the order are free of branches on secrets. */
#include "ecdsa.h"

/* HMAC (RFC 2104) with a key of one hash length, over the concatenated pieces. */
static psa_status_t hmac(const lc_hash_t *hash, const uint8_t *key, const lc_bytes_t *pieces, size_t count,
                         uint8_t *mac) {
    uint8_t pad[LC_BLOCK_MAX];
    uint8_t inner[LC_HASH_MAX];
    lc_bytes_t list[5] = {{pad, hash->block}};
    memset(pad, 0x36, hash->block);
    for (size_t i = 0; i < hash->length; i++) {
        pad[i] ^= key[i];
    }
    for (size_t i = 0; i < count; i++) {
        list[1 + i] = pieces[i];
    }
    psa_status_t status = lc_hash_pieces(hash, list, 1 + count, inner);
    if (status == PSA_SUCCESS) {
        for (size_t i = 0; i < hash->block; i++) {
            pad[i] ^= 0x36 ^ 0x5c;
        }
        list[1] = (lc_bytes_t){inner, hash->length};
        status = lc_hash_pieces(hash, list, 2, mac);
    }
    OPENSSL_cleanse(pad, sizeof(pad));
    OPENSSL_cleanse(inner, sizeof(inner));
    return status;
}

/* K = HMAC_K(V || separator || data), V = HMAC_K(V). */
static psa_status_t update(lc_nonce_t *nonce, uint8_t separator, const lc_bytes_t data[2]) {
    size_t length = nonce->hash->length;
    lc_bytes_t pieces[4] = {{nonce->value, length}, {&separator, 1}, data[0], data[1]};
    psa_status_t status = hmac(nonce->hash, nonce->key, pieces, 4, nonce->key);
    return status != PSA_SUCCESS ? status : hmac(nonce->hash, nonce->key, pieces, 1, nonce->value);
}

/* bits2int (2.3.2): the leftmost order_bits bits of `in`, as order_size bytes. */
static void bits_to_integer(const lc_nonce_t *nonce, const uint8_t *in, size_t in_size, uint8_t *out) {
    size_t size = nonce->order_size;
    if (in_size < size) {
        memset(out, 0, size - in_size);
        memcpy(out + size - in_size, in, in_size);
        return;
    }
    unsigned shift = (unsigned)(8 * size - nonce->order_bits);
    unsigned above = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned wide = above << 8 | in[i];
        out[i] = (uint8_t)(wide >> shift);
        above = in[i];
    }
}

/* out = in mod n for in < 2n: subtracts n where in is not below it. */
static void reduce(const lc_nonce_t *nonce, uint8_t *number) {
    uint32_t mask = lc_less_than(number, nonce->order, nonce->order_size) - 1;
    uint32_t borrow = 0;
    for (size_t i = nonce->order_size; i-- > 0;) {
        uint32_t difference = (uint32_t)number[i] - (nonce->order[i] & mask) - borrow;
        number[i] = (uint8_t)difference;
        borrow = difference >> 31;
    }
}

psa_status_t lc_nonce_start(lc_nonce_t *nonce, const EC_GROUP *group, const lc_hash_t *hash, const uint8_t *private_key,
                            const uint8_t *digest) {
    if (!hash->hmac) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    nonce->hash = hash;
    nonce->order_size = lc_curve_order(group, nonce->order);
    nonce->order_bits = (size_t)EC_GROUP_order_bits(group);
    if (nonce->order_size == 0) {
        return PSA_ERROR_GENERIC_ERROR;
    }
    /* a. to c.; bits2octets(h1) is bits2int(h1) mod n (2.3.4). */
    uint8_t reduced[LC_ECC_PRIVATE_MAX];
    bits_to_integer(nonce, digest, hash->length, reduced);
    reduce(nonce, reduced);
    memset(nonce->value, 0x01, hash->length);
    memset(nonce->key, 0x00, hash->length);
    /* d. to g. */
    lc_bytes_t seed[2] = {{private_key, nonce->order_size}, {reduced, nonce->order_size}};
    psa_status_t status = update(nonce, 0x00, seed);
    if (status == PSA_SUCCESS) {
        status = update(nonce, 0x01, seed);
    }
    OPENSSL_cleanse(reduced, sizeof(reduced));
    return status;
}

psa_status_t lc_nonce_next(lc_nonce_t *nonce, uint8_t *k) {
    size_t length = nonce->hash->length;
    uint8_t bits[LC_ECC_PRIVATE_MAX + LC_HASH_MAX];
    psa_status_t status;
    unsigned good = 0;
    do {
        /* h.2: enough bits */
        size_t have = 0;
        status = PSA_SUCCESS;
        while (have < nonce->order_size && status == PSA_SUCCESS) {
            lc_bytes_t value = {nonce->value, length};
            status = hmac(nonce->hash, nonce->key, &value, 1, nonce->value);
            memcpy(bits + have, nonce->value, length);
            have += length;
        }
        if (status != PSA_SUCCESS) {
            break;
        }
        /* h.3: take it if it is in range; the generator moves on in any case, for a caller that
         * has to ask again. */
        bits_to_integer(nonce, bits, have, k);
        good = lc_less_than(k, nonce->order, nonce->order_size) & (lc_is_zero(k, nonce->order_size) ^ 1u);
        lc_bytes_t nothing[2] = {{NULL, 0}, {NULL, 0}};
        status = update(nonce, 0x00, nothing);
    } while (status == PSA_SUCCESS && !good);
    OPENSSL_cleanse(bits, sizeof(bits));
    return status;
}

void lc_nonce_end(lc_nonce_t *nonce) {
    OPENSSL_cleanse(nonce, sizeof(*nonce));
}
