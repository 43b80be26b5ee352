/* Key management through the API, keys of the library itself (section 9.9). */

#include <string.h>

#include "check.h"
#include "key_drivers.h"
#include "psab/api.h"

static const uint8_t bytes[64] = {1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2};
#define P256 PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)
#define P256_PUBLIC PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1)

static psa_key_attributes_t attributes_of(psa_key_type_t type, size_t bits) {
    psa_key_attributes_t attributes = psa_key_attributes_init();
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, bits);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_COPY | PSA_KEY_USAGE_CACHE);
    return attributes;
}

static psab_core_t *open_core(plain_t *plain) {
    psab_core_t *core = psab_core_new_without_software();
    CHECK(core != NULL);
    if (plain != NULL) {
        memset(plain, 0, sizeof *plain);
        CHECK_STATUS(psab_core_register(core, &plain_description, plain), PSA_SUCCESS);
    }
    CHECK_STATUS(psab_crypto_init(core), PSA_SUCCESS);
    return core;
}

static psa_status_t import(psab_core_t *core, psa_key_type_t type, size_t bits, size_t length, psa_key_id_t *id) {
    psa_key_attributes_t attributes = attributes_of(type, bits);
    *id = 99;
    psa_status_t status = psab_import_key(core, &attributes, bytes, length, id);
    CHECK((status == PSA_SUCCESS) == (*id != PSA_KEY_ID_NULL));
    return status;
}

