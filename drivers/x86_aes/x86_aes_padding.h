/** @file
 * The padding of PKCS #7 (RFC 2315, 10.3), for blocks of 16 bytes.
 */
#ifndef X86_AES_PADDING_H
#define X86_AES_PADDING_H

#include <stddef.h>
#include <stdint.h>

/** Fills a block after its first `used` bytes, 0 to 15. */
void x86_aes_pad(uint8_t block[16], size_t used);

/** Looks at the padding of a block in a time that does not depend on its content.
 *
 * @param length  bytes before the padding; 16 if it is wrong
 * @returns 0, or 1 if the padding is wrong
 */
uint32_t x86_aes_unpad(const uint8_t block[16], size_t *length);

#endif
