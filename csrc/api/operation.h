/** @file
 * The operation table: what stands behind the handles in multi-part operation objects.
 *
 * An operation object of the API is a 64-bit handle: 0 is idle, all ones is the error state,
 * anything else names a slot and its generation.  A slot holds the driver that was chosen at
 * setup and the driver's context.  A slot is used by one thread at a time: a second one gets
 * BAD_STATE.  Slots are never freed while the core lives, so stale handles are harmless.
 *
 * The life of a driver's context, which every function here keeps to: zeroed before setup;
 * dropped without a call if setup fails; ended by a successful finishing call or else by
 * exactly one abort; wiped afterwards.
 */
#ifndef PSAB_API_OPERATION_H
#define PSAB_API_OPERATION_H

#include "api/instance.h"

/** The handle of an object in the error state. */
#define PSAB_HANDLE_ERROR UINT64_MAX

typedef struct psab_operations psab_operations_t;

/** Input that is kept until the end, for a driver that takes it in one piece. All zero is empty. */
typedef struct psab_held {
    uint8_t *data;
    size_t size; /**< bytes in use */
    size_t room; /**< bytes allocated */
} psab_held_t;

/** By what a key is known again. All zero is none. */
typedef struct psab_kept_key {
    psab_attributes_t attributes;
    psab_held_t data; /**< material or context; empty for a volatile key */
    uint64_t epoch;   /**< psab_store_epoch() then */
    uint32_t name;    /**< number and generation of its slot: another key never has them */
} psab_kept_key_t;

/** How far the data of an operation went, in bytes, and what was announced of it. */
typedef struct psab_progress {
    uint64_t ad;        /**< additional data given */
    uint64_t input;     /**< text given */
    uint64_t output;    /**< text handed out */
    uint64_t ad_length; /**< announced, where PSAB_MARK_LENGTHS is set */
    uint64_t length;    /**< announced */
    uint32_t iv;        /**< length of the IV or nonce */
} psab_progress_t;

/** A slot. Its fields belong to the thread that has it. */
typedef struct psab_operation {
    _Atomic uint64_t turn; /**< generation, and whether a thread has the slot */
    _Atomic uint32_t next; /**< in the list of free slots: position + 1 */
    uint32_t position;
    psab_core_t *core;
    const psab_candidate_t *candidate; /**< the driver that serves the operation */
    uint8_t *context;                  /**< of the driver, aligned to 16 bytes; a guard is behind it */
    size_t room;                       /**< bytes allocated */
    size_t size;                       /**< bytes in use */
    uint8_t kind;                      /**< psab_context_t */
    bool active;                       /**< setup succeeded, and nothing has ended the context yet */
    bool holds;                        /**< the driver is asked at the end; `held` has the input */
    uint16_t key_type;                 /**< of that key */
    uint32_t key_bits;
    psa_key_id_t key; /**< that must go on existing; 0 if none */
    psa_algorithm_t alg;
    void *extra;                                  /**< what the core itself keeps for the operation; null if nothing */
    void (*drop)(psab_core_t *core, void *extra); /**< ends and releases `extra` */
    uint32_t marks;                               /**< what the operation is and what was done, see api/life.h */
    psab_progress_t progress;
    psab_held_t held;
    psab_kept_key_t kept; /**< the key, where it is needed again after the setup */
} psab_operation_t;

/** Make a table. Null when out of memory. */
psab_operations_t *psab_operations_new(psab_core_t *core);

/** Abort what is active; drivers can go on using the table. No call may be under way. Null is allowed. */
void psab_operations_end(psab_operations_t *operations);

/** Abort what is active and free the table. No call may be under way. Null is allowed. */
void psab_operations_free(psab_operations_t *operations);

/** Take a free slot; null when out of memory. */
psab_operation_t *psab_operation_take(psab_core_t *core, psab_context_t kind);

/** End the driver's context if it is active, wipe it, and give the slot back.
 *
 * @return what the driver's abort returned; SUCCESS without
 */
