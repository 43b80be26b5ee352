/* PAKE that a driver passes on to the core. */
#include <string.h>

#include "pake_toy.h"

/* A driver that passes everything on to the core, with another hash. */

static psab_status_t relay(uint16_t entry_point, pake_toy_t *toy, psab_value_t more, size_t count, psab_value_t last) {
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
    psab_capability_t *capability = pake_toy_offer(&caller);
    capability->algorithms = first;
    capability->algorithm_count = 1;
    caller.ops[0].pake_setup = relay_setup;
    caller.ops[0].pake_output = relay_output;
    caller.ops[0].pake_input = relay_input;
    caller.ops[0].pake_get_implicit_key = relay_secret;
    caller.ops[0].pake_abort = relay_abort;
    capability = pake_toy_offer(&callee);
    capability->algorithms = second;
    capability->algorithm_count = 1;
    mock_register(&caller, core);
    mock_register(&callee, core);
    psa_pake_operation_t operation = pake_toy_ready(core, JPAKE);
    pake_toy_rounds(core, &operation);
    CHECK_EQUAL(pake_toy_inputs.suite.alg, JPAKE_512);
    psa_key_attributes_t attributes = pake_toy_attributes();
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
    pake_toy_offer(&m);
    m.ops[0].pake_setup = empty_setup;
    mock_register(&m, core);
    psa_pake_operation_t operation = pake_toy_ready(core, JPAKE);
    CHECK_STATUS(pake_toy_send(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}
