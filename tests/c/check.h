/** @file
 * Tests in C: a claim per test, and what every test program needs.
 *
 *     TEST(destroyed_key_is_not_found)
 *     {
 *         CHECK_STATUS(psab_key_acquire(store, id, &key), PSA_ERROR_INVALID_HANDLE);
 *     }
 *
 * A failed check is printed and the test goes on.  The program runs all tests of its file,
 * or those whose name contains its first argument, and ends with "N passed, N failed".
 */
#ifndef PSAB_TESTS_CHECK_H
#define PSAB_TESTS_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A test; made by TEST() only. */
typedef struct check_test {
    const char *claim;
    const char *file;
    void (*run)(void);
    struct check_test *next;
} check_test_t;

void check_add(check_test_t *test);

/** Define a test; its name is the claim. */
#define TEST(claim_)                                                                                                   \
    static void claim_(void);                                                                                          \
    static check_test_t claim_##_test = {#claim_, __FILE__, claim_, NULL};                                             \
    __attribute__((constructor)) static void claim_##_add(void) {                                                      \
        check_add(&claim_##_test);                                                                                     \
    }                                                                                                                  \
    static void claim_(void)

/** Whether the condition holds; prints where it does not. May be called from several threads. */
bool check_that(bool holds, const char *condition, const char *file, int line);
bool check_equal(long long actual, long long expected, const char *what, const char *file, int line);
bool check_bytes(const void *actual, const void *expected, size_t size, const char *what, const char *file, int line);

#define CHECK(condition) check_that((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(actual, expected)                                                                                  \
    check_equal((long long)(actual), (long long)(expected), #actual, __FILE__, __LINE__)
#define CHECK_STATUS(actual, expected) CHECK_EQUAL(actual, expected)
#define CHECK_BYTES(actual, expected, size) check_bytes(actual, expected, size, #actual, __FILE__, __LINE__)

/** Run a function on several threads at once and wait for all.
 *
 * @param count     how many, at most 16
 * @param function  gets the number of its thread, from 0, and `user`
 * @param user      passed on
 */
void check_threads(unsigned count, void (*function)(unsigned number, void *user), void *user);

/** Numbers that look random and are the same in every run. */
uint32_t check_random(uint32_t *state);

#endif
