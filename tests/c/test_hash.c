/* Hashing: single calls, the life of operations, drivers that lie. */

#include <string.h>

#include "mock.h"

static const uint8_t text[] = "The quick brown fox";
#define TEXT_LENGTH (sizeof text - 1)

static psab_core_t *core_with_family(mock_t *mock) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    mock_hash_family(mock, 0);
    mock_register(mock, core);
    return core;
}

static psab_core_t *core_with_compute(mock_t *mock) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    mock_capability(mock, 0, (uint16_t[]){PSAB_EP_HASH_COMPUTE}, 1);
    mock_register(mock, core);
    return core;
}

static void check_hash(psab_core_t *core, psa_algorithm_t alg) {
    uint8_t expected[PSA_HASH_MAX_SIZE], hash[PSA_HASH_MAX_SIZE];
    size_t size, length = 0;
    mock_hash(0, alg, text, TEXT_LENGTH, expected, &size);
    CHECK_STATUS(psab_hash_compute(core, alg, text, TEXT_LENGTH, hash, sizeof hash, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, size);
    CHECK_BYTES(hash, expected, size);
    CHECK_STATUS(psab_hash_compare(core, alg, text, TEXT_LENGTH, hash, length), PSA_SUCCESS);
    hash[0] ^= 1;
    CHECK_STATUS(psab_hash_compare(core, alg, text, TEXT_LENGTH, hash, length), PSA_ERROR_INVALID_SIGNATURE);
    hash[0] ^= 1;
    CHECK_STATUS(psab_hash_compare(core, alg, text, TEXT_LENGTH, hash, length - 1), PSA_ERROR_INVALID_SIGNATURE);
}

TEST(single_part_works) {
    mock_t m;
    psab_core_t *core = core_with_compute(&m);
    check_hash(core, PSA_ALG_SHA_256);
    check_hash(core, MOCK_HASH);
    psab_core_free(core);
}

TEST(multi_part_family_serves_single_part_calls) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    check_hash(core, PSA_ALG_SHA_512);
    CHECK_EQUAL(m.setups, m.finishes);
    CHECK_EQUAL(m.aborts, 0);
    CHECK_EQUAL(m.dirty, 0);
    psab_core_free(core);
}

TEST(composition_falls_back_and_leaks_nothing) {
    psab_core_t *core = mock_core();
    mock_t a, b;
    uint8_t hash[32];
    size_t length;
    mock_init(&a, "alpha");
    mock_init(&b, "beta");
    mock_hash_family(&a, 0)->flags = PSAB_CAPABILITY_FALLBACK;
    mock_capability(&b, 0, (uint16_t[]){PSAB_EP_HASH_COMPUTE}, 1);
    mock_register(&a, core);
    mock_register(&b, core);
    a.status[PSAB_EP_HASH_SETUP] = PSA_ERROR_NOT_SUPPORTED;
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, hash, 32, &length), PSA_SUCCESS);
    CHECK_EQUAL(a.aborts, 0);
    a.status[PSAB_EP_HASH_SETUP] = PSA_SUCCESS;
    a.status[PSAB_EP_HASH_UPDATE] = PSA_ERROR_NOT_SUPPORTED;
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, hash, 32, &length), PSA_SUCCESS);
    CHECK_EQUAL(a.aborts, 1);
    CHECK_EQUAL(b.calls[PSAB_EP_HASH_COMPUTE], 2);
    a.status[PSAB_EP_HASH_UPDATE] = PSA_SUCCESS;
    a.status[PSAB_EP_HASH_FINISH] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, hash, 32, &length), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(a.aborts, 2);
    psab_core_free(core);
}

TEST(arguments_of_single_part_calls_are_checked) {
    mock_t m;
    psab_core_t *core = core_with_compute(&m);
    uint8_t hash[64];
    size_t length = 99;
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_HMAC(PSA_ALG_SHA_256), text, 3, hash, 64, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(length, 0);
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_ANY_HASH, text, 3, hash, 64, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, hash, 31, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, NULL, 3, hash, 32, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, NULL, 32, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, NULL, 0, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, hash, 32, NULL), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, NULL, 0, hash, 32, &length), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_compare(core, PSA_ALG_SHA_256, text, 3, NULL, 32), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_hash_compute(NULL, PSA_ALG_SHA_256, text, 3, hash, 32, &length), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(m.calls[PSAB_EP_HASH_COMPUTE], 1);
    psab_core_free(core);
}

TEST(uninitialised_core_is_bad_state) {
    psab_core_t *core = psab_core_new_without_software();
    uint8_t hash[32];
    size_t length;
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, hash, 32, &length), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_ERROR_BAD_STATE);
    psab_core_free(core);
}

