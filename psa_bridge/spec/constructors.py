"""The macros of the API that build numbers and take them apart, as data.

A constructor puts some bits of each argument somewhere, beside fixed bits, so one table says
how to build a number and how to split it again.  An accessor picks bits out.
"""

from __future__ import annotations

from dataclasses import dataclass

from psa_bridge.spec.predicates import PREDICATES
from psa_bridge.spec.values import NAMES, VALUES, Kind

ANY_HASH = VALUES["PSA_ALG_ANY_HASH"]


@dataclass(frozen=True)
class Accepts:
    """What a parameter takes.

    ``kinds`` are the kinds of names it takes; ``predicate`` narrows them down.  A parameter
    with a ``largest`` takes plain numbers as well.
    """

    label: str
    kinds: tuple[Kind, ...] = ()
    predicate: str = ""
    wildcard: bool = True
    smallest: int = 0
    largest: int = -1

    def check(self, value: int, kind: Kind | None) -> bool:
        """Whether an argument is accepted; ``kind`` is None for a plain number."""
        if kind is None:
            return self.smallest <= value <= self.largest
        if kind not in self.kinds or (not self.wildcard and value == ANY_HASH):
            return False
        return not self.predicate or PREDICATES[self.predicate](value)


_ALGORITHM = (Kind.ALGORITHM,)
_ACCEPTS: dict[str, Accepts] = {
    "hash": Accepts("a hash algorithm", _ALGORITHM, "PSA_ALG_IS_HASH", wildcard=False),
    "any_hash": Accepts("a hash algorithm or PSA_ALG_ANY_HASH", _ALGORITHM, "PSA_ALG_IS_HASH"),
    "blake2": Accepts("a BLAKE2 hash algorithm", _ALGORITHM, "PSA_ALG_IS_BLAKE2_HASH"),
    "mac": Accepts("a MAC algorithm", _ALGORITHM, "PSA_ALG_IS_MAC"),
    "aead": Accepts("an AEAD algorithm", _ALGORITHM, "PSA_ALG_IS_AEAD"),
    "ka": Accepts("a standalone key agreement algorithm", _ALGORITHM, "PSA_ALG_IS_STANDALONE_KEY_AGREEMENT"),
    "kdf": Accepts("a key derivation algorithm", _ALGORITHM, "PSA_ALG_IS_KEY_DERIVATION"),
    "combined": Accepts("a key agreement algorithm", _ALGORITHM, "PSA_ALG_IS_KEY_AGREEMENT"),
    "ecc": Accepts("an elliptic curve family", (Kind.ECC_FAMILY,)),
    "dh": Accepts("a Diffie-Hellman family", (Kind.DH_FAMILY,)),
    "slh": Accepts("an SLH-DSA family", (Kind.SLH_DSA_FAMILY,)),
    "group": Accepts("a family of groups", (Kind.ECC_FAMILY, Kind.DH_FAMILY), largest=0xFF),
    "asymmetric": Accepts("an asymmetric key type", (Kind.KEY_TYPE,), "PSA_KEY_TYPE_IS_ASYMMETRIC"),
    "key_type": Accepts("a key type", (Kind.KEY_TYPE,)),
    "any": Accepts("an algorithm", _ALGORITHM),
    "primitive": Accepts("a PAKE primitive", (Kind.PAKE_PRIMITIVE,), largest=0xFFFFFFFF),
    "lifetime": Accepts("a key lifetime", (Kind.LIFETIME,), largest=0xFFFFFFFF),
    "persistence": Accepts("a key persistence", (Kind.PERSISTENCE,), largest=0xFF),
    "location": Accepts("a key location", (Kind.LOCATION,), largest=0xFFFFFF),
    "pake_type": Accepts("a PAKE primitive type", (Kind.PAKE_PRIMITIVE_TYPE,), largest=0xFF),
    "bits": Accepts("a size of at most 65535 bits", largest=0xFFFF),
    "length64": Accepts("a length of 1 to 64", smallest=1, largest=64),
    "length63": Accepts("a length of 1 to 63", smallest=1, largest=63),
    "tag": Accepts("a tag length of 1 to 16", smallest=1, largest=16),
}


@dataclass(frozen=True)
class Parameter:
    """One argument of a constructor: ``(argument & mask) << shift`` is in the result.

    The other bits of a whole argument are ``restore``.
    """

    accepts: Accepts
    mask: int
    shift: int = 0
    restore: int = 0


