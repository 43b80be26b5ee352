/** @file
 * Key schedules, single blocks, and small helpers.
 */
#ifndef X86_AES_KEY_H
#define X86_AES_KEY_H

#include "x86_aes.h"

/** Whether the driver can work with this key on this processor.
 *
 * @param needed  features of x86_aes_cpu.h
 * @returns PSA_SUCCESS; PSA_ERROR_NOT_SUPPORTED without the features or for another type than AES;
 *          PSA_ERROR_INVALID_ARGUMENT for a key that is not 16, 24 or 32 bytes
 */
psa_status_t x86_aes_key_check(const psa_key_attributes_t *attributes, size_t key_size, uint32_t needed);

/** Expands a key of 16, 24 or 32 bytes (FIPS 197, 5.2). */
void x86_aes_key_expand(x86_aes_key_t *key, const uint8_t *bytes, size_t size);

/** Turns an expanded key into that of the equivalent inverse cipher (FIPS 197, 5.3.5). */
void x86_aes_key_invert(x86_aes_key_t *key);

/** Encrypts one block; `in` may be `out`. */
void x86_aes_key_encrypt(const x86_aes_key_t *key, const uint8_t in[16], uint8_t out[16]);

/** Fills with zeros, also where the compiler thinks that nobody looks. */
void x86_aes_wipe(void *data, size_t size);

/** Whether `size` bytes differ, in a time that does not depend on them. */
int x86_aes_differ(const uint8_t *a, const uint8_t *b, size_t size);

/** Where to read `size` bytes of input from when as many bytes of output are written: the input, or
 * the output after the input was moved there, if the two overlap other than exactly. */
const uint8_t *x86_aes_source(const uint8_t *input, size_t size, uint8_t *output);

#endif
