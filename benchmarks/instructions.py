"""Counts the instructions that the core adds to a call, under callgrind: a record without noise.

``python benchmarks/instructions.py`` prints the table, ``--write`` keeps it in ``instructions.txt`` beside
this file, and ``--check`` exits 1 where a count is above the kept one by more than 3 %, which is what another
compiler version may make of the same source.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from psa_bridge.cbuild.toolchain import options_from_environment

sys.path.insert(0, str(Path(__file__).resolve().parent))

from core import ROOT, build

RECORD = ROOT / "instructions.txt"
CALLS = 5000
"""As in core_overhead.c."""
TOLERANCE = 1.03
_COUNT = re.compile(r"^\s*([\d,]+) \([^)]*\)\s+\S*?:(\w+)", re.MULTILINE)
_HEADER = "instructions per call: of a do-nothing driver called directly, through the core, and the difference\n"


def annotate(program: Path) -> dict[str, int]:
    """The instructions of each function with all that it calls, per call."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        valgrind = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}", program, "instructions"]
        subprocess.run(valgrind, check=True, capture_output=True)
        listing = ["callgrind_annotate", "--inclusive=yes", "--threshold=100", out]
        text = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
    return {name: int(count.replace(",", "")) // CALLS for count, name in _COUNT.findall(text)}


def table(counts: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Direct and through the core, by name; nothing is called directly where a key is made."""
    names = [name.removesuffix("_core") for name in counts if name.endswith("_core")]
    rows = {name: (counts[f"{name}_direct"], counts[f"{name}_core"]) for name in names if f"{name}_direct" in counts}
    return {**dict(sorted(rows.items())), "import_and_destroy": (0, counts["import_and_destroy"])}


def text_of(rows: dict[str, tuple[int, int]]) -> str:
    """The table as it is kept."""
    lines = [f"{name:20} {direct:6} {core:6} {core - direct:6}\n" for name, (direct, core) in rows.items()]
    return _HEADER + "".join(lines)


def kept() -> dict[str, int]:
    """What is kept for the way through the core, by name."""
    lines = RECORD.read_text(encoding="utf-8").splitlines()[1:]
    return {name: int(core) for name, _, core, _ in map(str.split, lines)}


def main(arguments: list[str] | None = None) -> int:
    """Count, print, and write or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", action="store_true", help="keep the table")
    what.add_argument("--check", action="store_true", help="compare with the table that is kept")
    options = parser.parse_args(arguments)
    rows = table(annotate(build(ROOT / "c" / "core_overhead.c", options_from_environment())))
    print(text_of(rows), end="")
    if options.write:
        RECORD.write_text(text_of(rows), encoding="utf-8")
    worse = [name for name, core in kept().items() if rows[name][1] > TOLERANCE * core] if options.check else []
    for name in worse:
        print(f"{name} takes {rows[name][1]} instructions, {kept()[name]} are kept")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
