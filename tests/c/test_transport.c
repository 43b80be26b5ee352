/* Asymmetric encryption, key wrapping, key encapsulation, attached keys: checks, sizes, locations, liars. */

#include <string.h>

#include "mock.h"
#include "toy.h"

static uint8_t out[2048];
static const uint8_t input[2048];

static const uint16_t rsa[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_ASYMMETRIC_ENCRYPT, PSAB_EP_ASYMMETRIC_DECRYPT};

/* A key is imported by a driver that does not look at it; its size is in the attributes. */
static psa_key_id_t rsa_key(psab_core_t *core, psa_algorithm_t alg) {
    return toy_key(core, PSA_KEY_TYPE_RSA_KEY_PAIR, 1024, alg, 0, 600);
}

TEST(asymmetric_encryption_checks_lengths_by_key_and_algorithm) {
    toy_t toy;
    size_t length = 0;
    psab_core_t *core = mock_core();
    psa_algorithm_t alg = PSA_ALG_RSA_PKCS1V15_CRYPT;
    toy_register(&toy, core, "toy", false, rsa, 3);
    psa_key_id_t key = rsa_key(core, alg);
    CHECK_STATUS(psab_asymmetric_encrypt(core, key, alg, input, 117, NULL, 0, out, 128, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 128);
    CHECK_STATUS(psab_asymmetric_encrypt(core, key, alg, input, 118, NULL, 0, out, 128, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(length, 0);
    CHECK_STATUS(psab_asymmetric_encrypt(core, key, alg, input, 9, input, 1, out, 128, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_asymmetric_encrypt(core, key, alg, input, 9, NULL, 0, out, 127, &length),
                 PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_STATUS(psab_asymmetric_encrypt(core, key, alg, NULL, 9, NULL, 0, out, 128, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_asymmetric_decrypt(core, key, alg, input, 127, NULL, 0, out, 128, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(
        psab_asymmetric_decrypt(core, key, PSA_ALG_RSA_OAEP(PSA_ALG_SHA_256), input, 128, NULL, 0, out, 128, &length),
        PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(psab_asymmetric_decrypt(core, key, PSA_ALG_SHA_256, input, 128, NULL, 0, out, 128, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_asymmetric_decrypt(core, key + 1, alg, input, 128, NULL, 0, out, 128, &length),
                 PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(psab_asymmetric_decrypt(NULL, key, alg, input, 128, NULL, 0, out, 128, &length), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(toy.calls[PSAB_EP_ASYMMETRIC_ENCRYPT], 1);
    CHECK_EQUAL(toy.calls[PSAB_EP_ASYMMETRIC_DECRYPT], 0);
    psab_core_free(core);
}

TEST(a_plaintext_need_only_fit_itself) {
    toy_t toy;
    size_t length = 0;
    psab_core_t *core = mock_core();
    psa_algorithm_t alg = PSA_ALG_RSA_PKCS1V15_CRYPT;
    toy_register(&toy, core, "toy", false, rsa, 3);
    psa_key_id_t key = rsa_key(core, alg);
    toy.length = 5;
    memset(out, 0, sizeof out);
    CHECK_STATUS(psab_asymmetric_decrypt(core, key, alg, input, 128, NULL, 0, out, 5, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 5);
    CHECK_EQUAL(out[4], 0x5a);
    CHECK_EQUAL(out[5], 0);
    CHECK_STATUS(psab_asymmetric_decrypt(core, key, alg, input, 128, NULL, 0, out, 4, &length),
                 PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_EQUAL(length, 0);
    uint8_t same[128] = {1};
    CHECK_STATUS(psab_asymmetric_decrypt(core, key, alg, same, 128, NULL, 0, same, 128, &length), PSA_SUCCESS);
    CHECK_EQUAL(toy.input_length, 0); /* the salt came last, and is empty */
    toy.liar = PSAB_EP_ASYMMETRIC_DECRYPT;
    CHECK_STATUS(psab_asymmetric_decrypt(core, key, alg, input, 128, NULL, 0, out, 128, &length),
                 PSA_ERROR_CORRUPTION_DETECTED);
    toy.liar = PSAB_EP_COUNT;
    CHECK_STATUS(psab_asymmetric_encrypt(core, key, alg, input, 1, NULL, 0, out, 128, &length),
                 PSA_ERROR_CORRUPTION_DETECTED); /* a ciphertext is as long as the modulus */
    psab_core_free(core);
}

static const uint16_t wrapper[] = {PSAB_EP_WRAP_KEY, PSAB_EP_UNWRAP_KEY};

static psa_key_attributes_t attributes_of(psa_key_type_t type, psa_key_lifetime_t lifetime) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, type);
    psa_set_key_lifetime(&attributes, lifetime);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_DERIVE);
    return attributes;
}

TEST(wrapping_checks_lengths_and_permissions) {
    toy_t toy;
    size_t length = 0;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", false, wrapper, 2);
    psa_key_id_t kek = toy_key(core, PSA_KEY_TYPE_AES, 128, PSA_ALG_KW, 0, 16);
    psa_key_id_t kek_padding = toy_key(core, PSA_KEY_TYPE_AES, 128, PSA_ALG_KWP, 0, 16);
    psa_key_id_t even = toy_key(core, PSA_KEY_TYPE_AES, 256, PSA_ALG_CTR, 0, 32);
    psa_key_id_t odd = toy_key(core, PSA_KEY_TYPE_HMAC, 104, PSA_ALG_NONE, 0, 13);
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_KW, even, out, 40, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 40);
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_KW, even, out, 39, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_KW, odd, out, 40, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_wrap_key(core, kek_padding, PSA_ALG_KWP, odd, out, 40, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 24);
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_KWP, odd, out, 40, &length), PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_CTR, odd, out, 40, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_KW, odd + 99, out, 40, &length), PSA_ERROR_INVALID_HANDLE);
    toy.liar = PSAB_EP_WRAP_KEY;
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_KW, even, out, 40, &length), PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(length, 0);
    psa_key_attributes_t secret = attributes_of(PSA_KEY_TYPE_DERIVE, 0);
    psa_set_key_usage_flags(&secret, PSA_KEY_USAGE_DERIVE);
    psa_key_id_t bound = 0;
    CHECK_STATUS(psab_import_key(core, &secret, input, 16, &bound), PSA_SUCCESS);
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_KW, bound, out, 40, &length), PSA_ERROR_NOT_PERMITTED);
    psab_core_free(core);
}

TEST(what_is_unwrapped_is_imported) {
    toy_t toy;
    psa_key_id_t key = 7;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", false, wrapper, 2);
    psa_key_id_t kek = toy_key(core, PSA_KEY_TYPE_AES, 128, PSA_ALG_KW, 0, 16);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, 0);
    toy.length = 32;
    CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, PSA_ALG_KW, input, 40, &key), PSA_SUCCESS);
    psa_key_attributes_t got = PSA_KEY_ATTRIBUTES_INIT;
    CHECK_STATUS(psab_get_key_attributes(core, key, &got), PSA_SUCCESS);
    CHECK_EQUAL(psa_get_key_bits(&got), 256);
    CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, PSA_ALG_KW, input, 39, &key), PSA_ERROR_INVALID_SIGNATURE);
    CHECK_EQUAL(key, PSA_KEY_ID_NULL);
    psa_key_id_t kek_padding = toy_key(core, PSA_KEY_TYPE_AES, 128, PSA_ALG_KWP, 0, 16);
    toy.length = 13; /* no AES key */
    CHECK_STATUS(psab_unwrap_key(core, &attributes, kek_padding, PSA_ALG_KWP, input, 24, &key),
                 PSA_ERROR_INVALID_ARGUMENT);
    toy.status[PSAB_EP_UNWRAP_KEY] = PSA_ERROR_INVALID_SIGNATURE;
    CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, PSA_ALG_KW, input, 24, &key), PSA_ERROR_INVALID_SIGNATURE);
    psa_set_key_usage_flags(&attributes, 0x80000000u);
    CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, PSA_ALG_KW, input, 24, &key), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}

