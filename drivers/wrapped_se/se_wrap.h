/** @file
 * The wrapped form of a key: what the core stores for the element.
 *
 *     mark (4)  type (2)  bits (4)  zero (2)  nonce (16)  public key (65, key pairs only)
 *     encrypted key  tag (16)
 *
 * Numbers are big-endian.  The key is encrypted with HMAC-SHA-256 in counter mode over the nonce; the
 * tag is HMAC-SHA-256, cut to 16 bytes, over everything before it.  Both keys are derived from the
 * device key.
 */
#ifndef SE_WRAP_H
#define SE_WRAP_H

#include "wrapped_se.h"

#define SE_KEY_MAX WRAPPED_SE_HMAC_KEY_MAX
#define SE_PUBLIC_SIZE 65

/** A key in the clear, as it exists only while an entry point runs. */
typedef struct {
    psa_key_type_t type;
    size_t bits;
    size_t size; /**< bytes of data */
    uint8_t data[SE_KEY_MAX];
    uint8_t public_key[SE_PUBLIC_SIZE]; /**< of a key pair */
} se_key_t;

/** Makes the device key if the element has none. */
psa_status_t se_provision(void);

/** Wraps a key with a fresh nonce. */
psa_status_t se_wrap(const se_key_t *key, uint8_t *blob, size_t blob_size, size_t *blob_length);

/** Unwraps a key that these attributes describe. On failure nothing of it is left in `key`. */
psa_status_t se_unwrap(const psa_key_attributes_t *attributes, const uint8_t *blob, size_t blob_length, se_key_t *key);

/** Wipes a key. */
void se_forget(se_key_t *key);

/** Bytes of the key material of a type and size; 0 if the element does not do such keys. */
size_t se_key_size(psa_key_type_t type, size_t bits);

#define SE_PAIR PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)

#endif
