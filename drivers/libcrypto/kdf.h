/** @file
 * Key derivations of this driver: pseudorandom functions that are run many times, inputs, kinds.
 */
#ifndef LIBCRYPTO_KDF_H
#define LIBCRYPTO_KDF_H

#include "mac.h"

/** One kind of derivation. An algorithm is of the kind if its bits under `mask` are `value`. */
typedef struct lc_kdf_kind {
    psa_algorithm_t value;
    psa_algorithm_t mask;
    /** Takes the inputs; what it made is dropped on failure. */
    psa_status_t (*setup)(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                          const psa_crypto_driver_key_derivation_inputs_t *inputs);
    /** Writes the next block; operation->counter says which, from 1. */
    psa_status_t (*next)(libcrypto_key_derivation_operation_t *operation, uint8_t *out);
    uint64_t blocks; /**< the most blocks that there are */
} lc_kdf_kind_t;

extern const lc_kdf_kind_t lc_kdf_hkdf;
extern const lc_kdf_kind_t lc_kdf_hkdf_extract;
extern const lc_kdf_kind_t lc_kdf_hkdf_expand;
extern const lc_kdf_kind_t lc_kdf_tls12_prf;
extern const lc_kdf_kind_t lc_kdf_tls12_psk;
extern const lc_kdf_kind_t lc_kdf_ecjpake;
extern const lc_kdf_kind_t lc_kdf_counter_hmac;
extern const lc_kdf_kind_t lc_kdf_counter_cmac;
extern const lc_kdf_kind_t lc_kdf_pbkdf2_hmac;
extern const lc_kdf_kind_t lc_kdf_pbkdf2_cmac;

/* What algorithms of a kind have in common: all but the hash, or everything. */
#define LC_KDF_HASHED 0xffffff00u
#define LC_KDF_EXACT 0xffffffffu

/* Pseudorandom functions: MACs under one key, of one message after the other. Each gives operation->block_size. */

/** Makes operation->prf an HMAC. */
psa_status_t lc_prf_hmac(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t hash, lc_bytes_t key);

/** Makes operation->prf the HMAC of the hash of `alg` under an input. */
psa_status_t lc_prf_hmac_input(libcrypto_key_derivation_operation_t *operation, psa_algorithm_t alg,
                               const psa_crypto_driver_key_derivation_inputs_t *inputs, psa_key_derivation_step_t step);

/** Makes operation->prf a CMAC under a key of a block cipher; data and size are the key's. */
psa_status_t lc_prf_cmac(libcrypto_key_derivation_operation_t *operation, const lc_key_t *key);

/** The MAC of the concatenation of `count` pieces, operation->prf.full bytes. */
psa_status_t lc_prf_run(libcrypto_key_derivation_operation_t *operation, const lc_bytes_t *pieces, size_t count,
                        uint8_t *out);

/* Inputs */

/** An input as bytes, whether it is a key or not. */
typedef struct {
    lc_bytes_t bytes;                /**< empty if it was left out */
    psa_key_attributes_t attributes; /**< of a key */
    uint8_t *copy;                   /**< null if there is none */
    size_t room;
} lc_kdf_input_t;

/** Gets an input; to be given to lc_kdf_drop_input in any case. */
psa_status_t lc_kdf_input(const psa_crypto_driver_key_derivation_inputs_t *inputs, psa_key_derivation_step_t step,
                          lc_kdf_input_t *input);

/** Wipes and frees. */
void lc_kdf_drop_input(lc_kdf_input_t *input);

/** Keeps the concatenation of `count` pieces for all blocks, as operation->fixed. */
psa_status_t lc_kdf_keep(libcrypto_key_derivation_operation_t *operation, const lc_bytes_t *pieces, size_t count);

/** Keeps an input for all blocks. */
psa_status_t lc_kdf_keep_input(libcrypto_key_derivation_operation_t *operation,
                               const psa_crypto_driver_key_derivation_inputs_t *inputs, psa_key_derivation_step_t step);

/** A number of 32 bits, big-endian. */
void lc_put32(uint8_t out[4], uint32_t value);

#endif
