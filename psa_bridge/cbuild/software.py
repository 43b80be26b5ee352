"""The linked-in software driver: its sources and its glue, where the build machine has what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from psa_bridge import paths
from psa_bridge.cbuild.toolchain import BuildError, Options, Unit, run

ENTRY = "psab_software_entry"
FOLDER = "libcrypto"


@dataclass(frozen=True)
class Software:
    """The software driver as it goes into the library."""

    units: tuple[Unit, ...]
    libraries: tuple[str, ...]
    entry: str = ENTRY


def has_openssl(options: Options) -> bool:
    """Whether the headers of libcrypto can be included."""
    try:
        run([*options.compiler, *options.cflags, "-E", "-x", "c", "-"], "#include <openssl/evp.h>\n")
    except BuildError:
        return False
    return True


def prepare(generated: Path, options: Options, include: Sequence[Path]) -> Software | None:
    """Write the glue of the software driver; None where libcrypto's headers are missing."""
    folder = paths.DRIVERS / FOLDER
    if not folder.is_dir() or not has_openssl(options):
        return None
    return None
