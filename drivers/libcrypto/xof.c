/* Extendable-output functions (FIPS 202): SHAKE128 and SHAKE256.
 *
 * libcrypto 3.0 gives the output of a SHAKE once, at the end; the API asks for it in pieces. So the
 * permutation is here, which also makes the state a plain structure. */
#include "internal.h"

#define ROUNDS 24

/* Domain bits of a SHAKE, 1111, then the first bit of the padding (6.2 and 5.1). */
#define SUFFIX 0x1fu

/* 3.2.5 */
static const uint64_t round_constants[ROUNDS] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static uint64_t rotate(uint64_t lane, unsigned count) {
    return lane << count | lane >> (64 - count);
}

/* theta (3.2.1) */
static void mix_columns(uint64_t *lanes) {
    uint64_t parity[5];
    for (size_t x = 0; x < 5; x++) {
        parity[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20];
    }
    for (size_t x = 0; x < 5; x++) {
        uint64_t change = parity[(x + 4) % 5] ^ rotate(parity[(x + 1) % 5], 1);
        for (size_t y = 0; y < 25; y += 5) {
            lanes[y + x] ^= change;
        }
    }
}

/* rho and pi (3.2.2 and 3.2.3): along the one cycle of pi, the rotations are triangular numbers. */
static void move_lanes(uint64_t *lanes) {
    static const uint8_t cycle[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                      15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
    static const uint8_t count[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                      27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
    uint64_t carried = lanes[1];
    for (size_t i = 0; i < 24; i++) {
        uint64_t next = lanes[cycle[i]];
        lanes[cycle[i]] = rotate(carried, count[i]);
        carried = next;
    }
}

/* chi (3.2.4) */
static void mix_rows(uint64_t *lanes) {
    for (uint64_t *row = lanes; row < lanes + 25; row += 5) {
        uint64_t first = row[0];
        uint64_t second = row[1];
        row[0] ^= ~row[1] & row[2];
        row[1] ^= ~row[2] & row[3];
        row[2] ^= ~row[3] & row[4];
        row[3] ^= ~row[4] & first;
        row[4] ^= ~first & second;
    }
}

static void permute(uint64_t *lanes) {
    for (size_t i = 0; i < ROUNDS; i++) {
        mix_columns(lanes);
        move_lanes(lanes);
        mix_rows(lanes);
        lanes[0] ^= round_constants[i];
    }
}

static void add_byte(libcrypto_xof_operation_t *operation, size_t position, uint8_t byte) {
    operation->lanes[position / 8] ^= (uint64_t)byte << (8 * (position % 8));
}

psa_status_t libcrypto_xof_setup(libcrypto_xof_operation_t *operation, psa_algorithm_t alg) {
    if (alg != PSA_ALG_SHAKE128 && alg != PSA_ALG_SHAKE256) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    memset(operation, 0, sizeof(*operation));
    operation->rate = alg == PSA_ALG_SHAKE128 ? 168 : 136;
    return PSA_SUCCESS;
}

psa_status_t libcrypto_xof_update(libcrypto_xof_operation_t *operation, const uint8_t *input, size_t input_length) {
    if (operation->rate == 0 || operation->squeezing) {
        return PSA_ERROR_BAD_STATE;
    }
    for (size_t i = 0; i < input_length; i++) {
        add_byte(operation, operation->position, input[i]);
        if (++operation->position == operation->rate) {
            permute(operation->lanes);
            operation->position = 0;
        }
    }
    return PSA_SUCCESS;
}

psa_status_t libcrypto_xof_output(libcrypto_xof_operation_t *operation, uint8_t *output, size_t output_length) {
    if (operation->rate == 0) {
        return PSA_ERROR_BAD_STATE;
    }
    if (!operation->squeezing) {
        add_byte(operation, operation->position, SUFFIX);
        add_byte(operation, operation->rate - 1u, 0x80);
        operation->position = operation->rate;
        operation->squeezing = 1;
    }
    for (size_t i = 0; i < output_length; i++) {
        if (operation->position == operation->rate) {
            permute(operation->lanes);
            operation->position = 0;
        }
        output[i] = (uint8_t)(operation->lanes[operation->position / 8] >> (8 * (operation->position % 8)));
        operation->position++;
    }
    return PSA_SUCCESS;
}

psa_status_t libcrypto_xof_abort(libcrypto_xof_operation_t *operation) {
    OPENSSL_cleanse(operation, sizeof(*operation));
    return PSA_SUCCESS;
}
