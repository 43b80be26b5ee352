/** @file
 * Entropy of the drivers: collected, checked for health, conditioned.
 */
#ifndef PSAB_API_ENTROPY_H
#define PSAB_API_ENTROPY_H

#include "api/instance.h"

/** What is remembered about one source, for the health tests of SP 800-90B section 4.4. */
typedef struct psab_entropy_source {
    const psab_driver_t *driver;
    uint64_t last;    /**< fingerprint of its last output */
    uint32_t repeats; /**< how often that came again in a row */
    uint64_t first;   /**< fingerprint of the first output of a window */
    uint16_t seen;    /**< outputs in the window; 0 begins a new one */
    uint16_t matches; /**< how many of them are like the first */
    bool tested;      /**< gave at least two outputs */
    bool failed;      /**< for good: what it gives is not counted any more */
} psab_entropy_source_t;

/** The sources of an instance; all zero is a start. One thread at a time. */
typedef struct psab_entropy {
    psab_entropy_source_t *sources;
    size_t count;
} psab_entropy_t;

/** Get bytes of full entropy.
 *
 * Every source is asked, first without waiting, then as often as it takes.  The bits that working
 * sources claim are added up; the bytes are hashed together.
 *
 * @param core     the instance
 * @param entropy  its sources
 * @param output   receives the bytes; wiped after a failure
 * @param size     in bytes
 *
 * @return INSUFFICIENT_ENTROPY where working sources do not give enough, or there is no hash to
 *         condition with; INSUFFICIENT_MEMORY
 */
psa_status_t psab_entropy_get(psab_core_t *core, psab_entropy_t *entropy, uint8_t *output, size_t size);

/** Forget the sources. */
void psab_entropy_free(psab_entropy_t *entropy);

#endif
