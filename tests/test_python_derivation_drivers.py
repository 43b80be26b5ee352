"""Who derives: drivers written in Python, local and in a secure element, each entry point proved by the trace."""

from __future__ import annotations

from typing import ClassVar

import derivation_scenes
import pytest
from derivation_drivers import (
    ELEMENT,
    VENDOR,
    Deriver,
    LongDeriver,
    Plain,
    Stream,
    Vault,
    hidden,
    stream,
)
from derivation_scenes import (
    BOTH,
    COUNTER,
    P256,
    PBKDF2,
    SECRET,
    called,
    hkdf,
    key,
)

from psa_bridge import (
    Alg,
    BadState,
    Core,
    InsufficientData,
    InvalidSignature,
    KeyAttributes,
    KeyType,
    NotSupported,
)
from psa_bridge.constants import Step
from psa_bridge.packed import KdfInputs

core, deriver, vault = derivation_scenes.core, derivation_scenes.deriver, derivation_scenes.vault


# Which driver


def test_a_local_secret_goes_to_the_transparent_driver(core: Core, deriver: Deriver) -> None:
    def run() -> None:
        with hkdf(core, key(core)) as operation:
            assert operation.output_bytes(40) == stream((Step.SECRET, SECRET), (Step.INFO, b"info")).take(40)

    names = ("setup", "output_bytes", "abort")
    assert called(core, run) == [f"pyderiver:key_derivation_{name}" for name in names]
    assert deriver.inputs is not None
    given = {item.step: item.type for item in deriver.inputs.items}
    assert given == {Step.SECRET: 3, Step.INFO: 2, Step.SALT: 1}  # key, bytes, omitted


def test_a_secret_in_the_element_goes_to_its_driver_and_never_leaves(core: Core, vault: Vault) -> None:
    def run() -> None:
        with hkdf(core, key(core, ELEMENT)) as operation:
            assert operation.output_bytes(40) == stream((Step.SECRET, SECRET), (Step.INFO, b"info")).take(40)

    assert [name for name in called(core, run) if "key_derivation" in name] == [
        f"pyvault:key_derivation_{name}" for name in ("setup", "output_bytes", "abort")
    ]
    assert "export_key" not in vault.calls
    assert vault.inputs is not None
    assert vault.inputs.data(Step.SECRET)[:32] == hidden(SECRET)


def test_an_element_that_does_not_derive_exports_the_secret(deriver: Deriver) -> None:
    plain = Plain()
    with Core(deriver, plain, software=False) as core:
        with hkdf(core, key(core, ELEMENT)) as operation:
            assert operation.output_bytes(8) == stream((Step.SECRET, SECRET), (Step.INFO, b"info")).take(8)
        assert plain.calls.count("export_key") == 1
        assert deriver.inputs is not None
        item = deriver.inputs.get(Step.SECRET)
        assert item is not None
        assert item.attributes is not None
        assert item.attributes.lifetime == 0


def test_an_input_in_the_element_is_exported_for_a_derivation_outside(core: Core, vault: Vault) -> None:
    info = key(core, ELEMENT, key_type=KeyType.RAW_DATA, data=b"from inside")
    with hkdf(core, key(core), info=info) as operation:
        assert operation.output_bytes(8) == stream((Step.SECRET, SECRET), (Step.INFO, b"from inside")).take(8)
    assert vault.calls.count("export_key") == 1


def test_inputs_of_one_element_stay_there(core: Core, vault: Vault) -> None:
    info = key(core, ELEMENT, key_type=KeyType.RAW_DATA, data=b"from inside")
    with hkdf(core, key(core, ELEMENT), info=info) as operation:
        assert operation.output_bytes(8) == stream((Step.SECRET, SECRET), (Step.INFO, b"from inside")).take(8)
    assert "export_key" not in vault.calls


def test_a_refusal_of_the_element_is_final(core: Core, vault: Vault, deriver: Deriver) -> None:
    operation = hkdf(core, key(core, ELEMENT))
    vault.fault = int(NotSupported.status)
    with pytest.raises(NotSupported):
        operation.output_bytes(1)
    vault.fault = 0
    assert "key_derivation_setup" not in deriver.calls
    with pytest.raises(BadState):
        operation.output_bytes(1)


