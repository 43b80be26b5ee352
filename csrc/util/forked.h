/** @file
 * Locks that a forked process finds free, with what they guard as it was between two changes.
 *
 * The thread that forks takes every lock first, in the order of their levels, and both processes give them back.  A
 * thread takes a lock of a higher level while it has one of a lower level, never the other way round, nor two of one
 * level; and no function of a driver runs while one is held.
 */
#ifndef PSAB_UTIL_FORKED_H
#define PSAB_UTIL_FORKED_H

#include <pthread.h>
#include <stdint.h>

typedef enum psab_lock_level {
    PSAB_LEVEL_STORE,
    PSAB_LEVEL_REGISTRY,
    PSAB_LEVEL_PREPARED,
    PSAB_LEVEL_OPERATIONS,
    PSAB_LEVEL_TRACE,
    PSAB_LEVEL_STORAGE
} psab_lock_level_t;

/** A lock that is known here; a member of what it guards. */
typedef struct psab_forked {
    struct psab_forked *next;
    pthread_mutex_t *lock; /**< null: only the function is called */
    psab_lock_level_t level;
    void (*in_child)(void *of); /**< called in the child, where only the thread that forked exists; null: nothing */
    void *of;
} psab_forked_t;

/** Make a lock known. It is initialised, and free. */
void psab_forked_add(psab_forked_t *entry);

/** Forget a lock that is about to be destroyed. It must be known. */
void psab_forked_remove(psab_forked_t *entry);

#endif
