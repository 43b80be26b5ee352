#include "api/entropy_health.h"

#include <string.h>

#define OUTPUT_BITS (8u * PSAB_ENTROPY_OUTPUT)

/* A healthy source fails a test once in 2^40 outputs, or windows of them. */
#define FALSE_ALARM_BITS 40u
#define WINDOW 512u

/* Pairs of the first outputs are 120, and bytes have 256 values: so many more chances to fail. */
#define PAIR_BITS 7u
#define BYTE_BITS 8u

/* The logarithm of the number of ways to choose so many of 64, rounded up; so for the other half, from the end. */
static const uint8_t log_choose[] = {0,  6,  11, 16, 20, 23, 27, 30, 33, 35, 38, 40, 42, 44, 46, 48, 49,
                                     51, 52, 53, 55, 56, 57, 58, 58, 59, 60, 60, 60, 61, 61, 61, 61};

static uint64_t fingerprint(const uint8_t *output) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < PSAB_ENTROPY_OUTPUT; i++) {
        hash = (hash ^ output[i]) * 0x100000001b3u;
    }
    return hash;
}

static bool all_bytes_same(const uint8_t *output) {
    return memcmp(output, output + 1, PSAB_ENTROPY_OUTPUT - 1) == 0;
}

/* The repetition count test (4.4.1), with one whole output as the sample: entropy may sit anywhere in it.
 * So many equal outputs in a row have probability 2^-40 if the source has the entropy it claims. */
static bool repeats_itself(psab_entropy_health_t *health, const uint8_t *output, uint64_t mark, size_t bits) {
    bool again = (health->last == mark && health->any) || (all_bytes_same(output) && bits >= FALSE_ALARM_BITS);
    health->repeats = again ? health->repeats + 1 : 0;
    health->last = mark;
    health->any = true;
    return health->repeats >= (bits == 0 ? FALSE_ALARM_BITS : (FALSE_ALARM_BITS + bits - 1) / bits);
}

/* The limits of the adaptive proportion test: 1 + CRITBINOM(512, 2^-bits, 1 - 2^-40). A source that claims nothing
 * cannot disappoint. */
static size_t proportion_limit(size_t bits) {
    static const uint16_t limits[] = {336, 201, 123, 78, 51, 35, 26, 19, 15, 12, 10, 9, 7, 7,
                                      6,   5,   5,   4,  4,  4,  4,  3,  3,  3,  3,  3, 3, 3};
    return bits == 0 ? WINDOW + 1 : bits <= sizeof limits / sizeof limits[0] ? limits[bits - 1] : 2;
}

/* The adaptive proportion test (4.4.2) on the same samples: how many of a window are like its first. */
static bool prefers_one(psab_entropy_health_t *health, uint64_t mark, size_t bits) {
    if (health->seen == 0) {
        health->first = mark;
        health->matches = 0;
    }
    health->matches = (uint16_t)(health->matches + (mark == health->first ? 1 : 0));
    health->seen = (uint16_t)((health->seen + 1) % WINDOW);
    return health->matches >= proportion_limit(bits);
}

/* Whether so many bytes of an output, wherever they are, being as foretold is less likely than a false alarm. If
 * `bits` of 512 are unknown, such outputs have a share of at most ways * 2^(512 - 8 * count) / 2^bits. */
static bool foretold(size_t count, size_t bits, size_t chance_bits) {
    size_t lacking = OUTPUT_BITS - bits;
    size_t ways = log_choose[count <= PSAB_ENTROPY_OUTPUT / 2 ? count : PSAB_ENTROPY_OUTPUT - count];
    return 8 * count >= lacking + ways + chance_bits + FALSE_ALARM_BITS;
}

static bool has_frequent_byte(const uint8_t *output, size_t bits) {
    uint8_t counts[256] = {0};
    uint8_t most = 0;
    for (size_t i = 0; i < PSAB_ENTROPY_OUTPUT; i++) {
        uint8_t count = ++counts[output[i]];
        most = count > most ? count : most;
    }
    return foretold(most, bits, BYTE_BITS);
}

bool psab_entropy_output_healthy(psab_entropy_health_t *health, const uint8_t *output, size_t bits) {
    uint64_t mark = fingerprint(output);
    bool repeats = repeats_itself(health, output, mark, bits);
    bool prefers = prefers_one(health, mark, bits);
    return !repeats && !prefers && !has_frequent_byte(output, bits);
}

static bool agree(const uint8_t *a, const uint8_t *b, size_t bits) {
    size_t same = 0;
    for (size_t i = 0; i < PSAB_ENTROPY_OUTPUT; i++) {
        same += a[i] == b[i];
    }
    return foretold(same, bits, PAIR_BITS);
}

/* The adaptive proportion test with bytes as samples, for a source that claims every bit: then they are alike. */
static bool bytes_prefer_one(const uint8_t *outputs) {
    for (size_t start = 0; start < PSAB_ENTROPY_START * PSAB_ENTROPY_OUTPUT; start += WINDOW) {
        size_t matches = 0;
        for (size_t i = 0; i < WINDOW; i++) {
            matches += outputs[start + i] == outputs[start];
        }
        if (matches >= proportion_limit(8)) {
            return true;
        }
    }
    return false;
}

_Static_assert(PSAB_ENTROPY_START *PSAB_ENTROPY_OUTPUT % WINDOW == 0, "the first outputs are whole windows");

bool psab_entropy_start_healthy(const uint8_t *outputs, size_t bits) {
    for (size_t i = 0; i < PSAB_ENTROPY_START; i++) {
        for (size_t k = 0; k < i; k++) {
            if (agree(outputs + i * PSAB_ENTROPY_OUTPUT, outputs + k * PSAB_ENTROPY_OUTPUT, bits)) {
                return false;
            }
        }
    }
    return bits < OUTPUT_BITS || !bytes_prefer_one(outputs);
}