@dataclass(frozen=True)
class Constructor:
    """A macro that makes a number of a kind from ``base`` and its arguments."""

    name: str
    kind: Kind
    base: int
    parameters: tuple[Parameter, ...]

    def build(self, *arguments: int) -> int:
        """The number."""
        result = self.base
        for parameter, argument in zip(self.parameters, arguments, strict=True):
            result |= (argument & parameter.mask) << parameter.shift
        return result

    def split(self, value: int) -> tuple[int, ...] | None:
        """The arguments that give ``value``; None if there are none."""
        varying = 0
        arguments = []
        for parameter in self.parameters:
            varying |= parameter.mask << parameter.shift
            arguments.append((value >> parameter.shift) & parameter.mask | parameter.restore)
        return tuple(arguments) if value & ~varying == self.base else None


_LENGTH = 0x3F8000
"""The bits of an algorithm that a MAC or tag length and its wildcard take."""

_FIELDS: dict[str, tuple[int, int, int]] = {
    "hash": (0xFF, 0, 0x02000000),
    "any_hash": (0xFF, 0, 0x02000000),
    "blake2": (0xFF, 0, 0x02000000),
    "mac": (0xFFFFFFFF & ~_LENGTH, 0, 0),
    "aead": (0xFFFFFFFF & ~_LENGTH, 0, 0x00100000),
    "ka": (0xFF7F0000, 0, 0),
    "kdf": (0x0080FFFF, 0, 0x08000000),
    "ecc": (0x7F, 0, 0),
    "dh": (0x7F, 0, 0),
    "slh": (0x7F, 0, 0),
    "persistence": (0xFF, 0, 0),
    "location": (0xFFFFFF, 8, 0),
    "pake_type": (0xFF, 24, 0),
    "group": (0xFF, 16, 0),
    "bits": (0xFFFF, 0, 0),
    "length64": (0x3F, 16, 0),
    "length63": (0x3F, 16, 0),
    "tag": (0x3F, 16, 0),
}

# name, fixed bits, parameters: the prefix of the name gives the kind.
_CONSTRUCTORS = """
PSA_ALG_HMAC                                   03800000 hash
PSA_ALG_BLAKE2_MAC                             03800300 blake2
PSA_ALG_TRUNCATED_MAC                          00000000 mac length64
PSA_ALG_AT_LEAST_THIS_LENGTH_MAC               00008000 mac length63
PSA_ALG_AEAD_WITH_SHORTENED_TAG                00000000 aead tag
PSA_ALG_AEAD_WITH_AT_LEAST_THIS_LENGTH_TAG     00008000 aead tag
PSA_ALG_HKDF                                   08000100 hash
PSA_ALG_HKDF_EXTRACT                           08000400 hash
PSA_ALG_HKDF_EXPAND                            08000500 hash
PSA_ALG_SP800_108_COUNTER_HMAC                 08000700 hash
PSA_ALG_TLS12_PRF                              08000200 hash
PSA_ALG_TLS12_PSK_TO_MS                        08000300 hash
PSA_ALG_PBKDF2_HMAC                            08800100 hash
PSA_ALG_WPA3_SAE_H2E                           08800400 any_hash
PSA_ALG_RSA_PKCS1V15_SIGN                      06000200 any_hash
PSA_ALG_RSA_PSS                                06000300 any_hash
PSA_ALG_RSA_PSS_ANY_SALT                       06001300 any_hash
PSA_ALG_ECDSA                                  06000600 any_hash
PSA_ALG_DETERMINISTIC_ECDSA                    06000700 any_hash
PSA_ALG_HASH_SLH_DSA                           06004200 any_hash
PSA_ALG_DETERMINISTIC_HASH_SLH_DSA             06004300 any_hash
PSA_ALG_HASH_ML_DSA                            06004600 any_hash
PSA_ALG_DETERMINISTIC_HASH_ML_DSA              06004700 any_hash
PSA_ALG_RSA_OAEP                               07000300 hash
PSA_ALG_KEY_AGREEMENT                          00000000 ka kdf
PSA_ALG_JPAKE                                  0a000100 hash
PSA_ALG_SPAKE2P_HMAC                           0a000400 hash
PSA_ALG_SPAKE2P_CMAC                           0a000500 hash
PSA_ALG_WPA3_SAE_FIXED                         0a000800 hash
PSA_ALG_WPA3_SAE_GDH                           0a000900 hash
PSA_KEY_TYPE_ECC_KEY_PAIR                      7100 ecc
PSA_KEY_TYPE_ECC_PUBLIC_KEY                    4100 ecc
PSA_KEY_TYPE_SLH_DSA_KEY_PAIR                  7180 slh
PSA_KEY_TYPE_SLH_DSA_PUBLIC_KEY                4180 slh
PSA_KEY_TYPE_DH_KEY_PAIR                       7200 dh
PSA_KEY_TYPE_DH_PUBLIC_KEY                     4200 dh
PSA_KEY_TYPE_SPAKE2P_KEY_PAIR                  7400 ecc
PSA_KEY_TYPE_SPAKE2P_PUBLIC_KEY                4400 ecc
PSA_KEY_TYPE_WPA3_SAE_ECC                      3280 ecc
PSA_KEY_TYPE_WPA3_SAE_DH                       3300 dh
PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION 0 persistence location
PSA_PAKE_PRIMITIVE                             0 pake_type group bits
"""


