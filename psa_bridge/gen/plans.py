"""psab/plans.h and plans.c: how requests of the API can be served, as C tables."""

from __future__ import annotations

from collections.abc import Sequence

from psa_bridge.gen.ctext import banner, entry_point_id, guarded, string
from psa_bridge.spec.plans import PLANS, Alternative, Plan


def plan_id(plan: Plan) -> str:
    """The C name of a plan's id."""
    return f"PSAB_PLAN_{plan.name.upper()}"


def alternative_id(plan: Plan, alternative: Alternative) -> str:
    """The C name of an alternative's number within its plan."""
    return f"PSAB_ALT_{plan.name.upper()}_{alternative.name.upper()}"


def emit_header(plans: Sequence[Plan] = PLANS) -> str:
    """psab/plans.h."""
    ids = ",\n".join(f"    {plan_id(plan)} = {number}" for number, plan in enumerate(plans))
    numbers = "\n".join(
        f"#define {alternative_id(plan, alternative)} {number}"
        for plan in plans
        for number, alternative in enumerate(plan.alternatives)
    )
    most = max(len(plan.alternatives) for plan in plans)
    body = f"""
#include <stddef.h>
#include <stdint.h>

/** Requests of the API. */
typedef enum psab_plan {{
{ids}
}} psab_plan_t;
#define PSAB_PLAN_COUNT {len(plans)}

/* Alternatives: PSAB_ALT_<plan>_<alternative> is the index in the plan's list. */
{numbers}

/** The most alternatives that a plan has. */
#define PSAB_ALT_MOST {most}

/** One way to serve a plan. */
typedef struct psab_alternative {{
    const char *name;
    const uint16_t *required; /**< entry point ids; all of them are needed */
    size_t required_count;
    const uint16_t *optional; /**< entry point ids; used where present */
    size_t optional_count;
    const char *note; /**< to be put behind the name in an explanation */
}} psab_alternative_t;

/** A plan and its alternatives, best first. */
typedef struct psab_plan_row {{
    const char *name;
    const psab_alternative_t *alternatives;
    size_t alternative_count;
}} psab_plan_row_t;

/** Indexed by psab_plan_t. */
extern const psab_plan_row_t psab_plans[PSAB_PLAN_COUNT];
"""
    return banner("How requests of the API can be served: plans and their alternatives.") + guarded(
        "PSAB_PLANS_H", body
    )


def _ids(name: str, entry_points: Sequence[str]) -> str:
    listed = ", ".join(entry_point_id(entry_point) for entry_point in entry_points)
    return f"static const uint16_t {name}[] = {{{listed}}};\n" if listed else ""


def _plan(plan: Plan) -> str:
    arrays, entries = [], []
    for number, alternative in enumerate(plan.alternatives):
        required, optional = f"plan_{plan.name}_{number}_required", f"plan_{plan.name}_{number}_optional"
        arrays.append(_ids(required, alternative.required) + _ids(optional, alternative.optional))
        entries.append(
            f"    {{{string(alternative.name)}, {required}, {len(alternative.required)},"
            f" {optional if alternative.optional else 'NULL'}, {len(alternative.optional)},"
            f" {string(alternative.note)}}},\n"
        )
    return f"{''.join(arrays)}static const psab_alternative_t plan_{plan.name}[] = {{\n{''.join(entries)}}};\n"


def emit_source(plans: Sequence[Plan] = PLANS) -> str:
    """plans.c."""
    tables = "\n".join(_plan(plan) for plan in plans)
    rows = "".join(
        f"    [{plan_id(plan)}] = {{{string(plan.name)}, plan_{plan.name}, {len(plan.alternatives)}}},\n"
        for plan in plans
    )
    return (
        banner("The table of plans.")
        + '#include "psab/plans.h"\n\n#include "psab/abi.h"\n\n'
        + tables
        + f"\nconst psab_plan_row_t psab_plans[PSAB_PLAN_COUNT] = {{\n{rows}}};\n"
    )
