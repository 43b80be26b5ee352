"""Policies and types of keys in derivations, against the tables of the specification."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import policy_model as model
import pytest
from spec_data import algorithms
from test_policy_keys import USAGES, make, sample

from psa_bridge import (
    Alg,
    Core,
    InvalidArgument,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyDerivation,
    KeyType,
    NotPermitted,
    PsaError,
    PythonDriver,
    Usage,
)
from psa_bridge.constants import Step


class Everything(PythonDriver):
    """Derives with every algorithm, and agrees with every key."""

    prefix = "everything"
    capabilities: ClassVar = [{"entry_points": ["key_derivation", "key_agreement", "import_key"]}]

    def import_key(self, attributes: KeyAttributes, data: bytes, *, key_buffer_size: int) -> tuple[bytes, int]:
        return bytes(key_buffer_size), attributes.bits

    def key_agreement(self, alg: int, attributes: Any, key: bytes, peer: bytes, *, output_size: int) -> bytes:
        return bytes(output_size)

    def key_derivation_setup(self, alg: int, inputs: Any) -> object:
        return object()

    def key_derivation_output_bytes(self, operation: object, length: int) -> bytes:
        return bytes(length)

    def key_derivation_abort(self, operation: object) -> None: ...


@pytest.fixture(scope="module")
def core() -> Iterator[Core]:
    with Core(Everything(), software=False) as made:
        yield made


INPUTS = {row["name"]: row["inputs"] for row in algorithms() if row.get("inputs")}
TYPES_FOR = {row["name"]: row["key_types"] for row in algorithms() if row.get("inputs")}
CONCRETE = {alg: value for alg, value in sample("PSA_ALG_IS_KEY_DERIVATION").items() if not model.is_wildcard(alg)}
SECRETS = ("PSA_KEY_DERIVATION_INPUT_SECRET", "PSA_KEY_DERIVATION_INPUT_PASSWORD")


def step_of(name: str) -> Step:
    return getattr(Step, name.removeprefix("PSA_KEY_DERIVATION_INPUT_"))  # type: ignore[no-any-return]


def before(core: Core, value: int, inputs: list[dict[str, Any]], step: str) -> KeyDerivation:
    """An operation that waits for a step."""
    operation = core.key_derivation_setup(value)
    for entry in inputs:
        if entry["step"] == step:
            break
        if "optional" in entry["required"]:
            continue
        if "integer" in entry["forms"]:
            operation.input_integer(step_of(entry["step"]), 1)
        elif "bytes" in entry["forms"]:
            operation.input_bytes(step_of(entry["step"]), b"\4" * 16)
        else:
            operation.input_key(step_of(entry["step"]), fitting(core, value, entry["step"]))
    return operation


def fitting(core: Core, alg: int, step: str, usage: int = Usage.DERIVE, policy: int | None = None) -> Key:
    """A key for the secret of an algorithm."""
    if alg == Alg.SP800_108_COUNTER_CMAC:
        kind: tuple[KeyType, bytes] = (KeyType.AES, bytes(16))
    elif step.endswith("PASSWORD"):
        kind = (KeyType.PASSWORD, bytes(16))
    else:
        kind = (KeyType.DERIVE, b"\4" + bytes(64))
    attributes = KeyAttributes(kind[0], usage=usage, alg=alg if policy is None else policy)
    return core.import_key(attributes, kind[1])


def inputs_of(alg: model.Call) -> list[dict[str, Any]]:
    return INPUTS[f"PSA_ALG_{alg.name}"]


def secret_step(alg: model.Call) -> str:
    return next(entry["step"] for entry in inputs_of(alg) if entry["step"] in SECRETS)


def outcome(call: Any, *arguments: Any) -> type[PsaError] | None:
    try:
        call(*arguments)
    except PsaError as error:
        return type(error)
    return None


def test_a_secret_is_taken_exactly_where_its_policy_permits_the_algorithm(core: Core) -> None:
    policies = sample("PSA_ALG_IS_KEY_DERIVATION", "PSA_ALG_IS_KEY_AGREEMENT") | {model.parse("PSA_ALG_NONE"): 0}
    asked = 0
    for alg, value in CONCRETE.items():
        step = secret_step(alg)
        key_type = "PSA_KEY_TYPE_PASSWORD" if step.endswith("PASSWORD") else "PSA_KEY_TYPE_DERIVE"
        for policy, number in policies.items():
            key = fitting(core, value, step, policy=number)
            operation = before(core, value, inputs_of(alg), step)
            permitted = model.permits(policy, alg, key_type, "PSA_KEY_USAGE_DERIVE")
            got = outcome(operation.input_key, step_of(step), key)
            assert got is (None if permitted else NotPermitted), f"{model.write(policy)} {model.write(alg)}"
            operation.abort()
            key.destroy()
            asked += permitted
    assert asked >= len(CONCRETE)


def test_a_key_pair_agrees_exactly_where_its_policy_permits_the_combination(core: Core) -> None:
    combined = [alg for alg in sample("PSA_ALG_IS_KEY_AGREEMENT") if alg.name == "KEY_AGREEMENT"]
    assert len(combined) > 4
    for policy in sample("PSA_ALG_IS_KEY_AGREEMENT"):
        key, key_type = make(core, policy, USAGES["DERIVE"])
        for alg in combined:
            inputs = INPUTS[f"PSA_ALG_{alg.arguments[1].name}"]  # type: ignore[union-attr]
            step = next((e["step"] for e in inputs if "agreement" in e["forms"] and e["step"] in SECRETS), None)
            if step is None:
                continue
            operation = before(core, model.stated()[alg], inputs, step)
            permitted = model.permits(policy, alg, key_type, "PSA_KEY_USAGE_DERIVE")
            got = outcome(operation.key_agreement, step_of(step), key, b"peer")
            allowed = {None} if permitted else {NotPermitted}
            assert got in allowed, f"{model.write(policy)} {model.write(alg)}: {got}"
            operation.abort()
        key.destroy()


@pytest.mark.parametrize("flag", USAGES)
def test_the_usage_of_a_secret_says_what_is_given_out(core: Core, flag: str) -> None:
    value = Alg.HKDF(Alg.SHA_256)
    key = fitting(core, value, SECRETS[0], usage=USAGES[flag])
    derives, verifies = flag == "DERIVE", flag in {"DERIVE", "VERIFY_DERIVATION"}

    def ready() -> KeyDerivation:
        operation = core.key_derivation_setup(value)
        operation.input_key(Step.SECRET, key)
        operation.input_bytes(Step.INFO, b"")
        return operation

    if not verifies:
        with pytest.raises(NotPermitted):
            ready()
        return
    assert outcome(ready().output_bytes, 4) is (None if derives else NotPermitted)
    assert outcome(ready().output_key, KeyAttributes(KeyType.AES, 128)) is (None if derives else NotPermitted)
    ready().verify_bytes(bytes(4))
    with pytest.raises(InvalidSignature):
        ready().verify_bytes(b"wrong")


@pytest.mark.parametrize("flag", USAGES)
def test_the_usage_of_an_expected_key_has_to_allow_verifying(core: Core, flag: str) -> None:
    value = Alg.PBKDF2_HMAC(Alg.SHA_256)
    for alg, right in ((value, flag == "VERIFY_DERIVATION"), (Alg.PBKDF2_HMAC(Alg.SHA_384), False)):
        attributes = KeyAttributes(KeyType.PASSWORD_HASH, usage=USAGES[flag], alg=alg)
        expected = core.import_key(attributes, bytes(32))
        operation = before(core, value, INPUTS["PSA_ALG_PBKDF2_HMAC"], "none")
        assert outcome(operation.verify_key, expected) is (None if right else NotPermitted)


UNSTRUCTURED = {
    KeyType.RAW_DATA: 65, KeyType.DERIVE: 65, KeyType.PASSWORD: 65, KeyType.PASSWORD_HASH: 65, KeyType.PEPPER: 65,
    KeyType.HMAC: 65, KeyType.AES: 16, KeyType.ARIA: 16, KeyType.CAMELLIA: 16, KeyType.SM4: 16, KeyType.DES: 8,
    KeyType.ARC4: 16, KeyType.CHACHA20: 32, KeyType.XCHACHA20: 32, KeyType.ASCON: 16, KeyType.BLAKE2: 32,
}  # fmt: skip
ROLES = {"secret": "SECRET OTHER_SECRET", "password": "PASSWORD", "salt": "SALT", "other inputs": "SALT SEED INFO LABEL CONTEXT OTHER_SECRET"}  # fmt: skip  # noqa: E501


def listed(alg: model.Call, step: str) -> set[str]:
    """The key types that the specification has for an input."""
    name = step.removeprefix("PSA_KEY_DERIVATION_INPUT_")
    rows = TYPES_FOR[f"PSA_ALG_{alg.name}"]
    return {row["type"] for row in rows if row["for"] in ROLES and name in ROLES[row["for"]].split()}


def test_an_input_takes_exactly_the_types_of_keys_that_are_listed_for_it(core: Core) -> None:
    taken = 0
    for alg, value in CONCRETE.items():
        for entry in inputs_of(alg):
            if "key" not in entry["forms"]:
                continue
            for key_type, length in UNSTRUCTURED.items():
                attributes = KeyAttributes(key_type, usage=Usage.DERIVE, alg=value)
                data = b"\4" + b"\1" * (length - 1)  # odd parity, a point, no zero
                key = core.import_key(attributes, data)
                operation = before(core, value, inputs_of(alg), entry["step"])
                got = outcome(operation.input_key, step_of(entry["step"]), key)
                fits = str(key_type) in listed(alg, entry["step"])
                assert got is (None if fits else InvalidArgument), f"{model.write(alg)} {entry['step']} {key_type}"
                operation.abort()
                key.destroy()
                taken += fits
    assert taken > len(CONCRETE)


def test_a_password_hash_is_for_the_algorithm_that_it_was_derived_with(core: Core) -> None:
    value = Alg.PBKDF2_HMAC(Alg.SHA_256)
    for alg, error in ((value, None), (Alg.NONE, None), (Alg.PBKDF2_HMAC(Alg.SHA_512), InvalidArgument)):
        operation = before(core, value, INPUTS["PSA_ALG_PBKDF2_HMAC"], "PSA_KEY_DERIVATION_INPUT_PASSWORD")
        operation.input_key(Step.PASSWORD, fitting(core, value, SECRETS[1]))
        assert outcome(operation.output_key, KeyAttributes(KeyType.PASSWORD_HASH, 256, alg=alg)) is error


def test_an_algorithm_that_gives_keys_of_its_own_only_has_no_bytes(core: Core) -> None:
    value = Alg.WPA3_SAE_H2E(Alg.SHA_256)
    operation = before(core, value, INPUTS["PSA_ALG_WPA3_SAE_H2E"], "PSA_KEY_DERIVATION_INPUT_INFO")
    with pytest.raises(PsaError, match="is a key"):
        operation.output_bytes(1)
    operation = before(core, value, INPUTS["PSA_ALG_WPA3_SAE_H2E"], "PSA_KEY_DERIVATION_INPUT_INFO")
    with pytest.raises(InvalidArgument):
        operation.output_key(KeyAttributes(KeyType.DERIVE, 256))
