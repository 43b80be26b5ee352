/** @file
 * Elliptic curve keys of this driver: curves, keys as libcrypto objects.
 */
#ifndef LIBCRYPTO_ECC_H
#define LIBCRYPTO_ECC_H

#include "internal.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

/** How the keys of a curve look and what they do. */
typedef enum { LC_WEIERSTRASS, LC_MONTGOMERY, LC_EDWARDS } lc_shape_t;

/** One curve. */
typedef struct {
    psa_ecc_family_t family;
    lc_shape_t shape;
    uint16_t bits;
    int nid;          /**< Weierstrass: libcrypto's number */
    const char *name; /**< others: libcrypto's name of the key type */
} lc_curve_t;

/** Bytes of the largest private key, public key and group order. */
#define LC_ECC_PRIVATE_MAX 72
#define LC_ECC_PUBLIC_MAX (1 + 2 * LC_ECC_PRIVATE_MAX)

/** Bytes of a private key, and of a coordinate. */
size_t lc_curve_private_size(const lc_curve_t *curve);

/** Bytes of a public key. */
size_t lc_curve_public_size(const lc_curve_t *curve);

/** The curve of a key type and size; null if this driver does not know it. */
const lc_curve_t *lc_curve_find(psa_key_type_t type, size_t bits);

/** The curve of a key type whose key data has `size` bytes; null if none, or more than one. */
const lc_curve_t *lc_curve_of_size(psa_key_type_t type, size_t size);

/** Whether the driver knows a curve of the family. */
bool lc_curve_family_known(psa_key_type_t type);

/** The group of a Weierstrass curve, made once and shared; null if this libcrypto lacks it. */
const EC_GROUP *lc_curve_group(const lc_curve_t *curve);

/** The order of the group, big-endian.
 *
 * @param order  room for LC_ECC_PRIVATE_MAX bytes
 * @return bytes written; 0 on failure
 */
size_t lc_curve_order(const EC_GROUP *group, uint8_t *order);

/** A libcrypto key of a Weierstrass curve, for cofactor key agreement; it may be shared, and must not be changed.
 *
 * From a key pair it holds the private value only, unless `want_public`.
 *
 * @return PSA_SUCCESS, and a key that the caller frees; INVALID_ARGUMENT for data that is no
 *         key of the curve; NOT_SUPPORTED if this libcrypto lacks the curve
 */
psa_status_t lc_ec_key(const lc_curve_t *curve, const lc_key_t *key, bool want_public, EC_KEY **ec);

/** A libcrypto key of a Montgomery or twisted Edwards curve; statuses as lc_ec_key. */
psa_status_t lc_ecx_key(const lc_curve_t *curve, const lc_key_t *key, EVP_PKEY **pkey);

/** Clamps a Montgomery private key (RFC 7748, section 5). */
void lc_montgomery_clamp(const lc_curve_t *curve, uint8_t *scalar);

/** Whether `data` encodes a point of a twisted Edwards curve (RFC 8032, 5.1.3 and 5.2.3).
 *
 * @return PSA_SUCCESS, INVALID_ARGUMENT, or INSUFFICIENT_MEMORY
 */
psa_status_t lc_edwards_check(const lc_curve_t *curve, const uint8_t *data);

psa_status_t lc_ecc_import(const lc_key_t *key, lc_output_t out, size_t *bits);
psa_status_t lc_ecc_generate(const lc_key_t *key, lc_output_t out);
psa_status_t lc_ecc_export_public(const lc_key_t *key, lc_output_t out);
psa_status_t lc_ecdh(const lc_key_t *key, lc_bytes_t peer, lc_output_t out);

#endif
