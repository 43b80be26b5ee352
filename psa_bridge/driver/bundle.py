"""Bundles: everything that goes into one image, and the image itself.

The public way in: :func:`load_bundle` collects what belongs together, :func:`build_image`
makes an image of it or finds the one in the cache.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from psa_bridge import paths
from psa_bridge.driver.arguments import from_keywords, path_of
from psa_bridge.driver.descriptions.description import check_list
from psa_bridge.driver.descriptions.model import Description
from psa_bridge.driver.findings import Finding, Findings, FindingsError, Place, Related, Severity, register, tell
from psa_bridge.driver.images.cache import VARIABLE, Cache, CacheError, content_hash, digest, write_atomically
from psa_bridge.driver.images.compiler import NAME_A_COMPILER, Compiler, CompilerError, find_compiler
from psa_bridge.driver.images.sharedlib import beside, other_name, repoint
from psa_bridge.driver.platform import UnsupportedPlatformError, current
from psa_bridge.driver.settings import Settings, check, from_argument, is_path, merge

register(
    """
    no-compiler        A C compiler is installed.
    platform           Images can be built on this platform.
    cache              Images can be kept in the cache directory.
    """
)


class BundleError(FindingsError):
    """A bundle cannot be built; ``findings`` holds everything that was found."""


@dataclass(frozen=True)
class Bundle:
    """What goes into one image. Files are known to exist; descriptions are read when they are needed."""

    settings: Settings

    @cached_property
    def read(self) -> tuple[tuple[Description, ...], Findings]:
        """The descriptions, in order, and what reading them found; without raising."""
        findings = Findings()
        descriptions: list[Description] = []
        for path in self.settings.descriptions:
            good, found = check_list(path, self.settings.dialect)
            descriptions += good
            findings.extend(found)
        return tuple(descriptions), findings

    @property
    def descriptions(self) -> tuple[Description, ...]:
        """The descriptions, in order; :class:`BundleError` if one of them has errors."""
        descriptions, findings = self.read
        if findings.errors:
            raise BundleError(findings)
        return descriptions

    @property
    def name(self) -> str:
        """A short name for messages and file names."""
        return self.settings.descriptions[0].stem if self.settings.descriptions else "bundle"


@dataclass(frozen=True)
class DriverSummary:
    """What was found out about one description of an image."""

    prefix: str
    type: str
    source: str
    dialect: str
    location: int | None
    functions: dict[str, str]


@dataclass(frozen=True)
class Merged:
    """A bundle as one relocatable object to link into a library.

    ``entry`` is its entry function, which psab_linked_in names; ``link`` are the arguments that the linker needs.
    """

    path: Path
    entry: str
    link: tuple[str, ...]


@dataclass(frozen=True)
class Image:
    """A built image: load ``path`` into one core.

    ``glue`` is the generated C, ``suppliers`` says who supplies each symbol that the drivers'
    objects need (a kind and a name), ``layout`` what is known of each object's layout,
    ``services`` which core services the image uses, ``libraries`` the copies of the driver's
    shared libraries that go with it.  ``cached`` tells whether this was built
    now or earlier.
    """

    path: Path
    glue: Path
    drivers: tuple[DriverSummary, ...]
    findings: Findings
    suppliers: dict[str, tuple[str, str]] = field(repr=False)
    layout: dict[str, str] = field(repr=False)
    services: tuple[str, ...] = ()
    libraries: tuple[Path, ...] = ()
    foreign_headers: bool = False
    attributes_size: int = 0
    merged: Merged | None = None
    cached: bool = False

    def export(self, target: Path) -> tuple[Path, ...]:
        """Write the image to a place of its own; the driver's shared libraries go beside it and are found there.

        Returns what was written.  Raises :class:`CacheError` where nothing can be written.
        """
        data = self.path.read_bytes()
        written = [target, *(target.parent / library.name for library in self.libraries)]
        for library, copy in zip(self.libraries, written[1:], strict=True):
            data = repoint(data, library, beside(library))
            write_atomically(copy, library.read_bytes(), 0o755)
        write_atomically(target, data, 0o755)
        return tuple(written)

    def private_copy(self) -> Image:
        """The same image under a path of its own, so that another core gets a state of its own.

        The file is in the cache's ``copies`` and can be removed as soon as it is loaded; what is
        left there is removed after a day.
        """
        directory = self.path.parent.parent / "copies"
        _remove_old(directory)
        data = self.path.read_bytes()
        copies = []
        try:
            for library in self.libraries:
                copies.append(other_name(library))
                write_atomically(copies[-1], library.read_bytes(), 0o755)
                data = repoint(data, library, copies[-1])
            target = directory / f"{self.path.stem}-{os.getpid()}-{os.urandom(6).hex()}{self.path.suffix}"
            write_atomically(target, data, 0o755)
        except CacheError as error:
            raise _unusable_cache(error) from error
        return replace(self, path=target, libraries=tuple(copies))


def _remove_old(directory: Path) -> None:
    """Remove copies that nobody can still be about to load."""
    limit = time.time() - 86400
    for path in directory.iterdir() if directory.is_dir() else ():
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < limit:
                path.unlink()


def load_bundle(
    *what: str | Path,
    objects: Iterable[str | Path] = (),
    sources: Iterable[str | Path] = (),
    libraries: Iterable[str] = (),
    include: Iterable[str | Path] = (),
    defines: Iterable[str] = (),
    flags: Iterable[str] = (),
    link_flags: Iterable[str] = (),
    compiler: str | None = None,
    dialect: str | None = None,
) -> Bundle:
    """Collect a bundle.

    Each of ``what`` is a description or list of descriptions (.json), a bundle file (.toml), a
    directory with one of these, an object, an archive, a shared library or a source.  The
    other arguments add to what a bundle file says; ``compiler`` and ``dialect`` overrule it.
    Raises :class:`BundleError` for missing files and wrong settings, ``TypeError`` for what is no path, list or text.
    """
    given = from_keywords(
        {
            "objects": objects, "sources": sources, "libraries": libraries, "include": include, "defines": defines,
            "flags": flags, "link_flags": link_flags, "compiler": compiler, "dialect": dialect,
        }
    )  # fmt: skip
    findings = Findings()
    parts = [from_argument(path_of(one, "a file of the bundle"), findings) for one in what]
    settings = merge([*parts, given])
    check(settings, findings)
    if findings.errors:
        raise BundleError(findings)
    return Bundle(settings)


def build_image(bundle: Bundle, cache: Cache | None = None, rebuild: bool = False, merged: bool = False) -> Image:
    """The image of a bundle, from the cache where nothing that it was made of has changed.

    With ``merged``, also the object to link into a library.

    Raises :class:`BundleError` with every finding if one of them is an error.
    """
    image = _image(bundle, cache, rebuild, merged)
    tell(image.findings)
    return image


def _image(bundle: Bundle, cache: Cache | None, rebuild: bool, merged: bool) -> Image:
    compiler = _compiler(bundle)
    key = _key(bundle, compiler) + ("-merged" if merged else "")
    try:
        store = cache or Cache()
        record = None if rebuild else store.load(key)
        if record is not None:
            with contextlib.suppress(KeyError, TypeError, ValueError):  # not a record that this code wrote
                return _from_record(record)
        from psa_bridge.driver.images.build import Builder  # noqa: PLC0415  (a cached load does without)

        return _from_record(Builder(bundle, compiler, current(), store, key, merged=merged).run(), cached=False)
    except CacheError as error:
        raise _unusable_cache(error) from error


def _unusable_cache(error: CacheError) -> BundleError:
    findings = Findings()
    remedy = f"name a directory that can be written in the environment variable {VARIABLE}"
    findings.error("cache", Place(), str(error), remedy)
    return BundleError(findings)


def _compiler(bundle: Bundle) -> Compiler:
    try:
        current()
        return find_compiler(bundle.settings.compiler)
    except (CompilerError, UnsupportedPlatformError) as error:
        rule = "no-compiler" if isinstance(error, CompilerError) else "platform"
        findings = Findings()
        remedy = NAME_A_COMPILER if isinstance(error, CompilerError) else "use drivers written in Python here"
        findings.report(rule, Severity.ERROR, bundle.settings.place("compiler"), str(error), remedy)
        raise BundleError(findings) from error


def _key(bundle: Bundle, compiler: Compiler) -> str:
    """Everything that is known before a build; what it reads later is stamped in the record.

    Findings and the image itself name files as they were named here, so names count, and where relative ones start.
    """
    settings = bundle.settings
    inputs = (*settings.descriptions, *settings.objects, *settings.sources)
    parts = [
        generator_identity(),
        current().name,
        compiler.identity,
        *(f"{path} {path.resolve()} {content_hash(path)}" for path in inputs),
        *(f"{path} {path.resolve()}" for path in settings.include),
        "libraries", *settings.libraries,
        "defines", *settings.defines,
        "flags", *settings.flags,
        "link", *settings.link_flags,
        settings.dialect or "",
        str(Path.cwd()) if _is_relative(settings) else "",
        *(os.environ.get(name, "") for name in ("CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH", "COMPILER_PATH")),
    ]  # fmt: skip
    return digest(*parts)[:40]


def _is_relative(settings: Settings) -> bool:
    """Whether something is named from the working directory."""
    named = (*settings.descriptions, *settings.objects, *settings.sources, *settings.include)
    texts = (*(library for library in settings.libraries if is_path(library)), *map(str, named))
    flags = (flag for flag in (*settings.flags, *settings.link_flags) if "/" in flag)
    return any(not text.startswith("/") for text in (*texts, *flags))


def generator_identity() -> str:
    """Changes with the code that generates glue, and with the headers of the core."""
    stamps = ((entry.name, entry.stat()) for entry in generator_files())
    return digest(*(f"{name}:{status.st_size}:{status.st_mtime_ns}" for name, status in stamps))


def generator_files() -> Iterator[os.DirEntry[str]]:
    """The files that make an image what it is, beside those of its bundle."""
    here = Path(__file__).resolve().parent
    packages = (path for path in sorted(here.iterdir()) if (path / "__init__.py").is_file())
    for directory in (here, *packages, here.parent / "gen", here.parent / "spec", paths.INCLUDE / "psab"):
        for entry in sorted(os.scandir(directory), key=lambda one: one.name):
            if entry.name.endswith((".py", ".h")):
                yield entry


def to_record(
    image: Path, glue: Path, drivers: Sequence[DriverSummary], findings: Iterable[Finding], **rest: Any
) -> dict[str, Any]:
    """An image as plain data for the cache."""
    return {
        "path": str(image),
        "glue": str(glue),
        "drivers": [vars(driver) for driver in drivers],
        "findings": [_finding_to_data(finding) for finding in findings],
        **rest,
    }


def _finding_to_data(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        "place": vars(finding.place),
        "related": [[vars(other.place), other.message] for other in finding.related],
        "detail": finding.detail,
    }


def _finding_from_data(data: dict[str, Any]) -> Finding:
    related = tuple(Related(Place(**place), message) for place, message in data["related"])
    return Finding(
        data["rule"], Severity(data["severity"]), data["message"], data["remedy"], Place(**data["place"]), related,
        data["detail"],
    )  # fmt: skip


def _merged(data: list[Any] | None) -> Merged | None:
    return None if data is None else Merged(Path(data[0]), data[1], tuple(data[2]))


def _from_record(record: dict[str, Any], cached: bool = True) -> Image:
    return Image(
        path=Path(record["path"]),
        glue=Path(record["glue"]),
        drivers=tuple(DriverSummary(**driver) for driver in record["drivers"]),
        findings=Findings(_finding_from_data(data) for data in record["findings"]),
        suppliers={name: (kind, supplier) for name, (kind, supplier) in record["suppliers"].items()},
        layout=record["layout"],
        services=tuple(record["services"]),
        libraries=tuple(Path(path) for path in record["libraries"]),
        foreign_headers=record["foreign_headers"],
        attributes_size=record["attributes_size"],
        merged=_merged(record["merged"]),
        cached=cached,
    )
