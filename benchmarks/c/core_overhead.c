/* What the core adds to a call: the same do-nothing driver functions, called directly and through the
 * API.  Key look-up, policy, routing, counting, the adapter and the judgement of the output are all
 * in the difference.
 *
 * Usage: core_overhead [instructions]
 * Prints nanoseconds per call, the best of many short rounds that alternate between the two, so that some escape
 * whatever else the machine does, and exits 1 if a difference is above the limit.  With "instructions" it makes
 * CALLS calls of each and prints nothing: benchmarks/instructions.py counts them under callgrind. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "psab/api.h"

#define CALLS 5000u
#define ROUNDS 600u
#define LIMIT_NS 15.0
#define CREATION_LIMIT_NS 150.0
#define ECDSA PSA_ALG_ECDSA(PSA_ALG_SHA_256)
#define HMAC PSA_ALG_HMAC(PSA_ALG_SHA_256)
#define ATTRIBUTES const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_size
#define IN(name) const uint8_t *name, size_t name##_length
#define OUT uint8_t *output, size_t output_size, size_t *output_length

/* The driver, as a third party would write it: the compiler knows nothing about it at its calls. */

#pragma GCC diagnostic ignored "-Wunused-parameter"
#define NOTHING __attribute__((noipa)) static psa_status_t

static psa_status_t done(size_t size, size_t *length) {
    *length = size;
    return PSA_SUCCESS;
}

NOTHING nothing_hash_compute(psa_algorithm_t alg, IN(input), OUT) {
    return done(output_size, output_length);
}

NOTHING nothing_mac_compute(ATTRIBUTES, psa_algorithm_t alg, IN(input), OUT) {
    return done(output_size, output_length);
}

NOTHING nothing_mac_verify(ATTRIBUTES, psa_algorithm_t alg, IN(input), IN(mac)) {
    return PSA_SUCCESS;
}

NOTHING nothing_cipher_encrypt(ATTRIBUTES, psa_algorithm_t alg, IN(iv), IN(input), OUT) {
    return done(output_size, output_length);
}

NOTHING nothing_cipher_decrypt(ATTRIBUTES, psa_algorithm_t alg, IN(input), OUT) {
    return done(output_size, output_length);
}

NOTHING nothing_aead(ATTRIBUTES, psa_algorithm_t alg, IN(nonce), IN(ad), IN(input), OUT) {
    return done(output_size, output_length);
}

NOTHING nothing_sign(ATTRIBUTES, psa_algorithm_t alg, IN(input), OUT) {
    return done(output_size, output_length);
}

NOTHING nothing_verify(ATTRIBUTES, psa_algorithm_t alg, IN(input), IN(signature)) {
    return PSA_SUCCESS;
}

NOTHING nothing_key_agreement(psa_algorithm_t alg, ATTRIBUTES, IN(peer), OUT) {
    return done(output_size, output_length);
}

NOTHING nothing_crypt(ATTRIBUTES, psa_algorithm_t alg, IN(input), IN(salt), OUT) {
    return done(output_size, output_length);
}

/* Its adapters, as the glue has them. */

#define KEYED void *driver, const psab_attributes_t *attributes, const uint8_t *key, size_t key_size
#define KEY attributes, key, key_size

static psab_status_t hash_compute(void *driver, uint32_t alg, IN(input), OUT) {
    return nothing_hash_compute(alg, input, input_length, output, output_size, output_length);
}

static psab_status_t mac_compute(KEYED, uint32_t alg, IN(input), OUT) {
    return nothing_mac_compute(KEY, alg, input, input_length, output, output_size, output_length);
}

static psab_status_t mac_verify(KEYED, uint32_t alg, IN(input), IN(mac)) {
    return nothing_mac_verify(KEY, alg, input, input_length, mac, mac_length);
}

static psab_status_t cipher_encrypt(KEYED, uint32_t alg, IN(iv), IN(input), OUT) {
    return nothing_cipher_encrypt(KEY, alg, iv, iv_length, input, input_length, output, output_size, output_length);
}

