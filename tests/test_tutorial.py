"""The tutorial, followed literally in an empty folder: files are written, commands typed, outputs compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from documents import ROOT, Step, steps

TUTORIAL = ROOT / "docs" / "tutorial.md"


def matches(shown: str, printed: str) -> bool:
    """Whether output is what a page shows; ``...`` there stands for anything, by itself on a line for any lines."""
    pattern = re.escape(shown.rstrip("\n")).replace(r"\.\.\.", r"(?:.|\n)*?")
    return re.fullmatch(pattern, printed.rstrip("\n")) is not None


def do(step: Step, folder: Path) -> str:
    """Do what a step says, as at a terminal: what goes to either stream is seen."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    words = ["bash", "-c", step.text] if step.what == "command" else [sys.executable, "-c", step.text]
    done = subprocess.run(
        words, cwd=folder, env={**os.environ, "PATH": path, "NO_COLOR": "1"}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{step.text}\n{done.stdout}"
    return done.stdout


def test_the_tutorial_works_as_written(tmp_path: Path) -> None:
    todo = steps(TUTORIAL.read_text(encoding="utf-8"))
    assert sum(step.what == "command" for step in todo) > 10
    for step in todo:
        if step.what == "file":
            (tmp_path / step.name).write_text(step.text, encoding="utf-8")
            continue
        printed = do(step, tmp_path)
        assert not step.shown or matches(step.shown, printed), f"{step.text}\nshown:\n{step.shown}\nprinted:\n{printed}"


def test_an_output_that_differs_is_noticed() -> None:
    assert matches("a\n...\nz\n", "a\nb\nc\nz\n")
    assert matches("took ... us", "took 3.4 us\n")
    assert not matches("a\nz\n", "a\nb\nz\n")
    assert not matches("a", "ab")
