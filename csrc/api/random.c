#include "api/random.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/entropy.h"
#include "psab/api.h"
#include "util/wipe.h"

#define SEED_SIZE 32u  /* bytes: the security strength of the generators */
#define BLOCK_SIZE 16u /* bytes that the continuous test compares */
#define FRUITLESS_MOST 4u
#define SPINS 128u
#define SPIN_PAUSE_NS 50000

/* So many generators a core has: threads that are at it at the same time seldom meet. */
#define LANES 4u

/* One generator, used by one thread at a time. */
typedef struct lane {
    _Alignas(64) _Atomic uint64_t owner; /* who uses it: number of forks before and of the thread; 0: nobody */
    const psab_candidate_t *candidate;   /* whose context this is */
    const psab_route_t *route;           /* that it was chosen from */
    uint8_t *context;
    size_t size;
    uint32_t forks; /* when the context was last seeded */
    uint16_t mark;  /* of the last output, too little to tell it; see test_output() */
} lane_t;

/* Sources of entropy are asked by one thread at a time, as a source may well be one piece of hardware. */
struct psab_random {
    lane_t lanes[LANES];
    _Alignas(64) _Atomic uint64_t collector; /* as lane_t.owner */
    psab_entropy_t entropy;
};

static _Atomic uint32_t fork_count;

static void count_fork(void) {
    atomic_fetch_add_explicit(&fork_count, 1, memory_order_relaxed);
}

static void watch_forks(void) {
    (void)pthread_atfork(NULL, NULL, count_fork);
}

psab_random_t *psab_random_new(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, watch_forks);
    psab_random_t *random = aligned_alloc(_Alignof(psab_random_t), sizeof *random);
    if (random != NULL) {
        memset(random, 0, sizeof *random);
    }
    return random;
}

static void drop_context(lane_t *random) {
    psab_wipe_free(random->context, random->size);
    random->context = NULL;
    random->size = 0;
    random->candidate = NULL;
}

void psab_random_free(psab_random_t *random) {
    for (size_t i = 0; random != NULL && i < LANES; i++) {
        drop_context(&random->lanes[i]);
    }
    if (random != NULL) {
        psab_entropy_free(&random->entropy);
    }
    free(random);
}

/* Wait for a generator, or for the sources. False if this thread has it already: a driver asks for the random
 * numbers that it is to give.  After a fork the owner may be a thread that is no more: `gone` is set, and what
 * it was doing is not to be taken up. */
static bool claim(_Atomic uint64_t *owned, bool *gone) {
    uint32_t forks = atomic_load_explicit(&fork_count, memory_order_relaxed);
    uint64_t self = (uint64_t)forks << 32 | psab_dispatch_thread.number;
    for (unsigned spins = 0;; spins++) {
        uint64_t owner = atomic_load_explicit(owned, memory_order_relaxed);
        if (owner == self) {
            return false;
        }
        *gone = owner != 0 && owner >> 32 != forks;
        if ((owner == 0 || *gone) &&
            atomic_compare_exchange_strong_explicit(owned, &owner, self, memory_order_acquire, memory_order_relaxed)) {
            return true;
        }
        if (spins < SPINS) {
            (void)sched_yield();
        } else {
            struct timespec pause = {0, SPIN_PAUSE_NS};
            (void)nanosleep(&pause, NULL);
        }
    }
}

static void release(_Atomic uint64_t *owned) {
    atomic_store_explicit(owned, 0, memory_order_release);
}

static psa_status_t collect(psab_core_t *core, uint8_t *entropy, size_t amount) {
    psab_random_t *random = core->random;
    bool gone;
    if (!claim(&random->collector, &gone)) {
        return PSA_ERROR_BAD_STATE;
    }
    if (gone) { /* in the middle of whatever it was: the sources are met anew */
        random->entropy = (psab_entropy_t){.sources = NULL};
    }
    psa_status_t status = psab_entropy_get(core, &random->entropy, entropy, amount);
    release(&random->collector);
    return status;
}

/* About to call an entry point with the context of a generator. */
static void enter(psab_frame_t *frame, psab_core_t *core, const lane_t *random) {
    psab_enter(frame, core, random->candidate);
    frame->guard = random->context + random->size;
}

