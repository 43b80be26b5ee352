/* Key management with the linked-in software driver; nothing to test in a library without it. */

#include <string.h>

#include "check.h"
#include "keys/des.h"
#include "psab/api.h"

static psa_key_attributes_t attributes_of(psa_key_type_t type, size_t bits) {
    psa_key_attributes_t attributes = psa_key_attributes_init();
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, bits);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT);
    return attributes;
}

/* An initialised core, or null where there is no software. */
static psab_core_t *open_core(void) {
    psab_core_t *core = psab_core_new();
    CHECK(core != NULL);
    if (psab_core_driver_count(core) == 0) {
        psab_core_free(core);
        return NULL;
    }
    CHECK_STATUS(psab_crypto_init(core), PSA_SUCCESS);
    return core;
}

TEST(generated_keys_have_the_size_asked_for_and_differ) {
    static const struct {
        psa_key_type_t type;
        size_t bits;
    } cases[] = {
        {PSA_KEY_TYPE_AES, 256},
        {PSA_KEY_TYPE_HMAC, 1024},
        {PSA_KEY_TYPE_DES, 192},
        {PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256},
        {PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY), 255},
        {PSA_KEY_TYPE_RSA_KEY_PAIR, 2048},
    };
    psab_core_t *core = open_core();
    for (size_t i = 0; core != NULL && i < sizeof cases / sizeof cases[0]; i++) {
        psa_key_attributes_t attributes = attributes_of(cases[i].type, cases[i].bits);
        static uint8_t keys[2][PSA_EXPORT_KEY_PAIR_MAX_SIZE];
        size_t lengths[2] = {0, 0};
        for (size_t k = 0; k < 2; k++) {
            psa_key_id_t id;
            CHECK_STATUS(psab_generate_key(core, &attributes, &id), PSA_SUCCESS);
            CHECK_STATUS(psab_export_key(core, id, keys[k], sizeof keys[k], &lengths[k]), PSA_SUCCESS);
            CHECK(lengths[k] <= PSA_EXPORT_KEY_OUTPUT_SIZE(cases[i].type, cases[i].bits));
        }
        CHECK(lengths[0] != lengths[1] || memcmp(keys[0], keys[1], lengths[0]) != 0);
        if (cases[i].type == PSA_KEY_TYPE_DES) {
            CHECK(psab_des_parity_is_odd(keys[0], lengths[0]));
        }
    }
    psab_core_free(core);
}

TEST(exported_key_pair_and_public_key_can_be_imported) {
    static const psa_key_type_t types[] = {PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1),
                                           PSA_KEY_TYPE_RSA_KEY_PAIR};
    static const size_t sizes[] = {384, 2048};
    psab_core_t *core = open_core();
    for (size_t i = 0; core != NULL && i < 2; i++) {
        psa_key_attributes_t attributes = attributes_of(types[i], sizes[i]);
        static uint8_t data[PSA_EXPORT_KEY_PAIR_MAX_SIZE];
        size_t length;
        psa_key_id_t id;
        psa_key_id_t again;
        CHECK_STATUS(psab_generate_key(core, &attributes, &id), PSA_SUCCESS);
        CHECK_STATUS(psab_export_key(core, id, data, sizeof data, &length), PSA_SUCCESS);
        psa_set_key_bits(&attributes, 0);
        CHECK_STATUS(psab_import_key(core, &attributes, data, length, &again), PSA_SUCCESS);
        CHECK_STATUS(psab_get_key_attributes(core, again, &attributes), PSA_SUCCESS);
        CHECK_EQUAL(psa_get_key_bits(&attributes), sizes[i]);
        CHECK_STATUS(psab_export_public_key(core, again, data, sizeof data, &length), PSA_SUCCESS);
        psa_set_key_type(&attributes, PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(types[i]));
        CHECK_STATUS(psab_import_key(core, &attributes, data, length, &id), PSA_SUCCESS);
        data[length / 2] ^= 0x80;
        (void)psab_import_key(core, &attributes, data, length - 1, &id);
        CHECK_EQUAL(id, PSA_KEY_ID_NULL);
    }
    psab_core_free(core);
}

TEST(public_key_fits_a_buffer_shorter_than_the_largest_of_its_format) {
    psab_core_t *core = open_core();
    if (core == NULL) {
        return;
    }
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_RSA_KEY_PAIR, 2048);
    uint8_t data[600];
    size_t length;
    size_t shorter;
    psa_key_id_t id;
    CHECK_STATUS(psab_generate_key(core, &attributes, &id), PSA_SUCCESS);
    CHECK_STATUS(psab_export_public_key(core, id, data, sizeof data, &length), PSA_SUCCESS);
    CHECK(length < PSA_EXPORT_PUBLIC_KEY_OUTPUT_SIZE(PSA_KEY_TYPE_RSA_PUBLIC_KEY, 2048));
    CHECK_STATUS(psab_export_public_key(core, id, data, length, &shorter), PSA_SUCCESS);
    CHECK_EQUAL(shorter, length);
    CHECK_STATUS(psab_export_public_key(core, id, data, length - 1, &shorter), PSA_ERROR_BUFFER_TOO_SMALL);
    psab_core_free(core);
}

TEST(malformed_structured_keys_are_refused) {
    psab_core_t *core = open_core();
    static const uint8_t zeros[32];
    static const uint8_t junk[] = {0x30, 0x82, 0xff, 0xff, 0x02, 0x01, 0x00, 0x02};
    psa_key_id_t id;
    if (core == NULL) {
        return;
    }
    psa_key_attributes_t ecc = attributes_of(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256);
    psa_key_attributes_t rsa = attributes_of(PSA_KEY_TYPE_RSA_KEY_PAIR, 0);
    CHECK_STATUS(psab_import_key(core, &ecc, zeros, 32, &id), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_import_key(core, &ecc, zeros, 31, &id), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_import_key(core, &rsa, junk, sizeof junk, &id), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_import_key(core, &rsa, junk, 1, &id), PSA_ERROR_INVALID_ARGUMENT);
    psab_core_free(core);
}

TEST(default_instance_serves_the_standard_functions) {
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_RAW_DATA, 0);
    uint8_t out[3];
    size_t length;
    psa_key_id_t id;
    CHECK_STATUS(psa_import_key(&attributes, (const uint8_t *)"abc", 3, &id), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psa_crypto_init(), PSA_SUCCESS);
    CHECK_STATUS(psa_crypto_init(), PSA_SUCCESS);
    CHECK_STATUS(psa_import_key(&attributes, (const uint8_t *)"abc", 3, &id), PSA_SUCCESS);
    CHECK_STATUS(psa_export_key(id, out, 3, &length), PSA_SUCCESS);
    CHECK_BYTES(out, "abc", 3);
    CHECK_STATUS(psa_destroy_key(id), PSA_SUCCESS);
}
