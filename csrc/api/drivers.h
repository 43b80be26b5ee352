/** @file
 * The drivers of an instance, over its life.
 */
#ifndef PSAB_API_DRIVERS_H
#define PSAB_API_DRIVERS_H

#include "api/instance.h"

/** What is handed to every driver image. */
extern const psab_services_t psab_services;

/** Put the linked-in drivers into the list of a new instance.
 *
 * @return what psab_core_register() would return
 */
psa_status_t psab_drivers_link_in(psab_core_t *core);

/** Load persistent states and initialise every driver that was not yet.
 *
 * To be called by one thread at a time, after storage was chosen and before anything else is
 * asked of a driver.
 *
 * @return the first failure, which is to fail psa_crypto_init()
 */
psa_status_t psab_drivers_start(psab_core_t *core);

/** Tell every driver that was initialised that it is over. To be called before the list is freed. */
void psab_drivers_stop(psab_core_t *core);

/** Read the persistent state of a driver, if it has one, from storage. */
psa_status_t psab_driver_load_state(psab_core_t *core, psab_driver_t *driver);

/** Write the persistent state of a driver to storage. */
psa_status_t psab_driver_save_state(psab_core_t *core, const psab_driver_t *driver);

#endif
