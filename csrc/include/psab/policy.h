/** @file
 * What one algorithm says about another: the rules of key policies, which are also those of
 * capabilities (section 9.8.1; matching rules of the driver interface).
 *
 * Descriptions of drivers are checked with the functions that the core matches with.
 */
#ifndef PSAB_POLICY_H
#define PSAB_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Whether a policy permits a use of an algorithm.
 *
 * @param policy     permitted algorithm, possibly a wildcard; PSA_ALG_NONE permits nothing
 * @param requested  algorithm of the operation; a wildcard is never permitted
 * @param type       type of the key; PSA_KEY_TYPE_NONE if there is none or it does not matter
 * @param usage      the PSA_KEY_USAGE_xxx flag of the operation; 0 if none
 *
 * @return whether it does
 */
bool psab_alg_permits(uint32_t policy, uint32_t requested, uint16_t type, uint32_t usage);

/** The algorithm that two policies have in common.
 *
 * @param a     one policy
 * @param b     the other
 * @param type  of the key; PSA_KEY_TYPE_NONE if it does not matter
 *
 * @return a policy that permits what both do, or PSA_ALG_NONE if none can be written as one algorithm
 */
uint32_t psab_alg_intersect(uint32_t a, uint32_t b, uint16_t type);

#ifdef __cplusplus
}
#endif

#endif
