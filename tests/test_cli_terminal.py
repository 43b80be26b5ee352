"""What is seen on a terminal, and what a pipe gets."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from psa_bridge import paths
from psa_bridge.cli import COMMANDS

ESCAPE = "\033"


def on_terminal(*words: str, folder: Path, **environment: str) -> str:
    """Everything that a command shows on a terminal of its own."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "psa_bridge.cli", *words], stdin=slave, stdout=slave, stderr=slave, cwd=folder,
        env={"TERM": "xterm", **{k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}, **environment},
    )  # fmt: skip
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    process.wait(timeout=60)
    os.close(master)
    return shown.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "driver.json").write_text('{"prefix": "acme"}')
    return tmp_path


def test_severities_are_coloured_on_a_terminal_only(folder: Path) -> None:
    assert f"{ESCAPE}[31merror:{ESCAPE}[0m" in on_terminal("lint", "driver.json", folder=folder)
    assert ESCAPE not in on_terminal("lint", "driver.json", folder=folder, NO_COLOR="1")
    assert ESCAPE not in on_terminal("lint", "driver.json", folder=folder, TERM="dumb")
    command = [sys.executable, "-m", "psa_bridge.cli", "lint", "driver.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert ESCAPE not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "words",
    [["lint", "driver.json"], ["doctor"],
     ["explain", "sign_hash", "--alg", "PSA_ALG_ECDSA(PSA_ALG_SHA_256)", "--bits", "256",
      "--key-type", "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)"],
     ["run", "generate_key", "--key-type", "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)", "--bits", "256",
      "--trace"],
     ["run", "--list"], ["lint", "--rules"], ["info"]],
    ids=lambda words: " ".join(words[:2]),
)  # fmt: skip
def test_lines_fit_the_terminal(words: list[str], folder: Path) -> None:
    shown = on_terminal(*words, folder=folder, COLUMNS="80")
    lines = [re.sub(r"\033\[[0-9;]*[A-Za-z]", "", line).rpartition("\r")[2] for line in shown.split("\r\n")]
    assert [line for line in lines if len(line) > 80] == []


def test_a_file_gets_no_colours(folder: Path) -> None:
    on_terminal("lint", "driver.json", "--output", "report", folder=folder)
    assert "error:" in (folder / "report").read_text()
    assert ESCAPE not in (folder / "report").read_text()


def test_a_build_shows_how_far_it_is_and_leaves_nothing_of_it(folder: Path) -> None:
    driver = str(paths.DRIVERS / "p256_plugin")
    shown = on_terminal("info", driver, folder=folder, PSA_BRIDGE_CACHE=str(folder / "cache"))
    bar, _, rest = shown.rpartition(f"\r{ESCAPE}[K")
    assert "building [" in bar
    assert "p256_field.c" in bar
    assert "building [" not in rest
    assert "p256_plugin: transparent driver" in rest
    command = [sys.executable, "-m", "psa_bridge.cli", "info", driver]
    environment = {**os.environ, "PSA_BRIDGE_CACHE": str(folder / "other")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    assert "building" not in done.stdout + done.stderr


@pytest.mark.parametrize("columns", ["80", "120"])
def test_help_fits_the_terminal(columns: str, folder: Path) -> None:
    for command in COMMANDS:
        shown = on_terminal(command, "--help", folder=folder, COLUMNS=columns)
        assert [line for line in shown.splitlines() if len(line) > int(columns)] == []
