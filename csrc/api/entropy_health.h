/** @file
 * Health tests of entropy sources (SP 800-90B, section 4).
 *
 * A source says how many bits of entropy an output has, and not where: some of its bytes may be constant.  Every
 * limit here is such that a source with the entropy it claims, wherever that is, exceeds it once in 2^40 outputs.
 */
#ifndef PSAB_API_ENTROPY_HEALTH_H
#define PSAB_API_ENTROPY_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes of one output. */
#define PSAB_ENTROPY_OUTPUT 64u

/** Outputs that a source is tested with before it is believed: 1024 samples of a byte. */
#define PSAB_ENTROPY_START 16u

/** What is remembered about the outputs of a source; all zero is a start. */
typedef struct psab_entropy_health {
    uint64_t last;    /**< fingerprint of the last output */
    uint32_t repeats; /**< how often that came again in a row */
    uint64_t first;   /**< fingerprint of the first output of a window */
    uint16_t seen;    /**< outputs in the window; 0 begins a new one */
    uint16_t matches; /**< how many of them are like the first */
    bool any;         /**< there was an output */
} psab_entropy_health_t;

/** The continuous tests, of each output: repetition count and adaptive proportion with whole outputs as samples,
 * and how often a byte is in it.
 *
 * @param health  what is remembered
 * @param output  of PSAB_ENTROPY_OUTPUT bytes
 * @param bits    that the source claims for it, at most 8 * PSAB_ENTROPY_OUTPUT
 *
 * @return false if it fails one
 */
bool psab_entropy_output_healthy(psab_entropy_health_t *health, const uint8_t *output, size_t bits);

/** The start-up test, of the first outputs together: none is like another, or shares too many bytes with it; and
 * no byte is too frequent.
 *
 * @param outputs  PSAB_ENTROPY_START of them, one after the other
 * @param bits     the least that was claimed for one of them
 *
 * @return false if they fail
 */
bool psab_entropy_start_healthy(const uint8_t *outputs, size_t bits);

#endif
