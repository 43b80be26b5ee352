"""The build of one image: headers, prototypes, glue, symbols, link, in this order, with findings at every step."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from psa_bridge.driver.bundle import Bundle, BundleError, DriverSummary, Merged, to_record
from psa_bridge.driver.findings import Findings, Place, Severity, register
from psa_bridge.driver.glue import shims
from psa_bridge.driver.glue import whole as glue
from psa_bridge.driver.images import constants, elf, layout, merging
from psa_bridge.driver.images.cache import Cache, write_atomically
from psa_bridge.driver.images.compiler import NAME_A_COMPILER, Compiler, CompilerError
from psa_bridge.driver.images.forgotten import Named, report_forgotten, report_missing
from psa_bridge.driver.images.headers import header_paths, without_warnings
from psa_bridge.driver.images.inputs import (
    AFTER_SOURCES,
    Inputs,
    check_object,
    compile_sources,
    read_depfile,
    read_inputs,
)
from psa_bridge.driver.images.kinds import report_kinds, report_size_functions
from psa_bridge.driver.images.linking import link
from psa_bridge.driver.images.probe import size_of
from psa_bridge.driver.images.resolution import SYSTEM, Archive, BadMemberError, Resolution, Resolver
from psa_bridge.driver.images.sharedlib import without_name
from psa_bridge.driver.images.study import ABI_INCLUDE, Study, Surveyor
from psa_bridge.driver.images.symbols import SHARED, ObjectFile, read_file
from psa_bridge.driver.images.tools import Tools
from psa_bridge.driver.images.unresolved import report_second_core, report_unresolved
from psa_bridge.driver.platform import Platform
from psa_bridge.driver.progress import report
from psa_bridge.gen import ops

register(
    """
    glue-error         The generated glue compiles with the driver's headers.
    """
)


class Builder:
    """One build. Every step adds to the findings; a step with errors is the last."""

    def __init__(
        self, bundle: Bundle, compiler: Compiler, platform: Platform, cache: Cache, key: str, *, merged: bool = False
    ) -> None:
        self._bundle = bundle
        self._merged = merged
        self._settings = bundle.settings
        self._cache = cache
        self._key = key
        self._findings = Findings()
        self._tools = Tools(compiler, platform, Path(), self._findings)
        self._header = header_paths(self._settings)
        self._reads: list[str] = []
        self._quoted = self._generated_header()
        self._started = time.time_ns()

    def run(self) -> dict[str, Any]:
        """Build and store; returns the record. :class:`BundleError` carries the findings."""
        try:
            with self._cache.workspace() as directory:
                self._tools = replace(self._tools, directory=Path(directory))
                return self._run()
        except BadMemberError as error:
            self._findings.error(
                "not-an-object", Place(str(error.path)), f"the member {error.member} is no object file, but {error}",
                "make the archive of what the compiler made (cc -c)",
            )  # fmt: skip
            raise BundleError(self._findings) from error
        except CompilerError as error:
            place = self._settings.place("compiler")
            self._findings.report("no-compiler", Severity.ERROR, place, str(error), NAME_A_COMPILER)
            raise BundleError(self._findings) from error

    def _stop_on_errors(self) -> None:
        if self._findings.errors:
            raise BundleError(self._findings)

    def _run(self) -> dict[str, Any]:
        descriptions, found = self._bundle.read
        # What was noted while the dialect was open is noted again, or not, once it is known.
        kept = {finding for one in descriptions for finding in one.findings}
        self._findings.extend(finding for finding in found if found.errors or finding not in kept)
        compiled, reads = compile_sources(self._settings, self._header, self._tools)
        inputs = read_inputs(self._settings, compiled, self._tools)
        self._reads = [*reads, *inputs.reads, *(str(path.resolve()) for path in self._settings.descriptions)]
        if found.errors:
            raise BundleError(self._findings)
        headers = Surveyor(self._tools, self._header, self._quoted).study(descriptions, self._settings.dialect, inputs)
        if headers is None:
            raise BundleError(self._findings)
        self._reads += headers.files
        steps = len(self._settings.sources) + AFTER_SOURCES
        report(steps - 1, steps, "headers")
        own = not self._header.foreign
        resolution = self._resolve(headers, inputs, own)
        verified = self._layouts(headers, inputs, resolution)
        self._stop_on_errors()
        unit = glue.Glue(headers.drivers, own, headers.types, resolution.services, ABI_INCLUDE)
        glue_path, resolution = self._compile_glue(unit, headers, inputs)
        shared = [self._keep_shared(one) for one in inputs.objects if one.kind == SHARED]
        image = self._link(inputs, shared, resolution)
        merged = self._merge(inputs, resolution) if self._merged else None
        report(steps, steps, "image")
        return self._store(headers, (image, glue_path, *shared), resolution, verified, merged)

    # Symbols

    def _resolve(self, found: Study, inputs: Inputs, own: bool, extra: Sequence[str] = ()) -> Resolution:
        wanted = [t.function for d in found.drivers for c in d.capabilities for t in c.targets]
        wanted += [d.size_function for d in found.drivers if d.size_function]
        symbol = found.survey.symbol
        wanted = [symbol(name) for name in dict.fromkeys(wanted) if not found.survey.has_definition(name)]
        functions = inputs.defined()
        available = {*functions, *inputs.companion_symbols(), *found.survey.macros}
        available |= {name for name in found.survey.declarations if found.survey.has_definition(name)}
        available |= {name for name, label in found.survey.labels.items() if label in available}
        given = [*(one.name for one in inputs.objects), *(archive.path.name for archive in inputs.archives)]
        report_missing(found.uses, available, functions, given, self._findings)
        self._missing_size_functions(found, available)
        named = [Named(d, dialect) for d, dialect in zip(found.descriptions, found.dialects, strict=True)]
        used = {symbol(use.function) for use in found.uses} | {symbol(str(d.size_function)) for d in found.drivers}
        report_forgotten(named, used, functions, self._findings)
        resolver = Resolver(
            inputs.objects,
            inputs.archives,
            inputs.companions,
            lambda name: shims.offers(name, found.types, own),
        )
        resolution = resolver.run([*wanted, *extra])
        for member in resolution.pulled:
            check_object(member, self._tools.platform, self._findings)
        objects = {one.name: one for one in (*inputs.objects, *resolution.pulled)}
        report_kinds(found.uses, found.survey, found.answers, list(objects.values()), self._findings)
        sizes = [
            (d.size_function, d.description.key_context.place)
            for d in found.drivers
            if d.size_function and d.description.key_context
        ]
        report_size_functions(sizes, found.survey, list(objects.values()), self._findings)
        return resolution

    def _missing_size_functions(self, found: Study, available: set[str]) -> None:
        for driver in found.drivers:
            context = driver.description.key_context
            if driver.size_function and driver.size_function not in available and context:
                self._findings.error(
                    "missing-entry-point", context.place,
                    f"the function {driver.size_function}, which gives the size of key contexts, is not defined",
                    "define it, or give key_context sizes",
                )  # fmt: skip

    def _layouts(self, found: Study, inputs: Inputs, resolution: Resolution) -> dict[str, str]:
        names = {use.context_type for use in found.uses if use.context_type not in ("", "void")}
        names.add("psa_key_attributes_t")
        expected = {
            name: found.answers.values[size_of(name)] for name in names if size_of(name) in found.answers.values
        }
        given = [one for one in inputs.objects if one not in inputs.compiled]
        own = [*given, *(one for one in resolution.pulled if resolution_is_own(one.path, inputs))]
        uses_attributes = any(
            argument.role.word.startswith("attrs")
            for d in found.drivers for c in d.capabilities for t in c.targets for argument in t.form.arguments
        )  # fmt: skip
        return layout.check(own, expected, uses_attributes, self._findings)

    # Glue and image

    def _generated_header(self) -> list[str]:
        """Compiler arguments for the generated part of the driver header, found by quoted includes only."""
        text = ops.emit()
        directory = self._cache.root / "abi" / f"{ops.table_hash():08x}"
        path = directory / "psab" / "ops.h"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_atomically(path, text.encode())
        return ["-iquote", str(directory)]

    def _compile_glue(self, unit: glue.Glue, found: Study, inputs: Inputs) -> tuple[Path, Resolution]:
        """Compile the glue; once more if it turns out to need services itself."""
        for _ in range(2):
            source = self._cache.keep("glue", self._bundle.name, ".c", glue.emit(unit).encode())
            target, depfile = self._tools.directory / "glue.o", self._tools.directory / "glue.d"
            arguments = without_warnings([*self._tools.platform.compile_flags, *self._header.arguments()])
            run = self._tools.compiler.run(
                [*arguments, *self._quoted, "-std=gnu11", "-MD", "-MF", str(depfile), "-c", str(source),
                 "-o", str(target)]
            )  # fmt: skip
            if not run.ok:
                first = next((d for d in run.diagnostics if d.level == "error"), None)
                place = Place(first.file, "", first.line, first.column) if first else Place(str(source))
                message = first.message if first else "the compiler failed"
                self._findings.report("glue-error", Severity.ERROR, place, f"the compiler says: {message}",
                                      "check the headers", detail=run.stderr)  # fmt: skip
                self._stop_on_errors()
            self._reads += [name for name in read_depfile(depfile) if name != str(source.resolve())]
            wants = [n for n, weak in read_file(target)[0].undefined.items() if not weak]
            again = self._resolve_quietly(found, inputs, wants)
            if again.services == unit.services:
                return source, again
            unit = replace(unit, services=again.services)
        return source, again

    def _resolve_quietly(self, found: Study, inputs: Inputs, wants: Sequence[str]) -> Resolution:
        for archive in (*inputs.archives, *inputs.companions):
            if isinstance(archive, Archive):
                archive.reset()
        own = not self._header.foreign
        resolver = Resolver(
            inputs.objects, inputs.archives, inputs.companions, lambda name: shims.offers(name, found.types, own)
        )
        return resolver.run(wants)

    def _keep_shared(self, one: ObjectFile) -> Path:
        data = without_name(one.path.read_bytes())
        return self._cache.keep("images", one.path.name.partition(".")[0], self._tools.platform.suffix, data)

    def _link(self, inputs: Inputs, shared: Sequence[Path], resolution: Resolution) -> Path:
        report_second_core(resolution, self._findings)
        linked = link(self._tools, inputs, shared, resolution, self._settings.link_flags)
        if linked.path is None:
            report_unresolved(linked.undefined, resolution, inputs, self._findings)
            raise BundleError(self._findings)
        self._stop_on_errors()
        return self._cache.keep("images", self._file_name, self._tools.platform.suffix, linked.path.read_bytes())

    def _merge(self, inputs: Inputs, resolution: Resolution) -> Merged:
        entry = f"psab_entry_{self._key[:20]}"
        path = merging.merge(self._tools, inputs, resolution, entry)
        if path is None:
            raise BundleError(self._findings)
        kept = self._cache.keep("objects", self._file_name, ".o", path.read_bytes())
        return Merged(kept, entry, tuple(merging.needed(inputs, resolution, self._settings.link_flags)))

    @property
    def _file_name(self) -> str:
        return re.sub(r"[^A-Za-z0-9_.-]", "_", self._bundle.name)

    def _store(
        self,
        found: Study,
        files: tuple[Path, ...],
        resolution: Resolution,
        verified: dict[str, str],
        merged: Merged | None,
    ) -> dict[str, Any]:
        image, source, *shared = files
        drivers = [
            DriverSummary(
                d.description.prefix, d.description.driver_type, d.source, d.dialect,
                constants.location(d.description, found.answers),
                {t.entry_point: t.function for c in d.capabilities for t in c.targets},
            )
            for d in found.drivers
        ]  # fmt: skip
        record = to_record(
            image, source, drivers, self._findings,
            suppliers=_suppliers(resolution, image),
            layout=verified,
            services=list(resolution.services),
            libraries=[str(path) for path in shared],
            foreign_headers=self._header.foreign,
            attributes_size=found.answers.values.get(size_of("psa_key_attributes_t"), 0),
            merged=[str(merged.path), merged.entry, list(merged.link)] if merged else None,
        )  # fmt: skip
        keeps = (*files, merged.path) if merged else files
        self._cache.store(self._key, record, self._reads, keeps, self._started)
        return record


def _suppliers(resolution: Resolution, image: Path) -> dict[str, tuple[str, str]]:
    """Who supplies each symbol; for the system's, the library that the linker found it in."""
    file = elf.Elf(image.read_bytes())
    libraries = file.needed_symbols()
    needed = file.dynamic(elf.DT_NEEDED)
    only = needed[0] if len(needed) == 1 else ""
    return {
        name: (s.kind, s.name if s.kind != SYSTEM else libraries.get(name, only))
        for name, s in sorted(resolution.suppliers.items())
    }


def resolution_is_own(path: Path, inputs: Inputs) -> bool:
    """Whether a file is one of the driver's own archives."""
    return any(archive.path == path for archive in inputs.archives)
