/* Constant-time check of the paddings that the software driver takes off, as constant_time.c does it. */
#include "cipher.h"

/* The functions are private to the file. */
#include "rsa_crypt.c"

#include <valgrind/memcheck.h>

static int pkcs7(uint8_t count) {
    uint8_t block[16];
    memset(block, 0xa5, sizeof(block));
    memset(block + sizeof(block) - 5, 5, 5);
    block[15] = count;
    VALGRIND_MAKE_MEM_UNDEFINED(block, sizeof(block));
    size_t found = lc_pkcs7_count(block, sizeof(block));
    VALGRIND_MAKE_MEM_DEFINED(&found, sizeof(found));
    return found == (count == 5 ? 5u : 0u) ? 0 : 1;
}

static int pkcs1(size_t zero) {
    uint8_t encoded[128];
    memset(encoded, 0x11, sizeof(encoded));
    encoded[0] = 0;
    encoded[1] = 2;
    encoded[zero] = 0;
    VALGRIND_MAKE_MEM_UNDEFINED(encoded, sizeof(encoded));
    uint32_t start = message_start(encoded, sizeof(encoded));
    move_to_front(encoded, sizeof(encoded), start);
    VALGRIND_MAKE_MEM_DEFINED(&start, sizeof(start));
    return start == (zero >= 10 ? zero + 1 : 0) ? 0 : 1;
}

int main(void) {
    return pkcs7(5) | pkcs7(0) | pkcs7(17) | pkcs1(50) | pkcs1(10) | pkcs1(9) | pkcs1(127);
}
