/** @file
 * The compression functions on the processor's SHA instructions.
 */
#ifndef X86_SHA_BLOCKS_H
#define X86_SHA_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether this processor has what the functions below need (SHA, SSSE3, SSE4.1). */
bool x86_sha_available(void);

/** Works `count` blocks of 64 bytes into a SHA-1 state of 5 words. */
void x86_sha_blocks_1(uint32_t *state, const uint8_t *blocks, size_t count);

/** Works `count` blocks of 64 bytes into a SHA-224 or SHA-256 state of 8 words. */
void x86_sha_blocks_256(uint32_t *state, const uint8_t *blocks, size_t count);

#endif
