/* Signatures and key agreement: policies, checks, compositions, drivers that lie. */

#include <string.h>

#include "mock.h"

#define ALG PSA_ALG_ECDSA(PSA_ALG_SHA_256)
static const uint8_t hash32[32] = {1, 2, 3};

static const uint16_t everything[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_SIGN_HASH, PSAB_EP_VERIFY_HASH,
                                      PSAB_EP_KEY_AGREEMENT};

static psab_core_t *core_with(mock_t *mock, const uint16_t *entry_points, size_t count) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    mock_capability(mock, 0, entry_points, count);
    mock_register(mock, core);
    return core;
}

TEST(signature_verifies_and_a_changed_one_does_not) {
    mock_t m;
    psab_core_t *core = core_with(&m, everything, 4);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, ALG);
    uint8_t signature[80];
    size_t length;
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash32, 32, signature, sizeof signature, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 64);
    CHECK_STATUS(psab_verify_hash(core, key, ALG, hash32, 32, signature, length), PSA_SUCCESS);
    signature[9] ^= 4;
    CHECK_STATUS(psab_verify_hash(core, key, ALG, hash32, 32, signature, length), PSA_ERROR_INVALID_SIGNATURE);
    CHECK_STATUS(psab_verify_hash(core, key, ALG, hash32, 32, NULL, 0), PSA_ERROR_INVALID_SIGNATURE);
    psab_core_free(core);
}

TEST(arguments_of_signing_are_checked) {
    mock_t m;
    psab_core_t *core = core_with(&m, everything, 4);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, ALG);
    uint8_t s[64];
    size_t length = 5;
    CHECK_STATUS(psab_sign_hash(core, key + 1, ALG, hash32, 32, s, 64, &length), PSA_ERROR_INVALID_HANDLE);
    CHECK_EQUAL(length, 0);
    CHECK_STATUS(psab_sign_hash(core, PSA_KEY_ID_NULL, ALG, hash32, 32, s, 64, &length), PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(psab_sign_hash(core, key, PSA_ALG_ECDSA(PSA_ALG_SHA_384), hash32, 32, s, 64, &length),
                 PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(psab_sign_hash(core, key, PSA_ALG_SHA_256, hash32, 32, s, 64, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_hash(core, key, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH), hash32, 32, s, 64, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_hash(core, key, PSA_ALG_PURE_EDDSA, hash32, 32, s, 64, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_message(core, key, PSA_ALG_ECDSA_ANY, hash32, 32, s, 64, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash32, 31, s, 64, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash32, 32, s, 63, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash32, 32, s, 0, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, NULL, 32, s, 64, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash32, 32, NULL, 64, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash32, 32, s, 64, NULL), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_hash(NULL, key, ALG, hash32, 32, s, 64, &length), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(m.calls[PSAB_EP_SIGN_HASH], 0);
    CHECK_STATUS(psab_destroy_key(core, key), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash32, 32, s, 64, &length), PSA_ERROR_INVALID_HANDLE);
    psab_core_free(core);
}

TEST(public_key_does_not_sign) {
    mock_t m;
    psab_core_t *core = core_with(&m, everything, 4);
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key;
    uint8_t data[65] = {4}, s[64];
    size_t length;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 256);
    psa_set_key_algorithm(&attributes, ALG);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH);
    m.status[PSAB_EP_IMPORT_KEY] = PSA_SUCCESS;
    m.lie = MOCK_HONEST;
    psa_status_t status = psab_import_key(core, &attributes, data, sizeof data, &key);
    if (status == PSA_SUCCESS) {
        CHECK_STATUS(psab_sign_hash(core, key, ALG, hash32, 32, s, 64, &length), PSA_ERROR_INVALID_ARGUMENT);
    }
    psab_core_free(core);
}

TEST(signing_driver_that_lies_is_caught) {
    mock_t m;
    psab_core_t *core = core_with(&m, everything, 4);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, ALG);
    static const mock_lie_t lies[] = {MOCK_TOO_LONG, MOCK_NO_OUTPUT, MOCK_SHORT};
    uint8_t s[100];
    size_t length;
    m.lying = PSAB_EP_SIGN_HASH;
    for (size_t i = 0; i < 3; i++) {
        m.lie = lies[i];
        memset(s, 0xaa, sizeof s);
        CHECK_STATUS(psab_sign_hash(core, key, ALG, hash32, 32, s, sizeof s, &length), PSA_ERROR_CORRUPTION_DETECTED);
        CHECK_EQUAL(length, 0);
        CHECK_EQUAL(s[0], 0);
    }
    m.lying = PSAB_EP_KEY_AGREEMENT;
    for (size_t i = 0; i < 3; i++) {
        psa_key_id_t own = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, PSA_ALG_ECDH);
        m.lie = lies[i];
        memset(s, 0xaa, sizeof s);
        CHECK_STATUS(psab_raw_key_agreement(core, PSA_ALG_ECDH, own, hash32, 32, s, sizeof s, &length),
                     PSA_ERROR_CORRUPTION_DETECTED);
        CHECK_EQUAL(length, 0);
        CHECK_EQUAL(s[31], 0);
    }
    psab_core_free(core);
}

