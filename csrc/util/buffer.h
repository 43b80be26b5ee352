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

/** psab_overlap() for a quick look: sometimes true without need, where an area is empty. Their sizes together must
 * not exceed SIZE_MAX. */
static inline bool psab_may_overlap(const void *a, size_t a_size, const void *b, size_t b_size) {
    return (uintptr_t)a - (uintptr_t)b + a_size - 1 < a_size + b_size - 1;
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

/** An output buffer for a driver, who may count on a size that the caller need not provide. */
typedef struct psab_room {
    psab_scratch_t scratch;
    uint8_t *data; /**< what the driver gets */
    size_t size;
} psab_room_t;

/** The caller's buffer if it is as large as wanted, else another one.
 *
 * @param room    to be given back with psab_room_free() in any case
 * @param target  the caller's buffer
 * @param size    of it, in bytes
 * @param wanted  by the driver, in bytes
 *
 * @return false if memory is short
 */
bool psab_room_get(psab_room_t *room, uint8_t *target, size_t size, size_t wanted);

/** Bring what the driver wrote to the caller's buffer.
 *
 * @param room    from psab_room_get()
 * @param target  the caller's buffer
 * @param size    of it, in bytes
 * @param length  of what was written
 *
 * @return false if it does not fit
 */
bool psab_room_put(psab_room_t *room, uint8_t *target, size_t size, size_t length);

/** Wipe what is not the caller's, and give it back. */
void psab_room_free(psab_room_t *room);

#endif
