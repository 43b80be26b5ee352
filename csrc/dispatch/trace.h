/** @file
 * Recording every call of an entry point.
 *
 * While tracing is on, routes are made of candidates whose functions pack their arguments, record
 * the call and unpack it to the driver.  While it is off, nothing of this is in the way of a call.
 */
#ifndef PSAB_DISPATCH_TRACE_H
#define PSAB_DISPATCH_TRACE_H

#include "dispatch/route.h"

typedef struct psab_trace psab_trace_t;

/** Make a record that is off. Null when out of memory. */
psab_trace_t *psab_trace_new(void);

/** Free it. Null is allowed. */
void psab_trace_free(psab_trace_t *trace);

/** Whether calls are being recorded. */
bool psab_trace_on(psab_trace_t *trace);

/** Clear the record and switch it on, or switch it off; the caller makes the routes stale.
 *
 * @param trace     the record
 * @param capacity  how many events it keeps; 0: switch off, and keep what was recorded
 *
 * @return INSUFFICIENT_MEMORY
 */
psab_status_t psab_trace_switch(psab_trace_t *trace, size_t capacity);

/** See psab_core_trace_read(). */
size_t psab_trace_read(psab_trace_t *trace, psab_trace_event_t *events, size_t count, uint64_t *lost);

/** Put the recorder between a candidate and its driver; false when out of memory. */
bool psab_trace_candidate(psab_trace_t *trace, psab_candidate_t *candidate);

/** Free what psab_trace_candidate() made, if it did. */
void psab_untrace_candidate(psab_candidate_t *candidate);

/** The driver's own functions of a traced candidate. */
const psab_ops_t *psab_traced_ops(const psab_candidate_t *candidate);

#endif
