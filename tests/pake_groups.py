"""Groups for the oracle of PAKEs: affine arithmetic on curves with Python integers, from the definitions."""

from __future__ import annotations

from typing import Any, ClassVar

Point = tuple[int, int] | None
"""Affine coordinates; None is the neutral element of a Weierstrass curve."""


class Weierstrass:
    """y^2 = x^3 + a x + b; elements as uncompressed points (SEC 1, 2.3.3), scalars big-endian."""

    cofactor = 1

    def __init__(self, p: int, a: int, b: int, base: tuple[int, int], order: int) -> None:
        self.p, self.a, self.b, self.base, self.order = p, a % p, b, base, order
        self.neutral: Point = None
        self.size = (p.bit_length() + 7) // 8
        self.order_size = self.scalar_size = (order.bit_length() + 7) // 8

    def add(self, one: Any, two: Any) -> Any:
        if one is None or two is None:
            return two if one is None else one
        (x, y), (u, v) = one, two
        if x == u and (y + v) % self.p == 0:
            return None
        above, below = (3 * x * x + self.a, 2 * y) if x == u else (v - y, u - x)
        slope = above * pow(below, -1, self.p)
        w = (slope * slope - x - u) % self.p
        return w, (slope * (x - w) - y) % self.p

    def negate(self, point: Any) -> Any:
        return None if point is None else (point[0], -point[1] % self.p)

    def multiply(self, k: int, point: Any) -> Any:
        result = self.neutral
        for bit in bin(k)[2:]:
            result = self.add(result, result)
            if bit == "1":
                result = self.add(result, point)
        return result

    def encode(self, point: Any) -> bytes:
        return b"\4" + b"".join(value.to_bytes(self.size, "big") for value in point)

    def decode(self, data: bytes) -> Any:
        """An element from its encoding, also compressed; ``ValueError`` if there is none."""
        if data[0] in (2, 3) and len(data) == 1 + self.size:
            x = int.from_bytes(data[1:], "big")
            y = pow((x**3 + self.a * x + self.b) % self.p, (self.p + 1) // 4, self.p)
            point = x, (y if y & 1 == data[0] & 1 else self.p - y)
        elif data[0] == 4 and len(data) == 1 + 2 * self.size:
            point = int.from_bytes(data[1 : 1 + self.size], "big"), int.from_bytes(data[1 + self.size :], "big")
        else:
            raise ValueError("no point")
        x, y = point
        if max(point) >= self.p or (y * y - x**3 - self.a * x - self.b) % self.p:
            raise ValueError("not on the curve")
        return point

    def scalar(self, data: bytes) -> int:
        return int.from_bytes(data, "big")

    def scalar_bytes(self, k: int) -> bytes:
        return k.to_bytes(self.scalar_size, "big")


class Edwards(Weierstrass):
    """a x^2 + y^2 = 1 + d x^2 y^2; elements and scalars as in RFC 8032."""

    def __init__(self, p: int, a: int, d: int, base_y: int, order: int, cofactor: int, size: int) -> None:
        self.p, self.a, self.d, self.order, self.cofactor = p, a % p, d % p, order, cofactor
        self.neutral = (0, 1)
        self.size = self.scalar_size = size
        self.order_size = (order.bit_length() + 7) // 8
        self.base = self.decode(base_y.to_bytes(size, "little"))

    def add(self, one: Any, two: Any) -> Any:
        (x, y), (u, v) = one, two
        both = self.d * x * u * y * v
        return (
            (x * v + y * u) * pow(1 + both, -1, self.p) % self.p,
            (y * v - self.a * x * u) * pow(1 - both, -1, self.p) % self.p,
        )

    def negate(self, point: Any) -> Any:
        return -point[0] % self.p, point[1]

    def encode(self, point: Any) -> bytes:
        return (point[1] | (point[0] & 1) << (8 * self.size - 1)).to_bytes(self.size, "little")

    def decode(self, data: bytes) -> Any:
        value = int.from_bytes(data, "little")
        sign, y = value >> (8 * self.size - 1), value & ((1 << (8 * self.size - 1)) - 1)
        square = (y * y - 1) * pow(self.d * y * y - self.a, -1, self.p) % self.p
        x = self._root(square)
        if len(data) != self.size or y >= self.p or x * x % self.p != square or (x == 0 and sign):
            raise ValueError("not on the curve")
        return (x if x & 1 == sign else self.p - x), y

    def _root(self, square: int) -> int:
        if self.p % 4 == 3:
            return pow(square, (self.p + 1) // 4, self.p)
        root = pow(square, (self.p + 3) // 8, self.p)
        return root if root * root % self.p == square else root * pow(2, (self.p - 1) // 4, self.p) % self.p

    def scalar(self, data: bytes) -> int:
        return int.from_bytes(data, "little")

    def scalar_bytes(self, k: int) -> bytes:
        return k.to_bytes(self.scalar_size, "little")


def _nist(p: int, b: str, x: str, y: str, order: str) -> Weierstrass:
    return Weierstrass(p, -3, int(b, 16), (int(x, 16), int(y, 16)), int(order, 16))


# SEC 2, version 2, section 2.4; RFC 8032, sections 5.1 and 5.2.
P256 = _nist(
    2**256 - 2**224 + 2**192 + 2**96 - 1,
    "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
)
P384 = _nist(
    2**384 - 2**128 - 2**96 + 2**32 - 1,
    "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
    "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
    "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
)
P521 = _nist(
    2**521 - 1,
    "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34"
    "f1ef451fd46b503f00",
    "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a42"
    "9bf97e7e31c2e5bd66",
    "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c2"
    "4088be94769fd16650",
    "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47"
    "aebb6fb71e91386409",
)
ED25519 = Edwards(
    2**255 - 19,
    -1,
    -121665 * pow(121666, -1, 2**255 - 19),
    4 * pow(5, -1, 2**255 - 19) % (2**255 - 19),
    2**252 + 0x14DEF9DEA2F79CD65812631A5CF5D3ED,
    8,
    32,
)
ED448 = Edwards(
    2**448 - 2**224 - 1,
    1,
    -39081,
    int(
        "693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14",
        16,
    ),
    2**446 - 0x8335DC163BB124B65129C96FDE933D8D723A70AADC873D6D54A7BB0D,
    4,
    57,
)


class Groups:
    """The groups by the family and size of a primitive."""

    BY_CURVE: ClassVar[dict[tuple[int, int], Weierstrass]] = {
        (0x12, 256): P256,
        (0x12, 384): P384,
        (0x12, 521): P521,
        (0x42, 255): ED25519,
        (0x42, 448): ED448,
    }
