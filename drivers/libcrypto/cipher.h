/** @file
 * Unauthenticated ciphers of this driver: what the entry points share with the modes.
 *
 * An entry point splits its input into what is processed now and what is held back, and leaves
 * the rest to the mode.
 */
#ifndef LIBCRYPTO_CIPHER_H
#define LIBCRYPTO_CIPHER_H

#include "block.h"

/** One mode of operation.  Functions that are null have nothing to do. */
typedef struct lc_cipher_kind {
    psa_algorithm_t alg;
    lc_mode_t native; /**< libcrypto's mode that it is made of */
    /** Prepares for a key.  `operation` has kind and direction, and the properties of a stream
     * cipher with an IV, which the mode changes; it is dropped on failure. */
    psa_status_t (*setup)(libcrypto_cipher_operation_t *operation, const lc_key_t *key);
    /** Takes the IV; INVALID_ARGUMENT or NOT_SUPPORTED for a length that does not suit. */
    psa_status_t (*set_iv)(libcrypto_cipher_operation_t *operation, const uint8_t *iv, size_t iv_length);
    /** Processes `size` bytes, whole blocks where the mode has blocks. */
    psa_status_t (*process)(libcrypto_cipher_operation_t *operation, const uint8_t *in, size_t size, uint8_t *out);
    /** Processes what is held. */
    psa_status_t (*finish)(libcrypto_cipher_operation_t *operation, lc_output_t out);
} lc_cipher_kind_t;

/** What can be processed without a limit that matters. */
#define LC_UNLIMITED UINT64_MAX

/** The modes of block ciphers that libcrypto has, for `alg`; null if it is no such mode. */
const lc_cipher_kind_t *lc_cipher_native(psa_algorithm_t alg);

/** XTS (IEEE 1619) of any block cipher with blocks of 16 bytes. */
extern const lc_cipher_kind_t lc_cipher_xts;

/** Counter mode of a block cipher for which libcrypto has none. */
extern const lc_cipher_kind_t lc_cipher_counter;

/** ChaCha20, XChaCha20 and ARC4. */
extern const lc_cipher_kind_t lc_cipher_stream;

/** HChaCha20 (draft-irtf-cfrg-xchacha, section 2.2).
 *
 * @param key    32 bytes
 * @param nonce  16 bytes
 * @param subkey 32 bytes
 */
psa_status_t lc_hchacha20(const uint8_t *key, const uint8_t *nonce, uint8_t *subkey);

/** Bytes of PKCS#7 padding at the end of a block: 1 to `size`, 0 if it is wrong; in constant time. */
size_t lc_pkcs7_count(const uint8_t *block, size_t size);

#endif
