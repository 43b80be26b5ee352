"""Plain tables and colours for the terminal."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from psa_bridge import TraceEvent
    from psa_bridge.driver.findings import Finding

_NARROWEST = 24
_COLOURS = {"error": "31", "warning": "33", "note": "36", "good": "32", "strong": "1"}


def coloured(text: str, colour: str, stream: object = None) -> str:
    """``text`` in a colour where the stream is a terminal and NO_COLOR is not set."""
    target = sys.stdout if stream is None else stream
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not getattr(target, "isatty", lambda: False)():
        return text
    return f"\033[{_COLOURS[colour]}m{text}\033[0m"


def table(
    rows: Iterable[Sequence[object]], header: Sequence[str] = (), indent: str = "", stream: TextIO | None = None
) -> str:
    """Left-aligned columns, two blanks apart; trailing blanks removed.

    Where the stream that it is for, standard output by default, is a terminal, the last column is folded to fit.
    """
    cells = [[str(cell) for cell in row] for row in ([header] if header else [])] + [
        [str(cell) for cell in row] for row in rows
    ]
    if not cells:
        return ""
    widths = [max(len(row[i]) for row in cells if i < len(row)) for i in range(max(map(len, cells)))]
    before = len(indent) + sum(widths[:-1]) + 2 * (len(widths) - 1)
    room = _room(sys.stdout if stream is None else stream, before)
    widths[-1] = min(widths[-1], room)
    lines = []
    for row in cells:
        last = _folded(row[-1], room) if len(row) == len(widths) else [row[-1]]
        first = [*row[:-1], last[0]]
        lines.append(indent + "  ".join(cell.ljust(width) for cell, width in zip(first, widths, strict=False)).rstrip())
        lines += [" " * before + rest for rest in last[1:]]
    if header:
        lines.insert(1, indent + "  ".join("-" * width for width in widths[: len(header)]))
    return "\n".join(lines)


def _room(stream: TextIO, used: int) -> int:
    """How many characters fit after those that are used; without end where nobody looks."""
    if not stream.isatty():
        return sys.maxsize
    return max(columns() - used - 1, _NARROWEST)


def columns() -> int:
    """The width of the terminal; 80 where it does not tell, which Python 3.10 gives as 0."""
    return shutil.get_terminal_size().columns or 80


def _folded(text: str, room: int) -> list[str]:
    """A text in lines, broken at blanks."""
    if len(text) <= room:
        return [text]
    return textwrap.wrap(text, room, break_on_hyphens=False, break_long_words=False)


def folded(text: str, stream: TextIO | None = None) -> str:
    """Text whose long lines are broken at blanks, the rest further in, where somebody looks; quoted lines stay."""
    if not (sys.stdout if stream is None else stream).isatty():
        return text
    width = columns()
    return "\n".join(part for line in text.split("\n") for part in _hanging(line, width))


def _hanging(line: str, width: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    if len(line) <= width or line.lstrip().startswith("|"):
        return [line]
    return textwrap.wrap(
        line, width, subsequent_indent=f"{indent}    ", break_on_hyphens=False, break_long_words=False,
        drop_whitespace=True,
    )  # fmt: skip


_PREFIXES = ("PSA_ALG_", "PSA_KEY_TYPE_", "PSA_ECC_FAMILY_", "PSA_DH_FAMILY_", "PSA_SLH_DSA_FAMILY_")


def short(expression: str) -> str:
    """A macro expression without what all of its kind begin with."""
    for prefix in _PREFIXES:
        expression = expression.replace(prefix, "")
    return expression


def trace_table(events: Iterable[TraceEvent], stream: TextIO | None = None) -> str:
    """The calls of drivers, the ones made by a driver further in; mechanisms are short where somebody looks."""
    name = short if (sys.stdout if stream is None else stream).isatty() else str
    rows = []
    for event in events:
        driver, took = f"{'  ' * (event.depth - 1)}{event.driver}", f"{event.duration_ns / 1e3:8.1f}"
        rows.append((driver, event.entry_point, event.status_name, took, name(event.mechanism)))
    head = ("driver", "entry point", "status", "      us", "mechanism")
    return table(rows, header=head, stream=stream) if rows else "no driver was called"


def render_findings(findings: Iterable[Finding], colour: bool = True, stream: TextIO | None = None) -> str:
    """Findings as text with the severities coloured, and a closing line of counts; empty if there are none."""
    from psa_bridge.driver.findings import Findings, Severity

    text = Findings(findings).render()
    text = folded(text, stream) if colour else text
    for severity in Severity if colour else ():
        text = text.replace(f"{severity.value}:", coloured(f"{severity.value}:", severity.value, stream))
    return text


def print_findings(findings: Iterable[Finding], stream: TextIO | None = None) -> None:
    """Print findings where there are any."""
    text = render_findings(findings, stream=stream)
    if text:
        print(text, file=stream)


def cut(text: str, used: int) -> str:
    """Text that fits into the rest of a terminal's line; whole where nobody looks."""
    room = _room(sys.stdout, used)
    return text if len(text) <= room else f"{text[: room - 3]}..."
