"""The library for C programs: what it exports, and what its switches leave out."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

import pytest
from locking import locked, own

from psa_bridge import _core
from psa_bridge.cbuild import library, toolchain

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
#include <psa/crypto.h>
#include <psab/core.h>
#include <stdio.h>

int main(void)
{
    unsigned char hash[32];
    size_t length;
    char why[200];
    int first = psa_crypto_init();
    int second = psa_hash_compute(PSA_ALG_SHA_256, (const unsigned char *)"abc", 3, hash, sizeof hash, &length);
    int third = psab_core_load(psab_core_default(), "/nonexistent.so", why, sizeof why);
    printf("%d %d %zu %d", first, second, length, third);
    return 0;
}
"""
SWITCHES = {"all": {}, "no drivers": {"drivers": False}, "no software": {"software": False}}
EXPECTED = {"all": "0 0 32 -140", "no drivers": "0 0 32 -134", "no software": "0 -134 0 -140"}


@functools.cache
def built(name: str) -> library.Library:
    """The library with one set of switches; objects stay in build/ for the next time."""
    work = ROOT / "build" / "library" / name.replace(" ", "-")
    options = toolchain.Options(cflags=("-O1", "-Werror"), **SWITCHES[name])  # type: ignore[arg-type]
    with locked(work):
        return library.build_library(own(work / "out"), options, work)


def symbols(path: Path, *flags: str) -> list[str]:
    listing = toolchain.run(["nm", "--defined-only", "--extern-only", "--format=posix", *flags, path])
    return [line.split()[0] for line in listing.splitlines() if " " in line]


@pytest.mark.parametrize("name", SWITCHES)
def test_only_the_api_is_exported(name: str) -> None:
    made = built(name)
    for found in (symbols(made.archive), symbols(made.shared, "--dynamic")):
        assert {symbol for symbol in found if not symbol.startswith(("psa_", "psab_"))} == set()
        assert {"psa_crypto_init", "psa_sign_hash", "psab_sign_hash", "psab_core_new"} <= set(found)
        assert "psab_unpack_call" in found
        assert "psab_route" not in found


@pytest.mark.parametrize("linked", ["archive", "shared"])
@pytest.mark.parametrize("name", SWITCHES)
def test_standard_program_runs(name: str, linked: str, tmp_path: Path) -> None:
    made = built(name)
    source, program = tmp_path / "program.c", tmp_path / "program"
    source.write_text(PROGRAM)
    lib = [str(made.archive), *(f"-l{n}" for n in made.libraries)]
    if linked == "shared":
        lib = [str(made.shared), f"-Wl,-rpath,{made.shared.parent}"]
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", f"-I{made.include}"]
    toolchain.run(["cc", *flags, source, *lib, "-o", program])
    assert subprocess.run([program], capture_output=True, text=True, check=True).stdout == EXPECTED[name]


def test_extension_exports_only_its_entry() -> None:
    assert symbols(Path(str(_core.__file__)), "--dynamic") == ["PyInit__core"]


def test_missing_compiler_is_told() -> None:
    with pytest.raises(toolchain.BuildError, match="cannot run no-such-compiler"):
        toolchain.run(["no-such-compiler"])


def test_failing_compiler_is_quoted(tmp_path: Path) -> None:
    source = tmp_path / "wrong.c"
    source.write_text("int x = y;\n")
    with pytest.raises(toolchain.BuildError, match=r"wrong\.c:1:9: error"):
        toolchain.compile_unit(toolchain.Unit(source), tmp_path, (), toolchain.Options())


def test_object_is_compiled_again_only_when_something_changed(tmp_path: Path) -> None:
    source, header = tmp_path / "one.c", tmp_path / "one.h"
    source.write_text('#include "one.h"\nint x = ONE;\n')
    header.write_text("#define ONE 1\n")
    unit, options = toolchain.Unit(source), toolchain.Options()
    first = toolchain.compile_unit(unit, tmp_path / "obj", (), options).stat().st_mtime_ns
    assert toolchain.compile_unit(unit, tmp_path / "obj", (), options).stat().st_mtime_ns == first
    header.write_text("#define ONE 2\n")
    assert toolchain.compile_unit(unit, tmp_path / "obj", (), options).stat().st_mtime_ns > first


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "clang -m64")
    monkeypatch.setenv("CFLAGS", "-O3")
    monkeypatch.setenv("PSAB_SANITIZE", "address,undefined")
    options = toolchain.options_from_environment(drivers=False)
    assert options.compiler == ("clang", "-m64")
    assert options.cflags == ("-O3",)
    assert "-fsanitize=address,undefined" in options.compile_flags
    assert "-DMBEDTLS_PSA_CRYPTO_DRIVERS=0" in options.compile_flags


def test_compiler_flags_reach_the_linker(tmp_path: Path) -> None:
    options = toolchain.Options(cflags=("-O1", "-fsanitize=undefined"), software=False)
    made = library.build_library(tmp_path, options)
    source = tmp_path / "program.c"
    source.write_text(PROGRAM)
    flags = ["-fsanitize=undefined", f"-I{made.include}", f"-L{made.shared.parent}", "-lpsa_bridge"]
    toolchain.run(["cc", source, *flags, f"-Wl,-rpath,{made.shared.parent}", "-o", tmp_path / "program"])
    done = subprocess.run([tmp_path / "program"], capture_output=True, text=True, check=True)
    assert done.stdout == EXPECTED["no software"]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("header", ["psa/crypto.h", "psab/core.h", "psab/drivers.h", "psab/storage.h", "psab/api.h"])
def test_installed_headers_are_plain_c99(compiler: str, header: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"needs {compiler}")
    source = tmp_path / "unit.c"
    source.write_text(f"#include <{header}>\nint unit;\n")
    flags = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-fsyntax-only"]
    toolchain.run([compiler, *flags, f"-I{built('all').include}", source])


def test_a_warning_is_an_error_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    unit = toolchain.Unit(tmp_path / "unused.c")
    unit.source.write_text("void f(void);\nvoid f(void) { int unused; }\n")
    assert toolchain.compile_unit(unit, tmp_path, (), toolchain.options_from_environment()).is_file()
    monkeypatch.setenv("PSAB_WERROR", "1")
    with pytest.raises(toolchain.BuildError, match="unused"):
        toolchain.compile_unit(unit, tmp_path, (), toolchain.options_from_environment())
