"""The library for C programs: an archive, a shared library and headers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from psa_bridge.cbuild.core import compile_core, prepare, public_headers, public_text
from psa_bridge.cbuild.toolchain import Options, defined_symbols, options_from_environment, run
from psa_bridge.gen import cdef

if TYPE_CHECKING:
    from psa_bridge.driver.bundle import Merged


@dataclass(frozen=True)
class Library:
    """A library for C programs: link ``archive`` or ``shared``; ``libraries`` and ``link`` go with the archive."""

    archive: Path
    shared: Path
    include: Path
    libraries: tuple[str, ...]
    software: bool
    link: tuple[str, ...] = ()


def build_library(
    out: Path, options: Options | None = None, work: Path | None = None, bundles: Sequence[Merged] = ()
) -> Library:
    """Build ``lib/libpsa_bridge.a``, ``lib/libpsa_bridge.so`` and ``include/`` below ``out``.

    Both export only what the public headers declare, all of it ``psa_*`` or ``psab_*``.
    ``work`` keeps objects and generated files for the next build; a temporary directory is
    used without it.  ``bundles`` are drivers that become part of both.  Raises :class:`BuildError`.
    """
    options = options or options_from_environment()
    if work is None:
        with tempfile.TemporaryDirectory(prefix="psa-bridge-") as temporary:
            return build_library(out, options, Path(temporary), bundles)
    sources = prepare(work, options, bundles)
    objects = compile_core(sources, work / "obj", options)
    declared = cdef.names(public_text(sources, options))
    exported = sorted(declared & defined_symbols(objects))
    lib, include = out / "lib", out / "include"
    lib.mkdir(parents=True, exist_ok=True)
    for header in public_headers(sources):
        (include / header.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(header, include / header.parent.name / header.name)
    archive, shared = lib / "libpsa_bridge.a", lib / "libpsa_bridge.so"
    _archive(archive, objects, exported, work, options)
    script = work / "exports.map"
    script.write_text(version_script(exported))
    link = tuple(argument for one in bundles for argument in one.link)
    _shared(shared, objects, script, (*(f"-l{name}" for name in sources.libraries), *link), options)
    return Library(archive, shared, include, sources.libraries, sources.software, link)


def _archive(target: Path, objects: Sequence[Path], exported: Sequence[str], work: Path, options: Options) -> None:
    """One relocatable object, so that what is not exported can be made local."""
    whole, keep = work / "psa_bridge.o", work / "exports.txt"
    keep.write_text("".join(f"{name}\n" for name in exported))
    run([*options.compiler, "-r", "-nostdlib", *objects, "-o", whole])
    run(["objcopy", f"--keep-global-symbols={keep}", whole])
    target.unlink(missing_ok=True)
    run(["ar", "rcsD", target, whole])


def version_script(exported: Sequence[str]) -> str:
    """A linker version script that exports these symbols and nothing else."""
    listed = "".join(f" {name};" for name in exported)
    return f"{{ {'global:' + listed if listed else ''} local: *; }};\n"


def _shared(target: Path, objects: Sequence[Path], script: Path, link: Sequence[str], options: Options) -> None:
    """A shared library in which everything is resolved; sanitizers leave their runtime to the program.

    It stays loaded once it is: a thread that used it cleans up after itself when it ends.  The compiler flags are
    for the linker too: those that choose a machine, a sanitizer or coverage work only at both times.
    """
    sanitized = options.sanitize or any(flag.startswith("-fsanitize=") for flag in options.cflags)
    defs = () if sanitized else ("-Wl,-z,defs",)
    both = (*options.cflags, *options.sanitizer_flags)
    command: list[str | Path] = [*options.compiler, "-shared", *both, *objects, "-o", target]
    command += [
        f"-Wl,--version-script={script}",
        "-Wl,-soname,libpsa_bridge.so",
        "-Wl,-z,nodelete",
        *defs,
        *options.ldflags,
    ]
    run([*command, *link])
