/** @file
 * A PSA driver for SHA-1, SHA-224 and SHA-256 on the SHA instructions of x86-64 processors.
 *
 * On a processor without them every setup and single-part call returns PSA_ERROR_NOT_SUPPORTED.
 */
#ifndef X86_SHA_H
#define X86_SHA_H

#include <psa/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A hash in progress; may be copied byte by byte. */
typedef struct {
    psa_algorithm_t alg; /**< 0 when idle */
    uint32_t buffered;   /**< bytes in block */
    uint64_t length;     /**< bytes hashed so far, those in block included */
    uint32_t state[8];
    uint8_t block[64];
} x86_sha_hash_operation_t;

psa_status_t x86_sha_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                  size_t hash_size, size_t *hash_length);
psa_status_t x86_sha_hash_setup(x86_sha_hash_operation_t *operation, psa_algorithm_t alg);
psa_status_t x86_sha_hash_update(x86_sha_hash_operation_t *operation, const uint8_t *input, size_t input_length);
psa_status_t x86_sha_hash_finish(x86_sha_hash_operation_t *operation, uint8_t *hash, size_t hash_size,
                                 size_t *hash_length);
psa_status_t x86_sha_hash_abort(x86_sha_hash_operation_t *operation);

#ifdef __cplusplus
}
#endif

#endif
