"""Shared libraries among a driver's own parts: every image, and every copy of an image, gets its own.

The dynamic loader identifies a library by the name inside it, so that two images would share
one library, and its state.  The copy that goes with an image has no such name; the image
then needs it by its path, and a copy of the image by another path of the same length.
"""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path

from psa_bridge.driver.images import elf

_IGNORED_TAG = 0x6000000E
"""In the range of operating systems, and of no meaning to any loader."""

_BESIDE = "$ORIGIN"
"""The dynamic loader's word for the directory of the file that needs a library; slashes may follow as many as fit."""


def without_name(data: bytes) -> bytes:
    """The library without its DT_SONAME."""
    file = elf.Elf(data)
    table = next((section for section in file.sections if section.type == elf.SHT_DYNAMIC), None)
    if table is None:
        return data
    result = bytearray(data)
    layout = struct.Struct(f"{file.order}{'qQ' if file.bits == 64 else 'iI'}")
    for offset in range(table.offset, table.offset + table.size, layout.size):
        tag, value = layout.unpack_from(data, offset)
        if tag == elf.DT_SONAME:
            layout.pack_into(result, offset, _IGNORED_TAG, value)
    return bytes(result)


def other_name(path: Path) -> Path:
    """A new path of the same length, in the directory beside, for a file named after its content."""
    fresh = re.sub(r"[0-9a-f]{20}(?=\.[^/]*$)", lambda _: os.urandom(10).hex(), path.name)
    return path.parent.parent / "copies" / fresh


def beside(path: Path) -> str:
    """A path of the same length by which the dynamic loader finds a file of this name beside the image."""
    folder = len(os.fsencode(path)) - len(os.fsencode(path.name))
    return f"{_BESIDE.ljust(folder, '/')}{path.name}"


def repoint(data: bytes, old: Path, new: Path | str) -> bytes:
    """An image that needs a library by another path of the same length."""
    before, after = os.fsencode(old) + b"\0", os.fsencode(new) + b"\0"
    if len(before) != len(after) or before not in data:
        raise ValueError(f"{new} cannot take the place of {old}")
    return data.replace(before, after)
