/* Twisted Edwards curves a x^2 + y^2 = 1 + d x^2 y^2 in Weierstrass coordinates. */
#include "twisted.h"

/* Arithmetic modulo the prime: a failure (of memory, or a quotient by zero) is kept until the end. */
typedef struct {
    const BIGNUM *p;
    BN_CTX *scratch;
    bool failed;
} field_t;

static void multiply(field_t *f, BIGNUM *r, const BIGNUM *x, const BIGNUM *y) {
    f->failed = f->failed || BN_mod_mul(r, x, y, f->p, f->scratch) != 1;
}

static void add(field_t *f, BIGNUM *r, const BIGNUM *x, const BIGNUM *y) {
    f->failed = f->failed || BN_mod_add_quick(r, x, y, f->p) != 1;
}

static void subtract(field_t *f, BIGNUM *r, const BIGNUM *x, const BIGNUM *y) {
    f->failed = f->failed || BN_mod_sub_quick(r, x, y, f->p) != 1;
}

/* r = x / y; r is not y. */
static void divide(field_t *f, BIGNUM *r, const BIGNUM *x, const BIGNUM *y) {
    f->failed = f->failed || BN_mod_inverse(r, y, f->p, f->scratch) == NULL;
    multiply(f, r, r, x);
}

/* r = 1 / y by Fermat, 0 for 0: in a time that does not depend on y, of which only the width shows.  `e` is p - 2. */
static void invert(field_t *f, BIGNUM *r, BIGNUM *y, const BIGNUM *e) {
    BN_set_flags(y, BN_FLG_CONSTTIME);
    f->failed = f->failed || BN_mod_exp_mont_consttime(r, y, e, f->p, f->scratch, NULL) != 1;
}

/* A small number, which may be below zero. */
static void set(field_t *f, BIGNUM *r, long value) {
    f->failed = f->failed || BN_set_word(r, (BN_ULONG)(value < 0 ? -value : value)) != 1;
    if (!f->failed && value < 0) {
        f->failed = BN_sub(r, f->p, r) != 1;
    }
}

static bool field_open(field_t *f, const BIGNUM *p) {
    f->p = p;
    f->failed = false;
    f->scratch = BN_CTX_new_ex(lc_context());
    if (f->scratch != NULL) {
        BN_CTX_start(f->scratch);
    }
    return f->scratch != NULL;
}

static void field_close(field_t *f) {
    BN_CTX_end(f->scratch);
    BN_CTX_free(f->scratch);
}

/* RFC 8032, 5.1 and 5.2: d = -above / below; the base point is that of even x. */
static const struct {
    long a, above, below;
    const char *prime, *order, *base;
    int cofactor;
} curves[2] = {
    {-1, 121665, 121666, "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
     "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed",
     "6666666666666666666666666666666666666666666666666666666666666658", 8},
    {1, 39081, 1,
     "fffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "3fffffffffffffffffffffffffffffffffffffffffffffffffffffff7cca23e9c44edb49aed63690216cc2728dc58f552378c292ab5844f3",
     "693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14",
     4},
};

