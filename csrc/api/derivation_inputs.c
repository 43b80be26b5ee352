/* Inputs of key derivations (section 10.8.3). */
#include "api/derivation.h"

#include <string.h>

#include "api/keys.h"
#include "psab/api.h"
#include "util/wipe.h"

psab_kdf_item_t *psab_kdf_new_item(psab_operation_t *slot, psa_key_derivation_step_t step, uint16_t type) {
    psab_derivation_t *derivation = psab_derivation(slot);
    if (derivation->count == PSAB_KDF_ITEMS) {
        (void)psab_refuse(slot->core, PSA_ERROR_NOT_SUPPORTED, "more inputs than any derivation has");
        return NULL;
    }
    psab_kdf_item_t *item = &derivation->items[derivation->count++];
    memset(item, 0, sizeof *item);
    item->step = step;
    item->type = type;
    return item;
}

static void clear(psab_held_t *bytes) {
    psab_wipe_free(bytes->data, bytes->room);
    memset(bytes, 0, sizeof *bytes);
}

void psab_kdf_forget(psab_derivation_t *derivation) {
    for (size_t i = 0; i < derivation->count; i++) {
        clear(&derivation->items[i].bytes);
        psab_key_forget(&derivation->items[i].key);
    }
}

/* An input that was a key and gets further pieces is bytes from now on. */
static psa_status_t flatten(psab_operation_t *slot, psab_kdf_item_t *item) {
    psab_key_t *key = NULL;
    psab_scratch_t scratch;
    size_t length = 0;
    psa_status_t status = psab_key_again(slot->core, &item->key, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = psab_scratch_get(&scratch, (key->attributes.bits + 7) / 8) ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_MEMORY;
    if (status == PSA_SUCCESS) {
        status = psab_key_material(slot->core, key, scratch.data, scratch.size, &length);
    }
    if (status == PSA_SUCCESS) {
        status = psab_held_add(slot->core, &item->bytes, scratch.data, length);
    }
    psab_scratch_free(&scratch);
    psab_key_release(key);
    item->type = PSAB_INPUT_BYTES;
    psab_key_forget(&item->key);
    return status;
}

psa_status_t psab_kdf_add(psab_operation_t *slot, psa_key_derivation_step_t step, const uint8_t *data, size_t length) {
    psab_kdf_item_t *item = psab_kdf_item(psab_derivation(slot), step);
    psa_status_t status = PSA_SUCCESS;
    if (item == NULL) {
        item = psab_kdf_new_item(slot, step, PSAB_INPUT_BYTES);
    } else if (item->type == PSAB_INPUT_KEY) {
        status = flatten(slot, item);
    }
    if (item == NULL || (status == PSA_SUCCESS && item->type != PSAB_INPUT_BYTES)) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    return status == PSA_SUCCESS ? psab_held_add(slot->core, &item->bytes, data, length) : status;
}

/* Whether an input can be given; says why not. */
static psa_status_t admit(psab_operation_t *slot, psa_key_derivation_step_t step, uint8_t form) {
    psa_status_t status = psab_kdf_admit(psab_derivation(slot), step, form);
    if (status == PSA_SUCCESS) {
        return status;
    }
    return psab_refuse(slot->core, status,
                       status == PSA_ERROR_BAD_STATE ? "this input was given already, or its turn is not now"
                                                     : "the algorithm does not take this input, or not in this form");
}

/* A piece of a long input: what a vendor's algorithm gets when its driver has begun. */
static psa_status_t give_piece(psab_operation_t *slot, psa_key_derivation_step_t step, const uint8_t *data,
                               size_t length) {
    const psab_candidate_t *c = slot->candidate;
    if (c->ops.key_derivation_input_step == NULL) { /* a driver that was loaded since psab_kdf_takes_long() */
        return psab_refuse(slot->core, PSA_ERROR_NOT_SUPPORTED, "the driver that has begun takes no long inputs");
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    return psab_leave_step(&frame, PSAB_EP_KEY_DERIVATION_INPUT_STEP,
                           psab_call_key_derivation_input_step(&c->ops, c->context, slot->context, step, data, length));
}

/* What comes after the secret of a vendor's algorithm goes to the driver at once, if it takes long inputs. */
static psa_status_t start_long(psab_operation_t *slot) {
    psab_derivation_t *derivation = psab_derivation(slot);
    bool has_secret = psab_kdf_item(derivation, PSA_KEY_DERIVATION_INPUT_SECRET) != NULL ||
                      psab_kdf_item(derivation, PSA_KEY_DERIVATION_INPUT_PASSWORD) != NULL;
    if (derivation->rules != NULL || derivation->started || !has_secret || !psab_kdf_takes_long(slot)) {
        return PSA_SUCCESS;
    }
    return psab_kdf_start(slot);
}

static psa_status_t input_bytes(psab_operation_t *slot, psa_key_derivation_step_t step, const uint8_t *data,
                                size_t length) {
    psab_derivation_t *derivation = psab_derivation(slot);
    if (!psab_buffer_valid(data, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the input is a null pointer");
    }
    psa_status_t status = admit(slot, step, PSAB_KDF_BYTES);
    if (status == PSA_SUCCESS && psab_kdf_content(derivation->alg, step, data, length) != PSA_SUCCESS) {
        status = psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the content or the length does not fit the step");
    }
    if (status == PSA_SUCCESS) {
        status = start_long(slot);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    return derivation->started ? give_piece(slot, step, data, length) : psab_kdf_add(slot, step, data, length);
}

psa_status_t psab_key_derivation_input_bytes(psab_core_t *core, psa_key_derivation_operation_t *operation,
                                             psa_key_derivation_step_t step, const uint8_t *data, size_t data_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_DERIVATION_INPUT, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_DERIVATION_INPUT, handle, slot, input_bytes(slot, step, data, data_length));
}

/* The only number so far is the iteration count of PBKDF2, which is one of 32 bits. */
static psa_status_t check_integer(const psab_derivation_t *derivation, psa_key_derivation_step_t step, uint64_t value) {
    if (derivation->rules == NULL || step != PSA_KEY_DERIVATION_INPUT_COST) {
        return PSA_SUCCESS;
    }
    return value == 0 ? PSA_ERROR_INVALID_ARGUMENT : value > UINT32_MAX ? PSA_ERROR_NOT_SUPPORTED : PSA_SUCCESS;
}

static psa_status_t input_integer(psab_operation_t *slot, psa_key_derivation_step_t step, uint64_t value) {
    psab_derivation_t *derivation = psab_derivation(slot);
    psa_status_t status = admit(slot, step, PSAB_KDF_INTEGER);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = check_integer(derivation, step, value);
    if (status != PSA_SUCCESS) {
        return psab_refuse(slot->core, status, "the number is out of the range of the step");
    }
    if (derivation->started || psab_kdf_item(derivation, step) != NULL) {
        return psab_refuse(slot->core, PSA_ERROR_BAD_STATE, "a number is given once, before long inputs");
    }
    psab_kdf_item_t *item = psab_kdf_new_item(slot, step, PSAB_INPUT_INTEGER);
    if (item == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    item->integer = value;
    return PSA_SUCCESS;
}

psa_status_t psab_key_derivation_input_integer(psab_core_t *core, psa_key_derivation_operation_t *operation,
                                               psa_key_derivation_step_t step, uint64_t value) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_DERIVATION_INPUT, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_DERIVATION_INPUT, handle, slot, input_integer(slot, step, value));
}

/* Type, length and content of a key, as far as they can be seen. */
static psa_status_t check_key(psab_operation_t *slot, psa_key_derivation_step_t step, const psab_key_t *key) {
    const psab_attributes_t *attributes = &key->attributes;
    psa_algorithm_t alg = psab_derivation(slot)->alg;
    if ((attributes->usage & (PSA_KEY_USAGE_DERIVE | PSA_KEY_USAGE_VERIFY_DERIVATION)) == 0) {
        return psab_refuse(slot->core, PSA_ERROR_NOT_PERMITTED, "the key must not be used to derive");
    }
    if (!psab_kdf_key_fits(alg, step, attributes->type)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "a key of this type cannot be this input");
    }
    bool local = PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime) == PSA_KEY_LOCATION_LOCAL_STORAGE;
    psa_status_t status = psab_kdf_content(alg, step, local ? key->data : NULL, (attributes->bits + 7) / 8);
    return status == PSA_SUCCESS
               ? status
               : psab_refuse(slot->core, status, "the content or the size of the key does not fit the step");
}

