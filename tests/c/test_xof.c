/* Extendable-output functions: states, the life of operations. */
#include <string.h>

#include "mock.h"

static const uint16_t family[] = {PSAB_EP_XOF_SETUP, PSAB_EP_XOF_SET_CONTEXT, PSAB_EP_XOF_UPDATE, PSAB_EP_XOF_OUTPUT,
                                  PSAB_EP_XOF_ABORT};

static psab_core_t *core_with(mock_t *mock) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    mock_capability(mock, 0, family, 5);
    mock_register(mock, core);
    return core;
}

TEST(output_goes_on_where_it_ended) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    psa_xof_operation_t operation = PSA_XOF_OPERATION_INIT;
    uint8_t whole[64], parts[64];
    CHECK_STATUS(psab_xof_setup(core, &operation, PSA_ALG_SHAKE256), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_update(core, &operation, (const uint8_t *)"abc", 3), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_output(core, &operation, whole, 64), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.aborts, 1);
    CHECK_STATUS(psab_xof_setup(core, &operation, PSA_ALG_SHAKE256), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_update(core, &operation, (const uint8_t *)"abc", 3), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_output(core, &operation, parts, 10), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_output(core, &operation, NULL, 0), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_output(core, &operation, parts + 10, 54), PSA_SUCCESS);
    CHECK_BYTES(parts, whole, 64);
    CHECK_STATUS(psab_xof_update(core, &operation, (const uint8_t *)"d", 1), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(m.aborts, 2);
    CHECK_STATUS(psab_xof_output(core, &operation, parts, 10), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_xof_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.aborts, 2);
    CHECK_EQUAL(m.dirty, 0);
    psab_core_free(core);
}

TEST(context_comes_once_and_first) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    const uint8_t *data = (const uint8_t *)"me";
    psa_xof_operation_t operation = PSA_XOF_OPERATION_INIT;
    CHECK_STATUS(psab_xof_setup(core, &operation, PSA_ALG_ASCON_CXOF128), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_update(core, &operation, data, 2), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_xof_abort(core, &operation), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_setup(core, &operation, PSA_ALG_ASCON_CXOF128), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_set_context(core, &operation, data, 2), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_set_context(core, &operation, data, 2), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_xof_abort(core, &operation), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_setup(core, &operation, PSA_ALG_SHAKE128), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_set_context(core, &operation, data, 2), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_xof_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.setups, m.aborts);
    psab_core_free(core);
}

TEST(failed_output_is_wiped) {
    mock_t m;
    psab_core_t *core = core_with(&m);
    psa_xof_operation_t operation = PSA_XOF_OPERATION_INIT;
    uint8_t out[16];
    memset(out, 0xaa, sizeof out);
    CHECK_STATUS(psab_xof_setup(core, &operation, PSA_ALG_SHAKE256), PSA_SUCCESS);
    m.status[PSAB_EP_XOF_OUTPUT] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(psab_xof_output(core, &operation, out, 16), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_BYTES(out, (uint8_t[16]){0}, 16);
    CHECK_EQUAL(m.aborts, 1);
    CHECK_STATUS(psab_xof_abort(core, &operation), PSA_SUCCESS);
    CHECK_STATUS(psab_xof_setup(core, &operation, PSA_ALG_SHA_256), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_xof_output(core, NULL, out, 16), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}
