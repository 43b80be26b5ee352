/* Persistent state of opaque drivers: one record per location. */
#include <stdlib.h>

#include "api/drivers.h"
#include "keys/persistent.h"
#include "util/wipe.h"

psa_status_t psab_driver_load_state(psab_core_t *core, psab_driver_t *driver) {
    size_t size = driver->description->persistent_state_size;
    if (size == 0 || driver->state != NULL) {
        return PSA_SUCCESS;
    }
    uint8_t *state = calloc(1, size);
    if (state == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    psa_status_t status = psab_state_load(&core->storage, driver->description->location, state, size);
    if (status != PSA_SUCCESS) {
        psab_wipe_free(state, size);
        return status;
    }
    driver->state = state;
    return PSA_SUCCESS;
}

psa_status_t psab_driver_save_state(psab_core_t *core, const psab_driver_t *driver) {
    const psab_driver_description_t *description = driver->description;
    return psab_state_save(&core->storage, description->location, driver->state, description->persistent_state_size);
}
