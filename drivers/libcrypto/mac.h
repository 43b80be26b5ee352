/** @file
 * MACs of this driver: kinds of MAC, and the chaining that MACs and CCM are made of.
 */
#ifndef LIBCRYPTO_MAC_H
#define LIBCRYPTO_MAC_H

#include "block.h"
#include "hash.h"

/** Bytes of the longest MAC. */
#define LC_MAC_MAX 64

/** One kind of MAC. An algorithm is of the kind if its bits under `mask`, and without a length, are `value`. */
typedef struct lc_mac_kind {
    psa_algorithm_t value;
    psa_algorithm_t mask;
    /** Takes the key and sets operation->full; what it made is dropped on failure. */
    psa_status_t (*setup)(libcrypto_mac_operation_t *operation, const lc_key_t *key, psa_algorithm_t alg);
    psa_status_t (*update)(libcrypto_mac_operation_t *operation, const uint8_t *in, size_t size);
    /** Writes the whole MAC, operation->full bytes. */
    psa_status_t (*finish)(libcrypto_mac_operation_t *operation, uint8_t *mac);
    void (*drop)(libcrypto_mac_operation_t *operation);
    /** The whole MAC of a message with what an earlier call left for the key; DOES_NOT_EXIST if it left nothing, or
     * needs more room. May be null. Raises no errors of libcrypto. */
    psa_status_t (*kept)(const lc_key_t *key, psa_algorithm_t alg, lc_bytes_t message, const lc_output_t *mac);
} lc_mac_kind_t;

extern const lc_mac_kind_t lc_mac_hmac;
extern const lc_mac_kind_t lc_mac_cmac;
extern const lc_mac_kind_t lc_mac_cbc;
extern const lc_mac_kind_t lc_mac_blake2;

/** Starts cipher block chaining from a block of zeros, to be ended by lc_chain_drop. */
psa_status_t lc_chain_open(libcrypto_block_mac_t *chain, const lc_block_t *block, const uint8_t *key);

/** Adds input; the last block of it, whole or not, waits. */
psa_status_t lc_chain_add(libcrypto_block_mac_t *chain, const uint8_t *in, size_t size);

/** Fills the waiting block with zeros and processes it, if there is one: chain->state is then the result. */
psa_status_t lc_chain_pad(libcrypto_block_mac_t *chain);

/** Frees and wipes. */
void lc_chain_drop(libcrypto_block_mac_t *chain);

#endif
