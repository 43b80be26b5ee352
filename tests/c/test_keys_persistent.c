/* Persistent keys: storage, records, restart, purge, built-in keys, interrupted creations. */

#include <stdlib.h>
#include <string.h>

#include "keys/persistent.h"
#include "keys/record.h"
#include "keys_support.h"

#define CACHE PSA_KEY_USAGE_CACHE

TEST(persistent_key_survives_a_restart) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(42, PSA_KEY_USAGE_EXPORT | CACHE);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 0x77), 42);
    fixture_restart(&f);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_acquire(f.store, 42, &key), PSA_SUCCESS);
    CHECK_EQUAL(key->data[15], 0x77);
    CHECK_EQUAL(key->attributes.usage, PSA_KEY_USAGE_EXPORT | CACHE);
    CHECK_EQUAL(key->attributes.lifetime, PSA_KEY_LIFETIME_PERSISTENT);
    psab_key_release(key);
    fixture_close(&f);
}

TEST(identifier_in_use_already_exists) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(42, CACHE);
    psab_key_t *key = NULL;
    CHECK_EQUAL(make_key(&f, &attributes, 16, 1), 42);
    CHECK_STATUS(psab_key_begin(f.store, &attributes, &key), PSA_ERROR_ALREADY_EXISTS);
    fixture_restart(&f);
    CHECK_STATUS(psab_key_begin(f.store, &attributes, &key), PSA_ERROR_ALREADY_EXISTS);
    CHECK(key == NULL);
    fixture_close(&f);
}

TEST(identifier_of_an_unfinished_key_is_taken_but_not_usable) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(42, CACHE);
    psab_key_t *first = NULL;
    psab_key_t *second = NULL;
    CHECK_STATUS(psab_key_begin(f.store, &attributes, &first), PSA_SUCCESS);
    CHECK_STATUS(psab_key_begin(f.store, &attributes, &second), PSA_ERROR_ALREADY_EXISTS);
    CHECK_STATUS(look(&f, 42), PSA_ERROR_INVALID_HANDLE);
    psab_key_cancel(first);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 1), 42);
    fixture_close(&f);
}

TEST(destroyed_persistent_key_is_gone_from_storage) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(42, CACHE);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 1), 42);
    CHECK_STATUS(psab_store_destroy(f.store, 42), PSA_SUCCESS);
    CHECK_STATUS(psab_persistent_exists(&f.storage, PSAB_STORAGE_KEY, 42), PSA_ERROR_DOES_NOT_EXIST);
    fixture_restart(&f);
    CHECK_STATUS(look(&f, 42), PSA_ERROR_INVALID_HANDLE);
    fixture_close(&f);
}

TEST(failed_save_leaves_no_key) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(42, CACHE);
    f.save_fails = 1;
    CHECK_EQUAL(make_key(&f, &attributes, 16, 1), PSA_KEY_ID_NULL);
    CHECK_STATUS(look(&f, 42), PSA_ERROR_INVALID_HANDLE);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 1), 42);
    fixture_close(&f);
}

static size_t live_slots(psab_store_t *store) {
    return store->fresh - store->free_count;
}

TEST(key_without_cache_flag_does_not_stay_in_memory) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(42, PSA_KEY_USAGE_EXPORT);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 1), 42);
    CHECK_EQUAL(live_slots(f.store), 0);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_acquire(f.store, 42, &key), PSA_SUCCESS);
    CHECK_EQUAL(key->data[0], 1);
    psab_key_release(key);
    CHECK_EQUAL(live_slots(f.store), 0);
    fixture_close(&f);
}

TEST(purged_key_is_loaded_again) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(42, CACHE);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 1), 42);
    CHECK_EQUAL(live_slots(f.store), 1);
    CHECK_STATUS(psab_store_purge(f.store, 42), PSA_SUCCESS);
    CHECK_EQUAL(live_slots(f.store), 0);
    CHECK_STATUS(look(&f, 42), PSA_SUCCESS);
    CHECK_EQUAL(live_slots(f.store), 1);
    CHECK_STATUS(psab_store_purge(f.store, 43), PSA_ERROR_INVALID_HANDLE);
    fixture_close(&f);
}

TEST(purging_a_volatile_key_keeps_it) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    psa_key_id_t id = make_key(&f, &attributes, 16, 1);
    CHECK_STATUS(psab_store_purge(f.store, id), PSA_SUCCESS);
    CHECK_STATUS(look(&f, id), PSA_SUCCESS);
    fixture_close(&f);
}

