/** @file
 * What one algorithm says about another: policies, wildcards, and the parts of an algorithm.
 *
 * Key policies, the capabilities of drivers and the checks of descriptions all use this.
 */
#ifndef PSAB_UTIL_ALG_H
#define PSAB_UTIL_ALG_H

#include <stdbool.h>
#include <stdint.h>

#include <psa/crypto.h>

/** Whether a policy permits a use of an algorithm.
 *
 * A capability of a driver is such a policy as well.  Full-length forms of a MAC and its
 * truncation to that length are the same thing.
 *
 * @param policy     permitted algorithm, possibly a wildcard; PSA_ALG_NONE permits nothing
 * @param requested  algorithm of the operation; a wildcard is never permitted
 * @param type       type of the key; PSA_KEY_TYPE_NONE if there is none or it does not matter
 * @param usage      the PSA_KEY_USAGE_xxx flag of the operation: verifying is more liberal than
 *                   signing; 0 if none
 *
 * @return whether it does (section 9.8.1)
 */
bool psab_alg_permits(psa_algorithm_t policy, psa_algorithm_t requested, psa_key_type_t type, psa_key_usage_t usage);

/** The algorithm that two policies have in common, the more specific of the two.
 *
 * @param a     one policy
 * @param b     the other
 * @param type  of the key
 *
 * @return a policy that permits what both do, or PSA_ALG_NONE if there is none that can be
 *         written as one algorithm (psa_copy_key, section 9.9.1)
 */
psa_algorithm_t psab_alg_intersect(psa_algorithm_t a, psa_algorithm_t b, psa_key_type_t type);

/** Whether a value can be the permitted algorithm of a key: PSA_ALG_NONE, a wildcard or an algorithm.
 *
 * Only the form is judged: the category, and that a minimum length is not 0.
 */
bool psab_alg_is_policy(psa_algorithm_t alg);

/** Whether an algorithm is a wildcard, good for policies only. */
bool psab_alg_is_wildcard(psa_algorithm_t alg);

/** The length of a MAC in bytes; 0 if the algorithm is not a MAC or not a known one. */
uint32_t psab_alg_mac_length(psa_algorithm_t alg, psa_key_type_t type);

/** The key agreement of an algorithm that may combine one with a key derivation. */
psa_algorithm_t psab_alg_agreement_base(psa_algorithm_t alg);

/** The hash that an algorithm is built on; PSA_ALG_NONE if there is none, PSA_ALG_ANY_HASH for a wildcard. */
psa_algorithm_t psab_alg_hash(psa_algorithm_t alg);

#endif
