"""The numbers of the PSA Crypto API 1.5 as Python objects.

Each kind is an ``int`` with the names of the specification as members, macros as callables,
predicates and accessors as properties; what is printed is what one would write in C::

    >>> Alg.ECDSA(Alg.ANY_HASH)
    PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)
    >>> KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1).is_ecc
    True

Numbers and names come from :mod:`psa_bridge.spec`.
"""

from psa_bridge.constants.algorithms import Alg
from psa_bridge.constants.keys import (
    DhFamily,
    EccFamily,
    KeyId,
    KeyType,
    Lifetime,
    Location,
    Persistence,
    SlhDsaFamily,
    Usage,
)
from psa_bridge.constants.number import Number
from psa_bridge.constants.protocol import (
    PakeConfirmation,
    PakePrimitive,
    PakePrimitiveType,
    PakeRole,
    PakeStep,
    Status,
    Step,
)
from psa_bridge.spec.encodings import EncodingError, expression
from psa_bridge.spec.values import Kind

__all__ = [
    "Alg",
    "DhFamily",
    "EccFamily",
    "EncodingError",
    "KeyId",
    "KeyType",
    "Lifetime",
    "Location",
    "Number",
    "PakeConfirmation",
    "PakePrimitive",
    "PakePrimitiveType",
    "PakeRole",
    "PakeStep",
    "Persistence",
    "SlhDsaFamily",
    "Status",
    "Step",
    "Usage",
    "algorithm_text",
    "key_type_text",
    "lifetime_text",
    "usage_text",
]


def algorithm_text(value: int) -> str:
    """The macro expression of an algorithm, or its number."""
    return expression(value, Kind.ALGORITHM)


def key_type_text(value: int) -> str:
    """The macro expression of a key type, or its number."""
    return expression(value, Kind.KEY_TYPE)


def usage_text(value: int) -> str:
    """The usage flags of a key joined by ``|``, or their number."""
    return expression(value, Kind.USAGE)


def lifetime_text(value: int) -> str:
    """The macro expression of a lifetime."""
    return expression(value, Kind.LIFETIME)