TEST(input_and_output_may_overlap) {
    mock_t m;
    psab_core_t *core = core_with_compute(&m);
    uint8_t expected[32], buffer[600];
    size_t size, length;
    for (size_t n = 1; n <= 500; n += 499) {
        memset(buffer, 7, sizeof buffer);
        mock_hash(0, PSA_ALG_SHA_256, buffer, n, expected, &size);
        CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, buffer, n, buffer, sizeof buffer, &length), PSA_SUCCESS);
        CHECK_BYTES(buffer, expected, 32);
    }
    psab_core_free(core);
}

TEST(driver_that_lies_about_its_output_is_caught) {
    mock_t m;
    psab_core_t *core = core_with_compute(&m);
    psab_failure_t failure;
    uint8_t hash[64];
    size_t length;
    static const mock_lie_t lies[] = {MOCK_TOO_LONG, MOCK_NO_OUTPUT, MOCK_SHORT};
    m.lying = PSAB_EP_HASH_COMPUTE;
    for (size_t i = 0; i < 3; i++) {
        m.lie = lies[i];
        memset(hash, 0xaa, sizeof hash);
        CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, hash, 64, &length),
                     PSA_ERROR_CORRUPTION_DETECTED);
        CHECK_EQUAL(length, 0);
        CHECK_EQUAL(hash[0], 0);
        CHECK_EQUAL(hash[31], 0);
        psab_last_failure(&failure);
        CHECK_EQUAL(failure.report, PSAB_REPORT_OUTPUT_LENGTH);
        CHECK_EQUAL(failure.entry_point, PSAB_EP_HASH_COMPUTE);
        CHECK(strcmp(failure.driver, "alpha") == 0);
    }
    psab_core_free(core);
}

TEST(failed_output_is_wiped) {
    mock_t m;
    psab_core_t *core = core_with_compute(&m);
    uint8_t hash[32];
    size_t length = 77;
    m.status[PSAB_EP_HASH_COMPUTE] = PSA_ERROR_COMMUNICATION_FAILURE;
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, hash, 32, &length), PSA_ERROR_COMMUNICATION_FAILURE);
    CHECK_EQUAL(length, 0);
    CHECK_EQUAL(hash[5], 0);
    psab_core_free(core);
}

TEST(positive_status_becomes_a_generic_error) {
    mock_t m;
    psab_core_t *core = core_with_compute(&m);
    psab_failure_t failure;
    uint8_t hash[32];
    size_t length;
    m.status[PSAB_EP_HASH_COMPUTE] = 5;
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, hash, 32, &length), PSA_ERROR_GENERIC_ERROR);
    psab_last_failure(&failure);
    CHECK_EQUAL(failure.report, PSAB_REPORT_STATUS);
    psab_core_free(core);
}

TEST(drivers_get_the_exact_output_size) {
    mock_t m;
    psab_core_t *core = core_with_compute(&m);
    uint8_t hash[100];
    size_t length;
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_SHA_256, text, 3, hash, 100, &length), PSA_SUCCESS);
    CHECK_EQUAL(m.smallest_output, 32);
    psab_core_free(core);
}

TEST(multi_part_equals_single_part) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    uint8_t expected[32], hash[32];
    size_t size, length = 0;
    mock_hash(0, PSA_ALG_SHA_256, text, TEXT_LENGTH, expected, &size);
    for (size_t cut = 0; cut <= TEXT_LENGTH; cut++) {
        psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
        CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
        CHECK_STATUS(psab_hash_update(core, &operation, text, cut), PSA_SUCCESS);
        CHECK_STATUS(psab_hash_update(core, &operation, NULL, 0), PSA_SUCCESS);
        CHECK_STATUS(psab_hash_update(core, &operation, text + cut, TEXT_LENGTH - cut), PSA_SUCCESS);
        CHECK_STATUS(psab_hash_finish(core, &operation, hash, 32, &length), PSA_SUCCESS);
        CHECK_EQUAL(length, 32);
        CHECK_BYTES(hash, expected, 32);
        CHECK_EQUAL(operation.handle, 0);
    }
    CHECK_EQUAL(m.dirty, 0);
    CHECK_EQUAL(m.aborts, 0);
    psab_core_free(core);
}

TEST(idle_operation_refuses_steps_and_enters_the_error_state) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    uint8_t hash[32];
    size_t length;
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_update(core, &operation, text, 3), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_finish(core, &operation, hash, 32, &length), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.aborts, 1);
    psab_core_free(core);
}

