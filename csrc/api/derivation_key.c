/* Keys made of the output of a key derivation (section 10.8.3). */
#include <string.h>

#include "api/derivation.h"
#include "api/keys.h"
#include "api/pake.h"
#include "keys/des.h"
#include "keys/validity.h"
#include "psab/api.h"

#define LOCATION(attributes) PSA_KEY_LIFETIME_GET_LOCATION((attributes)->lifetime)

/* The most often that derive_key may ask for more: a driver that is never content is a wrong one. */
#define ROUNDS_MOST 65536u

/* One request for a key. */
typedef struct request {
    psab_operation_t *slot;
    const psab_attributes_t *attributes;
    size_t draw; /**< bytes of output that one attempt takes */
} request_t;

/* Unstructured keys are the next bytes, but for DES: 8 bytes with odd parity at a time, none of them weak. */

static psa_status_t draw_des(psab_operation_t *slot, uint8_t *data, size_t size) {
    const size_t part = 8;
    psa_status_t status = PSA_SUCCESS;
    for (size_t at = 0; at < size && status == PSA_SUCCESS; at += part) {
        do {
            status = psab_derivation(slot)->capacity >= part ? psab_kdf_read(slot, data + at, part)
                                                             : PSA_ERROR_INSUFFICIENT_DATA;
            psab_des_set_parity(data + at, part);
        } while (status == PSA_SUCCESS && psab_des_is_weak(data + at));
    }
    return status;
}

static psa_status_t make_unstructured(const request_t *request, psa_key_id_t *id) {
    psab_scratch_t scratch;
    psab_operation_t *slot = request->slot;
    psa_status_t status = psab_scratch_get(&scratch, request->draw) ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_MEMORY;
    if (status == PSA_SUCCESS) {
        status = request->attributes->type == PSA_KEY_TYPE_DES ? draw_des(slot, scratch.data, scratch.size)
                                                               : psab_kdf_read(slot, scratch.data, scratch.size);
    }
    if (status == PSA_SUCCESS) {
        status = psab_create_from_data(slot->core, request->attributes, scratch.data, scratch.size, id);
    }
    psab_scratch_free(&scratch);
    return status;
}

/* Structured keys are made by derive_key of a transparent driver. */

/* What a driver is given, and where it writes. */
typedef struct cooking {
    psab_attributes_t attributes; /**< of the key, local and volatile */
    psab_scratch_t input;
    psab_scratch_t key;
    size_t least; /**< bytes that the key has, 1 if that is open */
    size_t length;
} cooking_t;

static psa_status_t cook_once(const request_t *request, const psab_candidate_t *c, cooking_t *cooking,
                              uint8_t *memory) {
    psab_frame_t frame;
    cooking->length = 0;
    psab_enter(&frame, request->slot->core, c);
    frame.guard = memory != NULL ? memory + c->context_sizes[PSAB_CONTEXT_DERIVE_KEY_MEMORY] : NULL;
    psa_status_t status = psab_leave(&frame, PSAB_EP_DERIVE_KEY,
                                     psab_call_derive_key(&c->ops, c->context, &cooking->attributes,
                                                          cooking->input.data, cooking->input.size, memory,
                                                          cooking->key.data, cooking->key.size, &cooking->length));
    return psab_output(c, PSAB_EP_DERIVE_KEY, status, cooking->key.data, cooking->key.size, cooking->least,
                       &cooking->length);
}

