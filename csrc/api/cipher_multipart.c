/* Multi-part ciphers (section 10.5.3): setup and IV. The text is in cipher_text.c. */
#include <string.h>

#include "api/cipher.h"
#include "api/life.h"
#include "api/random.h"
#include "psab/api.h"
#include "util/wipe.h"

#define KIND PSAB_CONTEXT_CIPHER_OPERATION

static psa_status_t fit(psab_operation_t *slot, const psab_attributes_t *attributes) {
    psab_cipher_fit_t fit;
    if (!psab_is_cipher(slot->alg) || psab_cipher_fit(slot->alg, attributes->type, &fit) != PSA_SUCCESS) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not a cipher, or not of this key");
    }
    bool unknown = fit.shape == PSAB_CIPHER_UNKNOWN;
    slot->marks |= fit.iv != 0 || unknown ? PSAB_MARK_TAKES_IV : 0;
    slot->marks |= fit.iv == 0 || unknown ? PSAB_MARK_READY : 0;
    return PSA_SUCCESS;
}

static psa_status_t encrypt_setup(psab_operation_t *slot, const psab_candidate_t *c, const psab_key_view_t *key) {
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, key->key);
    return psab_leave(&frame, PSAB_EP_CIPHER_ENCRYPT_SETUP,
                      psab_call_cipher_encrypt_setup(&c->ops, c->context, slot->context, key->attributes, key->data,
                                                     key->size, slot->alg));
}

static psa_status_t decrypt_setup(psab_operation_t *slot, const psab_candidate_t *c, const psab_key_view_t *key) {
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, key->key);
    return psab_leave(&frame, PSAB_EP_CIPHER_DECRYPT_SETUP,
                      psab_call_cipher_decrypt_setup(&c->ops, c->context, slot->context, key->attributes, key->data,
                                                     key->size, slot->alg));
}

static const psab_keyed_setup_t encrypting = {KIND,
                                              PSAB_PLAN_CIPHER_ENCRYPT_SETUP,
                                              PSAB_ALT_CIPHER_ENCRYPT_SETUP_HELD,
                                              PSA_KEY_USAGE_ENCRYPT,
                                              PSAB_MARK_MAKES,
                                              "no driver has this cipher with this key",
                                              fit,
                                              encrypt_setup};
static const psab_keyed_setup_t decrypting = {KIND,
                                              PSAB_PLAN_CIPHER_DECRYPT_SETUP,
                                              PSAB_ALT_CIPHER_DECRYPT_SETUP_HELD,
                                              PSA_KEY_USAGE_DECRYPT,
                                              PSAB_MARK_CHECKS,
                                              "no driver has this cipher with this key",
                                              fit,
                                              decrypt_setup};

psa_status_t psab_cipher_encrypt_setup(psab_core_t *core, psa_cipher_operation_t *operation, psa_key_id_t key,
                                       psa_algorithm_t alg) {
    return psab_set_up_keyed(core, &encrypting, PSAB_HANDLE_OF(operation), key, alg);
}

psa_status_t psab_cipher_decrypt_setup(psab_core_t *core, psa_cipher_operation_t *operation, psa_key_id_t key,
                                       psa_algorithm_t alg) {
    return psab_set_up_keyed(core, &decrypting, PSAB_HANDLE_OF(operation), key, alg);
}

/* Keep an IV for the one call at the end: decryption finds it at the beginning of its input, in the usual length. */
static psa_status_t hold_iv(psab_operation_t *slot, const uint8_t *iv, size_t length) {
    psab_cipher_fit_t fit;
    (void)psab_cipher_fit(slot->alg, slot->key_type, &fit);
    if ((slot->marks & PSAB_MARK_CHECKS) != 0 && fit.iv != 0 && length != fit.iv) {
        return psab_refuse_because(slot->core, PSA_ERROR_NOT_SUPPORTED,
                                   "the driver decrypts in one piece, and takes an IV of %zu bytes there, not of %zu",
                                   (size_t)fit.iv, length);
    }
    return psab_hold(slot, iv, length);
}

/* Give the driver an IV that may have this length. */
static psa_status_t pass_iv(psab_operation_t *slot, const uint8_t *iv, size_t length) {
    const psab_candidate_t *c = slot->candidate;
    slot->progress.iv = (uint32_t)length;
    if (slot->holds) {
        return hold_iv(slot, iv, length);
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    return psab_leave_step(&frame, PSAB_EP_CIPHER_SET_IV,
                           psab_call_cipher_set_iv(&c->ops, c->context, slot->context, iv, length));
}

static psa_status_t set_iv(psab_operation_t *slot, const uint8_t *iv, size_t length) {
    uint64_t most;
    uint8_t padded[PSA_BLOCK_CIPHER_BLOCK_MAX_SIZE] = {0};
    if (!psab_buffer_valid(iv, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the IV is a null pointer");
    }
    if (!psab_cipher_iv_valid(slot->alg, slot->key_type, length, &most) || length > UINT32_MAX) {
        return psab_refuse_because(slot->core, PSA_ERROR_INVALID_ARGUMENT, "algorithm 0x%08x takes no IV of %zu bytes",
                                   (unsigned)slot->alg, length);
    }
    if (slot->alg == PSA_ALG_CTR && !psab_is_vendor_type(slot->key_type)) {
        /* A short IV is the beginning of a block that ends in zeros. */
        memcpy(padded, iv, length);
        return pass_iv(slot, padded, PSA_BLOCK_CIPHER_BLOCK_LENGTH(slot->key_type));
    }
    return pass_iv(slot, iv, length);
}

psa_status_t psab_cipher_set_iv(psab_core_t *core, psa_cipher_operation_t *operation, const uint8_t *iv,
                                size_t iv_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_CIPHER_SET_IV, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_CIPHER_SET_IV, handle, slot, set_iv(slot, iv, iv_length));
}

static psa_status_t generate_iv(psab_operation_t *slot, uint8_t *iv, size_t size, size_t *written) {
    psab_cipher_fit_t fit;
    uint8_t drawn[PSA_CIPHER_IV_MAX_SIZE];
    (void)psab_cipher_fit(slot->alg, slot->key_type, &fit);
    if (fit.iv == 0) {
        return psab_refuse(slot->core, PSA_ERROR_NOT_SUPPORTED, "the core does not know how long an IV is");
    }
    if (size < fit.iv) {
        return psab_refuse(slot->core, PSA_ERROR_BUFFER_TOO_SMALL, "the buffer is too small for the IV");
    }
    psa_status_t status = psab_random(slot->core, drawn, fit.iv);
    if (status == PSA_SUCCESS) {
        status = pass_iv(slot, drawn, fit.iv);
    }
    if (status == PSA_SUCCESS) {
        memcpy(iv, drawn, fit.iv);
        *written = fit.iv;
    }
    return status;
}

psa_status_t psab_cipher_generate_iv(psab_core_t *core, psa_cipher_operation_t *operation, uint8_t *iv, size_t iv_size,
                                     size_t *iv_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    if (iv_length != NULL) {
        *iv_length = 0;
    }
    psa_status_t status = psab_step_begin(core, PSAB_STEP_CIPHER_GENERATE_IV, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    status = iv_length == NULL || !psab_buffer_valid(iv, iv_size)
                 ? psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer")
                 : generate_iv(slot, iv, iv_size, iv_length);
    return psab_step_end(PSAB_STEP_CIPHER_GENERATE_IV, handle, slot, status);
}

psa_status_t psab_cipher_abort(psab_core_t *core, psa_cipher_operation_t *operation) {
    return psab_abort(core, PSAB_HANDLE_OF(operation), KIND);
}
