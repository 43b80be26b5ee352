/** @file
 * Keys as the API sees them: what the files of key management share, and what others need.
 */
#ifndef PSAB_API_KEYS_H
#define PSAB_API_KEYS_H

#include "api/instance.h"
#include "util/buffer.h"

/** What the store asks of this layer: built-in keys, and telling drivers of destroyed keys. */
psab_store_hooks_t psab_key_hooks(psab_core_t *core);

/** The public key of an asymmetric key, in export format.
 *
 * A key pair is asked of its driver; a public key is copied, or asked of the driver that holds it.
 *
 * @param core    the instance
 * @param key     acquired
 * @param data    receives the key
 * @param size    in bytes; PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE() of the key is always enough, and
 *                less is as long as the key itself fits
 * @param length  receives its length; 0 after a failure
 *
 * @return INVALID_ARGUMENT if the key is not asymmetric, BUFFER_TOO_SMALL, NOT_SUPPORTED
 *         (psa_export_public_key, section 9.9.3)
 */
psa_status_t psab_public_key(psab_core_t *core, psab_key_t *key, uint8_t *data, size_t size, size_t *length);

/** A key in export format, without regard to its policy.
 *
 * @param core    the instance
 * @param key     acquired
 * @param data    receives the key
 * @param size    in bytes
 * @param length  receives its length; 0 after a failure
 *
 * @return BUFFER_TOO_SMALL, NOT_SUPPORTED where its location cannot export it
 */
psa_status_t psab_key_material(psab_core_t *core, psab_key_t *key, uint8_t *data, size_t size, size_t *length);

/** Create a key from data in export format; what psa_import_key() and copies across locations do.
 *
 * @param core        the instance
 * @param attributes  checked by psab_creation_check()
 * @param data        the key
 * @param length      in bytes
 * @param id          receives the identifier
 */
psa_status_t psab_create_from_data(psab_core_t *core, const psab_attributes_t *attributes, const uint8_t *data,
                                   size_t length, psa_key_id_t *id);

/** Begin to create a key: what has to be there is, and the identifier is null until the end.
 *
 * @param core        the instance
 * @param attributes  of the new key; not looked into
 * @param id          where its identifier goes
 *
 * @return BAD_STATE before psa_crypto_init(); INVALID_ARGUMENT for a null pointer
 */
psa_status_t psab_creation_begin(psab_core_t *core, const psab_attributes_t *attributes, psa_key_id_t *id);

/** psab_attributes_check(), and that the location exists: INVALID_ARGUMENT if no driver has it. */
psa_status_t psab_creation_check(psab_core_t *core, const psab_attributes_t *attributes);

/** Whether a key of these type and size can be generated or derived at all.
 *
 * @return INVALID_ARGUMENT for a size that the type does not have, 0 included, and for public keys;
 *         NOT_SUPPORTED for types and sizes that are not known here
 */
psa_status_t psab_generation_check(const psab_attributes_t *attributes);

/** Judge production parameters.
 *
 * @param type        of the key
 * @param custom      the parameters
 * @param data        with them
 * @param size        of it, in bytes
 * @param is_default  receives whether they ask for nothing special
 *
 * @return INVALID_ARGUMENT for what the type does not have
 */
psa_status_t psab_custom_check(psa_key_type_t type, const psab_custom_t *custom, const uint8_t *data, size_t size,
                               bool *is_default);

/* Keys in cryptoprocessors */

/** Give a new key at a driver's location room for its context, and let the driver allocate it.
 *
 * @param core   the instance
 * @param key    from psab_key_begin()
 * @param bits   size of the key, or the largest that it can turn out to have; 0 if nothing is known of it
 * @param saved  receives the context as it is now; to be given to psab_opaque_made() in any case
 *
 * @return what allocate_key returned; SUCCESS if the driver has none
 */
psa_status_t psab_opaque_prepare(psab_core_t *core, psab_key_t *key, size_t bits, psab_scratch_t *saved);

/** After the entry point that made the key: cut its context to what was written.
 *
 * After a failure, the context is again what it was, so that the driver can destroy the key.
 *
 * @param key     the key
 * @param saved   from psab_opaque_prepare()
 * @param status  of the entry point
 * @param length  that it gave
 */
void psab_opaque_made(psab_key_t *key, psab_scratch_t *saved, psa_status_t status, size_t length);

/** Say why psab_key_begin() made no key.
 *
 * @param core    the instance
 * @param status  from psab_key_begin()
 *
 * @return status
 */
PSAB_COLD psa_status_t psab_refuse_new(psab_core_t *core, psa_status_t status);