TEST(import_that_changes_the_size_of_the_key_fails) {
    mock_t m;
    psab_core_t *core = core_with(&m, everything, 4);
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = 1;
    psab_failure_t failure;
    m.lie = MOCK_OTHER_BITS;
    m.lying = PSAB_EP_IMPORT_KEY;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 256);
    CHECK(psab_import_key(core, &attributes, hash32, 32, &key) != PSA_SUCCESS);
    psab_last_failure(&failure);
    CHECK_EQUAL(failure.report, PSAB_REPORT_BITS_CHANGED);
    CHECK_EQUAL(key, PSA_KEY_ID_NULL);
    psab_core_free(core);
}

TEST(signature_may_overlap_the_hash) {
    mock_t m;
    psab_core_t *core = core_with(&m, everything, 4);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, ALG);
    uint8_t expected[64], buffer[96];
    size_t length;
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash32, 32, expected, 64, &length), PSA_SUCCESS);
    for (size_t at = 0; at <= 64; at += 16) {
        memset(buffer, 0, sizeof buffer);
        memcpy(buffer + at, hash32, 32);
        CHECK_STATUS(psab_sign_hash(core, key, ALG, buffer + at, 32, buffer, 64, &length), PSA_SUCCESS);
        CHECK_BYTES(buffer, expected, 64);
    }
    psab_core_free(core);
}

TEST(message_is_hashed_by_whoever_hashes_best) {
    psab_core_t *core = mock_core();
    mock_t hasher, signer;
    uint8_t s[64], hash[32], expected[64];
    size_t length, size;
    mock_init(&hasher, "hasher");
    mock_init(&signer, "signer");
    mock_capability(&hasher, 0, (uint16_t[]){PSAB_EP_HASH_COMPUTE}, 1);
    mock_capability(&signer, 0, everything, 4);
    mock_register(&signer, core);
    mock_register(&hasher, core);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, ALG);
    CHECK_STATUS(psab_sign_message(core, key, ALG, (const uint8_t *)"abc", 3, s, 64, &length), PSA_SUCCESS);
    CHECK_EQUAL(hasher.calls[PSAB_EP_HASH_COMPUTE], 1);
    mock_hash(0, PSA_ALG_SHA_256, (const uint8_t *)"abc", 3, hash, &size);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash, 32, expected, 64, &length), PSA_SUCCESS);
    CHECK_BYTES(s, expected, 64);
    CHECK_STATUS(psab_verify_message(core, key, ALG, (const uint8_t *)"abc", 3, s, 64), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_message(core, key, ALG, (const uint8_t *)"abd", 3, s, 64), PSA_ERROR_INVALID_SIGNATURE);
    hasher.status[PSAB_EP_HASH_COMPUTE] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(psab_sign_message(core, key, ALG, (const uint8_t *)"abc", 3, s, 64, &length),
                 PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(length, 0);
    psab_core_free(core);
}

TEST(sign_message_comes_before_the_composition_in_one_driver) {
    static const uint16_t both[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_SIGN_HASH, PSAB_EP_SIGN_MESSAGE};
    mock_t m;
    psab_core_t *core = core_with(&m, both, 3);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, ALG);
    uint8_t s[64];
    size_t length;
    CHECK_STATUS(psab_sign_message(core, key, ALG, (const uint8_t *)"abc", 3, s, 64, &length), PSA_SUCCESS);
    CHECK_EQUAL(m.calls[PSAB_EP_SIGN_MESSAGE], 1);
    CHECK_EQUAL(m.calls[PSAB_EP_SIGN_HASH], 0);
    psab_core_free(core);
}

