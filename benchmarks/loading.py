"""How long loading takes: a cold bundle (compiled) and a cached one, for each example driver.

A cached load is measured in a fresh process too, because that is how a test run starts. A bundle that misses a limit
is marked, and the exit code is 1 then; a cold one of many sources has none, since it is the compiler that is measured.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from psa_bridge import Core, paths
from psa_bridge.driver.bundle import build_image, load_bundle

REPEATS = 7
COLD_LIMIT_S, CACHED_LIMIT_MS = 2.0, 20.0
FEW_SOURCES = 4

_CHILD = """
import sys, time
from psa_bridge import Core
from psa_bridge.driver.bundle import build_image, load_bundle
core = Core()
start = time.perf_counter()
core.load(sys.argv[1])
print((time.perf_counter() - start) * 1e3)
"""


def cold(folder: Path) -> float:
    """Seconds from a bundle file to a registered driver with an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        os.environ["PSA_BRIDGE_CACHE"] = cache
        with Core() as core:
            start = time.perf_counter()
            core.load(folder)
            return time.perf_counter() - start


def cached(folder: Path) -> float:
    """Milliseconds for the same with a warm cache, best of several cores in this process."""
    times = []
    for _ in range(REPEATS):
        with Core() as core:
            start = time.perf_counter()
            core.load(folder)
            times.append((time.perf_counter() - start) * 1e3)
    return min(times)


def fresh(folder: Path) -> float:
    """Milliseconds for the first load of a new process with a warm cache, median."""
    command = [sys.executable, "-c", _CHILD, str(folder)]
    return statistics.median(float(subprocess.check_output(command, text=True)) for _ in range(REPEATS))


def main() -> int:
    """Print one row per example driver, and the limits; 1 if one is missed."""
    missed = False
    print(f"{'bundle':14} {'cold s':>8} {'cached ms':>10} {'fresh process ms':>17}")
    for folder in sorted(path.parent for path in paths.DRIVERS.glob("*/bundle.toml")):
        seconds = cold(folder)
        with tempfile.TemporaryDirectory() as cache:
            os.environ["PSA_BRIDGE_CACHE"] = cache
            build_image(load_bundle(folder))
            milliseconds, first = cached(folder), fresh(folder)
        few = len(list(folder.glob("*.c"))) <= FEW_SOURCES
        slow = (few and seconds > COLD_LIMIT_S) or max(milliseconds, first) > CACHED_LIMIT_MS
        missed |= slow
        mark = "  missed" if slow else ""
        print(f"{folder.name:14} {seconds:8.2f} {milliseconds:10.2f} {first:17.2f}{mark}")
    print(f"limits: cached {CACHED_LIMIT_MS:.0f} ms; cold {COLD_LIMIT_S} s with up to {FEW_SOURCES} sources")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
