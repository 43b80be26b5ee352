"""Password-authenticated key exchanges: both sides of a whole one, beside what it is made of and what else there is.

Usage: pake.py [--seconds S] [name...]
A row of ours is an exchange from the set-up of both sides to the keys that both get.  "multiplications" is what such
an exchange cannot do without: as many multiples of points, by the same libcrypto, called directly.  Rows with a limit
that they miss are marked; the exit code is 1 then.  SPAKE2 of the package ``spake2``, which is what one finds for
Python (``pip install 'psa-bridge[bench]'`` brings it), does less: it has no confirmation.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from psa_bridge import (
    Alg,
    Core,
    EccFamily,
    Key,
    KeyAttributes,
    KeyType,
    PakeCipherSuite,
    PakeConfirmation,
    PakeOperation,
    PakePrimitive,
    PakePrimitiveType,
    PakeRole,
    PakeStep,
    Usage,
)
from psa_bridge.bench.timing import Statement, best_of

FAMILY = EccFamily.SECP_R1
GROUP = PakePrimitive.of(PakePrimitiveType.ECC, FAMILY, 256)
SECRET = KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT)
PROVEN = (PakeStep.KEY_SHARE, PakeStep.ZK_PUBLIC, PakeStep.ZK_PROOF)
NID_P256 = 415
"""NID_X9_62_prime256v1 of <openssl/obj_mac.h>."""


@dataclass(frozen=True)
class Row:
    """An exchange, the multiples of the base point and of other points in it, and the most it may take of these."""

    name: str
    run: Callable[[], tuple[bytes, bytes]]
    base: int
    other: int
    limit: float


def keys_of(one: PakeOperation, two: PakeOperation) -> tuple[bytes, bytes]:
    """What both came to; destroyed, so that the core does not fill up."""
    made = [side.get_shared_key(SECRET) for side in (one, two)]
    first, second = (key.export() for key in made)
    for key in made:
        key.destroy()
    return first, second


def jpake(core: Core, password: Key, suite: PakeCipherSuite) -> tuple[bytes, bytes]:
    """J-PAKE, both sides."""
    one, two = core.pake_setup(password, suite), core.pake_setup(password, suite)
    for side, own, other in ((one, b"client", b"server"), (two, b"server", b"client")):
        side.set_user(own)
        side.set_peer(other)
    for steps in (PROVEN + PROVEN, PROVEN):
        sent = [[side.output(step) for step in steps] for side in (one, two)]
        for step, first, second in zip(steps, *sent, strict=True):
            two.input(step, first)
            one.input(step, second)
    return keys_of(one, two)


def spake2p(core: Core, pair: Key, public: Key, suite: PakeCipherSuite) -> tuple[bytes, bytes]:
    """SPAKE2+, prover and verifier."""
    client, server = core.pake_setup(pair, suite), core.pake_setup(public, suite)
    client.set_role(PakeRole.CLIENT)
    server.set_role(PakeRole.SERVER)
    server.input(PakeStep.KEY_SHARE, client.output(PakeStep.KEY_SHARE))
    client.input(PakeStep.KEY_SHARE, server.output(PakeStep.KEY_SHARE))
    client.input(PakeStep.CONFIRM, server.output(PakeStep.CONFIRM))
    server.input(PakeStep.CONFIRM, client.output(PakeStep.CONFIRM))
    return keys_of(client, server)


def rows(core: Core) -> list[Row]:
    """Everything that is measured, on P-256."""
    alg = Alg.JPAKE(Alg.SHA_256)
    password = core.import_key(KeyAttributes(KeyType.PASSWORD, usage=Usage.DERIVE, alg=alg), b"password")
    suite = PakeCipherSuite(alg, GROUP, PakeConfirmation.UNCONFIRMED_KEY)
    made = [Row("J-PAKE, SHA-256", partial(jpake, core, password, suite), 12, 16, 1.6)]
    algs = {
        "SPAKE2+, HMAC-SHA-256": Alg.SPAKE2P_HMAC(Alg.SHA_256),
        "SPAKE2+, CMAC and SHA-256": Alg.SPAKE2P_CMAC(Alg.SHA_256),
        "SPAKE2+ of Matter": Alg.SPAKE2P_MATTER,
    }
    for name, one in algs.items():
        pair = core.import_key(
            KeyAttributes(KeyType.SPAKE2P_KEY_PAIR(FAMILY), 256, usage=Usage.DERIVE, alg=one), bytes(range(1, 65))
        )
        attributes = KeyAttributes(KeyType.SPAKE2P_PUBLIC_KEY(FAMILY), 256, usage=Usage.DERIVE, alg=one)
        public = core.import_key(attributes, pair.export_public())
        made.append(Row(name, partial(spake2p, core, pair, public, PakeCipherSuite(one, GROUP)), 2, 8, 1.6))
    return made


class Multiplications:
    """Multiples of points of P-256 by the system's libcrypto, with everything allocated once."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
        for name in ("EC_GROUP_new_by_curve_name", "EC_POINT_new", "BN_CTX_new", "BN_bin2bn", "EC_GROUP_get0_order"):
            getattr(self._library, name).restype = ctypes.c_void_p
        self._library.EC_POINT_mul.argtypes = [ctypes.c_void_p] * 6
        self._group = ctypes.c_void_p(self._library.EC_GROUP_new_by_curve_name(NID_P256))
        self._point, self._result = (ctypes.c_void_p(self._library.EC_POINT_new(self._group)) for _ in range(2))
        self._scratch = ctypes.c_void_p(self._library.BN_CTX_new())
        self._scalar = ctypes.c_void_p(self._library.BN_bin2bn(bytes(range(160, 192)), 32, None))
        self.of_base()
        self._library.EC_POINT_copy(self._point, self._result)

    def of_base(self) -> None:
        """One of the base point."""
        self._multiply(self._scalar, None, None)

    def of_other(self) -> None:
        """One of another point."""
        self._multiply(None, self._point, self._scalar)

    def _multiply(self, base: Any, point: Any, scalar: Any) -> None:
        if self._library.EC_POINT_mul(self._group, self._result, base, point, scalar, self._scratch) != 1:
            raise SystemExit("libcrypto does not multiply")


