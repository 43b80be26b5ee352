/* Which driver serves a call: order, matching, fallback, contradictions, registration. */

#include <string.h>

#include "mock.h"

static const uint16_t hash_compute[] = {PSAB_EP_HASH_COMPUTE};
static const uint16_t key_and_sign[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_SIGN_HASH};

static psa_status_t hash(psab_core_t *core, psa_algorithm_t alg) {
    uint8_t output[PSA_HASH_MAX_SIZE];
    size_t length;
    return psab_hash_compute(core, alg, (const uint8_t *)"abc", 3, output, sizeof output, &length);
}

TEST(first_registered_driver_serves) {
    psab_core_t *core = mock_core();
    mock_t a, b;
    mock_init(&a, "alpha");
    mock_init(&b, "beta");
    mock_capability(&a, 0, hash_compute, 1);
    mock_capability(&b, 0, hash_compute, 1);
    mock_register(&a, core);
    mock_register(&b, core);
    CHECK_STATUS(hash(core, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_EQUAL(a.calls[PSAB_EP_HASH_COMPUTE], 1);
    CHECK_EQUAL(b.calls[PSAB_EP_HASH_COMPUTE], 0);
    CHECK_EQUAL(mock_counts(core, "alpha").served, 1);
    psab_core_free(core);
}

TEST(capability_with_fallback_passes_not_supported_on) {
    psab_core_t *core = mock_core();
    mock_t a, b;
    mock_init(&a, "alpha");
    mock_init(&b, "beta");
    mock_capability(&a, 0, hash_compute, 1)->flags = PSAB_CAPABILITY_FALLBACK;
    mock_capability(&b, 0, hash_compute, 1);
    a.status[PSAB_EP_HASH_COMPUTE] = PSA_ERROR_NOT_SUPPORTED;
    mock_register(&a, core);
    mock_register(&b, core);
    CHECK_STATUS(hash(core, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_EQUAL(mock_counts(core, "alpha").fell_back, 1);
    CHECK_EQUAL(mock_counts(core, "alpha").served, 0);
    CHECK_EQUAL(mock_counts(core, "beta").served, 1);
    psab_core_free(core);
}

TEST(capability_without_fallback_ends_the_call) {
    psab_core_t *core = mock_core();
    mock_t a, b;
    mock_init(&a, "alpha");
    mock_init(&b, "beta");
    mock_capability(&a, 0, hash_compute, 1);
    mock_capability(&b, 0, hash_compute, 1);
    a.status[PSAB_EP_HASH_COMPUTE] = PSA_ERROR_NOT_SUPPORTED;
    mock_register(&a, core);
    mock_register(&b, core);
    CHECK_STATUS(hash(core, PSA_ALG_SHA_256), PSA_ERROR_NOT_SUPPORTED);
    CHECK_EQUAL(mock_counts(core, "alpha").refused, 1);
    CHECK_EQUAL(b.calls[PSAB_EP_HASH_COMPUTE], 0);
    psab_core_free(core);
}

TEST(other_failures_are_final_in_spite_of_fallback) {
    psab_core_t *core = mock_core();
    mock_t a, b;
    mock_init(&a, "alpha");
    mock_init(&b, "beta");
    mock_capability(&a, 0, hash_compute, 1)->flags = PSAB_CAPABILITY_FALLBACK;
    mock_capability(&b, 0, hash_compute, 1);
    a.status[PSAB_EP_HASH_COMPUTE] = PSA_ERROR_HARDWARE_FAILURE;
    mock_register(&a, core);
    mock_register(&b, core);
    CHECK_STATUS(hash(core, PSA_ALG_SHA_256), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(mock_counts(core, "alpha").errors, 1);
    CHECK_EQUAL(b.calls[PSAB_EP_HASH_COMPUTE], 0);
    psab_core_free(core);
}

TEST(mbedtls_dialect_counts_as_fallback) {
    psab_core_t *core = mock_core();
    mock_t a, b;
    mock_init(&a, "alpha");
    mock_init(&b, "beta");
    a.description.dialect = "mbedtls";
    mock_capability(&a, 0, hash_compute, 1);
    mock_capability(&b, 0, hash_compute, 1);
    a.status[PSAB_EP_HASH_COMPUTE] = PSA_ERROR_NOT_SUPPORTED;
    mock_register(&a, core);
    mock_register(&b, core);
    CHECK_STATUS(hash(core, PSA_ALG_SHA_256), PSA_SUCCESS);
    CHECK_EQUAL(b.calls[PSAB_EP_HASH_COMPUTE], 1);
    psab_core_free(core);
}

TEST(algorithm_list_selects) {
    static const uint32_t only_sha512[] = {PSA_ALG_SHA_512};
    psab_core_t *core = mock_core();
    mock_t a;
    mock_init(&a, "alpha");
    psab_capability_t *capability = mock_capability(&a, 0, hash_compute, 1);
    capability->algorithms = only_sha512;
    capability->algorithm_count = 1;
    mock_register(&a, core);
    CHECK_STATUS(hash(core, PSA_ALG_SHA_256), PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(hash(core, PSA_ALG_SHA_512), PSA_SUCCESS);
    CHECK_EQUAL(a.calls[PSAB_EP_HASH_COMPUTE], 1);
    CHECK_EQUAL(psab_core_refused(core), 1);
    psab_core_free(core);
}

TEST(registration_makes_cached_routes_stale) {
    psab_core_t *core = mock_core();
    mock_t a, b;
    mock_init(&a, "alpha");
    mock_init(&b, "beta");
    mock_capability(&a, 0, hash_compute, 1)->flags = PSAB_CAPABILITY_FALLBACK;
    mock_capability(&b, 0, hash_compute, 1);
    a.status[PSAB_EP_HASH_COMPUTE] = PSA_ERROR_NOT_SUPPORTED;
    mock_register(&a, core);
    CHECK_STATUS(hash(core, PSA_ALG_SHA_256), PSA_ERROR_NOT_SUPPORTED);
    mock_register(&b, core);
    CHECK_STATUS(hash(core, PSA_ALG_SHA_256), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(cell_of_a_key_follows_registration) {
    psab_core_t *core = mock_core();
    mock_t a, b;
    mock_init(&a, "alpha");
    mock_init(&b, "beta");
    mock_capability(&a, 0, key_and_sign, 2)->flags = PSAB_CAPABILITY_FALLBACK;
    mock_capability(&b, 0, key_and_sign, 2);
    a.status[PSAB_EP_SIGN_HASH] = PSA_ERROR_NOT_SUPPORTED;
    mock_register(&a, core);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
    uint8_t input[64] = {1}, signature[64];
    size_t length;
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(psab_sign_hash(core, key, PSA_ALG_ECDSA(PSA_ALG_SHA_256), input, 32, signature, 64, &length),
                     PSA_ERROR_NOT_SUPPORTED);
        CHECK_STATUS(psab_sign_hash(core, key, PSA_ALG_ECDSA(PSA_ALG_SHA_512), input, 64, signature, 64, &length),
                     PSA_ERROR_NOT_SUPPORTED);
    }
    mock_register(&b, core);
    CHECK_STATUS(psab_sign_hash(core, key, PSA_ALG_ECDSA(PSA_ALG_SHA_256), input, 32, signature, 64, &length),
                 PSA_SUCCESS);
    CHECK_EQUAL(b.calls[PSAB_EP_SIGN_HASH], 1);
    psab_core_free(core);
}

TEST(capabilities_that_contradict_each_other_serve_nothing) {
    psab_core_t *core = mock_core();
    mock_t a;
    mock_init(&a, "alpha");
    mock_capability(&a, 0, key_and_sign, 2);
    mock_capability(&a, 1, (uint16_t[]){PSAB_EP_SIGN_HASH}, 1);
    mock_other_sign_hash(&a, 1);
    mock_register(&a, core);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
    uint8_t input[32] = {1}, signature[64];
    size_t length;
    CHECK_STATUS(psab_sign_hash(core, key, PSA_ALG_ECDSA(PSA_ALG_SHA_256), input, 32, signature, 64, &length),
                 PSA_ERROR_NOT_SUPPORTED);
    CHECK_EQUAL(a.calls[PSAB_EP_SIGN_HASH], 0);
    psab_core_free(core);
}

TEST(capabilities_that_name_one_function_agree) {
    static const uint32_t sizes[] = {256};
    psab_core_t *core = mock_core();
    mock_t a;
    mock_init(&a, "alpha");
    mock_capability(&a, 0, key_and_sign, 2);
    psab_capability_t *sized = mock_capability(&a, 1, (uint16_t[]){PSAB_EP_SIGN_HASH}, 1);
    sized->key_sizes = sizes;
    sized->key_size_count = 1;
    mock_register(&a, core);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
    uint8_t input[32] = {1}, signature[64];
    size_t length;
    CHECK_STATUS(psab_sign_hash(core, key, PSA_ALG_ECDSA(PSA_ALG_SHA_256), input, 32, signature, 64, &length),
                 PSA_SUCCESS);
    psab_core_free(core);
}

TEST(key_of_a_location_reaches_only_the_driver_of_that_location) {
    psab_core_t *core = mock_core();
    mock_t local, element;
    mock_init(&local, "local");
    mock_init_opaque(&element, "element");
    mock_capability(&local, 0, key_and_sign, 2);
    mock_capability(&element, 0, key_and_sign, 2);
    mock_register(&local, core);
    mock_register(&element, core);
    psa_key_lifetime_t lifetime =
        PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(PSA_KEY_PERSISTENCE_VOLATILE, MOCK_LOCATION);
    psa_key_id_t key = mock_key(core, lifetime, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
    uint8_t input[32] = {1}, signature[64];
    size_t length;
    element.status[PSAB_EP_SIGN_HASH] = PSA_ERROR_NOT_SUPPORTED;
    CHECK_STATUS(psab_sign_hash(core, key, PSA_ALG_ECDSA(PSA_ALG_SHA_256), input, 32, signature, 64, &length),
                 PSA_ERROR_NOT_SUPPORTED);
    CHECK_EQUAL(element.calls[PSAB_EP_SIGN_HASH], 1);
    CHECK_EQUAL(local.calls[PSAB_EP_SIGN_HASH], 0);
    psab_core_free(core);
}

TEST(location_without_driver_is_refused) {
    psab_core_t *core = mock_core();
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id = 1;
    uint8_t data[32] = {1};
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_lifetime(&attributes, PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(0, 0x123456));
    CHECK_STATUS(psab_import_key(core, &attributes, data, sizeof data, &id), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(id, PSA_KEY_ID_NULL);
    psab_core_free(core);
}

/* An import whose size is open: a driver with a capability for another size may still take it. */
TEST(import_of_unknown_size_tries_sized_capabilities) {
    static const uint32_t sizes[] = {256};
    psab_core_t *core = mock_core();
    mock_t a;
    mock_init(&a, "alpha");
    psab_capability_t *capability = mock_capability(&a, 0, key_and_sign, 2);
    capability->key_sizes = sizes;
    capability->key_size_count = 1;
    mock_register(&a, core);
    psab_attributes_t open = {.type = PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)};
    psab_attributes_t other = open;
    psab_explanation_t entry;
    other.bits = 384;
    CHECK_EQUAL(psab_core_explain(core, "import_key", 0, &open, &entry, 1), 1);
    CHECK_EQUAL(entry.reason, PSAB_REASON_SERVES);
    CHECK_EQUAL(psab_core_explain(core, "import_key", 0, &other, &entry, 1), 1);
    CHECK_EQUAL(entry.reason, PSAB_REASON_KEY_SIZE);
    psab_core_free(core);
}

static psa_status_t try_register(psab_core_t *core, mock_t *mock) {
    return psab_core_register(core, &mock->description, mock);
}

TEST(impossible_descriptions_are_refused) {
    psab_core_t *core = mock_core();
    mock_t m;
    CHECK_STATUS(psab_core_register(core, NULL, NULL), PSA_ERROR_INVALID_ARGUMENT);
    mock_init(&m, "no-identifier");
    CHECK_STATUS(try_register(core, &m), PSA_ERROR_INVALID_ARGUMENT);
    mock_init(&m, "");
    CHECK_STATUS(try_register(core, &m), PSA_ERROR_INVALID_ARGUMENT);
    mock_init(&m, NULL);
    CHECK_STATUS(try_register(core, &m), PSA_ERROR_INVALID_ARGUMENT);
    mock_init(&m, "m");
    m.description.location = 5;
    CHECK_STATUS(try_register(core, &m), PSA_ERROR_INVALID_ARGUMENT);
    mock_init_opaque(&m, "m");
    m.description.location = 0;
    CHECK_STATUS(try_register(core, &m), PSA_ERROR_INVALID_ARGUMENT);
    mock_init(&m, "m");
    m.description.capability_count = SIZE_MAX;
    CHECK_STATUS(try_register(core, &m), PSA_ERROR_INVALID_ARGUMENT);
    mock_init(&m, "m");
    mock_capability(&m, 0, hash_compute, 1)->ops = NULL;
    CHECK_STATUS(try_register(core, &m), PSA_ERROR_INVALID_ARGUMENT);
    mock_init(&m, "m");
    mock_capability(&m, 0, hash_compute, 1)->algorithm_count = 3;
    CHECK_STATUS(try_register(core, &m), PSA_ERROR_INVALID_ARGUMENT);
    mock_init_opaque(&m, "m");
    mock_capability(&m, 0, key_and_sign, 2)->flags = PSAB_CAPABILITY_FALLBACK;
    CHECK_STATUS(try_register(core, &m), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(psab_core_driver_count(core), 0);
    psab_core_free(core);
}

TEST(two_opaque_drivers_cannot_share_a_location) {
    psab_core_t *core = mock_core();
    mock_t a, b;
    psab_failure_t failure;
    mock_init_opaque(&a, "alpha");
    mock_init_opaque(&b, "beta");
    mock_register(&a, core);
    CHECK_STATUS(try_register(core, &b), PSA_ERROR_ALREADY_EXISTS);
    psab_last_failure(&failure);
    CHECK(strstr(failure.detail, "alpha") != NULL);
    CHECK_EQUAL(psab_core_driver_count(core), 1);
    psab_core_free(core);
}

TEST(initialisation_that_fails_keeps_a_driver_out) {
    psab_core_t *core = mock_core();
    mock_t a;
    mock_init(&a, "alpha");
    mock_capability(&a, 0, (uint16_t[]){PSAB_EP_INIT, PSAB_EP_FREE}, 2);
    a.status[PSAB_EP_INIT] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(try_register(core, &a), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(psab_core_driver_count(core), 0);
    psab_core_free(core);
    CHECK_EQUAL(a.calls[PSAB_EP_FREE], 0);
}

TEST(drivers_registered_early_start_with_the_core_and_end_with_it) {
    psab_core_t *core = psab_core_new_without_software();
    mock_t a;
    mock_init(&a, "alpha");
    mock_capability(&a, 0, (uint16_t[]){PSAB_EP_INIT, PSAB_EP_FREE}, 2);
    mock_register(&a, core);
    CHECK_EQUAL(a.calls[PSAB_EP_INIT], 0);
    CHECK_STATUS(psab_crypto_init(core), PSA_SUCCESS);
    CHECK_STATUS(psab_crypto_init(core), PSA_SUCCESS);
    CHECK_EQUAL(a.calls[PSAB_EP_INIT], 1);
    psab_core_free(core);
    CHECK_EQUAL(a.calls[PSAB_EP_FREE], 1);
}

TEST(image_that_is_none_is_refused_with_a_reason) {
    psab_core_t *core = mock_core();
    char error[64];
    CHECK_STATUS(psab_core_load(core, "/nowhere/at/all.so", error, sizeof error), PSA_ERROR_DOES_NOT_EXIST);
    CHECK(strstr(error, "nowhere") != NULL);
    CHECK_STATUS(psab_core_load(core, "libm.so.6", error, sizeof error), PSA_ERROR_DATA_INVALID);
    CHECK(error[0] != '\0');
    psab_core_free(core);
}

/* Many mechanisms: every one still finds its way, cached or not. */
TEST(thousands_of_mechanisms_are_routed) {
    psab_core_t *core = mock_core();
    mock_t a;
    mock_init(&a, "alpha");
    mock_capability(&a, 0, hash_compute, 1);
    mock_register(&a, core);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 1; i < 3000; i++) {
            uint8_t output[PSA_HASH_MAX_SIZE];
            size_t length = 0;
            CHECK_STATUS(psab_hash_compute(core, 0x82000000u + 256 * i + 1, NULL, 0, output, sizeof output, &length),
                         PSA_SUCCESS);
        }
    }
    CHECK_EQUAL(mock_counts(core, "alpha").served, 2 * 2999);
    psab_core_free(core);
}

typedef struct shared {
    psab_core_t *core;
    mock_t *late;
} shared_t;

static void hash_often(unsigned number, void *user) {
    shared_t *shared = user;
    if (number == 0) {
        for (int i = 0; i < 4; i++) {
            (void)psab_core_register(shared->core, &shared->late[i].description, &shared->late[i]);
            CHECK_STATUS(psab_core_trace_start(shared->core, 16), PSA_SUCCESS);
            psab_core_trace_stop(shared->core);
        }
    }
    for (unsigned i = 0; i < 2000; i++) {
        uint8_t output[PSA_HASH_MAX_SIZE];
        size_t length = 0;
        psa_algorithm_t alg = i % 3 == 0 ? PSA_ALG_SHA_256 : 0x82000001u + 256 * (i % 200);
        CHECK_STATUS(psab_hash_compute(shared->core, alg, NULL, 0, output, sizeof output, &length), PSA_SUCCESS);
    }
}

TEST(counts_are_exact_while_threads_call_and_others_register) {
    psab_core_t *core = mock_core();
    mock_t a, late[4];
    mock_init(&a, "alpha");
    mock_capability(&a, 0, hash_compute, 1)->flags = PSAB_CAPABILITY_FALLBACK;
    mock_register(&a, core);
    for (int i = 0; i < 4; i++) {
        mock_init(&late[i], (const char *[]){"l0", "l1", "l2", "l3"}[i]);
        mock_capability(&late[i], 0, hash_compute, 1);
    }
    shared_t shared = {core, late};
    check_threads(4, hash_often, &shared);
    CHECK_EQUAL(mock_counts(core, "alpha").served, 4 * 2000);
    psab_core_free(core);
}
