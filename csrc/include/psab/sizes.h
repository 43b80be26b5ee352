/** @file
 * Size macros of the PSA Crypto API as functions, for languages that have no macros.
 *
 * Each is the macro of the same name; sizes are in bytes, 0 for what the API does not define.
 */
#ifndef PSAB_SIZES_H
#define PSAB_SIZES_H

#include <psa/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

/** PSA_HASH_LENGTH(); the most any hash has for algorithm 0. */
static inline size_t psab_hash_length(psa_algorithm_t alg) {
    return alg == 0 ? PSA_HASH_MAX_SIZE : PSA_HASH_LENGTH(alg);
}

/** PSA_HASH_SUSPEND_OUTPUT_SIZE(); the most any hash has for algorithm 0. */
static inline size_t psab_hash_suspend_output_size(psa_algorithm_t alg) {
    return alg == 0 ? PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE : PSA_HASH_SUSPEND_OUTPUT_SIZE(alg);
}

/** PSA_SIGN_OUTPUT_SIZE(). */
static inline size_t psab_sign_output_size(psa_key_type_t type, size_t bits, psa_algorithm_t alg) {
    return PSA_SIGN_OUTPUT_SIZE(type, bits, alg);
}

/** PSA_SIGNATURE_MAX_SIZE. */
static inline size_t psab_signature_max_size(void) {
    return PSA_SIGNATURE_MAX_SIZE;
}

/** PSA_EXPORT_KEY_OUTPUT_SIZE(). */
static inline size_t psab_export_key_output_size(psa_key_type_t type, size_t bits) {
    return PSA_EXPORT_KEY_OUTPUT_SIZE(type, bits);
}

/** PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(). */
static inline size_t psab_export_public_key_output_size(psa_key_type_t type, size_t bits) {
    return PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(type, bits);
}

/** PSA_EXPORT_ASYMMETRIC_KEY_MAX_SIZE. */
static inline size_t psab_export_max_size(void) {
    return PSA_EXPORT_ASYMMETRIC_KEY_MAX_SIZE;
}

/** PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(). */
static inline size_t psab_raw_key_agreement_output_size(psa_key_type_t type, size_t bits) {
    return PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(type, bits);
}

/** PSA_RAW_KEY_AGREEMENT_OUTPUT_MAX_SIZE. */
static inline size_t psab_raw_key_agreement_max_size(void) {
    return PSA_RAW_KEY_AGREEMENT_OUTPUT_MAX_SIZE;
}

/** PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE(). */
static inline size_t psab_asymmetric_encrypt_output_size(psa_key_type_t type, size_t bits, psa_algorithm_t alg) {
    return PSA_ASYMMETRIC_ENCRYPT_OUTPUT_SIZE(type, bits, alg);
}

/** PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE(). */
static inline size_t psab_asymmetric_decrypt_output_size(psa_key_type_t type, size_t bits, psa_algorithm_t alg) {
    return PSA_ASYMMETRIC_DECRYPT_OUTPUT_SIZE(type, bits, alg);
}

/** PSA_ASYMMETRIC_ENCRYPT_OUTPUT_MAX_SIZE. */
static inline size_t psab_asymmetric_max_size(void) {
    return PSA_ASYMMETRIC_ENCRYPT_OUTPUT_MAX_SIZE;
}

/** PSA_ENCAPSULATE_CIPHERTEXT_SIZE(). */
static inline size_t psab_encapsulate_ciphertext_size(psa_key_type_t type, size_t bits, psa_algorithm_t alg) {
    return PSA_ENCAPSULATE_CIPHERTEXT_SIZE(type, bits, alg);
}

/** PSA_ENCAPSULATE_CIPHERTEXT_MAX_SIZE. */
static inline size_t psab_encapsulate_ciphertext_max_size(void) {
    return PSA_ENCAPSULATE_CIPHERTEXT_MAX_SIZE;
}

/** PSA_WRAP_KEY_OUTPUT_SIZE(). */
static inline size_t psab_wrap_key_output_size(psa_key_type_t wrap_type, psa_algorithm_t alg, psa_key_type_t type,
                                               size_t bits) {
    return PSA_WRAP_KEY_OUTPUT_SIZE(wrap_type, alg, type, bits);
}

