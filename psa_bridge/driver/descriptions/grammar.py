"""The grammar of driver descriptions as a table: which property may stand where, and what it holds.

One section per kind of object.  What a capability may hold depends on its entry points, so
there is a section for each kind of capability.  How values are read is in
:mod:`psa_bridge.driver.descriptions.description`.
"""

from __future__ import annotations

from dataclasses import dataclass

from psa_bridge.spec.entry_points import OPAQUE, TRANSPARENT, EntryPoint

DESCRIPTION = "top level"
CAPABILITY = "capability"
COOKED = "capability for cooked derivation"
RANDOM = "capability for random generation"
ENTROPY = "capability for entropy"
LIFECYCLE = "capability for init"
KEY_CONTEXT = "key_context"
NAMES = "names"


@dataclass(frozen=True)
class Property:
    """One property of a section.

    ``types`` are the driver types that may have it, ``mandatory`` those that must; with
    ``tolerated`` a dialect may do without it.  ``value`` names the reader of its value.
    """

    name: str
    value: str
    types: tuple[str, ...]
    mandatory: tuple[str, ...] = ()
    tolerated: bool = False


_TYPES = {
    "both": (TRANSPARENT, OPAQUE),
    "transparent": (TRANSPARENT,),
    "opaque": (OPAQUE,),
    "-": (),
}

_TABLE = f"""
{DESCRIPTION}
    prefix                 prefix         both         both
    type                   driver_type    both         both
    headers                headers        both         -
    capabilities           capabilities   both         both
    key_context            key_context    opaque       opaque?
    persistent_state_size  size           opaque       -
    location               location       opaque       opaque
    psa_bridge/dialect     dialect        both         -
    mbedtls/h_condition    condition      both         -
{CAPABILITY}
    entry_points           entry_points   both         both
    algorithms             algorithms     both         -
    key_types              key_types      both         -
    key_sizes              key_sizes      both         -
    names                  names          both         -
    fallback               fallback       transparent  -
    mbedtls/c_condition    condition      both         -
{COOKED}
    entry_points           entry_points   transparent  transparent
    derived_types          key_types      transparent  transparent
    derived_sizes          key_sizes      transparent  -
    memory                 boolean        transparent  -
    names                  names          transparent  -
    fallback               fallback       transparent  -
    mbedtls/c_condition    condition      transparent  -
{RANDOM}
    entry_points           entry_points   transparent  transparent
    initial_entropy_size   size           transparent  transparent
    reseed_entropy_size    size           transparent  -
    names                  names          transparent  -
    fallback               fallback       transparent  -
    mbedtls/c_condition    condition      transparent  -
{ENTROPY}
    entry_points           entry_points   both         both
    names                  names          both         -
    mbedtls/c_condition    condition      both         -
{LIFECYCLE}
    entry_points           entry_points   both         both
    names                  names          both         -
    mbedtls/c_condition    condition      both         -
{KEY_CONTEXT}
    base_size              size           opaque       -
    key_pair_size          size           opaque       -
    public_key_size        size           opaque       -
    symmetric_factor       size           opaque       -
    store_public_key       boolean        opaque       -
    size_function          identifier     opaque       -
    builtin_key_size       size           opaque       -
"""


def _read_table() -> dict[str, dict[str, Property]]:
    sections: dict[str, dict[str, Property]] = {}
    current: dict[str, Property] = {}
    for line in _TABLE.strip().splitlines():
        if not line.startswith(" "):
            current = sections[line] = {}
            continue
        name, value, types, mandatory = line.split()
        tolerated = mandatory.endswith("?")
        current[name] = Property(name, value, _TYPES[types], _TYPES[mandatory.rstrip("?")], tolerated)
    return sections


SECTIONS: dict[str, dict[str, Property]] = _read_table()

KINDS: tuple[str, ...] = (CAPABILITY, COOKED, RANDOM, ENTROPY, LIFECYCLE)
"""The kinds of capabilities."""

UNCONDITIONAL: tuple[str, ...] = (ENTROPY, LIFECYCLE)
"""Kinds that are called whatever the mechanism, and that have no fallback."""


def kind_of(row: EntryPoint) -> str:
    """The kind of capability that an entry point belongs to."""
    if "derived" in row.matches:
        return COOKED
    if row.matches or row.family == "key management":
        return CAPABILITY
    if row.context:
        return RANDOM
    return ENTROPY if row.arguments else LIFECYCLE


def sections_with(name: str) -> tuple[str, ...]:
    """The sections that know a property."""
    return tuple(section for section, properties in SECTIONS.items() if name in properties)
