"""What differs between platforms when an image is built: one place for linker flags and machine names."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

ENTRY_NAME = "psab_bundle_entry"
"""The symbol that an image exports; PSAB_BUNDLE_ENTRY_NAME of the driver header."""

_MACHINES = {"x86_64": "x86-64", "amd64": "x86-64", "aarch64": "AArch64", "arm64": "AArch64"}


class UnsupportedPlatformError(Exception):
    """Images cannot be built or loaded here; the message says why."""


@dataclass(frozen=True)
class Platform:
    """How images are compiled and linked on one platform.

    ``machine`` is the name that object files are reported under, ``elf_machine`` and
    ``elf_class`` what an object file must say.
    """

    name: str
    machine: str
    elf_machine: str
    elf_class: int
    compile_flags: tuple[str, ...]
    link_flags: tuple[str, ...]
    suffix: str = ".so"

    def version_script(self, exported: tuple[str, ...] = ()) -> str:
        """A linker version script that shows the entry symbol, ``exported``, and nothing else."""
        shown = "".join(f" {name};" for name in (ENTRY_NAME, *exported))
        return f"{{ global:{shown} local: *; }};\n"


_LINUX_COMPILE = ("-fPIC", "-fvisibility=hidden", "-g", "-O2", "-fno-strict-aliasing")
_LINUX_LINK = ("-shared", "-Wl,-Bsymbolic", "-Wl,-z,defs", "-Wl,-z,noexecstack", "-Wl,-z,relro")


def _linux(machine: str, elf_machine: str) -> Platform:
    return Platform("linux", machine, elf_machine, 64, _LINUX_COMPILE, _LINUX_LINK)


def current() -> Platform:
    """The platform of this process; :class:`UnsupportedPlatformError` where images cannot be built."""
    if not sys.platform.startswith("linux"):
        raise UnsupportedPlatformError(
            f"driver images are not supported on {sys.platform} yet: the linker settings are known for Linux only; "
            "drivers written in Python work here"
        )
    machine = _MACHINES.get(platform.machine().lower())
    if machine == "x86-64" and sys.maxsize > 2**32:
        return _linux("x86-64", "EM_X86_64")
    if machine == "AArch64":
        return _linux("AArch64", "EM_AARCH64")
    raise UnsupportedPlatformError(
        f"driver images are not supported on {platform.machine()} ({sys.maxsize.bit_length() + 1} bits) yet; "
        "supported are x86-64 and AArch64"
    )
