/** @file
 * Lengths and buffer sizes of the PSA Crypto API 1.5, in bytes.
 *
 * `..._LENGTH` is exact, `..._SIZE` is large enough, `..._MAX_SIZE` is the largest of all
 * algorithms, key types and sizes of the API, whatever drivers are present.  RSA and finite
 * field Diffie-Hellman go up to 8192 bits.  Combinations that the API does not define give 0.
 *
 * Every macro is a `size_t` and an integer constant expression where its arguments are.
 * An argument may be evaluated more than once.
 */
#ifndef PSA_CRYPTO_SIZES_H
#define PSA_CRYPTO_SIZES_H

#include "crypto_sizes_asym.h"
#include "crypto_sizes_key.h"
#include "crypto_sizes_pake.h"
#include "crypto_sizes_sym.h"

#endif
