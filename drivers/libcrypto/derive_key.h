/** @file
 * Numbers drawn by rejection, for private keys that are derived.
 */
#ifndef LIBCRYPTO_DERIVE_KEY_H
#define LIBCRYPTO_DERIVE_KEY_H

#include "internal.h"

/** k + 1 for the number k that was drawn, in time that depends on whether k fits only.
 *
 * @param bound  what k has to be less than, big-endian
 * @param size   of the bound, of the input and of the output, in bytes
 * @param drawn  k, whose bits above those of the bound are not looked at
 * @param out    receives the number
 *
 * @return INSUFFICIENT_DATA if k is not less, INVALID_ARGUMENT if it has another length
 */
psa_status_t lc_draw(const uint8_t *bound, size_t size, lc_bytes_t drawn, uint8_t *out);

#endif
