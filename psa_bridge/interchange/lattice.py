"""ML-DSA (FIPS 204) and ML-KEM (FIPS 203) in ``cryptography``. Key pairs are their seeds on both sides."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from psa_bridge.constants import KeyType

if TYPE_CHECKING:
    from typing_extensions import Buffer

_NAMES: dict[tuple[KeyType, int], str] = {
    (KeyType.ML_DSA_KEY_PAIR, 128): "mldsa.MLDSA44",
    (KeyType.ML_DSA_KEY_PAIR, 192): "mldsa.MLDSA65",
    (KeyType.ML_DSA_KEY_PAIR, 256): "mldsa.MLDSA87",
    (KeyType.ML_KEM_KEY_PAIR, 512): "mlkem.MLKEM512",
    (KeyType.ML_KEM_KEY_PAIR, 768): "mlkem.MLKEM768",
    (KeyType.ML_KEM_KEY_PAIR, 1024): "mlkem.MLKEM1024",
}


def key_class(kind: KeyType, bits: int) -> Any:
    """The class of a kind of key; None if this version of the package has none."""
    pair = kind.key_pair if kind.is_asymmetric else kind
    module, _, name = _NAMES.get((pair, bits), "").partition(".")
    if not name:
        return None
    try:
        found = importlib.import_module(f"cryptography.hazmat.primitives.asymmetric.{module}")
    except ImportError:
        return None
    return getattr(found, f"{name}{'PublicKey' if kind.is_public_key else 'PrivateKey'}", None)


def of_object(key: Any) -> tuple[KeyType, int] | None:
    """Type and size of a key object; None if it is no such key."""
    for pair, bits in _NAMES:
        for kind in (pair, pair.public_key):
            cls = key_class(kind, bits)
            if cls is not None and isinstance(key, cls):
                return kind, bits
    return None


def key_object(kind: KeyType, bits: int, data: Buffer) -> Any:
    """The object for a key; None if there is no class for it."""
    cls = key_class(kind, bits)
    if cls is None:
        return None
    return cls.from_public_bytes(bytes(data)) if kind.is_public_key else cls.from_seed_bytes(data)
