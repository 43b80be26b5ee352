/** @file
 * Finite field Diffie-Hellman keys of this driver: groups of RFC 7919 and RFC 3526.
 *
 * A private key is a number 0 < x < p, a public key g^x mod p, both as wide as the prime p.
 */
#ifndef LIBCRYPTO_DH_H
#define LIBCRYPTO_DH_H

#include "internal.h"

psa_status_t lc_dh_import(const lc_key_t *key, lc_output_t out, size_t *bits);
psa_status_t lc_dh_generate(const lc_key_t *key, lc_output_t out);

/** A private key from bytes that were derived: INSUFFICIENT_DATA if they are too large a number. */
psa_status_t lc_dh_derive(const lc_key_t *key, lc_bytes_t drawn, lc_output_t out);

psa_status_t lc_dh_export_public(const lc_key_t *key, lc_output_t out);

/** The shared secret, as wide as the prime; INVALID_ARGUMENT for a peer out of 1 < y < p - 1. */
psa_status_t lc_ffdh(const lc_key_t *key, lc_bytes_t peer, lc_output_t out);

#endif
