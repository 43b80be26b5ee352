/* AEAD: compositions, the life of operations, drivers that lie, text that must not get out. */
#define _GNU_SOURCE
#include <string.h>

#include "mock.h"

static const uint8_t text[] = "The quick brown fox";
static const uint8_t nonce[12] = {1, 2, 3};
#define LENGTH (sizeof text - 1)
#define GCM PSA_ALG_GCM

static const uint16_t single[] = {PSAB_EP_AEAD_ENCRYPT, PSAB_EP_AEAD_DECRYPT};
static const uint16_t family[] = {PSAB_EP_AEAD_ENCRYPT_SETUP, PSAB_EP_AEAD_DECRYPT_SETUP, PSAB_EP_AEAD_SET_LENGTHS,
                                  PSAB_EP_AEAD_SET_NONCE,     PSAB_EP_AEAD_UPDATE_AD,     PSAB_EP_AEAD_UPDATE,
                                  PSAB_EP_AEAD_FINISH,        PSAB_EP_AEAD_VERIFY,        PSAB_EP_AEAD_ABORT};

static psab_core_t *core_with(mock_t *mock, size_t shape) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    mock_capability(mock, 0, shape == 0 ? single : family, shape == 0 ? 2 : 9);
    mock_register(mock, core);
    return core;
}

static psa_key_id_t any_key(psab_core_t *core) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id = PSA_KEY_ID_NULL;
    uint8_t data[16] = {1, 2, 3};
    psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
    psa_set_key_algorithm(&attributes, GCM);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT);
    CHECK_STATUS(psab_import_key(core, &attributes, data, sizeof data, &id), PSA_SUCCESS);
    return id;
}

static psa_status_t seal(psab_core_t *core, psa_key_id_t key, uint8_t *output, size_t size, size_t *length) {
    return psab_aead_encrypt(core, key, GCM, nonce, 12, text, 5, text, LENGTH, output, size, length);
}

static psa_status_t open_text(psab_core_t *core, psa_key_id_t key, const uint8_t *sealed, uint8_t *output, size_t size,
                              size_t *length) {
    return psab_aead_decrypt(core, key, GCM, nonce, 12, text, 5, sealed, LENGTH + 16, output, size, length);
}

/* Decrypt in parts; the output is of the update and of the end. */
static psa_status_t open_in_parts(psab_core_t *core, psa_key_id_t key, const uint8_t *sealed, uint8_t *output) {
    psa_aead_operation_t operation = PSA_AEAD_OPERATION_INIT;
    size_t length = 0;
    size_t rest = 0;
    psa_status_t status = psab_aead_decrypt_setup(core, &operation, key, GCM);
    status = status != PSA_SUCCESS ? status : psab_aead_set_nonce(core, &operation, nonce, 12);
    status = status != PSA_SUCCESS ? status : psab_aead_update_ad(core, &operation, text, 5);
    status =
        status != PSA_SUCCESS ? status : psab_aead_update(core, &operation, sealed, LENGTH, output, LENGTH, &length);
    status = status != PSA_SUCCESS
                 ? status
                 : psab_aead_verify(core, &operation, output + length, LENGTH - length, &rest, sealed + LENGTH, 16);
    CHECK(status != PSA_SUCCESS || length + rest == LENGTH);
    CHECK_STATUS(psab_aead_abort(core, &operation), PSA_SUCCESS);
    return status;
}

