/* The software driver through the core against libcrypto called directly, by somebody who knows how: algorithms
 * fetched once, contexts and key objects kept.
 *
 * Usage: software [name...]
 * Names are of symmetric rows.
 * Prints microseconds per call of either, the best of several rounds that alternate, and their ratio; exits 1 if
 * one is above its limit. */

#include <stdio.h>

#if defined(__has_include) && __has_include(<openssl/evp.h>)

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "psab/api.h"

#define ROUNDS 60
#define ROUND_NS 1e6
#define MEBIBYTE ((size_t)1 << 20)

static psab_core_t *core;
static uint8_t *input, *output;
static const uint8_t material[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
static const uint8_t nonce[12] = {1};
static unsigned failures;

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void must(bool good) {
    failures += !good;
}

static psa_key_id_t key_of(psa_key_type_t type, psa_algorithm_t alg, psa_key_usage_t usage, size_t size) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = 0;
    psa_set_key_type(&attributes, type);
    psa_set_key_algorithm(&attributes, alg);
    psa_set_key_usage_flags(&attributes, usage);
    must(psab_import_key(core, &attributes, material, size, &key) == PSA_SUCCESS);
    return key;
}

/* Hash */

static EVP_MD *sha256;
static EVP_MD_CTX *md;

static void hash_direct(size_t size) {
    must(EVP_DigestInit_ex2(md, sha256, NULL) == 1 && EVP_DigestUpdate(md, input, size) == 1 &&
         EVP_DigestFinal_ex(md, output, NULL) == 1);
}

static void hash_core(size_t size) {
    size_t length;
    must(psab_hash_compute(core, PSA_ALG_SHA_256, input, size, output, 32, &length) == PSA_SUCCESS);
}

/* MAC */

static EVP_MAC_CTX *mac;
static psa_key_id_t hmac_key;

static void hmac_direct(size_t size) {
    size_t length;
    must(EVP_MAC_init(mac, NULL, 0, NULL) == 1 && EVP_MAC_update(mac, input, size) == 1 &&
         EVP_MAC_final(mac, output, &length, 32) == 1);
}

static void hmac_core(size_t size) {
    size_t length;
    must(psab_mac_compute(core, hmac_key, PSA_ALG_HMAC(PSA_ALG_SHA_256), input, size, output, 32, &length) ==
         PSA_SUCCESS);
}

static EVP_MAC_CTX *cmac;
static psa_key_id_t cmac_key;

static void cmac_direct(size_t size) {
    size_t length;
    must(EVP_MAC_init(cmac, NULL, 0, NULL) == 1 && EVP_MAC_update(cmac, input, size) == 1 &&
         EVP_MAC_final(cmac, output, &length, 16) == 1);
}

static void cmac_core(size_t size) {
    size_t length;
    must(psab_mac_compute(core, cmac_key, PSA_ALG_CMAC, input, size, output, 16, &length) == PSA_SUCCESS);
}

/* AEAD and cipher */

static EVP_CIPHER_CTX *gcm, *ctr, *chacha;
static psa_key_id_t gcm_key, ctr_key, ccm_key, chacha_key;

static void aead_direct(EVP_CIPHER_CTX *context, size_t size) {
    int length;
    must(EVP_EncryptInit_ex2(context, NULL, NULL, nonce, NULL) == 1 &&
         EVP_EncryptUpdate(context, NULL, &length, material, 16) == 1 &&
         EVP_EncryptUpdate(context, output, &length, input, (int)size) == 1 &&
         EVP_EncryptFinal_ex(context, output + size, &length) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, output + size) == 1);
}

static void aead_core(psa_key_id_t key, psa_algorithm_t alg, size_t size) {
    size_t length;
    must(psab_aead_encrypt(core, key, alg, nonce, 12, material, 16, input, size, output, size + 16, &length) ==
         PSA_SUCCESS);
}

static void gcm_direct(size_t size) {
    aead_direct(gcm, size);
}

static void gcm_core(size_t size) {
    aead_core(gcm_key, PSA_ALG_GCM, size);
}

