/** @file
 * SPAKE2+ of this driver: what its files share.
 */
#ifndef LIBCRYPTO_SPAKE2P_H
#define LIBCRYPTO_SPAKE2P_H

#include "pake.h"

/** What both sides know at the end; all points are encoded. */
typedef struct {
    psa_algorithm_t alg;
    const lc_hash_t *hash;
    lc_bytes_t context; /**< without data if there is none, which is another thing than an empty one */
    lc_bytes_t prover;
    lc_bytes_t verifier;
    lc_bytes_t m, n;
    lc_bytes_t share_p, share_v;
    lc_bytes_t z, v;
    lc_bytes_t w0; /**< big-endian, as long as the order */
} lc_spake2p_transcript_t;

/** What follows from a transcript. */
typedef struct {
    uint8_t confirm_p[LC_HASH_MAX];
    uint8_t confirm_v[LC_HASH_MAX];
    uint8_t shared[LC_HASH_MAX];
    size_t confirm_size;
    size_t shared_size;
} lc_spake2p_keys_t;

/** The key schedule (RFC 9383, section 3.4; for Matter, that of draft 02). */
psa_status_t lc_spake2p_schedule(const lc_spake2p_transcript_t *transcript, lc_spake2p_keys_t *keys);

/** M and N of a curve (RFC 9383, section 4). */
typedef struct {
    lc_element_t element[2];
} lc_spake2p_fixed_t;

/** M and N; made once and shared.
 *
 * @return PSA_SUCCESS, NOT_SUPPORTED if SPAKE2+ is not defined for the curve, or INSUFFICIENT_MEMORY
 */
psa_status_t lc_spake2p_fixed(const lc_group_t *group, psa_ecc_family_t family, size_t bits,
                              const lc_spake2p_fixed_t **fixed);

/** Takes a key apart.
 *
 * @param group  of the key's curve
 * @param key    a key pair or a public key
 * @param w0     receives w0
 * @param w1     receives w1 of a key pair; null if it is not wanted
 * @param l      receives L; null if it is not wanted
 *
 * @return PSA_SUCCESS, INVALID_ARGUMENT for data that is no such key, or INSUFFICIENT_MEMORY
 */
psa_status_t lc_spake2p_read(const lc_group_t *group, const lc_key_t *key, lc_scalar_t *w0, lc_scalar_t *w1,
                             EC_POINT *l, BN_CTX *scratch);

psa_status_t lc_spake2p_import(const lc_key_t *key, lc_output_t out, size_t *bits);
psa_status_t lc_spake2p_export_public(const lc_key_t *key, lc_output_t out);

#endif
