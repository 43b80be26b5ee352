/** @file
 * What drivers prepared for keys: the pool of one core.
 *
 * psab/prepared.h has the contract of drivers.  A key points to the list of its forms.  Forms
 * are added under the lock of the pool; finding one takes no lock.  That a list goes away is
 * safe because who reads it protects the key (util/thread.h): a list is freed when the key is,
 * or by the pool where it has too many and nobody uses the key.
 */
#ifndef PSAB_API_PREPARED_H
#define PSAB_API_PREPARED_H

#include <stdbool.h>
#include <stddef.h>

struct psab_key;
struct psab_prepared_pool;

/** So many forms are kept unless psab_core_limit_prepared() says otherwise. */
#define PSAB_PREPARED_MOST 4096u

/** A pool without forms; null if memory is short. */
struct psab_prepared_pool *psab_prepared_pool_new(void);

/** Free a pool whose keys are gone already. Null is allowed. */
void psab_prepared_pool_free(struct psab_prepared_pool *pool);

/** Drop everything that was prepared for a key that nobody uses; done when it returns. */
void psab_prepared_discard(struct psab_prepared_pool *pool, struct psab_key *key);

/** psab_core_limit_prepared() and psab_core_prepared_count(). */
void psab_prepared_limit(struct psab_prepared_pool *pool, size_t most);
size_t psab_prepared_count(struct psab_prepared_pool *pool);

#endif
