/* Requests about keys, carried out by drivers. */

#include <string.h>

#include "api/compose.h"
#include "api/keys.h"
#include "keys/validity.h"
#include "util/buffer.h"

/* The status of a request, with a reason if there was nobody to give one. */
static psa_status_t answered(psab_core_t *core, const psab_route_t *route, psa_status_t status, const char *nobody) {
    return route != NULL && route->count != 0 ? status : psab_refuse(core, status, nobody);
}

psa_status_t psab_driver_import(psab_core_t *core, const psab_key_t *key, const uint8_t *data, size_t length,
                                size_t bits, psab_imported_t *imported) {
    const psab_attributes_t *attributes = &key->attributes;
    psab_attributes_t matched = *attributes;
    matched.bits = (uint32_t)bits;
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_IMPORT_KEY, matched.alg, &matched, NULL);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        psab_frame_t frame;
        imported->length = 0;
        imported->bits = attributes->bits;
        psab_enter(&frame, core, c);
        status = psab_leave(&frame, PSAB_EP_IMPORT_KEY,
                            psab_call_import_key(&c->ops, c->context, attributes, data, length, key->data, key->size,
                                                 &imported->length, &imported->bits));
        status = psab_key_output(c, PSAB_EP_IMPORT_KEY, status, attributes, key->data, key->size, &imported->length);
        size_t expected = attributes->bits != 0 ? attributes->bits : bits;
        bool changed = expected != 0 && imported->bits != expected;
        if (status == PSA_SUCCESS && (changed || imported->bits == 0 || imported->bits > PSAB_KEY_BITS_MAX)) {
            status = psab_report(c, PSAB_EP_IMPORT_KEY, PSA_ERROR_INVALID_ARGUMENT, PSAB_REPORT_BITS_CHANGED,
                                 "import_key succeeded with another key size than that of the data");
        }
        if (status == PSA_ERROR_BUFFER_TOO_SMALL) { /* importing has no such status: the caller has no buffer */
            status = psab_fail(PSA_ERROR_NOT_SUPPORTED, c->driver->description->name, PSAB_EP_IMPORT_KEY, 0,
                               "the key takes more room than keys of its type and size are given, as an RSA key "
                               "with a long public exponent does");
            break;
        }
    }
    return answered(core, route, status, "no driver imports such a key");
}

static psa_status_t generate(psab_core_t *core, const psab_key_t *key, size_t *length) {
    const psab_attributes_t *attributes = &key->attributes;
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_GENERATE_KEY, attributes->alg, attributes, NULL);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        psab_frame_t frame;
        *length = 0;
        psab_enter(&frame, core, c);
        status = psab_leave(&frame, PSAB_EP_GENERATE_KEY,
                            psab_call_generate_key(&c->ops, c->context, attributes, key->data, key->size, length));
        status = psab_key_output(c, PSAB_EP_GENERATE_KEY, status, attributes, key->data, key->size, length);
    }
    return status;
}

static psa_status_t generate_custom(psab_core_t *core, const psab_key_t *key, const psab_custom_t *custom,
                                    const uint8_t *data, size_t size, size_t *length) {
    const psab_attributes_t *attributes = &key->attributes;
    const psab_route_t *route =
        psab_route(core->registry, PSAB_PLAN_GENERATE_KEY_CUSTOM, attributes->alg, attributes, NULL);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        psab_frame_t frame;
        *length = 0;
        psab_enter(&frame, core, c);
        status = psab_leave(&frame, PSAB_EP_GENERATE_KEY_CUSTOM,
                            psab_call_generate_key_custom(&c->ops, c->context, attributes, custom, data, size,
                                                          key->data, key->size, length));
        status = psab_key_output(c, PSAB_EP_GENERATE_KEY_CUSTOM, status, attributes, key->data, key->size, length);
    }
    return status;
}

static bool offers(psab_core_t *core, uint16_t plan, const psab_attributes_t *attributes) {
    const psab_route_t *route = psab_route(core->registry, plan, attributes->alg, attributes, NULL);
    return route == NULL || route->count != 0; /* without memory, the call itself says so */
}

bool psab_driver_generates(psab_core_t *core, const psab_key_t *key, bool custom) {
    return offers(core, PSAB_PLAN_GENERATE_KEY_CUSTOM, &key->attributes) ||
           (!custom && offers(core, PSAB_PLAN_GENERATE_KEY, &key->attributes));
}

