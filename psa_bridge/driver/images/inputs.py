"""The compiled parts that a bundle brings: read, checked, and sorted for the linker."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from psa_bridge.driver.findings import Findings, Place, Severity, did_you_mean, register
from psa_bridge.driver.images.compiler import Compiler, Run
from psa_bridge.driver.images.headers import HeaderPaths
from psa_bridge.driver.images.resolution import Archive, is_archive
from psa_bridge.driver.images.symbols import SHARED, NotAnObjectError, ObjectFile, has_index, read_file
from psa_bridge.driver.images.tools import Tools
from psa_bridge.driver.platform import Platform
from psa_bridge.driver.progress import report
from psa_bridge.driver.settings import Settings, is_path

register(
    """
    not-an-object       The objects of a bundle are object files, archives or shared libraries.
    wrong-architecture  Objects are compiled for the machine and the word size of this process.
    not-pic             Objects are position independent, so that they can be loaded.
    source-error        The sources of a bundle compile.
    """
)

_MACHINES = {
    "EM_X86_64": "x86-64", "EM_386": "x86", "EM_ARM": "ARM", "EM_AARCH64": "AArch64", "EM_RISCV": "RISC-V",
    "EM_S390": "s390", "EM_PPC64": "PowerPC", "EM_XTENSA": "Xtensa", "EM_MIPS": "MIPS",
}  # fmt: skip
_SLIM_LTO = "__gnu_lto_slim"
_CXX_SOURCES = frozenset((".cc", ".cpp", ".cxx", ".C"))


@dataclass
class Inputs:
    """What the linker gets.

    ``objects`` are the files themselves, archives among them stay closed; those that the
    build compiled from sources are in ``compiled`` as well.
    """

    objects: list[ObjectFile] = field(default_factory=list)
    compiled: list[ObjectFile] = field(default_factory=list)
    archives: list[Archive] = field(default_factory=list)
    companions: list[Archive | ObjectFile] = field(default_factory=list)
    companion_arguments: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)

    def defined(self) -> dict[str, str]:
        """Every global symbol of the drivers' own objects, with the object that defines it."""
        names = {name: one.name for one in self.objects for name in one.defined}
        for archive in self.archives:
            for name in archive.index:
                names.setdefault(name, archive.path.name)
        return names

    def companion_symbols(self) -> Iterator[str]:
        """Every global symbol of companion libraries."""
        for companion in self.companions:
            yield from companion.index if isinstance(companion, Archive) else companion.defined


def read_inputs(settings: Settings, compiled: Sequence[Path], tools: Tools) -> Inputs:
    """Read everything that a bundle brings, and report what cannot be linked."""
    inputs = Inputs()
    for path in (*settings.objects, *compiled):
        if path not in compiled:
            inputs.reads.append(str(path.resolve()))
        if is_archive(path):
            _read_archive(path, inputs.archives, tools)
            continue
        one = _read_object(path, tools)
        if one:
            inputs.objects.append(one)
            if path in compiled:
                inputs.compiled.append(one)
    for library in settings.libraries:
        _read_library(library, inputs, settings, tools)
    return inputs


def _read_object(path: Path, tools: Tools) -> ObjectFile | None:
    findings = tools.findings
    try:
        one = read_file(path)[0]
    except OSError as error:
        findings.error("missing-file", Place(str(path)), f"cannot be read: {error.strerror}", "check the path")
        return None
    except NotAnObjectError as error:
        _not_an_object(path, str(error), findings)
        return None
    return one if check_object(one, tools.platform, findings) else None


def _not_an_object(path: Path, what: str, findings: Findings) -> None:
    findings.error(
        "not-an-object", Place(str(path)), f"not an object file, but {what}",
        "name what the compiler made (cc -c), an archive, or a shared library",
    )  # fmt: skip


def _read_archive(path: Path, archives: list[Archive], tools: Tools) -> None:
    try:
        archive = Archive.open(path)
    except NotAnObjectError as error:
        _not_an_object(path, str(error), tools.findings)
        return
    if archive.index and not has_index(path.read_bytes()):
        tools.findings.error(
            "not-an-object", Place(str(path)), "the archive has no symbol index, which the linker needs",
            f"run ranlib {path.name}, or make the archive with 'ar rcs'",
        )  # fmt: skip
        return
    archives.append(archive)


