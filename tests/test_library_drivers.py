"""Drivers for C programs: as images that the library loads, and as part of the library."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from image_harness import HERE, OWN_HEADERS
from locking import locked, own
from test_library import ROOT, symbols

from psa_bridge.cbuild import library, stamp, toolchain
from psa_bridge.cli import main
from psa_bridge.driver.bundle import Bundle, BundleError, build_image, load_bundle

PROGRAM = """
#include <psa/crypto.h>
#include <psab/core.h>
#include <stdio.h>

static int mac(void)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key;
    unsigned char out[32] = {0};
    size_t length;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
    psa_set_key_algorithm(&attributes, PSA_ALG_HMAC(PSA_ALG_SHA_256));
    int status = psa_import_key(&attributes, out, 16, &key);
    return status ? status : psa_mac_compute(key, PSA_ALG_HMAC(PSA_ALG_SHA_256), out, 0, out, sizeof out, &length);
}

int main(int argc, char **argv)
{
    psab_driver_info_t driver;
    unsigned char hash[32];
    size_t length;
    char why[200] = "";
    for (int i = 1; i < argc; i++) {
        if (psab_core_load(psab_core_default(), argv[i], why, sizeof why)) {
            return !printf("%s", why);
        }
    }
    int first = psa_crypto_init();
    int second = psa_hash_compute(PSA_ALG_SHA_256, (const unsigned char *)"abc", 3, hash, sizeof hash, &length);
    printf("%d %d %d\\n", first, second, mac());
    for (size_t i = 0; psab_core_driver_info(psab_core_default(), i, &driver); i++) {
        printf("%s %llu\\n", driver.name, (unsigned long long)driver.counts.served);
    }
    return 0;
}
"""
OPTIONS = toolchain.Options(cflags=("-O1", "-Werror"))


def keeper() -> Bundle:
    folder = HERE / "keeper"
    return load_bundle(folder / "keeper.json", sources=[folder / "keeper.c"], include=[folder])


def plusplus() -> Bundle:
    folder = HERE / "cxx"
    return load_bundle(folder / "plusplus.json", sources=[folder / "plusplus.cpp"], include=[folder])


def made(name: str, *bundles: Bundle) -> library.Library:
    """A library with bundles in it; objects are shared with the tests of the library."""
    merged = [image.merged for image in (build_image(bundle, merged=True) for bundle in bundles) if image.merged]
    assert len(merged) == len(bundles)
    work = ROOT / "build" / "library" / "all"
    with locked(work):
        return library.build_library(own(work / name), OPTIONS, work, merged)


def served(made: library.Library, linked: str, folder: Path, *images: Path) -> tuple[str, dict[str, int]]:
    """What a program says that is linked in one way: statuses, and how often each driver served."""
    source, program = folder / "program.c", folder / f"program-{linked}"
    source.write_text(PROGRAM)
    lib = [str(made.shared), f"-Wl,-rpath,{made.shared.parent}"]
    if linked == "archive":
        lib = [str(made.archive), *(f"-l{name}" for name in made.libraries), *made.link]
    toolchain.run(["cc", "-std=c99", "-Wall", "-Werror", f"-I{made.include}", source, *lib, "-o", program])
    done = subprocess.run([program, *images], capture_output=True, text=True, check=True)
    first, *rest = done.stdout.splitlines()
    return first, {name: int(count) for name, count in map(str.split, rest)}


@pytest.mark.parametrize("linked", ["archive", "shared"])
def test_linked_in_drivers_serve_before_the_software(linked: str, tmp_path: Path) -> None:
    plugin = load_bundle(HERE / "plugin" / "bundle.toml")  # of a foreign SDK, beside one in C++
    whole = made("linked", keeper(), plusplus(), plugin)
    said, counts = served(whole, linked, tmp_path)
    assert said == "0 -151 0", "the one in C++ writes two bytes, which is no hash"
    assert list(counts)[:3] == ["keeper", "plusplus", "plug"]
    assert (counts["keeper"], counts["plusplus"]) == (1, 1)
    for found in (symbols(whole.archive), symbols(whole.shared, "--dynamic")):
        assert {symbol for symbol in found if not symbol.startswith(("psa_", "psab_"))} == set()
        assert not any(symbol.startswith("psab_entry") for symbol in found)


def test_drivers_with_symbols_of_the_same_name_go_into_one_library(tmp_path: Path) -> None:
    def named(prefix: str, value: int) -> Bundle:
        folder = tmp_path / prefix
        folder.mkdir()
        for suffix in (".h", ".c"):
            text = (HERE / "pair" / f"duo{suffix}").read_text().replace("duo_hash", f"{prefix}_hash")
            text += "extern int helper;\n" if suffix == ".h" else f"int helper = {value};\nint common;\n"
            (folder / f"duo{suffix}").write_text(text)
        capability = {"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]}
        description = {"prefix": prefix, "type": "transparent", "headers": ["duo.h"], "capabilities": [capability]}
        (folder / "driver.json").write_text(json.dumps(description))
        return load_bundle(
            folder / "driver.json", sources=[folder / "duo.c"], include=[folder], flags=["-fcommon"]
        )  # fmt: skip

    _, counts = served(made("same", named("one", 1), named("two", 2)), "shared", tmp_path)
    assert list(counts)[:2] == ["one", "two"]
    assert (counts["one"], counts["two"]) == (1, 0)


def shared_duo(folder: Path) -> Bundle:
    target, source = folder / "libduo.so", HERE / "pair"
    toolchain.run(["cc", "-shared", "-fPIC", f"-I{OWN_HEADERS}", source / "duo.c", "-o", target])
    return load_bundle(source / "duo.json", objects=[target], include=[source])


def test_a_written_image_does_without_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSA_BRIDGE_CACHE", str(tmp_path / "cache"))
    image = build_image(shared_duo(tmp_path))
    written = image.export(tmp_path / "out" / "duo.so")
    assert [path.parent for path in written] == [tmp_path / "out"] * 2
    shutil.rmtree(tmp_path / "cache")
    moved = (tmp_path / "out").rename(tmp_path / "moved")
    for linked in ("archive", "shared"):
        said, counts = served(made("plain"), linked, tmp_path, moved / "duo.so")
        assert (said, counts["duo"]) == ("0 0 0", 1)


def test_a_shared_library_does_not_become_part_of_another(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"libduo\.so: error: a shared library cannot become part"):
        build_image(shared_duo(tmp_path), merged=True)


def test_the_command_writes_an_image_and_says_how_to_load_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "x.so"
    assert main(["build", "--image", str(target), str(HERE / "plugin")]) in (0, 1)
    out = capsys.readouterr().out
    assert out.splitlines()[0] == str(target)
    assert "psab_core_load" in out
    said, counts = served(made("plain"), "shared", tmp_path, target)
    assert (said, next(iter(counts))) == ("0 0 0", "plug")


def test_what_is_built_is_not_built_again_until_something_changes(tmp_path: Path) -> None:
    environment = stamp.environment(OPTIONS)
    wanted = stamp.identity(environment, [])
    built = made("stamped")
    out = built.archive.parent.parent
    stamp.remember(out, built, wanted)
    assert stamp.recall(out, wanted) == built
    merged = build_image(keeper(), merged=True).merged
    assert merged and stamp.recall(out, stamp.identity(environment, [merged])) is None
    assert stamp.environment(toolchain.Options(cflags=("-O2",))) != environment
    built.shared.touch()
    assert stamp.recall(out, wanted) is None
    stamp.remember(out, built, wanted)
    stamp.forget(out)
    assert stamp.recall(out, wanted) is None
