/* Points of P-256 in projective coordinates, with complete formulas: no case distinction for equal,
 * opposite or infinite points, so none that could depend on a secret.
 *
 * y^2 z = x^3 - 3 x z^2 + b z^3; the point at infinity is (0 : 1 : 0).  The formulas follow from
 * Bosma and Lenstra's complete addition law, specialised to a = -3 as Renes, Costello and Batina
 * describe (EUROCRYPT 2016). */
#include "p256_point.h"

static const p256_modulus_t *const p = &p256_prime;

const uint8_t p256_generator[P256_POINT_BYTES] = {
    0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
    0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
    0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
    0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};

/* The constant b in Montgomery form. */
static const p256_number_t b = {{P256_PAIR(0xd89cdf62u, 0x29c4bddfu), P256_PAIR(0xacf005cdu, 0x78843090u),
                                 P256_PAIR(0xe5a220abu, 0xf7212ed6u), P256_PAIR(0xdc30061du, 0x04874834u)}};

static void add(const p256_number_t *x, const p256_number_t *y, p256_number_t *out) {
    p256_add(p, x, y, out);
}

static void sub(const p256_number_t *x, const p256_number_t *y, p256_number_t *out) {
    p256_subtract(p, x, y, out);
}

static void mul(const p256_number_t *x, const p256_number_t *y, p256_number_t *out) {
    p256_multiply(p, x, y, out);
}

static void triple(const p256_number_t *x, p256_number_t *out) {
    p256_number_t twice;
    add(x, x, &twice);
    add(&twice, x, out);
}

/* x y' + x' y from the products: (x + y)(x' + y') - xx - yy */
static void cross(const p256_number_t *x1, const p256_number_t *y1, const p256_number_t *x2, const p256_number_t *y2,
                  const p256_number_t *xx, const p256_number_t *yy, p256_number_t *out) {
    p256_number_t left;
    p256_number_t right;
    add(x1, y1, &left);
    add(x2, y2, &right);
    mul(&left, &right, out);
    sub(out, xx, out);
    sub(out, yy, out);
}

/* With the bilinear products
 *   xx = x1 x2, yy = y1 y2, zz = z1 z2, xy = x1 y2 + x2 y1, yz = y1 z2 + y2 z1, xz = x1 z2 + x2 z1
 * and
 *   m = 3 (b xz - xx - 3 zz)      tangent numerator part
 *   k = 3 (xz - b zz)             so that yy + k and yy - k are the two linear factors
 *   s = 3 (xx - zz)
 * the sum is
 *   x3 = xy (yy + k) - yz m
 *   y3 = (yy - k)(yy + k) + s m
 *   z3 = yz (yy - k) + xy s                                                             */
static void combine(const p256_number_t *xx, const p256_number_t *yy, const p256_number_t *zz, const p256_number_t *xy,
                    const p256_number_t *yz, const p256_number_t *xz, p256_point_t *out) {
    p256_number_t k;
    p256_number_t m;
    p256_number_t s;
    p256_number_t plus;
    p256_number_t minus;
    p256_number_t t;

    mul(&b, zz, &k);
    sub(xz, &k, &k);
    triple(&k, &k);

    mul(&b, xz, &m);
    sub(&m, xx, &m);
    triple(zz, &t);
    sub(&m, &t, &m);
    triple(&m, &m);

    triple(xx, &s);
    sub(&s, &t, &s);

    add(yy, &k, &plus);
    sub(yy, &k, &minus);

    mul(xy, &plus, &out->x);
    mul(yz, &m, &t);
    sub(&out->x, &t, &out->x);

    mul(&minus, &plus, &out->y);
    mul(&s, &m, &t);
    add(&out->y, &t, &out->y);

    mul(yz, &minus, &out->z);
    mul(xy, &s, &t);
    add(&out->z, &t, &out->z);
}

void p256_point_add(const p256_point_t *a, const p256_point_t *c, p256_point_t *out) {
    p256_number_t xx;
    p256_number_t yy;
    p256_number_t zz;
    p256_number_t xy;
    p256_number_t yz;
    p256_number_t xz;
    mul(&a->x, &c->x, &xx);
    mul(&a->y, &c->y, &yy);
    mul(&a->z, &c->z, &zz);
    cross(&a->x, &a->y, &c->x, &c->y, &xx, &yy, &xy);
    cross(&a->y, &a->z, &c->y, &c->z, &yy, &zz, &yz);
    cross(&a->x, &a->z, &c->x, &c->z, &xx, &zz, &xz);
    combine(&xx, &yy, &zz, &xy, &yz, &xz, out);
}

p256_word_t p256_point_load(const uint8_t data[P256_POINT_BYTES], p256_point_t *out) {
    p256_word_t below = p256_load(p, data, &out->x);
    below &= p256_load(p, data + P256_BYTES, &out->y);
    out->z = p->one;
    /* y^2 = (x^2 - 3) x + b */
    p256_number_t left;
    p256_number_t right;
    p256_number_t three;
    mul(&out->y, &out->y, &left);
    mul(&out->x, &out->x, &right);
    triple(&p->one, &three);
    sub(&right, &three, &right);
    mul(&right, &out->x, &right);
    add(&right, &b, &right);
    return below & p256_equal(&left, &right);
}

p256_word_t p256_point_store(const p256_point_t *a, uint8_t data[P256_POINT_BYTES]) {
    p256_number_t inverse;
    p256_number_t coordinate;
    p256_invert(p, &a->z, &inverse);
    mul(&a->x, &inverse, &coordinate);
    p256_store(p, &coordinate, data);
    mul(&a->y, &inverse, &coordinate);
    p256_store(p, &coordinate, data + P256_BYTES);
    p256_wipe(&inverse, sizeof(inverse));
    p256_wipe(&coordinate, sizeof(coordinate));
    return ~p256_is_zero(&a->z);
}

/* out = table[index], reading all of the table. */
static void pick(const p256_point_t table[16], unsigned index, p256_point_t *out) {
    p256_word_t *to = (p256_word_t *)out;
    for (size_t w = 0; w < sizeof(*out) / sizeof(*to); w++) {
        to[w] = 0;
    }
    for (unsigned i = 0; i < 16; i++) {
        p256_word_t mask = (p256_word_t)0 - (p256_word_t)(((i ^ index) - 1u) >> 31);
        const p256_word_t *from = (const p256_word_t *)&table[i];
        for (size_t w = 0; w < sizeof(*out) / sizeof(*to); w++) {
            to[w] |= from[w] & mask;
        }
    }
}

void p256_point_multiply(const uint8_t scalar[P256_BYTES], const p256_point_t *a, p256_point_t *out) {
    p256_point_t table[16] = {{{{0}}, p->one, {{0}}}};
    for (unsigned i = 1; i < 16; i++) {
        p256_point_add(&table[i - 1], a, &table[i]);
    }
    p256_point_t sum = table[0];
    p256_point_t term;
    for (size_t i = 0; i < 2 * P256_BYTES; i++) {
        for (int j = 0; j < 4; j++) {
            p256_point_add(&sum, &sum, &sum);
        }
        pick(table, (scalar[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 15u, &term);
        p256_point_add(&sum, &term, &sum);
    }
    *out = sum;
    p256_wipe(table, sizeof(table));
    p256_wipe(&sum, sizeof(sum));
    p256_wipe(&term, sizeof(term));
}
