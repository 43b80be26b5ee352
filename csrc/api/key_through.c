/* Keys that a driver makes while it does something else with another key. */

#include "api/keys.h"
#include "keys/validity.h"

static psa_status_t make_inside(psab_core_t *core, const psab_attributes_t *attributes, size_t most,
                                psab_make_key_t make, void *request, psa_key_id_t *id) {
    psab_key_t *key = NULL;
    psab_scratch_t saved;
    size_t length = 0;
    size_t bits = attributes->bits;
    psa_status_t status = psab_key_begin(core->store, attributes, &key);
    if (status != PSA_SUCCESS) {
        return psab_refuse_new(core, status);
    }
    /* Where the size is open, there is room for the largest that it can turn out to be. */
    size_t largest = bits != 0 ? bits : psab_key_bits_most(attributes->type, most);
    status = psab_opaque_prepare(core, key, largest, &saved);
    if (status == PSA_SUCCESS) {
        status = make(request, &key->attributes, key->data, key->size, &length, &bits);
    }
    bool changed = attributes->bits != 0 && bits != attributes->bits;
    if (status == PSA_SUCCESS && (changed || bits == 0 || bits > PSAB_KEY_BITS_MAX)) {
        status = psab_fail(PSA_ERROR_INVALID_ARGUMENT, NULL, -1, PSAB_REPORT_BITS_CHANGED,
                           "the driver made a key of another size than was asked for");
    }
    if (status == PSA_SUCCESS &&
        psab_key_size_check(attributes->type, bits, attributes->alg) == PSA_ERROR_INVALID_ARGUMENT) {
        status = psab_fail(PSA_ERROR_INVALID_ARGUMENT, NULL, -1, PSAB_REPORT_BITS_CHANGED,
                           "the driver made a key of a size that keys of its type do not have");
    }
    psab_opaque_made(key, &saved, status, length);
    if (status == PSA_SUCCESS) {
        key->attributes.bits = (uint32_t)bits;
    }
    return psab_creation_end(core, key, status, id);
}

static psa_status_t make_outside(psab_core_t *core, const psab_attributes_t *attributes, size_t most,
                                 psab_make_key_t make, void *request, psa_key_id_t *id) {
    psab_scratch_t scratch;
    psab_attributes_t local = *attributes;
    size_t length = 0;
    size_t bits = attributes->bits;
    local.id = PSA_KEY_ID_NULL;
    local.lifetime = PSA_KEY_LIFETIME_VOLATILE;
    if (!psab_scratch_get(&scratch, most)) {
        return psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the key");
    }
    psa_status_t status = make(request, &local, scratch.data, scratch.size, &length, &bits);
    if (status == PSA_SUCCESS) {
        status = psab_create_from_data(core, attributes, scratch.data, length, id);
    }
    psab_scratch_free(&scratch);
    return status;
}

psa_status_t psab_create_through(psab_core_t *core, const psab_attributes_t *attributes, psa_key_location_t location,
                                 size_t most, psab_make_key_t make, void *request, psa_key_id_t *id) {
    *id = PSA_KEY_ID_NULL;
    psa_key_location_t target = PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime);
    bool inside = target != PSA_KEY_LOCATION_LOCAL_STORAGE && target == location;
    return inside ? make_inside(core, attributes, most, make, request, id)
                  : make_outside(core, attributes, most, make, request, id);
}
