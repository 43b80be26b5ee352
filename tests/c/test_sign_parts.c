/* Signatures with context and in parts: which entry points serve them, states, failures. */

#include <string.h>

#include "api/sign_parts.h"
#include "mock.h"
#include "toy.h"

#define MLDSA PSA_ALG_ML_DSA
#define SIZE 2420u

static const uint8_t message[] = "message";
static uint8_t signature[SIZE + 8];
static size_t length;

#define CORE(entry_points)                                                                                             \
    toy_t toy;                                                                                                         \
    psab_core_t *core = mock_core();                                                                                   \
    toy_register(&toy, core, "toy", false, entry_points, sizeof entry_points / sizeof entry_points[0]);                \
    psa_key_id_t key = toy_key(core, PSA_KEY_TYPE_ML_DSA_KEY_PAIR, 128, MLDSA, 0, 32)

static const uint16_t both[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_SIGN_MESSAGE, PSAB_EP_VERIFY_MESSAGE,
                                PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT, PSAB_EP_VERIFY_MESSAGE_WITH_CONTEXT};
static const uint16_t contexts[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT,
                                    PSAB_EP_VERIFY_MESSAGE_WITH_CONTEXT};
static const uint16_t plain[] = {PSAB_EP_IMPORT_KEY, PSAB_EP_SIGN_MESSAGE, PSAB_EP_VERIFY_MESSAGE};
static const uint16_t family[] = {
    PSAB_EP_IMPORT_KEY, PSAB_EP_SIGN_SETUP,   PSAB_EP_SIGN_SET_CONTEXT, PSAB_EP_SIGN_UPDATE,   PSAB_EP_SIGN_FINISH,
    PSAB_EP_SIGN_ABORT, PSAB_EP_VERIFY_SETUP, PSAB_EP_VERIFY_UPDATE,    PSAB_EP_VERIFY_FINISH, PSAB_EP_VERIFY_ABORT};

TEST(a_context_goes_to_the_entry_point_for_contexts_and_an_empty_one_does_not) {
    CORE(both);
    CHECK_STATUS(psab_sign_message_with_context(core, key, MLDSA, message, 7, (const uint8_t *)"ctx", 3, signature,
                                                sizeof signature, &length),
                 PSA_SUCCESS);
    CHECK_EQUAL(length, SIZE);
    CHECK_BYTES(toy.input, "ctx", 3);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT], 1);
    CHECK_STATUS(
        psab_sign_message_with_context(core, key, MLDSA, message, 7, NULL, 0, signature, sizeof signature, &length),
        PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_MESSAGE], 1);
    CHECK_STATUS(psab_verify_message_with_context(core, key, MLDSA, message, 7, message, 1, signature, length),
                 PSA_SUCCESS);
    CHECK_STATUS(psab_verify_message_with_context(core, key, MLDSA, message, 7, NULL, 0, signature, length),
                 PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_VERIFY_MESSAGE_WITH_CONTEXT], 1);
    CHECK_EQUAL(toy.calls[PSAB_EP_VERIFY_MESSAGE], 1);
    psab_core_free(core);
}

TEST(who_takes_contexts_serves_the_calls_without) {
    CORE(contexts);
    CHECK_STATUS(psab_sign_message(core, key, MLDSA, message, 7, signature, sizeof signature, &length), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_message(core, key, MLDSA, message, 7, signature, length), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT], 1);
    CHECK_EQUAL(toy.calls[PSAB_EP_VERIFY_MESSAGE_WITH_CONTEXT], 1);
    psab_core_free(core);
}

