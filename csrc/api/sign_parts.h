/** @file
 * Multi-part signatures: what signing and verifying share.
 *
 * A driver with the multi-part family gets every part.  Where none has it, the core collects what a single-part
 * call needs: the hash of the message where the algorithm signs a hash, else the message itself, see psab_hold().
 * A context can change who that is: it is given before the message, so the choice is made anew.
 */
#ifndef PSAB_API_SIGN_PARTS_H
#define PSAB_API_SIGN_PARTS_H

#include "api/life.h"
#include "api/sign.h"

/** What the core keeps for an operation; the `extra` of its slot. */
typedef struct psab_sign_parts {
    bool composed; /**< the core collects; else a driver gets the parts */
    bool hashed;   /**< and it collects the hash, in `hash`; else the slot holds the message */
    size_t exact;  /**< length of the signature; 0 if it is not fixed */
    psa_hash_operation_t hash;
    uint8_t *signature; /**< to be verified */
    size_t signature_length;
    uint8_t context[PSAB_SIGN_CONTEXT_MOST];
    size_t context_length;
} psab_sign_parts_t;

/** Begin to set up an operation: the checks that need no key, and a slot with parts.
 *
 * @param core       the instance
 * @param handle     of the object; null if there is no object
 * @param kind       of the object
 * @param alg        the algorithm
 * @param operation  receives the slot, to be given to psab_operation_opened() if it is not null, also after a failure
 *
 * @return BAD_STATE, INVALID_ARGUMENT, INSUFFICIENT_MEMORY
 */
psa_status_t psab_parts_open(psab_core_t *core, uint64_t *handle, psab_context_t kind, psa_algorithm_t alg,
                             psab_operation_t **operation);

/** Collect for the entry point of a candidate without the family. */
psa_status_t psab_parts_compose(psab_operation_t *operation, uint16_t entry_point);

/** Whether the driver that gets the parts takes a context too; the core collects for one, if it does not. */
bool psab_parts_native_context(const psab_operation_t *operation);

/** psa_sign_set_context() and psa_verify_set_context(), as steps of api/life.h. */
psa_status_t psab_parts_context(psab_core_t *core, psab_step_t step, uint64_t *handle, const uint8_t *context,
                                size_t length);

/** psa_sign_update() and psa_verify_update(). */
psa_status_t psab_parts_update(psab_core_t *core, psab_step_t step, uint64_t *handle, const uint8_t *input,
                               size_t length);

/** Give a driver with the family one part.
 *
 * @param operation    set up with the driver
 * @param entry_point  for a context or for a part of the message, of signing or of verifying
 * @param data         the part
 * @param length       in bytes
 *
 * @return what the driver returned
 */
psa_status_t psab_parts_give(psab_operation_t *operation, uint16_t entry_point, const uint8_t *data, size_t length);

/** What the core collected.
 *
 * @param operation  composed
 * @param hash       room for a hash
 * @param input      receives what is to be signed: the hash or the message
 * @param length     receives its length
 */
psa_status_t psab_parts_collected(psab_operation_t *operation, uint8_t hash[PSA_HASH_MAX_SIZE], const uint8_t **input,
                                  size_t *length);

static inline psab_sign_parts_t *psab_parts(const psab_operation_t *operation) {
    return operation->extra;
}

#endif
