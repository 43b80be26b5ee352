/* A process that is forked while other threads use a core can use it. */

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/instance.h"
#include "keeper.h"

/* The sanitizers' allocators may be locked in the child for good by threads that are not there. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WORKERS 0u
#else
#define WORKERS 3u
#endif
#define FORKS 30u

typedef struct scene {
    psab_core_t *core;
    _Atomic bool over;
} scene_t;

/* Everything that takes a lock: keys come and go, forms are made and evicted, drivers are explained, calls traced. */
static bool work(psab_core_t *core, uint8_t fill) {
    psab_trace_event_t events[4];
    psab_explanation_t explanations[4];
    uint64_t lost = 0;
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id = PSA_KEY_ID_NULL;
    psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
    psa_set_key_algorithm(&attributes, KEEPER_ALG);
    uint8_t bytes[32];
    memset(bytes, fill, sizeof bytes);
    bool good = psab_import_key(core, &attributes, bytes, sizeof bytes, &id) == PSA_SUCCESS &&
                keeper_use(core, id) == PSA_SUCCESS && keeper_use(core, id) == PSA_SUCCESS &&
                psab_mac_sign_setup(core, &operation, id, KEEPER_ALG) == PSA_SUCCESS &&
                psab_mac_abort(core, &operation) == PSA_SUCCESS;
    (void)psab_core_trace_read(core, events, 4, &lost);
    (void)psab_core_explain(core, "mac_compute", KEEPER_ALG, &attributes, explanations, 4);
    psab_core_limit_prepared(core, fill % 3);
    return psab_destroy_key(core, id) == PSA_SUCCESS && good;
}

static void use_or_fork(unsigned number, void *user) {
    scene_t *scene = user;
    if (number != 0) {
        for (unsigned i = 0; !atomic_load(&scene->over); i++) {
            CHECK(work(scene->core, (uint8_t)(number + i)));
        }
        return;
    }
    for (unsigned i = 0; i < FORKS; i++) {
        int state = 1;
        pid_t child = fork();
        if (child == 0) {
            (void)alarm(20); /* ends a child that hangs */
            bool good = true;
            for (uint8_t k = 0; k < 12; k++) {
                good = work(scene->core, k) && good;
            }
            _exit(good ? 0 : 1);
        }
        CHECK_EQUAL(waitpid(child, &state, 0), child);
        CHECK_EQUAL(state, 0);
        if (state != 0) {
            break;
        }
    }
    atomic_store(&scene->over, true);
}

TEST(a_child_can_use_a_core_that_other_threads_were_using) {
    keeper_t keeper;
    scene_t scene = {.core = psab_core_new_without_software()};
    CHECK_STATUS(psab_crypto_init(scene.core), PSA_SUCCESS);
    keeper_register(&keeper, scene.core, "keeper");
    CHECK_STATUS(psab_core_trace_start(scene.core, 64), PSA_SUCCESS);
    check_threads(WORKERS + 1, use_or_fork, &scene);
    psab_core_free(scene.core);
}

/* A driver that forks while the core initialises it. */
static psab_core_t *initialised;
static int child_state = 1;

static psab_status_t fork_inside(void *driver) {
    (void)driver;
    pid_t child = fork();
    if (child == 0) {
        psab_core_t *other = psab_core_new_without_software();
        bool good = psab_crypto_init(other) == PSA_SUCCESS && psab_crypto_init(initialised) == PSA_ERROR_BAD_STATE;
        _exit(good ? 0 : 1);
    }
    CHECK_EQUAL(waitpid(child, &child_state, 0), child);
    return PSA_SUCCESS;
}

TEST(a_driver_may_fork_while_it_is_initialised) {
    static const psab_ops_t ops = {.init = fork_inside};
    static const psab_capability_t capabilities[] = {{.ops = &ops}};
    static const psab_driver_description_t description = {.name = "forks",
                                                          .source = "test",
                                                          .type = PSAB_DRIVER_TRANSPARENT,
                                                          .capabilities = capabilities,
                                                          .capability_count = 1,
                                                          .dialect = "psa"};
    initialised = psab_core_new_without_software();
    CHECK_STATUS(psab_core_register(initialised, &description, NULL), PSA_SUCCESS);
    CHECK_STATUS(psab_crypto_init(initialised), PSA_SUCCESS);
    CHECK_EQUAL(child_state, 0);
    psab_core_free(initialised);
}
