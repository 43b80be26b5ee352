"""Checks that need policy matching or several descriptions: contradictions, shadows, clashes.

:func:`lint_list` is what a loader and the command line call on the descriptions of one core,
in list order.  Each description has been read, so its own grammar is right already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from psa_bridge.driver.descriptions.compatibility import unusable
from psa_bridge.driver.descriptions.conditions import may_exclude
from psa_bridge.driver.descriptions.grammar import RANDOM, kind_of
from psa_bridge.driver.descriptions.matching import EXACT, Policies, core_policies, covers, matched_by, overlap
from psa_bridge.driver.descriptions.model import DIALECTS, MBEDTLS, PSA, Capability, Description
from psa_bridge.driver.findings import Findings, Place, Related, Severity, register, shown
from psa_bridge.spec.entry_points import BY_NAME
from psa_bridge.spec.plans import PLANS, Alternative, Plan
from psa_bridge.spec.requirements import ALGORITHM_CATEGORY

register(
    """
    contradicting-capabilities  Capabilities that match the same call name the same function.
    repeated-capability         No capability repeats another one with another fallback.
    never-reached               Some call can reach a capability.
    partly-reached              Some call can reach every entry point of a capability.
    location-twice              Opaque drivers have locations of their own.
    location-unresolved         A location that is a macro is only known after compilation.
    location-range              Vendors choose locations from 0x800000 up.
    prefix-twice                Opaque drivers have prefixes of their own.
    name-twice                  Drivers of one list name their functions differently.
    random-twice                One driver is the source of random numbers, unless it falls back.
    """
)

VENDOR_LOCATION = 0x800000
ResolveLocation = Callable[[Description], int | None]


def lint_description(description: Description, policies: Policies | None = None) -> Findings:
    """Check one description beyond its grammar; the findings of reading it come first."""
    findings = Findings(description.findings)
    matching = policies or default_policies()
    _contradictions(description, matching, findings)
    _repetitions(description, matching, findings)
    for capability in description.capabilities:
        unusable(capability, findings, description.opaque)
    _location_of_one(description, findings)
    return findings


def lint_list(
    descriptions: Sequence[Description],
    policies: Policies | None = None,
    location: ResolveLocation | None = None,
) -> Findings:
    """Check every description and the list as a whole.

    ``location`` gives the location of an opaque driver where a compiler has evaluated it; without
    it a macro stays unresolved, which is noted.
    """
    matching = policies or default_policies()
    findings = Findings()
    for description in descriptions:
        findings.extend(lint_description(description, matching))
    _locations(descriptions, location or written_location, findings)
    _prefixes(descriptions, findings)
    _functions(descriptions, findings)
    _random(descriptions, findings)
    _shadows(descriptions, matching, findings)
    return findings


def default_policies() -> Policies:
    """Those of the core, or exact matching where the extension is not built."""
    try:
        return core_policies()
    except ImportError:
        return EXACT


def written_location(description: Description) -> int | None:
    """The location if the description gives a number."""
    return None if description.location is None else description.location.value


def _dialects(*descriptions: Description) -> tuple[str, ...]:
    """The dialects that may apply to all of these descriptions' names."""
    known = {description.dialect for description in descriptions if description.dialect}
    return tuple(known) if len(known) == 1 else DIALECTS


def _contradictions(description: Description, policies: Policies, findings: Findings) -> None:
    signatures = [_signatures(capability, _dialects(description)) for capability in description.capabilities]
    for position, second in enumerate(description.capabilities):
        for number, first in enumerate(description.capabilities[:position]):
            for name in second.entry_points:
                pair = (signatures[number].get(name), signatures[position][name])
                # Names are compared first, because that is quick and nearly always decides.
                if pair[0] in (None, pair[1]) or not overlap(first, second, name, policies):
                    continue
                assert pair[0] is not None
                if pair[0][0] != pair[1][0]:
                    _contradiction(first, second, name, "function", findings)
                if () not in (pair[0][1], pair[1][1]) and pair[0][1] != pair[1][1]:
                    _contradiction(first, second, name, "operation type", findings)


Names = tuple[str, ...]


def _signatures(capability: Capability, dialects: tuple[str, ...]) -> dict[str, tuple[Names, Names]]:
    """Per entry point its functions, and its operation types if it has any, one in each dialect."""
    functions = [capability.functions(dialect) for dialect in dialects]
    types = [capability.types(dialect) for dialect in dialects]
    contexts = {name: BY_NAME[name].context for name in capability.entry_points}
    return {
        name: (tuple(f[name] for f in functions), tuple(t[context] for t in types if context in t))
        for name, context in contexts.items()
    }


