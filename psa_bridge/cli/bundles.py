"""Naming bundles on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psa_bridge import Core
    from psa_bridge.driver.bundle import Bundle

EPILOG = """\
A BUNDLE is a directory or a .toml file. Files given singly - descriptions (.json), objects, archives, shared
libraries, sources - are one bundle together. The settings below go to that bundle, or to the only one there is.
"""

_LISTS = {
    "include": ("-I", "DIR", "where the driver's headers are"),
    "defines": ("-D", "NAME[=VALUE]", "a macro that the driver is compiled with"),
    "libraries": ("-l", "LIBRARY", "a companion archive or library, by path or by name"),
    "flags": ("--cflag", "FLAG", "a compiler flag that the driver is compiled with"),
    "link_flags": ("--ldflag", "FLAG", "a linker flag"),
}


def add_arguments(parser: argparse.ArgumentParser, required: bool) -> None:
    """Add the positional BUNDLE arguments, the settings, and where findings go."""
    from psa_bridge.cli.arguments import add_sarif, path

    parser.epilog = EPILOG
    many: dict[str, Any] = {"nargs": "+"} if required else {"nargs": "*", "default": []}
    parser.add_argument("bundles", type=path, metavar="BUNDLE", help="see below", **many)
    settings = parser.add_argument_group("settings of the bundle")
    for name, (option, metavar, text) in _LISTS.items():
        settings.add_argument(option, dest=name, action="append", default=[], metavar=metavar, help=text)
    settings.add_argument("--cc", dest="compiler", metavar="COMMAND", help="the C compiler; over CC")
    settings.add_argument("--dialect", choices=("psa", "mbedtls"), help="over what descriptions and headers say")
    add_sarif(parser)


def bundles(arguments: argparse.Namespace) -> list[Bundle]:
    """The bundles that were named, in order."""
    from psa_bridge.cli.arguments import existing
    from psa_bridge.cli.failures import UsageError
    from psa_bridge.driver.bundle import load_bundle

    existing(arguments.bundles)
    groups = list(_groups(arguments.bundles))
    settings = {name: getattr(arguments, name) for name in (*_LISTS, "compiler", "dialect")}
    settings = {name: value for name, value in settings.items() if value}
    loose = [group for group in groups if not _is_whole(group[0])]
    if settings and len(groups) != 1 and not loose:
        name = next(iter(settings))
        option = _LISTS[name][0] if name in _LISTS else {"compiler": "--cc"}.get(name, f"--{name}")
        raise UsageError(f"{option} needs one bundle, or files that form one; {len(groups)} are named")
    chosen = loose[0] if loose else groups[0] if groups else None
    return [load_bundle(*group, **(settings if group is chosen else {})) for group in groups]


def surplus_setting(arguments: argparse.Namespace) -> str | None:
    """An option that describes a bundle, apart from the compiler, where one was given."""
    options = {**{name: option for name, (option, _, _) in _LISTS.items()}, "dialect": "--dialect"}
    return next((option for name, option in options.items() if getattr(arguments, name)), None)


def location(core: Core, text: str | None) -> int:
    """A location given as a number or as the prefix of the driver that has it; 0, the core, for None."""
    from psa_bridge.cli.failures import UsageError, number_or_macro

    if text is None:
        return 0
    elements = {driver.name: driver.location for driver in core.drivers if driver.type == "opaque"}
    if text in elements:
        return elements[text]
    if not text[:1].isdigit():
        known = f"opaque drivers here: {', '.join(elements)}" if elements else "there is no opaque driver here"
        raise UsageError(f"--location: {text!r} is neither a number nor the prefix of an opaque driver; {known}")
    value = number_or_macro(text, "--location")
    if value >= 1 << 24:
        raise UsageError(f"--location: {text} does not fit 24 bits")
    return value


def _is_whole(path: Path) -> bool:
    return path.is_dir() or path.suffix == ".toml"


def _groups(paths: Iterable[Path]) -> Iterable[list[Path]]:
    """Directories and bundle files by themselves; the other files together, at the place of the first."""
    loose: list[Path] = []
    for path in paths:
        if _is_whole(path):
            yield [path]
        elif loose:
            loose.append(path)
        else:
            loose.append(path)
            yield loose
