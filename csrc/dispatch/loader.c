#include "dispatch/loader.h"

#include <stdio.h>

#include <psa/error.h>

#define DRIVERS_MOST 1024u

psab_status_t psab_bundle_check(const psab_bundle_t *bundle, char *error, size_t error_size) {
    if (bundle == NULL) {
        (void)snprintf(error, error_size, "the image offers nothing");
        return PSA_ERROR_DATA_INVALID;
    }
    if (bundle->abi_version != PSAB_ABI_VERSION) {
        (void)snprintf(error, error_size, "the image was built for version %u of the driver ABI, this core has %u",
                       (unsigned)bundle->abi_version, (unsigned)PSAB_ABI_VERSION);
        return PSA_ERROR_DATA_INVALID;
    }
    if (bundle->table_hash != PSAB_TABLE_HASH) {
        (void)snprintf(error, error_size,
                       "the image was built from another table of entry points (0x%08x, this core has 0x%08x): "
                       "build it again",
                       (unsigned)bundle->table_hash, (unsigned)PSAB_TABLE_HASH);
        return PSA_ERROR_DATA_INVALID;
    }
    if (bundle->drivers == NULL || bundle->driver_count == 0 || bundle->driver_count > DRIVERS_MOST) {
        (void)snprintf(error, error_size, "the image has an impossible number of drivers, %zu", bundle->driver_count);
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    error[0] = '\0';
    return PSA_SUCCESS;
}

#ifdef PSAB_NO_LOADER

void psab_images_close(struct psab_image *images) {
    (void)images;
}

#else

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef struct psab_image {
    struct psab_image *next;
    void *handle;
} psab_image_t;

/* The entry function of an open image; dlsym gives an object pointer, of which C knows no conversion. */
static psab_bundle_entry_t entry_of(void *handle) {
    void *symbol = dlsym(handle, PSAB_BUNDLE_ENTRY_NAME);
    psab_bundle_entry_t entry = NULL;
    if (symbol != NULL) {
        memcpy(&entry, &symbol, sizeof entry);
    }
    return entry;
}

psab_status_t psab_image_open(const char *path, const psab_services_t *services, struct psab_image **image,
                              const psab_bundle_t **bundle, char *error, size_t error_size) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        const char *reason = dlerror();
        (void)snprintf(error, error_size, "%s", reason != NULL ? reason : path);
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    psab_status_t status = PSA_ERROR_DATA_INVALID;
    psab_bundle_entry_t entry = entry_of(handle);
    if (entry == NULL) {
        (void)snprintf(error, error_size, "%s: is no driver image: it has no symbol " PSAB_BUNDLE_ENTRY_NAME, path);
    } else {
        *bundle = entry(services);
        status = psab_bundle_check(*bundle, error, error_size);
    }
    *image = status == PSA_SUCCESS ? calloc(1, sizeof **image) : NULL;
    if (*image == NULL) {
        if (status == PSA_SUCCESS) {
            (void)snprintf(error, error_size, "%s: out of memory", path);
            status = PSA_ERROR_INSUFFICIENT_MEMORY;
        }
        dlclose(handle);
        return status;
    }
    (*image)->handle = handle;
    return PSA_SUCCESS;
}

void psab_image_keep(psab_registry_t *registry, struct psab_image *image) {
    pthread_mutex_lock(&registry->lock);
    image->next = registry->images;
    registry->images = image;
    pthread_mutex_unlock(&registry->lock);
}

void psab_images_close(struct psab_image *images) {
    while (images != NULL) {
        psab_image_t *next = images->next;
        dlclose(images->handle);
        free(images);
        images = next;
    }
}

#endif