TEST(second_setup_ends_the_operation_in_the_error_state) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_update(core, &operation, text, 1), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(m.setups, 1);
    CHECK_EQUAL(m.aborts, 1);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(failed_setup_drops_the_context_without_abort) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    m.status[PSAB_EP_HASH_SETUP] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(operation.handle, 0);
    CHECK_EQUAL(m.aborts, 0);
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_HMAC(PSA_ALG_SHA_256)), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(operation.handle, 0);
    m.status[PSAB_EP_HASH_SETUP] = PSA_SUCCESS;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_EQUAL(m.dirty, 0);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(setup_falls_back_with_a_fresh_context) {
    psab_core_t *core = mock_core();
    mock_t a, b;
    uint8_t hash[32];
    size_t length;
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    mock_init(&a, "alpha");
    mock_init(&b, "beta");
    mock_hash_family(&a, 0)->flags = PSAB_CAPABILITY_FALLBACK;
    mock_hash_family(&b, 0);
    mock_register(&a, core);
    mock_register(&b, core);
    a.status[PSAB_EP_HASH_SETUP] = PSA_ERROR_NOT_SUPPORTED;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &operation, text, 3), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_finish(core, &operation, hash, 32, &length), PSA_SUCCESS);
    CHECK_EQUAL(b.dirty, 0);
    CHECK_EQUAL(b.finishes, 1);
    CHECK_EQUAL(a.calls[PSAB_EP_HASH_UPDATE], 0);
    psab_core_free(core);
}

TEST(failed_update_aborts_and_is_counted_as_refused_only_by_its_driver) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    m.status[PSAB_EP_HASH_UPDATE] = PSA_ERROR_NOT_SUPPORTED;
    CHECK_STATUS(psab_hash_update(core, &operation, text, 3), PSA_ERROR_NOT_SUPPORTED);
    CHECK_EQUAL(m.aborts, 1);
    CHECK_EQUAL(mock_counts(core, "alpha").refused, 1);
    CHECK_STATUS(psab_hash_update(core, &operation, text, 3), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(m.aborts, 1);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(failed_finish_is_followed_by_one_abort) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    uint8_t hash[32];
    size_t length;
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    m.status[PSAB_EP_HASH_FINISH] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(psab_hash_finish(core, &operation, hash, 32, &length), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(m.aborts, 1);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.aborts, 1);
    m.status[PSAB_EP_HASH_FINISH] = PSA_SUCCESS;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_finish(core, &operation, hash, 31, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_EQUAL(m.aborts, 2);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(finish_that_lies_is_caught_and_over) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    uint8_t hash[64];
    size_t length;
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    m.lie = MOCK_TOO_LONG;
    m.lying = PSAB_EP_HASH_FINISH;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_finish(core, &operation, hash, 64, &length), PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(length, 0);
    CHECK_EQUAL(hash[0], 0);
    CHECK_EQUAL(m.finishes + m.aborts, 1);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(verify_compares) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    uint8_t hash[32];
    size_t size;
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    mock_hash(0, PSA_ALG_SHA_256, text, 3, hash, &size);
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &operation, text, 3), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_verify(core, &operation, hash, 32), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_verify(core, &operation, hash, 32), PSA_ERROR_INVALID_SIGNATURE);
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_verify(core, &operation, hash, 0), PSA_ERROR_INVALID_SIGNATURE);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.setups, m.finishes);
    psab_core_free(core);
}

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
    psab_core_t *core = core_with_family(&m);
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
    psab_core_t *core = core_with_family(&m);
    uint8_t state[PSA_HASH_SUSPEND_OUTPUT_MAX_SIZE];
    size_t length;
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_suspend(core, &operation, state, sizeof state, &length), PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.setups, m.aborts);
    psab_core_free(core);
}

TEST(core_that_is_freed_aborts_its_operations) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    psa_hash_operation_t operations[100];
    memset(operations, 0, sizeof operations);
    for (size_t i = 0; i < 100; i++) {
        CHECK_STATUS(psab_hash_setup(core, &operations[i], PSA_ALG_SHA_256), PSA_SUCCESS);
    }
    psab_core_free(core);
    CHECK_EQUAL(m.aborts, 100);
}

TEST(handle_that_was_never_one_is_bad_state) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    uint32_t state = 7;
    psa_hash_operation_t valid = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &valid, PSA_ALG_SHA_256), PSA_SUCCESS);
    for (int i = 0; i < 1000; i++) {
        uint64_t handle = (uint64_t)check_random(&state) << 32 | (check_random(&state) & (i % 2 == 0 ? 0x7fu : ~0u));
        psa_hash_operation_t operation = {handle};
        if (handle == 0 || handle == UINT64_MAX || handle == valid.handle) {
            continue;
        }
        CHECK_STATUS(psab_hash_update(core, &operation, text, 3), PSA_ERROR_BAD_STATE);
        CHECK_STATUS(psab_hash_abort(core, &operation), PSA_ERROR_BAD_STATE);
    }
    psa_hash_operation_t copy = valid;
    CHECK_STATUS(psab_hash_abort(core, &valid), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &copy, text, 3), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(m.aborts, 1);
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
    psab_core_t *core = core_with_family(&m);
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
    psab_core_t *core = core_with_family(&m);
    check_threads(4, use_own_operations, core);
    CHECK_EQUAL(m.setups, 4000);
    CHECK_EQUAL(m.finishes, 4000);
    CHECK_EQUAL(m.dirty, 0);
    psab_core_free(core);
}
