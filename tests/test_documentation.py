"""What README and docs print runs as it is printed."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import documents
import pytest
from documents import follow

import psa_bridge.errors
from psa_bridge.cli import COMMANDS
from psa_bridge.driver.settings import KEYS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BUNDLES = (ROOT / "docs" / "bundles.md").read_text(encoding="utf-8")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_the_example_in_python() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = run("-c", block)
    assert (done.returncode, done.stderr) == (0, "")
    assert "served" in done.stdout


NEEDS = {"gdb": "gdb"}
"""What a page needs beside the project's own requirements."""


@pytest.mark.parametrize(
    "page", [*sorted((ROOT / "docs" / "howto").glob("*.md")), ROOT / "docs" / "index.md"], ids=lambda page: page.stem
)
def test_pages_work_as_written(page: Path, tmp_path: Path) -> None:
    program = NEEDS.get(page.stem)
    if program and shutil.which(program) is None:
        pytest.skip(f"needs {program}")
    for name in ("csrc", "drivers", "README.md"):  # the pages are read with the sources at hand
        (tmp_path / name).symlink_to(ROOT / name)
    follow(page, tmp_path)


def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    words = ["bash", "-c", "echo started; set -m; sleep 600 & echo $! > pid; wait"]
    code, printed = documents._done(words, tmp_path, patience=1)
    assert code != 0
    assert printed.startswith("started\n")
    assert not Path("/proc", (tmp_path / "pid").read_text().strip(), "cwd").exists()


def commands() -> list[list[str]]:
    """The command lines of the README that need no file of the user's and no minute of time."""
    lines = README.replace("\\\n", " ").splitlines()
    words = [shlex.split(line, comments=True) for line in lines if line.startswith("    psa-bridge ")]
    return [line[1:] for line in words if line[1] != "build" and "driver.o" not in line]


@pytest.mark.parametrize("words", commands(), ids=lambda words: words[0])
def test_examples_for_the_shell(words: list[str]) -> None:
    done = run("-m", "psa_bridge.cli", *words)
    told = "served by libcrypto: hash_compute\n" if words[0] == "run" else ""
    assert (done.returncode, done.stderr) == (0, told), done.stdout


def test_the_keys_of_a_bundle_are_documented() -> None:
    table = "".join(line for line in BUNDLES.splitlines() if line.startswith("| `"))
    assert {key for key in KEYS if f"`{key}`" not in table} == set()


def test_every_public_name_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    named = {*re.findall(r"autoclass:: psa_bridge\.(\w+)", page), *vars(psa_bridge.errors), "__version__"}
    assert {name for name in psa_bridge.__all__ if name not in named} == set()


def test_every_command_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert set(re.findall(r"command-output:: psa-bridge (\w+) --help", page)) == set(COMMANDS)
