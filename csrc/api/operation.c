/* Objects of the API: their states, and the slots behind their handles. */
#include "api/operation.h"

static void let_go(psab_operation_t *operation) {
    uint64_t turn = atomic_load_explicit(&operation->turn, memory_order_relaxed);
    atomic_store_explicit(&operation->turn, turn & ~(uint64_t)1, memory_order_release);
}

/* End an operation and put its object into a state without slot. */
static psa_status_t close_object(uint64_t *handle, psab_operation_t *operation, uint64_t state) {
    __atomic_store_n(handle, state, __ATOMIC_RELAXED);
    return psab_operation_give(operation);
}

/* close_object() after a failure, which stays the one that is on record if the driver's abort fails as well. */
static void close_failed(uint64_t *handle, psab_operation_t *operation, uint64_t state) {
    psab_failure_t first;
    psab_last_failure(&first);
    if (close_object(handle, operation, state) != PSA_SUCCESS) {
        const char *driver = first.driver[0] != '\0' ? first.driver : NULL;
        (void)psab_fail(first.status, driver, first.entry_point, first.report, first.detail);
    }
}

/* A call in a wrong state: the object enters the error state, unless another thread is using it. */
static psa_status_t wrong_state(psab_core_t *core, uint64_t *handle, psab_context_t kind) {
    const char *reason = "an earlier call on the operation failed, and now it can only be aborted";
    uint64_t value = __atomic_load_n(handle, __ATOMIC_RELAXED);
    if (value == 0) {
        reason = "the operation is not active: it was not set up, or it has ended";
        (void)__atomic_compare_exchange_n(handle, &value, PSAB_HANDLE_ERROR, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    } else if (value != PSAB_HANDLE_ERROR) {
        psab_operation_t *operation = psab_operation_have(core, value, kind);
        reason = "the operation is in use by another thread, or a copy of one that has ended, or of another core";
        if (operation != NULL) {
            reason = "the operation was set up already";
            (void)close_object(handle, operation, PSAB_HANDLE_ERROR);
        }
    }
    return psab_refuse(core, PSA_ERROR_BAD_STATE, reason);
}

psa_status_t psab_operation_open(psab_core_t *core, uint64_t *handle, psab_context_t kind,
                                 psab_operation_t **operation) {
    *operation = NULL;
    if (__atomic_load_n(handle, __ATOMIC_RELAXED) != 0) {
        return wrong_state(core, handle, kind);
    }
    psab_operation_t *taken = psab_operation_take(core, kind);
    if (taken == NULL) {
        return psab_refuse(core, PSA_ERROR_INSUFFICIENT_MEMORY, "no memory for an operation");
    }
    uint64_t idle = 0;
    if (!__atomic_compare_exchange_n(handle, &idle, psab_operation_handle(taken), false, __ATOMIC_RELAXED,
                                     __ATOMIC_RELAXED)) {
        (void)psab_operation_give(taken);
        return wrong_state(core, handle, kind);
    }
    *operation = taken;
    return PSA_SUCCESS;
}

psa_status_t psab_operation_opened(uint64_t *handle, psab_operation_t *operation, psa_status_t status) {
    if (status == PSA_SUCCESS) {
        let_go(operation);
    } else {
        close_failed(handle, operation, 0);
    }
    return status;
}

/* Whether the key that the operation was set up with still exists. */
static psa_status_t find_key(const psab_operation_t *operation) {
    psab_key_t *key = NULL;
    if (operation->key == 0) {
        return PSA_SUCCESS;
    }
    psa_status_t status = psab_key_acquire(operation->core->store, operation->key, &key);
    if (status == PSA_SUCCESS) {
        psab_key_release(key);
    }
    return status == PSA_ERROR_INVALID_HANDLE ? PSA_ERROR_BAD_STATE : status;
}

psa_status_t psab_operation_enter(psab_core_t *core, uint64_t *handle, psab_context_t kind,
                                  psab_operation_t **operation) {
    uint64_t value = __atomic_load_n(handle, __ATOMIC_RELAXED);
    *operation = value == 0 || value == PSAB_HANDLE_ERROR ? NULL : psab_operation_have(core, value, kind);
    if (*operation == NULL) {
        return wrong_state(core, handle, kind);
    }
    psa_status_t status = find_key(*operation);
    if (PSAB_UNLIKELY(status != PSA_SUCCESS)) {
        (void)close_object(handle, *operation, PSAB_HANDLE_ERROR);
        *operation = NULL;
        return psab_refuse(core, status, "the key of the operation was destroyed or cannot be read");
    }
    return PSA_SUCCESS;
}

psa_status_t psab_operation_enter_const(psab_core_t *core, const uint64_t *handle, psab_context_t kind,
                                        psab_operation_t **operation) {
    uint64_t value = __atomic_load_n(handle, __ATOMIC_RELAXED);
    *operation = value == 0 || value == PSAB_HANDLE_ERROR ? NULL : psab_operation_have(core, value, kind);
    if (*operation == NULL) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the source operation is not active, or in use");
    }
    return PSA_SUCCESS;
}

psa_status_t psab_operation_left(psab_operation_t *operation, psa_status_t status) {
    let_go(operation);
    return status;
}

psa_status_t psab_operation_stepped(uint64_t *handle, psab_operation_t *operation, psa_status_t status) {
    if (PSAB_LIKELY(status == PSA_SUCCESS)) {
        let_go(operation);
    } else {
        close_failed(handle, operation, PSAB_HANDLE_ERROR);
    }
    return status;
}

psa_status_t psab_operation_finished(uint64_t *handle, psab_operation_t *operation, psa_status_t status) {
    if (PSAB_LIKELY(status == PSA_SUCCESS)) {
        (void)close_object(handle, operation, 0);
    } else {
        close_failed(handle, operation, PSAB_HANDLE_ERROR);
    }
    return status;
}

psa_status_t psab_operation_abort(psab_core_t *core, uint64_t *handle, psab_context_t kind) {
    uint64_t value = __atomic_load_n(handle, __ATOMIC_RELAXED);
    if (value == 0) {
        return PSA_SUCCESS;
    }
    if (value == PSAB_HANDLE_ERROR) {
        (void)__atomic_compare_exchange_n(handle, &value, 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
        return PSA_SUCCESS;
    }
    psab_operation_t *operation = psab_operation_have(core, value, kind);
    if (operation == NULL) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the operation is in use by another thread, or not one");
    }
    return close_object(handle, operation, 0);
}
