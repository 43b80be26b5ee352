#include "api/key_role.h"

#include "api/compose.h"
#include "psab/plans.h"
#include "util/alg.h"

#define PLANS_MOST 3u
#define NO_PLAN UINT16_MAX

/* Whose attributes the calls of a role are routed by. */
typedef enum form {
    BY_KEY,
    BY_SECRET, /* of a derivation: the key may be another input, or be exported to where the derivation runs */
    BY_PAIR,   /* the key pair of an agreement, and what is derived from the shared secret */
    BY_PEER    /* somebody's key pair of this kind: the key itself is the peer's */
} form_t;

typedef struct role {
    psa_key_usage_t usage;
    bool (*has)(psa_algorithm_t alg);
    form_t form;
    uint16_t plans[PLANS_MOST]; /* one of them suffices */
} role_t;

/* The predicates of the API as functions. */
static bool is_cipher(psa_algorithm_t alg) {
    return PSA_ALG_IS_CIPHER(alg);
}
static bool is_aead(psa_algorithm_t alg) {
    return PSA_ALG_IS_AEAD(alg);
}
static bool is_crypt(psa_algorithm_t alg) {
    return PSA_ALG_IS_ASYMMETRIC_ENCRYPTION(alg);
}
static bool is_encapsulation(psa_algorithm_t alg) {
    return PSA_ALG_IS_KEY_ENCAPSULATION(alg);
}
static bool is_mac(psa_algorithm_t alg) {
    return PSA_ALG_IS_MAC(alg);
}
static bool is_sign_message(psa_algorithm_t alg) {
    return PSA_ALG_IS_SIGN_MESSAGE(alg);
}
static bool is_sign_hash(psa_algorithm_t alg) {
    return PSA_ALG_IS_SIGN_HASH(alg);
}
static bool is_derivation(psa_algorithm_t alg) {
    return PSA_ALG_IS_KEY_DERIVATION(alg);
}
static bool is_agreement(psa_algorithm_t alg) {
    return PSA_ALG_IS_KEY_AGREEMENT(alg);
}
static bool is_pake(psa_algorithm_t alg) {
    return PSA_ALG_IS_PAKE(alg);
}
static bool is_wrap(psa_algorithm_t alg) {
    return PSA_ALG_IS_KEY_WRAP(alg);
}

#define ONE(a) {PSAB_PLAN_##a, NO_PLAN, NO_PLAN}
#define TWO(a, b) {PSAB_PLAN_##a, PSAB_PLAN_##b, NO_PLAN}
#define THREE(a, b, c) {PSAB_PLAN_##a, PSAB_PLAN_##b, PSAB_PLAN_##c}

