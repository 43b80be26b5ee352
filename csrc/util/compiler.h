/** @file
 * What the compiler is told, and what it tells.
 */
#ifndef PSAB_UTIL_COMPILER_H
#define PSAB_UTIL_COMPILER_H

#define PSAB_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define PSAB_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/** For what is in the way of every call: inline in spite of its size. */
#define PSAB_HOT inline __attribute__((always_inline))

/** For what is in the way of few calls: kept out of the others. */
#define PSAB_COLD __attribute__((noinline, cold))

#if defined(__SANITIZE_THREAD__)
#define PSAB_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PSAB_THREAD_SANITIZER 1
#endif
#endif
#ifndef PSAB_THREAD_SANITIZER
#define PSAB_THREAD_SANITIZER 0
#endif

#endif
