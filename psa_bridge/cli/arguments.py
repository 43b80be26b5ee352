"""Arguments that several commands have: numbers, JSON, files to write."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def number(text: str) -> int:
    """A number in decimal, or in hexadecimal with 0x; for ``type=``."""
    try:
        return int(text, 0)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number: write digits, or 0x and hexadecimal digits") from None


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print one JSON document, see docs/cli.md")


def add_sarif(parser: argparse._ActionsContainer) -> None:
    """Add ``--sarif``, which whatever builds bundles has."""
    parser.add_argument("--sarif", type=Path, metavar="FILE", help="write what is found on the way as SARIF 2.1.0")


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
