/* Slots and identifiers: creation, look-up, destruction, on one thread. */

#include <string.h>

#include "keys_support.h"

TEST(new_key_is_found_with_its_data) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    psa_key_id_t id = make_key(&f, &attributes, 16, 0xab);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_acquire(f.store, id, &key), PSA_SUCCESS);
    CHECK_EQUAL(key->size, 16);
    CHECK_EQUAL(key->data[15], 0xab);
    CHECK_EQUAL(key->attributes.id, id);
    psab_key_release(key);
    fixture_close(&f);
}

TEST(volatile_identifiers_are_in_the_vendor_range) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    for (int i = 0; i < 2000; i++) {
        psa_key_id_t id = make_key(&f, &attributes, 16, 1);
        CHECK(id >= PSA_KEY_ID_VENDOR_MIN && id < PSAB_BUILTIN_ID_MIN);
    }
    fixture_close(&f);
}

TEST(unknown_identifiers_are_invalid) {
    fixture_t f;
    fixture_open(&f);
    CHECK_STATUS(look(&f, PSA_KEY_ID_NULL), PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(look(&f, 1), PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(look(&f, PSA_KEY_ID_VENDOR_MIN), PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(look(&f, PSA_KEY_ID_VENDOR_MAX), PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(look(&f, UINT32_MAX), PSA_ERROR_INVALID_HANDLE);
    fixture_close(&f);
}

TEST(destroyed_key_is_not_found) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    psa_key_id_t id = make_key(&f, &attributes, 16, 1);
    CHECK_STATUS(psab_store_destroy(f.store, id), PSA_SUCCESS);
    CHECK_STATUS(look(&f, id), PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(psab_store_destroy(f.store, id), PSA_ERROR_INVALID_HANDLE);
    fixture_close(&f);
}

TEST(stale_identifier_does_not_find_the_next_keys) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    psa_key_id_t first = make_key(&f, &attributes, 16, 1);
    CHECK_STATUS(psab_store_destroy(f.store, first), PSA_SUCCESS);
    for (unsigned i = 0; i < 10 * PSAB_REUSE_AFTER; i++) {
        psa_key_id_t id = make_key(&f, &attributes, 16, 2);
        CHECK(id != first);
        CHECK_STATUS(look(&f, first), PSA_ERROR_INVALID_HANDLE);
        CHECK_STATUS(psab_store_destroy(f.store, id), PSA_SUCCESS);
    }
    fixture_close(&f);
}

TEST(slots_are_reused) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    for (unsigned i = 0; i < 5 * PSAB_REUSE_AFTER; i++) {
        CHECK_STATUS(psab_store_destroy(f.store, make_key(&f, &attributes, 16, 2)), PSA_SUCCESS);
    }
    CHECK(f.store->fresh <= PSAB_REUSE_AFTER + 1);
    fixture_close(&f);
}

TEST(destroying_wipes_small_and_large_keys) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    psa_key_id_t id = make_key(&f, &attributes, PSAB_KEY_SMALL, 0x5a);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_acquire(f.store, id, &key), PSA_SUCCESS);
    psab_key_release(key);
    CHECK_EQUAL(key->small[0], 0x5a);
    CHECK_STATUS(psab_store_destroy(f.store, id), PSA_SUCCESS);
    for (size_t i = 0; i < PSAB_KEY_SMALL; i++) {
        CHECK_EQUAL(key->small[i], 0);
    }
    CHECK_EQUAL(key->attributes.type, 0);
    CHECK(key->data == NULL);
    fixture_close(&f);
}

TEST(key_destroyed_in_use_stays_usable_until_released) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    psa_key_id_t id = make_key(&f, &attributes, 16, 0x33);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_acquire(f.store, id, &key), PSA_SUCCESS);
    CHECK_STATUS(psab_store_destroy(f.store, id), PSA_SUCCESS);
    CHECK_STATUS(look(&f, id), PSA_ERROR_INVALID_HANDLE);
    CHECK_EQUAL(key->data[0], 0x33);
    psab_key_release(key);
    CHECK_EQUAL(key->small[0], 0);
    fixture_close(&f);
}

TEST(last_of_several_users_wipes_the_key) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    psa_key_id_t id = make_key(&f, &attributes, 16, 0x33);
    psab_key_t *first = NULL;
    psab_key_t *second = NULL;
    CHECK_STATUS(psab_key_acquire(f.store, id, &first), PSA_SUCCESS);
    CHECK_STATUS(psab_key_acquire(f.store, id, &second), PSA_SUCCESS);
    CHECK_STATUS(psab_store_destroy(f.store, id), PSA_SUCCESS);
    psab_key_release(first);
    CHECK_EQUAL(second->data[0], 0x33);
    psab_key_release(second);
    CHECK_EQUAL(first->small[0], 0);
    fixture_close(&f);
}

TEST(prepared_material_is_discarded_with_the_key) {
    fixture_t f;
    fixture_open(&f);
    bool gone = false;
    psab_attributes_t attributes = volatile_attributes();
    psa_key_id_t id = make_key(&f, &attributes, 16, 1);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_acquire(f.store, id, &key), PSA_SUCCESS);
    atomic_store(&key->prepared, &gone);
    CHECK_STATUS(psab_store_destroy(f.store, id), PSA_SUCCESS);
    CHECK(!gone);
    psab_key_release(key);
    CHECK(gone);
    fixture_close(&f);
}

TEST(cancelled_creation_leaves_nothing) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = persistent_attributes(5, 0);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_begin(f.store, &attributes, &key), PSA_SUCCESS);
    CHECK_STATUS(psab_key_reserve(key, 100), PSA_SUCCESS);
    psab_key_cancel(key);
    CHECK_STATUS(look(&f, 5), PSA_ERROR_INVALID_HANDLE);
    CHECK_EQUAL(make_key(&f, &attributes, 16, 1), 5);
    fixture_close(&f);
}

