"""What is given away: the source archive holds all that a build needs; what is installed from it works by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

PROGRAM = """
from psa_bridge import Alg, Core
from psa_bridge.paths import DRIVERS
with Core(DRIVERS / "p256_plugin", DRIVERS / "wrapped_se") as core:
    assert core.hash_compute(Alg.SHA_256, b"abc").hex().startswith("ba7816bf")
    print(*(driver.name for driver in core.drivers))
"""


def run(*words: object, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    run("-W", "ignore", "setup.py", "-q", "egg_info", "--egg-base", folder, "sdist", "-d", folder)
    (archive,) = folder.glob("*.tar.gz")
    return archive


def test_the_source_archive_holds_every_file_of_the_sources(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    folders = ("csrc", "drivers", "psa_bridge", "tests", "docs", "benchmarks")
    kept = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    names = kept.split() or [str(p.relative_to(ROOT)) for p in (ROOT / "csrc").rglob("*.c")]
    assert {name for name in names if name not in inside} == set()
    assert {"README.md", "LICENSE", "CHANGELOG.md", "build_ext.py", "Makefile"} <= inside


@pytest.mark.parametrize("headers", [True, False], ids=["with libcrypto", "without libcrypto's headers"])
def test_a_wheel_from_the_archive_works_by_itself(sdist: Path, tmp_path: Path, headers: bool) -> None:
    flags = "-O0"
    if not headers:
        (tmp_path / "openssl").mkdir()
        (tmp_path / "openssl" / "evp.h").write_text('#error "no headers here"\n')
        flags += f" -I{tmp_path}"
    options = ("--quiet", "--no-deps", "--disable-pip-version-check")
    run("-m", "pip", "wheel", *options, "--no-build-isolation", "-w", tmp_path, sdist, CFLAGS=flags)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    assert {"psa_bridge/py.typed", "psa_bridge/_data/csrc/include/psa/crypto.h"} <= inside
    assert any(name.endswith("licenses/LICENSE") for name in inside)
    run("-m", "pip", "install", *options, "--target", tmp_path / "site", wheel)
    environment = {"PYTHONPATH": str(tmp_path / "site"), "PSA_BRIDGE_CACHE": str(tmp_path / "cache")}
    program = tmp_path / "program.py"  # a file, so that the checkout is not where Python looks first
    program.write_text(PROGRAM)
    printed = run(program, **environment)
    assert printed.split() == ["p256_plugin", "wrapped_se", *(["libcrypto"] if headers else []), "pysoft"]
