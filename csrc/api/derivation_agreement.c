/* Key agreement inside of a key derivation (section 10.11.3). */
#include "api/agreement.h"
#include "api/derivation.h"
#include "api/keys.h"
#include "psab/api.h"

/* Attributes of a shared secret that stays where the key pair is. */
static psab_attributes_t secret_attributes(const psab_operation_t *slot, const psab_attributes_t *pair) {
    psab_attributes_t attributes = {0};
    attributes.lifetime = PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(PSA_KEY_PERSISTENCE_VOLATILE,
                                                                         PSA_KEY_LIFETIME_GET_LOCATION(pair->lifetime));
    attributes.usage = PSA_KEY_USAGE_DERIVE;
    attributes.alg = slot->alg; /* as the policy of any input key */
    attributes.bits = (uint32_t)(8 * PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(pair->type, pair->bits));
    attributes.type = PSA_KEY_TYPE_DERIVE;
    return attributes;
}

static bool has_route(psab_core_t *core, uint16_t plan, psa_algorithm_t alg, const psab_attributes_t *attributes) {
    const psab_route_t *route = psab_route(core->registry, plan, alg, attributes, NULL);
    return route != NULL && route->count != 0;
}

/* Whether the secret can stay in a cryptoprocessor, which can then derive from it. */
static bool stays(psab_operation_t *slot, psa_key_derivation_step_t step, psa_algorithm_t agreement,
                  const psab_attributes_t *pair) {
    psab_attributes_t secret = secret_attributes(slot, pair);
    return PSA_KEY_LIFETIME_GET_LOCATION(pair->lifetime) != PSA_KEY_LOCATION_LOCAL_STORAGE && secret.bits != 0 &&
           psab_kdf_is_secret(step) && has_route(slot->core, PSAB_PLAN_KEY_AGREEMENT_TO_KEY, agreement, pair) &&
           has_route(slot->core, PSAB_PLAN_KEY_DERIVATION_SETUP, psab_derivation(slot)->alg, &secret);
}

static psa_status_t agree_inside(psab_operation_t *slot, psa_key_derivation_step_t step, const psab_key_view_t *pair,
                                 const psab_agreement_t *agreement) {
    psab_derivation_t *derivation = psab_derivation(slot);
    psab_attributes_t attributes = secret_attributes(slot, pair->attributes);
    psa_status_t status = psab_agree_to_key(slot->core, pair, agreement, &attributes, &derivation->agreed);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psab_key_t *agreed = NULL;
    psab_kdf_item_t *item = psab_kdf_new_item(slot, step, PSAB_INPUT_KEY);
    if (item == NULL) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    status = psab_acquire(slot->core, derivation->agreed, 0, slot->alg, &agreed);
    if (status == PSA_SUCCESS) {
        status = psab_key_keep(slot->core, agreed, &item->key);
        psab_key_release(agreed);
    }
    return status;
}

static psa_status_t agree_outside(psab_operation_t *slot, psa_key_derivation_step_t step, const psab_key_view_t *pair,
                                  const psab_agreement_t *agreement) {
    psab_scratch_t secret;
    psab_agreement_t request = *agreement;
    size_t known = PSA_RAW_KEY_AGREEMENT_OUTPUT_SIZE(pair->attributes->type, pair->attributes->bits);
    size_t length = 0;
    bool room = psab_scratch_get(&secret, known != 0 ? known : PSA_RAW_KEY_AGREEMENT_OUTPUT_MAX_SIZE);
    request.output = secret.data;
    request.size = secret.size;
    psa_status_t status =
        room ? psab_agree(slot->core, pair, &request, &length) : (psa_status_t)PSA_ERROR_INSUFFICIENT_MEMORY;
    if (status == PSA_SUCCESS) {
        status = psab_kdf_content(psab_derivation(slot)->alg, step, secret.data, length);
    }
    if (status == PSA_SUCCESS) {
        status = psab_kdf_add(slot, step, secret.data, length);
    }
    psab_scratch_free(&secret);
    return status;
}

static psa_status_t agree(psab_operation_t *slot, psa_key_derivation_step_t step, psa_key_id_t private_key,
                          const uint8_t *peer, size_t length) {
    psab_derivation_t *derivation = psab_derivation(slot);
    psab_key_t *pair = NULL;
    if (!psab_buffer_valid(peer, length)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the peer's key is a null pointer");
    }
    if (!PSA_ALG_IS_KEY_AGREEMENT(slot->alg)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm has no key agreement");
    }
    psa_status_t status = psab_kdf_admit(derivation, step, PSAB_KDF_AGREEMENT);
    if (status == PSA_SUCCESS && (derivation->started || psab_kdf_item(derivation, step) != NULL)) {
        status = PSA_ERROR_BAD_STATE;
    }
    if (status != PSA_SUCCESS) {
        return psab_refuse(slot->core, status, "the step takes no shared secret, or not now");
    }
    status = psab_acquire(slot->core, private_key, PSA_KEY_USAGE_DERIVE, slot->alg, &pair);
    if (status != PSA_SUCCESS) {
        return status;
    }
    psab_key_view_t view = psab_key_view(pair);
    psab_agreement_t agreement = {psab_alg_agreement_base(slot->alg), peer, length, NULL, 0};
    status = stays(slot, step, agreement.alg, view.attributes) ? agree_inside(slot, step, &view, &agreement)
                                                               : agree_outside(slot, step, &view, &agreement);
    psab_key_release(pair);
    derivation->from_key = derivation->from_key || (status == PSA_SUCCESS && psab_kdf_is_secret(step));
    return status;
}

psa_status_t psab_key_derivation_key_agreement(psab_core_t *core, psa_key_derivation_operation_t *operation,
                                               psa_key_derivation_step_t step, psa_key_id_t private_key,
                                               const uint8_t *peer_key, size_t peer_key_length) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_DERIVATION_INPUT, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    return psab_step_end(PSAB_STEP_DERIVATION_INPUT, handle, slot,
                         agree(slot, step, private_key, peer_key, peer_key_length));
}
