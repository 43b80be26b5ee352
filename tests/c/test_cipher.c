/* Ciphers: IVs of the core, compositions, the life of operations, drivers that lie. */
#include <string.h>

#include "mock.h"

static const uint8_t text[] = "The quick brown fox";
#define LENGTH (sizeof text - 1)
#define CTR PSA_ALG_CTR

static const uint16_t single[] = {PSAB_EP_CIPHER_ENCRYPT, PSAB_EP_CIPHER_DECRYPT};
static const uint16_t family[] = {PSAB_EP_CIPHER_ENCRYPT_SETUP, PSAB_EP_CIPHER_DECRYPT_SETUP, PSAB_EP_CIPHER_SET_IV,
                                  PSAB_EP_CIPHER_UPDATE,        PSAB_EP_CIPHER_FINISH,        PSAB_EP_CIPHER_ABORT};
static const uint16_t random_family[] = {PSAB_EP_GET_RANDOM};

static psab_core_t *core_with(mock_t *mock, size_t shape) {
    psab_core_t *core = mock_core();
    mock_init(mock, "alpha");
    mock_capability(mock, 0, shape == 0 ? single : family, shape == 0 ? 2 : 6);
    mock_capability(mock, 1, random_family, 1);
    mock_register(mock, core);
    return core;
}

static psa_key_id_t any_key(psab_core_t *core) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id = PSA_KEY_ID_NULL;
    uint8_t data[16] = {1, 2, 3};
    psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
    psa_set_key_algorithm(&attributes, CTR);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT);
    CHECK_STATUS(psab_import_key(core, &attributes, data, sizeof data, &id), PSA_SUCCESS);
    return id;
}

TEST(texts_go_there_and_back) {
    for (size_t shape = 0; shape < 2; shape++) {
        mock_t m;
        psab_core_t *core = core_with(&m, shape);
        psa_key_id_t key = any_key(core);
        uint8_t sealed[64], other[64], plain[64];
        size_t length, more;
        CHECK_STATUS(psab_cipher_encrypt(core, key, CTR, text, LENGTH, sealed, 16 + LENGTH, &length), PSA_SUCCESS);
        CHECK_EQUAL(length, 16 + LENGTH);
        CHECK_STATUS(psab_cipher_encrypt(core, key, CTR, text, LENGTH, other, 16 + LENGTH, &length), PSA_SUCCESS);
        CHECK(m.calls[PSAB_EP_GET_RANDOM] >= 2); /* the core drew two IVs */
        CHECK_STATUS(psab_cipher_decrypt(core, key, CTR, sealed, length, plain, LENGTH, &length), PSA_SUCCESS);
        CHECK_EQUAL(length, LENGTH);
        CHECK_BYTES(plain, text, LENGTH);
        psa_cipher_operation_t operation = PSA_CIPHER_OPERATION_INIT;
        CHECK_STATUS(psab_cipher_decrypt_setup(core, &operation, key, CTR), PSA_SUCCESS);
        CHECK_STATUS(psab_cipher_set_iv(core, &operation, sealed, 16), PSA_SUCCESS);
        CHECK_STATUS(psab_cipher_update(core, &operation, sealed + 16, 5, plain, 5, &length), PSA_SUCCESS);
        CHECK_STATUS(psab_cipher_update(core, &operation, sealed + 21, LENGTH - 5, plain + length, LENGTH, &more),
                     PSA_SUCCESS);
        length += more;
        CHECK_STATUS(psab_cipher_finish(core, &operation, plain + length, 64 - length, &more), PSA_SUCCESS);
        CHECK_EQUAL(length + more, LENGTH);
        CHECK_BYTES(plain, text, LENGTH);
        CHECK_EQUAL(m.setups, m.finishes);
        CHECK_EQUAL(m.dirty, 0);
        psab_core_free(core);
    }
}

TEST(small_buffers_are_refused_before_any_driver) {
    for (size_t shape = 0; shape < 2; shape++) {
        mock_t m;
        psab_core_t *core = core_with(&m, shape);
        psa_key_id_t key = any_key(core);
        uint8_t buffer[64] = {0};
        size_t length = 7;
        for (size_t size = 0; size < 16 + LENGTH; size++) {
            CHECK_STATUS(psab_cipher_encrypt(core, key, CTR, text, LENGTH, buffer, size, &length),
                         PSA_ERROR_BUFFER_TOO_SMALL);
            CHECK_EQUAL(length, 0);
        }
        CHECK_STATUS(psab_cipher_decrypt(core, key, CTR, text, 17, buffer, 0, &length), PSA_ERROR_BUFFER_TOO_SMALL);
        CHECK_STATUS(psab_cipher_decrypt(core, key, CTR, text, 15, buffer, 64, &length), PSA_ERROR_INVALID_ARGUMENT);
        CHECK_STATUS(psab_cipher_encrypt(core, key, CTR, text, SIZE_MAX, buffer, 64, &length),
                     PSA_ERROR_BUFFER_TOO_SMALL);
        CHECK_STATUS(psab_cipher_encrypt(core, key, CTR, NULL, 1, buffer, 64, &length), PSA_ERROR_INVALID_ARGUMENT);
        CHECK_STATUS(psab_cipher_encrypt(core, key, CTR, text, 1, NULL, 64, &length), PSA_ERROR_INVALID_ARGUMENT);
        CHECK_STATUS(psab_cipher_encrypt(core, key, CTR, text, 1, buffer, 64, NULL), PSA_ERROR_INVALID_ARGUMENT);
        CHECK_EQUAL(m.calls[PSAB_EP_CIPHER_ENCRYPT] + m.calls[PSAB_EP_CIPHER_DECRYPT], 0);
        CHECK_EQUAL(m.setups + m.calls[PSAB_EP_GET_RANDOM], 0);
        psab_core_free(core);
    }
}