/* x^2 = (y^2 - 1) / (d y^2 - a), with the sign of x. */
static psa_status_t recover(const lc_twisted_t *twisted, field_t *f, BIGNUM *x, const BIGNUM *y, int sign) {
    BIGNUM *above = BN_CTX_get(f->scratch);
    BIGNUM *below = BN_CTX_get(f->scratch);
    if (below == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    multiply(f, above, y, y);
    multiply(f, below, above, twisted->d);
    subtract(f, below, below, twisted->a);
    subtract(f, above, above, BN_value_one());
    divide(f, x, above, below);
    if (f->failed) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    if (BN_is_zero(x)) {
        return sign == 0 ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    }
    if (BN_mod_sqrt(x, x, f->p, f->scratch) == NULL) {
        return lc_failed(PSA_ERROR_INVALID_ARGUMENT);
    }
    return BN_is_odd(x) == sign || BN_sub(x, f->p, x) == 1 ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_MEMORY;
}

/* u = (1 + y) / (1 - y), v = u / x; then x = (u + A / 3) / B, y = v / B. */
static bool to_weierstrass(const lc_twisted_t *twisted, field_t *f, const BIGNUM *x, const BIGNUM *y, EC_POINT *point) {
    BIGNUM *u = BN_CTX_get(f->scratch);
    BIGNUM *v = BN_CTX_get(f->scratch);
    BIGNUM *part = BN_CTX_get(f->scratch);
    if (part == NULL) {
        return false;
    }
    if (BN_is_one(y)) {
        return EC_POINT_set_to_infinity(twisted->group, point) == 1;
    }
    add(f, part, y, BN_value_one());
    subtract(f, v, BN_value_one(), y);
    divide(f, u, part, v);
    if (BN_is_zero(x)) {
        set(f, v, 0); /* (0, -1), the point of order two */
    } else {
        divide(f, v, u, x);
    }
    add(f, u, u, twisted->shift);
    divide(f, part, u, twisted->scale);
    divide(f, u, v, twisted->scale);
    return !f->failed && EC_POINT_set_affine_coordinates(twisted->group, point, part, u, f->scratch) == 1;
}

/* x = u / v, y = (u - 1) / (u + 1). The point may be a secret. */
static bool to_edwards(const lc_twisted_t *twisted, field_t *f, const EC_POINT *point, BIGNUM *x, BIGNUM *y) {
    BIGNUM *u = BN_CTX_get(f->scratch);
    BIGNUM *v = BN_CTX_get(f->scratch);
    BIGNUM *part = BN_CTX_get(f->scratch);
    BIGNUM *e = BN_CTX_get(f->scratch);
    if (e == NULL || BN_copy(e, f->p) == NULL || BN_sub_word(e, 2) != 1) {
        return false;
    }
    set(f, x, 0);
    set(f, y, 1);
    if (EC_POINT_is_at_infinity(twisted->group, point)) {
        return !f->failed;
    }
    if (EC_POINT_get_affine_coordinates(twisted->group, point, u, v, f->scratch) != 1) {
        return false;
    }
    multiply(f, u, u, twisted->scale);
    subtract(f, u, u, twisted->shift);
    multiply(f, v, v, twisted->scale);
    invert(f, x, v, e);
    multiply(f, x, x, u);
    subtract(f, part, u, BN_value_one());
    add(f, v, u, BN_value_one());
    invert(f, y, v, e);
    multiply(f, y, y, part);
    return !f->failed;
}

psa_status_t lc_twisted_decode(const lc_twisted_t *twisted, const uint8_t *data, EC_POINT *point) {
    uint8_t plain[LC_ECC_PRIVATE_MAX];
    size_t size = twisted->size;
    field_t f;
    memcpy(plain, data, size);
    int sign = plain[size - 1] >> 7;
    plain[size - 1] &= 0x7f;
    if (!field_open(&f, twisted->prime)) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    BIGNUM *x = BN_CTX_get(f.scratch);
    BIGNUM *y = BN_CTX_get(f.scratch);
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (y != NULL && BN_lebin2bn(plain, (int)size, y) != NULL) {
        status = BN_cmp(y, f.p) < 0 ? recover(twisted, &f, x, y, sign) : PSA_ERROR_INVALID_ARGUMENT;
        if (status == PSA_SUCCESS && !to_weierstrass(twisted, &f, x, y, point)) {
            status = PSA_ERROR_INSUFFICIENT_MEMORY;
        }
    }
    field_close(&f);
    return status;
}

bool lc_twisted_encode(const lc_twisted_t *twisted, const EC_POINT *point, uint8_t *data) {
    field_t f;
    if (!field_open(&f, twisted->prime)) {
        return false;
    }
    BIGNUM *x = BN_CTX_get(f.scratch);
    BIGNUM *y = BN_CTX_get(f.scratch);
    bool done = y != NULL && to_edwards(twisted, &f, point, x, y) &&
                BN_bn2lebinpad(y, data, (int)twisted->size) == (int)twisted->size;
    if (done) {
        data[twisted->size - 1] |= (uint8_t)(BN_is_odd(x) << 7);
    }
    field_close(&f);
    return done;
}

/* a = (3 - A^2) / (3 B^2) and b = (2 A^3 - 9 A) / (27 B^3), with A = 2 (a + d) / (a - d), B = 4 / (a - d). */
static bool make_group(lc_twisted_t *made, field_t *f) {
    BIGNUM *mont = BN_CTX_get(f->scratch);
    BIGNUM *part = BN_CTX_get(f->scratch);
    BIGNUM *small = BN_CTX_get(f->scratch);
    BIGNUM *a = BN_CTX_get(f->scratch);
    BIGNUM *b = BN_CTX_get(f->scratch);
    if (b == NULL) {
        return false;
    }
    subtract(f, part, made->a, made->d);
    set(f, small, 4);
    divide(f, made->scale, small, part);
    add(f, a, made->a, made->d);
    add(f, a, a, a);
    divide(f, mont, a, part);
    set(f, small, 3);
    divide(f, made->shift, mont, small);
    /* With s = A / 3: a = (1 - 3 s^2) / B^2, b = (2 s^3 - s) / B^3. */
    multiply(f, b, made->shift, made->shift);
    multiply(f, a, b, small);
    subtract(f, a, BN_value_one(), a);
    multiply(f, b, b, made->shift);
    add(f, b, b, b);
    subtract(f, b, b, made->shift);
    multiply(f, small, made->scale, made->scale);
    divide(f, part, a, small);
    multiply(f, small, small, made->scale);
    divide(f, a, b, small);
    made->group = f->failed ? NULL : EC_GROUP_new_curve_GFp(f->p, part, a, f->scratch);
    return made->group != NULL;
}

static bool set_base(lc_twisted_t *made, field_t *f, size_t index) {
    uint8_t encoded[LC_ECC_PRIVATE_MAX];
    BIGNUM *order = BN_CTX_get(f->scratch);
    BIGNUM *base = BN_CTX_get(f->scratch);
    BIGNUM *cofactor = BN_CTX_get(f->scratch);
    EC_POINT *point = EC_POINT_new(made->group);
    bool done =
        cofactor != NULL && point != NULL && BN_hex2bn(&order, curves[index].order) > 0 &&
        BN_hex2bn(&base, curves[index].base) > 0 && BN_set_word(cofactor, (BN_ULONG)curves[index].cofactor) == 1 &&
        BN_bn2lebinpad(base, encoded, (int)made->size) > 0 && lc_twisted_decode(made, encoded, point) == PSA_SUCCESS &&
        EC_GROUP_set_generator(made->group, point, order, cofactor) == 1;
    EC_POINT_free(point);
    return done;
}

static void free_twisted(lc_twisted_t *twisted) {
    if (twisted != NULL) {
        EC_GROUP_free(twisted->group);
        BN_free(twisted->prime);
        BN_free(twisted->a);
        BN_free(twisted->d);
        BN_free(twisted->scale);
        BN_free(twisted->shift);
        OPENSSL_free(twisted);
    }
}

static bool fill(lc_twisted_t *made, size_t index) {
    field_t f;
    made->a = BN_new();
    made->d = BN_new();
    made->scale = BN_new();
    made->shift = BN_new();
    if (made->a == NULL || made->d == NULL || made->scale == NULL || made->shift == NULL ||
        BN_hex2bn(&made->prime, curves[index].prime) == 0 || !field_open(&f, made->prime)) {
        return false;
    }
    BIGNUM *above = BN_CTX_get(f.scratch);
    BIGNUM *below = BN_CTX_get(f.scratch);
    bool done = below != NULL;
    if (done) {
        set(&f, made->a, curves[index].a);
        set(&f, above, -curves[index].above);
        set(&f, below, curves[index].below);
        divide(&f, made->d, above, below);
        done = !f.failed && make_group(made, &f) && set_base(made, &f, index);
    }
    field_close(&f);
    return done;
}

static lc_twisted_t *shared[2];

const lc_twisted_t *lc_twisted(const lc_curve_t *curve) {
    size_t index = curve->bits == 255 ? 0 : 1;
    lc_twisted_t *twisted = __atomic_load_n(&shared[index], __ATOMIC_ACQUIRE);
    if (twisted != NULL) {
        return twisted;
    }
    lc_twisted_t *mine = lc_context() == NULL ? NULL : OPENSSL_zalloc(sizeof(*mine));
    if (mine == NULL) {
        return NULL;
    }
    mine->size = lc_curve_private_size(curve);
    if (!fill(mine, index)) {
        free_twisted(mine);
        return NULL;
    }
    if (__atomic_compare_exchange_n(&shared[index], &twisted, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        return mine;
    }
    free_twisted(mine); /* another thread was first */
    return twisted;
}
