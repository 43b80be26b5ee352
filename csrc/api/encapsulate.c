/* Key encapsulation (section 10.12.3). */

#include "api/compose.h"
#include "api/keys.h"
#include "psab/api.h"
#include "util/buffer.h"

#define ML_KEM_SECRET_SIZE 32u

/* A request for a shared secret as a key. */
typedef struct request {
    psab_core_t *core;
    psa_algorithm_t alg;
    psab_key_view_t key;
    psa_key_location_t location;
    uint8_t *ciphertext; /* to be made */
    size_t size;
    const uint8_t *received; /* or given */
    size_t length;
} request_t;

static bool is_vendor(psa_algorithm_t alg, psa_key_type_t type) {
    return (alg & 0x80000000u) != 0 || (type & 0x8000u) != 0;
}

static bool key_fits(psa_algorithm_t alg, psa_key_type_t type, bool pair) {
    bool kind = PSA_KEY_TYPE_IS_KEY_PAIR(type) || (!pair && PSA_KEY_TYPE_IS_PUBLIC_KEY(type));
    if (is_vendor(alg, type)) {
        return kind || (type & 0x8000u) != 0;
    }
    bool edwards = PSA_KEY_TYPE_IS_ECC(type) && PSA_KEY_TYPE_ECC_GET_FAMILY(type) == PSA_ECC_FAMILY_TWISTED_EDWARDS;
    return kind && ((alg == PSA_ALG_ML_KEM && PSA_KEY_TYPE_IS_ML_KEM(type)) ||
                    (alg == PSA_ALG_ECIES_SEC1 && PSA_KEY_TYPE_IS_ECC(type) && !edwards));
}

/* The length of the shared secret in bytes; 0 if it is not known. */
static size_t secret_length(psa_algorithm_t alg, const psab_attributes_t *key) {
    return alg == PSA_ALG_ML_KEM       ? ML_KEM_SECRET_SIZE
           : alg == PSA_ALG_ECIES_SEC1 ? PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(key->type, key->bits)
                                       : 0;
}

/* A shared secret is good for deriving and for HMAC; one that looks random also as a key of a block cipher. */
static psa_status_t check_output(psab_core_t *core, const request_t *request, const psab_attributes_t *output) {
    psa_status_t status = psab_creation_check(core, output);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psa_key_type_t type = output->type;
    bool cipher = PSA_KEY_TYPE_IS_UNSTRUCTURED(type) && PSA_BLOCK_CIPHER_BLOCK_LENGTH(type) > 1;
    bool holds = type == PSA_KEY_TYPE_DERIVE || type == PSA_KEY_TYPE_HMAC ||
                 (request->alg == PSA_ALG_ML_KEM && cipher) || is_vendor(request->alg, type);
    if (!holds) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a key of this type cannot hold the shared secret");
    }
    size_t length = secret_length(request->alg, request->key.attributes);
    if (length != 0 && output->bits != 0 && output->bits != 8 * length) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the shared secret has another size");
    }
    return PSA_SUCCESS;
}

/* Encapsulating */

static psa_status_t encapsulate_with(const request_t *request, const psab_key_view_t *key,
                                     const psab_attributes_t *attributes, uint8_t *data, size_t size, size_t *length,
                                     size_t *written);

/* A driver that cannot encapsulate gives the public key, and whoever can does the rest. */
static psa_status_t encapsulate_public(const request_t *request, const psab_candidate_t *c, const psab_key_view_t *key,
                                       const psab_attributes_t *attributes, uint8_t *data, size_t size, size_t *length,
                                       size_t *written) {
    psab_public_key_t public_key;
    psa_status_t status = psab_public_key_make(request->core, c, key, &public_key);
    if (status == PSA_SUCCESS) {
        status = encapsulate_with(request, &public_key.view, attributes, data, size, length, written);
    }
    psab_public_key_free(&public_key);
    return status;
}

