#include "keys_support.h"

#include <string.h>

static psa_status_t builtin(void *user, psab_key_t *key, uint64_t slot) {
    fixture_t *fixture = user;
    fixture->loaded++;
    if (slot != 7) {
        return PSA_ERROR_DOES_NOT_EXIST;
    }
    key->attributes.type = PSA_KEY_TYPE_AES;
    key->attributes.bits = 128;
    psa_status_t status = psab_key_reserve(key, 4);
    if (status == PSA_SUCCESS) {
        memcpy(key->data, "slot", 4);
    }
    return status;
}

static psa_status_t destroy(void *user, psab_key_t *key) {
    fixture_t *fixture = user;
    fixture->destroyed++;
    if (fixture->during_destroy != NULL) {
        fixture->during_destroy(fixture, key);
    }
    return fixture->destroy_status;
}

static void discard(void *user, psab_key_t *key) {
    fixture_t *fixture = user;
    fixture->discarded++;
    *(bool *)atomic_exchange(&key->prepared, NULL) = true;
}

static psab_status_t (*real_save)(void *user, uint32_t kind, uint32_t name, const uint8_t *data, size_t length);
static fixture_t *saving;

static psab_status_t save(void *user, uint32_t kind, uint32_t name, const uint8_t *data, size_t length) {
    if (saving->save_fails > 0) {
        saving->save_fails--;
        return PSA_ERROR_INSUFFICIENT_STORAGE;
    }
    return real_save(user, kind, name, data, length);
}

static void open_store(fixture_t *fixture) {
    psab_store_hooks_t hooks = {.user = fixture, .builtin = builtin, .destroy = destroy, .discard = discard};
    fixture->store = psab_store_new(&fixture->storage, &hooks);
    CHECK(fixture->store != NULL);
}

void fixture_open(fixture_t *fixture) {
    memset(fixture, 0, sizeof *fixture);
    fixture->memory = psab_memory_storage_new();
    fixture->storage = psab_memory_storage(fixture->memory);
    real_save = fixture->storage.save;
    fixture->storage.save = save;
    saving = fixture;
    open_store(fixture);
}

void fixture_restart(fixture_t *fixture) {
    psab_store_free(fixture->store);
    open_store(fixture);
}

void fixture_close(fixture_t *fixture) {
    psab_store_free(fixture->store);
    psab_memory_storage_free(fixture->memory);
}

psab_attributes_t volatile_attributes(void) {
    return (psab_attributes_t){.usage = PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_ENCRYPT,
                               .alg = PSA_ALG_GCM,
                               .bits = 128,
                               .type = PSA_KEY_TYPE_AES};
}

psab_attributes_t persistent_attributes(psa_key_id_t id, psa_key_usage_t usage) {
    psab_attributes_t attributes = volatile_attributes();
    attributes.id = id;
    attributes.lifetime = PSA_KEY_LIFETIME_PERSISTENT;
    attributes.usage = usage;
    return attributes;
}

psab_attributes_t opaque_attributes(psa_key_id_t id) {
    psab_attributes_t attributes = volatile_attributes();
    attributes.id = id;
    attributes.lifetime = PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(
        id == 0 ? PSA_KEY_PERSISTENCE_VOLATILE : PSA_KEY_PERSISTENCE_DEFAULT, FAKE_LOCATION);
    return attributes;
}

psa_key_id_t make_key(fixture_t *fixture, const psab_attributes_t *attributes, size_t size, uint8_t fill) {
    psab_key_t *key = NULL;
    psa_key_id_t id = PSA_KEY_ID_NULL;
    if (psab_key_begin(fixture->store, attributes, &key) != PSA_SUCCESS) {
        return PSA_KEY_ID_NULL;
    }
    psa_status_t status = psab_key_reserve(key, size);
    if (status == PSA_SUCCESS) {
        memset(key->data, fill, size);
        status = psab_key_commit(key, &id);
    }
    if (status != PSA_SUCCESS) {
        psab_key_cancel(key);
        return PSA_KEY_ID_NULL;
    }
    return id;
}

psa_status_t look(fixture_t *fixture, psa_key_id_t id) {
    psab_key_t *key = NULL;
    psa_status_t status = psab_key_acquire(fixture->store, id, &key);
    if (status == PSA_SUCCESS) {
        psab_key_release(key);
    }
    return status;
}
