/* Hashing: copies and suspended states, operations of several threads. */

#include "mock.h"

static const uint8_t text[] = "The quick brown fox";

static void check_clone(psab_core_t *core) {
    uint8_t hash[32], expected[32];
    size_t size, length;
    psa_hash_operation_t source = PSA_HASH_OPERATION_INIT, target = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &source, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &source, text, 3), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_clone(core, &source, &target), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &source, text, 9), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_abort(core, &source), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_finish(core, &target, hash, 32, &length), PSA_SUCCESS);
    mock_hash(0, PSA_ALG_SHA_256, text, 3, expected, &size);
    CHECK_BYTES(hash, expected, 32);
    /* A target that is not idle is spoiled, a source that is not active changes nothing. */
    CHECK_STATUS(psab_hash_clone(core, &source, &target), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(target.handle, 0);
    CHECK_STATUS(psab_hash_setup(core, &source, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_setup(core, &target, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_clone(core, &source, &target), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_update(core, &target, text, 3), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_update(core, &source, text, 3), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_clone(core, &source, &source), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_abort(core, &source), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_abort(core, &target), PSA_SUCCESS);
}

TEST(clone_copies_the_context) {
    mock_t m;
    psab_core_t *core = mock_hash_core(&m);
    check_clone(core);
    CHECK_EQUAL(m.setups + 1, m.finishes + m.aborts);
    psab_core_free(core);
}

TEST(clone_uses_the_driver_where_it_can) {
    psab_core_t *core = mock_core();
    mock_t m;
    mock_init(&m, "alpha");
    mock_hash_family(&m, 0);
    mock_capability(&m, 1, (uint16_t[]){PSAB_EP_HASH_CLONE}, 1);
    mock_register(&m, core);
    check_clone(core);
    CHECK_EQUAL(m.calls[PSAB_EP_HASH_CLONE], 1);
    CHECK_EQUAL(m.setups, m.finishes + m.aborts);
    psa_hash_operation_t source = PSA_HASH_OPERATION_INIT, target = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &source, PSA_ALG_SHA_256), PSA_SUCCESS);
    m.status[PSAB_EP_HASH_CLONE] = PSA_ERROR_INSUFFICIENT_MEMORY;
    CHECK_STATUS(psab_hash_clone(core, &source, &target), PSA_ERROR_INSUFFICIENT_MEMORY);
    CHECK_EQUAL(target.handle, 0);
    CHECK_STATUS(psab_hash_update(core, &source, text, 3), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_abort(core, &source), PSA_SUCCESS);
    CHECK_EQUAL(m.setups, m.finishes + m.aborts);
    psab_core_free(core);
}

static psab_core_t *core_with_suspend(mock_t *m) {
    psab_core_t *core = mock_core();
    mock_init(m, "alpha");
    mock_hash_family(m, 0);
    mock_capability(m, 1, (uint16_t[]){PSAB_EP_HASH_SUSPEND, PSAB_EP_HASH_RESUME}, 2);
    mock_register(m, core);
    return core;
}

TEST(suspended_hash_is_resumed) {
    mock_t m;
    psab_core_t *core = core_with_suspend(&m);
    uint8_t state[PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE], hash[32], expected[32];
    size_t size, length, state_length;
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &operation, text, 4), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_suspend(core, &operation, state, sizeof state, &state_length), PSA_SUCCESS);
    CHECK_EQUAL(operation.handle, 0);
    CHECK_EQUAL(m.smallest_output, PSA_HASH_SUSPEND_OUTPUT_SIZE(PSA_ALG_SHA_256));
    CHECK_STATUS(psab_hash_resume(core, &operation, state, state_length), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &operation, text + 4, 5), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_finish(core, &operation, hash, 32, &length), PSA_SUCCESS);
    mock_hash(0, PSA_ALG_SHA_256, text, 9, expected, &size);
    CHECK_BYTES(hash, expected, 32);
    CHECK_EQUAL(m.setups, m.finishes);
    psab_core_free(core);
}

