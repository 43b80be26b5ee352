"""linked_in.c: the drivers that are part of the library itself."""

from __future__ import annotations

from collections.abc import Sequence

from psa_bridge.gen.ctext import banner


def emit(entries: Sequence[str]) -> str:
    """The list of linked-in bundles; ``entries`` are the names of their entry functions."""
    externs = "".join(f"const psab_bundle_t *{entry}(const psab_services_t *services);\n" for entry in entries)
    listed = "".join(f"    {entry},\n" for entry in entries)
    return f"""{banner("The bundles that are linked into this library; the list ends with a null pointer.")}
#include "psab/abi.h"

{externs}
extern const psab_bundle_entry_t psab_linked_in[];

const psab_bundle_entry_t psab_linked_in[] = {{
{listed}    NULL,
}};
"""
