/* The life of key derivations: setup, capacity, abort (section 10.8.3). */
#include "api/derivation.h"

#include <stdlib.h>

#include "dispatch/match.h"
#include "psab/api.h"
#include "util/wipe.h"

#define KIND PSAB_CONTEXT_KEY_DERIVATION_OPERATION
#define VENDOR 0x80000000u

/* The driver's context is over by now: a shared secret in its cryptoprocessor goes last. */
static void drop(psab_core_t *core, void *extra) {
    psab_derivation_t *derivation = extra;
    psab_kdf_forget(derivation);
    if (derivation->agreed != PSA_KEY_ID_NULL && core->store != NULL) {
        (void)psab_store_destroy(core->store, derivation->agreed);
    }
    psab_wipe_free(derivation, sizeof *derivation);
}

/* Whether any driver, at any location, has an entry point for an algorithm: where the keys are is not known yet. */
static bool anybody(psab_core_t *core, uint16_t entry_point, psa_algorithm_t alg) {
    psab_driver_t *driver = NULL;
    for (size_t i = 0; (driver = psab_registry_driver(core->registry, i)) != NULL; i++) {
        for (size_t k = 0; k < driver->description->capability_count; k++) {
            const psab_capability_t *capability = &driver->description->capabilities[k];
            if (psab_match(capability, entry_point, alg, NULL) == PSAB_REASON_SERVES) {
                return true;
            }
        }
    }
    return false;
}

static bool is_served(psab_core_t *core, psa_algorithm_t alg, psa_algorithm_t derivation) {
    const psab_route_t *route = psab_find_keyless(core->registry, PSAB_PLAN_KEY_DERIVATION_SETUP, derivation).route;
    bool derives = (route != NULL && route->count != 0) || anybody(core, PSAB_EP_KEY_DERIVATION_SETUP, derivation);
    psa_algorithm_t agreement = psab_alg_agreement_base(alg);
    return derives && (agreement == PSA_ALG_NONE || anybody(core, PSAB_EP_KEY_AGREEMENT, agreement) ||
                       anybody(core, PSAB_EP_KEY_AGREEMENT_TO_KEY, agreement));
}

static psa_status_t set_up(psab_operation_t *slot, psa_algorithm_t alg) {
    bool combined = PSA_ALG_IS_KEY_AGREEMENT(alg) && !PSA_ALG_IS_STANDALONE_KEY_AGREEMENT(alg);
    if ((!combined && !PSA_ALG_IS_KEY_DERIVATION(alg)) || psab_alg_is_wildcard(alg)) {
        return psab_refuse(slot->core, PSA_ERROR_INVALID_ARGUMENT, "the algorithm is not a key derivation");
    }
    psa_algorithm_t derivation = combined ? PSA_ALG_KEY_AGREEMENT_GET_KDF(alg) : alg;
    const psab_kdf_rules_t *rules = psab_kdf_rules(derivation);
    if ((rules == NULL && (derivation & VENDOR) == 0) || !is_served(slot->core, alg, derivation)) {
        return psab_refuse(slot->core, PSA_ERROR_NOT_SUPPORTED, "no driver derives with this algorithm");
    }
    psab_derivation_t *kept = calloc(1, sizeof *kept);
    if (kept == NULL) {
        return psab_refuse(slot->core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for an operation");
    }
    kept->alg = derivation;
    kept->rules = rules;
    kept->capacity = psab_kdf_capacity(derivation);
    slot->extra = kept;
    slot->drop = drop;
    slot->alg = alg;
    return PSA_SUCCESS;
}

psa_status_t psab_key_derivation_setup(psab_core_t *core, psa_key_derivation_operation_t *operation,
                                       psa_algorithm_t alg) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_setup_begin(core, handle, KIND, &slot);
    return status == PSA_SUCCESS ? psab_operation_opened(handle, slot, set_up(slot, alg)) : status;
}

psa_status_t psab_key_derivation_get_capacity(psab_core_t *core, const psa_key_derivation_operation_t *operation,
                                              size_t *capacity) {
    psab_operation_t *slot = NULL;
    if (capacity == NULL || operation == NULL) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "a null pointer");
    }
    *capacity = 0;
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    psa_status_t status = psab_operation_enter_const(core, &operation->handle, KIND, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    *capacity = psab_derivation(slot)->capacity;
    return psab_operation_left(slot, PSA_SUCCESS);
}

static psa_status_t set_capacity(psab_operation_t *slot, size_t capacity) {
    psab_derivation_t *derivation = psab_derivation(slot);
    const psab_candidate_t *c = slot->candidate;
    bool output = derivation->started || (slot->marks & PSAB_MARK_OUTPUT) != 0;
    if (output && psab_kdf_is(derivation, PSAB_KDF_FIXES_LENGTH)) {
        return psab_refuse(slot->core, PSA_ERROR_BAD_STATE, "the first output has fixed the length of the output");
    }
    derivation->lowered = derivation->lowered || capacity < derivation->capacity;
    derivation->capacity = capacity;
    if (!derivation->started || !derivation->lowered || c->ops.key_derivation_set_capacity == NULL) {
        return PSA_SUCCESS;
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    return psab_leave_step(&frame, PSAB_EP_KEY_DERIVATION_SET_CAPACITY,
                           psab_call_key_derivation_set_capacity(&c->ops, c->context, slot->context, capacity));
}

psa_status_t psab_key_derivation_set_capacity(psab_core_t *core, psa_key_derivation_operation_t *operation,
                                              size_t capacity) {
    psab_operation_t *slot = NULL;
    uint64_t *handle = PSAB_HANDLE_OF(operation);
    psa_status_t status = psab_step_begin(core, PSAB_STEP_DERIVATION_CAPACITY, handle, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    if (capacity > psab_derivation(slot)->capacity) {
        /* The one failure that leaves the operation as it was. */
        status = psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the capacity of a derivation can only be lowered");
        return psab_operation_left(slot, status);
    }
    return psab_step_end(PSAB_STEP_DERIVATION_CAPACITY, handle, slot, set_capacity(slot, capacity));
}

psa_status_t psab_key_derivation_abort(psab_core_t *core, psa_key_derivation_operation_t *operation) {
    return psab_abort(core, PSAB_HANDLE_OF(operation), KIND);
}
