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
struct lc_cipher_kind;
struct lc_mac_kind;
struct lc_aead_kind;
struct lc_kdf_kind;
struct lc_pake_kind;
struct lc_block;
struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;
struct gcm128_context;

/** A hash in progress.
 *
 * For MD4, MD5, RIPEMD-160, SHA-1 and SHA-2 the state is in here and may be copied byte by
 * byte; for the other hashes it holds a libcrypto object, which only hash_clone duplicates.
 */
typedef struct {
    const struct lc_hash *hash; /**< row of the table of hashes; null when idle */
    uint64_t state[28];
} libcrypto_hash_operation_t;

/** An extendable-output function in progress; may be copied byte by byte. */
typedef struct {
    uint64_t lanes[25];
    uint8_t rate;      /**< bytes of a block; 0 when idle */
    uint8_t position;  /**< in the block */
    uint8_t squeezing; /**< 1 after the first output */
} libcrypto_xof_operation_t;

/** A cipher in progress.  It owns libcrypto objects: not to be copied. */
typedef struct {
    const struct lc_cipher_kind *kind; /**< null when idle */
    struct evp_cipher_ctx_st *text;    /**< what the text goes through */
    struct evp_cipher_ctx_st *second;  /**< XTS: the cipher of the tweak */
    uint64_t left;                     /**< bytes of text that may still come */
    uint8_t held[32];                  /**< text that waits for more */
    uint8_t chain[16];                 /**< XTS: the tweak; counter mode: the counter */
    uint8_t key[32];                   /**< XChaCha20: until the IV is known; counter mode: the key stream */
    uint8_t held_size;
    uint8_t stream_left;  /**< bytes of key stream not yet used */
    uint8_t block;        /**< text is processed in multiples of this */
    uint8_t cipher_block; /**< bytes of a block of the cipher */
    uint8_t hold;         /**< bytes that wait for the end, at least */
    uint8_t encrypt;      /**< 1 or 0, as those below */
    uint8_t takes_iv;
    uint8_t extended; /**< XChaCha20 */
    uint8_t ready;    /**< has its IV, or needs none */
} libcrypto_cipher_operation_t;

/** The parts of an HMAC: the hashes of the two padded keys, the inner one with the input. */
typedef struct {
    libcrypto_hash_operation_t inner;
    libcrypto_hash_operation_t outer;
} libcrypto_hmac_t;

/** The parts of a MAC made of a block cipher: its cipher block chaining. */
typedef struct {
    struct evp_cipher_ctx_st *chain;
    uint8_t waiting[16]; /**< input not yet processed */
    uint8_t subkey[16];  /**< CMAC: L of SP 800-38B, section 6.1 */
    uint8_t state[16];   /**< the last block of ciphertext */
    uint8_t waiting_size;
    uint8_t block;
} libcrypto_block_mac_t;

/** A MAC in progress.  It owns libcrypto objects: not to be copied. */
typedef struct {
    const struct lc_mac_kind *kind; /**< null when idle */
    uint8_t length;                 /**< bytes of the MAC that was asked for */
    uint8_t full;                   /**< bytes of the whole MAC */
    union {
        libcrypto_hmac_t hmac;
        libcrypto_block_mac_t block;
        struct evp_mac_ctx_st *object;
    } u;
} libcrypto_mac_operation_t;

/** An AEAD in progress.  It owns libcrypto objects: not to be copied. */
typedef struct {
    const struct lc_aead_kind *kind; /**< null when idle */
    const struct lc_block *cipher;   /**< the row of the block cipher, if it has one */
    struct evp_cipher_ctx_st *text;  /**< what the text goes through */
    struct gcm128_context *gcm;      /**< GCM that libcrypto does not have under a name */
    libcrypto_block_mac_t mac;       /**< CCM */
    uint64_t ad_left;                /**< bytes that may still come; exactly, if declared */
    uint64_t text_left;
    uint64_t ad_length; /**< as declared */
    uint64_t text_length;
    uint8_t mask[16]; /**< CCM: what the tag is encrypted with */
    uint8_t key[32];  /**< XChaCha20-Poly1305: until the nonce is known */
    uint8_t tag_length;
    uint8_t encrypt;  /**< 1 or 0, as those below */
    uint8_t declared; /**< the lengths are known */
    uint8_t ready;    /**< has its nonce */
    uint8_t started;  /**< text has come */
} libcrypto_aead_operation_t;

