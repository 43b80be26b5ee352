#include "api/life.h"

#include <stdlib.h>
#include <string.h>

#include "util/wipe.h"

/* What a step needs, what it must not come after, and what it leaves behind. */
typedef struct rule {
    uint16_t kind;
    bool finishes;
    uint32_t needs;
    uint32_t forbids;
    uint32_t sets;
} rule_t;

#define HASH PSAB_CONTEXT_HASH_OPERATION
#define MAC PSAB_CONTEXT_MAC_OPERATION
#define CIPHER PSAB_CONTEXT_CIPHER_OPERATION
#define AEAD PSAB_CONTEXT_AEAD_OPERATION
#define XOF PSAB_CONTEXT_XOF_OPERATION
#define SIGN PSAB_CONTEXT_SIGN_OPERATION
#define VERIFY PSAB_CONTEXT_VERIFY_OPERATION
#define DERIVATION PSAB_CONTEXT_KEY_DERIVATION_OPERATION
#define MAKES PSAB_MARK_MAKES
#define CHECKS PSAB_MARK_CHECKS
#define TAKES_IV PSAB_MARK_TAKES_IV
#define IV PSAB_MARK_IV
#define READY PSAB_MARK_READY
#define LENGTHS PSAB_MARK_LENGTHS
#define LENGTHS_OK PSAB_MARK_LENGTHS_OK
#define TEXT PSAB_MARK_TEXT
#define CONTEXT PSAB_MARK_CONTEXT
#define OUTPUT PSAB_MARK_OUTPUT
#define PAKE PSAB_CONTEXT_PAKE_OPERATION
#define TAKES_CONTEXT PSAB_MARK_TAKES_CONTEXT
#define ROLE PSAB_MARK_ROLE
#define ROLE_OK PSAB_MARK_ROLE_OK
#define USER PSAB_MARK_USER
#define USER_OK PSAB_MARK_USER_OK
#define PEER PSAB_MARK_PEER
#define PEER_OK PSAB_MARK_PEER_OK

