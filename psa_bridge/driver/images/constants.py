"""Values of a description that only its headers know: locations, sizes, algorithm and key type expressions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from psa_bridge.driver.descriptions.mechanisms import is_wildcard
from psa_bridge.driver.descriptions.model import AlgorithmSpec, Capability, Constant, Description
from psa_bridge.driver.findings import Findings, Place, Severity, register
from psa_bridge.driver.images.probe import Answers, Question, constant

register(
    """
    not-a-constant     Numbers and expressions of a description are integer constants with its headers.
    constant-range     A value that the headers give is in the range of its property.
    value-differs      Headers give algorithms and key types the values of the Crypto API.
    """
)

_SIZE_LIMIT = (1 << 63) - 1
_U32 = (1 << 32) - 1


@dataclass(frozen=True)
class Wanted:
    """An expression, what it is, where it stands, its range, and the API's own value if there is one."""

    what: str
    text: str
    place: Place
    least: int = 0
    most: int = _SIZE_LIMIT
    expected: int | None = None

    @property
    def question(self) -> Question:
        """What to ask the compiler."""
        return constant(self.text)


def wanted(description: Description, kept: Sequence[int]) -> Iterator[Wanted]:
    """Every expression of a description, of the capabilities that are kept."""
    yield from _one("location", description.location, 1, 0xFFFFFF)
    yield from _one("persistent_state_size", description.persistent_state_size)
    context = description.key_context
    if context:
        yield from _one("base_size", context.base_size)
        yield from _one("key_pair_size", context.key_pair_size)
        yield from _one("public_key_size", context.public_key_size)
        yield from _one("symmetric_factor", context.symmetric_factor)
        yield from _one("builtin_key_size", context.builtin_key_size)
    for capability in description.capabilities:
        if capability.index not in kept:
            continue
        yield from _one("initial_entropy_size", capability.initial_entropy_size, most=_U32)
        yield from _one("reseed_entropy_size", capability.reseed_entropy_size, most=_U32)
        for size in capability.key_sizes or ():
            yield from _one("the key size", size, most=_U32)
        for algorithm in capability.algorithms or ():
            least = 1 if algorithm.value is None else 0
            yield Wanted("the algorithm", algorithm.text, algorithm.place, least, _U32, algorithm.value)
        for key_type in capability.key_types or ():
            yield Wanted("the key type", key_type.value_text, key_type.place, 0, 0xFFFF, key_type.value)


def _one(what: str, value: Constant | None, least: int = 0, most: int = _SIZE_LIMIT) -> Iterator[Wanted]:
    if value is not None and not (value.resolved and least <= (value.value or 0) <= most):
        yield Wanted(what, value.text, value.place, least, most)


def judge(wants: Sequence[Wanted], answers: Answers, findings: Findings) -> None:
    """Report what is no constant, out of range, or not what the API says."""
    for want in wants:
        failure = answers.failures.get(want.question)
        value = answers.values.get(want.question)
        if failure is not None:
            findings.report(
                "not-a-constant", Severity.ERROR, want.place,
                f"{want.what} {want.text!r} is not an integer constant with these headers",
                "include the header that defines it: headers of the description", detail=failure,
            )  # fmt: skip
        elif value is not None and not want.least <= value <= want.most:
            findings.error(
                "constant-range", want.place,
                f"{want.what} {want.text!r} is {value:#x} ({value}), outside {want.least} to {want.most:#x}",
                "correct the macro or the expression",
            )  # fmt: skip
        elif value is not None and want.expected is not None and value != want.expected:
            findings.warning(
                "value-differs", want.place,
                f"{want.what} {want.text!r} is {value:#x} in these headers, {want.expected:#x} in the Crypto API",
                "the headers' value counts; use newer headers if that is not meant",
            )  # fmt: skip


def location(description: Description, answers: Answers) -> int | None:
    """The location of an opaque driver after compilation."""
    if description.location is None:
        return None
    if description.location.value is not None:
        return description.location.value
    return answers.values.get(constant(description.location.text))


def _algorithm(spec: AlgorithmSpec, answers: Answers) -> AlgorithmSpec:
    value = answers.values.get(constant(spec.text)) if spec.value is None else spec.value
    return spec if value is None else replace(spec, value=value, wildcard=is_wildcard(value))


def _capability(capability: Capability, answers: Answers) -> Capability:
    algorithms = capability.algorithms
    if algorithms is None:
        return capability
    return replace(capability, algorithms=tuple(_algorithm(spec, answers) for spec in algorithms))


def resolved(description: Description, answers: Answers) -> Description:
    """The description with the values of its location and algorithms, so that it can be checked with others."""
    known = replace(description, capabilities=tuple(_capability(one, answers) for one in description.capabilities))
    value = location(known, answers)
    if known.location is None or value is None:
        return known
    return replace(known, location=replace(known.location, value=value))
