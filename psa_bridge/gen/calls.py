"""psab/calls.h: the call of each entry point, with what the core does before every one of them."""

from __future__ import annotations

from collections.abc import Sequence

from psa_bridge.gen.ctext import banner, call, core_parameters, entry_point_id, guarded
from psa_bridge.spec.entry_points import ENTRY_POINTS, EntryPoint
from psa_bridge.spec.roles import Tag

_START = """
#include "psab/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What an output length holds until the driver writes it: longer than any buffer, so never taken for one. */
#define PSAB_LENGTH_UNSET SIZE_MAX
"""

_END = """
#ifdef __cplusplus
}
#endif
"""


def _call(row: EntryPoint) -> str:
    head = call(
        f"static inline __attribute__((always_inline)) psab_status_t psab_call_{row.name}",
        ["const psab_ops_t *ops", *core_parameters(row)],
        "",
        indent=0,
    )
    outputs = [argument for argument in row.arguments if argument.role.tag is Tag.OUTPUT]
    unset = "".join(f"    *{argument.parameters[2].name} = PSAB_LENGTH_UNSET;\n" for argument in outputs)
    names = [parameter.name for argument in row.arguments for parameter in argument.parameters]
    run = call(f"return ops->{row.name}", ["driver", *names], ";")
    return f"{head}\n{{\n{unset}{run}\n}}\n"


def _takes_context(rows: Sequence[EntryPoint]) -> str:
    cases = "".join(f"    case {entry_point_id(row.name)}:\n" for row in rows if row.context)
    head = "static inline __attribute__((always_inline)) bool psab_takes_context(int32_t entry_point)"
    comment = "/** Whether an entry point gets a context; known when compiling where the entry point is. */"
    return (
        f"{comment}\n{head}\n{{\n    switch (entry_point) {{\n{cases}        return true;\n"
        "    default:\n        return false;\n    }\n}\n"
    )


def emit(rows: Sequence[EntryPoint] = ENTRY_POINTS) -> str:
    """The header."""
    body = _START + "\n" + "\n".join([_takes_context(rows), *map(_call, rows)]) + _END
    return banner("Calls of entry points: output lengths are unset before, whoever calls.") + guarded(
        "PSAB_CALLS_H", body
    )
