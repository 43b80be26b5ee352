/* Bytes of a key derivation: handed out, or compared (section 10.8.3). */
#include "api/derivation.h"

#include "api/keys.h"
#include "psab/api.h"
#include "util/wipe.h"

void psab_kdf_consume(psab_derivation_t *derivation, size_t length) {
    if (derivation->capacity != PSA_KEY_DERIVATION_UNLIMITED_CAPACITY) {
        derivation->capacity -= length < derivation->capacity ? length : derivation->capacity;
    }
}

psa_status_t psab_kdf_begin_output(psab_operation_t *slot, size_t length, bool secret) {
    psab_derivation_t *derivation = psab_derivation(slot);
    if (!psab_kdf_complete(derivation)) {
        return psab_refuse(slot->core, PSA_ERROR_BAD_STATE, "an input of the derivation is missing");
    }
    if (secret && derivation->denied) {
        return psab_refuse(slot->core, PSA_ERROR_NOT_PERMITTED, "an input key may only be used to verify");
    }
    if (length > derivation->capacity) {
        return psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_DATA, "more than what is left of the capacity");
    }
    bool whole = psab_kdf_is(derivation, PSAB_KDF_WHOLE);
    if (whole && length != 0 && length != psab_kdf_capacity(derivation->alg)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the output of this algorithm is taken at once");
    }
    return derivation->started ? PSA_SUCCESS : psab_kdf_start(slot);
}

