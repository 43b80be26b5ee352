"""From glue and objects to one closed shared object."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from psa_bridge.driver.findings import Findings, Place, Severity, register, shown
from psa_bridge.driver.images.compiler import Run
from psa_bridge.driver.images.inputs import Inputs, shared_objects
from psa_bridge.driver.images.resolution import SYSTEM, Archive, Resolution
from psa_bridge.driver.images.symbols import SHARED, ObjectFile
from psa_bridge.driver.images.tools import Tools

register(
    """
    link-error         The linker can make an image of the bundle.
    """
)

_UNDEFINED = re.compile(r"undefined (?:reference to|symbol:?) [`'\"]?([A-Za-z_]\w*)")
_AT = re.compile(r"(?:\S*ld(?:\.\w+)?: )?([^:]+):(\d+): ")
_NOT_PIC = re.compile(r"relocation (R_\w+) (?:against|cannot be used against|out of range)[^`']*[`']([^`'@]+)")
_TWICE = re.compile(r"multiple definition of [`'\"]?([A-Za-z_]\w*)|duplicate symbol:? (\w+)")
_SYSTEM_DIRECTORIES = ("/lib", "/usr/lib", "/lib64", "/usr/lib64")


@dataclass(frozen=True)
class Linked:
    """The outcome of a link: the image, or the symbols that nobody defines and a line that uses each, if known."""

    path: Path | None
    undefined: Mapping[str, Place | None] = field(default_factory=dict)


class WeakenError(Exception):
    """A companion archive cannot be prepared; the arguments are what is wrong and a remedy."""


def weaken(archive: Archive, symbols: Sequence[str], number: int, directory: Path) -> Path:
    """A copy of a companion archive in which some symbols give way to other definitions."""
    target = directory / f"companion_{number}_{archive.path.name}"
    listing = directory / f"weaken_{number}.txt"
    listing.write_text("\n".join(symbols) + "\n", encoding="utf-8")
    tool = shutil.which("objcopy") or shutil.which("llvm-objcopy")
    if tool is None:
        raise WeakenError("objcopy was not found", "install binutils")
    command = [tool, f"--weaken-symbols={listing}", str(archive.path.absolute()), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise WeakenError(f"objcopy says: {done.stderr.strip()}", "check the library")
    return target


def link(
    tools: Tools, inputs: Inputs, own_shared: Sequence[Path], resolution: Resolution, link_flags: Sequence[str]
) -> Linked:
    """Link ``glue.o`` and everything else into an image in the build's directory.

    ``own_shared`` are the copies of the driver's shared libraries that belong to this image.
    """
    directory, platform = tools.directory, tools.platform
    target = directory / f"image{platform.suffix}"
    script = directory / "exports.map"
    script.write_text(platform.version_script(_exported(inputs, resolution)), encoding="utf-8")
    companions = companion_archives(tools, inputs, resolution)
    if companions is None:
        return Linked(None)
    arguments = [
        *platform.link_flags,
        *_passed_on("--version-script", str(script)),
        "-Wl,--build-id=sha1",
        "-g",
        str(directory / "glue.o"),
        *(str(one.path.absolute()) for one in inputs.objects if one.kind != SHARED),
        *(str(path) for path in own_shared),
        "-Wl,--start-group",
        *(str(archive.path.absolute()) for archive in inputs.archives),
        *companions,
        "-Wl,--end-group",
        *companion_libraries(inputs),
        *link_flags,
        "-o",
        str(target),
    ]
    run = tools.compiler.run(arguments, cxx=needs_cxx(inputs, resolution))
    if run.ok:
        return Linked(target)
    return Linked(None, _explain(run, inputs, tools.findings))


def companion_archives(tools: Tools, inputs: Inputs, resolution: Resolution) -> list[str] | None:
    """The companion archives as they are linked; None, and a finding, if one cannot be prepared."""
    found: list[str] = []
    for number, companion in enumerate(inputs.companions):
        if isinstance(companion, Archive):
            symbols = resolution.weaken.get(companion.path, ())
            try:
                kept = weaken(companion, symbols, number, tools.directory) if symbols else companion.path.absolute()
            except WeakenError as error:
                tools.findings.error("link-error", Place(str(companion.path)), *error.args)
                return None
            found.append(str(kept))
    return found


def companion_libraries(inputs: Inputs) -> list[str]:
    """Linker arguments for the companions that are shared libraries."""
    shared = [str(one.path.resolve()) for one in inputs.companions if isinstance(one, ObjectFile)]
    search = sorted({str(Path(path).parent) for path in shared} - set(_SYSTEM_DIRECTORIES))
    return [*shared, *(argument for path in search for argument in _passed_on("-rpath", path))]


def _passed_on(*arguments: str) -> Iterator[str]:
    """Arguments for the linker alone; -Wl would cut them at commas."""
    for argument in arguments:
        yield from ("-Xlinker", argument)


def _exported(inputs: Inputs, resolution: Resolution) -> tuple[str, ...]:
    """What shared libraries of the bundle need of the image: they find only what it shows."""
    wanted = {name for one in shared_objects(inputs) for name in one.undefined}
    inside = (name for name in wanted if name in resolution.suppliers)
    return tuple(sorted(name for name in inside if resolution.suppliers[name].kind != SYSTEM))


def needs_cxx(inputs: Inputs, resolution: Resolution) -> bool:
    """Whether any object needs the C++ runtime."""
    return any(one.is_cxx for one in (*inputs.objects, *resolution.pulled))


def _place(text: str, inputs: Inputs) -> Place:
    """The file of the bundle that a message of the linker is about."""
    files = [str(one.path.absolute()) for one in (*inputs.objects, *inputs.archives, *inputs.companions)]
    found = [(text.find(name), name) for name in dict.fromkeys(files) if name in text]
    return Place(min(found)[1]) if found else Place()


def _undefined(text: str) -> dict[str, Place | None]:
    """The undefined symbols in the linker's output, and where they are used."""
    found: dict[str, Place | None] = {}
    for line in text.splitlines():
        for name in _UNDEFINED.findall(line):
            at = _AT.match(line)
            found[name] = found.get(name) or (Place(at[1], "", int(at[2])) if at else None)
    return found


