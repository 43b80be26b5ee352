/* Choosing the driver of a key derivation, and giving it the inputs. */
#include "api/derivation.h"

#include <psa/crypto_driver_common.h>
#include <string.h>

#include "api/keys.h"
#include "psab/packed.h"
#include "util/wipe.h"

/* The inputs that were given, those that were left out, and the capacity. */
#define MOST (PSAB_KDF_ITEMS + 5u + 1u)

/* The inputs as a driver gets them, and what has to be given back when it has. */
typedef struct gathered {
    psab_kdf_input_t inputs[MOST];
    size_t count;
    const psab_attributes_t *secret; /**< attributes of the secret; null if it is no key */
    psab_attributes_t exported[PSAB_KDF_ITEMS];
    psab_key_t *keys[PSAB_KDF_ITEMS];
    psab_scratch_t scratch[PSAB_KDF_ITEMS];
} gathered_t;

static psa_key_location_t location_of(const psab_key_t *key) {
    return PSA_KEY_LIFETIME_GET_LOCATION(key->attributes.lifetime);
}

/* Where the derivation runs: at the location of the secret if its driver has the algorithm. */
static psa_key_location_t location_for(psab_operation_t *slot, psab_key_t *secret) {
    if (secret == NULL || location_of(secret) == PSA_KEY_LOCATION_LOCAL_STORAGE) {
        return PSA_KEY_LOCATION_LOCAL_STORAGE;
    }
    const psab_route_t *route = psab_route(slot->core->registry, PSAB_PLAN_KEY_DERIVATION_SETUP,
                                           psab_derivation(slot)->alg, &secret->attributes, NULL);
    return route != NULL && route->count != 0 ? location_of(secret) : PSA_KEY_LOCATION_LOCAL_STORAGE;
}

/* A key that is elsewhere than the derivation, brought here. */
static psa_status_t export_key(psab_core_t *core, psab_key_t *key, gathered_t *gathered, size_t i,
                               psab_kdf_input_t *input) {
    psab_attributes_t *attributes = &gathered->exported[i];
    if (!psab_scratch_get(&gathered->scratch[i], (key->attributes.bits + 7) / 8)) {
        return psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for an input key");
    }
    *attributes = key->attributes;
    attributes->id = PSA_KEY_ID_NULL;
    attributes->lifetime = PSA_KEY_LIFETIME_VOLATILE;
    input->data = gathered->scratch[i].data;
    input->attributes = attributes;
    return psab_key_material(core, key, gathered->scratch[i].data, gathered->scratch[i].size, &input->length);
}

static psa_status_t gather_item(psab_operation_t *slot, gathered_t *gathered, size_t i, psa_key_location_t location) {
    const psab_kdf_item_t *item = &psab_derivation(slot)->items[i];
    psab_key_t *key = gathered->keys[i];
    psab_kdf_input_t *input = &gathered->inputs[gathered->count++];
    psa_status_t status = PSA_SUCCESS;
    *input = (psab_kdf_input_t){.step = item->step, .type = item->type, .integer = item->integer};
    if (key == NULL) {
        input->data = item->bytes.data;
        input->length = item->bytes.size;
    } else if (location_of(key) == PSA_KEY_LOCATION_LOCAL_STORAGE || location_of(key) == location) {
        input->data = key->data;
        input->length = key->size;
        input->attributes = &key->attributes;
    } else {
        status = export_key(slot->core, key, gathered, i, input);
    }
    if (psab_kdf_is_secret(item->step)) {
        gathered->secret = input->attributes;
    }
    return status;
}

/* What the application left out, and how much it is going to read where that changes the output. */
static void gather_rest(psab_derivation_t *derivation, gathered_t *gathered) {
    const psab_kdf_rules_t *rules = derivation->rules;
    size_t most = rules != NULL ? sizeof rules->inputs / sizeof rules->inputs[0] : 0;
    for (size_t i = 0; i < most && rules->inputs[i].step != 0; i++) {
        psa_key_derivation_step_t step = rules->inputs[i].step;
        if (psab_kdf_item(derivation, step) == NULL) {
            gathered->inputs[gathered->count++] = (psab_kdf_input_t){.step = step, .type = PSAB_INPUT_OMITTED};
        }
    }
    if (psab_kdf_is(derivation, PSAB_KDF_FIXES_LENGTH)) {
        gathered->inputs[gathered->count++] = (psab_kdf_input_t){.step = PSA_CRYPTO_DRIVER_KEY_DERIVATION_CAPACITY,
                                                                 .type = PSAB_INPUT_INTEGER,
                                                                 .integer = derivation->capacity};
    }
}