static psab_status_t cipher_decrypt(KEYED, uint32_t alg, IN(input), OUT) {
    return nothing_cipher_decrypt(KEY, alg, input, input_length, output, output_size, output_length);
}

static psab_status_t aead(KEYED, uint32_t alg, IN(nonce), IN(ad), IN(input), OUT) {
    return nothing_aead(KEY, alg, nonce, nonce_length, ad, ad_length, input, input_length, output, output_size,
                        output_length);
}

static psab_status_t sign(KEYED, uint32_t alg, IN(input), OUT) {
    return nothing_sign(KEY, alg, input, input_length, output, output_size, output_length);
}

static psab_status_t verify(KEYED, uint32_t alg, IN(input), IN(signature)) {
    return nothing_verify(KEY, alg, input, input_length, signature, signature_length);
}

static psab_status_t key_agreement(void *driver, uint32_t alg, ATTRIBUTES, IN(peer), OUT) {
    return nothing_key_agreement(alg, KEY, peer, peer_length, output, output_size, output_length);
}

static psab_status_t crypt(KEYED, uint32_t alg, IN(input), IN(salt), OUT) {
    return nothing_crypt(KEY, alg, input, input_length, salt, salt_length, output, output_size, output_length);
}

static psab_status_t import_key(void *driver, const psab_attributes_t *attributes, IN(data), OUT, size_t *bits) {
    memcpy(output, data, data_length);
    *bits = 8 * data_length;
    return done(data_length < output_size ? data_length : output_size, output_length);
}

static const psab_ops_t ops = {.hash_compute = hash_compute,
                               .mac_compute = mac_compute,
                               .mac_verify = mac_verify,
                               .cipher_encrypt = cipher_encrypt,
                               .cipher_decrypt = cipher_decrypt,
                               .aead_encrypt = aead,
                               .aead_decrypt = aead,
                               .sign_hash = sign,
                               .sign_message = sign,
                               .verify_hash = verify,
                               .verify_message = verify,
                               .key_agreement = key_agreement,
                               .asymmetric_encrypt = crypt,
                               .import_key = import_key};
static const psab_capability_t capability = {.ops = &ops};
static const psab_driver_description_t description = {
    .name = "nothing", .source = "benchmark", .capabilities = &capability, .capability_count = 1, .dialect = "psa"};

static psab_core_t *core;
static psa_key_id_t mac_key, cipher_key, ecb_key, aead_key, sign_key, agree_key, rsa_key;
static const psa_key_attributes_t blank = PSA_KEY_ATTRIBUTES_INIT;
static uint8_t in[256], out[256], material[270];
static size_t length;

/* One call of each: directly, then through the core. */

#define ROW(name, direct, through)                                                                                     \
    __attribute__((noinline)) static psa_status_t name##_direct(void) {                                                \
        return direct;                                                                                                 \
    }                                                                                                                  \
    __attribute__((noinline)) static psa_status_t name##_core(void) {                                                  \
        return through;                                                                                                \
    }

ROW(hash_compute, nothing_hash_compute(PSA_ALG_SHA_256, in, 32, out, 32, &length),
    psab_hash_compute(core, PSA_ALG_SHA_256, in, 32, out, 32, &length))
ROW(mac_compute, nothing_mac_compute(&blank, material, 32, HMAC, in, 32, out, 32, &length),
    psab_mac_compute(core, mac_key, HMAC, in, 32, out, 32, &length))
ROW(mac_verify, nothing_mac_verify(&blank, material, 32, HMAC, in, 32, out, 32),
    psab_mac_verify(core, mac_key, HMAC, in, 32, out, 32))
ROW(cipher_encrypt,
    nothing_cipher_encrypt(&blank, material, 16, PSA_ALG_ECB_NO_PADDING, in, 0, in, 32, out, 32, &length),
    psab_cipher_encrypt(core, ecb_key, PSA_ALG_ECB_NO_PADDING, in, 32, out, 32, &length))
