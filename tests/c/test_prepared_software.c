/* The linked-in software driver with key material that it left with the core: the same results as with a new key,
 * and nothing left in memory.  Nothing to test in a library without it. */

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "psab/api.h"

#if defined(__has_include) && __has_include(<openssl/crypto.h>)
#include <malloc.h>
#include <openssl/crypto.h>
#define WATCHED 1
#else
#define WATCHED 0
#endif

static const uint8_t material[32] = {0xa7, 0x11, 0x5e, 0xc2, 0x93, 0x4d, 0x08, 0xf6, 0x3b, 0x7c, 0xe1,
                                     0x52, 0xd9, 0x86, 0x2f, 0xb4, 0x60, 0x1d, 0xca, 0x75, 0x38, 0xef,
                                     0x9a, 0x41, 0x0c, 0xd7, 0x83, 0x5b, 0xfe, 0x26, 0x69, 0xb0};

#if WATCHED

/* Blocks that libcrypto gave back with the beginning of the key still in them. */
static _Atomic unsigned leaks;

static void look_at(const uint8_t *data, size_t size) {
    for (size_t i = 0; i + 16 <= size; i++) {
        if (data[i] == material[0] && memcmp(data + i, material, 16) == 0) {
            leaks++;
        }
    }
}

static void *allocate(size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return calloc(1, size);
}

static void release(void *data, const char *file, int line) {
    (void)file;
    (void)line;
    if (data != NULL) {
        look_at(data, malloc_usable_size(data));
    }
    free(data);
}

static void *reallocate(void *data, size_t size, const char *file, int line) {
    void *larger = allocate(size, file, line);
    size_t old = data != NULL ? malloc_usable_size(data) : 0;
    if (larger != NULL && data != NULL) {
        memcpy(larger, data, old < size ? old : size);
        release(data, file, line);
    }
    return larger;
}

__attribute__((constructor)) static void watch(void) {
    (void)CRYPTO_set_mem_functions(allocate, reallocate, release);
}

#endif

/* An initialised core, or null where there is no software. */
static psab_core_t *open_core(void) {
    psab_core_t *core = psab_core_new();
    if (psab_core_driver_count(core) == 0) {
        psab_core_free(core);
        return NULL;
    }
    CHECK_STATUS(psab_crypto_init(core), PSA_SUCCESS);
    return core;
}

static psa_key_id_t key_of(psab_core_t *core, psa_key_type_t type, psa_algorithm_t policy, size_t size) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id = PSA_KEY_ID_NULL;
    psa_set_key_type(&attributes, type);
    psa_set_key_algorithm(&attributes, policy);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT | PSA_KEY_USAGE_SIGN_HASH |
                                             PSA_KEY_USAGE_VERIFY_HASH | PSA_KEY_USAGE_DERIVE);
    CHECK_STATUS(psab_import_key(core, &attributes, material, size, &id), PSA_SUCCESS);
    return id;
}

/* AEAD */

typedef struct message {
    uint8_t tag, nonce, ad, text;
} message_t;

static size_t seal(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const message_t *m, uint8_t *out) {
    size_t length = 0;
    CHECK_STATUS(psab_aead_encrypt(core, key, alg, material + 3, m->nonce, material + 1, m->ad, material, m->text, out,
                                   64, &length),
                 PSA_SUCCESS);
    return length;
}

static void unseal(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, const message_t *m, uint8_t *sealed,
                   size_t size) {
    uint8_t plain[64];
    size_t length = 0;
    sealed[size - 1] ^= 1;
    CHECK_STATUS(psab_aead_decrypt(core, key, alg, material + 3, m->nonce, material + 1, m->ad, sealed, size, plain, 64,
                                   &length),
                 PSA_ERROR_INVALID_SIGNATURE);
    sealed[size - 1] ^= 1;
    CHECK_STATUS(psab_aead_decrypt(core, key, alg, material + 3, m->nonce, material + 1, m->ad, sealed, size, plain, 64,
                                   &length),
                 PSA_SUCCESS);
    CHECK_EQUAL(length, m->text);
    CHECK_BYTES(plain, material, length);
}

