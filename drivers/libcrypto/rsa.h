/** @file
 * RSA keys of this driver: their DER form, and libcrypto's object for them.
 */
#ifndef LIBCRYPTO_RSA_H
#define LIBCRYPTO_RSA_H

#include "internal.h"

#include <openssl/bn.h>
#include <openssl/evp.h>

/** Modulus sizes that this driver works with, in bits; below GENERATE_MIN it does not make keys. */
#define LC_RSA_BITS_MIN 512
#define LC_RSA_BITS_GENERATE_MIN 1024
#define LC_RSA_BITS_MAX 16384

/** The longest public exponent that a key is made with, in bytes (SP 800-56B, 6.2). */
#define LC_RSA_EXPONENT_MAX 32

/** The numbers of a key, in the order of RSAPrivateKey without the version. */
enum { LC_RSA_N, LC_RSA_E, LC_RSA_D, LC_RSA_P, LC_RSA_Q, LC_RSA_DP, LC_RSA_DQ, LC_RSA_QINV, LC_RSA_NUMBERS };

/** The numbers as they lie in the DER data: big-endian, without leading zeros. */
typedef struct {
    lc_bytes_t number[LC_RSA_NUMBERS];
    size_t count; /**< 2: public key; LC_RSA_NUMBERS: key pair */
} lc_rsa_parts_t;

/** Reads RSAPrivateKey or RSAPublicKey (RFC 8017, A.1), strict DER to the last byte.
 *
 * @return false for anything else, for a number that is negative or zero, and for another version than 0
 */
bool lc_rsa_parse(lc_bytes_t der, bool pair, lc_rsa_parts_t *parts);

/** Writes RSAPrivateKey or RSAPublicKey; BUFFER_TOO_SMALL if it does not fit. */
psa_status_t lc_rsa_format(const lc_rsa_parts_t *parts, lc_output_t out);

/** Bits of a number. */
size_t lc_rsa_bits(lc_bytes_t number);

/** libcrypto's object for a key in DER form, which the caller frees. */
psa_status_t lc_rsa_object(const lc_key_t *key, EVP_PKEY **pkey);

psa_status_t lc_rsa_import(const lc_key_t *key, lc_output_t out, size_t *bits);
psa_status_t lc_rsa_generate(const lc_key_t *key, lc_output_t out);

/** Makes a key pair with another public exponent than 65537.
 *
 * @param exponent  little-endian; none: 65537
 *
 * @return INVALID_ARGUMENT if it is even or 1; NOT_SUPPORTED if it is longer than LC_RSA_EXPONENT_MAX
 */
psa_status_t lc_rsa_generate_with(const lc_key_t *key, lc_bytes_t exponent, lc_output_t out);

psa_status_t lc_rsa_export_public(const lc_key_t *key, lc_output_t out);

#endif
