"""What an object offers and its description does not use, and the reverse."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from psa_bridge.driver.descriptions.model import Description, default_name
from psa_bridge.driver.findings import Findings, Severity, did_you_mean, register
from psa_bridge.driver.images.prototypes import Use
from psa_bridge.spec.entry_points import ENTRY_POINTS, FAMILIES, OPAQUE, TRANSPARENT, EntryPoint

register(
    """
    missing-entry-point    Every function that a description names is in its objects or headers.
    forgotten-entry-point  A description lists every entry point that its objects have.
    outside-interface    Functions with the prefix of a driver are entry points of the interface.
    """
)


@dataclass(frozen=True)
class Named:
    """A description with its dialect."""

    description: Description
    dialect: str

    def function(self, row: EntryPoint, spelling: str) -> str:
        """The default C name of an entry point."""
        return default_name(self.description.prefix, self.description.driver_type, spelling, self.dialect)

    @property
    def start(self) -> str:
        """What all default names begin with."""
        return default_name(self.description.prefix, self.description.driver_type, "", self.dialect)


def report_missing(
    uses: Sequence[Use],
    available: Collection[str],
    own: Mapping[str, str],
    given: Sequence[str],
    findings: Findings,
) -> None:
    """Report functions that are nowhere, with what they may have been misspelt as; ``given`` names the objects."""
    seen = set()
    for use in uses:
        if use.function in available or use.function in seen:
            continue
        seen.add(use.function)
        similar = did_you_mean(use.function, own)
        where = f" in {own[similar.split(chr(39))[1]]}" if similar else ""
        objects = ", ".join(dict.fromkeys(own.values())) or _without_symbols(given)
        findings.report(
            "missing-entry-point", Severity.ERROR, use.capability.place_of(use.entry_point),
            f"the function {use.function} for {use.entry_point} is not defined by the objects ({objects})"
            + (f"; {similar[:-1]}{where}?" if similar else ""),
            _remedy(use, own, given),
        )  # fmt: skip


def _remedy(use: Use, own: Collection[str], given: Sequence[str]) -> str:
    if not given:
        return "name the objects of the driver, or its sources, in the bundle"
    if any(name.startswith(f"_Z{len(use.function)}{use.function}") for name in own):
        return f'it is there as a C++ function: declare it extern "C" {use.function}(...)'
    return f'define it, remove the entry point, or map it: "names": {{"{use.entry_point}": "..."}}'


def _without_symbols(given: Sequence[str]) -> str:
    return f"{', '.join(given)}, without any global symbol" if given else "no object was given"


def report_forgotten(
    drivers: Sequence[Named], used: Collection[str], functions: Mapping[str, str], findings: Findings
) -> None:
    """Report functions with an entry point's name that no description of the bundle uses."""
    for named in drivers:
        other_starts = [other.start for other in drivers if other is not named and len(other.start) > len(named.start)]
        unused = {
            row.name: named.function(row, spelling)
            for row in ENTRY_POINTS
            if named.description.driver_type in row.types
            for spelling in (row.name, *row.aliases)
            if named.function(row, spelling) in functions and named.function(row, spelling) not in used
        }
        if unused:
            _forgotten(named, unused, functions, findings)
        _unknown(named, other_starts, used, functions, findings)


def _forgotten(named: Named, unused: Mapping[str, str], functions: Mapping[str, str], findings: Findings) -> None:
    listed = ", ".join(unused)
    source = ", ".join(dict.fromkeys(functions[function] for function in unused.values()))
    findings.report(
        "forgotten-entry-point", Severity.WARNING, named.description.place,
        f"{source} has {len(unused)} entry point{'s' if len(unused) > 1 else ''} that the description of "
        f"{named.description.prefix} does not list: {listed}",
        "add a capability, with the algorithms and key types that they serve",
        detail=_capabilities(named, tuple(unused)),
    )  # fmt: skip


def _capabilities(named: Named, names: Sequence[str]) -> str:
    """Capabilities to paste; mechanisms are those of the description's other capabilities."""
    groups: list[list[str]] = []
    rest = list(names)
    for family in FAMILIES:
        members = [name for name in family.entry_points if name in rest]
        required = [name for name in family.entry_points if name not in family.optional]
        if len(family.entry_points) > 1 and members and all(name in names for name in required):
            groups.append([family.name] if family.named else members)
            rest = [name for name in rest if name not in members]
    if rest:
        groups.append(rest)
    model = next(iter(named.description.capabilities), None)
    lines = []
    for group in groups:
        capability: dict[str, object] = {"entry_points": group}
        if model and model.algorithms:
            capability["algorithms"] = [a.text for a in model.algorithms]
        if model and model.key_types:
            capability["key_types"] = [k.text for k in model.key_types]
        if model and model.key_sizes:
            capability["key_sizes"] = [int(s.value) if s.value is not None else s.text for s in model.key_sizes]
        lines.append(json.dumps(capability, indent=2))
    return ",\n".join(lines)


def _unknown(
    named: Named,
    other_starts: Sequence[str],
    used: Collection[str],
    functions: Mapping[str, str],
    findings: Findings,
) -> None:
    """Report prefixed functions that look like a misspelt entry point, or one of the other driver type."""
    start = named.start
    rows = {row.name: row for row in ENTRY_POINTS}
    for function, source in functions.items():
        if not function.startswith(start) or function in used or function.startswith(tuple(other_starts)):
            continue
        rest = function[len(start) :]
        row = rows.get(rest)
        if row and named.description.driver_type not in row.types:
            other = OPAQUE if named.description.driver_type == TRANSPARENT else TRANSPARENT
            findings.warning(
                "outside-interface", named.description.place,
                f"{source} defines {function}, but only {other} drivers have {rest}",
                f"it is not called; a second description, of type {other}, may list it",
            )  # fmt: skip
        elif not row and (similar := _similar(rest, rows)):
            findings.warning(
                "outside-interface", named.description.place,
                f"{source} defines {function}, which is outside the interface; {similar}",
                "rename the function, or map it with names",
            )  # fmt: skip


def _similar(rest: str, names: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415

    matches = difflib.get_close_matches(rest, list(names), n=1, cutoff=0.85)
    return f"did you mean {matches[0]!r}?" if matches else ""