static void aead_like_new(psa_key_type_t type, size_t size, psa_algorithm_t base, const message_t *messages,
                          size_t count) {
    psab_core_t *core = open_core();
    if (core == NULL) {
        return;
    }
    psa_key_id_t key = key_of(core, type, PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG(base, 4), size);
    for (size_t i = 0; i < 3 * count; i++) {
        const message_t *m = &messages[i * 7 % count];
        psa_algorithm_t alg = PSA_ALG_AEAD_WITH_SHORTENED_TAG(base, m->tag);
        uint8_t kept[64], fresh[64];
        psa_key_id_t other = key_of(core, type, alg, size);
        size_t length = seal(core, key, alg, m, kept);
        CHECK_EQUAL(seal(core, other, alg, m, fresh), length);
        CHECK_BYTES(kept, fresh, length);
        CHECK_STATUS(psab_destroy_key(core, other), PSA_SUCCESS);
        unseal(core, key, alg, m, kept, length);
    }
    CHECK(psab_core_prepared_count(core) > 0);
    CHECK_STATUS(psab_destroy_key(core, key), PSA_SUCCESS);
    CHECK_EQUAL(psab_core_prepared_count(core), 0);
    psab_core_free(core);
}

TEST(kept_gcm_key_gives_what_a_new_one_gives_whatever_came_before) {
    static const message_t messages[] = {{16, 12, 0, 16}, {16, 12, 16, 0}, {12, 12, 5, 31}, {16, 8, 3, 20},
                                         {4, 12, 0, 1},   {16, 16, 0, 16}, {13, 12, 1, 17}, {16, 1, 0, 3}};
    aead_like_new(PSA_KEY_TYPE_AES, 16, PSA_ALG_GCM, messages, 8);
    aead_like_new(PSA_KEY_TYPE_AES, 32, PSA_ALG_GCM, messages, 8);
    aead_like_new(PSA_KEY_TYPE_CAMELLIA, 16, PSA_ALG_GCM, messages, 8);
}

TEST(kept_ccm_key_gives_what_a_new_one_gives_whatever_came_before) {
    static const message_t messages[] = {
        {16, 13, 0, 16}, {4, 7, 16, 0}, {8, 12, 5, 31}, {16, 11, 3, 20}, {6, 13, 1, 1}};
    aead_like_new(PSA_KEY_TYPE_AES, 16, PSA_ALG_CCM, messages, 5);
    aead_like_new(PSA_KEY_TYPE_ARIA, 24, PSA_ALG_CCM, messages, 5);
}

TEST(kept_chacha_key_gives_what_a_new_one_gives_whatever_came_before) {
    static const message_t messages[] = {{16, 12, 0, 16}, {16, 12, 16, 0}, {16, 12, 5, 31}};
    aead_like_new(PSA_KEY_TYPE_CHACHA20, 32, PSA_ALG_CHACHA20_POLY1305, messages, 3);
}

/* MACs, single-part and in parts on the same key */

static void mac_in_parts(psab_core_t *core, psa_key_id_t key, psa_algorithm_t alg, size_t size, uint8_t *mac) {
    psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
    size_t length = 0;
    uint8_t between[64];
    CHECK_STATUS(psab_mac_sign_setup(core, &operation, key, alg), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_update(core, &operation, material, size / 2), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_compute(core, key, alg, material, 7, between, 64, &length), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_update(core, &operation, material + size / 2, size - size / 2), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_sign_finish(core, &operation, mac, 64, &length), PSA_SUCCESS);
}