TEST(texts_go_there_and_back) {
    for (size_t shape = 0; shape < 2; shape++) {
        mock_t m;
        psab_core_t *core = core_with(&m, shape);
        psa_key_id_t key = any_key(core);
        uint8_t sealed[64], plain[64], tag[16];
        size_t length, rest, made;
        CHECK_STATUS(seal(core, key, sealed, LENGTH + 16, &length), PSA_SUCCESS);
        CHECK_EQUAL(length, LENGTH + 16);
        CHECK_STATUS(open_text(core, key, sealed, plain, LENGTH, &length), PSA_SUCCESS);
        CHECK_EQUAL(length, LENGTH);
        CHECK_BYTES(plain, text, LENGTH);
        memset(plain, 0, sizeof plain);
        CHECK_STATUS(open_in_parts(core, key, sealed, plain), PSA_SUCCESS);
        CHECK_BYTES(plain, text, LENGTH);
        psa_aead_operation_t operation = PSA_AEAD_OPERATION_INIT;
        CHECK_STATUS(psab_aead_encrypt_setup(core, &operation, key, GCM), PSA_SUCCESS);
        CHECK_STATUS(psab_aead_set_lengths(core, &operation, 5, LENGTH), PSA_SUCCESS);
        CHECK_STATUS(psab_aead_set_nonce(core, &operation, nonce, 12), PSA_SUCCESS);
        CHECK_STATUS(psab_aead_update_ad(core, &operation, text, 5), PSA_SUCCESS);
        CHECK_STATUS(psab_aead_update(core, &operation, text, LENGTH, plain, 64, &length), PSA_SUCCESS);
        CHECK_STATUS(psab_aead_finish(core, &operation, plain + length, 64 - length, &rest, tag, 16, &made),
                     PSA_SUCCESS);
        CHECK_EQUAL(length + rest, LENGTH);
        CHECK_EQUAL(made, 16);
        CHECK_BYTES(plain, sealed, LENGTH);
        CHECK_BYTES(tag, sealed + LENGTH, 16);
        CHECK_EQUAL(m.setups, m.finishes);
        CHECK_EQUAL(m.dirty, 0);
        psab_core_free(core);
    }
}

TEST(text_that_is_not_genuine_stays_inside) {
    for (size_t shape = 0; shape < 2; shape++) {
        mock_t m;
        psab_core_t *core = core_with(&m, shape);
        psa_key_id_t key = any_key(core);
        uint8_t sealed[64], plain[64];
        size_t length;
        CHECK_STATUS(seal(core, key, sealed, 64, &length), PSA_SUCCESS);
        for (size_t i = 0; i < LENGTH + 16; i++) {
            sealed[i] ^= 1;
            memset(plain, 0xaa, sizeof plain);
            CHECK_STATUS(open_text(core, key, sealed, plain, 64, &length), PSA_ERROR_INVALID_SIGNATURE);
            CHECK_EQUAL(length, 0);
            CHECK(memmem(plain, sizeof plain, text + 10, 4) == NULL);
            CHECK_STATUS(open_in_parts(core, key, sealed, plain), PSA_ERROR_INVALID_SIGNATURE);
            sealed[i] ^= 1;
        }
        CHECK_STATUS(psab_aead_decrypt(core, key, GCM, nonce, 12, NULL, 0, sealed, 15, plain, 64, &length),
                     PSA_ERROR_INVALID_SIGNATURE);
        CHECK_EQUAL(m.aborts, 0); /* every driver context ended with a finish */
        psab_core_free(core);
    }
}

TEST(context_ends_exactly_once) {
    static const uint16_t failing[] = {PSAB_EP_AEAD_DECRYPT_SETUP, PSAB_EP_AEAD_SET_NONCE, PSAB_EP_AEAD_UPDATE_AD,
                                       PSAB_EP_AEAD_UPDATE,        PSAB_EP_AEAD_VERIFY,    PSAB_EP_AEAD_SET_LENGTHS};
    static const unsigned aborts[] = {0, 1, 1, 1, 0, 1};
    mock_t m;
    psab_core_t *core = core_with(&m, 1);
    psa_key_id_t key = any_key(core);
    uint8_t sealed[64], plain[64];
    size_t length;
    CHECK_STATUS(seal(core, key, sealed, 64, &length), PSA_SUCCESS);
    for (size_t i = 0; i < 6; i++) {
        unsigned before = m.aborts;
        m.status[failing[i]] = PSA_ERROR_HARDWARE_FAILURE;
        CHECK_STATUS(open_text(core, key, sealed, plain, 64, &length), PSA_ERROR_HARDWARE_FAILURE);
        CHECK_EQUAL(m.aborts - before, aborts[i]);
        before = m.aborts;
        if (failing[i] != PSAB_EP_AEAD_SET_LENGTHS) {
            CHECK_STATUS(open_in_parts(core, key, sealed, plain), PSA_ERROR_HARDWARE_FAILURE);
            CHECK_EQUAL(m.aborts - before, aborts[i]);
        }
        m.status[failing[i]] = PSA_SUCCESS;
    }
    psab_core_free(core);
}

