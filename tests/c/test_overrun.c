/* Drivers that write past the end of their operation contexts. */

#include <string.h>

#include "mock.h"
#include "toy.h"
#include "util/guard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t out[256];
static const uint8_t input[256];

/* A whole life: the status of the first call that fails. `aborts`: it ends by an abort. */
typedef psa_status_t (*life_t)(psab_core_t *core, psa_key_id_t key, bool aborts);

static psa_status_t hash_life(psab_core_t *core, psa_key_id_t key, bool aborts) {
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    size_t length;
    (void)key;
    psa_status_t status = psab_hash_setup(core, &operation, PSA_ALG_SHA_256);
    status = status != PSA_SUCCESS ? status : psab_hash_update(core, &operation, input, 20);
    status = status != PSA_SUCCESS || aborts ? status : psab_hash_finish(core, &operation, out, 32, &length);
    return status != PSA_SUCCESS ? status : psab_hash_abort(core, &operation);
}

static psa_status_t mac_life(psab_core_t *core, psa_key_id_t key, bool aborts) {
    psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
    size_t length;
    psa_status_t status = psab_mac_sign_setup(core, &operation, key, PSA_ALG_CMAC);
    status = status != PSA_SUCCESS ? status : psab_mac_update(core, &operation, input, 20);
    status = status != PSA_SUCCESS || aborts ? status : psab_mac_sign_finish(core, &operation, out, 16, &length);
    return status != PSA_SUCCESS ? status : psab_mac_abort(core, &operation);
}

static psa_status_t mac_whole(psab_core_t *core, psa_key_id_t key, bool aborts) {
    size_t length;
    (void)aborts;
    return psab_mac_compute(core, key, PSA_ALG_CMAC, input, 20, out, 16, &length);
}

static psa_status_t cipher_life(psab_core_t *core, psa_key_id_t key, bool aborts) {
    psa_cipher_operation_t operation = PSA_CIPHER_OPERATION_INIT;
    size_t length;
    psa_status_t status = psab_cipher_decrypt_setup(core, &operation, key, PSA_ALG_CBC_NO_PADDING);
    status = status != PSA_SUCCESS ? status : psab_cipher_set_iv(core, &operation, input, 16);
    status = status != PSA_SUCCESS ? status : psab_cipher_update(core, &operation, input, 16, out, 16, &length);
    status = status != PSA_SUCCESS || aborts ? status : psab_cipher_finish(core, &operation, out, 0, &length);
    return status != PSA_SUCCESS ? status : psab_cipher_abort(core, &operation);
}

static psa_status_t aead_life(psab_core_t *core, psa_key_id_t key, bool aborts) {
    psa_aead_operation_t operation = PSA_AEAD_OPERATION_INIT;
    size_t length;
    psa_status_t status = psab_aead_decrypt_setup(core, &operation, key, PSA_ALG_GCM);
    status = status != PSA_SUCCESS ? status : psab_aead_set_lengths(core, &operation, 5, 16);
    status = status != PSA_SUCCESS ? status : psab_aead_set_nonce(core, &operation, input, 12);
    status = status != PSA_SUCCESS ? status : psab_aead_update_ad(core, &operation, input, 5);
    status = status != PSA_SUCCESS ? status : psab_aead_update(core, &operation, input, 16, out, 16, &length);
    status = status != PSA_SUCCESS || aborts ? status : psab_aead_verify(core, &operation, out, 8, &length, input, 16);
    return status != PSA_SUCCESS ? status : psab_aead_abort(core, &operation);
}

static psa_status_t xof_life(psab_core_t *core, psa_key_id_t key, bool aborts) {
    psa_xof_operation_t operation = PSA_XOF_OPERATION_INIT;
    (void)key;
    (void)aborts;
    psa_status_t status = psab_xof_setup(core, &operation, PSA_ALG_SHAKE128);
    status = status != PSA_SUCCESS ? status : psab_xof_update(core, &operation, input, 20);
    status = status != PSA_SUCCESS ? status : psab_xof_output(core, &operation, out, 20);
    return status != PSA_SUCCESS ? status : psab_xof_abort(core, &operation);
}

