/** @file
 * What the single-part and the multi-part entry points of ciphers share.
 */
#ifndef X86_AES_CIPHER_H
#define X86_AES_CIPHER_H

#include "x86_aes.h"

#include <stdbool.h>

/** Whether `alg` is a cipher of this driver. */
bool x86_aes_cipher_known(psa_algorithm_t alg);

/** Checks algorithm and key, and starts an operation without its IV. The parts of the operation that
 * wait for input are not set before they are used. */
psa_status_t x86_aes_cipher_start(x86_aes_cipher_operation_t *operation, const psa_key_attributes_t *attributes,
                                  const uint8_t *key, size_t key_size, psa_algorithm_t alg, bool decrypt);

/** Works whole blocks in the operation's mode; `in` may be `out` and must not overlap it otherwise. */
void x86_aes_cipher_blocks(x86_aes_cipher_operation_t *operation, const uint8_t *in, uint8_t *out, size_t blocks);

/** Works bytes in CTR mode; `in` may be `out` and must not overlap it otherwise. */
void x86_aes_cipher_stream(x86_aes_cipher_operation_t *operation, const uint8_t *in, uint8_t *out, size_t size);

/** Decrypts the last block, checks its padding, and gives out what is before it.
 *
 * @returns PSA_ERROR_INVALID_PADDING, or PSA_ERROR_BUFFER_TOO_SMALL (the padding is then right)
 */
psa_status_t x86_aes_cipher_last(x86_aes_cipher_operation_t *operation, const uint8_t block[16], uint8_t *output,
                                 size_t output_size, size_t *output_length);

#endif
