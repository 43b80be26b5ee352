"""Which mechanisms two capabilities have in common: the questions that lint asks about matching.

The policy rules of algorithms are not written here a second time: :class:`Policies` holds the
two functions of the core that know them, and a test may pass others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from psa_bridge.driver.descriptions.model import AlgorithmSpec, Capability, Constant, KeyTypeSpec
from psa_bridge.spec.entry_points import BY_NAME
from psa_bridge.spec.requirements import ALGORITHM_CATEGORY, HASH, XOF


@dataclass(frozen=True)
class Policies:
    """What one algorithm says about another, as the core's matching knows it.

    ``permits(policy, requested)`` tells whether a capability for ``policy`` serves
    ``requested``; ``common(a, b)`` whether some algorithm is served by both.
    """

    permits: Callable[[int, int], bool]
    common: Callable[[int, int], bool]


def core_policies() -> Policies:
    """The functions of the core; ``ImportError`` where the extension is not built."""
    from psa_bridge._native import lib  # noqa: PLC0415 - the extension is optional here

    if not hasattr(lib, "psab_alg_permits"):
        raise ImportError("the compiled core is older than this package; build it again")

    def permits(policy: int, requested: int) -> bool:
        return bool(lib.psab_alg_permits(policy, requested, 0, 0))

    def common(a: int, b: int) -> bool:
        return permits(a, b) or permits(b, a) or lib.psab_alg_intersect(a, b, 0) != 0

    return Policies(permits, common)


EXACT = Policies(lambda policy, requested: policy == requested, lambda a, b: a == b)
"""Matching without wildcards, for where the extension is not built: misses overlaps, invents none."""


def overlap(first: Capability, second: Capability, entry_point: str, policies: Policies) -> bool:
    """Whether some call of the entry point certainly matches both capabilities."""
    by_algorithm, by_key = matched_by(entry_point)
    if by_algorithm and not _algorithms_overlap(first.algorithms, second.algorithms, policies):
        return False
    if not by_key:
        return True
    return _types_overlap(first.key_types, second.key_types) and _sizes_overlap(first.key_sizes, second.key_sizes)


def covers(wide: Capability, narrow: Capability, entry_point: str, policies: Policies) -> bool:
    """Whether every call of the entry point that matches ``narrow`` matches ``wide`` as well, provably."""
    by_algorithm, by_key = matched_by(entry_point)
    if by_algorithm and not _algorithms_cover(wide.algorithms, narrow.algorithms, policies):
        return False
    if not by_key:
        return True
    return _types_cover(wide.key_types, narrow.key_types) and _sizes_cover(wide.key_sizes, narrow.key_sizes)


def matched_by(entry_point: str) -> tuple[bool, bool]:
    """Whether calls of an entry point are matched by algorithm, and by the type and size of a key."""
    matches = BY_NAME[entry_point].matches
    keyless = ALGORITHM_CATEGORY.get(entry_point) in (HASH, XOF)
    return "alg" in matches, "derived" in matches or ("key" in matches and not keyless)


Algorithms = tuple[AlgorithmSpec, ...] | None
Types = tuple[KeyTypeSpec, ...] | None
Sizes = tuple[Constant, ...] | None


def _algorithms_overlap(first: Algorithms, second: Algorithms, policies: Policies) -> bool:
    if first == () or second == ():
        return False
    if first is None or second is None:
        return True
    return any(_matches(a, b, policies.common) for a in first for b in second)


def _algorithms_cover(wide: Algorithms, narrow: Algorithms, policies: Policies) -> bool:
    if wide is None:
        return True
    if not narrow:
        return False
    return all(any(_matches(a, b, policies.permits) for a in wide) for b in narrow)


def _matches(first: AlgorithmSpec, second: AlgorithmSpec, related: Callable[[int, int], bool]) -> bool:
    """Whether two algorithms are the same or so related. What only headers know is like nothing else."""
    if first.value is None or second.value is None:
        return first.text == second.text
    return first.value == second.value or related(first.value, second.value)


def _types_overlap(first: Types, second: Types) -> bool:
    if first is None or second is None:
        return True
    return any((a.value ^ b.value) & a.mask & b.mask == 0 for a in first for b in second)


def _types_cover(wide: Types, narrow: Types) -> bool:
    if wide is None:
        return True
    if not narrow:
        return False
    return all(any(a.mask & ~b.mask == 0 and a.matches(b.value) for a in wide) for b in narrow)


def _same_size(first: Constant, second: Constant) -> bool:
    if first.resolved and second.resolved:
        return first.value == second.value
    return first.text == second.text


def _sizes_overlap(first: Sizes, second: Sizes) -> bool:
    if first is None or second is None:
        return True
    return any(_same_size(a, b) for a in first for b in second)


def _sizes_cover(wide: Sizes, narrow: Sizes) -> bool:
    if wide is None:
        return True
    if not narrow:
        return False
    return all(any(_same_size(a, b) for a in wide) for b in narrow)