static const uint16_t kem[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_ENCAPSULATE, PSAB_EP_DECAPSULATE};

TEST(encapsulation_checks_what_it_makes) {
    toy_t toy;
    size_t length = 0;
    psa_key_id_t made = 1;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", false, kem, 3);
    psa_key_id_t key = toy_key(core, PSA_KEY_TYPE_ML_KEM_KEY_PAIR, 768, PSA_ALG_ML_KEM, 0, 64);
    psa_key_attributes_t derive = attributes_of(PSA_KEY_TYPE_DERIVE, 0);
    psa_key_attributes_t raw = attributes_of(PSA_KEY_TYPE_RAW_DATA, 0);
    CHECK_STATUS(psab_encapsulate(core, key, PSA_ALG_ML_KEM, &derive, &made, out, 1088, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 1088);
    CHECK(made != PSA_KEY_ID_NULL);
    CHECK_STATUS(psab_encapsulate(core, key, PSA_ALG_ML_KEM, &raw, &made, out, 1088, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(made, PSA_KEY_ID_NULL);
    CHECK_EQUAL(length, 0);
    CHECK_STATUS(psab_encapsulate(core, key, PSA_ALG_ML_KEM, &derive, &made, out, 1087, &length),
                 PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_STATUS(psab_encapsulate(core, key, PSA_ALG_ECIES_SEC1, &derive, &made, out, 1088, &length),
                 PSA_ERROR_NOT_PERMITTED);
    CHECK_STATUS(psab_decapsulate(core, key, PSA_ALG_ML_KEM, input, 1088, &derive, &made), PSA_SUCCESS);
    CHECK_STATUS(psab_decapsulate(core, key, PSA_ALG_ML_KEM, input, 1087, &derive, &made), PSA_ERROR_INVALID_ARGUMENT);
    psa_set_key_bits(&derive, 128);
    CHECK_STATUS(psab_decapsulate(core, key, PSA_ALG_ML_KEM, input, 1088, &derive, &made), PSA_ERROR_INVALID_ARGUMENT);
    psa_set_key_bits(&derive, 256);
    toy.liar = PSAB_EP_ENCAPSULATE;
    CHECK_STATUS(psab_encapsulate(core, key, PSA_ALG_ML_KEM, &derive, &made, out, 1088, &length),
                 PSA_ERROR_CORRUPTION_DETECTED);
    toy.liar = PSAB_EP_DECAPSULATE;
    CHECK_STATUS(psab_decapsulate(core, key, PSA_ALG_ML_KEM, input, 1088, &derive, &made),
                 PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(made, PSA_KEY_ID_NULL);
    psab_core_free(core);
}

static const uint16_t element[] = {PSAB_EP_IMPORT_KEY,  PSAB_EP_EXPORT_KEY, PSAB_EP_DESTROY_KEY, PSAB_EP_ATTACH_KEY,
                                   PSAB_EP_ENCAPSULATE, PSAB_EP_WRAP_KEY,   PSAB_EP_UNWRAP_KEY,  PSAB_EP_KEY_AGREEMENT};
#define AT_TOY (TOY_LOCATION << 8)

TEST(keys_of_an_element_stay_in_it) {
    toy_t toy;
    size_t length = 0;
    psa_key_id_t made = 0;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "element", true, element, 8);
    psa_key_id_t kek = toy_key(core, PSA_KEY_TYPE_AES, 128, PSA_ALG_KW, AT_TOY, 16);
    psa_key_id_t secret = toy_key(core, PSA_KEY_TYPE_AES, 256, PSA_ALG_CTR, AT_TOY, 32);
    psa_key_id_t local = toy_key(core, PSA_KEY_TYPE_AES, 256, PSA_ALG_CTR, 0, 32);
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_KW, secret, out, 40, &length), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_EXPORT_KEY], 0);
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_KW, local, out, 40, &length), PSA_SUCCESS);
    psa_key_attributes_t at_element = attributes_of(PSA_KEY_TYPE_AES, AT_TOY);
    psa_set_key_bits(&at_element, 256);
    toy.bits = 256;
    CHECK_STATUS(psab_unwrap_key(core, &at_element, kek, PSA_ALG_KW, input, 40, &made), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_IMPORT_KEY], 2);
    CHECK_STATUS(psab_destroy_key(core, made), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_DESTROY_KEY], 1);
    psab_core_free(core);
}

