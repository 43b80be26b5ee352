#include "api/entropy.h"

#include <stdlib.h>
#include <string.h>

#include <psa/crypto_driver_common.h>

#include "api/hash.h"
#include "util/wipe.h"

#define SAMPLE_SIZE PSAB_ENTROPY_OUTPUT
#define BLOCK_SIZE 32u
#define POOL_SIZE 4096u
#define ROUNDS_MOST 64u

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

static void fail(psab_entropy_source_t *source, const psab_candidate_t *c) {
    if (!source->failed) {
        (void)psab_report(c, PSAB_EP_GET_ENTROPY, PSA_ERROR_INSUFFICIENT_ENTROPY, PSAB_REPORT_STATUS,
                          "the entropy source repeats itself: it failed a health test");
    }
    source->failed = true;
}

/* One output, tested. False if there is none. */
static bool take(psab_core_t *core, psab_entropy_source_t *source, const psab_candidate_t *c, uint32_t flags,
                 uint8_t *sample, size_t *bits) {
    memset(sample, 0, SAMPLE_SIZE);
    if (sample_from(core, c, flags, bits, sample) != PSA_SUCCESS) {
        return false;
    }
    *bits = *bits > 8 * SAMPLE_SIZE ? 8 * SAMPLE_SIZE : *bits;
    if (!psab_entropy_output_healthy(&source->health, sample, *bits)) {
        fail(source, c);
    }
    return true;
}

/* The start-up test (SP 800-90B, 4.3): outputs that go into the pool, and are not counted. A source that stops in
 * the middle begins again the next time. */
static psa_status_t start(psab_core_t *core, psab_entropy_source_t *source, const psab_candidate_t *c, uint32_t flags,
                          pool_t *pool) {
    uint8_t *outputs = malloc((size_t)PSAB_ENTROPY_START * SAMPLE_SIZE);
    if (outputs == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    size_t least = 8 * SAMPLE_SIZE;
    size_t taken = 0;
    size_t bits = 0;
    while (taken < PSAB_ENTROPY_START && take(core, source, c, flags, outputs + taken * SAMPLE_SIZE, &bits)) {
        add_to(pool, outputs + taken * SAMPLE_SIZE, 0);
        least = bits < least ? bits : least;
        taken++;
    }
    source->started = taken == PSAB_ENTROPY_START;
    if (source->started && !psab_entropy_start_healthy(outputs, least)) {
        fail(source, c);
    }
    psab_wipe_free(outputs, (size_t)PSAB_ENTROPY_START * SAMPLE_SIZE);
    return PSA_SUCCESS;
}

/* Ask one source; what it gives after it failed is taken, but not counted. */
static psa_status_t ask(psab_core_t *core, psab_entropy_t *entropy, const psab_candidate_t *c, uint32_t flags,
                        pool_t *pool) {
    uint8_t sample[SAMPLE_SIZE];
    psab_entropy_source_t *source = source_of(entropy, c->driver);
    if (source == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    psa_status_t status = source->started ? PSA_SUCCESS : start(core, source, c, flags, pool);
    size_t bits = 0;
    if (status == PSA_SUCCESS && source->started && take(core, source, c, flags, sample, &bits)) {
        add_to(pool, sample, source->failed ? 0 : bits);
    }
    psab_wipe(sample, sizeof sample);
    return status;
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

/* Whether a driver hashes what FIPS 180 has in its examples, of one block and of two, to what it says there. */
static bool knows_hash(psab_core_t *core, const psab_candidate_t *c) {
    static const char *const texts[] = {"abc", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"};
    static const uint8_t hashes[][BLOCK_SIZE] = {
        {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
         0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad},
        {0x24, 0x8d, 0x6a, 0x61, 0xd2, 0x06, 0x38, 0xb8, 0xe5, 0xc0, 0x26, 0x93, 0x0c, 0x3e, 0x60, 0x39,
         0xa3, 0x3c, 0xe4, 0x59, 0x64, 0xff, 0x21, 0x67, 0xf6, 0xec, 0xed, 0xd4, 0x19, 0xdb, 0x06, 0xc1}};
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
        uint8_t hash[BLOCK_SIZE];
        size_t length = 0;
        const uint8_t *text = (const uint8_t *)texts[i];
        psa_status_t status =
            psab_hash_with(core, c, PSA_ALG_SHA_256, text, strlen(texts[i]), hash, sizeof hash, &length);
        if (status != PSA_SUCCESS || memcmp(hash, hashes[i], BLOCK_SIZE) != 0) {
            return false;
        }
    }
    return true;
}

/* Who conditions: the software of the library, which is trusted as the core is, else the first that knows a hash. */
static const psab_candidate_t *conditioner(psab_core_t *core, psab_entropy_t *entropy) {
    const psab_route_t *route = psab_find_keyless(core->registry, PSAB_PLAN_HASH_COMPUTE, PSA_ALG_SHA_256).route;
    size_t count = route != NULL ? route->count : 0;
    for (size_t i = 0; i < count; i++) {
        if (route->candidates[i].driver->linked_in) {
            return &route->candidates[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        const psab_candidate_t *c = &route->candidates[i];
        if (c->driver == entropy->hashes || knows_hash(core, c)) {
            entropy->hashes = c->driver;
            return c;
        }
    }
    return NULL;
}

static psa_status_t condition(psab_core_t *core, psab_entropy_t *entropy, const pool_t *pool, uint8_t *block) {
    size_t length = 0;
    const psab_candidate_t *c = conditioner(core, entropy);
    if (c == NULL) {
        return psab_fail(PSA_ERROR_INSUFFICIENT_ENTROPY, NULL, -1, 0, "no driver hashes entropy as SHA-256 does");
    }
    return psab_hash_with(core, c, PSA_ALG_SHA_256, pool->data, pool->used, block, BLOCK_SIZE, &length);
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
        memcpy(pool->data, block, BLOCK_SIZE);
        pool->used = BLOCK_SIZE;
        pool->bits = 0;
        status = collect(core, entropy, pool, 8 * part);
        if (status == PSA_SUCCESS) {
            status = condition(core, entropy, pool, block);
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
