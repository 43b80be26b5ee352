"""From glue and objects to one relocatable object, which a library is linked from.

It shows one symbol, the entry function, under a name of its own: any number of bundles go into one library, each with
its own copy of whatever its objects call alike.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from psa_bridge.driver.findings import Place, Severity, shown
from psa_bridge.driver.images.inputs import Inputs
from psa_bridge.driver.images.linking import companion_archives, companion_libraries, needs_cxx
from psa_bridge.driver.images.resolution import Resolution
from psa_bridge.driver.images.symbols import SHARED
from psa_bridge.driver.images.tools import Tools
from psa_bridge.driver.platform import ENTRY_NAME

_CXX_RUNTIME = "-lstdc++"


def merge(tools: Tools, inputs: Inputs, resolution: Resolution, entry: str) -> Path | None:
    """Put ``glue.o`` and everything else into one object, in the build's directory; None and findings if that fails.

    ``entry`` is what its entry function is called.
    """
    for one in inputs.objects:
        if one.kind == SHARED:
            tools.findings.error(
                "link-error", Place(str(one.path)), "a shared library cannot become part of another library",
                "name its objects or an archive of them, or load the bundle as an image",
            )  # fmt: skip
    companions = companion_archives(tools, inputs, resolution)
    if tools.findings.errors or companions is None:
        return None
    target = tools.directory / "merged.o"
    arguments = [
        "-r",
        "-nostdlib",
        "-Wl,-d",  # room for common symbols, which cannot be local
        str(tools.directory / "glue.o"),
        *(str(one.path.absolute()) for one in inputs.objects),
        "-Wl,--start-group",
        *(str(archive.path.absolute()) for archive in inputs.archives),
        *companions,
        "-Wl,--end-group",
        "-o",
        str(target),
    ]
    run = tools.compiler.run(arguments, cxx=needs_cxx(inputs, resolution))
    said = run.stderr if not run.ok else _rename(target, entry)
    if said:
        message = f"the objects cannot be merged: {shown(said.strip().splitlines()[0], 200)}"
        remedy = "load the bundle as an image, without --link-in"
        tools.findings.report("link-error", Severity.ERROR, Place(), message, remedy, detail=said)
        return None
    return target


def _rename(path: Path, entry: str) -> str:
    """Give the entry function its name, and hide everything else; what went wrong, or nothing."""
    tool = shutil.which("objcopy") or shutil.which("llvm-objcopy")
    if tool is None:
        return "objcopy was not found; install binutils"
    command = [tool, f"--redefine-sym={ENTRY_NAME}={entry}", f"--keep-global-symbol={entry}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return done.stderr or "objcopy failed" if done.returncode else ""


def needed(inputs: Inputs, resolution: Resolution, link_flags: Sequence[str]) -> list[str]:
    """Linker arguments that whatever contains the object needs."""
    runtime = [_CXX_RUNTIME] if needs_cxx(inputs, resolution) else []
    return [*companion_libraries(inputs), *link_flags, *runtime]