TEST(contexts_are_checked_before_any_driver_is_asked) {
    CORE(both);
    static const uint8_t longest[256];
    psa_algorithm_t ecdsa = PSA_ALG_ECDSA(PSA_ALG_SHA_256);
    CHECK_STATUS(psab_sign_message_with_context(core, key, MLDSA, message, 7, longest, 256, signature, SIZE, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_message_with_context(core, key, MLDSA, message, 7, NULL, 1, signature, SIZE, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_verify_message_with_context(core, key, ecdsa, message, 7, message, 1, signature, SIZE),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_hash_with_context(core, key, MLDSA, message, 7, message, 1, signature, SIZE, &length),
                 PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_message_with_context(core, key, MLDSA, message, 7, message, 1, signature, 9, &length),
                 PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT], 0);
    CHECK_STATUS(psab_sign_message_with_context(core, key, MLDSA, message, 7, longest, 255, signature, SIZE, &length),
                 PSA_SUCCESS);
    toy.liar = PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT;
    CHECK_STATUS(psab_sign_message_with_context(core, key, MLDSA, message, 7, longest, 255, signature, SIZE, &length),
                 PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(length, 0);
    psab_core_free(core);
}

TEST(without_an_entry_point_for_contexts_only_empty_ones_are_served) {
    CORE(plain);
    CHECK_STATUS(psab_sign_message_with_context(core, key, MLDSA, message, 7, message, 1, signature, SIZE, &length),
                 PSA_ERROR_NOT_SUPPORTED);
    psa_sign_operation_t operation = PSA_SIGN_OPERATION_INIT;
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_set_context(core, &operation, message, 1), PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(psab_sign_update(core, &operation, message, 1), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_sign_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

static const uint16_t hash_or_context[] = {
    PSAB_EP_IMPORT_KEY, PSAB_EP_SIGN_HASH,   PSAB_EP_VERIFY_HASH, PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT,
    PSAB_EP_HASH_SETUP, PSAB_EP_HASH_UPDATE, PSAB_EP_HASH_FINISH, PSAB_EP_VERIFY_MESSAGE_WITH_CONTEXT,
    PSAB_EP_HASH_ABORT};

TEST(a_context_changes_what_is_collected_to_what_its_driver_takes) {
    toy_t toy;
    psab_core_t *core = mock_core();
    toy_register(&toy, core, "toy", false, hash_or_context, sizeof hash_or_context / sizeof hash_or_context[0]);
    psa_key_id_t key =
        toy_key(core, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS), 255, PSA_ALG_ED25519PH, 0, 32);
    for (unsigned context = 0; context < 2; context++) {
        psa_sign_operation_t operation = PSA_SIGN_OPERATION_INIT;
        psa_verify_operation_t verify = PSA_VERIFY_OPERATION_INIT;
        CHECK_STATUS(psab_sign_setup(core, &operation, key, PSA_ALG_ED25519PH), PSA_SUCCESS);
        CHECK_STATUS(psab_sign_set_context(core, &operation, (const uint8_t *)"ctx", 3 * context), PSA_SUCCESS);
        CHECK_STATUS(psab_sign_update(core, &operation, message, 7), PSA_SUCCESS);
        CHECK_STATUS(psab_sign_finish(core, &operation, signature, sizeof signature, &length), PSA_SUCCESS);
        CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_HASH], 1);
        CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT], context);
        CHECK_STATUS(psab_verify_setup(core, &verify, key, PSA_ALG_ED25519PH, signature, length), PSA_SUCCESS);
        CHECK_STATUS(psab_verify_set_context(core, &verify, (const uint8_t *)"ctx", 3 * context), PSA_SUCCESS);
        CHECK_STATUS(psab_verify_update(core, &verify, message, 7), PSA_SUCCESS);
        CHECK_STATUS(psab_verify_finish(core, &verify), PSA_SUCCESS);
        CHECK_EQUAL(toy.calls[PSAB_EP_VERIFY_HASH], 1);
        CHECK_EQUAL(toy.calls[PSAB_EP_VERIFY_MESSAGE_WITH_CONTEXT], context);
    }
    CHECK_EQUAL(toy.calls[PSAB_EP_HASH_ABORT], 2);
    psab_core_free(core);
}

