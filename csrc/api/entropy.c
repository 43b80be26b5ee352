#include "api/entropy.h"

#include <stdlib.h>
#include <string.h>

#include <psa/crypto_driver_common.h>

#include "api/hash.h"
#include "util/wipe.h"

#define SAMPLE_SIZE 64u
#define BLOCK_SIZE 32u
#define POOL_SIZE 4096u
#define ROUNDS_MOST 64u

/* A healthy source fails a test once in 2^40 outputs, or windows of them. */
#define FALSE_ALARM_BITS 40u
#define WINDOW 512u

/* Outputs on their way to the conditioner. The first block is the previous result. */
typedef struct pool {
    size_t used;
    size_t bits; /* claimed by sources that work */
    uint8_t data[POOL_SIZE];
} pool_t;

void psab_entropy_free(psab_entropy_t *entropy) {
    free(entropy->sources);
    entropy->sources = NULL;
    entropy->count = 0;
}

static psab_entropy_source_t *source_of(psab_entropy_t *entropy, const psab_driver_t *driver) {
    for (size_t i = 0; i < entropy->count; i++) {
        if (entropy->sources[i].driver == driver) {
            return &entropy->sources[i];
        }
    }
    psab_entropy_source_t *sources = realloc(entropy->sources, (entropy->count + 1) * sizeof *sources);
    if (sources == NULL) {
        return NULL;
    }
    entropy->sources = sources;
    psab_entropy_source_t *source = &sources[entropy->count++];
    memset(source, 0, sizeof *source);
    source->driver = driver;
    return source;
}

static uint64_t fingerprint(const uint8_t *sample) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < SAMPLE_SIZE; i++) {
        hash = (hash ^ sample[i]) * 0x100000001b3u;
    }
    return hash;
}

static bool all_bytes_same(const uint8_t *sample) {
    return memcmp(sample, sample + 1, SAMPLE_SIZE - 1) == 0;
}

/* The repetition count test, with one whole output as the sample: entropy may sit anywhere in it.
 * So many equal outputs in a row have probability 2^-40 if the source has the entropy it claims. */
static bool repeats_itself(psab_entropy_source_t *source, const uint8_t *sample, uint64_t mark, size_t bits) {
    bool again = (source->last == mark && source->tested) || (all_bytes_same(sample) && bits >= FALSE_ALARM_BITS);
    source->repeats = again ? source->repeats + 1 : 0;
    source->last = mark;
    source->tested = true;
    return source->repeats >= (bits == 0 ? FALSE_ALARM_BITS : (FALSE_ALARM_BITS + bits - 1) / bits);
}

/* The adaptive proportion test on the same samples: how many of a window are like its first. The limits are
 * 1 + CRITBINOM(512, 2^-bits, 1 - 2^-40); a source that claims nothing cannot disappoint. */
static bool prefers_one(psab_entropy_source_t *source, uint64_t mark, size_t bits) {
    static const uint16_t limits[] = {336, 201, 123, 78, 51, 35, 26, 19, 15, 12, 10, 9, 7, 7,
                                      6,   5,   5,   4,  4,  4,  4,  3,  3,  3,  3,  3, 3, 3};
    if (source->seen == 0) {
        source->first = mark;
        source->matches = 0;
    }
    source->matches = (uint16_t)(source->matches + (mark == source->first ? 1 : 0));
    source->seen = (uint16_t)((source->seen + 1) % WINDOW);
    size_t limit = bits == 0 ? WINDOW + 1 : bits <= sizeof limits / sizeof limits[0] ? limits[bits - 1] : 2;
    return source->matches >= limit;
}

/* Whether a source may still be believed, given one more output. */
static bool healthy(psab_entropy_source_t *source, const uint8_t *sample, size_t bits) {
    uint64_t mark = fingerprint(sample);
    bool repeats = repeats_itself(source, sample, mark, bits);
    bool prefers = prefers_one(source, mark, bits);
    source->failed = source->failed || repeats || prefers;
    return !source->failed;
}

/* One call. Flags that the driver does not know are left out. */
static psa_status_t sample_from(psab_core_t *core, const psab_candidate_t *c, uint32_t flags, size_t *bits,
                                uint8_t *sample) {
    psab_frame_t frame;
    *bits = 0;
    psab_enter(&frame, core, c);
    psa_status_t status = psab_leave_step(&frame, PSAB_EP_GET_ENTROPY,
                                          psab_call_get_entropy(&c->ops, c->context, flags, bits, sample, SAMPLE_SIZE));
    if (status == PSA_ERROR_NOT_SUPPORTED && flags != 0) {
        return sample_from(core, c, 0, bits, sample);
    }
    return status;
}

