/* PAKE: states, what reaches the driver, drivers that lie, the life of contexts. */
#include <psa/crypto_driver_common.h>
#include <string.h>

#include "pake_toy.h"

static uint32_t seen_steps[32];
static uint32_t seen_count;

static psab_status_t looking_abort(void *driver, void *operation) {
    const pake_toy_t *toy = operation;
    seen_count = toy->count;
    memcpy(seen_steps, toy->steps, sizeof seen_steps);
    return pake_toy_abort(driver, operation);
}

TEST(driver_sees_numbered_rounds_and_one_abort) {
    mock_t m;
    psab_core_t *core = mock_core();
    psa_key_id_t key = PSA_KEY_ID_NULL;
    uint8_t secret[100];
    size_t length = 0;
    mock_init(&m, "alpha");
    pake_toy_offer(&m);
    m.ops[0].pake_abort = looking_abort;
    mock_register(&m, core);
    psa_pake_operation_t operation = pake_toy_ready(core, JPAKE);
    CHECK_EQUAL(m.setups, 0); /* nothing is asked before the first step */
    pake_toy_rounds(core, &operation);
    CHECK_EQUAL(m.setups, 1);
    psa_key_attributes_t attributes = pake_toy_attributes();
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
    psab_core_t *core = pake_toy_core(&m);
    psa_pake_operation_t operation = pake_toy_ready(core, JPAKE);
    CHECK_STATUS(pake_toy_send(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_SUCCESS);
    CHECK_EQUAL(pake_toy_inputs.suite.alg, JPAKE);
    CHECK_EQUAL(pake_toy_inputs.suite.primitive, P256);
    CHECK_EQUAL(pake_toy_inputs.suite.key_confirmation, PSA_PAKE_UNCONFIRMED_KEY);
    CHECK_EQUAL(pake_toy_inputs.role, PSA_PAKE_ROLE_NONE);
    CHECK_EQUAL(pake_toy_inputs.user_length, 2);
    CHECK_BYTES(pake_toy_user, "me", 2);
    CHECK_EQUAL(pake_toy_inputs.peer_length, 3);
    CHECK(pake_toy_inputs.context == NULL);
    CHECK_EQUAL(pake_toy_inputs.password_length, 6);
    CHECK_BYTES(pake_toy_password, "secret", 6);
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
    psab_core_t *core = pake_toy_core(&m);
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
    pake_toy_offer(&opaque);
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
    CHECK_STATUS(pake_toy_send(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_SUCCESS);
    CHECK(pake_toy_inputs.context != NULL);
    CHECK_EQUAL(pake_toy_inputs.context_length, 0);
    CHECK(pake_toy_inputs.user == NULL);
    CHECK_EQUAL(pake_toy_inputs.role, PSA_PAKE_ROLE_CLIENT);
    CHECK_EQUAL(opaque.setups, 1); /* the location of the key decides */
    CHECK_EQUAL(m.setups, 0);
    CHECK_EQUAL(pake_toy_password[0], 0x5a);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(null_pointers_are_refused) {
    mock_t m;
    psab_core_t *core = pake_toy_core(&m);
    psa_pake_cipher_suite_t suite = pake_toy_suite(JPAKE);
    psa_pake_operation_t operation = PSA_PAKE_OPERATION_INIT;
    psa_key_id_t key = pake_toy_key(core, JPAKE);
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
    operation = pake_toy_ready(core, JPAKE);
    CHECK_STATUS(psab_pake_output(core, &operation, PSA_PAKE_STEP_KEY_SHARE, NULL, SHARE_SIZE, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    operation = pake_toy_ready(core, JPAKE);
    CHECK_STATUS(psab_pake_output(core, &operation, PSA_PAKE_STEP_KEY_SHARE, data, SHARE_SIZE, NULL),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    operation = pake_toy_ready(core, JPAKE);
    CHECK_STATUS(psab_pake_input(core, &operation, PSA_PAKE_STEP_KEY_SHARE, NULL, SHARE_SIZE),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    operation = pake_toy_ready(core, JPAKE);
    pake_toy_rounds(core, &operation);
    CHECK_STATUS(psab_pake_get_shared_key(core, &operation, NULL, &key), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(key, PSA_KEY_ID_NULL);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.setups, m.aborts);
    psab_core_free(core);
}

TEST(a_setup_that_fails_is_dropped_without_abort) {
    mock_t m;
    psab_core_t *core = pake_toy_core(&m);
    psa_pake_operation_t operation = pake_toy_ready(core, JPAKE);
    m.status[PSAB_EP_PAKE_SETUP] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(pake_toy_send(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(m.aborts, 0);
    CHECK_EQUAL(m.calls[PSAB_EP_PAKE_OUTPUT], 0);
    CHECK_STATUS(pake_toy_send(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(a_driver_that_declines_passes_the_exchange_on) {
    mock_t first, second;
    psab_core_t *core = mock_core();
    mock_init(&first, "first");
    mock_init(&second, "second");
    pake_toy_offer(&first)->flags = PSAB_CAPABILITY_FALLBACK;
    pake_toy_offer(&second);
    mock_register(&first, core);
    mock_register(&second, core);
    first.status[PSAB_EP_PAKE_SETUP] = PSA_ERROR_NOT_SUPPORTED;
    psa_pake_operation_t operation = pake_toy_ready(core, JPAKE);
    CHECK_STATUS(pake_toy_take(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_SUCCESS);
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
        psab_core_t *core = pake_toy_core(&m);
        psa_pake_operation_t operation = pake_toy_ready(core, JPAKE);
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
        psab_core_t *core = pake_toy_core(&m);
        psa_pake_operation_t operation = pake_toy_ready(core, JPAKE);
        psa_key_attributes_t attributes = pake_toy_attributes();
        psa_key_id_t key = 77;
        pake_toy_rounds(core, &operation);
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
    psab_core_t *core = pake_toy_core(&m);
    psa_pake_operation_t operation = pake_toy_ready(core, JPAKE);
    m.status[PSAB_EP_PAKE_INPUT] = 5;
    CHECK_STATUS(pake_toy_take(core, &operation, PSA_PAKE_STEP_KEY_SHARE), PSA_ERROR_GENERIC_ERROR);
    CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(steps_out_of_order_never_reach_the_driver) {
    static const psa_pake_step_t wrong[] = {
        PSA_PAKE_STEP_ZK_PUBLIC, PSA_PAKE_STEP_ZK_PROOF, PSA_PAKE_STEP_CONFIRM, PSA_PAKE_STEP_SALT, 0, 0xff};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        for (int in = 0; in < 2; in++) {
            mock_t m;
            psab_core_t *core = pake_toy_core(&m);
            psa_pake_operation_t operation = pake_toy_ready(core, JPAKE);
            psa_status_t expected = i < 2 ? PSA_ERROR_BAD_STATE : PSA_ERROR_INVALID_ARGUMENT;
            CHECK_STATUS(in ? pake_toy_take(core, &operation, wrong[i]) : pake_toy_send(core, &operation, wrong[i]),
                         expected);
            CHECK_EQUAL(m.calls[PSAB_EP_PAKE_SETUP], 0);
            CHECK_STATUS(psab_pake_abort(core, &operation), PSA_SUCCESS);
            psab_core_free(core);
        }
    }
}

TEST(an_operation_left_behind_is_ended_with_its_core) {
    mock_t m;
    psab_core_t *core = pake_toy_core(&m);
    psa_pake_operation_t started = pake_toy_ready(core, JPAKE);
    psa_pake_operation_t waiting = pake_toy_ready(core, JPAKE);
    CHECK_STATUS(pake_toy_send(core, &started, PSA_PAKE_STEP_KEY_SHARE), PSA_SUCCESS);
    CHECK(waiting.handle != 0);
    psab_core_free(core);
    CHECK_EQUAL(m.aborts, 1);
}
