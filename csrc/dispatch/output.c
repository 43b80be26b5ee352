#include "dispatch/output.h"

#include <stdio.h>

#include "util/wipe.h"

psab_status_t psab_output_bad(const psab_candidate_t *candidate, int32_t entry_point, psab_status_t status,
                              uint8_t *data, size_t size, size_t *length) {
    if (status == PSA_SUCCESS) {
        char detail[96];
        if (*length == PSAB_LENGTH_UNSET) {
            (void)snprintf(detail, sizeof detail, "success without telling the length of the output");
        } else {
            (void)snprintf(detail, sizeof detail, "success with an output of %zu bytes in a buffer of %zu", *length,
                           size);
        }
        status = psab_report(candidate, entry_point, PSA_ERROR_CORRUPTION_DETECTED, PSAB_REPORT_OUTPUT_LENGTH, detail);
    }
    psab_wipe(data, size);
    *length = 0;
    return status;
}
