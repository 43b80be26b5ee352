/* Drivers that report success without having done what they say. */

#include <string.h>

#include "mock.h"
#include "toy.h"
#include "util/guard.h"

#define AT_TOY (TOY_LOCATION << 8)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t out[2048];
static const uint8_t input[2048];

static psa_key_attributes_t attributes_of(psa_key_type_t type, size_t bits, psa_key_lifetime_t lifetime) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, bits);
    psa_set_key_lifetime(&attributes, lifetime);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_DERIVE | PSA_KEY_USAGE_COPY);
    return attributes;
}

static void check_reported(const char *words) {
    psab_failure_t failure;
    psab_last_failure(&failure);
    CHECK(strcmp(failure.driver, "toy") == 0);
    CHECK(strstr(failure.detail, words) != NULL);
}

TEST(a_plaintext_whose_length_was_not_told_is_no_empty_one) {
    static const uint16_t rsa[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_ASYMMETRIC_DECRYPT};
    toy_t toy;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", false, rsa, COUNT(rsa));
    psa_algorithm_t alg = PSA_ALG_RSA_PKCS1V15_CRYPT;
    psa_key_id_t key = toy_key(core, PSA_KEY_TYPE_RSA_KEY_PAIR, 1024, alg, 0, 600);
    size_t length = 1;
    toy.liar = PSAB_EP_ASYMMETRIC_DECRYPT;
    toy.lie = TOY_IS_EMPTY;
    CHECK_STATUS(psab_asymmetric_decrypt(core, key, alg, input, 128, NULL, 0, out, 128, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 0);
    toy.lie = TOY_SAYS_NOTHING;
    for (size_t size = 0; size <= 128; size += 128) { /* into a buffer of the core and into the caller's */
        CHECK_STATUS(psab_asymmetric_decrypt(core, key, alg, input, 128, NULL, 0, out, size, &length),
                     PSA_ERROR_CORRUPTION_DETECTED);
        CHECK_EQUAL(length, 0);
        check_reported("without telling the length");
    }
    psab_core_free(core);
}

TEST(an_output_of_no_bytes_has_a_length_too) {
    static const uint16_t cipher[] = {PSAB_EP_CIPHER_ENCRYPT_SETUP, PSAB_EP_CIPHER_SET_IV, PSAB_EP_CIPHER_UPDATE,
                                      PSAB_EP_CIPHER_FINISH, PSAB_EP_CIPHER_ABORT};
    toy_t toy;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", false, cipher, COUNT(cipher));
    psa_key_id_t key = toy_key(core, PSA_KEY_TYPE_AES, 128, PSA_ALG_ECB_NO_PADDING, 0, 16);
    psa_cipher_operation_t operation = PSA_CIPHER_OPERATION_INIT;
    size_t length = 0;
    toy.liar = PSAB_EP_CIPHER_FINISH;
    toy.lie = TOY_SAYS_NOTHING;
    CHECK_STATUS(psab_cipher_encrypt_setup(core, &operation, key, PSA_ALG_ECB_NO_PADDING), PSA_SUCCESS);
    CHECK_STATUS(psab_cipher_finish(core, &operation, out, 16, &length), PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(length, 0);
    psab_core_free(core);
}

/* Ways to create a key at the location of the driver, by the entry point that makes it. */
static psa_status_t create(psab_core_t *core, uint16_t entry_point, psa_key_id_t pair, psa_key_id_t kek,
                           psa_key_id_t *made) {
    size_t length = 0;
    psa_key_attributes_t aes = attributes_of(PSA_KEY_TYPE_AES, 128, AT_TOY);
    psa_key_attributes_t rsa = attributes_of(PSA_KEY_TYPE_RSA_KEY_PAIR, 1024, AT_TOY);
    psa_key_attributes_t secret = attributes_of(PSA_KEY_TYPE_DERIVE, 256, AT_TOY);
    const psa_custom_key_parameters_t custom = PSA_CUSTOM_KEY_PARAMETERS_INIT;
    switch (entry_point) {
    case PSAB_EP_IMPORT_KEY:
        return psab_import_key(core, &aes, input, 16, made);
    case PSAB_EP_GENERATE_KEY:
        return psab_generate_key(core, &aes, made);
    case PSAB_EP_GENERATE_KEY_CUSTOM:
        return psab_generate_key_custom(core, &rsa, &custom, (const uint8_t *)"\3", 1, made);
    case PSAB_EP_COPY_KEY:
        psa_set_key_algorithm(&aes, PSA_ALG_KW);
        return psab_copy_key(core, kek, &aes, made);
    case PSAB_EP_UNWRAP_KEY:
        return psab_unwrap_key(core, &aes, kek, PSA_ALG_KW, input, 24, made);
    case PSAB_EP_KEY_AGREEMENT_TO_KEY:
        return psab_key_agreement(core, pair, input, 65, PSA_ALG_ECDH, &secret, made);
    case PSAB_EP_ENCAPSULATE:
        return psab_encapsulate(core, pair, PSA_ALG_ECIES_SEC1, &secret, made, out, 65, &length);
    case PSAB_EP_DECAPSULATE:
        return psab_decapsulate(core, pair, PSA_ALG_ECIES_SEC1, input, 65, &secret, made);
    default:
        return psab_attach_key(core, &aes, (const uint8_t *)"slot", 4, made);
    }
}

static psa_key_id_t pair_for(psab_core_t *core, uint16_t entry_point) {
    psa_key_id_t pair = 0;
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256, AT_TOY);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE | PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT);
    psa_set_key_algorithm(&attributes, entry_point == PSAB_EP_KEY_AGREEMENT_TO_KEY ? PSA_ALG_ECDH : PSA_ALG_ECIES_SEC1);
    CHECK_STATUS(psab_import_key(core, &attributes, input, 32, &pair), PSA_SUCCESS);
    return pair;
}

