"""What `info --mechanisms` shows: by algorithm, folded to the width of the terminal."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING

from psa_bridge.cli.output import coloured, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from psa_bridge.mechanisms import Service

_WIDEST = 100


def _folded(text: str, width: int, indent: int) -> Iterator[str]:
    space = " " * indent
    yield from textwrap.wrap(
        text,
        width,
        initial_indent=space,
        subsequent_indent=f"{space}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _keys(found: Iterable[Service]) -> str:
    """Types of keys with their sizes."""
    listed = [f"{short(one.key_type)} {', '.join(map(str, one.sizes))}" for one in found if one.key_type]
    return "; ".join(listed)


def _algorithm(algorithm: str, found: list[Service], width: int) -> Iterator[str]:
    """An algorithm: who serves which call of it, with which keys and hashes."""
    yield coloured(algorithm.replace("PSA_ALG_ANY_HASH", "hash"), "strong")
    answers: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[Service]] = {}
    for one in found:
        answers.setdefault((one.call, one.drivers, one.hashes), []).append(one)
    for (call, drivers, hashes), same in sorted(answers.items(), key=lambda answer: not answer[0][1]):
        by = ", then ".join(drivers) or coloured("nobody", "warning")
        yield f"  {call}: {by}"
        if keys := _keys(same):
            yield from _folded(keys, width, 6)
        if hashes:
            yield from _folded(f"hashes: {', '.join(map(short, hashes))}", width, 6)


def render(services: Iterable[Service]) -> str:
    """The whole list."""
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    algorithms: dict[str, list[Service]] = {}
    for one in services:
        algorithms.setdefault(one.algorithm, []).append(one)
    return "\n".join(line for name, found in algorithms.items() for line in _algorithm(name, found, width))