static psa_status_t encapsulate_call(const request_t *request, const psab_candidate_t *c, const psab_key_view_t *key,
                                     const psab_attributes_t *attributes, uint8_t *data, size_t size, size_t *length,
                                     size_t *written) {
    size_t exact = PSA_ENCAPSULATE_CIPHERTEXT_SIZE(key->attributes->type, key->attributes->bits, request->alg);
    size_t room = exact != 0 ? exact : request->size;
    bool local = PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime) == PSA_KEY_LOCATION_LOCAL_STORAGE;
    size_t secret = secret_length(request->alg, key->attributes);
    psab_frame_t frame;
    psab_enter_with(&frame, request->core, c, key->key);
    psa_status_t status =
        psab_leave(&frame, PSAB_EP_ENCAPSULATE,
                   psab_call_encapsulate(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                         attributes, data, size, length, request->ciphertext, room, written));
    status = psab_output(c, PSAB_EP_ENCAPSULATE, status, request->ciphertext, room, exact != 0 ? exact : 1, written);
    return local ? psab_output(c, PSAB_EP_ENCAPSULATE, status, data, size, secret, length)
                 : psab_key_output(c, PSAB_EP_ENCAPSULATE, status, attributes, data, size, length);
}

static psa_status_t encapsulate_with(const request_t *request, const psab_key_view_t *key,
                                     const psab_attributes_t *attributes, uint8_t *data, size_t size, size_t *length,
                                     size_t *written) {
    psab_core_t *core = request->core;
    const psab_route_t *route =
        psab_route(core->registry, PSAB_PLAN_ENCAPSULATE, request->alg, key->attributes, key->cell);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        *length = 0;
        *written = 0;
        status = psab_serving(PSAB_PLAN_ENCAPSULATE, c) == PSAB_EP_EXPORT_PUBLIC_KEY
                     ? encapsulate_public(request, c, key, attributes, data, size, length, written)
                     : encapsulate_call(request, c, key, attributes, data, size, length, written);
    }
    return route != NULL && route->count != 0
               ? status
               : psab_refuse(core, status, "no driver encapsulates with this key and algorithm");
}

static psa_status_t make_encapsulated(void *of, const psab_attributes_t *attributes, uint8_t *data, size_t size,
                                      size_t *length, size_t *bits) {
    request_t *request = of;
    *bits = 8 * secret_length(request->alg, request->key.attributes);
    return encapsulate_with(request, &request->key, attributes, data, size, length, &request->length);
}

/* Decapsulating */

static psa_status_t decapsulate_call(const request_t *request, const psab_candidate_t *c, uint16_t entry_point,
                                     const psab_attributes_t *attributes, uint8_t *data, size_t size, size_t *length) {
    const psab_key_view_t *key = &request->key;
    psab_frame_t frame;
    psab_enter_with(&frame, request->core, c, key->key);
    psa_status_t status =
        entry_point == PSAB_EP_KEY_AGREEMENT
            ? psab_call_key_agreement(&c->ops, c->context, PSA_ALG_ECDH, key->attributes, key->data, key->size,
                                      request->received, request->length, data, size, length)
            : psab_call_decapsulate(&c->ops, c->context, key->attributes, key->data, key->size, request->alg,
                                    request->received, request->length, attributes, data, size, length);
    return psab_leave(&frame, entry_point, status);
}

static psa_status_t make_decapsulated(void *of, const psab_attributes_t *attributes, uint8_t *data, size_t size,
                                      size_t *length, size_t *bits) {
    const request_t *request = of;
    const psab_key_view_t *key = &request->key;
    bool local = PSA_KEY_LIFETIME_GET_LOCATION(attributes->lifetime) == PSA_KEY_LOCATION_LOCAL_STORAGE;
    size_t secret = secret_length(request->alg, key->attributes);
    const psab_route_t *route =
        psab_route(request->core->registry, PSAB_PLAN_DECAPSULATE, request->alg, key->attributes, key->cell);
    psa_status_t status;
    *bits = 8 * secret_length(request->alg, key->attributes);
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        uint16_t entry_point = psab_serving(PSAB_PLAN_DECAPSULATE, c);
        *length = 0;
        if (entry_point == PSAB_EP_KEY_AGREEMENT && !local) {
            status = PSA_ERROR_NOT_SUPPORTED; /* the shared secret would leave its location */
            continue;
        }
        status = decapsulate_call(request, c, entry_point, attributes, data, size, length);
        status = local ? psab_output(c, entry_point, status, data, size, secret, length)
                       : psab_key_output(c, entry_point, status, attributes, data, size, length);
    }
    return route != NULL && route->count != 0
               ? status
               : psab_refuse(request->core, status, "no driver decapsulates with this key and algorithm");
}

