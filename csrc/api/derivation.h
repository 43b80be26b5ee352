/** @file
 * Key derivations: what the core keeps of one until a driver has its inputs, and while it gives output.
 *
 * Inputs are collected.  At the first output they are complete: the driver is chosen by the location
 * of the secret and gets them all at once.  Keys are not copied meanwhile: they are looked up again
 * then, and have to be the same.
 *
 * Where the secret is in a cryptoprocessor whose driver derives with the algorithm, that driver does
 * it, and no other is asked.  Where its driver does not, the secret is exported, and goes on like a
 * local one.  Other inputs are exported unless they are where the secret is.
 */
#ifndef PSAB_API_DERIVATION_H
#define PSAB_API_DERIVATION_H

#include "api/key_view.h"
#include "api/life.h"

/** The most different inputs that a derivation takes. */
#define PSAB_KDF_ITEMS 12u

/* Forms of an input. */
#define PSAB_KDF_BYTES 1u
#define PSAB_KDF_KEY 2u
#define PSAB_KDF_AGREEMENT 4u
#define PSAB_KDF_INTEGER 8u

/* What else is said of an input. */
#define PSAB_KDF_OPTIONAL 1u
#define PSAB_KDF_REPEATS 2u /**< may be given in pieces, which are put together */
#define PSAB_KDF_FREE 4u    /**< stands outside of the order of the others */

/** Whether a type is that of the elements which WPA3-SAE-H2E makes, and nothing else does. */
#define PSAB_IS_WPA3_ELEMENT(type) (PSA_KEY_TYPE_IS_WPA3_SAE_ECC(type) || PSA_KEY_TYPE_IS_WPA3_SAE_DH(type))

/* What else is said of an algorithm. */
#define PSAB_KDF_HASHED 1u       /**< names a hash */
#define PSAB_KDF_KEYS_ONLY 2u    /**< has no output but keys of a type of its own */
#define PSAB_KDF_FIXES_LENGTH 4u /**< the capacity at the first output is itself an input */
#define PSAB_KDF_WHOLE 8u        /**< all output is taken at once */

/** One input of an algorithm. */
typedef struct psab_kdf_rule {
    psa_key_derivation_step_t step;
    uint8_t forms;
    uint8_t flags;
} psab_kdf_rule_t;

/** The inputs of an algorithm, in their order. */
typedef struct psab_kdf_rules {
    psa_algorithm_t base; /**< of the algorithm, without a hash */
    uint8_t traits;
    psab_kdf_rule_t inputs[5];
} psab_kdf_rules_t;

/** One input that was given. */
typedef struct psab_kdf_item {
    psa_key_derivation_step_t step;
    uint16_t type;       /**< psab_input_type_t */
    psab_kept_key_t key; /**< has to be the same at the first output */
    uint64_t integer;
    psab_held_t bytes;
} psab_kdf_item_t;

/** What the core keeps of a derivation. */
typedef struct psab_derivation {
    psa_algorithm_t alg;           /**< without a key agreement */
    const psab_kdf_rules_t *rules; /**< null for a vendor's algorithm, of which nothing is known */
    psab_kdf_item_t items[PSAB_KDF_ITEMS];
    size_t count;
    size_t capacity;     /**< bytes left */
    psa_key_id_t agreed; /**< a shared secret in a cryptoprocessor; destroyed with the operation */
    bool lowered;        /**< the application set the capacity */
    bool from_key;       /**< the secret is a key, or comes from a key agreement */
    bool denied;         /**< an input key lacks PSA_KEY_USAGE_DERIVE */
    bool started;        /**< a driver has the inputs */
} psab_derivation_t;

/** Whether something is said of the algorithm of a derivation; nothing is of a vendor's. */
static inline bool psab_kdf_is(const psab_derivation_t *derivation, uint8_t trait) {
    return derivation->rules != NULL && (derivation->rules->traits & trait) != 0;
}

/** What the core keeps of the operation in a slot. */
static inline psab_derivation_t *psab_derivation(const psab_operation_t *slot) {
    return slot->extra;
}

/* Rules (derivation_rules.c) */

