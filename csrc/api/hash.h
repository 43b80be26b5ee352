/** @file
 * Hashing for other files of api/: signatures of messages, conditioning of entropy.
 */
#ifndef PSAB_API_HASH_H
#define PSAB_API_HASH_H

#include "api/instance.h"

/** Compute a hash with whoever serves it: psa_hash_compute() without the checks of arguments.
 *
 * @param core    the instance
 * @param alg     a hash algorithm
 * @param input   overlaps nothing of the output
 * @param length  of the input, in bytes
 * @param hash    receives the hash; wiped after a failure
 * @param size    of the buffer
 * @param written receives the length of the hash; 0 after a failure
 *
 * @return BUFFER_TOO_SMALL, NOT_SUPPORTED, or what the driver returned
 */
psa_status_t psab_hash_run(psab_core_t *core, psa_algorithm_t alg, const uint8_t *input, size_t length, uint8_t *hash,
                           size_t size, size_t *written);

/** psab_hash_run() by one candidate of PSAB_PLAN_HASH_COMPUTE; `size` is that of the hash. */
psa_status_t psab_hash_with(psab_core_t *core, const psab_candidate_t *candidate, psa_algorithm_t alg,
                            const uint8_t *input, size_t length, uint8_t *hash, size_t size, size_t *written);

/** Have one driver compute a hash with its hash_compute, and judge its output. */
psa_status_t psab_hash_single(psab_core_t *core, const psab_candidate_t *candidate, psa_algorithm_t alg,
                              const uint8_t *input, size_t length, uint8_t *hash, size_t size, size_t *written);

/** The size to give a driver for the hash, and the least length of a success: both are exact for
 * the hashes of the API. */
static inline size_t psab_hash_least(psa_algorithm_t alg) {
    size_t length = PSA_HASH_LENGTH(alg);
    return length != 0 ? length : 1;
}
static inline size_t psab_hash_room(psa_algorithm_t alg, size_t size) {
    size_t length = PSA_HASH_LENGTH(alg);
    return length != 0 ? length : size;
}

#endif