psa_status_t psab_operation_give(psab_operation_t *operation);

/** Give the slot a zeroed context for a candidate, whose setup is then to be called.
 *
 * @return INSUFFICIENT_MEMORY
 */
psa_status_t psab_operation_prepare(psab_operation_t *operation, const psab_candidate_t *candidate);

/** Let go of the driver of a slot, for the core itself to go on: abort and wipe the driver's context.
 *
 * @return what the driver's abort returned; SUCCESS without
 */
psa_status_t psab_operation_leave_driver(psab_operation_t *operation);

/** Begin to set up an object.
 *
 * @param core       the instance
 * @param handle     of the object
 * @param kind       of the object
 * @param operation  receives a slot, to be given to psab_operation_opened()
 *
 * @return BAD_STATE if the object is not idle, and it is in the error state then; INSUFFICIENT_MEMORY
 */
psa_status_t psab_operation_open(psab_core_t *core, uint64_t *handle, psab_context_t kind,
                                 psab_operation_t **operation);

/** End the setup of an object: active after a success, idle otherwise. Returns `status`. */
psa_status_t psab_operation_opened(uint64_t *handle, psab_operation_t *operation, psa_status_t status);

/** Begin a call on an active object.
 *
 * @param core       the instance
 * @param handle     of the object
 * @param kind       of the object
 * @param operation  receives its slot, to be given to psab_operation_stepped() or _finished()
 *
 * @return BAD_STATE if the object is not active, is in use by another thread, or lost its key
 */
psa_status_t psab_operation_enter(psab_core_t *core, uint64_t *handle, psab_context_t kind,
                                  psab_operation_t **operation);

/** Begin a call that only reads an active object, and leaves it as it is if it is in a wrong state. */
psa_status_t psab_operation_enter_const(psab_core_t *core, const uint64_t *handle, psab_context_t kind,
                                        psab_operation_t **operation);

/** End a call: active after a success, in the error state otherwise. Returns `status`. */
psa_status_t psab_operation_stepped(uint64_t *handle, psab_operation_t *operation, psa_status_t status);

/** End a call that leaves the object as it is. Returns `status`. */
psa_status_t psab_operation_left(psab_operation_t *operation, psa_status_t status);

/** End a finishing call: idle after a success, in the error state otherwise. Returns `status`. */
psa_status_t psab_operation_finished(uint64_t *handle, psab_operation_t *operation, psa_status_t status);

/** Abort an object: idle afterwards.
 *
 * @return what the driver's abort returned; BAD_STATE if another thread uses the object or the
 *         handle was never one
 */
psa_status_t psab_operation_abort(psab_core_t *core, uint64_t *handle, psab_context_t kind);

/** The 64-bit handle of a slot this thread has. */
uint64_t psab_operation_handle(const psab_operation_t *operation);

/** Have the slot of a handle; null if there is no such operation or another thread has it. */
psab_operation_t *psab_operation_have(psab_core_t *core, uint64_t handle, psab_context_t kind);

/** psab_enter_with() of an entry point that gets the context of a slot, from its candidate. */
static PSAB_HOT void psab_enter_operation(psab_frame_t *frame, const psab_operation_t *operation,
                                          struct psab_key *key) {
    psab_enter_with(frame, operation->core, operation->candidate, key);
    frame->guard = operation->context + operation->size;
}

/** Whether a driver's context is to be aborted after a finishing call failed.
 *
 * The interface wants no abort after its finishing entry points, of which it forgets that of
 * hashes; there, an abort is safe and a missing one may leak.
 */
static inline bool psab_finish_aborts(psab_context_t kind) {
    return kind == PSAB_CONTEXT_HASH_OPERATION;
}

/** Handles of 32 bits, for drivers that forward to the core: the position and the low bits of the generation. */
uint32_t psab_operation_short(const psab_operation_t *operation);
psab_operation_t *psab_operation_have_short(psab_core_t *core, uint32_t handle, psab_context_t kind);

#endif
