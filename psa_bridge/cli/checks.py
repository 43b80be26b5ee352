"""What `doctor` looks for on this machine."""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from psa_bridge.cli.remedies import install


@dataclass(frozen=True)
class Check:
    """One thing looked for: found or not, needed or not, what it is for, and what to do."""

    name: str
    found: bool
    detail: str
    remedy: str = ""
    required: bool = False
    purpose: str = ""

    @property
    def state(self) -> str:
        """``ok``, ``missing`` or, where nothing depends on it, ``absent``."""
        return "ok" if self.found else "missing" if self.required else "absent"


def run_tool(*command: str) -> subprocess.CompletedProcess[str] | None:
    """Run a tool, with messages in English; None where it cannot be run or hangs."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, timeout=60,
            stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def first_line(*command: str) -> str | None:
    """The first line that a tool prints, or None where it cannot be run."""
    done = run_tool(*command)
    if done is None or done.returncode != 0:
        return None
    lines = [line.strip() for line in (done.stdout or done.stderr).splitlines() if line.strip()]
    return lines[0] if lines else None


def _command(variable: str, default: str) -> tuple[str, ...]:
    """A compiler command of the environment; a text that is no command is one that cannot be run."""
    text = os.environ.get(variable) or default
    try:
        return tuple(shlex.split(text)) or (default,)
    except ValueError:
        return (text,)


def _compiles(text: str, *flags: str, suffix: str = ".c", compiler: tuple[str, ...] = ()) -> bool:
    """Whether a source compiles and links as a shared object."""
    with tempfile.TemporaryDirectory(prefix="psa-bridge-doctor-") as folder:
        source = Path(folder) / f"probe{suffix}"
        source.write_text(text)
        command = compiler or _command("CC", "cc")
        done = run_tool(*command, "-shared", "-fPIC", str(source), "-o", f"{source}.so", *flags)
        return done is not None and done.returncode == 0


def _runs(text: str, *flags: str) -> bool:
    """Whether a program compiles, and ends with 0."""
    with tempfile.TemporaryDirectory(prefix="psa-bridge-doctor-") as folder:
        source, program = Path(folder) / "probe.c", Path(folder) / "probe"
        source.write_text(text)
        done = run_tool(*_command("CC", "cc"), *flags, str(source), "-o", str(program))
        ran = run_tool(str(program)) if done is not None and done.returncode == 0 else None
        return ran is not None and ran.returncode == 0


def _platform() -> Iterator[Check]:
    yield Check(
        "platform",
        sys.platform == "linux",
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "driver images are built and loaded on Linux only so far; drivers in Python work everywhere",
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
        ", ".join(linked) + " is linked in" if linked else "none is linked in: the one in Python stands in",
        f"{install('libcrypto')}, and build psa_bridge again",
        purpose="fast software behind the drivers, also in C programs",
    )


def _toolchain() -> Iterator[Check]:
    compiler = _command("CC", "cc")
    version = first_line(*compiler, "--version")
    detail = version or f"{shlex.join(compiler)} cannot be run"
    remedy = f"{install('compiler')}, or set CC"
    yield Check("C compiler", version is not None, detail, remedy, required=True)
    if version is not None:
        works = _compiles("#include <stdint.h>\nint probe(void);\nint probe(void) { return 0; }\n", "-Wl,-z,defs")
        detail = "compiles and links one" if works else "cannot link a shared object"
        yield Check("shared objects", works, detail, install("compiler"), required=True)
    for tool in ("objcopy", "ar"):
        version = first_line(tool, "--version")
        yield Check(tool, version is not None, version or "not found", install("binutils"), required=True)
    cxx = _command("CXX", "c++")
    version = first_line(*cxx, "--version")
    works = version is not None and _compiles("int probe() { return 0; }\n", suffix=".cc", compiler=cxx)
    purpose = "drivers in C++"
    yield Check("C++ compiler", works, version or f"{shlex.join(cxx)} not found", install("c++"), purpose=purpose)
    version = first_line("clang", "--version")
    yield Check("clang", version is not None, version or "not found", install("clang"), purpose="fuzzing drivers")


def _version_macro(header: str, macro: str, *flags: str) -> str:
    """What a macro of a header expands to, without quotes; empty if that cannot be told."""
    with tempfile.TemporaryDirectory(prefix="psa-bridge-doctor-") as folder:
        source = Path(folder) / "probe.c"
        source.write_text(f"#include <{header}>\nversion_is {macro}\n")
        done = run_tool(*_command("CC", "cc"), "-E", "-P", *flags, str(source))
    found = re.findall(r"^version_is (.*)$", done.stdout, re.MULTILINE) if done and not done.returncode else []
    return found[-1].replace('"', "").strip() if found else ""


def _headers() -> Iterator[Check]:
    python = sysconfig.get_path("include")
    wanted = (
        (
            "libcrypto headers",
            "openssl/opensslv.h",
            "OPENSSL_VERSION_TEXT",
            "libcrypto",
            "building the software driver",
        ),
        ("Python headers", "Python.h", "PY_VERSION", "python", "building psa_bridge from source"),
        ("Mbed TLS headers", "mbedtls/version.h", "MBEDTLS_VERSION_STRING", "mbedtls", "drivers compiled against them"),
        ("valgrind headers", "valgrind/valgrind.h", "__VALGRIND_MAJOR__", "valgrind", "checks of constant time"),
    )
    flags = (*_command("CFLAGS", "-O2"), f"-I{python}")
    for name, header, macro, package, purpose in wanted:
        version = _version_macro(header, macro, *flags)
        yield Check(name, bool(version), version or f"{header} not found", install(package), purpose=purpose)


_PROGRAM = "#include <stdlib.h>\nint main(void) { char *p = malloc(4); if (p == NULL) return 1; free(p); return 0; }\n"


def _sanitizers() -> Iterator[Check]:
    for name, flag in (("ASan and UBSan", "-fsanitize=address,undefined"), ("TSan", "-fsanitize=thread")):
        works = _runs(_PROGRAM, flag)
        detail = f"a program with {flag} runs" if works else f"no program with {flag} can be made and run"
        yield Check(name, works, detail, install("sanitizers"), purpose="checks of memory and threads in drivers")


_TOOLS = (
    ("valgrind", ("valgrind", "--version"), "valgrind", "checks of constant time, instruction counts"),
    ("gdb", ("gdb", "--version"), "gdb", "stepping through a driver"),
    ("SoftHSM2", ("softhsm2-util", "--version"), "softhsm", "drivers for a PKCS#11 token"),
    ("swtpm", ("swtpm", "--version"), "swtpm", "drivers for a TPM"),
    ("QEMU for Arm", ("qemu-system-arm", "--version"), "qemu", "drivers on an emulated Cortex-M board"),
    ("Arm compiler", ("arm-none-eabi-gcc", "--version"), "arm-cross", "drivers for a Cortex-M board"),
    ("QEMU user mode", ("qemu-arm-static", "--version"), "qemu-user", "drivers for other processors under Linux"),
    ("Arm Linux compiler", ("arm-linux-gnueabihf-gcc", "--version"), "linux-cross", "drivers for 32-bit Arm Linux"),
)


def _components() -> Iterator[Check]:
    for name, command, package, purpose in _TOOLS:
        there = shutil.which(command[0]) is not None
        version = first_line(*command) if there else None
        detail = version or (f"{command[0]} is there and fails" if there else f"{command[0]} not found")
        yield Check(name, version is not None, detail, install(package), purpose=purpose)


def _packages() -> Iterator[Check]:
    wanted = (
        ("cffi", True, "cffi", ""),
        ("cryptography", True, "cryptography", ""),
        ("pyelftools", True, "pyelftools", ""),
        ("pytest", False, "pytest", "the tests of a skeleton made by `new`"),
        ("cbor2", False, "'psa-bridge[wire]'", "drivers in another process"),
        ("hypothesis", False, "'psa-bridge[test]'", "the tests of psa_bridge"),
    )
    for name, required, package, purpose in wanted:
        try:
            detail, found = metadata.version(name), True
        except metadata.PackageNotFoundError:
            detail, found = "not installed", False
        yield Check(name, found, detail, f"pip install {package}", required, purpose)


def _cache() -> Iterator[Check]:
    from psa_bridge.driver.images.cache import CacheError, directory

    remedy = "set PSA_BRIDGE_CACHE to a directory that can be written"
    try:
        folder = directory()
    except CacheError as error:
        yield Check("image cache", False, str(error), remedy, required=True)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        yield Check("image cache", True, f"{folder}, {size / (1 << 20):.1f} MiB", remedy, required=True)
    except OSError as error:
        yield Check("image cache", False, f"{folder}: {error.strerror}", remedy, required=True)


GROUPS: tuple[tuple[str, Callable[[], Iterator[Check]]], ...] = (
    ("this installation", _platform),
    ("this installation", _extension),
    ("this installation", _packages),
    ("this installation", _cache),
    ("compilers and tools", _toolchain),
    ("headers", _headers),
    ("sanitizers", _sanitizers),
    ("components", _components),
)


def _collect(make: Callable[[], Iterator[Check]]) -> list[Check]:
    return list(make())


def checks(progress: Callable[[int, int, str], None] = lambda done, total, what: None) -> list[tuple[str, Check]]:
    """Every check with its group; the groups run side by side, since most of the time is compilers'."""
    found: list[tuple[str, Check]] = []
    with ThreadPoolExecutor(len(GROUPS)) as pool:
        running = [(name, pool.submit(_collect, make)) for name, make in GROUPS]
        for done, (name, future) in enumerate(running, 1):
            found += [(name, check) for check in future.result()]
            progress(done, len(running), name)
    return found