def test_a_transparent_driver_that_does_not_support_it_is_passed_over() -> None:
    class Choosy(Deriver):
        prefix = "pychoosy"

        def key_derivation_setup(self, alg: int, inputs: KdfInputs) -> Stream:
            raise NotSupported("not this secret")

    choosy = Choosy()
    with Core(choosy) as core, hkdf(core, key(core)) as operation:
        assert len(operation.output_bytes(8)) == 8
        assert core.counts["libcrypto"].served > 0
    assert choosy.calls.count("key_derivation_setup") == 1
    assert "key_derivation_abort" not in choosy.calls


def test_a_vendors_algorithm_gets_what_follows_the_secret_in_pieces() -> None:
    long = LongDeriver()
    with Core(long, software=False) as core, core.key_derivation_setup(VENDOR) as operation:
        operation.input_integer(Step.COST, 3)
        operation.input_bytes(Step.SALT, b"sa")
        operation.input_bytes(Step.SALT, b"lt")
        operation.input_bytes(Step.SECRET, SECRET)
        assert long.calls == []
        operation.input_bytes(Step.INFO, b"one")
        operation.input_bytes(Step.CONTEXT, b"two")
        operation.input_bytes(Step.INFO, b"three")
        expected = stream((Step.SALT, b"salt"), (Step.SECRET, SECRET))
        for step, piece in ((Step.INFO, b"one"), (Step.CONTEXT, b"two"), (Step.INFO, b"three")):
            expected.fed += step.to_bytes(2, "big") + piece
        assert operation.output_bytes(50) == expected.take(50)
        assert [name for name in long.calls if name.endswith("input_step")] == ["key_derivation_input_step"] * 3
        with pytest.raises(BadState):
            operation.input_bytes(Step.INFO, b"too late")


def test_the_pieces_of_a_salt_arrive_as_one(core: Core, deriver: Deriver) -> None:
    pepper = key(core, ELEMENT, PBKDF2, KeyType.PEPPER, b"-pepper-")
    with core.key_derivation_setup(PBKDF2) as operation:
        operation.input_integer(Step.COST, 5)
        operation.input_key(Step.SALT, pepper)
        operation.input_bytes(Step.SALT, b"salt")
        operation.input_key(Step.SALT, pepper)
        operation.input_bytes(Step.PASSWORD, b"password")
        operation.output_bytes(1)
    assert deriver.inputs is not None
    assert deriver.inputs.data(Step.SALT) == b"-pepper-salt-pepper-"
    cost = deriver.inputs.get(Step.COST)
    assert cost is not None
    assert cost.integer == 5


def test_a_salt_that_is_one_key_of_the_element_stays_there(core: Core, vault: Vault) -> None:
    with core.key_derivation_setup(PBKDF2) as operation:
        operation.input_integer(Step.COST, 5)
        operation.input_key(Step.SALT, key(core, ELEMENT, PBKDF2, KeyType.PEPPER, b"-pepper-"))
        operation.input_key(Step.PASSWORD, key(core, ELEMENT, PBKDF2, KeyType.PASSWORD))
        operation.output_bytes(1)
    assert "export_key" not in vault.calls


@pytest.mark.parametrize("capacity", [None, 77])
def test_the_length_of_a_counter_mode_is_an_input(core: Core, deriver: Deriver, capacity: int | None) -> None:
    with core.key_derivation_setup(COUNTER) as operation:
        if capacity is not None:
            operation.set_capacity(capacity)
        operation.input_bytes(Step.SECRET, SECRET)
        operation.output_bytes(7)
        with pytest.raises(BadState, match="fixed"):
            operation.set_capacity(5)
    assert deriver.inputs is not None
    told = deriver.inputs.get(0x7F01)
    assert told is not None
    assert told.integer == (capacity or 0x1FFFFFFF)


# Capacity


