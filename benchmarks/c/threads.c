/* Two threads against one: the time of a call where both threads use one key, and where each has its own.
 *
 * Prints nanoseconds per call on one thread alone and on each of two at the same time, the best of many short
 * rounds, and exits 1 if two threads take more than 1.3 times as long per call.  Rounds during which another
 * process has one of the processors do not count for the best; a machine needs two that are free now and then. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "psab/api.h"

#define ROUNDS 400u
#define ROUND_NS 200e3
#define LIMIT 1.3
#define HMAC PSA_ALG_HMAC(PSA_ALG_SHA_256)
#define ECDSA PSA_ALG_ECDSA(PSA_ALG_SHA_256)

static psab_core_t *core;
static psa_key_id_t keys[3][2]; /* of HMAC, GCM, ECDSA: one per thread */

static const uint8_t message[32] = {1};

static psa_status_t hash(psa_key_id_t key) {
    uint8_t out[32];
    size_t length;
    (void)key;
    return psab_hash_compute(core, PSA_ALG_SHA_256, message, 16, out, sizeof out, &length);
}

static psa_status_t hmac(psa_key_id_t key) {
    uint8_t out[32];
    size_t length;
    return psab_mac_compute(core, key, HMAC, message, 16, out, sizeof out, &length);
}

static psa_status_t gcm(psa_key_id_t key) {
    uint8_t out[32];
    size_t length;
    return psab_aead_encrypt(core, key, PSA_ALG_GCM, message, 12, NULL, 0, message, 16, out, sizeof out, &length);
}

static psa_status_t sign(psa_key_id_t key) {
    uint8_t out[64];
    size_t length;
    return psab_sign_hash(core, key, ECDSA, message, 32, out, sizeof out, &length);
}

typedef psa_status_t (*call_t)(psa_key_id_t key);

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double time_of(call_t call, psa_key_id_t key, unsigned calls) {
    psa_status_t status = PSA_SUCCESS;
    double start = now();
    for (unsigned i = 0; i < calls; i++) {
        status |= call(key);
    }
    double time = (now() - start) / calls;
    return status == PSA_SUCCESS ? time : -1;
}

/* The second thread does what the first one tells it, in step with it. */
static struct {
    _Atomic unsigned round; /* asked for */
    _Atomic unsigned done;
    call_t call;
    psa_key_id_t key;
    unsigned calls;
    double time;
} second;

static void *follow(void *unused) {
    unsigned seen = 0;
    (void)unused;
    for (;;) {
        unsigned round = atomic_load_explicit(&second.round, memory_order_acquire);
        if (round != seen) {
            seen = round;
            if (second.call == NULL) {
                return NULL;
            }
            second.time = time_of(second.call, second.key, second.calls);
            atomic_store_explicit(&second.done, round, memory_order_release);
        }
    }
}

/* Time per call of the slower of two threads. */
static double both(call_t call, psa_key_id_t first_key, psa_key_id_t second_key, unsigned calls) {
    second.call = call;
    second.key = second_key;
    second.calls = calls;
    unsigned round = atomic_load(&second.round) + 1;
    atomic_store_explicit(&second.round, round, memory_order_release);
    double time = time_of(call, first_key, calls);
    while (atomic_load_explicit(&second.done, memory_order_acquire) != round) {
    }
    return time > second.time ? time : second.time;
}

static double smaller(double a, double b) {
    return a < b ? a : b;
}

static bool compare(const char *name, call_t call, const psa_key_id_t *own) {
    double one = 1e18, shared = 1e18, apart = 1e18;
    double once = time_of(call, own[0], 100);
    unsigned calls = once > ROUND_NS ? 1 : (unsigned)(ROUND_NS / once) + 1;
    for (unsigned i = 0; i < ROUNDS; i++) {
        one = smaller(one, time_of(call, own[0], calls));
        shared = smaller(shared, both(call, own[0], own[0], calls));
        apart = smaller(apart, both(call, own[0], own[1], calls));
    }
    bool good = one > 0 && shared > 0 && apart > 0 && shared <= LIMIT * one && apart <= LIMIT * one;
    printf("%-14s one thread %9.1f ns   two, one key %9.1f ns (x %.2f)   two, own keys %9.1f ns (x %.2f)%s\n", name,
           one, shared, shared / one, apart, apart / one, good ? "" : "  EXCEEDED");
    return good;
}

static psa_key_id_t key_of(psa_key_type_t type, psa_algorithm_t alg, size_t size, uint8_t fill) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = PSA_KEY_ID_NULL;
    uint8_t data[32];
    memset(data, fill, sizeof data);
    psa_set_key_type(&attributes, type);
    psa_set_key_algorithm(&attributes, alg);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_ENCRYPT);
    (void)psab_import_key(core, &attributes, data, size, &key);
    return key;
}

int main(void) {
    pthread_t thread;
    core = psab_core_new();
    if (core == NULL || psab_crypto_init(core) != PSA_SUCCESS) {
        return 2;
    }
    if (psab_core_driver_count(core) == 0) {
        printf("the library has no software driver: nothing to measure\n");
        return 0;
    }
    for (uint8_t i = 0; i < 2; i++) {
        keys[0][i] = key_of(PSA_KEY_TYPE_HMAC, HMAC, 32, (uint8_t)(i + 1));
        keys[1][i] = key_of(PSA_KEY_TYPE_AES, PSA_ALG_GCM, 16, (uint8_t)(i + 1));
        keys[2][i] = key_of(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), ECDSA, 32, (uint8_t)(i + 1));
    }
    if (pthread_create(&thread, NULL, follow, NULL) != 0) {
        return 2;
    }
    bool good = compare("SHA-256", hash, keys[0]);
    good = compare("HMAC-SHA-256", hmac, keys[0]) && good;
    good = compare("AES-128-GCM", gcm, keys[1]) && good;
    good = compare("P-256 sign", sign, keys[2]) && good;
    second.call = NULL;
    (void)atomic_fetch_add(&second.round, 1);
    (void)pthread_join(thread, NULL);
    psab_core_free(core);
    return good ? 0 : 1;
}
