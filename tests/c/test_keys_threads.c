/* Keys used, created and destroyed by several threads at once. */

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "keys_support.h"

#define THREADS 4u
#define KEYS 16u

/* Sanitizers are slow. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define ROUNDS 4000u
#else
#define ROUNDS 40000u
#endif

typedef struct shared {
    fixture_t fixture;
    _Atomic psa_key_id_t ids[KEYS];
    _Atomic unsigned used;
    _Atomic unsigned wrong;
} shared_t;

/* All bytes of a key are the same; anything else is a key that changed under its user. */
static void use(shared_t *shared, psa_key_id_t id) {
    psab_key_t *key = NULL;
    if (psab_key_acquire(shared->fixture.store, id, &key) != PSA_SUCCESS) {
        return;
    }
    uint8_t first = key->data[0];
    bool same = key->attributes.id == id && key->size == 64 && first != 0;
    for (size_t i = 0; i < key->size; i++) {
        same = same && key->data[i] == first;
    }
    psab_key_release(key);
    shared->used++;
    if (!same) {
        shared->wrong++;
    }
}

static void mix(unsigned number, void *user) {
    shared_t *shared = user;
    psab_attributes_t attributes = volatile_attributes();
    uint32_t state = number + 1;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t pick = check_random(&state);
        _Atomic psa_key_id_t *id = &shared->ids[pick % KEYS];
        if (pick >> 28 == 0) {
            uint8_t fill = (uint8_t)(1 + pick % 255);
            psa_key_id_t old = atomic_exchange(id, make_key(&shared->fixture, &attributes, 64, fill));
            if (old != PSA_KEY_ID_NULL && psab_store_destroy(shared->fixture.store, old) != PSA_SUCCESS) {
                shared->wrong++;
            }
        } else {
            use(shared, atomic_load(id));
        }
    }
}

TEST(keys_never_change_under_their_users) {
    shared_t shared;
    memset(&shared, 0, sizeof shared);
    fixture_open(&shared.fixture);
    check_threads(THREADS, mix, &shared);
    CHECK_EQUAL(shared.wrong, 0);
    CHECK(shared.used > 0);
    fixture_close(&shared.fixture);
}

static void destroy_one(unsigned number, void *user) {
    shared_t *shared = user;
    (void)number;
    if (psab_store_destroy(shared->fixture.store, atomic_load(&shared->ids[0])) == PSA_SUCCESS) {
        shared->used++;
    }
}

TEST(only_one_of_several_destroyers_succeeds) {
    for (unsigned i = 0; i < 50; i++) {
        shared_t shared;
        memset(&shared, 0, sizeof shared);
        fixture_open(&shared.fixture);
        psab_attributes_t attributes = opaque_attributes(0);
        atomic_store(&shared.ids[0], make_key(&shared.fixture, &attributes, 16, 1));
        check_threads(THREADS, destroy_one, &shared);
        CHECK_EQUAL(shared.used, 1);
        CHECK_EQUAL(shared.fixture.destroyed, 1);
        fixture_close(&shared.fixture);
    }
}

static void create_one(unsigned number, void *user) {
    shared_t *shared = user;
    psab_attributes_t attributes = persistent_attributes(42, PSA_KEY_USAGE_CACHE);
    if (make_key(&shared->fixture, &attributes, 64, (uint8_t)(number + 1)) == 42) {
        shared->used++;
    }
}

TEST(only_one_of_several_creators_gets_an_identifier) {
    for (unsigned i = 0; i < 50; i++) {
        shared_t shared;
        memset(&shared, 0, sizeof shared);
        fixture_open(&shared.fixture);
        check_threads(THREADS, create_one, &shared);
        CHECK_EQUAL(shared.used, 1);
        fixture_close(&shared.fixture);
    }
}

