"""Just enough of ELF: sections, symbols and relocations of one object, read in one pass."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

MAGIC = b"\x7fELF"
REL, EXEC, DYN, CORE = 1, 2, 3, 4
UNDEFINED = 0
LOCAL, GLOBAL, WEAK = 0, 1, 2
SHF_ALLOC = 2
SHF_EXECINSTR = 4
SHT_SYMTAB, SHT_RELA, SHT_DYNAMIC, SHT_REL, SHT_DYNSYM = 2, 4, 6, 9, 11
SHT_GNU_VERNEED, SHT_GNU_VERSYM = 0x6FFFFFFE, 0x6FFFFFFF
DT_NEEDED, DT_SONAME = 1, 14

MACHINES = {
    3: "EM_386", 8: "EM_MIPS", 20: "EM_PPC", 21: "EM_PPC64", 22: "EM_S390", 40: "EM_ARM", 62: "EM_X86_64",
    94: "EM_XTENSA", 183: "EM_AARCH64", 243: "EM_RISCV", 258: "EM_LOONGARCH",
}  # fmt: skip


class ElfError(Exception):
    """The data is no ELF file, or a damaged one."""


@dataclass(frozen=True)
class Section:
    """A section header with its name."""

    name: str
    type: int
    flags: int
    offset: int
    size: int
    link: int
    info: int


@dataclass(frozen=True)
class Symbol:
    """A symbol. ``section`` is 0 where it is undefined."""

    name: str
    binding: int
    type: int
    visibility: int
    section: int
    value: int


class Elf:
    """One ELF file in memory. Reading past its end is an :class:`ElfError`."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != MAGIC or len(data) < 52:
            raise ElfError("not ELF")
        self.data = data
        self.bits = {1: 32, 2: 64}.get(data[4], 0)
        self.order = {1: "<", 2: ">"}.get(data[5], "")
        if not self.bits or not self.order:
            raise ElfError("an unknown class or byte order")
        self.type, machine = struct.unpack_from(f"{self.order}HH", data, 16)
        self.machine = MACHINES.get(machine, f"machine {machine}")

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """All sections, by index."""
        try:
            return self._read_sections()
        except (struct.error, IndexError) as error:
            raise ElfError("the section headers are damaged") from error

    def _read_sections(self) -> tuple[Section, ...]:
        wide = self.bits == 64
        (offset,) = struct.unpack_from(f"{self.order}{'Q' if wide else 'I'}", self.data, 40 if wide else 32)
        entry, count, names = struct.unpack_from(f"{self.order}HHH", self.data, 58 if wide else 46)
        layout = struct.Struct(f"{self.order}{'IIQQQQIIQQ' if wide else 'IIIIIIIIII'}")
        if offset == 0:
            return ()
        if count == 0:  # more than fit: the number is in the first header
            count = layout.unpack_from(self.data, offset)[5]
        if entry != layout.size or offset + entry * count > len(self.data):
            raise ElfError("the section headers are damaged")
        raw = [layout.unpack_from(self.data, offset + entry * index) for index in range(count)]
        if names == 0xFFFF:
            names = raw[0][6]
        start = raw[names][4] if names < count else 0
        return tuple(Section(self._string(start + r[0]), r[1], r[2], r[4], r[5], r[6], r[7]) for r in raw)

    def _string(self, offset: int) -> str:
        end = self.data.find(b"\0", offset)
        return self.data[offset : max(end, offset)].decode("utf-8", "replace")

    def content(self, section: Section) -> bytes:
        """The bytes of a section."""
        if section.offset + section.size > len(self.data):
            raise ElfError(f"section {section.name} goes beyond the end")
        return self.data[section.offset : section.offset + section.size]

    def find(self, name: str) -> Section | None:
        """The section of a name."""
        return next((section for section in self.sections if section.name == name), None)

    def symbols(self, dynamic: bool = False) -> list[Symbol]:
        """The symbol table, or the dynamic one; empty if there is none."""
        wanted = SHT_DYNSYM if dynamic else SHT_SYMTAB
        table = next((section for section in self.sections if section.type == wanted), None)
        if table is None:
            return []
        if table.link >= len(self.sections):
            raise ElfError("the symbol table has no names")
        start = self.sections[table.link].offset
        layout = struct.Struct(f"{self.order}{'IBBHQQ' if self.bits == 64 else 'IIIBBH'}")
        body = self.content(table)
        body = body[: len(body) - len(body) % layout.size]
        return [self._symbol(start, fields) for fields in layout.iter_unpack(body)]

    def _symbol(self, start: int, fields: tuple[int, ...]) -> Symbol:
        if self.bits == 64:
            name, info, other, section, value, _size = fields
        else:
            name, value, _size, info, other, section = fields
        return Symbol(self._string(start + name), info >> 4, info & 15, other & 3, section, value)

    def relocations(self) -> Iterator[tuple[Section, int, int]]:
        """Target section, type and symbol index of every relocation with addend in loaded memory (64 bits)."""
        if self.bits != 64:
            return
        layout = struct.Struct(f"{self.order}QQq")
        for section in self.sections:
            if section.type != SHT_RELA or section.info >= len(self.sections):
                continue
            target = self.sections[section.info]
            if not target.flags & SHF_ALLOC:
                continue
            body = self.content(section)
            for _offset, info, _addend in layout.iter_unpack(body[: len(body) - len(body) % layout.size]):
                yield target, info & 0xFFFFFFFF, info >> 32

    def dynamic(self, tag: int) -> list[str]:
        """The strings of a tag of the dynamic section: 1 for needed libraries, 14 for the library's own name."""
        table = next((section for section in self.sections if section.type == SHT_DYNAMIC), None)
        if table is None or table.link >= len(self.sections):
            return []
        start = self.sections[table.link].offset
        layout = struct.Struct(f"{self.order}{'qQ' if self.bits == 64 else 'iI'}")
        body = self.content(table)
        pairs = layout.iter_unpack(body[: len(body) - len(body) % layout.size])
        return [self._string(start + value) for found, value in pairs if found == tag]

    def needed_symbols(self) -> dict[str, str]:
        """The library of every undefined dynamic symbol that has a version."""
        versions = next((section for section in self.sections if section.type == SHT_GNU_VERSYM), None)
        libraries = self._version_libraries()
        if versions is None:
            return {}
        table = self.symbols(dynamic=True)
        numbers = struct.unpack_from(f"{self.order}{len(table)}H", self.content(versions))
        return {
            symbol.name: libraries[number & 0x7FFF]
            for symbol, number in zip(table, numbers, strict=True)
            if symbol.section == UNDEFINED and number & 0x7FFF in libraries
        }

    def _version_libraries(self) -> dict[int, str]:
        section = next((section for section in self.sections if section.type == SHT_GNU_VERNEED), None)
        if section is None:
            return {}
        start = self.sections[section.link].offset
        body = self.content(section)
        found: dict[int, str] = {}
        position = 0
        while True:
            _, count, library, entry, following = struct.unpack_from(f"{self.order}HHIII", body, position)
            entry += position
            for _ in range(count):
                _, _, number, _, more = struct.unpack_from(f"{self.order}IHHII", body, entry)
                found[number] = self._string(start + library)
                entry += more
            if not following:
                return found
            position += following
