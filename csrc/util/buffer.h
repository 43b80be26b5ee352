/** @file
 * Buffers of the caller: overlap, and copies that keep input and output apart.
 *
 * The API lets input and output overlap; drivers may rely on outputs that overlap nothing.
 */
#ifndef PSAB_UTIL_BUFFER_H
#define PSAB_UTIL_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether two memory areas share a byte; empty ones share none. */
static inline bool psab_overlap(const void *a, size_t a_size, const void *b, size_t b_size) {
    uintptr_t first = (uintptr_t)a;
    uintptr_t second = (uintptr_t)b;
    return (second - first < a_size && b_size != 0) || (first - second < b_size && a_size != 0);
}

/** Bytes set aside while a call runs: on the stack where they fit, else from the heap. */
typedef struct psab_scratch {
    uint8_t *data; /**< null if memory was short */
    size_t size;
    uint8_t small[256];
} psab_scratch_t;

/** Get `size` bytes, zeroed.
 *
 * @param scratch  to be given back with psab_scratch_free(), also after a failure
 * @param size     in bytes; 0 gives a valid pointer
 *
 * @return whether there was memory
 */
bool psab_scratch_get(psab_scratch_t *scratch, size_t size);

/** Wipe and give back. */
void psab_scratch_free(psab_scratch_t *scratch);

/** The input itself if it overlaps no byte of the output, else a copy of it.
 *
 * @param scratch      holds the copy; to be given back with psab_scratch_free() in any case
 * @param input        the input
 * @param length       of the input, in bytes
 * @param output       the output buffer
 * @param output_size  of the output buffer, in bytes
 * @param separate     receives the pointer to use as input
 *
 * @return false if memory is short
 */
bool psab_separate(psab_scratch_t *scratch, const uint8_t *input, size_t length, const void *output, size_t output_size,
                   const uint8_t **separate);

#endif
