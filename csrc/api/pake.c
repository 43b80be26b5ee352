/* psa_pake_setup, the inputs, psa_pake_abort (section 10.13.6). */
#include "api/pake.h"

#include <stdlib.h>
#include <string.h>

#include "api/life.h"
#include "psab/api.h"
#include "util/wipe.h"

#define KIND PSAB_CONTEXT_PAKE_OPERATION

static void drop_text(psab_pake_text_t *text) {
    psab_wipe_free(text->data, text->length);
}

static void drop(psab_core_t *core, void *extra) {
    psab_pake_t *pake = extra;
    (void)core;
    drop_text(&pake->user);
    drop_text(&pake->peer);
    drop_text(&pake->context);
    psab_wipe_free(pake, sizeof *pake);
}

/* What must be given before the first step, and what may be. */
static uint32_t marks_of(psa_algorithm_t alg) {
    if (PSA_ALG_IS_SPAKE2P(alg)) {
        return PSAB_MARK_TAKES_CONTEXT | PSAB_MARK_USER_OK | PSAB_MARK_PEER_OK;
    }
    return PSAB_MARK_ROLE_OK;
}

/* J-PAKE takes the password as a number, which must not be 0; other multiples of the order are the driver's to see. */
static bool is_zero(const psab_key_t *key) {
    uint8_t sum = 0;
    for (size_t i = 0; i < key->size; i++) {
        sum |= key->data[i];
    }
    return sum == 0;
}

static psa_status_t check_key(psab_operation_t *slot, const psab_cipher_suite_t *suite, psab_key_t *key) {
    const psab_attributes_t *attributes = &key->attributes;
    psa_status_t status = psab_pake_check_key(suite, attributes);
    if (status != PSA_SUCCESS) {
        return psab_refuse(slot->core, status, "group, hash and key of the cipher suite do not fit each other");
    }
    if (PSA_ALG_IS_JPAKE(suite->alg) && !psab_key_is_opaque(key) && is_zero(key)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "a password that is 0 as a number");
    }
    const psab_route_t *route =
        psab_route(slot->core->registry, PSAB_PLAN_PAKE_SETUP, suite->alg, attributes, &key->route);
    const psab_candidate_t *c = psab_first(route, &status);
    return c != NULL ? PSA_SUCCESS : psab_refuse(slot->core, status, "no driver for this cipher suite and key");
}

static psa_status_t set_up(psab_operation_t *slot, psa_key_id_t id, const psab_cipher_suite_t *suite) {
    psab_key_t *key = NULL;
    if (suite == NULL) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the cipher suite is a null pointer");
    }
    psa_status_t status = psab_pake_check_suite(suite);
    if (status != PSA_SUCCESS) {
        return psab_refuse(slot->core, status, "the cipher suite has no PAKE algorithm, or confirmation does not fit");
    }
    status = psab_acquire(slot->core, id, PSA_KEY_USAGE_DERIVE, suite->alg, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = check_key(slot, suite, key);
    if (status == PSA_SUCCESS) {
        status = psab_key_keep(slot->core, key, &slot->kept);
    }
    psab_pake_t *pake = status == PSA_SUCCESS ? calloc(1, sizeof *pake) : NULL;
    if (pake != NULL) {
        pake->suite = *suite;
        slot->extra = pake;
        slot->drop = drop;
        slot->alg = suite->alg;
        slot->key = id;
        slot->key_type = key->attributes.type;
        slot->key_bits = key->attributes.bits;
        slot->marks = marks_of(suite->alg);
    } else if (status == PSA_SUCCESS) {
        status = psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the exchange");
    }
    psab_key_release(key);
    return status;
}

psa_status_t psab_pake_setup(psab_core_t *core, psa_pake_operation_t *operation, psa_key_id_t password_key,
                             const psa_pake_cipher_suite_t *cipher_suite) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_setup_begin(core, handle, KIND, &slot);
    return status == PSA_SUCCESS ? psab_operation_opened(handle, slot, set_up(slot, password_key, cipher_suite))
                                 : status;
}

