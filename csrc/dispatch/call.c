#include "dispatch/call.h"

#include <stdio.h>

#include "util/thread.h"

psab_status_t psab_report(const psab_candidate_t *candidate, int32_t entry_point, psab_status_t status,
                          psab_report_code_t code, const char *detail) {
    return psab_fail(status, candidate->driver->description->name, entry_point, (int32_t)code, detail);
}

psab_status_t psab_answer(const psab_candidate_t *candidate, int32_t entry_point, psab_status_t status, bool choosing) {
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
    return psab_fail(status, candidate->driver->description->name, entry_point, 0, NULL);
}