TEST(key_purged_in_use_can_be_used_to_the_end_and_again) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(42, CACHE);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 0x11), 42);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_acquire(f.store, 42, &key), PSA_SUCCESS);
    CHECK_STATUS(psab_store_purge(f.store, 42), PSA_SUCCESS);
    CHECK_EQUAL(key->data[0], 0x11);
    CHECK_STATUS(look(&f, 42), PSA_SUCCESS);
    psab_key_release(key);
    CHECK_STATUS(look(&f, 42), PSA_SUCCESS);
    CHECK_EQUAL(live_slots(f.store), 1);
    fixture_close(&f);
}

TEST(many_persistent_keys_are_found) {
    fixture_t f;
    fixture_open(&f);
    for (psa_key_id_t id = 1; id <= 1000; id++) {
        psab_attributes_t attributes = persistent_attributes(id * 977, CACHE);
        CHECK_EQUAL(make_key(&f, &attributes, 16, (uint8_t)id), id * 977);
    }
    for (psa_key_id_t id = 1; id <= 1000; id += 3) {
        CHECK_STATUS(psab_store_destroy(f.store, id * 977), PSA_SUCCESS);
    }
    for (psa_key_id_t id = 1; id <= 1000; id++) {
        CHECK_STATUS(look(&f, id * 977), id % 3 == 1 ? PSA_ERROR_INVALID_HANDLE : PSA_SUCCESS);
    }
    fixture_close(&f);
}

/* The record of a key in storage, changed at one byte. */
static psa_status_t load_changed(fixture_t *f, size_t position, uint8_t change, bool fix_checksum) {
    uint8_t record[128];
    size_t length = 0;
    psab_scratch_t scratch;
    CHECK_STATUS(f->storage.load(f->storage.user, PSAB_STORAGE_KEY, 42, record, sizeof record, &length), PSA_SUCCESS);
    record[position % length] ^= change;
    size_t content = length - PSAB_RECORD_OVERHEAD;
    CHECK(psab_record_buffer(&scratch, content));
    memcpy(scratch.data, record, length);
    if (fix_checksum) {
        CHECK_STATUS(psab_record_save(&f->storage, PSAB_STORAGE_KEY, 42, &scratch, content), PSA_SUCCESS);
    } else {
        CHECK_STATUS(f->storage.save(f->storage.user, PSAB_STORAGE_KEY, 42, record, length), PSA_SUCCESS);
    }
    psab_scratch_free(&scratch);
    fixture_restart(f);
    return look(f, 42);
}

TEST(every_damaged_byte_is_noticed) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(42, CACHE);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 0x77), 42);
    for (size_t position = 0; position < PSAB_RECORD_OVERHEAD + 24 + 16; position++) {
        CHECK_STATUS(load_changed(&f, position, 0x20, false), PSA_ERROR_DATA_CORRUPT);
        CHECK_STATUS(load_changed(&f, position, 0x20, false), PSA_SUCCESS);
    }
    fixture_close(&f);
}

TEST(values_that_no_key_has_are_invalid_data) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(42, CACHE);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 0x77), 42);
    const size_t start = PSAB_RECORD_START;
    const size_t positions[] = {start, start + 4, start + 11, start + 16, start + 22};
    const uint8_t changes[] = {1, 1, 0x80, 8, 1}; /* identifier, volatile, usage flag, size, reserved */
    for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++) {
        CHECK_STATUS(load_changed(&f, positions[i], changes[i], true), PSA_ERROR_DATA_INVALID);
        CHECK_STATUS(load_changed(&f, positions[i], changes[i], true), PSA_SUCCESS);
    }
    fixture_close(&f);
}

TEST(truncated_records_are_corrupt) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(42, CACHE);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 0x77), 42);
    uint8_t record[128];
    size_t length = 0;
    CHECK_STATUS(f.storage.load(f.storage.user, PSAB_STORAGE_KEY, 42, record, sizeof record, &length), PSA_SUCCESS);
    while (length-- > 1) {
        CHECK_STATUS(f.storage.save(f.storage.user, PSAB_STORAGE_KEY, 42, record, length), PSA_SUCCESS);
        fixture_restart(&f);
        CHECK_STATUS(look(&f, 42), PSA_ERROR_DATA_CORRUPT);
    }
    fixture_close(&f);
}

