"""The command line: ``psa-bridge COMMAND ...``.

One module per command, each with ``SUMMARY``, ``configure(parser)`` and ``run(arguments)``; ``EXAMPLES`` go under its
help.
Exit codes: 0 clean, 1 findings or a failed check, 2 usage.  An error of the user's is one
readable message, never a traceback.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from psa_bridge.cli import streams

if TYPE_CHECKING:
    from psa_bridge.driver.findings import Findings

COMMANDS = ("doctor", "new", "lint", "info", "explain", "run", "build", "bench", "demo")

CLEAN, FINDINGS, USAGE = 0, 1, 2

_TAKE_FLAGS = ("--cflag", "--cflags", "--ldflag")
"""Options whose value may begin with a dash."""

_EXIT_CODES = "Exit codes: 0 clean, 1 findings or a failure, 2 wrong usage."
_EPILOG = f"""{_EXIT_CODES} PSA_BRIDGE_CACHE names the directory of built images.
`psa-bridge COMMAND --help` has examples."""


class _IncludeDir(argparse.Action):
    """Print the directory of the PSA headers, for ``-I``."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from psa_bridge import paths

        print(paths.INCLUDE)
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    """What all commands have in common; it only gets to see command lines without a command, or with a wrong one."""
    from importlib.metadata import version

    parser = argparse.ArgumentParser(
        prog="psa-bridge",
        description="Build, load, examine and explain PSA cryptoprocessor drivers.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"psa-bridge {version('psa_bridge')}")
    parser.add_argument(
        "--include-dir", action=_IncludeDir, nargs=0, help="print where the headers for drivers are, and exit"
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        subparsers.add_parser(name, help=importlib.import_module(f"psa_bridge.cli.{name}").SUMMARY)
    return parser


def _command_parser(name: str) -> argparse.ArgumentParser:
    """The parser of one command: one of its own, because only such a one takes options and files in any order."""
    from psa_bridge.cli.help import HelpFormatter

    module = importlib.import_module(f"psa_bridge.cli.{name}")
    parser = argparse.ArgumentParser(
        prog=f"psa-bridge {name}", description=module.__doc__, formatter_class=HelpFormatter
    )
    module.configure(parser)
    examples = getattr(module, "EXAMPLES", "")
    parts = (f"examples:\n{examples.rstrip()}" if examples else "", (parser.epilog or "").rstrip(), _EXIT_CODES)
    parser.epilog = "\n\n".join(part for part in parts if part)
    return parser


def _joined(words: Sequence[str]) -> list[str]:
    """Words in which a compiler's flag belongs to the option before it, where it would count as one of ours."""
    found: list[str] = []
    for word in words:
        if found and found[-1] in _TAKE_FLAGS and word.startswith("-"):
            found[-1] += f"={word}"
        else:
            found.append(word)
    return found


def _run(module: ModuleType, arguments: argparse.Namespace) -> int:
    """Run a command; on a terminal, what it builds shows how far it is."""
    from psa_bridge.cli.progress import Progress
    from psa_bridge.driver.findings import FindingsError, collecting
    from psa_bridge.driver.progress import watching

    with Progress("building") as progress, watching(progress), collecting() as found:
        try:
            code = int(module.run(arguments))
        except FindingsError:
            try:
                _write_sarif(arguments, found, FINDINGS)
            except OSError as error:  # it does not hide what was found
                print(f"psa-bridge: {arguments.sarif}: {error.strerror}", file=sys.stderr)
            raise
    _write_sarif(arguments, found, code)
    return code


def _write_sarif(arguments: argparse.Namespace, found: Findings, code: int) -> None:
    """Everything that was found on the way, where ``--sarif`` asks for it."""
    if getattr(arguments, "sarif", None):
        from psa_bridge.cli.arguments import json_text, write_text
        from psa_bridge.cli.reports import sarif

        write_text(arguments.sarif, json_text(sarif(found.sorted(), code)))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    streams.prepare()
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] not in COMMANDS:
        _parser().parse_args(words[:1])
    arguments = _command_parser(words[0]).parse_intermixed_args(_joined(words[1:]))
    module = importlib.import_module(f"psa_bridge.cli.{words[0]}")
    try:
        code = _run(module, arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from psa_bridge.cli.failures import explain_failure

        message, code = explain_failure(error)
        if message is None:
            raise
        print(message, file=sys.stderr)
        return code
