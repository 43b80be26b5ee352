/* Key wrapping (section 10.7.2). */

#include "api/key_view.h"
#include "api/keys.h"
#include "keys/validity.h"
#include "psab/api.h"

static psa_status_t check_call(psab_core_t *core, psa_algorithm_t alg, const void *data, size_t length) {
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (!psab_buffer_valid(data, length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a null pointer with a length");
    }
    if (!PSA_ALG_IS_KEY_WRAP(alg)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm does not wrap keys");
    }
    return PSA_SUCCESS;
}

/* KW and KWP are for block ciphers with blocks of 16 bytes. */
static bool key_fits(psa_algorithm_t alg, psa_key_type_t type) {
    bool vendor = (alg & 0x80000000u) != 0 || (type & 0x8000u) != 0;
    return vendor || (PSA_KEY_TYPE_IS_UNSTRUCTURED(type) && PSA_BLOCK_CIPHER_BLOCK_LENGTH(type) == 16);
}

static psa_key_location_t location_of(const psab_key_t *key) {
    return PSA_KEY_LIFETIME_GET_LOCATION(key->attributes.lifetime);
}

/* Wrapping */

/* What is to be wrapped, and where it goes. */
typedef struct wrapping {
    psa_algorithm_t alg;
    const psab_attributes_t *attributes;
    const uint8_t *key;
    size_t key_size;
    uint8_t *data;
    size_t size;
    size_t exact; /* 0 if it is not known */
} wrapping_t;

static psa_status_t run(psab_core_t *core, const psab_key_view_t *wrapper, const wrapping_t *request, size_t *written) {
    size_t room = request->exact != 0 ? request->exact : request->size;
    size_t least = request->exact != 0 ? request->exact : 1;
    const psab_route_t *route =
        psab_route(core->registry, PSAB_PLAN_WRAP_KEY, request->alg, wrapper->attributes, wrapper->cell);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        *written = 0;
        psab_frame_t frame;
        psab_enter_with(&frame, core, c, wrapper->key);
        status = psab_leave(&frame, PSAB_EP_WRAP_KEY,
                            psab_call_wrap_key(&c->ops, c->context, wrapper->attributes, wrapper->data, wrapper->size,
                                               request->alg, request->attributes, request->key, request->key_size,
                                               request->data, room, written));
        status = psab_output(c, PSAB_EP_WRAP_KEY, status, request->data, room, least, written);
    }
    return route != NULL && route->count != 0
               ? status
               : psab_refuse(core, status, "no driver wraps with this key and algorithm");
}

