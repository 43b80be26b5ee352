/* The table of hashes: algorithm -> libcrypto's name or functions, sizes, identifiers. */
#include "hash.h"

#include <openssl/md4.h>
#include <openssl/md5.h>
#include <openssl/ripemd.h>
#include <openssl/sha.h>
#include <stddef.h>

/* Typed wrappers: function pointers are never cast. */
#define OPEN_FUNCTIONS(name, type, INIT, UPDATE, FINISH, TRANSFORM)                                                    \
    static int name##_init(void *state) {                                                                              \
        return INIT(state);                                                                                            \
    }                                                                                                                  \
    static int name##_update(void *state, const void *input, size_t length) {                                          \
        return UPDATE(state, input, length);                                                                           \
    }                                                                                                                  \
    static int name##_finish(unsigned char *digest, void *state) {                                                     \
        return FINISH(digest, state);                                                                                  \
    }                                                                                                                  \
    static void name##_transform(void *state, const unsigned char *block) {                                            \
        TRANSFORM(state, block);                                                                                       \
    }                                                                                                                  \
    _Static_assert(sizeof(type) <= sizeof(((libcrypto_hash_operation_t *)0)->state), "state must fit");

#define OPEN_LAYOUT(type, word, count, is_little, data)                                                                \
    .state_size = sizeof(type), .word_size = (word), .words = (count), .little = (is_little),                          \
    .low_offset = offsetof(type, Nl), .high_offset = offsetof(type, Nh), .block_offset = offsetof(type, data)

#ifndef OPENSSL_NO_MD4
OPEN_FUNCTIONS(md4, MD4_CTX, MD4_Init, MD4_Update, MD4_Final, MD4_Transform)
static const lc_hash_open_t open_md4 = {md4_init, md4_update, md4_finish, md4_transform,
                                        OPEN_LAYOUT(MD4_CTX, 4, 4, 1, data)};
#endif
#ifndef OPENSSL_NO_MD5
OPEN_FUNCTIONS(md5, MD5_CTX, MD5_Init, MD5_Update, MD5_Final, MD5_Transform)
static const lc_hash_open_t open_md5 = {md5_init, md5_update, md5_finish, md5_transform,
                                        OPEN_LAYOUT(MD5_CTX, 4, 4, 1, data)};
#endif
#ifndef OPENSSL_NO_RMD160
OPEN_FUNCTIONS(rmd160, RIPEMD160_CTX, RIPEMD160_Init, RIPEMD160_Update, RIPEMD160_Final, RIPEMD160_Transform)
static const lc_hash_open_t open_rmd160 = {rmd160_init, rmd160_update, rmd160_finish, rmd160_transform,
                                           OPEN_LAYOUT(RIPEMD160_CTX, 4, 5, 1, data)};
#endif
OPEN_FUNCTIONS(sha1, SHA_CTX, SHA1_Init, SHA1_Update, SHA1_Final, SHA1_Transform)
static const lc_hash_open_t open_sha1 = {sha1_init, sha1_update, sha1_finish, sha1_transform,
                                         OPEN_LAYOUT(SHA_CTX, 4, 5, 0, data)};
OPEN_FUNCTIONS(sha224, SHA256_CTX, SHA224_Init, SHA224_Update, SHA224_Final, SHA256_Transform)
static const lc_hash_open_t open_sha224 = {sha224_init, sha224_update, sha224_finish, sha224_transform,
                                           OPEN_LAYOUT(SHA256_CTX, 4, 8, 0, data)};
OPEN_FUNCTIONS(sha256, SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final, SHA256_Transform)
static const lc_hash_open_t open_sha256 = {sha256_init, sha256_update, sha256_finish, sha256_transform,
                                           OPEN_LAYOUT(SHA256_CTX, 4, 8, 0, data)};
