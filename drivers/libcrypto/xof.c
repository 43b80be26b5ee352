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

static uint64_t parity(const uint64_t *column) {
    return column[0] ^ column[5] ^ column[10] ^ column[15] ^ column[20];
}

static void change(uint64_t *column, uint64_t by) {
    column[0] ^= by;
    column[5] ^= by;
    column[10] ^= by;
    column[15] ^= by;
    column[20] ^= by;
}

/* theta (3.2.1) */
static void mix_columns(uint64_t *lanes) {
    uint64_t c0 = parity(lanes);
    uint64_t c1 = parity(lanes + 1);
    uint64_t c2 = parity(lanes + 2);
    uint64_t c3 = parity(lanes + 3);
    uint64_t c4 = parity(lanes + 4);
    change(lanes, c4 ^ rotate(c1, 1));
    change(lanes + 1, c0 ^ rotate(c2, 1));
    change(lanes + 2, c1 ^ rotate(c3, 1));
    change(lanes + 3, c2 ^ rotate(c4, 1));
    change(lanes + 4, c3 ^ rotate(c0, 1));
}

/* rho and pi (3.2.2 and 3.2.3): along the one cycle of pi, backwards, so that every lane is read before
 * it is written; the rotations are triangular numbers. */
static void move_lanes(uint64_t *lanes) {
    uint64_t last = lanes[1];
    lanes[1] = rotate(lanes[6], 44);
    lanes[6] = rotate(lanes[9], 20);
    lanes[9] = rotate(lanes[22], 61);
    lanes[22] = rotate(lanes[14], 39);
    lanes[14] = rotate(lanes[20], 18);
    lanes[20] = rotate(lanes[2], 62);
    lanes[2] = rotate(lanes[12], 43);
    lanes[12] = rotate(lanes[13], 25);
    lanes[13] = rotate(lanes[19], 8);
    lanes[19] = rotate(lanes[23], 56);
    lanes[23] = rotate(lanes[15], 41);
    lanes[15] = rotate(lanes[4], 27);
    lanes[4] = rotate(lanes[24], 14);
    lanes[24] = rotate(lanes[21], 2);
    lanes[21] = rotate(lanes[8], 55);
    lanes[8] = rotate(lanes[16], 45);
    lanes[16] = rotate(lanes[5], 36);
    lanes[5] = rotate(lanes[3], 28);
    lanes[3] = rotate(lanes[18], 21);
    lanes[18] = rotate(lanes[17], 15);
    lanes[17] = rotate(lanes[11], 10);
    lanes[11] = rotate(lanes[7], 6);
    lanes[7] = rotate(lanes[10], 3);
    lanes[10] = rotate(last, 1);
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

static uint64_t load(const uint8_t *at) {
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 |
           (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

static void store(uint8_t *at, uint64_t lane) {
    at[0] = (uint8_t)lane;
    at[1] = (uint8_t)(lane >> 8);
    at[2] = (uint8_t)(lane >> 16);
    at[3] = (uint8_t)(lane >> 24);
    at[4] = (uint8_t)(lane >> 32);
    at[5] = (uint8_t)(lane >> 40);
    at[6] = (uint8_t)(lane >> 48);
    at[7] = (uint8_t)(lane >> 56);
}

psa_status_t libcrypto_xof_setup(libcrypto_xof_operation_t *operation, psa_algorithm_t alg) {
    if (alg != PSA_ALG_SHAKE128 && alg != PSA_ALG_SHAKE256) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    memset(operation, 0, sizeof(*operation));
    operation->rate = alg == PSA_ALG_SHAKE128 ? 168 : 136;
    return PSA_SUCCESS;
}

/* Bytes that can go through at once from here: a lane where one starts, else one. */
static size_t step(const libcrypto_xof_operation_t *operation, size_t left) {
    return operation->position % 8 == 0 && left >= 8 ? 8 : 1;
}

psa_status_t libcrypto_xof_update(libcrypto_xof_operation_t *operation, const uint8_t *input, size_t input_length) {
    if (operation->rate == 0 || operation->squeezing) {
        return PSA_ERROR_BAD_STATE;
    }
    for (size_t i = 0; i < input_length;) {
        size_t part = step(operation, input_length - i);
        if (part == 8) {
            operation->lanes[operation->position / 8] ^= load(input + i);
        } else {
            add_byte(operation, operation->position, input[i]);
        }
        i += part;
        operation->position = (uint8_t)(operation->position + part);
        if (operation->position == operation->rate) {
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
    for (size_t i = 0; i < output_length;) {
        if (operation->position == operation->rate) {
            permute(operation->lanes);
            operation->position = 0;
        }
        size_t part = step(operation, output_length - i);
        uint64_t lane = operation->lanes[operation->position / 8];
        if (part == 8) {
            store(output + i, lane);
        } else {
            output[i] = (uint8_t)(lane >> (8 * (operation->position % 8)));
        }
        i += part;
        operation->position = (uint8_t)(operation->position + part);
    }
    return PSA_SUCCESS;
}

psa_status_t libcrypto_xof_abort(libcrypto_xof_operation_t *operation) {
    OPENSSL_cleanse(operation, sizeof(*operation));
    return PSA_SUCCESS;
}