TEST(context_ends_exactly_once) {
    mock_t m;
    psab_core_t *core = core_with(&m, 1);
    psa_key_id_t key = any_key(core);
    uint8_t buffer[64];
    size_t length;
    static const uint16_t failing[] = {PSAB_EP_CIPHER_ENCRYPT_SETUP, PSAB_EP_CIPHER_SET_IV, PSAB_EP_CIPHER_UPDATE,
                                       PSAB_EP_CIPHER_FINISH};
    static const unsigned aborts[] = {0, 1, 1, 0};
    for (size_t i = 0; i < 4; i++) {
        for (size_t parts = 0; parts < 2; parts++) {
            psa_cipher_operation_t operation = PSA_CIPHER_OPERATION_INIT;
            unsigned before = m.aborts;
            m.status[failing[i]] = PSA_ERROR_HARDWARE_FAILURE;
            memset(buffer, 0xaa, sizeof buffer);
            if (parts == 0) {
                CHECK_STATUS(psab_cipher_encrypt(core, key, CTR, text, LENGTH, buffer, 64, &length),
                             PSA_ERROR_HARDWARE_FAILURE);
                CHECK_EQUAL(length, 0);
            } else {
                psa_status_t status = psab_cipher_encrypt_setup(core, &operation, key, CTR);
                status =
                    status != PSA_SUCCESS ? status : psab_cipher_generate_iv(core, &operation, buffer, 64, &length);
                status = status != PSA_SUCCESS
                             ? status
                             : psab_cipher_update(core, &operation, text, LENGTH, buffer, 64, &length);
                status = status != PSA_SUCCESS ? status : psab_cipher_finish(core, &operation, buffer, 64, &length);
                CHECK_STATUS(status, PSA_ERROR_HARDWARE_FAILURE);
            }
            CHECK(memchr(buffer, text[0] + 6, sizeof buffer) == NULL || parts == 1);
            CHECK_STATUS(psab_cipher_abort(core, &operation), PSA_SUCCESS);
            CHECK_EQUAL(m.aborts - before, aborts[i]);
            m.status[failing[i]] = PSA_SUCCESS;
        }
    }
    psab_core_free(core);
}

TEST(driver_that_lies_is_caught) {
    static const mock_lie_t lies[] = {MOCK_TOO_LONG, MOCK_NO_OUTPUT, MOCK_SHORT};
    static const uint16_t lying[] = {PSAB_EP_CIPHER_ENCRYPT, PSAB_EP_CIPHER_UPDATE};
    for (size_t shape = 0; shape < 2; shape++) {
        mock_t m;
        psab_core_t *core = core_with(&m, shape);
        psa_key_id_t key = any_key(core);
        uint8_t buffer[64];
        size_t length, more;
        m.lying = lying[shape];
        for (size_t i = 0; i < 3; i++) {
            m.lie = lies[i];
            CHECK_STATUS(psab_cipher_encrypt(core, key, CTR, text, LENGTH, buffer, 64, &length),
                         PSA_ERROR_CORRUPTION_DETECTED);
            CHECK_EQUAL(length, 0);
            psa_cipher_operation_t operation = PSA_CIPHER_OPERATION_INIT;
            CHECK_STATUS(psab_cipher_encrypt_setup(core, &operation, key, CTR), PSA_SUCCESS);
            CHECK_STATUS(psab_cipher_set_iv(core, &operation, buffer, 16), PSA_SUCCESS);
            psa_status_t status = psab_cipher_update(core, &operation, text, LENGTH, buffer, 64, &length);
            status = status != PSA_SUCCESS ? status : psab_cipher_finish(core, &operation, buffer, 64, &more);
            CHECK_STATUS(status, PSA_ERROR_CORRUPTION_DETECTED);
            CHECK_STATUS(psab_cipher_abort(core, &operation), PSA_SUCCESS);
        }
        m.lying = PSAB_EP_CIPHER_FINISH;
        m.lie = MOCK_TOO_LONG;
        CHECK_STATUS(psab_cipher_encrypt(core, key, CTR, text, LENGTH, buffer, 64, &length),
                     shape == 0 ? PSA_SUCCESS : PSA_ERROR_CORRUPTION_DETECTED);
        psab_core_free(core);
    }
}

TEST(input_and_output_may_overlap) {
    for (size_t shape = 0; shape < 2; shape++) {
        mock_t m;
        psab_core_t *core = core_with(&m, shape);
        psa_key_id_t key = any_key(core);
        uint8_t buffer[700], plain[700];
        size_t length;
        for (size_t size = 1; size <= 600; size += 599) {
            memset(buffer, 7, sizeof buffer);
            CHECK_STATUS(psab_cipher_encrypt(core, key, CTR, buffer, size, buffer, sizeof buffer, &length),
                         PSA_SUCCESS);
            CHECK_STATUS(psab_cipher_decrypt(core, key, CTR, buffer, length, buffer + 3, 690, &length), PSA_SUCCESS);
            memset(plain, 7, sizeof plain);
            CHECK_EQUAL(length, size);
            CHECK_BYTES(buffer + 3, plain, size);
            psa_cipher_operation_t operation = PSA_CIPHER_OPERATION_INIT;
            CHECK_STATUS(psab_cipher_encrypt_setup(core, &operation, key, CTR), PSA_SUCCESS);
            CHECK_STATUS(psab_cipher_set_iv(core, &operation, plain, 16), PSA_SUCCESS);
            CHECK_STATUS(psab_cipher_update(core, &operation, plain, size, plain + 1, size, &length), PSA_SUCCESS);
            CHECK_STATUS(psab_cipher_abort(core, &operation), PSA_SUCCESS);
        }
        psab_core_free(core);
    }
}
