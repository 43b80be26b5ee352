"""Sizes of types in an object's debug information, compared with those that the glue sees."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from psa_bridge.driver.findings import Findings, Place, register
from psa_bridge.driver.symbols import ARCHIVE_MAGIC, RELOCATABLE, ObjectFile, archive_members

register(
    """
    layout-mismatch    Objects and glue agree on the size of every type that passes between them.
    layout-unverified  Objects have debug information, so that their layout can be checked.
    """
)

_TYPEDEF = "DW_TAG_typedef"
_AGGREGATES = ("DW_TAG_structure_type", "DW_TAG_union_type", "DW_TAG_class_type")


def sizes(data: bytes, names: Collection[str]) -> dict[str, int]:
    """``sizeof`` of the named typedefs and tags (``struct x``) in an object's debug information."""
    wanted = {name for name in names if name.removeprefix("struct ").encode() + b"\0" in data}
    if not wanted:
        return {}
    from elftools.elf.elffile import ELFFile  # noqa: PLC0415  (only a build needs it)

    elf = ELFFile(io.BytesIO(data))
    if not elf.has_dwarf_info():
        return {}
    found: dict[str, int] = {}
    for unit in elf.get_dwarf_info().iter_CUs():
        for entry in unit.get_top_DIE().iter_children():
            name = _name(entry)
            if name in wanted and name not in found:
                size = _size(entry)
                if size is not None:
                    found[name] = size
            if len(found) == len(wanted):
                return found
    return found


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
        return _size(entry.get_DIE_from_attribute("DW_AT_type"), depth + 1) if depth < 20 else None
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

    ``verified``, ``mismatch``, ``unverified`` (no debug information) or ``not concerned`` (none of the types).
    """
    report = {}
    for one in objects:
        if one.kind != RELOCATABLE:
            continue
        known = sizes(content(one), expected.keys()) if one.has_debug else {}
        wrong = {name: size for name, size in known.items() if size != expected[name]}
        for name, size in wrong.items():
            findings.error(
                "layout-mismatch", Place(str(one.path)),
                f"{name} has {size} bytes in {one.name}, but {expected[name]} bytes in the headers that the glue uses",
                "build the bundle with the headers and the defines that the object was compiled with "
                "(include, defines, flags)",
            )  # fmt: skip
        report[one.name] = _word(bool(wrong), bool(known), one.has_debug)
        if not known and not one.has_debug and uses_attributes:
            findings.note(
                "layout-unverified", Place(str(one.path)),
                f"{one.name} has no debug information: whether its key attributes have the layout of these headers "
                "is unverified",
                "compile it with -g",
            )  # fmt: skip
    return report


def _word(wrong: bool, known: bool, has_debug: bool) -> str:
    if wrong:
        return "mismatch"
    return "verified" if known else ("not concerned" if has_debug else "unverified")