def _kind_of(name: str) -> Kind:
    if name.startswith("PSA_PAKE_"):
        return Kind.PAKE_PRIMITIVE
    return next(kind for kind in (Kind.ALGORITHM, Kind.KEY_TYPE, Kind.LIFETIME) if name.startswith(kind.prefix))


def _constructor(line: str) -> Constructor:
    name, base, *words = line.split()
    parameters = tuple(Parameter(_ACCEPTS[word], *_FIELDS[word]) for word in words)
    return Constructor(name, _kind_of(name), int(base, 16), parameters)


CONSTRUCTORS: dict[str, Constructor] = {
    constructor.name: constructor for constructor in map(_constructor, _CONSTRUCTORS.strip().splitlines())
}


@dataclass(frozen=True)
class Accessor:
    """A macro that picks ``mask`` out of a number, shifts it down, and adds fixed bits.

    ``known``: the result is 0 unless it is a constant that has a name.
    """

    name: str
    accepts: Accepts
    kind: Kind
    base: int
    mask: int
    shift: int = 0
    known: bool = False

    def pick(self, value: int) -> int:
        """What the macro gives for ``value``."""
        result = (value & self.mask) >> self.shift | self.base
        return result if not self.known or result in NAMES[self.kind] else 0


_ACCESSORS = """
PSA_ALG_GET_HASH                     any         ALGORITHM      02000000 000000ff 0 known
PSA_ALG_FULL_LENGTH_MAC              mac         ALGORITHM      00000000 ffc07fff 0
PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG aead        ALGORITHM      00100000 ffc07fff 0 known
PSA_ALG_KEY_AGREEMENT_GET_BASE       combined    ALGORITHM      00000000 ff7f0000 0
PSA_ALG_KEY_AGREEMENT_GET_KDF        combined    ALGORITHM      08000000 0080ffff 0
PSA_KEY_TYPE_KEY_PAIR_OF_PUBLIC_KEY  asymmetric  KEY_TYPE       3000     ffff     0
PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR  asymmetric  KEY_TYPE       0000     cfff     0
PSA_KEY_TYPE_ECC_GET_FAMILY          key_type    ECC_FAMILY     00       7f       0
PSA_KEY_TYPE_DH_GET_FAMILY           key_type    DH_FAMILY      00       7f       0
PSA_KEY_TYPE_SLH_DSA_GET_FAMILY      key_type    SLH_DSA_FAMILY 00       7f       0
PSA_KEY_TYPE_SPAKE2P_GET_FAMILY      key_type    ECC_FAMILY     00       7f       0
PSA_KEY_TYPE_WPA3_SAE_ECC_GET_FAMILY key_type    ECC_FAMILY     00       7f       0
PSA_KEY_TYPE_WPA3_SAE_DH_GET_FAMILY  key_type    DH_FAMILY      00       7f       0
PSA_KEY_LIFETIME_GET_PERSISTENCE     lifetime    PERSISTENCE    00       000000ff 0
PSA_KEY_LIFETIME_GET_LOCATION        lifetime    LOCATION       00       ffffff00 8
PSA_PAKE_PRIMITIVE_GET_TYPE          primitive   PAKE_PRIMITIVE_TYPE 00  ff000000 24
PSA_PAKE_PRIMITIVE_GET_FAMILY        primitive   ECC_FAMILY     00       00ff0000 16
PSA_PAKE_PRIMITIVE_GET_BITS          primitive   SIZE           00       0000ffff 0
"""


def _accessor(line: str) -> Accessor:
    name, accepts, kind, base, mask, shift, *known = line.split()
    return Accessor(name, _ACCEPTS[accepts], Kind[kind], int(base, 16), int(mask, 16), int(shift), bool(known))


ACCESSORS: dict[str, Accessor] = {
    accessor.name: accessor for accessor in map(_accessor, _ACCESSORS.strip().splitlines())
}
