/* Random numbers and entropy: seeding, reseeding, health, forks. */

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/drivers.h"
#include "mock.h"
#include "sha256.h"

static const uint16_t generator[] = {PSAB_EP_INIT_RANDOM, PSAB_EP_ADD_ENTROPY, PSAB_EP_GET_RANDOM};

/* A generator that must be seeded with 48 bytes, an entropy source, a hash to condition with. */
static psab_core_t *core_with_all(mock_t *random, mock_t *entropy, sha256_t *hash) {
    psab_core_t *core = mock_core();
    mock_init(random, "random");
    mock_init(entropy, "entropy");
    mock_capability(random, 0, generator, 3)->initial_entropy_size = 48;
    mock_capability(entropy, 0, (uint16_t[]){PSAB_EP_GET_ENTROPY}, 1);
    mock_register(random, core);
    mock_register(entropy, core);
    *hash = (sha256_t){0};
    CHECK_STATUS(psab_core_register(core, &sha256_description, hash), PSA_SUCCESS);
    return core;
}

TEST(generator_is_seeded_before_its_first_output) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    uint8_t out[100], more[100];
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    CHECK_EQUAL(r.entropy_added, 48);
    CHECK_EQUAL(r.calls[PSAB_EP_INIT_RANDOM], 1);
    CHECK_STATUS(psab_generate_random(core, more, sizeof more), PSA_SUCCESS);
    CHECK(memcmp(out, more, sizeof out) != 0);
    CHECK_EQUAL(r.entropy_added, 48);
    CHECK_EQUAL(r.calls[PSAB_EP_INIT_RANDOM], 1);
    psab_core_free(core);
}

TEST(nothing_is_asked_for_no_bytes) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    CHECK_STATUS(psab_generate_random(core, NULL, 0), PSA_SUCCESS);
    CHECK_STATUS(psab_generate_random(core, NULL, 1), PSA_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(r.calls[PSAB_EP_GET_RANDOM], 0);
    psab_core_free(core);
}

TEST(no_generator_is_not_supported) {
    psab_core_t *core = mock_core();
    uint8_t out[4] = {9, 9, 9, 9};
    CHECK_STATUS(psab_generate_random(core, out, 4), PSA_ERROR_NOT_SUPPORTED);
    CHECK_EQUAL(out[0], 0);
    psab_core_free(core);
}

TEST(generator_is_reseeded_when_it_asks_for_it) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    uint8_t out[100];
    r.random_limit = 30;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    /* Two blocks for the test of the generator, of which the second asks for entropy, and what is asked for. */
    CHECK_EQUAL(r.calls[PSAB_EP_GET_RANDOM], 3 + 4);
    CHECK_EQUAL(r.entropy_added, 48 + 4 * 32);
    r.capabilities[0].reseed_entropy_size = 40;
    CHECK_STATUS(psab_generate_random(core, out, 30), PSA_SUCCESS);
    CHECK_EQUAL(r.entropy_added, 48 + 4 * 32 + 40);
    psab_core_free(core);
}

TEST(generator_that_never_gives_anything_is_given_up) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    uint8_t out[10];
    memset(out, 1, sizeof out);
    r.status[PSAB_EP_GET_RANDOM] = PSA_ERROR_INSUFFICIENT_ENTROPY; /* with a length in spite of it */
    r.random_limit = 1;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
    CHECK_EQUAL(out[9], 0);
    psab_core_free(core);
}

TEST(generator_that_lies_about_its_output_is_caught) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    uint8_t out[10];
    r.lie = MOCK_TOO_LONG;
    r.lying = PSAB_EP_GET_RANDOM;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_ERROR_CORRUPTION_DETECTED);
    CHECK_EQUAL(out[0], 0);
    psab_core_free(core);
}

TEST(absent_generator_falls_back) {
    psab_core_t *core = mock_core();
    mock_t a, b;
    uint8_t out[10];
    mock_init(&a, "alpha");
    mock_init(&b, "beta");
    mock_capability(&a, 0, (uint16_t[]){PSAB_EP_GET_RANDOM}, 1)->flags = PSAB_CAPABILITY_FALLBACK;
    mock_capability(&b, 0, (uint16_t[]){PSAB_EP_GET_RANDOM}, 1);
    a.status[PSAB_EP_GET_RANDOM] = PSA_ERROR_NOT_SUPPORTED;
    mock_register(&a, core);
    mock_register(&b, core);
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    CHECK_EQUAL(a.calls[PSAB_EP_GET_RANDOM], 1);
    CHECK_EQUAL(b.calls[PSAB_EP_GET_RANDOM], 2 + 2); /* those of its test */
    psab_core_free(core);
}