/* One driver, with further output as long as it asks for it. `*begun` receives whether it took more than the first. */
static psa_status_t cook_with(const request_t *request, const psab_candidate_t *c, cooking_t *cooking, bool *begun) {
    psab_operation_t *slot = request->slot;
    bool remembers = (c->capability->flags & PSAB_CAPABILITY_MEMORY) != 0;
    psab_scratch_t memory;
    psa_status_t status = PSA_ERROR_INSUFFICIENT_MEMORY;
    size_t size = c->context_sizes[PSAB_CONTEXT_DERIVE_KEY_MEMORY];
    if (psab_scratch_get(&memory, size + PSAB_GUARD_SIZE)) {
        psab_guard_set(memory.data + size);
        status = cook_once(request, c, cooking, remembers ? memory.data : NULL);
    }
    for (size_t round = 1; status == PSA_ERROR_INSUFFICIENT_DATA; round++) {
        *begun = true;
        if (psab_derivation(slot)->capacity < cooking->input.size) {
            break;
        }
        if (round == ROUNDS_MOST) {
            status = psab_report(c, PSAB_EP_DERIVE_KEY, PSA_ERROR_CORRUPTION_DETECTED, PSAB_REPORT_STATUS,
                                 "derive_key never has enough");
            break;
        }
        status = psab_kdf_read(slot, cooking->input.data, cooking->input.size);
        if (status == PSA_SUCCESS) {
            status = cook_once(request, c, cooking, remembers ? memory.data : NULL);
        }
    }
    psab_scratch_free(&memory);
    return status;
}

/* Types whose export format is the output itself: they need no driver to be made, only one to be imported. */
static bool is_output(const psab_attributes_t *attributes) {
    psa_key_type_t type = attributes->type;
    return type == PSA_KEY_TYPE_ML_DSA_KEY_PAIR || type == PSA_KEY_TYPE_ML_KEM_KEY_PAIR || PSAB_IS_WPA3_ELEMENT(type) ||
           type == PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS);
}

static psa_status_t store_as_is(const request_t *request, const cooking_t *cooking, psa_key_id_t *id) {
    psab_core_t *core = request->slot->core;
    psab_key_t *key = NULL;
    psa_status_t status = psab_key_begin(core->store, request->attributes, &key);
    if (status != PSA_SUCCESS) {
        return psab_refuse_new(core, status);
    }
    status = psab_key_reserve(key, cooking->length);
    if (status == PSA_SUCCESS) {
        memcpy(key->data, cooking->key.data, cooking->length);
    }
    return psab_creation_end(core, key, status, id);
}

/* Store a key that a driver made. It is imported, since a driver can be wrong: only where nobody imports keys of its
 * type, and so nobody can judge it, it is taken as it is. */
static psa_status_t keep(const request_t *request, const psab_candidate_t *c, const cooking_t *cooking,
                         psa_key_id_t *id) {
    bool local = LOCATION(request->attributes) == PSA_KEY_LOCATION_LOCAL_STORAGE;
    psa_status_t status =
        psab_create_from_data(request->slot->core, request->attributes, cooking->key.data, cooking->length, id);
    if (status == PSA_ERROR_INVALID_ARGUMENT) {
        return psab_report(c, PSAB_EP_DERIVE_KEY, PSA_ERROR_CORRUPTION_DETECTED, PSAB_REPORT_STATUS,
                           "derive_key succeeded with what is no key of its type and size");
    }
    return status == PSA_ERROR_NOT_SUPPORTED && local ? store_as_is(request, cooking, id) : status;
}

static psa_status_t cook(const request_t *request, cooking_t *cooking, psa_key_id_t *id) {
    psab_core_t *core = request->slot->core;
    const psab_attributes_t *attributes = &cooking->attributes;
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_DERIVE_KEY, attributes->alg, attributes, NULL);
    const psab_candidate_t *last = NULL;
    psa_status_t status;
    bool begun = false;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL;
         c = begun ? NULL : psab_next(c, status)) { /* what one driver consumed, no other can have */
        status = cook_with(request, c, cooking, &begun);
        last = c;
    }
    if (status == PSA_SUCCESS) {
        return keep(request, last, cooking, id);
    }
    if (status == PSA_ERROR_NOT_SUPPORTED && !begun && is_output(attributes)) {
        return psab_create_from_data(core, request->attributes, cooking->input.data, cooking->input.size, id);
    }
    return route != NULL && route->count != 0 ? status
                                              : psab_refuse(core, status, "no driver derives keys of this type");
}

