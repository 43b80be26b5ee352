"""Measuring calls: loops without anything in them but the call, in alternation, best of several.

The best of several runs is what the code costs; everything above it is what the machine did meanwhile.  What
is compared alternates, so that a change of the clock meets all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import repeat
from time import perf_counter_ns
from typing import Any, NamedTuple, Protocol

Clock = Callable[[], int]

SHORTEST_NS = 1_000_000
"""How long one run lasts at least, unless a single call lasts longer."""


class Timed(Protocol):
    """Something that can be measured."""

    def run(self, times: int, clock: Clock = perf_counter_ns) -> int:
        """Nanoseconds that ``times`` repetitions take."""


class Call(NamedTuple):
    """A function and its positional arguments."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()

    def __call__(self) -> Any:
        """Make the call once."""
        return self.function(*self.arguments)

    def run(self, times: int, clock: Clock = perf_counter_ns) -> int:
        """Nanoseconds that ``times`` calls take."""
        names = tuple(f"a{i}" for i in range(len(self.arguments)))
        loop = _loop(f"function({', '.join(names)})", ("function", *names))
        return loop(clock, repeat(None, times), self.function, *self.arguments)


class Statement:
    """Python text, such as ``hashlib.sha256(data).digest()``, and what its names stand for."""

    def __init__(self, text: str, **names: Any) -> None:
        self.text = text
        self._loop = _loop(text, tuple(names))
        self._values = tuple(names.values())

    def run(self, times: int, clock: Clock = perf_counter_ns) -> int:
        """Nanoseconds that running the text ``times`` times takes."""
        return self._loop(clock, repeat(None, times), *self._values)


@cache
def _loop(text: str, names: tuple[str, ...]) -> Callable[..., int]:
    """A function of a clock, an iterator and the names: runs a text once per item, and says how long all that took."""
    source = (
        f"def loop({', '.join(('_clock', '_times', *names))}):\n"
        f"    _start = _clock()\n"
        f"    for _ in _times:\n"
        f"        {text}\n"
        f"    return _clock() - _start\n"
    )
    made: dict[str, Any] = {}
    exec(source, made)
    return made["loop"]  # type: ignore[no-any-return]


def calibrate(timed: Timed, clock: Clock = perf_counter_ns) -> int:
    """How many repetitions a run should have."""
    times = 1
    while True:
        taken = max(timed.run(times, clock), 1)
        if taken >= SHORTEST_NS:
            return times
        times = min(times * 10, max(times + 1, 1 + times * SHORTEST_NS * 5 // (taken * 4)))


def best_of(timed: Sequence[Timed], seconds: float = 0.1, clock: Clock = perf_counter_ns) -> list[float]:
    """Nanoseconds per repetition of each, measured in alternation.

    Args:
        timed: what to compare.
        seconds: how long to measure in all, about; each is run five times at least.
        clock: nanoseconds.
    """
    times = [calibrate(one, clock) for one in timed]
    best = [float("inf")] * len(timed)
    end = clock() + int(seconds * 1e9)
    rounds = 0
    while rounds < 5 or clock() < end:
        for i, one in enumerate(timed):
            best[i] = min(best[i], one.run(times[i], clock) / times[i])
        rounds += 1
    return best
