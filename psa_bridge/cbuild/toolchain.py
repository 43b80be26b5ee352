"""Running the C compiler: options, one file at a time, only where something changed."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

WARNINGS = ("-Wall", "-Wextra", "-Wconversion")


class BuildError(Exception):
    """A compiler or linker failed; the text holds the command and what it said."""


class WordsError(BuildError):
    """A command or flags cannot be split into words."""


def words(text: str, name: str) -> tuple[str, ...]:
    """The words of a command or of flags, as a shell would split them; ``name`` says whose they are."""
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise WordsError(f"{name}: {text!r} cannot be split into words: {error}") from error


@dataclass(frozen=True)
class Options:
    """What to build, and how.

    ``drivers`` off leaves out loading and registration (``MBEDTLS_PSA_CRYPTO_DRIVERS=OFF``);
    ``software`` off leaves out the linked-in software driver; ``sanitize`` names sanitizers; with ``werror`` a
    warning is an error, which is for development: a compiler yet to come may know other warnings.
    """

    compiler: tuple[str, ...] = ("cc",)
    cflags: tuple[str, ...] = ("-O2", "-g")
    ldflags: tuple[str, ...] = ()
    drivers: bool = True
    software: bool = True
    sanitize: tuple[str, ...] = ()
    hidden: bool = False
    werror: bool = False

    @property
    def sanitizer_flags(self) -> tuple[str, ...]:
        """Flags for compiling and for linking."""
        if not self.sanitize:
            return ()
        return (f"-fsanitize={','.join(self.sanitize)}", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")

    @property
    def compile_flags(self) -> tuple[str, ...]:
        """Flags for every source of ours."""
        flags = ["-std=gnu11", "-fPIC", *WARNINGS, *self.cflags, *self.sanitizer_flags]
        if self.werror:
            flags.append("-Werror")
        if self.hidden:
            flags.append("-fvisibility=hidden")
        if not self.drivers:
            flags += ["-DMBEDTLS_PSA_CRYPTO_DRIVERS=0", "-DPSAB_NO_LOADER"]
        return tuple(flags)


def options_from_environment(**changes: object) -> Options:
    """Options as ``CC``, ``CFLAGS``, ``LDFLAGS`` and ``PSAB_SANITIZE`` say; ``changes`` go on top.

    :class:`WordsError` where one of them cannot be split.
    """
    values: dict[str, object] = {"compiler": words(os.environ.get("CC", ""), "CC") or ("cc",)}
    if "CFLAGS" in os.environ:
        values["cflags"] = words(os.environ["CFLAGS"], "CFLAGS")
    values["ldflags"] = words(os.environ.get("LDFLAGS", ""), "LDFLAGS")
    values["sanitize"] = tuple(name for name in os.environ.get("PSAB_SANITIZE", "").split(",") if name)
    values["werror"] = os.environ.get("PSAB_WERROR", "") not in ("", "0")
    return Options(**{**values, **changes})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Unit:
    """One C file and the flags that only it gets."""

    source: Path
    flags: tuple[str, ...] = ()


def run(command: Sequence[str | Path], text: str | None = None) -> str:
    """Run a tool and return its output; :class:`BuildError` if it fails or is missing."""
    try:
        done = subprocess.run([str(part) for part in command], input=text, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BuildError(f"cannot run {command[0]}: {error.strerror}; is it installed?") from error
    if done.returncode:
        raise BuildError(f"{shlex.join(map(str, command))}\nfailed with status {done.returncode}:\n{done.stderr}")
    return done.stdout


def _is_fresh(target: Path, command: str) -> bool:
    """Whether an object was made by this very command from files that did not change since."""
    record, listed = target.with_suffix(".cmd"), target.with_suffix(".d")
    if not (target.is_file() and listed.is_file() and record.is_file()) or record.read_text() != command:
        return False
    made = target.stat().st_mtime_ns
    needed = listed.read_text().replace("\\\n", " ").split(":", 1)[1].split()
    return all(Path(name).is_file() and Path(name).stat().st_mtime_ns <= made for name in needed)


def compile_unit(unit: Unit, directory: Path, include_flags: Sequence[str], options: Options) -> Path:
    """Compile one file if anything it depends on changed; returns the object."""
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / f"{unit.source.parent.name}-{unit.source.stem}.o"
    command = [*options.compiler, *options.compile_flags, *unit.flags, *include_flags]
    command += ["-MMD", "-MF", str(target.with_suffix(".d")), "-c", str(unit.source), "-o", str(target)]
    text = shlex.join(command)
    if not _is_fresh(target, text):
        target.with_suffix(".cmd").unlink(missing_ok=True)
        run(command)
        target.with_suffix(".cmd").write_text(text)
    return target


def undefined_symbols(objects: Iterable[Path]) -> frozenset[str]:
    """Symbols that the objects need from elsewhere."""
    paths = tuple(objects)
    listing = run(["nm", "--undefined-only", "--format=posix", *paths])
    wanted = frozenset(line.split()[0] for line in listing.splitlines() if " " in line)
    return wanted - defined_symbols(paths)


def defined_symbols(objects: Iterable[Path]) -> frozenset[str]:
    """Global symbols that the objects define."""
    listing = run(["nm", "--defined-only", "--extern-only", "--format=posix", *objects])
    return frozenset(line.split()[0] for line in listing.splitlines() if " " in line)
