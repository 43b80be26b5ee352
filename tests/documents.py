"""Pages of documentation as what they ask the reader to do: files to write, commands to type, programs to run.

A page uses three kinds of fenced blocks.  A block behind a line that ends in a file name in backquotes and a colon is
that file.  A ``console`` block holds commands behind ``$``, and what they print where that is shown.  A ``python``
block is a program.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_BLOCK = re.compile(r"(?:^|\n)(?P<before>[^\n]*)\n+```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
_FILE = re.compile(r"`(?P<name>[\w./-]+)`:$")


@dataclass(frozen=True)
class Step:
    """One thing to do: ``what`` is ``file``, ``command`` or ``program``."""

    what: str
    text: str
    name: str = ""
    shown: str = ""


def steps(page: str) -> list[Step]:
    """What a page asks for, in order; blocks of other kinds are only to be read."""
    result = []
    for block in _BLOCK.finditer(page):
        named = _FILE.search(block["before"])
        if named:
            result.append(Step("file", block["text"], named["name"]))
        elif block["kind"] == "console":
            for command in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
                line, _, shown = command.partition("\n")
                result.append(Step("command", line, shown=shown))
        elif block["kind"] == "python":
            result.append(Step("program", block["text"]))
    return result


def matches(shown: str, printed: str) -> bool:
    """Whether output is what a page shows; ``...`` there stands for anything, by itself on a line for any lines."""
    text, more = shown.rstrip("\n"), ""
    if text.endswith("\n..."):
        text, more = text.removesuffix("\n..."), r"(?:\n(?:.|\n)*)?"
    pattern = re.escape(text).replace(r"\.\.\.", r"(?:.|\n)*?") + more
    return re.fullmatch(pattern, printed.rstrip("\n")) is not None


def _environment() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "100"}


def do(step: Step, folder: Path) -> None:
    """Do it in a folder, as at a terminal: what goes to either stream is seen, and compared with what is shown."""
    if step.what == "file":
        (folder / step.name).parent.mkdir(parents=True, exist_ok=True)
        (folder / step.name).write_text(step.text, encoding="utf-8")
        return
    words = ["bash", "-c", step.text] if step.what == "command" else [sys.executable, "-c", step.text]
    code, printed = _done(words, folder)
    assert code == 0, f"{step.text}\n{printed}"
    assert not step.shown or matches(step.shown, printed), f"{step.text}\nshown:\n{step.shown}\nprinted:\n{printed}"


def _done(words: Sequence[str], folder: Path, patience: float = 300) -> tuple[int, str]:
    """Run it; the exit code and what was printed. After a time everything that it started is ended, not only itself:
    a debugger that hangs holds the program that it runs, and with it our end of the pipe."""
    with subprocess.Popen(
        words, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            printed, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            printed = f"{_end(process)}\nstopped after {patience} seconds"
        return process.returncode, printed


def _end(process: subprocess.Popen[str]) -> str:
    """End a session with all that was started in it, process groups of its own included; what it had printed."""
    for one in _session(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    return process.communicate()[0]


def _session(leader: int) -> Iterator[int]:
    """The processes of a session; the fourth field behind a program's name in parentheses says which it is of."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(status.read_text(errors="replace").rpartition(")")[2].split()[3]) == leader:
                yield int(status.parent.name)


def follow(path: Path, folder: Path) -> None:
    """Do all that a page asks for."""
    todo = steps(path.read_text(encoding="utf-8"))
    assert any(step.what != "file" for step in todo)
    for step in todo:
        do(step, folder)
