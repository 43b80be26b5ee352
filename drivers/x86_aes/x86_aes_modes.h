/** @file
 * The block cipher modes on whole blocks (NIST SP 800-38A, 6; SP 800-38B, 6.2).
 *
 * `in` may be `out` and must not overlap it otherwise. The functions without suffix take any number
 * of blocks and choose the path that this processor has; those with a suffix are the paths:
 * `_sse` takes any number of blocks, `_wide` batches of 16, and needs X86_AES_WIDE.
 */
#ifndef X86_AES_MODES_H
#define X86_AES_MODES_H

#include "x86_aes.h"

#include <stdbool.h>

#define X86_AES_WIDE_BATCH 16

/** ECB; `key` is inverted for decryption. */
void x86_aes_ecb(const x86_aes_key_t *key, bool decrypt, const uint8_t *in, uint8_t *out, size_t blocks);
void x86_aes_ecb_sse(const x86_aes_key_t *key, bool decrypt, const uint8_t *in, uint8_t *out, size_t blocks);
void x86_aes_ecb_wide(const x86_aes_key_t *key, bool decrypt, const uint8_t *in, uint8_t *out, size_t batches);

/** CBC encryption; `chain` is the IV, and then the last block of output. One block after the other. */
void x86_aes_cbc_encrypt(const x86_aes_key_t *key, uint8_t chain[16], const uint8_t *in, uint8_t *out, size_t blocks);

/** CBC decryption under an inverted key; `chain` is the IV, and then the last block of input. */
void x86_aes_cbc_decrypt(const x86_aes_key_t *key, uint8_t chain[16], const uint8_t *in, uint8_t *out, size_t blocks);
void x86_aes_cbc_decrypt_sse(const x86_aes_key_t *key, uint8_t chain[16], const uint8_t *in, uint8_t *out,
                             size_t blocks);
void x86_aes_cbc_decrypt_wide(const x86_aes_key_t *key, uint8_t chain[16], const uint8_t *in, uint8_t *out,
                              size_t batches);

/** CTR; the counter is one big-endian number of 128 bits, and moves on. */
void x86_aes_ctr(const x86_aes_key_t *key, uint8_t counter[16], const uint8_t *in, uint8_t *out, size_t blocks);
void x86_aes_ctr_sse(const x86_aes_key_t *key, uint8_t counter[16], const uint8_t *in, uint8_t *out, size_t blocks);
void x86_aes_ctr_wide(const x86_aes_key_t *key, uint8_t counter[16], const uint8_t *in, uint8_t *out, size_t batches);

/** Works blocks into the chain of CBC-MAC. */
void x86_aes_chain(const x86_aes_key_t *key, uint8_t chain[16], const uint8_t *in, size_t blocks);

#endif
