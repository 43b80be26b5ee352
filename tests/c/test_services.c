/* What drivers ask of the core: forwarded calls, persistent state, reports. */

#include <string.h>

#include "api/drivers.h"
#include "mock.h"

static const uint16_t hash_compute[] = {PSAB_EP_HASH_COMPUTE};

/* What the hook of the test at hand does; the results are for the test to look at. */
static psab_status_t result;
static unsigned deepest;

static psab_status_t forward_hash(psa_algorithm_t alg, const uint8_t *input, size_t length, uint8_t *hash, size_t size,
                                  size_t *written) {
    psab_value_t values[] = {
        {PSAB_TAG_SCALAR, 0, {.scalar = alg}},
        {PSAB_TAG_INPUT, 0, {.input = {input, length}}},
        {PSAB_TAG_OUTPUT, 0, {.output = {hash, size, written}}},
    };
    return psab_services.call(PSAB_EP_HASH_COMPUTE, values, 3);
}

TEST(services_are_refused_outside_of_an_entry_point) {
    uint8_t out[32];
    size_t length;
    uint8_t *state;
    psab_failure_t failure;
    CHECK_STATUS(psab_services.generate_random(out, 4), PSA_ERROR_BAD_STATE);
    psab_last_failure(&failure);
    CHECK_EQUAL(failure.report, PSAB_REPORT_OUTSIDE_CALL);
    CHECK_STATUS(forward_hash(PSA_ALG_SHA_256, NULL, 0, out, 32, &length), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_services.get_persistent_state(&state), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_services.commit_persistent_state(0, 0), PSA_ERROR_BAD_STATE);
}

static void hash_with_other_algorithm(mock_t *mock, uint16_t entry_point) {
    uint8_t hash[64];
    size_t length;
    (void)mock;
    if (entry_point == PSAB_EP_HASH_COMPUTE) {
        result = forward_hash(PSA_ALG_SHA_512, (const uint8_t *)"abc", 3, hash, sizeof hash, &length);
    }
}

static psab_core_t *core_with_two(mock_t *caller, mock_t *callee) {
    static const uint32_t first[] = {PSA_ALG_SHA_256}, second[] = {PSA_ALG_SHA_512};
    psab_core_t *core = mock_core();
    mock_init(caller, "caller");
    mock_init(callee, "callee");
    psab_capability_t *capability = mock_capability(caller, 0, hash_compute, 1);
    capability->algorithms = first;
    capability->algorithm_count = 1;
    capability = mock_hash_family(callee, 0);
    capability->algorithms = second;
    capability->algorithm_count = 1;
    mock_register(caller, core);
    mock_register(callee, core);
    return core;
}

static psa_status_t call_caller(psab_core_t *core) {
    uint8_t hash[32];
    size_t length;
    return psab_hash_compute(core, PSA_ALG_SHA_256, NULL, 0, hash, 32, &length);
}

TEST(forwarded_call_reaches_the_driver_that_serves_it) {
    mock_t a, b;
    psab_core_t *core = core_with_two(&a, &b);
    a.hook = hash_with_other_algorithm;
    result = -1;
    CHECK_STATUS(call_caller(core), PSA_SUCCESS);
    CHECK_STATUS(result, PSA_SUCCESS);
    CHECK_EQUAL(b.finishes, 1); /* composed: the other one has only the multi-part family */
    psab_core_free(core);
}

static void hash_again(mock_t *mock, uint16_t entry_point) {
    uint8_t hash[32];
    size_t length;
    (void)entry_point;
    deepest = mock->calls[PSAB_EP_HASH_COMPUTE];
    result = forward_hash(PSA_ALG_SHA_256, NULL, 0, hash, 32, &length);
    if (result != PSA_SUCCESS) {
        mock->status[PSAB_EP_HASH_COMPUTE] = result;
    }
}