/* What the standards say of lengths: KW takes whole half-blocks, two at least; KWP takes anything. */
static psa_status_t check_length(psab_core_t *core, wrapping_t *request, size_t length) {
    if (request->alg == PSA_ALG_KW && (length % 8 != 0 || length < 16)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a key of this length cannot be wrapped by the algorithm");
    }
    bool known = request->alg == PSA_ALG_KW || request->alg == PSA_ALG_KWP;
    request->exact = known ? (length + 7) / 8 * 8 + 8 : 0;
    return request->size >= (known ? request->exact : 1)
               ? PSA_SUCCESS
               : psab_refuse(core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the wrapped key");
}

/* The key in export format, for a driver that is not where the key is. */
static psa_status_t wrap_exported(psab_core_t *core, const psab_key_view_t *wrapper, psab_key_t *key,
                                  wrapping_t *request, size_t *written) {
    psab_scratch_t scratch;
    psab_attributes_t local = key->attributes;
    size_t most = psab_key_length_max(local.type, local.bits);
    local.id = PSA_KEY_ID_NULL;
    local.lifetime = PSA_KEY_LIFETIME_VOLATILE;
    psa_status_t status = psab_scratch_get(&scratch, most > key->size ? most : key->size)
                              ? psab_key_material(core, key, scratch.data, scratch.size, &request->key_size)
                              : psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the key");
    if (status == PSA_SUCCESS) {
        request->key = scratch.data;
        request->attributes = &local;
        status = check_length(core, request, request->key_size);
    }
    if (status == PSA_SUCCESS) {
        status = run(core, wrapper, request, written);
    }
    psab_scratch_free(&scratch);
    return status;
}

static psa_status_t wrap(psab_core_t *core, psab_key_t *wrapper, psab_key_t *key, wrapping_t *request,
                         size_t *written) {
    const psab_attributes_t *attributes = &key->attributes;
    psab_key_view_t view = psab_key_view(wrapper);
    if (!key_fits(request->alg, wrapper->attributes.type)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the type of the wrapping key does not fit the algorithm");
    }
    if (!PSA_KEY_TYPE_IS_PUBLIC_KEY(attributes->type) && (attributes->usage & PSA_KEY_USAGE_EXPORT) == 0) {
        return psab_refuse_use(core, attributes, PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    }
    if (location_of(key) != location_of(wrapper) && psab_key_is_opaque(key)) {
        return wrap_exported(core, &view, key, request, written);
    }
    size_t exact = psab_key_is_opaque(key) ? psab_key_length(attributes->type, attributes->bits) : key->size;
    request->attributes = attributes;
    request->key = key->data;
    request->key_size = key->size;
    psa_status_t status = exact != 0 ? check_length(core, request, exact) : PSA_SUCCESS;
    return status == PSA_SUCCESS ? run(core, &view, request, written) : status;
}

psa_status_t psab_wrap_key(psab_core_t *core, psa_key_id_t wrapping_key, psa_algorithm_t alg, psa_key_id_t key,
                           uint8_t *data, size_t data_size, size_t *data_length) {
    psab_key_t *wrapper = NULL;
    psab_key_t *wrapped = NULL;
    if (data_length == NULL) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer");
    }
    *data_length = 0;
    psa_status_t status = check_call(core, alg, data, data_size);
    if (status == PSA_SUCCESS) {
        status = psab_acquire(core, wrapping_key, PSA_KEY_USAGE_WRAP, alg, &wrapper);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = psab_acquire(core, key, 0, PSA_ALG_NONE, &wrapped);
    if (status == PSA_SUCCESS) {
        wrapping_t request = {.alg = alg, .data = data, .size = data_size};
        size_t written = 0;
        status = wrap(core, wrapper, wrapped, &request, &written);
        *data_length = status == PSA_SUCCESS ? written : 0;
        psab_key_release(wrapped);
    }
    psab_key_release(wrapper);
    return status;
}

/* Unwrapping */

typedef struct unwrapping {
    psab_core_t *core;
    psab_key_view_t wrapper;
    psa_algorithm_t alg;
    const uint8_t *data;
    size_t length;
} unwrapping_t;

/* Lengths that a key can have which was wrapped into so many bytes. Of other algorithms nothing is known. */
typedef struct range {
    size_t least;
    size_t most;
} range_t;

static range_t implied(const unwrapping_t *request) {
    size_t most = request->length - 8;
    bool known = request->alg == PSA_ALG_KW || request->alg == PSA_ALG_KWP;
    return known ? (range_t){request->alg == PSA_ALG_KW ? most : most - 7, most} : (range_t){1, SIZE_MAX};
}

static bool is_local(const psab_attributes_t *attributes) {
    return PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime) == PSA_KEY_LOCATION_LOCAL_STORAGE;
}

/* The length of a key in export format, if its type and size tell it; else 0. */
static size_t told_by(psa_key_type_t type, size_t bits) {
    return PSA_KEY_TYPE_IS_UNSTRUCTURED(type) ? (bits + 7) / 8 : psab_key_length(type, bits);
}

/* Whether the size that a driver tells contradicts the key, or the data that its context was made from. */
static bool contradicts(const psab_attributes_t *attributes, const range_t *range, const uint8_t *data, size_t length,
                        size_t bits) {
    if (is_local(attributes)) {
        bool bytes = PSA_KEY_TYPE_IS_UNSTRUCTURED(attributes->type);
        size_t real = bytes ? 8 * length : psab_key_bits(attributes->type, data, length);
        return bits != attributes->bits && real != 0 && bits != real; /* as asked for: the application may be wrong */
    }
    size_t told = told_by(attributes->type, bits);
    return told != 0 && (told < range->least || told > range->most);
}

/* Hold what a driver says of the key against the data that it was wrapped into. */
static psa_status_t judge(const psab_candidate_t *c, psa_status_t status, const unwrapping_t *request,
                          const psab_attributes_t *attributes, uint8_t *data, size_t size, size_t *length,
                          size_t *bits) {
    range_t range = implied(request);
    if (!is_local(attributes)) {
        status = psab_key_output(c, PSAB_EP_UNWRAP_KEY, status, attributes, data, size, length);
        if (*bits == 0 && range.least == range.most && PSA_KEY_TYPE_IS_UNSTRUCTURED(attributes->type)) {
            *bits = 8 * range.least; /* an entry point of a dialect has no way to tell */
        }
    } else {
        status = psab_output(c, PSAB_EP_UNWRAP_KEY, status, data, size, range.least, length);
        if (status == PSA_SUCCESS && *length > range.most) {
            return psab_output_bad(c, PSAB_EP_UNWRAP_KEY, status, data, size, length);
        }
    }
    if (status != PSA_SUCCESS || !contradicts(attributes, &range, data, *length, *bits)) {
        return status;
    }
    status = psab_report(c, PSAB_EP_UNWRAP_KEY, PSA_ERROR_INVALID_ARGUMENT, PSAB_REPORT_BITS_CHANGED,
                         "unwrap_key succeeded with another key size than that of the data");
    return psab_output_bad(c, PSAB_EP_UNWRAP_KEY, status, data, size, length);
}

static psa_status_t make_unwrapped(void *of, const psab_attributes_t *attributes, uint8_t *data, size_t size,
                                   size_t *length, size_t *bits) {
    const unwrapping_t *request = of;
    const psab_key_view_t *wrapper = &request->wrapper;
    psab_core_t *core = request->core;
    size_t asked = *bits;
    const psab_route_t *route =
        psab_route(core->registry, PSAB_PLAN_UNWRAP_KEY, request->alg, wrapper->attributes, wrapper->cell);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        *length = 0;
        *bits = asked;
        psab_frame_t frame;
        psab_enter_with(&frame, core, c, wrapper->key);
        status = psab_leave(&frame, PSAB_EP_UNWRAP_KEY,
                            psab_call_unwrap_key(&c->ops, c->context, attributes, wrapper->attributes, wrapper->data,
                                                 wrapper->size, request->alg, request->data, request->length, data,
                                                 size, length, bits));
        status = judge(c, status, request, attributes, data, size, length, bits);
    }
    return route != NULL && route->count != 0
               ? status
               : psab_refuse(core, status, "no driver unwraps with this key and algorithm");
}

