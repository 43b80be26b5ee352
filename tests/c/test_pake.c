/* PAKE: states, what reaches the driver, drivers that lie, the life of contexts, forwarding. */
#include <psa/crypto_driver_common.h>
#include <string.h>

#include "api/drivers.h"
#include "mock.h"

#define JPAKE PSA_ALG_JPAKE(PSA_ALG_SHA_256)
#define JPAKE_512 PSA_ALG_JPAKE(PSA_ALG_SHA_512)
#define P256 PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 256)
#define SHARE_SIZE 65u

/* What a toy exchange has seen; the driver of a test sums up what it is given. */
typedef struct toy {
    uint32_t sum;
    uint32_t relayed; /* handle of a forwarded operation */
    uint32_t steps[32];
    uint32_t count;
} toy_t;

static psab_pake_inputs_t last_inputs; /* pointers into it are good during setup only */
static uint8_t last_user[8], last_password[65];

static void note(toy_t *toy, uint32_t step) {
    if (toy->count < 32) {
        toy->steps[toy->count++] = step;
    }
}

static psab_status_t toy_setup(void *driver, void *operation, const psab_pake_inputs_t *inputs) {
    mock_t *mock = driver;
    toy_t *toy = operation;
    toy_t zero;
    memset(&zero, 0, sizeof zero);
    mock->dirty += memcmp(toy, &zero, sizeof zero) != 0;
    toy->sum = mock_add_up(mock->key, inputs->password, inputs->password_length);
    last_inputs = *inputs;
    memset(last_user, 0, sizeof last_user);
    memcpy(last_user, inputs->user != NULL ? inputs->user : (const uint8_t *)"", inputs->user_length);
    memcpy(last_password, inputs->password, inputs->password_length);
    psab_status_t status = mock_begin(mock, PSAB_EP_PAKE_SETUP);
    mock->setups += status == PSA_SUCCESS;
    return status;
}

static psab_status_t toy_output(void *driver, void *operation, uint32_t step, uint8_t *output, size_t size,
                                size_t *length) {
    uint8_t result[2048];
    note(operation, step);
    psab_status_t status = mock_begin(driver, PSAB_EP_PAKE_OUTPUT);
    mock_spread(((toy_t *)operation)->sum + step, result, size);
    return status != PSA_SUCCESS ? status : mock_give(driver, PSAB_EP_PAKE_OUTPUT, result, size, output, size, length);
}

static psab_status_t toy_input(void *driver, void *operation, uint32_t step, const uint8_t *input, size_t length) {
    note(operation, 0x1000u | step);
    (void)input;
    (void)length;
    return mock_begin(driver, PSAB_EP_PAKE_INPUT);
}

static psab_status_t toy_secret(void *driver, void *operation, uint8_t *output, size_t size, size_t *length) {
    uint8_t result[2048];
    psab_status_t status = mock_begin(driver, PSAB_EP_PAKE_GET_IMPLICIT_KEY);
    mock_spread(((toy_t *)operation)->sum, result, size);
    return status != PSA_SUCCESS ? status
                                 : mock_give(driver, PSAB_EP_PAKE_GET_IMPLICIT_KEY, result, size, output, size, length);
}

static psab_status_t toy_abort(void *driver, void *operation) {
    mock_t *mock = driver;
    memset(operation, 0, sizeof(toy_t));
    mock->aborts++;
    return mock_begin(mock, PSAB_EP_PAKE_ABORT);
}

static psab_capability_t *offer(mock_t *mock) {
    psab_capability_t *capability = mock_capability(mock, 0, NULL, 0);
    mock->ops[0].pake_setup = toy_setup;
    mock->ops[0].pake_output = toy_output;
    mock->ops[0].pake_input = toy_input;
    mock->ops[0].pake_get_implicit_key = toy_secret;
    mock->ops[0].pake_abort = toy_abort;
    capability->context_sizes[PSAB_CONTEXT_PAKE_OPERATION] = sizeof(toy_t);
    return capability;
}

static psab_core_t *core_with(mock_t *mock) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    offer(mock);
    mock_register(mock, core);
    return core;
}

