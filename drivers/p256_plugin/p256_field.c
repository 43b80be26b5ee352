/* Modular arithmetic for P-256; see p256_field.h. No branch and no index depends on a number. */
#include "p256_field.h"

/* FIPS 186-4, D.1.2.3: p = 2^256 - 2^224 + 2^192 + 2^96 - 1, and the order n. */
const p256_modulus_t p256_prime = {
    .value = {{P256_PAIR(0xffffffffu, 0xffffffffu), P256_PAIR(0x00000000u, 0xffffffffu),
               P256_PAIR(0x00000000u, 0x00000000u), P256_PAIR(0xffffffffu, 0x00000001u)}},
    .one = {{P256_PAIR(0x00000000u, 0x00000001u), P256_PAIR(0xffffffffu, 0x00000000u),
             P256_PAIR(0xffffffffu, 0xffffffffu), P256_PAIR(0x00000000u, 0xfffffffeu)}},
    .square = {{P256_PAIR(0x00000000u, 0x00000003u), P256_PAIR(0xfffffffbu, 0xffffffffu),
                P256_PAIR(0xffffffffu, 0xfffffffeu), P256_PAIR(0x00000004u, 0xfffffffdu)}},
    .inverse = (p256_word_t)0x0000000000000001u,
};

const p256_modulus_t p256_order = {
    .value = {{P256_PAIR(0xf3b9cac2u, 0xfc632551u), P256_PAIR(0xbce6faadu, 0xa7179e84u),
               P256_PAIR(0xffffffffu, 0xffffffffu), P256_PAIR(0xffffffffu, 0x00000000u)}},
    .one = {{P256_PAIR(0x0c46353du, 0x039cdaafu), P256_PAIR(0x43190552u, 0x58e8617bu),
             P256_PAIR(0x00000000u, 0x00000000u), P256_PAIR(0x00000000u, 0xffffffffu)}},
    .square = {{P256_PAIR(0x83244c95u, 0xbe79eea2u), P256_PAIR(0x4699799cu, 0x49bd6fa6u),
                P256_PAIR(0x2845b239u, 0x2b6bec59u), P256_PAIR(0x66e12d94u, 0xf3d95620u)}},
    .inverse = (p256_word_t)0xccd1c8aaee00bc4fu,
};

/* out = a + b as plain numbers; returns the carry. */
static p256_word_t raw_add(const p256_number_t *a, const p256_number_t *b, p256_number_t *out) {
    p256_double_t sum = 0;
    for (size_t i = 0; i < P256_WORDS; i++) {
        sum += (p256_double_t)a->word[i] + b->word[i];
        out->word[i] = (p256_word_t)sum;
        sum >>= P256_WORD_BITS;
    }
    return (p256_word_t)sum;
}

/* out = a - b as plain numbers; returns the borrow. */
static p256_word_t raw_subtract(const p256_number_t *a, const p256_number_t *b, p256_number_t *out) {
    p256_word_t borrow = 0;
    for (size_t i = 0; i < P256_WORDS; i++) {
        p256_double_t difference = (p256_double_t)a->word[i] - b->word[i] - borrow;
        out->word[i] = (p256_word_t)difference;
        borrow = (p256_word_t)(difference >> P256_WORD_BITS) & 1;
    }
    return borrow;
}

/* a where mask is all ones, b where it is zero */
static void choose(p256_word_t mask, const p256_number_t *a, const p256_number_t *b, p256_number_t *out) {
    for (size_t i = 0; i < P256_WORDS; i++) {
        out->word[i] = (a->word[i] & mask) | (b->word[i] & ~mask);
    }
}

/* (carry, a) below 2m becomes a below m. */
static void reduce_once(const p256_modulus_t *m, p256_word_t carry, const p256_number_t *a, p256_number_t *out) {
    p256_number_t reduced;
    p256_word_t borrow = raw_subtract(a, &m->value, &reduced);
    /* The subtraction is wanted unless it borrowed and there was no carry to borrow from. */
    p256_word_t keep = (p256_word_t)0 - (borrow & (carry ^ 1));
    choose(keep, a, &reduced, out);
}

void p256_add(const p256_modulus_t *m, const p256_number_t *a, const p256_number_t *b, p256_number_t *out) {
    p256_number_t sum;
    p256_word_t carry = raw_add(a, b, &sum);
    reduce_once(m, carry, &sum, out);
}

void p256_subtract(const p256_modulus_t *m, const p256_number_t *a, const p256_number_t *b, p256_number_t *out) {
    p256_number_t difference;
    p256_number_t back;
    p256_word_t borrow = raw_subtract(a, b, &difference);
    (void)raw_add(&difference, &m->value, &back);
    choose((p256_word_t)0 - borrow, &back, &difference, out);
}

