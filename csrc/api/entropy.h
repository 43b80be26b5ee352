/** @file
 * Entropy of the drivers: collected, checked for health, conditioned.
 */
#ifndef PSAB_API_ENTROPY_H
#define PSAB_API_ENTROPY_H

#include "api/entropy_health.h"
#include "api/instance.h"

/** What is remembered about one source. */
typedef struct psab_entropy_source {
    const psab_driver_t *driver;
    psab_entropy_health_t health;
    bool started; /**< passed the start-up test */
    bool failed;  /**< for good: what it gives is not counted any more */
} psab_entropy_source_t;

/** The sources of an instance; all zero is a start. One thread at a time. */
typedef struct psab_entropy {
    psab_entropy_source_t *sources;
    size_t count;
    const psab_driver_t *hashes; /**< gave a known hash; null: none was asked yet */
} psab_entropy_t;

/** Get bytes of full entropy.
 *
 * Every source is asked, first without waiting, then as often as it takes; one that was never asked
 * before is tested first, with outputs that do not count.  The bits that working sources claim are
 * added up; the bytes are hashed together, by the linked-in software if it can, else by a driver
 * that gave a known hash.
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