TEST(endless_recursion_ends) {
    mock_t a, b;
    psab_core_t *core = core_with_two(&a, &b);
    psab_failure_t failure;
    a.hook = hash_again;
    CHECK_STATUS(call_caller(core), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(deepest, 16);
    a.hook = NULL;
    a.status[PSAB_EP_HASH_COMPUTE] = PSA_SUCCESS;
    CHECK_STATUS(call_caller(core), PSA_SUCCESS);
    psab_last_failure(&failure);
    CHECK_STATUS(failure.status, PSA_ERROR_BAD_STATE);
    psab_core_free(core);
}

/* A whole life, as psa_driver_wrapper_hash_setup() and so on would make it. */
static void hash_in_parts(mock_t *mock, uint16_t entry_point) {
    uint32_t handles[3] = {0, 0, 0};
    uint8_t hash[64], expected[64];
    size_t length = 0, size;
    psab_value_t context = {PSAB_TAG_CONTEXT, 1, {.context = {&handles[0], 4, PSAB_CONTEXT_HASH_OPERATION}}};
    psab_value_t other = {PSAB_TAG_CONTEXT, 1, {.context = {&handles[1], 4, PSAB_CONTEXT_HASH_OPERATION}}};
    psab_value_t setup[] = {context, {PSAB_TAG_SCALAR, 0, {.scalar = PSA_ALG_SHA_512}}};
    psab_value_t update[] = {context, {PSAB_TAG_INPUT, 0, {.input = {(const uint8_t *)"abc", 3}}}};
    psab_value_t finish[] = {context, {PSAB_TAG_OUTPUT, 0, {.output = {hash, sizeof hash, &length}}}};
    psab_value_t clone[] = {context, other};
    (void)mock;
    if (entry_point != PSAB_EP_HASH_COMPUTE) {
        return;
    }
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_UPDATE, update, 2), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_ABORT, &context, 1), PSA_SUCCESS);
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_SETUP, setup, 2), PSA_SUCCESS);
    CHECK(handles[0] != 0);
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_SETUP, setup, 2), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_UPDATE, update, 2), PSA_SUCCESS);
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_CLONE, clone, 2), PSA_SUCCESS);
    handles[2] = handles[0];
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_FINISH, finish, 2), PSA_SUCCESS);
    CHECK_EQUAL(handles[0], 0);
    mock_hash(0, PSA_ALG_SHA_512, (const uint8_t *)"abc", 3, expected, &size);
    CHECK_EQUAL(length, 64);
    CHECK_BYTES(hash, expected, 64);
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_ABORT, &other, 1), PSA_SUCCESS);
    CHECK_EQUAL(handles[1], 0);
    context.u.context.data = &handles[2]; /* the handle of an operation that is over */
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_ABORT, &context, 1), PSA_ERROR_BAD_STATE);
}

TEST(forwarded_operation_lives_behind_a_handle) {
    mock_t a, b;
    psab_core_t *core = core_with_two(&a, &b);
    a.hook = hash_in_parts;
    CHECK_STATUS(call_caller(core), PSA_SUCCESS);
    CHECK_EQUAL(b.setups + 1, b.finishes + b.aborts);
    CHECK_EQUAL(b.dirty, 0);
    psab_core_free(core);
}

static void call_wrongly(mock_t *mock, uint16_t entry_point) {
    uint8_t hash[64];
    size_t length = 0;
    psab_value_t values[] = {
        {PSAB_TAG_SCALAR, 0, {.scalar = PSA_ALG_SHA_512}},
        {PSAB_TAG_INPUT, 0, {.input = {NULL, 0}}},
        {PSAB_TAG_OUTPUT, 0, {.output = {hash, 64, NULL}}},
    };
    (void)mock;
    (void)entry_point;
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_COMPUTE, values, 3), PSA_ERROR_INVALID_ARGUMENT);
    values[2].u.output.length = &length;
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_COMPUTE, values, 2), PSA_ERROR_INVALID_ARGUMENT);
    values[1].tag = PSAB_TAG_SCALAR;
    CHECK_STATUS(psab_services.call(PSAB_EP_HASH_COMPUTE, values, 3), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_services.call(PSAB_EP_COUNT, values, 3), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_services.call(PSAB_EP_INIT, NULL, 0), PSA_ERROR_INVALID_ARGUMENT);
}

TEST(forwarded_call_that_does_not_fit_is_refused) {
    mock_t a, b;
    psab_core_t *core = core_with_two(&a, &b);
    a.hook = call_wrongly;
    CHECK_STATUS(call_caller(core), PSA_SUCCESS);
    psab_core_free(core);
}

