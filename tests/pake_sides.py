"""Both sides of PAKEs through the Python API: set-ups, exchanges, and random numbers that a test chooses."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pake_groups import P256 as GROUP_P256
from pake_groups import Groups
from pake_oracle import draw

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

SHARE, PUBLIC, PROOF, CONFIRM = PakeStep.KEY_SHARE, PakeStep.ZK_PUBLIC, PakeStep.ZK_PROOF, PakeStep.CONFIRM
ROUND_1 = (SHARE, PUBLIC, PROOF) * 2
ROUND_2 = (SHARE, PUBLIC, PROOF)
SECRET = KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT)
R1, EDWARDS = EccFamily.SECP_R1, EccFamily.TWISTED_EDWARDS
SPAKE2P_SUITES = [
    (Alg.SPAKE2P_HMAC(Alg.SHA_256), R1, 256),
    (Alg.SPAKE2P_HMAC(Alg.SHA_512), R1, 256),
    (Alg.SPAKE2P_HMAC(Alg.SHA_256), R1, 384),
    (Alg.SPAKE2P_HMAC(Alg.SHA_512), R1, 384),
    (Alg.SPAKE2P_HMAC(Alg.SHA_512), R1, 521),
    (Alg.SPAKE2P_HMAC(Alg.SHA_256), EDWARDS, 255),
    (Alg.SPAKE2P_HMAC(Alg.SHA_512), EDWARDS, 448),
    (Alg.SPAKE2P_CMAC(Alg.SHA_256), R1, 256),
    (Alg.SPAKE2P_CMAC(Alg.SHA_512), R1, 256),
    (Alg.SPAKE2P_MATTER, R1, 256),
]

_X, _Y = (part.to_bytes(32, "big") for part in GROUP_P256.base)
BAD_POINTS = {
    "off the curve": b"\4" + _X + _X,
    "all zero": bytes(65),
    "compressed": b"\2" + _X,
    "hybrid": b"\6" + _X + _Y,
    "coordinate not reduced": b"\4" + (GROUP_P256.p + 5).to_bytes(33, "big")[-32:] + _Y,
    "neutral": b"\0",
    "too short": (b"\4" + _X + _Y)[:64],
    "too long": b"\4" + _X + _Y + b"\0",
    "empty": b"",
}
"""What is no element of P-256, by what is wrong with it."""


def primitive(family: int, bits: int) -> PakePrimitive:
    """A curve as a group."""
    return PakePrimitive.of(PakePrimitiveType.ECC, family, bits)


P256 = primitive(R1, 256)


def jpake_suite(alg: int = Alg.JPAKE(Alg.SHA_256), group: int = P256) -> PakeCipherSuite:
    """J-PAKE, which has no confirmation."""
    return PakeCipherSuite(alg, group, PakeConfirmation.UNCONFIRMED_KEY)


def password(core: Core, text: bytes = b"password", alg: int = Alg.JPAKE(Alg.SHA_256), **more: Any) -> Key:
    """A password key."""
    attributes = {"type": KeyType.PASSWORD, "usage": Usage.DERIVE, "alg": alg, **more}
    return core.import_key(KeyAttributes(**attributes), text)


def jpake(core: Core, key: Key, own: bytes, other: bytes, suite: PakeCipherSuite | None = None) -> PakeOperation:
    """A side of J-PAKE that is ready for its first step."""
    side = core.pake_setup(key, suite or jpake_suite(int(key.attributes.alg)))
    side.set_user(own)
    side.set_peer(other)
    return side


def jpake_pair(
    core: Core, text: bytes = b"password", other: bytes | None = None
) -> tuple[PakeOperation, PakeOperation]:
    """Both sides of J-PAKE, with one password or two."""
    one, two = password(core, text), password(core, text if other is None else other)
    return jpake(core, one, b"alice", b"bob"), jpake(core, two, b"bob", b"alice")


def run_round(one: Any, two: Any, steps: Sequence[int]) -> None:
    """Each side sends everything, then each takes everything."""
    sent = [[side.output(step) for step in steps] for side in (one, two)]
    for step, first, second in zip(steps, *sent, strict=True):
        two.input(step, first)
        one.input(step, second)


def run_jpake(one: Any, two: Any) -> None:
    """All of J-PAKE."""
    run_round(one, two, ROUND_1)
    run_round(one, two, ROUND_2)


def pair_data(family: int, bits: int) -> bytes:
    """A random SPAKE2+ key pair in its export format."""
    group = Groups.BY_CURVE[int(family), bits]
    return group.scalar_bytes(draw(group)) + group.scalar_bytes(draw(group))


def pair_type(family: int) -> KeyType:
    """The key type of a prover."""
    return KeyType.SPAKE2P_KEY_PAIR(family)


def spake2p_keys(client: Core, server: Core, alg: int, family: int, bits: int, data: bytes = b"") -> tuple[Key, Key]:
    """The key pair for a client, its public key for a server; a core makes the latter that has software."""
    attributes = KeyAttributes(pair_type(family), bits, usage=Usage.DERIVE, alg=alg)
    pair = client.import_key(attributes, data or pair_data(family, bits))
    public = replace(attributes, type=KeyType.SPAKE2P_PUBLIC_KEY(family))
    return pair, server.import_key(public, pair.export_public())


def spake2p(core: Core, key: Key, client: bool, **texts: bytes) -> PakeOperation:
    """A side of SPAKE2+ that is ready for its first step; the group is that of the key."""
    attributes = key.attributes
    suite = PakeCipherSuite(attributes.alg, primitive(KeyType(attributes.type).spake2p_family, attributes.bits))
    side = core.pake_setup(key, suite)
    side.set_role(PakeRole.CLIENT if client else PakeRole.SERVER)
    for name, text in texts.items():
        getattr(side, f"set_{name}")(text)
    return side


def matter(core: Core, **texts: bytes) -> tuple[PakeOperation, PakeOperation]:
    """Both sides of SPAKE2+ as Matter has it, without identities unless ``texts`` has some for the client."""
    pair, public = spake2p_keys(core, core, Alg.SPAKE2P_MATTER, R1, 256)
    mirrored = {{"user": "peer", "peer": "user"}.get(name, name): text for name, text in texts.items()}
    return spake2p(core, pair, True, **texts), spake2p(core, public, False, **mirrored)


def run_spake2p(client: Any, server: Any) -> None:
    """All of SPAKE2+."""
    server.input(SHARE, client.output(SHARE))
    client.input(SHARE, server.output(SHARE))
    client.input(CONFIRM, server.output(CONFIRM))
    server.input(CONFIRM, client.output(CONFIRM))


def secret(side: PakeOperation) -> bytes:
    """The shared secret."""
    key = side.get_shared_key(SECRET)
    data = key.export()
    key.destroy()
    return data


class _Method(ctypes.Structure):
    """RAND_METHOD of libcrypto's <openssl/rand.h>."""

    BYTES = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_ubyte), ctypes.c_int)
    _fields_ = [
        ("seed", ctypes.c_void_p),
        ("bytes", BYTES),
        ("cleanup", ctypes.c_void_p),
        ("add", ctypes.c_void_p),
        ("pseudorand", ctypes.c_void_p),
        ("status", ctypes.c_void_p),
    ]


def libcrypto() -> Any:
    """The libcrypto that the core is linked to; None where it is another or is not there."""
    from psa_bridge import _core  # noqa: PLC0415

    with open(f"/proc/self/maps") as maps:  # noqa: PTH123, F541
        names = {line.split()[-1] for line in maps if "/libcrypto.so" in line}
    own = ctypes.CDLL(_core.__file__)
    return ctypes.CDLL(names.pop()) if len(names) == 1 and own is not None else None


@contextmanager
def drawing(*numbers: bytes) -> Iterator[None]:
    """While it lasts, libcrypto's generator draws these bytes first, in this order.

    What it draws then blinds the points that it multiplies, and does not show.
    """
    library, left = libcrypto(), list(numbers)

    def draw_next(buffer: Any, size: int) -> int:
        ctypes.memmove(buffer, left.pop(0) if left and len(left[0]) == size else os.urandom(size), size)
        return 1

    method = _Method(bytes=_Method.BYTES(draw_next))
    library.RAND_set_rand_method(ctypes.byref(method))
    try:
        yield
    finally:
        library.RAND_set_rand_method(None)
    assert not left, "not all was drawn"
