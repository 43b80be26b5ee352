#include "util/wipe.h"

#include <stdlib.h>

void psab_wipe_free(void *data, size_t size) {
    if (data != NULL) {
        psab_wipe(data, size);
        free(data);
    }
}

bool psab_equal_secret(const uint8_t *a, const uint8_t *b, size_t size) {
    uint8_t difference = 0;
    for (size_t i = 0; i < size; i++) {
        difference = (uint8_t)(difference | (a[i] ^ b[i]));
        /* Keeps the compiler from ending the loop at the first difference. */
        __asm__ __volatile__("" : "+r"(difference));
    }
    return difference == 0;
}
