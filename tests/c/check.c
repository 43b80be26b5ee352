#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static check_test_t *tests;
static _Atomic bool failed;

void check_add(check_test_t *test) {
    check_test_t **end = &tests;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = test;
}

bool check_that(bool holds, const char *condition, const char *file, int line) {
    if (!holds) {
        failed = true;
        printf("%s:%d: not true: %s\n", file, line, condition);
    }
    return holds;
}

bool check_equal(long long actual, long long expected, const char *what, const char *file, int line) {
    if (actual != expected) {
        failed = true;
        printf("%s:%d: %s is %lld, not %lld\n", file, line, what, actual, expected);
    }
    return actual == expected;
}

bool check_bytes(const void *actual, const void *expected, size_t size, const char *what, const char *file, int line) {
    return check_that(memcmp(actual, expected, size) == 0, what, file, line);
}

typedef struct job {
    pthread_t thread;
    unsigned number;
    void (*function)(unsigned number, void *user);
    void *user;
} job_t;

static void *work(void *argument) {
    job_t *job = argument;
    job->function(job->number, job->user);
    return NULL;
}

void check_threads(unsigned count, void (*function)(unsigned number, void *user), void *user) {
    job_t jobs[16];
    unsigned started = 0;
    for (unsigned i = 0; i < count && i < 16; i++) {
        jobs[i] = (job_t){.number = i, .function = function, .user = user};
        if (CHECK(pthread_create(&jobs[i].thread, NULL, work, &jobs[i]) == 0)) {
            started++;
        }
    }
    for (unsigned i = 0; i < started; i++) {
        pthread_join(jobs[i].thread, NULL);
    }
}

uint32_t check_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

int main(int argc, char **argv) {
    unsigned bad = 0;
    unsigned good = 0;
    for (const check_test_t *test = tests; test != NULL; test = test->next) {
        if (argc > 1 && strstr(test->claim, argv[1]) == NULL) {
            continue;
        }
        failed = false;
        test->run();
        if (failed) {
            printf("FAILED %s (%s)\n", test->claim, test->file);
            bad++;
        } else {
            good++;
        }
    }
    printf("%u passed, %u failed\n", good, bad);
    return bad != 0;
}
