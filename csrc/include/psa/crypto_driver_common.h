/** @file
 * What a driver includes: the types of the API, and the functions that the core offers to
 * drivers (PSA cryptoprocessor driver interface).
 *
 * The functions below may be called only by an entry point, on the thread that it runs on;
 * elsewhere they return PSA_ERROR_BAD_STATE.  The glue of a driver provides them.
 */
#ifndef PSA_CRYPTO_DRIVER_COMMON_H
#define PSA_CRYPTO_DRIVER_COMMON_H

#include <stddef.h>
#include <stdint.h>

#include "crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Built-in keys */

/** Names a key that exists inside of a secure element, for the entry point `get_builtin_key`. */
typedef uint64_t psa_drv_slot_number_t;

/* Entropy */

/** Bit mask of the entry point `get_entropy`; 0 means: wait, no further call is expected. */
typedef uint32_t psa_driver_get_entropy_flags_t;

#define PSA_DRIVER_GET_ENTROPY_NONBLOCK ((psa_driver_get_entropy_flags_t)0x00000001)
#define PSA_DRIVER_GET_ENTROPY_KEEPALIVE ((psa_driver_get_entropy_flags_t)0x00000002)

/* Inputs of a key derivation: valid while `key_derivation_setup` runs.
 *
 * In: the inputs object, and the step asked for.  The getters return PSA_SUCCESS, or, without
 * harm to the operation, PSA_ERROR_DOES_NOT_EXIST if the input of the step comes later as a
 * long input, PSA_ERROR_INVALID_ARGUMENT if it is of another type or omitted, and
 * PSA_ERROR_BUFFER_TOO_SMALL.  Any other status is to be returned to the core. */

typedef struct psab_kdf_inputs psa_crypto_driver_key_derivation_inputs_t;

typedef enum psa_crypto_driver_key_derivation_input_type_e {
    PSA_KEY_DERIVATION_INPUT_TYPE_INVALID = 0, /**< the algorithm has no such step */
    PSA_KEY_DERIVATION_INPUT_TYPE_OMITTED = 1, /**< optional, and not given */
    PSA_KEY_DERIVATION_INPUT_TYPE_BYTES = 2,
    PSA_KEY_DERIVATION_INPUT_TYPE_KEY = 3,
    PSA_KEY_DERIVATION_INPUT_TYPE_INTEGER = 4
} psa_crypto_driver_key_derivation_input_type_t;

/** Not an input of the application: the capacity, an input of type INTEGER, of algorithms whose output
 * depends on how long it is going to be (SP 800-108).  The published interface has no such thing. */
#define PSA_CRYPTO_DRIVER_KEY_DERIVATION_CAPACITY ((psa_key_derivation_step_t)0x7f01)

/** What kind of input there is for a step. */
psa_crypto_driver_key_derivation_input_type_t
psa_crypto_driver_key_derivation_get_input_type(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                psa_key_derivation_step_t step);

/** The length in bytes of an input of type BYTES. */
psa_status_t psa_crypto_driver_key_derivation_get_input_size(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                             psa_key_derivation_step_t step, size_t *size);

/** A copy of an input of type BYTES. */
psa_status_t psa_crypto_driver_key_derivation_get_input_bytes(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                              psa_key_derivation_step_t step, uint8_t *buffer,
                                                              size_t buffer_size, size_t *buffer_length);

/** The attributes and the key buffer, in place, of an input of type KEY.  `attributes` is written. */
psa_status_t psa_crypto_driver_key_derivation_get_input_key(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                            psa_key_derivation_step_t step,
                                                            psa_key_attributes_t *attributes, uint8_t **p_key_buffer,
                                                            size_t *key_buffer_size);

/** The value of an input of type INTEGER. */
psa_status_t psa_crypto_driver_key_derivation_get_input_integer(const psa_crypto_driver_key_derivation_inputs_t *inputs,
                                                                psa_key_derivation_step_t step, uint64_t *value);

/* Inputs of a PAKE: valid while `pake_setup` runs.
 *
 * The getters return PSA_SUCCESS, PSA_ERROR_BAD_STATE if there is no such input, or
 * PSA_ERROR_BUFFER_TOO_SMALL.  Role and context go beyond the published interface, which has
 * no way to ask for them. */

typedef struct psab_pake_inputs psa_crypto_driver_pake_inputs_t;

/** The length in bytes of the password. */
psa_status_t psa_crypto_driver_pake_get_password_len(const psa_crypto_driver_pake_inputs_t *inputs,
                                                     size_t *password_len);

/** A copy of the password of a transparent key. */
psa_status_t psa_crypto_driver_pake_get_password_bytes(const psa_crypto_driver_pake_inputs_t *inputs, uint8_t *buffer,
                                                       size_t buffer_size, size_t *buffer_length);

