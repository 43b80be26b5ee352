/** @file
 * The PSA Crypto API 1.5, and the key handles of version 1.0 beta 3.
 *
 * Common to all functions:
 *
 * - A function that can fail returns PSA_SUCCESS or a negative PSA_ERROR_xxx.  Lengths are in
 *   bytes, key sizes in bits.  Before psa_crypto_init() they return PSA_ERROR_BAD_STATE.
 * - An input is a pointer and a length; the pointer may be null where the length is 0.
 * - An output is a buffer, its size, and where its length goes.  PSA_ERROR_BUFFER_TOO_SMALL
 *   says that the size is not enough; the macros of crypto_sizes.h give sizes that are.  On
 *   every error the length is 0 and nothing that was computed is left in the buffer.
 * - A function that makes a key takes its attributes and writes its identifier, which is
 *   PSA_KEY_ID_NULL on error.  Persistent keys keep the identifier that was asked for.
 * - Using a key needs its policy to allow the algorithm and the use, or the function returns
 *   PSA_ERROR_NOT_PERMITTED; a key that does not exist is PSA_ERROR_INVALID_HANDLE.
 * - A multi-part operation is idle when all bytes are zero, and becomes idle again by finishing
 *   or aborting.  A function that fails in the middle leaves it in error: only the abort
 *   function is then allowed, everything else returns PSA_ERROR_BAD_STATE.
 *
 * Sections are those of the PSA Certified Crypto API 1.5.
 */
#ifndef PSA_CRYPTO_H
#define PSA_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include "crypto_sizes.h"
#include "crypto_struct.h"
#include "crypto_types.h"
#include "crypto_values.h"
#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The version of the API that these headers declare (section 8.2.1). */
#define PSA_CRYPTO_API_VERSION_MAJOR 1
#define PSA_CRYPTO_API_VERSION_MINOR 5

/* Library initialisation (section 8.2) */

/** Start the library: registers and initialises the drivers. May be called again; every other
 * function needs it first. */
psa_status_t psa_crypto_init(void);

/* Key attributes (sections 9.1, 9.2.5, 9.6.5, 9.7.2, 9.8) */

/** The initial value: no type, no size, volatile, no identifier, no usage, no algorithm. */
psa_key_attributes_t psa_key_attributes_init(void);

/** The attributes of an existing key. Reset `attributes` when done. */
psa_status_t psa_get_key_attributes(psa_key_id_t key, psa_key_attributes_t *attributes);

/** Back to the initial value, with all resources given up. */
void psa_reset_key_attributes(psa_key_attributes_t *attributes);

/** Ask for a persistent identifier; a volatile lifetime becomes PSA_KEY_LIFETIME_PERSISTENT. */
void psa_set_key_id(psa_key_attributes_t *attributes, psa_key_id_t id);

/** The identifier, PSA_KEY_ID_NULL if none is set. */
psa_key_id_t psa_get_key_id(const psa_key_attributes_t *attributes);

/** Set the lifetime; PSA_KEY_LIFETIME_VOLATILE clears the identifier. */
void psa_set_key_lifetime(psa_key_attributes_t *attributes, psa_key_lifetime_t lifetime);

/** The lifetime: persistence and location. */
psa_key_lifetime_t psa_get_key_lifetime(const psa_key_attributes_t *attributes);

/** Permit one algorithm, or those of a wildcard. */
void psa_set_key_algorithm(psa_key_attributes_t *attributes, psa_algorithm_t alg);

/** The permitted algorithm, PSA_ALG_NONE if none. */
psa_algorithm_t psa_get_key_algorithm(const psa_key_attributes_t *attributes);

/** Permit uses, PSA_KEY_USAGE_xxx; signing or verifying hashes implies the same for messages. */
void psa_set_key_usage_flags(psa_key_attributes_t *attributes, psa_key_usage_t usage_flags);

/** The permitted uses. */
psa_key_usage_t psa_get_key_usage_flags(const psa_key_attributes_t *attributes);

/** Whether `key` can be used in the role that the one flag `usage` names: of `alg`, or of no
 * algorithm for exporting, copying and caching. PSA_ERROR_NOT_PERMITTED if its policy excludes
 * that, PSA_ERROR_INVALID_ARGUMENT if flag, algorithm and type of key do not go together, and
 * PSA_ERROR_NOT_SUPPORTED if no driver would be asked. */
