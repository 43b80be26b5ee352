/* psa_import_key, psa_generate_key (section 9.9.1). */

#include <string.h>

#include "api/keys.h"
#include "api/random.h"
#include "keys/des.h"
#include "keys/validity.h"
#include "psab/api.h"

/* Unstructured keys are the core's own affair: the bytes are the key. */
static psa_status_t check_unstructured(const psab_attributes_t *attributes, const uint8_t *data, size_t length) {
    if (attributes->bits != 0 && attributes->bits != length * 8) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    psa_status_t status = psab_key_size_check(attributes->type, length * 8, attributes->alg);
    if (status == PSA_SUCCESS && attributes->type == PSA_KEY_TYPE_DES && !psab_des_parity_is_odd(data, length)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    return status;
}

static psa_status_t import_unstructured(psab_key_t *key, const uint8_t *data, size_t length) {
    psa_status_t status = psab_key_reserve(key, length);
    if (status == PSA_SUCCESS) {
        memcpy(key->data, data, length);
        key->attributes.bits = (uint32_t)(length * 8);
    }
    return status;
}

/* The room that the canonical form of a key needs, whose size may not be known. */
static size_t room_for(psa_key_type_t type, size_t bits, size_t length) {
    size_t known = bits != 0 ? psab_key_length_max(type, bits) : 0;
    if (known != 0) {
        return known;
    }
    size_t most = PSA_KEY_TYPE_IS_RSA(type) ? psab_key_length_max(type, PSAB_RSA_MAX_BITS) : 0;
    return most > length ? most : length;
}

static psa_status_t import_structured(psab_core_t *core, psab_key_t *key, const uint8_t *data, size_t length,
                                      size_t bits) {
    psa_status_t status = psab_key_reserve(key, room_for(key->attributes.type, bits, length));
    psab_imported_t imported = {0, 0};
    if (status == PSA_SUCCESS) {
        status = psab_driver_import(core, key, data, length, bits, &imported);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t exact = psab_key_length(key->attributes.type, imported.bits);
    if (exact != 0 && exact != imported.length) {
        return psab_fail(PSA_ERROR_CORRUPTION_DETECTED, NULL, PSAB_EP_IMPORT_KEY, PSAB_REPORT_OUTPUT_LENGTH,
                         "import_key gave a key whose length does not fit its size");
    }
    psab_key_shrink(key, imported.length);
    key->attributes.bits = (uint32_t)imported.bits;
    return PSA_SUCCESS;
}

static psa_status_t import_opaque(psab_core_t *core, psab_key_t *key, const uint8_t *data, size_t length, size_t bits) {
    psab_imported_t imported = {0, 0};
    psab_scratch_t saved;
    psa_status_t status = psab_opaque_prepare(core, key, bits, &saved);
    if (status == PSA_SUCCESS) {
        status = psab_driver_import(core, key, data, length, bits, &imported);
    }
    psab_opaque_made(key, &saved, status, imported.length);
    if (status == PSA_SUCCESS) {
        key->attributes.bits = (uint32_t)imported.bits;
    }
    return status;
}

/* What can be said about the data before any driver sees it; `*bits` receives the size, 0 if it is open. */
static psa_status_t check_data(const psab_attributes_t *attributes, const uint8_t *data, size_t length, size_t *bits) {
    bool local = PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime) == PSA_KEY_LOCATION_LOCAL_STORAGE;
    if (length == 0) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (length > PSAB_KEY_BITS_MAX / 8) {
        return PSA_ERROR_NOT_SUPPORTED; /* wherever it is to be kept */
    }
    if (PSA_KEY_TYPE_IS_UNSTRUCTURED(attributes->type)) {
        psa_status_t status = check_unstructured(attributes, data, length);
        *bits = length * 8;
        /* A cryptoprocessor may know more types and sizes than the core. */
        return !local && status == PSA_ERROR_NOT_SUPPORTED ? PSA_SUCCESS : status;
    }
    *bits = psab_key_bits(attributes->type, data, length);
    if (*bits > PSAB_KEY_BITS_MAX) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (*bits != 0 && attributes->bits != 0 && *bits != attributes->bits) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    *bits = *bits != 0 ? *bits : attributes->bits;
    return PSA_SUCCESS;
}

/* Say what is wrong with data that check_data() refused. */
static psa_status_t refuse_data(psab_core_t *core, psa_status_t status, const psab_attributes_t *attributes,
                                size_t length, size_t bits) {
    if (length == 0) {
        return psab_refuse(core, status, "data: a key has at least one byte");
    }
    if (attributes->bits != 0 && bits != 0 && bits != attributes->bits) {
        return psab_refuse_because(core, status, "data: a key of %zu bits, and its attributes say %u", bits,
                                   (unsigned)attributes->bits);
    }
    if (attributes->type == PSA_KEY_TYPE_DES && psab_key_size_check(attributes->type, length * 8, 0) == PSA_SUCCESS) {
        return psab_refuse(core, status, "data: every byte of a DES key has odd parity");
    }
    return psab_refuse_because(core, status, "data: %zu bytes are no key of type 0x%04x", length,
                               (unsigned)attributes->type);
}

psa_status_t psab_refuse_new(psab_core_t *core, psa_status_t status) {
    return psab_refuse(core, status,
                       status == PSA_ERROR_ALREADY_EXISTS ? "id: a persistent key has it already"
                                                          : "the key could not be set up");
}

psa_status_t psab_create_from_data(psab_core_t *core, const psab_attributes_t *attributes, const uint8_t *data,
                                   size_t length, psa_key_id_t *id) {
    size_t bits = 0;
    psab_key_t *key = NULL;
    *id = PSA_KEY_ID_NULL;
    psa_status_t status = check_data(attributes, data, length, &bits);
    if (status != PSA_SUCCESS) {
        return refuse_data(core, status, attributes, length, bits);
    }
    status = psab_key_begin(core->store, attributes, &key);
    if (status != PSA_SUCCESS) {
        return psab_refuse_new(core, status);
    }
    if (psab_key_is_opaque(key)) {
        status = import_opaque(core, key, data, length, bits);
    } else if (PSA_KEY_TYPE_IS_UNSTRUCTURED(attributes->type)) {
        status = import_unstructured(key, data, length);
    } else {
        status = import_structured(core, key, data, length, bits);
    }
    return psab_creation_end(core, key, status, id);
}

psa_status_t psab_creation_begin(psab_core_t *core, const psab_attributes_t *attributes, psa_key_id_t *id) {
    if (id != NULL) {
        *id = PSA_KEY_ID_NULL;
    }
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    return attributes != NULL && id != NULL
               ? PSA_SUCCESS
               : psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the attributes or the identifier are a null pointer");
}

psa_status_t psab_import_key(psab_core_t *core, const psa_key_attributes_t *attributes, const uint8_t *data,
                             size_t data_length, psa_key_id_t *key) {
    psa_status_t status = psab_creation_begin(core, attributes, key);
    if (status == PSA_SUCCESS && !psab_buffer_valid(data, data_length)) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a null pointer with a length");
    }
    if (status == PSA_SUCCESS) {
        status = psab_creation_check(core, attributes);
    }
    return status == PSA_SUCCESS ? psab_create_from_data(core, attributes, data, data_length, key) : status;
}