static const role_t roles[] = {
    {PSA_KEY_USAGE_ENCRYPT, is_cipher, BY_KEY, TWO(CIPHER_ENCRYPT, CIPHER_ENCRYPT_SETUP)},
    {PSA_KEY_USAGE_DECRYPT, is_cipher, BY_KEY, TWO(CIPHER_DECRYPT, CIPHER_DECRYPT_SETUP)},
    {PSA_KEY_USAGE_ENCRYPT, is_aead, BY_KEY, TWO(AEAD_ENCRYPT, AEAD_ENCRYPT_SETUP)},
    {PSA_KEY_USAGE_DECRYPT, is_aead, BY_KEY, TWO(AEAD_DECRYPT, AEAD_DECRYPT_SETUP)},
    {PSA_KEY_USAGE_ENCRYPT, is_crypt, BY_KEY, ONE(ASYMMETRIC_ENCRYPT)},
    {PSA_KEY_USAGE_DECRYPT, is_crypt, BY_KEY, ONE(ASYMMETRIC_DECRYPT)},
    {PSA_KEY_USAGE_ENCRYPT, is_encapsulation, BY_KEY, ONE(ENCAPSULATE)},
    {PSA_KEY_USAGE_DECRYPT, is_encapsulation, BY_KEY, ONE(DECAPSULATE)},
    {PSA_KEY_USAGE_SIGN_MESSAGE, is_mac, BY_KEY, TWO(MAC_COMPUTE, MAC_SIGN_SETUP)},
    {PSA_KEY_USAGE_VERIFY_MESSAGE, is_mac, BY_KEY, TWO(MAC_VERIFY, MAC_VERIFY_SETUP)},
    {PSA_KEY_USAGE_SIGN_MESSAGE, is_sign_message, BY_KEY, THREE(SIGN_MESSAGE, SIGN_MESSAGE_WITH_CONTEXT, SIGN_SETUP)},
    {PSA_KEY_USAGE_VERIFY_MESSAGE, is_sign_message, BY_KEY,
     THREE(VERIFY_MESSAGE, VERIFY_MESSAGE_WITH_CONTEXT, VERIFY_SETUP)},
    {PSA_KEY_USAGE_SIGN_HASH, is_sign_hash, BY_KEY, TWO(SIGN_HASH, SIGN_HASH_WITH_CONTEXT)},
    {PSA_KEY_USAGE_VERIFY_HASH, is_sign_hash, BY_KEY, TWO(VERIFY_HASH, VERIFY_HASH_WITH_CONTEXT)},
    {PSA_KEY_USAGE_DERIVE, is_derivation, BY_SECRET, ONE(KEY_DERIVATION_SETUP)},
    {PSA_KEY_USAGE_VERIFY_DERIVATION, is_derivation, BY_SECRET, ONE(KEY_DERIVATION_SETUP)},
    {PSA_KEY_USAGE_DERIVE, is_agreement, BY_PAIR, TWO(KEY_AGREEMENT, KEY_AGREEMENT_TO_KEY)},
    {PSA_KEY_USAGE_DERIVE_PUBLIC, is_agreement, BY_PEER, ONE(KEY_AGREEMENT)},
    {PSA_KEY_USAGE_DERIVE, is_pake, BY_KEY, ONE(PAKE_SETUP)},
    {PSA_KEY_USAGE_DERIVE_PUBLIC, is_pake, BY_KEY, ONE(PAKE_SETUP)},
    {PSA_KEY_USAGE_WRAP, is_wrap, BY_KEY, ONE(WRAP_KEY)},
    {PSA_KEY_USAGE_UNWRAP, is_wrap, BY_KEY, ONE(UNWRAP_KEY)},
};

static const role_t *role_of(psa_algorithm_t alg, psa_key_usage_t usage) {
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (roles[i].usage == usage && roles[i].has(alg)) {
            return &roles[i];
        }
    }
    return NULL;
}

bool psab_has_role(psa_algorithm_t alg, psa_key_usage_t usage) {
    return role_of(alg, usage) != NULL;
}

static psab_attributes_t brought_here(const psab_attributes_t *attributes, psa_key_type_t type) {
    psab_attributes_t local = *attributes;
    local.id = PSA_KEY_ID_NULL;
    local.lifetime = PSA_KEY_LIFETIME_VOLATILE;
    local.type = type;
    return local;
}

static bool hashes_by(psab_core_t *core, uint16_t plan, psa_algorithm_t alg) {
    const psab_route_t *route = psab_find_keyless(core->registry, plan, PSA_ALG_GET_HASH(alg)).route;
    return route != NULL && route->count != 0;
}

/* What else the alternative of a candidate takes: a hash of the message, or somebody for the public key. */
static psa_status_t complete(psab_core_t *core, uint16_t plan, uint16_t serving, psa_algorithm_t alg,
                             const psab_attributes_t *attributes);

static psa_status_t ask(psab_core_t *core, uint16_t plan, psa_algorithm_t alg, const psab_attributes_t *attributes) {
    psab_found_t found = psab_find(core->registry, plan, alg, attributes, NULL);
    if (found.route == NULL || found.facts.status != PSA_SUCCESS) {
        return found.route == NULL ? PSA_ERROR_INSUFFICIENT_MEMORY : found.facts.status;
    }
    psa_status_t status = PSA_ERROR_NOT_SUPPORTED;
    for (size_t i = 0; i < found.route->count && status == PSA_ERROR_NOT_SUPPORTED; i++) {
        const psab_candidate_t *c = &found.route->candidates[i];
        status = complete(core, plan, psab_serving(plan, c), alg, attributes);
        if (!c->passes) {
            break;
        }
    }
    return status;
}

