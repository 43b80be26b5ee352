/* The operation table, and what of an image is checked before its drivers are. */

#include <string.h>

#include "api/operation.h"
#include "dispatch/loader.h"
#include "mock.h"

#define KIND PSAB_CONTEXT_HASH_OPERATION

static psab_core_t *core_with_family(mock_t *mock) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    mock_hash_family(mock, 0);
    mock_register(mock, core);
    return core;
}

TEST(operation_ends_with_its_key) {
    static const uint16_t import[] = {PSAB_EP_IMPORT_KEY};
    mock_t m;
    psab_core_t *core = mock_core();
    mock_init(&m, "alpha");
    mock_hash_family(&m, 0);
    mock_capability(&m, 1, import, 1);
    mock_register(&m, core);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    psab_operation_t *slot = NULL;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    slot = psab_operation_have(core, operation.handle, KIND);
    CHECK(slot != NULL);
    slot->key = key; /* as the setup of an operation with a key does */
    CHECK_STATUS(psab_operation_left(slot, PSA_SUCCESS), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &operation, (const uint8_t *)"a", 1), PSA_SUCCESS);
    CHECK_STATUS(psab_destroy_key(core, key), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &operation, (const uint8_t *)"a", 1), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(m.aborts, 1);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(context_is_wiped_after_the_operation) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    psab_operation_t *slot = psab_operation_have(core, operation.handle, KIND);
    uint8_t *context = slot->context;
    size_t size = slot->size;
    CHECK(size != 0 && (uintptr_t)context % 16 == 0);
    CHECK_STATUS(psab_operation_left(slot, PSA_SUCCESS), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    for (size_t i = 0; i < size; i++) {
        CHECK_EQUAL(context[i], 0);
    }
    psab_core_free(core);
}

TEST(operation_in_use_is_bad_state_and_stays_as_it_is) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT, target = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    psab_operation_t *slot = psab_operation_have(core, operation.handle, KIND);
    CHECK_STATUS(psab_hash_update(core, &operation, (const uint8_t *)"a", 1), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_clone(core, &operation, &target), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_operation_left(slot, PSA_SUCCESS), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(core, &operation, (const uint8_t *)"a", 1), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.aborts, 1);
    psab_core_free(core);
}

TEST(operation_of_another_kind_is_bad_state) {
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(core, &operation, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK(psab_operation_have(core, operation.handle, PSAB_CONTEXT_MAC_OPERATION) == NULL);
    CHECK_STATUS(psab_hash_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(handle_of_one_core_means_nothing_in_another) {
    mock_t a, b;
    psab_core_t *one = core_with_family(&a), *other = core_with_family(&b);
    psa_hash_operation_t first = PSA_HASH_OPERATION_INIT, second = PSA_HASH_OPERATION_INIT;
    CHECK_STATUS(psab_hash_setup(one, &first, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_setup(other, &second, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_update(other, &first, (const uint8_t *)"a", 1), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_hash_abort(one, &first), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_abort(other, &second), PSA_SUCCESS);
    psab_core_free(one);
    psab_core_free(other);
}

TEST(thousands_of_operations_live_side_by_side) {
    enum { COUNT = 3000 };
    static psa_hash_operation_t operations[COUNT];
    mock_t m;
    psab_core_t *core = core_with_family(&m);
    uint8_t hash[32], expected[32];
    size_t length, size;
    memset(operations, 0, sizeof operations);
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t byte = (uint8_t)i;
        CHECK_STATUS(psab_hash_setup(core, &operations[i], PSA_ALG_SHA_256), PSA_SUCCESS);
        CHECK_STATUS(psab_hash_update(core, &operations[i], &byte, 1), PSA_SUCCESS);
    }
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t byte = (uint8_t)i;
        mock_hash(0, PSA_ALG_SHA_256, &byte, 1, expected, &size);
        CHECK_STATUS(psab_hash_finish(core, &operations[i], hash, sizeof hash, &length), PSA_SUCCESS);
        CHECK_BYTES(hash, expected, 32);
    }
    CHECK_EQUAL(m.dirty, 0);
    psab_core_free(core);
}

TEST(bundle_of_another_core_is_refused_with_a_reason) {
    mock_t m;
    char error[200];
    mock_init(&m, "alpha");
    const psab_driver_description_t *drivers[] = {&m.description};
    const psab_bundle_t good = {PSAB_ABI_VERSION, PSAB_TABLE_HASH, drivers, 1};
    psab_bundle_t bad = good;
    CHECK_STATUS(psab_bundle_check(&good, error, sizeof error), PSA_SUCCESS);
    CHECK_STATUS(psab_bundle_check(NULL, error, sizeof error), PSA_ERROR_DATA_INVALID);
    bad.abi_version++;
    CHECK_STATUS(psab_bundle_check(&bad, error, sizeof error), PSA_ERROR_DATA_INVALID);
    CHECK(strstr(error, "ABI") != NULL);
    bad = good;
    bad.table_hash ^= 1;
    CHECK_STATUS(psab_bundle_check(&bad, error, sizeof error), PSA_ERROR_DATA_INVALID);
    CHECK(strstr(error, "table") != NULL);
    bad = good;
    bad.driver_count = 0;
    CHECK_STATUS(psab_bundle_check(&bad, error, sizeof error), PSA_ERROR_INVALID_ARGUMENT);
    bad.driver_count = SIZE_MAX;
    CHECK_STATUS(psab_bundle_check(&bad, error, sizeof error), PSA_ERROR_INVALID_ARGUMENT);
    bad.driver_count = 1;
    bad.drivers = NULL;
    CHECK_STATUS(psab_bundle_check(&bad, error, sizeof error), PSA_ERROR_INVALID_ARGUMENT);
}
