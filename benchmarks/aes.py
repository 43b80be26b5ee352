"""The AES accelerator beside ``cryptography``: nanoseconds per call and GB/s, without a core, on each path.

The driver's times come from a C program, those of ``cryptography`` from calls in this process, which cost what calls
from Python cost; ``new`` builds the keyed object in the call, as the driver expands its key. The two alternate.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from psa_bridge import paths

ROOT = Path(__file__).resolve().parents[1]
SIZES = (16, 64, 256, 1024, 4096, 16384, 1 << 20)
ROUNDS = 5
KEY, NONCE = bytes(16), bytes(12)
FEATURES = {"128 bits": 3, "256 bits": 15, "512 bits": 31}
"""Paths of the driver: see ``x86_aes_cpu.h``."""


def build(out: Path) -> Path:
    """The C program; detection is replaced, so that a path can be chosen."""
    folder = paths.DRIVERS / "x86_aes"
    sources = [source for source in sorted(folder.glob("*.c")) if source.name != "x86_aes_cpu.c"]
    sources += [
        ROOT / "benchmarks/drivers/aes.c",
        *(ROOT / "tests/drivers" / name for name in ("support.c", "x86_aes_features.c")),
    ]
    target = out / "aes"
    compiler = os.environ.get("CC", "gcc")
    subprocess.run(
        [compiler, "-O2", f"-I{paths.INCLUDE}", f"-I{folder}", *map(str, sources), "-o", str(target)], check=True
    )
    return target


def best(call: Callable[[], object], size: int) -> float:
    """Nanoseconds, best of several short runs."""
    calls = max(1, 20000 // (size + 100))
    times = []
    for _ in range(200):
        start = time.perf_counter_ns()
        for _ in range(calls):
            call()
        times.append((time.perf_counter_ns() - start) / calls)
    return min(times)


def theirs(size: int) -> dict[str, float]:
    """Nanoseconds of ``cryptography``, by mechanism."""
    text = bytes(size)
    live = AESGCM(KEY)

    def gcm() -> object:
        return live.encrypt(NONCE, text, None)

    def new_gcm() -> object:
        return AESGCM(KEY).encrypt(NONCE, text, None)

    def ctr() -> object:
        return Cipher(algorithms.AES(KEY), modes.CTR(bytes(16))).encryptor().update(text)

    return {"GCM": best(gcm, size), "GCM new": best(new_gcm, size), "CTR new": best(ctr, size)}


def lower(into: dict[str, float], times: dict[str, float]) -> None:
    """Keep the better time of each."""
    for name, value in times.items():
        into[name] = min(into.get(name, value), value)


def main() -> int:
    """Print one row per size and mechanism."""
    with tempfile.TemporaryDirectory() as out:
        program = build(Path(out))
        print(f"{'bytes':>8} {'':10} {'driver ns':>11} {'GB/s':>6} {'cryptography ns':>16} {'GB/s':>6} {'ratio':>6}")
        for size in SIZES:
            ours: dict[str, dict[str, float]] = {path: {} for path in FEATURES}
            other: dict[str, float] = {}
            for _ in range(ROUNDS):
                for path, features in FEATURES.items():
                    printed = subprocess.check_output([str(program), str(size), str(features)], text=True)
                    lower(ours[path], {k: float(v) for k, v in (line.split() for line in printed.splitlines())})
                lower(other, theirs(size))
            for path, times in ours.items():
                for name, reference in (("GCM", "GCM"), ("GCM", "GCM new"), ("CTR", "CTR new")):
                    if name in times:
                        a, b = times[name], other[reference]
                        row = (
                            f"{size:8} {reference:10} {a:11.1f} {size / a:6.2f} {b:16.1f} {size / b:6.2f} {a / b:6.2f}"
                        )
                        print(f"{row}  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