static psa_key_id_t kek_for(psab_core_t *core) {
    psa_key_id_t kek = 0;
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 128, AT_TOY);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_UNWRAP | PSA_KEY_USAGE_COPY);
    psa_set_key_algorithm(&attributes, PSA_ALG_KW);
    CHECK_STATUS(psab_import_key(core, &attributes, input, 16, &kek), PSA_SUCCESS);
    return kek;
}

static const uint16_t makers[] = {PSAB_EP_IMPORT_KEY,  PSAB_EP_GENERATE_KEY, PSAB_EP_GENERATE_KEY_CUSTOM,
                                  PSAB_EP_COPY_KEY,    PSAB_EP_UNWRAP_KEY,   PSAB_EP_KEY_AGREEMENT_TO_KEY,
                                  PSAB_EP_ENCAPSULATE, PSAB_EP_DECAPSULATE,  PSAB_EP_ATTACH_KEY};

TEST(a_key_in_an_element_has_a_context_that_was_written) {
    static const toy_lie_t lies[] = {TOY_SAYS_NOTHING, TOY_IS_EMPTY, TOY_WRITES_NOTHING, TOY_CLAIMS_MORE};
    for (size_t i = 0; i < COUNT(makers); i++) {
        toy_t toy;
        psa_key_id_t made = 0;
        psab_core_t *core = mock_core();
        toy_register(&toy, core, "toy", true, makers, COUNT(makers));
        psa_key_id_t pair = pair_for(core, makers[i]);
        psa_key_id_t kek = kek_for(core);
        toy.bits = makers[i] == PSAB_EP_ATTACH_KEY ? 128 : 0;
        CHECK_STATUS(create(core, makers[i], pair, kek, &made), PSA_SUCCESS);
        toy.liar = makers[i];
        for (size_t k = 0; k < COUNT(lies); k++) {
            toy.lie = lies[k];
            CHECK_STATUS(create(core, makers[i], pair, kek, &made), PSA_ERROR_CORRUPTION_DETECTED);
            CHECK_EQUAL(made, PSA_KEY_ID_NULL);
            check_reported("success with");
        }
        psab_core_free(core);
    }
}

TEST(a_write_behind_a_key_context_is_noticed) {
    static const size_t distances[] = {0, 7, PSAB_GUARD_SIZE - 1};
    for (size_t i = 0; i < COUNT(makers); i++) {
        toy_t toy;
        psa_key_id_t made = 0;
        psab_core_t *core = mock_core();
        toy_register(&toy, core, "toy", true, makers, COUNT(makers));
        psa_key_id_t pair = pair_for(core, makers[i]);
        psa_key_id_t kek = kek_for(core);
        toy.bits = makers[i] == PSAB_EP_ATTACH_KEY ? 128 : 0;
        toy.liar = makers[i];
        toy.lie = TOY_OVERRUNS;
        for (size_t k = 0; k < COUNT(distances); k++) {
            toy.past = distances[k];
            CHECK_STATUS(create(core, makers[i], pair, kek, &made), PSA_ERROR_CORRUPTION_DETECTED);
            CHECK_EQUAL(made, PSA_KEY_ID_NULL);
            check_reported("past the end of the key context");
        }
        psab_core_free(core);
    }
}

