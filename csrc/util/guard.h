/** @file
 * Guards: bytes behind a context that a driver gets, by which it shows if the driver wrote past the end.
 */
#ifndef PSAB_UTIL_GUARD_H
#define PSAB_UTIL_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** Length of a guard, in bytes. */
#define PSAB_GUARD_SIZE 32u

/* Neither zeros nor what a counter, a pointer or a wiped buffer leaves. */
#define PSAB_GUARD_EVEN 0xc35ad1963fb8e247u
#define PSAB_GUARD_ODD 0x9d6e1bf4a270c835u

/** Fill a guard. */
static inline void psab_guard_set(uint8_t *guard) {
    const uint64_t pattern[] = {PSAB_GUARD_EVEN, PSAB_GUARD_ODD, PSAB_GUARD_ODD, PSAB_GUARD_EVEN};
    _Static_assert(sizeof pattern == PSAB_GUARD_SIZE, "a guard is one pattern");
    memcpy(guard, pattern, sizeof pattern);
}

/** Whether a guard is as it was filled. */
static inline bool psab_guard_intact(const uint8_t *guard) {
    uint64_t found[PSAB_GUARD_SIZE / sizeof(uint64_t)];
    memcpy(found, guard, sizeof found);
    return ((found[0] ^ PSAB_GUARD_EVEN) | (found[1] ^ PSAB_GUARD_ODD) | (found[2] ^ PSAB_GUARD_ODD) |
            (found[3] ^ PSAB_GUARD_EVEN)) == 0;
}

#endif
