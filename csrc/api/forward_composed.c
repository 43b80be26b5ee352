/* Forwarded requests that the API composes: a driver gets what an application would get. */
#include <string.h>

#include "api/aead.h"
#include "api/cipher.h"
#include "api/forward.h"
#include "api/hash.h"
#include "api/mac.h"
#include "api/sign.h"
#include "psab/packed.h"

/* attributes, key, algorithm: how the requests about keys begin. */
static psab_key_view_t view_of(const psab_value_t *values) {
    return (psab_key_view_t){values[0].u.attributes, values[1].u.input.data, values[1].u.input.length, NULL, NULL};
}

static psab_status_t forward_hash(psab_core_t *core, psab_value_t *values) {
    psa_algorithm_t alg = (psa_algorithm_t)values[0].u.scalar;
    *values[2].u.output.length = 0;
    return psab_hash_run(core, alg, values[1].u.input.data, values[1].u.input.length, values[2].u.output.data,
                         values[2].u.output.size, values[2].u.output.length);
}

static psab_status_t forward_sign(psab_core_t *core, psab_value_t *values, bool hash) {
    psab_key_view_t key = view_of(values);
    psab_signing_t request = {(psa_algorithm_t)values[2].u.scalar,
                              hash,
                              values[3].u.input.data,
                              values[3].u.input.length,
                              values[4].u.output.data,
                              values[4].u.output.size,
                              NULL,
                              0};
    *values[4].u.output.length = 0;
    return psab_sign_run(core, &key, &request, values[4].u.output.length);
}

static psab_status_t forward_verify(psab_core_t *core, psab_value_t *values, bool hash) {
    psab_key_view_t key = view_of(values);
    psab_verifying_t request = {(psa_algorithm_t)values[2].u.scalar,
                                hash,
                                values[3].u.input.data,
                                values[3].u.input.length,
                                values[4].u.input.data,
                                values[4].u.input.length,
                                NULL,
                                0};
    return psab_verify_run(core, &key, &request);
}

static psab_mac_request_t mac_of(const psab_value_t *values) {
    return (psab_mac_request_t){(psa_algorithm_t)values[2].u.scalar, values[3].u.input.data, values[3].u.input.length};
}

static psab_status_t forward_mac(psab_core_t *core, psab_value_t *values, bool verify) {
    psab_key_view_t key = view_of(values);
    psab_mac_request_t request = mac_of(values);
    return verify ? psab_mac_check(core, &key, &request, values[4].u.input.data, values[4].u.input.length)
                  : psab_mac_run(core, &key, &request, values[4].u.output.data, values[4].u.output.size,
                                 values[4].u.output.length);
}

/* The IV of a text to encrypt is an argument of its own; that of a text to decrypt begins it. */
static psab_status_t forward_cipher(psab_core_t *core, psab_value_t *values, bool encrypt) {
    psab_key_view_t key = view_of(values);
    const psab_value_t *iv = encrypt ? &values[3] : NULL;
    const psab_value_t *input = encrypt ? &values[4] : &values[3];
    psab_value_t *output = encrypt ? &values[5] : &values[4];
    psab_cipher_request_t request = {.alg = (psa_algorithm_t)values[2].u.scalar,
                                     .encrypt = encrypt,
                                     .iv = iv != NULL ? iv->u.input.data : NULL,
                                     .iv_length = iv != NULL ? iv->u.input.length : 0,
                                     .input = input->u.input.data,
                                     .length = input->u.input.length};
    *output->u.output.length = 0;
    psab_status_t status = psab_cipher_prepare(core, &request, key.attributes->type);
    if (status == PSA_SUCCESS && encrypt && request.iv == NULL && request.iv_length != 0) {
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the IV is a null pointer");
    }
    return status == PSA_SUCCESS ? psab_cipher_run(core, &key, &request, output->u.output.data, output->u.output.size,
                                                   output->u.output.length)
                                 : status;
}

static psab_status_t forward_aead(psab_core_t *core, psab_value_t *values, bool encrypt) {
    psab_key_view_t key = view_of(values);
    psab_aead_request_t request = {.alg = (psa_algorithm_t)values[2].u.scalar,
                                   .encrypt = encrypt,
                                   .nonce = values[3].u.input.data,
                                   .nonce_length = values[3].u.input.length,
                                   .ad = values[4].u.input.data,
                                   .ad_length = values[4].u.input.length,
                                   .input = values[5].u.input.data,
                                   .length = values[5].u.input.length};
    psab_value_t *output = &values[6];
    *output->u.output.length = 0;
    psab_status_t status = psab_aead_prepare(core, &request, key.attributes->type);
    return status == PSA_SUCCESS ? psab_aead_run(core, &key, &request, output->u.output.data, output->u.output.size,
                                                 output->u.output.length)
                                 : status;
}

/* The public key of a public key is the key itself: no driver is ever asked for that. */
static psab_status_t copy_public(psab_value_t *values) {
    size_t length = values[1].u.input.length;
    *values[2].u.output.length = 0;
    if (length > values[2].u.output.size) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    if (length != 0) {
        memmove(values[2].u.output.data, values[1].u.input.data, length);
    }
    *values[2].u.output.length = length;
    return PSA_SUCCESS;
}

bool psab_forward_composed(psab_core_t *core, uint16_t entry_point, psab_value_t *values, psab_status_t *status) {
    switch ((psab_entry_point_t)entry_point) {
    case PSAB_EP_HASH_COMPUTE:
        *status = forward_hash(core, values);
        return true;
    case PSAB_EP_MAC_COMPUTE:
    case PSAB_EP_MAC_VERIFY:
        *status = forward_mac(core, values, entry_point == PSAB_EP_MAC_VERIFY);
        return true;
    case PSAB_EP_CIPHER_ENCRYPT:
    case PSAB_EP_CIPHER_DECRYPT:
        *status = forward_cipher(core, values, entry_point == PSAB_EP_CIPHER_ENCRYPT);
        return true;
    case PSAB_EP_AEAD_ENCRYPT:
    case PSAB_EP_AEAD_DECRYPT:
        *status = forward_aead(core, values, entry_point == PSAB_EP_AEAD_ENCRYPT);
        return true;
    case PSAB_EP_SIGN_MESSAGE:
        *status = forward_sign(core, values, false);
        return true;
    case PSAB_EP_VERIFY_HASH:
        *status = forward_verify(core, values, true);
        return true;
    case PSAB_EP_VERIFY_MESSAGE:
        *status = forward_verify(core, values, false);
        return true;
    case PSAB_EP_EXPORT_PUBLIC_KEY:
        if (!PSA_KEY_TYPE_IS_PUBLIC_KEY(values[0].u.attributes->type) ||
            PSA_KEY_LIFETIME_GET_LOCATION(values[0].u.attributes->lifetime) != PSA_KEY_LOCATION_LOCAL_STORAGE) {
            return false;
        }
        *status = copy_public(values);
        return true;
    default:
        return false;
    }
}