static psa_key_id_t password_for(psab_core_t *core, psa_algorithm_t alg) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = PSA_KEY_ID_NULL;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_PASSWORD);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
    psa_set_key_algorithm(&attributes, alg);
    CHECK_STATUS(psab_import_key(core, &attributes, (const uint8_t *)"secret", 6, &key), PSA_SUCCESS);
    return key;
}

static psa_pake_cipher_suite_t jpake_suite(psa_algorithm_t alg) {
    psa_pake_cipher_suite_t suite = PSA_PAKE_CIPHER_SUITE_INIT;
    psa_pake_cs_set_algorithm(&suite, alg);
    psa_pake_cs_set_primitive(&suite, P256);
    psa_pake_cs_set_key_confirmation(&suite, PSA_PAKE_UNCONFIRMED_KEY);
    return suite;
}

/* An operation that is ready for its first step. */
static psa_pake_operation_t ready(psab_core_t *core, psa_algorithm_t alg) {
    psa_pake_operation_t operation = PSA_PAKE_OPERATION_INIT;
    psa_pake_cipher_suite_t suite = jpake_suite(alg);
    CHECK_STATUS(psab_pake_setup(core, &operation, password_for(core, alg), &suite), PSA_SUCCESS);
    CHECK_STATUS(psab_pake_set_user(core, &operation, (const uint8_t *)"me", 2), PSA_SUCCESS);
    CHECK_STATUS(psab_pake_set_peer(core, &operation, (const uint8_t *)"you", 3), PSA_SUCCESS);
    return operation;
}

static psa_status_t output(psab_core_t *core, psa_pake_operation_t *operation, psa_pake_step_t step) {
    uint8_t data[SHARE_SIZE];
    size_t length = 99;
    memset(data, 0xaa, sizeof data);
    psa_status_t status = psab_pake_output(core, operation, step, data, sizeof data, &length);
    size_t expected = step == PSA_PAKE_STEP_ZK_PROOF ? 32 : SHARE_SIZE;
    CHECK_EQUAL(length, status == PSA_SUCCESS ? expected : 0);
    return status;
}

static psa_status_t input(psab_core_t *core, psa_pake_operation_t *operation, psa_pake_step_t step) {
    uint8_t data[SHARE_SIZE] = {4};
    return psab_pake_input(core, operation, step, data, step == PSA_PAKE_STEP_ZK_PROOF ? 32 : SHARE_SIZE);
}

static void rounds(psab_core_t *core, psa_pake_operation_t *operation) {
    for (unsigned i = 0; i < 18; i++) {
        psa_pake_step_t step = (psa_pake_step_t)(1 + i % 3);
        bool sends = i < 6 || (i >= 12 && i < 15);
        CHECK_STATUS(sends ? output(core, operation, step) : input(core, operation, step), PSA_SUCCESS);
    }
}

static psa_key_attributes_t secret_attributes(void) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_DERIVE);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT);
    return attributes;
}

static uint32_t seen_steps[32];
static uint32_t seen_count;

static psab_status_t looking_abort(void *driver, void *operation) {
    const toy_t *toy = operation;
    seen_count = toy->count;
    memcpy(seen_steps, toy->steps, sizeof seen_steps);
    return toy_abort(driver, operation);
}

TEST(driver_sees_numbered_rounds_and_one_abort) {
    mock_t m;
    psab_core_t *core = mock_core();
    psa_key_id_t key = PSA_KEY_ID_NULL;
    uint8_t secret[100];
    size_t length = 0;
    mock_init(&m, "alpha");
    offer(&m);
    m.ops[0].pake_abort = looking_abort;
    mock_register(&m, core);
    psa_pake_operation_t operation = ready(core, JPAKE);
    CHECK_EQUAL(m.setups, 0); /* nothing is asked before the first step */
    rounds(core, &operation);
    CHECK_EQUAL(m.setups, 1);
    psa_key_attributes_t attributes = secret_attributes();
    CHECK_STATUS(psab_pake_get_shared_key(core, &operation, &attributes, &key), PSA_SUCCESS);
    CHECK_EQUAL(m.aborts, 1);
    CHECK_STATUS(psab_export_key(core, key, secret, sizeof secret, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, SHARE_SIZE);
    CHECK_EQUAL(seen_count, 18);
    for (uint32_t i = 0; i < 18; i++) {
        uint32_t expected = i < 6 ? 1 + i : i < 12 ? 0x1000u + i - 5 : i < 15 ? i - 5 : 0x1000u + i - 5;
        CHECK_EQUAL(seen_steps[i], expected);
    }
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.aborts, 1);
    CHECK_EQUAL(m.dirty, 0);
    psab_core_free(core);
}

