/* Persistent state of opaque drivers: one record per location. */
#include <stdlib.h>
#include <string.h>

#include "api/drivers.h"
#include "util/wipe.h"

/* What was stored is longer than what the driver wants now: it gets the beginning. */
static psa_status_t load_beginning(const psab_storage_t *storage, uint32_t location, uint8_t *state, size_t size,
                                   size_t stored) {
    size_t length = 0;
    uint8_t *whole = malloc(stored);
    if (whole == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    psa_status_t status = storage->load(storage->user, PSAB_STORAGE_DRIVER_STATE, location, whole, stored, &length);
    if (status == PSA_SUCCESS) {
        memcpy(state, whole, size < length ? size : length);
    }
    psab_wipe_free(whole, stored);
    return status;
}

psa_status_t psab_driver_load_state(psab_core_t *core, psab_driver_t *driver) {
    const psab_storage_t *storage = &core->storage;
    size_t size = driver->description->persistent_state_size;
    size_t length = 0;
    if (size == 0 || driver->state != NULL) {
        return PSA_SUCCESS;
    }
    uint8_t *state = calloc(1, size);
    if (state == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    uint32_t location = driver->description->location;
    psa_status_t status = storage->load(storage->user, PSAB_STORAGE_DRIVER_STATE, location, state, size, &length);
    if (status == PSA_ERROR_BUFFER_TOO_SMALL) {
        status = load_beginning(storage, location, state, size, length);
    }
    if (status != PSA_SUCCESS && status != PSA_ERROR_DOES_NOT_EXIST) {
        psab_wipe_free(state, size);
        return status;
    }
    driver->state = state;
    return PSA_SUCCESS;
}

psa_status_t psab_driver_save_state(psab_core_t *core, const psab_driver_t *driver) {
    const psab_driver_description_t *description = driver->description;
    return core->storage.save(core->storage.user, PSAB_STORAGE_DRIVER_STATE, description->location, driver->state,
                              description->persistent_state_size);
}
