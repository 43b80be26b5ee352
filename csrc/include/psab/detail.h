/** @file
 * What a driver wants to say about a failure, beyond its status.
 *
 * For drivers that are linked into the core, and for bundles, whatever headers they are compiled with: a driver
 * for another SDK may declare the function itself.
 */
#ifndef PSAB_DETAIL_H
#define PSAB_DETAIL_H

#ifdef __cplusplus
extern "C" {
#endif

/** Explain the failure that the entry point is about to return.
 *
 * The text reaches the application with the status: as part of the exception in Python, by
 * psab_last_failure() in C. The last text of an entry point counts; that of a call which
 * succeeds goes nowhere. It must not hold secrets. Nothing happens outside of an entry point.
 *
 * @param detail  one sentence, copied: up to 191 bytes of UTF-8, control characters become `?`; null is ignored
 */
void psab_driver_detail(const char *detail);

#ifdef __cplusplus
}
#endif

#endif
