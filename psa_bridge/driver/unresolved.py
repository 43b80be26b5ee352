"""Findings about symbols: those that nobody supplies, and those that a second core would answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from psa_bridge.driver.findings import Findings, Place, did_you_mean, register
from psa_bridge.driver.inputs import Inputs
from psa_bridge.driver.resolution import COMPANION, Resolution
from psa_bridge.spec.entry_points import ENTRY_POINTS

register(
    """
    unknown-symbol     Every symbol that the objects need is supplied by somebody.
    second-core        Drivers do not call a second core that nobody has initialised.
    """
)

_WRAPPER = "psa_driver_wrapper_"
_STATELESS = re.compile(r"psa_(\w+_init|(get|set|reset)_key_\w+|reset_key_attributes)")


def report_unresolved(names: Sequence[str], resolution: Resolution, inputs: Inputs, findings: Findings) -> None:
    """One finding per symbol, with the object that needs it and a remedy."""
    defined = list(inputs.defined())
    for name in names:
        wanting = resolution.wanted_by.get(name, "the glue")
        findings.error(
            "unknown-symbol", Place(wanting), f"{wanting} needs {name}, which nobody supplies",
            _remedy(name, defined),
        )  # fmt: skip


def _remedy(name: str, defined: Sequence[str]) -> str:
    if name.startswith(_WRAPPER):
        known = did_you_mean(name[len(_WRAPPER) :], [row.name for row in ENTRY_POINTS])
        return f"the core has no such wrapper; {known or 'it has one for every entry point of the interface'}"
    similar = did_you_mean(name, defined)
    if similar:
        return similar
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
