/** @file
 * Password-authenticated key exchange: cipher suites, protocols as data, and what the core keeps of an exchange.
 */
#ifndef PSAB_API_PAKE_H
#define PSAB_API_PAKE_H

#include "api/key_view.h"
#include "api/operation.h"

/* Directions of a step. */
#define PSAB_PAKE_OUT 0x100u
#define PSAB_PAKE_IN 0x200u

typedef struct psab_pake_protocol psab_pake_protocol_t;

/** Where an exchange is: in a state of its protocol, or between the steps of an edge that leaves it. */
typedef struct psab_pake_place {
    uint8_t state;
    uint8_t edge; /**< number of the edge + 1; 0: in the state */
    uint8_t done; /**< steps of the edge */
} psab_pake_place_t;

/** The protocol of an algorithm; null if this library knows none.
 *
 * @param alg   a PAKE algorithm
 * @param role  of the own side; looked at for SPAKE2+ only
 */
const psab_pake_protocol_t *psab_pake_protocol(psa_algorithm_t alg, psa_pake_role_t role);

/** Whether the protocol has a step in a direction, at whatever place.
 *
 * @param protocol  the protocol
 * @param move      PSAB_PAKE_OUT or PSAB_PAKE_IN, and the step of the API
 */
bool psab_pake_has(const psab_pake_protocol_t *protocol, unsigned move);

/** Go one step on.
 *
 * @param protocol     the protocol
 * @param place        where the exchange is; changed on success only
 * @param move         PSAB_PAKE_OUT or PSAB_PAKE_IN, and the step of the API
 * @param driver_step  receives the step as drivers see it, psa_crypto_driver_pake_step_t
 *
 * @return whether the step is due
 */
bool psab_pake_advance(const psab_pake_protocol_t *protocol, psab_pake_place_t *place, unsigned move,
                       uint32_t *driver_step);

/** Whether the shared key can be had at a place. */
bool psab_pake_complete(const psab_pake_protocol_t *protocol, psab_pake_place_t place);

/** Check the algorithm of a suite alone: what can be said before there is a key.
 *
 * @return INVALID_ARGUMENT for an algorithm that is no PAKE, a hash that is none, or a choice of
 *         confirmation that the algorithm does not have; NOT_SUPPORTED for SPAKE2+ without confirmation
 *         (psa_pake_setup, section 10.13.6)
 */
psa_status_t psab_pake_check_suite(const psab_cipher_suite_t *suite);

/** Check that group, hash and password key fit each other.
 *
 * @return INVALID_ARGUMENT; NOT_SUPPORTED for a group in which the algorithm cannot be
 */
psa_status_t psab_pake_check_key(const psab_cipher_suite_t *suite, const psab_attributes_t *key);

/** The hash that WPA3-SAE uses with a group (IEEE 802.11-2024, table 12-1).
 *
 * @param ecc   a curve; else a group of a finite field
 * @param bits  its size
 */
psa_algorithm_t psab_wpa3_hash(bool ecc, size_t bits);

/** The length of the shared secret in bytes. */
size_t psab_pake_secret_length(const psab_cipher_suite_t *suite);

/** Whether the shared secret looks random, so that it is good for a key of a block cipher. */
static inline bool psab_pake_is_random(psa_algorithm_t alg) {
    return !PSA_ALG_IS_JPAKE(alg);
}

/** The most that an identity or a context can have, in bytes. */
#define PSAB_PAKE_TEXT_MOST ((size_t)1 << 16)

/** An input that was collected; without data if it was not given. */
typedef struct psab_pake_text {
    uint8_t *data; /**< from malloc, also if empty */
    size_t length;
} psab_pake_text_t;

/** What the core keeps of an exchange, the `extra` of its operation. */
typedef struct psab_pake {
    psab_cipher_suite_t suite;
    const psab_pake_protocol_t *protocol; /**< null before the role is known */
    psab_pake_place_t place;
    psa_pake_role_t role;
    bool started; /**< a driver was set up */
    psab_pake_text_t user;
    psab_pake_text_t peer;
    psab_pake_text_t context;
} psab_pake_t;

/** The exchange of an operation. */
static inline psab_pake_t *psab_pake_of(const psab_operation_t *slot) {
    return slot->extra;
}

/** Find a driver for an exchange whose inputs are complete, and set it up.
 *
 * @return INVALID_ARGUMENT if the driver finds the password unfit, NOT_SUPPORTED, INSUFFICIENT_MEMORY
 */
psa_status_t psab_pake_start(psab_operation_t *slot);

#endif
