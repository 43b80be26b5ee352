"""The linked-in software driver: its sources and its glue, where the build machine has what it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from psa_bridge import paths
from psa_bridge.cbuild.toolchain import BuildError, Options, Unit, run
from psa_bridge.driver.descriptions.description import read_description
from psa_bridge.driver.glue import whole as glue
from psa_bridge.gen import files

ENTRY = "psab_software_entry"
FOLDER = "libcrypto"
LIBRARIES = ("crypto",)


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


def prepare(generated: Path, options: Options) -> Software | None:
    """Write the glue of the software driver; None where libcrypto's headers are missing."""
    folder = paths.DRIVERS / FOLDER
    if not has_openssl(options):
        return None
    # Its name in messages is the same wherever the library was built.
    description = replace(read_description(folder / "driver.json"), file=f"drivers/{FOLDER}/driver.json")
    text = glue.emit(glue.linked_in([description], ENTRY))
    files.write_files(generated, {"software_glue.c": text})
    flags = (f"-I{folder}",)
    sources = (*sorted(folder.glob("*.c")), generated / "software_glue.c")
    return Software(tuple(Unit(source, flags) for source in sources), LIBRARIES)