def test_the_element_is_told_a_capacity_that_was_lowered(core: Core, vault: Vault) -> None:
    with hkdf(core, key(core, ELEMENT), capacity=100) as operation:
        assert "key_derivation_set_capacity" not in vault.calls
        operation.output_bytes(10)
        operation.set_capacity(20)
        assert vault.calls.count("key_derivation_set_capacity") == 2
        operation.output_bytes(20)
        with pytest.raises(InsufficientData):
            operation.output_bytes(1)
    with hkdf(core, key(core, ELEMENT)) as operation:
        operation.output_bytes(10)
    assert vault.calls.count("key_derivation_set_capacity") == 2


def test_a_driver_that_runs_out_leaves_the_operation_without_capacity(core: Core, vault: Vault) -> None:
    with hkdf(core, key(core, ELEMENT)) as operation:
        operation.output_bytes(1)
        vault.fault = int(InsufficientData.status)
        with pytest.raises(InsufficientData):
            operation.output_bytes(1)
        vault.fault = 0
        assert operation.capacity == 0


# Keys


def test_a_key_for_the_element_is_made_inside(core: Core, vault: Vault) -> None:
    def run() -> None:
        with hkdf(core, key(core, ELEMENT)) as operation:
            operation.output_bytes(8)
            made = operation.output_key(KeyAttributes(KeyType.AES, 128, usage=BOTH, lifetime=ELEMENT))
            expected = stream((Step.SECRET, SECRET), (Step.INFO, b"info"))
            expected.take(8)
            assert made.export() == expected.take(16)
            assert operation.capacity == 255 * 32 - 24

    assert "pyvault:key_derivation_output_key" in called(core, run)
    assert vault.calls.count("allocate_key") == 2


def test_a_key_made_elsewhere_is_imported_into_the_element(core: Core, vault: Vault) -> None:
    with hkdf(core, key(core)) as operation:
        made = operation.output_key(KeyAttributes(KeyType.AES, 128, usage=BOTH, lifetime=ELEMENT))
        assert made.export() == stream((Step.SECRET, SECRET), (Step.INFO, b"info")).take(16)
    assert "key_derivation_output_key" not in vault.calls
    assert vault.calls.count("import_key") == 1


def test_an_element_that_cannot_make_this_key_gives_bytes_and_imports_them(core: Core) -> None:
    class Half(Vault):
        def key_derivation_output_key(self, attributes: KeyAttributes, operation: Stream) -> bytes:
            raise NotSupported("not such keys")

    half = Half()
    with Core(half, software=False) as core:
        secret = key(core, ELEMENT)
        half.calls.clear()
        with hkdf(core, secret) as operation:
            made = operation.output_key(KeyAttributes(KeyType.AES, 128, usage=BOTH, lifetime=ELEMENT))
            assert made.export() == stream((Step.SECRET, SECRET), (Step.INFO, b"info")).take(16)
        assert half.calls.count("key_derivation_output_bytes") == half.calls.count("import_key") == 1
        assert half.destroyed, "what was allocated for the first attempt is given back"


def test_a_local_key_of_a_derivation_in_the_element_is_handed_out(core: Core) -> None:
    with hkdf(core, key(core, ELEMENT)) as operation:
        made = operation.output_key(KeyAttributes(KeyType.AES, 128, usage=BOTH))
        assert made.export() == stream((Step.SECRET, SECRET), (Step.INFO, b"info")).take(16)


@pytest.mark.parametrize("misses", [0, 1, 4])
def test_derive_key_gets_the_next_piece_as_often_as_it_asks(core: Core, deriver: Deriver, misses: int) -> None:
    deriver.misses = misses
    with hkdf(core, key(core)) as operation:
        made = operation.output_key(KeyAttributes(P256, 256, usage=BOTH))
        expected = stream((Step.SECRET, SECRET), (Step.INFO, b"info"))
        expected.take(32 * misses)
        assert made.export() == bytes(1) + expected.take(32)[1:]
        assert operation.capacity == 255 * 32 - 32 * (misses + 1)
    assert deriver.calls.count("derive_key") == misses + 1


def test_a_key_that_takes_more_than_the_capacity_is_not_made(core: Core, deriver: Deriver) -> None:
    deriver.misses = 9
    with hkdf(core, key(core), capacity=100) as operation:
        with pytest.raises(InsufficientData):
            operation.output_key(KeyAttributes(P256, 256))
        assert operation.capacity == 0
        assert deriver.calls.count("derive_key") == 3


