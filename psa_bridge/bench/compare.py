"""A core with drivers beside one with software only: the same calls, in alternation, by size."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psa_bridge.bench.calls import attributes, make_key, ready
from psa_bridge.bench.timing import Call, best_of
from psa_bridge.errors import PsaError

if TYPE_CHECKING:
    from psa_bridge.bench.catalogue import Mechanism
    from psa_bridge.core import Core

SIZES = (16, 64, 256, 1024, 4096, 16384, 65536)
"""Sizes of messages in bytes, unless others are asked for."""

NOISE = 0.03
"""Ratios that differ from 1 by less than this say nothing."""

_ASKED = {"raw_key_agreement": "key_agreement", "generate_random": "get_random"}
"""What explain() calls the requests that go by another name."""


@dataclass(frozen=True)
class Served:
    """A mechanism that a driver serves: its prefix, and where the keys are."""

    mechanism: Mechanism
    driver: str
    location: int


@dataclass(frozen=True)
class Point:
    """Times of one size.

    Attributes:
        size: of the message in bytes, 0 for a mechanism that has no sizes.
        driver_ns: nanoseconds per call, by the driver.
        software_ns: by the software; None where that does not have the mechanism.
    """

    size: int
    driver_ns: float
    software_ns: float | None

    @property
    def ratio(self) -> float | None:
        """Time of the driver over time of the software: less than 1 where the driver wins."""
        return None if self.software_ns is None else self.driver_ns / self.software_ns

    def throughput(self, nanoseconds: float | None) -> float | None:
        """Bytes per nanosecond, which is GB/s."""
        return None if not self.size or nanoseconds is None else self.size / nanoseconds


@dataclass(frozen=True)
class Comparison:
    """A mechanism by size.

    Attributes:
        mechanism: which.
        driver: whose times these are.
        points: by size, ascending; empty if nothing could be measured.
        note: why there is less than was asked for, or empty.
    """

    mechanism: Mechanism
    driver: str
    points: tuple[Point, ...]
    note: str = ""

    @property
    def crossover(self) -> int | None:
        """From which size on the driver is faster, in bytes: 0 if at every size, None if not at the largest.

        Between two sizes it is where the ratio would be 1 if its logarithm were a line over that of the size.
        """
        known = [(point.size, point.ratio) for point in self.points if point.ratio is not None]
        if not known or known[-1][1] >= 1:
            return None
        losing = [i for i, (_, ratio) in enumerate(known) if ratio >= 1]
        if not losing:
            return 0
        (size, ratio), (next_size, next_ratio) = known[losing[-1]], known[losing[-1] + 1]
        share = math.log(ratio) / (math.log(ratio) - math.log(next_ratio))
        return math.ceil(math.exp(math.log(size) + share * (math.log(next_size) - math.log(size))))

    @property
    def verdict(self) -> str:
        """The crossover in words."""
        if not any(point.ratio is not None for point in self.points):
            return "the software does not have it" if self.points else self.note
        if all(abs(point.ratio - 1) < NOISE for point in self.points if point.ratio is not None):
            return "about as fast as the software"
        if self.crossover is None:
            return self._losing()
        if self.crossover and max(point.ratio for point in self.points if point.ratio is not None) <= 1 + NOISE:
            return "faster, or about as fast"
        if self.crossover:
            return f"faster from about {self.crossover} bytes on"
        return "faster at every size" if self.mechanism.sized else "faster"

    def _losing(self) -> str:
        ratios = [point.ratio for point in self.points if point.ratio is not None]
        won = [point.size for point in self.points if point.ratio is not None and point.ratio < 1]
        if not self.mechanism.sized:
            return "slower than the software"
        if max(ratios) <= 1 + NOISE:
            return f"faster up to {max(won)} bytes, beyond that about as fast"
        return f"faster up to {max(won)} bytes only" if won else "slower at every size"


def served(core: Core, mechanisms: Sequence[Mechanism]) -> Iterator[Served]:
    """Which of the mechanisms drivers of a core would be asked for, the software left out."""
    places = sorted({(info.location, info.name) for info in core.drivers if not info.linked_in})
    for mechanism in mechanisms:
        for location in sorted({place for place, _ in places}):
            if location and not mechanism.key_type:
                continue
            key = attributes(mechanism, location) if mechanism.key_type else None
            request = _ASKED.get(mechanism.call, mechanism.call)
            first = next((one for one in core.explain(request, alg=mechanism.alg, attributes=key) if one.serves), None)
            if first is not None and not first.linked_in:
                yield Served(mechanism, first.driver, location)


def _serves(core: Core, call: Call) -> str:
    """Who answers a call: the driver of its last answer."""
    with core.trace() as events:
        call()
    own = [event for event in events if event.depth == 1 and event.status == 0]
    return own[-1].driver if own else ""


def _point(
    cores: tuple[Core, Core], keys: tuple[Any, Any], what: Served, size: int, seconds: float
) -> tuple[Point | None, str]:
    """One point, or why there is none."""
    core, software = cores
    call = ready(core, what.mechanism, keys[0], size, what.location)
    by = _serves(core, call)
    if by != what.driver:
        return None, f"passed on to {by or 'the core'}"
    try:
        other = ready(software, what.mechanism, keys[1], size) if keys[1] is not False else None
    except PsaError:
        other = None
    times = best_of([call, other] if other else [call], seconds)
    return Point(size, times[0], times[1] if other else None), ""


def compare(
    core: Core,
    software: Core,
    what: Served,
    *,
    sizes: Sequence[int] = SIZES,
    seconds: float = 0.1,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Measure one mechanism.

    Args:
        core: with the driver.
        software: a core without drivers.
        what: the mechanism, and whose it is.
        sizes: of messages in bytes; not looked at for a mechanism that has none.
        seconds: how long to measure each size, about.
        progress: called before each size with how many are done, and how many there are.
    """
    wanted = sorted(set(sizes)) if what.mechanism.sized else [0]
    points: list[Point] = []
    notes: list[str] = []
    try:
        keys = make_key(core, what.mechanism, what.location), _software_key(software, what.mechanism)
    except PsaError as error:
        return Comparison(what.mechanism, what.driver, (), f"no key: {error}")
    for done, size in enumerate(wanted):
        if progress is not None:
            progress(done, len(wanted))
        try:
            point, note = _point((core, software), keys, what, size, seconds)
        except PsaError as error:
            point, note = None, str(error)
        if point is not None:
            points.append(point)
        if note and note not in notes:
            notes.append(note)
    for key in keys:
        if key:
            key.destroy()
    return Comparison(what.mechanism, what.driver, tuple(points), "; ".join(notes))


def _software_key(software: Core, mechanism: Mechanism) -> Any:
    """A key, None for a mechanism without, False where the software cannot make one."""
    try:
        return make_key(software, mechanism)
    except PsaError:
        return False
