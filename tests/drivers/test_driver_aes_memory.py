"""Overruns, undefined behaviour and secret-dependent branches of the AES accelerator."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest
from harness import DRIVERS, FLAGS, ROOT

from psa_bridge import Core

HERE = Path(__file__).parent
FOLDER = DRIVERS / "x86_aes"
SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover"]
LACKS_INSTRUCTIONS = 77

pytestmark = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="not an x86-64 processor")
needs_valgrind = pytest.mark.skipif(
    shutil.which("valgrind") is None or not Path("/usr/include/valgrind/memcheck.h").exists(),
    reason="needs valgrind",
)


def program(out: Path, source: str, *flags: str) -> Path:
    target = out / "program"
    sources = [*sorted(FOLDER.glob("*.c")), HERE / source, HERE / "support.c"]
    command = [os.environ.get("CC", "gcc"), *FLAGS, *flags, f"-I{FOLDER}", *map(str, sources), "-o", str(target)]
    subprocess.run(command, check=True)
    return target


def run_clean(*command: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("LD_PRELOAD", "ASAN_OPTIONS")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)
    if done.returncode == LACKS_INSTRUCTIONS:
        pytest.skip("no AES instructions here")
    assert done.returncode == 0, done.stderr[-4000:]


def test_every_path_under_the_sanitizers(tmp_path: Path) -> None:
    probe = tmp_path / "probe.c"
    probe.write_text("int main(void) { return 0; }\n")
    command = [os.environ.get("CC", "gcc"), *SANITIZERS, str(probe), "-o", str(tmp_path / "probe")]
    if subprocess.run(command, check=False).returncode:
        pytest.skip("needs a compiler with an address sanitizer")
    run_clean(str(program(tmp_path, "x86_aes_exercise.c", *SANITIZERS)))


@needs_valgrind
def test_nothing_uninitialised_is_used(tmp_path: Path) -> None:
    run_clean("valgrind", "-q", "--error-exitcode=99", str(program(tmp_path, "x86_aes_exercise.c", "-g")))


@needs_valgrind
def test_no_branch_depends_on_keys_or_texts(tmp_path: Path) -> None:
    run_clean("valgrind", "-q", "--error-exitcode=99", str(program(tmp_path, "x86_aes_constant_time.c", "-g")))


def test_objects_of_another_compiler(tmp_path: Path) -> None:
    """The target attributes are enough for clang too."""
    clang = shutil.which("clang")
    if clang is None:
        pytest.skip("needs clang")
    sources = [*sorted(FOLDER.glob("*.c")), HERE / "x86_aes_exercise.c", HERE / "support.c"]
    target = tmp_path / "program"
    subprocess.run([clang, *FLAGS, f"-I{FOLDER}", *map(str, sources), "-o", str(target)], check=True)
    run_clean(str(target))


def test_folder_loads_as_a_bundle() -> None:
    with Core(FOLDER) as core:
        assert core.counts["x86_aes"].served == 0
