/** @file
 * Block ciphers of this driver: the table, and libcrypto's contexts for them.
 */
#ifndef LIBCRYPTO_BLOCK_H
#define LIBCRYPTO_BLOCK_H

#include "internal.h"

#include <openssl/evp.h>

/** Modes that libcrypto has under a name of its own. */
typedef enum { LC_ECB, LC_CBC, LC_CTR, LC_CFB, LC_OFB, LC_GCM, LC_MODES } lc_mode_t;

/** One block cipher with one size of key. */
typedef struct lc_block {
    psa_key_type_t type;
    uint16_t bits;
    uint8_t size;     /**< bytes of a block */
    uint8_t key_size; /**< bytes of the key that libcrypto takes */
    uint8_t lacks;    /**< bit mask of modes that libcrypto does not have for it */
    const char *name; /**< what libcrypto's names start with */
} lc_block_t;

/** Bytes of the longest block, and of the longest key. */
#define LC_CIPHER_BLOCK_MAX 16
#define LC_CIPHER_KEY_MAX 32

/** The row of a key type and size; null if this driver does not know it. */
const lc_block_t *lc_block_find(psa_key_type_t type, size_t bits);

/** The row of a key: NOT_SUPPORTED for another type, INVALID_ARGUMENT for another size of a known type. */
psa_status_t lc_block_of_key(const lc_key_t *key, const lc_block_t **block);

/** Whether libcrypto has the mode itself. */
bool lc_block_has(const lc_block_t *block, lc_mode_t mode);

/** A context for a mode, kept from an earlier call or made.  Padding is off, and an IV may be given later.
 *
 * @param key  block->bits bits
 * @param iv   null: none yet
 * @return PSA_SUCCESS and a context for lc_cipher_close; NOT_SUPPORTED if this libcrypto lacks the cipher
 */
psa_status_t lc_block_open(const lc_block_t *block, lc_mode_t mode, bool encrypt, const uint8_t *key, const uint8_t *iv,
                           EVP_CIPHER_CTX **context);

/** Makes a context for any cipher of libcrypto, fetched once into `*cell`; otherwise as lc_block_open. */
psa_status_t lc_cipher_open(EVP_CIPHER **cell, const char *name, bool encrypt, const uint8_t *key, const uint8_t *iv,
                            EVP_CIPHER_CTX **context);

/** A context for the key of the call, to be given its IV: one that was kept, or as lc_cipher_open.
 *
 * @param variant  tells ciphers and directions apart; from LC_VARIANTS on, lower ones are of block ciphers
 */
psa_status_t lc_cipher_keyed(EVP_CIPHER **cell, const char *name, bool encrypt, lc_bytes_t key, uint32_t variant,
                             EVP_CIPHER_CTX **context);

#define LC_VARIANTS 0x1000u

/** Makes lc_cipher_close free a context that can have no other IV, or is in disorder. */
void lc_cipher_spoil(EVP_CIPHER_CTX *context);

/** Starts again with another IV (of the size that the cipher has), under the same key. */
psa_status_t lc_cipher_iv(EVP_CIPHER_CTX *context, const uint8_t *iv);

/** Runs data through a context, which must have no input waiting: whole blocks for ECB and CBC.
 *
 * @param out  as many bytes as `size`; null for additional data of an AEAD
 */
psa_status_t lc_cipher_run(EVP_CIPHER_CTX *context, const uint8_t *in, size_t size, uint8_t *out);

/** Ends the use of a context: it is kept with the key of the call it was made for, or wiped and freed; null is fine. */
void lc_cipher_close(EVP_CIPHER_CTX *context);

/** One block through a context of ECB mode, in the form of libcrypto's block128_f. */
void lc_block_single(const unsigned char in[16], unsigned char out[16], const void *context);

/** a ^= b */
void lc_xor(uint8_t *a, const uint8_t *b, size_t size);

#endif
