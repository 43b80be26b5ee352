/* Both sides of each PAKE for exercise.c: a whole exchange, a wrong one, and one that is given up. */
#include "exercise.h"
#include "support.h"

#include <stdbool.h>
#include <string.h>

typedef psa_crypto_driver_pake_step_t step_t;

/* One side hands the other what a step gives. */
static psa_status_t send(libcrypto_pake_operation_t *from, step_t out, libcrypto_pake_operation_t *to, step_t in,
                         bool damage) {
    uint8_t data[160];
    size_t size = 0;
    psa_status_t status = libcrypto_pake_output(from, out, data, sizeof(data), &size);
    if (status == PSA_SUCCESS) {
        data[size - 1] ^= damage;
        status = libcrypto_pake_input(to, in, data, size);
    }
    return status;
}

/* Whether both have the same secret. */
static psa_status_t compare(libcrypto_pake_operation_t sides[2]) {
    uint8_t secrets[2][160];
    size_t sizes[2] = {0, 0};
    for (size_t i = 0; i < 2; i++) {
        psa_status_t status = libcrypto_pake_get_implicit_key(&sides[i], secrets[i], sizeof(secrets[i]), &sizes[i]);
        if (status != PSA_SUCCESS) {
            return status;
        }
    }
    return sizes[0] == sizes[1] && memcmp(secrets[0], secrets[1], sizes[0]) == 0 ? PSA_SUCCESS : 1;
}

static psa_status_t set_up(libcrypto_pake_operation_t sides[2], const struct psab_pake_inputs inputs[2]) {
    memset(sides, 0, 2 * sizeof(sides[0]));
    psa_status_t status = libcrypto_pake_setup(&sides[0], &inputs[0]);
    return status == PSA_SUCCESS ? libcrypto_pake_setup(&sides[1], &inputs[1]) : status;
}

static void end(libcrypto_pake_operation_t sides[2]) {
    (void)libcrypto_pake_abort(&sides[0]);
    (void)libcrypto_pake_abort(&sides[1]);
}

#define TEXT(text) {(const uint8_t *)(text), sizeof(text) - 1}
#define CURVE(family, bits) PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_##family, bits)

static psa_status_t jpake(psa_pake_primitive_t primitive, bool damage) {
    struct psab_pake_inputs inputs[2] = {
        {.suite = {PSA_ALG_JPAKE(PSA_ALG_SHA_256), primitive, PSA_PAKE_UNCONFIRMED_KEY},
         .password = TEXT("a password"),
         .user = TEXT("one"),
         .peer = TEXT("two")},
    };
    libcrypto_pake_operation_t sides[2];
    inputs[1] = inputs[0];
    inputs[1].user = inputs[0].peer;
    inputs[1].peer = inputs[0].user;
    psa_status_t status = set_up(sides, inputs);
    for (int step = PSA_JPAKE_X1_STEP_KEY_SHARE; step <= PSA_JPAKE_X2S_STEP_ZK_PROOF && status == PSA_SUCCESS; step++) {
        step_t in = (step_t)(step <= PSA_JPAKE_X2_STEP_ZK_PROOF ? step : step + 3);
        status = send(&sides[0], (step_t)step, &sides[1], in, damage && step == PSA_JPAKE_X2S_STEP_ZK_PROOF);
        if (status == PSA_SUCCESS) {
            status = send(&sides[1], (step_t)step, &sides[0], in, false);
        }
    }
    status = status == PSA_SUCCESS ? compare(sides) : status;
    end(sides);
    return status;
}

/* What an exchange that was disturbed ends with; a fault may come before it. */
static psa_status_t noticed(psa_status_t status) {
    return status == PSA_ERROR_INVALID_SIGNATURE ? PSA_SUCCESS : status == PSA_SUCCESS ? 1 : status;
}

psa_status_t exercise_jpake(void) {
    psa_status_t status = jpake(CURVE(SECP_R1, 256), false);
    if (status == PSA_SUCCESS) {
        status = noticed(jpake(CURVE(SECP_R1, 256), true));
    }
    return status;
}

static psa_status_t spake2p(psa_algorithm_t alg, psa_ecc_family_t family, size_t bits, size_t scalar, bool damage) {
    uint8_t pair[120];
    uint8_t public_key[200];
    size_t size = 0;
    struct psab_pake_inputs inputs[2] = {
        {.suite = {alg, PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, family, bits), PSA_PAKE_CONFIRMED_KEY},
         .role = PSA_PAKE_ROLE_CLIENT,
         .password = {pair, 2 * scalar},
         .context = TEXT("")},
    };
    libcrypto_pake_operation_t sides[2] = {{NULL, NULL}, {NULL, NULL}};
    memset(pair, 0, sizeof(pair));
    memset(pair + 1, 7, scalar - 2);
    memset(pair + scalar + 1, 9, scalar - 2);
    inputs[0].attributes.type = PSA_KEY_TYPE_SPAKE2P_KEY_PAIR(family);
    inputs[0].attributes.bits = (uint32_t)bits;
    inputs[1] = inputs[0];
    inputs[1].role = PSA_PAKE_ROLE_SERVER;
    inputs[1].attributes.type = PSA_KEY_TYPE_SPAKE2P_PUBLIC_KEY(family);
    psa_status_t status =
        libcrypto_export_public_key(&inputs[0].attributes, pair, 2 * scalar, public_key, sizeof(public_key), &size);
    inputs[1].password = (support_text_t){public_key, size};
    if (status == PSA_SUCCESS) {
        status = set_up(sides, inputs);
    }
    for (int i = 0; i < 4 && status == PSA_SUCCESS; i++) {
        step_t step = i < 2 ? PSA_PAKE_DRIVER_STEP_KEY_SHARE : PSA_PAKE_DRIVER_STEP_CONFIRM;
        size_t from = i == 0 || i == 3 ? 0 : 1;
        status = send(&sides[from], step, &sides[1 - from], step, damage && i == 3);
    }
    status = status == PSA_SUCCESS ? compare(sides) : status;
    end(sides);
    return status;
}

psa_status_t exercise_spake2p(void) {
    psa_status_t status = spake2p(PSA_ALG_SPAKE2P_HMAC(PSA_ALG_SHA_512), PSA_ECC_FAMILY_SECP_R1, 256, 32, false);
    if (status == PSA_SUCCESS) {
        status = noticed(spake2p(PSA_ALG_SPAKE2P_CMAC(PSA_ALG_SHA_256), PSA_ECC_FAMILY_SECP_R1, 256, 32, true));
    }
    if (status == PSA_SUCCESS) {
        status = spake2p(PSA_ALG_SPAKE2P_HMAC(PSA_ALG_SHA_256), PSA_ECC_FAMILY_TWISTED_EDWARDS, 255, 32, false);
    }
    return status;
}
