"""The cache: nothing runs while nothing has changed, and whatever was read counts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from image_harness import OWN_HEADERS, DriverError, LoadedImage

from psa_bridge import Core, paths
from psa_bridge.driver import bundle
from psa_bridge.driver.bundle import BundleError, Image, build_image, load_bundle
from psa_bridge.driver.images import cache as cache_module
from psa_bridge.driver.images.cache import Cache, Files, write_atomically
from psa_bridge.driver.images.compiler import Compiler

DESCRIPTION = {
    "prefix": "kept",
    "type": "transparent",
    "headers": ["kept.h"],
    "capabilities": [{"entry_points": ["init"]}],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PSA_BRIDGE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "driver"
    folder.mkdir()
    (folder / "kept.json").write_text(json.dumps(DESCRIPTION))
    (folder / "kept.h").write_text('#include <psa/crypto.h>\n#include "inner.h"\npsa_status_t kept_init(void);\n')
    (folder / "inner.h").write_text("#define KEPT 1\n")
    compile_driver(folder, 0)
    age(folder)
    return folder


def compile_driver(folder: Path, status: int) -> None:
    (folder / "kept.c").write_text(f"int kept_init(void); int kept_init(void) {{ return {status}; }}\n")
    command = ["gcc", "-fPIC", "-g", f"-I{OWN_HEADERS}", "-c", str(folder / "kept.c"), "-o", str(folder / "kept.o")]
    subprocess.run(command, check=True)


def age(folder: Path) -> None:
    """Give every file a time before now: what changes while a build runs is not remembered."""
    past = time.time() - 10
    for path in folder.iterdir():
        os.utime(path, (past, past))


def build(folder: Path, **settings: Any) -> Image:
    return build_image(load_bundle(folder / "kept.json", objects=[folder / "kept.o"], include=[folder], **settings))


def test_a_second_load_runs_no_compiler(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build(folder)
    assert not first.cached

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a cached load ran the compiler")

    monkeypatch.setattr(Compiler, "run", refuse)
    monkeypatch.setattr(subprocess, "run", refuse)
    second = build(folder)
    assert second.cached
    assert (second.path, second.glue, second.drivers) == (first.path, first.glue, first.drivers)
    assert [f.render() for f in second.findings] == [f.render() for f in first.findings]
    assert (second.suppliers, second.layout) == (first.suppliers, first.layout)


def test_a_cached_load_takes_less_than_20_ms(folder: Path) -> None:
    build(folder)
    times = []
    for _ in range(10):
        start = time.perf_counter()
        assert build(folder).cached
        times.append(time.perf_counter() - start)
    assert min(times) < 0.02


@pytest.mark.parametrize("name", ["kept.h", "inner.h"])
def test_a_changed_header_is_noticed(folder: Path, name: str) -> None:
    build(folder)
    path = folder / name
    path.write_text(path.read_text() + "#define MORE 1\n")
    assert not build(folder).cached


def test_a_header_with_a_new_time_and_the_old_content_is_not(folder: Path) -> None:
    build(folder)
    os.utime(folder / "inner.h", (1, 1))
    assert build(folder).cached


def test_a_rebuilt_object_gives_another_image_and_keeps_the_old(folder: Path) -> None:
    old = build(folder)
    compile_driver(folder, -134)
    new = build(folder)
    assert new.path != old.path
    assert old.path.is_file()
    LoadedImage(old).driver("kept").call("init")
    with pytest.raises(Exception, match="-134"):
        LoadedImage(new).driver("kept").call("init")


@pytest.mark.parametrize(
    "settings", [{"defines": ["A=1"]}, {"flags": ["-O1"]}, {"link_flags": ["-Wl,-O1"]}, {"dialect": "psa"}]
)
def test_every_setting_counts(folder: Path, settings: dict[str, Any]) -> None:
    build(folder)
    assert not build(folder, **settings).cached
    assert build(folder, **settings).cached
    assert build(folder).cached


def test_another_compiler_counts(folder: Path) -> None:
    build(folder, compiler="gcc")
    assert not build(folder, compiler="clang").cached


def test_every_module_that_makes_images_counts() -> None:
    package = Path(bundle.__file__).parent
    assert {str(path) for path in package.rglob("*.py")} <= {file.path for file in bundle.generator_files()}


@pytest.mark.parametrize("what", ["images", "glue"])
def test_a_file_that_was_removed_is_made_again(folder: Path, what: str) -> None:
    first = build(folder)
    (first.path if what == "images" else first.glue).unlink()
    again = build(folder)
    assert not again.cached
    assert again.path.is_file()
    assert again.glue.is_file()


def test_files_are_named_as_they_are_named_now_not_when_the_image_was_built(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "kept.h").write_text("#include <psa/crypto.h>\npsa_status_t kept_init();\n")  # a note: not verified
    age(folder)
    for directory, named in ((folder, Path()), (folder.parent, Path(folder.name)), (Path("/"), folder)):
        monkeypatch.chdir(directory)
        for cached in (False, True):
            image = build(named)
            assert image.cached is cached
            assert image.drivers[0].source == str(named / "kept.json")
            assert {Path(finding.place.file).parent for finding in image.findings} == {named}
            with Core(image, software=False) as core:
                assert core.drivers[0].source == str(named / "kept.json")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"format": 1}', b"\xff\xfe"])
def test_a_damaged_record_is_a_miss(folder: Path, content: bytes) -> None:
    build(folder)
    [record] = (Cache().root / "records").iterdir()
    record.write_bytes(content)
    assert not build(folder).cached
    assert build(folder).cached


def test_a_file_that_changes_during_a_build_is_not_remembered(folder: Path) -> None:
    future = time.time() + 100
    os.utime(folder / "inner.h", (future, future))
    assert not build(folder).cached
    assert not build(folder).cached


def test_debug_information_leads_to_the_glue(folder: Path) -> None:
    image = build(folder)
    text = subprocess.run(
        ["readelf", "--debug-dump=decodedline", str(image.path)], check=True, capture_output=True, text=True
    ).stdout
    assert image.glue.name[:30] in text
    assert "kept_init" in image.glue.read_text()


def test_processes_may_build_the_same_bundle_at_once(folder: Path) -> None:
    program = (
        "import sys; from psa_bridge.driver.bundle import build_image, load_bundle\n"
        "f = sys.argv[1]\n"
        "print(build_image(load_bundle(f + '/kept.json', objects=[f + '/kept.o'], include=[f])).path)\n"
    )
    root = str(paths.PACKAGE.parent)
    environment = {**os.environ, "PYTHONPATH": root}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, env=environment, cwd=folder
        )
        for _ in range(4)
    ]
    outputs = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0] * 4
    assert len(outputs) == 1
    assert build(folder).cached
    assert not list((Cache().root / "work").iterdir())


def test_the_directory_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSA_BRIDGE_CACHE", "/somewhere")
    assert cache_module.directory() == Path("/somewhere")
    monkeypatch.delenv("PSA_BRIDGE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/users/cache")
    assert cache_module.directory() == Path("/users/cache/psa_bridge")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert cache_module.directory() == Path("/home/somebody/.cache/psa_bridge")


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file"
    write_atomically(target, b"old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_stamp_sees_a_change_of_the_same_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("abc")
    stamp = Files.stamp(str(path))
    path.write_text("abd")
    os.utime(path, ns=(stamp[2] + 1, stamp[2] + 1))
    assert not Files.unchanged(stamp)


@pytest.mark.parametrize("text", ["[]", "{", '{"format": 2, "reads": [], "keeps": []}'])
def test_a_record_that_is_none_is_built_again(folder: Path, text: str) -> None:
    build(folder)
    for record in Path(os.environ["PSA_BRIDGE_CACHE"], "records").iterdir():
        record.write_text(text)
    assert not build(folder).cached


def test_an_image_that_was_cut_is_built_again(folder: Path) -> None:
    image = build(folder)
    image.path.write_bytes(image.path.read_bytes()[:100])
    again = build(folder)
    assert not again.cached
    assert LoadedImage(again).drivers


@pytest.mark.parametrize("directory", ["file", "file/below", "~no-such-user/x"])
def test_a_cache_directory_that_cannot_be(folder: Path, directory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").touch()
    place = directory if directory.startswith("~") else str(folder / directory)
    monkeypatch.setenv("PSA_BRIDGE_CACHE", place)
    with pytest.raises(BundleError) as caught:
        build(folder)
    [finding] = caught.value.findings
    assert finding.rule == "cache"
    assert "PSA_BRIDGE_CACHE" in finding.remedy


def test_a_copy_that_cannot_be_written(folder: Path) -> None:
    image = build(folder)
    (image.path.parent.parent / "copies").touch()
    with pytest.raises(BundleError, match="PSA_BRIDGE_CACHE"):
        image.private_copy()


def test_commas_in_the_paths_of_cache_and_companions(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSA_BRIDGE_CACHE", str(folder / "a,cache"))
    (folder / "b,side").mkdir()
    source = folder / "b,side" / "side.c"
    source.write_text("int side_value(void); int side_value(void) { return 7; }\n")
    library = source.with_name("libside.so")
    subprocess.run(["gcc", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
    source = folder / "kept.c"
    source.write_text("int side_value(void); int kept_init(void); int kept_init(void) { return side_value(); }\n")
    subprocess.run(["gcc", "-fPIC", "-c", str(source), "-o", str(folder / "kept.o")], check=True)
    with pytest.raises(DriverError) as caught:
        LoadedImage(build(folder, libraries=[str(library)])).driver("kept").call("init")
    assert caught.value.status == 7


def test_an_image_that_was_overwritten_is_built_again(folder: Path) -> None:
    image = build(folder)
    image.path.write_bytes(bytes(image.path.stat().st_size))
    again = build(folder)
    assert not again.cached
    assert LoadedImage(again).drivers


@pytest.mark.parametrize("name", ["$ORIGIN", "x${LIB}", "$PLATFORM"])
def test_a_cache_directory_with_what_the_dynamic_linker_replaces(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSA_BRIDGE_CACHE", str(folder / name))
    with pytest.raises(BundleError, match="dynamic linker"):
        build(folder)


def aged(path: Path, days: float) -> None:
    past = time.time() - 86400 * days
    os.utime(path, (past, past))


def test_what_nobody_used_for_a_month_leaves_the_cache(folder: Path) -> None:
    root = Cache().root
    old = build(folder)
    [record] = (root / "records").iterdir()
    left = root / "work" / "build-dead"
    left.mkdir()
    for path in (old.path, old.glue, record):
        aged(path, 40)
    aged(left, 2)
    compile_driver(folder, 7)
    age(folder)
    build(folder)  # the cache was looked through today already
    assert old.path.is_file()
    (root / "evicted").unlink()
    compile_driver(folder, 8)
    age(folder)
    new = build(folder)
    assert not any(path.exists() for path in (old.path, record, left))
    assert new.glue == old.glue, "it has the same text"
    assert new.path.is_file()
    assert build(folder).cached


def test_what_is_used_stays_in_the_cache_however_old(folder: Path) -> None:
    root = Cache().root
    kept = build(folder)
    [record] = (root / "records").iterdir()
    for path in (kept.path, kept.glue):
        aged(path, 40)
    aged(record, 20)
    assert build(folder).cached
    assert record.stat().st_mtime > time.time() - 3600
    (root / "evicted").unlink()
    build(folder, defines=["OTHER=1"])
    assert build(folder).cached
