"""Say what psa_bridge finds on this machine, and what to do about what is missing.

Compilers, headers, the sanitizers, Python packages, the image cache, and the components that drivers are tried on
(SoftHSM2, swtpm, QEMU, cross compilers), each with its version. What is missing comes with the command that installs
it on this distribution. Required things that are missing make the command exit 1; optional ones only take features
away.
"""

from __future__ import annotations

import argparse
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psa_bridge.cli.checks import Check

SUMMARY = "what is on this machine, and how to get what is missing"

EXAMPLES = """\
  psa-bridge doctor
  psa-bridge doctor --json | jq '.checks[] | select(.state != "ok")'
  CC=clang psa-bridge doctor      what another compiler makes of it
"""

_COLOURS = {"ok": "good", "missing": "error", "absent": "warning"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    from psa_bridge.cli.arguments import add_json

    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print every check; 1 if something required is missing."""
    from psa_bridge.cli.arguments import print_json
    from psa_bridge.cli.checks import checks
    from psa_bridge.cli.progress import Progress
    from psa_bridge.cli.reports import document

    with Progress() as progress:
        found = checks(progress)
    missing = [check.name for _, check in found if check.required and not check.found]
    if arguments.json:
        print_json(document("doctor", ok=not missing, checks=[_data(group, check) for group, check in found]))
    else:
        _print(found)
        print(f"missing: {', '.join(missing)}" if missing else "everything that is required is here")
    return 1 if missing else 0


def _data(group: str, check: Check) -> dict[str, object]:
    return {
        "group": group,
        "name": check.name,
        "state": check.state,
        "required": check.required,
        "detail": check.detail,
        "purpose": check.purpose,
        "remedy": "" if check.found else check.remedy,
    }


def _print(found: list[tuple[str, Check]]) -> None:
    """One line per check under the heading of its group; what is not there with its purpose and remedy."""
    from psa_bridge.cli.output import coloured, cut, folded

    width = max(len(check.name) for _, check in found)
    for group, members in itertools.groupby(found, key=lambda pair: pair[0]):
        print(coloured(group, "strong"))
        for _, check in members:
            state = coloured(f"{check.state:<7}", _COLOURS[check.state])
            print(f"  {check.name:<{width}}  {state}  {cut(check.detail, width + 13)}")
            if not check.found:
                purpose = f"for {check.purpose}: " if check.purpose else ""
                print(folded(f"      {purpose}{check.remedy}"))