/** The key buffer, in place, and the attributes of the password key.  `attributes` is written. */
psa_status_t psa_crypto_driver_pake_get_password_key(const psa_crypto_driver_pake_inputs_t *inputs,
                                                     uint8_t **p_key_buffer, size_t *key_buffer_size,
                                                     psa_key_attributes_t *attributes);

/** The length in bytes of the own identity. */
psa_status_t psa_crypto_driver_pake_get_user_len(const psa_crypto_driver_pake_inputs_t *inputs, size_t *user_len);

/** A copy of the own identity. */
psa_status_t psa_crypto_driver_pake_get_user(const psa_crypto_driver_pake_inputs_t *inputs, uint8_t *user_id,
                                             size_t user_id_size, size_t *user_id_len);

/** The length in bytes of the identity of the peer. */
psa_status_t psa_crypto_driver_pake_get_peer_len(const psa_crypto_driver_pake_inputs_t *inputs, size_t *peer_len);

/** A copy of the identity of the peer. */
psa_status_t psa_crypto_driver_pake_get_peer(const psa_crypto_driver_pake_inputs_t *inputs, uint8_t *peer_id,
                                             size_t peer_id_size, size_t *peer_id_length);

/** The cipher suite. */
psa_status_t psa_crypto_driver_pake_get_cipher_suite(const psa_crypto_driver_pake_inputs_t *inputs,
                                                     psa_pake_cipher_suite_t *cipher_suite);

/** The own role, PSA_PAKE_ROLE_NONE if none was set. */
psa_status_t psa_crypto_driver_pake_get_role(const psa_crypto_driver_pake_inputs_t *inputs, psa_pake_role_t *role);

/** The length in bytes of the context. */
psa_status_t psa_crypto_driver_pake_get_context_len(const psa_crypto_driver_pake_inputs_t *inputs, size_t *context_len);

/** A copy of the context. */
psa_status_t psa_crypto_driver_pake_get_context(const psa_crypto_driver_pake_inputs_t *inputs, uint8_t *context,
                                                size_t context_size, size_t *context_length);

/* Steps of a PAKE as drivers see them.
 *
 * J-PAKE repeats the steps of the API, so the core numbers the rounds, as deployed
 * implementations do.  For SPAKE2+ and WPA3-SAE the steps of the API are unambiguous: they
 * come as they are, in a range of their own. */

typedef enum psa_crypto_driver_pake_step_e {
    PSA_JPAKE_STEP_INVALID = 0,
    PSA_JPAKE_X1_STEP_KEY_SHARE = 1, /**< round 1, first key: output and input */
    PSA_JPAKE_X1_STEP_ZK_PUBLIC = 2,
    PSA_JPAKE_X1_STEP_ZK_PROOF = 3,
    PSA_JPAKE_X2_STEP_KEY_SHARE = 4, /**< round 1, second key: output and input */
    PSA_JPAKE_X2_STEP_ZK_PUBLIC = 5,
    PSA_JPAKE_X2_STEP_ZK_PROOF = 6,
    PSA_JPAKE_X2S_STEP_KEY_SHARE = 7, /**< round 2: output */
    PSA_JPAKE_X2S_STEP_ZK_PUBLIC = 8,
    PSA_JPAKE_X2S_STEP_ZK_PROOF = 9,
    PSA_JPAKE_X4S_STEP_KEY_SHARE = 10, /**< round 2: input */
    PSA_JPAKE_X4S_STEP_ZK_PUBLIC = 11,
    PSA_JPAKE_X4S_STEP_ZK_PROOF = 12,

    PSA_PAKE_DRIVER_STEP_KEY_SHARE = 0x101, /**< 0x100 + PSA_PAKE_STEP_xxx */
    PSA_PAKE_DRIVER_STEP_CONFIRM = 0x104,
    PSA_PAKE_DRIVER_STEP_SALT = 0x105,
    PSA_PAKE_DRIVER_STEP_COMMIT = 0x106,
    PSA_PAKE_DRIVER_STEP_CONFIRM_COUNT = 0x107,
    PSA_PAKE_DRIVER_STEP_KEY_ID = 0x108
} psa_crypto_driver_pake_step_t;

/* Persistent state of an opaque driver */

/** The state as a whole, in memory that dies with the entry point. */
psa_status_t psa_crypto_driver_get_persistent_state(uint8_t **persistent_state_ptr);

/** Store what was changed in it: the bytes from `from` on, `length` of them. */
psa_status_t psa_crypto_driver_commit_persistent_state(size_t from, size_t length);

#ifdef __cplusplus
}
#endif

#endif
