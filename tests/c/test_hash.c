/* Hashing: single calls, the life of operations, drivers that lie. */

#include <string.h>

#include "mock.h"

static const uint8_t text[] = "The quick brown fox";
#define TEXT_LENGTH (sizeof text - 1)

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
    psab_core_t *core = mock_hash_core(&m);
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
    psab_core_t *core = mock_hash_core(&m);
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
    psab_core_t *core = mock_hash_core(&m);
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
    psab_core_t *core = mock_hash_core(&m);
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
    psab_core_t *core = mock_hash_core(&m);
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
    psab_core_t *core = mock_hash_core(&m);
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
    psab_core_t *core = mock_hash_core(&m);
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
    psab_core_t *core = mock_hash_core(&m);
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
    psab_core_t *core = mock_hash_core(&m);
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

TEST(core_that_is_freed_aborts_its_operations) {
    mock_t m;
    psab_core_t *core = mock_hash_core(&m);
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
    psab_core_t *core = mock_hash_core(&m);
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
