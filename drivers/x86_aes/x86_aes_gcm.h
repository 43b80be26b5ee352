/** @file
 * GCM piece by piece (NIST SP 800-38D, 7): start, nonce, additional data, text, tag.
 *
 * Needs X86_AES_BASE and X86_AES_GHASH. The caller has checked lengths and order.
 */
#ifndef X86_AES_GCM_H
#define X86_AES_GCM_H

#include "x86_aes.h"

#include <stdbool.h>

/** The most bytes that GCM takes: 2^64 - 1 bits and 2^39 - 256 bits (5.2.1.1). */
#define X86_AES_GCM_AD_MAX ((uint64_t)0x1fffffffffffffff)
#define X86_AES_GCM_TEXT_MAX ((uint64_t)0xfffffffe0)

/** Takes a key of 16, 24 or 32 bytes. */
void x86_aes_gcm_take(x86_aes_gcm_key_t *key, const uint8_t *bytes, size_t size);

/** Makes as many powers of the hash key as pay off for so many bytes to come; without, any data is worked slowly. */
void x86_aes_gcm_expect(x86_aes_gcm_key_t *key, uint64_t size);

/** Wipes a key; the powers that were never made are not touched. */
void x86_aes_gcm_forget(x86_aes_gcm_key_t *key);

/** Begins; the context may hold anything before. */
void x86_aes_gcm_start(x86_aes_gcm_t *gcm);

/** Takes the nonce, 1 byte or more. */
void x86_aes_gcm_nonce(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *nonce, size_t size);

/** Takes a piece of additional data; all of it comes before the text. */
void x86_aes_gcm_ad(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, const uint8_t *data, size_t size);

/** Encrypts or decrypts a piece of text; `in` may be `out` and must not overlap it otherwise. */
void x86_aes_gcm_text(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, bool decrypt, const uint8_t *in, size_t size,
                      uint8_t *out);

/** Gives the tag of all that came; the context is then good for wiping only. */
void x86_aes_gcm_tag(const x86_aes_gcm_key_t *key, x86_aes_gcm_t *gcm, uint8_t tag[16]);

#endif