static psa_status_t kdf_life(psab_core_t *core, psa_key_id_t key, bool aborts) {
    psa_key_derivation_operation_t operation = PSA_KEY_DERIVATION_OPERATION_INIT;
    psa_algorithm_t alg = PSA_ALG_HKDF(PSA_ALG_SHA_256);
    (void)key;
    (void)aborts;
    psa_status_t status = psab_key_derivation_setup(core, &operation, alg);
    CHECK_STATUS(psab_key_derivation_input_bytes(core, &operation, PSA_KEY_DERIVATION_INPUT_SECRET, input, 16), 0);
    CHECK_STATUS(psab_key_derivation_input_bytes(core, &operation, PSA_KEY_DERIVATION_INPUT_INFO, input, 4), 0);
    status = status != PSA_SUCCESS ? status : psab_key_derivation_output_bytes(core, &operation, out, 20);
    psa_status_t ended = psab_key_derivation_abort(core, &operation);
    return status != PSA_SUCCESS ? status : ended;
}

static psa_status_t random_life(psab_core_t *core, psa_key_id_t key, bool aborts) {
    (void)key;
    (void)aborts;
    return psab_generate_random(core, out, 20);
}

static const uint16_t entry_points[] = {
    PSAB_EP_HASH_SETUP,
    PSAB_EP_HASH_UPDATE,
    PSAB_EP_HASH_FINISH,
    PSAB_EP_HASH_ABORT,
    PSAB_EP_MAC_SIGN_SETUP,
    PSAB_EP_MAC_UPDATE,
    PSAB_EP_MAC_SIGN_FINISH,
    PSAB_EP_MAC_ABORT,
    PSAB_EP_CIPHER_DECRYPT_SETUP,
    PSAB_EP_CIPHER_SET_IV,
    PSAB_EP_CIPHER_UPDATE,
    PSAB_EP_CIPHER_FINISH,
    PSAB_EP_CIPHER_ABORT,
    PSAB_EP_AEAD_DECRYPT_SETUP,
    PSAB_EP_AEAD_SET_LENGTHS,
    PSAB_EP_AEAD_SET_NONCE,
    PSAB_EP_AEAD_UPDATE_AD,
    PSAB_EP_AEAD_UPDATE,
    PSAB_EP_AEAD_VERIFY,
    PSAB_EP_AEAD_ABORT,
    PSAB_EP_XOF_SETUP,
    PSAB_EP_XOF_UPDATE,
    PSAB_EP_XOF_OUTPUT,
    PSAB_EP_XOF_ABORT,
    PSAB_EP_KEY_DERIVATION_SETUP,
    PSAB_EP_KEY_DERIVATION_OUTPUT_BYTES,
    PSAB_EP_KEY_DERIVATION_ABORT,
    PSAB_EP_INIT_RANDOM,
    PSAB_EP_GET_RANDOM,
};

/* Whose life an entry point is called in; some are called when whole messages are composed, too. */
static const struct {
    uint16_t first;
    uint16_t last;
    psa_algorithm_t alg;
    life_t live;
    size_t length; /* of outputs; 0: all there is room for */
} lives[] = {
    {PSAB_EP_HASH_SETUP, PSAB_EP_HASH_ABORT, PSA_ALG_NONE, hash_life, 0},
    {PSAB_EP_MAC_SIGN_SETUP, PSAB_EP_MAC_ABORT, PSA_ALG_CMAC, mac_life, 0},
    {PSAB_EP_MAC_SIGN_SETUP, PSAB_EP_MAC_SIGN_FINISH, PSA_ALG_CMAC, mac_whole, 0},
    {PSAB_EP_CIPHER_SET_IV, PSAB_EP_CIPHER_DECRYPT_SETUP, PSA_ALG_CBC_NO_PADDING, cipher_life, 0},
    {PSAB_EP_AEAD_SET_LENGTHS, PSAB_EP_AEAD_VERIFY, PSA_ALG_GCM, aead_life, 8},
    {PSAB_EP_XOF_SETUP, PSAB_EP_XOF_ABORT, PSA_ALG_NONE, xof_life, 0},
    {PSAB_EP_KEY_DERIVATION_SETUP, PSAB_EP_KEY_DERIVATION_ABORT, PSA_ALG_NONE, kdf_life, 0},
    {PSAB_EP_INIT_RANDOM, PSAB_EP_GET_RANDOM, PSA_ALG_NONE, random_life, 0},
};

