"""Who serves which mechanism of the API on this machine, without calling anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psa_bridge.attributes import KeyAttributes
from psa_bridge.constants import Alg, KeyType
from psa_bridge.spec.mechanisms import BOTH_CALLS, CALLS, HASHING, OF_HASHES, PRIVATE_CALLS, KeyKind, mechanisms
from psa_bridge.spec.predicates import PREDICATES

if TYPE_CHECKING:
    from psa_bridge.core import Core


@dataclass(frozen=True)
class Service:
    """One line of the list.

    Attributes:
        call: the function of the API, without ``psa_``.
        algorithm: the algorithm as a macro expression; with ``PSA_ALG_ANY_HASH`` it stands for ``hashes``.
        hashes: names of the hashes that this line is about, empty if the algorithm takes none.
        key_type: macro expression, empty if there is no key.
        sizes: of the key in bits.
        drivers: who would be asked, in order, with how in parentheses where it is not by the call itself;
            empty if nobody would.
    """

    call: str
    algorithm: str
    hashes: tuple[str, ...]
    key_type: str
    sizes: tuple[int, ...]
    drivers: tuple[str, ...]


def _calls(algorithm: int, kind: KeyKind) -> Iterator[str]:
    """The calls of an algorithm that a kind of key can be used in."""
    public = kind.key_type.partition("(")[0].endswith("_PUBLIC_KEY")
    pair = kind.key_type.partition("(")[0].endswith("_KEY_PAIR")
    calls = next((calls for predicate, calls in CALLS if PREDICATES[predicate](algorithm)), ())
    for call in calls:
        if call in BOTH_CALLS or not (public if call in PRIVATE_CALLS else pair):
            yield call


def _hashes(core: Core, alg: Alg) -> bool:
    """Whether somebody computes the hash of a message for a driver that takes hashes."""
    return any(candidate.serves for candidate in core.explain(HASHING, alg=alg.hash))


def _drivers(core: Core, call: str, alg: Alg, kind: KeyKind, bits: int) -> tuple[str, ...]:
    attributes = KeyAttributes(KeyType.parse(kind.key_type), bits, alg=alg) if kind.key_type else None
    found = []
    for candidate in core.explain(call, alg=alg, attributes=attributes):
        by = candidate.alternative
        if candidate.serves and not (call.endswith("_message") and by in OF_HASHES and not _hashes(core, alg)):
            found.append(candidate.driver if by in {call, None} else f"{candidate.driver} (by {by})")
    return tuple(found)


def services(core: Core) -> Iterator[Service]:
    """Every mechanism of the API with every call that uses it, and who serves it in a core.

    Hashes and sizes with the same answer share a line.
    """
    for algorithm, forms, kind in mechanisms():
        numbers = {form: Alg.parse(form) for form in forms}
        for call in _calls(next(iter(numbers.values())), kind):
            answers: dict[tuple[tuple[str, ...], int], list[str]] = {}
            for form, number in numbers.items():
                for bits in kind.sizes:
                    answers.setdefault((_drivers(core, call, number, kind, bits), bits), []).append(form)
            yield from _merged(call, algorithm, kind, answers)


def _merged(
    call: str, algorithm: str, kind: KeyKind, answers: dict[tuple[tuple[str, ...], int], list[str]]
) -> Iterator[Service]:
    lines: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
    for (drivers, bits), found in answers.items():
        lines.setdefault((drivers, tuple(found)), []).append(bits)
    hashed = "PSA_ALG_ANY_HASH" in algorithm
    start, _, end = algorithm.partition("PSA_ALG_ANY_HASH")
    for (drivers, forms), sizes in lines.items():
        hashes = tuple(form.removeprefix(start).removesuffix(end) for form in forms) if hashed else ()
        yield Service(call, algorithm, hashes, kind.key_type, tuple(bits for bits in sizes if bits), drivers)