TEST(nothing_works_before_initialisation) {
    psab_core_t *core = psab_core_new_without_software();
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0);
    uint8_t out[8];
    size_t length = 9;
    psa_key_id_t id = 9;
    CHECK_STATUS(psab_import_key(core, &attributes, bytes, 16, &id), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(id, PSA_KEY_ID_NULL);
    CHECK_STATUS(psab_generate_key(core, &attributes, &id), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_copy_key(core, 1, &attributes, &id), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_export_key(core, 1, out, 8, &length), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(length, 0);
    CHECK_STATUS(psab_export_public_key(core, 1, out, 8, &length), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_destroy_key(core, 1), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_purge_key(core, 1), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_get_key_attributes(core, 1, &attributes), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_open_key(core, 1, &id), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_close_key(core, 1), PSA_ERROR_BAD_STATE);
    psab_core_free(core);
}

TEST(imported_key_is_exported_unchanged) {
    psab_core_t *core = open_core(NULL);
    psa_key_id_t id;
    uint8_t out[16];
    size_t length = 0;
    CHECK_STATUS(import(core, PSA_KEY_TYPE_AES, 0, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_export_key(core, id, out, 16, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 16);
    CHECK_BYTES(out, bytes, 16);
    psab_core_free(core);
}

TEST(attributes_read_back_can_be_used_again) {
    psab_core_t *core = open_core(NULL);
    psa_key_id_t id;
    psa_key_attributes_t attributes = psa_key_attributes_init();
    CHECK_STATUS(import(core, PSA_KEY_TYPE_AES, 0, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_get_key_attributes(core, id, &attributes), PSA_SUCCESS);
    CHECK_EQUAL(psa_get_key_bits(&attributes), 128);
    CHECK_EQUAL(psa_get_key_type(&attributes), PSA_KEY_TYPE_AES);
    CHECK_STATUS(psab_import_key(core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_get_key_attributes(core, 12345, &attributes), PSA_ERROR_INVALID_HANDLE);
    CHECK_EQUAL(psa_get_key_type(&attributes), PSA_KEY_TYPE_NONE);
    psab_core_free(core);
}

TEST(sizes_of_unstructured_keys_are_checked) {
    static const struct {
        psa_key_type_t type;
        size_t bits;
        size_t length;
        psa_status_t status;
    } cases[] = {
        {PSA_KEY_TYPE_AES, 0, 15, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_TYPE_AES, 0, 24, PSA_SUCCESS},
        {PSA_KEY_TYPE_AES, 0, 48, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_TYPE_AES, 128, 32, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_TYPE_AES, 256, 32, PSA_SUCCESS},
        {PSA_KEY_TYPE_RAW_DATA, 0, 0, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_TYPE_RAW_DATA, 0, 1, PSA_SUCCESS},
        {PSA_KEY_TYPE_HMAC, 7, 1, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_TYPE_CHACHA20, 0, 16, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_TYPE_CHACHA20, 0, 32, PSA_SUCCESS},
        {PSA_KEY_TYPE_SM4, 0, 24, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_TYPE_ARC4, 0, 4, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_TYPE_ARC4, 0, 5, PSA_SUCCESS},
        {PSA_KEY_TYPE_DES, 0, 8, PSA_SUCCESS},
        {PSA_KEY_TYPE_NONE, 0, 8, PSA_ERROR_INVALID_ARGUMENT},
        {0x2040, 0, 8, PSA_ERROR_NOT_SUPPORTED},
    };
    psab_core_t *core = open_core(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        psa_key_id_t id;
        CHECK_STATUS(import(core, cases[i].type, cases[i].bits, cases[i].length, &id), cases[i].status);
    }
    psab_core_free(core);
}

TEST(des_key_with_wrong_parity_is_refused) {
    static const uint8_t even[8] = {3, 1, 1, 1, 1, 1, 1, 1};
    psab_core_t *core = open_core(NULL);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_DES, 0);
    psa_key_id_t id;
    CHECK_STATUS(psab_import_key(core, &attributes, even, 8, &id), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}

TEST(key_for_xts_has_twice_the_size) {
    psab_core_t *core = open_core(NULL);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0);
    psa_key_id_t id;
    psa_set_key_algorithm(&attributes, PSA_ALG_XTS);
    CHECK_STATUS(psab_import_key(core, &attributes, bytes, 64, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_import_key(core, &attributes, bytes, 16, &id), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}

TEST(attributes_that_no_key_has_are_refused) {
    static const struct {
        psa_key_lifetime_t lifetime;
        psa_key_id_t id;
        psa_key_usage_t usage;
        psa_algorithm_t alg;
        psa_status_t status;
    } cases[] = {
        {PSA_KEY_LIFETIME_VOLATILE, 5, 0, 0, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_LIFETIME_PERSISTENT, 0, 0, 0, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_LIFETIME_PERSISTENT, PSA_KEY_ID_VENDOR_MIN, 0, 0, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_LIFETIME_PERSISTENT, UINT32_MAX, 0, 0, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_PERSISTENCE_READ_ONLY, 5, 0, 0, PSA_ERROR_INVALID_ARGUMENT},
        {2, 5, 0, 0, PSA_ERROR_NOT_SUPPORTED},
        {VAULT_LOCATION << 8, 0, 0, 0, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_LIFETIME_VOLATILE, 0, 0x08000000, 0, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_LIFETIME_VOLATILE, 0, 0, 0x01000001, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_LIFETIME_VOLATILE, 0, 0, PSA_ALG_CMAC | PSAB_ALG_AT_LEAST, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_KEY_LIFETIME_PERSISTENT, PSA_KEY_ID_USER_MAX, 0, 0, PSA_SUCCESS},
    };
    psab_core_t *core = open_core(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0);
        psa_key_id_t id = 99;
        attributes.lifetime = cases[i].lifetime;
        attributes.id = cases[i].id;
        attributes.usage |= cases[i].usage;
        attributes.alg = cases[i].alg;
        CHECK_STATUS(psab_import_key(core, &attributes, bytes, 16, &id), cases[i].status);
    }
    psab_core_free(core);
}

TEST(null_data_with_a_length_is_refused) {
    psab_core_t *core = open_core(NULL);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0);
    psa_key_id_t id;
    CHECK_STATUS(psab_import_key(core, &attributes, NULL, 16, &id), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_import_key(core, &attributes, NULL, 0, &id), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}

TEST(export_needs_permission_and_room) {
    psab_core_t *core = open_core(NULL);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0);
    uint8_t out[16];
    size_t length = 9;
    psa_key_id_t id;
    CHECK_STATUS(psab_import_key(core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_export_key(core, id, out, 15, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_EQUAL(length, 0);
    CHECK_STATUS(psab_export_key(core, id, NULL, 0, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_STATUS(psab_export_key(core, id, NULL, 4, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_export_public_key(core, id, out, 16, &length), PSA_ERROR_INVALID_ARGUMENT);
    psa_set_key_usage_flags(&attributes, 0);
    CHECK_STATUS(psab_import_key(core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_export_key(core, id, out, 16, &length), PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(psab_export_key(core, 12345, out, 16, &length), PSA_ERROR_INVALID_HANDLE);
    psab_core_free(core);
}

TEST(destroying_the_null_identifier_succeeds) {
    psab_core_t *core = open_core(NULL);
    psa_key_id_t id;
    CHECK_STATUS(psab_destroy_key(core, PSA_KEY_ID_NULL), PSA_SUCCESS);
    CHECK_STATUS(psab_destroy_key(core, 77), PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(import(core, PSA_KEY_TYPE_AES, 0, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_destroy_key(core, id), PSA_SUCCESS);
    CHECK_STATUS(psab_destroy_key(core, id), PSA_ERROR_INVALID_HANDLE);
    psab_core_free(core);
}

TEST(persistent_key_is_there_in_another_core) {
    psab_memory_storage_t *memory = psab_memory_storage_new();
    psab_storage_t storage = psab_memory_storage(memory);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0);
    psa_key_id_t id;
    uint8_t out[16];
    size_t length;
    psa_set_key_id(&attributes, 42);
    for (int round = 0; round < 2; round++) {
        psab_core_t *core = psab_core_new_without_software();
        CHECK_STATUS(psab_core_set_storage(core, &storage), PSA_SUCCESS);
        CHECK_STATUS(psab_crypto_init(core), PSA_SUCCESS);
        CHECK_STATUS(psab_core_set_storage(core, &storage), PSA_ERROR_BAD_STATE);
        psa_status_t expected = round == 0 ? PSA_SUCCESS : PSA_ERROR_ALREADY_EXISTS;
        CHECK_STATUS(psab_import_key(core, &attributes, bytes, 16, &id), expected);
        CHECK_STATUS(psab_export_key(core, 42, out, 16, &length), PSA_SUCCESS);
        CHECK_BYTES(out, bytes, 16);
        psab_core_free(core);
    }
    psab_memory_storage_free(memory);
}

TEST(handles_open_and_close_persistent_keys) {
    psab_core_t *core = open_core(NULL);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0);
    psa_key_id_t id;
    psa_key_handle_t handle = 5;
    psa_set_key_id(&attributes, 42);
    CHECK_STATUS(psab_open_key(core, 42, &handle), PSA_ERROR_DOES_NOT_EXIST);
    CHECK_EQUAL(handle, 0);
    CHECK_STATUS(psab_import_key(core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_open_key(core, 42, &handle), PSA_SUCCESS);
    CHECK_STATUS(psab_close_key(core, handle), PSA_SUCCESS);
    CHECK_STATUS(psab_open_key(core, 42, &handle), PSA_SUCCESS);
    CHECK_STATUS(psab_open_key(core, 0, &handle), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_close_key(core, 0), PSA_SUCCESS);
    CHECK_STATUS(psab_close_key(core, 43), PSA_ERROR_INVALID_HANDLE);
    psab_core_free(core);
}

TEST(closing_a_volatile_handle_destroys_the_key) {
    psab_core_t *core = open_core(NULL);
    psa_key_id_t id;
    CHECK_STATUS(import(core, PSA_KEY_TYPE_AES, 0, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_close_key(core, id), PSA_SUCCESS);
    CHECK_STATUS(psab_destroy_key(core, id), PSA_ERROR_INVALID_HANDLE);
    psab_core_free(core);
}

TEST(structured_key_gets_the_exact_room_of_its_format) {
    plain_t plain;
    psab_core_t *core = open_core(&plain);
    psa_key_id_t id;
    uint8_t out[100];
    size_t length;
    CHECK_STATUS(import(core, P256, 256, 32, &id), PSA_SUCCESS);
    CHECK_EQUAL(plain.last_size, 32);
    CHECK_STATUS(psab_export_public_key(core, id, out, sizeof out, &length), PSA_SUCCESS);
    CHECK_EQUAL(plain.last_size, 65);
    CHECK_EQUAL(length, 65);
    CHECK_STATUS(psab_export_public_key(core, id, out, 64, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_EQUAL(length, 0);
    psab_core_free(core);
}

TEST(size_left_open_is_found_in_the_data) {
    plain_t plain;
    psab_core_t *core = open_core(&plain);
    psa_key_id_t id;
    psa_key_attributes_t attributes = psa_key_attributes_init();
    CHECK_STATUS(import(core, P256, 0, 32, &id), PSA_SUCCESS);
    CHECK_EQUAL(plain.last_attributes.bits, 0);
    CHECK_STATUS(psab_get_key_attributes(core, id, &attributes), PSA_SUCCESS);
    CHECK_EQUAL(psa_get_key_bits(&attributes), 256);
    CHECK_STATUS(import(core, P256, 0, 48, &id), PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(import(core, P256, 384, 32, &id), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(plain.imports, 1);
    psab_core_free(core);
}

TEST(public_key_is_exported_without_its_driver) {
    plain_t plain;
    psab_core_t *core = open_core(&plain);
    psa_key_attributes_t attributes = attributes_of(P256_PUBLIC, 256);
    psa_key_id_t id;
    uint8_t out[65];
    uint8_t point[65] = {4};
    size_t length;
    psa_set_key_usage_flags(&attributes, 0);
    CHECK_STATUS(psab_import_key(core, &attributes, point, 65, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_export_public_key(core, id, out, 65, &length), PSA_SUCCESS);
    CHECK_STATUS(psab_export_key(core, id, out, 65, &length), PSA_SUCCESS);
    CHECK_EQUAL(plain.exports, 0);
    psab_core_free(core);
}

TEST(driver_that_changes_the_size_fails_the_import) {
    plain_t plain;
    psab_core_t *core = open_core(&plain);
    psab_failure_t failure;
    psa_key_id_t id;
    plain.claimed_bits = 384;
    CHECK_STATUS(import(core, P256, 256, 32, &id), PSA_ERROR_INVALID_ARGUMENT);
    psab_last_failure(&failure);
    CHECK_EQUAL(failure.report, PSAB_REPORT_BITS_CHANGED);
    CHECK_EQUAL(failure.entry_point, PSAB_EP_IMPORT_KEY);
    CHECK(strcmp(failure.driver, "plain") == 0);
    CHECK_STATUS(import(core, P256, 0, 32, &id), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}

TEST(driver_that_lies_about_lengths_creates_no_key) {
    plain_t plain;
    psab_core_t *core = open_core(&plain);
    psa_key_attributes_t attributes = attributes_of(P256, 256);
    uint8_t out[65];
    size_t length;
    psa_key_id_t good;
    psa_key_id_t id;
    CHECK_STATUS(import(core, P256, 256, 32, &good), PSA_SUCCESS);
    const size_t lies[] = {31, 33, 1000000};
    for (size_t i = 0; i < 3; i++) {
        plain.claimed_length = lies[i];
        CHECK_STATUS(import(core, P256, 256, 32, &id), PSA_ERROR_CORRUPTION_DETECTED);
        CHECK_STATUS(psab_generate_key(core, &attributes, &id), PSA_ERROR_CORRUPTION_DETECTED);
        CHECK_EQUAL(id, PSA_KEY_ID_NULL);
        CHECK_STATUS(psab_export_public_key(core, good, out, 65, &length), PSA_ERROR_CORRUPTION_DETECTED);
        CHECK_EQUAL(length, 0);
        CHECK_EQUAL(out[0], 0);
    }
    psab_core_free(core);
}

TEST(status_of_the_driver_reaches_the_caller) {
    plain_t plain;
    psab_core_t *core = open_core(&plain);
    psa_key_id_t id;
    plain.status = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(import(core, P256, 256, 32, &id), PSA_ERROR_HARDWARE_FAILURE);
    psab_core_free(core);
}

TEST(generation_needs_a_size_and_a_type_that_can_be_generated) {
    plain_t plain;
    psab_core_t *core = open_core(&plain);
    psa_key_id_t id;
    psa_key_attributes_t attributes = attributes_of(P256, 256);
    CHECK_STATUS(psab_generate_key(core, &attributes, &id), PSA_SUCCESS);
    CHECK_EQUAL(plain.generations, 1);
    attributes = attributes_of(P256, 0);
    CHECK_STATUS(psab_generate_key(core, &attributes, &id), PSA_ERROR_INVALID_ARGUMENT);
    attributes = attributes_of(P256_PUBLIC, 256);
    CHECK_STATUS(psab_generate_key(core, &attributes, &id), PSA_ERROR_INVALID_ARGUMENT);
    attributes = attributes_of(PSA_KEY_TYPE_AES, 100);
    CHECK_STATUS(psab_generate_key(core, &attributes, &id), PSA_ERROR_INVALID_ARGUMENT);
    attributes = attributes_of(PSA_KEY_TYPE_WPA3_SAE_ECC(PSA_ECC_FAMILY_SECP_R1), 256);
    CHECK_STATUS(psab_generate_key(core, &attributes, &id), PSA_ERROR_NOT_SUPPORTED);
    CHECK_EQUAL(id, PSA_KEY_ID_NULL);
    psab_core_free(core);
}

TEST(production_parameters_are_checked) {
    plain_t plain;
    psab_core_t *core = open_core(&plain);
    psa_key_attributes_t rsa = attributes_of(PSA_KEY_TYPE_RSA_KEY_PAIR, 2048);
    psa_key_attributes_t ecc = attributes_of(P256, 256);
    psa_custom_key_parameters_t custom = PSA_CUSTOM_KEY_PARAMETERS_INIT;
    const uint8_t three[] = {3, 0};
    const uint8_t even[] = {0, 1};
    const uint8_t one[] = {1};
    psa_key_id_t id;
    CHECK_STATUS(psab_generate_key_custom(core, &ecc, &custom, NULL, 0, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_generate_key_custom(core, &ecc, &custom, three, 2, &id), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_generate_key_custom(core, &rsa, &custom, three, 2, &id), PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(psab_generate_key_custom(core, &rsa, &custom, even, 2, &id), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_generate_key_custom(core, &rsa, &custom, one, 1, &id), PSA_ERROR_INVALID_ARGUMENT);
    custom.flags = 1;
    CHECK_STATUS(psab_generate_key_custom(core, &ecc, &custom, NULL, 0, &id), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}

TEST(copy_has_the_policy_that_both_permit) {
    psab_core_t *core = open_core(NULL);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0);
    psa_key_attributes_t target = psa_key_attributes_init();
    psa_key_id_t source;
    psa_key_id_t copy;
    psa_set_key_algorithm(&attributes, PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(PSA_ALG_GCM, 8));
    CHECK_STATUS(psab_import_key(core, &attributes, bytes, 16, &source), PSA_SUCCESS);
    psa_set_key_algorithm(&target, PSA_ALG_GCM);
    psa_set_key_usage_flags(&target, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_ENCRYPT);
    CHECK_STATUS(psab_copy_key(core, source, &target, &copy), PSA_SUCCESS);
    CHECK_STATUS(psab_get_key_attributes(core, copy, &attributes), PSA_SUCCESS);
    CHECK_EQUAL(psa_get_key_algorithm(&attributes), PSA_ALG_GCM);
    CHECK_EQUAL(psa_get_key_usage_flags(&attributes), PSA_KEY_USAGE_EXPORT);
    psa_set_key_algorithm(&target, PSA_ALG_CTR);
    CHECK_STATUS(psab_copy_key(core, source, &target, &copy), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(copy, PSA_KEY_ID_NULL);
    psa_set_key_algorithm(&target, PSA_ALG_GCM);
    psa_set_key_bits(&target, 192);
    CHECK_STATUS(psab_copy_key(core, source, &target, &copy), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}

TEST(copying_needs_permission) {
    psab_core_t *core = open_core(NULL);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0);
    psa_key_id_t id;
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT);
    CHECK_STATUS(psab_import_key(core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_copy_key(core, id, &attributes, &id), PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(psab_copy_key(core, 12345, &attributes, &id), PSA_ERROR_INVALID_HANDLE);
    psab_core_free(core);
}

TEST(usage_can_be_checked_without_an_operation) {
    psab_core_t *core = open_core(NULL);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0);
    psa_key_id_t id;
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_COPY | PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&attributes, PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(PSA_ALG_GCM, 12));
    CHECK_STATUS(psab_import_key(core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    const struct {
        psa_algorithm_t alg;
        psa_key_usage_t usage;
        psa_status_t status;
    } cases[] = {
        {PSA_ALG_GCM, PSA_KEY_USAGE_ENCRYPT, PSA_ERROR_NOT_SUPPORTED}, /* no driver is there */
        {PSA_ALG_NONE, PSA_KEY_USAGE_COPY, PSA_SUCCESS},
        {PSA_ALG_NONE, PSA_KEY_USAGE_EXPORT, PSA_ERROR_NOT_PERMITTED},
        {PSA_ALG_GCM, PSA_KEY_USAGE_DECRYPT, PSA_ERROR_NOT_PERMITTED},
        {PSA_ALG_CCM, PSA_KEY_USAGE_ENCRYPT, PSA_ERROR_NOT_PERMITTED},
        {PSA_ALG_GCM, PSA_KEY_USAGE_COPY, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_ALG_NONE, PSA_KEY_USAGE_ENCRYPT, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_ALG_GCM, PSA_KEY_USAGE_SIGN_HASH, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_ALG_GCM, PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT, PSA_ERROR_INVALID_ARGUMENT},
        {PSA_ALG_GCM, 0, PSA_ERROR_INVALID_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_STATUS(psab_check_key_usage(core, id, cases[i].alg, cases[i].usage), cases[i].status);
    }
    CHECK_STATUS(psab_check_key_usage(core, 77, PSA_ALG_GCM, PSA_KEY_USAGE_ENCRYPT), PSA_ERROR_INVALID_HANDLE);
    psab_core_free(core);
}