static const uint16_t family_and_context[] = {PSAB_EP_IMPORT_KEY,
                                              PSAB_EP_SIGN_SETUP,
                                              PSAB_EP_SIGN_UPDATE,
                                              PSAB_EP_SIGN_FINISH,
                                              PSAB_EP_SIGN_ABORT,
                                              PSAB_EP_VERIFY_SETUP,
                                              PSAB_EP_VERIFY_UPDATE,
                                              PSAB_EP_VERIFY_FINISH,
                                              PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT,
                                              PSAB_EP_VERIFY_MESSAGE_WITH_CONTEXT,
                                              PSAB_EP_VERIFY_ABORT};

TEST(who_takes_parts_without_context_and_a_message_with_one_gets_the_message) {
    CORE(family_and_context);
    psa_sign_operation_t operation = PSA_SIGN_OPERATION_INIT;
    psa_verify_operation_t verify = PSA_VERIFY_OPERATION_INIT;
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_set_context(core, &operation, message, 3), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_ABORT], 1);
    CHECK_STATUS(psab_sign_update(core, &operation, message, 7), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_finish(core, &operation, signature, sizeof signature, &length), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_MESSAGE_WITH_CONTEXT], 1);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_UPDATE] + toy.calls[PSAB_EP_SIGN_FINISH], 0);
    CHECK_STATUS(psab_verify_setup(core, &verify, key, MLDSA, signature, length), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_set_context(core, &verify, message, 3), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_update(core, &verify, message, 7), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_finish(core, &verify), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_VERIFY_ABORT], 1);
    CHECK_EQUAL(toy.input_length, SIZE); /* the last input: the signature, kept by the core */
    toy.status[PSAB_EP_SIGN_ABORT] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_set_context(core, &operation, message, 3), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_ABORT], 2);
    CHECK_STATUS(psab_sign_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(parts_go_to_the_driver_that_takes_them) {
    CORE(family);
    psa_sign_operation_t operation = PSA_SIGN_OPERATION_INIT;
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_set_context(core, &operation, message, 3), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_update(core, &operation, message, 7), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_update(core, &operation, NULL, 0), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_finish(core, &operation, signature, sizeof signature, &length), PSA_SUCCESS);
    CHECK_EQUAL(length, SIZE);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_UPDATE], 1);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_SET_CONTEXT], 1);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_ABORT], 0);
    psa_verify_operation_t verify = PSA_VERIFY_OPERATION_INIT;
    CHECK_STATUS(psab_verify_setup(core, &verify, key, MLDSA, signature, length), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_update(core, &verify, message, 7), PSA_SUCCESS);
    toy.status[PSAB_EP_VERIFY_FINISH] = PSA_ERROR_INVALID_SIGNATURE;
    CHECK_STATUS(psab_verify_finish(core, &verify), PSA_ERROR_INVALID_SIGNATURE);
    CHECK_STATUS(psab_verify_finish(core, &verify), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_verify_abort(core, &verify), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_setup(core, &verify, key, MLDSA, signature, length), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_set_context(core, &verify, message, 3), PSA_ERROR_NOT_SUPPORTED);
    CHECK_EQUAL(toy.calls[PSAB_EP_VERIFY_ABORT], 1);
    psab_core_free(core);
}

TEST(a_context_comes_once_and_before_the_message) {
    CORE(family);
    psa_sign_operation_t operation = PSA_SIGN_OPERATION_INIT;
    CHECK_STATUS(psab_sign_set_context(core, &operation, message, 3), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_sign_abort(core, &operation), PSA_SUCCESS);
    for (unsigned late = 0; late < 2; late++) {
        CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
        CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_ERROR_BAD_STATE);
        CHECK_STATUS(psab_sign_abort(core, &operation), PSA_SUCCESS);
        CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
        CHECK_STATUS(late ? psab_sign_update(core, &operation, message, 0)
                          : psab_sign_set_context(core, &operation, NULL, 0),
                     PSA_SUCCESS);
        CHECK_STATUS(psab_sign_set_context(core, &operation, message, 3), PSA_ERROR_BAD_STATE);
        CHECK_STATUS(psab_sign_finish(core, &operation, signature, SIZE, &length), PSA_ERROR_BAD_STATE);
        CHECK_STATUS(psab_sign_abort(core, &operation), PSA_SUCCESS);
    }
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_ABORT], 4);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_FINISH], 0);
    psab_core_free(core);
}