/** A key derivation in progress.  It owns libcrypto objects: not to be copied. */
typedef struct {
    const struct lc_kdf_kind *kind; /**< null when idle */
    libcrypto_mac_operation_t prf;  /**< with the key; its kind is null if there is none */
    uint8_t *fixed;                 /**< what goes into every block */
    size_t fixed_size;
    uint64_t counter;  /**< blocks made */
    uint32_t cost;     /**< PBKDF2: iterations */
    uint8_t chain[64]; /**< what goes from one block into the next, or into all of them */
    uint8_t block[64]; /**< the last block, if some of it is still to be handed out */
    uint8_t chain_size;
    uint8_t block_size;
    uint8_t left; /**< bytes at the end of the block */
} libcrypto_key_derivation_operation_t;

/** A PAKE in progress.  It owns its state: not to be copied. */
typedef struct {
    const struct lc_pake_kind *kind; /**< null when idle */
    void *state;
} libcrypto_pake_operation_t;

/** A random generator.  Its state is libcrypto's, in the driver's own library context; here is what small requests
 * were made ahead, each byte of which is given out once and wiped then. */
typedef struct {
    uint32_t ready; /**< 1 after init_random */
    uint32_t left;  /**< bytes at the end of ahead */
    uint32_t forks; /**< of this process before they were made: a child makes its own */
    uint8_t ahead[256];
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

psa_status_t libcrypto_xof_setup(libcrypto_xof_operation_t *operation, psa_algorithm_t alg);
psa_status_t libcrypto_xof_update(libcrypto_xof_operation_t *operation, const uint8_t *input, size_t input_length);
psa_status_t libcrypto_xof_output(libcrypto_xof_operation_t *operation, uint8_t *output, size_t output_length);
psa_status_t libcrypto_xof_abort(libcrypto_xof_operation_t *operation);

psa_status_t libcrypto_mac_compute(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                   size_t input_length, uint8_t *mac, size_t mac_size, size_t *mac_length);
psa_status_t libcrypto_mac_verify(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                  size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                  size_t input_length, const uint8_t *mac, size_t mac_length);
psa_status_t libcrypto_mac_sign_setup(libcrypto_mac_operation_t *operation, const psa_key_attributes_t *attributes,
                                      const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t libcrypto_mac_verify_setup(libcrypto_mac_operation_t *operation, const psa_key_attributes_t *attributes,
                                        const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t libcrypto_mac_update(libcrypto_mac_operation_t *operation, const uint8_t *input, size_t input_length);
psa_status_t libcrypto_mac_sign_finish(libcrypto_mac_operation_t *operation, uint8_t *mac, size_t mac_size,
                                       size_t *mac_length);
psa_status_t libcrypto_mac_verify_finish(libcrypto_mac_operation_t *operation, const uint8_t *mac, size_t mac_length);
psa_status_t libcrypto_mac_abort(libcrypto_mac_operation_t *operation);

/** The output is the ciphertext without the IV. */
psa_status_t libcrypto_cipher_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                      size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *iv, size_t iv_length,
                                      const uint8_t *input, size_t input_length, uint8_t *output, size_t output_size,
                                      size_t *output_length);

/** The input is an IV of the default length and then the ciphertext. */
psa_status_t libcrypto_cipher_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                      size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                      size_t input_length, uint8_t *output, size_t output_size, size_t *output_length);
psa_status_t libcrypto_cipher_encrypt_setup(libcrypto_cipher_operation_t *operation,
                                            const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                            size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t libcrypto_cipher_decrypt_setup(libcrypto_cipher_operation_t *operation,
                                            const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                            size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t libcrypto_cipher_set_iv(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length);
psa_status_t libcrypto_cipher_update(libcrypto_cipher_operation_t *operation, const uint8_t *input, size_t input_length,
                                     uint8_t *output, size_t output_size, size_t *output_length);
psa_status_t libcrypto_cipher_finish(libcrypto_cipher_operation_t *operation, uint8_t *output, size_t output_size,
                                     size_t *output_length);
psa_status_t libcrypto_cipher_abort(libcrypto_cipher_operation_t *operation);

psa_status_t libcrypto_aead_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *nonce,
                                    size_t nonce_length, const uint8_t *additional_data, size_t additional_data_length,
                                    const uint8_t *plaintext, size_t plaintext_length, uint8_t *ciphertext,
                                    size_t ciphertext_size, size_t *ciphertext_length);
psa_status_t libcrypto_aead_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                    size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *nonce,
                                    size_t nonce_length, const uint8_t *additional_data, size_t additional_data_length,
                                    const uint8_t *ciphertext, size_t ciphertext_length, uint8_t *plaintext,
                                    size_t plaintext_size, size_t *plaintext_length);
psa_status_t libcrypto_aead_encrypt_setup(libcrypto_aead_operation_t *operation, const psa_key_attributes_t *attributes,
                                          const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t libcrypto_aead_decrypt_setup(libcrypto_aead_operation_t *operation, const psa_key_attributes_t *attributes,
                                          const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg);
psa_status_t libcrypto_aead_set_lengths(libcrypto_aead_operation_t *operation, size_t ad_length,
                                        size_t plaintext_length);
psa_status_t libcrypto_aead_set_nonce(libcrypto_aead_operation_t *operation, const uint8_t *nonce, size_t nonce_length);
psa_status_t libcrypto_aead_update_ad(libcrypto_aead_operation_t *operation, const uint8_t *input, size_t input_length);

/** Every update gives out as many bytes as came in. */
psa_status_t libcrypto_aead_update(libcrypto_aead_operation_t *operation, const uint8_t *input, size_t input_length,
                                   uint8_t *output, size_t output_size, size_t *output_length);
psa_status_t libcrypto_aead_finish(libcrypto_aead_operation_t *operation, uint8_t *ciphertext, size_t ciphertext_size,
                                   size_t *ciphertext_length, uint8_t *tag, size_t tag_size, size_t *tag_length);
psa_status_t libcrypto_aead_verify(libcrypto_aead_operation_t *operation, uint8_t *plaintext, size_t plaintext_size,
                                   size_t *plaintext_length, const uint8_t *tag, size_t tag_length);
psa_status_t libcrypto_aead_abort(libcrypto_aead_operation_t *operation);

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

/** With a context: EDDSA_CTX, ED25519PH and ED448PH; others take the empty one only. */
psa_status_t libcrypto_sign_hash_with_context(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                              size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                              size_t hash_length, const uint8_t *context, size_t context_length,
                                              uint8_t *signature, size_t signature_size, size_t *signature_length);
psa_status_t libcrypto_verify_hash_with_context(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                                size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
                                                size_t hash_length, const uint8_t *context, size_t context_length,
                                                const uint8_t *signature, size_t signature_length);
psa_status_t libcrypto_sign_message_with_context(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                                 size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                                 size_t input_length, const uint8_t *context, size_t context_length,
                                                 uint8_t *signature, size_t signature_size, size_t *signature_length);
psa_status_t libcrypto_verify_message_with_context(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                                   size_t input_length, const uint8_t *context, size_t context_length,
                                                   const uint8_t *signature, size_t signature_length);

psa_status_t libcrypto_asymmetric_encrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                          size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                          size_t input_length, const uint8_t *salt, size_t salt_length, uint8_t *output,
                                          size_t output_size, size_t *output_length);
psa_status_t libcrypto_asymmetric_decrypt(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                          size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *input,
                                          size_t input_length, const uint8_t *salt, size_t salt_length, uint8_t *output,
                                          size_t output_size, size_t *output_length);

/** The output key is the shared secret as it is, with as many bits as its bytes have. */
psa_status_t libcrypto_encapsulate(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg,
                                   const psa_key_attributes_t *output_attributes, uint8_t *output_key_buffer,
                                   size_t output_key_buffer_size, size_t *output_key_buffer_length, uint8_t *ciphertext,
                                   size_t ciphertext_size, size_t *ciphertext_length);
psa_status_t libcrypto_decapsulate(const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                   size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *ciphertext,
                                   size_t ciphertext_length, const psa_key_attributes_t *output_attributes,
                                   uint8_t *output_key_buffer, size_t output_key_buffer_size,
                                   size_t *output_key_buffer_length);

psa_status_t libcrypto_wrap_key(const psa_key_attributes_t *wrapping_attributes, const uint8_t *wrapping_key_buffer,
                                size_t wrapping_key_buffer_size, psa_algorithm_t alg,
                                const psa_key_attributes_t *attributes, const uint8_t *key_buffer,
                                size_t key_buffer_size, uint8_t *data, size_t data_size, size_t *data_length);

/** Gives the unwrapped bytes as they are: whether they are a key of the type is for import to check.
 *
 * `*bits` of 0 becomes the number of bits of the bytes.
 */
psa_status_t libcrypto_unwrap_key(const psa_key_attributes_t *attributes,
                                  const psa_key_attributes_t *wrapping_attributes, const uint8_t *wrapping_key_buffer,
                                  size_t wrapping_key_buffer_size, psa_algorithm_t alg, const uint8_t *data,
                                  size_t data_length, uint8_t *key_buffer, size_t key_buffer_size,
                                  size_t *key_buffer_length, size_t *bits);

psa_status_t libcrypto_key_agreement(psa_algorithm_t alg, const psa_key_attributes_t *our_attributes,
                                     const uint8_t *our_key_buffer, size_t our_key_buffer_length,
                                     const uint8_t *peer_key, size_t peer_key_length, uint8_t *output,
                                     size_t output_size, size_t *output_length);

psa_status_t libcrypto_key_derivation_setup(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                                            const psa_crypto_driver_key_derivation_inputs_t *inputs);
psa_status_t libcrypto_key_derivation_output_bytes(libcrypto_key_derivation_operation_t *operation, uint8_t *output,
                                                   size_t output_length);
psa_status_t libcrypto_key_derivation_abort(libcrypto_key_derivation_operation_t *operation);

/** ECC, DH and SPAKE2+ key pairs; INSUFFICIENT_DATA for a number that is out of range, then draw again. */
psa_status_t libcrypto_derive_key(const psa_key_attributes_t *attributes, const uint8_t *input, size_t input_length,
                                  void *memory, uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length);

/** J-PAKE and SPAKE2+ on elliptic curves; other primitives are NOT_SUPPORTED. */
psa_status_t libcrypto_pake_setup(libcrypto_pake_operation_t *operation, const psa_crypto_driver_pake_inputs_t *inputs);
psa_status_t libcrypto_pake_output(libcrypto_pake_operation_t *operation, psa_crypto_driver_pake_step_t step,
                                   uint8_t *output, size_t output_size, size_t *output_length);
psa_status_t libcrypto_pake_input(libcrypto_pake_operation_t *operation, psa_crypto_driver_pake_step_t step,
                                  const uint8_t *input, size_t input_length);
psa_status_t libcrypto_pake_get_implicit_key(libcrypto_pake_operation_t *operation, uint8_t *output, size_t output_size,
                                             size_t *output_length);
psa_status_t libcrypto_pake_abort(libcrypto_pake_operation_t *operation);

psa_status_t libcrypto_import_key(const psa_key_attributes_t *attributes, const uint8_t *data, size_t data_length,
                                  uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length, size_t *bits);
psa_status_t libcrypto_generate_key(const psa_key_attributes_t *attributes, uint8_t *key_buffer, size_t key_buffer_size,
                                    size_t *key_buffer_length);
psa_status_t libcrypto_generate_key_custom(const psa_key_attributes_t *attributes,
                                           const psa_custom_key_parameters_t *custom, const uint8_t *custom_data,
                                           size_t custom_data_length, uint8_t *key_buffer, size_t key_buffer_size,
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
