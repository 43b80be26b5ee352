/** @file
 * Entry points that drivers forward to the core, as the functions psa_driver_wrapper_*().
 */
#ifndef PSAB_API_FORWARD_H
#define PSAB_API_FORWARD_H

#include "api/instance.h"

/** Run an entry point through dispatch.
 *
 * What the API composes is composed here too.  The operation context of a multi-part entry point
 * is a 32-bit handle in memory of the caller, 0 meaning idle; it is idle again after a finishing
 * call, a failure and an abort.
 *
 * @param core         the instance
 * @param entry_point  id
 * @param values       arguments; outputs are judged like those of any driver
 * @param count        how many
 *
 * @return INVALID_ARGUMENT for arguments that do not fit the entry point, BAD_STATE for a handle
 *         that is none, NOT_SUPPORTED, or what the driver returned
 */
psab_status_t psab_forward(psab_core_t *core, uint16_t entry_point, psab_value_t *values, size_t count);

/** Requests that are more than one entry point of one driver.
 *
 * @param core         the instance
 * @param entry_point  id
 * @param values       arguments, of the right count and tags
 * @param status       receives the answer
 *
 * @return whether this was one of them
 */
bool psab_forward_composed(psab_core_t *core, uint16_t entry_point, psab_value_t *values, psab_status_t *status);

#endif
