#include "x86_aes_padding.h"

#include <string.h>

void x86_aes_pad(uint8_t block[16], size_t used) {
    memset(block + used, (int)(16 - used), 16 - used);
}

/* All ones if a < b, for numbers below 2^31. */
static uint32_t below(uint32_t a, uint32_t b) {
    return (uint32_t)0 - ((a - b) >> 31);
}

uint32_t x86_aes_unpad(const uint8_t block[16], size_t *length) {
    uint32_t count = block[15];
    /* 1. From 1 to 16 bytes. */
    uint32_t wrong = below(count, 1) | below(16, count);
    /* 2. Each of them is their number. */
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t is_padding = below(15 - i, count);
        wrong |= is_padding & (block[i] ^ count);
    }
    wrong = (wrong | ((uint32_t)0 - wrong)) >> 31;
    *length = 16 - (count & (wrong - 1));
    return wrong;
}
