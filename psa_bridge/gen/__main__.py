"""Write the generated files: ``python -m psa_bridge.gen --out DIRECTORY``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from psa_bridge.gen.files import table_files, write_files


def main(arguments: list[str] | None = None) -> int:
    """Write what changed and list it."""
    parser = argparse.ArgumentParser(prog="python -m psa_bridge.gen", description="Write the generated C files.")
    parser.add_argument("--out", type=Path, default=Path("build/gen"), help="directory to write to (%(default)s)")
    options = parser.parse_args(arguments)
    for path in write_files(options.out, table_files()):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