static void chacha_direct(size_t size) {
    aead_direct(chacha, size);
}

static void chacha_core(size_t size) {
    aead_core(chacha_key, PSA_ALG_CHACHA20_POLY1305, size);
}

static void ccm_core(size_t size) {
    aead_core(ccm_key, PSA_ALG_CCM, size);
}

static void ctr_direct(size_t size) {
    int length;
    must(EVP_DecryptInit_ex2(ctr, NULL, NULL, input, NULL) == 1 &&
         EVP_DecryptUpdate(ctr, output, &length, input + 16, (int)size) == 1);
}

static void ctr_core(size_t size) {
    size_t length;
    must(psab_cipher_decrypt(core, ctr_key, PSA_ALG_CTR, input, size + 16, output, size, &length) == PSA_SUCCESS);
}

/* Signatures */

#define ECDSA PSA_ALG_ECDSA(PSA_ALG_SHA_256)

static psa_key_id_t p256_key, p256_public, ed_key, ed_public, rsa_key;
static EVP_PKEY_CTX *p256_signer, *p256_verifier, *rsa_signer;
static EVP_PKEY *ed_object;
static uint8_t der[80], raw[64], ed_signature[64], rsa_signature[256];
static size_t der_size = sizeof der;

static void sign_direct(size_t size) {
    uint8_t signature[80];
    size_t length = sizeof signature;
    must(EVP_PKEY_sign(p256_signer, signature, &length, input, size) == 1);
}

static void sign_core(size_t size) {
    uint8_t signature[64];
    size_t length;
    must(psab_sign_hash(core, p256_key, ECDSA, input, size, signature, 64, &length) == PSA_SUCCESS);
}

static void verify_direct(size_t size) {
    must(EVP_PKEY_verify(p256_verifier, der, der_size, input, size) == 1);
}

static void verify_core(size_t size) {
    must(psab_verify_hash(core, p256_public, ECDSA, input, size, raw, 64) == PSA_SUCCESS);
}

static void verify_pair_core(size_t size) {
    must(psab_verify_hash(core, p256_key, ECDSA, input, size, raw, 64) == PSA_SUCCESS);
}

static void ed_sign_direct(size_t size) {
    size_t length = 64;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    must(EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, ed_object, NULL) == 1 &&
         EVP_DigestSign(context, ed_signature, &length, input, size) == 1);
    EVP_MD_CTX_free(context);
}

static void ed_sign_core(size_t size) {
    size_t length;
    must(psab_sign_message(core, ed_key, PSA_ALG_PURE_EDDSA, input, size, ed_signature, 64, &length) == PSA_SUCCESS);
}

static void ed_verify_direct(size_t size) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    must(EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, ed_object, NULL) == 1 &&
         EVP_DigestVerify(context, ed_signature, 64, input, size) == 1);
    EVP_MD_CTX_free(context);
}

static void ed_verify_core(size_t size) {
    must(psab_verify_message(core, ed_public, PSA_ALG_PURE_EDDSA, input, size, ed_signature, 64) == PSA_SUCCESS);
}

static void rsa_direct(size_t size) {
    size_t length = sizeof rsa_signature;
    must(EVP_PKEY_sign(rsa_signer, rsa_signature, &length, input, size) == 1);
}

static void rsa_core(size_t size) {
    size_t length;
    must(psab_sign_hash(core, rsa_key, PSA_ALG_RSA_PKCS1V15_SIGN_RAW, input, size, rsa_signature, 256, &length) ==
         PSA_SUCCESS);
}

/* Setting up */

static EVP_CIPHER_CTX *cipher_of(const char *name, const uint8_t *key, int encrypt) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    must(EVP_CipherInit_ex2(context, cipher, key, NULL, encrypt, NULL) == 1);
    EVP_CIPHER_free(cipher);
    return context;
}

