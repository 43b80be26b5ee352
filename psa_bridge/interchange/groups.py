"""The finite field groups of the API as the numbers that ``cryptography`` wants.

Their primes are 2^b - 2^(b-64) - 1 + 2^64 * (floor(2^(b-130) * c) + d), where c is pi in RFC 3526 and e in
RFC 7919, and d the smallest number that makes p and (p-1)/2 prime; the RFCs print it.  The generator is 2.
"""

from __future__ import annotations

from functools import cache

from psa_bridge.constants import DhFamily

GENERATOR = 2

_OFFSETS: dict[int, dict[int, int]] = {
    DhFamily.RFC7919: {2048: 560316, 3072: 2625351, 4096: 5736041, 6144: 15705020, 8192: 10965728},
    DhFamily.RFC3526: {1536: 741804, 2048: 124476, 3072: 1690314, 4096: 240904, 6144: 929484, 8192: 4743158},
}
_GUARD = 64  # bits beyond those that are wanted, for what the sums round away


@cache
def _e(bits: int) -> int:
    """Floor of 2^bits times e, by the sum of 1/n!."""
    term = total = 1 << bits + _GUARD
    n = 0
    while term:
        n += 1
        term //= n
        total += term
    return total >> _GUARD


@cache
def _pi(bits: int) -> int:
    """Floor of 2^bits times pi, by Machin's formula: 16 arctan(1/5) - 4 arctan(1/239)."""
    return (16 * _arctan(5, bits + _GUARD) - 4 * _arctan(239, bits + _GUARD)) >> _GUARD


def _arctan(denominator: int, bits: int) -> int:
    power = (1 << bits) // denominator
    total, n, sign = power, 1, 1
    while power:
        power //= denominator * denominator
        n, sign = n + 2, -sign
        total += sign * (power // n)
    return total


@cache
def prime(family: int, bits: int) -> int | None:
    """The prime of a group; None if the family has no group of this size."""
    offset = _OFFSETS.get(family, {}).get(bits)
    if offset is None:
        return None
    constant = _e if family == DhFamily.RFC7919 else _pi
    return (1 << bits) - (1 << bits - 64) - 1 + ((constant(bits - 130) + offset) << 64)


def of_prime(p: int, g: int) -> tuple[int, int] | None:
    """Family and size of a group; None if the API has no such group."""
    if g != GENERATOR:
        return None
    return next(((family, p.bit_length()) for family in _OFFSETS if prime(family, p.bit_length()) == p), None)
