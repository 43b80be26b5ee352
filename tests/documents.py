"""Pages of documentation as what they ask the reader to do: files to write, commands to type, programs to run.

A page uses three kinds of fenced blocks.  A block behind a line that ends in a file name in backquotes and a colon is
that file.  A ``console`` block holds commands behind ``$``, and what they print where that is shown.  A ``python``
block is a program.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
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
    pattern = re.escape(shown.rstrip("\n")).replace(r"\.\.\.", r"(?:.|\n)*?")
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
    done = subprocess.run(
        words, cwd=folder, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{step.text}\n{done.stdout}"
    assert not step.shown or matches(step.shown, done.stdout), (
        f"{step.text}\nshown:\n{step.shown}\nprinted:\n{done.stdout}"
    )


def follow(path: Path, folder: Path) -> None:
    """Do all that a page asks for."""
    todo = steps(path.read_text(encoding="utf-8"))
    assert any(step.what != "file" for step in todo)
    for step in todo:
        do(step, folder)