/* Persistent keys, some of which may not stay in memory, are created, used, purged and destroyed. */
static void mix_persistent(unsigned number, void *user) {
    shared_t *shared = user;
    uint32_t state = number + 77;
    for (unsigned i = 0; i < ROUNDS / 4; i++) {
        uint32_t pick = check_random(&state);
        psa_key_id_t id = 1 + pick % KEYS;
        psab_attributes_t attributes = persistent_attributes(id, id % 2 == 0 ? PSA_KEY_USAGE_CACHE : 0);
        attributes.bits = 512;
        switch (pick >> 28) {
        case 0:
            (void)make_key(&shared->fixture, &attributes, 64, (uint8_t)(1 + pick % 255));
            break;
        case 1:
            (void)psab_store_destroy(shared->fixture.store, id);
            break;
        case 2:
            (void)psab_store_purge(shared->fixture.store, id);
            break;
        default:
            use(shared, id);
        }
    }
}

TEST(persistent_keys_never_change_under_their_users) {
    shared_t shared;
    memset(&shared, 0, sizeof shared);
    fixture_open(&shared.fixture);
    check_threads(THREADS, mix_persistent, &shared);
    CHECK_EQUAL(shared.wrong, 0);
    CHECK(shared.used > 0);
    for (psa_key_id_t id = 1; id <= KEYS; id++) {
        psa_status_t exists = shared.fixture.storage.remove(shared.fixture.storage.user, PSAB_STORAGE_KEY, id);
        psa_status_t found = look(&shared.fixture, id);
        /* Keys that are kept in memory outlive the removal of their record behind the store's back. */
        CHECK(exists == PSA_SUCCESS || found == PSA_ERROR_INVALID_HANDLE);
    }
    fixture_close(&shared.fixture);
}

typedef struct handover {
    fixture_t fixture;
    pthread_barrier_t barrier;
    psa_key_id_t id;
    _Atomic unsigned wrong;
} handover_t;

static void use_while_other_destroys(unsigned number, void *user) {
    handover_t *handover = user;
    psab_key_t *key = NULL;
    if (number == 0) {
        bool found = psab_key_acquire(handover->fixture.store, handover->id, &key) == PSA_SUCCESS;
        pthread_barrier_wait(&handover->barrier);
        pthread_barrier_wait(&handover->barrier);
        handover->wrong += !found || key->data[0] != 0x42 || handover->fixture.destroyed != 0;
        psab_key_release(key);
        handover->wrong += handover->fixture.destroyed != 1;
    } else {
        pthread_barrier_wait(&handover->barrier);
        handover->wrong += psab_store_destroy(handover->fixture.store, handover->id) != PSA_SUCCESS;
        handover->wrong += look(&handover->fixture, handover->id) != PSA_ERROR_INVALID_HANDLE;
        pthread_barrier_wait(&handover->barrier);
    }
}

TEST(destroying_does_not_wait_for_a_user_on_another_thread) {
    handover_t handover;
    memset(&handover, 0, sizeof handover);
    fixture_open(&handover.fixture);
    pthread_barrier_init(&handover.barrier, NULL, 2);
    psab_attributes_t attributes = opaque_attributes(0);
    handover.id = make_key(&handover.fixture, &attributes, 16, 0x42);
    check_threads(2, use_while_other_destroys, &handover);
    CHECK_EQUAL(handover.wrong, 0);
    pthread_barrier_destroy(&handover.barrier);
    fixture_close(&handover.fixture);
}

static void come_and_go(unsigned number, void *user) {
    shared_t *shared = user;
    (void)number;
    use(shared, atomic_load(&shared->ids[0]));
}

TEST(threads_that_end_leave_no_trace) {
    shared_t shared;
    memset(&shared, 0, sizeof shared);
    fixture_open(&shared.fixture);
    psab_attributes_t attributes = volatile_attributes();
    atomic_store(&shared.ids[0], make_key(&shared.fixture, &attributes, 64, 1));
    for (unsigned i = 0; i < 100; i++) {
        check_threads(2, come_and_go, &shared);
    }
    CHECK_EQUAL(shared.used, 200);
    CHECK_STATUS(psab_store_destroy(shared.fixture.store, shared.ids[0]), PSA_SUCCESS);
    fixture_close(&shared.fixture);
}
