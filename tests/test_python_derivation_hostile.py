"""Derivations by drivers written in Python: key agreement inside, keys that vanish, and drivers that lie."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import derivation_scenes
import pytest
from derivation_drivers import (
    ELEMENT,
    NUMBER,
    PEER,
    SHARED,
    Deriver,
    Plain,
    Stream,
    Vault,
    stream,
)
from derivation_scenes import (
    BOTH,
    COMBINED,
    HKDF,
    P256,
    SECRET,
    hkdf,
    key,
)

from psa_bridge import (
    Alg,
    BadState,
    Core,
    InvalidArgument,
    InvalidHandle,
    Key,
    KeyAttributes,
    KeyType,
    PsaError,
    PythonDriver,
    Usage,
)
from psa_bridge.constants import Step
from psa_bridge.packed import KdfInputs

core, deriver, vault = derivation_scenes.core, derivation_scenes.deriver, derivation_scenes.vault


# Key agreement


def pair(core: Core, lifetime: int = 0, alg: int = Alg.ECDH) -> Key:
    return core.import_key(KeyAttributes(P256, 256, usage=BOTH, alg=alg, lifetime=lifetime), NUMBER)


@pytest.mark.parametrize("own_at", [0, ELEMENT])
@pytest.mark.parametrize("made_at", [0, ELEMENT])
def test_a_shared_secret_stays_where_it_can(core: Core, vault: Vault, own_at: int, made_at: int) -> None:
    attributes = KeyAttributes(KeyType.DERIVE, usage=BOTH, alg=HKDF, lifetime=made_at)
    with pair(core, own_at).key_agreement(PEER, Alg.ECDH, attributes) as made:
        assert made.attributes.bits == 256
        assert made.export() == SHARED
    assert ("key_agreement_to_key" in vault.calls) == bool(own_at and made_at)


@pytest.mark.parametrize("key_type", [KeyType.DERIVE, KeyType.RAW_DATA, KeyType.HMAC, KeyType.PASSWORD])
def test_a_shared_secret_is_a_key_of_these_types(core: Core, key_type: KeyType) -> None:
    with pair(core).key_agreement(PEER, Alg.ECDH, KeyAttributes(key_type, 256, usage=Usage.EXPORT)) as made:
        assert made.export() == SHARED


def test_a_shared_secret_is_no_key_of_another_type_or_size(core: Core) -> None:
    for attributes in (KeyAttributes(KeyType.AES, 256), KeyAttributes(KeyType.DERIVE, 128)):
        with pytest.raises(InvalidArgument):
            pair(core).key_agreement(PEER, Alg.ECDH, attributes)


def test_an_agreement_inside_of_a_derivation_stays_in_the_element(core: Core, vault: Vault) -> None:
    with core.key_derivation_setup(COMBINED) as operation:
        operation.key_agreement(Step.SECRET, pair(core, ELEMENT), PEER)
        operation.input_bytes(Step.INFO, b"info")
        assert operation.output_bytes(20) == stream((Step.SECRET, SHARED), (Step.INFO, b"info")).take(20)
        operation.output_key(KeyAttributes(KeyType.AES, 128, lifetime=ELEMENT))
        assert vault.destroyed == []
    assert "key_agreement" not in vault.calls
    assert vault.destroyed == [SHARED], "the shared secret went with the operation"
    assert vault.calls.index("key_derivation_abort") < vault.calls.index("destroy_key")


def test_an_agreement_that_is_never_used_leaves_nothing_in_the_element(core: Core, vault: Vault) -> None:
    operation = core.key_derivation_setup(COMBINED)
    operation.key_agreement(Step.SECRET, pair(core, ELEMENT), PEER)
    operation.abort()
    assert vault.destroyed == [SHARED]


def test_an_agreement_that_is_open_when_the_core_closes_leaves_nothing_in_the_element() -> None:
    vault = Vault()
    with Core(Deriver(), vault, software=False) as core:
        operation = core.key_derivation_setup(COMBINED)
        operation.key_agreement(Step.SECRET, pair(core, ELEMENT), PEER)
    assert SHARED in vault.destroyed


def test_an_element_without_the_derivation_hands_the_secret_out(deriver: Deriver) -> None:
    class Agreeing(Vault):
        capabilities: ClassVar[Any] = [*Plain.capabilities, Vault.capabilities[-1]]

    agreeing = Agreeing()
    with Core(deriver, agreeing, software=False) as core, core.key_derivation_setup(COMBINED) as operation:
        operation.key_agreement(Step.SECRET, pair(core, ELEMENT), PEER)
        operation.input_bytes(Step.INFO, b"info")
        assert operation.output_bytes(20) == stream((Step.SECRET, SHARED), (Step.INFO, b"info")).take(20)
        operation.output_key(KeyAttributes(KeyType.AES, 128))
    assert "key_agreement_to_key" not in agreeing.calls


@pytest.mark.parametrize("lifetime", [0, ELEMENT])
def test_an_invalid_point_of_a_peer_is_refused(core: Core, lifetime: int) -> None:
    for peer in (b"", PEER[:-1], b"\4" + bytes(64), PEER[:-1] + bytes([PEER[-1] ^ 1])):
        operation = core.key_derivation_setup(COMBINED)
        with pytest.raises(InvalidArgument):
            operation.key_agreement(Step.SECRET, pair(core, lifetime), peer)
        with pytest.raises(BadState):
            operation.input_bytes(Step.INFO, b"")
        with pytest.raises(InvalidArgument):
            pair(core, lifetime).key_agreement(peer, Alg.ECDH, KeyAttributes(KeyType.DERIVE))


# The life of input keys


@pytest.mark.parametrize("which", ["secret", "info"])
def test_a_derivation_whose_key_was_destroyed_fails(core: Core, which: str) -> None:
    secret, info = key(core), key(core, key_type=KeyType.RAW_DATA)
    operation = hkdf(core, secret, info=info)
    (secret if which == "secret" else info).destroy()
    with pytest.raises(BadState, match="destroyed"):
        operation.output_bytes(1)


def test_an_identifier_that_names_another_key_by_now_is_not_taken_for_the_first(core: Core) -> None:
    attributes = KeyAttributes(KeyType.DERIVE, usage=BOTH, alg=HKDF, id=7, lifetime=1)
    operation = hkdf(core, core.import_key(attributes, SECRET))
    core.destroy_key(7)
    core.import_key(attributes, b"another length")
    with pytest.raises(BadState):
        operation.output_bytes(1)


# Drivers that lie


class Liar(Deriver):
    """Does what it is told to with its answers."""

    prefix = "pyliar"
    lie: Any = None

    def key_derivation_output_bytes(self, operation: Stream, length: int) -> Any:
        return self.lie(length) if self.lie else super().key_derivation_output_bytes(operation, length)

    def derive_key(self, attributes: KeyAttributes, drawn: bytes) -> Any:
        return self.lie(len(drawn)) if self.lie else super().derive_key(attributes, drawn)


@pytest.mark.parametrize("length", [-1, 1])
def test_output_of_another_length_is_an_error_of_the_driver(length: int) -> None:
    liar = Liar()
    with Core(liar, software=False) as core:
        operation = hkdf(core, key(core))
        operation.output_bytes(1)
        liar.lie = lambda wanted: bytes(wanted + length)
        with pytest.raises(TypeError, match="has to be exactly"):
            operation.output_bytes(32)
        with pytest.raises(BadState):
            operation.output_bytes(1)


@pytest.mark.parametrize("length", [-1, 1, 100])
def test_a_derived_key_of_another_length_is_an_error_of_the_driver(length: int) -> None:
    class Short(Deriver):
        def derive_key(self, attributes: KeyAttributes, drawn: bytes) -> bytes:
            return bytes(32 + length)

    with Core(Short(), software=False) as core, hkdf(core, key(core)) as operation:
        with pytest.raises((PsaError, TypeError)):
            operation.output_key(KeyAttributes(P256, 256))
        with pytest.raises(BadState):
            operation.output_bytes(1)


def test_a_key_context_that_is_too_long_is_an_error_of_the_driver() -> None:
    class Wide(Vault):
        def key_derivation_output_key(self, attributes: KeyAttributes, operation: Stream) -> bytes:
            return bytes(4096)

    with Core(Wide(), software=False) as core, hkdf(core, key(core, ELEMENT)) as operation, pytest.raises(PsaError):
        operation.output_key(KeyAttributes(KeyType.AES, 128, lifetime=ELEMENT))


def test_an_exception_of_a_driver_reaches_the_caller(core: Core) -> None:
    class Broken(PythonDriver):
        prefix = "pybroken"
        capabilities: ClassVar = [{"entry_points": ["key_derivation"]}]

        def key_derivation_setup(self, alg: int, inputs: KdfInputs) -> object:
            return object()

        def key_derivation_output_bytes(self, operation: object, length: int) -> bytes:
            raise ZeroDivisionError

        def key_derivation_abort(self, operation: object) -> None: ...

    with Core(Broken(), software=False) as core, hkdf(core, key(core)) as operation, pytest.raises(ZeroDivisionError):
        operation.output_bytes(1)


def test_nothing_secret_is_in_the_trace_of_a_derivation(core: Core) -> None:
    with core.trace() as events, hkdf(core, key(core)) as operation:
        operation.output_bytes(16)
    shown = repr(list(events))
    assert SECRET.hex() not in shown
    assert stream((Step.SECRET, SECRET), (Step.INFO, b"info")).take(16).hex() not in shown


def test_a_key_that_is_no_key_is_told(core: Core) -> None:
    with pytest.raises(InvalidHandle), core.key_derivation_setup(HKDF) as operation:
        operation.input_key(Step.SECRET, replace_id(core))


def replace_id(core: Core) -> int:
    """An identifier that names nothing."""
    made = core.import_key(replace(KeyAttributes(KeyType.DERIVE, usage=BOTH), alg=HKDF), SECRET)
    made.destroy()
    return made.id
