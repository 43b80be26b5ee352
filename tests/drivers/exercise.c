/* Calls every entry point of the software driver, good and bad, for a sanitizer or valgrind to watch.
 *
 * With the argument "faults" every operation is repeated with its first, second, third ... allocation
 * failing: it must end with an error or with the right result, and leak nothing. */
#include "exercise.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long countdown = -1; /* allocations until one fails; below 0: none does */
static bool reached;

static bool fails(void) {
    if (countdown < 0 || countdown-- > 0) {
        return false;
    }
    reached = true;
    countdown = -1;
    return true;
}

static void *allocate(size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return fails() ? NULL : malloc(size);
}

static void *reallocate(void *data, size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return fails() ? NULL : realloc(data, size);
}

static void release(void *data, const char *file, int line) {
    (void)file;
    (void)line;
    free(data);
}

#define PAIR(family) PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_##family)

/* One key of each kind; generated once, without faults. */
typedef struct {
    psa_key_type_t type;
    size_t bits;
    psa_algorithm_t alg;
    bool message;
    bool agrees;
    uint8_t key[4096], public_key[1024], signature[1024];
    size_t key_size, public_size, signature_size;
} sample_t;

static sample_t samples[] = {
    {.type = PAIR(SECP_R1), .bits = 256, .alg = PSA_ALG_ECDSA(PSA_ALG_SHA_256), .agrees = true},
    {.type = PAIR(SECP_R1), .bits = 384, .alg = PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256), .agrees = true},
    {.type = PAIR(SECP_R1), .bits = 521, .alg = PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA3_256), .agrees = true},
    {.type = PAIR(SECP_K1), .bits = 256, .alg = PSA_ALG_ECDSA_ANY, .agrees = true},
    {.type = PAIR(BRAINPOOL_P_R1), .bits = 256, .alg = PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256), .agrees = true},
    {.type = PAIR(MONTGOMERY), .bits = 255, .agrees = true},
    {.type = PAIR(MONTGOMERY), .bits = 448, .agrees = true},
    {.type = PAIR(TWISTED_EDWARDS), .bits = 255, .alg = PSA_ALG_PURE_EDDSA, .message = true},
    {.type = PAIR(TWISTED_EDWARDS), .bits = 448, .alg = PSA_ALG_PURE_EDDSA, .message = true},
    {.type = PAIR(TWISTED_EDWARDS), .bits = 255, .alg = PSA_ALG_EDDSA_CTX, .message = true},
    {.type = PAIR(TWISTED_EDWARDS), .bits = 448, .alg = PSA_ALG_EDDSA_CTX, .message = true},
    {.type = PSA_KEY_TYPE_DH_KEY_PAIR(PSA_DH_FAMILY_RFC7919), .bits = 2048, .agrees = true},
    {.type = PSA_KEY_TYPE_RSA_KEY_PAIR, .bits = 1024, .alg = PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_SHA_256)},
    {.type = PSA_KEY_TYPE_RSA_KEY_PAIR, .bits = 1024, .alg = PSA_ALG_RSA_PSS(PSA_ALG_SHA_256)},
    {.type = PSA_KEY_TYPE_RSA_KEY_PAIR, .bits = 1024, .alg = PSA_ALG_RSA_PKCS1V15_SIGN_RAW},
};
#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static const uint8_t hash[32] = {1, 2, 3, 4, 5, 6, 7, 8};

static psa_key_attributes_t attributes_of(const sample_t *s, bool is_public) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    attributes.type = is_public ? PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(s->type) : s->type;
    attributes.bits = (uint32_t)s->bits;
    return attributes;
}

static psa_status_t generate(sample_t *s) {
    psa_key_attributes_t attributes = attributes_of(s, false);
    return libcrypto_generate_key(&attributes, s->key, sizeof(s->key), &s->key_size);
}

static psa_status_t import_pair(sample_t *s) {
    psa_key_attributes_t attributes = attributes_of(s, false);
    uint8_t out[4096];
    size_t size = 0;
    size_t bits = 0;
    return libcrypto_import_key(&attributes, s->key, s->key_size, out, sizeof(out), &size, &bits);
}

static psa_status_t import_public(sample_t *s) {
    psa_key_attributes_t attributes = attributes_of(s, true);
    uint8_t out[4096];
    size_t size = 0;
    size_t bits = s->bits;
    return libcrypto_import_key(&attributes, s->public_key, s->public_size, out, sizeof(out), &size, &bits);
}

static psa_status_t export_public(sample_t *s) {
    psa_key_attributes_t attributes = attributes_of(s, false);
    return libcrypto_export_public_key(&attributes, s->key, s->key_size, s->public_key, sizeof(s->public_key),
                                       &s->public_size);
}