TEST(stored_state_of_a_driver_is_padded_or_cut) {
    fixture_t f;
    fixture_open(&f);
    uint8_t state[8] = {9, 9, 9, 9, 9, 9, 9, 9};
    const uint8_t zeros[8] = {0};
    CHECK_STATUS(psab_state_load(&f.storage, FAKE_LOCATION, state, 8), PSA_SUCCESS);
    CHECK_BYTES(state, zeros, 8);
    CHECK_STATUS(psab_state_save(&f.storage, FAKE_LOCATION, (const uint8_t *)"abcd", 4), PSA_SUCCESS);
    CHECK_STATUS(psab_state_load(&f.storage, FAKE_LOCATION, state, 8), PSA_SUCCESS);
    CHECK_BYTES(state, "abcd\0\0\0\0", 8);
    CHECK_STATUS(psab_state_load(&f.storage, FAKE_LOCATION, state, 2), PSA_SUCCESS);
    CHECK_BYTES(state, "ab", 2);
    fixture_close(&f);
}

static void set_builtin(fixture_t *f) {
    psa_key_lifetime_t lifetime =
        PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(PSA_KEY_PERSISTENCE_READ_ONLY, FAKE_LOCATION);
    psab_builtin_key_t keys[] = {{0x7fff0001, lifetime, 7}, {5, lifetime, 8}, {6, lifetime, 7}};
    CHECK_STATUS(psab_store_set_builtin(f->store, keys, 3), PSA_SUCCESS);
}

TEST(builtin_key_is_asked_of_its_driver_once) {
    fixture_t f;
    fixture_open(&f);
    set_builtin(&f);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_acquire(f.store, 0x7fff0001, &key), PSA_SUCCESS);
    CHECK_BYTES(key->data, "slot", 4);
    CHECK_EQUAL(key->attributes.id, 0x7fff0001);
    psab_key_release(key);
    CHECK_STATUS(look(&f, 0x7fff0001), PSA_SUCCESS);
    CHECK_EQUAL(f.loaded, 1);
    CHECK_STATUS(psab_store_purge(f.store, 0x7fff0001), PSA_SUCCESS);
    CHECK_STATUS(look(&f, 0x7fff0001), PSA_SUCCESS);
    CHECK_EQUAL(f.loaded, 2);
    fixture_close(&f);
}

TEST(builtin_keys_cannot_be_created_or_destroyed) {
    fixture_t f;
    fixture_open(&f);
    set_builtin(&f);
    psab_attributes_t attributes = persistent_attributes(5, CACHE);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_begin(f.store, &attributes, &key), PSA_ERROR_ALREADY_EXISTS);
    CHECK_STATUS(psab_store_destroy(f.store, 6), PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(look(&f, 6), PSA_SUCCESS);
    CHECK_STATUS(look(&f, 5), PSA_ERROR_INVALID_HANDLE);
    fixture_close(&f);
}

TEST(builtin_keys_need_identifiers_and_lifetimes_of_their_own) {
    fixture_t f;
    fixture_open(&f);
    psab_builtin_key_t key = {5, PSA_KEY_LIFETIME_PERSISTENT, 1};
    CHECK_STATUS(psab_store_set_builtin(f.store, &key, 1), PSA_ERROR_INVALID_ARGUMENT);
    key.lifetime = FAKE_LOCATION << 8;
    CHECK_STATUS(psab_store_set_builtin(f.store, &key, 1), PSA_ERROR_INVALID_ARGUMENT);
    key.lifetime = FAKE_LOCATION << 8 | 1;
    CHECK_STATUS(psab_store_set_builtin(f.store, &key, 1), PSA_SUCCESS);
    key.id = PSA_KEY_ID_VENDOR_MIN;
    CHECK_STATUS(psab_store_set_builtin(f.store, &key, 1), PSA_ERROR_INVALID_ARGUMENT);
    psab_builtin_key_t twice[] = {{5, FAKE_LOCATION << 8 | 1, 1}, {5, FAKE_LOCATION << 8 | 1, 2}};
    CHECK_STATUS(psab_store_set_builtin(f.store, twice, 2), PSA_ERROR_INVALID_ARGUMENT);
    fixture_close(&f);
}