TEST(failures_of_the_driver_end_the_operation) {
    CORE(family);
    psa_sign_operation_t operation = PSA_SIGN_OPERATION_INIT;
    toy.status[PSAB_EP_SIGN_SETUP] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(operation.handle, 0);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_ABORT], 0);
    toy.status[PSAB_EP_SIGN_SETUP] = PSA_SUCCESS;
    toy.status[PSAB_EP_SIGN_UPDATE] = PSA_ERROR_HARDWARE_FAILURE;
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_update(core, &operation, message, 7), PSA_ERROR_HARDWARE_FAILURE);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_ABORT], 1);
    CHECK_STATUS(psab_sign_update(core, &operation, message, 7), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_sign_abort(core, &operation), PSA_SUCCESS);
    toy.liar = PSAB_EP_SIGN_FINISH;
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_finish(core, &operation, signature, SIZE, &length), PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(length, 0);
    CHECK_EQUAL(signature[0], 0);
    CHECK_STATUS(psab_sign_abort(core, &operation), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_finish(core, &operation, signature, SIZE - 1, &length), PSA_ERROR_BUFFER_TOO_SMALL);
    CHECK_STATUS(psab_sign_finish(core, &operation, signature, SIZE, &length), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_sign_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(a_message_is_kept_for_a_driver_that_wants_it_whole) {
    CORE(both);
    psa_sign_operation_t operation = PSA_SIGN_OPERATION_INIT;
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
    for (unsigned i = 0; i < 100; i++) {
        CHECK_STATUS(psab_sign_update(core, &operation, message, 7), PSA_SUCCESS);
    }
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_MESSAGE], 0);
    CHECK_STATUS(psab_sign_finish(core, &operation, signature, SIZE, &length), PSA_SUCCESS);
    CHECK_EQUAL(toy.input_length, 700);
    CHECK_BYTES(toy.input, "messagemessage", 14);
    psa_verify_operation_t verify = PSA_VERIFY_OPERATION_INIT;
    CHECK_STATUS(psab_verify_setup(core, &verify, key, MLDSA, signature, length), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_set_context(core, &verify, message, 3), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_finish(core, &verify), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_VERIFY_MESSAGE_WITH_CONTEXT], 1);
    CHECK_EQUAL(toy.input_length, SIZE);
    psab_core_free(core);
}

