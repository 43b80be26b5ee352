/** @file
 * Core instances: each has its own keys, drivers, storage and operations.
 *
 * The standard functions psa_X() work on one default instance.  The same functions on an
 * explicit instance are psab_X(core, ...), in psab/api.h.
 */
#ifndef PSAB_CORE_H
#define PSAB_CORE_H

#include "abi.h"
#include "drivers.h" /* declares psab_core_t: C99 lets a type be declared once only */
#include "storage.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Make an instance.
 *
 * It has the linked-in drivers, storage in memory of its own, and must be initialised
 * (psab_crypto_init) before its keys can be used.
 *
 * @return the instance, or null if memory is short
 */
psab_core_t *psab_core_new(void);

/** Make an instance without the linked-in drivers: it has only what is registered with it. */
psab_core_t *psab_core_new_without_software(void);

/** Release an instance: its operations, its volatile keys and its drivers.
 *
 * Persistent keys stay in storage.  No other thread may be using the instance; null is fine.
 */
void psab_core_free(psab_core_t *core);

/** The instance behind the standard functions; made on first use, never released.
 *
 * @return the instance, or null if memory is short: every API function then returns BAD_STATE
 */
psab_core_t *psab_core_default(void);

/** Choose where persistent keys are kept.
 *
 * @param core     an instance that is not initialised yet
 * @param storage  copied; what it refers to must outlive the core
 *
 * @return BAD_STATE once the core is initialised, INVALID_ARGUMENT if a function is missing
 */
psab_status_t psab_core_set_storage(psab_core_t *core, const psab_storage_t *storage);

/** A key that exists in a cryptoprocessor without having been created through the API. */
typedef struct psab_builtin_key {
    uint32_t id;       /**< by which applications name it: 1..0x3fffffff or 0x7fff0000..0x7fffffff */
    uint32_t lifetime; /**< location of the driver, and the persistence asked for */
    uint64_t slot;     /**< which key of that driver */
} psab_builtin_key_t;

/** Say which key identifiers stand for built-in keys.
 *
 * @param core   an instance that is not initialised yet
 * @param keys   copied; replaces what was set before
 * @param count  how many
 *
 * @return BAD_STATE once the core is initialised, INVALID_ARGUMENT for an identifier that is out
 *         of range or listed twice or for a volatile or local lifetime, INSUFFICIENT_MEMORY
 */
psab_status_t psab_core_set_builtin_keys(psab_core_t *core, const psab_builtin_key_t *keys, size_t count);

/** Say how much prepared key material drivers may leave with the core: schedules, midstates, contexts,
 * key objects (psab/prepared.h).
 *
 * It makes repeated calls with a key faster, and is dropped with the key.  Beyond the limit,
 * that of keys not used lately is dropped.
 *
 * @param core  the instance; null is fine
 * @param most  how many forms, usually one per key and algorithm; 0: none.  4096 unless set
 */
void psab_core_limit_prepared(psab_core_t *core, size_t most);

/** How many forms of prepared key material there are now. */
size_t psab_core_prepared_count(psab_core_t *core);

/** The details of a failure, beyond its status. */
typedef struct psab_failure {
    psab_status_t status;
    int32_t entry_point; /**< psab_entry_point_t of the driver call that failed; -1: none */
    int32_t report;      /**< psab_report_code_t of what was noticed; 0: nothing */
    char driver[64];     /**< name of the driver whose status it is; "" if the core's own */
    char detail[192];    /**< one sentence, or "" */
} psab_failure_t;

/** What is known about the latest failure on this thread, in any core.
 *
 * It is meaningful directly after a function returned an error: a success does not clear it.
 *
 * @param failure  receives the details
 */
void psab_last_failure(psab_failure_t *failure);

#ifdef __cplusplus
}
#endif

#endif
