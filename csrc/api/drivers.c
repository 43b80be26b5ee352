#include "api/drivers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/loader.h"

#define TEXT_SIZE 1024u

/* Call an entry point without arguments, if the driver has it. */
static psa_status_t call_plain(psab_core_t *core, psab_driver_t *driver, uint16_t plan, int32_t entry_point) {
    psab_alternative_scratch_t scratch;
    psab_candidates_t list = {NULL, 0, 0};
    psab_miss_t miss = {PSAB_REASON_SERVES, -1, -1};
    psa_status_t status = psab_driver_offer(driver, psab_alternative(plan, 0, &scratch), 0, NULL, &list, &miss);
    if (status == PSA_SUCCESS && list.count != 0) {
        const psab_candidate_t *candidate = list.items;
        psab_frame_t frame;
        psab_enter(&frame, core, candidate);
        status = entry_point == PSAB_EP_INIT ? psab_call_init(&candidate->ops, candidate->context)
                                             : psab_call_free(&candidate->ops, candidate->context);
        status = psab_leave_step(&frame, entry_point, status);
    }
    free(list.items);
    return status;
}

static psa_status_t start(psab_core_t *core, psab_driver_t *driver) {
    if (driver->started) {
        return PSA_SUCCESS;
    }
    psa_status_t status = psab_driver_load_state(core, driver);
    if (status != PSA_SUCCESS) {
        return psab_fail(status, driver->description->name, -1, 0, "its persistent state cannot be loaded");
    }
    status = call_plain(core, driver, PSAB_PLAN_INIT, PSAB_EP_INIT);
    driver->started = status == PSA_SUCCESS;
    return status;
}

static void stop(psab_core_t *core, psab_driver_t *driver) {
    if (driver->started) {
        (void)call_plain(core, driver, PSAB_PLAN_FREE, PSAB_EP_FREE);
        driver->started = false;
    }
}

psa_status_t psab_drivers_start(psab_core_t *core) {
    psab_driver_t *driver;
    psa_status_t status = PSA_SUCCESS;
    for (size_t i = 0; status == PSA_SUCCESS && (driver = psab_registry_driver(core->registry, i)) != NULL; i++) {
        status = start(core, driver);
    }
    return status;
}

void psab_drivers_stop(psab_core_t *core) {
    psab_driver_t *driver;
    for (size_t i = 0; (driver = psab_registry_driver(core->registry, i)) != NULL; i++) {
        stop(core, driver);
    }
}

/* Put new drivers into the list, initialised if the core is. Whether it is must not change meanwhile;
 * no lock is held while a driver runs, since nobody else knows these drivers yet. */
static psa_status_t add(psab_core_t *core, psab_driver_t *const *drivers, size_t count) {
    psa_status_t status = PSA_SUCCESS;
    bool ready = psab_ready(core);
    for (size_t i = 0; ready && i < count && status == PSA_SUCCESS; i++) {
        status = start(core, drivers[i]);
    }
    if (status == PSA_SUCCESS) {
        pthread_mutex_lock(&core->lock);
        bool overtaken = ready != psab_ready(core);
        status = overtaken ? PSA_SUCCESS : psab_registry_add(core->registry, drivers, count);
        pthread_mutex_unlock(&core->lock);
        if (overtaken) {
            return add(core, drivers, count);
        }
        if (status != PSA_SUCCESS) {
            (void)psab_fail(status, drivers[0]->description->name, -1, 0,
                            status == PSA_ERROR_ALREADY_EXISTS ? "another driver has the same name or location" : NULL);
        }
    }
    for (size_t i = 0; i < count && status != PSA_SUCCESS; i++) {
        stop(core, drivers[i]);
    }
    return status;
}

/* Register several drivers, all or none. */
static psa_status_t register_all(psab_core_t *core, const psab_driver_description_t *const *descriptions, size_t count,
                                 void *context, bool linked_in) {
    char text[TEXT_SIZE] = "";
    psa_status_t status = PSA_SUCCESS;
    psab_driver_t **drivers = calloc(count, sizeof(psab_driver_t *));
    if (drivers == NULL) {
        return psab_fail(PSA_ERROR_INSUFFICIENT_MEMORY, NULL, -1, 0, "no memory for the drivers");
    }
    for (size_t i = 0; i < count && status == PSA_SUCCESS; i++) {
        status = psab_driver_new(core->registry, descriptions[i], context, linked_in, &drivers[i], text, sizeof text);
    }
    status = status == PSA_SUCCESS ? add(core, drivers, count) : psab_fail(status, NULL, -1, 0, text);
    for (size_t i = 0; i < count && status != PSA_SUCCESS; i++) {
        psab_driver_discard(drivers[i]);
    }
    free(drivers);
    return status;
}