/* Draw a part of a DES key until it is not weak. There are 16 weak keys among 2^56: a source that gives one
 * every time is stuck. */
static psa_status_t draw_des_part(psab_core_t *core, uint8_t *part, size_t size) {
    psa_status_t status = PSA_SUCCESS;
    psab_des_set_parity(part, size);
    for (int tries = 0; status == PSA_SUCCESS && psab_des_is_weak(part); tries++) {
        if (tries == 4) {
            return psab_refuse(core, PSA_ERROR_INSUFFICIENT_ENTROPY, "random numbers give weak DES keys only");
        }
        status = psab_random(core, part, size);
        psab_des_set_parity(part, size);
    }
    return status;
}

/* Random bytes; each part of a DES key gets its parity, and is drawn again if it is weak. */
static psa_status_t generate_unstructured(psab_core_t *core, psab_key_t *key) {
    const size_t part = 8;
    psa_status_t status = psab_key_reserve(key, key->attributes.bits / 8);
    if (status == PSA_SUCCESS) {
        status = psab_random(core, key->data, key->size);
    }
    if (key->attributes.type != PSA_KEY_TYPE_DES) {
        return status;
    }
    for (size_t at = 0; status == PSA_SUCCESS && at < key->size; at += part) {
        status = draw_des_part(core, key->data + at, part);
    }
    return status;
}

static psa_status_t generate_structured(psab_core_t *core, psab_key_t *key, const psab_custom_t *custom,
                                        const uint8_t *data, size_t size) {
    size_t length = 0;
    psa_status_t status = psab_key_reserve(key, psab_key_length_max(key->attributes.type, key->attributes.bits));
    if (status == PSA_SUCCESS) {
        status = psab_driver_generate(core, key, custom, data, size, &length);
    }
    if (status == PSA_SUCCESS) {
        psab_key_shrink(key, length);
    }
    return status;
}

static psa_status_t generate_opaque(psab_core_t *core, psab_key_t *key, const psab_custom_t *custom,
                                    const uint8_t *data, size_t size) {
    size_t length = 0;
    psab_scratch_t saved;
    if (!psab_driver_generates(core, key, custom != NULL)) { /* before a place is allocated for nothing */
        return psab_refuse(core, PSA_ERROR_NOT_SUPPORTED, "no driver at the location generates such a key");
    }
    psa_status_t status = psab_opaque_prepare(core, key, key->attributes.bits, &saved);
    if (status == PSA_SUCCESS) {
        status = psab_driver_generate(core, key, custom, data, size, &length);
    }
    psab_opaque_made(key, &saved, status, length);
    return status;
}

