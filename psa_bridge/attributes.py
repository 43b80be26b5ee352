"""Key attributes. Section 9.1 of the PSA Crypto API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from psa_bridge._native import ffi
from psa_bridge.constants import Alg, KeyId, KeyType, Lifetime, Usage

_BITS = {"type": 16, "bits": 32, "usage": 32, "alg": 32, "id": 32, "lifetime": 32}
"""Width of each field in C."""

_KINDS: Mapping[str, Callable[[int], int]] = {
    "type": KeyType,
    "bits": int,
    "usage": Usage,
    "alg": Alg,
    "id": KeyId,
    "lifetime": Lifetime,
}


@dataclass(frozen=True, init=False, repr=False)
class KeyAttributes:
    """What a key is and what it may be used for.

    Attributes:
        type: key type, such as ``KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)``.
        bits: key size in bits; 0 on import takes the size from the data.
        usage: usage flags, such as ``Usage.SIGN_HASH | Usage.EXPORT``.
        alg: the algorithm that the policy permits; 0 permits none.
        id: identifier of a persistent key; 0 for a volatile key, which gets its own.
        lifetime: persistence and location; 0 is volatile in the core.

    Numbers print as the macro expression they stand for:

    >>> from psa_bridge import Alg, KeyType, EccFamily
    >>> KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), bits=256, alg=Alg.ECDSA(Alg.SHA_256))
    KeyAttributes(type=PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), bits=256, alg=PSA_ALG_ECDSA(PSA_ALG_SHA_256))
    """

    type: KeyType
    bits: int
    usage: Usage
    alg: Alg
    id: KeyId
    lifetime: Lifetime

    def __init__(
        self,
        type: int,  # noqa: A002 - the specification's word
        bits: int = 0,
        *,
        usage: int = 0,
        alg: int = 0,
        id: int = 0,  # noqa: A002
        lifetime: int = 0,
    ) -> None:
        given = {"type": type, "bits": bits, "usage": usage, "alg": alg, "id": id, "lifetime": lifetime}
        for name, value in given.items():
            if not isinstance(value, int) or isinstance(value, bool):
                raise TypeError(f"{name} has to be an integer, not {value.__class__.__name__}")
            if not 0 <= value < 1 << _BITS[name]:
                raise ValueError(f"{name} is {value}, which does not fit {_BITS[name]} bits")
            object.__setattr__(self, name, _KINDS[name](value))

    def __repr__(self) -> str:
        given = (f"{name}={getattr(self, name)!r}" for name in _BITS if name == "type" or getattr(self, name))
        return f"KeyAttributes({', '.join(given)})"

    @property
    def location(self) -> int:
        """Where the key is: 0 is the core itself, anything else a secure element."""
        return self.lifetime >> 8

    @property
    def persistence(self) -> int:
        """How long the key lives: 0 is volatile, 1 the default persistence, 255 read-only."""
        return self.lifetime & 0xFF

    @property
    def volatile(self) -> bool:
        """Whether the key goes when the core goes."""
        return self.persistence == 0

    def to_c(self) -> Any:
        """A new ``psa_key_attributes_t *`` with these values."""
        fields = ("id", "lifetime", "usage", "alg", "bits", "type")
        return ffi.new("psab_attributes_t *", {name: int(getattr(self, name)) for name in fields})

    @classmethod
    def from_c(cls, attributes: Any) -> KeyAttributes:
        """The values of a ``psa_key_attributes_t *``, or of :class:`~psa_bridge.packed.Attributes`."""
        return cls(**{name: getattr(attributes, name) for name in _BITS})
