/** @file
 * What GCM makes of a key, kept with the key by the core for the calls to come (psab/prepared.h).
 */
#ifndef X86_AES_KEPT_H
#define X86_AES_KEPT_H

#include "x86_aes.h"

/** What an earlier call left for the key of this call, or now leaves, with every power that this processor has a use
 * for.  Null where nothing is kept: the caller then makes its own.
 *
 * @param size  16, 24 or 32 bytes
 * @return valid until the entry point returns; any number of threads read it
 */
const x86_aes_gcm_key_t *x86_aes_kept_gcm(const uint8_t *key, size_t size);

#endif
