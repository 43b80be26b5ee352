#include "keeper.h"

#include <stdlib.h>
#include <string.h>

_Atomic unsigned keeper_dropped;

typedef struct form {
    keeper_t *keeper;
    size_t size;
    uint8_t bytes[64];
} form_t;

static void drop(void *form) {
    memset(form, 0xdd, sizeof(form_t));
    free(form);
    keeper_dropped++;
}

const psab_prepared_kind_t keeper_kind = {drop};

void *keeper_form(keeper_t *keeper, const uint8_t *key, size_t key_size) {
    form_t *form = calloc(1, sizeof *form);
    if (form == NULL || key_size > sizeof form->bytes) {
        abort();
    }
    form->keeper = keeper;
    form->size = key_size;
    memcpy(form->bytes, key, key_size);
    keeper->made++;
    return form;
}

static void look_at(keeper_t *keeper, const form_t *form, const uint8_t *key, size_t key_size) {
    if (form->keeper != keeper || form->size != key_size || memcmp(form->bytes, key, key_size) != 0) {
        keeper->wrong++;
    }
}

static void share(keeper_t *keeper, const uint8_t *key, size_t key_size, uint32_t alg) {
    void *form = psab_prepared_find(&keeper_kind, key, key_size, alg);
    if (form != NULL) {
        keeper->used_again++;
        look_at(keeper, form, key, key_size);
        return;
    }
    void *own = keeper_form(keeper, key, key_size);
    form = psab_prepared_publish(&keeper_kind, key, key_size, alg, own);
    look_at(keeper, form != NULL ? form : own, key, key_size);
    if (form == NULL) {
        drop(own);
    }
}

static void use_alone(keeper_t *keeper, const uint8_t *key, size_t key_size, uint32_t alg) {
    form_t *form = psab_prepared_take(&keeper_kind, key, key_size, alg);
    if (form != NULL) {
        keeper->used_again++;
    } else {
        form = keeper_form(keeper, key, key_size);
    }
    look_at(keeper, form, key, key_size);
    form->bytes[0]++; /* a race, were it not alone */
    form->bytes[0]--;
    psab_prepared_give(&keeper_kind, key, key_size, alg, form);
}

static psab_status_t mac_compute(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                 size_t key_buffer_size, uint32_t alg, const uint8_t *input, size_t input_length,
                                 uint8_t *mac, size_t mac_size, size_t *mac_length) {
    keeper_t *keeper = driver;
    (void)attributes;
    (void)input;
    (void)input_length;
    if (keeper->inside != NULL) {
        keeper->inside(keeper, key_buffer, key_buffer_size);
    } else if (keeper->alone) {
        use_alone(keeper, key_buffer, key_buffer_size, alg);
    } else {
        share(keeper, key_buffer, key_buffer_size, alg);
    }
    if (keeper->refuses) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    memset(mac, key_buffer[0], mac_size);
    *mac_length = mac_size;
    return PSA_SUCCESS;
}

/* The operation takes a form at its setup, and gives it back when its key is not at hand any more. */
typedef struct operation {
    form_t *form;
    const uint8_t *key;
    size_t key_size;
} operation_t;

static psab_status_t mac_sign_setup(void *driver, void *operation, const psab_attributes_t *attributes,
                                    const uint8_t *key_buffer, size_t key_buffer_size, uint32_t alg) {
    operation_t *own = operation;
    (void)attributes;
    own->form = psab_prepared_take(&keeper_kind, key_buffer, key_buffer_size, alg);
    if (own->form == NULL) {
        own->form = keeper_form(driver, key_buffer, key_buffer_size);
    }
    own->key = key_buffer;
    own->key_size = key_buffer_size;
    return PSA_SUCCESS;
}

static psab_status_t mac_update(void *driver, void *operation, const uint8_t *input, size_t input_length) {
    (void)driver;
    (void)operation;
    (void)input;
    (void)input_length;
    return PSA_SUCCESS;
}

static psab_status_t mac_abort(void *driver, void *operation) {
    operation_t *own = operation;
    (void)driver;
    if (own->form != NULL) {
        psab_prepared_give(&keeper_kind, own->key, own->key_size, KEEPER_ALG, own->form);
        own->form = NULL;
    }
    return PSA_SUCCESS;
}

static psab_status_t mac_sign_finish(void *driver, void *operation, uint8_t *mac, size_t mac_size, size_t *mac_length) {
    memset(mac, 1, mac_size);
    *mac_length = mac_size;
    return mac_abort(driver, operation);
}

void keeper_register(keeper_t *keeper, psab_core_t *core, const char *name) {
    memset(keeper, 0, sizeof *keeper);
    keeper->ops.mac_compute = mac_compute;
    keeper->ops.mac_sign_setup = mac_sign_setup;
    keeper->ops.mac_update = mac_update;
    keeper->ops.mac_sign_finish = mac_sign_finish;
    keeper->ops.mac_abort = mac_abort;
    keeper->capability.ops = &keeper->ops;
    keeper->capability.flags = PSAB_CAPABILITY_FALLBACK;
    keeper->capability.context_sizes[PSAB_CONTEXT_MAC_OPERATION] = sizeof(operation_t);
    keeper->description.name = name;
    keeper->description.source = "test";
    keeper->description.dialect = "psa";
    keeper->description.capabilities = &keeper->capability;
    keeper->description.capability_count = 1;
    CHECK_STATUS(psab_core_register(core, &keeper->description, keeper), PSA_SUCCESS);
}

psa_key_id_t keeper_key(psab_core_t *core, uint8_t fill) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id = PSA_KEY_ID_NULL;
    uint8_t data[32];
    memset(data, fill, sizeof data);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC);
    psa_set_key_algorithm(&attributes, KEEPER_ALG);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
    (void)psab_import_key(core, &attributes, data, sizeof data, &id);
    return id;
}

psa_status_t keeper_use(psab_core_t *core, psa_key_id_t key) {
    uint8_t mac[32];
    size_t length;
    return psab_mac_compute(core, key, KEEPER_ALG, NULL, 0, mac, sizeof mac, &length);
}
