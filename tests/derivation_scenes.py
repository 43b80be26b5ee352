"""Scenes of derivations: a driver in the library's memory beside a secure element, and operations ready for output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from derivation_drivers import Deriver, Vault

from psa_bridge import Alg, Core, EccFamily, Key, KeyAttributes, KeyDerivation, KeyType, Usage
from psa_bridge.constants import Step

HKDF, PBKDF2 = Alg.HKDF(Alg.SHA_256), Alg.PBKDF2_HMAC(Alg.SHA_256)
COUNTER = Alg.SP800_108_COUNTER_HMAC(Alg.SHA_256)
COMBINED = Alg.KEY_AGREEMENT(Alg.ECDH, HKDF)
P256 = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
SECRET = b"\7" * 32
BOTH = Usage.DERIVE | Usage.VERIFY_DERIVATION | Usage.EXPORT


@pytest.fixture
def deriver() -> Deriver:
    return Deriver()


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def core(deriver: Deriver, vault: Vault) -> Iterator[Core]:
    with Core(deriver, vault, software=False) as made:
        yield made


def key(core: Core, lifetime: int = 0, alg: int = HKDF, key_type: int = KeyType.DERIVE, data: bytes = SECRET) -> Key:
    return core.import_key(KeyAttributes(key_type, usage=BOTH, alg=alg, lifetime=lifetime), data)


def hkdf(core: Core, secret: Key, *, info: bytes | Key = b"info", capacity: int | None = None) -> KeyDerivation:
    operation = core.key_derivation_setup(HKDF)
    if capacity is not None:
        operation.set_capacity(capacity)
    operation.input_key(Step.SECRET, secret)
    if isinstance(info, Key):
        operation.input_key(Step.INFO, info)
    else:
        operation.input_bytes(Step.INFO, info)
    return operation


def called(core: Core, call: Callable[[], Any]) -> list[str]:
    """driver:entry point, as the trace tells."""
    with core.trace() as events:
        call()
    return [f"{event.driver}:{event.entry_point}" for event in events]
