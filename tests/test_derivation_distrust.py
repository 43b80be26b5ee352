"""What a derivation and an exchange do not take for granted: that a key stays the same, and that a driver is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from derivation_drivers import ELEMENT, LongDeriver, Vault, hidden

from psa_bridge import (
    Alg,
    BadState,
    Core,
    CorruptionDetected,
    DhFamily,
    EccFamily,
    GenericError,
    InsufficientData,
    InvalidArgument,
    Key,
    KeyAttributes,
    KeyDerivation,
    KeyType,
    Lifetime,
    NotSupported,
    PakeCipherSuite,
    PakeConfirmation,
    PakePrimitive,
    PakePrimitiveType,
    PakeStep,
    PythonDriver,
    Usage,
)
from psa_bridge.constants import Step

HKDF, HMAC = Alg.HKDF(Alg.SHA_256), Alg.HMAC(Alg.SHA_256)
JPAKE = Alg.JPAKE(Alg.SHA_256)
P256 = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
P256_SUITE = PakeCipherSuite(
    JPAKE, PakePrimitive.of(PakePrimitiveType.ECC, EccFamily.SECP_R1, 256), PakeConfirmation.UNCONFIRMED_KEY
)
VENDOR = 0x88000300
OTHER_USES = [Usage.EXPORT, Usage.VERIFY_DERIVATION, Usage.DERIVE, 0]


def stored(core: Core, data: bytes, usage: int, key_type: int = KeyType.DERIVE, alg: int = HKDF, at: int = 0) -> Key:
    """A persistent key, always with the same identifier."""
    attributes = KeyAttributes(key_type, usage=usage, alg=alg, id=7, lifetime=at | Lifetime.PERSISTENT)
    return core.import_key(attributes, data)


def hkdf(core: Core, secret: Key, info: Key | bytes = b"") -> KeyDerivation:
    operation = core.key_derivation_setup(HKDF)
    operation.input_key(Step.SECRET, secret)
    if isinstance(info, Key):
        operation.input_key(Step.INFO, info)
    else:
        operation.input_bytes(Step.INFO, info)
    return operation


# A key that was replaced by another one with its identifier


@pytest.fixture
def core() -> Iterator[Core]:
    with Core() as made:
        yield made


OUTPUTS: dict[str, Callable[[KeyDerivation], Any]] = {
    "bytes": lambda operation: operation.output_bytes(16),
    "key": lambda operation: operation.output_key(KeyAttributes(KeyType.AES, 128)),
    "verification": lambda operation: operation.verify_bytes(bytes(16)),
}


@pytest.mark.parametrize("usage", OTHER_USES)
@pytest.mark.parametrize("output", OUTPUTS)
def test_a_replaced_secret_is_not_derived_from(core: Core, usage: int, output: str) -> None:
    old = stored(core, b"A" * 32, Usage.DERIVE)
    operation = hkdf(core, old)
    old.destroy()
    stored(core, b"B" * 32, usage)
    with pytest.raises(BadState):
        OUTPUTS[output](operation)


def test_a_replaced_input_that_is_not_secret_is_not_taken_either(core: Core) -> None:
    secret = core.import_key(KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=HKDF), b"A" * 32)
    info = stored(core, b"old", Usage.DERIVE, KeyType.RAW_DATA)
    operation = hkdf(core, secret, info)
    info.destroy()
    stored(core, b"new", Usage.DERIVE, KeyType.RAW_DATA)
    with pytest.raises(BadState):
        operation.output_bytes(16)


def test_a_replaced_salt_is_not_put_together_with_further_pieces(core: Core) -> None:
    alg = Alg.PBKDF2_HMAC(Alg.SHA_256)
    operation = core.key_derivation_setup(alg)
    operation.input_integer(Step.COST, 1)
    salt = stored(core, b"old", Usage.DERIVE, KeyType.RAW_DATA, alg)
    operation.input_key(Step.SALT, salt)
    salt.destroy()
    stored(core, b"new", Usage.DERIVE, KeyType.RAW_DATA, alg)
    with pytest.raises(BadState):
        operation.input_bytes(Step.SALT, b"more")


def test_a_purged_key_is_the_same_key(core: Core) -> None:
    key = stored(core, b"A" * 32, Usage.DERIVE)
    expected = hkdf(core, key).output_bytes(16)
    operation = hkdf(core, key)
    key.purge()
    assert operation.output_bytes(16) == expected


def test_a_replaced_secret_in_an_element_is_not_derived_from() -> None:
    with Core(Vault(), software=False) as core:
        old = stored(core, b"A" * 32, Usage.DERIVE, at=ELEMENT)
        operation = hkdf(core, old)
        old.destroy()
        stored(core, b"B" * 32, Usage.DERIVE, at=ELEMENT)
        with pytest.raises(BadState):
            operation.output_bytes(16)


class OnePlace(PythonDriver):
    """A secure element with one place for a key, whose number is all that the core has of it."""

    prefix, type, location = "oneplace", "opaque", Vault.location
    key_context: ClassVar = {"base_size": 1}
    capabilities: ClassVar = [{"entry_points": ["allocate_key", "destroy_key", "import_key", "key_derivation"]}]
    key = b""

    def allocate_key(self, attributes: KeyAttributes, size: int) -> bytes:
        return b"1"

    def destroy_key(self, attributes: KeyAttributes, key: bytes) -> None:
        self.key = b""

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        self.key = data
        return b"1", 8 * len(data)

    def key_derivation_setup(self, alg: int, inputs: Any) -> bytes:
        return self.key

    def key_derivation_output_bytes(self, operation: bytes, length: int) -> bytes:
        return operation[:length]

    def key_derivation_abort(self, operation: bytes) -> None:
        pass


def test_a_secret_that_was_replaced_in_its_place_is_not_derived_from() -> None:
    with Core(OnePlace(), software=False) as core:
        old = stored(core, b"A" * 32, Usage.DERIVE, at=ELEMENT)
        operation = hkdf(core, old)
        old.destroy()
        stored(core, b"B" * 32, Usage.DERIVE, at=ELEMENT)
        with pytest.raises(BadState):
            operation.output_bytes(16)


def test_a_purged_key_in_an_element_is_the_same_key() -> None:
    with Core(OnePlace(), software=False) as core:
        key = stored(core, b"A" * 32, Usage.DERIVE, at=ELEMENT)
        operation = hkdf(core, key)
        key.purge()
        assert operation.output_bytes(16) == b"A" * 16


@pytest.mark.parametrize("usage", OTHER_USES)
def test_a_replaced_password_is_not_used_in_an_exchange(core: Core, usage: int) -> None:
    old = stored(core, b"old", Usage.DERIVE, KeyType.PASSWORD, JPAKE)
    operation = core.pake_setup(old, P256_SUITE)
    operation.set_user(b"a")
    operation.set_peer(b"b")
    old.destroy()
    stored(core, b"new", usage, KeyType.PASSWORD, JPAKE)
    with pytest.raises(BadState):
        operation.output(PakeStep.KEY_SHARE)


class OnePiece(PythonDriver):
    """Computes MACs of whole messages only, so that the core comes back to the key at the end."""

    prefix = "onepiece"
    capabilities: ClassVar = [{"entry_points": ["mac_compute"]}]

    def mac_compute(self, alg: int, attributes: KeyAttributes, key: bytes, data: bytes) -> bytes:
        return bytes(key[:1]) * 32


def test_a_replaced_key_of_an_operation_that_is_held_is_not_used() -> None:
    with Core(OnePiece(), software=False) as core:
        old = stored(core, b"A" * 32, Usage.SIGN_MESSAGE, KeyType.HMAC, HMAC)
        operation = core.mac_sign_setup(old, HMAC)
        operation.update(b"message")
        old.destroy()
        stored(core, b"B" * 32, Usage.SIGN_MESSAGE, KeyType.HMAC, HMAC)
        with pytest.raises(BadState):
            operation.sign_finish()


# Entry points that a driver need not have


class Refuser(LongDeriver):
    """Takes long inputs, and then does not take the request."""

    prefix = "refuser"
    capabilities: ClassVar = [{**LongDeriver.capabilities[0], "fallback": True}]

    def key_derivation_setup(self, alg: int, inputs: Any) -> Any:
        raise NotSupported("not here")


class Short(PythonDriver):
    """Has nothing but what every driver has to have."""

    prefix = "short"
    capabilities: ClassVar = [{"entry_points": ["key_derivation"]}]

    def key_derivation_setup(self, alg: int, inputs: Any) -> list[bytes]:
        return [item.data for item in inputs.items if item.data]

    def key_derivation_output_bytes(self, operation: list[bytes], length: int) -> bytes:
        return b"".join(operation).ljust(length, b".")[:length]

    def key_derivation_abort(self, operation: list[bytes]) -> None:
        operation.clear()


def test_long_inputs_are_kept_for_a_driver_that_may_fall_back_to_one_without_them() -> None:
    with Core(Refuser(), Short(), software=False) as core, core.key_derivation_setup(VENDOR) as operation:
        operation.input_bytes(Step.SECRET, b"secret")
        operation.input_bytes(Step.SALT, b"salt")
        assert operation.output_bytes(12) == b"secretsalt.."


def test_a_driver_that_came_in_between_and_takes_no_long_inputs_gets_none() -> None:
    class Late(Refuser):
        prefix = "late"

        def key_derivation_setup(self, alg: int, inputs: Any) -> Any:
            if not loaded:
                loaded.append(core.load(Short()))
            raise NotSupported("not here")

    loaded: list[Any] = []
    with Core(Late(), software=False) as core, core.key_derivation_setup(VENDOR) as operation:
        operation.input_bytes(Step.SECRET, b"secret")
        with pytest.raises(NotSupported):
            operation.input_bytes(Step.SALT, b"salt")


# Keys that drivers derive


class Cook(PythonDriver):
    """Makes a key of whatever it was told to."""

    prefix = "cook"
    made = bytes(32)
    capabilities: ClassVar = [
        {
            "entry_points": ["derive_key"],
            "derived_types": ["PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)", "PSA_KEY_TYPE_RSA_KEY_PAIR"],
            "fallback": True,
        }
    ]

    def derive_key(self, attributes: KeyAttributes, drawn: bytes) -> bytes:
        return self.made


ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.mark.parametrize(
    ("key_type", "bits", "made"),
    [
        (P256, 256, bytes(32)),
        (P256, 256, ORDER.to_bytes(32, "big")),
        (P256, 256, b"\xff" * 32),
        (KeyType.RSA_KEY_PAIR, 2048, b"\x30\x03\x02\x01\x00"),
    ],
)
@pytest.mark.parametrize("lifetime", [0, Lifetime.PERSISTENT])
def test_what_a_driver_derives_is_a_key_of_its_type(key_type: KeyType, bits: int, made: bytes, lifetime: int) -> None:
    driver = Cook()
    driver.made = made
    with Core(driver) as core:
        secret = core.import_key(KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=HKDF), b"A" * 32)
        attributes = KeyAttributes(key_type, bits, lifetime=lifetime, id=5 if lifetime else 0)
        with pytest.raises(CorruptionDetected) as caught:
            hkdf(core, secret).output_key(attributes)
        assert (caught.value.driver, caught.value.entry_point) == ("cook", "derive_key")
        driver.made = (1).to_bytes(32, "big")
        with hkdf(core, secret) as operation:
            assert operation.output_key(KeyAttributes(P256, 256, usage=Usage.EXPORT)).export() == driver.made


def test_a_derived_key_of_a_type_that_nobody_imports_is_taken_as_it_is() -> None:
    driver = Cook()
    driver.made = b"\1" * 32
    with Core(driver, Short(), software=False) as core:
        secret = core.import_key(KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=HKDF), b"A" * 32)
        with hkdf(core, secret) as operation:
            assert operation.output_key(KeyAttributes(P256, 256, usage=Usage.EXPORT)).export() == driver.made


class Spent(Short):
    """Says of its setup what only output can be."""

    prefix = "spent"
    setups = 0

    def key_derivation_setup(self, alg: int, inputs: Any) -> list[bytes]:
        self.setups += 1
        raise InsufficientData("what a thing to say")


def test_a_setup_without_data_ends_the_operation() -> None:
    driver = Spent()
    with Core(driver, software=False) as core:
        operation = core.key_derivation_setup(HKDF)
        operation.input_bytes(Step.SECRET, b"secret")
        operation.input_bytes(Step.INFO, b"")
        with pytest.raises(GenericError):
            operation.output_bytes(1)
        with pytest.raises(BadState):
            operation.output_bytes(1)
    assert driver.setups == 1


# WPA3-SAE-H2E: keys of types that nothing else makes

H2E, SAE = Alg.WPA3_SAE_H2E(Alg.SHA_256), Alg.WPA3_SAE_FIXED(Alg.SHA_256)
ON_CURVE, IN_FIELD = KeyType.WPA3_SAE_ECC(EccFamily.SECP_R1), KeyType.WPA3_SAE_DH(DhFamily.RFC3526)


class Hasher(Vault):
    """A secure element that hashes to elements."""

    key_context: ClassVar = {"base_size": 1200}
    capabilities: ClassVar = [
        {"entry_points": ["import_key", "export_key"]},
        {"entry_points": ["key_derivation", "key_derivation_output_key"]},
    ]

    def key_derivation_output_key(self, attributes: KeyAttributes, operation: Any) -> bytes:
        return hidden(operation.take(2 * attributes.bits // 8 if attributes.type == ON_CURVE else attributes.bits // 8))


class Elements(Short):
    """A transparent driver of it: its output is the element, which it also imports."""

    prefix = "elements"
    capabilities: ClassVar = [
        {"entry_points": ["key_derivation"]},
        {"entry_points": ["import_key"], "key_types": ["PSA_KEY_TYPE_WPA3_SAE_ECC(PSA_ECC_FAMILY_SECP_R1)"]},
    ]

    def import_key(self, attributes: KeyAttributes, data: bytes) -> tuple[bytes, int]:
        return data, 4 * len(data)


def h2e(core: Core, lifetime: int = 0, alg: int = H2E) -> KeyDerivation:
    password = KeyAttributes(KeyType.PASSWORD, usage=Usage.DERIVE, alg=alg, lifetime=lifetime)
    operation = core.key_derivation_setup(alg)
    operation.input_bytes(Step.SALT, b"ssid")
    operation.input_key(Step.PASSWORD, core.import_key(password, b"password"))
    return operation


@pytest.mark.parametrize(
    ("key_type", "bits", "digest"),
    [(ON_CURVE, 256, Alg.SHA_256), (ON_CURVE, 384, Alg.SHA_384), (IN_FIELD, 3072, Alg.SHA_384)],
)
def test_an_element_derives_elements_of_groups(key_type: KeyType, bits: int, digest: Alg) -> None:
    vault = Hasher()
    alg = Alg.WPA3_SAE_H2E(digest)
    with Core(vault, software=False) as core, h2e(core, ELEMENT, alg) as operation:
        key = operation.output_key(KeyAttributes(key_type, bits, usage=Usage.DERIVE, lifetime=ELEMENT))
        assert key.attributes.type == key_type
    assert "key_derivation_output_key" in vault.calls


def test_the_output_of_a_transparent_driver_is_the_element_of_the_group() -> None:
    with Core(Elements(), software=False) as core, h2e(core) as operation:
        key = operation.output_key(KeyAttributes(ON_CURVE, 256, usage=Usage.EXPORT, alg=SAE))
        assert key.export() == b"ssidpassword".ljust(64, b".")


def test_hash_to_element_makes_one_element() -> None:
    attributes = KeyAttributes(ON_CURVE, 256, usage=Usage.DERIVE, alg=SAE)
    with Core(Elements(), software=False) as core, h2e(core) as operation:
        operation.output_key(attributes)
        assert operation.capacity == 0
        with pytest.raises(InsufficientData):
            operation.output_key(attributes)


@pytest.mark.parametrize(
    ("key_type", "bits", "why"),
    [
        (KeyType.AES, 128, "another type"),
        (P256, 256, "another type"),
        (ON_CURVE, 384, "SHA-256 is not the hash of the group"),
        (IN_FIELD, 3072, "SHA-256 is not the hash of the group"),
        (ON_CURVE, 0, "no size"),
    ],
)
def test_hash_to_element_makes_only_elements_with_its_hash(key_type: KeyType, bits: int, why: str) -> None:
    vault = Hasher()
    with Core(vault, software=False) as core, h2e(core, ELEMENT) as operation:
        with pytest.raises(InvalidArgument):
            operation.output_key(KeyAttributes(key_type, bits, lifetime=ELEMENT))
        assert "key_derivation_setup" not in vault.calls, why


def test_nothing_else_makes_elements(core: Core) -> None:
    secret = core.import_key(KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=HKDF), b"A" * 32)
    with hkdf(core, secret) as operation, pytest.raises(InvalidArgument):
        operation.output_key(KeyAttributes(ON_CURVE, 256))


def test_hash_to_element_has_no_bytes_to_give() -> None:
    with Core(Elements(), software=False) as core, h2e(core) as operation, pytest.raises(BadState):
        operation.output_bytes(64)


# Inputs


@pytest.mark.parametrize("key_type", [KeyType.DERIVE, KeyType.RAW_DATA])
def test_the_other_secret_of_a_premaster_secret_is_a_secret_or_raw_data(core: Core, key_type: KeyType) -> None:
    alg = Alg.TLS12_PSK_TO_MS(Alg.SHA_256)

    def derive(give: Callable[[KeyDerivation], None]) -> bytes:
        with core.key_derivation_setup(alg) as operation:
            operation.input_bytes(Step.SEED, b"seed")
            give(operation)
            operation.input_bytes(Step.SECRET, b"psk")
            operation.input_bytes(Step.LABEL, b"label")
            return operation.output_bytes(48)

    key = core.import_key(KeyAttributes(key_type, usage=Usage.DERIVE, alg=alg), b"other")
    by_key = derive(lambda operation: operation.input_key(Step.OTHER_SECRET, key))
    assert by_key == derive(lambda operation: operation.input_bytes(Step.OTHER_SECRET, b"other"))
