/* Keys in cryptoprocessors (driver interface: opaque drivers). */

#include <string.h>

#include "check.h"
#include "key_drivers.h"
#include "psab/api.h"

static const uint8_t bytes[32] = {5, 6, 7, 8};

typedef struct setting {
    vault_t vault;
    psab_memory_storage_t *memory;
    psab_storage_t storage;
    psab_core_t *core;
} setting_t;

static void start(setting_t *s) {
    psa_key_lifetime_t lifetime =
        PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(PSA_KEY_PERSISTENCE_DEFAULT, VAULT_LOCATION);
    psab_builtin_key_t builtin[] = {{0x7fff0001, lifetime, 3}, {0x7fff0002, lifetime, 4}};
    s->core = psab_core_new_without_software();
    CHECK_STATUS(psab_core_set_storage(s->core, &s->storage), PSA_SUCCESS);
    CHECK_STATUS(psab_core_set_builtin_keys(s->core, builtin, 2), PSA_SUCCESS);
    CHECK_STATUS(psab_core_register(s->core, &vault_description, &s->vault), PSA_SUCCESS);
    CHECK_STATUS(psab_core_register(s->core, &wrap_description, NULL), PSA_SUCCESS);
    CHECK_STATUS(psab_crypto_init(s->core), PSA_SUCCESS);
}

static void open_setting(setting_t *s) {
    memset(s, 0, sizeof *s);
    s->memory = psab_memory_storage_new();
    s->storage = psab_memory_storage(s->memory);
    start(s);
}

static void restart(setting_t *s) {
    psab_core_free(s->core);
    start(s);
}

static void close_setting(setting_t *s) {
    psab_core_free(s->core);
    psab_memory_storage_free(s->memory);
}

static psa_key_attributes_t at(psa_key_location_t location, psa_key_id_t id) {
    psa_key_attributes_t attributes = psa_key_attributes_init();
    psa_set_key_lifetime(&attributes,
                         PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(PSA_KEY_PERSISTENCE_VOLATILE, location));
    if (id != 0) {
        psa_set_key_id(&attributes, id);
    }
    psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_COPY);
    return attributes;
}

static void check_exports(setting_t *s, psa_key_id_t id, const uint8_t *expected, size_t size) {
    uint8_t out[32] = {0};
    size_t length = 0;
    CHECK_STATUS(psab_export_key(s->core, id, out, sizeof out, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, size);
    CHECK_BYTES(out, expected, size);
}

TEST(key_in_an_element_is_imported_and_exported_by_its_driver) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(VAULT_LOCATION, 0);
    psa_key_id_t id;
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    CHECK_EQUAL(vault_taken(&s.vault), 1);
    check_exports(&s, id, bytes, 16);
    CHECK_STATUS(psab_destroy_key(s.core, id), PSA_SUCCESS);
    CHECK_EQUAL(vault_taken(&s.vault), 0);
    attributes = at(WRAP_LOCATION, 0);
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 32, &id), PSA_SUCCESS);
    check_exports(&s, id, bytes, 32);
    CHECK_STATUS(psab_destroy_key(s.core, id), PSA_SUCCESS);
    close_setting(&s);
}

TEST(key_is_generated_in_its_element) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(VAULT_LOCATION, 0);
    psa_key_id_t id;
    psa_set_key_bits(&attributes, 128);
    uint8_t expected[16];
    memset(expected, 0x99, 16);
    CHECK_STATUS(psab_generate_key(s.core, &attributes, &id), PSA_SUCCESS);
    check_exports(&s, id, expected, 16);
    psa_set_key_lifetime(&attributes, WRAP_LOCATION << 8);
    CHECK_STATUS(psab_generate_key(s.core, &attributes, &id), PSA_ERROR_NOT_SUPPORTED);
    close_setting(&s);
}

TEST(persistent_key_of_an_element_survives_a_restart) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(VAULT_LOCATION, 42);
    psa_key_id_t id;
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    restart(&s);
    check_exports(&s, 42, bytes, 16);
    CHECK_EQUAL(s.vault.destroyed, 0);
    CHECK_STATUS(psab_destroy_key(s.core, 42), PSA_SUCCESS);
    CHECK_EQUAL(vault_taken(&s.vault), 0);
    close_setting(&s);
}

TEST(volatile_key_of_an_element_ends_with_the_core) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(VAULT_LOCATION, 0);
    psa_key_id_t id;
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    restart(&s);
    CHECK_EQUAL(vault_taken(&s.vault), 0);
    close_setting(&s);
}

TEST(failed_creation_frees_what_was_allocated) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(VAULT_LOCATION, 42);
    psa_key_id_t id = 9;
    s.vault.status = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(id, PSA_KEY_ID_NULL);
    CHECK_EQUAL(s.vault.allocated, 1);
    CHECK_EQUAL(s.vault.destroyed, 1);
    CHECK_EQUAL(vault_taken(&s.vault), 0);
    s.vault.status = PSA_SUCCESS;
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    close_setting(&s);
}

TEST(full_element_refuses_the_next_key) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(VAULT_LOCATION, 0);
    psa_key_id_t id;
    for (unsigned i = 0; i < VAULT_SHELVES; i++) {
        CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    }
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_ERROR_INSUFFICIENT_STORAGE);
    close_setting(&s);
}

TEST(element_that_cannot_destroy_keeps_the_key) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(VAULT_LOCATION, 0);
    psa_key_id_t id;
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    s.vault.destroy_status = PSA_ERROR_COMMUNICATION_FAILURE;
    CHECK_STATUS(psab_destroy_key(s.core, id), PSA_ERROR_COMMUNICATION_FAILURE);
    check_exports(&s, id, bytes, 16);
    s.vault.destroy_status = PSA_SUCCESS;
    CHECK_STATUS(psab_destroy_key(s.core, id), PSA_SUCCESS);
    close_setting(&s);
}

