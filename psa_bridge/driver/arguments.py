"""Settings of a bundle that are given as Python arguments: each is checked, and an error names it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from psa_bridge.driver.settings import KEYS, Settings

_LISTS = {
    "objects": "paths",
    "sources": "paths",
    "include": "paths",
    "libraries": "paths or names",
    "defines": "strings",
    "flags": "strings",
    "link_flags": "strings",
}
NAMES = (*_LISTS, *(key for key in KEYS if key in ("compiler", "dialect")))
"""The keyword arguments that a bundle has."""


def from_keywords(values: dict[str, Any]) -> Settings:
    """Settings of keyword arguments; ``TypeError`` for what is no list or no text."""
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in _LISTS:
            checked[name] = _text(name, value)
            continue
        items = _items(name, value)
        checked[name] = tuple(map(Path, items)) if _LISTS[name] == "paths" else items
    return Settings(**checked)


def path_of(given: object, name: str) -> str:
    """A path as text; ``TypeError`` for anything else, bytes too: what stands in descriptions is text."""
    found = given.__fspath__() if isinstance(given, os.PathLike) else given
    if not isinstance(found, str):
        raise TypeError(f"{name} has to be a path, as str or pathlib.Path, not {type(given).__name__}")
    return found


def _items(name: str, given: object) -> tuple[str, ...]:
    """A list of strings, or of paths as strings."""
    kind = _LISTS[name]
    if isinstance(given, (str, bytes, os.PathLike)) or not isinstance(given, Iterable):
        raise TypeError(f"{name} has to be a list of {kind}, not {type(given).__name__}")
    items = tuple(given)
    for position, item in enumerate(items):
        if kind == "strings" and not isinstance(item, str):
            raise TypeError(f"{name}[{position}] has to be a string, not {type(item).__name__}")
    return items if kind == "strings" else tuple(path_of(item, f"{name}[{i}]") for i, item in enumerate(items))


def _text(name: str, given: object) -> str | None:
    if given is not None and not isinstance(given, str):
        raise TypeError(f"{name} has to be a string, not {type(given).__name__}")
    return given