static void export_public(mock_t *mock, uint16_t entry_point) {
    uint8_t key[65] = {4, 1, 2, 3}, data[65];
    size_t length = 0;
    psab_attributes_t attributes = {.type = PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1), .bits = 256};
    psab_value_t values[] = {
        {PSAB_TAG_ATTRIBUTES, 0, {.attributes = &attributes}},
        {PSAB_TAG_INPUT, 1, {.input = {key, sizeof key}}},
        {PSAB_TAG_OUTPUT, 0, {.output = {data, sizeof data, &length}}},
    };
    (void)mock;
    (void)entry_point;
    result = psab_services.call(PSAB_EP_EXPORT_PUBLIC_KEY, values, 3);
    CHECK_EQUAL(length, 65);
    CHECK_BYTES(data, key, 65);
    values[2].u.output.size = 64;
    CHECK_STATUS(psab_services.call(PSAB_EP_EXPORT_PUBLIC_KEY, values, 3), PSA_ERROR_BUFFER_TOO_SMALL);
}

TEST(no_driver_is_asked_for_the_public_key_of_a_public_key) {
    mock_t a, b;
    psab_core_t *core = core_with_two(&a, &b);
    a.hook = export_public;
    result = -1;
    CHECK_STATUS(call_caller(core), PSA_SUCCESS);
    CHECK_STATUS(result, PSA_SUCCESS);
    psab_core_free(core);
}

static void report_loss(mock_t *mock, uint16_t entry_point) {
    (void)mock;
    (void)entry_point;
    psab_services.report(PSAB_REPORT_ATTRIBUTE_LOST, "the usage flags changed");
}

TEST(report_of_an_adapter_reaches_the_failure_record) {
    mock_t a, b;
    psab_core_t *core = core_with_two(&a, &b);
    psab_failure_t failure;
    a.hook = report_loss;
    a.status[PSAB_EP_HASH_COMPUTE] = PSA_ERROR_CORRUPTION_DETECTED;
    CHECK_STATUS(call_caller(core), PSA_ERROR_CORRUPTION_DETECTED);
    psab_last_failure(&failure);
    CHECK_EQUAL(failure.report, PSAB_REPORT_ATTRIBUTE_LOST);
    CHECK_EQUAL(failure.entry_point, PSAB_EP_HASH_COMPUTE);
    CHECK_STATUS(failure.status, PSA_ERROR_CORRUPTION_DETECTED);
    CHECK(strcmp(failure.detail, "the usage flags changed") == 0);
    psab_core_free(core);
}

static uint8_t first_byte;

static void count_starts(mock_t *mock, uint16_t entry_point) {
    uint8_t *state = NULL;
    if (entry_point != PSAB_EP_INIT) {
        return;
    }
    result = psab_services.get_persistent_state(&state);
    if (result != PSA_SUCCESS) {
        return;
    }
    first_byte = state[0]++;
    CHECK_STATUS(psab_services.commit_persistent_state(0, 1), PSA_SUCCESS);
    size_t size = mock->description.persistent_state_size;
    CHECK_STATUS(psab_services.commit_persistent_state(size, 1), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_services.commit_persistent_state(1, SIZE_MAX), PSA_ERROR_INVALID_ARGUMENT);
}

TEST(persistent_state_survives_the_core) {
    psab_memory_storage_t *memory = psab_memory_storage_new();
    psab_storage_t storage = psab_memory_storage(memory);
    static const size_t sizes[] = {8, 8, 2, 20}; /* what the driver declares may change */
    for (uint8_t i = 0; i < 4; i++) {
        psab_core_t *core = psab_core_new_without_software();
        mock_t m;
        mock_init_opaque(&m, "element");
        m.description.persistent_state_size = sizes[i];
        m.hook = count_starts;
        mock_capability(&m, 0, (uint16_t[]){PSAB_EP_INIT}, 1);
        CHECK_STATUS(psab_core_set_storage(core, &storage), PSA_SUCCESS);
        mock_register(&m, core);
        CHECK_STATUS(psab_crypto_init(core), PSA_SUCCESS);
        CHECK_STATUS(result, PSA_SUCCESS);
        CHECK_EQUAL(first_byte, i);
        psab_core_free(core);
    }
    psab_memory_storage_free(memory);
}

TEST(driver_without_persistent_state_gets_none) {
    psab_core_t *core = mock_core();
    mock_t m;
    mock_init_opaque(&m, "element");
    m.hook = count_starts;
    mock_capability(&m, 0, (uint16_t[]){PSAB_EP_INIT}, 1);
    mock_register(&m, core);
    CHECK_STATUS(result, PSA_ERROR_DOES_NOT_EXIST);
    psab_core_free(core);
}