TEST(inputs_reach_the_driver_as_given) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    psa_pake_operation_t operation = ready(core, JPAKE);
    CHECK_STATUS(output(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_SUCCESS);
    CHECK_EQUAL(last_inputs.suite.alg, JPAKE);
    CHECK_EQUAL(last_inputs.suite.primitive, P256);
    CHECK_EQUAL(last_inputs.suite.key_confirmation, PSA_PAKE_UNCONFIRMED_KEY);
    CHECK_EQUAL(last_inputs.role, PSA_PAKE_ROLE_NONE);
    CHECK_EQUAL(last_inputs.user_length, 2);
    CHECK_BYTES(last_user, "me", 2);
    CHECK_EQUAL(last_inputs.peer_length, 3);
    CHECK(last_inputs.context == NULL);
    CHECK_EQUAL(last_inputs.password_length, 6);
    CHECK_BYTES(last_password, "secret", 6);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.aborts, 1);
    psab_core_free(core);
}

/* A key is stored behind one byte. */
static psab_status_t vault_import(void *driver, const psab_attributes_t *attributes, const uint8_t *data, size_t length,
                                  uint8_t *context, size_t size, size_t *context_length, size_t *bits) {
    (void)driver;
    if (size < length + 1) {
        return PSA_ERROR_BUFFER_TOO_SMALL;
    }
    context[0] = 0x5a;
    memcpy(context + 1, data, length);
    *context_length = length + 1;
    *bits = attributes->bits;
    return PSA_SUCCESS;
}