TEST(a_key_that_another_driver_wraps_is_exported_by_its_own) {
    toy_t toy, outside;
    size_t length = 0;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "element", true, element, 8);
    toy_register(&outside, core, "outside", false, wrapper, 2);
    psa_key_id_t kek = toy_key(core, PSA_KEY_TYPE_AES, 128, PSA_ALG_KW, 0, 16);
    psa_key_id_t secret = toy_key(core, PSA_KEY_TYPE_AES, 256, PSA_ALG_CTR, AT_TOY, 32);
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_KW, secret, out, 40, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, 40);
    CHECK_EQUAL(toy.calls[PSAB_EP_EXPORT_KEY], 1);
    CHECK_EQUAL(outside.calls[PSAB_EP_WRAP_KEY], 1);
    toy.status[PSAB_EP_EXPORT_KEY] = PSA_ERROR_NOT_SUPPORTED;
    CHECK_STATUS(psab_wrap_key(core, kek, PSA_ALG_KW, secret, out, 40, &length), PSA_ERROR_NOT_SUPPORTED);
    psab_core_free(core);
}

TEST(the_secret_of_a_ciphertext_is_agreed_on_where_the_element_can_only_do_that) {
    toy_t toy;
    psa_key_id_t made = 0;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "element", true, element, 8);
    psa_key_id_t key =
        toy_key(core, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256, PSA_ALG_ECIES_SEC1, AT_TOY, 32);
    psa_key_attributes_t derive = attributes_of(PSA_KEY_TYPE_DERIVE, 0);
    CHECK_STATUS(psab_decapsulate(core, key, PSA_ALG_ECIES_SEC1, input, 65, &derive, &made), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_KEY_AGREEMENT], 1);
    psa_key_attributes_t aes = attributes_of(PSA_KEY_TYPE_AES, 0);
    CHECK_STATUS(psab_decapsulate(core, key, PSA_ALG_ECIES_SEC1, input, 65, &aes, &made), PSA_ERROR_INVALID_ARGUMENT);
    psa_key_attributes_t inside = attributes_of(PSA_KEY_TYPE_DERIVE, AT_TOY);
    CHECK_STATUS(psab_decapsulate(core, key, PSA_ALG_ECIES_SEC1, input, 65, &inside, &made), PSA_ERROR_NOT_SUPPORTED);
    CHECK_EQUAL(toy.calls[PSAB_EP_KEY_AGREEMENT], 1);
    psab_core_free(core);
}

