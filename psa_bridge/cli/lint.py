"""Check driver descriptions, and the list that they form, without compiling anything.

Each FILE is a description, a list of descriptions (a JSON array of descriptions or of file names), or a bundle (a
directory or a .toml file), whose descriptions are meant; several files are one list, in order of preference.
Everything that is wrong is reported at once, with file, line, JSON path and remedy. What only a compiler can tell,
such as a location that is a macro, is reported as unresolved; `info` compiles.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from psa_bridge.driver.model import Description

SUMMARY = "check descriptions: every mistake with file, line, JSON path and remedy"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    help_text = "a driver description, a list of them, or a bundle"
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=help_text)
    parser.add_argument("--dialect", choices=("psa", "mbedtls"), help="over what the descriptions say")
    parser.add_argument("--quiet", "-q", action="store_true", help="errors and warnings only, no notes")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 if there is an error or a warning."""
    from psa_bridge.cli.output import print_findings
    from psa_bridge.driver.description import check_list
    from psa_bridge.driver.findings import Findings, Severity
    from psa_bridge.driver.lint import lint_list

    findings = Findings()
    descriptions: list[Description] = []
    for path in _description_files(arguments.files):
        good, found = check_list(path, arguments.dialect)
        descriptions += good
        findings.extend(found)
    findings.extend(lint_list(descriptions))
    shown = [f for f in findings.sorted() if not (arguments.quiet and f.severity is Severity.NOTE)]
    print_findings(shown)
    if not shown:
        print(f"clean: {', '.join(d.name for d in descriptions)}")
    return 1 if any(f.severity is not Severity.NOTE for f in findings) else 0


def _description_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and for bundles the descriptions they consist of."""
    from psa_bridge.driver.bundle import load_bundle

    for path in paths:
        if path.is_dir() or path.suffix == ".toml":
            yield from load_bundle(path).settings.descriptions
        else:
            yield path
