/** @file
 * Saying who would serve a call, by the functions that decide it when the call is made.
 */
#ifndef PSAB_DISPATCH_EXPLAIN_H
#define PSAB_DISPATCH_EXPLAIN_H

#include "dispatch/route.h"

/** The plan of a name: that of the plan, else that of the entry point; -1 if there is none. */
int32_t psab_plan_named(const char *name);

/** See psab_core_explain(). */
size_t psab_explain(psab_registry_t *registry, uint16_t plan, uint32_t alg, const psab_attributes_t *attributes,
                    psab_explanation_t *entries, size_t count);

#endif