psa_status_t psab_drivers_link_in(psab_core_t *core) {
    extern const psab_bundle_entry_t psab_linked_in[];
    char text[TEXT_SIZE] = "";
    psa_status_t status = PSA_SUCCESS;
    for (size_t i = 0; psab_linked_in[i] != NULL && status == PSA_SUCCESS; i++) {
        const psab_bundle_t *bundle = psab_linked_in[i](&psab_services);
        status = psab_bundle_check(bundle, text, sizeof text);
        status = status == PSA_SUCCESS ? register_all(core, bundle->drivers, bundle->driver_count, NULL, true)
                                       : psab_fail(status, NULL, -1, 0, text);
    }
    return status;
}

#ifdef PSAB_NO_LOADER

psab_status_t psab_core_register(psab_core_t *core, const psab_driver_description_t *description, void *driver) {
    (void)core;
    (void)description;
    (void)driver;
    return psab_fail(PSA_ERROR_NOT_SUPPORTED, NULL, -1, 0, "this library was built without registration of drivers");
}

psab_status_t psab_core_register_last(psab_core_t *core, const psab_driver_description_t *description, void *driver) {
    return psab_core_register(core, description, driver);
}

psab_status_t psab_core_load(psab_core_t *core, const char *path, char *error, size_t error_size) {
    (void)core;
    (void)path;
    if (error != NULL && error_size != 0) {
        (void)snprintf(error, error_size, "this library was built without a loader");
    }
    return psab_fail(PSA_ERROR_NOT_SUPPORTED, NULL, -1, 0, "this library was built without a loader");
}

#else

static psa_status_t register_one(psab_core_t *core, const psab_driver_description_t *description, void *driver,
                                 bool last) {
    if (core == NULL) {
        return psab_fail(PSA_ERROR_INVALID_ARGUMENT, NULL, -1, 0, "no core");
    }
    return register_all(core, &description, 1, driver, last);
}

psab_status_t psab_core_register(psab_core_t *core, const psab_driver_description_t *description, void *driver) {
    return register_one(core, description, driver, false);
}

psab_status_t psab_core_register_last(psab_core_t *core, const psab_driver_description_t *description, void *driver) {
    return register_one(core, description, driver, true);
}

static psa_status_t load(psab_core_t *core, const char *path, char *text, size_t size) {
    struct psab_image *image = NULL;
    const psab_bundle_t *bundle = NULL;
    psa_status_t status = psab_image_open(path, &psab_services, &image, &bundle, text, size);
    if (status != PSA_SUCCESS) {
        return psab_fail(status, NULL, -1, 0, text);
    }
    status = register_all(core, bundle->drivers, bundle->driver_count, NULL, false);
    if (status == PSA_SUCCESS) {
        psab_image_keep(core->registry, image);
        return PSA_SUCCESS;
    }
    psab_failure_t failure;
    psab_last_failure(&failure);
    (void)snprintf(text, size, "%s: %s%s%s", path, failure.driver, failure.driver[0] != '\0' ? ": " : "",
                   failure.detail[0] != '\0' ? failure.detail : "its initialisation failed");
    psab_images_close(image);
    return status;
}

psab_status_t psab_core_load(psab_core_t *core, const char *path, char *error, size_t error_size) {
    char text[TEXT_SIZE] = "";
    psa_status_t status;
    if (core == NULL || path == NULL) {
        (void)snprintf(text, sizeof text, "no core or no path");
        status = psab_fail(PSA_ERROR_INVALID_ARGUMENT, NULL, -1, 0, text);
    } else {
        status = load(core, path, text, sizeof text);
    }
    if (error != NULL && error_size != 0) {
        (void)snprintf(error, error_size, "%s", text);
    }
    return status;
}

#endif
