"""Whether a library that was built is still what would be built now: a file beside it says what it was made of."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from psa_bridge import paths
from psa_bridge.cbuild.library import Library
from psa_bridge.cbuild.software import FOLDER
from psa_bridge.cbuild.toolchain import Options, run
from psa_bridge.driver.images.cache import Cache, CacheError, digest

if TYPE_CHECKING:
    from psa_bridge.driver.bundle import Merged

_NAME = "psa_bridge.json"
_SYSTEM = "#include <stdlib.h>\n#if __has_include(<openssl/opensslv.h>)\n#include <openssl/opensslv.h>\n#endif\n"
"""What is taken from the system: its C library and libcrypto, of which the text of these headers has the versions."""


def environment(options: Options) -> str:
    """Changes with the options and with what the system has. Raises :class:`BuildError` without a compiler."""
    compiler = [*options.compiler, *options.cflags]
    system = run([*compiler, "-E", "-dD", "-x", "c", "-"], _SYSTEM)
    return digest(repr(options), run([*options.compiler, "--version"]), system)


def identity(environment: str, bundles: Sequence[Merged]) -> str:
    """Changes with whatever a library is made of."""
    stamps = (f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in sorted(_sources()))
    return digest(environment, *stamps, *map(repr, bundles))


@contextlib.contextmanager
def workspace(environment: str) -> Iterator[Path | None]:
    """A directory of the cache for the objects of such libraries, for one build at a time; None where there is none."""
    try:
        folder = Cache().root / "library" / environment[:20]
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except (CacheError, OSError):
        yield None
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.utime(folder)
        yield folder


def _sources() -> Iterator[Path]:
    for folder in (paths.CSRC, paths.INCLUDE, paths.DRIVERS / FOLDER):
        yield from folder.rglob("*.[chj]*")
    yield from paths.PACKAGE.rglob("*.py")


def recall(out: Path, wanted: str) -> Library | None:
    """The library in a directory, if it is what is wanted and whole."""
    try:
        known = json.loads((out / "lib" / _NAME).read_text(encoding="utf-8"))
        library = Library(
            Path(known["archive"]), Path(known["shared"]), Path(known["include"]), tuple(known["libraries"]),
            known["software"], tuple(known["link"]),
        )  # fmt: skip
        same = known["identity"] == wanted and known["files"] == list(_files(library))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return library if same else None


def remember(out: Path, library: Library, wanted: str) -> None:
    """Write down what a library was made of."""
    known = {name: _plain(value) for name, value in vars(library).items()}
    text = json.dumps({"identity": wanted, "files": list(_files(library)), **known}, indent=1)
    (out / "lib" / _NAME).write_text(text, encoding="utf-8")


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _files(library: Library) -> Iterator[str]:
    """Every file of it with its size and time."""
    files: Iterable[Path] = (library.archive, library.shared, *sorted(library.include.rglob("*.h")))
    for path in files:
        status = path.stat()
        yield f"{path}:{status.st_size}:{status.st_mtime_ns}"


def forget(out: Path) -> None:
    """Before a build: what is there is no longer known to be whole."""
    (out / "lib" / _NAME).unlink(missing_ok=True)