psa_status_t psa_check_key_usage(psa_key_id_t key, psa_algorithm_t alg, psa_key_usage_t usage);

/** Declare the type; PSA_KEY_TYPE_NONE clears it. */
void psa_set_key_type(psa_key_attributes_t *attributes, psa_key_type_t type);

/** The type, PSA_KEY_TYPE_NONE if none is set. */
psa_key_type_t psa_get_key_type(const psa_key_attributes_t *attributes);

/** The size in bits, 0 if not set. */
size_t psa_get_key_bits(const psa_key_attributes_t *attributes);

/** Declare the size in bits, 0 to have it taken from the data where there is data. */
void psa_set_key_bits(psa_key_attributes_t *attributes, size_t bits);

/* Key creation, destruction and export (section 9.9) */

/** Make a key from data in the export format of its type. A size in `attributes` must agree with
 * the data. */
psa_status_t psa_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                            psa_key_id_t *key);

/** Make a random key of the type and size in `attributes`. */
psa_status_t psa_generate_key(const psa_key_attributes_t *attributes, psa_key_id_t *key);

/** As psa_generate_key(), with parameters such as an RSA exponent (little-endian, in `custom_data`). */
psa_status_t psa_generate_key_custom(const psa_key_attributes_t *attributes, const psa_custom_key_parameters_t *custom,
                                     const uint8_t *custom_data, size_t custom_data_length, psa_key_id_t *key);

/** Copy a key to another lifetime or with a narrower policy; usage flags and algorithm are
 * intersected. */
psa_status_t psa_copy_key(psa_key_id_t source_key, const psa_key_attributes_t *attributes, psa_key_id_t *target_key);

/** Make a key identifier for a key that its location already holds; `label` says which one. */
psa_status_t psa_attach_key(const psa_key_attributes_t *attributes, const uint8_t *label, size_t label_length,
                            psa_key_id_t *key);

/** Destroy a key and wipe its material; running operations that use it fail. PSA_KEY_ID_NULL is
 * ignored. */
psa_status_t psa_destroy_key(psa_key_id_t key);

/** Drop the copies of a persistent key that are in volatile memory. */
psa_status_t psa_purge_key(psa_key_id_t key);

/** The key in the format of its type. Needs PSA_KEY_USAGE_EXPORT unless the key is public. See
 * PSA_EXPORT_KEY_OUTPUT_SIZE(). */
psa_status_t psa_export_key(psa_key_id_t key, uint8_t *data, size_t data_size, size_t *data_length);

/** The public part of an asymmetric key; needs no permission. See
 * PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(). */
psa_status_t psa_export_public_key(psa_key_id_t key, uint8_t *data, size_t data_size, size_t *data_length);

/* Key handles of version 1.0 beta 3 */

/** Open a persistent key. The handle is the identifier itself; PSA_ERROR_DOES_NOT_EXIST if there is
 * no such key. */
psa_status_t psa_open_key(psa_key_id_t id, psa_key_handle_t *handle);

/** Close a handle: purges a persistent key, destroys a volatile one. Null is ignored. */
psa_status_t psa_close_key(psa_key_handle_t handle);

/* Message digests (section 10.2) */

/** The hash of a message. See PSA_HASH_LENGTH(). */
psa_status_t psa_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                              size_t hash_size, size_t *hash_length);

/** PSA_SUCCESS if the message has this hash, PSA_ERROR_INVALID_SIGNATURE if not. */
psa_status_t psa_hash_compare(psa_algorithm_t alg, const uint8_t *input, size_t input_length, const uint8_t *hash,
                              size_t hash_length);

/** An idle operation. */
psa_hash_operation_t psa_hash_operation_init(void);

/** Start hashing: psa_hash_update() any number of times, then finish, verify, suspend or abort. */
psa_status_t psa_hash_setup(psa_hash_operation_t *operation, psa_algorithm_t alg);

/** Add a part of the message. */
psa_status_t psa_hash_update(psa_hash_operation_t *operation, const uint8_t *input, size_t input_length);

/** The hash of the message; the operation is idle again. */
psa_status_t psa_hash_finish(psa_hash_operation_t *operation, uint8_t *hash, size_t hash_size, size_t *hash_length);