ROW(cipher_decrypt, nothing_cipher_decrypt(&blank, material, 16, PSA_ALG_CTR, in, 32, out, 16, &length),
    psab_cipher_decrypt(core, cipher_key, PSA_ALG_CTR, in, 32, out, 16, &length))
ROW(aead_encrypt, nothing_aead(&blank, material, 16, PSA_ALG_GCM, in, 12, in, 16, in, 32, out, 48, &length),
    psab_aead_encrypt(core, aead_key, PSA_ALG_GCM, in, 12, in, 16, in, 32, out, 48, &length))
ROW(aead_decrypt, nothing_aead(&blank, material, 16, PSA_ALG_GCM, in, 12, in, 16, in, 48, out, 32, &length),
    psab_aead_decrypt(core, aead_key, PSA_ALG_GCM, in, 12, in, 16, in, 48, out, 32, &length))
ROW(sign_hash, nothing_sign(&blank, material, 32, ECDSA, in, 32, out, 64, &length),
    psab_sign_hash(core, sign_key, ECDSA, in, 32, out, 64, &length))
ROW(sign_message, nothing_sign(&blank, material, 32, ECDSA, in, 32, out, 64, &length),
    psab_sign_message(core, sign_key, ECDSA, in, 32, out, 64, &length))
ROW(verify_hash, nothing_verify(&blank, material, 32, ECDSA, in, 32, out, 64),
    psab_verify_hash(core, sign_key, ECDSA, in, 32, out, 64))
ROW(verify_message, nothing_verify(&blank, material, 32, ECDSA, in, 32, out, 64),
    psab_verify_message(core, sign_key, ECDSA, in, 32, out, 64))
ROW(key_agreement, nothing_key_agreement(PSA_ALG_ECDH, &blank, material, 32, in, 65, out, 32, &length),
    psab_raw_key_agreement(core, PSA_ALG_ECDH, agree_key, in, 65, out, 32, &length))
ROW(asymmetric_encrypt,
    nothing_crypt(&blank, material, 270, PSA_ALG_RSA_PKCS1V15_CRYPT, in, 32, NULL, 0, out, 256, &length),
    psab_asymmetric_encrypt(core, rsa_key, PSA_ALG_RSA_PKCS1V15_CRYPT, in, 32, NULL, 0, out, 256, &length))

typedef psa_status_t (*call_t)(void);

static const struct {
    const char *name;
    call_t direct, through;
} rows[] = {
#define LISTED(name) {#name, name##_direct, name##_core}
    LISTED(hash_compute),       LISTED(mac_compute),  LISTED(mac_verify),     LISTED(cipher_encrypt),
    LISTED(cipher_decrypt),     LISTED(aead_encrypt), LISTED(aead_decrypt),   LISTED(sign_hash),
    LISTED(sign_message),       LISTED(verify_hash),  LISTED(verify_message), LISTED(key_agreement),
    LISTED(asymmetric_encrypt),
};
#define ROWS (sizeof rows / sizeof rows[0])

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Nanoseconds per call; -1 if one failed. */
static double measure(call_t call) {
    psa_status_t status = PSA_SUCCESS;
    double start = now();
    for (unsigned i = 0; i < CALLS; i++) {
        status |= call();
    }
    double time = (now() - start) / CALLS;
    return status == PSA_SUCCESS ? time : -1;
}

/* Best of several rounds, alternating. Returns whether the difference is within the limit. */
static bool compare(size_t row) {
    double best_direct = 1e9, best_through = 1e9;
    for (unsigned i = 0; i < ROUNDS; i++) {
        double a = measure(rows[row].direct), b = measure(rows[row].through);
        best_direct = a < best_direct ? a : best_direct;
        best_through = b < best_through ? b : best_through;
    }
    double extra = best_through < 0 ? 1e9 : best_through - best_direct;
    printf("%-20s direct %5.1f ns   through the core %5.1f ns   extra %5.1f ns%s\n", rows[row].name, best_direct,
           best_through, extra, extra > LIMIT_NS ? "  EXCEEDED" : "");
    return extra <= LIMIT_NS;
}

