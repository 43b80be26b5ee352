/* MACs: compositions, the life of operations, drivers that lie. */
#include <string.h>

#include "mock.h"

static const uint8_t text[] = "The quick brown fox";
#define LENGTH (sizeof text - 1)
#define HMAC PSA_ALG_HMAC(PSA_ALG_SHA_256)

static const uint16_t compute_only[] = {PSAB_EP_MAC_COMPUTE};
static const uint16_t verify_only[] = {PSAB_EP_MAC_VERIFY};
static const uint16_t sign_family[] = {PSAB_EP_MAC_SIGN_SETUP, PSAB_EP_MAC_UPDATE, PSAB_EP_MAC_SIGN_FINISH,
                                       PSAB_EP_MAC_ABORT};
static const uint16_t verify_family[] = {PSAB_EP_MAC_VERIFY_SETUP, PSAB_EP_MAC_UPDATE, PSAB_EP_MAC_VERIFY_FINISH,
                                         PSAB_EP_MAC_ABORT};

static psab_core_t *core_with(mock_t *mock, const uint16_t *entry_points, size_t count) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    mock_capability(mock, 0, entry_points, count);
    mock_register(mock, core);
    return core;
}

static psa_key_id_t make_key(psab_core_t *core, psa_algorithm_t policy, psa_key_usage_t usage) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id = PSA_KEY_ID_NULL;
    uint8_t data[16] = {1, 2, 3};
    psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC);
    psa_set_key_algorithm(&attributes, policy);
    psa_set_key_usage_flags(&attributes, usage);
    CHECK_STATUS(psab_import_key(core, &attributes, data, sizeof data, &id), PSA_SUCCESS);
    return id;
}

static psa_key_id_t any_key(psab_core_t *core) {
    return make_key(core, HMAC, PSA_KEY_USAGE_SIGN_MESSAGE | PSA_KEY_USAGE_VERIFY_MESSAGE);
}

static void expected_mac(uint8_t *mac) {
    static const uint8_t key[16] = {1, 2, 3};
    mock_spread(mock_add_up(mock_add_up(0, key, 16), text, LENGTH), mac, 32);
}