static EVP_MAC_CTX *mac_of(const char *name, const char *parameter, char *value, size_t size) {
    EVP_MAC *made = EVP_MAC_fetch(NULL, name, NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(made);
    OSSL_PARAM parameters[] = {OSSL_PARAM_utf8_string(parameter, value, 0), OSSL_PARAM_END};
    must(EVP_MAC_init(context, material, size, parameters) == 1);
    EVP_MAC_free(made);
    return context;
}

static void prepare_symmetric(void) {
    char digest[] = "SHA256", cipher[] = "AES-128-CBC";
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    md = EVP_MD_CTX_new();
    mac = mac_of("HMAC", OSSL_MAC_PARAM_DIGEST, digest, 32);
    cmac = mac_of("CMAC", OSSL_MAC_PARAM_CIPHER, cipher, 16);
    gcm = cipher_of("AES-128-GCM", material, 1);
    chacha = cipher_of("ChaCha20-Poly1305", material, 1);
    ctr = cipher_of("AES-128-CTR", material, 0);
    hmac_key = key_of(PSA_KEY_TYPE_HMAC, PSA_ALG_HMAC(PSA_ALG_SHA_256), PSA_KEY_USAGE_SIGN_MESSAGE, 32);
    cmac_key = key_of(PSA_KEY_TYPE_AES, PSA_ALG_CMAC, PSA_KEY_USAGE_SIGN_MESSAGE, 16);
    gcm_key = key_of(PSA_KEY_TYPE_AES, PSA_ALG_GCM, PSA_KEY_USAGE_ENCRYPT, 16);
    ccm_key = key_of(PSA_KEY_TYPE_AES, PSA_ALG_CCM, PSA_KEY_USAGE_ENCRYPT, 16);
    chacha_key = key_of(PSA_KEY_TYPE_CHACHA20, PSA_ALG_CHACHA20_POLY1305, PSA_KEY_USAGE_ENCRYPT, 32);
    ctr_key = key_of(PSA_KEY_TYPE_AES, PSA_ALG_CTR, PSA_KEY_USAGE_DECRYPT, 16);
}

static psa_key_id_t public_of(psa_key_id_t pair, psa_key_type_t type, psa_algorithm_t alg, uint8_t *data,
                              size_t *size) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = 0;
    must(psab_export_public_key(core, pair, data, 128, size) == PSA_SUCCESS);
    psa_set_key_type(&attributes, type);
    psa_set_key_algorithm(&attributes, alg);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_MESSAGE | PSA_KEY_USAGE_VERIFY_HASH);
    must(psab_import_key(core, &attributes, data, *size, &key) == PSA_SUCCESS);
    return key;
}

static EVP_PKEY_CTX *signer_of(EVP_PKEY *object, bool sign) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, object, NULL);
    must((sign ? EVP_PKEY_sign_init(context) : EVP_PKEY_verify_init(context)) == 1);
    return context;
}

static void prepare_signatures(void) {
    const psa_key_usage_t usage = PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH | PSA_KEY_USAGE_EXPORT;
    uint8_t data[128];
    size_t size;
    char group[] = "P-256";
    p256_key = key_of(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), ECDSA, usage, 32);
    p256_public = public_of(p256_key, PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1), ECDSA, data, &size);
    must(psab_sign_hash(core, p256_key, ECDSA, input, 32, raw, 64, &size) == PSA_SUCCESS);
    EVP_PKEY *p256 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", group);
    p256_signer = signer_of(p256, true);
    p256_verifier = signer_of(p256, false);
    must(EVP_PKEY_sign(p256_signer, der, &der_size, input, 32) == 1);
    ed_key = key_of(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS), PSA_ALG_PURE_EDDSA, usage, 32);
    ed_public =
        public_of(ed_key, PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_TWISTED_EDWARDS), PSA_ALG_PURE_EDDSA, data, &size);
    ed_object = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, material, 32);
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_RSA_KEY_PAIR);
    psa_set_key_bits(&attributes, 2048);
    psa_set_key_algorithm(&attributes, PSA_ALG_RSA_PKCS1V15_SIGN_RAW);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
    must(psab_generate_key(core, &attributes, &rsa_key) == PSA_SUCCESS);
    rsa_signer = signer_of(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), true);
}