/* Montgomery multiplication, one word of a at a time: t = (t + a[i] b + u m) / 2^w, where u makes
 * the sum divisible. t stays below 2m, so it fits in one word more than m. */
void p256_multiply(const p256_modulus_t *m, const p256_number_t *a, const p256_number_t *b, p256_number_t *out) {
    p256_word_t t[P256_WORDS + 2] = {0};
    for (size_t i = 0; i < P256_WORDS; i++) {
        p256_double_t carry = 0;
        for (size_t j = 0; j < P256_WORDS; j++) {
            carry += (p256_double_t)a->word[i] * b->word[j] + t[j];
            t[j] = (p256_word_t)carry;
            carry >>= P256_WORD_BITS;
        }
        carry += t[P256_WORDS];
        t[P256_WORDS] = (p256_word_t)carry;
        t[P256_WORDS + 1] = (p256_word_t)(carry >> P256_WORD_BITS);

        p256_word_t u = t[0] * m->inverse;
        carry = ((p256_double_t)u * m->value.word[0] + t[0]) >> P256_WORD_BITS;
        for (size_t j = 1; j < P256_WORDS; j++) {
            carry += (p256_double_t)u * m->value.word[j] + t[j];
            t[j - 1] = (p256_word_t)carry;
            carry >>= P256_WORD_BITS;
        }
        carry += t[P256_WORDS];
        t[P256_WORDS - 1] = (p256_word_t)carry;
        t[P256_WORDS] = t[P256_WORDS + 1] + (p256_word_t)(carry >> P256_WORD_BITS);
    }
    p256_number_t low;
    for (size_t i = 0; i < P256_WORDS; i++) {
        low.word[i] = t[i];
    }
    reduce_once(m, t[P256_WORDS], &low, out);
}

/* a^(m-2); the exponent is public, so its bits may be branched on. */
void p256_invert(const p256_modulus_t *m, const p256_number_t *a, p256_number_t *out) {
    p256_number_t base = *a;
    p256_number_t result = m->one;
    p256_number_t exponent = m->value;
    exponent.word[0] -= 2; /* both moduli end in a word above 2 */
    for (size_t i = 256; i-- > 0;) {
        p256_multiply(m, &result, &result, &result);
        if ((exponent.word[i / P256_WORD_BITS] >> (i % P256_WORD_BITS)) & 1) {
            p256_multiply(m, &result, &base, &result);
        }
    }
    *out = result;
    p256_wipe(&base, sizeof(base));
}

p256_word_t p256_load(const p256_modulus_t *m, const uint8_t data[P256_BYTES], p256_number_t *out) {
    p256_number_t plain = {{0}};
    p256_number_t unused;
    for (size_t i = 0; i < P256_BYTES; i++) {
        size_t bit = 8 * (P256_BYTES - 1 - i);
        plain.word[bit / P256_WORD_BITS] |= (p256_word_t)data[i] << (bit % P256_WORD_BITS);
    }
    p256_word_t below = (p256_word_t)0 - raw_subtract(&plain, &m->value, &unused);
    reduce_once(m, 0, &plain, &plain);
    p256_multiply(m, &plain, &m->square, out);
    p256_wipe(&plain, sizeof(plain));
    p256_wipe(&unused, sizeof(unused));
    return below;
}

void p256_store(const p256_modulus_t *m, const p256_number_t *a, uint8_t data[P256_BYTES]) {
    const p256_number_t one = {{1}};
    p256_number_t plain;
    p256_multiply(m, a, &one, &plain);
    for (size_t i = 0; i < P256_BYTES; i++) {
        size_t bit = 8 * (P256_BYTES - 1 - i);
        data[i] = (uint8_t)(plain.word[bit / P256_WORD_BITS] >> (bit % P256_WORD_BITS));
    }
    p256_wipe(&plain, sizeof(plain));
}

p256_word_t p256_is_zero(const p256_number_t *a) {
    p256_word_t any = 0;
    for (size_t i = 0; i < P256_WORDS; i++) {
        any |= a->word[i];
    }
    return ((any | ((p256_word_t)0 - any)) >> (P256_WORD_BITS - 1)) - 1;
}

p256_word_t p256_equal(const p256_number_t *a, const p256_number_t *b) {
    p256_number_t difference;
    for (size_t i = 0; i < P256_WORDS; i++) {
        difference.word[i] = a->word[i] ^ b->word[i];
    }
    return p256_is_zero(&difference);
}

void p256_wipe(void *data, size_t size) {
    volatile uint8_t *at = data;
    while (size-- > 0) {
        *at++ = 0;
    }
}