psa_status_t psab_generation_check(const psab_attributes_t *attributes) {
    psa_key_type_t type = attributes->type;
    bool local = PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime) == PSA_KEY_LOCATION_LOCAL_STORAGE;
    if (attributes->bits == 0 || PSA_KEY_TYPE_IS_PUBLIC_KEY(type)) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (PSA_KEY_TYPE_IS_UNSTRUCTURED(type)) {
        psa_status_t status = psab_key_size_check(type, attributes->bits, attributes->alg);
        return !local && status == PSA_ERROR_NOT_SUPPORTED ? PSA_SUCCESS : status;
    }
    bool known = !local || psab_key_length_max(type, attributes->bits) != 0;
    return PSA_KEY_TYPE_IS_KEY_PAIR(type) && known ? PSA_SUCCESS : PSA_ERROR_NOT_SUPPORTED;
}

static psa_status_t refuse_generation(psab_core_t *core, psa_status_t status, const psab_attributes_t *attributes) {
    if (attributes->bits == 0) {
        return psab_refuse(core, status, "bits: the size of a generated key has to be given");
    }
    if (PSA_KEY_TYPE_IS_PUBLIC_KEY(attributes->type)) {
        return psab_refuse(core, status, "type: a public key cannot be generated, only a key pair");
    }
    return psab_refuse_because(core, status, "bits: no key of type 0x%04x with %u bits can be generated",
                               (unsigned)attributes->type, (unsigned)attributes->bits);
}

psa_status_t psab_custom_check(psa_key_type_t type, const psab_custom_t *custom, const uint8_t *data, size_t size,
                               bool *is_default) {
    static const uint8_t usual_exponent[] = {0x01, 0x00, 0x01};
    bool given = size != 0;
    while (size > 0 && data[size - 1] == 0) {
        size--; /* little-endian: leading zeros are at the end */
    }
    bool zero = given && size == 0; /* not the same as no data, which stands for the usual exponent */
    bool usual = size == sizeof usual_exponent && memcmp(data, usual_exponent, size) == 0;
    *is_default = size == 0 || usual;
    if (custom->flags != 0 || zero) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    if (*is_default && !(usual && !PSA_KEY_TYPE_IS_RSA(type))) {
        return PSA_SUCCESS;
    }
    bool exponent = (data[0] & 1) == 1 && !(size == 1 && data[0] == 1);
    return PSA_KEY_TYPE_IS_RSA(type) && exponent ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

static psa_status_t generate(psab_core_t *core, const psab_attributes_t *attributes, const psab_custom_t *custom,
                             const uint8_t *data, size_t size, psa_key_id_t *id) {
    psab_key_t *key = NULL;
    psa_status_t status = psab_creation_check(core, attributes);
    if (status == PSA_SUCCESS) {
        status = psab_generation_check(attributes);
        if (status != PSA_SUCCESS) {
            return refuse_generation(core, status, attributes);
        }
        status = psab_key_begin(core->store, attributes, &key);
        if (status != PSA_SUCCESS) {
            return psab_refuse_new(core, status);
        }
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (psab_key_is_opaque(key)) {
        status = generate_opaque(core, key, custom, data, size);
    } else if (PSA_KEY_TYPE_IS_UNSTRUCTURED(attributes->type)) {
        status = generate_unstructured(core, key);
    } else {
        status = generate_structured(core, key, custom, data, size);
    }
    return psab_creation_end(core, key, status, id);
}

psa_status_t psab_generate_key(psab_core_t *core, const psa_key_attributes_t *attributes, psa_key_id_t *key) {
    psa_status_t status = psab_creation_begin(core, attributes, key);
    return status == PSA_SUCCESS ? generate(core, attributes, NULL, NULL, 0, key) : status;
}

psa_status_t psab_generate_key_custom(psab_core_t *core, const psa_key_attributes_t *attributes,
                                      const psa_custom_key_parameters_t *custom, const uint8_t *custom_data,
                                      size_t custom_data_length, psa_key_id_t *key) {
    bool is_default = false;
    psa_status_t status = psab_creation_begin(core, attributes, key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (custom == NULL || !psab_buffer_valid(custom_data, custom_data_length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "production parameters that are a null pointer");
    }
    status = psab_custom_check(attributes->type, custom, custom_data, custom_data_length, &is_default);
    if (status != PSA_SUCCESS) {
        return psab_refuse(core, status, "production parameters that this type does not have");
    }
    return is_default ? generate(core, attributes, NULL, NULL, 0, key)
                      : generate(core, attributes, custom, custom_data, custom_data_length, key);
}
