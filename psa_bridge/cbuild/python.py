"""The compiled Python methods: their sources, and what they are compiled with.

They read bytes-like objects, which the limited interface of the interpreter knows from Python 3.11 on. So one extension
serves 3.11 and all later versions, and 3.10 gets one of its own.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

from psa_bridge import paths
from psa_bridge.cbuild.core import Sources, compile_units
from psa_bridge.cbuild.toolchain import Options, Unit
from psa_bridge.gen import api, fast_calls, files

LIMITED = sys.version_info >= (3, 11)
"""Whether the extension keeps to the limited interface."""

TAG = "cp311"
"""The first version that an extension with the limited interface serves."""

MACRO = ("Py_LIMITED_API", "0x030b0000") if LIMITED else ("_CFFI_NO_LIMITED_API", "1")

DECLARATION = "int psab_python_install(void);"
"""What the interface needs to declare: the function that makes the methods known."""


def compile_python(sources: Sources, directory: Path, options: Options) -> list[Path]:
    """Write the generated wrappers, compile everything below csrc/python, and return the objects."""
    functions = api.functions((paths.INCLUDE / "psa" / "crypto.h").read_text(encoding="utf-8"))
    files.write_files(sources.generated, {"python_calls.c": fast_calls.emit(functions)})
    own = sorted((paths.CSRC / "python").glob("*.c"))
    flags = (
        "-Werror=implicit-function-declaration",
        f"-D{'='.join(MACRO)}",
        f"-isystem{sysconfig.get_paths()['include']}",
    )
    units = [Unit(path, flags) for path in (*own, sources.generated / "python_calls.c")]
    return compile_units(units, directory, sources.include_flags, options)
