#include "dispatch/call.h"

#include <stdio.h>

#include "util/thread.h"

psab_status_t psab_report(const psab_candidate_t *candidate, int32_t entry_point, psab_status_t status,
                          psab_report_code_t code, const char *detail) {
    return psab_fail(status, candidate->driver->description->name, entry_point, (int32_t)code, detail);
}

/* What the driver's adapter said about the failure, before it returned the status, says more. */
static psab_status_t keep_report(const psab_candidate_t *candidate, int32_t entry_point, psab_status_t status,
                                 uint32_t report) {
    psab_failure_t failure;
    psab_last_failure(&failure);
    return psab_fail(status, candidate->driver->description->name, entry_point, (int32_t)report, failure.detail);
}

psab_status_t psab_answer(const psab_frame_t *frame, int32_t entry_point, psab_status_t status, bool choosing) {
    const psab_candidate_t *candidate = frame->candidate;
    psab_count_stripe_t *stripe = psab_stripe(candidate->driver);
    if (status == PSA_ERROR_NOT_SUPPORTED) {
        _Atomic uint64_t *counter = choosing && candidate->passes ? &stripe->fell_back : &stripe->refused;
        atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    } else {
        atomic_fetch_add_explicit(&stripe->served, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&stripe->errors, 1, memory_order_relaxed);
    }
    if (status > 0) {
        char detail[64];
        (void)snprintf(detail, sizeof detail, "the positive status %ld", (long)status);
        return psab_report(candidate, entry_point, PSA_ERROR_GENERIC_ERROR, PSAB_REPORT_STATUS, detail);
    }
    if (frame->report != 0) {
        return keep_report(candidate, entry_point, status, frame->report);
    }
    return psab_fail(status, candidate->driver->description->name, entry_point, 0, NULL);
}
