/** @file
 * Erasing secrets, and comparing them in constant time.
 */
#ifndef PSAB_UTIL_WIPE_H
#define PSAB_UTIL_WIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Set memory to zero in a way that the compiler cannot leave out.
 *
 * @param data  the memory; null only with size 0
 * @param size  in bytes
 */
static inline void psab_wipe(void *data, size_t size) {
    if (size != 0) {
        memset(data, 0, size);
        __asm__ __volatile__("" : : "r"(data) : "memory");
    }
}

/** Wipe and release memory that came from malloc; null is fine. */
void psab_wipe_free(void *data, size_t size);

/** Compare in time that depends on `size` only.
 *
 * @param a     first operand; null only with size 0
 * @param b     second operand; null only with size 0
 * @param size  of each, in bytes
 *
 * @return whether they are equal
 */
bool psab_equal_secret(const uint8_t *a, const uint8_t *b, size_t size);

#endif
