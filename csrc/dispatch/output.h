/** @file
 * What a driver says about its output, judged: the only place where a driver's length is believed.
 *
 * A length that the driver did not write is PSAB_LENGTH_UNSET, see psab/calls.h.
 */
#ifndef PSAB_DISPATCH_OUTPUT_H
#define PSAB_DISPATCH_OUTPUT_H

#include "dispatch/call.h"

/** The part of psab_output() that is not inline. */
psab_status_t psab_output_bad(const psab_candidate_t *candidate, int32_t entry_point, psab_status_t status,
                              uint8_t *data, size_t size, size_t *length);

/** Judge an output after psab_leave().
 *
 * After a failure, also one that is noticed here, the buffer is wiped and the length 0.
 *
 * @param candidate    that was called
 * @param entry_point  that was called
 * @param status       what psab_leave() returned
 * @param data         the buffer that the driver was given
 * @param size         its size in bytes
 * @param least        the shortest output that a success can have
 * @param length       the length that the driver gave
 *
 * @return `status`, or CORRUPTION_DETECTED where the length is not from `least` to `size`
 */
static inline psab_status_t psab_output(const psab_candidate_t *candidate, int32_t entry_point, psab_status_t status,
                                        uint8_t *data, size_t size, size_t least, size_t *length) {
    if (PSAB_LIKELY(status == PSA_SUCCESS && *length <= size && *length >= least)) {
        return PSA_SUCCESS;
    }
    return psab_output_bad(candidate, entry_point, status, data, size, length);
}

#endif
