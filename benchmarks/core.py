"""Builds the C benchmarks against the core, as the library is built, and runs them one after the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from psa_bridge.cbuild.core import compile_core, prepare
from psa_bridge.cbuild.toolchain import Options, Unit, compile_unit, options_from_environment, run

ROOT = Path(__file__).resolve().parent
WORK = ROOT.parent / "build" / "benchmarks"


def build(source: Path, options: Options) -> Path:
    """Compile one benchmark and link it with the core; objects are kept for the next run."""
    sources = prepare(WORK, options)
    objects = compile_core(sources, WORK / "obj", options)
    own = compile_unit(Unit(source), WORK / "obj", sources.include_flags, options)
    target = WORK / source.stem
    libraries = [f"-l{name}" for name in sources.libraries]
    run([*options.compiler, own, *objects, "-o", target, "-pthread", "-ldl", *libraries])
    return target


def main() -> int:
    """Run every benchmark; 1 if one of them misses its limit."""
    options = options_from_environment()
    missed = []
    for source in sorted((ROOT / "c").glob("*.c")):
        print(f"== {source.stem}", flush=True)
        if subprocess.run([build(source, options)], check=False).returncode:
            missed.append(source.stem)
    if missed:
        print(f"missed: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