/* Give the generator fresh entropy. One that seeds itself gets it where there is some. */
static psa_status_t seed(psab_core_t *core, lane_t *random, size_t amount, bool needed) {
    const psab_candidate_t *c = random->candidate;
    if (c->ops.add_entropy == NULL) {
        return needed ? PSA_ERROR_INSUFFICIENT_ENTROPY : PSA_SUCCESS;
    }
    uint8_t *entropy = malloc(amount);
    if (entropy == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    psa_status_t status = collect(core, entropy, amount);
    if (status == PSA_SUCCESS) {
        psab_frame_t frame;
        enter(&frame, core, random);
        status = psab_leave_step(&frame, PSAB_EP_ADD_ENTROPY,
                                 psab_call_add_entropy(&c->ops, c->context, random->context, entropy, amount));
    } else if (!needed) {
        status = PSA_SUCCESS;
    }
    psab_wipe_free(entropy, amount);
    return status;
}

static psa_status_t reseed(psab_core_t *core, lane_t *random) {
    size_t asked = random->candidate->capability->reseed_entropy_size;
    return seed(core, random, asked > SEED_SIZE ? asked : SEED_SIZE, true);
}

/* Make a context for a candidate, and seed it. */
static psa_status_t start(psab_core_t *core, lane_t *random, const psab_candidate_t *c) {
    psa_status_t status = PSA_SUCCESS;
    drop_context(random);
    size_t size = c->context_sizes[PSAB_CONTEXT_RANDOM_CONTEXT];
    random->context = calloc(1, size + PSAB_GUARD_SIZE);
    if (random->context == NULL) {
        return PSA_ERROR_INSUFFICIENT_MEMORY;
    }
    psab_guard_set(random->context + size);
    random->size = size;
    random->candidate = c;
    random->forks = atomic_load_explicit(&fork_count, memory_order_relaxed);
    if (c->ops.init_random != NULL) {
        psab_frame_t frame;
        enter(&frame, core, random);
        status = psab_leave(&frame, PSAB_EP_INIT_RANDOM, psab_call_init_random(&c->ops, c->context, random->context));
    }
    size_t initial = c->capability->initial_entropy_size;
    if (status == PSA_SUCCESS) {
        status = seed(core, random, initial != 0 ? initial : SEED_SIZE, initial != 0);
    }
    if (status != PSA_SUCCESS) {
        drop_context(random);
    }
    return status;
}

/* A context that a forked process inherits would give it the numbers of its parent. */
static psa_status_t refresh_after_fork(psab_core_t *core, lane_t *random, const psab_candidate_t *c) {
    uint32_t forks = atomic_load_explicit(&fork_count, memory_order_relaxed);
    if (c->ops.add_entropy == NULL || c->capability->initial_entropy_size == 0) {
        return start(core, random, c);
    }
    random->forks = forks;
    return reseed(core, random);
}

/* The next call begins anew, with a test of the generator. */
static psa_status_t stuck(lane_t *random) {
    const psab_candidate_t *c = random->candidate;
    drop_context(random);
    return psab_report(c, PSAB_EP_GET_RANDOM, PSA_ERROR_INSUFFICIENT_ENTROPY, PSAB_REPORT_STATUS,
                       "the random generator repeats itself");
}

/* Take bytes from the generator, and give it entropy whenever it asks. */
static psa_status_t draw(psab_core_t *core, lane_t *random, uint8_t *output, size_t size) {
    const psab_candidate_t *c = random->candidate;
    psa_status_t status = PSA_SUCCESS;
    size_t done = 0;
    for (unsigned fruitless = 0; status == PSA_SUCCESS && done < size;) {
        size_t length = 0;
        psab_frame_t frame;
        enter(&frame, core, random);
        status =
            psab_leave(&frame, PSAB_EP_GET_RANDOM,
                       psab_call_get_random(&c->ops, c->context, random->context, output + done, size - done, &length));
        if (status == PSA_SUCCESS) {
            status = psab_output(c, PSAB_EP_GET_RANDOM, status, output + done, size - done, 0, &length);
            done += length;
        }
        fruitless = status != PSA_SUCCESS || length == 0 ? fruitless + 1 : 0;
        bool wants_more = status == PSA_ERROR_INSUFFICIENT_ENTROPY || (status == PSA_SUCCESS && done < size);
        if (wants_more && fruitless < FRUITLESS_MOST) {
            status = reseed(core, random);
        } else if (wants_more) {
            status = PSA_ERROR_INSUFFICIENT_ENTROPY;
        }
    }
    return status;
}

/* The continuous test of random generators (FIPS 140-2, 4.9.2): two blocks that follow each other are not equal.
 * Nobody gets these two. */
static psa_status_t test(psab_core_t *core, lane_t *random) {
    uint8_t blocks[2][BLOCK_SIZE];
    psa_status_t status = draw(core, random, blocks[0], BLOCK_SIZE);
    if (status == PSA_SUCCESS) {
        status = draw(core, random, blocks[1], BLOCK_SIZE);
    }
    if (status == PSA_SUCCESS && memcmp(blocks[0], blocks[1], BLOCK_SIZE) == 0) {
        status = stuck(random);
    }
    psab_wipe(blocks, sizeof blocks);
    return status;
}

static uint16_t mark_of(const uint8_t *output, size_t size) {
    uint32_t mark = 0;
    for (size_t i = 0; i < size && i < BLOCK_SIZE; i++) {
        mark = (mark ^ output[i]) * 0x01000193u;
    }
    return (uint16_t)(mark >> 16);
}

/* The same of what the application gets. An output is not kept, as it may be a key: the next one is compared with
 * a mark of it, and the generator tested if they are alike, by chance once in 65536 times. */
static psa_status_t test_output(psab_core_t *core, lane_t *random, const uint8_t *output, size_t size) {
    for (size_t at = BLOCK_SIZE; at + BLOCK_SIZE <= size; at += BLOCK_SIZE) {
        if (memcmp(output + at - BLOCK_SIZE, output + at, BLOCK_SIZE) == 0) {
            return stuck(random);
        }
    }
    uint16_t mark = mark_of(output, size);
    bool alike = mark == random->mark;
    random->mark = mark;
    return alike ? test(core, random) : PSA_SUCCESS;
}

static psa_status_t generate(psab_core_t *core, lane_t *random, const psab_candidate_t *c, uint8_t *output,
                             size_t size) {
    psa_status_t status = PSA_SUCCESS;
    if (random->candidate != c) {
        status = start(core, random, c);
        status = status == PSA_SUCCESS ? test(core, random) : status;
    } else if (random->forks != atomic_load_explicit(&fork_count, memory_order_relaxed)) {
        status = refresh_after_fork(core, random, c);
    }
    if (status == PSA_SUCCESS) {
        status = draw(core, random, output, size);
    }
    if (status == PSA_SUCCESS) {
        status = test_output(core, random, output, size);
    }
    return status;
}

psa_status_t psab_random(psab_core_t *core, uint8_t *output, size_t size) {
    psa_status_t status;
    if (size == 0) {
        return PSA_SUCCESS;
    }
    if (PSAB_UNLIKELY(psab_dispatch_thread.number == 0)) {
        psab_number_thread();
    }
    /* A thread has the same one as long as it lives, so that it notices when a generator asks for random numbers. */
    lane_t *random = &core->random->lanes[psab_dispatch_thread.stripe % LANES];
    bool gone;
    if (!claim(&random->owner, &gone)) {
        return psab_fail(PSA_ERROR_BAD_STATE, NULL, -1, PSAB_REPORT_RECURSION,
                         "the random generator asked for random numbers");
    }
    if (gone) {
        drop_context(random);
    }
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_RANDOM, 0, NULL, NULL);
    const psab_candidate_t *c = psab_first(route, &status);
    if (c != NULL && random->route == route && random->candidate != NULL) {
        c = random->candidate; /* those before it had nothing to offer */
    }
    random->route = route;
    for (; c != NULL; c = psab_next(c, status)) {
        status = generate(core, random, c, output, size);
    }
    release(&random->owner);
    if (status != PSA_SUCCESS) {
        psab_wipe(output, size);
    }
    return route != NULL && route->count != 0 ? status
                                              : psab_refuse(core, status, "no driver generates random numbers");
}

bool psab_gives_random(psab_core_t *core) {
    const psab_route_t *route = psab_route(core->registry, PSAB_PLAN_RANDOM, 0, NULL, NULL);
    return route != NULL && route->count != 0;
}

psa_status_t psab_generate_random(psab_core_t *core, uint8_t *output, size_t output_size) {
    if (!psab_ready(core)) {
        return psab_refuse(core, PSA_ERROR_BAD_STATE, "the library is not initialised");
    }
    if (!psab_buffer_valid(output, output_size)) {
        return psab_refuse(core, PSA_ERROR_INVALID_ARGUMENT, "the output is a null pointer");
    }
    return psab_random(core, output, output_size);
}