static psa_status_t set_role(psab_operation_t *slot, psa_pake_role_t role) {
    bool augmented = PSA_ALG_IS_SPAKE2P(slot->alg);
    bool known = augmented ? role == PSA_PAKE_ROLE_CLIENT || role == PSA_PAKE_ROLE_SERVER : role == PSA_PAKE_ROLE_NONE;
    if (!known) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm has no such role");
    }
    if (role == PSA_PAKE_ROLE_CLIENT && PSA_KEY_TYPE_IS_PUBLIC_KEY(slot->key_type)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "a client needs the key pair");
    }
    psab_pake_of(slot)->role = role;
    return PSA_SUCCESS;
}

psa_status_t psab_pake_set_role(psab_core_t *core, psa_pake_operation_t *operation, psa_pake_role_t role) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_PAKE_SET_ROLE, handle, &slot);
    return status == PSA_SUCCESS ? psab_step_end(PSAB_STEP_PAKE_SET_ROLE, handle, slot, set_role(slot, role)) : status;
}

/* Keep a copy. An input that is given but empty is another thing than one that is not given. */
static psa_status_t keep(psab_operation_t *slot, psab_pake_text_t *text, const uint8_t *data, size_t length) {
    if (!psab_buffer_valid(data, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "a null pointer with a length");
    }
    if (length > PSAB_PAKE_TEXT_MOST) {
        return psab_refuse(slot->core, PSA_ERROR_NOT_SUPPORTED, "an input that is longer than the core keeps");
    }
    text->data = malloc(length != 0 ? length : 1);
    if (text->data == NULL) {
        return psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory to keep the input");
    }
    if (length != 0) {
        memcpy(text->data, data, length);
    }
    text->length = length;
    return PSA_SUCCESS;
}

/* Algorithms that prove who is who need two different identities (RFC 8236, section 2.2). */
static psa_status_t keep_identity(psab_operation_t *slot, psab_pake_text_t *text, const psab_pake_text_t *other,
                                  const uint8_t *data, size_t length) {
    psa_status_t status = keep(slot, text, data, length);
    if (status != PSA_SUCCESS || PSA_ALG_IS_SPAKE2P(slot->alg)) {
        return status;
    }
    bool same = other->data != NULL && other->length == length && memcmp(other->data, text->data, length) == 0;
    return length != 0 && !same
               ? PSA_SUCCESS
               : psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "an empty identity, or the same for both sides");
}

typedef psa_status_t (*setter_t)(psab_operation_t *slot, const uint8_t *data, size_t length);

static psa_status_t set(psab_core_t *core, psab_step_t step, psa_pake_operation_t *operation, setter_t setter,
                        const uint8_t *data, size_t length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, step, handle, &slot);
    return status == PSA_SUCCESS ? psab_step_end(step, handle, slot, setter(slot, data, length)) : status;
}

static psa_status_t set_user(psab_operation_t *slot, const uint8_t *data, size_t length) {
    psab_pake_t *pake = psab_pake_of(slot);
    return keep_identity(slot, &pake->user, &pake->peer, data, length);
}

static psa_status_t set_peer(psab_operation_t *slot, const uint8_t *data, size_t length) {
    psab_pake_t *pake = psab_pake_of(slot);
    return keep_identity(slot, &pake->peer, &pake->user, data, length);
}

static psa_status_t set_context(psab_operation_t *slot, const uint8_t *data, size_t length) {
    return keep(slot, &psab_pake_of(slot)->context, data, length);
}

psa_status_t psab_pake_set_user(psab_core_t *core, psa_pake_operation_t *operation, const uint8_t *user_id,
                                size_t user_id_len) {
    return set(core, PSAB_STEP_PAKE_SET_USER, operation, set_user, user_id, user_id_len);
}

psa_status_t psab_pake_set_peer(psab_core_t *core, psa_pake_operation_t *operation, const uint8_t *peer_id,
                                size_t peer_id_len) {
    return set(core, PSAB_STEP_PAKE_SET_PEER, operation, set_peer, peer_id, peer_id_len);
}

psa_status_t psab_pake_set_context(psab_core_t *core, psa_pake_operation_t *operation, const uint8_t *context,
                                   size_t context_len) {
    return set(core, PSAB_STEP_PAKE_SET_CONTEXT, operation, set_context, context, context_len);
}

psa_status_t psab_pake_abort(psab_core_t *core, psa_pake_operation_t *operation) {
    return psab_abort(core, PSAB_HANDLE_OF(operation), KIND);
}
