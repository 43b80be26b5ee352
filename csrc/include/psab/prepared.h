/** @file
 * Key material that a driver prepared for use: schedules, midstates, contexts, key objects.
 *
 * For drivers that are linked into the core, and for bundles compiled with these headers.  An
 * entry point that received a key asks whether something was prepared for it by an earlier
 * call, and else hands over what it made.  The core keeps that with the key, for this driver
 * alone, and drops it before the key is gone: when the key is destroyed or leaves memory, and
 * when too much is kept.  Nothing is kept for a key whose policy forbids copies.
 *
 * Two ways to use a form:
 * - shared: psab_prepared_find(), else make one and psab_prepared_publish() it.  Any number of
 *   threads use it at a time, so it must not change.
 * - alone: psab_prepared_take(), else make one; at the end psab_prepared_give().
 *
 * All functions are about the key of the call: the buffer and the size must be those that the
 * entry point received, else there is nothing and nothing is kept.  A form must have been
 * made from these bytes, the attributes of that key and `variant` alone.
 */
#ifndef PSAB_PREPARED_H
#define PSAB_PREPARED_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a form is: its address tells kinds of a driver apart. */
typedef struct psab_prepared_kind {
    /** Wipe and release a form. Called on any thread, perhaps outside of an entry point: it must
     * not use services of the core. */
    void (*drop)(void *form);
} psab_prepared_kind_t;

/** The shared form of a key.
 *
 * @param kind      of the form
 * @param key       the key buffer that the entry point received
 * @param key_size  in bytes, as received
 * @param variant   tells forms of one kind apart, such as for several algorithms
 *
 * @return the form, valid until the entry point returns; null if there is none
 */
void *psab_prepared_find(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant);

/** Hand over a form to be shared.
 *
 * @param form  from now on the core's, unless null is returned
 *
 * @return what to use until the entry point returns: `form`, or one that another thread
 *         published first, `form` being dropped; null if nothing is kept, `form` being still
 *         the caller's
 */
void *psab_prepared_publish(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant,
                            void *form);

/** Take a form that nobody else uses meanwhile.
 *
 * @return the form, the caller's until it is given back; null if there is none
 */
void *psab_prepared_take(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant);

/** Give a form back, or a new one, before the entry point returns. It is kept or dropped. */
void psab_prepared_give(const psab_prepared_kind_t *kind, const uint8_t *key, size_t key_size, uint32_t variant,
                        void *form);

#ifdef __cplusplus
}
#endif

#endif
