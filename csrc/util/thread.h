/** @file
 * What the library keeps per thread: which keys it is using, and its latest failure.
 *
 * Keys are protected by hazard pointers.  A thread that is about to use a key writes the
 * address of the slot into its record and then looks whether the slot still holds that key;
 * a thread that destroys a key first takes its identifier out of the slot and then looks
 * through all records.  Each side writes, then reads what the other writes, so between the
 * two there must be a full fence on both sides.
 *
 * - While one thread only has a record, its own accesses are in order and it needs no fence.
 *   When a second record is made, `psab_fences` changes for good, and one membarrier makes
 *   sure that the first thread takes notice.
 * - Giving a key back needs a fence only for the benefit of a thread that has just found the key in
 *   use.  Where membarrier exists, that thread pays for both.
 *
 * The thread sanitizer knows neither fences nor membarrier; for it, the accesses themselves
 * are sequentially consistent.
 */
#ifndef PSAB_UTIL_THREAD_H
#define PSAB_UTIL_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psab/core.h"
#include "util/compiler.h"

/** How many keys one thread can use at a time, calls from drivers included. */
#define PSAB_HAZARDS 32u

/** The record of a thread; reused after the thread has ended, never freed. */
typedef struct psab_thread {
    _Alignas(64) _Atomic(const void *) hazards[PSAB_HAZARDS];
    _Atomic uint32_t used; /**< no hazard is set at this position or after it */
    _Atomic bool owned;
    struct psab_thread *next;
    psab_failure_t failure;
} psab_thread_t;

#define PSAB_FENCE_ACQUIRE 1u /**< protecting a key needs a fence */
#define PSAB_FENCE_RELEASE 2u /**< giving one back does too */

/** Which of the fences are needed now; only ever grows. */
extern _Atomic uint32_t psab_fences;

/* Static thread storage: reading it is one instruction, also in a shared library. */
extern _Thread_local psab_thread_t *psab_thread_self __attribute__((tls_model("initial-exec")));

/** Give the calling thread a record; null if memory is short. */
psab_thread_t *psab_thread_attach(void);

/** The record of the calling thread; null if memory is short. */
static inline psab_thread_t *psab_thread(void) {
    psab_thread_t *thread = psab_thread_self;
    return PSAB_LIKELY(thread != NULL) ? thread : psab_thread_attach();
}

/** Announce that this thread is about to use something.
 *
 * What is read after this call was not given up before it without psab_hazard_held() seeing it.
 *
 * @param thread  the record of the calling thread
 * @param what    the address
 *
 * @return false if the thread uses PSAB_HAZARDS things already
 */
static PSAB_HOT bool psab_hazard_set(psab_thread_t *thread, const void *what) {
    uint32_t position = atomic_load_explicit(&thread->used, memory_order_relaxed);
    if (PSAB_UNLIKELY(position == PSAB_HAZARDS)) {
        return false;
    }
    atomic_store_explicit(&thread->used, position + 1, memory_order_relaxed);
#if PSAB_THREAD_SANITIZER
    atomic_store(&thread->hazards[position], what);
#else
    atomic_store_explicit(&thread->hazards[position], what, memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
    if (PSAB_UNLIKELY((atomic_load_explicit(&psab_fences, memory_order_relaxed) & PSAB_FENCE_ACQUIRE) != 0)) {
        atomic_thread_fence(memory_order_seq_cst);
    }
    atomic_signal_fence(memory_order_seq_cst);
#endif
    return true;
}

/** Take back one announcement.
 *
 * What is read after this call is at least as new as what a psab_hazards_settle() of another
 * thread made sure of.
 *
 * @param thread  the record of the calling thread
 * @param what    the address; it must have been set
 */
static PSAB_HOT void psab_hazard_clear(psab_thread_t *thread, const void *what) {
    uint32_t used = atomic_load_explicit(&thread->used, memory_order_relaxed);
    uint32_t position = used - 1;
    /* Nearly always the latest one. */
    while (PSAB_UNLIKELY(atomic_load_explicit(&thread->hazards[position], memory_order_relaxed) != what)) {
        position--;
    }
#if PSAB_THREAD_SANITIZER
    atomic_store(&thread->hazards[position], NULL);
#else
    atomic_store_explicit(&thread->hazards[position], NULL, memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
    if (PSAB_UNLIKELY((atomic_load_explicit(&psab_fences, memory_order_relaxed) & PSAB_FENCE_RELEASE) != 0)) {
        atomic_thread_fence(memory_order_seq_cst);
    }
    atomic_signal_fence(memory_order_seq_cst);
#endif
    if (PSAB_LIKELY(position + 1 == used)) {
        /* It, and those before it that were taken back already. */
        do {
            used--;
        } while (used > 0 && atomic_load_explicit(&thread->hazards[used - 1], memory_order_relaxed) == NULL);
        atomic_store_explicit(&thread->used, used, memory_order_relaxed);
    }
}

/** Whether any thread has announced that it uses something.
 *
 * The caller must have made it impossible to start using it before the call.
 */
bool psab_hazard_held(const void *what);

/** Make every thread see what the caller wrote before, as if each had just executed a fence.
 *
 * For the rare case that psab_hazard_held() returned true: see psab_hazard_clear().
 */
void psab_hazards_settle(void);

/** Remember a failure for psab_last_failure().
 *
 * @param status       what is returned to the caller
 * @param driver       name of the driver whose status it is; null: the core's own
 * @param entry_point  of the driver call; -1: none
 * @param report       psab_report_code_t; 0: none
 * @param detail       one sentence; may be null
 *
 * @return status
 */
psab_status_t psab_fail(psab_status_t status, const char *driver, int32_t entry_point, int32_t report,
                        const char *detail);

#endif