def test_derive_key_that_does_not_support_it_passes_the_same_bytes_on() -> None:
    class Choosy(Deriver):
        prefix = "pychoosy"

        def derive_key(self, attributes: KeyAttributes, drawn: bytes) -> bytes:
            raise NotSupported("not this one")

    choosy = Choosy()
    with Core(choosy) as core, hkdf(core, key(core)) as operation:
        made = operation.output_key(KeyAttributes(P256, 256, usage=BOTH))
        drawn = stream((Step.SECRET, SECRET), (Step.INFO, b"info")).take(32)
        assert int.from_bytes(made.export(), "big") == int.from_bytes(drawn, "big") + 1
    assert choosy.calls.count("derive_key") == 1


def test_a_derive_key_that_is_never_content_is_stopped() -> None:
    class Greedy(LongDeriver):
        capabilities: ClassVar = [*LongDeriver.capabilities, {"entry_points": ["derive_key"], "derived_types": ["PSA_KEY_TYPE_RSA_KEY_PAIR"]}]  # fmt: skip  # noqa: E501

        def key_derivation_output_bytes(self, operation: Stream, length: int) -> bytes:
            return bytes(length)

        def derive_key(self, attributes: KeyAttributes, drawn: bytes) -> bytes:
            raise InsufficientData("more")

    with Core(Greedy(), software=False) as core:
        secret = core.import_key(KeyAttributes(KeyType.DERIVE, usage=BOTH, alg=Alg.TLS12_PRF(Alg.SHA_256)), SECRET)
        with core.key_derivation_setup(Alg.TLS12_PRF(Alg.SHA_256)) as operation:
            operation.input_bytes(Step.SEED, b"")
            operation.input_key(Step.SECRET, secret)
            operation.input_bytes(Step.LABEL, b"")
            operation.set_capacity(128 * 50)
            with pytest.raises(InsufficientData):
                operation.output_key(KeyAttributes(KeyType.RSA_KEY_PAIR, 1024))


# Verifying


@pytest.mark.parametrize("lifetime", [0, ELEMENT])
def test_output_is_compared_where_the_derivation_is(core: Core, vault: Vault, lifetime: int) -> None:
    expected = stream((Step.SECRET, SECRET), (Step.INFO, b"info")).take(300)
    with hkdf(core, key(core, lifetime)) as operation:
        operation.verify_bytes(expected[:290])
        operation.verify_bytes(expected[290:])
        assert operation.capacity == 255 * 32 - 300
    for wrong in (expected[:-1] + bytes([expected[-1] ^ 1]), bytes(300)):
        with hkdf(core, key(core, lifetime)) as operation:
            with pytest.raises(InvalidSignature):
                operation.verify_bytes(wrong)
            with pytest.raises(BadState):
                operation.verify_bytes(expected)
    assert ("key_derivation_verify_bytes" in vault.calls) == bool(lifetime)


@pytest.mark.parametrize("secret_at", [0, ELEMENT])
@pytest.mark.parametrize("expected_at", [0, ELEMENT])
def test_a_password_hash_is_compared_inside_only_where_both_are(
    core: Core, vault: Vault, secret_at: int, expected_at: int
) -> None:
    expected = stream((Step.SALT, b"salt"), (Step.PASSWORD, SECRET)).take(32)
    for data, good in ((expected, True), (bytes(32), False)):
        vault.calls.clear()
        with core.key_derivation_setup(PBKDF2) as operation:
            operation.input_integer(Step.COST, 1)
            operation.input_bytes(Step.SALT, b"salt")
            operation.input_key(Step.PASSWORD, key(core, secret_at, PBKDF2, KeyType.PASSWORD))
            hashed = key(core, expected_at, PBKDF2, KeyType.PASSWORD_HASH, data)
            if good:
                operation.verify_key(hashed)
            else:
                with pytest.raises(InvalidSignature):
                    operation.verify_key(hashed)
        inside = bool(secret_at and expected_at)
        assert ("key_derivation_verify_key" in vault.calls) == inside
        assert ("export_key" in vault.calls) == (bool(expected_at) and not inside)