def _contradiction(first: Capability, second: Capability, entry_point: str, what: str, findings: Findings) -> None:
    findings.report(
        "contradicting-capabilities",
        Severity.WARNING if may_exclude(first.condition, second.condition) else Severity.ERROR,
        second.place_of(entry_point),
        f"capabilities {first.index} and {second.index} match the same {entry_point!r} calls"
        f" but name different {what}s",
        "name the same one in both, or make algorithms, key types or sizes of the two distinct",
        related=(Related(first.place_of(entry_point), "the other capability lists it here"),),
    )


def _repetitions(description: Description, policies: Policies, findings: Findings) -> None:
    """Of two capabilities that match the same, the first one decides whether calls are passed on."""
    for position, second in enumerate(description.capabilities):
        for first in description.capabilities[:position]:
            both = [name for name in second.entry_points if name in first.entry_points]
            if not both or first.fallback == second.fallback or first.condition or second.condition:
                continue
            same = [name for name in both if covers(first, second, name, policies) and BY_NAME[name].matches]
            if same:
                findings.report(
                    "repeated-capability",
                    Severity.WARNING,
                    second.place_of(same[0]),
                    f"capability {first.index} serves all of these {same[0]!r} calls already, "
                    f"{'with' if first.fallback else 'without'} fallback; what this one says of fallback is not heeded",
                    "make algorithms, key types or sizes of the two distinct, or remove one",
                    related=(Related(first.place_of(same[0]), "the other capability lists it here"),),
                )


def _location_of_one(description: Description, findings: Findings) -> None:
    location = description.location
    if location is None:
        return
    if location.value is None:
        findings.note(
            "location-unresolved",
            location.place,
            f"the location {shown(location.text)} is unresolved: only a compilation can check it",
        )
    elif location.value < VENDOR_LOCATION:
        findings.note(
            "location-range",
            location.place,
            f"the location 0x{location.value:06x} lies in the range reserved for standards",
            f"vendors use 0x{VENDOR_LOCATION:06x} to 0xffffff",
        )


def _unless_excluded(first: Description, second: Description) -> Severity:
    """An error, or a warning where conditions may keep one of the drivers out."""
    return Severity.WARNING if may_exclude(first.condition, second.condition) else Severity.ERROR


def _locations(descriptions: Sequence[Description], resolve: ResolveLocation, findings: Findings) -> None:
    opaque = [description for description in descriptions if description.opaque and description.location]
    for position, second in enumerate(opaque):
        for first in opaque[:position]:
            assert first.location is not None
            assert second.location is not None
            values = (resolve(first), resolve(second))
            same_text = first.location.text == second.location.text and None in values
            if (None not in values and values[0] == values[1]) or same_text:
                findings.report(
                    "location-twice",
                    _unless_excluded(first, second),
                    second.location.place,
                    f"the drivers {first.name} and {second.name} have the same location {second.location.text}",
                    "give each opaque driver a location of its own",
                    related=(Related(first.location.place, "the other location"),),
                )


def _prefixes(descriptions: Sequence[Description], findings: Findings) -> None:
    seen: dict[str, Description] = {}
    for description in descriptions:
        if not description.opaque:
            continue
        first = seen.setdefault(description.prefix, description)
        if first is not description:
            findings.report(
                "prefix-twice",
                _unless_excluded(first, description),
                _member(description, "prefix"),
                f"two opaque drivers have the prefix {description.prefix!r}, so their constants would clash",
                "give one of them another prefix, and its C names in names",
                related=(Related(_member(first, "prefix"), "the other one"),),
            )


def _member(description: Description, name: str) -> Place:
    node = description.document.members.get(name) if description.document else None
    return node.place if node else description.place


def _functions(descriptions: Sequence[Description], findings: Findings) -> None:
    """A function that two descriptions have only by default names was hardly meant for both."""
    for position, second in enumerate(descriptions):
        for first in descriptions[:position]:
            dialects = _dialects(first, second)
            clashes = [_default_functions(first, d).keys() & _default_functions(second, d).keys() for d in dialects]
            if not any(clashes):
                continue
            certain = all(clashes) and (first.dialect == PSA or len(dialects) == 1)
            names = sorted(set().union(*clashes))
            place = next(place for d in dialects for n, place in _default_functions(second, d).items() if n in names)
            findings.report(
                "name-twice",
                Severity.ERROR if certain else Severity.WARNING,
                place,
                f"{first.name} and {second.name} both stand for {', '.join(names[:5])}",
                f'write names into one of them, or set "psa_bridge/dialect": "{MBEDTLS}" if both are for Mbed TLS',
            )


