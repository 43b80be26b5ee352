"""Say what psa_bridge finds on this machine, and what to do about what is missing.

Required things that are missing make the command exit 1; optional ones only take features away.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from psa_bridge.cli.output import coloured, table

SUMMARY = "what is on this machine: compiler, headers, components, and remedies"


@dataclass(frozen=True)
class Check:
    """One thing looked for: found or not, needed or not, and what to do."""

    name: str
    found: bool
    detail: str
    remedy: str = ""
    required: bool = False

    @property
    def state(self) -> str:
        """``ok``, ``missing`` or, where nothing depends on it, ``absent``."""
        return "ok" if self.found else "missing" if self.required else "absent"


def _first_line(*command: str) -> str | None:
    """The first line that a tool prints, or None where it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = (done.stdout or done.stderr).splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else None


def _compiler() -> tuple[str, ...]:
    return tuple(shlex.split(os.environ.get("CC", "cc")))


def _compiles(text: str, *flags: str, suffix: str = ".c", compiler: tuple[str, ...] | None = None) -> bool:
    """Whether a source compiles and links as a shared object."""
    with tempfile.TemporaryDirectory(prefix="psa-bridge-doctor-") as folder:
        source = Path(folder) / f"probe{suffix}"
        source.write_text(text)
        command = [*(compiler or _compiler()), "-shared", "-fPIC", str(source), "-o", f"{source}.so", *flags]
        try:
            return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False


def _platform() -> Iterator[Check]:
    supported = sys.platform == "linux"
    yield Check(
        "platform",
        supported,
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "driver images are built and loaded on Linux only so far",
        required=True,
    )


def _extension() -> Iterator[Check]:
    try:
        from psa_bridge._native import ffi, lib
    except ImportError as error:
        yield Check("core", False, str(error), "run `pip install .` (or `make build`) in the checkout", required=True)
        return
    core = lib.psab_core_new()
    info = ffi.new("psab_driver_info_t *")
    linked = []
    for position in range(lib.psab_core_driver_count(core)):
        if lib.psab_core_driver_info(core, position, info):
            linked.append(ffi.string(info.name).decode())
    lib.psab_core_free(core)
    yield Check("core", True, f"psa_bridge {metadata.version('psa-bridge')}, the extension loads", required=True)
    yield Check(
        "software driver",
        bool(linked),
        ", ".join(linked) + " is linked in" if linked else "none is linked in",
        "install libcrypto's headers (Debian: apt-get install libssl-dev) and build psa_bridge again",
    )


def _toolchain() -> Iterator[Check]:
    compiler = _compiler()
    version = _first_line(*compiler, "--version")
    yield Check(
        "C compiler",
        version is not None,
        version or f"{shlex.join(compiler)} cannot be run",
        "install one (Debian: apt-get install gcc libc6-dev), or set CC",
        required=True,
    )
    if version is not None:
        works = _compiles("#include <stdint.h>\nint probe(void);\nint probe(void) { return 0; }\n", "-Wl,-z,defs")
        yield Check(
            "shared objects",
            works,
            "compiles and links one" if works else "cannot link a shared object",
            "install the C library's headers and a linker (Debian: apt-get install libc6-dev binutils)",
            required=True,
        )
    for tool in ("objcopy", "ar"):
        path = shutil.which(tool)
        yield Check(tool, path is not None, path or "not found", "Debian: apt-get install binutils", required=True)
    cxx = tuple(shlex.split(os.environ.get("CXX", "c++")))
    version = _first_line(*cxx, "--version")
    works = version is not None and _compiles("int probe() { return 0; }\n", suffix=".cc", compiler=cxx)
    yield Check("C++ compiler", works, version or "not found", "only for drivers in C++ (Debian: apt-get install g++)")


def _headers() -> Iterator[Check]:
    wanted: tuple[tuple[str, str, str, str], ...] = (
        ("libcrypto headers", "openssl/evp.h", "libssl-dev", "for building the software driver"),
        ("Mbed TLS headers", "psa/crypto.h", "libmbedtls-dev", "for drivers compiled against Debian's Mbed TLS"),
        ("valgrind headers", "valgrind/memcheck.h", "valgrind", "for checks of secret-dependent behaviour"),
    )
    for name, header, package, purpose in wanted:
        found = _compiles(f"#include <stddef.h>\n#include <{header}>\n", *shlex.split(os.environ.get("CFLAGS", "")))
        yield Check(name, found, header if found else f"{header} not found", f"{purpose} (Debian: {package})")


def _packages() -> Iterator[Check]:
    wanted = (
        ("cffi", True, "pip install cffi"),
        ("cryptography", True, "pip install cryptography"),
        ("pyelftools", True, "pip install pyelftools"),
        ("cbor2", False, "for drivers in another process: pip install 'psa-bridge[wire]'"),
        ("hypothesis", False, "for the tests: pip install 'psa-bridge[test]'"),
    )
    for name, required, remedy in wanted:
        try:
            yield Check(name, True, metadata.version(name), required=required)
        except metadata.PackageNotFoundError:
            yield Check(name, False, "not installed", remedy, required)


def _cache() -> Iterator[Check]:
    from psa_bridge.driver.cache import directory

    folder = directory()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            writable = True
    except OSError:
        writable = False
    yield Check(
        "image cache", writable, str(folder), "set PSA_BRIDGE_CACHE to a directory that can be written", required=True
    )


_CHECKS: tuple[Callable[[], Iterator[Check]], ...] = (_platform, _extension, _toolchain, _headers, _packages, _cache)


def configure(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(arguments: argparse.Namespace) -> int:
    """Print every check; 1 if something required is missing."""
    checks = [check for group in _CHECKS for check in group()]
    colours = {"ok": "good", "missing": "error", "absent": "warning"}
    width = max(len(check.state) for check in checks)
    rows = [(check.name, check.state.ljust(width), check.detail) for check in checks]
    text = table(rows)
    for check, line in zip(checks, text.splitlines(), strict=True):
        print(line.replace(check.state, coloured(check.state, colours[check.state]), 1))
        if not check.found and check.remedy:
            print(f"    {check.remedy}")
    missing = [check.name for check in checks if check.required and not check.found]
    print(f"missing: {', '.join(missing)}" if missing else "everything that is required is here")
    return 1 if missing else 0
