/* Keys that are made inside an element, and the room that their contexts get. */

#include <string.h>

#include "mock.h"
#include "toy.h"

#define AT_TOY (TOY_LOCATION << 8)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint8_t input[256];
static const uint16_t entry_points[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_UNWRAP_KEY, PSAB_EP_ENCAPSULATE,
                                        PSAB_EP_DECAPSULATE, PSAB_EP_ATTACH_KEY};

static psa_key_attributes_t attributes_of(psa_key_type_t type, psa_key_usage_t usage, psa_algorithm_t alg) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, type);
    psa_set_key_lifetime(&attributes, AT_TOY);
    psa_set_key_usage_flags(&attributes, usage);
    psa_set_key_algorithm(&attributes, alg);
    return attributes;
}

static psa_key_id_t imported(psab_core_t *core, psa_key_type_t type, size_t bits, psa_algorithm_t alg, size_t length) {
    psa_key_usage_t usage = PSA_KEY_USAGE_UNWRAP | PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT;
    psa_key_attributes_t attributes = attributes_of(type, usage, alg);
    psa_key_id_t key = 0;
    psa_set_key_bits(&attributes, bits);
    CHECK_STATUS(psab_import_key(core, &attributes, input, length, &key), PSA_SUCCESS);
    return key;
}

/* An element whose contexts are the keys. */
static psab_core_t *element(toy_t *toy) {
    psab_core_t *core = mock_core();
    toy_register(toy, core, "toy", true, entry_points, COUNT(entry_points));
    toy->description.key_context.base_size = 0;
    toy->description.key_context.symmetric_factor = 1;
    toy->description.key_context.key_pair_size = 66;
    return core;
}

TEST(a_key_of_open_size_is_unwrapped_into_room_for_the_data) {
    static const struct {
        psa_algorithm_t alg;
        psa_key_type_t type;
        size_t wrapped;
        size_t room;
    } cases[] = {{PSA_ALG_KW, PSA_KEY_TYPE_AES, 24, 16},
                 {PSA_ALG_KW, PSA_KEY_TYPE_HMAC, 72, 64},
                 {PSA_ALG_KWP, PSA_KEY_TYPE_AES, 40, 32},
                 {PSA_ALG_KWP, PSA_KEY_TYPE_HMAC, 40, 32},
                 {PSA_ALG_KWP, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 40, 66}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        toy_t toy;
        psa_key_id_t made = 0;
        psab_core_t *core = element(&toy);
        psa_key_id_t kek = imported(core, PSA_KEY_TYPE_AES, 128, cases[i].alg, 16);
        psa_key_attributes_t attributes = attributes_of(cases[i].type, PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
        toy.bits = 256;
        toy.bits = cases[i].type == PSA_KEY_TYPE_AES && cases[i].wrapped == 24 ? 128 : toy.bits;
        toy.bits = cases[i].wrapped == 72 ? 512 : toy.bits;
        CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, cases[i].alg, input, cases[i].wrapped, &made),
                     PSA_SUCCESS);
        CHECK_EQUAL(toy.room, cases[i].room);
        psab_core_free(core);
    }
}

TEST(a_shared_secret_of_open_size_has_its_length) {
    toy_t toy;
    psa_key_id_t made = 0;
    size_t length = 0;
    psab_core_t *core = element(&toy);
    psa_key_id_t pair = imported(core, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 384, PSA_ALG_ECIES_SEC1, 48);
    psa_key_attributes_t secret = attributes_of(PSA_KEY_TYPE_DERIVE, PSA_KEY_USAGE_DERIVE, PSA_ALG_NONE);
    psa_key_attributes_t got = PSA_KEY_ATTRIBUTES_INIT;
    uint8_t larger[97];
    CHECK_STATUS(psab_encapsulate(core, pair, PSA_ALG_ECIES_SEC1, &secret, &made, larger, sizeof larger, &length),
                 PSA_SUCCESS);
    CHECK_EQUAL(toy.room, 48);
    CHECK_STATUS(psab_get_key_attributes(core, made, &got), PSA_SUCCESS);
    CHECK_EQUAL(psa_get_key_bits(&got), 384);
    pair = imported(core, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256, PSA_ALG_ECIES_SEC1, 32);
    CHECK_STATUS(psab_decapsulate(core, pair, PSA_ALG_ECIES_SEC1, input, 65, &secret, &made), PSA_SUCCESS);
    CHECK_EQUAL(toy.room, 32);
    psab_core_free(core);
}

static size_t size_of(psa_key_type_t type, size_t bits) {
    return type != PSA_KEY_TYPE_AES ? 0 : bits == 128 ? 512 : 300; /* not by the size */
}