/* Note a key, or add it to the pieces that were given before. */
static psa_status_t take_key(psab_operation_t *slot, psa_key_derivation_step_t step, psa_key_id_t id, psab_key_t *key) {
    psab_derivation_t *derivation = psab_derivation(slot);
    psa_status_t status = PSA_SUCCESS;
    if (psab_kdf_item(derivation, step) != NULL) {
        psab_scratch_t scratch;
        size_t length = 0;
        status =
            psab_scratch_get(&scratch, (key->attributes.bits + 7) / 8) ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_MEMORY;
        if (status == PSA_SUCCESS) {
            status = psab_key_material(slot->core, key, scratch.data, scratch.size, &length);
        }
        if (status == PSA_SUCCESS) {
            status = psab_kdf_add(slot, step, scratch.data, length);
        }
        psab_scratch_free(&scratch);
    } else {
        psab_kdf_item_t *item = psab_kdf_new_item(slot, step, PSAB_INPUT_KEY);
        if (item == NULL) {
            return PSA_ERROR_NOT_SUPPORTED;
        }
        status = psab_key_keep(slot->core, key, &item->key);
    }
    if (status == PSA_SUCCESS && psab_kdf_is_secret(step)) {
        derivation->from_key = true;
        slot->key = id;
    }
    derivation->denied = derivation->denied || (key->attributes.usage & PSA_KEY_USAGE_DERIVE) == 0;
    return status;
}

static psa_status_t input_key(psab_operation_t *slot, psa_key_derivation_step_t step, psa_key_id_t id) {
    psab_key_t *key = NULL;
    psa_status_t status = admit(slot, step, PSAB_KDF_KEY);
    if (status == PSA_SUCCESS && psab_derivation(slot)->started) {
        status = psab_refuse(slot->core, PSA_ERROR_BAD_STATE, "keys are given before long inputs");
    }
    if (status == PSA_SUCCESS) {
        status = psab_acquire(slot->core, id, 0, slot->alg, &key);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = check_key(slot, step, key);
    if (status == PSA_SUCCESS) {
        status = take_key(slot, step, id, key);
    }
    psab_key_release(key);
    return status;
}

psa_status_t psab_key_derivation_input_key(psab_core_t *core, psa_key_derivation_operation_t *operation,
                                           psa_key_derivation_step_t step, psa_key_id_t key) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_DERIVATION_INPUT, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_DERIVATION_INPUT, handle, slot, input_key(slot, step, key));
}
