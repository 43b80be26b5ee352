"""Symbols and relocations of object files, archives and shared libraries (ELF)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from psa_bridge.driver.images import elf

RELOCATABLE = "relocatable"
SHARED = "shared"
ARCHIVE_MAGIC = b"!<arch>\n"

_ABSOLUTE = {
    "EM_X86_64": {10: "R_X86_64_32", 11: "R_X86_64_32S", 12: "R_X86_64_16", 23: "R_X86_64_TPOFF32"},
    "EM_AARCH64": {258: "R_AARCH64_ABS32", 259: "R_AARCH64_ABS16"},
}
_IN_CODE = {"EM_X86_64": {1: "R_X86_64_64"}, "EM_AARCH64": {257: "R_AARCH64_ABS64"}}
"""Addresses that data may hold; in code they are those of -mcmodel=large, and the loader would have to write there."""
_RELATIVE = {"EM_X86_64": {2: "R_X86_64_PC32"}}


class NotAnObjectError(Exception):
    """A file is not an object file, an archive or a shared library."""


@dataclass(frozen=True)
class Defined:
    """A global definition. ``kind`` is function, data or other; ``weak`` and ``hidden`` as in the file."""

    name: str
    kind: str
    weak: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Relocation:
    """A relocation in loaded memory that matters for position independence."""

    type: str
    symbol: str
    section: str


@dataclass(frozen=True)
class ObjectFile:
    """One object: a file, or a member of an archive.

    ``absolute`` are relocations that no shared object can hold; ``relative`` those that it
    can hold only where the symbol is defined in the same image.
    """

    path: Path
    member: str
    kind: str
    machine: str
    elf_class: int
    defined: dict[str, Defined] = field(repr=False)
    undefined: dict[str, bool] = field(repr=False)
    absolute: tuple[Relocation, ...] = ()
    relative: tuple[Relocation, ...] = ()
    has_debug: bool = False
    soname: str = ""

    @property
    def name(self) -> str:
        """How messages call it: ``file`` or ``archive(member)``."""
        return f"{self.path.name}({self.member})" if self.member else self.path.name

    @property
    def is_cxx(self) -> bool:
        """Whether it needs the C++ runtime or holds C++ code."""
        return any(n.startswith(("_ZTV", "_ZSt", "_ZN", "__cxa_", "__gxx_personality")) for n in self.undefined) or any(
            n.startswith("_Z") for n in self.defined
        )


def read_file(path: Path) -> tuple[ObjectFile, ...]:
    """The objects in a file: one, or all members of an archive.

    :class:`NotAnObjectError` says what the file is instead; ``OSError`` where it cannot be read.
    """
    data = path.read_bytes()
    if data[:8] == ARCHIVE_MAGIC:
        return tuple(
            read_object(path, content, name)
            for name, _offset, content in archive_members(data)
            if content[:4] == b"\x7fELF"
        )
    return (read_object(path, data),)


def describe(data: bytes) -> str:
    """What a file that is not ELF seems to be."""
    if not data:
        return "an empty file"
    kinds = (
        (b"#!", "a script"),
        (b"{", "JSON text"),
        (b"BC\xc0\xde", "LLVM bitcode (compiled with -flto)"),
        (b"!<thin>\n", "a thin archive; make it with plain 'ar rcs'"),
        (b"\xcf\xfa\xed\xfe", "a Mach-O object for macOS"),
        (b"\xce\xfa\xed\xfe", "a Mach-O object for macOS"),
        (b"MZ", "a Windows file"),
        (b"d\x86", "a COFF object for Windows"),
        (b"PK", "a zip archive"),
    )
    found = next((what for magic, what in kinds if data.startswith(magic)), "")
    if found:
        return found
    text = data[:256]
    return "text, perhaps source code" if text and all(9 <= byte < 127 for byte in text) else "no format known here"


def read_object(path: Path, data: bytes, member: str = "") -> ObjectFile:
    """Read one ELF object from memory."""
    if data[:4] != elf.MAGIC:
        raise NotAnObjectError(describe(data))
    try:
        return _read(path, elf.Elf(data), member)
    except elf.ElfError as error:
        raise NotAnObjectError(f"a damaged ELF file ({error})") from error


def _read(path: Path, file: elf.Elf, member: str) -> ObjectFile:
    kind = {elf.REL: RELOCATABLE, elf.DYN: SHARED}.get(file.type)
    if kind is None:
        raise NotAnObjectError(_OTHER_KINDS.get(file.type, "a damaged ELF file (of an unknown type)"))
    table = file.symbols(dynamic=kind == SHARED)
    defined: dict[str, Defined] = {}
    undefined: dict[str, bool] = {}
    for symbol in table:
        if not symbol.name or symbol.binding == elf.LOCAL:
            continue
        weak = symbol.binding == elf.WEAK
        if symbol.section == elf.UNDEFINED:
            undefined[symbol.name] = weak
        else:
            what = _KINDS.get(symbol.type, "other")
            defined[symbol.name] = Defined(symbol.name, what, weak, symbol.visibility in _HIDDEN)
    absolute, relative = _relocations(file, table) if kind == RELOCATABLE else ((), ())
    soname = next(iter(file.dynamic(elf.DT_SONAME)), "") if kind == SHARED else ""
    has_debug = file.find(".debug_info") is not None
    return ObjectFile(
        path, member, kind, file.machine, file.bits, defined, undefined, absolute, relative, has_debug, soname
    )


_KINDS = {1: "data", 2: "function", 6: "data", 10: "function"}
_HIDDEN = (1, 2)
_OTHER_KINDS = {elf.EXEC: "an executable", elf.CORE: "a core dump"}


def _relocations(file: elf.Elf, table: list[elf.Symbol]) -> tuple[tuple[Relocation, ...], tuple[Relocation, ...]]:
    """Those that matter, one per kind and symbol."""
    wanted_absolute = _ABSOLUTE.get(file.machine, {})
    wanted_relative = _RELATIVE.get(file.machine, {})
    in_code = _IN_CODE.get(file.machine, {})
    absolute: dict[Relocation, None] = {}
    relative: dict[Relocation, None] = {}
    for target, number, index in file.relocations():
        code = number in in_code and target.flags & elf.SHF_EXECINSTR
        if number not in wanted_absolute and number not in wanted_relative and not code:
            continue
        symbol = table[index] if index < len(table) else None
        name = symbol.name if symbol else ""
        if code:
            absolute[Relocation(in_code[number], name, target.name)] = None
        elif number in wanted_absolute:
            absolute[Relocation(wanted_absolute[number], name, target.name)] = None
        elif symbol and symbol.section == elf.UNDEFINED:
            relative[Relocation(wanted_relative[number], name, target.name)] = None
    return tuple(absolute), tuple(relative)


def archive_members(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    """Members of an ar archive: name, offset of the header, content."""
    position = len(ARCHIVE_MAGIC)
    long_names = b""
    while position + 60 <= len(data):
        header = data[position : position + 60]
        if header[58:60] != b"`\n":
            raise NotAnObjectError("a damaged archive")
        digits = header[48:58].rstrip()
        if not digits.isdigit():
            raise NotAnObjectError("a damaged archive")
        size = int(digits)
        content = data[position + 60 : position + 60 + size]
        name = header[:16].decode("latin-1").rstrip()
        if name == "//":
            long_names = content
        elif name.startswith("/") and name[1:].isdigit():
            start = int(name[1:])
            end = long_names.find(b"\n", start)
            yield long_names[start : end if end >= 0 else None].decode("latin-1").rstrip("/"), position, content
        elif name not in ("/", "/SYM64/"):
            yield name.rstrip("/"), position, content
        position += 60 + size + (size & 1)


def archive_index(data: bytes) -> dict[str, int]:
    """The symbol index of an archive: name to offset of the defining member; empty if there is none."""
    if data[:8] != ARCHIVE_MAGIC or data[8:24].rstrip() != b"/":
        return {}
    try:
        size = int(data[56:66])
        body = data[68 : 68 + size]
        (count,) = struct.unpack_from(">I", body)
        offsets = struct.unpack_from(f">{count}I", body, 4)
    except (ValueError, struct.error) as error:
        raise NotAnObjectError("a damaged archive (its symbol index)") from error
    names = body[4 + 4 * count :].split(b"\0")
    index: dict[str, int] = {}
    for name, offset in zip(names, offsets, strict=False):
        index.setdefault(name.decode("latin-1"), offset)
    return index


def has_index(data: bytes) -> bool:
    """Whether an archive has a symbol index, of 32 or 64 bits."""
    return data[8:24].rstrip() in (b"/", b"/SYM64/")
