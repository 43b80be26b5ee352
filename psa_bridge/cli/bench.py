"""Measure drivers beside the software: the usual mechanisms by size, in alternation, best of several runs.

Every mechanism that a bundle serves is called through the API, as programs call it, with keys of its own: in the
core for a transparent driver, at its location for an opaque one. The same call then goes to the software on this
machine. A ratio of 0.5 means that the driver needs half the time. Where the driver begins to win is printed below
its table.

Only the first driver that serves a mechanism is measured; what it passes on at run time is told, not measured.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psa_bridge.bench import Comparison, Mechanism
    from psa_bridge.bench.compare import Served

SUMMARY = "how fast drivers are, by size, beside the software"

EXAMPLES = """\
  psa-bridge bench accelerator/
  psa-bridge bench accelerator/ --mechanism 'AES-128-GCM*' --sizes 16,1500
  psa-bridge bench accelerator/ element/ --plot times.svg
  psa-bridge bench accelerator/ --json > today.json
  psa-bridge bench --list
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    from psa_bridge.cli.arguments import add_json, path
    from psa_bridge.cli.bundles import add_arguments

    add_arguments(parser, required=False)
    parser.add_argument("--mechanism", action="append", default=[], metavar="PATTERN", help="only these; * and ? match")
    parser.add_argument("--sizes", type=_sizes, metavar="N,N,...", help="sizes of messages in bytes")
    parser.add_argument("--seconds", type=_seconds, default=0.1, metavar="S", help="per mechanism and size (0.1)")
    parser.add_argument("--plot", type=path, metavar="FILE", help="draw a picture: .png, .svg or .html")
    parser.add_argument("--list", action="store_true", help="list the mechanisms that there are, and measure nothing")
    add_json(parser)


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(part, 0) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers such as 16,1024") from None
    if any(not 0 < size <= 1 << 30 for size in sizes):
        raise argparse.ArgumentTypeError("a size is a number of bytes from 1 to 2^30")
    return sizes


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 to 3600")
    return seconds


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 1 if there was nothing to measure."""
    from psa_bridge.cli.failures import UsageError

    chosen = _chosen(arguments.mechanism)
    if arguments.list:
        print("\n".join(mechanism.name for mechanism in chosen))
        return 0
    if not arguments.bundles:
        raise UsageError("name a BUNDLE to measure, or ask for --list")
    if arguments.plot:
        _check_plot(arguments.plot)
    found = _measure(arguments, chosen)
    if arguments.json:
        _print_json(found)
    else:
        _print(found)
    if arguments.plot and any(one.points for one in found):
        from psa_bridge.bench.plot import plot

        plot(found, arguments.plot, "Drivers beside the software")
    return 0 if any(one.points for one in found) else 1


def _chosen(patterns: Sequence[str]) -> list[Mechanism]:
    """The mechanisms whose names match one of the patterns; all without any."""
    from fnmatch import fnmatchcase

    from psa_bridge.bench import MECHANISMS
    from psa_bridge.cli.failures import UsageError

    folded = [pattern.lower() for pattern in patterns]
    found = [one for one in MECHANISMS if not folded or any(fnmatchcase(one.name.lower(), p) for p in folded)]
    if not found:
        raise UsageError(f"no mechanism is called {' or '.join(patterns)}; --list shows them all")
    return found


def _check_plot(path: Path) -> None:
    from psa_bridge.bench.plot import PlotError, check
    from psa_bridge.cli.failures import UsageError

    if not path.absolute().parent.is_dir():
        raise UsageError(f"{path}: there is no such directory")
    try:
        check(path)
    except PlotError as error:
        raise UsageError(str(error)) from error


def _measure(arguments: argparse.Namespace, chosen: list[Mechanism]) -> list[Comparison]:
    from psa_bridge import Core
    from psa_bridge.bench import compare, served
    from psa_bridge.bench.compare import SIZES
    from psa_bridge.cli.bundles import bundles
    from psa_bridge.cli.progress import Progress

    found = []
    sizes = arguments.sizes or SIZES
    with Core(*bundles(arguments)) as core, Core() as software, Progress("measuring") as progress:
        todo = list(served(core, chosen))
        for i, what in enumerate(todo):
            show = _steps(progress, i, len(todo), what)
            found.append(compare(core, software, what, sizes=sizes, seconds=arguments.seconds, progress=show))
    return found


def _steps(progress: Any, done: int, total: int, what: Served) -> Any:
    """What a mechanism calls before each of its sizes."""

    def show(part: int, parts: int) -> None:
        progress(done * 100 + 100 * part // parts, total * 100, f"{what.mechanism.name} by {what.driver}")

    return show


def _print(found: Sequence[Comparison]) -> None:
    from psa_bridge.cli.output import coloured, table

    if not found:
        print("the drivers serve none of these mechanisms; psa-bridge info --mechanisms says who serves what")
        return
    header = ("bytes", "driver ns", "software ns", "ratio", "driver GB/s", "software GB/s")
    for i, one in enumerate(found):
        print(("\n" if i else "") + coloured(f"{one.mechanism.name} by {one.driver}", "strong"))
        if one.points:
            print(table([_cells(point) for point in one.points], header, indent="  "))
            print(f"  {coloured(one.verdict, 'good' if one.crossover is not None else 'warning')}")
        if one.note:
            print(f"  {one.note}")


def _cells(point: Any) -> tuple[str, ...]:
    """A point as the cells of a table, aligned to the right."""
    ratio = "-" if point.ratio is None else f"{point.ratio:.2f}"
    software = "-" if point.software_ns is None else f"{point.software_ns:.0f}"
    rates = (point.throughput(point.driver_ns), point.throughput(point.software_ns))
    shown = ["-" if rate is None else f"{rate:.2f}" for rate in rates]
    widths = (5, 9, 11, 5, 11, 13)
    cells = (str(point.size or "-"), f"{point.driver_ns:.0f}", software, ratio, *shown)
    return tuple(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def _print_json(found: Sequence[Comparison]) -> None:
    from psa_bridge.cli.arguments import print_json
    from psa_bridge.cli.reports import document

    print_json(
        document(
            "bench",
            results=[
                {
                    "mechanism": one.mechanism.name,
                    "call": one.mechanism.call,
                    "algorithm": one.mechanism.algorithm or None,
                    "key_type": one.mechanism.key_type or None,
                    "bits": one.mechanism.bits,
                    "driver": one.driver,
                    "points": [
                        {"size": p.size, "driver_ns": p.driver_ns, "software_ns": p.software_ns, "ratio": p.ratio}
                        for p in one.points
                    ],
                    "crossover": one.crossover,
                    "verdict": one.verdict,
                    "note": one.note,
                }
                for one in found
            ],
        )
    )
