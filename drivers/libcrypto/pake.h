/** @file
 * PAKE of this driver: groups, what the protocols are given, and the protocols.
 */
#ifndef LIBCRYPTO_PAKE_H
#define LIBCRYPTO_PAKE_H

#include "hash.h"
#include "scalar.h"
#include "twisted.h"

/* Groups */

/** A group of prime order, written additively: a curve of libcrypto, or one in the form of twisted.h. */
typedef struct {
    const EC_GROUP *group;
    const lc_twisted_t *twisted; /**< null for a Weierstrass curve */
    size_t element_size;         /**< bytes of an element, in the format of public keys */
    size_t scalar_size;          /**< bytes of a scalar in the format of private keys */
    lc_order_t order;
} lc_group_t;

/** An element and its encoding. */
typedef struct {
    EC_POINT *point; /**< null: the base point */
    uint8_t data[LC_ECC_PUBLIC_MAX];
} lc_element_t;

/** The group of a curve; NOT_SUPPORTED if this driver or this libcrypto lacks it. */
psa_status_t lc_group_find(psa_ecc_family_t family, size_t bits, lc_group_t *group);

/** Decodes an element: it must be in the group of prime order, and not neutral.
 *
 * @return PSA_SUCCESS, INVALID_ARGUMENT, or INSUFFICIENT_MEMORY
 */
psa_status_t lc_group_decode(const lc_group_t *group, const uint8_t *data, size_t size, EC_POINT *element,
                             BN_CTX *scratch);

/** Encodes an element, which must not be neutral, into group->element_size bytes; false on failure. */
bool lc_group_encode(const lc_group_t *group, const EC_POINT *element, uint8_t *data);

/** Decodes an element, and keeps its encoding; as lc_group_decode(). */
psa_status_t lc_element_decode(const lc_group_t *group, lc_bytes_t data, lc_element_t *element, BN_CTX *scratch);

/** Encodes an element's point; as lc_group_encode(). */
bool lc_element_encode(const lc_group_t *group, lc_element_t *element);

/** r = k p, or k times the base point if `p` is null.  In a time that does not depend on k. */
bool lc_group_multiply(const lc_group_t *group, EC_POINT *r, const EC_POINT *p, const lc_scalar_t *k, BN_CTX *scratch);

/** r = h p with the cofactor h; r may be p. */
bool lc_group_clear_cofactor(const lc_group_t *group, EC_POINT *r, const EC_POINT *p, BN_CTX *scratch);

/** r = a - b */
bool lc_group_subtract(const lc_group_t *group, EC_POINT *r, const EC_POINT *a, const EC_POINT *b, BN_CTX *scratch);

/** Whether an element is neutral. */
bool lc_group_is_neutral(const lc_group_t *group, const EC_POINT *element);

/** A scalar that is not 0, drawn uniformly. */
psa_status_t lc_group_random(const lc_group_t *group, lc_scalar_t *k);

/** A scalar from group->scalar_size bytes in the format of private keys.
 *
 * @return PSA_SUCCESS, or INVALID_ARGUMENT if it is 0 or not less than the order
 */
psa_status_t lc_group_scalar(const lc_group_t *group, const uint8_t *data, lc_scalar_t *k);

/* Inputs */

/** A copy of an input, wiped when it is freed. */
typedef struct {
    uint8_t *data; /**< null if the input was not given */
    size_t size;
} lc_text_t;

typedef psa_status_t (*lc_text_length_t)(const psa_crypto_driver_pake_inputs_t *inputs, size_t *length);
typedef psa_status_t (*lc_text_bytes_t)(const psa_crypto_driver_pake_inputs_t *inputs, uint8_t *buffer, size_t size,
                                        size_t *length);

/** Copies an input.  One that was not given is no error. */
psa_status_t lc_text_get(const psa_crypto_driver_pake_inputs_t *inputs, lc_text_length_t length, lc_text_bytes_t bytes,
                         lc_text_t *text);

/** Wipes and frees. */
void lc_text_free(lc_text_t *text);

/* Protocols */

/** One protocol.  Its state is made by `setup`, which leaves nothing behind when it fails, and is ended by `drop`. */
typedef struct lc_pake_kind {
    bool (*serves)(psa_algorithm_t alg);
    psa_status_t (*setup)(const psa_crypto_driver_pake_inputs_t *inputs, const psa_pake_cipher_suite_t *suite,
                          void **state);
    psa_status_t (*output)(void *state, psa_crypto_driver_pake_step_t step, lc_output_t out);
    psa_status_t (*input)(void *state, psa_crypto_driver_pake_step_t step, lc_bytes_t in);
    psa_status_t (*secret)(void *state, lc_output_t out);
    void (*drop)(void *state);
} lc_pake_kind_t;

extern const lc_pake_kind_t lc_pake_jpake;
extern const lc_pake_kind_t lc_pake_spake2p;

#endif
