"""Check driver descriptions, and the list that they form, without compiling anything.

Each FILE is a description, a list of descriptions (a JSON array of descriptions or of file names), or a bundle (a
directory or a .toml file), whose descriptions are meant; several files are one list, in order of preference.
Everything that is wrong is reported at once, with file, line, JSON path and remedy. What only a compiler can tell,
such as a location that is a macro, is reported as unresolved; `info` compiles.

Exits 1 if there is an error or a warning. Notes alone leave it at 0.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psa_bridge.driver.descriptions.model import Description
    from psa_bridge.driver.findings import Finding

SUMMARY = "check descriptions: every mistake with place and remedy"

EXAMPLES = """\
  psa-bridge lint driver.json
  psa-bridge lint accelerator/ element/bundle.toml      as one list, in order
  psa-bridge lint --format sarif --output lint.sarif .  for code scanning
  psa-bridge lint --rules                               every kind of finding
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    from psa_bridge.cli.arguments import path

    help_text = "a driver description, a list of them, or a bundle"
    parser.add_argument("files", nargs="*", type=path, metavar="FILE", help=help_text)
    parser.add_argument("--dialect", choices=("psa", "mbedtls"), help="over what the descriptions say")
    parser.add_argument("--quiet", "-q", action="store_true", help="errors and warnings only, no notes")
    parser.add_argument("--format", choices=("text", "json", "sarif"), default="text", help="(%(default)s)")
    parser.add_argument("--output", "-o", type=path, metavar="OUT", help="write to a file instead")
    parser.add_argument("--rules", action="store_true", help="list the rules: the stable id of each kind of finding")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 if there is an error or a warning."""
    from psa_bridge.cli.failures import UsageError
    from psa_bridge.driver.findings import Severity

    if arguments.rules:
        return _print_rules(arguments)
    if not arguments.files:
        raise UsageError("name at least one FILE to check, or ask for --rules")
    descriptions, found = _check(arguments)
    code = 1 if any(one.severity is not Severity.NOTE for one in found) else 0
    shown = [one for one in found if not (arguments.quiet and one.severity is Severity.NOTE)]
    _report(arguments, descriptions, shown, code)
    return code


def _check(arguments: argparse.Namespace) -> tuple[list[Description], Sequence[Finding]]:
    """The descriptions that can be used, and everything that was found."""
    from psa_bridge.cli.arguments import existing
    from psa_bridge.driver.descriptions.description import check_list
    from psa_bridge.driver.descriptions.lint import lint_list
    from psa_bridge.driver.findings import Findings, FindingsError

    existing(arguments.files)
    findings = Findings()
    descriptions: list[Description] = []
    for named in arguments.files:
        try:
            for path in _description_files(named):
                good, found = check_list(path, arguments.dialect)
                descriptions += good
                findings.extend(found)
        except FindingsError as error:  # a bundle that cannot be read is a finding like any other
            findings.extend(error.findings)
    findings.extend(lint_list(descriptions))
    return descriptions, findings.sorted()


def _description_files(path: Path) -> Iterator[Path]:
    """The file itself, and for a bundle the descriptions it consists of."""
    from psa_bridge.driver.bundle import load_bundle

    if path.is_dir() or path.suffix == ".toml":
        yield from load_bundle(path).settings.descriptions
    else:
        yield path


def _report(
    arguments: argparse.Namespace, descriptions: Iterable[Description], shown: Sequence[Finding], code: int
) -> None:
    from psa_bridge.cli.arguments import json_text, write_text
    from psa_bridge.cli.output import render_findings
    from psa_bridge.cli.reports import counts, document, findings_data, sarif

    if arguments.format == "json":
        drivers = [{"prefix": d.prefix, "type": d.driver_type, "file": d.file} for d in descriptions]
        content = document("lint", drivers=drivers, counts=counts(shown), findings=findings_data(shown))
        write_text(arguments.output, json_text(content))
    elif arguments.format == "sarif":
        write_text(arguments.output, json_text(sarif(shown, code)))
    else:
        text = render_findings(shown, colour=arguments.output is None)
        write_text(arguments.output, text or f"clean: {', '.join(d.name for d in descriptions)}")


def _print_rules(arguments: argparse.Namespace) -> int:
    """The list of rules, as text or JSON."""
    from psa_bridge.cli.arguments import json_text, write_text
    from psa_bridge.cli.output import table
    from psa_bridge.cli.reports import all_rules, document, sarif

    rules = all_rules()
    if arguments.format == "json":
        listed = [{"id": name, "summary": summary} for name, summary in rules]
        write_text(arguments.output, json_text(document("lint", rules=listed)))
    elif arguments.format == "sarif":
        write_text(arguments.output, json_text(sarif((), 0)))
    else:
        write_text(arguments.output, table(rules))
    return 0