static psa_status_t gather(psab_operation_t *slot, gathered_t *gathered) {
    psab_derivation_t *derivation = psab_derivation(slot);
    psab_key_t *secret = NULL;
    psa_status_t status = PSA_SUCCESS;
    for (size_t i = 0; i < derivation->count && status == PSA_SUCCESS; i++) {
        const psab_kdf_item_t *item = &derivation->items[i];
        status =
            item->type == PSAB_INPUT_KEY ? psab_key_again(slot->core, &item->key, &gathered->keys[i]) : PSA_SUCCESS;
        secret = psab_kdf_is_secret(item->step) ? gathered->keys[i] : secret;
    }
    psa_key_location_t location = status == PSA_SUCCESS ? location_for(slot, secret) : 0;
    for (size_t i = 0; i < derivation->count && status == PSA_SUCCESS; i++) {
        status = gather_item(slot, gathered, i, location);
    }
    gather_rest(derivation, gathered);
    return status;
}

static void give_back(gathered_t *gathered, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (gathered->keys[i] != NULL) {
            psab_key_release(gathered->keys[i]);
        }
        psab_scratch_free(&gathered->scratch[i]);
    }
}

static const psab_route_t *route_for(psab_operation_t *slot, const psab_attributes_t *secret) {
    psab_registry_t *registry = slot->core->registry;
    psa_algorithm_t alg = psab_derivation(slot)->alg;
    return secret != NULL ? psab_route(registry, PSAB_PLAN_KEY_DERIVATION_SETUP, alg, secret, NULL)
                          : psab_find_keyless(registry, PSAB_PLAN_KEY_DERIVATION_SETUP, alg).route;
}

static psa_status_t choose(psab_operation_t *slot, const gathered_t *gathered) {
    psa_algorithm_t alg = psab_derivation(slot)->alg;
    psab_kdf_inputs_t inputs = {alg, gathered->inputs, gathered->count};
    const psab_route_t *route = route_for(slot, gathered->secret);
    psa_status_t status;
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        status = psab_operation_prepare(slot, c);
        if (status != PSA_SUCCESS) {
            return psab_refuse(slot->core, status, "no memory for an operation");
        }
        psab_frame_t frame;
        psab_enter_operation(&frame, slot, NULL);
        status = psab_leave(&frame, PSAB_EP_KEY_DERIVATION_SETUP,
                            psab_call_key_derivation_setup(&c->ops, c->context, slot->context, alg, &inputs));
    }
    slot->active = status == PSA_SUCCESS;
    return route != NULL && route->count != 0
               ? status
               : psab_refuse(slot->core, status, "no driver derives with this algorithm from this secret");
}

/* The driver of a derivation in a cryptoprocessor has to know of a capacity that was lowered. */
static psa_status_t tell_capacity(psab_operation_t *slot) {
    const psab_derivation_t *derivation = psab_derivation(slot);
    const psab_candidate_t *c = slot->candidate;
    if (!derivation->lowered || c->ops.key_derivation_set_capacity == NULL) {
        return PSA_SUCCESS;
    }
    psab_frame_t frame;
    psab_enter_operation(&frame, slot, NULL);
    return psab_leave_step(
        &frame, PSAB_EP_KEY_DERIVATION_SET_CAPACITY,
        psab_call_key_derivation_set_capacity(&c->ops, c->context, slot->context, derivation->capacity));
}

psa_status_t psab_kdf_start(psab_operation_t *slot) {
    psab_derivation_t *derivation = psab_derivation(slot);
    gathered_t gathered;
    memset(&gathered, 0, sizeof gathered);
    psa_status_t status = gather(slot, &gathered);
    if (status == PSA_SUCCESS) {
        status = choose(slot, &gathered);
    }
    give_back(&gathered, PSAB_KDF_ITEMS);
    if (status == PSA_SUCCESS) {
        derivation->started = true;
        psab_kdf_forget(derivation);
        status = tell_capacity(slot);
    }
    return status;
}

bool psab_kdf_takes_long(psab_operation_t *slot) {
    psab_derivation_t *derivation = psab_derivation(slot);
    const psab_attributes_t *secret = NULL;
    for (size_t i = 0; i < derivation->count; i++) {
        const psab_kdf_item_t *item = &derivation->items[i];
        bool is_secret = item->type == PSAB_INPUT_KEY && psab_kdf_is_secret(item->step);
        secret = is_secret ? &item->key.attributes : secret;
    }
    const psab_route_t *route = route_for(slot, secret);
    bool all = route != NULL && route->count != 0;
    for (size_t i = 0; all && i < route->count; i++) {
        all = psab_ops_has(&route->candidates[i].ops, PSAB_EP_KEY_DERIVATION_INPUT_STEP);
    }
    return all;
}
