"""What drivers were called with and what they did: events, and counts.

Neither holds any content of an argument, only sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

from psa_bridge._native import ffi, lib
from psa_bridge.constants import Alg, KeyType
from psa_bridge.errors import check, status_name
from psa_bridge.spec.entry_points import ENTRY_POINTS

if TYPE_CHECKING:
    from typing_extensions import Self

    from psa_bridge.ops.base import Native

_BATCH = 256


@dataclass(frozen=True)
class TraceEvent:
    """One call of an entry point of a driver.

    Attributes:
        sequence: its number, from 0, in the order of the returns.
        driver: the driver's prefix.
        entry_point: which one.
        alg: the algorithm, 0 where the call has none.
        key_type: type of the key, 0 where the call has none.
        bits: size of the key.
        location: where the key is.
        status: what the driver returned.
        start_ns: when it was called, on the monotonic clock.
        duration_ns: how long it took, in nanoseconds.
        input_bytes: total size of the inputs, without keys.
        output_bytes: total size of what it wrote.
        depth: 1, or more for a call that a driver made through the core.
        thread: a number per thread.
        sizes: the bytes of each argument by name, in or out; 0 for what is not bytes.
    """

    sequence: int
    driver: str
    entry_point: str
    alg: Alg
    key_type: KeyType
    bits: int
    location: int
    status: int
    start_ns: int
    duration_ns: int
    input_bytes: int
    output_bytes: int
    depth: int
    thread: int
    sizes: Mapping[str, int]

    @property
    def mechanism(self) -> str:
        """Algorithm and key, as the macro expressions they stand for."""
        parts = [str(self.alg)] if self.alg else []
        if self.key_type:
            parts.append(f"{self.key_type} {self.bits}")
        return " ".join(parts) or "-"

    @property
    def status_name(self) -> str:
        """The status as a macro."""
        return status_name(self.status)

    def __str__(self) -> str:
        return (
            f"{'  ' * (self.depth - 1)}{self.driver}.{self.entry_point} {self.mechanism}: {self.status_name}, "
            f"{self.duration_ns} ns, {self.input_bytes} B in, {self.output_bytes} B out"
        )


def _event(event: Any) -> TraceEvent:
    row = ENTRY_POINTS[event.entry_point]
    sizes = {argument.name: int(event.sizes[i]) for i, argument in enumerate(row.arguments)}
    given: dict[str, Any] = {"driver": ffi.string(event.driver).decode(), "entry_point": row.name, "sizes": sizes}
    given.update(alg=Alg(event.alg), key_type=KeyType(event.key_type))
    given.update({f.name: int(getattr(event, f.name)) for f in fields(TraceEvent) if f.name not in given})
    return TraceEvent(**given)


class Trace(Sequence[TraceEvent]):
    """The driver calls recorded while its ``with`` block runs; a sequence, also readable meanwhile.

    Only the latest ``capacity`` events are kept between two looks; :attr:`lost` counts the others.
    """

    def __init__(self, core: Native, capacity: int) -> None:
        self._core = core
        self._capacity = capacity
        self._events: list[TraceEvent] = []
        self._running = False
        self.lost = 0

    def __enter__(self) -> Self:
        active = _ACTIVE.get(id(self._core))
        if active is not None and active._running:
            raise RuntimeError("this core is being traced already; one trace at a time")
        check(lib.psab_core_trace_start(self._core.native, self._capacity), "psab_core_trace_start")
        self._running = True
        _ACTIVE[id(self._core)] = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drain()
        self._running = False
        del _ACTIVE[id(self._core)]
        if self._core._instance is not None:
            lib.psab_core_trace_stop(self._core.native)

    def _drain(self) -> None:
        if not self._running or self._core._instance is None:
            return
        batch = ffi.new("psab_trace_event_t[]", _BATCH)
        lost = ffi.new("uint64_t *")
        while True:
            count = lib.psab_core_trace_read(self._core.native, batch, _BATCH, lost)
            self.lost += int(lost[0])
            self._events.extend(_event(batch[i]) for i in range(count))
            if count < _BATCH:
                return

    def __len__(self) -> int:
        self._drain()
        return len(self._events)

    @overload
    def __getitem__(self, index: int) -> TraceEvent: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[TraceEvent]: ...

    def __getitem__(self, index: int | slice) -> TraceEvent | Sequence[TraceEvent]:
        self._drain()
        return self._events[index]

    def __repr__(self) -> str:
        return f"<Trace of {len(self)} driver calls>"

    def __str__(self) -> str:
        return self.table()

    def served_by(self) -> list[str]:
        """The drivers that gave a final answer, in the order of the calls, each once."""
        return list(dict.fromkeys(event.driver for event in self if event.status != NOT_SUPPORTED))

    def table(self) -> str:
        """The events as text, one line each."""
        head = ("driver", "entry point", "mechanism", "status", "us", "in", "out")
        rows = [
            (
                "  " * (event.depth - 1) + event.driver,
                event.entry_point,
                event.mechanism,
                event.status_name,
                f"{event.duration_ns / 1000:.1f}",
                str(event.input_bytes),
                str(event.output_bytes),
            )
            for event in self
        ]
        lines = render([head, *rows], right=(4, 5, 6))
        return f"{lines}\n{self.lost} earlier events were lost" if self.lost else lines


_ACTIVE: dict[int, Trace] = {}
NOT_SUPPORTED = -134


@dataclass(frozen=True)
class DriverCounts:
    """What happened to the calls that reached one driver.

    Attributes:
        served: its answer was final, success or not.
        errors: of those, not success.
        fell_back: it passed the call on with NOT_SUPPORTED, and the next driver was asked.
        refused: it returned NOT_SUPPORTED and nobody was left to ask.
    """

    served: int = 0
    errors: int = 0
    fell_back: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Counts(Mapping[str, DriverCounts]):
    """Counts by driver, and the calls that the core refused without asking any driver."""

    drivers: Mapping[str, DriverCounts]
    refused_by_core: int

    def __getitem__(self, driver: str) -> DriverCounts:
        return self.drivers[driver]

    def __iter__(self) -> Iterator[str]:
        return iter(self.drivers)

    def __len__(self) -> int:
        return len(self.drivers)

    def __str__(self) -> str:
        rows = [
            (name, str(c.served), str(c.errors), str(c.fell_back), str(c.refused)) for name, c in self.drivers.items()
        ]
        head = ("driver", "served", "of these errors", "fell back", "refused")
        core = ("(core)", "", "", "", str(self.refused_by_core))
        return render([head, *rows, core], right=(1, 2, 3, 4))


def render(rows: Sequence[Sequence[str]], right: tuple[int, ...] = ()) -> str:
    """Rows as text in columns; the columns in ``right`` are aligned to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = (
        "  ".join(cell.rjust(widths[i]) if i in right else cell.ljust(widths[i]) for i, cell in enumerate(row))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