OPEN_FUNCTIONS(sha384, SHA512_CTX, SHA384_Init, SHA384_Update, SHA384_Final, SHA512_Transform)
static const lc_hash_open_t open_sha384 = {sha384_init, sha384_update, sha384_finish, sha384_transform,
                                           OPEN_LAYOUT(SHA512_CTX, 8, 8, 0, u)};
OPEN_FUNCTIONS(sha512, SHA512_CTX, SHA512_Init, SHA512_Update, SHA512_Final, SHA512_Transform)
static const lc_hash_open_t open_sha512 = {sha512_init, sha512_update, sha512_finish, sha512_transform,
                                           OPEN_LAYOUT(SHA512_CTX, 8, 8, 0, u)};

/* SHA-512/t is SHA-512 from another start (FIPS 180-4, 5.3.6), cut to t bits. */
static int sha512_t_init(void *state, const uint64_t start[8]) {
    SHA512_CTX *sha = state;
    int done = SHA512_Init(sha);
    for (size_t i = 0; i < 8; i++) {
        sha->h[i] = start[i];
    }
    return done;
}

static int sha512_224_init(void *state) {
    static const uint64_t start[8] = {0x8c3d37c819544da2, 0x73e1996689dcd4d6, 0x1dfab7ae32ff9c82, 0x679dd514582f9fcf,
                                      0x0f6d2b697bd44da8, 0x77e36f7304c48942, 0x3f9d85a86a1d36c8, 0x1112e6ad91d692a1};
    return sha512_t_init(state, start);
}

static int sha512_256_init(void *state) {
    static const uint64_t start[8] = {0x22312194fc2bf72c, 0x9f555fa3c84c64c2, 0x2393b86b6f53b151, 0x963877195940eabd,
                                      0x96283ee2a88effe3, 0xbe5e1e2553863992, 0x2b0199fc2c85b8aa, 0x0eb72ddc81c52ca2};
    return sha512_t_init(state, start);
}

static const lc_hash_open_t open_sha512_224 = {sha512_224_init, sha512_update, sha512_finish, sha512_transform,
                                               OPEN_LAYOUT(SHA512_CTX, 8, 8, 0, u)};
static const lc_hash_open_t open_sha512_256 = {sha512_256_init, sha512_update, sha512_finish, sha512_transform,
                                               OPEN_LAYOUT(SHA512_CTX, 8, 8, 0, u)};

/* All but the low byte of a hash algorithm. */
#define HASH_CATEGORY ((psa_algorithm_t)0x02000000)
#define ROW(alg) [(alg) & 0xff]
/* RSA PKCS#1 v1.5 is not defined for these. */
#define NO_OID .oid_size = 0
#define NIST_OID(last) .oid = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, (last)}, .oid_size = 9

static const lc_hash_t hashes[32] = {
#ifndef OPENSSL_NO_MD4
    ROW(PSA_ALG_MD4) = {"MD4", &open_md4, 16, 64, 16, false, true, true,
                        .oid = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x04}, .oid_size = 8},
#endif
#ifndef OPENSSL_NO_MD5
    ROW(PSA_ALG_MD5) = {"MD5", &open_md5, 16, 64, 16, false, true, true,
                        .oid = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05}, .oid_size = 8},
#endif
#ifndef OPENSSL_NO_RMD160
    ROW(PSA_ALG_RIPEMD160) = {"RIPEMD160", &open_rmd160, 20, 64, 20, false, true, true,
                              .oid = {0x2b, 0x24, 0x03, 0x02, 0x01}, .oid_size = 5},