/** Compare with an expected hash; the operation is idle again. PSA_ERROR_INVALID_SIGNATURE if it
 * differs. */
psa_status_t psa_hash_verify(psa_hash_operation_t *operation, const uint8_t *hash, size_t hash_length);

/** Give up; allowed in every state. */
psa_status_t psa_hash_abort(psa_hash_operation_t *operation);

/** Move the state into a buffer that any implementation can resume. See
 * PSA_HASH_SUSPEND_OUTPUT_SIZE(). */
psa_status_t psa_hash_suspend(psa_hash_operation_t *operation, uint8_t *hash_state, size_t hash_state_size,
                              size_t *hash_state_length);

/** Go on from a suspended state; in place of psa_hash_setup(). */
psa_status_t psa_hash_resume(psa_hash_operation_t *operation, const uint8_t *hash_state, size_t hash_state_length);

/** Copy an active operation into an idle one. */
psa_status_t psa_hash_clone(const psa_hash_operation_t *source_operation, psa_hash_operation_t *target_operation);

/* Extendable-output functions (section 10.3) */

/** An idle operation. */
psa_xof_operation_t psa_xof_operation_init(void);

/** Start: context if any, input, then output. */
psa_status_t psa_xof_setup(psa_xof_operation_t *operation, psa_algorithm_t alg);

/** Set the context, once, before any input, where PSA_ALG_XOF_HAS_CONTEXT(). */
psa_status_t psa_xof_set_context(psa_xof_operation_t *operation, const uint8_t *context, size_t context_length);

/** Add input; not after the first output. */
psa_status_t psa_xof_update(psa_xof_operation_t *operation, const uint8_t *input, size_t input_length);

/** The next `output_length` bytes of output. */
psa_status_t psa_xof_output(psa_xof_operation_t *operation, uint8_t *output, size_t output_length);

/** End the operation; allowed in every state. */
psa_status_t psa_xof_abort(psa_xof_operation_t *operation);

/* Message authentication codes (section 10.4) */

/** The MAC of a message. See PSA_MAC_LENGTH(). */
psa_status_t psa_mac_compute(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                             uint8_t *mac, size_t mac_size, size_t *mac_length);

/** PSA_SUCCESS if the message has this MAC, PSA_ERROR_INVALID_SIGNATURE if not. */
psa_status_t psa_mac_verify(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                            const uint8_t *mac, size_t mac_length);

/** An idle operation. */
psa_mac_operation_t psa_mac_operation_init(void);

/** Start computing: update, then psa_mac_sign_finish(). */
psa_status_t psa_mac_sign_setup(psa_mac_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/** Start verifying: update, then psa_mac_verify_finish(). */
psa_status_t psa_mac_verify_setup(psa_mac_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/** Add a part of the message. */
psa_status_t psa_mac_update(psa_mac_operation_t *operation, const uint8_t *input, size_t input_length);

/** The MAC; the operation is idle again. */
psa_status_t psa_mac_sign_finish(psa_mac_operation_t *operation, uint8_t *mac, size_t mac_size, size_t *mac_length);

/** Compare with an expected MAC; PSA_ERROR_INVALID_SIGNATURE if it differs. */
psa_status_t psa_mac_verify_finish(psa_mac_operation_t *operation, const uint8_t *mac, size_t mac_length);

/** Give up; allowed in every state. */
psa_status_t psa_mac_abort(psa_mac_operation_t *operation);

/* Unauthenticated ciphers (section 10.5) */

/** Random IV, then ciphertext, in one buffer. See PSA_CIPHER_ENCRYPT_OUTPUT_SIZE(). */
psa_status_t psa_cipher_encrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                uint8_t *output, size_t output_size, size_t *output_length);

/** The inverse: `input` begins with the IV. See PSA_CIPHER_DECRYPT_OUTPUT_SIZE(). */
psa_status_t psa_cipher_decrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                uint8_t *output, size_t output_size, size_t *output_length);

/** An idle operation. */
psa_cipher_operation_t psa_cipher_operation_init(void);

