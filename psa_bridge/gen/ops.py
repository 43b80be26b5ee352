"""psab/ops.h: entry point ids, context kinds and the structure of entry points."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from psa_bridge.gen.ctext import banner, call, context_id, contexts, core_parameters, entry_point_id, guarded
from psa_bridge.spec.entry_points import ENTRY_POINTS, EntryPoint


def table_hash(rows: Sequence[EntryPoint] = ENTRY_POINTS) -> int:
    """32 bits that change whenever an image and a core built from different tables would not fit."""
    lines = [f"{row.name}({', '.join(core_parameters(row))}) {row.context}" for row in rows]
    return int.from_bytes(hashlib.sha256("\n".join(lines).encode()).digest()[:4], "big")


def _enumeration(name: str, members: Sequence[str], count: str) -> str:
    lines = [f"    {member} = {value}" for value, member in enumerate(members)]
    return f"typedef enum {name} {{\n" + ",\n".join(lines) + f"\n}} {name}_t;\n#define {count} {len(members)}\n"


def _member(row: EntryPoint) -> str:
    return call(f"psab_status_t (*{row.name})", core_parameters(row), ";")


def emit(rows: Sequence[EntryPoint] = ENTRY_POINTS) -> str:
    """The header. It is included by psab/abi.h, after the types it uses."""
    members = "\n".join(_member(row) for row in rows)
    body = f"""
/** Identifies the table: an image built from another one is not loaded. */
#define PSAB_TABLE_HASH 0x{table_hash(rows):08x}u

/** Driver entry points. */
{_enumeration("psab_entry_point", [entry_point_id(row.name) for row in rows], "PSAB_EP_COUNT")}
/** Kinds of operation contexts: the driver types that an `op` argument points to. */
{_enumeration("psab_context", [context_id(name) for name in contexts(rows)], "PSAB_CONTEXT_COUNT")}
/** The entry points of a driver in the types of the core. A null member is not offered.
 *
 * `driver` is what the driver was registered with. Entry points without a result in the
 * interface return 0 here.
 */
typedef struct psab_ops {{
{members}
}} psab_ops_t;
"""
    return banner("The entry points of a driver; included by psab/abi.h.") + guarded("PSAB_OPS_H", body)