def check_object(one: ObjectFile, platform: Platform, findings: Findings) -> bool:
    """Report a wrong machine, and code that cannot be part of a shared object."""
    if _SLIM_LTO in one.defined:
        findings.error(
            "not-an-object", Place(str(one.path)),
            f"{one.name} holds no machine code, but the compiler's intermediate code (compiled with -flto)",
            "compile it without -flto, or with -ffat-lto-objects",
        )  # fmt: skip
        return False
    if one.machine != platform.elf_machine or one.elf_class != platform.elf_class:
        name = _MACHINES.get(one.machine, one.machine.removeprefix("EM_"))
        findings.error(
            "wrong-architecture", Place(str(one.path)),
            f"{one.name} is for {name} ({one.elf_class} bits), but this process is {platform.machine} "
            f"({platform.elf_class} bits)",
            f"compile it for {platform.machine}, or run it on its own machine as a remote driver",
        )  # fmt: skip
        return False
    if one.absolute:
        shown = ", ".join(
            f"{r.type} in {r.section}" + (f" against {r.symbol}" if r.symbol else "") for r in one.absolute[:3]
        )
        more = f" and {len(one.absolute) - 3} more" if len(one.absolute) > 3 else ""
        findings.error(
            "not-pic", Place(str(one.path)), f"{one.name} is not position independent: {shown}{more}",
            "compile it with -fPIC (or -fPIE), or run it in an isolated process, which is an executable of its own",
        )  # fmt: skip
        return False
    return True


def _read_library(library: str, inputs: Inputs, settings: Settings, tools: Tools) -> None:
    """A companion: a file, or a name that the compiler's search path knows."""
    path = Path(library) if is_path(library) else _find_library(library, tools.compiler)
    if path is None:
        directories = sorted({str(Path(p).parent) for p in settings.libraries if is_path(p)})
        tools.findings.error(
            "missing-file", settings.place("libraries"),
            f"libraries: the linker finds neither lib{library}.a nor lib{library}.so",
            "install the library's development package, or give a path"
            + (f"; paths of this bundle are in {', '.join(directories)}" if directories else ""),
        )  # fmt: skip
        return
    inputs.reads.append(str(path.resolve()))
    if is_archive(path):
        archives: list[Archive] = []
        _read_archive(path, archives, tools)
        inputs.companions.extend(archives)
        return
    one = _read_object(path, tools)
    if one:
        inputs.companions.append(one)


def _find_library(name: str, compiler: Compiler) -> Path | None:
    """Archives are preferred: each image then has a copy, and a state, of its own."""
    return compiler.library(f"lib{name}.a") or compiler.library(f"lib{name}.so")


AFTER_SOURCES = 2
"""Steps of a build that are reported after the sources: the headers are read, the image is there."""


def compile_sources(settings: Settings, header: HeaderPaths, tools: Tools) -> tuple[list[Path], list[str]]:
    """Compile a bundle's sources; returns the objects and every file that was read."""
    objects, reads = [], []
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        outcomes = pool.map(lambda item: _compile(item[0], item[1], header, tools), enumerate(settings.sources))
        for done, (source, (target, run)) in enumerate(zip(settings.sources, outcomes, strict=True), 1):
            report(done, len(settings.sources) + AFTER_SOURCES, source.name)
            if run.ok:
                objects.append(target)
                reads += read_depfile(target.with_suffix(".d"))
            else:
                _source_error(source, run, tools.findings)
    return objects, reads


def _compile(number: int, source: Path, header: HeaderPaths, tools: Tools) -> tuple[Path, Run]:
    target = tools.directory / f"source_{number}" / f"{source.stem}.o"
    target.parent.mkdir(exist_ok=True)
    arguments = [*tools.platform.compile_flags, *header.arguments(system=False)]
    arguments += ["-MD", "-MF", str(target.with_suffix(".d")), "-c", str(source.resolve()), "-o", str(target)]
    return target, tools.compiler.run(arguments, cxx=source.suffix in _CXX_SOURCES)


def _source_error(source: Path, run: Run, findings: Findings) -> None:
    first = next((d for d in run.diagnostics if d.level == "error"), None)
    place = Place(first.file, "", first.line, first.column) if first else Place(str(source))
    message = first.message if first else "the compiler failed"
    findings.report(
        "source-error", Severity.ERROR, place, message, "correct the source or the settings", detail=run.stderr
    )


def read_depfile(path: Path) -> list[str]:
    """The prerequisites in a make rule."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape").replace("\\\n", " ")
    _, _, listed = text.partition(": ")
    placeholder = "\0"
    names = listed.replace("\\ ", placeholder).replace("$$", "$").replace("\\#", "#").split()
    return [str(Path(name.replace(placeholder, " ")).resolve()) for name in names]


def near_misses(name: str, defined: Sequence[str]) -> str:
    """A hint at a symbol that is there under a similar name."""
    return did_you_mean(name, defined)


def shared_objects(inputs: Inputs) -> list[ObjectFile]:
    """Shared libraries among the inputs."""
    own = [one for one in inputs.objects if one.kind == SHARED]
    return own + [one for one in inputs.companions if isinstance(one, ObjectFile)]