/** Start encrypting: set or generate the IV, update, finish. */
psa_status_t psa_cipher_encrypt_setup(psa_cipher_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/** Start decrypting: set the IV, update, finish. */
psa_status_t psa_cipher_decrypt_setup(psa_cipher_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/** Draw a random IV of the default length; encryption only. See PSA_CIPHER_IV_LENGTH(). */
psa_status_t psa_cipher_generate_iv(psa_cipher_operation_t *operation, uint8_t *iv, size_t iv_size, size_t *iv_length);

/** Set the IV, once, before any input. */
psa_status_t psa_cipher_set_iv(psa_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length);

/** Process a part. See PSA_CIPHER_UPDATE_OUTPUT_SIZE(). */
psa_status_t psa_cipher_update(psa_cipher_operation_t *operation, const uint8_t *input, size_t input_length,
                               uint8_t *output, size_t output_size, size_t *output_length);

/** The rest of the output. See PSA_CIPHER_FINISH_OUTPUT_SIZE(). */
psa_status_t psa_cipher_finish(psa_cipher_operation_t *operation, uint8_t *output, size_t output_size,
                               size_t *output_length);

/** Give up; allowed in every state. */
psa_status_t psa_cipher_abort(psa_cipher_operation_t *operation);

/* Authenticated encryption with associated data (section 10.6) */

/** Ciphertext, then tag, in one buffer. See PSA_AEAD_ENCRYPT_OUTPUT_SIZE(). */
psa_status_t psa_aead_encrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *nonce, size_t nonce_length,
                              const uint8_t *additional_data, size_t additional_data_length, const uint8_t *plaintext,
                              size_t plaintext_length, uint8_t *ciphertext, size_t ciphertext_size,
                              size_t *ciphertext_length);

/** The inverse; PSA_ERROR_INVALID_SIGNATURE, and no plaintext, if the tag is wrong. */
psa_status_t psa_aead_decrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *nonce, size_t nonce_length,
                              const uint8_t *additional_data, size_t additional_data_length, const uint8_t *ciphertext,
                              size_t ciphertext_length, uint8_t *plaintext, size_t plaintext_size,
                              size_t *plaintext_length);

/** An idle operation. */
psa_aead_operation_t psa_aead_operation_init(void);