TEST(pair_whose_driver_cannot_verify_is_verified_with_its_public_key) {
    static const uint16_t signs[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_SIGN_HASH, PSAB_EP_EXPORT_PUBLIC_KEY};
    psab_core_t *core = mock_core();
    mock_t element, verifier;
    uint8_t s[64];
    size_t length;
    mock_init_opaque(&element, "element");
    mock_init(&verifier, "verifier");
    mock_capability(&element, 0, signs, 3);
    mock_capability(&verifier, 0, (uint16_t[]){PSAB_EP_VERIFY_HASH}, 1);
    mock_register(&element, core);
    mock_register(&verifier, core);
    psa_key_id_t key = mock_key(
        core, PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION(PSA_KEY_PERSISTENCE_VOLATILE, MOCK_LOCATION), ALG);
    CHECK_STATUS(psab_sign_hash(core, key, ALG, hash32, 32, s, 64, &length), PSA_SUCCESS);
    /* The toy signs with its key context, one byte more than the key: it must not verify, but be asked. */
    CHECK_STATUS(psab_verify_hash(core, key, ALG, hash32, 32, s, 64), PSA_ERROR_INVALID_SIGNATURE);
    CHECK_EQUAL(element.calls[PSAB_EP_EXPORT_PUBLIC_KEY], 1);
    CHECK_EQUAL(verifier.calls[PSAB_EP_VERIFY_HASH], 1);
    element.lying = PSAB_EP_EXPORT_PUBLIC_KEY;
    element.lie = MOCK_TOO_LONG;
    CHECK_STATUS(psab_verify_hash(core, key, ALG, hash32, 32, s, 64), PSA_ERROR_CORRUPTION_DETECTED);
    psab_core_free(core);
}

TEST(driver_that_verifies_pairs_is_preferred_to_an_export) {
    psab_core_t *core = mock_core();
    mock_t exporter, verifier;
    uint8_t s[64] = {0};
    mock_init(&exporter, "exporter");
    mock_init(&verifier, "verifier");
    mock_capability(&exporter, 0, (uint16_t[]){PSAB_EP_IMPORT_KEY, PSAB_EP_EXPORT_PUBLIC_KEY}, 2);
    mock_capability(&verifier, 0, (uint16_t[]){PSAB_EP_VERIFY_HASH}, 1);
    mock_register(&exporter, core);
    mock_register(&verifier, core);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, ALG);
    CHECK_STATUS(psab_verify_hash(core, key, ALG, hash32, 32, s, 64), PSA_ERROR_INVALID_SIGNATURE);
    CHECK_EQUAL(exporter.calls[PSAB_EP_EXPORT_PUBLIC_KEY], 0);
    psab_core_free(core);
}

TEST(raw_key_agreement_works_and_checks) {
    mock_t m;
    psab_core_t *core = core_with(&m, everything, 4);
    psa_key_id_t key = mock_key(core, PSA_KEY_LIFETIME_VOLATILE, PSA_ALG_ECDH);
    uint8_t secret[40];
    size_t length;
    CHECK_STATUS(psab_raw_key_agreement(core, PSA_ALG_ECDH, key, hash32, 32, secret, 40, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 32);
    CHECK_STATUS(psab_raw_key_agreement(core, PSA_ALG_ECDH, key, hash32, 32, secret, 31, &length),
                 PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_STATUS(psab_raw_key_agreement(core, PSA_ALG_FFDH, key, hash32, 32, secret, 40, &length),
                 PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(psab_raw_key_agreement(core, PSA_ALG_KEY_AGREEMENT(PSA_ALG_ECDH, PSA_ALG_HKDF(PSA_ALG_SHA_256)), key,
                                        hash32, 32, secret, 40, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_raw_key_agreement(core, PSA_ALG_SHA_256, key, hash32, 32, secret, 40, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    m.status[PSAB_EP_KEY_AGREEMENT] = PSA_ERROR_INVALID_ARGUMENT;
    memset(secret, 0xaa, sizeof secret);
    CHECK_STATUS(psab_raw_key_agreement(core, PSA_ALG_ECDH, key, hash32, 32, secret, 40, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(length, 0);
    CHECK_EQUAL(secret[3], 0);
    psab_core_free(core);
}

typedef struct shared {
    psab_core_t *core;
    psa_key_id_t key;
} shared_t;

static void sign_often(unsigned number, void *user) {
    shared_t *shared = user;
    (void)number;
    for (int i = 0; i < 2000; i++) {
        uint8_t s[64];
        size_t length = 0;
        CHECK_STATUS(psab_sign_hash(shared->core, shared->key, ALG, hash32, 32, s, 64, &length), PSA_SUCCESS);
    }
}

TEST(several_threads_sign_with_one_key) {
    mock_t m;
    psab_core_t *core = core_with(&m, everything, 4);
    shared_t shared = {core, mock_key(core, PSA_KEY_LIFETIME_VOLATILE, ALG)};
    m.smallest_output = 0;
    check_threads(4, sign_often, &shared);
    CHECK_EQUAL(mock_counts(core, "alpha").served, 8001);
    psab_core_free(core);
}