/* Data of another length was not made by the algorithm. */
static bool length_fits(psa_algorithm_t alg, size_t length) {
    if (alg == PSA_ALG_KW) {
        return length % 8 == 0 && length >= 24;
    }
    return alg != PSA_ALG_KWP || (length % 8 == 0 && length >= 16);
}

static psa_status_t unwrap(psab_core_t *core, const psab_attributes_t *attributes, psab_key_t *wrapper,
                           unwrapping_t *request, psa_key_id_t *id) {
    if (!key_fits(request->alg, wrapper->attributes.type)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the type of the wrapping key does not fit the algorithm");
    }
    psa_status_t status = psab_creation_check(core, attributes);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (!length_fits(request->alg, request->length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_SIGNATURE, "the data does not have the length of a wrapped key");
    }
    request->wrapper = psab_key_view(wrapper);
    /* Outside, a driver that unwraps to more than can be is to be noticed, so that there is room for it. */
    size_t most = is_local(attributes) ? SIZE_MAX : implied(request).most;
    most = most < request->length ? most : request->length;
    return psab_create_through(core, attributes, location_of(wrapper), most, make_unwrapped, request, id);
}

psa_status_t psab_unwrap_key(psab_core_t *core, const psa_key_attributes_t *attributes, psa_key_id_t wrapping_key,
                             psa_algorithm_t alg, const uint8_t *data, size_t data_length, psa_key_id_t *key) {
    psab_key_t *wrapper = NULL;
    psa_status_t status = psab_creation_begin(core, attributes, key);
    if (status == PSA_SUCCESS) {
        status = check_call(core, alg, data, data_length);
    }
    if (status == PSA_SUCCESS) {
        status = psab_acquire(core, wrapping_key, PSA_KEY_USAGE_UNWRAP, alg, &wrapper);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    unwrapping_t request = {.core = core, .alg = alg, .data = data, .length = data_length};
    status = unwrap(core, attributes, wrapper, &request, key);
    psab_key_release(wrapper);
    return status;
}