psa_status_t psab_driver_generate(psab_core_t *core, const psab_key_t *key, const psab_custom_t *custom,
                                  const uint8_t *data, size_t size, size_t *length) {
    if (!psab_driver_generates(core, key, custom != NULL)) {
        return psab_refuse(core, PSA_ERROR_NOT_SUPPORTED, "no driver generates such a key");
    }
    if (custom != NULL) {
        return generate_custom(core, key, custom, data, size, length);
    }
    psa_status_t status = generate(core, key, length);
    if (status == PSA_ERROR_NOT_SUPPORTED) {
        /* A driver may offer only the entry point that takes parameters. */
        psab_custom_t defaults = {.flags = 0};
        status = generate_custom(core, key, &defaults, NULL, 0, length);
    }
    return status;
}

static psa_status_t export_pair(psab_core_t *core, psab_key_t *key, uint8_t *data, size_t size, size_t fewest,
                                size_t *length) {
    const psab_attributes_t *attributes = &key->attributes;
    const psab_route_t *route =
        psab_route(core->registry, PSAB_PLAN_EXPORT_PUBLIC_KEY, attributes->alg, attributes, NULL);
    psab_key_view_t view = psab_key_view(key);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        status = psab_public_key_call(core, c, &view, data, size, fewest, length);
    }
    return answered(core, route, status, "no driver gives the public key of such a key");
}

static psa_status_t export_opaque(psab_core_t *core, psab_key_t *key, uint8_t *data, size_t size, size_t fewest,
                                  size_t *length) {
    const psab_attributes_t *attributes = &key->attributes;
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_EXPORT_KEY, attributes->alg, attributes, NULL);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        psab_frame_t frame;
        *length = 0;
        psab_enter(&frame, core, c);
        status =
            psab_leave(&frame, PSAB_EP_EXPORT_KEY,
                       psab_call_export_key(&c->ops, c->context, attributes, key->data, key->size, data, size, length));
        status = psab_output(c, PSAB_EP_EXPORT_KEY, status, data, size, fewest, length);
    }
    return answered(core, route, status, "no driver exports such a key");
}

typedef psa_status_t (*export_function_t)(psab_core_t *core, psab_key_t *key, uint8_t *data, size_t size, size_t fewest,
                                          size_t *length);

static psa_status_t too_small(void) {
    return psab_fail(PSA_ERROR_BUFFER_TOO_SMALL, NULL, -1, 0, "the buffer is too small for the key");
}

/* Call a driver with a buffer of the size that its output can have, whatever the caller's is: drivers may
 * insist on it, and a longer output that fits the format may still fit the caller. */
static psa_status_t export_sized(psab_core_t *core, psab_key_t *key, export_function_t function, psa_key_type_t type,
                                 uint8_t *data, size_t size, size_t *length) {
    size_t most = psab_key_length_max(type, key->attributes.bits);
    size_t exact = psab_key_length(type, key->attributes.bits);
    size_t fewest = exact != 0 ? exact : 1;
    if (most == 0) {
        return psab_fail(PSA_ERROR_NOT_SUPPORTED, NULL, -1, 0, "the format of this type of key is not known");
    }
    if (exact != 0 && size < exact) {
        return too_small();
    }
    if (size >= most) {
        return function(core, key, data, most, fewest, length);
    }
    psab_scratch_t scratch;
    if (!psab_scratch_get(&scratch, most)) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    psa_status_t status = function(core, key, scratch.data, most, fewest, length);
    if (status == PSA_SUCCESS && *length > size) {
        status = too_small();
    }
    if (status == PSA_SUCCESS) {
        memcpy(data, scratch.data, *length);
    }
    psab_scratch_free(&scratch);
    return status;
}

static psa_status_t copy_out(const psab_key_t *key, uint8_t *data, size_t size, size_t *length) {
    if (key->size > size) {
        return too_small();
    }
    memcpy(data, key->data, key->size);
    *length = key->size;
    return PSA_SUCCESS;
}

psa_status_t psab_public_key(psab_core_t *core, psab_key_t *key, uint8_t *data, size_t size, size_t *length) {
    psa_key_type_t type = key->attributes.type;
    if (PSA_KEY_TYPE_IS_PUBLIC_KEY(type)) {
        return psab_key_material(core, key, data, size, length);
    }
    *length = 0;
    if (!PSA_KEY_TYPE_IS_KEY_PAIR(type)) {
        return psab_fail(PSA_ERROR_INVALID_ARGUMENT, NULL, -1, 0, "only asymmetric keys have a public key");
    }
    psa_status_t status =
        export_sized(core, key, export_pair, PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(type), data, size, length);
    *length = status == PSA_SUCCESS ? *length : 0;
    return status;
}

psa_status_t psab_key_material(psab_core_t *core, psab_key_t *key, uint8_t *data, size_t size, size_t *length) {
    *length = 0;
    psa_status_t status = psab_key_is_opaque(key)
                              ? export_sized(core, key, export_opaque, key->attributes.type, data, size, length)
                              : copy_out(key, data, size, length);
    *length = status == PSA_SUCCESS ? *length : 0;
    return status;
}
