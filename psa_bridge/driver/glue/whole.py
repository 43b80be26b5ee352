"""The glue of a bundle: one C file with typed adapters, capability rows and the entry function.

:func:`emit` is pure: a resolved bundle in, C text out.  It uses the standard library only,
because the drivers that are linked into the library get their glue while the package is
built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from psa_bridge.driver.descriptions.model import PSA, Capability, Description, headers_once
from psa_bridge.driver.glue import attributes as glue_attributes
from psa_bridge.driver.glue import shims, shims_inputs
from psa_bridge.driver.glue.adapters import Target, adapter, declaration
from psa_bridge.driver.glue.forms import Types, forms
from psa_bridge.driver.glue.rows import capability_rows, description_row, size_adapter
from psa_bridge.driver.platform import ENTRY_NAME
from psa_bridge.spec.roles import Argument


@dataclass(frozen=True)
class GlueCapability:
    """A capability with its C functions and operation types found out."""

    capability: Capability
    targets: tuple[Target, ...]
    contexts: dict[str, str] = field(default_factory=dict)

    @property
    def condition(self) -> str:
        """The condition to compile it under, or nothing."""
        return self.capability.condition.text if self.capability.condition else ""


@dataclass(frozen=True)
class GlueDriver:
    """A description with everything about its C side found out.

    ``size_function`` is what the key context's function is called, ``source`` how messages
    name the description.
    """

    description: Description
    dialect: str
    capabilities: tuple[GlueCapability, ...]
    source: str
    size_function: str | None = None
    declare_size_function: bool = False


@dataclass(frozen=True)
class Glue:
    """A resolved bundle.

    ``abi_include`` is the operand of the include line for the driver header; ``types`` the
    type names that the headers know; ``own_headers`` whether psa/crypto.h is psa_bridge's;
    ``services`` the symbols that the glue has to define for the drivers' objects.
    """

    drivers: tuple[GlueDriver, ...]
    own_headers: bool = True
    types: Types = field(default_factory=Types)
    services: tuple[str, ...] = ()
    abi_include: str = "<psab/abi.h>"
    entry_name: str = ENTRY_NAME
    exported: bool = True


def _guard(condition: str, text: str) -> str:
    return f"#if {condition}\n{text}#endif\n" if condition and text else text


def _header(glue: Glue) -> str:
    sources = "".join(f" * {_comment(driver.source)}\n" for driver in glue.drivers)
    standard = "#include <inttypes.h>\n#include <stdio.h>\n#include <string.h>\n"
    includes = "".join(
        _guard(
            driver.description.condition.text if driver.description.condition else "",
            "".join(f"#include <{header.path}>\n" for header in once),
        )
        for driver, once in zip(glue.drivers, headers_once([one.description for one in glue.drivers]), strict=True)
    )
    return (
        f"/* Glue between the psa_bridge core and drivers, generated from\n{sources} */\n"
        f"#include {glue.abi_include}\n\n{standard}\n#include <psa/crypto.h>\n{includes}"
    )


def _comment(text: str) -> str:
    return "".join(c if " " <= c <= "~" else "?" for c in text).replace("*/", "* /")


_COMMON = """
#define PSAB_GENERIC_ERROR (-132)
#define PSAB_NOT_SUPPORTED (-134)
#define PSAB_INVALID_ARGUMENT (-135)
#define PSAB_BUFFER_TOO_SMALL (-138)
#define PSAB_DOES_NOT_EXIST (-140)
#define PSAB_BAD_STATE (-137)
#define PSAB_INVALID_SIGNATURE (-149)

__attribute__((unused)) static const psab_services_t *psab_services;
"""


class _Adapters:
    """Numbers adapters, one per entry point, function, form and condition."""

    def __init__(self, glue: Glue) -> None:
        self._glue = glue
        self._names: dict[tuple[str, Target], str] = {}
        self._declared: set[str] = set()
        self.texts: list[str] = []

    def name(self, target: Target, condition: str) -> str:
        """The adapter's C name; its text is kept when it is new."""
        key = (condition, target)
        if key not in self._names:
            self._names[key] = f"psab_{target.entry_point}_{len(self._names)}"
            text = adapter(self._names[key], target, self._glue.types, self._glue.own_headers)
            if target.declare and target.function not in self._declared:
                self._declared.add(target.function)
                text = declaration(target, self._glue.types) + text
            self.texts.append(_guard(condition, text + "\n"))
        return self._names[key]


