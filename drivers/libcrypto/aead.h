/** @file
 * AEAD of this driver: what the entry points leave to each algorithm.
 *
 * The entry points keep the order of calls and count the bytes.
 */
#ifndef LIBCRYPTO_AEAD_H
#define LIBCRYPTO_AEAD_H

#include "block.h"

/** A request that is done in one go. */
typedef struct lc_whole {
    lc_bytes_t nonce;
    lc_bytes_t ad;
    lc_bytes_t text;
    uint8_t *out; /**< as long as the text */
    size_t tag_length;
} lc_whole_t;

/** One AEAD algorithm. */
typedef struct lc_aead_kind {
    psa_algorithm_t alg; /**< with the default tag */
    uint32_t tags;       /**< bit n: a tag of n bytes is allowed */
    bool needs_lengths;  /**< before the nonce */
    uint64_t ad_max;     /**< bytes that the algorithm allows */
    uint64_t text_max;
    /** Takes the key; `operation` is dropped on failure. */
    psa_status_t (*setup)(libcrypto_aead_operation_t *operation, const lc_key_t *key);
    /** Takes the nonce; INVALID_ARGUMENT or NOT_SUPPORTED for a length that does not suit. */
    psa_status_t (*set_nonce)(libcrypto_aead_operation_t *operation, const uint8_t *nonce, size_t size);
    /** Adds additional data, not empty. */
    psa_status_t (*add)(libcrypto_aead_operation_t *operation, const uint8_t *in, size_t size);
    /** Encrypts or decrypts, not empty. */
    psa_status_t (*process)(libcrypto_aead_operation_t *operation, const uint8_t *in, size_t size, uint8_t *out);
    /** Computes the tag, operation->tag_length bytes, of what was encrypted. */
    psa_status_t (*tag)(libcrypto_aead_operation_t *operation, uint8_t *tag);
    /** Compares the tag in constant time: INVALID_SIGNATURE if it differs. */
    psa_status_t (*verify)(libcrypto_aead_operation_t *operation, const uint8_t *tag);
    /** A context for the whole algorithm with a nonce of 12 bytes, to be given the nonce; null where libcrypto has
     * none. */
    psa_status_t (*open)(const lc_key_t *key, bool encrypt, EVP_CIPHER_CTX **context);
    /** A short request with a nonce of 12 bytes, faster: writes or compares the tag.  DOES_NOT_EXIST, nothing being
     * done, if it cannot be had; may be null. */
    psa_status_t (*seal_brief)(const lc_key_t *key, const lc_whole_t *whole, uint8_t *tag);
    psa_status_t (*unseal_brief)(const lc_key_t *key, const lc_whole_t *whole, const uint8_t *tag);
} lc_aead_kind_t;

/** The row of an algorithm for a key; null if this driver does not know it. */
const lc_aead_kind_t *lc_aead_find(psa_algorithm_t alg, const lc_key_t *key);

/** A whole text for libcrypto's own algorithms: text, then tag.
 *
 * @return DOES_NOT_EXIST, nothing being done, for a request that is not of the usual kind or not valid
 */
psa_status_t lc_aead_encrypt_whole(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t nonce, lc_bytes_t ad,
                                   lc_bytes_t text, const lc_output_t *out);

/** The reverse, with the same statuses; INVALID_SIGNATURE for a wrong tag, the output being wiped. */
psa_status_t lc_aead_decrypt_whole(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t nonce, lc_bytes_t ad,
                                   lc_bytes_t text, const lc_output_t *out);

/** Short GCM of any cipher with blocks of 16 bytes. */
psa_status_t lc_gcm_seal_brief(const lc_key_t *key, const lc_whole_t *whole, uint8_t *tag);
psa_status_t lc_gcm_unseal_brief(const lc_key_t *key, const lc_whole_t *whole, const uint8_t *tag);

/** Bytes of the longest tag. */
#define LC_TAG_MAX 16

extern const lc_aead_kind_t lc_aead_gcm;       /**< libcrypto's */
extern const lc_aead_kind_t lc_aead_gcm_other; /**< of block ciphers for which libcrypto has none */
extern const lc_aead_kind_t lc_aead_ccm;
extern const lc_aead_kind_t lc_aead_chacha;
extern const lc_aead_kind_t lc_aead_xchacha;

#endif