/** End the creation of any key: commit after a success, else give up. Returns `status` or what failed.
 *
 * @param core    the instance
 * @param key     from psab_key_begin()
 * @param status  of what filled in its data
 * @param id      receives the identifier, PSA_KEY_ID_NULL after a failure
 */
psa_status_t psab_creation_end(psab_core_t *core, psab_key_t *key, psa_status_t status, psa_key_id_t *id);

/** Fill a key context with what no driver writes, to see afterwards whether it was written. */
void psab_context_mark(uint8_t *data, size_t size);

/** Whether a key context is as psab_context_mark() left it; one of less than 4 bytes is taken to be written. */
bool psab_context_marked(const uint8_t *data, size_t length);

/** Judge the guard behind the context of a key that is being made, see util/guard.h.
 *
 * @return `status`, or CORRUPTION_DETECTED if the driver wrote past the end
 */
psa_status_t psab_context_judge(const psab_candidate_t *candidate, int32_t entry_point, psa_status_t status,
                                const uint8_t *data, size_t size);

/** psab_output() of an entry point that makes a key.
 *
 * @param attributes  of the key, with the location at which it was made
 * @param data        the key in export format, or a context from psab_opaque_reserve()
 *
 * @return also CORRUPTION_DETECTED for a key of another length than its format has, and for a context that is empty
 *         in spite of its room or was not written
 */
psa_status_t psab_key_output(const psab_candidate_t *candidate, int32_t entry_point, psa_status_t status,
                             const psab_attributes_t *attributes, uint8_t *data, size_t size, size_t *length);

/** Give a new key at a driver's location room for its context; psab_opaque_prepare() without allocating. */
psa_status_t psab_opaque_reserve(psab_core_t *core, psab_key_t *key, size_t bits);

/* Keys that a driver makes while it does something else: unwrap, encapsulate, decapsulate. */

/** Calls the driver that makes a key.
 *
 * @param request     of the caller
 * @param attributes  of the key, with the location at which the driver is to make it
 * @param data        receives the key in export format, or its context at the driver's location
 * @param size        in bytes
 * @param length      receives the length of what was written
 * @param bits        size of the key: in, as asked for, 0 if open; out, what the driver tells, if it does
 *
 * @return the status of the driver, outputs judged
 */
typedef psa_status_t (*psab_make_key_t)(void *request, const psab_attributes_t *attributes, uint8_t *data, size_t size,
                                        size_t *length, size_t *bits);

/** Create a key through a driver that works with another one.
 *
 * Where the new key is to be at that driver's location, the driver makes its context; else it
 * makes the key itself, which is then imported.
 *
 * @param core        the instance
 * @param attributes  checked by psab_creation_check()
 * @param location    of the key that the driver works with
 * @param most        the most bytes that the new key can have in export format
 * @param make        calls the driver
 * @param request     for it
 * @param id          receives the identifier, PSA_KEY_ID_NULL after a failure
 */
psa_status_t psab_create_through(psab_core_t *core, const psab_attributes_t *attributes, psa_key_location_t location,
                                 size_t most, psab_make_key_t make, void *request, psa_key_id_t *id);

/* Calls of drivers: one function per request. Output lengths are judged, failures leave the output wiped. */

/** What an import tells. */
typedef struct psab_imported {
    size_t length; /**< of the key, in bytes */
    size_t bits;   /**< its size */
} psab_imported_t;

/** Import through a driver.
 *
 * @param core      the instance
 * @param key       with attributes, whose size may be 0, and with room for the result
 * @param data      the key in export format
 * @param length    in bytes
 * @param bits      size of the key as far as the core knows it, for choosing the driver
 * @param imported  receives what the driver told
 */
psa_status_t psab_driver_import(psab_core_t *core, const psab_key_t *key, const uint8_t *data, size_t length,
                                size_t bits, psab_imported_t *imported);

/** Whether any driver has an entry point to generate a key with, with parameters if they are `custom`. */
bool psab_driver_generates(psab_core_t *core, const psab_key_t *key, bool custom);

/** Generate through a driver.
 *
 * @param core    the instance
 * @param key     with attributes and room for the result
 * @param custom  production parameters; null for the defaults
 * @param data    of the production parameters
 * @param size    in bytes
 * @param length  receives the length of the key or of its context, in bytes
 */
psa_status_t psab_driver_generate(psab_core_t *core, const psab_key_t *key, const psab_custom_t *custom,
                                  const uint8_t *data, size_t size, size_t *length);

#endif