TEST(constant_entropy_is_caught) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    psab_failure_t failure;
    uint8_t out[10];
    e.lie = MOCK_CONSTANT;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
    psab_last_failure(&failure);
    CHECK(strstr(failure.detail, "repeats") != NULL);
    CHECK_EQUAL(r.calls[PSAB_EP_GET_RANDOM], 0);
    psab_core_free(core);
}

/* Two outputs in turn: none repeats the one before. */
static void alternate(mock_t *mock, uint16_t entry_point) {
    if (entry_point == PSAB_EP_GET_ENTROPY) {
        mock->seed = mock->calls[entry_point] % 2;
    }
}

TEST(entropy_that_takes_turns_between_two_outputs_is_caught) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    psab_failure_t failure;
    uint8_t out[10];
    e.hook = alternate;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
    psab_last_failure(&failure);
    CHECK(strstr(failure.detail, "repeats") != NULL);
    psab_core_free(core);
}

/* A source of which half of every output is the same, and no two bytes of that half. */
static void keep_half(uint8_t *output, size_t size) {
    for (size_t i = 0; i < size / 2; i++) {
        output[2 * i] = (uint8_t)(7 * i);
    }
}

/* As long as there are random bytes besides, like zeros in every output. */
static void keep_zeros(uint8_t *output, size_t size) {
    memset(output, 0, size / 4);
}

/* A repertoire of eight outputs. */
static void repeat_eight(uint8_t *output, size_t size) {
    static unsigned number;
    uint32_t seed = 1 + number++ % 8;
    for (size_t i = 0; i < size; i++) {
        output[i] = (uint8_t)check_random(&seed);
    }
}

TEST(entropy_that_is_partly_foretold_is_caught) {
    void (*const flaws[])(uint8_t *output, size_t size) = {keep_half, keep_zeros, repeat_eight};
    for (size_t i = 0; i < sizeof flaws / sizeof flaws[0]; i++) {
        mock_t r, e;
        sha256_t h;
        psab_core_t *core = core_with_all(&r, &e, &h);
        psab_failure_t failure;
        uint8_t out[10];
        e.flaw = flaws[i];
        CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
        psab_last_failure(&failure);
        CHECK(strcmp(failure.driver, "entropy") == 0);
        CHECK_EQUAL(failure.entry_point, PSAB_EP_GET_ENTROPY);
        psab_core_free(core);
    }
}

TEST(a_source_that_claims_little_may_be_mostly_constant) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    uint8_t out[10];
    e.flaw = keep_half;
    e.entropy_bits = 8 * 31;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(a_source_is_tested_before_it_is_counted) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    uint8_t out[10];
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    CHECK_EQUAL(e.calls[PSAB_EP_GET_ENTROPY], 16 + 2); /* 48 bytes, by blocks of 32 from outputs of 64 */
    r.random_limit = 1;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(conditioning_needs_a_hash_that_is_right) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    psab_failure_t failure;
    uint8_t out[10];
    h.wrong = true;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
    psab_last_failure(&failure);
    CHECK(strstr(failure.detail, "SHA-256") != NULL);
    h.wrong = false;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(conditioning_passes_over_a_driver_with_a_wrong_hash) {
    mock_t wrong, r, e;
    sha256_t h;
    psab_core_t *core = mock_core();
    mock_init(&wrong, "wrong");
    mock_capability(&wrong, 0, (uint16_t[]){PSAB_EP_HASH_COMPUTE}, 1);
    mock_register(&wrong, core);
    psab_core_free(core);
    core = core_with_all(&r, &e, &h);
    mock_register(&wrong, core);
    uint8_t out[10];
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    CHECK(h.calls != 0);
    psab_core_free(core);
}

/* What a stuck generator gives, by the size of the request or by the number of the call. */
static void constant(uint8_t *output, size_t size) {
    memset(output, 0x42, size);
}

static void begin_again(uint8_t *output, size_t size) {
    for (size_t i = 0; i < size; i++) {
        output[i] = (uint8_t)(i * i + i);
    }
}

static void repeat_blocks(uint8_t *output, size_t size) {
    for (size_t i = 32; i < size; i++) {
        output[i] = output[i - 16];
    }
}