#endif
    ROW(PSA_ALG_SHA_1) = {"SHA1", &open_sha1, 20, 64, 20, false, true, true, .oid = {0x2b, 0x0e, 0x03, 0x02, 0x1a},
                          .oid_size = 5},
    ROW(PSA_ALG_SHA_224) = {"SHA2-224", &open_sha224, 28, 64, 28, false, true, true, NIST_OID(4)},
    ROW(PSA_ALG_SHA_256) = {"SHA2-256", &open_sha256, 32, 64, 32, false, true, true, NIST_OID(1)},
    ROW(PSA_ALG_SHA_384) = {"SHA2-384", &open_sha384, 48, 128, 48, false, true, true, NIST_OID(2)},
    ROW(PSA_ALG_SHA_512) = {"SHA2-512", &open_sha512, 64, 128, 64, false, true, true, NIST_OID(3)},
    ROW(PSA_ALG_SHA_512_224) = {"SHA2-512/224", &open_sha512_224, 28, 128, 64, false, true, true, NIST_OID(5)},
    ROW(PSA_ALG_SHA_512_256) = {"SHA2-512/256", &open_sha512_256, 32, 128, 64, false, true, true, NIST_OID(6)},
    ROW(PSA_ALG_SHA_256_192) = {"SHA2-256", &open_sha256, 24, 64, 32, false, false, false, NO_OID},
    ROW(PSA_ALG_SHA3_224) = {"SHA3-224", NULL, 28, 144, 28, false, true, false, NIST_OID(7)},
    ROW(PSA_ALG_SHA3_256) = {"SHA3-256", NULL, 32, 136, 32, false, true, false, NIST_OID(8)},
    ROW(PSA_ALG_SHA3_384) = {"SHA3-384", NULL, 48, 104, 48, false, true, false, NIST_OID(9)},
    ROW(PSA_ALG_SHA3_512) = {"SHA3-512", NULL, 64, 72, 64, false, true, false, NIST_OID(10)},
    ROW(PSA_ALG_SM3) = {"SM3", NULL, 32, 64, 32, false, true, false,
                        .oid = {0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x78}, .oid_size = 8},
    ROW(PSA_ALG_SHAKE128_256) = {"SHAKE-128", NULL, 32, 168, 32, true, false, false, NO_OID},
    ROW(PSA_ALG_SHAKE256_192) = {"SHAKE-256", NULL, 24, 136, 24, true, false, false, NO_OID},
    ROW(PSA_ALG_SHAKE256_256) = {"SHAKE-256", NULL, 32, 136, 32, true, false, false, NO_OID},
    ROW(PSA_ALG_SHAKE256_512) = {"SHAKE-256", NULL, 64, 136, 64, true, false, false, NO_OID},
    ROW(PSA_ALG_BLAKE2S_HASH256) = {"BLAKE2S-256", NULL, 32, 64, 32, false, true, false, NO_OID},
    ROW(PSA_ALG_BLAKE2B_HASH512) = {"BLAKE2B-512", NULL, 64, 128, 64, false, true, false, NO_OID},
};

const lc_hash_t *lc_hash_find(psa_algorithm_t alg) {
    size_t index = alg & 0xff;
    if ((alg & ~(psa_algorithm_t)0xff) != HASH_CATEGORY || index >= sizeof(hashes) / sizeof(hashes[0])) {
        return NULL;
    }
    return hashes[index].name == NULL ? NULL : &hashes[index];
}

psa_algorithm_t lc_hash_algorithm(const lc_hash_t *hash) {
    return HASH_CATEGORY | (psa_algorithm_t)(hash - hashes);
}

/* Fetched objects, one cell per row of the table. */
static EVP_MD *fetched[sizeof(hashes) / sizeof(hashes[0])];

const EVP_MD *lc_hash_md(const lc_hash_t *hash) {
    EVP_MD **cell = &fetched[hash - hashes];
    EVP_MD *md = __atomic_load_n(cell, __ATOMIC_ACQUIRE);
    if (md != NULL) {
        return md;
    }
    OSSL_LIB_CTX *library = lc_context();
    EVP_MD *mine = library == NULL ? NULL : EVP_MD_fetch(library, hash->name, NULL);
    if (mine == NULL) {
        return NULL;
    }
    if (__atomic_compare_exchange_n(cell, &md, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        return mine;
    }
    EVP_MD_free(mine); /* another thread was first */
    return md;
}
