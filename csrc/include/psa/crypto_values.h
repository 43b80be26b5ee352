/** @file
 * Numbers of the PSA Crypto API 1.5, and the macros that build and inspect them.
 *
 * The files follow the encodings: crypto_values_key.h has key types, lifetimes and usage
 * flags, crypto_values_alg.h the algorithms, crypto_values_asym.h those among them that use
 * an asymmetric key or derive one, crypto_values_step.h roles and steps of protocols.
 *
 * Every macro is an integer constant expression where its arguments are.  Predicates give
 * 0 or 1.  An argument of a function-like macro may be evaluated more than once.
 */
#ifndef PSA_CRYPTO_VALUES_H
#define PSA_CRYPTO_VALUES_H

#include "crypto_values_alg.h"
#include "crypto_values_asym.h"
#include "crypto_values_key.h"
#include "crypto_values_step.h"

#endif