/* A core with a secure element that says where a key goes before it is imported. */
static psab_core_t *core_of_allocator(toy_t *toy) {
    static const uint16_t allocator[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_ALLOCATE_KEY, PSAB_EP_DESTROY_KEY};
    psab_core_t *core = mock_core();
    toy_register(toy, core, "toy", true, allocator, COUNT(allocator));
    return core;
}

TEST(a_place_that_was_allocated_ends_where_its_context_does) {
    toy_t toy;
    psa_key_id_t made = 0;
    psab_core_t *core = core_of_allocator(&toy);
    toy.liar = PSAB_EP_ALLOCATE_KEY;
    toy.lie = TOY_OVERRUNS;
    CHECK_STATUS(create(core, PSAB_EP_IMPORT_KEY, 0, 0, &made), PSA_ERROR_CORRUPTION_DETECTED);
    check_reported("past the end of the key context");
    CHECK_EQUAL(toy.calls[PSAB_EP_IMPORT_KEY], 0);
    psab_core_free(core);
}

TEST(a_place_that_was_allocated_is_written_down) {
    toy_t toy;
    psa_key_id_t made = 0;
    psab_core_t *core = core_of_allocator(&toy);
    CHECK_STATUS(create(core, PSAB_EP_IMPORT_KEY, 0, 0, &made), PSA_SUCCESS);
    toy.liar = PSAB_EP_ALLOCATE_KEY;
    toy.lie = TOY_WRITES_NOTHING;
    CHECK_STATUS(create(core, PSAB_EP_IMPORT_KEY, 0, 0, &made), PSA_ERROR_CORRUPTION_DETECTED);
    check_reported("without writing the key context");
    CHECK_EQUAL(toy.calls[PSAB_EP_IMPORT_KEY], 1);
    psab_core_free(core);
}

TEST(no_place_is_allocated_for_a_key_that_nobody_generates) {
    static const uint16_t keeper[] = {PSAB_EP_GENERATE_KEY, PSAB_EP_ALLOCATE_KEY, PSAB_EP_DESTROY_KEY};
    toy_t toy;
    psa_key_id_t made = 0;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", true, keeper, COUNT(keeper));
    CHECK_STATUS(create(core, PSAB_EP_GENERATE_KEY_CUSTOM, 0, 0, &made), PSA_ERROR_NOT_SUPPORTED);
    CHECK_EQUAL(toy.calls[PSAB_EP_ALLOCATE_KEY], 0);
    CHECK_STATUS(create(core, PSAB_EP_GENERATE_KEY, 0, 0, &made), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_ALLOCATE_KEY], 1);
    psab_core_free(core);
}

/* Start and complete a signature that no function of the API reaches. */
static psa_status_t sign_by_entry_points(psab_core_t *core, size_t *length) {
    uint32_t handle = 0;
    psab_attributes_t attributes = attributes_of(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256, 0);
    const psab_value_t context = {
        PSAB_TAG_CONTEXT, 1, {.context = {&handle, sizeof handle, PSAB_CONTEXT_SIGN_HASH_INTERRUPTIBLE_OPERATION}}};
    psab_value_t start[] = {context,
                            {PSAB_TAG_ATTRIBUTES, 0, {.attributes = &attributes}},
                            {PSAB_TAG_INPUT, 1, {.input = {input, 32}}},
                            {PSAB_TAG_SCALAR, 0, {.scalar = PSA_ALG_ECDSA(PSA_ALG_SHA_256)}},
                            {PSAB_TAG_INPUT, 0, {.input = {input, 32}}}};
    psab_value_t complete[] = {context, {PSAB_TAG_OUTPUT, 0, {.output = {out, 64, length}}}};
    psa_status_t status = psab_core_call(core, PSAB_EP_SIGN_HASH_START, start, COUNT(start));
    return status == PSA_SUCCESS ? psab_core_call(core, PSAB_EP_SIGN_HASH_COMPLETE, complete, COUNT(complete)) : status;
}