/** PSA_WRAP_KEY_PAIR_MAX_SIZE. */
static inline size_t psab_wrap_key_max_size(void) {
    return PSA_WRAP_KEY_PAIR_MAX_SIZE;
}

/** PSA_MAC_LENGTH(). */
static inline size_t psab_mac_length(psa_key_type_t type, size_t bits, psa_algorithm_t alg) {
    return PSA_MAC_LENGTH(type, bits, alg);
}

/** PSA_MAC_MAX_SIZE. */
static inline size_t psab_mac_max_size(void) {
    return PSA_MAC_MAX_SIZE;
}

/** PSA_CIPHER_IV_LENGTH(). */
static inline size_t psab_cipher_iv_length(psa_key_type_t type, psa_algorithm_t alg) {
    return PSA_CIPHER_IV_LENGTH(type, alg);
}

/** PSA_CIPHER_IV_MAX_SIZE. */
static inline size_t psab_cipher_iv_max_size(void) {
    return PSA_CIPHER_IV_MAX_SIZE;
}

/** PSA_CIPHER_ENCRYPT_OUTPUT_SIZE(). */
static inline size_t psab_cipher_encrypt_output_size(psa_key_type_t type, psa_algorithm_t alg, size_t length) {
    return PSA_CIPHER_ENCRYPT_OUTPUT_SIZE(type, alg, length);
}

/** PSA_CIPHER_ENCRYPT_OUTPUT_MAX_SIZE(). */
static inline size_t psab_cipher_encrypt_max_size(size_t length) {
    return PSA_CIPHER_ENCRYPT_OUTPUT_MAX_SIZE(length);
}

/** PSA_CIPHER_UPDATE_OUTPUT_MAX_SIZE(). */
static inline size_t psab_cipher_update_max_size(size_t length) {
    return PSA_CIPHER_UPDATE_OUTPUT_MAX_SIZE(length);
}

/** PSA_CIPHER_FINISH_OUTPUT_MAX_SIZE. */
static inline size_t psab_cipher_finish_max_size(void) {
    return PSA_CIPHER_FINISH_OUTPUT_MAX_SIZE;
}

/** PSA_AEAD_NONCE_LENGTH(). */
static inline size_t psab_aead_nonce_length(psa_key_type_t type, psa_algorithm_t alg) {
    return PSA_AEAD_NONCE_LENGTH(type, alg);
}

/** PSA_AEAD_NONCE_MAX_SIZE. */
static inline size_t psab_aead_nonce_max_size(void) {
    return PSA_AEAD_NONCE_MAX_SIZE;
}

/** PSA_AEAD_ENCRYPT_OUTPUT_SIZE(). */
static inline size_t psab_aead_encrypt_output_size(psa_key_type_t type, psa_algorithm_t alg, size_t length) {
    return PSA_AEAD_ENCRYPT_OUTPUT_SIZE(type, alg, length);
}

/** PSA_AEAD_TAG_MAX_SIZE. */
static inline size_t psab_aead_tag_max_size(void) {
    return PSA_AEAD_TAG_MAX_SIZE;
}

/** PSA_AEAD_UPDATE_OUTPUT_MAX_SIZE(). */
static inline size_t psab_aead_update_max_size(size_t length) {
    return PSA_AEAD_UPDATE_OUTPUT_MAX_SIZE(length);
}

/** PSA_AEAD_FINISH_OUTPUT_MAX_SIZE. */
static inline size_t psab_aead_finish_max_size(void) {
    return PSA_AEAD_FINISH_OUTPUT_MAX_SIZE;
}

/** PSA_PAKE_OUTPUT_SIZE(); the most that any step has where that is 0. */
static inline size_t psab_pake_output_size(psa_algorithm_t alg, psa_pake_primitive_t primitive, psa_pake_step_t step) {
    size_t size = PSA_PAKE_OUTPUT_SIZE(alg, primitive, step);
    return size != 0 ? size : PSA_PAKE_OUTPUT_MAX_SIZE;
}

#ifdef __cplusplus
}
#endif

#endif