def _default_functions(description: Description, dialect: str) -> dict[str, Place]:
    result: dict[str, Place] = {}
    for capability in description.capabilities:
        given = {name.key for name in capability.given_names}
        functions = capability.functions(dialect)
        for name in capability.entry_points:
            if name not in given:
                result.setdefault(functions[name], capability.place_of(name))
    return result


def _random(descriptions: Sequence[Description], findings: Findings) -> None:
    final: list[tuple[Description, Capability]] = []
    for description in descriptions:
        for capability in description.capabilities:
            names = capability.entry_points
            conditional = capability.condition or description.condition
            if names and kind_of(BY_NAME[names[0]]) == RANDOM and not capability.fallback and not conditional:
                final.append((description, capability))
    for description, capability in final[1:]:
        findings.error(
            "random-twice",
            capability.place,
            f"{final[0][0].name} and {description.name} both provide random numbers without fallback",
            "keep one, or allow fallback in the first",
            (Related(final[0][1].place, "the first one"),),
        )


def _shadows(descriptions: Sequence[Description], policies: Policies, findings: Findings) -> None:
    for position, description in enumerate(descriptions):
        if description.opaque:
            continue
        earlier = [d for d in descriptions[:position] if not d.opaque and d.condition is None]
        for capability in description.capabilities if earlier else ():
            dead = {
                name: first
                for name in capability.entry_points
                if (first := _shadow(name, capability, description, earlier, policies)) is not None
            }
            if dead:
                _report_shadow(capability, dead, findings)


def _report_shadow(capability: Capability, dead: dict[str, Description], findings: Findings) -> None:
    by = next(iter(dead.values()))
    every = len(dead) == len(capability.entry_points)
    what = "this capability is" if every else f"{', '.join(dead)} of this capability are"
    findings.report(
        "never-reached" if every else "partly-reached",
        Severity.WARNING if every else Severity.NOTE,
        capability.place,
        f"{what} never reached: {by.name} comes earlier in the list and serves all of it without fallback",
        "change the order, allow fallback in the earlier driver, or remove this",
        related=(Related(by.place, "the earlier driver"),),
    )


def _shadow(
    entry_point: str,
    capability: Capability,
    description: Description,
    earlier: Sequence[Description],
    policies: Policies,
) -> Description | None:
    """The earlier driver that keeps every call from this entry point, if there is one.

    A request is served by the first driver that covers one of its plan's alternatives, so a
    driver with another alternative of the plan is in the way as well.
    """
    if not BY_NAME[entry_point].matches:
        return None
    plans = [plan for plan in PLANS if any(_used(a, entry_point, description) for a in plan.alternatives)]
    for other in earlier:
        if plans:
            blocked = all(_blocks(plan, other, capability, entry_point, policies) for plan in plans)
        else:
            blocked = _final(other, entry_point, capability, entry_point, policies)
        if blocked:
            return other
    return None


def _used(alternative: Alternative, entry_point: str, description: Description) -> bool:
    """Whether the driver of the entry point could serve this alternative with it."""
    has = {use.name for capability in description.capabilities for use in capability.uses}
    return entry_point in alternative.required + alternative.optional and set(alternative.required) <= has


def _blocks(plan: Plan, other: Description, capability: Capability, entry_point: str, policies: Policies) -> bool:
    return any(
        all(_final(other, name, capability, entry_point, policies) for name in alternative.required)
        for alternative in plan.alternatives
    )


def _final(other: Description, name: str, capability: Capability, entry_point: str, policies: Policies) -> bool:
    """Whether a driver serves ``name`` for all of the capability's mechanisms, always and without fallback."""
    if matched_by(name) != matched_by(entry_point):
        return False
    if ALGORITHM_CATEGORY.get(name) != ALGORITHM_CATEGORY.get(entry_point):
        return False
    return any(
        name in wide.entry_points
        and not wide.fallback
        and wide.condition is None
        and covers(wide, capability, name, policies)
        for wide in other.capabilities
    )