TEST(what_is_kept_has_a_limit) {
    CORE(both);
    static uint8_t part[1 << 20];
    psa_status_t status = PSA_SUCCESS;
    psa_sign_operation_t operation = PSA_SIGN_OPERATION_INIT;
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
    size_t kept = 0;
    for (; status == PSA_SUCCESS && kept <= (size_t)64 << 20; kept += sizeof part) {
        status = psab_sign_update(core, &operation, part, sizeof part);
    }
    CHECK_STATUS(status, PSA_ERROR_NOT_SUPPORTED);
    CHECK_STATUS(psab_sign_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}

static const uint16_t hashes[] = {PSAB_EP_IMPORT_KEY,  PSAB_EP_SIGN_HASH,   PSAB_EP_VERIFY_HASH, PSAB_EP_HASH_SETUP,
                                  PSAB_EP_HASH_UPDATE, PSAB_EP_HASH_FINISH, PSAB_EP_HASH_ABORT};

TEST(a_message_is_hashed_for_a_driver_that_signs_hashes) {
    toy_t toy;
    psab_core_t *core = mock_core();
    psa_algorithm_t alg = PSA_ALG_ECDSA(PSA_ALG_SHA_256);
    toy_register(&toy, core, "toy", false, hashes, sizeof hashes / sizeof hashes[0]);
    psa_key_id_t key = toy_key(core, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256, alg, 0, 32);
    psa_sign_operation_t operation = PSA_SIGN_OPERATION_INIT;
    CHECK_STATUS(psab_sign_setup(core, &operation, key, alg), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_update(core, &operation, message, 7), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_finish(core, &operation, signature, 64, &length), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_HASH_UPDATE], 1);
    CHECK_EQUAL(toy.calls[PSAB_EP_SIGN_HASH], 1);
    CHECK_EQUAL(toy.input_length, 32);
    psa_verify_operation_t verify = PSA_VERIFY_OPERATION_INIT;
    CHECK_STATUS(psab_verify_setup(core, &verify, key, alg, signature, 64), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_update(core, &verify, message, 7), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_abort(core, &verify), PSA_SUCCESS);
    CHECK_EQUAL(toy.calls[PSAB_EP_HASH_ABORT], 1);
    CHECK_STATUS(psab_verify_setup(core, &verify, key, alg, signature, 64), PSA_SUCCESS);
    CHECK_STATUS(psab_destroy_key(core, key), PSA_SUCCESS);
    CHECK_STATUS(psab_verify_update(core, &verify, message, 7), PSA_ERROR_BAD_STATE);
    CHECK_STATUS(psab_verify_abort(core, &verify), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(operations_that_nobody_ended_go_with_the_core) {
    CORE(both);
    psa_algorithm_t alg = PSA_ALG_ECDSA(PSA_ALG_SHA_256);
    toy_t hasher;
    toy_register(&hasher, core, "hasher", false, hashes, sizeof hashes / sizeof hashes[0]);
    psa_key_id_t ecc = toy_key(core, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), 256, alg, 0, 32);
    psa_sign_operation_t kept = PSA_SIGN_OPERATION_INIT;
    psa_verify_operation_t hashed[40];
    memset(hashed, 0, sizeof hashed);
    CHECK_STATUS(psab_sign_setup(core, &kept, key, MLDSA), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_update(core, &kept, message, 7), PSA_SUCCESS);
    toy.status[PSAB_EP_VERIFY_MESSAGE] = PSA_ERROR_NOT_SUPPORTED;
    for (size_t i = 0; i < 40; i++) {
        CHECK_STATUS(psab_verify_setup(core, &hashed[i], ecc, alg, signature, 64), PSA_SUCCESS);
    }
    psab_core_free(core);
}

TEST(algorithms_that_need_the_message_twice_are_not_signed_in_parts) {
    CORE(both);
    psa_sign_operation_t operation = PSA_SIGN_OPERATION_INIT;
    psa_algorithm_t refused[] = {PSA_ALG_PURE_EDDSA, PSA_ALG_EDDSA_CTX, PSA_ALG_SLH_DSA, PSA_ALG_DETERMINISTIC_SLH_DSA,
                                 PSA_ALG_ECDSA_ANY,  PSA_ALG_SHA_256};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        CHECK_STATUS(psab_sign_setup(core, &operation, key, refused[i]), PSA_ERROR_INVALID_ARGUMENT);
    }
    CHECK_STATUS(psab_sign_setup(core, &operation, key + 1, MLDSA), PSA_ERROR_INVALID_HANDLE);
    CHECK_STATUS(psab_sign_setup(core, NULL, key, MLDSA), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_update(core, NULL, message, 1), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_abort(core, NULL), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_setup(NULL, &operation, key, MLDSA), PSA_ERROR_BAD_STATE);
    CHECK_EQUAL(operation.handle, 0);
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_update(core, &operation, NULL, 1), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_abort(core, &operation), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_setup(core, &operation, key, MLDSA), PSA_SUCCESS);
    CHECK_STATUS(psab_sign_finish(core, &operation, NULL, SIZE, &length), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_STATUS(psab_sign_abort(core, &operation), PSA_SUCCESS);
    psab_core_free(core);
}
