/** @file
 * Signature schemes of this driver; each is one row of the table in sign.c.
 */
#ifndef LIBCRYPTO_SIGN_H
#define LIBCRYPTO_SIGN_H

#include "hash.h"
#include "internal.h"

/** What is to be signed or verified: a hash or a message, with the algorithm asked for. */
typedef struct {
    const lc_key_t *key;
    psa_algorithm_t alg;
    const lc_hash_t *hash; /**< row of the algorithm's hash; null if it has none */
    lc_bytes_t input;
    lc_bytes_t context; /**< empty for schemes without one */
} lc_sign_request_t;

/** Signs: PSA_SUCCESS and the signature, or a status of psa_sign_hash() or psa_sign_message(). */
typedef psa_status_t (*lc_sign_t)(const lc_sign_request_t *request, lc_output_t signature);

/** Verifies: PSA_SUCCESS, INVALID_SIGNATURE, or another status of psa_verify_hash(). */
typedef psa_status_t (*lc_verify_t)(const lc_sign_request_t *request, lc_bytes_t signature);

psa_status_t lc_ecdsa_sign(const lc_sign_request_t *request, lc_output_t signature);
psa_status_t lc_ecdsa_sign_deterministic(const lc_sign_request_t *request, lc_output_t signature);
psa_status_t lc_ecdsa_verify(const lc_sign_request_t *request, lc_bytes_t signature);

psa_status_t lc_eddsa_sign(const lc_sign_request_t *request, lc_output_t signature);
psa_status_t lc_eddsa_verify(const lc_sign_request_t *request, lc_bytes_t signature);

/** Ed25519ctx, Ed25519ph, Ed448 and Ed448ph, with a context of up to 255 bytes; the input of the variants
 * of a hash is the hash. */
psa_status_t lc_eddsa_domain_sign(const lc_sign_request_t *request, lc_output_t signature);
psa_status_t lc_eddsa_domain_verify(const lc_sign_request_t *request, lc_bytes_t signature);

psa_status_t lc_rsa_pkcs1_sign(const lc_sign_request_t *request, lc_output_t signature);
psa_status_t lc_rsa_pkcs1_verify(const lc_sign_request_t *request, lc_bytes_t signature);
psa_status_t lc_rsa_pss_sign(const lc_sign_request_t *request, lc_output_t signature);
psa_status_t lc_rsa_pss_verify(const lc_sign_request_t *request, lc_bytes_t signature);

#endif