typedef void (*call_t)(size_t size);

static double time_of(call_t call, size_t size, unsigned calls) {
    double start = now();
    for (unsigned i = 0; i < calls; i++) {
        call(size);
    }
    return (now() - start) / calls;
}

static const struct {
    const char *name;
    size_t size;
    double limit; /* of the ratio; 0: none */
    call_t direct, through;
} rows[] = {
    {"SHA-256", 16, 1.0, hash_direct, hash_core},
    {"SHA-256", MEBIBYTE, 1.05, hash_direct, hash_core},
    {"HMAC-SHA-256", 16, 1.0, hmac_direct, hmac_core},
    {"HMAC-SHA-256", MEBIBYTE, 1.05, hmac_direct, hmac_core},
    {"CMAC AES-128", 16, 1.0, cmac_direct, cmac_core},
    {"AES-128-CTR", 16, 1.0, ctr_direct, ctr_core},
    {"AES-128-GCM", 16, 1.0, gcm_direct, gcm_core},
    {"AES-128-GCM", MEBIBYTE, 1.05, gcm_direct, gcm_core},
    {"ChaCha20-Poly1305", 16, 1.3, chacha_direct, chacha_core},
    {"AES-128-CCM", 16, 0, NULL, ccm_core},
    {"P-256 sign", 32, 1.02, sign_direct, sign_core},
    {"P-256 verify", 32, 1.02, verify_direct, verify_core},
    {"P-256 verify, pair", 32, 1.02, verify_direct, verify_pair_core},
    {"Ed25519 sign", 32, 1.05, ed_sign_direct, ed_sign_core},
    {"Ed25519 verify", 32, 1.05, ed_verify_direct, ed_verify_core},
    {"RSA-2048 sign", 32, 1.05, rsa_direct, rsa_core},
};

/* Returns whether the ratio is within its limit. */
static bool compare(size_t row) {
    size_t size = rows[row].size;
    call_t direct = rows[row].direct, through = rows[row].through;
    through(size); /* what is made at the first call of a key */
    double once = time_of(through, size, 2);
    unsigned calls = once > ROUND_NS ? 1 : (unsigned)(ROUND_NS / once) + 1;
    double best_direct = 1e18, best_through = 1e18;
    for (int i = 0; i < ROUNDS; i++) {
        double a = direct != NULL ? time_of(direct, size, calls) : 0;
        double b = time_of(through, size, calls);
        best_direct = a < best_direct ? a : best_direct;
        best_through = b < best_through ? b : best_through;
    }
    printf("%-20s %8zu bytes  core %10.3f us", rows[row].name, size, best_through / 1e3);
    if (direct == NULL) {
        printf("\n");
        return true;
    }
    double ratio = best_through / best_direct;
    bool good = rows[row].limit == 0 || ratio <= rows[row].limit;
    printf("  libcrypto %10.3f us  ratio %5.2f%s\n", best_direct / 1e3, ratio, good ? "" : "  EXCEEDED");
    return good;
}

static bool wanted(const char *name, int count, char **arguments) {
    bool any = count < 2;
    for (int i = 1; i < count; i++) {
        any = any || strstr(name, arguments[i]) != NULL;
    }
    return any;
}

int main(int count, char **arguments) {
    core = psab_core_new();
    input = calloc(1, MEBIBYTE + 64);
    output = calloc(1, MEBIBYTE + 64);
    if (core == NULL || input == NULL || output == NULL || psab_crypto_init(core) != PSA_SUCCESS) {
        return 2;
    }
    prepare_symmetric();
    if (count < 2) { /* making an RSA key takes longer than all the rest */
        prepare_signatures();
    }
    bool good = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (wanted(rows[i].name, count, arguments)) {
            good = compare(i) && good;
        }
    }
    if (failures != 0) {
        printf("%u calls failed\n", failures);
    }
    psab_core_free(core);
    return failures == 0 && good ? 0 : 1;
}

#else

int main(void) {
    printf("libcrypto's headers are not installed: nothing to compare\n");
    return 0;
}

#endif
