/* Validation of twisted Edwards public keys, which libcrypto 3.0 takes unseen. */
#include "ecc.h"

/* x^2 = (y^2 - 1) / (d y^2 - a) with the curves' a and d as small fractions:
 * edwards25519: a = -1, d = -121665/121666; edwards448: a = 1, d = -39081. */
typedef struct {
    const char *prime; /* hexadecimal */
    long a;
    unsigned long d_above; /* d = -d_above / d_below */
    unsigned long d_below;
} edwards_t;

static const edwards_t edwards255 = {"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed", -1, 121665,
                                     121666};
static const edwards_t edwards448 = {"fffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
                                     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                                     1, 39081, 1};

typedef struct {
    BN_CTX *scratch;
    BIGNUM *p, *y, *above, *below, *part;
} work_t;

/* above / below = x^2, both scaled by d_below: above = (y^2 - 1) d_below,
 * below = -d_above y^2 - a d_below. */
static bool fraction(const edwards_t *curve, work_t *w) {
    return BN_mod_sqr(w->part, w->y, w->p, w->scratch) && BN_copy(w->above, w->part) && BN_sub_word(w->above, 1) &&
           BN_mul_word(w->above, curve->d_below) && BN_mul_word(w->part, curve->d_above) &&
           BN_set_word(w->below, curve->d_below) && (curve->a < 0 || (BN_set_negative(w->below, 1), true)) &&
           BN_sub(w->below, w->below, w->part) && BN_nnmod(w->above, w->above, w->p, w->scratch) &&
           BN_nnmod(w->below, w->below, w->p, w->scratch);
}

/* A quotient is a square exactly if the product is; zero is one, but has no sign. */
static psa_status_t decide(work_t *w, int sign) {
    if (BN_is_zero(w->above)) {
        return sign == 0 ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
    }
    if (!BN_mod_mul(w->part, w->above, w->below, w->p, w->scratch)) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    int symbol = BN_kronecker(w->part, w->p, w->scratch);
    if (symbol < -1) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    return symbol == 1 ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

static psa_status_t check(const edwards_t *curve, work_t *w, const uint8_t *data, size_t size) {
    uint8_t y[57];
    memcpy(y, data, size);
    int sign = y[size - 1] >> 7;
    y[size - 1] &= 0x7f;
    if (!BN_hex2bn(&w->p, curve->prime) || BN_lebin2bn(y, (int)size, w->y) == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    if (BN_cmp(w->y, w->p) >= 0) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    return fraction(curve, w) ? decide(w, sign) : PSA_ERROR_INSUFFICIENT_MEMORY;
}

psa_status_t lc_edwards_check(const lc_curve_t *curve, const uint8_t *data) {
    work_t w = {.scratch = BN_CTX_new_ex(lc_context())};
    if (w.scratch == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    BN_CTX_start(w.scratch);
    w.p = BN_CTX_get(w.scratch);
    w.y = BN_CTX_get(w.scratch);
    w.above = BN_CTX_get(w.scratch);
    w.below = BN_CTX_get(w.scratch);
    w.part = BN_CTX_get(w.scratch);
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    if (w.part != NULL) {
        status = check(curve->bits == 255 ? &edwards255 : &edwards448, &w, data, lc_curve_public_size(curve));
    }
    BN_CTX_end(w.scratch);
    BN_CTX_free(w.scratch);
    return status;
}
