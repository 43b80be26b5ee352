/** @file
 * Which keys fit a symmetric algorithm, and the lengths that follow: of MACs, IVs, nonces, tags, texts.
 *
 * Of algorithms with the vendor bit nothing is known: every key fits, and lengths are open.
 */
#ifndef PSAB_API_FIT_H
#define PSAB_API_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <psa/crypto.h>

/** Whether an algorithm or a key type is a vendor's own. */
static inline bool psab_is_vendor_alg(psa_algorithm_t alg) {
    return (alg & 0x80000000u) != 0;
}
static inline bool psab_is_vendor_type(psa_key_type_t type) {
    return (type & 0x8000u) != 0;
}

/** The shortest truncated MAC; a shorter one can be guessed. BLAKE2 takes any length. */
#define PSAB_MAC_LEAST 4u

/** Whether a key fits a MAC algorithm.
 *
 * @param alg     in the category of MACs
 * @param type    of the key
 * @param bits    size of the key
 * @param length  receives the length of the MAC in bytes; 0: not known
 *
 * @return INVALID_ARGUMENT; NOT_SUPPORTED for a truncation below PSAB_MAC_LEAST
 */
psa_status_t psab_mac_fit(psa_algorithm_t alg, psa_key_type_t type, size_t bits, size_t *length);

/** How a cipher treats lengths. */
typedef enum psab_cipher_shape {
    PSAB_CIPHER_STREAM,   /**< any length, nothing is held back */
    PSAB_CIPHER_BLOCKS,   /**< whole blocks */
    PSAB_CIPHER_PADDED,   /**< any length, padded to whole blocks */
    PSAB_CIPHER_STEALING, /**< a block or more */
    PSAB_CIPHER_UNKNOWN   /**< a vendor's */
} psab_cipher_shape_t;

/** What algorithm and key type say about a cipher. */
typedef struct psab_cipher_fit {
    psab_cipher_shape_t shape;
    uint32_t block; /**< bytes; 1 for a stream cipher */
    uint32_t iv;    /**< default length; 0 without */
    uint64_t most;  /**< text of one operation, with an IV of the default length */
} psab_cipher_fit_t;

/** Whether a key fits a cipher algorithm: INVALID_ARGUMENT if not. */
psa_status_t psab_cipher_fit(psa_algorithm_t alg, psa_key_type_t type, psab_cipher_fit_t *fit);

/** Whether an IV can have a length, and the most text with it. */
bool psab_cipher_iv_valid(psa_algorithm_t alg, psa_key_type_t type, size_t length, uint64_t *most);

/** The length of the output for a whole text, without IV.
 *
 * @param fit      the cipher
 * @param encrypt  direction
 * @param length   of the input, without IV
 * @param least    receives the shortest output
 * @param most     receives the longest; both are the same but for padded decryption
 *
 * @return INVALID_ARGUMENT where the input cannot have that length
 */
psa_status_t psab_cipher_lengths(const psab_cipher_fit_t *fit, bool encrypt, size_t length, size_t *least,
                                 size_t *most);

/** How much of the output is due after so much input, as long as more may follow. */
uint64_t psab_cipher_due(const psab_cipher_fit_t *fit, bool encrypt, uint64_t input);

/** `length` in whole blocks of a cipher, rounded up; SIZE_MAX where that is too much. */
size_t psab_round_up(size_t length, size_t block);

/** What algorithm and key type say about an AEAD. */
typedef struct psab_aead_fit {
    uint32_t tag;       /**< bytes; 0: not known */
    uint32_t nonce;     /**< default length; 0: not known */
    bool lengths_first; /**< the lengths must be announced */
    uint64_t ad_most;   /**< additional data */
    uint64_t text_most; /**< plaintext; with CCM the nonce may limit it further */
} psab_aead_fit_t;

/** Whether a key fits an AEAD algorithm, and its tag length is one: INVALID_ARGUMENT if not. */
psa_status_t psab_aead_fit(psa_algorithm_t alg, psa_key_type_t type, psab_aead_fit_t *fit);

/** Whether a nonce can have a length, and the most text with it. */
bool psab_aead_nonce_valid(psa_algorithm_t alg, psa_key_type_t type, size_t length, uint64_t *most);

/** The length of a generated nonce where the text has this length. */
size_t psab_aead_nonce_for(psa_algorithm_t alg, psa_key_type_t type, uint64_t text);

#endif
