"""Status codes, inputs of key derivations and parts of PAKE protocols."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from psa_bridge.constants.keys import DhFamily, EccFamily
from psa_bridge.constants.number import Access, Macro, Number
from psa_bridge.spec.constructors import CONSTRUCTORS
from psa_bridge.spec.values import Kind

S = TypeVar("S", bound="Status")


class Status(Number):
    """A status code, ``psa_status_t``; errors are negative, and their names here leave ``ERROR_`` out."""

    KIND = Kind.STATUS
    STRIP = "ERROR_"
    __slots__ = ()

    def __new__(cls: type[S], value: int = 0) -> S:
        """Check the range."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"Status takes an integer, not {type(value).__name__}")
        if not -(1 << 31) <= value < 1 << 31:
            raise ValueError(f"{value} is no status: it has 32 bits")
        return int.__new__(cls, value)

    SUCCESS: ClassVar[Status]
    GENERIC_ERROR: ClassVar[Status]
    NOT_PERMITTED: ClassVar[Status]
    NOT_SUPPORTED: ClassVar[Status]
    INVALID_ARGUMENT: ClassVar[Status]
    INVALID_HANDLE: ClassVar[Status]
    BAD_STATE: ClassVar[Status]
    BUFFER_TOO_SMALL: ClassVar[Status]
    ALREADY_EXISTS: ClassVar[Status]
    DOES_NOT_EXIST: ClassVar[Status]
    INSUFFICIENT_MEMORY: ClassVar[Status]
    INSUFFICIENT_STORAGE: ClassVar[Status]
    INSUFFICIENT_DATA: ClassVar[Status]
    COMMUNICATION_FAILURE: ClassVar[Status]
    STORAGE_FAILURE: ClassVar[Status]
    HARDWARE_FAILURE: ClassVar[Status]
    INSUFFICIENT_ENTROPY: ClassVar[Status]
    INVALID_SIGNATURE: ClassVar[Status]
    INVALID_PADDING: ClassVar[Status]
    CORRUPTION_DETECTED: ClassVar[Status]
    DATA_CORRUPT: ClassVar[Status]
    DATA_INVALID: ClassVar[Status]


class Step(Number):
    """What an input of a key derivation is, ``psa_key_derivation_step_t``."""

    KIND = Kind.DERIVATION_STEP
    BITS = 16
    __slots__ = ()

    SECRET: ClassVar[Step]
    OTHER_SECRET: ClassVar[Step]
    PASSWORD: ClassVar[Step]
    LABEL: ClassVar[Step]
    CONTEXT: ClassVar[Step]
    SALT: ClassVar[Step]
    INFO: ClassVar[Step]
    SEED: ClassVar[Step]
    COST: ClassVar[Step]


class PakeRole(Number):
    """The role of a participant, ``psa_pake_role_t``."""

    KIND = Kind.PAKE_ROLE
    BITS = 8
    __slots__ = ()

    NONE: ClassVar[PakeRole]
    FIRST: ClassVar[PakeRole]
    SECOND: ClassVar[PakeRole]
    CLIENT: ClassVar[PakeRole]
    SERVER: ClassVar[PakeRole]


class PakeStep(Number):
    """A part of a message, ``psa_pake_step_t``."""

    KIND = Kind.PAKE_STEP
    BITS = 8
    __slots__ = ()

    KEY_SHARE: ClassVar[PakeStep]
    ZK_PUBLIC: ClassVar[PakeStep]
    ZK_PROOF: ClassVar[PakeStep]
    CONFIRM: ClassVar[PakeStep]
    SALT: ClassVar[PakeStep]
    COMMIT: ClassVar[PakeStep]
    CONFIRM_COUNT: ClassVar[PakeStep]
    KEY_ID: ClassVar[PakeStep]


class PakeConfirmation(Number):
    """Whether the shared key is confirmed: the ``key_confirmation`` of a cipher suite."""

    KIND = Kind.PAKE_CONFIRMATION
    __slots__ = ()

    CONFIRMED_KEY: ClassVar[PakeConfirmation]
    UNCONFIRMED_KEY: ClassVar[PakeConfirmation]


class PakePrimitiveType(Number):
    """The kind of group of a PAKE, ``psa_pake_primitive_type_t``."""

    KIND = Kind.PAKE_PRIMITIVE_TYPE
    BITS = 8
    __slots__ = ()

    ECC: ClassVar[PakePrimitiveType]
    DH: ClassVar[PakePrimitiveType]


class PakePrimitive(Number):
    """A group of a PAKE, ``psa_pake_primitive_t``.

    >>> PakePrimitive.of(PakePrimitiveType.ECC, EccFamily.SECP_R1, 256)
    PSA_PAKE_PRIMITIVE(PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 256)
    """

    KIND = Kind.PAKE_PRIMITIVE
    __slots__ = ()

    type = Access[PakePrimitiveType]("PSA_PAKE_PRIMITIVE_GET_TYPE")

    @classmethod
    def of(cls, primitive_type: int, family: int, bits: int) -> PakePrimitive:
        """``PSA_PAKE_PRIMITIVE``; ``ValueError`` if an argument does not fit."""
        return Macro(cls, CONSTRUCTORS["PSA_PAKE_PRIMITIVE"])(primitive_type, family, bits)

    @property
    def family(self) -> EccFamily | DhFamily:
        """``PSA_PAKE_PRIMITIVE_GET_FAMILY``."""
        family = int(self) >> 16 & 0xFF
        return DhFamily(family) if self.type == PakePrimitiveType.DH else EccFamily(family)

    @property
    def bits(self) -> int:
        """``PSA_PAKE_PRIMITIVE_GET_BITS``."""
        return int(self) & 0xFFFF
