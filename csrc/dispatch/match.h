/** @file
 * Whether a capability serves an entry point for a mechanism: the matching rules, and only here.
 */
#ifndef PSAB_DISPATCH_MATCH_H
#define PSAB_DISPATCH_MATCH_H

#include "dispatch/registry.h"

/** The location in the lifetime of a key. */
#define PSAB_LOCATION(lifetime) ((uint32_t)(lifetime) >> 8)

/** Whether a driver may be asked at all: by the location of the key first, then by its type.
 *
 * @param driver       the driver
 * @param entry_point  id
 * @param attributes   of the key; null if the call has none
 *
 * @return SERVES, LOCATION or DRIVER_TYPE
 */
psab_reason_t psab_match_driver(const psab_driver_t *driver, uint16_t entry_point, const psab_attributes_t *attributes);

/** Whether a capability serves an entry point for a mechanism.
 *
 * Algorithms match as a key policy permits them.  A size of 0, an import that leaves it open,
 * matches every capability: the driver decides.
 *
 * @param capability   of a driver that psab_match_driver() lets through
 * @param entry_point  id
 * @param alg          0 where the mechanism has none
 * @param attributes   of the key; null if the call has none
 *
 * @return SERVES, ENTRY_POINT, ALGORITHM, KEY_TYPE or KEY_SIZE: the first rule that fails
 */
psab_reason_t psab_match(const psab_capability_t *capability, uint16_t entry_point, uint32_t alg,
                         const psab_attributes_t *attributes);

#endif
