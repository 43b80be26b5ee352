"""psab/api.h and psa_default.c: the API on an instance, and the standard API on the default instance.

The standard header is the source: its prototypes are read, and every ``psa_X`` for which
the core defines ``psab_X(psab_core_t *core, ...)`` gets a declaration and a wrapper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psa_bridge.gen.ctext import banner, call, guarded

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PROTOTYPE = re.compile(r"^psa_status_t\s+psa_(\w+)\(([^()]*)\);", re.MULTILINE)
_DEFINITION = re.compile(r"^psa_status_t\s+psab_(\w+)\(\s*psab_core_t \*core\b[^;{]*\)\s*\{", re.MULTILINE)
_NAME = re.compile(r"(\w+)$")


@dataclass(frozen=True)
class Function:
    """A prototype of the standard header, without its prefix: the parameters as C text."""

    name: str
    parameters: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters."""
        found = [_NAME.search(parameter) for parameter in self.parameters]
        return tuple(match.group(1) for match in found if match)


def functions(header: str) -> tuple[Function, ...]:
    """The functions that return a status, in the order of the header."""
    result = []
    for name, text in _PROTOTYPE.findall(_COMMENT.sub(" ", header)):
        parameters = tuple(" ".join(part.split()) for part in text.split(","))
        result.append(Function(name, () if parameters == ("void",) else parameters))
    return tuple(result)


def defined(sources: Iterable[str]) -> frozenset[str]:
    """Names, without prefix, of the API functions that these C sources define for an instance."""
    return frozenset(name for text in sources for name in _DEFINITION.findall(_COMMENT.sub(" ", text)))


def emit_header(api: Sequence[Function], available: frozenset[str]) -> str:
    """psab/api.h."""
    declarations = "\n".join(
        call(f"psa_status_t psab_{f.name}", ["psab_core_t *core", *f.parameters], ";", indent=0)
        for f in api
        if f.name in available
    )
    body = f"""
#include <psa/crypto.h>

#include "psab/core.h"

#ifdef __cplusplus
extern "C" {{
#endif

{declarations}

#ifdef __cplusplus
}}
#endif
"""
    what = "The PSA Crypto API on an explicit instance: psab_X(core, ...) is psa_X(...) of psa/crypto.h."
    return banner(what) + guarded("PSAB_API_H", body)


def _wrapper(function: Function) -> str:
    head = call(f"psa_status_t psa_{function.name}", function.parameters or ("void",), "", indent=0)
    body = call(f"return psab_{function.name}", ["psab_core_default()", *function.names], ";")
    return f"{head}\n{{\n{body}\n}}\n"


def emit_source(api: Sequence[Function], available: frozenset[str]) -> str:
    """psa_default.c."""
    wrappers = "\n".join(_wrapper(function) for function in api if function.name in available)
    return banner("The standard functions, on the default instance.") + '#include "psab/api.h"\n\n' + wrappers
