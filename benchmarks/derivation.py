"""Key derivation beside ``cryptography``, side by side, in one run.

Usage: derivation.py [--seconds S] [name...]
Every row runs both ways in alternation and prints the best time of each, and ours over theirs.  A row of few bytes
shows what Python calls cost: theirs is one object and one call, ours has one for every input, as the API has.  Rows
with a limit that they miss are marked; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf import hkdf, kbkdf, pbkdf2

from psa_bridge import Alg, Core, KeyAttributes, KeyType, Usage
from psa_bridge.bench.timing import Statement, best_of
from psa_bridge.constants import Step

SALT, INFO, SECRET = b"salt of sixteen.", b"what it is for", bytes(range(32))
ITERATIONS = 10_000


@dataclass(frozen=True)
class Row:
    """What is compared, and the most that ours may take of what theirs takes."""

    name: str
    ours: Statement
    theirs: Statement
    limit: float | None = None


def rows(core: Core) -> list[Row]:
    """Everything that both have."""
    return [
        *(_hkdf(core, length, limit) for length, limit in ((32, 2.0), (1024, 1.25), (8160, 1.1))),
        *(_pbkdf2(core, name, limit) for name, limit in (("SHA_256", 1.25), ("SHA_512", 1.25), ("SHA3_256", None))),
        _counter(core, 4096),
    ]


def _hkdf(core: Core, length: int, limit: float | None) -> Row:
    alg = Alg.HKDF(Alg.SHA_256)
    key = core.import_key(KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=alg), SECRET)

    def ours() -> bytes:
        with core.key_derivation_setup(alg) as operation:
            operation.input_bytes(Step.SALT, SALT)
            operation.input_key(Step.SECRET, key)
            operation.input_bytes(Step.INFO, INFO)
            return operation.output_bytes(length)

    def theirs() -> bytes:
        return hkdf.HKDF(hashes.SHA256(), length, SALT, INFO).derive(SECRET)

    return _row(f"HKDF-SHA-256, {length} B", ours, theirs, limit)


def _pbkdf2(core: Core, name: str, limit: float | None) -> Row:
    alg = Alg.PBKDF2_HMAC(getattr(Alg, name))
    theirs_hash = {"SHA_256": hashes.SHA256(), "SHA_512": hashes.SHA512(), "SHA3_256": hashes.SHA3_256()}[name]

    def ours() -> bytes:
        with core.key_derivation_setup(alg) as operation:
            operation.input_integer(Step.COST, ITERATIONS)
            operation.input_bytes(Step.SALT, SALT)
            operation.input_bytes(Step.PASSWORD, SECRET)
            return operation.output_bytes(32)

    def theirs() -> bytes:
        return pbkdf2.PBKDF2HMAC(theirs_hash, 32, SALT, ITERATIONS).derive(SECRET)

    return _row(f"PBKDF2-HMAC-{name}, {ITERATIONS}", ours, theirs, limit)


def _counter(core: Core, length: int) -> Row:
    alg = Alg.SP800_108_COUNTER_HMAC(Alg.SHA_256)

    def ours() -> bytes:
        with core.key_derivation_setup(alg) as operation:
            operation.set_capacity(length)
            operation.input_bytes(Step.SECRET, SECRET)
            operation.input_bytes(Step.LABEL, SALT)
            operation.input_bytes(Step.CONTEXT, INFO)
            return operation.output_bytes(length)

    def theirs() -> bytes:
        mode, place = kbkdf.Mode.CounterMode, kbkdf.CounterLocation.BeforeFixed
        return kbkdf.KBKDFHMAC(hashes.SHA256(), mode, length, 4, 4, place, SALT, INFO, None).derive(SECRET)

    return _row(f"SP 800-108 HMAC-SHA-256, {length} B", ours, theirs, 1.1)


def _row(name: str, ours: Callable[[], bytes], theirs: Callable[[], bytes], limit: float | None) -> Row:
    if ours() != theirs():
        raise SystemExit(f"{name}: the outputs differ")
    return Row(name, Statement("f()", f=ours), Statement("f()", f=theirs), limit)


def main() -> int:
    """Measure and print; 1 if a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="show rows whose name contains one of these")
    parser.add_argument("--seconds", type=float, default=0.5, help="of each row")
    arguments = parser.parse_args()
    missed = 0
    with Core() as core:
        print(f"{'':36}{'psa_bridge us':>15}{'cryptography us':>17}{'ratio':>7}{'limit':>7}")
        for row in rows(core):
            if arguments.names and not any(name in row.name for name in arguments.names):
                continue
            ours, theirs = (time / 1000 for time in best_of([row.ours, row.theirs], arguments.seconds))
            over = row.limit is not None and round(ours / theirs, 2) > row.limit
            limit = f"{row.limit:7.2f}" if row.limit is not None else ""
            missed += over
            print(f"{row.name:36}{ours:15.1f}{theirs:17.1f}{ours / theirs:7.2f}{limit}{'  missed' if over else ''}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