TEST(a_generator_that_repeats_itself_is_caught) {
    static const struct {
        void (*flaw)(uint8_t *output, size_t size);
        size_t size;
    } cases[] = {{constant, 1}, {constant, 16}, {constant, 100}, {begin_again, 12}, {repeat_blocks, 100}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mock_t r, e;
        sha256_t h;
        psab_core_t *core = core_with_all(&r, &e, &h);
        psab_failure_t failure;
        uint8_t out[100];
        memset(out, 1, sizeof out);
        r.random_flaw = cases[i].flaw;
        CHECK_STATUS(psab_generate_random(core, out, cases[i].size), PSA_ERROR_INSUFFICIENT_ENTROPY);
        CHECK_EQUAL(out[0], 0);
        psab_last_failure(&failure);
        CHECK(strcmp(failure.driver, "random") == 0);
        CHECK(strstr(failure.detail, "repeats itself") != NULL);
        r.random_flaw = NULL;
        CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
        r.random_flaw = cases[i].flaw; /* it gets stuck later */
        psa_status_t status = psab_generate_random(core, out, cases[i].size);
        for (unsigned n = 0; n < 3 && status == PSA_SUCCESS; n++) {
            status = psab_generate_random(core, out, cases[i].size);
        }
        CHECK_STATUS(status, PSA_ERROR_INSUFFICIENT_ENTROPY);
        psab_core_free(core);
    }
}

TEST(healthy_source_makes_up_for_a_constant_one) {
    mock_t r, e, second;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    uint8_t out[10];
    e.lie = MOCK_CONSTANT;
    mock_init(&second, "second");
    mock_capability(&second, 0, (uint16_t[]){PSAB_EP_GET_ENTROPY}, 1);
    mock_register(&second, core);
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    CHECK(second.calls[PSAB_EP_GET_ENTROPY] >= 2);
    psab_core_free(core);
}

TEST(entropy_without_a_hash_to_condition_it_is_not_used) {
    psab_core_t *core = mock_core();
    mock_t r, e;
    uint8_t out[10];
    mock_init(&r, "random");
    mock_init(&e, "entropy");
    mock_capability(&r, 0, generator, 3)->initial_entropy_size = 48;
    mock_capability(&e, 0, (uint16_t[]){PSAB_EP_GET_ENTROPY}, 1);
    mock_register(&r, core);
    mock_register(&e, core);
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
    psab_core_free(core);
}

static void ask_for_random(mock_t *mock, uint16_t entry_point) {
    uint8_t out[4];
    (void)mock;
    if (entry_point == PSAB_EP_GET_RANDOM) {
        CHECK_STATUS(psab_services.generate_random(out, sizeof out), PSA_ERROR_BAD_STATE);
    }
}

TEST(generator_that_asks_for_random_numbers_is_told_off) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    uint8_t out[10];
    r.hook = ask_for_random;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(child_process_does_not_repeat_its_parent) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    uint8_t mine[16], theirs[16] = {0};
    int ends[2], state = 1;
    CHECK_STATUS(psab_generate_random(core, mine, sizeof mine), PSA_SUCCESS);
    CHECK_EQUAL(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        bool good = psab_generate_random(core, theirs, sizeof theirs) == PSA_SUCCESS && r.entropy_added == 48 + 32 &&
                    write(ends[1], theirs, sizeof theirs) == (ssize_t)sizeof theirs;
        _exit(good ? 0 : 1);
    }
    CHECK_EQUAL(waitpid(child, &state, 0), child);
    CHECK_EQUAL(state, 0);
    CHECK_EQUAL(read(ends[0], theirs, sizeof theirs), sizeof theirs);
    CHECK_STATUS(psab_generate_random(core, mine, sizeof mine), PSA_SUCCESS);
    CHECK(memcmp(mine, theirs, sizeof mine) != 0);
    CHECK_EQUAL(r.entropy_added, 48);
    (void)close(ends[0]);
    (void)close(ends[1]);
    psab_core_free(core);
}

static void draw(unsigned number, void *user) {
    psab_core_t *core = user;
    (void)number;
    for (int i = 0; i < 500; i++) {
        uint8_t out[8];
        CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    }
}

TEST(threads_share_a_few_generators) {
    mock_t r, e;
    sha256_t h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    check_threads(12, draw, core);
    CHECK(r.calls[PSAB_EP_GET_RANDOM] >= 6000 + 2 * r.calls[PSAB_EP_INIT_RANDOM]);
    CHECK(r.calls[PSAB_EP_INIT_RANDOM] >= 1 && r.calls[PSAB_EP_INIT_RANDOM] <= 4);
    CHECK_EQUAL(r.entropy_added, 48 * r.calls[PSAB_EP_INIT_RANDOM]); /* each is seeded, and on its own */
    psab_core_free(core);
}