TEST(key_is_copied_within_its_element) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(VAULT_LOCATION, 0);
    psa_key_id_t id;
    psa_key_id_t copy;
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_COPY);
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_copy_key(s.core, id, &attributes, &copy), PSA_SUCCESS);
    CHECK_EQUAL(vault_taken(&s.vault), 2);
    CHECK_BYTES(s.vault.shelves[1].key, bytes, 16);
    close_setting(&s);
}

TEST(key_leaves_its_location_only_if_it_may_be_exported) {
    setting_t s;
    open_setting(&s);
    const psa_key_location_t locations[] = {VAULT_LOCATION, WRAP_LOCATION, PSA_KEY_LOCATION_LOCAL_STORAGE};
    for (size_t i = 0; i < 3; i++) {
        psa_key_attributes_t source = at(locations[i], 0);
        psa_key_attributes_t target = at(locations[(i + 1) % 3], 0);
        psa_key_id_t id;
        psa_key_id_t copy;
        CHECK_STATUS(psab_import_key(s.core, &source, bytes, 16, &id), PSA_SUCCESS);
        CHECK_STATUS(psab_copy_key(s.core, id, &target, &copy), PSA_SUCCESS);
        check_exports(&s, copy, bytes, 16);
        psa_set_key_usage_flags(&source, PSA_KEY_USAGE_COPY);
        CHECK_STATUS(psab_import_key(s.core, &source, bytes, 16, &id), PSA_SUCCESS);
        CHECK_STATUS(psab_copy_key(s.core, id, &target, &copy), PSA_ERROR_NOT_PERMITTED);
    }
    close_setting(&s);
}

TEST(element_without_copying_copies_exportable_keys) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(WRAP_LOCATION, 0);
    psa_key_id_t id;
    psa_key_id_t copy;
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_copy_key(s.core, id, &attributes, &copy), PSA_SUCCESS);
    check_exports(&s, copy, bytes, 16);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_COPY);
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_copy_key(s.core, id, &attributes, &copy), PSA_ERROR_NOT_SUPPORTED);
    close_setting(&s);
}

TEST(builtin_key_is_used_like_any_other) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = psa_key_attributes_init();
    memcpy(s.vault.shelves[7].key, bytes, 16);
    s.vault.shelves[7].length = 16;
    check_exports(&s, 0x7fff0001, bytes, 16);
    CHECK_STATUS(psab_get_key_attributes(s.core, 0x7fff0001, &attributes), PSA_SUCCESS);
    CHECK_EQUAL(psa_get_key_id(&attributes), 0x7fff0001);
    CHECK_EQUAL(psa_get_key_bits(&attributes), 128);
    CHECK_STATUS(psab_get_key_attributes(s.core, 0x7fff0002, &attributes), PSA_ERROR_INVALID_HANDLE);
    close_setting(&s);
}

TEST(builtin_key_that_moves_is_corruption) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = psa_key_attributes_init();
    s.vault.builtin_moves = true;
    CHECK_STATUS(psab_get_key_attributes(s.core, 0x7fff0001, &attributes), PSA_ERROR_CORRUPTION_DETECTED);
    close_setting(&s);
}

TEST(builtin_key_of_an_impossible_size_is_corruption) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = psa_key_attributes_init();
    s.vault.builtin_bits = 8u * 65536u;
    CHECK_STATUS(psab_get_key_attributes(s.core, 0x7fff0001, &attributes), PSA_ERROR_CORRUPTION_DETECTED);
    close_setting(&s);
}

/* A key whose driver is not there cannot be destroyed: saying so would leave it in its element for good. */
TEST(key_is_not_destroyed_without_its_driver) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(VAULT_LOCATION, 42);
    psa_key_id_t id;
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    psab_core_free(s.core);
    s.core = psab_core_new_without_software();
    CHECK_STATUS(psab_core_set_storage(s.core, &s.storage), PSA_SUCCESS);
    CHECK_STATUS(psab_crypto_init(s.core), PSA_SUCCESS);
    CHECK_STATUS(psab_destroy_key(s.core, 42), PSA_ERROR_COMMUNICATION_FAILURE);
    restart(&s);
    CHECK_EQUAL(vault_taken(&s.vault), 1);
    CHECK_STATUS(psab_destroy_key(s.core, 42), PSA_SUCCESS);
    CHECK_EQUAL(vault_taken(&s.vault), 0);
    close_setting(&s);
}

/* The element erased the key the last time, and then the record could not be erased. */
TEST(key_that_its_element_lost_can_be_destroyed) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(VAULT_LOCATION, 42);
    psa_key_id_t id;
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 16, &id), PSA_SUCCESS);
    s.vault.destroy_status = PSA_ERROR_DOES_NOT_EXIST;
    CHECK_STATUS(psab_destroy_key(s.core, 42), PSA_SUCCESS);
    CHECK_STATUS(psab_get_key_attributes(s.core, 42, &attributes), PSA_ERROR_INVALID_HANDLE);
    close_setting(&s);
}

TEST(no_element_is_asked_for_more_than_a_key_can_have) {
    setting_t s;
    open_setting(&s);
    psa_key_attributes_t attributes = at(VAULT_LOCATION, 0);
    psa_key_id_t id;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_RAW_DATA);
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, 65536, &id), PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(psab_import_key(s.core, &attributes, bytes, SIZE_MAX, &id), PSA_ERROR_NOT_SUPPORTED);
    CHECK_EQUAL(s.vault.allocated, 0);
    close_setting(&s);
}