static void mac_like_new(psa_key_type_t type, size_t size, psa_algorithm_t base) {
    static const size_t texts[] = {0, 1, 15, 16, 17, 32};
    psab_core_t *core = open_core();
    if (core == NULL) {
        return;
    }
    psa_key_id_t key = key_of(core, type, PSA_ALG_AT_LEAST_THIS_LENGTH_MAC(base, 4), size);
    for (size_t i = 0; i < 18; i++) {
        psa_algorithm_t alg = i % 2 != 0 ? base : PSA_ALG_TRUNCATED_MAC(base, 4 + i % 5);
        size_t text = texts[i % 6];
        uint8_t kept[64], fresh[64], parts[64];
        size_t length = 0;
        psa_key_id_t other = key_of(core, type, alg, size);
        CHECK_STATUS(psab_mac_compute(core, key, alg, material, text, kept, 64, &length), PSA_SUCCESS);
        CHECK_STATUS(psab_mac_compute(core, other, alg, material, text, fresh, 64, &length), PSA_SUCCESS);
        CHECK_BYTES(kept, fresh, length);
        mac_in_parts(core, key, alg, text, parts);
        CHECK_BYTES(parts, fresh, length);
        CHECK_STATUS(psab_mac_verify(core, key, alg, material, text, kept, length), PSA_SUCCESS);
        kept[0] ^= 1;
        CHECK_STATUS(psab_mac_verify(core, key, alg, material, text, kept, length), PSA_ERROR_INVALID_SIGNATURE);
        CHECK_STATUS(psab_destroy_key(core, other), PSA_SUCCESS);
    }
    CHECK(psab_core_prepared_count(core) > 0);
    CHECK_STATUS(psab_destroy_key(core, key), PSA_SUCCESS);
    CHECK_EQUAL(psab_core_prepared_count(core), 0);
    psab_core_free(core);
}

TEST(kept_mac_key_gives_what_a_new_one_gives_whatever_came_before) {
    mac_like_new(PSA_KEY_TYPE_HMAC, 32, PSA_ALG_HMAC(PSA_ALG_SHA_256));
    mac_like_new(PSA_KEY_TYPE_HMAC, 20, PSA_ALG_HMAC(PSA_ALG_SHA_512_224));
    mac_like_new(PSA_KEY_TYPE_HMAC, 32, PSA_ALG_HMAC(PSA_ALG_SHA3_256));
    mac_like_new(PSA_KEY_TYPE_AES, 16, PSA_ALG_CMAC);
    mac_like_new(PSA_KEY_TYPE_AES, 32, PSA_ALG_CBC_MAC);
}

/* Ciphers */

TEST(kept_cipher_key_decrypts_whatever_came_before) {
    static const psa_algorithm_t algs[] = {PSA_ALG_CTR, PSA_ALG_CBC_NO_PADDING, PSA_ALG_CBC_PKCS7, PSA_ALG_CFB,
                                           PSA_ALG_OFB, PSA_ALG_ECB_NO_PADDING};
    psab_core_t *core = open_core();
    for (size_t i = 0; core != NULL && i < 6; i++) {
        psa_key_id_t key = key_of(core, PSA_KEY_TYPE_AES, algs[i], 16);
        for (size_t k = 0; k < 6; k++) {
            bool blocks = algs[i] == PSA_ALG_CBC_NO_PADDING || algs[i] == PSA_ALG_ECB_NO_PADDING;
            size_t text = blocks ? 16 * (k % 3) : 5 * k;
            uint8_t sealed[80], plain[80];
            size_t length = 0;
            CHECK_STATUS(psab_cipher_encrypt(core, key, algs[i], material, text, sealed, 80, &length), PSA_SUCCESS);
            CHECK_STATUS(psab_cipher_decrypt(core, key, algs[i], sealed, length, plain, 80, &length), PSA_SUCCESS);
            CHECK_EQUAL(length, text);
            CHECK_BYTES(plain, material, text);
        }
        CHECK(psab_core_prepared_count(core) > 0);
        CHECK_STATUS(psab_destroy_key(core, key), PSA_SUCCESS);
        CHECK_EQUAL(psab_core_prepared_count(core), 0);
    }
    psab_core_free(core);
}

/* Signatures and agreement */

