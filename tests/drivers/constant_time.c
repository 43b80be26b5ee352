/* Constant-time check of the P-256 arithmetic: secrets are marked undefined, and valgrind then reports
 * every branch and every address that depends on one. Run under valgrind; elsewhere it does nothing. */
#include "p256_point.h"

#include <string.h>
#include <valgrind/memcheck.h>

int main(void) {
    uint8_t secret[P256_BYTES];
    uint8_t nonce[P256_BYTES];
    uint8_t point[P256_POINT_BYTES];
    memset(secret, 0x35, sizeof(secret));
    memset(nonce, 0x53, sizeof(nonce));
    VALGRIND_MAKE_MEM_UNDEFINED(secret, sizeof(secret));
    VALGRIND_MAKE_MEM_UNDEFINED(nonce, sizeof(nonce));

    /* 1. Whether a scalar is in range: only the verdict is public. */
    p256_number_t d;
    p256_word_t below = p256_load(&p256_order, secret, &d);
    below &= ~p256_is_zero(&d);
    VALGRIND_MAKE_MEM_DEFINED(&below, sizeof(below));
    if (below == 0) {
        return 1;
    }

    /* 2. A secret times a point, to bytes. */
    p256_point_t base;
    p256_point_t product;
    if (p256_point_load(p256_generator, &base) == 0) {
        return 1;
    }
    p256_point_multiply(secret, &base, &product);
    (void)p256_point_store(&product, point);

    /* 3. What a signature computes with key and nonce. */
    p256_number_t k;
    p256_number_t r;
    uint8_t s[P256_BYTES];
    (void)p256_load(&p256_order, nonce, &k);
    (void)p256_load(&p256_order, point, &r);
    p256_multiply(&p256_order, &d, &r, &d);
    p256_add(&p256_order, &d, &r, &d);
    p256_subtract(&p256_order, &d, &k, &d);
    p256_invert(&p256_order, &k, &k);
    p256_multiply(&p256_order, &d, &k, &d);
    p256_store(&p256_order, &d, s);
    return 0;
}
