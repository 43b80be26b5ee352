/* Keys, ECDH and ECDSA on P-256; see p256.h. */
#include "p256.h"

#include "p256_point.h"

bool p256_scalar_valid(const uint8_t scalar[P256_BYTES]) {
    p256_number_t number;
    p256_word_t good = p256_load(&p256_order, scalar, &number);
    good &= ~p256_is_zero(&number);
    p256_wipe(&number, sizeof(number));
    return good != 0;
}

bool p256_point_valid(const uint8_t point[P256_POINT_BYTES]) {
    p256_point_t unused;
    return p256_point_load(point, &unused) != 0;
}

/* out = scalar * (x, y) as bytes */
static bool multiply(const uint8_t *scalar, const uint8_t *point, uint8_t *out) {
    p256_point_t base;
    p256_point_t product;
    if (!p256_scalar_valid(scalar) || !p256_point_load(point, &base)) {
        return false;
    }
    p256_point_multiply(scalar, &base, &product);
    p256_word_t finite = p256_point_store(&product, out);
    p256_wipe(&product, sizeof(product));
    return finite != 0;
}

bool p256_public(const uint8_t scalar[P256_BYTES], uint8_t point[P256_POINT_BYTES]) {
    return multiply(scalar, p256_generator, point);
}

bool p256_agree(const uint8_t scalar[P256_BYTES], const uint8_t peer[P256_POINT_BYTES], uint8_t secret[P256_BYTES]) {
    uint8_t point[P256_POINT_BYTES];
    bool done = multiply(scalar, peer, point);
    if (done) {
        for (size_t i = 0; i < P256_BYTES; i++) {
            secret[i] = point[i];
        }
    }
    p256_wipe(point, sizeof(point));
    return done;
}

/* The leftmost 256 bits of the hash, modulo n. */
static void load_hash(const uint8_t *hash, size_t length, p256_number_t *e) {
    uint8_t padded[P256_BYTES] = {0};
    size_t size = length < P256_BYTES ? length : P256_BYTES;
    for (size_t i = 0; i < size; i++) {
        padded[P256_BYTES - size + i] = hash[i];
    }
    (void)p256_load(&p256_order, padded, e);
}

bool p256_ecdsa_sign(const uint8_t scalar[P256_BYTES], const uint8_t *hash, size_t hash_length,
                     const uint8_t nonce[P256_BYTES], uint8_t signature[2 * P256_BYTES]) {
    const p256_modulus_t *n = &p256_order;
    uint8_t point[P256_POINT_BYTES];
    p256_number_t d;
    p256_number_t e;
    p256_number_t k;
    p256_number_t r;
    if (!p256_scalar_valid(scalar) || !multiply(nonce, p256_generator, point)) {
        return false;
    }
    /* 1. r = x(kG) mod n */
    (void)p256_load(n, point, &r);
    p256_store(n, &r, signature);
    bool good = !p256_is_zero(&r);

    /* 2. s = (e + d r) / k */
    (void)p256_load(n, scalar, &d);
    (void)p256_load(n, nonce, &k);
    load_hash(hash, hash_length, &e);
    p256_multiply(n, &d, &r, &d);
    p256_add(n, &d, &e, &d);
    p256_invert(n, &k, &k);
    p256_multiply(n, &d, &k, &d);
    p256_store(n, &d, signature + P256_BYTES);
    good = good && !p256_is_zero(&d);

    p256_wipe(point, sizeof(point));
    p256_wipe(&d, sizeof(d));
    p256_wipe(&k, sizeof(k));
    return good;
}

bool p256_ecdsa_verify(const uint8_t point[P256_POINT_BYTES], const uint8_t *hash, size_t hash_length,
                       const uint8_t signature[2 * P256_BYTES]) {
    const p256_modulus_t *n = &p256_order;
    p256_point_t base;
    p256_point_t key;
    p256_number_t e;
    p256_number_t r;
    p256_number_t s;
    p256_number_t got;
    uint8_t bytes[P256_POINT_BYTES];

    /* 1. r and s in range, the key on the curve */
    if (!p256_scalar_valid(signature) || !p256_scalar_valid(signature + P256_BYTES) || !p256_point_load(point, &key) ||
        !p256_point_load(p256_generator, &base)) {
        return false;
    }
    (void)p256_load(n, signature, &r);
    (void)p256_load(n, signature + P256_BYTES, &s);
    load_hash(hash, hash_length, &e);

    /* 2. (e/s) G + (r/s) Q */
    p256_invert(n, &s, &s);
    p256_multiply(n, &e, &s, &e);
    p256_store(n, &e, bytes);
    p256_point_multiply(bytes, &base, &base);
    p256_multiply(n, &r, &s, &e);
    p256_store(n, &e, bytes);
    p256_point_multiply(bytes, &key, &key);
    p256_point_add(&base, &key, &key);
    if (!p256_point_store(&key, bytes)) {
        return false;
    }

    /* 3. its x, modulo n, is r */
    (void)p256_load(n, bytes, &got);
    return p256_equal(&got, &r) != 0;
}