static const rule_t rules[PSAB_STEP_COUNT] = {
    [PSAB_STEP_HASH_UPDATE] = {HASH, false, 0, 0, 0},
    [PSAB_STEP_HASH_FINISH] = {HASH, true, 0, 0, 0},
    [PSAB_STEP_MAC_UPDATE] = {MAC, false, 0, 0, 0},
    [PSAB_STEP_MAC_SIGN_FINISH] = {MAC, true, MAKES, 0, 0},
    [PSAB_STEP_MAC_VERIFY_FINISH] = {MAC, true, CHECKS, 0, 0},
    [PSAB_STEP_CIPHER_GENERATE_IV] = {CIPHER, false, MAKES | TAKES_IV, IV | TEXT, IV | READY},
    [PSAB_STEP_CIPHER_SET_IV] = {CIPHER, false, TAKES_IV, IV | TEXT, IV | READY},
    [PSAB_STEP_CIPHER_UPDATE] = {CIPHER, false, READY, 0, TEXT},
    [PSAB_STEP_CIPHER_FINISH] = {CIPHER, true, READY, 0, 0},
    [PSAB_STEP_AEAD_SET_LENGTHS] = {AEAD, false, 0, IV | LENGTHS, LENGTHS | LENGTHS_OK},
    [PSAB_STEP_AEAD_GENERATE_NONCE] = {AEAD, false, MAKES | LENGTHS_OK, IV, IV},
    [PSAB_STEP_AEAD_SET_NONCE] = {AEAD, false, LENGTHS_OK, IV, IV},
    [PSAB_STEP_AEAD_UPDATE_AD] = {AEAD, false, IV, TEXT, 0},
    [PSAB_STEP_AEAD_UPDATE] = {AEAD, false, IV, 0, TEXT},
    [PSAB_STEP_AEAD_FINISH] = {AEAD, true, IV | MAKES, 0, 0},
    [PSAB_STEP_AEAD_VERIFY] = {AEAD, true, IV | CHECKS, 0, 0},
    [PSAB_STEP_XOF_SET_CONTEXT] = {XOF, false, 0, CONTEXT | TEXT | OUTPUT, CONTEXT | READY},
    [PSAB_STEP_XOF_UPDATE] = {XOF, false, READY, OUTPUT, TEXT},
    [PSAB_STEP_XOF_OUTPUT] = {XOF, false, READY, 0, OUTPUT},
    [PSAB_STEP_SIGN_SET_CONTEXT] = {SIGN, false, 0, CONTEXT | TEXT, CONTEXT},
    [PSAB_STEP_SIGN_UPDATE] = {SIGN, false, 0, 0, TEXT},
    [PSAB_STEP_SIGN_FINISH] = {SIGN, true, 0, 0, 0},
    [PSAB_STEP_VERIFY_SET_CONTEXT] = {VERIFY, false, 0, CONTEXT | TEXT, CONTEXT},
    [PSAB_STEP_VERIFY_UPDATE] = {VERIFY, false, 0, 0, TEXT},
    [PSAB_STEP_VERIFY_FINISH] = {VERIFY, true, 0, 0, 0},
    [PSAB_STEP_DERIVATION_INPUT] = {DERIVATION, false, 0, OUTPUT, 0},
    [PSAB_STEP_DERIVATION_CAPACITY] = {DERIVATION, false, 0, 0, 0},
    [PSAB_STEP_DERIVATION_OUTPUT] = {DERIVATION, false, 0, 0, OUTPUT},
    [PSAB_STEP_PAKE_SET_ROLE] = {PAKE, false, 0, ROLE | TEXT, ROLE | ROLE_OK},
    [PSAB_STEP_PAKE_SET_USER] = {PAKE, false, 0, USER | TEXT, USER | USER_OK},
    [PSAB_STEP_PAKE_SET_PEER] = {PAKE, false, 0, PEER | TEXT, PEER | PEER_OK},
    [PSAB_STEP_PAKE_SET_CONTEXT] = {PAKE, false, TAKES_CONTEXT, CONTEXT | TEXT, CONTEXT},
    [PSAB_STEP_PAKE_OUTPUT] = {PAKE, false, ROLE_OK | USER_OK | PEER_OK, 0, TEXT},
    [PSAB_STEP_PAKE_INPUT] = {PAKE, false, ROLE_OK | USER_OK | PEER_OK, 0, TEXT},
    [PSAB_STEP_PAKE_GET_SHARED_KEY] = {PAKE, true, TEXT, 0, 0},
};

static psa_status_t check(psab_core_t *core, const uint64_t *handle) {
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (handle == NULL) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the operation is a null pointer");
    }
    return PSA_SUCCESS;
}

psa_status_t psab_setup_begin(psab_core_t *core, uint64_t *handle, psab_context_t kind, psab_operation_t **slot) {
    psa_status_t status = check(core, handle);
    return status == PSA_SUCCESS ? psab_operation_open(core, handle, kind, slot) : status;
}

psa_status_t psab_step_begin(psab_core_t *core, psab_step_t step, uint64_t *handle, psab_operation_t **slot) {
    const rule_t *rule = &rules[step];
    psa_status_t status = check(core, handle);
    if (status == PSA_SUCCESS) {
        status = psab_operation_enter(core, handle, (psab_context_t)rule->kind, slot);
    }
    if (status != PSA_SUCCESS) {
        return status;
    }
    uint32_t marks = (*slot)->marks;
    if (PSAB_UNLIKELY((marks & rule->needs) != rule->needs || (marks & rule->forbids) != 0)) {
        const char *reason = psab_step_reason((psab_context_t)rule->kind, rule->needs & ~marks, rule->forbids & marks);
        status = psab_refuse(core, PSA_ERROR_BAD_STATE, reason);
        return psab_operation_stepped(handle, *slot, status);
    }
    return PSA_SUCCESS;
}

psa_status_t psab_step_end(psab_step_t step, uint64_t *handle, psab_operation_t *slot, psa_status_t status) {
    if (rules[step].finishes) {
        return psab_operation_finished(handle, slot, status);
    }
    slot->marks |= rules[step].sets;
    return psab_operation_stepped(handle, slot, status);
}

psa_status_t psab_abort(psab_core_t *core, uint64_t *handle, psab_context_t kind) {
    psa_status_t status = check(core, handle);
    return status == PSA_SUCCESS ? psab_operation_abort(core, handle, kind) : status;
}

