"""The command line: ``psa-bridge COMMAND ...``.

One module per command, each with ``SUMMARY``, ``configure(parser)`` and ``run(arguments)``.
Exit codes: 0 clean, 1 findings or a failed check, 2 usage.  An error of the user's is one
readable message, never a traceback.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

COMMANDS = ("doctor", "lint", "info", "explain", "build", "demo")

CLEAN, FINDINGS, USAGE = 0, 1, 2

_EPILOG = "Exit codes: 0 clean, 1 findings, 2 wrong usage. PSA_BRIDGE_CACHE names the directory of built images."


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    """The parser; only the chosen command's module configures its options, so that ``--help`` stays fast."""
    parser = argparse.ArgumentParser(
        prog="psa-bridge",
        description="Build, load, examine and explain PSA cryptoprocessor drivers.",
        epilog=_EPILOG,
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = importlib.import_module(f"psa_bridge.cli.{name}")
        command = subparsers.add_parser(
            name,
            help=module.SUMMARY,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name == chosen:
            module.configure(command)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in words if not word.startswith("-")), None)
    arguments = _parser(chosen).parse_args(words)
    module = importlib.import_module(f"psa_bridge.cli.{arguments.command}")
    try:
        return int(module.run(arguments))
    except BrokenPipeError:
        # The reader of our output went away (| head); nothing is wrong with the input.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from psa_bridge.cli.failures import explain_failure

        message, code = explain_failure(error)
        if message is None:
            raise
        print(message, file=sys.stderr)
        return code
