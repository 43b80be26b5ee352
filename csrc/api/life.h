/** @file
 * The life of multi-part operations: one table of states for all families.
 *
 * A function of the API that works on an operation is a step.  The table says on which kind of
 * operation, what must have happened before, what must not, and what has happened afterwards.
 * Whatever the step, these rules are kept here and in operation.h:
 *
 * - a step in a wrong state is BAD_STATE, and puts the object into the error state;
 * - so does a step that fails; the driver's context is aborted then, unless the driver's own
 *   finishing entry point was what failed;
 * - a setup that fails leaves the object idle, and nothing else is called on the driver's context;
 * - an operation whose key was destroyed fails.
 */
#ifndef PSAB_API_LIFE_H
#define PSAB_API_LIFE_H

#include "api/key_view.h"
#include "api/operation.h"

/* What an operation is, or what was done to it: its state. */
#define PSAB_MARK_MAKES 0x0001u      /**< computes, or encrypts */
#define PSAB_MARK_CHECKS 0x0002u     /**< verifies, or decrypts */
#define PSAB_MARK_TAKES_IV 0x0004u   /**< its algorithm has an IV or a nonce */
#define PSAB_MARK_IV 0x0008u         /**< which was set */
#define PSAB_MARK_READY 0x0010u      /**< what the input needs is there */
#define PSAB_MARK_LENGTHS 0x0020u    /**< the lengths were announced */
#define PSAB_MARK_LENGTHS_OK 0x0040u /**< or need not be */
#define PSAB_MARK_TEXT 0x0080u       /**< text, or any input, was given */
#define PSAB_MARK_CONTEXT 0x0100u    /**< a context was given */
#define PSAB_MARK_OUTPUT 0x0200u     /**< output was taken */

/* The same of a PAKE. What is there, or need not be, is OK. */
#define PSAB_MARK_TAKES_CONTEXT 0x00010000u
#define PSAB_MARK_ROLE 0x00020000u
#define PSAB_MARK_ROLE_OK 0x00040000u
#define PSAB_MARK_USER 0x00080000u
#define PSAB_MARK_USER_OK 0x00100000u
#define PSAB_MARK_PEER 0x00200000u
#define PSAB_MARK_PEER_OK 0x00400000u

/** Functions of the API that are steps. */
typedef enum psab_step {
    PSAB_STEP_HASH_UPDATE,
    PSAB_STEP_HASH_FINISH,
    PSAB_STEP_MAC_UPDATE,
    PSAB_STEP_MAC_SIGN_FINISH,
    PSAB_STEP_MAC_VERIFY_FINISH,
    PSAB_STEP_CIPHER_GENERATE_IV,
    PSAB_STEP_CIPHER_SET_IV,
    PSAB_STEP_CIPHER_UPDATE,
    PSAB_STEP_CIPHER_FINISH,
    PSAB_STEP_AEAD_SET_LENGTHS,
    PSAB_STEP_AEAD_GENERATE_NONCE,
    PSAB_STEP_AEAD_SET_NONCE,
    PSAB_STEP_AEAD_UPDATE_AD,
    PSAB_STEP_AEAD_UPDATE,
    PSAB_STEP_AEAD_FINISH,
    PSAB_STEP_AEAD_VERIFY,
    PSAB_STEP_XOF_SET_CONTEXT,
    PSAB_STEP_XOF_UPDATE,
    PSAB_STEP_XOF_OUTPUT,
    PSAB_STEP_SIGN_SET_CONTEXT,
    PSAB_STEP_SIGN_UPDATE,
    PSAB_STEP_SIGN_FINISH,
    PSAB_STEP_VERIFY_SET_CONTEXT,
    PSAB_STEP_VERIFY_UPDATE,
    PSAB_STEP_VERIFY_FINISH,
    PSAB_STEP_DERIVATION_INPUT,    /**< psa_key_derivation_input_xxx() and _key_agreement() */
    PSAB_STEP_DERIVATION_CAPACITY, /**< psa_key_derivation_set_capacity() */
    PSAB_STEP_DERIVATION_OUTPUT,   /**< psa_key_derivation_output_xxx() and _verify_xxx() */
    PSAB_STEP_PAKE_SET_ROLE,
    PSAB_STEP_PAKE_SET_USER,
    PSAB_STEP_PAKE_SET_PEER,
    PSAB_STEP_PAKE_SET_CONTEXT,
    PSAB_STEP_PAKE_OUTPUT,
    PSAB_STEP_PAKE_INPUT,
    PSAB_STEP_PAKE_GET_SHARED_KEY,
    PSAB_STEP_COUNT
} psab_step_t;

/** The handle in an operation object, whatever its type; null for a null pointer. */
#define PSAB_HANDLE_OF(operation) ((operation) != NULL ? &(operation)->handle : NULL)

/** Begin to set up an object: psab_operation_open() after the checks that every setup begins with.
 *
 * @param core    the instance
 * @param handle  of the object; null for a null pointer
 * @param kind    of the object
 * @param slot    receives a slot, to be given to psab_operation_opened()
 *
 * @return BAD_STATE, INVALID_ARGUMENT for a null pointer, INSUFFICIENT_MEMORY
 */
