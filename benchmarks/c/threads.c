/* Two threads against one: the time of a call where both threads use one key, and where each has its own.
 *
 * Prints nanoseconds per call on one thread alone and on each of two at the same time, the best of many short
 * rounds, and exits 1 if two threads take more than 1.3 times as long per call.  A round counts only if both ran
 * at the same time: the machine needs two processors that are free now and then. */

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
static psa_key_id_t keys[4][2]; /* of HMAC, GCM, ECDSA, CTR: one per thread */

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

static psa_status_t ctr(psa_key_id_t key) {
    uint8_t out[32];
    size_t length;
    return psab_cipher_encrypt(core, key, PSA_ALG_CTR, message, 16, out, sizeof out, &length);
}

static psa_status_t random_bytes(psa_key_id_t key) {
    uint8_t out[16];
    (void)key;
    return psab_generate_random(core, out, sizeof out);
}

typedef psa_status_t (*call_t)(psa_key_id_t key);

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* When a thread began with its calls and when it was done; whether all went well. */
typedef struct span {
    double begin, end;
    bool good;
} span_t;

static span_t make_calls(call_t call, psa_key_id_t key, unsigned calls) {
    span_t span = {now(), 0, true};
    psa_status_t status = PSA_SUCCESS;
    for (unsigned i = 0; i < calls; i++) {
        status |= call(key);
    }
    span.end = now();
    span.good = status == PSA_SUCCESS;
    return span;
}

static double alone(call_t call, psa_key_id_t key, unsigned calls) {
    span_t span = make_calls(call, key, calls);
    return span.good ? (span.end - span.begin) / calls : -1;
}

/* The second thread does what the first one tells it. Both begin when both are there. */
static struct {
    _Atomic unsigned round; /* asked for */
    _Atomic unsigned there;
    _Atomic unsigned begun;
    _Atomic unsigned done;
    call_t call;
    psa_key_id_t key;
    unsigned calls;
    span_t span;
} second;

static void wait_for(const _Atomic unsigned *counter, unsigned round) {
    while (atomic_load_explicit(counter, memory_order_acquire) != round) {
    }
}

static void *follow(void *unused) {
    (void)unused;
    for (unsigned round = 1;; round++) {
        wait_for(&second.round, round);
        if (second.call == NULL) {
            return NULL;
        }
        atomic_store_explicit(&second.there, round, memory_order_release);
        wait_for(&second.begun, round);
        second.span = make_calls(second.call, second.key, second.calls);
        atomic_store_explicit(&second.done, round, memory_order_release);
    }
}

/* Time per call of the slower of two threads that make so many calls each at the same time.  A round in which
 * they did not, because one of them was not running, gives no time. */
static double both(call_t call, psa_key_id_t first_key, psa_key_id_t second_key, unsigned calls) {
    unsigned round = atomic_load(&second.round) + 1;
    second.call = call;
    second.key = second_key;
    second.calls = calls;
    atomic_store_explicit(&second.round, round, memory_order_release);
    wait_for(&second.there, round);
    atomic_store_explicit(&second.begun, round, memory_order_release);
    span_t first = make_calls(call, first_key, calls);
    wait_for(&second.done, round);
    span_t other = second.span;
    if (!first.good || !other.good) {
        return -1;
    }
    double from = first.begin > other.begin ? first.begin : other.begin;
    double to = first.end < other.end ? first.end : other.end;
    double longer =
        first.end - first.begin > other.end - other.begin ? first.end - first.begin : other.end - other.begin;
    return to - from >= 0.9 * longer ? longer / calls : 1e18;
}

static double smaller(double a, double b) {
    return a < b ? a : b;
}

static bool compare(const char *name, call_t call, const psa_key_id_t *own) {
    double one = 1e18, shared = 1e18, apart = 1e18;
    (void)alone(call, own[0], 10); /* what is made at the first call of a key */
    (void)alone(call, own[1], 10);
    double once = alone(call, own[0], 10);
    unsigned calls = once > ROUND_NS ? 1 : (unsigned)(ROUND_NS / once) + 1;
    for (unsigned i = 0; i < ROUNDS; i++) {
        one = smaller(one, alone(call, own[0], calls));
        shared = smaller(shared, both(call, own[0], own[0], calls));
        apart = smaller(apart, both(call, own[0], own[1], calls));
    }
    bool good = one > 0 && shared > 0 && apart > 0 && shared <= LIMIT * one && apart <= LIMIT * one;
    printf("%-16s one thread %9.1f ns   two, one key %9.1f ns (x %.2f)   two, own keys %9.1f ns (x %.2f)%s\n", name,
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
        keys[3][i] = key_of(PSA_KEY_TYPE_AES, PSA_ALG_CTR, 16, (uint8_t)(i + 1));
        keys[2][i] = key_of(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), ECDSA, 32, (uint8_t)(i + 1));
    }
    if (pthread_create(&thread, NULL, follow, NULL) != 0) {
        return 2;
    }
    bool good = compare("SHA-256", hash, keys[0]);
    good = compare("HMAC-SHA-256", hmac, keys[0]) && good;
    good = compare("AES-128-GCM", gcm, keys[1]) && good;
    good = compare("AES-CTR, new IV", ctr, keys[3]) && good;
    good = compare("random, 16 B", random_bytes, keys[3]) && good;
    good = compare("P-256 sign", sign, keys[2]) && good;
    second.call = NULL;
    (void)atomic_fetch_add(&second.round, 1);
    (void)pthread_join(thread, NULL);
    psab_core_free(core);
    return good ? 0 : 1;
}
