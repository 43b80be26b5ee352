"""J-PAKE and SPAKE2+ written down from RFC 8235, RFC 8236 and RFC 9383, to compare with."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import cmac
from cryptography.hazmat.primitives.ciphers import algorithms
from pake_groups import Weierstrass

FIXED = {
    "1.2.840.10045.3.1.7": (
        "02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f",
        "03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49",
    ),
    "1.3.132.0.34": (
        "030ff0895ae5ebf6187080a82d82b42e2765e3b2f8749c7e05eba366434b363d3dc36f15314739074d2eb8613fceec2853",
        "02c72cf2e390853a1c1c4ad816a62fd15824f56078918f43f922ca21518f9c543bb252c5490214cf9aa3f0baab4b665c10",
    ),
    "1.3.132.0.35": (
        "02003f06f38131b2ba2600791e82488e8d20ab889af753a41806c5db18d37d85608cfae06b82e4a72cd744c719193562a653ea1f119eef9356"
        "907edc9b56979962d7aa",
        "0200c7924b9ec017f3094562894336a53c50167ba8c5963876880542bc669e494b2532d76c5b53dfb349fdf69154b9e0048c58a42e8ed04cef"
        "052a3bc349d95575cd25",
    ),
    "edwards25519": (
        "d048032c6ea0b6d697ddc2e86bda85a33adac920f1bf18e1b0c6d166a5cecdaf",
        "d3bfb518f44f3430f29d0c92af503865a1ed3281dc69b35dd868ba85f886c4ab",
    ),
    "edwards448": (
        "b6221038a775ecd007a4e4dde39fd76ae91d3cf0cc92be8f0c2fa6d6b66f9a12942f5a92646109152292464f3e63d354701c7848d9fc3b8880",
        "6034c65b66e4cd7a49b0edec3e3c9ccc4588afd8cf324e29f0a84a072531c4dbf97ff9af195ed714a689251f08f8e06e2d1f24a0ffc0146600",
    ),
}
"""M and N by the name that is in their seeds (RFC 9383, section 4)."""

NAMES = {(0x12, 256): "1.2.840.10045.3.1.7", (0x12, 384): "1.3.132.0.34", (0x12, 521): "1.3.132.0.35",
         (0x42, 255): "edwards25519", (0x42, 448): "edwards448"}  # fmt: skip


class Rejected(Exception):
    """What came from the peer is wrong: ``proof`` where it is a proof or a confirmation."""

    def __init__(self, proof: bool = False) -> None:
        super().__init__()
        self.proof = proof


def fixed_point(group: Weierstrass, name: str, which: str) -> tuple[Any, bytes]:
    """M or N made from its seed, and its encoding (RFC 9383, appendix B)."""
    seed = f"{name} point generation seed ({which})".encode()
    size = len(bytes.fromhex(FIXED[name][0]))
    block, blocks = seed, []
    while True:
        while len(blocks) < -(-size // 32):
            block = hashlib.sha256(block).digest()
            blocks.append(block)
        text = b"".join(blocks)[:size]
        if name == "edwards448":
            text = text[:-1] + bytes([text[-1] & 0x80])
        elif name != "edwards25519":
            text = bytes([(text[0] & 1) | 2]) + text[1:]
        blocks.pop(0)
        try:
            point = group.decode(text)
        except ValueError:
            continue
        if group.multiply(group.order, point) == group.neutral:
            return point, text


def element(group: Weierstrass, data: bytes) -> Any:
    """A peer's element, which must be in the group of prime order and not neutral."""
    try:
        point = group.decode(data)
    except ValueError:
        raise Rejected from None
    if point == group.neutral or (group.cofactor > 1 and group.multiply(group.order, point) != group.neutral):
        raise Rejected
    return point


def draw(group: Weierstrass) -> int:
    """A scalar that is not 0."""
    return 1 + secrets.randbelow(group.order - 1)