static psa_status_t sign(sample_t *s) {
    psa_key_attributes_t attributes = attributes_of(s, false);
    return s->message ? libcrypto_sign_message(&attributes, s->key, s->key_size, s->alg, hash, sizeof(hash),
                                               s->signature, sizeof(s->signature), &s->signature_size)
                      : libcrypto_sign_hash(&attributes, s->key, s->key_size, s->alg, hash, sizeof(hash), s->signature,
                                            sizeof(s->signature), &s->signature_size);
}

static psa_status_t verify_as(const sample_t *s, bool is_public, const uint8_t *signature) {
    psa_key_attributes_t attributes = attributes_of(s, is_public);
    const uint8_t *key = is_public ? s->public_key : s->key;
    size_t size = is_public ? s->public_size : s->key_size;
    return s->message ? libcrypto_verify_message(&attributes, key, size, s->alg, hash, sizeof(hash), signature,
                                                 s->signature_size)
                      : libcrypto_verify_hash(&attributes, key, size, s->alg, hash, sizeof(hash), signature,
                                              s->signature_size);
}

static psa_status_t verify(sample_t *s) {
    psa_status_t status = verify_as(s, false, s->signature);
    return status != PSA_SUCCESS ? status : verify_as(s, true, s->signature);
}

static psa_status_t verify_wrong(sample_t *s) {
    uint8_t wrong[1024];
    memcpy(wrong, s->signature, sizeof(wrong));
    wrong[s->signature_size - 1] ^= 1;
    psa_status_t status = verify_as(s, true, wrong);
    return status == PSA_ERROR_INVALID_SIGNATURE ? PSA_SUCCESS : status == PSA_SUCCESS ? 1 : status;
}

static psa_status_t agree(sample_t *s) {
    psa_key_attributes_t attributes = attributes_of(s, false);
    uint8_t secret[1024];
    size_t size = 0;
    psa_algorithm_t alg = PSA_KEY_TYPE_IS_DH(s->type) ? PSA_ALG_FFDH : PSA_ALG_ECDH;
    return libcrypto_key_agreement(alg, &attributes, s->key, s->key_size, s->public_key, s->public_size, secret,
                                   sizeof(secret), &size);
}

static psa_status_t encapsulate(sample_t *s) {
    psa_key_attributes_t attributes = attributes_of(s, false);
    return exercise_encapsulation(&attributes, s->key, s->key_size);
}

static psa_status_t encrypt(sample_t *s) {
    psa_key_attributes_t attributes = attributes_of(s, false);
    return exercise_encryption(&attributes, s->key, s->key_size);
}

static psa_status_t bad_keys(sample_t *s) {
    psa_key_attributes_t attributes = attributes_of(s, false);
    uint8_t out[4096];
    uint8_t bad[4096];
    size_t size = 0;
    size_t bits = s->bits;
    memset(bad, 0xff, sizeof(bad));
    psa_status_t status = libcrypto_import_key(&attributes, bad, s->key_size, out, sizeof(out), &size, &bits);
    bool edwards = PSA_KEY_TYPE_IS_ECC(s->type) && (s->message || s->alg == 0); /* any string is a key there */
    if (status == PSA_SUCCESS && !edwards) {
        return 1;
    }
    attributes = attributes_of(s, true);
    (void)libcrypto_import_key(&attributes, bad, s->public_size, out, sizeof(out), &size, &bits);
    return PSA_SUCCESS;
}

static psa_status_t hashes(sample_t *unused) {
    static const psa_algorithm_t algs[] = {
        PSA_ALG_MD5,          PSA_ALG_SHA_1, PSA_ALG_SHA_512_256,    PSA_ALG_SHA3_384,
        PSA_ALG_SHAKE256_512, PSA_ALG_SM3,   PSA_ALG_BLAKE2B_HASH512};
    (void)unused;
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
        libcrypto_hash_operation_t one = {0};
        libcrypto_hash_operation_t two = {0};
        uint8_t digest[64];
        uint8_t state[256];
        size_t size = 0;
        psa_status_t status = libcrypto_hash_setup(&one, algs[i]);
        if (status != PSA_SUCCESS) {
            return status;
        }
        status = libcrypto_hash_update(&one, hash, sizeof(hash));
        if (status == PSA_SUCCESS) {
            status = libcrypto_hash_clone(&one, &two);
        }
        if (status == PSA_SUCCESS) {
            status = libcrypto_hash_finish(&two, digest, sizeof(digest), &size);
        }
        (void)libcrypto_hash_suspend(&two, state, sizeof(state), &size);
        (void)libcrypto_hash_abort(&two);
        (void)libcrypto_hash_abort(&one);
        if (status == PSA_SUCCESS) {
            status = libcrypto_hash_compute(algs[i], hash, sizeof(hash), digest, sizeof(digest), &size);
        }
        if (status != PSA_SUCCESS) {
            return status;
        }
    }
    return PSA_SUCCESS;
}

