/** @file
 * The default software implementation: a transparent PSA driver over libcrypto 3.0 or later.
 *
 * The prototypes are those of the driver interface; what each entry point does is the
 * interface's contract, and the notes here say only what is particular to this driver.
 * This header needs no libcrypto header.
 */
#ifndef LIBCRYPTO_DRIVER_H
#define LIBCRYPTO_DRIVER_H

#include <psa/crypto.h>
#include <psa/crypto_driver_common.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lc_hash;

/** A hash in progress.
 *
 * For MD4, MD5, RIPEMD-160, SHA-1 and SHA-2 the state is in here and may be copied byte by
 * byte; for the other hashes it holds a libcrypto object, which only hash_clone duplicates.
 */
typedef struct {
    const struct lc_hash *hash; /**< row of the table of hashes; null when idle */
    uint64_t state[28];
} libcrypto_hash_operation_t;

/** A random generator.  Its state is libcrypto's, in the driver's own library context. */
typedef struct {
    uint32_t ready; /**< 1 after init_random */
} libcrypto_random_context_t;

psa_status_t libcrypto_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                    size_t hash_size, size_t *hash_length);
psa_status_t libcrypto_hash_setup(libcrypto_hash_operation_t *operation, psa_algorithm_t alg);
psa_status_t libcrypto_hash_update(libcrypto_hash_operation_t *operation, const uint8_t *input, size_t input_length);
psa_status_t libcrypto_hash_finish(libcrypto_hash_operation_t *operation, uint8_t *hash, size_t hash_size,
                                   size_t *hash_length);
psa_status_t libcrypto_hash_abort(libcrypto_hash_operation_t *operation);
psa_status_t libcrypto_hash_clone(const libcrypto_hash_operation_t *source_operation,
                                  libcrypto_hash_operation_t *target_operation);

/** Writes the hash suspend state of Crypto API 1.5, section 10.2.5.
 *
 * NOT_SUPPORTED for hashes that the section does not define it for.  On success the operation
 * is idle and wiped.
 */
psa_status_t libcrypto_hash_suspend(libcrypto_hash_operation_t *operation, uint8_t *hash_state, size_t hash_state_size,
                                    size_t *hash_state_length);

/** Starts an operation from a suspend state, which must be one of `alg`. */
psa_status_t libcrypto_hash_resume(libcrypto_hash_operation_t *operation, psa_algorithm_t alg,
                                   const uint8_t *hash_state, size_t hash_state_length);

psa_status_t libcrypto_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                 size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                                 uint8_t *signature, size_t signature_size, size_t *signature_length);
psa_status_t libcrypto_verify_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                                   const uint8_t *signature, size_t signature_length);

/** Only for algorithms that need the message itself (PureEdDSA); the core composes the others. */
psa_status_t libcrypto_sign_message(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                    size_t input_length, uint8_t *signature, size_t signature_size,
                                    size_t *signature_length);
psa_status_t libcrypto_verify_message(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                      size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                      size_t input_length, const uint8_t *signature, size_t signature_length);

psa_status_t libcrypto_key_agreement(psa_algorithm_t alg, const psa_key_attributes_t *our_attributes,
                                     const uint8_t *our_key_buffer, size_t our_key_buffer_length,
                                     const uint8_t *peer_key, size_t peer_key_length, uint8_t *output,
                                     size_t output_size, size_t *output_length);

psa_status_t libcrypto_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                                  uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length, size_t *bits);
psa_status_t libcrypto_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer, size_t key_buffer_size,
                                    size_t *key_buffer_length);
psa_status_t libcrypto_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                         size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length);

psa_status_t libcrypto_get_entropy(psa_driver_get_entropy_flags_t flags, size_t *estimate_bits, uint8_t *output,
                                   size_t output_size);
psa_status_t libcrypto_init_random(libcrypto_random_context_t *context);
psa_status_t libcrypto_add_entropy(libcrypto_random_context_t *context, const uint8_t *entropy, size_t entropy_size);
psa_status_t libcrypto_get_random(libcrypto_random_context_t *context, uint8_t *output, size_t output_size,
                                  size_t *output_length);

#ifdef __cplusplus
}
#endif

#endif
