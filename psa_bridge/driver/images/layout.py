"""Sizes of types in an object's debug information, compared with those that the glue sees."""

from __future__ import annotations

import io
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from psa_bridge.driver.findings import Findings, Place, register
from psa_bridge.driver.images import elf
from psa_bridge.driver.images.symbols import ARCHIVE_MAGIC, ObjectFile, archive_members

register(
    """
    layout-mismatch    Objects and glue agree on the size of every type that passes between them.
    layout-unverified  Objects have debug information, so that their layout can be checked.
    """
)

_DEPTH = 20
_TYPEDEF = "DW_TAG_typedef"
_AGGREGATES = ("DW_TAG_structure_type", "DW_TAG_union_type", "DW_TAG_class_type")


class UnreadableError(Exception):
    """Debug information that does not say what is asked: damaged, or kept in another file."""


def sizes(data: bytes, names: Collection[str]) -> dict[str, set[int]]:
    """Every ``sizeof`` of the named typedefs and tags (``struct x``) in an object's debug information.

    There is more than one where the units of an object disagree.  :class:`UnreadableError` where the
    debug information cannot be read.
    """
    sections = elf.Elf(data)
    plain = not _is_compressed(sections)
    wanted = {name for name in names if not plain or name.removeprefix("struct ").encode() + b"\0" in data}
    if not wanted and _SPLIT not in data:
        return {}
    if sum(section.name in (".debug_info", ".debug_types") for section in sections.sections) > 1:
        raise UnreadableError(_TYPE_UNITS)
    from elftools.common.exceptions import DWARFError, ELFError  # noqa: PLC0415  (only a build needs it)
    from elftools.elf.elffile import ELFFile  # noqa: PLC0415

    try:
        file = ELFFile(io.BytesIO(data))
        return _sizes(file.get_dwarf_info(), wanted) if file.has_dwarf_info() else {}
    except (DWARFError, ELFError, KeyError, ValueError, AssertionError, zlib.error) as error:
        raise UnreadableError(f"it cannot be read ({error})") from error


_SPLIT = b".dwo\0"
_TYPE_UNITS = "its types are in units of their own (compiled with -fdebug-types-section)"


def _sizes(information: Any, wanted: Collection[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for unit in information.iter_CUs():
        top = unit.get_top_DIE()
        if "DW_AT_dwo_name" in top.attributes or "DW_AT_GNU_dwo_name" in top.attributes:
            raise UnreadableError("it is in a file of its own (compiled with -gsplit-dwarf)")
        for entry in top.iter_children():
            name = _name(entry)
            if name in wanted:
                size = _size(entry)
                if size is not None:
                    found.setdefault(name, set()).add(size)
    return found


def _is_compressed(file: elf.Elf) -> bool:
    """Whether debug sections are compressed, so that names in them cannot be seen."""
    return any(s.name.startswith(".zdebug") or (s.name.startswith(".debug") and s.flags & 0x800) for s in file.sections)


def _name(entry: Any) -> str:
    attribute = entry.attributes.get("DW_AT_name")
    if attribute is None:
        return ""
    text = str(attribute.value.decode("utf-8", "replace"))
    return f"struct {text}" if entry.tag == "DW_TAG_structure_type" else text


def _size(entry: Any, depth: int = 0) -> int | None:
    """The byte size of a type, through typedefs and qualifiers."""
    if "DW_AT_byte_size" in entry.attributes:
        return int(entry.attributes["DW_AT_byte_size"].value)
    if entry.tag in (_TYPEDEF, "DW_TAG_const_type", "DW_TAG_volatile_type") and "DW_AT_type" in entry.attributes:
        if depth >= _DEPTH:
            return None
        if entry.attributes["DW_AT_type"].form == "DW_FORM_ref_sig8":
            raise UnreadableError(_TYPE_UNITS)
        return _size(entry.get_DIE_from_attribute("DW_AT_type"), depth + 1)
    return None


def content(one: ObjectFile) -> bytes:
    """The bytes of an object, from its file or its archive."""
    data = Path(one.path).read_bytes()
    if data[: len(ARCHIVE_MAGIC)] != ARCHIVE_MAGIC:
        return data
    return next(body for name, _offset, body in archive_members(data) if name == one.member)


def check(
    objects: Collection[ObjectFile], expected: Mapping[str, int], uses_attributes: bool, findings: Findings
) -> dict[str, str]:
    """Compare every object with the glue; returns one word for each.

    ``verified``, ``mismatch``, ``unverified`` (no debug information that can be read) or
    ``not concerned`` (none of the types).
    """
    report = {}
    for one in objects:
        known, why = _known(one, expected.keys())
        wrong = [(name, size) for name, found in known.items() for size in sorted(found) if size != expected[name]]
        for name, size in wrong:
            findings.error(
                "layout-mismatch", Place(str(one.path)),
                f"{name} has {size} bytes in {one.name}, but {expected[name]} bytes in the headers that the glue uses",
                "build the bundle with the headers and the defines that the object was compiled with "
                "(include, defines, flags)",
            )  # fmt: skip
        report[one.name] = _word(bool(wrong), bool(known), not why)
        if why and uses_attributes:
            findings.note(
                "layout-unverified", Place(str(one.path)),
                f"{one.name} {why}: whether its key attributes have the layout of these headers is unverified",
                "compile it with -g alone",
            )  # fmt: skip
    return report


def _known(one: ObjectFile, names: Collection[str]) -> tuple[dict[str, set[int]], str]:
    """The sizes in an object, or why they are not known."""
    if not one.has_debug:
        return {}, "has no debug information"
    try:
        return sizes(content(one), names), ""
    except UnreadableError as error:
        return {}, f"has debug information, but {error}"


def _word(wrong: bool, known: bool, readable: bool) -> str:
    if wrong:
        return "mismatch"
    return "verified" if known else ("not concerned" if readable else "unverified")