TEST(buffer_for_a_suspended_hash_may_be_as_small_as_the_state) {
    mock_t m;
    psab_core_t *core = core_with_suspend(&m);
    uint8_t state[44];
    size_t length;
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_suspend(core, &operation, state, 44, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 44);
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_suspend(core, &operation, state, 43, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_EQUAL(length, 0);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.setups, m.finishes + m.aborts);
    psab_core_free(core);
}

TEST(state_that_is_malformed_is_refused) {
    mock_t m;
    psab_core_t *core = core_with_suspend(&m);
    uint8_t state[PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE + 1] = {0x02, 0, 0, 0x09};
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_resume(core, &operation, NULL, 0), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_hash_resume(core, &operation, state, 3), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_hash_resume(core, &operation, state, 43), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_hash_resume(core, &operation, state, 108), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_hash_resume(core, &operation, state, 107), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    state[3] = 0x13; /* SHA3-512 cannot be suspended */
    CHECK_STATUS(psab_hash_resume(core, &operation, state, 44), PSA_ERROR_NOT_SUPPORTED);
    state[0] = 0x03;
    CHECK_STATUS(psab_hash_resume(core, &operation, state, 44), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(operation.handle, 0);
    psab_core_free(core);
}

TEST(hash_that_cannot_be_suspended_says_so) {
    mock_t m;
    psab_core_t *core = mock_hash_core(&m);
    uint8_t state[PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE];
    size_t length;
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_suspend(core, &operation, state, sizeof state, &length), PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.setups, m.aborts);
    psab_core_free(core);
}

typedef struct shared {
    psab_core_t *core;
    psa_hash_operation_t operation;
    _Atomic unsigned unexpected;
} shared_t;

static void use_one_operation(unsigned number, void *user) {
    shared_t *shared = user;
    uint8_t hash[32];
    size_t length;
    for (int i = 0; i < 3000; i++) {
        psa_status_t status;
        switch ((i + (int)number) % 5) {
        case 0:
            status = psab_hash_setup(shared->core, &shared->operation, PSA_ALG_SHA_256);
            break;
        case 1:
        case 2:
            status = psab_hash_update(shared->core, &shared->operation, text, 3);
            break;
        case 3:
            status = psab_hash_finish(shared->core, &shared->operation, hash, 32, &length);
            break;
        default:
            status = psab_hash_abort(shared->core, &shared->operation);
            break;
        }
        if (status != PSA_SUCCESS && status != PSA_ERROR_BAD_STATE) {
            atomic_fetch_add(&shared->unexpected, 1);
        }
    }
}

TEST(concurrent_use_of_one_operation_is_an_error_and_no_race) {
    mock_t m;
    psab_core_t *core = mock_hash_core(&m);
    shared_t shared = {core, PSA_HASH_OPERATION_INIT, 0};
    check_threads(4, use_one_operation, &shared);
    CHECK_EQUAL(shared.unexpected, 0);
    (void)psab_hash_abort(core, &shared.operation);
    CHECK_EQUAL(m.setups, m.finishes + m.aborts);
    CHECK_EQUAL(m.dirty, 0);
    psab_core_free(core);
    CHECK_EQUAL(m.setups, m.finishes + m.aborts);
}

static void use_own_operations(unsigned number, void *user) {
    psab_core_t *core = user;
    uint8_t hash[32], expected[32];
    size_t size, length;
    mock_hash(0, PSA_ALG_SHA_256, text, 3 + number, expected, &size);
    for (int i = 0; i < 1000; i++) {
        psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
        CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
        CHECK_STATUS(psab_hash_update(core, &operation, text, 3 + number), PSA_SUCCESS);
        CHECK_STATUS(psab_hash_finish(core, &operation, hash, 32, &length), PSA_SUCCESS);
        CHECK_BYTES(hash, expected, 32);
    }
}

TEST(operations_of_several_threads_do_not_meet) {
    mock_t m;
    psab_core_t *core = mock_hash_core(&m);
    check_threads(4, use_own_operations, core);
    CHECK_EQUAL(m.setups, 4000);
    CHECK_EQUAL(m.finishes, 4000);
    CHECK_EQUAL(m.dirty, 0);
    psab_core_free(core);
}
