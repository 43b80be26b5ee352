"""PSA Crypto for Python, and a workbench for PSA cryptoprocessor drivers.

Give it a driver (a description, headers, object files): it builds the glue, puts the driver
behind a complete PSA Crypto core and hands you the whole as Python objects.

>>> import psa_bridge
>>> from psa_bridge import Alg, Core
>>> with Core() as core:
...     core.hash_compute(Alg.SHA_256, b"abc").hex()[:16]
'ba7816bf8f01cfea'

Nothing is loaded before it is used: importing the package alone does not load the compiled core.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psa_bridge.attributes import KeyAttributes
    from psa_bridge.constants import Alg, DhFamily, EccFamily, KeyType, Lifetime, Usage
    from psa_bridge.constants.protocol import (
        PakeConfirmation,
        PakePrimitive,
        PakePrimitiveType,
        PakeRole,
        PakeStep,
        Step,
    )
    from psa_bridge.core import BuiltinKey, Core, DriverInfo
    from psa_bridge.errors import (
        AlreadyExists,
        BadState,
        BufferTooSmall,
        CommunicationFailure,
        CorruptionDetected,
        DataCorrupt,
        DataInvalid,
        DoesNotExist,
        GenericError,
        HardwareFailure,
        InsufficientData,
        InsufficientEntropy,
        InsufficientMemory,
        InsufficientStorage,
        InvalidArgument,
        InvalidHandle,
        InvalidPadding,
        InvalidSignature,
        NotPermitted,
        NotSupported,
        PsaError,
        StorageFailure,
    )
    from psa_bridge.files import ProgressBar
    from psa_bridge.keys import Key
    from psa_bridge.ops.aead import AeadOperation
    from psa_bridge.ops.cipher import CipherOperation
    from psa_bridge.ops.derivation import KeyDerivation
    from psa_bridge.ops.hash import HashOperation
    from psa_bridge.ops.mac import MacOperation
    from psa_bridge.ops.pake import PakeCipherSuite, PakeOperation
    from psa_bridge.ops.sign_parts import SignOperation, VerifyOperation
    from psa_bridge.ops.xof import XofOperation
    from psa_bridge.python_driver import PythonDriver
    from psa_bridge.storage import MemoryStorage
    from psa_bridge.trace import TraceEvent

__version__ = "0.1.0"

__all__ = [
    "AeadOperation",
    "Alg",
    "AlreadyExists",
    "BadState",
    "BufferTooSmall",
    "BuiltinKey",
    "CipherOperation",
    "CommunicationFailure",
    "Core",
    "CorruptionDetected",
    "DataCorrupt",
    "DataInvalid",
    "DhFamily",
    "DoesNotExist",
    "DriverInfo",
    "EccFamily",
    "GenericError",
    "HardwareFailure",
    "HashOperation",
    "InsufficientData",
    "InsufficientEntropy",
    "InsufficientMemory",
    "InsufficientStorage",
    "InvalidArgument",
    "InvalidHandle",
    "InvalidPadding",
    "InvalidSignature",
    "Key",
    "KeyAttributes",
    "KeyDerivation",
    "KeyType",
    "Lifetime",
    "MacOperation",
    "MemoryStorage",
    "NotPermitted",
    "NotSupported",
    "PakeCipherSuite",
    "PakeConfirmation",
    "PakeOperation",
    "PakePrimitive",
    "PakePrimitiveType",
    "PakeRole",
    "PakeStep",
    "ProgressBar",
    "PsaError",
    "PythonDriver",
    "SignOperation",
    "Step",
    "StorageFailure",
    "TraceEvent",
    "Usage",
    "VerifyOperation",
    "XofOperation",
    "__version__",
]

_HOMES = {
    "attributes": "KeyAttributes",
    "constants": "Alg DhFamily EccFamily KeyType Lifetime Usage",
    "core": "BuiltinKey Core DriverInfo",
    "errors": "AlreadyExists BadState BufferTooSmall CommunicationFailure CorruptionDetected DataCorrupt DataInvalid "
    "DoesNotExist GenericError HardwareFailure InsufficientData InsufficientEntropy InsufficientMemory "
    "InsufficientStorage InvalidArgument InvalidHandle InvalidPadding InvalidSignature NotPermitted NotSupported "
    "PsaError StorageFailure",
    "files": "ProgressBar",
    "keys": "Key",
    "ops.aead": "AeadOperation",
    "ops.cipher": "CipherOperation",
    "ops.derivation": "KeyDerivation",
    "ops.hash": "HashOperation",
    "constants.protocol": "PakeConfirmation PakePrimitive PakePrimitiveType PakeRole PakeStep Step",
    "ops.mac": "MacOperation",
    "ops.pake": "PakeCipherSuite PakeOperation",
    "ops.sign_parts": "SignOperation VerifyOperation",
    "ops.xof": "XofOperation",
    "python_driver": "PythonDriver",
    "storage": "MemoryStorage",
    "trace": "TraceEvent",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
