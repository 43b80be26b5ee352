"""Write generated files: ``python -m psa_bridge.gen [c|docs] --out DIRECTORY``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from psa_bridge.gen import reference
from psa_bridge.gen.files import table_files, write_files


def main(arguments: list[str] | None = None) -> int:
    """Write what changed and list it."""
    parser = argparse.ArgumentParser(prog="python -m psa_bridge.gen", description="Write what follows from the table.")
    what = "c: headers and sources; docs: the entry point reference"
    parser.add_argument("what", nargs="?", choices=("c", "docs"), default="c", help=what)
    parser.add_argument("--out", type=Path, help="directory to write to (build/gen or build/docs)")
    options = parser.parse_args(arguments)
    files = {"entry-points.md": reference.emit()} if options.what == "docs" else table_files()
    out = options.out or Path("build", "docs" if options.what == "docs" else "gen")
    for path in write_files(out, files):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
