"""The skeletons of `new`: what a user gets compiles strictly, lints clean, passes its test, and survives sanitizers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from psa_bridge import paths
from psa_bridge.cli import main

TEMPLATES = {"hash": "acme", "derivation": "acme_kdf", "element": "Acme_2"}
STRICT = (
    "-std=c11",
    "-O1",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Werror",
    "-pedantic",
)
EXERCISE = Path(__file__).parent / "skeletons"


def tool(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        list(map(str, words)), cwd=cwd, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip


@pytest.fixture(scope="module", params=TEMPLATES)
def skeleton(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / TEMPLATES[request.param]
    assert main(["new", TEMPLATES[request.param], "--template", request.param, "--directory", str(folder)]) == 0
    return folder


def test_it_lints_clean_and_builds_without_findings(skeleton: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(skeleton)]) == 0
    assert capsys.readouterr().out.startswith("clean: ")
    assert main(["info", "--json", str(skeleton)]) == 0
    (bundle,) = json.loads(capsys.readouterr().out)["bundles"]
    assert bundle["findings"] == []
    assert bundle["drivers"][0]["prefix"] == skeleton.name


def test_its_own_test_passes(skeleton: Path) -> None:
    done = tool("make", "test", f"PYTHON={sys.executable}", cwd=skeleton)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_its_own_test_notices_a_wrong_result(skeleton: Path, tmp_path: Path) -> None:
    spoiled = tmp_path / skeleton.name
    shutil.copytree(skeleton, spoiled)
    for source in spoiled.glob("*.c"):
        text = source.read_text()
        source.write_text(text.replace("0x428a2f98", "0x428a2f99"))
    done = tool(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", spoiled, cwd=tmp_path)
    assert done.returncode == 1
    assert " failed" in done.stdout


def test_its_own_test_notices_a_driver_that_is_not_asked(skeleton: Path, tmp_path: Path) -> None:
    spoiled = tmp_path / skeleton.name
    shutil.copytree(skeleton, spoiled)
    description = spoiled / "driver.json"
    text = description.read_text()
    description.write_text(text.replace("PSA_ALG_SHA_256", "PSA_ALG_SHA_224"))
    done = tool(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", spoiled, cwd=tmp_path)
    assert done.returncode == 1
    assert " failed" in done.stdout


def test_its_makefile_makes_the_objects_without_a_warning(skeleton: Path) -> None:
    done = tool("make", "all", "info", "clean", cwd=skeleton)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout + done.stderr
    assert list(skeleton.glob("*.o")) == []


@pytest.mark.parametrize("compiler", ["gcc", "clang", "g++ -fsyntax-only"])
def test_its_sources_and_headers_are_strict_c(skeleton: Path, compiler: str) -> None:
    command, *flags = compiler.split()
    if shutil.which(command) is None:
        pytest.skip(f"needs {command}")
    include = ("-I", paths.INCLUDE, "-I", skeleton)
    if command == "g++":  # headers are for C++ users too
        done = tool(command, *flags, "-x", "c++", *include, *skeleton.glob("*.h"), cwd=skeleton)
    else:
        done = tool(command, *STRICT, *include, "-fsyntax-only", *skeleton.glob("*.c"), cwd=skeleton)
    assert (done.returncode, done.stderr.replace("#pragma once in main file", "")) == (0, "")


def test_it_is_clean_under_sanitizers(skeleton: Path, tmp_path: Path) -> None:
    template = next(name for name, prefix in TEMPLATES.items() if prefix == skeleton.name)
    program = tmp_path / "exercise"
    names = [f"-DDRIVER(x)={skeleton.name}_##x", f'-DHEADER="{skeleton.name}.h"']
    compiled = tool(
        "cc", "-std=c11", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", *names,
        "-I", paths.INCLUDE, "-I", skeleton, EXERCISE / f"{template}.c", *skeleton.glob("*.c"), "-o", program,
        cwd=tmp_path,
    )  # fmt: skip
    assert compiled.returncode == 0, compiled.stderr
    done = tool(program, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_everything_that_is_printed_as_next_step_works(tmp_path: Path) -> None:
    made = tool("psa-bridge", "new", "fresh", cwd=tmp_path)
    steps = made.stdout.partition("next:\n")[2].splitlines()
    assert len(steps) == 3
    for step in steps:
        done = tool("bash", "-c", step.replace("make test", f"make test PYTHON={sys.executable}"), cwd=tmp_path)
        assert done.returncode == 0, step + done.stdout + done.stderr


def test_readmes_name_every_file_and_their_commands_run(skeleton: Path) -> None:
    readme = (skeleton / "README.md").read_text()
    listed = {path.name for path in skeleton.iterdir() if path.suffix in (".c", ".h", ".json", ".toml", ".py")}
    assert {name for name in listed if f"`{name}`" not in readme} == set()
    commands = [line.partition("#")[0] for line in readme.replace("\\\n", "").splitlines() if "    psa-bridge" in line]
    assert len(commands) >= 3
    for command in commands:
        done = tool("bash", "-c", command, cwd=skeleton)
        assert done.returncode == 0, command + done.stdout + done.stderr


def test_a_location_that_is_asked_for_is_used_and_others_differ(tmp_path: Path) -> None:
    def location(*words: str) -> str:
        folder = tmp_path / "-".join(words).replace("/", "")
        assert main(["new", *words, "--type", "opaque", "--directory", str(folder)]) == 0
        return str(json.loads((folder / "driver.json").read_text())["location"])

    assert location("one", "--location", "0x812345") == "0x812345"
    one, two = location("one"), location("two")
    assert one != two
    assert 0x800000 <= int(one, 0) <= 0xFFFFFF


def test_nothing_is_left_behind_where_it_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    assert main(["new", "acme", "--directory", str(tmp_path / "acme")]) == 2
    assert list(tmp_path.iterdir()) == []
