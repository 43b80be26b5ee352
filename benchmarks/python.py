"""This package beside hashlib, ``cryptography`` and, where it is installed, pycryptodome: side by side, in one run.

Usage: python.py [--seconds S] [--chart FILE] [name...]
Every row runs the statements it shows, in alternation, and prints the best time of each. The ratio is ours over the
reference, which is the first of the others. Rows with a limit that they miss are marked; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from psa_bridge import Alg, Core, EccFamily, Key, KeyAttributes, KeyType, Usage
from psa_bridge.bench.timing import Statement, best_of
from psa_bridge.paths import DRIVERS

try:
    from Crypto.Cipher import AES as PC_AES
    from Crypto.Hash import HMAC as PC_HMAC
    from Crypto.Hash import SHA256 as PC_SHA256
except ImportError:
    PC_AES = None

MEBIBYTE = 1 << 20
MANY = 1000
HMAC, ECDSA = Alg.HMAC(Alg.SHA_256), Alg.ECDSA(Alg.SHA_256)
OURS = "psa_bridge"
PYCA, PYCRYPTODOME = "cryptography", "pycryptodome"


@dataclass
class Row:
    """What is compared: statements by library, ours among them; ``each`` is how many messages a statement has."""

    name: str
    statements: dict[str, Statement]
    limit: float | None = None
    size: int = 0
    each: int = 1
    times: dict[str, float] | None = None

    @property
    def reference(self) -> str:
        """What ours is compared with."""
        return next(name for name in self.statements if name != OURS)

    @property
    def ratio(self) -> float:
        """Ours over the reference."""
        assert self.times is not None
        return self.times[OURS] / self.times[self.reference]

    @property
    def missed(self) -> bool:
        """Whether the ratio is above the limit, by more than its last digit."""
        return self.limit is not None and round(self.ratio, 2) > self.limit


class Subjects:
    """Keys and messages of all libraries."""

    def __init__(self) -> None:
        both = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE | Usage.SIGN_HASH | Usage.VERIFY_HASH
        self.core = Core()
        self.fast = Core(DRIVERS / "x86_aes") if _has_aes() else None
        self.small, self.large = os.urandom(16), os.urandom(MEBIBYTE)
        self.nonce = bytes(12)
        self.secret = os.urandom(32)
        self.hmac = self._import(self.core, KeyType.HMAC, HMAC, both)
        self.gcm = self._import(self.core, KeyType.AES, Alg.GCM, size=16)
        self.fast_gcm = self._import(self.fast, KeyType.AES, Alg.GCM, size=16) if self.fast else None
        self.chacha = self._import(self.core, KeyType.CHACHA20, Alg.CHACHA20_POLY1305)
        curve = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
        self.p256 = self.core.generate_key(KeyAttributes(curve, 256, usage=both, alg=ECDSA))
        self.pyca_hmac = hmac.HMAC(self.secret, hashes.SHA256())
        self.pyca_gcm, self.pyca_chacha = AESGCM(self.secret[:16]), ChaCha20Poly1305(self.secret)
        self.pyca_p256 = ec.generate_private_key(ec.SECP256R1())

    def _import(
        self, core: Core, key_type: KeyType, alg: Alg, usage: int = Usage.ENCRYPT | Usage.DECRYPT, size: int = 32
    ) -> Key:
        return core.import_key(KeyAttributes(key_type, usage=usage, alg=alg), self.secret[:size])


def _has_aes() -> bool:
    cpu = Path("/proc/cpuinfo")
    return cpu.is_file() and " vaes" in cpu.read_text()


def _texts(text: str, names: dict[str, Any], **renamed: Any) -> Statement:
    return Statement(text, **names, **renamed)


def symmetric(s: Subjects, size: int, limits: dict[str, float]) -> Iterator[Row]:
    """Hash, MAC and AEAD of one message."""
    data = s.small if size == 16 else s.large
    unit = "16 B" if size == 16 else "1 MiB"
    ours = {"core": s.core, "data": data, "nonce": s.nonce}
    pyca = {"data": data, "nonce": s.nonce}
    sha = {
        OURS: _texts("core.hash_compute(alg, data)", ours, alg=Alg.SHA_256),
        "hashlib": Statement("sha256(data).digest()", sha256=hashlib.sha256, data=data),
        PYCA: Statement(
            "h = Hash(SHA256()); h.update(data); h.finalize()", Hash=hashes.Hash, SHA256=hashes.SHA256, data=data
        ),
    }
    mac = {
        OURS: _texts("key.mac_compute(alg, data)", ours, key=s.hmac, alg=HMAC),
        PYCA: Statement("h = keyed.copy(); h.update(data); h.finalize()", keyed=s.pyca_hmac, data=data),
    }
    gcm = {
        OURS: _texts("key.aead_encrypt(alg, nonce, b'', data)", ours, key=s.gcm, alg=Alg.GCM),
        PYCA: _texts("key.encrypt(nonce, data, None)", pyca, key=s.pyca_gcm),
    }
    sealed = s.pyca_gcm.encrypt(s.nonce, data, None)
    opened = {
        OURS: _texts("key.aead_decrypt(alg, nonce, b'', sealed)", ours, key=s.gcm, alg=Alg.GCM, sealed=sealed),
        PYCA: _texts("key.decrypt(nonce, sealed, None)", pyca, key=s.pyca_gcm, sealed=sealed),
    }
    poly = {
        OURS: _texts("key.aead_encrypt(alg, nonce, b'', data)", ours, key=s.chacha, alg=Alg.CHACHA20_POLY1305),
        PYCA: _texts("key.encrypt(nonce, data, None)", pyca, key=s.pyca_chacha),
    }
    if PC_AES is not None:
        sha[PYCRYPTODOME] = Statement("SHA256.new(data).digest()", SHA256=PC_SHA256, data=data)
        mac[PYCRYPTODOME] = Statement(
            "HMAC.new(key, data, SHA256).digest()", HMAC=PC_HMAC, key=s.secret, SHA256=PC_SHA256, data=data
        )
        gcm[PYCRYPTODOME] = Statement(
            "AES.new(key, GCM, nonce=nonce).encrypt_and_digest(data)",
            AES=PC_AES,
            GCM=PC_AES.MODE_GCM,
            key=s.secret[:16],
            nonce=s.nonce,
            data=data,
        )
    named = {
        "SHA-256": sha,
        "HMAC-SHA-256": mac,
        "AES-128-GCM encrypt": gcm,
        "AES-128-GCM decrypt": opened,
        "ChaCha20-Poly1305": poly,
    }
    if s.fast_gcm is not None:
        accelerated = {
            OURS: _texts("key.aead_encrypt(alg, nonce, b'', data)", ours, key=s.fast_gcm, alg=Alg.GCM),
            PYCA: _texts("key.encrypt(nonce, data, None)", pyca, key=s.pyca_gcm),
        }
        named["AES-128-GCM by x86_aes"] = accelerated
    for name, statements in named.items():
        yield Row(f"{name} {unit}", statements, limits.get(name), size)


def signatures(s: Subjects) -> Iterator[Row]:
    """ECDSA over a digest that is there."""
    digest = hashlib.sha256(b"message").digest()
    way = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
    signature, theirs = s.p256.sign_hash(ECDSA, digest), s.pyca_p256.sign(digest, way)
    ours = {"key": s.p256, "alg": ECDSA, "digest": digest}
    pyca = {"digest": digest, "way": way}
    sign = {
        OURS: _texts("key.sign_hash(alg, digest)", ours),
        PYCA: _texts("key.sign(digest, way)", pyca, key=s.pyca_p256),
    }
    verify = {
        OURS: _texts("key.verify_hash(alg, digest, signature)", ours, signature=signature),
        PYCA: _texts("key.verify(signature, digest, way)", pyca, key=s.pyca_p256.public_key(), signature=theirs),
    }
    yield Row("ECDSA P-256 sign", sign, 1.02)
    yield Row("ECDSA P-256 verify", verify, 1.02)


def _each_hash(messages: Sequence[bytes], kind: Any, algorithm: Any) -> None:
    for message in messages:
        h = kind(algorithm())
        h.update(message)
        h.finalize()


def _each_mac(messages: Sequence[bytes], keyed: Any) -> None:
    for message in messages:
        h = keyed.copy()
        h.update(message)
        h.finalize()


def _each_seal(messages: Sequence[bytes], nonces: Sequence[bytes], key: Any) -> None:
    encrypt = key.encrypt
    for nonce, message in zip(nonces, messages, strict=True):
        encrypt(nonce, message, None)


def batches(s: Subjects) -> Iterator[Row]:
    """A thousand messages: one call of ours, a loop over theirs."""
    messages = [os.urandom(16) for _ in range(MANY)]
    nonces = [i.to_bytes(12, "big") for i in range(MANY)]
    ours = {"core": s.core, "messages": messages}
    rows = {
        "SHA-256": (
            _texts("core.hash_compute_batch(alg, messages)", ours, alg=Alg.SHA_256),
            Statement(
                "f(messages, Hash, SHA256)", f=_each_hash, messages=messages, Hash=hashes.Hash, SHA256=hashes.SHA256
            ),
        ),
        "HMAC-SHA-256": (
            _texts("core.mac_compute_batch(key, alg, messages)", ours, key=s.hmac, alg=HMAC),
            Statement("f(messages, keyed)", f=_each_mac, messages=messages, keyed=s.pyca_hmac),
        ),
        "AES-128-GCM": (
            _texts(
                "core.aead_encrypt_batch(key, alg, nonces, b'', messages)", ours, key=s.gcm, alg=Alg.GCM, nonces=nonces
            ),
            Statement("f(messages, nonces, key)", f=_each_seal, messages=messages, nonces=nonces, key=s.pyca_gcm),
        ),
    }
    if s.fast is not None:
        names = {"core": s.fast, "key": s.fast_gcm, "messages": messages, "alg": Alg.GCM, "nonces": nonces}
        accelerated = Statement("core.aead_encrypt_batch(key, alg, nonces, b'', messages)", **names)
        rows["AES-128-GCM by x86_aes"] = (accelerated, rows["AES-128-GCM"][1])
    for name, (mine, other) in rows.items():
        yield Row(f"{name} {MANY} x 16 B", {OURS: mine, PYCA: other}, 0.35, 16 * MANY, MANY)


def measure(rows: Sequence[Row], seconds: float) -> None:
    """Fill the times in; nanoseconds per message."""
    for row in rows:
        names = list(row.statements)
        found = best_of([row.statements[name] for name in names], seconds)
        row.times = {name: value / row.each for name, value in zip(names, found, strict=True)}


def show(rows: Sequence[Row]) -> None:
    """One line per row: nanoseconds, and GB/s of ours where it is about that."""
    libraries = list(dict.fromkeys(name for row in rows for name in row.statements))
    heads = "".join(f"{name + ' ns':>18}" for name in libraries)
    print(f"{'':30}{heads}{'our GB/s':>10}{'ratio':>7}{'limit':>7}")
    for row in rows:
        assert row.times is not None
        cells = "".join(f"{row.times[name]:18.0f}" if name in row.times else f"{'':18}" for name in libraries)
        rate = f"{row.size / row.each / row.times[OURS]:10.2f}" if row.size >= MEBIBYTE else f"{'':10}"
        limit = "" if row.limit is None else f"{row.limit:7.2f}{'  missed' if row.missed else ''}"
        print(f"{row.name:30}{cells}{rate}{row.ratio:7.2f}{limit}")


# Threads, and starting


_ROUNDS = 40
"""Short ones: in some of them the machine does nothing else."""

_WAITED_MOST = 0.05
"""A round counts if its threads waited for a processor for no more than this share of it."""


def _waited() -> int:
    """Nanoseconds that this thread has been ready to run while others ran; 0 where the system does not say."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def _together(work: Callable[[int], object], times: int, threads: int) -> tuple[float, bool]:
    """Seconds from the first of some threads' begin to the last one's end, and whether all had processors meanwhile."""
    start = threading.Barrier(threads)
    spans: list[tuple[float, float, int]] = []

    def body() -> None:
        start.wait()
        before, begun = _waited(), time.perf_counter()
        work(times)
        spans.append((begun, time.perf_counter(), _waited() - before))

    running = [threading.Thread(target=body) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    taken = max(end for _, end, _ in spans) - min(begun for begun, _, _ in spans)
    return taken, max(waited for _, _, waited in spans) <= _WAITED_MOST * taken * 1e9


def _best_round(work: Callable[[int], object], times: int, threads: int, so_far: float) -> float:
    taken, quiet = _together(work, times, threads)
    return min(so_far, taken) if quiet else so_far


def threads(s: Subjects) -> list[tuple[str, float, float]]:
    """Name, time of two threads with half the calls each over that of one with all, and the limit.

    Not a number where the machine had no two processors to spare in any round: then nothing is known about locks.
    """
    digest = bytes(32)
    subjects = [
        ("HMAC-SHA-256 16 B, one key", Statement("f(a, d)", f=s.hmac.mac_compute, a=HMAC, d=s.small), 100_000, 1.1),
        ("SHA-256 16 B", Statement("f(a, d)", f=s.core.hash_compute, a=Alg.SHA_256, d=s.small), 100_000, 1.1),
        ("SHA-256 16 KiB", Statement("f(a, d)", f=s.core.hash_compute, a=Alg.SHA_256, d=s.large[:16384]), 2_000, 0.65),
        ("ECDSA P-256 sign, one key", Statement("f(a, d)", f=s.p256.sign_hash, a=ECDSA, d=digest), 1_000, 0.65),
    ]
    found = []
    for name, statement, times, limit in subjects:
        one = two = float("inf")
        for _ in range(_ROUNDS):
            one = _best_round(statement.run, times, 1, one)
            two = _best_round(statement.run, times // 2, 2, two)
        found.append((name, two / one if two < float("inf") else float("nan"), limit))
    return found


def starting() -> list[tuple[str, float, float]]:
    """Name, milliseconds over those of the interpreter alone, and the limit."""

    def best(*code: str) -> float:
        times = []
        for _ in range(9):
            begun = time.perf_counter()
            subprocess.run([sys.executable, *code], check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - begun)
        return min(times) * 1000

    bare = best("-c", "pass")
    return [
        ("import psa_bridge", best("-c", "import psa_bridge") - bare, 60.0),
        ("psa-bridge --help", best("-m", "psa_bridge.cli", "--help"), 300.0),
    ]


_WIDEST = 2.6
"""Bars that are longer end there, with their number."""


def chart(groups: dict[str, Sequence[Row]], path: Path) -> None:
    """Draw the rows: time of each library over that of the reference, whose nanoseconds are beside."""
    import matplotlib as mpl  # noqa: PLC0415 (only a chart needs it)
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    mpl.rcParams.update({"svg.hashsalt": "psa-bridge", "svg.fonttype": "none"})
    heights = [len(rows) for rows in groups.values()]
    figure = Figure(figsize=(8.5, 0.55 * sum(heights) + 2.0), layout="constrained")
    axes = figure.subplots(len(groups), 1, gridspec_kw={"height_ratios": heights}, squeeze=False)
    for axis, (title, rows) in zip(axes[:, 0], groups.items(), strict=True):
        for place, row in enumerate(rows):
            _bars(axis, place, row)
        axis.axvline(1, color="0.6", lw=0.8)
        axis.set_yticks(range(len(rows)), [row.name for row in rows], fontsize=8)
        axis.invert_yaxis()
        axis.set_xlim(0, _WIDEST * 1.15)
        axis.tick_params(axis="x", labelsize=8)
        axis.set_title(title, fontsize=10)
    axes[-1, 0].set_xlabel("time over that of the reference, less is better; numbers are per message", fontsize=8)
    shown = {name for rows in groups.values() for row in rows for name in row.statements}
    handles = [Patch(color=colour, label=name) for name, colour in _COLOURS.items() if name in shown]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=8)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


_COLOURS = {OURS: "#0b6e4f", "hashlib": "#8a8a8a", PYCA: "#b3541e", PYCRYPTODOME: "#6a5acd"}


def _bars(axis: Any, place: int, row: Row) -> None:
    assert row.times is not None
    thickness = 0.8 / len(row.times)
    for i, (name, value) in enumerate(row.times.items()):
        share = value / row.times[row.reference]
        where = place - 0.4 + thickness * (i + 0.5)
        axis.barh(where, min(share, _WIDEST), thickness * 0.9, color=_COLOURS[name])
        text = f"{value / 1000:.1f} µs" if value >= 10_000 else f"{value:.0f} ns"
        text += f", {share:.0f} x" if share > _WIDEST else ""
        axis.annotate(f" {text}", (min(share, _WIDEST), where), fontsize=6, va="center")


def main() -> int:
    """Measure and print; 1 if a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only rows that contain one of these words")
    parser.add_argument("--seconds", type=float, default=0.5, help="per row")
    parser.add_argument("--chart", type=Path, help="draw a picture: .svg or .png")
    options = parser.parse_args()
    s = Subjects()
    small = {"SHA-256": 0.6, "HMAC-SHA-256": 0.5}
    small |= dict.fromkeys(("AES-128-GCM encrypt", "AES-128-GCM decrypt", "AES-128-GCM by x86_aes"), 0.7)
    large = {"SHA-256": 1.05, "AES-128-GCM by x86_aes": 1.0}
    groups: dict[str, list[Row]] = {
        "One call": [*symmetric(s, 16, small), *signatures(s)],
        "A mebibyte": list(symmetric(s, MEBIBYTE, large)),
        "Many small messages": list(batches(s)),
    }
    missed = 0
    for title, rows in groups.items():
        rows[:] = [row for row in rows if not options.names or any(name in row.name for name in options.names)]
        if rows:
            measure(rows, options.seconds)
            print(f"== {title}", flush=True)
            show(rows)
            missed += sum(row.missed for row in rows)
    if not options.names:
        for title, found in (("Two threads over one, the same work in all", threads(s)), ("Starting, ms", starting())):
            print(f"== {title}")
            for name, value, limit in found:
                verdict = "" if value <= limit else "  missed" if value > limit else "  no processor was free"
                print(f"{name:30}{value:8.2f}{limit:8.2f}{verdict}")
                missed += not value <= limit
    if options.chart:
        chart({title: rows for title, rows in groups.items() if rows}, options.chart)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