def _explain(run: Run, inputs: Inputs, findings: Findings) -> dict[str, Place | None]:
    """Findings for what the linker complains about; returns the undefined symbols, reported elsewhere."""
    undefined = _undefined(run.stderr)
    not_pic = dict.fromkeys(_NOT_PIC.findall(run.stderr))
    twice = dict.fromkeys(a or b for a, b in _TWICE.findall(run.stderr))
    for relocation, symbol in not_pic:
        lines = _lines_with(run.stderr, symbol)
        findings.report(
            "not-pic", Severity.ERROR, _place(lines, inputs),
            f"an object is not position independent: {relocation} against {symbol}",
            "compile the driver with -fPIC, or run it in an isolated process", detail=lines,
        )  # fmt: skip
    for symbol in twice:
        lines = _lines_with(run.stderr, symbol)
        findings.report(
            "link-error", Severity.ERROR, _place(lines, inputs), f"{symbol} is defined twice",
            "name each object once, and companions in libraries instead of objects", detail=lines,
        )  # fmt: skip
    if not (undefined or not_pic or twice):
        said = next((line.strip() for line in run.stderr.splitlines() if line.strip()), "nothing")
        findings.report(
            "link-error", Severity.ERROR, _place(run.stderr, inputs), f"the linker says: {shown(said, 200)}",
            "correct the objects, libraries and link_flags of the bundle", detail=run.stderr,
        )  # fmt: skip
    return undefined


def _lines_with(text: str, word: str) -> str:
    return "\n".join(line for line in text.splitlines() if word in line)[:2000]