TEST(interrupted_creation_is_undone_at_the_next_start) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = opaque_attributes(42);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_begin(f.store, &attributes, &key), PSA_SUCCESS);
    CHECK_STATUS(psab_key_reserve(key, 4), PSA_SUCCESS);
    CHECK_STATUS(psab_key_announce(key), PSA_SUCCESS);
    fixture_restart(&f);
    CHECK_STATUS(look(&f, 42), PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(psab_store_recover(f.store), PSA_SUCCESS);
    CHECK_EQUAL(f.destroyed, 1);
    CHECK_STATUS(psab_persistent_exists(&f.storage, PSAB_STORAGE_PENDING_KEY, 42), PSA_ERROR_DOES_NOT_EXIST);
    fixture_close(&f);
}

TEST(key_completed_just_before_the_end_is_kept) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = opaque_attributes(42);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_begin(f.store, &attributes, &key), PSA_SUCCESS);
    CHECK_STATUS(psab_key_reserve(key, 4), PSA_SUCCESS);
    CHECK_STATUS(psab_key_announce(key), PSA_SUCCESS);
    CHECK_STATUS(psab_persistent_save(&f.storage, PSAB_STORAGE_KEY, key), PSA_SUCCESS);
    fixture_restart(&f);
    CHECK_STATUS(psab_store_recover(f.store), PSA_SUCCESS);
    CHECK_EQUAL(f.destroyed, 0);
    CHECK_STATUS(look(&f, 42), PSA_SUCCESS);
    fixture_close(&f);
}

TEST(two_stores_can_share_storage) {
    fixture_t f;
    fixture_open(&f);
    psab_store_hooks_t none = {0};
    psab_store_t *other = psab_store_new(&f.storage, &none);
    psab_attributes_t attributes = persistent_attributes(42, CACHE);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 1), 42);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_acquire(other, 42, &key), PSA_SUCCESS);
    psab_key_release(key);
    psab_store_free(other);
    fixture_close(&f);
}

TEST(memory_storage_lists_the_names_of_a_kind) {
    fixture_t f;
    fixture_open(&f);
    for (psa_key_id_t id = 1; id <= 50; id++) {
        psab_attributes_t attributes = persistent_attributes(id, CACHE);
        CHECK_EQUAL(make_key(&f, &attributes, 16, 1), id);
    }
    uint32_t names[8];
    size_t count = 0;
    CHECK_STATUS(f.storage.list(f.storage.user, PSAB_STORAGE_KEY, names, 8, &count), PSA_SUCCESS);
    CHECK_EQUAL(count, 50);
    CHECK_STATUS(f.storage.list(f.storage.user, PSAB_STORAGE_DRIVER_STATE, names, 8, &count), PSA_SUCCESS);
    CHECK_EQUAL(count, 0);
    fixture_close(&f);
}

static psab_status_t odd_load(void *user, uint32_t kind, uint32_t name, uint8_t *data, size_t size, size_t *length) {
    (void)kind;
    (void)name;
    (void)data;
    (void)size;
    (void)length;
    return *(psab_status_t *)user;
}

static psab_status_t odd_save(void *user, uint32_t kind, uint32_t name, const uint8_t *data, size_t length) {
    (void)user;
    (void)kind;
    (void)name;
    (void)data;
    (void)length;
    return 7;
}

TEST(positive_number_of_a_backend_is_a_storage_failure) {
    psab_status_t loaded = PSA_ERROR_DOES_NOT_EXIST;
    fixture_t f;
    fixture_open(&f);
    f.store->storage.user = &loaded;
    f.store->storage.load = odd_load;
    f.store->storage.save = odd_save;
    psab_attributes_t attributes = persistent_attributes(42, CACHE);
    psab_key_t *key = NULL;
    psa_key_id_t id;
    CHECK_STATUS(psab_key_begin(f.store, &attributes, &key), PSA_SUCCESS);
    CHECK_STATUS(psab_key_reserve(key, 16), PSA_SUCCESS);
    CHECK_STATUS(psab_key_commit(key, &id), PSA_ERROR_STORAGE_FAILURE);
    psab_key_cancel(key);
    loaded = 7;
    CHECK_STATUS(psab_key_begin(f.store, &attributes, &key), PSA_ERROR_STORAGE_FAILURE);
    CHECK_STATUS(psab_key_acquire(f.store, 42, &key), PSA_ERROR_STORAGE_FAILURE);
    fixture_close(&f);
}