static void check_life(size_t life, uint16_t entry_point, size_t past) {
    toy_t toy;
    psab_failure_t failure;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", false, entry_points, COUNT(entry_points));
    psa_algorithm_t alg = lives[life].alg;
    psa_key_id_t key = alg != PSA_ALG_NONE ? toy_key(core, PSA_KEY_TYPE_AES, 128, alg, 0, 16) : 0;
    toy.liar = entry_point;
    toy.length = lives[life].length;
    toy.lie = TOY_OVERRUNS;
    toy.past = past;
    bool aborts = psab_rows[entry_point].life == PSAB_LIFE_ABORT;
    CHECK_STATUS(lives[life].live(core, key, aborts), PSA_ERROR_CORRUPTION_DETECTED);
    CHECK(toy.calls[entry_point] != 0);
    toy.liar = PSAB_EP_COUNT;
    psab_last_failure(&failure);
    CHECK(strcmp(failure.driver, "toy") == 0);
    CHECK_EQUAL(failure.entry_point, entry_point);
    CHECK(strstr(failure.detail, "past the end of its operation context") != NULL);
    psab_core_free(core);
}

TEST(a_write_behind_an_operation_context_is_noticed_when_the_call_returns) {
    for (size_t i = 0; i < COUNT(lives); i++) {
        for (size_t k = 0; k < COUNT(entry_points); k++) {
            uint16_t entry_point = entry_points[k];
            if (lives[i].first <= entry_point && entry_point <= lives[i].last) {
                check_life(i, entry_point, 0);
                check_life(i, entry_point, PSAB_GUARD_SIZE - 1);
            }
        }
    }
}

TEST(an_abort_that_fails_does_not_hide_the_failure_before) {
    toy_t toy;
    psab_failure_t failure;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", false, entry_points, COUNT(entry_points));
    psa_key_id_t key = toy_key(core, PSA_KEY_TYPE_AES, 128, PSA_ALG_CMAC, 0, 16);
    toy.status[PSAB_EP_MAC_UPDATE] = PSA_ERROR_HARDWARE_FAILURE;
    toy.status[PSAB_EP_MAC_ABORT] = PSA_ERROR_COMMUNICATION_FAILURE;
    CHECK_STATUS(mac_life(core, key, false), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(toy.calls[PSAB_EP_MAC_ABORT], 1);
    psab_last_failure(&failure);
    CHECK_EQUAL(failure.entry_point, PSAB_EP_MAC_UPDATE);
    CHECK_STATUS(failure.status, PSA_ERROR_HARDWARE_FAILURE);
    psab_core_free(core);
}

TEST(an_output_of_a_call_that_wrote_behind_its_context_is_not_handed_out) {
    toy_t toy;
    size_t length = 1;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", false, entry_points, COUNT(entry_points));
    psa_key_id_t key = toy_key(core, PSA_KEY_TYPE_AES, 128, PSA_ALG_CMAC, 0, 16);
    toy.liar = PSAB_EP_MAC_SIGN_FINISH;
    toy.lie = TOY_OVERRUNS;
    memset(out, 1, sizeof out);
    CHECK_STATUS(psab_mac_compute(core, key, PSA_ALG_CMAC, input, 20, out, 16, &length), PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(length, 0);
    CHECK_BYTES(out, input, 16);
    psab_core_free(core);
}

TEST(a_context_can_be_used_to_its_last_byte) {
    for (size_t i = 0; i < COUNT(lives); i++) {
        toy_t toy;
        psab_core_t *core = mock_core();
        toy_register(&toy, core, "toy", false, entry_points, COUNT(entry_points));
        psa_algorithm_t alg = lives[i].alg;
        psa_key_id_t key = alg != PSA_ALG_NONE ? toy_key(core, PSA_KEY_TYPE_AES, 128, alg, 0, 16) : 0;
        toy.length = lives[i].length;
        psa_status_t status = lives[i].live(core, key, false);
        /* Random numbers that are all the same are refused for what they are. */
        CHECK_STATUS(status, lives[i].live == random_life ? PSA_ERROR_INSUFFICIENT_ENTROPY : PSA_SUCCESS);
        psab_core_free(core);
    }
}