TEST(shrinking_keeps_what_is_left_and_wipes_the_rest) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_begin(f.store, &attributes, &key), PSA_SUCCESS);
    CHECK_STATUS(psab_key_reserve(key, 40), PSA_SUCCESS);
    memset(key->data, 7, 40);
    psab_key_shrink(key, 8);
    CHECK_EQUAL(key->size, 8);
    CHECK_EQUAL(key->data[7], 7);
    CHECK_EQUAL(key->small[8], 0);
    CHECK_STATUS(psab_key_reserve(key, 4000), PSA_SUCCESS);
    memset(key->data, 9, 4000);
    psab_key_shrink(key, 33);
    CHECK_EQUAL(key->size, 33);
    CHECK_EQUAL(key->data[32], 9);
    psab_key_shrink(key, 0);
    CHECK(key->data == NULL && key->size == 0);
    psab_key_cancel(key);
    fixture_close(&f);
}

TEST(a_thread_can_use_many_keys_but_not_without_limit) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    psa_key_id_t id = make_key(&f, &attributes, 16, 1);
    psab_key_t *keys[PSAB_HAZARDS + 1];
    for (size_t i = 0; i < PSAB_HAZARDS; i++) {
        CHECK_STATUS(psab_key_acquire(f.store, id, &keys[i]), PSA_SUCCESS);
    }
    CHECK_STATUS(psab_key_acquire(f.store, id, &keys[PSAB_HAZARDS]), PSA_ERROR_INSUFFICIENT_MEMORY);
    for (size_t i = 0; i < PSAB_HAZARDS; i++) {
        psab_key_release(keys[i]);
    }
    CHECK_STATUS(look(&f, id), PSA_SUCCESS);
    fixture_close(&f);
}

TEST(keys_can_be_released_in_any_order) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = volatile_attributes();
    psab_key_t *keys[3];
    for (size_t i = 0; i < 3; i++) {
        CHECK_STATUS(psab_key_acquire(f.store, make_key(&f, &attributes, 16, 1), &keys[i]), PSA_SUCCESS);
    }
    psa_key_id_t ids[3] = {keys[0]->attributes.id, keys[1]->attributes.id, keys[2]->attributes.id};
    psab_key_release(keys[0]);
    psab_key_release(keys[2]);
    CHECK_STATUS(psab_store_destroy(f.store, ids[0]), PSA_SUCCESS);
    CHECK(keys[0]->data == NULL);
    CHECK_STATUS(psab_store_destroy(f.store, ids[1]), PSA_SUCCESS);
    CHECK(keys[1]->data != NULL);
    psab_key_release(keys[1]);
    CHECK(keys[1]->data == NULL);
    fixture_close(&f);
}

TEST(volatile_opaque_key_ends_with_its_driver) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = opaque_attributes(0);
    psa_key_id_t id = make_key(&f, &attributes, 8, 1);
    CHECK_STATUS(psab_store_destroy(f.store, id), PSA_SUCCESS);
    CHECK_EQUAL(f.destroyed, 1);
    (void)make_key(&f, &attributes, 8, 1);
    fixture_restart(&f);
    CHECK_EQUAL(f.destroyed, 2);
    fixture_close(&f);
}

TEST(driver_that_refuses_destruction_keeps_the_key) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = opaque_attributes(9);
    CHECK_EQUAL(make_key(&f, &attributes, 8, 1), 9);
    f.destroy_status = PSA_ERROR_NOT_PERMITTED;
    CHECK_STATUS(psab_store_destroy(f.store, 9), PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(look(&f, 9), PSA_SUCCESS);
    f.destroy_status = PSA_SUCCESS;
    CHECK_STATUS(psab_store_destroy(f.store, 9), PSA_SUCCESS);
    CHECK_STATUS(look(&f, 9), PSA_ERROR_INVALID_HANDLE);
    fixture_close(&f);
}

static void use_and_destroy(fixture_t *fixture, psab_key_t *key) {
    fixture->during_destroy = NULL;
    CHECK_STATUS(look(fixture, key->attributes.id), PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(psab_store_destroy(fixture->store, key->attributes.id), PSA_ERROR_INVALID_HANDLE);
    psab_attributes_t attributes = volatile_attributes();
    psa_key_id_t other = make_key(fixture, &attributes, 16, 1);
    CHECK_STATUS(psab_store_destroy(fixture->store, other), PSA_SUCCESS);
}

TEST(driver_can_use_the_store_while_its_key_is_destroyed) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = opaque_attributes(9);
    f.during_destroy = use_and_destroy;
    CHECK_EQUAL(make_key(&f, &attributes, 8, 1), 9);
    CHECK_STATUS(psab_store_destroy(f.store, 9), PSA_SUCCESS);
    fixture_close(&f);
}

TEST(opaque_key_destroyed_in_use_reaches_its_driver_at_the_end) {
    fixture_t f;
    fixture_open(&f);
    psab_attributes_t attributes = opaque_attributes(0);
    psa_key_id_t id = make_key(&f, &attributes, 8, 1);
    psab_key_t *key = NULL;
    CHECK_STATUS(psab_key_acquire(f.store, id, &key), PSA_SUCCESS);
    CHECK_STATUS(psab_store_destroy(f.store, id), PSA_SUCCESS);
    CHECK_EQUAL(f.destroyed, 0);
    psab_key_release(key);
    CHECK_EQUAL(f.destroyed, 1);
    fixture_close(&f);
}