static psa_status_t randomness(sample_t *unused) {
    libcrypto_random_context_t context = {0};
    uint8_t data[64];
    size_t size = 0;
    size_t bits = 0;
    (void)unused;
    psa_status_t status = libcrypto_get_entropy(0, &bits, data, sizeof(data));
    if (status == PSA_SUCCESS) {
        status = libcrypto_init_random(&context);
    }
    if (status == PSA_SUCCESS) {
        status = libcrypto_add_entropy(&context, data, sizeof(data));
    }
    return status != PSA_SUCCESS ? status : libcrypto_get_random(&context, data, sizeof(data), &size);
}

typedef psa_status_t (*step_t)(sample_t *sample);

static int failures;

static void check(const char *name, const sample_t *s, psa_status_t status) {
    if (status != PSA_SUCCESS) {
        fprintf(stderr, "%s: type %04x, %zu bits, algorithm %08x: status %d\n", name, s->type, s->bits, s->alg,
                (int)status);
        failures++;
    }
}

/* Runs a step once; or with each of its allocations failing in turn, and then once more. */
static void run(const char *name, step_t step, sample_t *s, bool faults) {
    sample_t scratch = *s;
    for (long n = 0; faults && n < 2000; n++) {
        countdown = n;
        reached = false;
        psa_status_t status = step(&scratch);
        countdown = -1;
        if (status > 0) {
            check(name, s, status);
        }
        if (!reached) {
            break;
        }
        scratch = *s;
    }
    check(name, s, step(s));
}

/* Steps that need no sample. */
#define WITHOUT_SAMPLE(name)                                                                                           \
    static psa_status_t name(sample_t *unused) {                                                                       \
        (void)unused;                                                                                                  \
        return exercise_##name();                                                                                      \
    }
WITHOUT_SAMPLE(macs)
WITHOUT_SAMPLE(ciphers)
WITHOUT_SAMPLE(aeads)
WITHOUT_SAMPLE(wrapping)
WITHOUT_SAMPLE(xofs)
WITHOUT_SAMPLE(jpake)
WITHOUT_SAMPLE(spake2p)
WITHOUT_SAMPLE(derivations)
WITHOUT_SAMPLE(derived_keys)

static const struct {
    const char *name;
    step_t step;
} others[] = {{"hashes", hashes},
              {"randomness", randomness},
              {"macs", macs},
              {"ciphers", ciphers},
              {"AEADs", aeads},
              {"wrapping", wrapping},
              {"XOFs", xofs},
              {"J-PAKE", jpake},
              {"SPAKE2+", spake2p},
              {"derivations", derivations},
              {"derived keys", derived_keys}};

int main(int argc, char **argv) {
    bool faults = argc > 1 && strcmp(argv[1], "faults") == 0;
    (void)argv;
    if (CRYPTO_set_mem_functions(allocate, reallocate, release) != 1) {
        return 2;
    }
    for (size_t i = 0; i < SAMPLES; i++) {
        sample_t *s = &samples[i];
        /* Once without faults first: what libcrypto makes once and keeps is then there. */
        run("generate", generate, s, false);
        run("export_public", export_public, s, false);
        if (s->alg != 0) {
            run("sign", sign, s, false);
            run("verify", verify, s, false);
        }
        bool slow = s->type == PSA_KEY_TYPE_RSA_KEY_PAIR;
        if (!slow) {
            run("generate", generate, s, faults);
        }
        run("import", import_pair, s, faults);
        run("export_public", export_public, s, faults);
        run("import_public", import_public, s, faults);
        run("bad keys", bad_keys, s, faults);
        if (s->alg != 0) {
            run("sign", sign, s, faults);
            run("verify", verify, s, faults);
            run("verify a wrong signature", verify_wrong, s, faults);
        }
        if (s->agrees) {
            run("agree", agree, s, false);
            run("agree", agree, s, faults);
        }
        if (s->agrees && PSA_KEY_TYPE_IS_ECC(s->type)) {
            run("encapsulate", encapsulate, s, false);
            run("encapsulate", encapsulate, s, faults);
        }
        if (slow && i + 1 == SAMPLES) {
            run("encrypt", encrypt, s, false);
            run("encrypt", encrypt, s, faults);
        }
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        run(others[i].name, others[i].step, &samples[0], false);
        run(others[i].name, others[i].step, &samples[0], faults);
    }
    return failures != 0;
}
