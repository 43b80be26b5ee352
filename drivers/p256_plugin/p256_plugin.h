/** @file
 * A PSA driver for keys on NIST P-256, in portable C.
 *
 * Statuses are those of the API functions; what is not P-256 is PSA_ERROR_NOT_SUPPORTED, so that
 * another driver gets its turn.
 */
#ifndef P256_PLUGIN_H
#define P256_PLUGIN_H

#include <psa/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

psa_status_t p256_plugin_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                                    uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length,
                                    size_t *bits);
psa_status_t p256_plugin_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer,
                                      size_t key_buffer_size, size_t *key_buffer_length);
psa_status_t p256_plugin_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                           size_t key_buffer_size, uint8_t *data, size_t data_size,
                                           size_t *data_length);

/** Randomised ECDSA. The hash may have any length; its leftmost 256 bits are signed. */
psa_status_t p256_plugin_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                                   uint8_t *signature, size_t signature_size, size_t *signature_length);

/** Any ECDSA: how the nonce was made does not show in a signature. */
psa_status_t p256_plugin_verify_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                     size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                     size_t hash_length, const uint8_t *signature, size_t signature_length);

psa_status_t p256_plugin_key_agreement(psa_algorithm_t alg, const psa_key_attributes_t *our_attributes,
                                       const uint8_t *our_key_buffer, size_t our_key_buffer_length,
                                       const uint8_t *peer_key, size_t peer_key_length, uint8_t *output,
                                       size_t output_size, size_t *output_length);

#ifdef __cplusplus
}
#endif

#endif
