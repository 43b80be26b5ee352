/** @file
 * Calling the candidates of a route.
 *
 *     psab_status_t status;
 *     for (const psab_candidate_t *c = psab_first(route, &status); c != NULL; c = psab_next(c, status)) {
 *         psab_frame_t frame;
 *         psab_enter(&frame, core, c);
 *         status = psab_leave(&frame, PSAB_EP_..., c->ops....(c->context, ...));
 *     }
 *
 * After the loop, `status` is the answer: what the last driver asked said, NOT_SUPPORTED if
 * there was none, or BAD_STATE if drivers and core call each other without end.
 */
#ifndef PSAB_DISPATCH_CALL_H
#define PSAB_DISPATCH_CALL_H

#include <psa/error.h>

#include "dispatch/route.h"
#include "psab/calls.h"
#include "util/compiler.h"
#include "util/guard.h"

/** Whether this thread is in so many entry points that no other may be called; says so if it is. */
PSAB_COLD bool psab_too_deep(void);

/** The first candidate, and the status in case there is none; null then. */
static PSAB_HOT const psab_candidate_t *psab_first(const psab_route_t *route, psab_status_t *status) {
    *status = PSA_ERROR_NOT_SUPPORTED;
    if (PSAB_UNLIKELY(route == NULL)) {
        *status = PSA_ERROR_INSUFFICIENT_MEMORY;
        return NULL;
    }
    if (PSAB_UNLIKELY(psab_dispatch_thread.top != NULL) && psab_too_deep()) {
        *status = PSA_ERROR_BAD_STATE;
        return NULL;
    }
    return PSAB_LIKELY(route->count != 0) ? route->candidates : NULL;
}

/** Whether the first candidate can be asked without more ado: there is one, it serves with the first alternative
 * of the plan, and the call is not from inside of a driver. What else there is, psab_first() knows. */
static PSAB_HOT bool psab_first_is_plain(const psab_route_t *route) {
    return PSAB_LIKELY(route != NULL && psab_dispatch_thread.top == NULL && route->count != 0 &&
                       route->candidates[0].alternative == 0);
}

/** The candidate to ask after one that answered with `status`; null if that answer is final. */
static PSAB_HOT const psab_candidate_t *psab_next(const psab_candidate_t *candidate, psab_status_t status) {
    return PSAB_UNLIKELY(status == PSA_ERROR_NOT_SUPPORTED && candidate->passes) ? candidate + 1 : NULL;
}

/** The record of this thread.
 *
 * The linker may replace the addition in its address by an instruction that sets no flags; the null check of a
 * sanitizer must not rely on them.
 */
static PSAB_HOT psab_dispatch_thread_t *psab_this_thread(void) {
    psab_dispatch_thread_t *thread = &psab_dispatch_thread;
    __asm__("" : "+r"(thread));
    return thread;
}

/** Note that this thread is about to call an entry point of a candidate with a key of the store. */
static PSAB_HOT void psab_enter_with(psab_frame_t *frame, psab_core_t *core, const psab_candidate_t *candidate,
                                     struct psab_key *key) {
    psab_dispatch_thread_t *thread = psab_this_thread();
    frame->outer = thread->top;
    frame->core = core;
    frame->candidate = candidate;
    frame->key = key;
    frame->guard = NULL;
    frame->report = 0;
    thread->top = frame;
}

/** psab_enter_with() of an entry point without a key, or whose key is not of the store. */
static PSAB_HOT void psab_enter(psab_frame_t *frame, psab_core_t *core, const psab_candidate_t *candidate) {
    psab_enter_with(frame, core, candidate, NULL);
}

/** psab_count() of a thread that has no stripe, or none yet.  Not cold: with a cold function on either way out of
 * psab_leave(), gcc takes the whole call of the driver for something that never happens. */
__attribute__((noinline)) void psab_count_shared(_Atomic uint64_t *counter);

/** Add one to a counter in this thread's stripe of them. */
static PSAB_HOT void psab_count(_Atomic uint64_t *counter, uint32_t stripe) {
    if (PSAB_LIKELY(stripe != 0)) { /* nobody else writes to it */
        atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1, memory_order_relaxed);
    } else {
        psab_count_shared(counter);
    }
}

/** What psab_leave() does with any answer but success: judge, count, record the failure. */
PSAB_COLD psab_status_t psab_answer(const psab_frame_t *frame, int32_t entry_point, psab_status_t status,
                                    bool choosing);

/** The answer of a driver that wrote past the end of its context, whatever it returned: CORRUPTION_DETECTED. */
PSAB_COLD psab_status_t psab_overrun(psab_frame_t *frame, int32_t entry_point);

/** Whether the context of a call ends where it should; costs nothing where there is none. */
static PSAB_HOT bool psab_within(const psab_frame_t *frame, int32_t entry_point) {
    return !psab_takes_context(entry_point) || frame->guard == NULL || psab_guard_intact(frame->guard);
}

/** Note that the call is over, and count it.
 *
 * @param frame        of the psab_enter() before
 * @param entry_point  that was called
 * @param status       what it returned
 *
 * @return the status; GENERIC_ERROR in place of one that the entry point cannot have (psab_status_possible());
 *         CORRUPTION_DETECTED if the driver wrote past the end of its context
 */
static PSAB_HOT psab_status_t psab_leave(psab_frame_t *frame, int32_t entry_point, psab_status_t status) {
    psab_dispatch_thread_t *thread = psab_this_thread();
    thread->top = frame->outer;
    if (PSAB_UNLIKELY(!psab_within(frame, entry_point))) {
        return psab_overrun(frame, entry_point);
    }
    if (PSAB_LIKELY(status == PSA_SUCCESS)) {
        psab_count(&frame->candidate->driver->counts[thread->stripe].served, thread->stripe);
        return PSA_SUCCESS;
    }
    return psab_answer(frame, entry_point, status, true);
}

/** psab_leave() for a later entry point of an operation, whose driver was chosen before. */
static PSAB_HOT psab_status_t psab_leave_step(psab_frame_t *frame, int32_t entry_point, psab_status_t status) {
    psab_dispatch_thread_t *thread = psab_this_thread();
    thread->top = frame->outer;
    if (PSAB_UNLIKELY(!psab_within(frame, entry_point))) {
        return psab_overrun(frame, entry_point);
    }
    if (PSAB_LIKELY(status == PSA_SUCCESS)) {
        psab_count(&frame->candidate->driver->counts[thread->stripe].served, thread->stripe);
        return PSA_SUCCESS;
    }
    return psab_answer(frame, entry_point, status, false);
}

/** Record that a driver broke the interface, for psab_last_failure().
 *
 * @return `status`, which is what the caller gets to see
 */
psab_status_t psab_report(const psab_candidate_t *candidate, int32_t entry_point, psab_status_t status,
                          psab_report_code_t code, const char *detail);

#endif
