/** @file
 * A PSA driver for AES on the AES and carry-less multiply instructions of x86-64 processors:
 * CTR, CBC, ECB, GCM and CMAC with keys of 128, 192 and 256 bits.
 *
 * On a processor without the instructions every setup and single-part call returns
 * PSA_ERROR_NOT_SUPPORTED.  Operation objects are plain data without pointers.  An output may
 * overlap the inputs in any way.
 */
#ifndef X86_AES_H
#define X86_AES_H

#include <psa/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A key schedule (FIPS 197, 5.2); for the inverse cipher in the order and form of 5.3.5. */
typedef struct {
    uint8_t round_key[15][16];
    uint32_t rounds; /**< 10, 12 or 14 */
} x86_aes_key_t;

/** The powers of the hash key that x86_aes_gcm_key_t can hold: the blocks of the largest batch. */
#define X86_AES_POWERS 32

/** What GCM makes of a key. */
typedef struct {
    x86_aes_key_t schedule;
    uint32_t powers; /**< how many powers of the hash key there are: 1, 8, 16 or 32 */
    /** Power n is at X86_AES_POWERS - n, in the form that x86_aes_ghash.h describes; `half` holds
     * the sum of its two halves, twice. */
    uint8_t power[X86_AES_POWERS][16];
    uint8_t half[X86_AES_POWERS][16];
} x86_aes_gcm_key_t;

/** GCM in progress. Lengths are in bytes. */
typedef struct {
    uint8_t counter[16];  /**< of the next block */
    uint8_t first[16];    /**< the encrypted first counter block, which masks the tag */
    uint8_t hash[16];     /**< GHASH so far, bytes reversed */
    uint8_t stream[16];   /**< key stream of the block that was begun */
    uint8_t block[16];    /**< additional data or ciphertext of the block that was begun */
    uint64_t ad_length;   /**< additional data so far */
    uint64_t text_length; /**< text so far */
} x86_aes_gcm_t;

/** A cipher in progress. */
typedef struct {
    psa_algorithm_t alg; /**< 0 when idle */
    uint8_t decrypt;
    uint8_t has_iv;
    uint8_t used;      /**< CTR: bytes of `block` that were used; else: bytes in `block` */
    uint8_t iv[16];    /**< CTR: the next counter block; CBC: the last block of ciphertext */
    uint8_t block[16]; /**< CTR: key stream; else: input that waits */
    x86_aes_key_t key;
} x86_aes_cipher_operation_t;

/** An authenticated encryption in progress. */
typedef struct {
    psa_algorithm_t alg; /**< 0 when idle */
    uint8_t decrypt;
    uint8_t has_nonce;
    uint8_t has_lengths;
    uint8_t has_text;
    uint64_t ad_limit; /**< bytes, if has_lengths */
    uint64_t text_limit;
    x86_aes_gcm_t gcm;
    x86_aes_gcm_key_t key;
} x86_aes_aead_operation_t;

/** A MAC in progress. */
typedef struct {
    psa_algorithm_t alg; /**< 0 when idle */
    uint8_t verify;
    uint8_t used;      /**< bytes in block */
    uint8_t state[16]; /**< the chain */
    uint8_t block[16]; /**< the last bytes, which wait because they may be the end */
    x86_aes_key_t key;
} x86_aes_mac_operation_t;

psa_status_t x86_aes_cipher_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *iv, size_t iv_length,
                                    const uint8_t *input, size_t input_length, uint8_t *output, size_t output_size,
                                    size_t *output_length);
psa_status_t x86_aes_cipher_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                    size_t input_length, uint8_t *output, size_t output_size, size_t *output_length);
psa_status_t x86_aes_cipher_encrypt_setup(x86_aes_cipher_operation_t *operation, const psa_key_attributes_t *attributes,
                                          const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t x86_aes_cipher_decrypt_setup(x86_aes_cipher_operation_t *operation, const psa_key_attributes_t *attributes,
                                          const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t x86_aes_cipher_set_iv(x86_aes_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length);
psa_status_t x86_aes_cipher_update(x86_aes_cipher_operation_t *operation, const uint8_t *input, size_t input_length,
                                   uint8_t *output, size_t output_size, size_t *output_length);
psa_status_t x86_aes_cipher_finish(x86_aes_cipher_operation_t *operation, uint8_t *output, size_t output_size,
                                   size_t *output_length);
psa_status_t x86_aes_cipher_abort(x86_aes_cipher_operation_t *operation);

psa_status_t x86_aes_aead_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                  size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *nonce,
                                  size_t nonce_length, const uint8_t *additional_data, size_t additional_data_length,
                                  const uint8_t *plaintext, size_t plaintext_length, uint8_t *ciphertext,
                                  size_t ciphertext_size, size_t *ciphertext_length);
psa_status_t x86_aes_aead_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                  size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *nonce,
                                  size_t nonce_length, const uint8_t *additional_data, size_t additional_data_length,
                                  const uint8_t *ciphertext, size_t ciphertext_length, uint8_t *plaintext,
                                  size_t plaintext_size, size_t *plaintext_length);
psa_status_t x86_aes_aead_encrypt_setup(x86_aes_aead_operation_t *operation, const psa_key_attributes_t *attributes,
                                        const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t x86_aes_aead_decrypt_setup(x86_aes_aead_operation_t *operation, const psa_key_attributes_t *attributes,
                                        const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t x86_aes_aead_set_lengths(x86_aes_aead_operation_t *operation, size_t ad_length, size_t plaintext_length);
psa_status_t x86_aes_aead_set_nonce(x86_aes_aead_operation_t *operation, const uint8_t *nonce, size_t nonce_length);
psa_status_t x86_aes_aead_update_ad(x86_aes_aead_operation_t *operation, const uint8_t *input, size_t input_length);
psa_status_t x86_aes_aead_update(x86_aes_aead_operation_t *operation, const uint8_t *input, size_t input_length,
                                 uint8_t *output, size_t output_size, size_t *output_length);
psa_status_t x86_aes_aead_finish(x86_aes_aead_operation_t *operation, uint8_t *ciphertext, size_t ciphertext_size,
                                 size_t *ciphertext_length, uint8_t *tag, size_t tag_size, size_t *tag_length);
psa_status_t x86_aes_aead_verify(x86_aes_aead_operation_t *operation, uint8_t *plaintext, size_t plaintext_size,
                                 size_t *plaintext_length, const uint8_t *tag, size_t tag_length);
psa_status_t x86_aes_aead_abort(x86_aes_aead_operation_t *operation);

psa_status_t x86_aes_mac_compute(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                 size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                 uint8_t *mac, size_t mac_size, size_t *mac_length);
psa_status_t x86_aes_mac_verify(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                const uint8_t *mac, size_t mac_length);
psa_status_t x86_aes_mac_sign_setup(x86_aes_mac_operation_t *operation, const psa_key_attributes_t *attributes,
                                    const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t x86_aes_mac_verify_setup(x86_aes_mac_operation_t *operation, const psa_key_attributes_t *attributes,
                                      const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t x86_aes_mac_update(x86_aes_mac_operation_t *operation, const uint8_t *input, size_t input_length);
psa_status_t x86_aes_mac_sign_finish(x86_aes_mac_operation_t *operation, uint8_t *mac, size_t mac_size,
                                     size_t *mac_length);
psa_status_t x86_aes_mac_verify_finish(x86_aes_mac_operation_t *operation, const uint8_t *mac, size_t mac_length);
psa_status_t x86_aes_mac_abort(x86_aes_mac_operation_t *operation);

#ifdef __cplusplus
}
#endif

#endif
