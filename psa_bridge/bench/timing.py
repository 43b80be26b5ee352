"""Measuring calls: loops without anything in them but the call, in alternation, best of several.

The best of several runs is what the code costs; everything above it is what the machine did meanwhile.  What
is compared alternates, so that a change of the clock meets all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import repeat
from time import perf_counter_ns
from typing import Any, NamedTuple

Clock = Callable[[], int]

SHORTEST_NS = 1_000_000
"""How long one run lasts at least, unless a single call lasts longer."""


class Call(NamedTuple):
    """Something to measure: a function and its positional arguments."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()

    def __call__(self) -> Any:
        """Make the call once."""
        return self.function(*self.arguments)


@cache
def _loop(count: int) -> Callable[..., int]:
    """A function that makes a call with ``count`` arguments many times and returns the nanoseconds it took."""
    names = ", ".join(f"a{i}" for i in range(count))
    text = (
        f"def loop(clock, times, function{', ' if names else ''}{names}):\n"
        f"    start = clock()\n"
        f"    for _ in times:\n"
        f"        function({names})\n"
        f"    return clock() - start\n"
    )
    made: dict[str, Any] = {}
    exec(text, made)
    return made["loop"]  # type: ignore[no-any-return]


def run(call: Call, times: int, clock: Clock = perf_counter_ns) -> int:
    """Nanoseconds that ``times`` calls take."""
    return _loop(len(call.arguments))(clock, repeat(None, times), call.function, *call.arguments)


def calibrate(call: Call, clock: Clock = perf_counter_ns) -> int:
    """How many calls a run should have."""
    times = 1
    while True:
        taken = max(run(call, times, clock), 1)
        if taken >= SHORTEST_NS:
            return times
        times = min(times * 10, max(times + 1, 1 + times * SHORTEST_NS * 5 // (taken * 4)))


def best_of(calls: Sequence[Call], seconds: float = 0.1, clock: Clock = perf_counter_ns) -> list[float]:
    """Nanoseconds per call of each, measured in alternation.

    Args:
        calls: what to compare.
        seconds: how long to measure in all, about; each is run five times at least.
        clock: nanoseconds.
    """
    times = [calibrate(call, clock) for call in calls]
    best = [float("inf")] * len(calls)
    end = clock() + int(seconds * 1e9)
    rounds = 0
    while rounds < 5 or clock() < end:
        for i, call in enumerate(calls):
            best[i] = min(best[i], run(call, times[i], clock) / times[i])
        rounds += 1
    return best
