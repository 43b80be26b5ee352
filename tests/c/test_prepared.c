/* Prepared key material: who sees it, and that it goes with the key. */

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/instance.h"
#include "keeper.h"

static psab_core_t *core_with(keeper_t *keeper) {
    psab_core_t *core = psab_core_new_without_software();
    CHECK_STATUS(psab_crypto_init(core), PSA_SUCCESS);
    keeper_register(keeper, core, "keeper");
    keeper_dropped = 0;
    return core;
}

static void both_ways(void (*claim)(keeper_t *keeper, psab_core_t *core)) {
    for (int alone = 0; alone < 2; alone++) {
        keeper_t keeper;
        psab_core_t *core = core_with(&keeper);
        keeper.alone = alone != 0;
        claim(&keeper, core);
        psab_core_free(core);
        CHECK_EQUAL(keeper_dropped, keeper.made);
        CHECK_EQUAL(keeper.wrong, 0);
    }
}

static void use_three_times(keeper_t *keeper, psab_core_t *core) {
    psa_key_id_t key = keeper_key(core, 1);
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(keeper_use(core, key), PSA_SUCCESS);
    }
    CHECK_EQUAL(keeper->made, 1);
    CHECK_EQUAL(keeper->used_again, 2);
    CHECK_EQUAL(psab_core_prepared_count(core), 1);
}

TEST(what_was_prepared_is_found_by_later_calls) {
    both_ways(use_three_times);
}

static void destroy_between(keeper_t *keeper, psab_core_t *core) {
    psa_key_id_t first = keeper_key(core, 1);
    psa_key_id_t second = keeper_key(core, 2);
    CHECK_STATUS(keeper_use(core, first), PSA_SUCCESS);
    CHECK_STATUS(keeper_use(core, second), PSA_SUCCESS);
    CHECK_EQUAL(psab_core_prepared_count(core), 2);
    CHECK_STATUS(psab_destroy_key(core, first), PSA_SUCCESS);
    CHECK_EQUAL(keeper_dropped, 1);
    CHECK_EQUAL(psab_core_prepared_count(core), 1);
    CHECK_STATUS(keeper_use(core, second), PSA_SUCCESS);
    CHECK_EQUAL(keeper->used_again, 1);
}

TEST(destroying_a_key_drops_what_was_prepared_for_it_and_nothing_else) {
    both_ways(destroy_between);
}

static psab_core_t *inner_core;
static psa_key_id_t inner_key;

static void destroy_own_key(keeper_t *keeper, const uint8_t *key, size_t key_size) {
    void *form = keeper_form(keeper, key, key_size);
    CHECK(psab_prepared_publish(&keeper_kind, key, key_size, 0, form) == form);
    CHECK_STATUS(psab_destroy_key(inner_core, inner_key), PSA_SUCCESS);
    CHECK_EQUAL(keeper_dropped, 0);
    CHECK(psab_prepared_find(&keeper_kind, key, key_size, 0) == form);
}

TEST(key_destroyed_in_use_keeps_its_forms_until_the_last_user_is_done) {
    keeper_t keeper;
    psab_core_t *core = inner_core = core_with(&keeper);
    keeper.inside = destroy_own_key;
    inner_key = keeper_key(core, 1);
    CHECK_STATUS(keeper_use(core, inner_key), PSA_SUCCESS);
    CHECK_EQUAL(keeper_dropped, 1);
    CHECK_EQUAL(psab_core_prepared_count(core), 0);
    psab_core_free(core);
}

TEST(two_drivers_never_see_each_others_forms) {
    for (int alone = 0; alone < 2; alone++) {
        keeper_t first;
        keeper_t second;
        psab_core_t *core = core_with(&first);
        keeper_register(&second, core, "other");
        first.refuses = true;
        first.alone = second.alone = alone != 0;
        psa_key_id_t key = keeper_key(core, 1);
        for (int i = 0; i < 3; i++) {
            CHECK_STATUS(keeper_use(core, key), PSA_SUCCESS);
        }
        CHECK_EQUAL(first.made, 1);
        CHECK_EQUAL(second.made, 1);
        CHECK_EQUAL(first.wrong + second.wrong, 0);
        CHECK_EQUAL(psab_core_prepared_count(core), 2);
        psab_core_free(core);
        CHECK_EQUAL(keeper_dropped, 2);
    }
}