TEST(an_entry_point_that_is_called_by_itself_is_not_trusted_either) {
    static const uint16_t signer[] = {PSAB_EP_SIGN_HASH_START, PSAB_EP_SIGN_HASH_COMPLETE, PSAB_EP_SIGN_HASH_ABORT};
    static const struct {
        uint16_t liar;
        toy_lie_t lie;
        const char *words;
    } cases[] = {{PSAB_EP_SIGN_HASH_START, TOY_OVERRUNS, "past the end of its operation context"},
                 {PSAB_EP_SIGN_HASH_COMPLETE, TOY_OVERRUNS, "past the end of its operation context"},
                 {PSAB_EP_SIGN_HASH_COMPLETE, TOY_IS_EMPTY, "success with"}};
    toy_t toy;
    size_t length = 0;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", false, signer, COUNT(signer));
    CHECK_STATUS(sign_by_entry_points(core, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 64);
    for (size_t i = 0; i < COUNT(cases); i++) {
        toy.liar = cases[i].liar;
        toy.lie = cases[i].lie;
        CHECK_STATUS(sign_by_entry_points(core, &length), PSA_ERROR_CORRUPTION_DETECTED);
        check_reported(cases[i].words);
    }
    psab_core_free(core);
}

static const uint16_t unwrapper[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_UNWRAP_KEY};

TEST(an_unwrapped_key_has_the_length_that_was_wrapped) {
    static const struct {
        psa_algorithm_t alg;
        size_t wrapped;
        size_t length;
        psa_status_t status;
    } cases[] = {{PSA_ALG_KW, 24, 16, PSA_SUCCESS},
                 {PSA_ALG_KW, 24, 15, PSA_ERROR_CORRUPTION_DETECTED},
                 {PSA_ALG_KW, 24, 24, PSA_ERROR_CORRUPTION_DETECTED},
                 {PSA_ALG_KW, 40, 16, PSA_ERROR_CORRUPTION_DETECTED},
                 {PSA_ALG_KWP, 24, 16, PSA_SUCCESS},
                 {PSA_ALG_KWP, 24, 9, PSA_SUCCESS},
                 {PSA_ALG_KWP, 24, 8, PSA_ERROR_CORRUPTION_DETECTED},
                 {PSA_ALG_KWP, 24, 17, PSA_ERROR_CORRUPTION_DETECTED},
                 {PSA_ALG_KWP, 16, 1, PSA_SUCCESS}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        toy_t toy;
        psa_key_id_t made = 0;
        psab_core_t *core = mock_core();
        toy_register(&toy, core, "toy", false, unwrapper, COUNT(unwrapper));
        psa_key_id_t kek = toy_key(core, PSA_KEY_TYPE_AES, 128, cases[i].alg, 0, 16);
        psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_RAW_DATA, 0, 0);
        toy.length = cases[i].length;
        CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, cases[i].alg, input, cases[i].wrapped, &made),
                     cases[i].status);
        CHECK_EQUAL(made != PSA_KEY_ID_NULL, cases[i].status == PSA_SUCCESS);
        psab_core_free(core);
    }
}

TEST(an_unwrapped_key_has_the_size_that_the_driver_tells) {
    toy_t toy;
    psa_key_id_t made = 0;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", false, unwrapper, COUNT(unwrapper));
    psa_key_id_t kek = toy_key(core, PSA_KEY_TYPE_AES, 128, PSA_ALG_KW, 0, 16);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0, 0);
    toy.length = 16;
    toy.bits = 128;
    CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, PSA_ALG_KW, input, 24, &made), PSA_SUCCESS);
    toy.bits = 256;
    CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, PSA_ALG_KW, input, 24, &made), PSA_ERROR_INVALID_ARGUMENT);
    check_reported("another key size");
    psa_set_key_bits(&attributes, 256); /* the application is wrong, not the driver */
    toy.bits = 128;
    CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, PSA_ALG_KW, input, 24, &made), PSA_ERROR_INVALID_ARGUMENT);
    psab_failure_t failure;
    psab_last_failure(&failure);
    CHECK(strcmp(failure.driver, "toy") != 0);
    psab_core_free(core);
}

TEST(a_key_that_is_unwrapped_inside_has_a_size_that_was_wrapped) {
    toy_t toy;
    psa_key_id_t made = 0;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", true, unwrapper, COUNT(unwrapper));
    psa_key_id_t kek = kek_for(core);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0, AT_TOY);
    psa_key_attributes_t got = PSA_KEY_ATTRIBUTES_INIT;
    CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, PSA_ALG_KW, input, 24, &made), PSA_SUCCESS);
    CHECK_STATUS(psab_get_key_attributes(core, made, &got), PSA_SUCCESS);
    CHECK_EQUAL(psa_get_key_bits(&got), 128); /* what was wrapped tells it where the driver does not */
    toy.bits = 256;
    CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, PSA_ALG_KW, input, 24, &made), PSA_ERROR_INVALID_ARGUMENT);
    check_reported("another key size");
    CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, PSA_ALG_KW, input, 40, &made), PSA_SUCCESS);
    psab_core_free(core);
}
