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


def _environment() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "100"}


def do(step: Step, folder: Path) -> subprocess.CompletedProcess[str] | None:
    """Do it in a folder; what ran, if anything did."""
    if step.what == "file":
        (folder / step.name).parent.mkdir(parents=True, exist_ok=True)
        (folder / step.name).write_text(step.text, encoding="utf-8")
        return None
    words = ["bash", "-c", step.text] if step.what == "command" else [sys.executable, "-c", step.text]
    return subprocess.run(
        words, cwd=folder, env=_environment(), capture_output=True, text=True, timeout=300, check=False
    )


def follow(path: Path, folder: Path) -> None:
    """Do all that a page asks for, in a folder that has the sources of the project beside it."""
    for name in ("csrc", "drivers"):
        (folder / name).symlink_to(ROOT / name)
    for step in steps(path.read_text(encoding="utf-8")):
        done = do(step, folder)
        if done is not None:
            assert done.returncode == 0, f"{path.name}: {step.text}\n{done.stdout}{done.stderr}"
            assert step.shown in done.stdout, f"{path.name}: {step.text}\nshown:\n{step.shown}\nprinted:\n{done.stdout}"
