"""Making a mechanism's call ready to be measured: key, message, and whatever the call needs beside."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psa_bridge.attributes import KeyAttributes
from psa_bridge.bench.timing import Call
from psa_bridge.constants import Lifetime, Usage
from psa_bridge.errors import NotSupported

if TYPE_CHECKING:
    from psa_bridge.bench.catalogue import Mechanism
    from psa_bridge.core import Core
    from psa_bridge.keys import Key

_NONCE_SIZE = 12
_DIGEST_SIZES = {"SHA_256": 32, "SHA_384": 48, "SHA_512": 64}

_USAGE = (
    Usage.SIGN_MESSAGE
    | Usage.VERIFY_MESSAGE
    | Usage.SIGN_HASH
    | Usage.VERIFY_HASH
    | Usage.ENCRYPT
    | Usage.DECRYPT
    | Usage.DERIVE
)


def attributes(mechanism: Mechanism, location: int = 0) -> KeyAttributes:
    """Those of a key for a mechanism: volatile, for every use."""
    lifetime = Lifetime(location << 8)
    return KeyAttributes(mechanism.type, mechanism.bits, usage=_USAGE, alg=mechanism.alg, lifetime=lifetime)


def make_key(core: Core, mechanism: Mechanism, location: int = 0) -> Key | None:
    """A key for a mechanism, made where it is to be; imported where that cannot make it. None if it needs none.

    Raises:
        PsaError: the driver of the location can neither generate nor import such a key.
    """
    if not mechanism.key_type or mechanism.call == "generate_key":
        return None
    wanted = attributes(mechanism, location)
    try:
        return core.generate_key(wanted)
    except NotSupported:
        return core.import_key(replace(wanted, bits=0), _material(mechanism))


def _material(mechanism: Mechanism) -> bytes:
    """A key as it is imported: any bytes, or what the software makes."""
    if "_KEY_PAIR" not in mechanism.key_type:
        return os.urandom(mechanism.bits // 8)
    from psa_bridge.core import Core  # noqa: PLC0415

    wanted = attributes(mechanism)
    with Core() as software:
        return software.generate_key(replace(wanted, usage=wanted.usage | Usage.EXPORT)).export()


def _digest(mechanism: Mechanism) -> bytes:
    size = next((size for name, size in _DIGEST_SIZES.items() if name in mechanism.algorithm), 32)
    return os.urandom(size)


def _keyless(core: Core, mechanism: Mechanism, key: Any, text: bytes) -> Call:
    return Call(core.hash_compute, (mechanism.alg, text))


def _one_way(core: Core, mechanism: Mechanism, key: Any, text: bytes) -> Call:
    return Call(getattr(core, mechanism.call), (key, mechanism.alg, text))


def _mac_verify(core: Core, mechanism: Mechanism, key: Any, text: bytes) -> Call:
    return Call(core.mac_verify, (key, mechanism.alg, text, core.mac_compute(key, mechanism.alg, text)))


def _cipher_decrypt(core: Core, mechanism: Mechanism, key: Any, text: bytes) -> Call:
    return Call(core.cipher_decrypt, (key, mechanism.alg, core.cipher_encrypt(key, mechanism.alg, text)))


def _aead_encrypt(core: Core, mechanism: Mechanism, key: Any, text: bytes) -> Call:
    # One nonce again and again: the times are wanted, and the key is thrown away.
    return Call(core.aead_encrypt, (key, mechanism.alg, bytes(_NONCE_SIZE), b"", text))


def _aead_decrypt(core: Core, mechanism: Mechanism, key: Any, text: bytes) -> Call:
    nonce = bytes(_NONCE_SIZE)
    return Call(
        core.aead_decrypt, (key, mechanism.alg, nonce, b"", core.aead_encrypt(key, mechanism.alg, nonce, b"", text))
    )


def _sign(core: Core, mechanism: Mechanism, key: Any, text: bytes) -> Call:
    content = _digest(mechanism) if mechanism.call.endswith("_hash") else bytes(32)
    return Call(getattr(core, mechanism.call), (key, mechanism.alg, content))


def _verify(core: Core, mechanism: Mechanism, key: Any, text: bytes) -> Call:
    content = _digest(mechanism) if mechanism.call.endswith("_hash") else bytes(32)
    signature = getattr(core, mechanism.call.replace("verify", "sign"))(key, mechanism.alg, content)
    return Call(getattr(core, mechanism.call), (key, mechanism.alg, content, signature))


def _agree(core: Core, mechanism: Mechanism, key: Any, text: bytes) -> Call:
    return Call(core.raw_key_agreement, (mechanism.alg, key, key.export_public()))


def _generate(core: Core, mechanism: Mechanism, key: Any, text: bytes) -> Call:
    return Call(_make_and_destroy, (core, key))


def _make_and_destroy(core: Core, wanted: KeyAttributes) -> None:
    core.generate_key(wanted).destroy()


def _random(core: Core, mechanism: Mechanism, key: Any, text: bytes) -> Call:
    return Call(core.generate_random, (len(text),))


_READY: dict[str, Callable[[Any, Mechanism, Any, bytes], Call]] = {
    "hash_compute": _keyless,
    "mac_compute": _one_way,
    "mac_verify": _mac_verify,
    "cipher_encrypt": _one_way,
    "cipher_decrypt": _cipher_decrypt,
    "aead_encrypt": _aead_encrypt,
    "aead_decrypt": _aead_decrypt,
    "sign_hash": _sign,
    "sign_message": _sign,
    "verify_hash": _verify,
    "verify_message": _verify,
    "raw_key_agreement": _agree,
    "generate_key": _generate,
    "generate_random": _random,
}


def ready(core: Core, mechanism: Mechanism, key: Key | None, size: int, location: int = 0) -> Call:
    """The call of a mechanism for a message of a size in bytes.

    Raises:
        PsaError: what it needs cannot be made.
    """
    subject = attributes(mechanism, location) if mechanism.call == "generate_key" else key
    return _READY[mechanism.call](core, mechanism, subject, os.urandom(size))
