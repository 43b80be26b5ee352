/** @file
 * A PSA driver for a model of a secure element that keeps no keys: each key lives with the core,
 * wrapped by a device key that never leaves the element.
 *
 * Statuses are those of the API functions, and for a key context: PSA_ERROR_DATA_CORRUPT if it was
 * tampered with or wrapped by another element, PSA_ERROR_DATA_INVALID if it is none of ours or does
 * not belong to these attributes.
 */
#ifndef WRAPPED_SE_H
#define WRAPPED_SE_H

#include <psa/crypto.h>
#include <psa/crypto_driver_common.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Where its keys live; the vendor range starts at 0x800000. */
#define WRAPPED_SE_LOCATION ((psa_key_location_t)0x8a0001)

/** Bytes that wrapping adds: header, nonce, tag. */
#define WRAPPED_SE_OVERHEAD 44

/** Bytes of a P-256 private key. */
#define WRAPPED_SE_PRIVATE_SIZE 32

/** The longest HMAC key in bytes. */
#define WRAPPED_SE_HMAC_KEY_MAX 128

/** Bytes of the element's own memory: a mark and the device key. */
#define WRAPPED_SE_STATE_SIZE 36

/** Makes the device key when the element is new. */
psa_status_t wrapped_se_init(void);

/** HMAC keys of 8 to 1024 bits and P-256 key pairs. */
psa_status_t wrapped_se_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                                   uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length,
                                   size_t *bits);
psa_status_t wrapped_se_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer,
                                     size_t key_buffer_size, size_t *key_buffer_length);
psa_status_t wrapped_se_export_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length);
psa_status_t wrapped_se_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                          size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length);

/** Wraps the same key anew. */
psa_status_t wrapped_se_copy_key(const psa_key_attributes_t *attributes, const uint8_t *source_key,
                                 size_t source_key_length, uint8_t *target_key_buffer, size_t target_key_buffer_size,
                                 size_t *target_key_buffer_length);

/** Randomised ECDSA. */
psa_status_t wrapped_se_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                  size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                                  uint8_t *signature, size_t signature_size, size_t *signature_length);
psa_status_t wrapped_se_verify_hash(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                    size_t hash_length, const uint8_t *signature, size_t signature_length);

/** HMAC-SHA-256, full length. */
psa_status_t wrapped_se_mac_compute(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                    size_t input_length, uint8_t *mac, size_t mac_size, size_t *mac_length);

#ifdef __cplusplus
}
#endif

#endif
