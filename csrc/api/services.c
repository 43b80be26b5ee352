/* What drivers can ask of the core; see psab_services_t in psab/abi.h. */
#include <string.h>

#include "api/drivers.h"
#include "api/forward.h"
#include "api/random.h"
#include "psab/detail.h"
#include "util/wipe.h"

static psab_status_t enter_service(psab_frame_t **frame) {
    *frame = psab_dispatch_thread.top;
    if (*frame == NULL) {
        return psab_fail(PSA_ERROR_BAD_STATE, NULL, -1, PSAB_REPORT_OUTSIDE_CALL,
                         "a service of the core was called outside of an entry point");
    }
    return psab_too_deep() ? PSA_ERROR_BAD_STATE : PSA_SUCCESS;
}

/* A driver's own words go to terminals and logs. */
static void report_words(psab_frame_t *frame, const char *detail) {
    char words[sizeof((psab_failure_t *)NULL)->detail];
    size_t length = strnlen(detail, sizeof words - 1);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)detail[i];
        words[i] = c < 0x20u || c == 0x7fu ? '?' : detail[i];
    }
    words[length] = '\0';
    frame->report = PSAB_REPORT_DETAIL;
    (void)psab_report(frame->candidate, -1, PSA_ERROR_GENERIC_ERROR, PSAB_REPORT_DETAIL, words);
}

static void service_report(psab_report_code_t code, const char *detail) {
    psab_frame_t *frame = psab_dispatch_thread.top;
    if (code == PSAB_REPORT_DETAIL) {
        if (frame != NULL && detail != NULL) {
            report_words(frame, detail);
        }
        return;
    }
    if (frame == NULL) {
        (void)psab_fail(PSA_ERROR_BAD_STATE, NULL, -1, (int32_t)code, detail);
        return;
    }
    frame->report = (uint32_t)code;
    (void)psab_report(frame->candidate, -1, PSA_ERROR_GENERIC_ERROR, code, detail);
}

void psab_driver_detail(const char *detail) {
    service_report(PSAB_REPORT_DETAIL, detail);
}

static void service_wipe(void *data, size_t size) {
    if (data != NULL) {
        psab_wipe(data, size);
    }
}

static psab_status_t service_random(uint8_t *output, size_t size) {
    psab_frame_t *frame;
    psab_status_t status = enter_service(&frame);
    if (status == PSA_SUCCESS && !psab_buffer_valid(output, size)) {
        status = PSA_ERROR_INVALID_ARGUMENT;
    }
    return status == PSA_SUCCESS ? psab_random(frame->core, output, size) : status;
}

static psab_status_t service_call(uint16_t entry_point, psab_value_t *values, size_t count) {
    psab_frame_t *frame;
    psab_status_t status = enter_service(&frame);
    return status == PSA_SUCCESS ? psab_forward(frame->core, entry_point, values, count) : status;
}

/* The driver that is asking, if it has persistent state. */
static psab_status_t state_owner(psab_frame_t **frame, psab_driver_t **driver) {
    psab_status_t status = enter_service(frame);
    if (status != PSA_SUCCESS) {
        return status;
    }
    *driver = (*frame)->candidate->driver;
    if ((*driver)->state == NULL) {
        return psab_report((*frame)->candidate, -1, PSA_ERROR_DOES_NOT_EXIST, PSAB_REPORT_CONTEXT,
                           "the description of the driver declares no persistent state");
    }
    return PSA_SUCCESS;
}

static psab_status_t service_get_state(uint8_t **state) {
    psab_frame_t *frame;
    psab_driver_t *driver = NULL;
    psab_status_t status = state_owner(&frame, &driver);
    if (state == NULL) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
    *state = status == PSA_SUCCESS ? driver->state : NULL;
    return status;
}

static psab_status_t service_commit_state(size_t from, size_t length) {
    psab_frame_t *frame;
    psab_driver_t *driver = NULL;
    psab_status_t status = state_owner(&frame, &driver);
    if (status != PSA_SUCCESS) {
        return status;
    }
    size_t size = driver->description->persistent_state_size;
    if (from > size || length > size - from) {
        return psab_report(frame->candidate, -1, PSA_ERROR_INVALID_ARGUMENT, PSAB_REPORT_CONTEXT,
                           "a range outside of the persistent state");
    }
    return psab_driver_save_state(frame->core, driver);
}

const psab_services_t psab_services = {
    .abi_version = PSAB_ABI_VERSION,
    .report = service_report,
    .wipe = service_wipe,
    .generate_random = service_random,
    .call = service_call,
    .get_persistent_state = service_get_state,
    .commit_persistent_state = service_commit_state,
    .prepared_find = psab_prepared_find,
    .prepared_publish = psab_prepared_publish,
    .prepared_take = psab_prepared_take,
    .prepared_give = psab_prepared_give,
};
