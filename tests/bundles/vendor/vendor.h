/* A driver with algorithms of its own. */
#ifndef VENDOR_H
#define VENDOR_H

#include <psa/crypto.h>

#define VENDOR_BASE 0x82000000u
#define PSA_ALG_VENDOR_SUM ((psa_algorithm_t)(VENDOR_BASE | 0x10))
#define VENDOR_MAC(hash) ((psa_algorithm_t)(0x83800000u | ((hash) & 0xffu)))
#define PSA_ALG_VENDOR_SIGN ((psa_algorithm_t)0x86000001)
#define PSA_ALG_VENDOR_XOR ((psa_algorithm_t)0x84c0ff00)

/* The sum of all bytes, as four bytes. */
typedef struct {
    uint32_t sum;
} vendor_hash_operation_t;

psa_status_t vendor_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                                 size_t hash_size, size_t *hash_length);
psa_status_t vendor_hash_setup(vendor_hash_operation_t *operation, psa_algorithm_t alg);
psa_status_t vendor_hash_update(vendor_hash_operation_t *operation, const uint8_t *input, size_t input_length);
psa_status_t vendor_hash_finish(vendor_hash_operation_t *operation, uint8_t *hash, size_t hash_size,
                                size_t *hash_length);
psa_status_t vendor_hash_abort(vendor_hash_operation_t *operation);

/* The sum of key and message. */
psa_status_t vendor_mac_compute(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                uint8_t *mac, size_t mac_size, size_t *mac_length);
psa_status_t vendor_sign_message(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                 size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                 uint8_t *signature, size_t signature_size, size_t *signature_length);
psa_status_t vendor_verify_message(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                   size_t input_length, const uint8_t *signature, size_t signature_length);

/* Every byte with the first of the key. */
psa_status_t vendor_cipher_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *iv, size_t iv_length,
                                   const uint8_t *input, size_t input_length, uint8_t *output, size_t output_size,
                                   size_t *output_length);
psa_status_t vendor_cipher_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                   size_t input_length, uint8_t *output, size_t output_size, size_t *output_length);

#endif
