"""The settings of a bundle: what belongs together in one image, from arguments or a TOML file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from psa_bridge.driver.descriptions.model import DIALECTS
from psa_bridge.driver.findings import Findings, Place, did_you_mean, register, shown

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

register(
    """
    missing-file       Every file and directory that a bundle names exists.
    bundle-settings    A bundle file is TOML with the keys that are documented, and their types.
    """
)

BUNDLE_FILE = "bundle.toml"
_SOURCE_SUFFIXES = frozenset((".c", ".cc", ".cpp", ".cxx", ".C", ".s", ".S"))
_KEY = re.compile(r"""["']?([\w-]+)["']? *=""")
_LIBRARY_PATHS = (".a", ".so")
_SHOWN_PATH = 300


@dataclass(frozen=True)
class Settings:
    """One bundle, one image, one state.

    ``objects`` are the drivers' own object files, archives and shared libraries; ``libraries``
    companion archives and shared libraries, as paths or as names that the linker knows.
    ``file`` is the bundle file, for messages.
    """

    descriptions: tuple[Path, ...] = ()
    objects: tuple[Path, ...] = ()
    sources: tuple[Path, ...] = ()
    libraries: tuple[str, ...] = ()
    include: tuple[Path, ...] = ()
    defines: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    link_flags: tuple[str, ...] = ()
    compiler: str | None = None
    dialect: str | None = None
    file: str = ""
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def place(self, key: str) -> Place:
        """Where a setting was made."""
        return self.places.get(key, Place(self.file))


_PATHS = ("descriptions", "objects", "sources", "include")
_TEXTS = ("libraries", "defines", "flags", "link_flags")
_SINGLE = ("compiler", "dialect")
KEYS = (*_PATHS, *_TEXTS, *_SINGLE)


def read_settings(path: Path, findings: Findings) -> Settings:
    """Read a bundle file. Paths in it are relative to the file."""
    place = Place(str(path))
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        findings.error("missing-file", place, f"cannot be read: {error.strerror}", "check the path")
        return Settings(file=str(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        where = re.search(r"at line (\d+), column (\d+)", str(error))
        if where:
            place = Place(str(path), "", int(where[1]), int(where[2]))
        elif "at end of document" in str(error):
            place = Place(str(path), "", len(text.splitlines()))
        findings.error("bundle-settings", place, f"not TOML: {error}", "correct the file")
        return Settings(file=str(path))
    values: dict[str, Any] = {}
    places = _places(text, str(path))
    for key, value in document.items():
        place = places.get(key, Place(str(path)))
        if key not in KEYS:
            hint = did_you_mean(key, KEYS)
            findings.error(
                "bundle-settings", place, f"unknown key {shown(key)}", hint or f"known are {', '.join(KEYS)}"
            )
            continue
        converted = _convert(key, value, path.parent)
        if converted is None:
            wanted = "a string" if key in _SINGLE else "a list of strings"
            findings.error("bundle-settings", place, f"{key} is {wanted}, not {shown(value)}", f"write {wanted}")
            continue
        values[key] = converted
    settings = Settings(**values, file=str(path), places=places)
    return settings if settings.descriptions else replace(settings, descriptions=_beside(path.parent))


def _places(text: str, file: str) -> dict[str, Place]:
    """The line of every key, which the TOML reader does not tell."""
    places: dict[str, Place] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _KEY.match(line)
        if match:
            places.setdefault(match[1], Place(file, "", number))
    return places


def _convert(key: str, value: object, base: Path) -> object | None:
    if key in _SINGLE:
        return value if isinstance(value, str) and value else None
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) and item for item in items):
        return None
    if key in _PATHS:
        return tuple(path for item in items for path in _named(_join(base, item)))
    if key == "libraries":
        return tuple(str(_join(base, item)) if is_path(item) else item for item in items)
    return tuple(items)


def _join(base: Path, item: str) -> Path:
    return base / os.path.expanduser(item)  # noqa: PTH111  (the method raises where there is no such user)


def _named(path: Path) -> tuple[Path, ...]:
    """What a path stands for: itself, or with ``*`` in its last part the files that match; itself where none does."""
    if "*" not in path.name or os.path.exists(path):  # noqa: PTH110  (the method raises for names that cannot be)
        return (path,)
    return tuple(sorted(found for found in path.parent.glob(path.name) if found.is_file())) or (path,)


def is_path(library: str) -> bool:
    """Whether a companion library is given as a file, not as a name for the linker."""
    return "/" in library or library.endswith(_LIBRARY_PATHS) or ".so." in library


def _beside(directory: Path) -> tuple[Path, ...]:
    return tuple(sorted(directory.glob("*.json")))


def from_argument(argument: str | Path, findings: Findings) -> Settings:
    """Settings of one positional argument: a bundle file, a directory, a description, an object or a source."""
    path = Path(argument)
    if os.path.isdir(path):  # noqa: PTH112  (the methods of Path raise for names that cannot be)
        inner = path / BUNDLE_FILE
        if inner.is_file():
            return read_settings(inner, findings)
        descriptions = _beside(path)
        if not descriptions:
            findings.error(
                "missing-file", Place(str(path)), f"no {BUNDLE_FILE} and no .json description in this directory",
                "name the description, or the directory that holds it",
            )  # fmt: skip
        return Settings(descriptions=descriptions, include=(path,), file=str(path))
    if path.suffix == ".toml":
        return read_settings(path, findings)
    if path.suffix in _SOURCE_SUFFIXES:
        return Settings(sources=(path,))
    if path.suffix in (".o", ".obj", ".a", ".so") or ".so." in path.name:
        return Settings(objects=(path,))
    return Settings(descriptions=(path,), file=str(path))


def merge(parts: Iterable[Settings]) -> Settings:
    """Several settings as one bundle: lists are joined, the last single value wins."""
    result: dict[str, Any] = {"file": ""}
    for part in parts:
        for one in fields(Settings):
            value = getattr(part, one.name)
            if one.name == "file":
                result["file"] = result["file"] or value
            elif one.name == "places":
                result["places"] = {**result.get("places", {}), **value}
            elif one.name in _SINGLE:
                result[one.name] = value if value is not None else result.get(one.name)
            else:
                result[one.name] = (*result.get(one.name, ()), *value)
    return Settings(**result)


def check(settings: Settings, findings: Findings) -> None:
    """Report every file that is missing, and values that cannot be."""
    for key in _PATHS:
        for path in getattr(settings, key):
            _check_path(key, path, settings.place(key), findings)
    for library in settings.libraries:
        if is_path(library):
            _check_path("libraries", Path(library), settings.place("libraries"), findings)
    for key in (*_TEXTS, *_SINGLE):
        value = getattr(settings, key)
        for text in (value,) if isinstance(value, str) else value or ():
            if "\0" in text:
                findings.error(
                    "bundle-settings", settings.place(key), f"{key}: {shown(text)} holds a zero byte", "remove it"
                )
    if not settings.descriptions and not findings.errors:
        findings.error(
            "missing-file", settings.place("descriptions"), "the bundle has no description",
            "name at least one driver description (.json)",
        )  # fmt: skip
    if settings.dialect is not None and settings.dialect not in DIALECTS:
        findings.error(
            "bundle-settings", settings.place("dialect"), f"unknown dialect {shown(settings.dialect)}",
            did_you_mean(settings.dialect, DIALECTS) or f"known are {', '.join(DIALECTS)}",
        )  # fmt: skip


def _check_path(key: str, path: Path, place: Place, findings: Findings) -> None:
    """Report what does not exist, and a directory in the place of a file or the reverse."""
    kind, other = ("directory", "file") if key == "include" else ("file", "directory")
    there = os.path.exists(path)  # noqa: PTH110  (the methods of Path raise for names that cannot be)
    if there and path.is_dir() == (kind == "directory"):
        return
    if there:
        wrong, remedy = f"{str(path)!r} is a {other}, not a {kind}", f"name the {kind}"
    else:
        name = str(path) if len(str(path)) <= _SHOWN_PATH else f"{str(path)[:_SHOWN_PATH]}..."
        wrong = f"there is no {kind} {name!r}"
        similar = did_you_mean(path.name, _names(path.parent))
        remedy = similar or "check the path; paths in a bundle file are relative to it"
    findings.error("missing-file", place, f"{key}: {wrong}", remedy)


def _names(directory: Path) -> list[str]:
    try:
        return [entry.name for entry in directory.iterdir()]
    except (OSError, ValueError):
        return []
