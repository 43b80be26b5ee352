"""What the user sees when a command fails: one message, and an exit code."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path


def explain_failure(error: Exception) -> tuple[str | None, int]:
    """The message and exit code for an error of the user's, or ``(None, ...)`` for a defect of ours."""
    from psa_bridge.cbuild.toolchain import WordsError
    from psa_bridge.cli import FINDINGS, USAGE
    from psa_bridge.cli.output import folded, render_findings
    from psa_bridge.driver.findings import FindingsError

    if isinstance(error, FindingsError):
        return render_findings(error.findings, stream=sys.stderr), FINDINGS
    if isinstance(error, OSError) and type(error).__module__ == "builtins":
        name = f"{error.filename}: " if error.filename else ""
        return f"psa-bridge: {name}{error.strerror or error}", USAGE
    if isinstance(error, (UsageError, WordsError)):
        return folded(f"psa-bridge: {error}", sys.stderr), USAGE
    known = isinstance(error, CommandFailedError) or type(error).__module__ == "psa_bridge.errors"
    return folded(f"psa-bridge: {error}", sys.stderr) if known else None, FINDINGS


class UsageError(Exception):
    """The arguments of a command do not make sense together."""


@contextlib.contextmanager
def usage_errors() -> Iterator[None]:
    """Numbers that do not fit what they are for are wrong usage; nothing else may be done inside."""
    try:
        yield
    except (ValueError, OverflowError) as error:
        raise UsageError(str(error)) from error


class CommandFailedError(Exception):
    """A command could not do its work; the text says why and what to do."""


def number_or_macro(text: str | None, option: str) -> int:
    """The value of a macro expression of the API or of a number; 0 for None."""
    from psa_bridge.spec.encodings import EncodingError, evaluate

    if text is None:
        return 0
    if text[:1].isdigit():
        try:
            return int(text, 0)
        except ValueError as error:
            raise UsageError(f"{option}: {text!r} is no number: write digits, or 0x and hexadecimal digits") from error
    try:
        return evaluate(text)
    except (EncodingError, ValueError) as error:
        raise UsageError(f"{option}: {error}") from error


def hexadecimal(text: str, option: str) -> bytes:
    """Bytes written as hexadecimal digits; blanks and colons between bytes are allowed."""
    if text.startswith("@"):
        raise UsageError(f"{option} takes hexadecimal digits; a file has an argument of its own")
    try:
        return bytes.fromhex(text.replace(":", " "))
    except ValueError:
        raise UsageError(f"{option}: not hexadecimal digits, two for each byte") from None


def bytes_or_file(text: str, option: str) -> bytes:
    """Bytes as hexadecimal digits, or with ``@`` the content of a file."""
    return Path(text[1:]).read_bytes() if text.startswith("@") else hexadecimal(text, option)