def python_spake2() -> Callable[[], tuple[bytes, bytes]] | None:
    """Both sides of SPAKE2 by the package, if it is there."""
    try:
        from spake2 import SPAKE2_A, SPAKE2_B  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        return None

    def run() -> tuple[bytes, bytes]:
        one, two = SPAKE2_A(b"password"), SPAKE2_B(b"password")
        first, second = one.start(), two.start()
        return one.finish(second), two.finish(first)

    return run


def main() -> int:
    """Measure and print; 1 if a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="show rows whose name contains one of these")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each row")
    arguments = parser.parse_args()
    missed = 0
    spake2, multiplications = python_spake2(), Multiplications()
    base, other = Statement("f()", f=multiplications.of_base), Statement("f()", f=multiplications.of_other)
    with Core() as core:
        print(f"{'both sides, P-256':28}{'psa_bridge us':>15}{'multiplications us':>20}{'ratio':>7}{'limit':>7}")
        for row in rows(core):
            if arguments.names and not any(name in row.name for name in arguments.names):
                continue
            first, second = row.run()
            if first != second:
                raise SystemExit(f"{row.name}: the sides have different keys")
            ours, one, another = best_of([Statement("f()", f=row.run), base, other], arguments.seconds)
            least = row.base * one + row.other * another
            over = round(ours / least, 2) > row.limit
            missed += over
            numbers = f"{ours / 1000:15.0f}{least / 1000:20.0f}{ours / least:7.2f}{row.limit:7.2f}"
            print(f"{row.name:28}{numbers}{'  missed' if over else ''}")
    if spake2 is not None:
        (theirs,) = best_of([Statement("f()", f=spake2)], arguments.seconds)
        print(f"{'SPAKE2 of package spake2':28}{theirs / 1000:15.0f}   Ed25519, in Python")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
