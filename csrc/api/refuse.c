#include <stdarg.h>
#include <stdio.h>

#include "api/key_view.h"
#include "keys/record.h"

psa_status_t psab_refuse(psab_core_t *core, psa_status_t status, const char *detail) {
    if (core != NULL) {
        atomic_fetch_add_explicit(&core->refused, 1, memory_order_relaxed);
    }
    if (psab_storage_misbehaved(status)) {
        return status; /* and what was said of it says more than could be said here */
    }
    return psab_fail(status, NULL, -1, 0, detail);
}

psa_status_t psab_refuse_because(psab_core_t *core, psa_status_t status, const char *format, ...) {
    char detail[sizeof((psab_failure_t *)0)->detail];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    return psab_refuse(core, status, detail);
}

psa_status_t psab_refuse_use(psab_core_t *core, const psab_attributes_t *attributes, psa_key_usage_t usage,
                             psa_algorithm_t alg) {
    psa_key_usage_t missing = usage & ~attributes->usage;
    if (missing != 0 && attributes->usage == 0) {
        return psab_refuse_because(core, PSA_ERROR_NOT_PERMITTED, "the key has no usage, and needs usage 0x%08x",
                                   (unsigned)missing);
    }
    if (missing != 0) {
        return psab_refuse_because(core, PSA_ERROR_NOT_PERMITTED, "the key has usage 0x%08x, and needs usage 0x%08x",
                                   (unsigned)attributes->usage, (unsigned)missing);
    }
    if (attributes->alg == PSA_ALG_NONE) {
        return psab_refuse_because(core, PSA_ERROR_NOT_PERMITTED,
                                   "the key permits no algorithm, and needs to permit algorithm 0x%08x", (unsigned)alg);
    }
    return psab_refuse_because(core, PSA_ERROR_NOT_PERMITTED, "the key permits algorithm 0x%08x, not algorithm 0x%08x",
                               (unsigned)attributes->alg, (unsigned)alg);
}

psa_status_t psab_refuse_key(psab_core_t *core, psa_status_t status, psa_key_usage_t usage, psa_algorithm_t alg,
                             psab_key_t **key) {
    psab_key_t *found = *key;
    *key = NULL;
    if (found == NULL) {
        return psab_refuse(core, status, status == PSA_ERROR_INVALID_HANDLE ? "there is no such key" : NULL);
    }
    psab_attributes_t attributes = found->attributes;
    psab_key_release(found);
    return psab_refuse_use(core, &attributes, usage, alg);
}