static _Atomic bool ready;

static void *sleep_on(void *unused) {
    struct timespec long_time = {3600, 0};
    (void)unused;
    (void)mac_compute_core(); /* from now on, keys are protected with fences */
    atomic_store(&ready, true);
    (void)nanosleep(&long_time, NULL);
    return NULL;
}

static psa_key_id_t key_of(psa_key_type_t type, psa_algorithm_t alg, size_t size) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = PSA_KEY_ID_NULL;
    psa_set_key_type(&attributes, type);
    psa_set_key_algorithm(&attributes, alg);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH | PSA_KEY_USAGE_ENCRYPT |
                                             PSA_KEY_USAGE_DECRYPT | PSA_KEY_USAGE_DERIVE);
    (void)psab_import_key(core, &attributes, material, size, &key);
    return key;
}

__attribute__((noinline)) static psa_status_t import_and_destroy(void) {
    psa_key_id_t key = key_of(PSA_KEY_TYPE_AES, PSA_ALG_GCM, 16);
    return psab_destroy_key(core, key);
}

static bool prepare(void) {
    memset(material, 1, sizeof material);
    core = psab_core_new_without_software();
    if (core == NULL || psab_crypto_init(core) != PSA_SUCCESS ||
        psab_core_register(core, &description, NULL) != PSA_SUCCESS) {
        return false;
    }
    mac_key = key_of(PSA_KEY_TYPE_HMAC, HMAC, 32);
    cipher_key = key_of(PSA_KEY_TYPE_AES, PSA_ALG_CTR, 16);
    ecb_key = key_of(PSA_KEY_TYPE_AES, PSA_ALG_ECB_NO_PADDING, 16);
    aead_key = key_of(PSA_KEY_TYPE_AES, PSA_ALG_GCM, 16);
    sign_key = key_of(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), ECDSA, 32);
    agree_key = key_of(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), PSA_ALG_ECDH, 32);
    rsa_key = key_of(PSA_KEY_TYPE_RSA_PUBLIC_KEY, PSA_ALG_RSA_PKCS1V15_CRYPT, 256);
    for (size_t i = 0; i < ROWS; i++) {
        psa_status_t status = rows[i].through();
        if (status != PSA_SUCCESS) {
            fprintf(stderr, "%s fails with %ld\n", rows[i].name, (long)status);
            return false;
        }
    }
    return true;
}

static int only_calls(void) {
    bool good = true;
    for (size_t i = 0; i < ROWS; i++) {
        good = measure(rows[i].direct) >= 0 && measure(rows[i].through) >= 0 && good;
    }
    return good && measure(import_and_destroy) >= 0 ? 0 : 1;
}

/* There is no driver to call directly. */
static bool create(void) {
    double best = 1e9;
    for (unsigned i = 0; i < ROUNDS / 4; i++) {
        double time = measure(import_and_destroy);
        best = time < best ? time : best;
    }
    bool good = best >= 0 && best <= CREATION_LIMIT_NS;
    printf("%-20s %59.1f ns%s\n", "import and destroy", best, good ? "" : "  EXCEEDED");
    return good;
}

int main(int count, char **arguments) {
    pthread_t idle;
    if (!prepare()) {
        fprintf(stderr, "the core cannot be set up\n");
        return 2;
    }
    if (count > 1 && strcmp(arguments[1], "instructions") == 0) {
        return only_calls();
    }
    bool good = true;
    for (size_t i = 0; i < ROWS; i++) {
        good = compare(i) && good;
    }
    good = create() && good;
    if (pthread_create(&idle, NULL, sleep_on, NULL) != 0) {
        return 2;
    }
    while (!atomic_load(&ready)) {
    }
    printf("with a second thread that has used a key:\n");
    for (size_t i = 0; i < ROWS; i++) {
        good = compare(i) && good;
    }
    printf("limit %.0f ns: %s\n", LIMIT_NS, good ? "kept" : "exceeded");
    psab_core_free(core);
    return good ? 0 : 1;
}