/* Ask the candidates in turn. One that holds the input is not called before the end. */
static psa_status_t choose(psab_operation_t *slot, const psab_keyed_setup_t *setup, const psab_key_view_t *key) {
    psa_status_t status;
    const psab_route_t *route = psab_route(slot->core->registry, setup->plan, slot->alg, key->attributes, key->cell);
    for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
        status = psab_operation_prepare(slot, c);
        if (status != PSA_SUCCESS) {
            return psab_refuse(slot->core, status, "no memory for the driver's context");
        }
        slot->holds = c->alternative >= setup->holding;
        status = slot->holds ? PSA_SUCCESS : setup->call(slot, c, key);
        slot->active = status == PSA_SUCCESS && !slot->holds;
    }
    if (status == PSA_SUCCESS && slot->holds) {
        status = psab_key_keep(slot->core, key->key, &slot->kept);
    }
    return route != NULL && route->count != 0 ? status : psab_refuse(slot->core, status, setup->none);
}

static psa_status_t set_up(psab_operation_t *slot, const psab_keyed_setup_t *setup, psa_key_id_t id) {
    psab_key_t *key = NULL;
    psa_status_t status = psab_acquire(slot->core, id, setup->usage, slot->alg, &key);
    if (status != PSA_SUCCESS) {
        return status;
    }
    slot->key_type = key->attributes.type;
    slot->key_bits = key->attributes.bits;
    status = setup->fit(slot, &key->attributes);
    if (status == PSA_SUCCESS) {
        psab_key_view_t view = psab_key_view(key);
        status = choose(slot, setup, &view);
    }
    slot->key = id;
    psab_key_release(key);
    return status;
}

psa_status_t psab_set_up_keyed(psab_core_t *core, const psab_keyed_setup_t *setup, uint64_t *handle, psa_key_id_t id,
                               psa_algorithm_t alg) {
    psab_operation_t *slot = NULL;
    psa_status_t status = psab_setup_begin(core, handle, setup->kind, &slot);
    if (status != PSA_SUCCESS) {
        return status;
    }
    slot->alg = alg;
    slot->marks = setup->marks;
    return psab_operation_opened(handle, slot, set_up(slot, setup, id));
}

psab_operation_t *psab_compose(psab_core_t *core, psab_context_t kind, const psab_candidate_t *c,
                               psa_status_t *status) {
    psab_operation_t *slot = psab_operation_take(core, kind);
    *status = slot != NULL ? psab_operation_prepare(slot, c) : PSA_ERROR_INSUFFICIENT_MEMORY;
    if (*status == PSA_SUCCESS) {
        return slot;
    }
    if (slot != NULL) {
        (void)psab_operation_give(slot);
    }
    (void)psab_refuse(core, *status, "no memory for an operation");
    return NULL;
}

/* Give what is held more room. Old memory is wiped, which realloc would not do. */
static bool grow(psab_held_t *held, size_t needed) {
    size_t room = held->room < 512 ? 512 : held->room;
    while (room < needed) {
        room *= 2;
    }
    uint8_t *data = malloc(room);
    if (data == NULL) {
        return false;
    }
    if (held->size != 0) {
        memcpy(data, held->data, held->size);
    }
    psab_wipe_free(held->data, held->room);
    held->data = data;
    held->room = room;
    return true;
}

psa_status_t psab_held_add(psab_core_t *core, psab_held_t *held, const uint8_t *data, size_t length) {
    if (length > PSAB_HELD_MOST - held->size) {
        return psab_refuse(core, PSA_ERROR_NOT_SUPPORTED,
                           "this is more input than the core keeps for one call of a driver");
    }
    if (held->size + length > held->room && !grow(held, held->size + length)) {
        return psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory to keep the input");
    }
    if (length != 0) {
        memcpy(held->data + held->size, data, length);
        held->size += length;
    }
    return PSA_SUCCESS;
}

psa_status_t psab_hold(psab_operation_t *slot, const uint8_t *data, size_t length) {
    return psab_held_add(slot->core, &slot->held, data, length);
}