TEST(an_attached_key_outlives_its_identifier) {
    toy_t toy;
    psa_key_id_t key = 5;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "element", true, element, 8);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, AT_TOY);
    CHECK_STATUS(psab_attach_key(core, &attributes, (const uint8_t *)"slot", 4, &key), PSA_SUCCESS);
    CHECK_BYTES(toy.input, "slot", 4);
    psa_key_attributes_t got = PSA_KEY_ATTRIBUTES_INIT;
    CHECK_STATUS(psab_get_key_attributes(core, key, &got), PSA_SUCCESS);
    CHECK_EQUAL(psa_get_key_bits(&got), 256);
    CHECK_STATUS(psab_destroy_key(core, key), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_DESTROY_KEY], 0);
    psa_set_key_bits(&attributes, 128);
    CHECK_STATUS(psab_attach_key(core, &attributes, NULL, 0, &key), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(key, PSA_KEY_ID_NULL);
    psa_set_key_bits(&attributes, 0);
    toy.status[PSAB_EP_ATTACH_KEY] = PSA_ERROR_DOES_NOT_EXIST;
    CHECK_STATUS(psab_attach_key(core, &attributes, NULL, 0, &key), PSA_ERROR_DOES_NOT_EXIST);
    CHECK_STATUS(psab_attach_key(core, &attributes, NULL, 1, &key), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_attach_key(NULL, &attributes, NULL, 0, &key), PSA_ERROR_BAD_STATE);
    psa_set_key_lifetime(&attributes, AT_TOY | 1);
    psa_set_key_id(&attributes, 9);
    CHECK_STATUS(psab_attach_key(core, &attributes, NULL, 0, &key), PSA_ERROR_INVALID_ARGUMENT);
    psa_key_attributes_t local = attributes_of(PSA_KEY_TYPE_AES, 0);
    CHECK_STATUS(psab_attach_key(core, &local, NULL, 0, &key), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(toy.calls[PSAB_EP_DESTROY_KEY], 0);
    psab_core_free(core);
}