psa_status_t psab_kdf_read(psab_operation_t *slot, uint8_t *output, size_t length) {
    const psab_candidate_t *c = slot->candidate;
    if (length == 0) {
        return PSA_SUCCESS;
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    psa_status_t status =
        psab_leave_step(&frame, PSAB_EP_KEY_DERIVATION_OUTPUT_BYTES,
                        psab_call_key_derivation_output_bytes(&c->ops, c->context, slot->context, output, length));
    if (status != PSA_SUCCESS) {
        psab_wipe(output, length);
        return status;
    }
    psab_kdf_consume(psab_derivation(slot), length);
    return PSA_SUCCESS;
}

psa_status_t psab_kdf_output_end(uint64_t *handle, psab_operation_t *slot, psa_status_t status) {
    if (status != PSA_ERROR_INSUFFICIENT_DATA) {
        return psab_step_end(PSAB_STEP_DERIVATION_OUTPUT, handle, slot, status);
    }
    psab_derivation(slot)->capacity = 0;
    slot->marks |= PSAB_MARK_OUTPUT;
    return psab_operation_left(slot, status);
}

/* An algorithm whose output is nothing but keys has no bytes to give. */
static bool gives_bytes(const psab_operation_t *slot) {
    return !psab_kdf_is(psab_derivation(slot), PSAB_KDF_KEYS_ONLY);
}

static psa_status_t output_bytes(psab_operation_t *slot, uint8_t *output, size_t length) {
    if (!psab_buffer_valid(output, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer");
    }
    if (!gives_bytes(slot)) {
        return psab_refuse(slot->core, PSA_ERROR_BAD_STATE, "the output of this algorithm is a key");
    }
    psa_status_t status = psab_kdf_begin_output(slot, length, true);
    return status == PSA_SUCCESS ? psab_kdf_read(slot, output, length) : status;
}

psa_status_t psab_key_derivation_output_bytes(psab_core_t *core, psa_key_derivation_operation_t *operation,
                                              uint8_t *output, size_t output_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_DERIVATION_OUTPUT, handle, &slot);
    return status == PSA_SUCCESS ? psab_kdf_output_end(handle, slot, output_bytes(slot, output, output_length))
                                 : status;
}

/* The core compares, piece by piece and in constant time: all bytes are drawn, whatever they are. */
static psa_status_t compare(psab_operation_t *slot, const uint8_t *expected, size_t length) {
    uint8_t piece[256];
    psa_status_t status = PSA_SUCCESS;
    bool equal = true;
    for (size_t at = 0; at < length && status == PSA_SUCCESS; at += sizeof piece) {
        size_t size = length - at < sizeof piece ? length - at : sizeof piece;
        status = psab_kdf_read(slot, piece, size);
        if (status == PSA_SUCCESS) {
            bool same = psab_equal_secret(piece, expected + at, size);
            equal = equal & same;
        }
    }
    psab_wipe(piece, sizeof piece);
    return status == PSA_SUCCESS && !equal
               ? psab_refuse(slot->core, PSA_ERROR_INVALID_SIGNATURE, "the output is another one")
               : status;
}

/* Compare at the driver if it can, else here. */
static psa_status_t verify(psab_operation_t *slot, const uint8_t *expected, size_t length) {
    psa_status_t status = psab_kdf_begin_output(slot, length, false);
    if (status != PSA_SUCCESS || length == 0) {
        return status;
    }
    const psab_candidate_t *c = slot->candidate;
    if (c->ops.key_derivation_verify_bytes == NULL) {
        return compare(slot, expected, length);
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    status =
        psab_leave_step(&frame, PSAB_EP_KEY_DERIVATION_VERIFY_BYTES,
                        psab_call_key_derivation_verify_bytes(&c->ops, c->context, slot->context, expected, length));
    psab_kdf_consume(psab_derivation(slot), length);
    return status;
}

static psa_status_t verify_bytes(psab_operation_t *slot, const uint8_t *expected, size_t length) {
    if (!psab_buffer_valid(expected, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the expected output is a null pointer");
    }
    if (!gives_bytes(slot)) {
        return psab_refuse(slot->core, PSA_ERROR_BAD_STATE, "the output of this algorithm is a key");
    }
    return verify(slot, expected, length);
}

psa_status_t psab_key_derivation_verify_bytes(psab_core_t *core, psa_key_derivation_operation_t *operation,
                                              const uint8_t *expected_output, size_t output_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_DERIVATION_OUTPUT, handle, &slot);
    return status == PSA_SUCCESS ? psab_kdf_output_end(handle, slot, verify_bytes(slot, expected_output, output_length))
                                 : status;
}

/* A key at the location of the derivation is compared there. */
static psa_status_t verify_inside(psab_operation_t *slot, const psab_key_t *key) {
    const psab_candidate_t *c = slot->candidate;
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    psa_status_t status =
        psab_leave_step(&frame, PSAB_EP_KEY_DERIVATION_VERIFY_KEY,
                        psab_call_key_derivation_verify_key(&c->ops, c->context, slot->context, key->data, key->size));
    psab_kdf_consume(psab_derivation(slot), (key->attributes.bits + 7) / 8);
    return status;
}

static psa_status_t verify_exported(psab_operation_t *slot, psab_key_t *key, size_t length) {
    psab_scratch_t scratch;
    size_t written = 0;
    psa_status_t status = psab_scratch_get(&scratch, length) ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_MEMORY;
    if (status == PSA_SUCCESS) {
        status = psab_key_material(slot->core, key, scratch.data, length, &written);
    }
    if (status == PSA_SUCCESS) {
        status = verify(slot, scratch.data, written);
    }
    psab_scratch_free(&scratch);
    return status;
}

static psa_status_t verify_with(psab_operation_t *slot, psab_key_t *key) {
    size_t length = (key->attributes.bits + 7) / 8;
    if (key->attributes.type != PSA_KEY_TYPE_PASSWORD_HASH) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "only a password hash can be the expected output");
    }
    psa_status_t status = psab_kdf_begin_output(slot, length, false);
    if (status != PSA_SUCCESS) {
        return status;
    }
    const psab_driver_description_t *driver = slot->candidate->driver->description;
    bool inside = psab_key_is_opaque(key) && slot->candidate->ops.key_derivation_verify_key != NULL &&
                  driver->location == PSA_KEY_LIFETIME_GET_LOCATION(key->attributes.lifetime);
    return inside ? verify_inside(slot, key) : verify_exported(slot, key, length);
}

static psa_status_t verify_key(psab_operation_t *slot, psa_key_id_t id) {
    psab_key_t *key = NULL;
    if (!gives_bytes(slot)) {
        return psab_refuse(slot->core, PSA_ERROR_BAD_STATE, "the output of this algorithm is a key");
    }
    psa_status_t status = psab_acquire(slot->core, id, PSA_KEY_USAGE_VERIFY_DERIVATION, slot->alg, &key);
    if (status == PSA_SUCCESS) {
        status = verify_with(slot, key);
        psab_key_release(key);
    }
    return status;
}

psa_status_t psab_key_derivation_verify_key(psab_core_t *core, psa_key_derivation_operation_t *operation,
                                            psa_key_id_t expected) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_DERIVATION_OUTPUT, handle, &slot);
    return status == PSA_SUCCESS ? psab_kdf_output_end(handle, slot, verify_key(slot, expected)) : status;
}