@dataclass
class Jpake:
    """One side of J-PAKE; the steps are numbered as drivers see them."""

    group: Weierstrass
    hash: str
    password: bytes
    user: bytes
    peer: bytes
    draw: Callable[[Weierstrass], int] = draw
    scalars: list[int] = field(default_factory=list)
    points: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.s = int.from_bytes(self.password, "big") % self.group.order
        if self.s == 0:
            raise Rejected

    def _challenge(self, base: Any, commitment: Any, public: Any, identity: bytes) -> int:
        pieces = [*(self.group.encode(each) for each in (base, commitment, public)), identity]
        text = b"".join(len(piece).to_bytes(4, "big") + piece for piece in pieces)
        return int.from_bytes(hashlib.new(self.hash, text).digest(), "big")

    def _sum(self, *points: Any) -> Any:
        total = self.group.neutral
        for point in points:
            total = self.group.add(total, point)
        return total

    def output(self, step: int) -> bytes:
        """Steps 1 to 9."""
        part, kind = divmod(step - 1, 3)
        if kind == 0:
            self.base = self.group.base
            if part == 2:
                self.base = self._sum(self.points[0], self.points[2], self.points[3])
            self.x = self.draw(self.group) if part < 2 else self.scalars[1] * self.s % self.group.order
            self.scalars.append(self.x)
            self.public = self.group.multiply(self.x, self.base)
            if part < 2:
                self.points[part] = self.public
            return self.group.encode(self.public)
        if kind == 1:
            self.v = self.draw(self.group)
            self.commitment = self.group.multiply(self.v, self.base)
            return self.group.encode(self.commitment)
        c = self._challenge(self.base, self.commitment, self.public, self.user)
        return ((self.v - self.x * c) % self.group.order).to_bytes(self.group.order_size, "big")

    def input(self, step: int, data: bytes) -> None:
        """Steps 1 to 6 and 10 to 12."""
        part, kind = divmod(step - 1, 3)
        if kind == 0:
            self.given = element(self.group, data)
            self.points[part + 2 if part < 2 else 4] = self.given
        elif kind == 1:
            self.theirs = element(self.group, data)
        else:
            base = self.group.base if part < 2 else self._sum(self.points[0], self.points[1], self.points[2])
            r, c = int.from_bytes(data, "big"), self._challenge(base, self.theirs, self.given, self.peer)
            right = self._sum(self.group.multiply(r, base), self.group.multiply(c % self.group.order, self.given))
            if r >= self.group.order or right != self.theirs:
                raise Rejected(proof=True)

    def secret(self) -> bytes:
        mask = self.group.multiply(self.scalars[2], self.points[3])
        unmasked = self.group.add(self.points[4], self.group.negate(mask))
        return self.group.encode(self.group.multiply(self.scalars[1], unmasked))


def hkdf(name: str, secret: bytes, info: bytes, size: int) -> bytes:
    """HKDF without salt (RFC 5869)."""
    prk = hmac.new(bytes(hashlib.new(name).digest_size), secret, name).digest()
    output, block = b"", b""
    for number in range(1, 4):
        block = hmac.new(prk, block + info + bytes([number]), name).digest()
        output += block
    return output[:size]


def cmac_of(key: bytes, data: bytes) -> bytes:
    """CMAC with AES."""
    machine = cmac.CMAC(algorithms.AES(key))
    machine.update(data)
    return machine.finalize()


@dataclass
class Spake2p:
    """One side of SPAKE2+. ``confirm`` is hmac, cmac or matter; ``w1`` is None for a side that has L only."""

    group: Weierstrass
    name: str
    hash: str
    confirm: str
    client: bool
    w0: int
    w1: int | None
    l: Any = None  # noqa: E741 - the name that the RFC has
    user: bytes = b""
    peer: bytes = b""
    context: bytes | None = None
    draw: Callable[[Weierstrass], int] = draw

    def __post_init__(self) -> None:
        self.m, self.n = (self.group.decode(bytes.fromhex(text)) for text in FIXED[self.name])
        if self.w1 is not None:
            self.l = self.group.multiply(self.w1, self.group.base)
        self.shares = [b"", b""]

    def output(self, step: int) -> bytes:
        if step == 0x104:
            return self.confirmations[0 if self.client else 1]
        self.x = self.draw(self.group)
        mask = self.group.multiply(self.w0, self.m if self.client else self.n)
        share = self.group.encode(self.group.add(self.group.multiply(self.x, self.group.base), mask))
        self.shares[0 if self.client else 1] = share
        if not self.client:
            self._derive()
        return share

    def input(self, step: int, data: bytes) -> None:
        if step == 0x104:
            if data != self.confirmations[1 if self.client else 0]:
                raise Rejected(proof=True)
            return
        mask = self.group.multiply(self.w0, self.n if self.client else self.m)
        self.theirs = self.group.add(element(self.group, data), self.group.negate(mask))
        if self.theirs == self.group.neutral:
            raise Rejected
        self.shares[1 if self.client else 0] = data
        if self.client:
            self._derive()

    def _derive(self) -> None:
        group, h = self.group, self.group.cofactor
        self.z = group.multiply(h * self.x, self.theirs)
        self.v = (
            group.multiply(h * self.w1, self.theirs) if self.client and self.w1 else group.multiply(h * self.x, self.l)
        )
        prover, verifier = (self.user, self.peer) if self.client else (self.peer, self.user)
        w0 = self.w0.to_bytes(group.order_size, "big")
        pieces = [prover, verifier, *map(group.encode, (self.m, self.n)), *self.shares]
        pieces += [*map(group.encode, (self.z, self.v)), w0]
        if self.context is not None:
            pieces.insert(0, self.context)
        self.transcript = b"".join(len(piece).to_bytes(8, "little") + piece for piece in pieces)
        self.main = hashlib.new(self.hash, self.transcript).digest()
        length = len(self.main)
        size = length if self.confirm == "hmac" else 16
        secret = self.main[:16] if self.confirm == "matter" else self.main
        both = hkdf(self.hash, secret, b"ConfirmationKeys", 2 * size)
        self.keys = both[:size], both[size:]
        ends = zip(self.keys, reversed(self.shares), strict=True)
        if self.confirm == "cmac":
            self.confirmations = [cmac_of(key, share) for key, share in ends]
        else:
            self.confirmations = [hmac.new(key, share, self.hash).digest() for key, share in ends]
        self.shared = self.main[16:] if self.confirm == "matter" else hkdf(self.hash, secret, b"SharedKey", length)

    def secret(self) -> bytes:
        return self.shared