static void ask_for_others(keeper_t *keeper, const uint8_t *key, size_t key_size) {
    uint8_t copy[32];
    memcpy(copy, key, sizeof copy);
    void *form = keeper_form(keeper, key, key_size);
    CHECK(psab_prepared_publish(&keeper_kind, copy, key_size, 0, form) == NULL);
    CHECK(psab_prepared_publish(&keeper_kind, key, key_size - 1, 0, form) == NULL);
    CHECK(psab_prepared_publish(&keeper_kind, NULL, 0, 0, form) == NULL);
    CHECK(psab_prepared_publish(&keeper_kind, key, key_size, 0, form) == form);
    CHECK(psab_prepared_find(&keeper_kind, copy, key_size, 0) == NULL);
    CHECK(psab_prepared_find(&keeper_kind, key, key_size - 1, 0) == NULL);
    CHECK(psab_prepared_find(&keeper_kind, key, key_size, 1) == NULL);
    CHECK(psab_prepared_take(&keeper_kind, key, key_size, 0) == NULL);
    CHECK(psab_prepared_find(&keeper_kind, key, key_size, 0) == form);
    psab_prepared_give(&keeper_kind, copy, key_size, 7, keeper_form(keeper, key, key_size));
    CHECK_EQUAL(keeper_dropped, 1);
    CHECK(psab_prepared_take(&keeper_kind, key, key_size, 7) == NULL);
}

TEST(only_the_key_of_the_call_has_forms) {
    keeper_t keeper;
    psab_core_t *core = core_with(&keeper);
    keeper.inside = ask_for_others;
    CHECK_STATUS(keeper_use(core, keeper_key(core, 1)), PSA_SUCCESS);
    psab_core_free(core);
    CHECK_EQUAL(keeper_dropped, 2);
}

static void publish_twice(keeper_t *keeper, const uint8_t *key, size_t key_size) {
    void *first = keeper_form(keeper, key, key_size);
    void *second = keeper_form(keeper, key, key_size);
    CHECK(psab_prepared_publish(&keeper_kind, key, key_size, 0, first) == first);
    CHECK(psab_prepared_publish(&keeper_kind, key, key_size, 0, second) == first);
    CHECK_EQUAL(keeper_dropped, 1);
}

TEST(of_two_published_forms_the_first_is_shared) {
    keeper_t keeper;
    psab_core_t *core = core_with(&keeper);
    keeper.inside = publish_twice;
    CHECK_STATUS(keeper_use(core, keeper_key(core, 1)), PSA_SUCCESS);
    psab_core_free(core);
    CHECK_EQUAL(keeper_dropped, 2);
}

static void give_many(keeper_t *keeper, const uint8_t *key, size_t key_size) {
    void *taken[16];
    size_t count = 0;
    for (size_t i = 0; i < 16; i++) {
        psab_prepared_give(&keeper_kind, key, key_size, 0, keeper_form(keeper, key, key_size));
    }
    while (count < 16 && (taken[count] = psab_prepared_take(&keeper_kind, key, key_size, 0)) != NULL) {
        for (size_t i = 0; i < count; i++) {
            CHECK(taken[i] != taken[count]);
        }
        count++;
    }
    CHECK(count >= 2);
    CHECK_EQUAL(count + keeper_dropped, 16);
    while (count > 0) {
        psab_prepared_give(&keeper_kind, key, key_size, 0, taken[--count]);
    }
}

TEST(taken_forms_are_nobody_elses_and_only_a_few_are_kept) {
    keeper_t keeper;
    psab_core_t *core = core_with(&keeper);
    keeper.inside = give_many;
    CHECK_STATUS(keeper_use(core, keeper_key(core, 1)), PSA_SUCCESS);
    psab_core_free(core);
    CHECK_EQUAL(keeper_dropped, 16);
}

static void use_in_parts(keeper_t *keeper, psab_core_t *core) {
    psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
    uint8_t mac[32];
    size_t length;
    psa_key_id_t key = keeper_key(core, 1);
    CHECK_STATUS(keeper_use(core, key), PSA_SUCCESS);
    CHECK_STATUS(psab_mac_sign_setup(core, &operation, key, KEEPER_ALG), PSA_SUCCESS);
    CHECK_STATUS(psab_destroy_key(core, key), PSA_SUCCESS);
    (void)psab_mac_sign_finish(core, &operation, mac, sizeof mac, &length);
    (void)psab_mac_abort(core, &operation);
    CHECK_EQUAL(keeper_dropped, keeper->made);
    CHECK_EQUAL(psab_core_prepared_count(core), 0);
}

TEST(form_that_an_operation_took_is_dropped_at_its_end) {
    both_ways(use_in_parts);
}

TEST(outside_of_an_entry_point_there_is_nothing) {
    keeper_t keeper;
    psab_core_t *core = core_with(&keeper);
    const uint8_t key[32] = {0};
    void *form = keeper_form(&keeper, key, sizeof key);
    CHECK(psab_prepared_find(&keeper_kind, key, sizeof key, 0) == NULL);
    CHECK(psab_prepared_publish(&keeper_kind, key, sizeof key, 0, form) == NULL);
    CHECK(psab_prepared_take(&keeper_kind, key, sizeof key, 0) == NULL);
    psab_prepared_give(&keeper_kind, key, sizeof key, 0, form);
    CHECK_EQUAL(keeper_dropped, 1);
    psab_core_free(core);
}

