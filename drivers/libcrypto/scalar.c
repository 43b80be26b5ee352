/* Arithmetic modulo the order of a group.  What is secret is never compared, and never an index. */
#include "scalar.h"

#define BYTES_MAX (8u * LC_SCALAR_WORDS)

/* All ones if the bit is 1. */
static uint64_t mask_of(uint64_t bit) {
    return 0 - bit;
}

/* r = a - b, where r may be one of them; returns the borrow. */
static uint64_t take_away(const lc_order_t *order, lc_scalar_t *r, const lc_scalar_t *a, const lc_scalar_t *b) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < order->words; i++) {
        uint64_t x = a->word[i];
        uint64_t y = b->word[i];
        uint64_t rest = x - y - borrow;
        borrow = ((~x & y) | (~(x ^ y) & rest)) >> 63;
        r->word[i] = rest;
    }
    return borrow;
}

/* r = mask ? a : r, by words */
static void choose(const lc_order_t *order, lc_scalar_t *r, const lc_scalar_t *a, uint64_t mask) {
    for (size_t i = 0; i < order->words; i++) {
        r->word[i] ^= (r->word[i] ^ a->word[i]) & mask;
    }
}

/* r = 2 r + bit; returns what does not fit the words. */
static uint64_t shift_in(const lc_order_t *order, lc_scalar_t *r, uint64_t bit) {
    for (size_t i = 0; i < order->words; i++) {
        uint64_t out = r->word[i] >> 63;
        r->word[i] = r->word[i] << 1 | bit;
        bit = out;
    }
    return bit;
}

bool lc_order_read(lc_order_t *order, const BIGNUM *n) {
    memset(order, 0, sizeof(*order));
    order->bits = (size_t)BN_num_bits(n);
    order->size = (order->bits + 7) / 8;
    order->words = (order->bits + 63) / 64;
    uint8_t data[BYTES_MAX];
    if (order->size > BYTES_MAX || BN_bn2binpad(n, data, (int)order->size) != (int)order->size) {
        return false;
    }
    for (size_t i = 0; i < order->size; i++) {
        order->n.word[i / 8] |= (uint64_t)data[order->size - 1 - i] << (8 * (i % 8));
    }
    return true;
}

unsigned lc_scalar_read(const lc_order_t *order, const uint8_t *data, lc_scalar_t *number) {
    lc_scalar_t rest;
    memset(number, 0, sizeof(*number));
    for (size_t i = 0; i < order->size; i++) {
        number->word[i / 8] |= (uint64_t)data[order->size - 1 - i] << (8 * (i % 8));
    }
    uint64_t below = take_away(order, &rest, number, &order->n);
    memset(&rest, 0, sizeof(rest));
    choose(order, number, &rest, ~mask_of(below));
    return (unsigned)below;
}

void lc_scalar_write(const lc_order_t *order, const lc_scalar_t *number, uint8_t *data) {
    for (size_t i = 0; i < order->size; i++) {
        data[order->size - 1 - i] = (uint8_t)(number->word[i / 8] >> (8 * (i % 8)));
    }
}

void lc_scalar_reduce(const lc_order_t *order, const uint8_t *data, size_t size, lc_scalar_t *number) {
    lc_scalar_t rest;
    memset(number, 0, sizeof(*number));
    for (size_t i = 0; i < 8 * size; i++) {
        uint64_t over = shift_in(order, number, (uint64_t)data[i / 8] >> (7 - i % 8) & 1);
        if (i + 1 < order->bits) {
            continue; /* still a bit shorter than the order */
        }
        uint64_t below = take_away(order, &rest, number, &order->n);
        choose(order, number, &rest, mask_of(over | (below ^ 1)));
    }
    OPENSSL_cleanse(&rest, sizeof(rest));
}

void lc_scalar_multiply(const lc_order_t *order, lc_scalar_t *r, const lc_scalar_t *a, const lc_scalar_t *b) {
    uint32_t product[4 * LC_SCALAR_WORDS] = {0};
    uint8_t data[2 * BYTES_MAX];
    size_t halves = 2 * order->words;
    for (size_t i = 0; i < halves; i++) {
        uint64_t x = (uint32_t)(a->word[i / 2] >> (32 * (i % 2)));
        uint64_t carry = 0;
        for (size_t k = 0; k < halves; k++) {
            carry += x * (uint32_t)(b->word[k / 2] >> (32 * (k % 2))) + product[i + k];
            product[i + k] = (uint32_t)carry;
            carry >>= 32;
        }
        product[i + halves] = (uint32_t)carry;
    }
    size_t size = 8 * halves;
    for (size_t i = 0; i < size; i++) {
        data[size - 1 - i] = (uint8_t)(product[i / 4] >> (8 * (i % 4)));
    }
    lc_scalar_reduce(order, data, size, r);
    OPENSSL_cleanse(product, sizeof(product));
    OPENSSL_cleanse(data, sizeof(data));
}

void lc_scalar_subtract(const lc_order_t *order, lc_scalar_t *r, const lc_scalar_t *a, const lc_scalar_t *b) {
    lc_scalar_t addend = {{0}};
    choose(order, &addend, &order->n, mask_of(take_away(order, r, a, b)));
    uint64_t carry = 0;
    for (size_t i = 0; i < order->words; i++) {
        uint64_t x = r->word[i];
        uint64_t sum = x + addend.word[i] + carry;
        carry = ((x & addend.word[i]) | ((x | addend.word[i]) & ~sum)) >> 63;
        r->word[i] = sum;
    }
    for (size_t i = order->words; i < LC_SCALAR_WORDS; i++) {
        r->word[i] = 0;
    }
}

unsigned lc_scalar_is_zero(const lc_scalar_t *a) {
    uint64_t any = 0;
    for (size_t i = 0; i < LC_SCALAR_WORDS; i++) {
        any |= a->word[i];
    }
    return (unsigned)(~(any | (0 - any)) >> 63);
}

BIGNUM *lc_scalar_number(const lc_order_t *order, const lc_scalar_t *a) {
    /* libcrypto skips leading zeros, as many as there are: a one before them, taken off afterwards, hides these. */
    uint8_t data[1 + BYTES_MAX] = {1};
    lc_scalar_write(order, a, data + 1);
    BIGNUM *number = BN_secure_new();
    if (number != NULL) {
        BN_set_flags(number, BN_FLG_CONSTTIME);
        if (BN_bin2bn(data, (int)(1 + order->size), number) == NULL ||
            BN_clear_bit(number, (int)(8 * order->size)) != 1) {
            BN_clear_free(number);
            number = NULL;
        }
    }
    OPENSSL_cleanse(data, sizeof(data));
    return number;
}
