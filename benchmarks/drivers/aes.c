/* What a call of the AES accelerator costs: `aes <bytes> <features>` prints nanoseconds per mechanism, best of several
 * runs. Compile it with the files of drivers/x86_aes but x86_aes_cpu.c, and with support.c and x86_aes_features.c of
 * tests/drivers; the features are those of x86_aes_cpu.h. Prints nothing for a path that this processor has not. */
#include "x86_aes.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS 300

extern uint32_t support_features;

static const psa_key_attributes_t attributes = {.type = PSA_KEY_TYPE_AES, .bits = 128};
static const uint8_t key[16] = {1};
static const uint8_t nonce[16] = {2};
static uint8_t *text;
static uint8_t *out;
static size_t size;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static psa_status_t gcm(void) {
    size_t length;
    return x86_aes_aead_encrypt(&attributes, key, 16, PSA_ALG_GCM, nonce, 12, NULL, 0, text, size, out, size + 16,
                                &length);
}

static psa_status_t ctr(void) {
    size_t length;
    return x86_aes_cipher_encrypt(&attributes, key, 16, PSA_ALG_CTR, nonce, 16, text, size, out, size, &length);
}

static psa_status_t cmac(void) {
    size_t length;
    return x86_aes_mac_compute(&attributes, key, 16, PSA_ALG_CMAC, text, size, out, 16, &length);
}

static void measure(const char *name, psa_status_t (*call)(void)) {
    size_t calls = 20000 / (size + 100) + 1;
    double best = 1e18;
    for (int run = 0; run < RUNS; run++) {
        double start = now();
        for (size_t i = 0; i < calls; i++) {
            if (call() != PSA_SUCCESS) {
                return;
            }
        }
        double each = (now() - start) / (double)calls;
        best = each < best ? each : best;
    }
    printf("%s %.1f\n", name, best);
}

static int has(uint32_t features) {
    __builtin_cpu_init();
    int narrow = __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
    int wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("vaes") && __builtin_cpu_supports("vpclmulqdq");
    int wider =
        __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    return narrow && (features <= 3 || wide) && (features <= 15 || wider);
}

int main(int argc, char **argv) {
    size = argc > 1 ? strtoul(argv[1], NULL, 10) : 16;
    support_features = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 15;
    text = malloc(size + 1);
    out = malloc(size + 16);
    if (text == NULL || out == NULL || !has(support_features)) {
        return 0;
    }
    memset(text, 3, size + 1);
    memset(out, 0, size + 16);
    measure("GCM", gcm);
    measure("CTR", ctr);
    measure("CMAC", cmac);
    free(text);
    free(out);
    return 0;
}
