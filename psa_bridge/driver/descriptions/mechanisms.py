"""Algorithm and key type specifications: parsed, checked against the Crypto API, evaluated.

An algorithm specification is an algorithm macro or a call of one with algorithms and numbers.
A key type specification is a key type macro or a call of one with a family, or with ``_`` for
every family.  Wildcards of key policies are allowed, where a policy allows them.

Algorithms of vendors go beyond the interface: they are numbers with the vendor bit, or constant
expressions with macros of the driver's headers, which are evaluated when these are compiled.
"""

from __future__ import annotations

import re

from psa_bridge.driver.descriptions.expressions import parse_constant
from psa_bridge.driver.descriptions.model import VENDOR_ALGORITHM, AlgorithmSpec, KeyTypeSpec
from psa_bridge.driver.descriptions.tokens import ExpressionError, Tokens
from psa_bridge.driver.findings import Place
from psa_bridge.spec import encodings
from psa_bridge.spec.constructors import CONSTRUCTORS
from psa_bridge.spec.encodings import EncodingError
from psa_bridge.spec.predicates import PREDICATES
from psa_bridge.spec.values import CONSTANTS, Kind

MAX_LENGTH = 300
_ALL_BITS = 0xFFFF
_ANY_FAMILY = re.compile(r"([A-Za-z0-9_]+)\( *_ *\)\Z")
_SUFFIXED = re.compile(r"\b[0-9][0-9A-Fa-fxX]*[uUlL]")
_NUMBER = re.compile(r"(0[xX][0-9A-Fa-f]+|[1-9][0-9]*)\Z")
_NAME = re.compile(r"\b[A-Za-z_][A-Za-z0-9_]*")
_HIGHEST = 0xFFFFFFFF
_VENDOR = "PSA_ALG_VENDOR_"


def parse_algorithm(text: str, place: Place | None = None) -> AlgorithmSpec:
    """Read an algorithm specification; ``ExpressionError`` says what is wrong."""
    normalized = _normalized(text, "PSA_ALG_")
    if of_headers(normalized):
        return AlgorithmSpec(parse_constant(normalized).text, None, place=place or Place())
    if _NUMBER.match(normalized):
        return vendor_algorithm(int(normalized, 0), place)
    value = _evaluate(normalized, Kind.ALGORITHM)
    if value == 0:
        raise ExpressionError(f"{normalized} matches nothing", "remove it")
    return AlgorithmSpec(normalized, value, is_wildcard(value), place or Place())


def vendor_algorithm(value: int, place: Place | None = None) -> AlgorithmSpec:
    """An algorithm by its number; ``ExpressionError`` if it is not a vendor's."""
    if not VENDOR_ALGORITHM <= value <= _HIGHEST:
        known = CONSTANTS[Kind.ALGORITHM].items()
        name = next((macro for macro, number in known if number == value and value), "a PSA_ALG_ macro")
        raise ExpressionError(
            f"{value:#x} is no algorithm of a vendor, which are numbers from {VENDOR_ALGORITHM:#x}", f"write {name}"
        )
    return AlgorithmSpec(f"0x{value:08x}", value, is_wildcard(value), place or Place())


def of_headers(text: str) -> bool:
    """Whether a specification uses macros that are not of the Crypto API, nor look as if they were meant to be."""
    unknown = [name for name in _NAME.findall(text) if not encodings.is_name(name)]
    own = [name for name in unknown if name.startswith(_VENDOR) or not name.upper().startswith("PSA_")]
    return bool(unknown) and own == unknown and not any(encodings.is_name(f"PSA_ALG_{name}") for name in own)


def likely_meant(text: str) -> str:
    """What a specification that is left to the headers was perhaps meant to be; empty if nothing is like it."""
    if _VENDOR in text:
        return ""
    try:
        _evaluate(text, Kind.ALGORITHM)
    except ExpressionError as error:
        return error.remedy if error.remedy.startswith("did you mean") else ""
    return ""


def parse_key_type(text: str, place: Place | None = None) -> KeyTypeSpec:
    """Read a key type specification; ``ExpressionError`` says what is wrong."""
    normalized = _normalized(text, "PSA_KEY_TYPE_")
    every_family = _ANY_FAMILY.match(normalized)
    if every_family is not None:
        return _any_family(normalized, every_family.group(1), place or Place())
    value = _evaluate(normalized, Kind.KEY_TYPE)
    if value == 0:
        raise ExpressionError(f"{normalized} matches nothing", "remove it")
    return KeyTypeSpec(normalized, value, _ALL_BITS, normalized, place or Place())


def is_wildcard(value: int) -> bool:
    """Whether an algorithm is a wildcard of key policies."""
    return PREDICATES["PSA_ALG_IS_WILDCARD"](value)


def _normalized(text: str, start: str) -> str:
    """The text written from its tokens, so that nothing but macros, numbers and commas is in it."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"a specification of {len(text)} characters", f"at most {MAX_LENGTH} are allowed")
    normalized = Tokens(text).normalized
    if not normalized:
        raise ExpressionError("an empty specification", f"write a {start} macro")
    if _SUFFIXED.search(normalized):
        raise ExpressionError("a number has a suffix", "write it without")
    return normalized


def _evaluate(text: str, kind: Kind) -> int:
    try:
        value, found = encodings.parse(text)
    except EncodingError as error:
        raise ExpressionError(error.message, error.remedy) from None
    if found is not kind:
        raise ExpressionError(
            f"{text[:80]!a} is {_a(found.label) if found else 'a number'}, not {_a(kind.label)}",
            f"write a {kind.prefix} macro",
        )
    return value


def _any_family(text: str, name: str, place: Place) -> KeyTypeSpec:
    constructor = CONSTRUCTORS.get(name)
    if constructor is None or constructor.kind is not Kind.KEY_TYPE:
        # The error for the name alone is the right one, unless the name exists without a family.
        _evaluate(f"{name}(PSA_ECC_FAMILY_SECP_R1)", Kind.KEY_TYPE)
        raise ExpressionError(f"{name} is no key type with a family", "write a key type macro")
    mask = _ALL_BITS & ~constructor.parameters[0].mask
    return KeyTypeSpec(text, constructor.base, mask, f"{name}(0)", place)


def _a(label: str) -> str:
    return f"{'an' if label[0] in 'aeiou' else 'a'} {label}"
