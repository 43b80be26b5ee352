#include "api/compose.h"

#include <stdlib.h>
#include <string.h>

#include "psab/plans.h"
#include "util/wipe.h"

/* What it takes for an alternative to stand in for the request of its plan. Those not listed always can. */
typedef enum condition {
    IF_HASHED, /* the algorithm says with what the message is hashed */
    /* A key pair, of which the public key is made: worth its price only if nobody can with the pair itself. */
    IF_PAIR,
    IF_ECIES, /* the shared secret is that of a key agreement with the ciphertext, an ephemeral public key */
} condition_t;

#define ROW(plan, alternative, condition) {PSAB_PLAN_##plan, PSAB_ALT_##plan##_##alternative, condition}

static const struct {
    uint16_t plan;
    uint16_t alternative;
    condition_t condition;
} conditions[] = {
    ROW(SIGN_MESSAGE, SIGN_HASH, IF_HASHED),
    ROW(SIGN_MESSAGE, SIGN_HASH_WITH_CONTEXT, IF_HASHED),
    ROW(SIGN_MESSAGE_WITH_CONTEXT, SIGN_HASH_WITH_CONTEXT, IF_HASHED),
    ROW(SIGN_SETUP, HASHED, IF_HASHED),
    ROW(SIGN_SETUP, HASHED_WITH_CONTEXT, IF_HASHED),
    ROW(VERIFY_HASH, PUBLIC, IF_PAIR),
    ROW(VERIFY_HASH_WITH_CONTEXT, PUBLIC, IF_PAIR),
    ROW(VERIFY_MESSAGE, VERIFY_HASH, IF_HASHED),
    ROW(VERIFY_MESSAGE, VERIFY_HASH_WITH_CONTEXT, IF_HASHED),
    ROW(VERIFY_MESSAGE, PUBLIC, IF_PAIR),
    ROW(VERIFY_MESSAGE_WITH_CONTEXT, VERIFY_HASH_WITH_CONTEXT, IF_HASHED),
    ROW(VERIFY_MESSAGE_WITH_CONTEXT, PUBLIC, IF_PAIR),
    ROW(VERIFY_SETUP, HASHED, IF_HASHED),
    ROW(VERIFY_SETUP, HASHED_WITH_CONTEXT, IF_HASHED),
    ROW(VERIFY_SETUP, PUBLIC, IF_PAIR),
    ROW(ASYMMETRIC_ENCRYPT, PUBLIC, IF_PAIR),
    ROW(ENCAPSULATE, PUBLIC, IF_PAIR),
    ROW(DECAPSULATE, KEY_AGREEMENT, IF_ECIES),
};

static psab_applies_t judge(condition_t condition, uint32_t *alg, const psab_attributes_t *attributes) {
    switch (condition) {
    case IF_HASHED:
        return PSA_ALG_IS_HASH_AND_SIGN(*alg) ? PSAB_APPLIES : PSAB_APPLIES_NO;
    case IF_PAIR:
        return attributes != NULL && PSA_KEY_TYPE_IS_KEY_PAIR(attributes->type) ? PSAB_APPLIES_LAST : PSAB_APPLIES_NO;
    default:
        if (*alg != PSA_ALG_ECIES_SEC1) {
            return PSAB_APPLIES_NO;
        }
        *alg = PSA_ALG_ECDH;
        return PSAB_APPLIES;
    }
}

/* Keeping the input for one call at the end is worth its price only if nobody has the real thing. */
static bool is_held(uint16_t plan, uint16_t alternative) {
    return strncmp(psab_plans[plan].alternatives[alternative].name, "held", 4) == 0;
}

psab_applies_t psab_plan_applies(uint16_t plan, uint16_t alternative, uint32_t *alg,
                                 const psab_attributes_t *attributes) {
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        if (conditions[i].plan == plan && conditions[i].alternative == alternative) {
            return judge(conditions[i].condition, alg, attributes);
        }
    }
    return is_held(plan, alternative) ? PSAB_APPLIES_LAST : PSAB_APPLIES;
}

const psab_planner_t psab_planner = {psab_plan_applies, psab_plan_facts};

psa_status_t psab_public_key_call(psab_core_t *core, const psab_candidate_t *candidate, const psab_key_view_t *pair,
                                  uint8_t *data, size_t size, size_t fewest, size_t *length) {
    psab_frame_t frame;
    *length = 0;
    psab_enter(&frame, core, candidate);
    psa_status_t status = psab_leave(&frame, PSAB_EP_EXPORT_PUBLIC_KEY,
                                     psab_call_export_public_key(&candidate->ops, candidate->context, pair->attributes,
                                                                 pair->data, pair->size, data, size, length));
    return psab_output(candidate, PSAB_EP_EXPORT_PUBLIC_KEY, status, data, size, fewest, length);
}

psa_status_t psab_public_key_make(psab_core_t *core, const psab_candidate_t *candidate, const psab_key_view_t *pair,
                                  psab_public_key_t *public_key) {
    const psab_attributes_t *attributes = pair->attributes;
    memset(public_key, 0, sizeof *public_key);
    size_t exact = PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(attributes->type, attributes->bits);
    size_t room = exact != 0 ? exact : PSA_EXPORT_PUBLIC_KEY_MAX_SIZE;
    public_key->data = malloc(room);
    if (public_key->data == NULL) {
        return psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for the public key");
    }
    public_key->room = room;
    size_t length = 0;
    psa_status_t status = psab_public_key_call(core, candidate, pair, public_key->data, room, 1, &length);
    public_key->attributes = *attributes;
    public_key->attributes.id = 0;
    public_key->attributes.lifetime = PSA_KEY_LIFETIME_VOLATILE;
    public_key->attributes.type = PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(attributes->type);
    public_key->view = (psab_key_view_t){&public_key->attributes, public_key->data, length, NULL, NULL};
    return status;
}

void psab_public_key_free(psab_public_key_t *public_key) {
    psab_wipe_free(public_key->data, public_key->room);
    public_key->data = NULL;
}
