/* psa_pake_get_shared_key (section 10.13.6). */
#include "api/keys.h"
#include "api/life.h"
#include "api/pake.h"
#include "psab/api.h"

/* A shared secret is good for deriving and for HMAC; one that looks random also as a key of a block cipher. */
static psa_status_t check(const psab_operation_t *slot, const psab_attributes_t *attributes) {
    psab_pake_t *pake = psab_pake_of(slot);
    if (pake->protocol == NULL || !psab_pake_complete(pake->protocol, pake->place)) {
        return psab_refuse(slot->core, PSA_ERROR_BAD_STATE, "the exchange is not complete");
    }
    psa_status_t status = psab_creation_check(slot->core, attributes);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psa_key_type_t type = attributes->type;
    bool cipher = PSA_KEY_TYPE_IS_UNSTRUCTURED(type) && PSA_BLOCK_CIPHER_BLOCK_LENGTH(type) > 1;
    bool holds = type == PSA_KEY_TYPE_DERIVE || type == PSA_KEY_TYPE_HMAC || (type & 0x8000u) != 0 ||
                 (cipher && psab_pake_is_random(slot->alg));
    if (!holds) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "a key of this type cannot hold the shared secret");
    }
    if (attributes->bits != 0 && attributes->bits != 8 * psab_pake_secret_length(&pake->suite)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the shared secret has another size");
    }
    return PSA_SUCCESS;
}

/* The driver hands the secret out, also one that keeps the password to itself: its entry point has no way to be
 * told of another form. */
static psa_status_t make(void *of, const psab_attributes_t *attributes, uint8_t *data, size_t size, size_t *length,
                         size_t *bits) {
    psab_operation_t *slot = of;
    const psab_candidate_t *c = slot->candidate;
    psab_frame_t frame;
    (void)attributes;
    *length = 0;
    *bits = 8 * size;
    psab_enter_operation(&frame, slot, NULL);
    psa_status_t status =
        psab_leave_step(&frame, PSAB_EP_PAKE_GET_IMPLICIT_KEY,
                        psab_call_pake_get_implicit_key(&c->ops, c->context, slot->context, data, size, length));
    return psab_output(c, PSAB_EP_PAKE_GET_IMPLICIT_KEY, status, data, size, size, length);
}

psa_status_t psab_pake_get_shared_key(psab_core_t *core, psa_pake_operation_t *operation,
                                      const psa_key_attributes_t *attributes, psa_key_id_t *key) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    if (key != NULL) {
        *key = PSA_KEY_ID_NULL;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_PAKE_GET_SHARED_KEY, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (key == NULL || attributes == NULL) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a null pointer");
    } else {
        status = check(slot, attributes);
    }
    if (status == PSA_SUCCESS) {
        size_t length = psab_pake_secret_length(&psab_pake_of(slot)->suite);
        status = psab_create_through(core, attributes, PSA_KEY_LOCATION_LOCAL_STORAGE, length, make, slot, key);
    }
    return psab_step_end(PSAB_STEP_PAKE_GET_SHARED_KEY, handle, slot, status);
}
