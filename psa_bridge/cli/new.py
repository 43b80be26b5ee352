"""Write the skeleton of a driver: one that compiles, lints clean, and has a passing test.

Three templates:

  hash        a transparent driver: an accelerator for SHA-256
  derivation  a transparent driver: HKDF, and key pairs made of its output
  element     an opaque driver: a secure element with wrapped HMAC keys

The hardware is a model in software in files of its own; what to put in its place is marked REPLACE. Everything else
(description, header, entry points, bundle.toml, Makefile, README, test) is yours to change.

NAME is the driver's prefix, and so the start of its C functions. Nothing that exists is overwritten.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
import zlib
from pathlib import Path

SUMMARY = "the skeleton of a driver, with a test that passes"

EXAMPLES = """\
  psa-bridge new acme                       an accelerator, in ./acme
  psa-bridge new acme_se --type opaque      a secure element, in ./acme_se
  psa-bridge new acme_kdf --template derivation
  psa-bridge new acme_se --type opaque --location 0x801234 -d drivers/acme_se
"""

_SKELETONS = Path(__file__).resolve().parent / "skeletons"
_TYPES = {"hash": "transparent", "derivation": "transparent", "element": "opaque"}
_SHARED = {"derivation": ("sha256",), "element": ("sha256",)}
_SUFFIX = ".in"
_LOCATIONS = range(0x800000, 0x1000000)
_LONGEST = 40

_TAKEN = frozenset({"psa", "psab", "mbedtls", "libcrypto", "pysoft"})
"""Prefixes of the API, of this project, and of drivers that are always there."""

_RESERVED = """
    auto break case char const continue default do double else enum extern float for goto if inline int long
    register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
    alignas alignof bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual
    asm class delete namespace new operator private protected public template this throw try using virtual
"""
_KEYWORDS = frozenset(_RESERVED.split())

_SYSTEM_HEADERS = """
    alloca assert byteswap complex ctype dlfcn endian errno fcntl features fenv float inttypes iso646 limits locale
    malloc math memory pthread sched setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib
    stdnoreturn string strings tgmath threads time uchar unistd wchar wctype
"""
_HEADERS = frozenset(_SYSTEM_HEADERS.split())
"""Names whose header would be found in place of the system's."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    from psa_bridge.cli.arguments import number, path

    parser.add_argument("name", metavar="NAME", help="the driver's prefix: a C identifier")
    parser.add_argument("--type", choices=("transparent", "opaque"), help="(transparent)")
    parser.add_argument("--template", choices=tuple(_TYPES), help="(hash, or element for --type opaque)")
    parser.add_argument("--directory", "-d", type=path, metavar="DIR", help="the folder to make (./NAME)")
    parser.add_argument(
        "--location", type=number, metavar="N", help="of an opaque driver's keys (one that is made of NAME)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the files, and say what to do with them."""
    from psa_bridge.cli.output import coloured

    name = checked_name(arguments.name)
    template = _template(arguments)
    values = {"name": name, "NAME": name.upper(), "location": f"{_location(arguments, name, template):#x}"}
    folder = arguments.directory or Path(name)
    files = render(template, values)
    _write(folder, files)
    print(coloured(f"{folder}: {_TYPES[template]} driver {name}", "strong"))
    width = max(map(len, files)) + 2
    for path in sorted(files):
        model = path.endswith((".c", ".h")) and "REPLACE: " in files[path]
        note = "the model of the hardware: replace it" if model else ""
        print(f"  {path:<{width}}{note}".rstrip())
    print(f"next:\n  psa-bridge lint {folder}\n  psa-bridge info {folder}\n  cd {folder} && make test")
    return 0


def checked_name(name: str) -> str:
    """A name that C, a description and a file system take as the start of others."""
    from psa_bridge.cli.failures import UsageError
    from psa_bridge.driver.findings import shown

    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name, re.ASCII):
        suggestion = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").lstrip("0123456789_")[:_LONGEST]
        usable = bool(suggestion) and suggestion.lower() not in _TAKEN | _KEYWORDS
        hint = f"; how about {suggestion}?" if usable else ""
        raise UsageError(f"NAME {shown(name)} is no C identifier: letters, digits and _, a letter first{hint}")
    if len(name) > _LONGEST:
        raise UsageError(f"NAME has {len(name)} characters; {_LONGEST} are the most, since it starts every C name")
    if name.lower() in _TAKEN:
        raise UsageError(f"NAME {name} is taken: functions would clash with those that start so already")
    if name.lower() in _KEYWORDS:
        raise UsageError(f"NAME {name} is a word of C or C++; choose another")
    if name.lower() in _HEADERS:
        raise UsageError(f"NAME {name}: its header would be found in place of the system's <{name.lower()}.h>")
    return name


def _template(arguments: argparse.Namespace) -> str:
    from psa_bridge.cli.failures import UsageError

    template = arguments.template or ("element" if arguments.type == "opaque" else "hash")
    if arguments.type not in (None, _TYPES[template]):
        raise UsageError(f"the template {template} is for a driver of the type {_TYPES[template]}")
    return str(template)


def _location(arguments: argparse.Namespace, name: str, template: str) -> int:
    """The one that is asked for; else one of the vendor range that hardly another driver has."""
    from psa_bridge.cli.failures import UsageError

    if arguments.location is None:
        return _LOCATIONS.start + 1 + zlib.crc32(name.encode()) % (len(_LOCATIONS) - 1)
    if _TYPES[template] != "opaque":
        raise UsageError("a transparent driver has no location; with --type opaque it has one")
    if arguments.location not in _LOCATIONS:
        raise UsageError(f"--location {arguments.location:#x} is not in the vendor range 0x800000 to 0xffffff")
    return int(arguments.location)


def render(template: str, values: dict[str, str]) -> dict[str, str]:
    """The files of a skeleton by name: templates with ``@name@`` and the like filled in."""
    sources = sorted(
        path for folder in (template, *_SHARED.get(template, ()), "common") for path in (_SKELETONS / folder).iterdir()
    )
    code = sorted(_fill(path.name, values) for path in sources if path.name.endswith(f".c{_SUFFIX}"))
    names = [name.removesuffix(_SUFFIX) for name in code]
    values = {**values, "sources": ", ".join(f'"{name}"' for name in names), "objects": " ".join(names)}
    return {
        _fill(path.name, values).removesuffix(_SUFFIX): _fill(path.read_text(encoding="utf-8"), values)
        for path in sources
        if path.name.endswith(_SUFFIX)
    }


def _fill(text: str, values: dict[str, str]) -> str:
    return re.sub(r"@(\w+)@", lambda match: values[match[1]], text)


def _write(folder: Path, files: dict[str, str]) -> None:
    """Write all files or none: into a folder beside, which then gets its name."""
    from psa_bridge.cli.failures import UsageError

    if folder.exists() or folder.is_symlink():
        raise UsageError(f"{folder} exists already, and nothing is overwritten: choose another NAME or --directory")
    parent = folder.absolute().parent
    if not parent.is_dir():
        raise UsageError(f"there is no directory {parent} to make {folder.name} in")
    work = Path(tempfile.mkdtemp(prefix=".new-", dir=parent))
    try:
        for name, text in files.items():
            (work / name).write_text(text, encoding="utf-8")
        work.chmod(0o755)
        work.rename(folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