static psa_key_id_t persistent_key(psab_core_t *core, psa_key_id_t id, psa_key_usage_t usage) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    const uint8_t data[32] = {5};
    psa_set_key_id(&attributes, id);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC);
    psa_set_key_algorithm(&attributes, KEEPER_ALG);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE | usage);
    CHECK_STATUS(psab_import_key(core, &attributes, data, sizeof data, &id), PSA_SUCCESS);
    return id;
}

static void use_persistent(keeper_t *keeper, psab_core_t *core) {
    psa_key_id_t key = persistent_key(core, 4, PSA_KEY_USAGE_CACHE);
    CHECK_STATUS(keeper_use(core, key), PSA_SUCCESS);
    CHECK_STATUS(keeper_use(core, key), PSA_SUCCESS);
    CHECK_EQUAL(keeper->used_again, 1);
    CHECK_STATUS(psab_purge_key(core, key), PSA_SUCCESS);
    CHECK_EQUAL(keeper_dropped, 1);
    CHECK_EQUAL(psab_core_prepared_count(core), 0);
    CHECK_STATUS(keeper_use(core, key), PSA_SUCCESS);
    CHECK_EQUAL(keeper->made, 2);
}

TEST(purging_a_key_drops_what_was_prepared_for_it) {
    both_ways(use_persistent);
}

static void use_uncached(keeper_t *keeper, psab_core_t *core) {
    psa_key_id_t key = persistent_key(core, 5, 0);
    for (unsigned i = 1; i <= 3; i++) {
        CHECK_STATUS(keeper_use(core, key), PSA_SUCCESS);
        CHECK_EQUAL(keeper->made, i);
        CHECK_EQUAL(keeper_dropped, i);
        CHECK_EQUAL(psab_core_prepared_count(core), 0);
    }
}

TEST(nothing_is_kept_for_a_key_whose_policy_forbids_copies) {
    both_ways(use_uncached);
}

static void use_many(keeper_t *keeper, psab_core_t *core) {
    psa_key_id_t keys[40];
    psab_core_limit_prepared(core, 10);
    for (size_t i = 0; i < 40; i++) {
        keys[i] = keeper_key(core, (uint8_t)(i + 1));
        CHECK_STATUS(keeper_use(core, keys[i]), PSA_SUCCESS);
        CHECK(psab_core_prepared_count(core) <= 10);
    }
    CHECK_EQUAL(psab_core_prepared_count(core), 10);
    CHECK_EQUAL(keeper_dropped, 30);
    CHECK_STATUS(keeper_use(core, keys[39]), PSA_SUCCESS);
    CHECK_EQUAL(keeper->used_again, 1);
    psab_core_limit_prepared(core, 3);
    CHECK_EQUAL(psab_core_prepared_count(core), 3);
    psab_core_limit_prepared(core, 0);
    CHECK_EQUAL(psab_core_prepared_count(core), 0);
    unsigned made = keeper->made;
    CHECK_STATUS(keeper_use(core, keys[39]), PSA_SUCCESS);
    CHECK_STATUS(keeper_use(core, keys[39]), PSA_SUCCESS);
    CHECK_EQUAL(keeper->made, made + 2);
    CHECK_EQUAL(psab_core_prepared_count(core), 0);
}

TEST(beyond_the_limit_forms_of_keys_not_in_use_are_dropped) {
    both_ways(use_many);
}

static void evict_from_inside(keeper_t *keeper, const uint8_t *key, size_t key_size) {
    void *form = keeper_form(keeper, key, key_size);
    CHECK(psab_prepared_publish(&keeper_kind, key, key_size, 0, form) == form);
    psab_core_limit_prepared(inner_core, 0);
    CHECK_EQUAL(keeper_dropped, 0);
    CHECK(psab_prepared_find(&keeper_kind, key, key_size, 0) == form);
}

TEST(forms_of_a_key_in_use_are_not_evicted) {
    keeper_t keeper;
    psab_core_t *core = inner_core = core_with(&keeper);
    keeper.inside = evict_from_inside;
    psa_key_id_t key = keeper_key(core, 1);
    CHECK_STATUS(keeper_use(core, key), PSA_SUCCESS);
    psab_core_limit_prepared(core, 0);
    CHECK_EQUAL(keeper_dropped, 1);
    psab_core_free(core);
}

