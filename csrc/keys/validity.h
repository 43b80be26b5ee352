/** @file
 * What a key can be: attributes for creation, sizes of types, lengths of formats.
 */
#ifndef PSAB_KEYS_VALIDITY_H
#define PSAB_KEYS_VALIDITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <psa/crypto.h>

/** All usage flags of the API. */
#define PSAB_KNOWN_USAGE                                                                                               \
    (PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_COPY | PSA_KEY_USAGE_CACHE | PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT | \
     PSA_KEY_USAGE_SIGN_MESSAGE | PSA_KEY_USAGE_VERIFY_MESSAGE | PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH | \
     PSA_KEY_USAGE_DERIVE | PSA_KEY_USAGE_VERIFY_DERIVATION | PSA_KEY_USAGE_DERIVE_PUBLIC | PSA_KEY_USAGE_WRAP |       \
     PSA_KEY_USAGE_UNWRAP)

/** The longest key that the library keeps itself, in bits. */
#define PSAB_KEY_BITS_MAX (8u * 65535u)

/** Check lifetime, identifier, usage flags, policy algorithm and that there is a type.
 *
 * @param attributes  for a new key; whether a driver serves the location is not checked
 * @param reason      receives a sentence if they are refused
 *
 * @return INVALID_ARGUMENT; NOT_SUPPORTED for a persistence level that local keys do not have,
 *         or for a size above what the library handles (sections 9.6, 9.7, 9.9.1)
 */
psa_status_t psab_attributes_check(const psab_attributes_t *attributes, const char **reason);

/** Check the size of an unstructured key, which the core validates itself.
 *
 * @param type  of the key
 * @param bits  its size
 * @param alg   its permitted algorithm: keys for XTS have twice the size
 *
 * @return INVALID_ARGUMENT for a size the type does not have, NOT_SUPPORTED for an unknown type
 *         (section 9.3)
 */
psa_status_t psab_key_size_check(psa_key_type_t type, size_t bits, psa_algorithm_t alg);

/** The exact length of a key in export format, in bytes; 0 where it is not fixed by the size. */
size_t psab_key_length(psa_key_type_t type, size_t bits);

/** The most bytes a key of this size has in export format; 0 if the type is unknown. */
size_t psab_key_length_max(psa_key_type_t type, size_t bits);

/** The size that data in export format tells, in bits.
 *
 * @param type    of the key
 * @param data    the key
 * @param length  in bytes
 *
 * @return 0 where the data does not tell it, or is malformed
 */
size_t psab_key_bits(psa_key_type_t type, const uint8_t *data, size_t length);

/** The largest size of a key that takes at most `length` bytes in export format; 0 if there is none. */
size_t psab_key_bits_most(psa_key_type_t type, size_t length);

/** The sizes that a key of a type can have, in turn.
 *
 * Where any number of bytes can be a key: those up to 1024 bits, and the largest.
 *
 * @param type  of the key
 * @param alg   its permitted algorithm, as psab_key_size_check() takes it
 * @param bits  the size before; 0 to begin
 *
 * @return 0 after the last
 */
size_t psab_key_bits_next(psa_key_type_t type, psa_algorithm_t alg, size_t bits);

#endif