/** Start encrypting: lengths if needed, nonce, additional data, plaintext, psa_aead_finish(). */
psa_status_t psa_aead_encrypt_setup(psa_aead_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/** Start decrypting: lengths if needed, nonce, additional data, ciphertext, psa_aead_verify(). */
psa_status_t psa_aead_decrypt_setup(psa_aead_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/** Announce the lengths, before the nonce; CCM needs it. */
psa_status_t psa_aead_set_lengths(psa_aead_operation_t *operation, size_t ad_length, size_t plaintext_length);

/** Draw a random nonce of the default length; encryption only. See PSA_AEAD_NONCE_LENGTH(). */
psa_status_t psa_aead_generate_nonce(psa_aead_operation_t *operation, uint8_t *nonce, size_t nonce_size,
                                     size_t *nonce_length);

/** Set the nonce, once. */
psa_status_t psa_aead_set_nonce(psa_aead_operation_t *operation, const uint8_t *nonce, size_t nonce_length);

/** Add additional data; not after the first psa_aead_update(). */
psa_status_t psa_aead_update_ad(psa_aead_operation_t *operation, const uint8_t *input, size_t input_length);

/** Process a part of the message. Decrypted data must not be trusted before psa_aead_verify(). */
psa_status_t psa_aead_update(psa_aead_operation_t *operation, const uint8_t *input, size_t input_length,
                             uint8_t *output, size_t output_size, size_t *output_length);

/** The rest of the ciphertext, and the tag. */
psa_status_t psa_aead_finish(psa_aead_operation_t *operation, uint8_t *ciphertext, size_t ciphertext_size,
                             size_t *ciphertext_length, uint8_t *tag, size_t tag_size, size_t *tag_length);

/** The rest of the plaintext, and the verdict: PSA_ERROR_INVALID_SIGNATURE if the tag is wrong. */
psa_status_t psa_aead_verify(psa_aead_operation_t *operation, uint8_t *plaintext, size_t plaintext_size,
                             size_t *plaintext_length, const uint8_t *tag, size_t tag_length);

/** Give up; allowed in every state. */
psa_status_t psa_aead_abort(psa_aead_operation_t *operation);

/* Key wrapping (section 10.7) */

/** Encrypt a key under another one; it needs PSA_KEY_USAGE_EXPORT. See PSA_WRAP_KEY_OUTPUT_SIZE(). */
psa_status_t psa_wrap_key(psa_key_id_t wrapping_key, psa_algorithm_t alg, psa_key_id_t key, uint8_t *data,
                          size_t data_size, size_t *data_length);

/** Make a key from wrapped data; PSA_ERROR_INVALID_SIGNATURE if it is not genuine. */
psa_status_t psa_unwrap_key(const psa_key_attributes_t *attributes, psa_key_id_t wrapping_key, psa_algorithm_t alg,
                            const uint8_t *data, size_t data_length, psa_key_id_t *key);

/* Key derivation (section 10.8) */

/** An idle operation. */
psa_key_derivation_operation_t psa_key_derivation_operation_init(void);

/** Start: capacity if wanted, inputs in the order of the algorithm, outputs, abort. */
psa_status_t psa_key_derivation_setup(psa_key_derivation_operation_t *operation, psa_algorithm_t alg);

/** How many bytes can still be drawn. */
psa_status_t psa_key_derivation_get_capacity(const psa_key_derivation_operation_t *operation, size_t *capacity);

/** Lower the capacity to `capacity` bytes. */
psa_status_t psa_key_derivation_set_capacity(psa_key_derivation_operation_t *operation, size_t capacity);

/** Give an input as bytes. */
psa_status_t psa_key_derivation_input_bytes(psa_key_derivation_operation_t *operation, psa_key_derivation_step_t step,
                                            const uint8_t *data, size_t data_length);

/** Give a numeric input, such as PSA_KEY_DERIVATION_INPUT_COST. */
psa_status_t psa_key_derivation_input_integer(psa_key_derivation_operation_t *operation, psa_key_derivation_step_t step,
                                              uint64_t value);

/** Give an input as a key; secrets that become keys have to come in this way. */
psa_status_t psa_key_derivation_input_key(psa_key_derivation_operation_t *operation, psa_key_derivation_step_t step,
                                          psa_key_id_t key);

/** Draw the next bytes; PSA_ERROR_INSUFFICIENT_DATA beyond the capacity. */
psa_status_t psa_key_derivation_output_bytes(psa_key_derivation_operation_t *operation, uint8_t *output,
                                             size_t output_length);

/** Draw a key of the type and size in `attributes`. */
psa_status_t psa_key_derivation_output_key(const psa_key_attributes_t *attributes,
                                           psa_key_derivation_operation_t *operation, psa_key_id_t *key);

/** As psa_key_derivation_output_key(), with custom parameters. */
psa_status_t psa_key_derivation_output_key_custom(const psa_key_attributes_t *attributes,
                                                  psa_key_derivation_operation_t *operation,
                                                  const psa_custom_key_parameters_t *custom, const uint8_t *custom_data,
                                                  size_t custom_data_length, psa_key_id_t *key);

/** Draw and compare; PSA_ERROR_INVALID_SIGNATURE if they differ. */
psa_status_t psa_key_derivation_verify_bytes(psa_key_derivation_operation_t *operation, const uint8_t *expected_output,
                                             size_t output_length);

/** Draw and compare with a PSA_KEY_TYPE_PASSWORD_HASH key. */
psa_status_t psa_key_derivation_verify_key(psa_key_derivation_operation_t *operation, psa_key_id_t expected);

/** End the operation; allowed in every state, and needed after the last output. */
psa_status_t psa_key_derivation_abort(psa_key_derivation_operation_t *operation);

/* Asymmetric signature (section 10.9) */

/** Hash and sign a message. See PSA_SIGN_OUTPUT_SIZE(). */
psa_status_t psa_sign_message(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                              uint8_t *signature, size_t signature_size, size_t *signature_length);

/** As psa_sign_message(), with a context, where PSA_ALG_SIGN_SUPPORTS_CONTEXT(). */
psa_status_t psa_sign_message_with_context(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                                           size_t input_length, const uint8_t *context, size_t context_length,
                                           uint8_t *signature, size_t signature_size, size_t *signature_length);

/** PSA_SUCCESS if the signature of the message is genuine, PSA_ERROR_INVALID_SIGNATURE if not. */
psa_status_t psa_verify_message(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                const uint8_t *signature, size_t signature_length);

/** As psa_verify_message(), with a context. */
psa_status_t psa_verify_message_with_context(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input,
                                             size_t input_length, const uint8_t *context, size_t context_length,
                                             const uint8_t *signature, size_t signature_length);

/** Sign a hash, or short input of algorithms that do not hash. See PSA_SIGN_OUTPUT_SIZE(). */
psa_status_t psa_sign_hash(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                           uint8_t *signature, size_t signature_size, size_t *signature_length);

/** As psa_sign_hash(), with a context, where PSA_ALG_SIGN_SUPPORTS_CONTEXT(). */
psa_status_t psa_sign_hash_with_context(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                                        const uint8_t *context, size_t context_length, uint8_t *signature,
                                        size_t signature_size, size_t *signature_length);

/** PSA_SUCCESS if the signature of the hash is genuine, PSA_ERROR_INVALID_SIGNATURE if not. */
psa_status_t psa_verify_hash(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                             const uint8_t *signature, size_t signature_length);

/** As psa_verify_hash(), with a context. */
psa_status_t psa_verify_hash_with_context(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash,
                                          size_t hash_length, const uint8_t *context, size_t context_length,
                                          const uint8_t *signature, size_t signature_length);

/** An idle operation. */
psa_sign_operation_t psa_sign_operation_init(void);

/** Start signing a message: context if any, update, finish. */
psa_status_t psa_sign_setup(psa_sign_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg);

/** Set the context, once, before any input. */
psa_status_t psa_sign_set_context(psa_sign_operation_t *operation, const uint8_t *context, size_t context_length);

/** Add a part of the message. */
psa_status_t psa_sign_update(psa_sign_operation_t *operation, const uint8_t *input, size_t input_length);

/** The signature; the operation is idle again. */
psa_status_t psa_sign_finish(psa_sign_operation_t *operation, uint8_t *signature, size_t signature_size,
                             size_t *signature_length);

/** Give up; allowed in every state. */
psa_status_t psa_sign_abort(psa_sign_operation_t *operation);

/** An idle operation. */
psa_verify_operation_t psa_verify_operation_init(void);

/** Start verifying: `signature` first, then context if any, update, finish. */
psa_status_t psa_verify_setup(psa_verify_operation_t *operation, psa_key_id_t key, psa_algorithm_t alg,
                              const uint8_t *signature, size_t signature_length);

/** Set the context, once, before any input. */
psa_status_t psa_verify_set_context(psa_verify_operation_t *operation, const uint8_t *context, size_t context_length);

/** Add a part of the message. */
psa_status_t psa_verify_update(psa_verify_operation_t *operation, const uint8_t *input, size_t input_length);

/** The verdict; PSA_ERROR_INVALID_SIGNATURE if the signature is not genuine. */
psa_status_t psa_verify_finish(psa_verify_operation_t *operation);

/** Give up; allowed in every state. */
psa_status_t psa_verify_abort(psa_verify_operation_t *operation);

/* Asymmetric encryption (section 10.10) */

/** Encrypt a short message. `salt` is the OAEP label, else null. See
 * PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE(). */
psa_status_t psa_asymmetric_encrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                    const uint8_t *salt, size_t salt_length, uint8_t *output, size_t output_size,
                                    size_t *output_length);

/** The inverse; PSA_ERROR_INVALID_PADDING if the padding is wrong. See
 * PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE(). */
psa_status_t psa_asymmetric_decrypt(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *input, size_t input_length,
                                    const uint8_t *salt, size_t salt_length, uint8_t *output, size_t output_size,
                                    size_t *output_length);

/* Key agreement (section 10.11) */

/** Agree, and keep the shared secret as a key. `peer_key` is in the export format of a public key. */
psa_status_t psa_key_agreement(psa_key_id_t private_key, const uint8_t *peer_key, size_t peer_key_length,
                               psa_algorithm_t alg, const psa_key_attributes_t *attributes, psa_key_id_t *key);

/** Agree, and hand out the raw shared secret. See PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(). */
psa_status_t psa_raw_key_agreement(psa_algorithm_t alg, psa_key_id_t private_key, const uint8_t *peer_key,
                                   size_t peer_key_length, uint8_t *output, size_t output_size, size_t *output_length);

/** Agree, and give the shared secret to a derivation as input `step`. */
psa_status_t psa_key_derivation_key_agreement(psa_key_derivation_operation_t *operation, psa_key_derivation_step_t step,
                                              psa_key_id_t private_key, const uint8_t *peer_key,
                                              size_t peer_key_length);

/* Key encapsulation (section 10.12) */

/** Make a fresh shared secret as a key, and its ciphertext. See PSA_ENCAPSULATE_CIPHERTEXT_SIZE(). */
psa_status_t psa_encapsulate(psa_key_id_t key, psa_algorithm_t alg, const psa_key_attributes_t *attributes,
                             psa_key_id_t *output_key, uint8_t *ciphertext, size_t ciphertext_size,
                             size_t *ciphertext_length);

/** The shared secret of a ciphertext, as a key. */
psa_status_t psa_decapsulate(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *ciphertext, size_t ciphertext_length,
                             const psa_key_attributes_t *attributes, psa_key_id_t *output_key);

/* Password-authenticated key exchange (section 10.13) */

/** The initial value: no algorithm, no primitive, confirmed key. */
psa_pake_cipher_suite_t psa_pake_cipher_suite_init(void);

/** The PAKE algorithm of a cipher suite. */
psa_algorithm_t psa_pake_cs_get_algorithm(const psa_pake_cipher_suite_t *cipher_suite);

/** Set the PAKE algorithm; a wildcard is not allowed. */
void psa_pake_cs_set_algorithm(psa_pake_cipher_suite_t *cipher_suite, psa_algorithm_t alg);

/** The group, see PSA_PAKE_PRIMITIVE(). */
psa_pake_primitive_t psa_pake_cs_get_primitive(const psa_pake_cipher_suite_t *cipher_suite);

/** Set the group, see PSA_PAKE_PRIMITIVE(). */
void psa_pake_cs_set_primitive(psa_pake_cipher_suite_t *cipher_suite, psa_pake_primitive_t primitive);

/** PSA_PAKE_CONFIRMED_KEY or PSA_PAKE_UNCONFIRMED_KEY. */
uint32_t psa_pake_cs_get_key_confirmation(const psa_pake_cipher_suite_t *cipher_suite);

/** Choose PSA_PAKE_CONFIRMED_KEY or PSA_PAKE_UNCONFIRMED_KEY. */
void psa_pake_cs_set_key_confirmation(psa_pake_cipher_suite_t *cipher_suite, uint32_t key_confirmation);

/** An idle operation. */
psa_pake_operation_t psa_pake_operation_init(void);

/** Start: role, user, peer, context as the algorithm needs, its rounds, the shared key. */
psa_status_t psa_pake_setup(psa_pake_operation_t *operation, psa_key_id_t password_key,
                            const psa_pake_cipher_suite_t *cipher_suite);

/** Set the own role, PSA_PAKE_ROLE_xxx. */
psa_status_t psa_pake_set_role(psa_pake_operation_t *operation, psa_pake_role_t role);

/** Set the own identity. */
psa_status_t psa_pake_set_user(psa_pake_operation_t *operation, const uint8_t *user_id, size_t user_id_len);

/** Set the identity of the peer. */
psa_status_t psa_pake_set_peer(psa_pake_operation_t *operation, const uint8_t *peer_id, size_t peer_id_len);

/** Set what both sides know about the exchange. */
psa_status_t psa_pake_set_context(psa_pake_operation_t *operation, const uint8_t *context, size_t context_len);

/** The own data of a step. See PSA_PAKE_OUTPUT_SIZE(). */
psa_status_t psa_pake_output(psa_pake_operation_t *operation, psa_pake_step_t step, uint8_t *output, size_t output_size,
                             size_t *output_length);

/** Give the peer's data of a step; PSA_ERROR_INVALID_SIGNATURE if a proof or confirmation is wrong. */
psa_status_t psa_pake_input(psa_pake_operation_t *operation, psa_pake_step_t step, const uint8_t *input,
                            size_t input_length);

/** The shared secret as a key; the operation is idle again. */
psa_status_t psa_pake_get_shared_key(psa_pake_operation_t *operation, const psa_key_attributes_t *attributes,
                                     psa_key_id_t *key);

/** Give up; allowed in every state. */
psa_status_t psa_pake_abort(psa_pake_operation_t *operation);

/* Random numbers (section 10.14) */

/** Fill `output` with random bytes fit for keys. */
psa_status_t psa_generate_random(uint8_t *output, size_t output_size);

#ifdef __cplusplus
}
#endif

#endif
