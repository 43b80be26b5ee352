"""Key types, families, usage flags, lifetimes and identifiers, section 9 of the PSA Crypto API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Protocol

from psa_bridge.constants.number import Access, Number, Test
from psa_bridge.spec.values import Kind


class EccFamily(Number):
    """A family of elliptic curves, ``psa_ecc_family_t``; with a size it names a curve.

    >>> KeyType.ECC_PUBLIC_KEY(EccFamily.TWISTED_EDWARDS).ecc_family
    PSA_ECC_FAMILY_TWISTED_EDWARDS
    """

    KIND = Kind.ECC_FAMILY
    BITS = 8
    __slots__ = ()

    SECP_K1: ClassVar[EccFamily]
    SECP_R1: ClassVar[EccFamily]
    SECP_R2: ClassVar[EccFamily]
    SECT_K1: ClassVar[EccFamily]
    SECT_R1: ClassVar[EccFamily]
    SECT_R2: ClassVar[EccFamily]
    BRAINPOOL_P_R1: ClassVar[EccFamily]
    FRP: ClassVar[EccFamily]
    MONTGOMERY: ClassVar[EccFamily]
    TWISTED_EDWARDS: ClassVar[EccFamily]


class DhFamily(Number):
    """A family of finite field Diffie-Hellman groups, ``psa_dh_family_t``; with a size it names a group.

    >>> KeyType.DH_KEY_PAIR(DhFamily.RFC7919)
    PSA_KEY_TYPE_DH_KEY_PAIR(PSA_DH_FAMILY_RFC7919)
    """

    KIND = Kind.DH_FAMILY
    BITS = 8
    __slots__ = ()

    RFC7919: ClassVar[DhFamily]
    RFC3526: ClassVar[DhFamily]


class SlhDsaFamily(Number):
    """A family of SLH-DSA parameter sets, ``psa_slh_dsa_family_t``."""

    KIND = Kind.SLH_DSA_FAMILY
    BITS = 8
    __slots__ = ()

    SHA2_S: ClassVar[SlhDsaFamily]
    SHA2_F: ClassVar[SlhDsaFamily]
    SHAKE_S: ClassVar[SlhDsaFamily]
    SHAKE_F: ClassVar[SlhDsaFamily]


class OfFamily(Protocol):
    """A constructor that takes a family."""

    def __call__(self, family: int, /) -> KeyType:
        """The key type; ``ValueError`` if the argument is no family of the right kind."""


class KeyType(Number):
    """A key type, ``psa_key_type_t``.

    >>> KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1).public_key
    PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1)
    """

    KIND = Kind.KEY_TYPE
    BITS = 16
    __slots__ = ()

    NONE: ClassVar[KeyType]
    RAW_DATA: ClassVar[KeyType]
    DERIVE: ClassVar[KeyType]
    PASSWORD: ClassVar[KeyType]
    PASSWORD_HASH: ClassVar[KeyType]
    PEPPER: ClassVar[KeyType]
    HMAC: ClassVar[KeyType]
    AES: ClassVar[KeyType]
    ARIA: ClassVar[KeyType]
    DES: ClassVar[KeyType]
    CAMELLIA: ClassVar[KeyType]
    SM4: ClassVar[KeyType]
    ARC4: ClassVar[KeyType]
    CHACHA20: ClassVar[KeyType]
    XCHACHA20: ClassVar[KeyType]
    ASCON: ClassVar[KeyType]
    BLAKE2: ClassVar[KeyType]
    RSA_KEY_PAIR: ClassVar[KeyType]
    RSA_PUBLIC_KEY: ClassVar[KeyType]
    LMS_PUBLIC_KEY: ClassVar[KeyType]
    HSS_PUBLIC_KEY: ClassVar[KeyType]
    XMSS_PUBLIC_KEY: ClassVar[KeyType]
    XMSS_MT_PUBLIC_KEY: ClassVar[KeyType]
    ML_DSA_KEY_PAIR: ClassVar[KeyType]
    ML_DSA_PUBLIC_KEY: ClassVar[KeyType]
    ML_KEM_KEY_PAIR: ClassVar[KeyType]
    ML_KEM_PUBLIC_KEY: ClassVar[KeyType]

    ECC_KEY_PAIR: ClassVar[OfFamily]
    ECC_PUBLIC_KEY: ClassVar[OfFamily]
    SLH_DSA_KEY_PAIR: ClassVar[OfFamily]
    SLH_DSA_PUBLIC_KEY: ClassVar[OfFamily]
    DH_KEY_PAIR: ClassVar[OfFamily]
    DH_PUBLIC_KEY: ClassVar[OfFamily]
    SPAKE2P_KEY_PAIR: ClassVar[OfFamily]
    SPAKE2P_PUBLIC_KEY: ClassVar[OfFamily]
    WPA3_SAE_ECC: ClassVar[OfFamily]
    WPA3_SAE_DH: ClassVar[OfFamily]

    key_pair = Access["KeyType"]("PSA_KEY_TYPE_KEY_PAIR_OF_PUBLIC_KEY")
    public_key = Access["KeyType"]("PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR")
    ecc_family = Access[EccFamily]("PSA_KEY_TYPE_ECC_GET_FAMILY")
    dh_family = Access[DhFamily]("PSA_KEY_TYPE_DH_GET_FAMILY")
    slh_dsa_family = Access[SlhDsaFamily]("PSA_KEY_TYPE_SLH_DSA_GET_FAMILY")
    spake2p_family = Access[EccFamily]("PSA_KEY_TYPE_SPAKE2P_GET_FAMILY")
    wpa3_sae_ecc_family = Access[EccFamily]("PSA_KEY_TYPE_WPA3_SAE_ECC_GET_FAMILY")
    wpa3_sae_dh_family = Access[DhFamily]("PSA_KEY_TYPE_WPA3_SAE_DH_GET_FAMILY")

    is_unstructured = Test()
    is_asymmetric = Test()
    is_public_key = Test()
    is_key_pair = Test()
    is_rsa = Test()
    is_ml_dsa = Test()
    is_ml_kem = Test()
    is_ecc = Test()
    is_ecc_key_pair = Test()
    is_ecc_public_key = Test()
    is_slh_dsa = Test()
    is_slh_dsa_key_pair = Test()
    is_slh_dsa_public_key = Test()
    is_dh = Test()
    is_dh_key_pair = Test()
    is_dh_public_key = Test()
    is_spake2p = Test()
    is_spake2p_key_pair = Test()
    is_spake2p_public_key = Test()
    is_wpa3_sae_ecc = Test()
    is_wpa3_sae_dh = Test()


class Usage(Number):
    """What a key may be used for, ``psa_key_usage_t``: flags to be joined with ``|``.

    >>> usage = Usage.SIGN_HASH | Usage.EXPORT
    >>> usage, Usage.EXPORT in usage
    (PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH, True)
    """

    KIND = Kind.USAGE
    __slots__ = ()

    EXPORT: ClassVar[Usage]
    COPY: ClassVar[Usage]
    CACHE: ClassVar[Usage]
    DERIVE_PUBLIC: ClassVar[Usage]
    ENCRYPT: ClassVar[Usage]
    DECRYPT: ClassVar[Usage]
    SIGN_MESSAGE: ClassVar[Usage]
    VERIFY_MESSAGE: ClassVar[Usage]
    SIGN_HASH: ClassVar[Usage]
    VERIFY_HASH: ClassVar[Usage]
    DERIVE: ClassVar[Usage]
    VERIFY_DERIVATION: ClassVar[Usage]
    WRAP: ClassVar[Usage]
    UNWRAP: ClassVar[Usage]

    def __or__(self, other: int) -> Usage:
        return Usage(int(self) | other)

    __ror__ = __or__

    def __and__(self, other: int) -> Usage:
        return Usage(int(self) & other)

    __rand__ = __and__

    def __invert__(self) -> Usage:
        return Usage(~int(self) & 0xFFFFFFFF)

    def __contains__(self, flag: int) -> bool:
        """Whether every bit of ``flag`` is set."""
        return int(self) & flag == flag

    def __iter__(self) -> Iterator[Usage]:
        """The flags that are set, lowest first."""
        return (Usage(1 << bit) for bit in range(32) if int(self) >> bit & 1)


class Persistence(Number):
    """How long a key lives, ``psa_key_persistence_t``."""

    KIND = Kind.PERSISTENCE
    BITS = 8
    __slots__ = ()

    VOLATILE: ClassVar[Persistence]
    DEFAULT: ClassVar[Persistence]
    READ_ONLY: ClassVar[Persistence]


class Location(Number):
    """Where a key lives, ``psa_key_location_t``; 24 bits of it are in a lifetime."""

    KIND = Kind.LOCATION
    BITS = 24
    __slots__ = ()

    LOCAL_STORAGE: ClassVar[Location]
    PRIMARY_SECURE_ELEMENT: ClassVar[Location]


class FromPersistenceAndLocation(Protocol):
    """The constructor of lifetimes."""

    def __call__(self, persistence: int, location: int, /) -> Lifetime:
        """The lifetime; ``ValueError`` if an argument is out of range."""


class Lifetime(Number):
    """Persistence and location of a key, ``psa_key_lifetime_t``.

    >>> Lifetime.FROM_PERSISTENCE_AND_LOCATION(Persistence.DEFAULT, 0x800001).location
    0x800001
    """

    KIND = Kind.LIFETIME
    __slots__ = ()

    VOLATILE: ClassVar[Lifetime]
    PERSISTENT: ClassVar[Lifetime]

    FROM_PERSISTENCE_AND_LOCATION: ClassVar[FromPersistenceAndLocation]

    persistence = Access[Persistence]("PSA_KEY_LIFETIME_GET_PERSISTENCE")
    location = Access[Location]("PSA_KEY_LIFETIME_GET_LOCATION")

    is_volatile = Test()


class KeyId(Number):
    """A key identifier, ``psa_key_id_t``: the limits of its ranges."""

    KIND = Kind.KEY_ID
    __slots__ = ()

    NULL: ClassVar[KeyId]
    USER_MIN: ClassVar[KeyId]
    USER_MAX: ClassVar[KeyId]
    VENDOR_MIN: ClassVar[KeyId]
    VENDOR_MAX: ClassVar[KeyId]
