#include "keys/persistent.h"

#include <string.h>

#include "keys/record.h"
#include "keys/validity.h"

/* id | lifetime | usage | alg | bits u32 each | type u16 | 0 u16 | data */
#define ATTRIBUTES_SIZE 24u

static void put_attributes(uint8_t *at, const psab_attributes_t *attributes) {
    at = psab_put32(at, attributes->id);
    at = psab_put32(at, attributes->lifetime);
    at = psab_put32(at, attributes->usage);
    at = psab_put32(at, attributes->alg);
    at = psab_put32(at, attributes->bits);
    at = psab_put16(at, attributes->type);
    (void)psab_put16(at, 0);
}

static psa_status_t get_attributes(const uint8_t *at, psa_key_id_t id, psab_attributes_t *attributes) {
    attributes->id = psab_get32(at);
    attributes->lifetime = psab_get32(at + 4);
    attributes->usage = psab_get32(at + 8);
    attributes->alg = psab_get32(at + 12);
    attributes->bits = psab_get32(at + 16);
    attributes->type = psab_get16(at + 20);
    attributes->reserved = psab_get16(at + 22);
    bool fits = attributes->id == id && !PSA_KEY_LIFETIME_IS_VOLATILE(attributes->lifetime) &&
                attributes->type != PSA_KEY_TYPE_NONE && attributes->reserved == 0 &&
                (attributes->usage & ~PSAB_KNOWN_USAGE) == 0;
    return fits ? PSA_SUCCESS : PSA_ERROR_DATA_INVALID;
}

psa_status_t psab_persistent_save(const psab_storage_t *storage, uint32_t kind, const psab_key_t *key) {
    psab_scratch_t content;
    size_t length = ATTRIBUTES_SIZE + key->size;
    if (!psab_record_buffer(&content, length)) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    put_attributes(content.data + PSAB_RECORD_START, &key->attributes);
    if (key->size != 0) {
        memcpy(content.data + PSAB_RECORD_START + ATTRIBUTES_SIZE, key->data, key->size);
    }
    psa_status_t status = psab_record_save(storage, kind, key->attributes.id, &content, length);
    psab_scratch_free(&content);
    return status;
}

/* A local key has the size that its type and bits say. */
static bool data_fits(const psab_key_t *key) {
    size_t expected = psab_key_length(key->attributes.type, key->attributes.bits);
    return psab_key_is_opaque(key) || (key->size != 0 && (expected == 0 || expected == key->size));
}

psa_status_t psab_persistent_load(const psab_storage_t *storage, uint32_t kind, psa_key_id_t id, psab_key_t *key) {
    psab_scratch_t content;
    size_t length = 0;
    psa_status_t status = psab_record_load(storage, kind, id, &content, &length);
    if (status == PSA_SUCCESS && length < ATTRIBUTES_SIZE) {
        status = PSA_ERROR_DATA_INVALID;
    }
    if (status == PSA_SUCCESS) {
        status = get_attributes(content.data + PSAB_RECORD_START, id, &key->attributes);
    }
    if (status == PSA_SUCCESS) {
        status = psab_key_reserve(key, length - ATTRIBUTES_SIZE);
    }
    if (status == PSA_SUCCESS) {
        if (key->size != 0) {
            memcpy(key->data, content.data + PSAB_RECORD_START + ATTRIBUTES_SIZE, key->size);
        }
        status = kind != PSAB_STORAGE_KEY || data_fits(key) ? PSA_SUCCESS : PSA_ERROR_DATA_INVALID;
    }
    psab_scratch_free(&content);
    return status;
}

psa_status_t psab_persistent_exists(const psab_storage_t *storage, uint32_t kind, psa_key_id_t id) {
    size_t length = 0;
    uint8_t nothing;
    psa_status_t status = storage->load(storage->user, kind, id, &nothing, 0, &length);
    return status == PSA_ERROR_BUFFER_TOO_SMALL ? PSA_SUCCESS : psab_storage_answer(status);
}

psa_status_t psab_state_load(const psab_storage_t *storage, psa_key_location_t location, uint8_t *state, size_t size) {
    psab_scratch_t content;
    size_t length = 0;
    memset(state, 0, size);
    psa_status_t status = psab_record_load(storage, PSAB_STORAGE_DRIVER_STATE, location, &content, &length);
    if (status == PSA_SUCCESS) {
        memcpy(state, content.data + PSAB_RECORD_START, length < size ? length : size);
    }
    psab_scratch_free(&content);
    return status == PSA_ERROR_DOES_NOT_EXIST ? PSA_SUCCESS : status;
}

psa_status_t psab_state_save(const psab_storage_t *storage, psa_key_location_t location, const uint8_t *state,
                             size_t size) {
    psab_scratch_t content;
    if (!psab_record_buffer(&content, size)) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    memcpy(content.data + PSAB_RECORD_START, state, size);
    psa_status_t status = psab_record_save(storage, PSAB_STORAGE_DRIVER_STATE, location, &content, size);
    psab_scratch_free(&content);
    return status;
}
