"""What the core consists of: its sources, the generated ones and the software driver."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from psa_bridge import paths
from psa_bridge.cbuild import software
from psa_bridge.cbuild.toolchain import BuildError, Options, Unit, compile_unit, run, undefined_symbols
from psa_bridge.driver.progress import report
from psa_bridge.gen import api, cdef, files, linked

if TYPE_CHECKING:
    from psa_bridge.driver.bundle import Merged

PARTS = ("util", "keys", "dispatch", "api")
"""The folders of csrc that make up the core."""


@dataclass(frozen=True)
class Sources:
    """Everything that goes into the core, generated files included."""

    units: tuple[Unit, ...]
    include: tuple[Path, ...]
    generated: Path
    libraries: tuple[str, ...] = ()
    software: bool = False
    objects: tuple[Path, ...] = ()

    @property
    def include_flags(self) -> tuple[str, ...]:
        """``-I`` for each include directory."""
        return tuple(f"-I{path}" for path in self.include)


def core_sources() -> tuple[Path, ...]:
    """The C files of the core."""
    return tuple(sorted(path for part in PARTS for path in (paths.CSRC / part).glob("*.c")))


def prepare(directory: Path, options: Options, bundles: Sequence[Merged] = ()) -> Sources:
    """Write the generated files below ``directory`` and say what is to be compiled.

    ``bundles`` become part of it, and are asked before the software driver.
    """
    generated = directory / "gen"
    core = core_sources()
    functions = api.functions((paths.INCLUDE / "psa" / "crypto.h").read_text(encoding="utf-8"))
    available = api.defined(path.read_text(encoding="utf-8") for path in core if path.parent.name == "api")
    written = {
        **files.table_files(),
        "psab/api.h": api.emit_header(functions, available),
        "psa_default.c": api.emit_source(functions, available),
    }
    files.write_files(generated, written)
    include = (paths.INCLUDE, paths.CSRC, generated)
    linked_in = software.prepare(generated, options) if options.software else None
    entries = [*(one.entry for one in bundles), *([linked_in.entry] if linked_in else [])]
    files.write_files(generated, {"linked_in.c": linked.emit(entries)})
    own = [generated / name for name in ("packed.c", "plans.c", "psa_default.c", "linked_in.c")]
    units = tuple(Unit(path) for path in (*core, *own)) + (linked_in.units if linked_in else ())
    libraries = ("dl", "pthread", *(linked_in.libraries if linked_in else ()))
    objects = tuple(one.path for one in bundles)
    return Sources(units, include, generated, libraries, linked_in is not None, objects)


def compile_units(units: Iterable[Unit], directory: Path, include_flags: Sequence[str], options: Options) -> list[Path]:
    """Compile files side by side; returns the objects, in the same order."""
    wanted = tuple(units)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        made = [pool.submit(compile_unit, unit, directory, include_flags, options) for unit in wanted]
        try:
            objects = []
            for unit, future in zip(wanted, made, strict=True):
                objects.append(future.result())
                report(len(objects), len(made), unit.source.name)
            return objects
        except BuildError:
            pool.shutdown(cancel_futures=True)
            raise


def compile_core(sources: Sources, directory: Path, options: Options) -> list[Path]:
    """Compile everything; returns the objects. :class:`BuildError` too if a function of ours is missing."""
    objects = [*compile_units(sources.units, directory, sources.include_flags, options), *sources.objects]
    missing = sorted(name for name in undefined_symbols(objects) if name.startswith(("psa_", "psab_")))
    if missing:
        raise BuildError(f"these functions are called but not defined: {', '.join(missing)}")
    return objects


def public_headers(sources: Sources) -> tuple[Path, ...]:
    """The headers that C users get: ours and the generated ones."""
    found = [path for root in (paths.INCLUDE, sources.generated) for path in root.glob("psa*/*.h")]
    return tuple(sorted(found, key=lambda path: (path.parent.name, path.name)))


def public_includes(sources: Sources) -> str:
    """C text that includes every public header."""
    return "".join(f"#include <{path.parent.name}/{path.name}>\n" for path in public_headers(sources))


def public_text(sources: Sources, options: Options) -> str:
    """What a compiler sees of the public headers, without anything that is not ours."""
    command = [*options.compiler, "-std=gnu11", *sources.include_flags, "-E", "-x", "c", "-"]
    roots = tuple(str(path) for path in (paths.INCLUDE, sources.generated))
    return cdef.own_text(run(command, public_includes(sources)), lambda path: path.startswith(roots))