TEST(kept_signing_key_works_with_every_hash_of_its_policy_and_goes_when_it_is_destroyed) {
    psab_core_t *core = open_core();
    if (core == NULL) {
        return;
    }
    psa_key_id_t key =
        key_of(core, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), PSA_ALG_ECDSA(PSA_ALG_ANY_HASH), 32);
    for (size_t i = 0; i < 6; i++) {
        psa_algorithm_t hash = i % 2 != 0 ? PSA_ALG_SHA_256 : PSA_ALG_SHA_384;
        uint8_t digest[48] = {(uint8_t)i}, signature[64];
        size_t length = 0;
        CHECK_STATUS(
            psab_sign_hash(core, key, PSA_ALG_ECDSA(hash), digest, PSA_HASH_LENGTH(hash), signature, 64, &length),
            PSA_SUCCESS);
        CHECK_STATUS(psab_verify_hash(core, key, PSA_ALG_ECDSA(hash), digest, PSA_HASH_LENGTH(hash), signature, 64),
                     PSA_SUCCESS);
        digest[1] ^= 1;
        CHECK_STATUS(psab_verify_hash(core, key, PSA_ALG_ECDSA(hash), digest, PSA_HASH_LENGTH(hash), signature, 64),
                     PSA_ERROR_INVALID_SIGNATURE);
    }
    CHECK(psab_core_prepared_count(core) > 0);
    CHECK_STATUS(psab_destroy_key(core, key), PSA_SUCCESS);
    CHECK_EQUAL(psab_core_prepared_count(core), 0);
    psab_core_free(core);
}

/* Threads */

#define THREADS 4u

typedef struct shared {
    psab_core_t *core;
    psa_key_id_t hmac, gcm, cmac;
    uint8_t expected[3][32];
    _Atomic unsigned wrong;
} shared_t;

static bool all_right(shared_t *shared, bool expect) {
    static const message_t message = {16, 12, 4, 16};
    uint8_t out[3][64];
    size_t length = 0;
    bool done =
        psab_mac_compute(shared->core, shared->hmac, PSA_ALG_HMAC(PSA_ALG_SHA_256), material, 32, out[0], 64,
                         &length) == PSA_SUCCESS &&
        psab_mac_compute(shared->core, shared->cmac, PSA_ALG_CMAC, material, 31, out[2], 64, &length) == PSA_SUCCESS &&
        seal(shared->core, shared->gcm, PSA_ALG_GCM, &message, out[1]) == 32;
    static const size_t sizes[3] = {32, 32, 16};
    for (size_t i = 0; i < 3; i++) {
        if (!expect) {
            memcpy(shared->expected[i], out[i], sizes[i]);
        }
        done = done && memcmp(shared->expected[i], out[i], sizes[i]) == 0;
    }
    return done;
}

static void repeat(unsigned number, void *user) {
    shared_t *shared = user;
    (void)number;
    for (unsigned i = 0; i < 500; i++) {
        shared->wrong += !all_right(shared, true);
    }
}

TEST(threads_that_share_keys_get_the_right_results) {
    shared_t shared;
    memset(&shared, 0, sizeof shared);
    shared.core = open_core();
    if (shared.core == NULL) {
        return;
    }
    shared.hmac = key_of(shared.core, PSA_KEY_TYPE_HMAC, PSA_ALG_HMAC(PSA_ALG_SHA_256), 32);
    shared.gcm = key_of(shared.core, PSA_KEY_TYPE_AES, PSA_ALG_GCM, 16);
    shared.cmac = key_of(shared.core, PSA_KEY_TYPE_AES, PSA_ALG_CMAC, 16);
    CHECK(all_right(&shared, false));
    check_threads(THREADS, repeat, &shared);
    CHECK_EQUAL(shared.wrong, 0);
    psab_core_free(shared.core);
}

/* Memory: this test comes last, and looks at what all of them left. */

TEST(zz_no_memory_that_libcrypto_gave_back_holds_a_key) {
#if WATCHED
    CHECK_EQUAL(leaks, 0);
    /* The look sees what it is for. */
    void *block = OPENSSL_malloc(sizeof material);
    memcpy(block, material, sizeof material);
    OPENSSL_free(block);
    CHECK_EQUAL(leaks, 1);
#endif
}