psa_status_t psab_setup_begin(psab_core_t *core, uint64_t *handle, psab_context_t kind, psab_operation_t **slot);

/** Begin a step.
 *
 * @param core    the instance
 * @param step    which
 * @param handle  of the object; null for a null pointer
 * @param slot    receives its slot, to be given to psab_step_end()
 *
 * @return BAD_STATE, INVALID_ARGUMENT for a null pointer
 */
psa_status_t psab_step_begin(psab_core_t *core, psab_step_t step, uint64_t *handle, psab_operation_t **slot);

/** Why a step is refused, as a sentence.
 *
 * @param kind     of the operation
 * @param missing  marks that the step needs and that are not there
 * @param present  marks that it must not come after
 */
const char *psab_step_reason(psab_context_t kind, uint32_t missing, uint32_t present);

/** End a step: a success leaves its marks, or ends the operation. Returns `status`. */
psa_status_t psab_step_end(psab_step_t step, uint64_t *handle, psab_operation_t *slot, psa_status_t status);

/** What every psa_X_abort() does. */
psa_status_t psab_abort(psab_core_t *core, uint64_t *handle, psab_context_t kind);

/** Note that a driver's finishing entry point was called: whether its context is still to be aborted. One that wrote
 * past its end may have ended well otherwise. */
static inline void psab_finish_called(psab_operation_t *slot, psa_status_t status) {
    slot->active = status != PSA_SUCCESS && psab_finish_aborts((psab_context_t)slot->kind) &&
                   psab_guard_intact(slot->context + slot->size);
}

/** A setup with a key. */
typedef struct psab_keyed_setup {
    psab_context_t kind;
    uint16_t plan;
    uint16_t holding; /**< number of the plan's first alternative that holds the input to the end */
    psa_key_usage_t usage;
    uint32_t marks;   /**< of the new operation */
    const char *none; /**< what to say if nobody serves */
    /** Whether key and algorithm fit; completes the marks. */
    psa_status_t (*fit)(psab_operation_t *slot, const psab_attributes_t *attributes);
    /** Call the driver's entry point. */
    psa_status_t (*call)(psab_operation_t *slot, const psab_candidate_t *c, const psab_key_view_t *key);
} psab_keyed_setup_t;

/** Set an operation up: look the key up, check it, and find the driver that takes it.
 *
 * @param core    the instance
 * @param setup   what is set up
 * @param handle  of the object; null for a null pointer
 * @param id      of the key
 * @param alg     the algorithm
 *
 * @return BAD_STATE, INVALID_ARGUMENT, INVALID_HANDLE, NOT_PERMITTED, NOT_SUPPORTED,
 *         INSUFFICIENT_MEMORY, or what the driver returned
 */
psa_status_t psab_set_up_keyed(psab_core_t *core, const psab_keyed_setup_t *setup, uint64_t *handle, psa_key_id_t id,
                               psa_algorithm_t alg);

/* Keys that are needed again later: nobody holds a key between two calls, and its identifier can name another key
 * by then, with another policy. */

/** Note by what a key is known again; replaces what was noted.
 *
 * @param core  the instance
 * @param key   acquired
 * @param kept  receives its attributes and a copy of its data; to be given to psab_key_forget()
 *
 * @return INSUFFICIENT_MEMORY
 */
psa_status_t psab_key_keep(psab_core_t *core, const psab_key_t *key, psab_kept_key_t *kept);

/** Acquire a key again. What its policy permits is what it permitted before.
 *
 * @param core  the instance
 * @param kept  from psab_key_keep()
 * @param key   receives the key, to be released; null after a failure
 *
 * @return BAD_STATE if it was destroyed, whatever has its identifier now; STORAGE_FAILURE, INSUFFICIENT_MEMORY
 */
psa_status_t psab_key_again(psab_core_t *core, const psab_kept_key_t *kept, psab_key_t **key);

/** Wipe and release what was noted. */
void psab_key_forget(psab_kept_key_t *kept);

/** A slot with a fresh context for a composition: many entry points of a driver in one call.
 *
 * @param core    the instance
 * @param kind    of the context
 * @param c       the driver
 * @param status  receives INSUFFICIENT_MEMORY
 *
 * @return null after a failure; else to be given to psab_operation_give()
 */
psab_operation_t *psab_compose(psab_core_t *core, psab_context_t kind, const psab_candidate_t *c, psa_status_t *status);

/* Holding input */

/** The most that is held for one operation, in bytes. */
#define PSAB_HELD_MOST ((size_t)1 << 20)

/** Add to what is held.
 *
 * @return NOT_SUPPORTED beyond PSAB_HELD_MOST, INSUFFICIENT_MEMORY
 */
psa_status_t psab_held_add(psab_core_t *core, psab_held_t *held, const uint8_t *data, size_t length);

/** Add input to what an operation holds for its driver.
 *
 * @return NOT_SUPPORTED beyond PSAB_HELD_MOST, INSUFFICIENT_MEMORY
 */
psa_status_t psab_hold(psab_operation_t *slot, const uint8_t *data, size_t length);

#endif
