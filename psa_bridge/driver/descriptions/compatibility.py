"""Parts of a capability that no call can ever match: algorithms and key types that do not go together."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from psa_bridge.driver.descriptions.matching import matched_by
from psa_bridge.driver.descriptions.mechanisms import parse_key_type
from psa_bridge.driver.descriptions.model import AlgorithmSpec, Capability, Constant, KeyTypeSpec, is_cooked
from psa_bridge.driver.findings import Findings, Severity, register
from psa_bridge.spec.compatibility import KEY_SIZES, KEY_TYPES, MADE_BY_CORE, PRIVATE_ENTRY_POINTS, XTS_SIZES, base_of
from psa_bridge.spec.constructors import CONSTRUCTORS
from psa_bridge.spec.predicates import PREDICATES
from psa_bridge.spec.requirements import AGREEMENT, ALGORITHM_CATEGORY, FURTHER_CATEGORY
from psa_bridge.spec.values import VALUES

register(
    """
    algorithm-unusable  Some entry point of a capability is called with each of its algorithms.
    key-type-unusable   Some algorithm of a capability works with each of its key types.
    key-size-unusable   Some key type of a capability has each of its sizes.
    property-unused     Lists are there only where calls are matched by them.
    """
)

ANY_HASH = VALUES["PSA_ALG_ANY_HASH"]
_KEY_PAIR_BITS = 0x7000
_PUBLIC = 0x4000


def unusable(capability: Capability, findings: Findings, opaque: bool = False) -> None:
    """Report what of one capability provably never matches, and the capability if nothing is left."""
    names = capability.entry_points
    if () in (capability.algorithms, capability.key_types, capability.key_sizes):
        return
    _unused_lists(capability, findings)
    dead = {name: reason for name in names if (reason := _dead(name, capability, opaque))}
    if names and len(dead) == len(set(names)):
        findings.warning(
            "never-reached",
            capability.place,
            f"no call can match this capability: {'; '.join(dict.fromkeys(dead.values()))}",
            "correct the lists",
        )
        return
    for name, reason in dead.items():
        findings.warning(
            "partly-reached",
            capability.place_of(name),
            f"no call of {name!r} can match this capability: {reason}",
            "give it a capability of its own with the right lists",
        )
    _elements(capability, findings)


def _unused_lists(capability: Capability, findings: Findings) -> None:
    matches = [matched_by(name) for name in capability.entry_points]
    by_algorithm = any(algorithm for algorithm, _ in matches)
    by_key = any(key for _, key in matches)
    for items, used, what in (
        (capability.key_types, by_key, "key types"),
        (capability.key_sizes, by_key, "key sizes"),
        (capability.algorithms, by_algorithm, "algorithms"),
    ):
        if items and matches and not used:
            findings.warning(
                "property-unused",
                items[0].place,
                f"none of the entry points is matched by {what}",
                "remove the list",
            )


def _dead(name: str, capability: Capability, opaque: bool) -> str:
    """Why no combination of the lists can occur with this entry point; empty if one can."""
    by_algorithm, by_key = matched_by(name)
    algorithms = capability.algorithms if by_algorithm else None
    if algorithms is not None:
        algorithms = tuple(a for a in algorithms if _called_with(name, a))
        if not algorithms:
            return f"{name} is not called with {_listed(capability.algorithms or ())}"
    if not by_key:
        return ""
    reason, types = _called_types(name, capability.key_types, opaque)
    if name not in ALGORITHM_CATEGORY:
        algorithms = None
    if reason or _some_combination(algorithms, types, capability.key_sizes):
        return reason
    if _some_combination(algorithms, types, None):
        return f"{_listed(types or ())} keys do not have {_listed(capability.key_sizes or ())} bits"
    return f"{_listed(algorithms or ())} does not work with {_listed(types or ())}"


def _called_types(
    name: str, types: tuple[KeyTypeSpec, ...] | None, opaque: bool
) -> tuple[str, tuple[KeyTypeSpec, ...] | None]:
    """The key types an entry point is called with; where none is left, a reason comes first."""
    if types is None:
        return "", None
    called = tuple(t for t in types if _direction(name, t))
    if not called:
        return f"{name} is not called with public keys", ()
    if not opaque and name in MADE_BY_CORE:
        called = tuple(t for t in called if not _unstructured(t.value))
    reason = "" if called else f"{_listed(types)} are just bytes, which the core makes itself"
    return reason, called


def _listed(items: Iterable[AlgorithmSpec | KeyTypeSpec | Constant]) -> str:
    """The elements of a list as they are written, not too many."""
    texts = [item.text for item in items]
    return " or ".join(texts[:3]) + (", and so on" if len(texts) > 3 else "")


def _unstructured(key_type: int) -> bool:
    return PREDICATES["PSA_KEY_TYPE_IS_UNSTRUCTURED"](key_type)


def _some_combination(
    algorithms: tuple[AlgorithmSpec, ...] | None,
    types: tuple[KeyTypeSpec, ...] | None,
    sizes: tuple[Constant, ...] | None,
) -> bool:
    for algorithm in algorithms or (None,):
        for key_type in types or (None,):
            if algorithm and key_type and not _together(algorithm, key_type):
                continue
            if sizes is None or key_type is None or any(_has_size(key_type, s, algorithm) for s in sizes):
                return True
    return False


def _called_with(entry_point: str, algorithm: AlgorithmSpec) -> bool:
    """Whether the core calls an entry point with such an algorithm."""
    if algorithm.value is None:
        return True
    if algorithm.value == ANY_HASH:
        # As a policy this wildcard stands inside other algorithms only; alone it permits nothing.
        return False
    wanted = ALGORITHM_CATEGORY.get(entry_point)
    category = algorithm.value >> 24 & 0x7F
    if wanted is None or wanted == FURTHER_CATEGORY.get(algorithm.text):
        return True
    if category == AGREEMENT and algorithm.value & 0xFFFF:
        # A key agreement combined with a derivation reaches drivers only in its two parts.
        return False
    return category == wanted


def _direction(entry_point: str, key_type: KeyTypeSpec) -> bool:
    public = key_type.value & _KEY_PAIR_BITS == _PUBLIC
    return not (public and entry_point in PRIVATE_ENTRY_POINTS)


def _intersects(first: KeyTypeSpec, second: KeyTypeSpec) -> bool:
    return (first.value ^ second.value) & first.mask & second.mask == 0


def _together(algorithm: AlgorithmSpec, key_type: KeyTypeSpec) -> bool:
    if algorithm.value is None or algorithm.of_vendor:
        return True
    known = _types_by_base().get(base_of(algorithm.value))
    return known is None or any(_intersects(key_type, other) for other in known)


def _has_size(key_type: KeyTypeSpec, size: Constant, algorithm: AlgorithmSpec | None) -> bool:
    if size.value is None:
        return True
    matching = [sizes for spec, sizes in _sizes() if _intersects(key_type, spec)]
    known = {bits for sizes in matching for bits in sizes}
    if not known:
        return True
    if algorithm is None or algorithm.value == VALUES["PSA_ALG_XTS"]:
        known |= set(XTS_SIZES) if key_type.value >> 12 == 2 else set()
    return size.value in known


def _elements(capability: Capability, findings: Findings) -> None:
    """Single elements that nothing else in the capability goes with."""
    names = capability.entry_points
    for algorithm in capability.algorithms or ():
        if not any(matched_by(name)[0] and _called_with(name, algorithm) for name in names):
            _report(
                findings, "algorithm-unusable", algorithm, f"none of the entry points is called with {algorithm.text}"
            )
    operations = [name for name in names if name in ALGORITHM_CATEGORY]
    cooked = bool(names) and all(is_cooked(name) for name in names)
    only_operations = len(operations) == len(names)
    for key_type in capability.key_types or ():
        fits = any(_together(algorithm, key_type) for algorithm in capability.algorithms or ())
        if only_operations and capability.algorithms and not fits:
            _report(findings, "key-type-unusable", key_type, f"none of the algorithms works with {key_type.text}")
        if cooked and _unstructured(key_type.value):
            _report(findings, "key-type-unusable", key_type, f"the core makes {key_type.text} keys itself: just bytes")
    for size in capability.key_sizes or ():
        if capability.key_types and not any(_has_size(t, size, None) for t in capability.key_types):
            _report(findings, "key-size-unusable", size, f"none of the key types has a size of {size.text} bits")


def _report(findings: Findings, rule: str, item: AlgorithmSpec | KeyTypeSpec | Constant, message: str) -> None:
    findings.report(rule, Severity.WARNING, item.place, message, "correct it, or remove it")


@lru_cache(maxsize=1)
def _types_by_base() -> dict[int, tuple[KeyTypeSpec, ...]]:
    result: dict[int, tuple[KeyTypeSpec, ...]] = {}
    for text, key_types in KEY_TYPES.items():
        name, _, argument = text.rstrip(")").partition("(")
        value = CONSTRUCTORS[name].build(VALUES[argument]) if argument else VALUES[name]
        result[base_of(value)] = tuple(parse_key_type(key_type) for key_type in key_types)
    return result


@lru_cache(maxsize=1)
def _sizes() -> tuple[tuple[KeyTypeSpec, tuple[int, ...]], ...]:
    return tuple((parse_key_type(text), sizes) for text, sizes in KEY_SIZES.items())