TEST(an_empty_input_is_another_than_none) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_pake_operation_t operation = PSA_PAKE_OPERATION_INIT;
    psa_pake_cipher_suite_t suite = PSA_PAKE_CIPHER_SUITE_INIT;
    psa_key_id_t key;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_SPAKE2P_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 256);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
    psa_set_key_algorithm(&attributes, PSA_ALG_SPAKE2P_MATTER);
    psa_set_key_lifetime(&attributes, PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(0, MOCK_LOCATION));
    mock_t opaque;
    mock_init_opaque(&opaque, "vault");
    offer(&opaque);
    (void)mock_capability(&opaque, 1, NULL, 0);
    opaque.ops[1].import_key = vault_import;
    opaque.description.key_context.key_pair_size = 64;
    mock_register(&opaque, core);
    uint8_t pair[64];
    memset(pair, 1, sizeof pair);
    CHECK_STATUS(psab_import_key(core, &attributes, pair, sizeof pair, &key), PSA_SUCCESS);
    psa_pake_cs_set_algorithm(&suite, PSA_ALG_SPAKE2P_MATTER);
    psa_pake_cs_set_primitive(&suite, P256);
    CHECK_STATUS(psab_pake_setup(core, &operation, key, &suite), PSA_SUCCESS);
    CHECK_STATUS(psab_pake_set_role(core, &operation, PSA_PAKE_ROLE_CLIENT), PSA_SUCCESS);
    CHECK_STATUS(psab_pake_set_context(core, &operation, NULL, 0), PSA_SUCCESS);
    CHECK_STATUS(output(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_SUCCESS);
    CHECK(last_inputs.context != NULL);
    CHECK_EQUAL(last_inputs.context_length, 0);
    CHECK(last_inputs.user == NULL);
    CHECK_EQUAL(last_inputs.role, PSA_PAKE_ROLE_CLIENT);
    CHECK_EQUAL(opaque.setups, 1); /* the location of the key decides */
    CHECK_EQUAL(m.setups, 0);
    CHECK_EQUAL(last_password[0], 0x5a);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(null_pointers_are_refused) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    psa_pake_cipher_suite_t suite = jpake_suite(JPAKE);
    psa_pake_operation_t operation = PSA_PAKE_OPERATION_INIT;
    psa_key_id_t key = password_for(core, JPAKE);
    uint8_t data[SHARE_SIZE];
    size_t length;
    CHECK_STATUS(psab_pake_setup(core, NULL, key, &suite), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_pake_setup(core, &operation, key, NULL), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_pake_set_role(core, NULL, 0), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_pake_abort(core, NULL), PSA_ERROR_INVALID_ARGUMENT);
    psa_status_t (*const setters[])(psab_core_t *, psa_pake_operation_t *, const uint8_t *,
                                    size_t) = {psab_pake_set_user, psab_pake_set_peer};
    for (size_t i = 0; i < 2; i++) {
        CHECK_STATUS(psab_pake_setup(core, &operation, key, &suite), PSA_SUCCESS);
        CHECK_STATUS(setters[i](core, &operation, NULL, 1), PSA_ERROR_INVALID_ARGUMENT);
        CHECK_STATUS(setters[i](core, &operation, data, 1), PSA_ERROR_BAD_STATE);
        CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    }
    operation = ready(core, JPAKE);
    CHECK_STATUS(psab_pake_output(core, &operation, PSA_PAKE_STEP_KEY_SHARE, NULL, SHARE_SIZE, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    operation = ready(core, JPAKE);
    CHECK_STATUS(psab_pake_output(core, &operation, PSA_PAKE_STEP_KEY_SHARE, data, SHARE_SIZE, NULL),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    operation = ready(core, JPAKE);
    CHECK_STATUS(psab_pake_input(core, &operation, PSA_PAKE_STEP_KEY_SHARE, NULL, SHARE_SIZE),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    operation = ready(core, JPAKE);
    rounds(core, &operation);
    CHECK_STATUS(psab_pake_get_shared_key(core, &operation, NULL, &key), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(key, PSA_KEY_ID_NULL);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.setups, m.aborts);
    psab_core_free(core);
}

TEST(a_setup_that_fails_is_dropped_without_abort) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    psa_pake_operation_t operation = ready(core, JPAKE);
    m.status[PSAB_EP_PAKE_SETUP] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(output(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(m.aborts, 0);
    CHECK_EQUAL(m.calls[PSAB_EP_PAKE_OUTPUT], 0);
    CHECK_STATUS(output(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(a_driver_that_declines_passes_the_exchange_on) {
    mock_t first, second;
    psab_core_t *core = mock_core();
    mock_init(&first, "first");
    mock_init(&second, "second");
    offer(&first)->flags = PSAB_CAPABILITY_FALLBACK;
    offer(&second);
    mock_register(&first, core);
    mock_register(&second, core);
    first.status[PSAB_EP_PAKE_SETUP] = PSA_ERROR_NOT_SUPPORTED;
    psa_pake_operation_t operation = ready(core, JPAKE);
    CHECK_STATUS(input(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_SUCCESS);
    CHECK_EQUAL(first.calls[PSAB_EP_PAKE_SETUP], 1);
    CHECK_EQUAL(first.calls[PSAB_EP_PAKE_INPUT], 0);
    CHECK_EQUAL(second.setups, 1);
    CHECK_EQUAL(second.dirty, 0);
    CHECK_EQUAL(second.calls[PSAB_EP_PAKE_INPUT], 1);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(first.aborts, 0);
    CHECK_EQUAL(second.aborts, 1);
    psab_core_free(core);
}

TEST(lies_about_outputs_are_caught) {
    static const mock_lie_t lies[] = {MOCK_TOO_LONG, MOCK_SHORT};
    for (size_t i = 0; i < 2; i++) {
        mock_t m;
        psab_core_t *core = core_with(&m);
        psa_pake_operation_t operation = ready(core, JPAKE);
        uint8_t data[SHARE_SIZE];
        size_t length = 1;
        m.lie = lies[i];
        m.lying = PSAB_EP_PAKE_OUTPUT;
        memset(data, 0xaa, sizeof data);
        CHECK_STATUS(psab_pake_output(core, &operation, PSA_PAKE_STEP_KEY_SHARE, data, sizeof data, &length),
                     PSA_ERROR_CORRUPTION_DETECTED);
        CHECK_EQUAL(length, 0);
        CHECK_BYTES(data, (uint8_t[SHARE_SIZE]){0}, SHARE_SIZE);
        CHECK_EQUAL(m.aborts, 1);
        CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
        psab_core_free(core);
    }
}

TEST(lies_about_the_secret_are_caught_and_make_no_key) {
    static const mock_lie_t lies[] = {MOCK_TOO_LONG, MOCK_SHORT};
    for (size_t i = 0; i < 2; i++) {
        mock_t m;
        psab_core_t *core = core_with(&m);
        psa_pake_operation_t operation = ready(core, JPAKE);
        psa_key_attributes_t attributes = secret_attributes();
        psa_key_id_t key = 77;
        rounds(core, &operation);
        m.lie = lies[i];
        m.lying = PSAB_EP_PAKE_GET_IMPLICIT_KEY;
        CHECK_STATUS(psab_pake_get_shared_key(core, &operation, &attributes, &key), PSA_ERROR_CORRUPTION_DETECTED);
        CHECK_EQUAL(key, PSA_KEY_ID_NULL);
        CHECK_EQUAL(m.aborts, 1);
        CHECK_STATUS(psab_pake_get_shared_key(core, &operation, &attributes, &key), PSA_ERROR_BAD_STATE);
        CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
        CHECK_EQUAL(m.aborts, 1);
        psab_core_free(core);
    }
}

TEST(a_positive_status_of_a_driver_is_a_generic_error) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    psa_pake_operation_t operation = ready(core, JPAKE);
    m.status[PSAB_EP_PAKE_INPUT] = 5;
    CHECK_STATUS(input(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_ERROR_GENERIC_ERROR);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(steps_out_of_order_never_reach_the_driver) {
    static const psa_pake_step_t wrong[] = {
        PSA_PAKE_STEP_ZK_PUBLIC, PSA_PAKE_STEP_ZK_PROOF, PSA_PAKE_STEP_CONFIRM, PSA_PAKE_STEP_SALT, 0, 0xff};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        for (int in = 0; in < 2; in++) {
            mock_t m;
            psab_core_t *core = core_with(&m);
            psa_pake_operation_t operation = ready(core, JPAKE);
            psa_status_t expected = i < 2 ? PSA_ERROR_BAD_STATE : PSA_ERROR_INVALID_ARGUMENT;
            CHECK_STATUS(in ? input(core, &operation, wrong[i]) : output(core, &operation, wrong[i]), expected);
            CHECK_EQUAL(m.calls[PSAB_EP_PAKE_SETUP], 0);
            CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
            psab_core_free(core);
        }
    }
}

TEST(an_operation_left_behind_is_ended_with_its_core) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    psa_pake_operation_t started = ready(core, JPAKE);
    psa_pake_operation_t waiting = ready(core, JPAKE);
    CHECK_STATUS(output(core, &started, PSA_PAKE_STEP_KEY_SHARE), PSA_SUCCESS);
    CHECK(waiting.handle != 0);
    psab_core_free(core);
    CHECK_EQUAL(m.aborts, 1);
}

/* A driver that passes everything on to the core, with another hash. */

static psab_status_t relay(uint16_t entry_point, toy_t *toy, psab_value_t more, size_t count, psab_value_t last) {
    psab_value_t values[3] = {
        {PSAB_TAG_CONTEXT, 1, {.context = {&toy->relayed, sizeof toy->relayed, PSAB_CONTEXT_PAKE_OPERATION}}},
        more,
        last};
    return psab_services.call(entry_point, values, count);
}

static const psab_value_t nothing;

static psab_status_t relay_setup(void *driver, void *operation, const psab_pake_inputs_t *inputs) {
    psab_pake_inputs_t other = *inputs;
    other.suite.alg = JPAKE_512;
    (void)driver;
    return relay(PSAB_EP_PAKE_SETUP, operation, (psab_value_t){PSAB_TAG_PAKE_INPUTS, 1, {.pake_inputs = &other}}, 2,
                 nothing);
}

static psab_status_t relay_output(void *driver, void *operation, uint32_t step, uint8_t *output_data, size_t size,
                                  size_t *length) {
    (void)driver;
    return relay(PSAB_EP_PAKE_OUTPUT, operation, (psab_value_t){PSAB_TAG_SCALAR, 0, {.scalar = step}}, 3,
                 (psab_value_t){PSAB_TAG_OUTPUT, 0, {.output = {output_data, size, length}}});
}

static psab_status_t relay_input(void *driver, void *operation, uint32_t step, const uint8_t *data, size_t length) {
    (void)driver;
    return relay(PSAB_EP_PAKE_INPUT, operation, (psab_value_t){PSAB_TAG_SCALAR, 0, {.scalar = step}}, 3,
                 (psab_value_t){PSAB_TAG_INPUT, 0, {.input = {data, length}}});
}

static psab_status_t relay_secret(void *driver, void *operation, uint8_t *output_data, size_t size, size_t *length) {
    (void)driver;
    return relay(PSAB_EP_PAKE_GET_IMPLICIT_KEY, operation,
                 (psab_value_t){PSAB_TAG_OUTPUT, 1, {.output = {output_data, size, length}}}, 2, nothing);
}

static psab_status_t relay_abort(void *driver, void *operation) {
    (void)driver;
    return relay(PSAB_EP_PAKE_ABORT, operation, nothing, 1, nothing);
}

TEST(forwarded_exchange_reaches_the_driver_that_serves_it) {
    static const uint32_t first[] = {JPAKE}, second[] = {JPAKE_512};
    mock_t caller, callee;
    psab_core_t *core = mock_core();
    mock_init(&caller, "caller");
    mock_init(&callee, "callee");
    psab_capability_t *capability = offer(&caller);
    capability->algorithms = first;
    capability->algorithm_count = 1;
    caller.ops[0].pake_setup = relay_setup;
    caller.ops[0].pake_output = relay_output;
    caller.ops[0].pake_input = relay_input;
    caller.ops[0].pake_get_implicit_key = relay_secret;
    caller.ops[0].pake_abort = relay_abort;
    capability = offer(&callee);
    capability->algorithms = second;
    capability->algorithm_count = 1;
    mock_register(&caller, core);
    mock_register(&callee, core);
    psa_pake_operation_t operation = ready(core, JPAKE);
    rounds(core, &operation);
    CHECK_EQUAL(last_inputs.suite.alg, JPAKE_512);
    psa_key_attributes_t attributes = secret_attributes();
    psa_key_id_t key = PSA_KEY_ID_NULL;
    CHECK_STATUS(psab_pake_get_shared_key(core, &operation, &attributes, &key), PSA_SUCCESS);
    CHECK(key != PSA_KEY_ID_NULL);
    CHECK_EQUAL(callee.setups, 1);
    CHECK_EQUAL(callee.calls[PSAB_EP_PAKE_OUTPUT], 9);
    CHECK_EQUAL(callee.calls[PSAB_EP_PAKE_INPUT], 9);
    CHECK_EQUAL(callee.aborts, 1);
    psab_core_free(core);
}

static psab_status_t empty_setup(void *driver, void *operation, const psab_pake_inputs_t *inputs) {
    psab_pake_inputs_t other = *inputs;
    other.attributes = NULL;
    (void)driver;
    psab_status_t without = relay(PSAB_EP_PAKE_SETUP, operation,
                                  (psab_value_t){PSAB_TAG_PAKE_INPUTS, 1, {.pake_inputs = &other}}, 2, nothing);
    psab_status_t null = relay(PSAB_EP_PAKE_SETUP, operation,
                               (psab_value_t){PSAB_TAG_PAKE_INPUTS, 1, {.pake_inputs = NULL}}, 2, nothing);
    CHECK_STATUS(without, PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(null, PSA_ERROR_INVALID_ARGUMENT);
    return PSA_ERROR_NOT_SUPPORTED;
}

TEST(forwarded_inputs_without_a_key_are_refused) {
    mock_t m;
    psab_core_t *core = mock_core();
    mock_init(&m, "alpha");
    offer(&m);
    m.ops[0].pake_setup = empty_setup;
    mock_register(&m, core);
    psa_pake_operation_t operation = ready(core, JPAKE);
    CHECK_STATUS(output(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}
