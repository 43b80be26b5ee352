#include "pake_toy.h"

#include <string.h>

psab_pake_inputs_t pake_toy_inputs;
uint8_t pake_toy_user[8];
uint8_t pake_toy_password[65];

static void note(pake_toy_t *toy, uint32_t step) {
    if (toy->count < 32) {
        toy->steps[toy->count++] = step;
    }
}

static psab_status_t toy_setup(void *driver, void *operation, const psab_pake_inputs_t *inputs) {
    mock_t *mock = driver;
    pake_toy_t *toy = operation;
    pake_toy_t zero;
    memset(&zero, 0, sizeof zero);
    mock->dirty += memcmp(toy, &zero, sizeof zero) != 0;
    toy->sum = mock_add_up(mock->key, inputs->password, inputs->password_length);
    pake_toy_inputs = *inputs;
    memset(pake_toy_user, 0, sizeof pake_toy_user);
    memcpy(pake_toy_user, inputs->user != NULL ? inputs->user : (const uint8_t *)"", inputs->user_length);
    memcpy(pake_toy_password, inputs->password, inputs->password_length);
    psab_status_t status = mock_begin(mock, PSAB_EP_PAKE_SETUP);
    mock->setups += status == PSA_SUCCESS;
    return status;
}

static psab_status_t toy_output(void *driver, void *operation, uint32_t step, uint8_t *output, size_t size,
                                size_t *length) {
    uint8_t result[2048];
    note(operation, step);
    psab_status_t status = mock_begin(driver, PSAB_EP_PAKE_OUTPUT);
    mock_spread(((pake_toy_t *)operation)->sum + step, result, size);
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
    mock_spread(((pake_toy_t *)operation)->sum, result, size);
    return status != PSA_SUCCESS ? status
                                 : mock_give(driver, PSAB_EP_PAKE_GET_IMPLICIT_KEY, result, size, output, size, length);
}

psab_status_t pake_toy_abort(void *driver, void *operation) {
    mock_t *mock = driver;
    memset(operation, 0, sizeof(pake_toy_t));
    mock->aborts++;
    return mock_begin(mock, PSAB_EP_PAKE_ABORT);
}

psab_capability_t *pake_toy_offer(mock_t *mock) {
    psab_capability_t *capability = mock_capability(mock, 0, NULL, 0);
    mock->ops[0].pake_setup = toy_setup;
    mock->ops[0].pake_output = toy_output;
    mock->ops[0].pake_input = toy_input;
    mock->ops[0].pake_get_implicit_key = toy_secret;
    mock->ops[0].pake_abort = pake_toy_abort;
    capability->context_sizes[PSAB_CONTEXT_PAKE_OPERATION] = sizeof(pake_toy_t);
    return capability;
}

psab_core_t *pake_toy_core(mock_t *mock) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    pake_toy_offer(mock);
    mock_register(mock, core);
    return core;
}

psa_key_id_t pake_toy_key(psab_core_t *core, psa_algorithm_t alg) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = PSA_KEY_ID_NULL;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_PASSWORD);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
    psa_set_key_algorithm(&attributes, alg);
    CHECK_STATUS(psab_import_key(core, &attributes, (const uint8_t *)"secret", 6, &key), PSA_SUCCESS);
    return key;
}

psa_pake_cipher_suite_t pake_toy_suite(psa_algorithm_t alg) {
    psa_pake_cipher_suite_t suite = PSA_PAKE_CIPHER_SUITE_INIT;
    psa_pake_cs_set_algorithm(&suite, alg);
    psa_pake_cs_set_primitive(&suite, P256);
    psa_pake_cs_set_key_confirmation(&suite, PSA_PAKE_UNCONFIRMED_KEY);
    return suite;
}

/* An operation that is pake_toy_ready for its first step. */
psa_pake_operation_t pake_toy_ready(psab_core_t *core, psa_algorithm_t alg) {
    psa_pake_operation_t operation = PSA_PAKE_OPERATION_INIT;
    psa_pake_cipher_suite_t suite = pake_toy_suite(alg);
    CHECK_STATUS(psab_pake_setup(core, &operation, pake_toy_key(core, alg), &suite), PSA_SUCCESS);
    CHECK_STATUS(psab_pake_set_user(core, &operation, (const uint8_t *)"me", 2), PSA_SUCCESS);
    CHECK_STATUS(psab_pake_set_peer(core, &operation, (const uint8_t *)"you", 3), PSA_SUCCESS);
    return operation;
}

psa_status_t pake_toy_send(psab_core_t *core, psa_pake_operation_t *operation, psa_pake_step_t step) {
    uint8_t data[SHARE_SIZE];
    size_t length = 99;
    memset(data, 0xaa, sizeof data);
    psa_status_t status = psab_pake_output(core, operation, step, data, sizeof data, &length);
    size_t expected = step == PSA_PAKE_STEP_ZK_PROOF ? 32 : SHARE_SIZE;
    CHECK_EQUAL(length, status == PSA_SUCCESS ? expected : 0);
    return status;
}

psa_status_t pake_toy_take(psab_core_t *core, psa_pake_operation_t *operation, psa_pake_step_t step) {
    uint8_t data[SHARE_SIZE] = {4};
    return psab_pake_input(core, operation, step, data, step == PSA_PAKE_STEP_ZK_PROOF ? 32 : SHARE_SIZE);
}

void pake_toy_rounds(psab_core_t *core, psa_pake_operation_t *operation) {
    for (unsigned i = 0; i < 18; i++) {
        psa_pake_step_t step = (psa_pake_step_t)(1 + i % 3);
        bool sends = i < 6 || (i >= 12 && i < 15);
        CHECK_STATUS(sends ? pake_toy_send(core, operation, step) : pake_toy_take(core, operation, step), PSA_SUCCESS);
    }
}

psa_key_attributes_t pake_toy_attributes(void) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_DERIVE);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT);
    return attributes;
}
