/* Random numbers and entropy: seeding, reseeding, health, forks. */

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/drivers.h"
#include "mock.h"

static const uint16_t generator[] = {PSAB_EP_INIT_RANDOM, PSAB_EP_ADD_ENTROPY, PSAB_EP_GET_RANDOM};

/* A generator that must be seeded with 48 bytes, an entropy source, a hash to condition with. */
static psab_core_t *core_with_all(mock_t *random, mock_t *entropy, mock_t *hash) {
    psab_core_t *core = mock_core();
    mock_init(random, "random");
    mock_init(entropy, "entropy");
    mock_init(hash, "hash");
    mock_capability(random, 0, generator, 3)->initial_entropy_size = 48;
    mock_capability(entropy, 0, (uint16_t[]){PSAB_EP_GET_ENTROPY}, 1);
    mock_capability(hash, 0, (uint16_t[]){PSAB_EP_HASH_COMPUTE}, 1);
    mock_register(random, core);
    mock_register(entropy, core);
    mock_register(hash, core);
    return core;
}

TEST(generator_is_seeded_before_its_first_output) {
    mock_t r, e, h;
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
    mock_t r, e, h;
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
    mock_t r, e, h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    uint8_t out[100];
    r.random_limit = 30;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    CHECK_EQUAL(r.calls[PSAB_EP_GET_RANDOM], 4);
    CHECK_EQUAL(r.entropy_added, 48 + 3 * 32);
    r.capabilities[0].reseed_entropy_size = 40;
    CHECK_STATUS(psab_generate_random(core, out, 30), PSA_SUCCESS);
    CHECK_EQUAL(r.entropy_added, 48 + 3 * 32 + 40);
    psab_core_free(core);
}

TEST(generator_that_never_gives_anything_is_given_up) {
    mock_t r, e, h;
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
    mock_t r, e, h;
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
    CHECK_EQUAL(b.calls[PSAB_EP_GET_RANDOM], 2);
    psab_core_free(core);
}

TEST(constant_entropy_is_caught) {
    mock_t r, e, h;
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
    mock_t r, e, h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    psab_failure_t failure;
    uint8_t out[10];
    e.hook = alternate;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
    psab_last_failure(&failure);
    CHECK(strstr(failure.detail, "repeats") != NULL);
    psab_core_free(core);
}

TEST(healthy_source_makes_up_for_a_constant_one) {
    mock_t r, e, h, second;
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
    mock_t r, e, h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    uint8_t out[10];
    r.hook = ask_for_random;
    CHECK_STATUS(psab_generate_random(core, out, sizeof out), PSA_SUCCESS);
    psab_core_free(core);
}

TEST(child_process_does_not_repeat_its_parent) {
    mock_t r, e, h;
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
    mock_t r, e, h;
    psab_core_t *core = core_with_all(&r, &e, &h);
    check_threads(12, draw, core);
    CHECK_EQUAL(r.calls[PSAB_EP_GET_RANDOM], 6000);
    CHECK(r.calls[PSAB_EP_INIT_RANDOM] >= 1 && r.calls[PSAB_EP_INIT_RANDOM] <= 4);
    CHECK_EQUAL(r.entropy_added, 48 * r.calls[PSAB_EP_INIT_RANDOM]); /* each is seeded, and on its own */
    psab_core_free(core);
}