TEST(driver_that_lies_is_caught) {
    static const mock_lie_t lies[] = {MOCK_TOO_LONG, MOCK_NO_OUTPUT, MOCK_SHORT};
    static const uint16_t lying[2][3] = {{PSAB_EP_AEAD_ENCRYPT, PSAB_EP_AEAD_ENCRYPT, PSAB_EP_AEAD_ENCRYPT},
                                         {PSAB_EP_AEAD_UPDATE, PSAB_EP_AEAD_FINISH, PSAB_EP_AEAD_UPDATE}};
    for (size_t shape = 0; shape < 2; shape++) {
        mock_t m;
        psab_core_t *core = core_with(&m, shape);
        psa_key_id_t key = any_key(core);
        uint8_t sealed[64];
        size_t length;
        for (size_t i = 0; i < 9; i++) {
            m.lying = lying[shape][i % 3];
            m.lie = lies[i / 3];
            memset(sealed, 0xaa, sizeof sealed);
            CHECK_STATUS(seal(core, key, sealed, 64, &length), PSA_ERROR_CORRUPTION_DETECTED);
            CHECK_EQUAL(length, 0);
            CHECK(memmem(sealed, sizeof sealed, text + 4, 4) == NULL);
        }
        m.lying = PSAB_EP_AEAD_FINISH;
        m.lie = MOCK_OTHER_BITS;
        CHECK_STATUS(seal(core, key, sealed, 64, &length), shape == 0 ? PSA_SUCCESS : PSA_ERROR_CORRUPTION_DETECTED);
        psab_core_free(core);
    }
}

/* What calls will find on the stack. */
static __attribute__((noinline)) void soil_stack(void) {
    volatile uint8_t stack[16384];
    for (size_t i = 0; i < sizeof stack; i++) {
        stack[i] = 0xff;
    }
}

TEST(tag_that_no_driver_wrote_is_not_what_was_on_the_stack) {
    static const uint8_t none[16];
    mock_t m;
    psab_core_t *core = core_with(&m, 1);
    psa_key_id_t key = any_key(core);
    uint8_t sealed[64], tag[16];
    size_t length, made;
    psa_aead_operation_t operation = PSA_AEAD_OPERATION_INIT;
    m.lying = PSAB_EP_AEAD_FINISH;
    m.lie = MOCK_UNWRITTEN;
    soil_stack();
    CHECK_STATUS(seal(core, key, sealed, 64, &length), PSA_SUCCESS);
    CHECK_BYTES(sealed + LENGTH, none, 16);
    CHECK_STATUS(psab_aead_encrypt_setup(core, &operation, key, GCM), PSA_SUCCESS);
    CHECK_STATUS(psab_aead_set_nonce(core, &operation, nonce, 12), PSA_SUCCESS);
    soil_stack();
    CHECK_STATUS(psab_aead_finish(core, &operation, NULL, 0, &length, tag, 16, &made), PSA_SUCCESS);
    CHECK_EQUAL(made, 16);
    CHECK_BYTES(tag, none, 16);
    psab_core_free(core);
}

TEST(arguments_are_checked_before_any_driver) {
    mock_t m;
    psab_core_t *core = core_with(&m, 0);
    psa_key_id_t key = any_key(core);
    uint8_t out[64];
    size_t length = 3;
    for (size_t size = 0; size < LENGTH + 16; size++) {
        CHECK_STATUS(seal(core, key, out, size, &length), PSA_ERROR_BUFFER_TOO_SMALL);
        CHECK_EQUAL(length, 0);
    }
    CHECK_STATUS(psab_aead_encrypt(core, key, GCM, NULL, 12, NULL, 0, NULL, 0, out, 64, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_aead_encrypt(core, key, GCM, nonce, 12, NULL, 1, NULL, 0, out, 64, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_aead_encrypt(core, key, GCM, nonce, 12, NULL, 0, NULL, 1, out, 64, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_aead_encrypt(core, key, GCM, nonce, 12, NULL, 0, text, SIZE_MAX, out, 64, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_aead_encrypt(core, key, GCM, nonce, 12, text, SIZE_MAX, NULL, 0, out, 64, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_aead_encrypt(core, key, GCM, nonce, 0, NULL, 0, NULL, 0, out, 64, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_aead_encrypt(core, key, PSA_ALG_CFB, nonce, 12, NULL, 0, NULL, 0, out, 64, &length),
                 PSA_ERROR_NOT_SUPPORTED);
    CHECK_EQUAL(m.calls[PSAB_EP_AEAD_ENCRYPT], 0);
    psab_core_free(core);
}
