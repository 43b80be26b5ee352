"""Which generated files there are, and writing them only where their content changed."""

from __future__ import annotations

from pathlib import Path

from psa_bridge.gen import calls, ops, pack, plans


def table_files() -> dict[str, str]:
    """The generated C that follows from the tables alone, by path below the output directory."""
    return {
        "psab/ops.h": ops.emit(),
        "psab/calls.h": calls.emit(),
        "psab/plans.h": plans.emit_header(),
        "psab/packed.h": pack.emit_header(),
        "plans.c": plans.emit_source(),
        "packed.c": pack.emit_source(),
    }


def write_files(directory: Path, files: dict[str, str]) -> list[Path]:
    """Write the files whose content differs; returns those that were written."""
    written = []
    for name, text in files.items():
        path = directory / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
