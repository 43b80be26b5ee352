/** @file
 * Random numbers of an instance.
 *
 * They come from the first driver that has the `random` family; the linked-in generator is the
 * last of these.  It is seeded, and reseeded when it asks for it and after a fork, with entropy of
 * every driver that has an entropy source, conditioned with a hash of the registry.
 */
#ifndef PSAB_API_RANDOM_H
#define PSAB_API_RANDOM_H

#include "api/instance.h"

typedef struct psab_random psab_random_t;

/** Make the state. Null when out of memory. */
psab_random_t *psab_random_new(void);

/** Wipe and free it. Null is allowed. */
void psab_random_free(psab_random_t *random);

/** Fill a buffer with random bytes; nothing is checked but what drivers return.
 *
 * @param core    the instance
 * @param output  receives them; wiped after a failure
 * @param size    in bytes; may be 0
 *
 * @return NOT_SUPPORTED without a generator; INSUFFICIENT_ENTROPY; BAD_STATE where a generator or
 *         an entropy source asks for random numbers itself; what the driver returned
 */
psa_status_t psab_random(psab_core_t *core, uint8_t *output, size_t size);

/** Whether there is a driver to ask. */
bool psab_gives_random(psab_core_t *core);

#endif
