/** @file
 * Compositions: requests that a driver serves with entry points for something else.
 *
 * That an alternative exists is in the table of plans; when it applies is here; how it is carried
 * out is with the function of the API.
 */
#ifndef PSAB_API_COMPOSE_H
#define PSAB_API_COMPOSE_H

#include "api/key_view.h"

/** Whether an alternative of a plan can serve a mechanism; see psab_planner_t. */
psab_applies_t psab_plan_applies(uint16_t plan, uint16_t alternative, uint32_t *alg,
                                 const psab_attributes_t *attributes);

/** What algorithm and kind of key say about a request; see psab_planner_t. */
psab_facts_t psab_plan_facts(uint16_t plan, uint32_t alg, const psab_attributes_t *attributes);

/** Both, for the registry. */
extern const psab_planner_t psab_planner;

/** Call a driver's export_public_key.
 *
 * @param core       the instance
 * @param candidate  a driver with that entry point
 * @param pair       the key
 * @param data       receives the public key
 * @param size       in bytes
 * @param fewest     of a successful output, in bytes
 * @param length     receives its length; 0 after a failure
 *
 * @return what the driver returned; CORRUPTION_DETECTED for a length that cannot be
 */
psa_status_t psab_public_key_call(psab_core_t *core, const psab_candidate_t *candidate, const psab_key_view_t *pair,
                                  uint8_t *data, size_t size, size_t fewest, size_t *length);

/** A public key made of a key pair by its driver. */
typedef struct psab_public_key {
    psab_attributes_t attributes; /**< local and volatile */
    psab_key_view_t view;
    uint8_t *data;
    size_t room;
} psab_public_key_t;

/** Have the driver of a key pair export the public key.
 *
 * @param core       the instance
 * @param candidate  a driver with that entry point
 * @param pair       the key pair
 * @param public_key receives it; to be given to psab_public_key_free() in any case
 *
 * @return INSUFFICIENT_MEMORY, or what the driver returned
 */
psa_status_t psab_public_key_make(psab_core_t *core, const psab_candidate_t *candidate, const psab_key_view_t *pair,
                                  psab_public_key_t *public_key);

/** Wipe and release. */
void psab_public_key_free(psab_public_key_t *public_key);

#endif
