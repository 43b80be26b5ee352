/** @file
 * The roles that algorithms have for keys, and whether somebody plays them here.
 */
#ifndef PSAB_API_KEY_ROLE_H
#define PSAB_API_KEY_ROLE_H

#include "api/instance.h"

/** Whether a usage flag names one of the roles that an algorithm has. */
bool psab_has_role(psa_algorithm_t alg, psa_key_usage_t usage);

/** Whether a key can be used in a role, by the routes that its calls would take. No driver is called.
 *
 * @param core        the instance
 * @param attributes  of the key, which fits the algorithm
 * @param alg         an algorithm that has the role
 * @param usage       the flag of the role
 *
 * @return NOT_SUPPORTED if no driver would be asked; INVALID_ARGUMENT for a length that the algorithm cannot have
 */
psa_status_t psab_role_served(psab_core_t *core, const psab_attributes_t *attributes, psa_algorithm_t alg,
                              psa_key_usage_t usage);

#endif