TEST(a_key_of_open_size_is_attached_with_room_for_any) {
    toy_t toy;
    psa_key_id_t made = 0;
    psab_core_t *core = element(&toy);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, PSA_KEY_USAGE_DECRYPT, PSA_ALG_CTR);
    toy.bits = 256;
    CHECK_STATUS(psab_attach_key(core, &attributes, (const uint8_t *)"l", 1, &made), PSA_SUCCESS);
    CHECK_EQUAL(toy.room, 32);
    psa_set_key_algorithm(&attributes, PSA_ALG_XTS);
    CHECK_STATUS(psab_attach_key(core, &attributes, (const uint8_t *)"l", 1, &made), PSA_SUCCESS);
    CHECK_EQUAL(toy.room, 64);
    psa_set_key_algorithm(&attributes, PSA_ALG_CTR);
    toy.description.key_context.has_builtin_key_size = true;
    toy.description.key_context.builtin_key_size = 40;
    CHECK_STATUS(psab_attach_key(core, &attributes, (const uint8_t *)"l", 1, &made), PSA_SUCCESS);
    CHECK_EQUAL(toy.room, 40);
    toy.description.key_context.size_function = size_of;
    CHECK_STATUS(psab_attach_key(core, &attributes, (const uint8_t *)"l", 1, &made), PSA_SUCCESS);
    CHECK_EQUAL(toy.room, 512);
    psa_set_key_bits(&attributes, 256);
    CHECK_STATUS(psab_attach_key(core, &attributes, (const uint8_t *)"l", 1, &made), PSA_SUCCESS);
    CHECK_EQUAL(toy.room, 300);
    psab_core_free(core);
}

TEST(a_driver_makes_no_key_of_a_size_that_its_type_does_not_have) {
    toy_t toy;
    psa_key_id_t made = 0;
    psab_core_t *core = element(&toy);
    psa_key_id_t kek = imported(core, PSA_KEY_TYPE_AES, 128, PSA_ALG_KW, 16);
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, PSA_KEY_USAGE_DECRYPT, PSA_ALG_CTR);
    static const size_t sizes[] = {64, 136, 512, 2048};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        toy.bits = (uint32_t)sizes[i];
        size_t wrapped = sizes[i] == 64 || sizes[i] == 136 ? 24 : sizes[i] / 8 + 8;
        CHECK_STATUS(psab_unwrap_key(core, &attributes, kek, PSA_ALG_KW, input, wrapped, &made),
                     PSA_ERROR_INVALID_ARGUMENT);
        CHECK_EQUAL(made, PSA_KEY_ID_NULL);
        CHECK_STATUS(psab_attach_key(core, &attributes, (const uint8_t *)"l", 1, &made), PSA_ERROR_INVALID_ARGUMENT);
        CHECK_EQUAL(made, PSA_KEY_ID_NULL);
    }
    psab_core_free(core);
}

TEST(a_destruction_that_fails_does_not_hide_why_the_key_was_not_made) {
    static const uint16_t keeper[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_ALLOCATE_KEY, PSAB_EP_DESTROY_KEY};
    toy_t toy;
    psab_failure_t failure;
    psa_key_id_t made = 0;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", true, keeper, COUNT(keeper));
    psa_key_attributes_t attributes = attributes_of(PSA_KEY_TYPE_AES, PSA_KEY_USAGE_DECRYPT, PSA_ALG_CTR);
    toy.status[PSAB_EP_DESTROY_KEY] = PSA_ERROR_HARDWARE_FAILURE;
    toy.liar = PSAB_EP_IMPORT_KEY;
    toy.lie = TOY_CLAIMS_MORE;
    CHECK_STATUS(psab_import_key(core, &attributes, input, 16, &made), PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(toy.calls[PSAB_EP_DESTROY_KEY], 1);
    psab_last_failure(&failure);
    CHECK_STATUS(failure.status, PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(failure.entry_point, PSAB_EP_IMPORT_KEY);
    CHECK(strstr(failure.detail, "success with an output of") != NULL);
    psab_core_free(core);
}

static void check_reason(const char *words) {
    psab_failure_t failure;
    psab_last_failure(&failure);
    CHECK_STATUS(failure.status, PSA_ERROR_NOT_SUPPORTED);
    CHECK(strstr(failure.detail, words) != NULL);
}

TEST(a_key_that_no_driver_gives_away_has_a_reason_of_its_own) {
    toy_t toy;
    size_t length = 0;
    uint8_t out[65];
    psab_core_t *core = element(&toy);
    psa_key_type_t type = PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1);
    psa_key_attributes_t attributes = attributes_of(type, PSA_KEY_USAGE_EXPORT, PSA_ALG_NONE);
    psa_key_id_t key = 0;
    psa_set_key_bits(&attributes, 256);
    CHECK_STATUS(psab_import_key(core, &attributes, input, 32, &key), PSA_SUCCESS);
    CHECK_STATUS(psab_hash_compute(core, PSA_ALG_MD2, input, 1, out, 16, &length), PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(psab_export_key(core, key, out, sizeof out, &length), PSA_ERROR_NOT_SUPPORTED);
    check_reason("no driver exports such a key");
    CHECK_STATUS(psab_export_public_key(core, key, out, sizeof out, &length), PSA_ERROR_NOT_SUPPORTED);
    check_reason("no driver gives the public key");
    psab_core_free(core);
}
