"""Arguments that several commands have: numbers, JSON, files to write."""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def number(text: str) -> int:
    """A number in decimal, or in hexadecimal with 0x; for ``type=``."""
    try:
        return int(text, 0)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number: write digits, or 0x and hexadecimal digits") from None


def path(text: str) -> Path:
    """A path; an empty one is a variable that a script forgot to set, not the working directory. For ``type=``."""
    if not text:
        raise argparse.ArgumentTypeError("a path cannot be empty")
    return Path(text)


def existing(paths: Iterable[Path]) -> None:
    """Refuse paths of the command line that lead nowhere, with what is there under a similar name."""
    from psa_bridge.cli.failures import UsageError
    from psa_bridge.driver.findings import did_you_mean

    for one in paths:
        try:
            one.lstat()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            hint = did_you_mean(one.name, _names(one.parent))
            raise UsageError(f"{one}: {why}{hint and '; ' + hint}") from error


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except (OSError, ValueError):
        return []


def writable(target: Path) -> None:
    """Refuse a place where nothing can be written, before work is done for it. ``OSError`` says why."""
    place = target.absolute()
    while not place.exists():
        place = place.parent
    if place != target.absolute() and not place.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(place))
    if not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print one JSON document, see docs/cli.md")


def add_sarif(parser: argparse._ActionsContainer) -> None:
    """Add ``--sarif``, which whatever builds bundles has."""
    parser.add_argument("--sarif", type=path, metavar="FILE", help="write what is found on the way as SARIF 2.1.0")


def print_json(document: dict[str, Any]) -> None:
    """Print a document."""
    print(json_text(document))


def json_text(document: dict[str, Any]) -> str:
    """A document as text: indented, ASCII, so that any terminal and any file name will do."""
    return json.dumps(document, indent=2)


def write_text(path: Path | None, text: str) -> None:
    """Write to a file, or to standard output for ``-`` or none."""
    if path is None or str(path) == "-":
        print(text)
        return
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def write_bytes(path: Path, data: bytes, secret: bool = False) -> None:
    """Write a file; a secret one is readable for its owner only, also while it is written."""
    if not secret:
        path.write_bytes(data)
        return
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_bytes(data)


def is_terminal(stream: Any = None) -> bool:
    """Whether somebody looks at the stream, standard output by default."""
    target = sys.stdout if stream is None else stream
    return bool(getattr(target, "isatty", lambda: False)())