static void check_signing(psab_core_t *core, psa_key_id_t key) {
    uint8_t mac[64], expected[32];
    size_t length;
    psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
    expected_mac(expected);
    CHECK_STATUS(psab_mac_compute(core, key, HMAC, text, LENGTH, mac, sizeof mac, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 32);
    CHECK_BYTES(mac, expected, 32);
    CHECK_STATUS(psab_mac_sign_setup(core, &operation, key, HMAC), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_update(core, &operation, text, 4), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_update(core, &operation, NULL, 0), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_update(core, &operation, text + 4, LENGTH - 4), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_sign_finish(core, &operation, mac, 32, &length), PSA_SUCCESS);
    CHECK_BYTES(mac, expected, 32);
    CHECK_EQUAL(operation.handle, 0);
}

static psa_status_t verify_in_parts(psab_core_t *core, psa_key_id_t key, const uint8_t *mac, size_t length) {
    psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
    CHECK_STATUS(psab_mac_verify_setup(core, &operation, key, HMAC), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_update(core, &operation, text, LENGTH), PSA_SUCCESS);
    psa_status_t status = psab_mac_verify_finish(core, &operation, mac, length);
    CHECK_STATUS(psab_mac_abort(core, &operation), PSA_SUCCESS);
    return status;
}

static void check_verifying(psab_core_t *core, psa_key_id_t key) {
    uint8_t mac[32];
    expected_mac(mac);
    CHECK_STATUS(psab_mac_verify(core, key, HMAC, text, LENGTH, mac, 32), PSA_SUCCESS);
    CHECK_STATUS(verify_in_parts(core, key, mac, 32), PSA_SUCCESS);
    mac[31] ^= 1;
    CHECK_STATUS(psab_mac_verify(core, key, HMAC, text, LENGTH, mac, 32), PSA_ERROR_INVALID_SIGNATURE);
    CHECK_STATUS(psab_mac_verify(core, key, HMAC, text, LENGTH, mac, 31), PSA_ERROR_INVALID_SIGNATURE);
    CHECK_STATUS(verify_in_parts(core, key, mac, 32), PSA_ERROR_INVALID_SIGNATURE);
    CHECK_STATUS(verify_in_parts(core, key, mac, 0), PSA_ERROR_INVALID_SIGNATURE);
}

TEST(every_shape_of_driver_serves_every_call) {
    static const struct {
        const uint16_t *entry_points;
        size_t count;
        bool signs, verifies;
    } shapes[] = {{compute_only, 1, true, true},
                  {sign_family, 4, true, true},
                  {verify_only, 1, false, true},
                  {verify_family, 4, false, true}};
    for (size_t i = 0; i < 4; i++) {
        mock_t m;
        psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
        psab_core_t *core = core_with(&m, shapes[i].entry_points, shapes[i].count);
        psa_key_id_t key = any_key(core);
        if (shapes[i].signs) {
            check_signing(core, key);
        } else {
            CHECK_STATUS(psab_mac_sign_setup(core, &operation, key, HMAC), PSA_ERROR_NOT_SUPPORTED);
        }
        if (i == 3) {
            /* Verifying in one call needs no other entry points either. */
            CHECK_EQUAL(m.calls[PSAB_EP_MAC_VERIFY], 0);
        }
        check_verifying(core, key);
        CHECK_EQUAL(m.dirty, 0);
        psab_core_free(core);
    }
}

TEST(context_ends_exactly_once) {
    mock_t m;
    psab_core_t *core = core_with(&m, sign_family, 4);
    psa_key_id_t key = any_key(core);
    uint8_t mac[32];
    size_t length;
    psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
    m.status[PSAB_EP_MAC_SIGN_SETUP] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(psab_mac_sign_setup(core, &operation, key, HMAC), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(operation.handle, 0);
    CHECK_EQUAL(m.aborts, 0);
    m.status[PSAB_EP_MAC_SIGN_SETUP] = PSA_SUCCESS;
    m.status[PSAB_EP_MAC_UPDATE] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(psab_mac_sign_setup(core, &operation, key, HMAC), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_update(core, &operation, text, 3), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(m.aborts, 1);
    CHECK_STATUS(psab_mac_update(core, &operation, text, 3), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_mac_abort(core, &operation), PSA_SUCCESS);
    CHECK_EQUAL(m.aborts, 1);
    m.status[PSAB_EP_MAC_UPDATE] = PSA_SUCCESS;
    m.status[PSAB_EP_MAC_SIGN_FINISH] = PSA_ERROR_HARDWARE_FAILURE;
    memset(mac, 0xaa, sizeof mac);
    CHECK_STATUS(psab_mac_sign_setup(core, &operation, key, HMAC), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_sign_finish(core, &operation, mac, 32, &length), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(m.aborts, 1); /* none after a finish that failed */
    CHECK_EQUAL(length, 0);
    CHECK_BYTES(mac, (uint8_t[32]){0}, 32);
    CHECK_STATUS(psab_mac_abort(core, &operation), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_sign_setup(core, &operation, key, HMAC), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_sign_finish(core, &operation, mac, 31, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_EQUAL(m.calls[PSAB_EP_MAC_SIGN_FINISH], 1);
    CHECK_EQUAL(m.aborts, 2); /* the driver never heard of finishing */
    psab_core_free(core);
}

TEST(driver_that_lies_is_caught) {
    static const mock_lie_t lies[] = {MOCK_TOO_LONG, MOCK_NO_OUTPUT, MOCK_SHORT};
    for (size_t shape = 0; shape < 2; shape++) {
        mock_t m;
        psab_core_t *core = core_with(&m, shape == 0 ? compute_only : sign_family, shape == 0 ? 1 : 4);
        psa_key_id_t key = any_key(core);
        uint8_t mac[64];
        size_t length;
        m.lying = shape == 0 ? PSAB_EP_MAC_COMPUTE : PSAB_EP_MAC_SIGN_FINISH;
        for (size_t i = 0; i < 3; i++) {
            psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
            m.lie = lies[i];
            memset(mac, 0xaa, sizeof mac);
            CHECK_STATUS(psab_mac_compute(core, key, HMAC, text, 3, mac, 64, &length), PSA_ERROR_CORRUPTION_DETECTED);
            CHECK_EQUAL(length, 0);
            CHECK_BYTES(mac, (uint8_t[32]){0}, 32);
            CHECK_EQUAL(mac[32], 0xaa);
            CHECK_STATUS(psab_mac_verify(core, key, HMAC, text, 3, mac, 32), PSA_ERROR_CORRUPTION_DETECTED);
            CHECK_STATUS(psab_mac_sign_setup(core, &operation, key, HMAC), PSA_SUCCESS);
            CHECK_STATUS(psab_mac_sign_finish(core, &operation, mac, 64, &length), PSA_ERROR_CORRUPTION_DETECTED);
            CHECK_STATUS(psab_mac_abort(core, &operation), PSA_SUCCESS);
        }
        psab_core_free(core);
    }
}

TEST(arguments_are_checked_before_any_driver) {
    mock_t m;
    psab_core_t *core = core_with(&m, compute_only, 1);
    psa_key_id_t key = any_key(core);
    uint8_t mac[32];
    size_t length = 9;
    CHECK_STATUS(psab_mac_compute(core, key, HMAC, NULL, 3, mac, 32, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(length, 0);
    CHECK_STATUS(psab_mac_compute(core, key, HMAC, text, 3, NULL, 32, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_mac_compute(core, key, HMAC, text, 3, NULL, 0, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_STATUS(psab_mac_compute(core, key, HMAC, text, 3, mac, 32, NULL), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_mac_compute(core, key, PSA_ALG_SHA_256, text, 3, mac, 32, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_mac_compute(core, 0, HMAC, text, 3, mac, 32, &length), PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(psab_mac_compute(core, key, PSA_ALG_CMAC, text, 3, mac, 32, &length), PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(psab_mac_verify(core, key, HMAC, text, 3, NULL, 32), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_mac_update(core, NULL, text, 3), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_mac_sign_setup(core, NULL, key, HMAC), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_mac_compute(NULL, key, HMAC, text, 3, mac, 32, &length), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(m.calls[PSAB_EP_MAC_COMPUTE], 0);
    psab_core_free(core);
}

TEST(composition_passes_on_what_is_not_supported) {
    mock_t a, b;
    psab_core_t *core = mock_core();
    mock_init(&a, "alpha");
    mock_init(&b, "beta");
    mock_capability(&a, 0, sign_family, 4)->flags = PSAB_CAPABILITY_FALLBACK;
    mock_capability(&b, 0, compute_only, 1);
    mock_register(&a, core);
    mock_register(&b, core);
    psa_key_id_t key = any_key(core);
    a.status[PSAB_EP_MAC_UPDATE] = PSA_ERROR_NOT_SUPPORTED;
    uint8_t mac[32], expected[32];
    size_t length;
    expected_mac(expected);
    CHECK_STATUS(psab_mac_compute(core, key, HMAC, text, LENGTH, mac, 32, &length), PSA_SUCCESS);
    CHECK_BYTES(mac, expected, 32);
    CHECK_EQUAL(a.aborts, 1);
    CHECK_EQUAL(b.calls[PSAB_EP_MAC_COMPUTE], 1);
    psab_core_free(core);
}

TEST(held_input_is_wiped_with_its_core) {
    mock_t m;
    psab_core_t *core = core_with(&m, compute_only, 1);
    psa_key_id_t key = any_key(core);
    psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
    CHECK_STATUS(psab_mac_sign_setup(core, &operation, key, HMAC), PSA_SUCCESS);
    for (int i = 0; i < 1000; i++) {
        CHECK_STATUS(psab_mac_update(core, &operation, text, LENGTH), PSA_SUCCESS);
    }
    CHECK_EQUAL(m.calls[PSAB_EP_MAC_COMPUTE], 0);
    psab_core_free(core);
}

typedef struct shared {
    psab_core_t *core;
    psa_key_id_t key;
    psa_mac_operation_t operation;
    _Atomic unsigned unexpected;
} shared_t;

static void use_one_operation(unsigned number, void *user) {
    shared_t *shared = user;
    uint8_t mac[32];
    size_t length;
    for (int i = 0; i < 2000; i++) {
        psa_status_t status;
        switch ((i + (int)number) % 5) {
        case 0:
            status = psab_mac_sign_setup(shared->core, &shared->operation, shared->key, HMAC);
            break;
        case 1:
        case 2:
            status = psab_mac_update(shared->core, &shared->operation, text, 3);
            break;
        case 3:
            status = psab_mac_sign_finish(shared->core, &shared->operation, mac, 32, &length);
            break;
        default:
            status = psab_mac_abort(shared->core, &shared->operation);
            break;
        }
        if (status != PSA_SUCCESS && status != PSA_ERROR_BAD_STATE) {
            atomic_fetch_add(&shared->unexpected, 1);
        }
    }
}

TEST(concurrent_use_of_one_operation_is_an_error_and_no_race) {
    for (size_t shape = 0; shape < 2; shape++) {
        mock_t m;
        psab_core_t *core = core_with(&m, shape == 0 ? compute_only : sign_family, shape == 0 ? 1 : 4);
        shared_t shared = {core, any_key(core), PSA_MAC_OPERATION_INIT, 0};
        check_threads(4, use_one_operation, &shared);
        CHECK_EQUAL(shared.unexpected, 0);
        (void)psab_mac_abort(core, &shared.operation);
        CHECK_EQUAL(m.setups, shape == 0 ? 0 : m.finishes + m.aborts);
        psab_core_free(core);
    }
}

typedef struct racing {
    psab_core_t *core;
    _Atomic psa_key_id_t key;
} racing_t;

static void use_and_destroy(unsigned number, void *user) {
    racing_t *racing = user;
    uint8_t mac[32];
    size_t length;
    for (int i = 0; i < 500; i++) {
        psa_key_id_t key = atomic_load(&racing->key);
        if (number == 0) {
            (void)psab_destroy_key(racing->core, key);
            atomic_store(&racing->key, any_key(racing->core));
            continue;
        }
        psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
        psa_status_t status = psab_mac_sign_setup(racing->core, &operation, key, HMAC);
        CHECK(status == PSA_SUCCESS || status == PSA_ERROR_INVALID_HANDLE);
        if (status == PSA_SUCCESS) {
            status = psab_mac_update(racing->core, &operation, text, LENGTH);
            CHECK(status == PSA_SUCCESS || status == PSA_ERROR_BAD_STATE);
            status = psab_mac_sign_finish(racing->core, &operation, mac, 32, &length);
            CHECK(status == PSA_SUCCESS || status == PSA_ERROR_BAD_STATE || status == PSA_ERROR_INVALID_HANDLE);
        }
        CHECK_STATUS(psab_mac_abort(racing->core, &operation), PSA_SUCCESS);
    }
}

TEST(key_may_go_while_it_is_used) {
    for (size_t shape = 0; shape < 2; shape++) {
        mock_t m;
        psab_core_t *core = core_with(&m, shape == 0 ? compute_only : sign_family, shape == 0 ? 1 : 4);
        racing_t racing = {core, any_key(core)};
        check_threads(3, use_and_destroy, &racing);
        psab_core_free(core);
    }
}
