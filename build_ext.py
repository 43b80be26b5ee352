"""Builds the extension psa_bridge._core: the core, the software driver and their cffi interface.

Used by ``setup.py``.  ``CC``, ``CFLAGS``, ``LDFLAGS`` and ``PSAB_SANITIZE`` (for example
``address,undefined``) are honoured.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
from pathlib import Path
from typing import Any

from setuptools import Extension
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from psa_bridge.cbuild import core, library, python, toolchain  # noqa: E402
from psa_bridge.gen import cdef, files  # noqa: E402

NAME = "psa_bridge._core"
DATA = {"csrc": ("*.c", "*.h"), "drivers": ("*.c", "*.h", "*.json", "*.toml", "*.md")}
"""What of the C side is installed as package data: glue is compiled on the user's machine."""


def extension() -> Extension:
    """The extension; what it consists of is found out when it is built."""
    return Extension(NAME, sources=[], py_limited_api=python.LIMITED)


def write_interface(sources: core.Sources, objects: list[Path], options: toolchain.Options) -> Path:
    """Write the C side of the cffi interface and return its path."""
    from cffi import FFI  # noqa: PLC0415 (a build requirement, not there when metadata is read)

    available = toolchain.defined_symbols(objects)
    headers = [path.read_text(encoding="utf-8") for path in core.public_headers(sources) if path.parent.name == "psab"]
    text = cdef.emit(core.public_text(sources, options), headers, available) + f"{python.DECLARATION}\n"
    files.write_files(sources.generated, {"core.cdef": text})
    ffi = FFI()
    ffi.cdef(text)
    ffi.set_source(NAME, f"{core.public_includes(sources)}\n{python.DECLARATION}\n")
    target = sources.generated / "_core.c"
    with contextlib.redirect_stdout(io.StringIO()):  # it tells what it writes, whatever --quiet says
        ffi.emit_c_code(str(target))
    return target


class BuildExtension(build_ext):
    """Compiles the core and hands objects and interface to setuptools."""

    def build_extension(self, ext: Extension) -> None:
        """Build one extension, which has to be ours."""
        try:
            options = toolchain.options_from_environment(hidden=True)
            work = ROOT / "build" / ("core" if not options.sanitize else "core-" + "-".join(options.sanitize))
            sources = core.prepare(work, options)
            objects = core.compile_core(sources, work / "obj", options)
            interface = write_interface(sources, objects, options)
            objects += python.compile_python(sources, work / "obj", options)
        except toolchain.BuildError as error:
            raise SystemExit(f"psa_bridge: cannot build the core\n{error}") from error
        if not sources.software:
            print("psa_bridge: openssl/evp.h not found, so there is no software driver; install libssl-dev to have it")
        script = work / "exports.map"
        script.write_text(library.version_script(["PyInit__core", "_cffi_pypyinit__core"]))
        ext.sources = [str(interface.relative_to(ROOT))]
        ext.include_dirs = [str(path) for path in sources.include]
        ext.define_macros = [python.MACRO]
        ext.extra_objects = [str(path) for path in objects]
        ext.extra_compile_args = ["-std=gnu11", "-fvisibility=hidden", *options.sanitizer_flags]
        linking = [f"-Wl,--version-script={script}", "-Wl,-Bsymbolic", "-Wl,-z,nodelete"]
        ext.extra_link_args = [*linking, *options.sanitizer_flags]
        ext.libraries = list(sources.libraries)
        ext.depends = [*ext.extra_objects, *(str(path) for path in core.public_headers(sources))]
        super().build_extension(ext)


class BuildPython(build_py):
    """Adds the C side to the package, as data."""

    def _data(self) -> list[tuple[Path, Path]]:
        """What to copy, and where to; in a checkout that is installed in place, nothing."""
        if getattr(self, "editable_mode", False):
            return []
        target = Path(self.build_lib) / "psa_bridge" / "_data"
        return [
            (path, target / path.relative_to(ROOT))
            for folder, patterns in DATA.items()
            for pattern in patterns
            for path in sorted((ROOT / folder).rglob(pattern))
        ]

    def run(self) -> None:
        """Copy modules and data."""
        super().run()
        for source, target in self._data():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Everything that is installed."""
        outputs: list[str] = super().get_outputs(include_bytecode)
        return outputs + [str(target) for _, target in self._data()]


def command_classes() -> dict[str, Any]:
    """For ``setup(cmdclass=...)``."""
    return {"build_ext": BuildExtension, "build_py": BuildPython}
