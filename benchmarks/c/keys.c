/* What the key store costs: look-up, policy, creation and destruction, without any driver.
 *
 * Prints nanoseconds per call, the best of several runs, on one thread, with a second thread idle
 * and with a second thread busy on the same key.  Compile it with the files of csrc/util and csrc/keys.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/policy.h"

#define RUNS 101
#define CALLS 100000u
#define MANY_LIMIT 1.2 /* of the same key in a store of a million, to one in an empty store */
#define CREATION_LIMIT_NS 150.0

static psab_store_t *store;
static psa_key_id_t *ids;
static size_t id_count;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static psa_key_id_t make(psa_key_id_t persistent_id) {
    static const uint8_t data[16] = {1, 2, 3};
    psab_attributes_t attributes = {.usage = PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_CACHE,
                                    .alg = PSA_ALG_GCM,
                                    .bits = 128,
                                    .type = PSA_KEY_TYPE_AES};
    attributes.id = persistent_id;
    attributes.lifetime = persistent_id != 0;
    psab_key_t *key = NULL;
    psa_key_id_t id = PSA_KEY_ID_NULL;
    if (psab_key_begin(store, &attributes, &key) == PSA_SUCCESS && psab_key_reserve(key, sizeof data) == PSA_SUCCESS) {
        memcpy(key->data, data, sizeof data);
        (void)psab_key_commit(key, &id);
    }
    return id;
}

static unsigned use(psa_key_id_t id) {
    psab_key_t *key;
    if (psab_key_acquire_for(store, id, PSA_KEY_USAGE_ENCRYPT, PSA_ALG_GCM, &key) != PSA_SUCCESS) {
        return 1;
    }
    __asm__ __volatile__("" : : "r"(key->data) : "memory");
    psab_key_release(key);
    return 0;
}

static unsigned use_one(unsigned calls) {
    unsigned failures = 0;
    for (unsigned i = 0; i < calls; i++) {
        failures += use(ids[0]);
    }
    return failures;
}

static unsigned use_all(unsigned calls) {
    unsigned failures = 0;
    uint32_t state = 1;
    for (unsigned i = 0; i < calls; i++) {
        state = state * 1664525u + 1013904223u;
        failures += use(ids[(size_t)(((uint64_t)state * id_count) >> 32)]);
    }
    return failures;
}

static unsigned import_and_destroy(unsigned calls) {
    unsigned failures = 0;
    for (unsigned i = 0; i < calls; i++) {
        failures += psab_store_destroy(store, make(0)) != PSA_SUCCESS;
    }
    return failures;
}

static double measure(const char *what, unsigned (*function)(unsigned calls), unsigned calls) {
    double best = 1e18;
    unsigned failures = 0;
    for (int run = 0; run < RUNS; run++) {
        double start = now();
        failures += function(calls);
        double time = (now() - start) / calls;
        best = time < best ? time : best;
    }
    printf("%-48s %8.1f ns%s\n", what, best, failures != 0 ? "  FAILED" : "");
    return failures != 0 ? 1e18 : best;
}

static _Atomic bool idle_goes_on = true;
static _Atomic bool busy_goes_on = true;

static void *idle(void *ready) {
    (void)use(ids[0]);
    atomic_store((_Atomic bool *)ready, true);
    while (atomic_load(&idle_goes_on)) {
        struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void *busy(void *ready) {
    atomic_store((_Atomic bool *)ready, true);
    while (atomic_load(&busy_goes_on)) {
        (void)use_one(1000);
    }
    return NULL;
}

static pthread_t start(void *(*function)(void *)) {
    static _Atomic bool ready;
    pthread_t thread;
    atomic_store(&ready, false);
    if (pthread_create(&thread, NULL, function, (void *)&ready) != 0) {
        abort();
    }
    while (!atomic_load(&ready)) {
    }
    return thread;
}

int main(void) {
    psab_memory_storage_t *memory = psab_memory_storage_new();
    psab_storage_t storage = psab_memory_storage(memory);
    psab_store_hooks_t hooks = {0};
    store = psab_store_new(&storage, &hooks);
    ids = calloc(1000000, sizeof *ids);
    if (store == NULL || ids == NULL) {
        return 1;
    }
    ids[0] = make(0);
    (void)measure("acquire, policy, release", use_one, CALLS);
    double creation = measure("import and destroy 16 bytes", import_and_destroy, CALLS / 10);
    pthread_t sleeper = start(idle);
    double few = measure("acquire, policy, release; a thread is idle", use_one, CALLS);
    measure("import and destroy; a thread is idle", import_and_destroy, CALLS / 10);
    pthread_t worker = start(busy);
    measure("acquire, policy, release; a thread is busy", use_one, CALLS);
    measure("import and destroy; a thread is busy", import_and_destroy, CALLS / 10);
    atomic_store(&busy_goes_on, false);
    pthread_join(worker, NULL);
    ids[0] = make(77);
    measure("the same for a persistent key in memory", use_one, CALLS);
    for (id_count = 1; id_count < 1000000; id_count++) {
        ids[id_count] = make(0);
    }
    ids[0] = make(0);
    double many = measure("the same key in a store of a million", use_one, CALLS);
    measure("one of a million volatile keys, at random", use_all, CALLS);
    for (size_t i = 0; i < id_count; i++) {
        ids[i] = make((psa_key_id_t)(1000 + i));
    }
    measure("one of a million persistent keys, at random", use_all, CALLS);
    atomic_store(&idle_goes_on, false);
    pthread_join(sleeper, NULL);
    psab_store_free(store);
    psab_memory_storage_free(memory);
    free(ids);
    bool good = many <= MANY_LIMIT * few && creation <= CREATION_LIMIT_NS;
    printf("in a store of a million x %.2f: %s\n", many / few, good ? "limits kept" : "limits EXCEEDED");
    return good ? 0 : 1;
}
