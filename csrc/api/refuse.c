#include "api/key_view.h"

psa_status_t psab_refuse(psab_core_t *core, psa_status_t status, const char *detail) {
    if (core != NULL) {
        atomic_fetch_add_explicit(&core->refused, 1, memory_order_relaxed);
    }
    return psab_fail(status, NULL, -1, 0, detail);
}

psa_status_t psab_refuse_key(psab_core_t *core, psa_status_t status, psab_key_t **key) {
    if (*key != NULL) {
        psab_key_release(*key);
        *key = NULL;
    }
    return psab_refuse(core, status,
                       status == PSA_ERROR_INVALID_HANDLE ? "there is no such key"
                       : status == PSA_ERROR_NOT_PERMITTED
                           ? "the policy of the key does not permit this use with this algorithm"
                           : NULL);
}