static void add_to(pool_t *pool, const uint8_t *sample, size_t bits) {
    if (pool->used + SAMPLE_SIZE <= POOL_SIZE) {
        memcpy(pool->data + pool->used, sample, SAMPLE_SIZE);
        pool->used += SAMPLE_SIZE;
        pool->bits += bits;
    }
}

/* Ask one source, twice if it was never asked before: one output alone says nothing about repetition. */
static psa_status_t ask(psab_core_t *core, psab_entropy_t *entropy, const psab_candidate_t *c, uint32_t flags,
                        pool_t *pool) {
    uint8_t sample[SAMPLE_SIZE];
    psab_entropy_source_t *source = source_of(entropy, c->driver);
    if (source == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    unsigned calls = source->tested ? 1 : 2;
    for (unsigned i = 0; i < calls; i++) {
        size_t bits = 0;
        memset(sample, 0, sizeof sample);
        if (sample_from(core, c, flags, &bits, sample) != PSA_SUCCESS) {
            break;
        }
        bits = bits > 8 * SAMPLE_SIZE ? 8 * SAMPLE_SIZE : bits;
        bool was_failed = source->failed;
        bool counted = healthy(source, sample, bits) && i + 1 == calls;
        if (source->failed && !was_failed) {
            (void)psab_report(c, PSAB_EP_GET_ENTROPY, PSA_ERROR_INSUFFICIENT_ENTROPY, PSAB_REPORT_STATUS,
                              "the entropy source repeats itself");
        }
        add_to(pool, sample, counted ? bits : 0);
    }
    psab_wipe(sample, sizeof sample);
    return PSA_SUCCESS;
}

/* Fill a pool until sources claim so many bits. */
static psa_status_t collect(psab_core_t *core, psab_entropy_t *entropy, pool_t *pool, size_t wanted) {
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_GET_ENTROPY, 0, NULL, NULL);
    for (size_t round = 0; route != NULL && round < ROUNDS_MOST; round++) {
        uint32_t flags = round == 0 ? PSA_DRIVER_GET_ENTROPY_NONBLOCK | PSA_DRIVER_GET_ENTROPY_KEEPALIVE : 0;
        for (size_t i = 0; i < route->count; i++) {
            psa_status_t status = ask(core, entropy, &route->candidates[i], flags, pool);
            if (status != PSA_SUCCESS) {
                return status;
            }
        }
        if (pool->bits >= wanted) {
            return PSA_SUCCESS;
        }
    }
    psab_failure_t failure;
    psab_last_failure(&failure);
    return failure.status == PSA_ERROR_INSUFFICIENT_ENTROPY
               ? PSA_ERROR_INSUFFICIENT_ENTROPY
               : psab_fail(PSA_ERROR_INSUFFICIENT_ENTROPY, NULL, -1, 0, "no entropy source gives enough");
}

psa_status_t psab_entropy_get(psab_core_t *core, psab_entropy_t *entropy, uint8_t *output, size_t size) {
    uint8_t block[BLOCK_SIZE] = {0};
    psa_status_t status = PSA_SUCCESS;
    pool_t *pool = malloc(sizeof *pool);
    if (pool == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    for (size_t done = 0; done < size && status == PSA_SUCCESS; done += BLOCK_SIZE) {
        size_t part = size - done < BLOCK_SIZE ? size - done : BLOCK_SIZE;
        size_t length = 0;
        memcpy(pool->data, block, BLOCK_SIZE);
        pool->used = BLOCK_SIZE;
        pool->bits = 0;
        status = collect(core, entropy, pool, 8 * part);
        if (status == PSA_SUCCESS) {
            status = psab_hash_run(core, PSA_ALG_SHA_256, pool->data, pool->used, block, sizeof block, &length);
            status = status == PSA_ERROR_NOT_SUPPORTED ? PSA_ERROR_INSUFFICIENT_ENTROPY : status;
            memcpy(output + done, block, part);
        }
    }
    psab_wipe(block, sizeof block);
    psab_wipe_free(pool, sizeof *pool);
    if (status != PSA_SUCCESS) {
        psab_wipe(output, size);
    }
    return status;
}
