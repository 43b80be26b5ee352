/* What the core adds to a call: the same do-nothing driver functions, called directly and through the
 * API.  Key look-up, policy, routing, counting, the adapter and the judgement of the output are all
 * in the difference.
 *
 * Usage: core_overhead [instructions]
 * Prints nanoseconds per call, the best of several rounds that alternate between the two, and exits
 * 1 if the difference is above the limit.  With "instructions" as argument it makes a fixed number
 * of calls and prints nothing, for callgrind.  Rounds are short, so that some escape whatever else the machine does. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "psab/api.h"

#define CALLS 10000u
#define ROUNDS 600u
#define LIMIT_NS 15.0
#define ALG PSA_ALG_ECDSA(PSA_ALG_SHA_256)

/* The driver, as a third party would write it. It must not be inlined into anything. */

__attribute__((noinline)) psa_status_t nothing_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key,
                                                         size_t key_size, psa_algorithm_t alg, const uint8_t *hash,
                                                         size_t hash_length, uint8_t *signature, size_t signature_size,
                                                         size_t *signature_length) {
    __asm__ __volatile__("" : : "r"(attributes), "r"(key), "r"(hash), "r"(signature) : "memory");
    (void)key_size;
    (void)alg;
    (void)hash_length;
    *signature_length = signature_size;
    return PSA_SUCCESS;
}

__attribute__((noinline)) psa_status_t nothing_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t length,
                                                            uint8_t *hash, size_t size, size_t *hash_length) {
    __asm__ __volatile__("" : : "r"(input), "r"(hash) : "memory");
    (void)alg;
    (void)length;
    *hash_length = size;
    return PSA_SUCCESS;
}

/* Its adapters, as the glue has them. */

static psab_status_t adapter_sign_hash(void *driver, const psab_attributes_t *attributes, const uint8_t *key_buffer,
                                       size_t key_buffer_size, uint32_t alg, const uint8_t *hash, size_t hash_length,
                                       uint8_t *signature, size_t signature_size, size_t *signature_length) {
    (void)driver;
    return nothing_sign_hash(attributes, key_buffer, key_buffer_size, alg, hash, hash_length, signature, signature_size,
                             signature_length);
}

static psab_status_t adapter_hash_compute(void *driver, uint32_t alg, const uint8_t *input, size_t input_length,
                                          uint8_t *hash, size_t hash_size, size_t *hash_length) {
    (void)driver;
    return nothing_hash_compute(alg, input, input_length, hash, hash_size, hash_length);
}

static psab_status_t adapter_import_key(void *driver, const psab_attributes_t *attributes, const uint8_t *data,
                                        size_t data_length, uint8_t *key_buffer, size_t key_buffer_size,
                                        size_t *key_buffer_length, size_t *bits) {
    (void)driver;
    (void)attributes;
    (void)key_buffer_size;
    memcpy(key_buffer, data, data_length);
    *key_buffer_length = data_length;
    *bits = 8 * data_length;
    return PSA_SUCCESS;
}

static const psab_ops_t ops = {
    .sign_hash = adapter_sign_hash, .hash_compute = adapter_hash_compute, .import_key = adapter_import_key};
static const psab_capability_t capability = {.ops = &ops};
static const psab_driver_description_t description = {
    .name = "nothing", .source = "benchmark", .capabilities = &capability, .capability_count = 1, .dialect = "psa"};

typedef struct bench {
    psab_core_t *core;
    psa_key_id_t key;
    uint8_t hash[32];
} bench_t;

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double direct_sign(const bench_t *bench) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    uint8_t key[32] = {0}, signature[64];
    size_t length;
    double start = now();
    for (unsigned i = 0; i < CALLS; i++) {
        (void)nothing_sign_hash(&attributes, key, sizeof key, ALG, bench->hash, 32, signature, 64, &length);
    }
    return (now() - start) / CALLS;
}

static double core_sign(const bench_t *bench) {
    uint8_t signature[64];
    size_t length;
    psa_status_t status = PSA_SUCCESS;
    double start = now();
    for (unsigned i = 0; i < CALLS; i++) {
        status |= psab_sign_hash(bench->core, bench->key, ALG, bench->hash, 32, signature, 64, &length);
    }
    double time = (now() - start) / CALLS;
    return status == PSA_SUCCESS ? time : -1;
}

static double direct_hash(const bench_t *bench) {
    uint8_t hash[32];
    size_t length;
    double start = now();
    for (unsigned i = 0; i < CALLS; i++) {
        (void)nothing_hash_compute(PSA_ALG_SHA_256, bench->hash, 32, hash, 32, &length);
    }
    return (now() - start) / CALLS;
}

static double core_hash(const bench_t *bench) {
    uint8_t hash[32];
    size_t length;
    psa_status_t status = PSA_SUCCESS;
    double start = now();
    for (unsigned i = 0; i < CALLS; i++) {
        status |= psab_hash_compute(bench->core, PSA_ALG_SHA_256, bench->hash, 32, hash, 32, &length);
    }
    double time = (now() - start) / CALLS;
    return status == PSA_SUCCESS ? time : -1;
}

typedef double (*measure_t)(const bench_t *bench);

/* Best of several rounds, alternating. Returns the difference. */
static double compare(const char *name, const bench_t *bench, measure_t direct, measure_t through) {
    double best_direct = 1e9, best_through = 1e9;
    for (unsigned i = 0; i < ROUNDS; i++) {
        double a = direct(bench), b = through(bench);
        best_direct = a < best_direct ? a : best_direct;
        best_through = b < best_through ? b : best_through;
    }
    double extra = best_through - best_direct;
    printf("%-20s direct %5.1f ns   through the core %5.1f ns   extra %5.1f ns\n", name, best_direct, best_through,
           extra);
    return best_through < 0 ? 1e9 : extra;
}

static void *sleep_on(void *unused) {
    struct timespec long_time = {3600, 0};
    (void)unused;
    (void)nanosleep(&long_time, NULL);
    return NULL;
}

static bool prepare(bench_t *bench) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    uint8_t data[32] = {1};
    memset(bench, 0, sizeof *bench);
    bench->core = psab_core_new_without_software();
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_algorithm(&attributes, ALG);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
    return bench->core != NULL && psab_crypto_init(bench->core) == PSA_SUCCESS &&
           psab_core_register(bench->core, &description, NULL) == PSA_SUCCESS &&
           psab_import_key(bench->core, &attributes, data, sizeof data, &bench->key) == PSA_SUCCESS;
}

int main(int count, char **arguments) {
    bench_t bench;
    pthread_t idle;
    if (!prepare(&bench)) {
        fprintf(stderr, "the core cannot be set up\n");
        return 2;
    }
    if (count > 1 && strcmp(arguments[1], "instructions") == 0) {
        return core_sign(&bench) < 0 || core_hash(&bench) < 0;
    }
    double alone = compare("sign_hash", &bench, direct_sign, core_sign);
    double hash = compare("hash_compute", &bench, direct_hash, core_hash);
    /* With a second thread in the process, C libraries and hazard pointers do what they must. */
    if (pthread_create(&idle, NULL, sleep_on, NULL) != 0) {
        return 2;
    }
    double threaded = compare("sign_hash, threads", &bench, direct_sign, core_sign);
    bool good = alone <= LIMIT_NS && hash <= LIMIT_NS && threaded <= LIMIT_NS;
    printf("limit %.0f ns: %s\n", LIMIT_NS, good ? "kept" : "exceeded");
    psab_core_free(bench.core);
    return good ? 0 : 1;
}