static psa_status_t complete(psab_core_t *core, uint16_t plan, uint16_t serving, psa_algorithm_t alg,
                             const psab_attributes_t *attributes) {
    bool served = true;
    if (serving == PSAB_EP_EXPORT_PUBLIC_KEY) {
        psa_key_type_t type = PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(attributes->type);
        psab_attributes_t public_key = brought_here(attributes, type);
        return ask(core, plan, alg, &public_key);
    }
    bool of_hash = serving == PSAB_EP_SIGN_HASH || serving == PSAB_EP_VERIFY_HASH ||
                   serving == PSAB_EP_SIGN_HASH_WITH_CONTEXT || serving == PSAB_EP_VERIFY_HASH_WITH_CONTEXT;
    if (of_hash && (plan == PSAB_PLAN_SIGN_SETUP || plan == PSAB_PLAN_VERIFY_SETUP)) {
        served = hashes_by(core, PSAB_PLAN_HASH_SETUP, alg);
    } else if (of_hash &&
               (plan == PSAB_PLAN_SIGN_MESSAGE || plan == PSAB_PLAN_VERIFY_MESSAGE ||
                plan == PSAB_PLAN_SIGN_MESSAGE_WITH_CONTEXT || plan == PSAB_PLAN_VERIFY_MESSAGE_WITH_CONTEXT)) {
        served = hashes_by(core, PSAB_PLAN_HASH_COMPUTE, alg);
    }
    return served ? PSA_SUCCESS : PSA_ERROR_NOT_SUPPORTED;
}

static psa_status_t ask_derivation(psab_core_t *core, psa_algorithm_t alg, const psab_attributes_t *attributes) {
    psa_key_type_t type = attributes->type;
    bool secret = type != PSA_KEY_TYPE_RAW_DATA && type != PSA_KEY_TYPE_PEPPER && type != PSA_KEY_TYPE_PASSWORD_HASH;
    psab_attributes_t local = brought_here(attributes, type);
    psa_status_t status = ask(core, PSAB_PLAN_KEY_DERIVATION_SETUP, alg, attributes);
    if (status == PSA_ERROR_NOT_SUPPORTED) {
        status = ask(core, PSAB_PLAN_KEY_DERIVATION_SETUP, alg, &local);
    }
    if (status == PSA_ERROR_NOT_SUPPORTED && !secret) {
        status = ask(core, PSAB_PLAN_KEY_DERIVATION_SETUP, alg, NULL);
    }
    return status;
}

static psa_status_t ask_all(psab_core_t *core, const role_t *role, psa_algorithm_t alg,
                            const psab_attributes_t *attributes) {
    psa_status_t status = PSA_ERROR_NOT_SUPPORTED;
    for (size_t i = 0; i < PLANS_MOST && role->plans[i] != NO_PLAN && status == PSA_ERROR_NOT_SUPPORTED; i++) {
        status = ask(core, role->plans[i], alg, attributes);
    }
    return status;
}

static psa_status_t ask_agreement(psab_core_t *core, const role_t *role, psa_algorithm_t alg,
                                  const psab_attributes_t *pair) {
    psa_status_t status = ask_all(core, role, psab_alg_agreement_base(alg), pair);
    bool derives = (alg & 0x80000000u) == 0 && !PSA_ALG_IS_STANDALONE_KEY_AGREEMENT(alg);
    return status == PSA_SUCCESS && derives
               ? ask(core, PSAB_PLAN_KEY_DERIVATION_SETUP, PSA_ALG_KEY_AGREEMENT_GET_KDF(alg), NULL)
               : status;
}

psa_status_t psab_role_served(psab_core_t *core, const psab_attributes_t *attributes, psa_algorithm_t alg,
                              psa_key_usage_t usage) {
    const role_t *role = role_of(alg, usage);
    psab_attributes_t pair;
    switch (role->form) {
    case BY_SECRET:
        return ask_derivation(core, alg, attributes);
    case BY_PAIR:
        return ask_agreement(core, role, alg, attributes);
    case BY_PEER:
        pair = brought_here(attributes, PSA_KEY_TYPE_KEY_PAIR_OF_PUBLIC_KEY(attributes->type));
        return ask_agreement(core, role, alg, &pair);
    default:
        return ask_all(core, role, alg, attributes);
    }
}
