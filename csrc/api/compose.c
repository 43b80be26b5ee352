#include "api/compose.h"

#include <stdlib.h>
#include <string.h>

#include "psab/plans.h"
#include "util/wipe.h"

/* Verifying with the public key takes a key pair, and is worth its price only if nobody can verify
 * with the pair itself. */
static psab_applies_t with_public_key(const psab_attributes_t *attributes) {
    return attributes != NULL && PSA_KEY_TYPE_IS_KEY_PAIR(attributes->type) ? PSAB_APPLIES_LAST : PSAB_APPLIES_NO;
}

/* Keeping the input for one call at the end is worth its price only if nobody has the real thing. */
static psab_applies_t unless_held(uint16_t alternative, uint16_t first_held) {
    return alternative >= first_held ? PSAB_APPLIES_LAST : PSAB_APPLIES;
}

/* The message can be hashed first if the algorithm says with what. */
static psab_applies_t with_hash(uint32_t alg) {
    return PSA_ALG_IS_HASH_AND_SIGN(alg) ? PSAB_APPLIES : PSAB_APPLIES_NO;
}

psab_applies_t psab_plan_applies(uint16_t plan, uint16_t alternative, uint32_t alg,
                                 const psab_attributes_t *attributes) {
    switch ((psab_plan_t)plan) {
    case PSAB_PLAN_SIGN_MESSAGE:
        return alternative == PSAB_ALT_SIGN_MESSAGE_SIGN_HASH ? with_hash(alg) : PSAB_APPLIES;
    case PSAB_PLAN_VERIFY_HASH:
        return alternative == PSAB_ALT_VERIFY_HASH_PUBLIC ? with_public_key(attributes) : PSAB_APPLIES;
    case PSAB_PLAN_VERIFY_MESSAGE:
        if (alternative == PSAB_ALT_VERIFY_MESSAGE_PUBLIC) {
            return with_public_key(attributes);
        }
        return alternative == PSAB_ALT_VERIFY_MESSAGE_VERIFY_HASH ? with_hash(alg) : PSAB_APPLIES;
    case PSAB_PLAN_MAC_SIGN_SETUP:
        return unless_held(alternative, PSAB_ALT_MAC_SIGN_SETUP_HELD);
    case PSAB_PLAN_MAC_VERIFY_SETUP:
        return unless_held(alternative, PSAB_ALT_MAC_VERIFY_SETUP_HELD_VERIFY);
    case PSAB_PLAN_CIPHER_ENCRYPT_SETUP:
        return unless_held(alternative, PSAB_ALT_CIPHER_ENCRYPT_SETUP_HELD);
    case PSAB_PLAN_CIPHER_DECRYPT_SETUP:
        return unless_held(alternative, PSAB_ALT_CIPHER_DECRYPT_SETUP_HELD);
    case PSAB_PLAN_AEAD_ENCRYPT_SETUP:
        return unless_held(alternative, PSAB_ALT_AEAD_ENCRYPT_SETUP_HELD);
    case PSAB_PLAN_AEAD_DECRYPT_SETUP:
        return unless_held(alternative, PSAB_ALT_AEAD_DECRYPT_SETUP_HELD);
    default:
        return PSAB_APPLIES;
    }
}

const psab_planner_t psab_planner = {psab_plan_applies, psab_plan_facts};

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
    psab_frame_t frame;
    psab_enter(&frame, core, candidate);
    psa_status_t status = psab_leave(&frame, PSAB_EP_EXPORT_PUBLIC_KEY,
                                     candidate->ops.export_public_key(candidate->context, attributes, pair->data,
                                                                      pair->size, public_key->data, room, &length));
    status = psab_output(candidate, PSAB_EP_EXPORT_PUBLIC_KEY, status, public_key->data, room, 1, &length);
    public_key->attributes = *attributes;
    public_key->attributes.id = 0;
    public_key->attributes.lifetime = PSA_KEY_LIFETIME_VOLATILE;
    public_key->attributes.type = PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(attributes->type);
    public_key->view = (psab_key_view_t){&public_key->attributes, public_key->data, length, NULL};
    return status;
}

void psab_public_key_free(psab_public_key_t *public_key) {
    psab_wipe_free(public_key->data, public_key->room);
    public_key->data = NULL;
}
