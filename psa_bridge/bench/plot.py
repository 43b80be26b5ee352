"""Comparisons as a picture: one panel per mechanism, time over size, the crossover marked."""

from __future__ import annotations

import html
import importlib.util
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psa_bridge.bench.compare import Comparison

FORMATS = (".png", ".svg", ".html")
"""What a picture can be written as, by the ending of its name."""

_COLUMNS = 3
_DRIVER, _SOFTWARE = "#0b6e4f", "#b3541e"


class PlotError(Exception):
    """A picture cannot be drawn; the text says what to do about it."""


def check(path: Path) -> None:
    """Say before anything is measured whether a picture could be drawn.

    Raises:
        PlotError: the ending is none of :data:`FORMATS`, or matplotlib is missing.
    """
    if path.suffix.lower() not in FORMATS:
        raise PlotError(f"{path}: a picture ends in {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    if importlib.util.find_spec("matplotlib") is None:
        raise PlotError("pictures need matplotlib: pip install 'psa-bridge[bench]'")


def plot(comparisons: Sequence[Comparison], path: Path, title: str = "") -> None:
    """Draw comparisons into a file.

    Args:
        comparisons: those without points are left out.
        path: a file that ends in one of :data:`FORMATS`; .html has the picture and the numbers.
        title: above everything.

    Raises:
        PlotError: see :func:`check`; or there is nothing to draw.
    """
    check(path)
    shown = [comparison for comparison in comparisons if comparison.points]
    if not shown:
        raise PlotError("nothing was measured, so there is nothing to draw")
    figure = _figure(shown, title)
    if path.suffix.lower() == ".html":
        picture = io.StringIO()
        figure.savefig(picture, format="svg")
        path.write_text(_page(shown, title, picture.getvalue()), encoding="utf-8")
    else:
        figure.savefig(path, format=path.suffix[1:].lower(), dpi=110)


def _figure(shown: Sequence[Comparison], title: str) -> Any:
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    # The same numbers give the same file, and text stays text.
    mpl.rcParams.update({"svg.hashsalt": "psa-bridge", "svg.fonttype": "none"})
    sized = [one for one in shown if one.mechanism.sized]
    fixed = [one for one in shown if not one.mechanism.sized]
    count = len(sized) + bool(fixed)
    columns = min(_COLUMNS, count)
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(4.4 * columns, 3.1 * rows + 0.5), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axis, comparison in zip(axes, sized, strict=False):
        _lines(axis, comparison)
    if fixed:
        _bars(axes[len(sized)], fixed)
    for axis in axes[count:]:
        axis.set_axis_off()
    if title:
        figure.suptitle(title)
    return figure


def _lines(axis: Any, comparison: Comparison) -> None:
    """Time over size, both on logarithmic scales."""
    points = comparison.points
    axis.loglog(
        [p.size for p in points], [p.driver_ns for p in points], "o-", ms=3, color=_DRIVER, label=comparison.driver
    )
    known = [(p.size, p.software_ns) for p in points if p.software_ns is not None]
    if known:
        axis.loglog(*zip(*known, strict=True), "s--", ms=3, color=_SOFTWARE, label="software")
    if comparison.crossover:
        axis.axvline(comparison.crossover, color="0.5", lw=0.8, ls=":")
        axis.annotate(f"{comparison.crossover} B", (comparison.crossover, axis.get_ylim()[1]), fontsize=7, va="top")
    axis.set_title(comparison.mechanism.name, fontsize=10)
    axis.set_xlabel("bytes", fontsize=8)
    axis.set_ylabel("ns per call", fontsize=8)
    axis.grid(visible=True, alpha=0.25)
    axis.legend(fontsize=7, loc="upper left")


def _bars(axis: Any, fixed: Sequence[Comparison]) -> None:
    """Time of the mechanisms without sizes."""
    places = range(len(fixed))
    micro = [one.points[0].driver_ns / 1000 for one in fixed]
    other = [(one.points[0].software_ns or math.nan) / 1000 for one in fixed]
    axis.barh([p - 0.2 for p in places], micro, 0.38, color=_DRIVER, label="driver")
    axis.barh([p + 0.2 for p in places], other, 0.38, color=_SOFTWARE, label="software")
    axis.set_yticks(list(places), [one.mechanism.name for one in fixed], fontsize=7)
    axis.invert_yaxis()
    axis.set_xscale("log")
    axis.set_xlabel("µs per call", fontsize=8)
    axis.grid(visible=True, axis="x", alpha=0.25)
    axis.legend(fontsize=7)


def _page(shown: Sequence[Comparison], title: str, svg: str) -> str:
    """A page with the picture and a table."""
    rows = "".join(
        f"<tr><td>{html.escape(one.mechanism.name)}</td><td>{html.escape(one.driver)}</td><td>{point.size or ''}</td>"
        f"<td>{point.driver_ns:.1f}</td><td>{'' if point.software_ns is None else f'{point.software_ns:.1f}'}</td>"
        f"<td>{'' if point.ratio is None else f'{point.ratio:.2f}'}</td></tr>\n"
        for one in shown
        for point in one.points
    )
    head = "".join(f"<th>{name}</th>" for name in ("mechanism", "driver", "bytes", "driver ns", "software ns", "ratio"))
    style = (
        "body{font:15px sans-serif;margin:2em}td,th{padding:2px 12px;text-align:right}td:first-child{text-align:left}"
    )
    picture = svg[svg.index("<svg") :]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{style}</style><h1>{html.escape(title)}</h1>{picture}\n<table><tr>{head}</tr>\n{rows}</table></html>\n"
    )
