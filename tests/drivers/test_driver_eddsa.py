"""EdDSA with contexts and of hashes: RFC 8032's vectors, and a plain implementation of its definition."""

from __future__ import annotations

import ctypes
import hashlib
from dataclasses import dataclass

import pytest
from harness import (
    BUFFER_TOO_SMALL,
    INVALID_ARGUMENT,
    INVALID_SIGNATURE,
    PURE_EDDSA,
    Attributes,
    Driver,
    ecc_pair,
    ecc_public,
    ecdsa,
    status_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from symmetric import buffer

EDDSA_CTX, ED25519PH, ED448PH = 0x06000A00, 0x0600090B, 0x06000915
PAIR, PUBLIC = ecc_pair("TWISTED_EDWARDS"), ecc_public("TWISTED_EDWARDS")
NAMES = {EDDSA_CTX: "message", ED25519PH: "hash", ED448PH: "hash", PURE_EDDSA: "message"}
CASES = [(255, EDDSA_CTX), (448, EDDSA_CTX), (255, ED25519PH), (448, ED448PH)]


def sign(
    driver: Driver, bits: int, key: bytes, alg: int, data: bytes, context: bytes | None, size: int = 114
) -> bytes:  # fmt: skip
    """``context`` of None: by the entry point that takes none."""
    attributes = Attributes(type=PAIR, bits=bits)
    arguments = [ctypes.byref(attributes), *buffer(key), ctypes.c_uint32(alg), *buffer(data)]
    if context is None:
        return driver.output(size, f"sign_{NAMES[alg]}", *arguments)
    return driver.output(size, f"sign_{NAMES[alg]}_with_context", *arguments, *buffer(context))


def verify(
    driver: Driver, bits: int, key: bytes, alg: int, data: bytes, context: bytes, signature: bytes, kind: int = PUBLIC
) -> None:
    attributes = Attributes(type=kind, bits=bits)
    arguments = [ctypes.byref(attributes), *buffer(key), ctypes.c_uint32(alg), *buffer(data), *buffer(context)]
    driver.call(f"verify_{NAMES[alg]}_with_context", *arguments, *buffer(signature))


@dataclass(frozen=True)
class Curve:
    """RFC 8032, 5.1 and 5.2."""

    p: int
    a: int
    d: int
    order: int
    base_y: int
    size: int
    name: bytes

    def hash(self, data: bytes) -> bytes:
        return hashlib.sha512(data).digest() if self.size == 32 else hashlib.shake_256(data).digest(114)

    def add(self, one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
        (x1, y1), (x2, y2) = one, two
        part = self.d * x1 * x2 * y1 * y2 % self.p
        x = (x1 * y2 + x2 * y1) * pow(1 + part, -1, self.p)
        return x % self.p, (y1 * y2 - self.a * x1 * x2) * pow(1 - part, -1, self.p) % self.p

    def encode(self, point: tuple[int, int]) -> bytes:
        return (point[1] | (point[0] & 1) << (8 * self.size - 1)).to_bytes(self.size, "little")

    def multiple(self, scalar: int) -> bytes:
        """Of the base point, encoded."""
        y = self.base_y
        square = (y * y - 1) * pow(self.d * y * y - self.a, -1, self.p) % self.p
        x = pow(square, (self.p + 3) // 8 if self.size == 32 else (self.p + 1) // 4, self.p)
        if x * x % self.p != square:
            x = x * pow(2, (self.p - 1) // 4, self.p) % self.p
        point, total = (x if x % 2 == 0 else self.p - x, y), (0, 1)
        while scalar:
            total = self.add(total, point) if scalar & 1 else total
            point, scalar = self.add(point, point), scalar >> 1
        return self.encode(total)

    def sign(self, key: bytes, flag: int, context: bytes, data: bytes) -> bytes:
        """5.1.6 and 5.2.6."""
        domain = self.name + bytes([flag, len(context)]) + context
        expanded = self.hash(key)
        s = int.from_bytes(expanded[: self.size], "little")
        s = s & ~7 & (1 << 255) - 1 | 1 << 254 if self.size == 32 else s & ~3 & (1 << 448) - 1 | 1 << 447
        r = int.from_bytes(self.hash(domain + expanded[self.size :] + data), "little")
        point = self.multiple(r % self.order)
        k = int.from_bytes(self.hash(domain + point + self.multiple(s % self.order) + data), "little")
        return point + ((r + k * s) % self.order).to_bytes(self.size, "little")


_P255, _P448 = 2**255 - 19, 2**448 - 2**224 - 1
CURVES = {
    255: Curve(
        _P255,
        -1,
        -121665 * pow(121666, -1, _P255) % _P255,
        2**252 + 27742317777372353535851937790883648493,
        4 * pow(5, -1, _P255) % _P255,
        32,
        b"SigEd25519 no Ed25519 collisions",
    ),
    448: Curve(
        _P448,
        1,
        -39081,
        2**446 - 13818066809895115352007386748515426880336692474882178609894547503885,
        298819210078481492676017930443930673437544040154080242095928241372331506189835876003536878655418784733982303233503462500531545062832660,
        57,
        b"SigEd448",
    ),
}

VECTORS = [
    # RFC 8032, 7.2: Ed25519ctx, foo
    (
        255,
        EDDSA_CTX,
        "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
        "f726936d19c800494e3fdaff20b276a8",
        "666f6f",
        "55a4cc2f70a54e04288c5f4cd1e45a7bb520b36292911876cada7323198dd87a"
        "8b36950b95130022907a7fb7c4e9b2d5f6cca685a587b4b21f4b888e4e7edb0d",
    ),
    # RFC 8032, 7.3: Ed25519ph, abc
    (
        255,
        ED25519PH,
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        hashlib.sha512(b"abc").hexdigest(),
        "",
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
        "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406",
    ),
    # RFC 8032, 7.4: Ed448, 1 octet with context
    (
        448,
        EDDSA_CTX,
        "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463afbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e",
        "03",
        "666f6f",
        "d4f8f6131770dd46f40867d6fd5d5055de43541f8c5e35abbcd001b32a89f7d2151f7647f11d8ca2ae279fb842d607217fce6e042f6815ea00"
        "0c85741de5c8da1144a6a1aba7f96de42505d7a7298524fda538fccbbb754f578c1cad10d54d0d5428407e85dcbc98a49155c13764e66c3c00",
    ),
]


@pytest.mark.parametrize("vector", VECTORS, ids=["Ed25519ctx", "Ed25519ph", "Ed448"])
def test_published_vectors(libcrypto: Driver, vector: tuple[int, int, str, str, str, str]) -> None:
    bits, alg = vector[:2]
    key, data, context, expected = (bytes.fromhex(text) for text in vector[2:])
    assert sign(libcrypto, bits, key, alg, data, context) == expected
    verify(libcrypto, bits, libcrypto.export_public_key(PAIR, bits, key), alg, data, context, expected)


seeds = st.binary(min_size=57, max_size=57)


@settings(max_examples=30, deadline=None)
@given(
    case=st.sampled_from(CASES),
    seed=st.binary(min_size=57, max_size=57),
    data=st.binary(max_size=200),
    context=st.binary(max_size=255),
)
def test_signatures_are_those_of_the_definition(
    libcrypto: Driver, case: tuple[int, int], seed: bytes, data: bytes, context: bytes
) -> None:
    bits, alg = case
    curve = CURVES[bits]
    key = seed[: curve.size]
    if alg != EDDSA_CTX:
        data = hashlib.sha512(data).digest()
    signature = sign(libcrypto, bits, key, alg, data, context)
    assert signature == curve.sign(key, alg != EDDSA_CTX, context, data)
    public = libcrypto.export_public_key(PAIR, bits, key)
    verify(libcrypto, bits, public, alg, data, context, signature)
    verify(libcrypto, bits, key, alg, data, context, signature, PAIR)
    assert (sign(libcrypto, bits, key, alg, data, None) == signature) == (context == b"")


def test_ed448_with_an_empty_context_is_plain(libcrypto: Driver) -> None:
    key = bytes(range(57))
    plain = sign(libcrypto, 448, key, PURE_EDDSA, b"message", None)
    assert sign(libcrypto, 448, key, EDDSA_CTX, b"message", b"") == plain
    assert sign(libcrypto, 255, key[:32], EDDSA_CTX, b"m", b"") != sign(
        libcrypto, 255, key[:32], PURE_EDDSA, b"m", None
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_anything_changed_is_rejected(libcrypto: Driver, case: tuple[int, int]) -> None:
    bits, alg = case
    curve = CURVES[bits]
    key, data = bytes(range(curve.size)), bytes(range(64))
    public = libcrypto.export_public_key(PAIR, bits, key)
    good = sign(libcrypto, bits, key, alg, data, b"context")
    s = int.from_bytes(good[curve.size :], "little")
    bad = [bytes([*good[:i], good[i] ^ 1 << i % 8, *good[i + 1 :]]) for i in range(0, len(good), 5)]
    bad += [b"", good[:-1], good + b"\0", bytes(len(good)), b"\xff" * len(good)]
    bad += [good[: curve.size] + (s + curve.order).to_bytes(curve.size, "little")]
    for signature in bad:
        assert status_of(verify, libcrypto, bits, public, alg, data, b"context", signature) == INVALID_SIGNATURE
    changed = b"\1" + data[1:]
    assert status_of(verify, libcrypto, bits, public, alg, changed, b"context", good) == INVALID_SIGNATURE
    assert status_of(verify, libcrypto, bits, public, alg, data, b"contexT", good) == INVALID_SIGNATURE
    assert status_of(verify, libcrypto, bits, public, alg, data, b"", good) == INVALID_SIGNATURE


def test_keys_of_small_order_do_not_upset(libcrypto: Driver) -> None:
    """The neutral point and the point of order two, as keys and as R."""
    for bits, curve in CURVES.items():
        for y in (1, curve.p - 1):
            public = y.to_bytes(curve.size, "little")
            signature = (1).to_bytes(curve.size, "little") + bytes(curve.size)
            status = status_of(verify, libcrypto, bits, public, EDDSA_CTX, b"m", b"", signature)
            assert status in (0, INVALID_SIGNATURE)
            assert y != 1 or status == 0, "0 B - k O is the neutral point"


def test_statuses(libcrypto: Driver) -> None:
    for bits, alg in CASES:
        curve = CURVES[bits]
        key, data = bytes(range(curve.size)), bytes(64)
        assert status_of(sign, libcrypto, bits, key, alg, data, bytes(256)) == INVALID_ARGUMENT
        assert len(sign(libcrypto, bits, key, alg, data, bytes(255))) == 2 * curve.size
        assert status_of(sign, libcrypto, bits, key, alg, data, b"", 2 * curve.size - 1) == BUFFER_TOO_SMALL
        assert status_of(sign, libcrypto, bits, key[:-1], alg, data, b"") == INVALID_ARGUMENT
        if alg != EDDSA_CTX:
            for wrong in (b"", bytes(63), bytes(65)):
                assert status_of(sign, libcrypto, bits, key, alg, wrong, b"") == INVALID_ARGUMENT
            other, longer = 703 - bits, bytes(range(89 - curve.size))
            assert status_of(sign, libcrypto, other, longer, alg, data, b"") == INVALID_ARGUMENT
    assert status_of(sign, libcrypto, 255, bytes(32), PURE_EDDSA, b"", b"context") == INVALID_ARGUMENT
    attributes = Attributes(type=ecc_pair("SECP_R1"), bits=256)
    head = (ctypes.byref(attributes), *buffer(bytes([1]) * 32), ctypes.c_uint32(ecdsa("SHA_256")), *buffer(bytes(32)))
    assert len(libcrypto.output(64, "sign_hash_with_context", *head, *buffer(b""))) == 64
    assert status_of(libcrypto.output, 64, "sign_hash_with_context", *head, *buffer(b"x")) == INVALID_ARGUMENT
