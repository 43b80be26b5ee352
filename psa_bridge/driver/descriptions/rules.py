"""Rules over a whole description: families, companions, entropy, C names, conditions."""

from __future__ import annotations

from collections.abc import Iterator

from psa_bridge.driver.descriptions.conditions import may_exclude
from psa_bridge.driver.descriptions.dialects import Tolerance
from psa_bridge.driver.descriptions.mechanisms import likely_meant, parse_key_type
from psa_bridge.driver.descriptions.model import DIALECTS, MBEDTLS, Capability, Description, KeyTypeSpec
from psa_bridge.driver.findings import Findings, Place, Related, register, shown
from psa_bridge.spec.entry_points import BY_NAME, FAMILIES, Family
from psa_bridge.spec.requirements import COOKED_KEY_TYPES, REQUIREMENTS, SEED_ENTRY_POINT, Requirement

register(
    """
    partial-family           A driver has all mandatory entry points of a family, or none.
    missing-companion        Some entry points are only useful together.
    entropy-size             A random driver that asks for entropy can receive it.
    name-conflict            One C name stands for one kind of function or one type.
    extension-entry-point    Some entry points are outside the written interface.
    empty-after-conditions   Conditions leave something of a description.
    never-compiled           A condition of a capability can be true.
    """
)


def check_description(description: Description, tolerance: Tolerance, findings: Findings) -> None:
    """Check one description as a whole; what needs other drivers or policy matching is in lint."""
    for capability in description.capabilities:
        _families(capability, description, tolerance)
        _entropy(capability, findings)
        _origin(capability, description, findings)
        _defined(capability, description, findings)
    for requirement in REQUIREMENTS:
        _requirement(requirement, description, findings)
    _names(description, findings)
    _constant_conditions(description, findings)


def _families(capability: Capability, description: Description, tolerance: Tolerance) -> None:
    """Every entry point of a family must be in a family that is complete.

    Entry points that another capability for the same mechanisms lists count as well, because
    the core merges the capabilities that match.
    """
    present = set(capability.entry_points)
    covered = _covered(present)
    if not any(_families_of(name) and name not in covered for name in present):
        return
    present |= _merged(capability, description)
    covered = _covered(present)
    for name in capability.entry_points:
        if name in covered:
            continue
        candidates = _families_of(name)
        if not candidates:
            continue
        family = max(candidates, key=lambda f: len(present & set(f.entry_points)))
        lacking = [member for member in family.entry_points if member in _mandatory(family) - present]
        covered |= set(family.entry_points)
        tolerance.deviation(
            "partial-family",
            capability.place_of(name),
            f"the family {family.name!r} is incomplete: {', '.join(lacking)} missing",
            f"add {_quoted(lacking)} to entry_points",
            softened=True,
        )


def _defined(capability: Capability, description: Description, findings: Findings) -> None:
    """Macros that are not of the Crypto API are of the description's headers."""
    for spec in capability.algorithms or ():
        if spec.value is None and not description.headers:
            findings.error(
                "unknown-mechanism",
                spec.place,
                f"{shown(spec.text)} is no algorithm of the Crypto API, and there are no headers to define it",
                likely_meant(spec.text) or "add the header that defines it to headers, or write its number",
            )


def _covered(present: set[str]) -> set[str]:
    """The members of all families that are complete."""
    return {name for family in FAMILIES if _mandatory(family) <= present for name in family.entry_points}


def _families_of(name: str) -> list[Family]:
    return [family for family in FAMILIES if name in family.entry_points]


def _mandatory(family: Family) -> set[str]:
    return set(family.entry_points) - set(family.optional)


def _merged(capability: Capability, description: Description) -> set[str]:
    """Entry points of other capabilities that match at least what this one matches."""

    def covers(other: Capability) -> bool:
        pairs = (
            (other.algorithms, capability.algorithms),
            (other.key_types, capability.key_types),
            (other.key_sizes, capability.key_sizes),
        )
        return all(a is None or (b is not None and set(a) >= set(b)) for a, b in pairs)

    others = (other for other in description.capabilities if other is not capability and covers(other))
    return {name for other in others for name in other.entry_points}


def _entropy(capability: Capability, findings: Findings) -> None:
    size = capability.initial_entropy_size
    if size is None or size.value == 0 or SEED_ENTRY_POINT in capability.entry_points:
        return
    what = f"{size.value} bytes" if size.resolved else f"{size.text} bytes"
    findings.error(
        "entropy-size",
        size.place,
        f"the driver asks for {what} of entropy but has no {SEED_ENTRY_POINT!r} to receive it",
        f'add "{SEED_ENTRY_POINT}" to entry_points, or set initial_entropy_size to 0',
    )


