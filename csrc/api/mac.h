/** @file
 * MACs for other files of api/: the calls that psa_mac_compute() and psa_mac_verify() are.
 */
#ifndef PSAB_API_MAC_H
#define PSAB_API_MAC_H

#include "api/key_view.h"

/** A message, and the MAC it has or should have. */
typedef struct psab_mac_request {
    psa_algorithm_t alg;
    const uint8_t *input; /**< overlaps nothing of an output */
    size_t length;
} psab_mac_request_t;

/** Compute a MAC with whoever serves it.
 *
 * @param core     the instance
 * @param key      the key
 * @param request  the message
 * @param mac      receives the MAC; wiped after a failure
 * @param size     of the buffer
 * @param written  receives the length of the MAC; 0 after a failure
 *
 * @return INVALID_ARGUMENT for a key that does not fit, BUFFER_TOO_SMALL, NOT_SUPPORTED, or what
 *         the driver returned
 */
psa_status_t psab_mac_run(psab_core_t *core, const psab_key_view_t *key, const psab_mac_request_t *request,
                          uint8_t *mac, size_t size, size_t *written);

/** Verify a MAC with whoever serves it: INVALID_SIGNATURE, or as psab_mac_run(). */
psa_status_t psab_mac_check(psab_core_t *core, const psab_key_view_t *key, const psab_mac_request_t *request,
                            const uint8_t *mac, size_t mac_length);

/** Have one driver compute a MAC in one call, and judge its output. */
psa_status_t psab_mac_compute_with(psab_core_t *core, const psab_candidate_t *c, const psab_key_view_t *key,
                                   const psab_mac_request_t *request, uint8_t *mac, size_t size, size_t expected,
                                   size_t *written);

/** Compare a MAC with the one that was computed: INVALID_SIGNATURE. */
psa_status_t psab_mac_compare(const uint8_t *computed, size_t length, const uint8_t *mac, size_t mac_length);

/** Whether an algorithm is a MAC that can be used, not a wildcard. */
static inline bool psab_is_mac(psa_algorithm_t alg) {
    return PSA_ALG_IS_MAC(alg) && (alg & PSAB_ALG_AT_LEAST) == 0 && (alg & 0xffu) != 0xffu;
}

#endif
