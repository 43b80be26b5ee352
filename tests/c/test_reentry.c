/* Drivers that call the API of their core from inside an entry point. */

#include <string.h>

#include "api/drivers.h"
#include "mock.h"

static psab_core_t *core;
static psa_status_t result;

static psa_status_t hash(void) {
    uint8_t out[32];
    size_t length;
    return psab_hash_compute(core, PSA_ALG_SHA_256, NULL, 0, out, sizeof out, &length);
}

static void hash_again(mock_t *mock, uint16_t entry_point) {
    if (entry_point == PSAB_EP_HASH_COMPUTE) {
        psa_status_t status = hash();
        mock->status[PSAB_EP_HASH_COMPUTE] = status;
    }
}

TEST(endless_recursion_through_the_api_ends) {
    mock_t mock;
    core = mock_core();
    mock_init(&mock, "echo");
    mock_capability(&mock, 0, (uint16_t[]){PSAB_EP_HASH_COMPUTE}, 1);
    mock_register(&mock, core);
    mock.hook = hash_again;
    CHECK_STATUS(hash(), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(mock.calls[PSAB_EP_HASH_COMPUTE], 16);
    mock.hook = NULL;
    mock.status[PSAB_EP_HASH_COMPUTE] = PSA_SUCCESS;
    CHECK_STATUS(hash(), PSA_SUCCESS);
    psab_core_free(core);
}

static void initialise_again(mock_t *mock, uint16_t entry_point) {
    (void)mock;
    if (entry_point == PSAB_EP_INIT) {
        result = psab_crypto_init(core);
    }
}

TEST(driver_that_initialises_the_core_that_initialises_it_is_refused) {
    mock_t mock;
    core = psab_core_new_without_software();
    mock_init(&mock, "eager");
    mock_capability(&mock, 0, (uint16_t[]){PSAB_EP_INIT}, 1);
    mock_register(&mock, core);
    mock.hook = initialise_again;
    CHECK_STATUS(psab_crypto_init(core), PSA_SUCCESS);
    CHECK_STATUS(result, PSA_ERROR_BAD_STATE);
    psab_core_free(core);
}

static void use_while_ending(mock_t *mock, uint16_t entry_point) {
    psa_key_attributes_t attributes = psa_key_attributes_init();
    uint32_t handle = 0;
    psab_value_t setup[] = {{PSAB_TAG_CONTEXT, 1, {.context = {&handle, 4, PSAB_CONTEXT_HASH_OPERATION}}},
                            {PSAB_TAG_SCALAR, 0, {.scalar = PSA_ALG_SHA_256}}};
    (void)mock;
    if (entry_point == PSAB_EP_FREE) {
        CHECK_STATUS(hash(), PSA_ERROR_BAD_STATE);
        CHECK_STATUS(psab_get_key_attributes(core, 1, &attributes), PSA_ERROR_BAD_STATE);
        CHECK_STATUS(psab_destroy_key(core, PSA_KEY_ID_VENDOR_MIN), PSA_ERROR_BAD_STATE);
        result = psab_services.call(PSAB_EP_HASH_SETUP, setup, 2);
    }
}

/* The clean-up of a driver may need a hash; it gets it as a service, and what it leaves open is ended. */
TEST(driver_that_ends_finds_services_but_no_api) {
    mock_t mock;
    core = psab_core_new_without_software();
    mock_init(&mock, "late");
    mock_hash_family(&mock, 0);
    mock_capability(&mock, 1, (uint16_t[]){PSAB_EP_INIT, PSAB_EP_FREE}, 2);
    mock_register(&mock, core);
    CHECK_STATUS(psab_crypto_init(core), PSA_SUCCESS);
    mock.hook = use_while_ending;
    result = PSA_ERROR_GENERIC_ERROR;
    psab_core_free(core);
    CHECK_EQUAL(mock.calls[PSAB_EP_FREE], 1);
    CHECK_STATUS(result, PSA_SUCCESS);
    CHECK_EQUAL(mock.aborts, 1);
}

static psa_key_id_t busy;
static unsigned destroyed_in_use;

static void purge_and_destroy(mock_t *mock, uint16_t entry_point) {
    if (entry_point == PSAB_EP_SIGN_HASH) {
        mock->hook = NULL;
        CHECK_STATUS(psab_purge_key(core, busy), PSA_SUCCESS);
        CHECK_STATUS(psab_destroy_key(core, busy), PSA_SUCCESS);
        destroyed_in_use = mock->calls[PSAB_EP_DESTROY_KEY];
    }
}

/* Purging must not hide from the destruction that somebody is using the key. */
TEST(key_of_an_element_that_is_purged_and_destroyed_in_use_lives_to_the_end_of_the_use) {
    static const uint8_t data[32] = {1};
    uint8_t signature[64];
    size_t length;
    mock_t mock;
    psa_key_attributes_t attributes = psa_key_attributes_init();
    core = mock_core();
    mock_init_opaque(&mock, "element");
    mock_capability(&mock, 0, (uint16_t[]){PSAB_EP_IMPORT_KEY, PSAB_EP_SIGN_HASH, PSAB_EP_DESTROY_KEY}, 3);
    mock_register(&mock, core);
    psa_set_key_id(&attributes, 42);
    psa_set_key_lifetime(&attributes,
                         PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(PSA_KEY_PERSISTENCE_DEFAULT, MOCK_LOCATION));
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
    CHECK_STATUS(psab_import_key(core, &attributes, data, sizeof data, &busy), PSA_SUCCESS);
    mock.hook = purge_and_destroy;
    CHECK_STATUS(psab_sign_hash(core, busy, PSA_ALG_ECDSA(PSA_ALG_SHA_256), data, 32, signature, 64, &length),
                 PSA_SUCCESS);
    CHECK_EQUAL(destroyed_in_use, 0);
    CHECK_EQUAL(mock.calls[PSAB_EP_DESTROY_KEY], 1);
    CHECK_STATUS(psab_get_key_attributes(core, busy, &attributes), PSA_ERROR_INVALID_HANDLE);
    psab_core_free(core);
}