def _driver(glue: Glue, driver: GlueDriver, number: int, adapters: _Adapters) -> str:
    """Adapters, capability rows and description of one driver."""
    start = len(adapters.texts)
    outer = driver.description.condition.text if driver.description.condition else ""
    rows, members = [], []
    for one in driver.capabilities:
        label = f"{number}_{one.capability.index}"
        named = {target.entry_point: adapters.name(target, _both(outer, one.condition)) for target in one.targets}
        arrays, initialiser = capability_rows(label, one.capability, named, one.contexts)
        rows.append(_guard(one.condition, arrays))
        members.append(_guard(one.condition, initialiser))
    tables = "".join(rows)
    listed = f"static const psab_capability_t psab_capabilities_{number}[] = {{\n{''.join(members)}}};\n"
    body = size_adapter(number, driver.size_function, driver.declare_size_function, glue.types)
    body += description_row(number, driver.description, driver.dialect, driver.source, bool(driver.size_function))
    return "".join(adapters.texts[start:]) + _guard(outer, tables + listed + body) + "\n"


def _both(*conditions: str) -> str:
    return " && ".join(f"({condition})" for condition in conditions if condition)


def _entry(glue: Glue) -> str:
    members = "".join(
        _guard(
            driver.description.condition.text if driver.description.condition else "", f"    &psab_driver_{number},\n"
        )
        for number, driver in enumerate(glue.drivers)
    )
    visible = '__attribute__((visibility("default"))) ' if glue.exported else ""
    return f"""static const psab_driver_description_t *const psab_drivers[] = {{
{members}}};

static const psab_bundle_t psab_the_bundle = {{
    PSAB_ABI_VERSION,
    PSAB_TABLE_HASH,
    psab_drivers,
    sizeof(psab_drivers) / sizeof(psab_drivers[0]),
}};

{visible}const psab_bundle_t *{glue.entry_name}(const psab_services_t *services);
{visible}const psab_bundle_t *{glue.entry_name}(const psab_services_t *services)
{{
    psab_services = services;
    return &psab_the_bundle;
}}
"""


def _arguments(drivers: Iterable[GlueDriver]) -> Iterator[Argument]:
    """The arguments of all functions of drivers."""
    for driver in drivers:
        for one in driver.capabilities:
            for target in one.targets:
                yield from target.form.arguments


def emit(glue: Glue) -> str:
    """The C file."""
    parts = [_header(glue), _COMMON]
    parts.append(glue_attributes.OWN if glue.own_headers else glue_attributes.FOREIGN)
    adapters = _Adapters(glue)
    drivers = "".join(_driver(glue, driver, number, adapters) for number, driver in enumerate(glue.drivers))
    if "psab_no_custom" in drivers:
        parts.append(f"\nstatic const {glue.types.custom} psab_no_custom;\n")
    parts += ["\n", drivers]
    parts.append(_entry(glue))
    parts.append(shims.emit(glue.services, glue.types, glue.own_headers, glue.exported))
    return "".join(parts)


def linked_in(descriptions: Iterable[Description], entry_name: str, abi_include: str = "<psab/abi.h>") -> Glue:
    """The glue of drivers that are compiled into the library, from their descriptions alone.

    They use psa_bridge's own headers, the forms of their declared dialect, and have every
    function that they list; optional members of families count only where listed.  Of the core's
    services, they get those that read the inputs of derivations and PAKEs that they serve.
    """
    drivers = tuple(
        plain_driver(description, description.dialect or PSA, description.file) for description in descriptions
    )
    tags = {argument.role.tag for argument in _arguments(drivers)}
    services = tuple(name for tag, names in shims_inputs.GETTERS.items() if tag in tags for name in names)
    return Glue(drivers, abi_include=abi_include, entry_name=entry_name, exported=False, services=services)


def plain_driver(description: Description, dialect: str, source: str) -> GlueDriver:
    """A driver whose functions are taken to be as the description and the dialect say."""
    capabilities: list[GlueCapability] = []
    for capability in description.capabilities:
        functions, types = capability.functions(dialect), capability.types(dialect)
        targets = [
            Target(form, functions[name], types.get(form.row.context or "", ""))
            for name in capability.entry_points
            for form in forms(name, dialect)[:1]
        ]
        capabilities.append(GlueCapability(capability, tuple(targets), dict(types)))
    function = description.key_context.size_function if description.key_context else None
    return GlueDriver(description, dialect, tuple(capabilities), source, function)


def service_names(glue: Glue, wanted: Sequence[str]) -> tuple[str, ...]:
    """Those of the wanted symbols that the glue can define, sorted."""
    return tuple(sorted(name for name in set(wanted) if shims.offers(name, glue.types)))
