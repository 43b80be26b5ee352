/** @file
 * Which driver a thread is inside of.
 *
 * Every call of an entry point happens between psab_enter() and psab_leave() (call.h), which keep
 * a stack of frames per thread.  The core's services read its top: it is how they know the core
 * that a driver was called by, and how deep calls are nested.
 */
#ifndef PSAB_DISPATCH_FRAME_H
#define PSAB_DISPATCH_FRAME_H

#include "psab/drivers.h"

/** Counters are spread over so many cache lines; all but the first are of one thread each. */
#define PSAB_COUNT_STRIPES 64u

struct psab_candidate;
struct psab_key; /* known to api/ alone */

/** Deeper calls of drivers into the core and back are a loop: they are answered with BAD_STATE. */
#define PSAB_DEPTH_MOST 16u

/** One entry of a driver, in automatic storage of the caller. */
typedef struct psab_frame {
    struct psab_frame *outer;
    psab_core_t *core;
    const struct psab_candidate *candidate;
    struct psab_key *key; /**< of the store, that the entry point got first; null: none */
    const uint8_t *guard; /**< behind the context that the entry point got, see util/guard.h; null: none */
    uint32_t report;      /**< psab_report_code_t of what the driver's adapter reported during the call; 0: nothing */
} psab_frame_t;

/** What dispatch keeps per thread. */
typedef struct psab_dispatch_thread {
    psab_frame_t *top;
    uint32_t number; /**< of the thread, from 1; 0: not numbered yet */
    uint32_t stripe; /**< of the counters, this thread's own; 0: the one that is shared by those without */
} psab_dispatch_thread_t;

/* Static thread storage: an access is one instruction, also in a shared library. */
extern _Thread_local psab_dispatch_thread_t psab_dispatch_thread __attribute__((tls_model("initial-exec")));

/** Give the calling thread its number and, while there are any, a stripe of its own. */
void psab_number_thread(void);

/** How deep calls are nested on this thread: 1 in a call that the application made, 0 outside. */
static inline uint32_t psab_depth(void) {
    uint32_t depth = 0;
    for (const psab_frame_t *frame = psab_dispatch_thread.top; frame != NULL; frame = frame->outer) {
        depth++;
    }
    return depth;
}

#endif