def _origin(capability: Capability, description: Description, findings: Findings) -> None:
    if description.dialect == MBEDTLS:
        return
    for name in capability.entry_points:
        if BY_NAME[name].origin == MBEDTLS:
            findings.note(
                "extension-entry-point",
                capability.place_of(name),
                f"{name!r} is outside the written interface; only some cores call it",
            )


def _requirement(requirement: Requirement, description: Description, findings: Findings) -> None:
    offered = {name for capability in description.capabilities for name in capability.entry_points}
    if offered & set(requirement.needs):
        return
    for capability in description.capabilities:
        if requirement.entry_point not in capability.entry_points:
            continue
        message = f"{requirement.entry_point!r} without {' or '.join(map(repr, requirement.needs))}"
        remedy = f"{requirement.reason}: add {_quoted(requirement.needs[:1])} to a capability"
        report = findings.error
        if requirement.cooked_only:
            if capability.key_types is not None and not _makes_cooked(capability.key_types):
                continue
            # Without key types the driver may still only make keys that are copies of the output.
            report = findings.error if capability.key_types is not None else findings.warning
        report("missing-companion", capability.place_of(requirement.entry_point), message, remedy)
        return


def _makes_cooked(key_types: tuple[KeyTypeSpec, ...]) -> bool:
    cooked = [parse_key_type(text) for text in COOKED_KEY_TYPES]
    return any((a.value ^ b.value) & a.mask & b.mask == 0 for a in key_types for b in cooked)


def _names(description: Description, findings: Findings) -> None:
    """One C name must not stand for functions of different types, or for a function and a type."""
    dialects = (description.dialect,) if description.dialect else DIALECTS
    for dialect in dialects:
        seen: dict[str, tuple[str, Capability]] = {}
        for capability, key, name in _all_names(description, dialect):
            first = seen.setdefault(name, (key, capability))
            if _same_shape(first[0], key) or may_exclude(first[1].condition, capability.condition):
                continue
            findings.error(
                "name-conflict",
                _name_place(capability, key),
                f"the C name {shown(name)} stands for {key!r} here and for {first[0]!r} elsewhere",
                "give each its own name in names",
                (Related(_name_place(first[1], first[0]), "the other one is here"),),
            )


def _all_names(description: Description, dialect: str) -> Iterator[tuple[Capability, str, str]]:
    for capability in description.capabilities:
        for entry_point, name in capability.functions(dialect).items():
            yield capability, entry_point, name
        for kind, name in capability.types(dialect).items():
            yield capability, f"{kind}_t", name
    context = description.key_context
    if context is not None and context.size_function and description.capabilities:
        yield description.capabilities[0], "size_function", context.size_function


def _same_shape(first: str, second: str) -> bool:
    if first == second:
        return True
    if first not in BY_NAME or second not in BY_NAME:
        # Operation types of different families may be one structure.
        return first not in BY_NAME and second not in BY_NAME and "size_function" not in (first, second)
    shapes = [
        (BY_NAME[name].returns, [p.api_type for a in BY_NAME[name].arguments for p in a.parameters])
        for name in (first, second)
    ]
    return shapes[0] == shapes[1]


def _name_place(capability: Capability, key: str) -> Place:
    return next((name.place for name in capability.given_names if name.key == key), capability.place_of(key))


def _constant_conditions(description: Description, findings: Findings) -> None:
    """Conditions that are false whatever is defined, such as ``0``."""
    condition = description.condition
    if condition is not None and condition.evaluate() is False:
        findings.error(
            "empty-after-conditions",
            condition.place,
            f"the condition {shown(condition.text)} is never true, so nothing of the driver is left",
            "correct the condition, or remove it",
        )
    dead = [c for c in description.capabilities if c.condition is not None and c.condition.evaluate() is False]
    if dead and len(dead) == len(description.capabilities) and dead[0].condition is not None:
        findings.error(
            "empty-after-conditions",
            dead[0].condition.place,
            f"no capability is left: the condition {shown(dead[0].condition.text)} is never true",
            "correct the conditions, or remove them",
        )
        return
    for capability in dead:
        assert capability.condition is not None
        findings.warning(
            "never-compiled",
            capability.condition.place,
            f"the condition {shown(capability.condition.text)} is never true",
            "correct the condition, or remove the capability",
        )


def _quoted(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
