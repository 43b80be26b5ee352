#include "dispatch/call.h"

#include <stdio.h>

#include "psab/packed.h"
#include "util/thread.h"

void psab_count_shared(_Atomic uint64_t *counter) {
    if (psab_dispatch_thread.number == 0) {
        psab_number_thread(); /* for the calls to come */
    }
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

bool psab_too_deep(void) {
    psab_frame_t *frame = psab_dispatch_thread.top;
    if (psab_depth() < PSAB_DEPTH_MOST) {
        return false;
    }
    frame->report = PSAB_REPORT_RECURSION;
    (void)psab_report(frame->candidate, -1, PSA_ERROR_BAD_STATE, PSAB_REPORT_RECURSION,
                      "drivers and core call each other without end");
    return true;
}

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

psab_status_t psab_overrun(psab_frame_t *frame, int32_t entry_point) {
    frame->report = PSAB_REPORT_CONTEXT;
    (void)psab_report(frame->candidate, entry_point, PSA_ERROR_CORRUPTION_DETECTED, PSAB_REPORT_CONTEXT,
                      "the driver wrote past the end of its operation context");
    return psab_answer(frame, entry_point, PSA_ERROR_CORRUPTION_DETECTED, false);
}

/* A status that the entry point cannot have; what the driver said of it is told, too. */
static psab_status_t impossible(const psab_frame_t *frame, int32_t entry_point, psab_status_t status) {
    char detail[sizeof((psab_failure_t *)0)->detail];
    psab_failure_t said = {.status = 0};
    if (frame->report != 0) {
        psab_last_failure(&said);
    }
    int length = snprintf(detail, sizeof detail, "returned status %ld, which %s cannot have", (long)status,
                          psab_rows[entry_point].name);
    if (said.detail[0] != '\0' && length > 0 && (size_t)length < sizeof detail) {
        (void)snprintf(detail + length, sizeof detail - (size_t)length, ": %.150s", said.detail);
    }
    return psab_report(frame->candidate, entry_point, PSA_ERROR_GENERIC_ERROR, PSAB_REPORT_STATUS, detail);
}

psab_status_t psab_answer(const psab_frame_t *frame, int32_t entry_point, psab_status_t status, bool choosing) {
    const psab_candidate_t *candidate = frame->candidate;
    uint32_t stripe = psab_dispatch_thread.stripe;
    psab_count_stripe_t *counts = &candidate->driver->counts[stripe];
    if (status == PSA_ERROR_NOT_SUPPORTED) {
        psab_count(choosing && candidate->passes ? &counts->fell_back : &counts->refused, stripe);
    } else {
        psab_count(&counts->served, stripe);
        psab_count(&counts->errors, stripe);
    }
    if (entry_point >= 0 && !psab_status_possible((uint16_t)entry_point, status)) {
        return impossible(frame, entry_point, status);
    }
    if (frame->report != 0) {
        return keep_report(candidate, entry_point, status, frame->report);
    }
    return psab_fail(status, candidate->driver->description->name, entry_point, 0, NULL);
}