/** The rules of a derivation algorithm; null if it is none that the API describes. */
const psab_kdf_rules_t *psab_kdf_rules(psa_algorithm_t alg);

/** The capacity that an algorithm starts with, in bytes; PSA_KEY_DERIVATION_UNLIMITED_CAPACITY if there is no limit. */
size_t psab_kdf_capacity(psa_algorithm_t alg);

/** The input that was given for a step; null if there is none. */
psab_kdf_item_t *psab_kdf_item(psab_derivation_t *derivation, psa_key_derivation_step_t step);

/** Whether an input can be given now.
 *
 * @param derivation  with the inputs so far
 * @param step        of the input
 * @param form        PSAB_KDF_xxx
 *
 * @return INVALID_ARGUMENT for a step or a form that the algorithm does not have; BAD_STATE out of order
 */
psa_status_t psab_kdf_admit(psab_derivation_t *derivation, psa_key_derivation_step_t step, uint8_t form);

/** Whether a type of key can be an input of a step. */
bool psab_kdf_key_fits(psa_algorithm_t alg, psa_key_derivation_step_t step, psa_key_type_t type);

/** Whether the content of an input fits its step.
 *
 * @param alg     of the derivation
 * @param step    of the input
 * @param data    the input; null if only its length is known
 * @param length  in bytes
 *
 * @return INVALID_ARGUMENT
 */
psa_status_t psab_kdf_content(psa_algorithm_t alg, psa_key_derivation_step_t step, const uint8_t *data, size_t length);

/** Whether all mandatory inputs were given. */
bool psab_kdf_complete(psab_derivation_t *derivation);

/** Whether a step is the one whose input is the secret: it decides where the derivation runs. */
bool psab_kdf_is_secret(psa_key_derivation_step_t step);

/** Bytes of output that a key is made of, in one attempt; 0 if the API has no rule for the type. */
size_t psab_kdf_draw(psa_key_type_t type, size_t bits);

/* Collecting (derivation_inputs.c) */

/** Add bytes to the input of a step.
 *
 * @return NOT_SUPPORTED beyond PSAB_HELD_MOST, INSUFFICIENT_MEMORY
 */
psa_status_t psab_kdf_add(psab_operation_t *slot, psa_key_derivation_step_t step, const uint8_t *data, size_t length);

/** A new input; null, and refused, if there are too many. */
psab_kdf_item_t *psab_kdf_new_item(psab_operation_t *slot, psa_key_derivation_step_t step, uint16_t type);

/** Wipe and release what was collected. */
void psab_kdf_forget(psab_derivation_t *derivation);

/* Running (derivation_start.c, derivation_output.c) */

/** Give the inputs to the driver that the secret says.
 *
 * @return NOT_SUPPORTED, BAD_STATE if an input key was destroyed, or what the driver returned
 */
psa_status_t psab_kdf_start(psab_operation_t *slot);

/** Whether every driver that could be chosen now takes long inputs: it is not known who accepts. */
bool psab_kdf_takes_long(psab_operation_t *slot);

/** Begin to take output: started, if need be, with enough of it left.
 *
 * @param slot    of the operation
 * @param length  that is wanted, in bytes
 * @param secret  whether the output is handed out, and not only compared
 *
 * @return BAD_STATE, NOT_PERMITTED, INSUFFICIENT_DATA, INVALID_ARGUMENT for a part of what has to be taken at once,
 *         and as psab_kdf_start()
 */
psa_status_t psab_kdf_begin_output(psab_operation_t *slot, size_t length, bool secret);

/** Take bytes from the driver; psab_kdf_begin_output() said that there are as many. A failure leaves them wiped. */
psa_status_t psab_kdf_read(psab_operation_t *slot, uint8_t *output, size_t length);

/** Account for output that was taken otherwise. */
void psab_kdf_consume(psab_derivation_t *derivation, size_t length);

/** End a step that takes output: INSUFFICIENT_DATA leaves an operation without capacity. Returns `status`. */
psa_status_t psab_kdf_output_end(uint64_t *handle, psab_operation_t *slot, psa_status_t status);

#endif