static void prepare_and_fork(keeper_t *keeper, psab_core_t *core) {
    psa_key_id_t key = keeper_key(core, 9);
    CHECK_STATUS(keeper_use(core, key), PSA_SUCCESS);
    pid_t child = fork();
    if (child == 0) {
        bool good = keeper_use(core, key) == PSA_SUCCESS && keeper->used_again == 1 && keeper->wrong == 0 &&
                    psab_destroy_key(core, key) == PSA_SUCCESS && keeper_dropped == 1;
        _exit(good ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK_STATUS(keeper_use(core, key), PSA_SUCCESS);
    CHECK_EQUAL(keeper_dropped, 0);
}

TEST(child_process_has_its_own_copy_of_what_was_prepared) {
    both_ways(prepare_and_fork);
}

/* Storms */

#define THREADS 4u
#define KEYS 8u

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define ROUNDS 6000u
#else
#define ROUNDS 60000u
#endif

typedef struct storm {
    psab_core_t *core;
    _Atomic psa_key_id_t keys[KEYS];
    _Atomic unsigned used;
    _Atomic unsigned failed;
} storm_t;

static void rage(unsigned number, void *user) {
    storm_t *storm = user;
    uint32_t state = number + 1;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t pick = check_random(&state);
        _Atomic psa_key_id_t *id = &storm->keys[pick % KEYS];
        if (pick >> 27 == 0) {
            psa_key_id_t fresh = keeper_key(storm->core, (uint8_t)(pick % 251));
            psa_key_id_t old = atomic_exchange(id, fresh);
            if (old != PSA_KEY_ID_NULL && psab_destroy_key(storm->core, old) != PSA_SUCCESS) {
                storm->failed++;
            }
        } else if (pick >> 26 == 1 && number == 0) {
            static const size_t limits[] = {0, 1, 3, 100};
            psab_core_limit_prepared(storm->core, limits[pick / 64 % 4]);
        } else if (keeper_use(storm->core, atomic_load(id)) == PSA_SUCCESS) {
            storm->used++; /* the key may just have been destroyed */
        }
    }
}

static void storm_over(keeper_t *keeper, psab_core_t *core) {
    storm_t storm;
    memset(&storm, 0, sizeof storm);
    storm.core = core;
    for (size_t i = 0; i < KEYS; i++) {
        storm.keys[i] = keeper_key(core, (uint8_t)(i + 1));
    }
    check_threads(THREADS, rage, &storm);
    CHECK_EQUAL(storm.failed, 0);
    CHECK(storm.used > 0 && keeper->used_again > 0);
    for (size_t i = 0; i < KEYS; i++) {
        CHECK_STATUS(psab_destroy_key(core, storm.keys[i]), PSA_SUCCESS);
    }
    CHECK_EQUAL(keeper_dropped, keeper->made);
    CHECK_EQUAL(psab_core_prepared_count(core), 0);
}

TEST(forms_are_right_and_go_with_their_keys_in_a_storm_of_use_destruction_and_eviction) {
    both_ways(storm_over);
}

static void use_one(unsigned number, void *user) {
    storm_t *storm = user;
    (void)number;
    for (unsigned i = 0; i < ROUNDS; i++) {
        storm->failed += keeper_use(storm->core, atomic_load(&storm->keys[0])) != PSA_SUCCESS;
    }
}

static void all_on_one(keeper_t *keeper, psab_core_t *core) {
    storm_t storm;
    memset(&storm, 0, sizeof storm);
    storm.core = core;
    storm.keys[0] = keeper_key(core, 1);
    check_threads(THREADS, use_one, &storm);
    CHECK_EQUAL(storm.failed, 0);
    CHECK_EQUAL(psab_core_prepared_count(core), 1);
    CHECK(keeper->made - keeper_dropped <= 4);
}

TEST(many_threads_share_the_forms_of_one_key) {
    both_ways(all_on_one);
}

static void use_persistent_ones(unsigned number, void *user) {
    storm_t *storm = user;
    uint32_t state = number + 1;
    for (unsigned i = 0; i < ROUNDS / 4; i++) {
        uint32_t pick = check_random(&state);
        psa_key_id_t id = 1 + pick % 2;
        if (pick >> 28 == 0) {
            storm->failed += psab_purge_key(storm->core, id) != PSA_SUCCESS;
        } else {
            storm->failed += keeper_use(storm->core, id) != PSA_SUCCESS;
        }
    }
}

static void purge_storm(keeper_t *keeper, psab_core_t *core) {
    storm_t storm;
    memset(&storm, 0, sizeof storm);
    storm.core = core;
    (void)persistent_key(core, 1, PSA_KEY_USAGE_CACHE);
    (void)persistent_key(core, 2, 0);
    check_threads(THREADS, use_persistent_ones, &storm);
    CHECK_EQUAL(storm.failed, 0);
    CHECK_STATUS(psab_purge_key(core, 1), PSA_SUCCESS);
    CHECK_EQUAL(keeper_dropped, keeper->made);
}

TEST(forms_go_with_purged_copies_while_others_use_the_key) {
    both_ways(purge_storm);
}
