"""Findings about symbols: those that nobody supplies, and those that a second core would answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from psa_bridge.driver.findings import Findings, Place, Related, did_you_mean, register
from psa_bridge.driver.images.inputs import Inputs
from psa_bridge.driver.images.resolution import COMPANION, Resolution
from psa_bridge.spec.entry_points import ENTRY_POINTS

register(
    """
    unknown-symbol     Every symbol that the objects need is supplied by somebody.
    second-core        Drivers do not call a second core that nobody has initialised.
    """
)

_WRAPPER = "psa_driver_wrapper_"
_STATELESS = re.compile(r"psa_(\w+_init|(get|set|reset)_key_\w+|reset_key_attributes)")


_RUNTIMES = {
    "__asan_": "-fsanitize=address", "__ubsan_": "-fsanitize=undefined", "__tsan_": "-fsanitize=thread",
    "__msan_": "-fsanitize=memory", "__gcov_": "--coverage", "__llvm_profile_": "-fprofile-instr-generate",
}  # fmt: skip
_MATH = re.compile(r"(a?(sin|cos|tan)h?|atan2|exp[2m]?1?|log(2|10|1p|b)?|pow|sqrt|cbrt|floor|ceil|l?l?round|fmod)[fl]?")


def report_unresolved(
    missing: Mapping[str, Place | None], resolution: Resolution, inputs: Inputs, findings: Findings
) -> None:
    """One finding per symbol, with the object that needs it, the line if the linker knew it, and a remedy."""
    defined = list(inputs.defined())
    files = {one.name: str(one.path) for one in (*resolution.pulled, *inputs.objects)}
    for name, line in missing.items():
        wanting = resolution.wanted_by.get(name, "the glue")
        findings.error(
            "unknown-symbol", Place(files.get(wanting, wanting)), f"{wanting} needs {name}, which nobody supplies",
            _remedy(name, defined), related=(Related(line, "used here"),) if line else (),
        )  # fmt: skip


def _remedy(name: str, defined: Sequence[str]) -> str:
    return _wrapper(name) or _runtime(name) or did_you_mean(name, defined) or _library(name)


def _wrapper(name: str) -> str:
    """A remedy for a function of a core's dispatcher."""
    if name.startswith(_WRAPPER):
        known = did_you_mean(name[len(_WRAPPER) :], [row.name for row in ENTRY_POINTS])
        return f"the core has no such wrapper; {known or 'it has one for every entry point of the interface'}"
    return ""


def _runtime(name: str) -> str:
    """A remedy for what an option of the compiler, or the mathematical library, brings."""
    option = next((option for start, option in _RUNTIMES.items() if name.startswith(start)), None)
    if option:
        return f'it is compiled with {option}: compile it without, or set link_flags = ["{option}"]'
    return 'it is in the mathematical library: libraries = ["m"]' if _MATH.fullmatch(name) else ""


def _library(name: str) -> str:
    """A remedy for anything else, by the look of the name."""
    if name.startswith("mbedtls_"):
        return 'add the library that defines it to libraries, for instance libraries = ["mbedcrypto"]'
    if name.startswith("psa_"):
        return "the core does not offer this function to drivers; add the library that defines it to libraries"
    if name.startswith("_Z"):
        return 'a C++ function: add the object or library that defines it, or declare it extern "C"'
    return "add the object that defines it to objects, or the library to libraries"


def report_second_core(resolution: Resolution, findings: Findings) -> None:
    """Warn of core functions that a companion library would answer with a state of its own."""
    for name in sorted(resolution.wanted_by_own):
        supplier = resolution.suppliers[name]
        if supplier.kind == COMPANION and name.startswith("psa_") and not _STATELESS.fullmatch(name):
            findings.warning(
                "second-core", Place(resolution.wanted_by[name]),
                f"{name} is answered by {supplier.name}, a second core with keys and a state of its own",
                "have the driver call what the core offers to drivers instead",
            )  # fmt: skip
