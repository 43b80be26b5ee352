/* Attributes, export, destruction and handles of keys (sections 9.1, 9.9.2, 9.9.3; 1.0 beta 3). */

#include "api/key_view.h"
#include "api/keys.h"
#include "psab/api.h"

psa_status_t psab_get_key_attributes(psab_core_t *core, psa_key_id_t key, psa_key_attributes_t *attributes) {
    psab_key_t *found = NULL;
    if (attributes != NULL) {
        psa_reset_key_attributes(attributes);
    }
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the core is not initialised");
    }
    if (attributes == NULL) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the attributes are a null pointer");
    }
    psa_status_t status = psab_acquire(core, key, 0, PSA_ALG_NONE, &found);
    if (status != PSA_SUCCESS) {
        return status;
    }
    *attributes = found->attributes;
    psab_key_release(found);
    if (PSA_KEY_LIFETIME_IS_VOLATILE(attributes->lifetime)) {
        /* So that the object is good for creating another key. */
        attributes->id = PSA_KEY_ID_NULL;
    }
    return PSA_SUCCESS;
}

/* What every export starts with: the arguments, and the key. */
static psa_status_t acquire_for_export(psab_core_t *core, psa_key_id_t key, const uint8_t *data, size_t data_size,
                                       size_t *data_length, psab_key_t **found) {
    if (data_length != NULL) {
        *data_length = 0;
    }
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the core is not initialised");
    }
    if (data_length == NULL || !psab_buffer_valid(data, data_size)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a buffer is a null pointer");
    }
    return psab_acquire(core, key, 0, PSA_ALG_NONE, found);
}

psa_status_t psab_export_key(psab_core_t *core, psa_key_id_t key, uint8_t *data, size_t data_size,
                             size_t *data_length) {
    psab_key_t *found = NULL;
    psa_status_t status = acquire_for_export(core, key, data, data_size, data_length, &found);
    if (status != PSA_SUCCESS) {
        return status;
    }
    const psab_attributes_t *attributes = &found->attributes;
    if (PSA_KEY_TYPE_IS_PUBLIC_KEY(attributes->type) || (attributes->usage & PSA_KEY_USAGE_EXPORT) != 0) {
        status = psab_key_material(core, found, data, data_size, data_length);
    } else {
        status = psab_refuse_use(core, attributes, PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    }
    psab_key_release(found);
    return status;
}

psa_status_t psab_export_public_key(psab_core_t *core, psa_key_id_t key, uint8_t *data, size_t data_size,
                                    size_t *data_length) {
    psab_key_t *found = NULL;
    psa_status_t status = acquire_for_export(core, key, data, data_size, data_length, &found);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = psab_public_key(core, found, data, data_size, data_length);
    psab_key_release(found);
    return status;
}

/* What the store says of an identifier; that there is none is the core's own answer. */
static psa_status_t told(psab_core_t *core, psa_status_t status) {
    return status == PSA_ERROR_INVALID_HANDLE ? psab_refuse(core, status, "there is no such key") : status;
}

psa_status_t psab_destroy_key(psab_core_t *core, psa_key_id_t key) {
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the core is not initialised");
    }
    return key == PSA_KEY_ID_NULL ? PSA_SUCCESS : told(core, psab_store_destroy(core->store, key));
}

psa_status_t psab_purge_key(psab_core_t *core, psa_key_id_t key) {
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the core is not initialised");
    }
    return told(core, psab_store_purge(core->store, key));
}

psa_status_t psab_open_key(psab_core_t *core, psa_key_id_t id, psa_key_handle_t *handle) {
    psab_key_t *found = NULL;
    if (handle != NULL) {
        *handle = PSA_KEY_ID_NULL;
    }
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the core is not initialised");
    }
    if (handle == NULL) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the handle is a null pointer");
    }
    bool volatile_id = id - PSA_KEY_ID_VENDOR_MIN < PSAB_VOLATILE_IDS;
    if (id == PSA_KEY_ID_NULL || id > PSA_KEY_ID_VENDOR_MAX || volatile_id) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "not the identifier of a persistent key");
    }
    psa_status_t status = psab_key_acquire(core->store, id, &found);
    if (status != PSA_SUCCESS) {
        status = status == PSA_ERROR_INVALID_HANDLE ? PSA_ERROR_DOES_NOT_EXIST : status;
        return psab_refuse(core, status, "no such key");
    }
    psab_key_release(found);
    *handle = id;
    return PSA_SUCCESS;
}

psa_status_t psab_close_key(psab_core_t *core, psa_key_handle_t handle) {
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the core is not initialised");
    }
    if (handle == PSA_KEY_ID_NULL) {
        return PSA_SUCCESS;
    }
    /* Nothing but the handle leads to a volatile key. */
    bool is_volatile = handle - PSA_KEY_ID_VENDOR_MIN < PSAB_VOLATILE_IDS;
    return told(core, is_volatile ? psab_store_destroy(core->store, handle) : psab_store_purge(core->store, handle));
}
