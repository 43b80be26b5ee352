/** @file
 * Which kinds of key an algorithm takes.
 */
#ifndef PSAB_API_KEY_FIT_H
#define PSAB_API_KEY_FIT_H

#include <stdbool.h>

#include <psa/crypto.h>

/** Whether a type of key can have a role of an algorithm that is no signature.
 *
 * Of vendors' algorithms and types nothing is known: they are taken to fit.
 *
 * @param type   of the key; a public key counts like a key pair here
 * @param alg    an algorithm, no wildcard
 * @param usage  the flag of the role
 *
 * @return whether it can (the compatible key types of every algorithm, chapter 10)
 */
bool psab_key_type_fits(psa_key_type_t type, psa_algorithm_t alg, psa_key_usage_t usage);

#endif