static psa_status_t make_structured(const request_t *request, psa_key_id_t *id) {
    cooking_t cooking = {.attributes = *request->attributes};
    size_t exact = psab_key_length(cooking.attributes.type, cooking.attributes.bits);
    size_t most = psab_key_length_max(cooking.attributes.type, cooking.attributes.bits);
    cooking.attributes.id = PSA_KEY_ID_NULL;
    cooking.attributes.lifetime = PSA_KEY_LIFETIME_VOLATILE;
    cooking.least = exact != 0 ? exact : 1;
    bool input = psab_scratch_get(&cooking.input, request->draw);
    bool output = psab_scratch_get(&cooking.key, most);
    psa_status_t status = input && output ? psab_kdf_read(request->slot, cooking.input.data, cooking.input.size)
                                          : PSA_ERROR_INSUFFICIENT_MEMORY;
    if (status == PSA_SUCCESS) {
        status = cook(request, &cooking, id);
    }
    psab_scratch_free(&cooking.input);
    psab_scratch_free(&cooking.key);
    return status;
}

/* A key that stays in the cryptoprocessor that derives it. */
static psa_status_t make_inside(void *of, const psab_attributes_t *attributes, uint8_t *data, size_t size,
                                size_t *length, size_t *bits) {
    const request_t *request = of;
    const psab_candidate_t *c = request->slot->candidate;
    (void)bits;
    psab_frame_t frame;
    psab_enter_operation(&frame, request->slot, NULL);
    psa_status_t status =
        psab_leave_step(&frame, PSAB_EP_KEY_DERIVATION_OUTPUT_KEY,
                        psab_call_key_derivation_output_key(&c->ops, c->context, attributes, request->slot->context,
                                                            data, size, length));
    return psab_key_output(c, PSAB_EP_KEY_DERIVATION_OUTPUT_KEY, status, attributes, data, size, length);
}

static psa_status_t make(request_t *request, psa_key_id_t *id) {
    psab_operation_t *slot = request->slot;
    psa_key_location_t location = LOCATION(request->attributes);
    const psab_candidate_t *c = slot->candidate;
    psa_status_t status = PSA_ERROR_NOT_SUPPORTED;
    if (location != PSA_KEY_LOCATION_LOCAL_STORAGE && location == c->driver->description->location &&
        c->ops.key_derivation_output_key != NULL) {
        status = psab_create_through(slot->core, request->attributes, location, 0, make_inside, request, id);
        if (status == PSA_SUCCESS) {
            psab_kdf_consume(psab_derivation(slot), request->draw);
        }
    }
    if (status != PSA_ERROR_NOT_SUPPORTED) {
        return status;
    }
    return PSA_KEY_TYPE_IS_UNSTRUCTURED(request->attributes->type) ? make_unstructured(request, id)
                                                                   : make_structured(request, id);
}

/* Elements of a group are made by WPA3-SAE-H2E, which makes nothing else and has its hash from the group; other types
 * are those that can be generated. */
static psa_status_t check_type(const psab_operation_t *slot, const psab_attributes_t *attributes) {
    const psab_derivation_t *derivation = psab_derivation(slot);
    bool element = PSAB_IS_WPA3_ELEMENT(attributes->type);
    bool elements_only = psab_kdf_is(derivation, PSAB_KDF_KEYS_ONLY);
    if (!element && !elements_only) {
        return psab_generation_check(attributes);
    }
    psa_algorithm_t hash = psab_wpa3_hash(PSA_KEY_TYPE_IS_WPA3_SAE_ECC(attributes->type), attributes->bits);
    bool fits = element && psab_key_length(attributes->type, attributes->bits) != 0 &&
                (derivation->rules == NULL || (elements_only && PSA_ALG_GET_HASH(derivation->alg) == hash));
    return fits ? PSA_SUCCESS : PSA_ERROR_INVALID_ARGUMENT;
}

