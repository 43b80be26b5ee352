"""Drivers in C that derive: each entry point called through its image, inputs read by the callbacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from derivation_drivers import NUMBER, PEER, VENDOR

from psa_bridge import (
    Alg,
    Core,
    EccFamily,
    InsufficientData,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyDerivation,
    KeyType,
    Usage,
)
from psa_bridge.constants import Step

BUNDLE = Path(__file__).resolve().parent / "bundles" / "derive" / "bundle.toml"
ELEMENT = 0x800055 << 8
HKDF, PBKDF2 = Alg.HKDF(Alg.SHA_256), Alg.PBKDF2_HMAC(Alg.SHA_256)
P256 = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
EVERY = Usage.DERIVE | Usage.VERIFY_DERIVATION | Usage.EXPORT


@pytest.fixture(scope="module")
def core() -> Iterator[Core]:
    with Core(BUNDLE, software=False) as made:
        yield made


def fed(*pieces: bytes) -> int:
    """What the drivers make of their inputs."""
    total = 0xCBF29CE484222325
    for byte in b"".join(pieces):
        total = (total ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return total


def drawn(total: int, start: int, length: int) -> bytes:
    """A piece of the output."""
    return bytes((total >> 8 * (at % 8) ^ at) & 0xFF for at in range(start, start + length))


def key(core: Core, lifetime: int = 0, alg: int = HKDF, key_type: int = KeyType.DERIVE, data: bytes = b"secret") -> Key:
    return core.import_key(KeyAttributes(key_type, usage=EVERY, alg=alg, lifetime=lifetime), data)


def ready(core: Core, lifetime: int, capacity: int | None = None) -> KeyDerivation:
    operation = core.key_derivation_setup(HKDF)
    if capacity is not None:
        operation.set_capacity(capacity)
    operation.input_bytes(Step.SALT, b"salt")
    operation.input_key(Step.SECRET, key(core, lifetime))
    operation.input_bytes(Step.INFO, b"info")
    return operation


TOTAL = fed(b"salt", b"info", b"secret")


@pytest.mark.parametrize("lifetime", [0, ELEMENT])
def test_the_callbacks_hand_every_kind_of_input_to_a_c_driver(core: Core, lifetime: int) -> None:
    with ready(core, lifetime) as operation:
        assert operation.output_bytes(5) + operation.output_bytes(20) == drawn(TOTAL, 0, 25)
    with core.key_derivation_setup(PBKDF2) as operation:
        operation.input_integer(Step.COST, 77)
        operation.input_bytes(Step.SALT, b"salt")
        operation.input_key(Step.PASSWORD, key(core, lifetime, PBKDF2, KeyType.PASSWORD))
        assert operation.output_bytes(9) == drawn(fed(b"\x4d", b"salt", b"secret"), 0, 9)


def test_long_inputs_reach_a_c_driver_in_pieces(core: Core) -> None:
    with core.trace() as events, core.key_derivation_setup(VENDOR) as operation:
        operation.input_bytes(Step.SECRET, b"secret")
        operation.input_bytes(Step.INFO, b"one")
        operation.input_bytes(Step.INFO, b"two")
        assert operation.output_bytes(9) == drawn(fed(b"secret", b"one", b"two"), 0, 9)
    names = [event.entry_point.removeprefix("key_derivation_") for event in events]
    assert names == ["setup", "input_step", "input_step", "output_bytes", "abort"]


def test_a_c_driver_derives_a_key_without_memory_from_attempts_of_their_own(core: Core) -> None:
    with ready(core, 0) as operation, core.trace() as events:
        made = operation.output_key(KeyAttributes(P256, 256, usage=Usage.EXPORT))
        attempts = [event for event in events if event.entry_point == "derive_key"]
    assert made.export() == drawn(TOTAL, 32 * (len(attempts) - 1), 32)
    assert all(drawn(TOTAL, 32 * at, 1)[0] >= 0xC0 for at in range(len(attempts) - 1))


def test_a_c_driver_with_memory_remembers_earlier_attempts(core: Core) -> None:
    with ready(core, 0) as operation:
        made = operation.output_key(KeyAttributes(P256, 384, usage=Usage.EXPORT))
        assert operation.capacity == 255 * 32 - 3 * 48
    pieces = [drawn(TOTAL, 48 * at, 48) for at in range(3)]
    assert made.export() == bytes(a ^ b ^ c for a, b, c in zip(*pieces, strict=True))


def test_a_c_element_makes_and_compares_keys_inside(core: Core) -> None:
    with core.trace() as events, ready(core, ELEMENT, 100) as operation:
        made = operation.output_key(KeyAttributes(KeyType.AES, 128, usage=Usage.EXPORT, lifetime=ELEMENT))
        assert made.export() == drawn(TOTAL, 0, 16)
        operation.verify_bytes(drawn(TOTAL, 16, 10))
        operation.set_capacity(10)
        assert operation.output_bytes(10) == drawn(TOTAL, 26, 10)
        with pytest.raises(InsufficientData):
            operation.output_bytes(1)
    served = {event.entry_point.removeprefix("key_derivation_") for event in events if event.driver == "cvault"}
    assert {"setup", "set_capacity", "output_key", "verify_bytes", "output_bytes", "abort"} <= served


@pytest.mark.parametrize("right", [True, False])
def test_a_c_element_compares_a_password_hash_inside(core: Core, right: bool) -> None:
    total = fed(b"\1", b"salt", b"secret")
    expected = drawn(total, 0, 32) if right else bytes(32)
    with core.trace() as events, core.key_derivation_setup(PBKDF2) as operation:
        operation.input_integer(Step.COST, 1)
        operation.input_bytes(Step.SALT, b"salt")
        operation.input_key(Step.PASSWORD, key(core, ELEMENT, PBKDF2, KeyType.PASSWORD))
        hashed = key(core, ELEMENT, PBKDF2, KeyType.PASSWORD_HASH, expected)
        if right:
            operation.verify_key(hashed)
        else:
            with pytest.raises(InvalidSignature):
                operation.verify_key(hashed)
    names: list[Any] = [event.entry_point for event in events]
    assert "key_derivation_verify_key" in names
    assert "export_key" not in names


def test_a_shared_secret_stays_in_a_c_element(core: Core) -> None:
    own = core.import_key(KeyAttributes(P256, 256, usage=EVERY, alg=Alg.ECDH, lifetime=ELEMENT), NUMBER)
    shared = bytes((a + b) & 0xFF for a, b in zip(NUMBER, PEER[1:33], strict=True))
    made = own.key_agreement(PEER, Alg.ECDH, KeyAttributes(KeyType.DERIVE, usage=EVERY, alg=HKDF, lifetime=ELEMENT))
    assert made.export() == shared
    with core.key_derivation_setup(Alg.KEY_AGREEMENT(Alg.ECDH, HKDF)) as operation:
        operation.key_agreement(Step.SECRET, own, PEER)
        operation.input_bytes(Step.INFO, b"info")
        assert operation.output_bytes(12) == drawn(fed(b"info", shared), 0, 12)
