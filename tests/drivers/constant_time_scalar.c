/* The arithmetic modulo orders: beside libcrypto's, and, under valgrind, without a branch or an address that depends
 * on a number, as constant_time.c checks it. */
#include "scalar.h"

#include <openssl/rand.h>
#include <valgrind/memcheck.h>

#define SIZE_MOST 160u

static int failures;

static void expect(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "wrong: %s\n", what);
        failures++;
    }
}

/* Whether a number of ours is one of libcrypto's. */
static int same(const lc_order_t *order, const lc_scalar_t *ours, const BIGNUM *theirs) {
    uint8_t data[8 * LC_SCALAR_WORDS];
    uint8_t expected[8 * LC_SCALAR_WORDS];
    lc_scalar_write(order, ours, data);
    VALGRIND_MAKE_MEM_DEFINED(data, sizeof(data));
    return BN_bn2binpad(theirs, expected, (int)order->size) == (int)order->size &&
           memcmp(data, expected, order->size) == 0;
}

/* Everything with two numbers of these bytes, which are secret for ours and not for theirs. */
static void run(const lc_order_t *order, const BIGNUM *n, uint8_t *a, uint8_t *b, size_t size, BN_CTX *scratch) {
    BIGNUM *x = BN_bin2bn(a, (int)size, NULL);
    BIGNUM *y = BN_bin2bn(b, (int)size, NULL);
    BIGNUM *z = BN_new();
    BIGNUM *number;
    lc_scalar_t p;
    lc_scalar_t q;
    lc_scalar_t r;
    unsigned zero;
    VALGRIND_MAKE_MEM_UNDEFINED(a, size);
    VALGRIND_MAKE_MEM_UNDEFINED(b, size);
    lc_scalar_reduce(order, a, size, &p);
    lc_scalar_reduce(order, b, size, &q);
    expect(BN_nnmod(x, x, n, scratch) && same(order, &p, x), "reduction");
    expect(BN_nnmod(y, y, n, scratch) && same(order, &q, y), "reduction");
    lc_scalar_multiply(order, &r, &p, &q);
    expect(BN_mod_mul(z, x, y, n, scratch) && same(order, &r, z), "product");
    lc_scalar_subtract(order, &r, &p, &q);
    expect(BN_mod_sub(z, x, y, n, scratch) && same(order, &r, z), "difference");
    zero = lc_scalar_is_zero(&r);
    VALGRIND_MAKE_MEM_DEFINED(&zero, sizeof(zero));
    expect(zero == (unsigned)BN_is_zero(z), "zero");
    number = lc_scalar_number(order, &q);
    VALGRIND_MAKE_MEM_DEFINED(&q, sizeof(q));
    BN_free(number);
    number = lc_scalar_number(order, &q);
    expect(number != NULL && BN_cmp(number, y) == 0, "number for libcrypto");
    BN_clear_free(number);
    VALGRIND_MAKE_MEM_DEFINED(a, size);
    VALGRIND_MAKE_MEM_DEFINED(b, size);
    BN_free(x);
    BN_free(y);
    BN_free(z);
}

/* Which numbers are below the order. */
static void read_bounds(const lc_order_t *order, const BIGNUM *n) {
    uint8_t data[8 * LC_SCALAR_WORDS];
    lc_scalar_t number;
    for (int more = -1; more <= 1; more++) {
        BIGNUM *value = BN_dup(n);
        expect(value != NULL && (more < 0 ? BN_sub_word(value, 1) : BN_add_word(value, (BN_ULONG)more)) == 1, "bound");
        if (BN_bn2binpad(value, data, (int)order->size) != (int)order->size) {
            BN_free(value); /* longer than the order */
            continue;
        }
        VALGRIND_MAKE_MEM_UNDEFINED(data, order->size);
        unsigned below = lc_scalar_read(order, data, &number);
        VALGRIND_MAKE_MEM_DEFINED(&below, sizeof(below));
        expect(below == (more < 0), "comparison with the order");
        expect(more >= 0 || same(order, &number, value), "number below the order");
        BN_free(value);
    }
}

int main(void) {
    /* P-256, P-521, Ed25519, Ed448, and the smallest and the widest that fit. */
    static const char *const orders[] = {
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b889"
        "9c4"
        "7aebb6fb71e91386409",
        "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed",
        "3fffffffffffffffffffffffffffffffffffffffffffffffffffffff7cca23e9c44edb49aed63690216cc2728dc58f552378c292ab5844"
        "f3",
        "3",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        "ffff"
        "ffffffffffffffffffffffffffffff",
    };
    BN_CTX *scratch = BN_CTX_new();
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        BIGNUM *n = NULL;
        lc_order_t order;
        uint8_t a[SIZE_MOST];
        uint8_t b[SIZE_MOST];
        expect(BN_hex2bn(&n, orders[i]) != 0 && lc_order_read(&order, n), "order");
        for (size_t round = 0; round < 12; round++) {
            size_t size = round < 6 ? order.size : (round * 37) % SIZE_MOST;
            memset(a, round % 3 == 0 ? 0xff : 0, sizeof(a));
            memset(b, round % 2 == 0 ? 0xff : 0, sizeof(b));
            if (round >= 3) {
                (void)RAND_bytes(a, (int)size);
            }
            run(&order, n, a, round == 5 ? a : b, size, scratch);
        }
        if (order.size > 1) {
            read_bounds(&order, n);
        }
        BN_free(n);
    }
    BN_CTX_free(scratch);
    return failures == 0 ? 0 : 1;
}