/* Whether a key can be made of output at all, by its attributes and by where the secret came from. */
static psa_status_t check(psab_operation_t *slot, const psab_attributes_t *attributes) {
    psab_core_t *core = slot->core;
    if (!psab_kdf_complete(psab_derivation(slot))) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "an input of the derivation is missing");
    }
    if (!psab_derivation(slot)->from_key) {
        return psab_refuse(core, PSA_ERROR_NOT_PERMITTED, "keys are derived from keys: the secret came as bytes");
    }
    psa_status_t status = psab_creation_check(core, attributes);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = check_type(slot, attributes);
    if (status != PSA_SUCCESS) {
        return psab_refuse(core, status, "a type or a size of keys that cannot be derived");
    }
    if (attributes->type == PSA_KEY_TYPE_PASSWORD_HASH && attributes->alg != PSA_ALG_NONE &&
        attributes->alg != slot->alg) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT,
                           "a password hash is for the algorithm that it was derived with");
    }
    return PSA_SUCCESS;
}

static psa_status_t output_key(psab_operation_t *slot, const psab_attributes_t *attributes, psa_key_id_t *id) {
    psa_status_t status = check(slot, attributes);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t draw = psab_kdf_draw(attributes->type, attributes->bits);
    request_t request = {slot, attributes, draw != 0 ? draw : ((size_t)attributes->bits + 7) / 8};
    status = psab_kdf_begin_output(slot, request.draw, true);
    if (status == PSA_SUCCESS) {
        status = make(&request, id);
    }
    if (status == PSA_SUCCESS && psab_kdf_is(psab_derivation(slot), PSAB_KDF_KEYS_ONLY)) {
        psab_derivation(slot)->capacity = 0; /* a password has one element in a group: there is no second output */
    }
    return status;
}

psa_status_t psab_key_derivation_output_key(psab_core_t *core, const psa_key_attributes_t *attributes,
                                            psa_key_derivation_operation_t *operation, psa_key_id_t *key) {
    static const psa_custom_key_parameters_t usual = PSA_CUSTOM_KEY_PARAMETERS_INIT;
    return psab_key_derivation_output_key_custom(core, attributes, operation, &usual, NULL, 0, key);
}

/* No driver can be told of production parameters while it derives: only those that ask for nothing are known. */
static psa_status_t check_custom(psab_core_t *core, psa_key_type_t type, const psab_custom_t *custom,
                                 const uint8_t *data, size_t length) {
    bool is_default = false;
    if (custom == NULL || !psab_buffer_valid(data, length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the production parameters are a null pointer");
    }
    psa_status_t status = psab_custom_check(type, custom, data, length, &is_default);
    if (status != PSA_SUCCESS) {
        return psab_refuse(core, status, "production parameters that this type does not have");
    }
    return is_default ? PSA_SUCCESS
                      : psab_refuse(core, PSA_ERROR_NOT_SUPPORTED, "no driver derives with production parameters");
}

psa_status_t psab_key_derivation_output_key_custom(psab_core_t *core, const psa_key_attributes_t *attributes,
                                                   psa_key_derivation_operation_t *operation,
                                                   const psa_custom_key_parameters_t *custom,
                                                   const uint8_t *custom_data, size_t custom_data_length,
                                                   psa_key_id_t *key) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_key_id_t made = PSA_KEY_ID_NULL;
    if (key != NULL) {
        *key = PSA_KEY_ID_NULL;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_DERIVATION_OUTPUT, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (key == NULL || attributes == NULL) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the attributes or the key are a null pointer");
    } else {
        status = check_custom(core, attributes->type, custom, custom_data, custom_data_length);
    }
    if (status == PSA_SUCCESS) {
        status = output_key(slot, attributes, &made);
    }
    if (key != NULL) {
        *key = made;
    }
    return psab_kdf_output_end(handle, slot, status);
}