/* Both */

static psa_status_t create(request_t *request, psab_key_t *key, const psab_attributes_t *output, bool encapsulate,
                           psa_key_id_t *id) {
    request->key = psab_key_view(key);
    request->location = PSA_KEY_LIFETIME_GET_LOCATION(key->attributes.lifetime);
    psa_status_t status = check_output(request->core, request, output);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t exact = PSA_ENCAPSULATE_CIPHERTEXT_SIZE(key->attributes.type, key->attributes.bits, request->alg);
    if (encapsulate && request->size < (exact != 0 ? exact : 1)) {
        return psab_refuse(request->core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the ciphertext");
    }
    if (!encapsulate && exact != 0 && request->length != exact) {
        return psab_refuse(request->core, PSA_ERROR_INVALID_ARGUMENT, "the ciphertext does not have its length");
    }
    size_t known = secret_length(request->alg, &key->attributes);
    size_t most = known != 0 ? known : PSA_RAW_KEY_AGREEMENT_OUTPUT_MAX_SIZE;
    return psab_create_through(request->core, output, request->location, most,
                               encapsulate ? make_encapsulated : make_decapsulated, request, id);
}

static psa_status_t check_call(psab_core_t *core, psa_algorithm_t alg, const void *data, size_t length) {
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (!psab_buffer_valid(data, length)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the ciphertext is a null pointer");
    }
    return PSA_ALG_IS_KEY_ENCAPSULATION(alg)
               ? PSA_SUCCESS
               : psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not one of key encapsulation");
}

static psa_status_t run(request_t *request, psa_key_id_t id, const psab_attributes_t *output, bool encapsulate,
                        psa_key_id_t *made) {
    psab_core_t *core = request->core;
    psab_key_t *key = NULL;
    psa_key_usage_t usage = encapsulate ? PSA_KEY_USAGE_ENCRYPT : PSA_KEY_USAGE_DECRYPT;
    psa_status_t status = psab_acquire(core, id, usage, request->alg, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = key_fits(request->alg, key->attributes.type, !encapsulate)
                 ? create(request, key, output, encapsulate, made)
                 : psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the type of the key does not fit the algorithm");
    psab_key_release(key);
    return status;
}

psa_status_t psab_encapsulate(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg,
                              const psa_key_attributes_t *attributes, psa_key_id_t *output_key, uint8_t *ciphertext,
                              size_t ciphertext_size, size_t *ciphertext_length) {
    psa_status_t status = psab_creation_begin(core, attributes, output_key);
    if (ciphertext_length == NULL) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer");
    }
    *ciphertext_length = 0;
    if (status == PSA_SUCCESS) {
        status = check_call(core, alg, ciphertext, ciphertext_size);
    }
    if (status == PSA_SUCCESS) {
        request_t request = {.core = core, .alg = alg, .ciphertext = ciphertext, .size = ciphertext_size};
        status = run(&request, key, attributes, true, output_key);
        *ciphertext_length = status == PSA_SUCCESS ? request.length : 0;
    }
    return status;
}

psa_status_t psab_decapsulate(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const uint8_t *ciphertext,
                              size_t ciphertext_length, const psa_key_attributes_t *attributes,
                              psa_key_id_t *output_key) {
    psa_status_t status = psab_creation_begin(core, attributes, output_key);
    if (status == PSA_SUCCESS) {
        status = check_call(core, alg, ciphertext, ciphertext_length);
    }
    if (status == PSA_SUCCESS) {
        request_t request = {.core = core, .alg = alg, .received = ciphertext, .length = ciphertext_length};
        status = run(&request, key, attributes, false, output_key);
    }
    return status;
}
