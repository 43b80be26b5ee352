"""Cases of (function, status) pairs: key derivation, and key agreement that makes a key."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from derivation_drivers import ELEMENT, NUMBER, PEER, VENDOR, Deriver, LongDeriver, Vault
from statuses import CASES, FaultyStorage, Uninitialised, number_of

from psa_bridge import Alg, Core, EccFamily, Key, KeyAttributes, KeyDerivation, KeyType, Usage
from psa_bridge.constants import Step
from psa_bridge.errors import BY_STATUS, PsaError

HKDF, PBKDF2 = Alg.HKDF(Alg.SHA_256), Alg.PBKDF2_HMAC(Alg.SHA_256)
COMBINED = Alg.KEY_AGREEMENT(Alg.ECDH, HKDF)
P256 = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
TAKEN = 5


class Scene:
    """A core with drivers that derive, and what is to be wrong with the next call."""

    def __init__(self, wrong: str, long: bool = False) -> None:
        self.deriver, self.vault, self.storage = LongDeriver() if long else Deriver(), Vault(), FaultyStorage()
        self.core = Core(self.deriver, self.vault, software=False, storage=self.storage)  # type: ignore[arg-type]
        self.wrong = wrong
        self.arm: Callable[[], None] = lambda: None

    def key(self, key_type: int, alg: int, lifetime: int = 0, data: bytes = b"\7" * 32) -> Key | int:
        """A key; out of memory if it is persistent; one that may not be used, or is not there, if that is wrong."""
        if self.wrong == "INVALID_HANDLE":
            return 0x1234
        usage = Usage.COPY if self.wrong == "NOT_PERMITTED" else Usage.DERIVE | Usage.VERIFY_DERIVATION
        persistent = {"id": 9, "lifetime": lifetime | 1} if self.wrong in {"DATA_INVALID"} else {"lifetime": lifetime}
        key = self.core.import_key(KeyAttributes(key_type, usage=usage, alg=alg, **persistent), data)
        if self.wrong == "DATA_INVALID":
            self.core.import_key(KeyAttributes(key_type, alg=alg, id=10, lifetime=1), data)
            key.purge()
        return key

    def made(self) -> KeyAttributes:
        """Attributes of a key to be made."""
        if self.wrong in {"ALREADY_EXISTS", "INSUFFICIENT_STORAGE"}:
            if self.wrong == "ALREADY_EXISTS":
                self.core.import_key(KeyAttributes(KeyType.DERIVE, id=TAKEN, lifetime=1), b"there already")
            return KeyAttributes(KeyType.DERIVE, 256, id=TAKEN, lifetime=1)
        bits = 255 if self.wrong == "INVALID_ARGUMENT" else 256
        return KeyAttributes(KeyType.DERIVE, bits, usage=Usage.DERIVE)

    def ready(self, alg: int = HKDF, lifetime: int = 0, usage: int = Usage.DERIVE) -> KeyDerivation:
        """A derivation with all its inputs."""
        secret_type = KeyType.PASSWORD if alg == PBKDF2 else KeyType.DERIVE
        attributes = KeyAttributes(secret_type, usage=usage, alg=alg, lifetime=lifetime)
        secret = self.core.import_key(attributes, b"\7" * 32)
        operation = self.core.key_derivation_setup(alg)
        if alg == PBKDF2:
            operation.input_integer(Step.COST, 2)
            operation.input_bytes(Step.SALT, b"salt")
            operation.input_key(Step.PASSWORD, secret)
        else:
            operation.input_key(Step.SECRET, secret)
            operation.input_bytes(Step.INFO, b"info")
        return operation

    def output(self) -> KeyDerivation:
        """One whose output the caller may have, or not."""
        operation = self.ready(usage=Usage.VERIFY_DERIVATION if self.wrong == "NOT_PERMITTED" else Usage.DERIVE)
        if self.wrong == "INSUFFICIENT_DATA":
            operation.set_capacity(31)
        return operation

    def armed(self, call: Callable[..., Any], *arguments: Any) -> Any:
        self.arm()
        return call(*arguments)

    # One call of every function

    def key_agreement(self) -> Any:
        alg = HKDF if self.wrong == "INVALID_ARGUMENT" else Alg.ECDH
        pair = self.key(P256, Alg.ECDH, data=NUMBER)
        return self.armed(self.core.key_agreement, pair, PEER, alg, self.made())

    def key_derivation_setup(self) -> Any:
        alg = {"INVALID_ARGUMENT": Alg.SHA_256, "NOT_SUPPORTED": Alg.HKDF(Alg.SHA_384)}.get(self.wrong, HKDF)
        return self.armed(self.core.key_derivation_setup, alg)

    def key_derivation_get_capacity(self) -> Any:
        return self.armed(lambda operation: operation.capacity, self.ready())

    def key_derivation_set_capacity(self) -> Any:
        operation = self.ready(lifetime=ELEMENT)
        operation.output_bytes(1)
        return self.armed(operation.set_capacity, 1 << 40 if self.wrong == "INVALID_ARGUMENT" else 9)

    def key_derivation_input_bytes(self) -> Any:
        """Of a vendor's algorithm: pieces go to the driver."""
        operation = self.core.key_derivation_setup(VENDOR if self.wrong != "INVALID_ARGUMENT" else HKDF)
        if self.wrong == "NOT_SUPPORTED":
            return self.armed(operation.input_bytes, Step.SALT, bytes((1 << 20) + 1))
        operation.input_bytes(Step.SECRET, b"secret")
        step = Step.SEED if self.wrong == "INVALID_ARGUMENT" else Step.INFO
        return self.armed(operation.input_bytes, step, b"info")

    def key_derivation_input_integer(self) -> Any:
        value = {"INVALID_ARGUMENT": 0, "NOT_SUPPORTED": 1 << 32}.get(self.wrong, 2)
        return self.armed(self.core.key_derivation_setup(PBKDF2).input_integer, Step.COST, value)

    def key_derivation_input_key(self) -> Any:
        """The second piece of a salt: the element is asked for it."""
        if self.wrong == "NOT_SUPPORTED":
            self.deriver.fault = self.vault.fault = number_of("NOT_SUPPORTED")
        operation = self.core.key_derivation_setup(PBKDF2)
        operation.input_integer(Step.COST, 2)
        operation.input_bytes(Step.SALT, b"salt")
        self.deriver.fault = self.vault.fault = 0
        key_type = KeyType.HMAC if self.wrong == "INVALID_ARGUMENT" else KeyType.PEPPER
        return self.armed(operation.input_key, Step.SALT, self.key(key_type, PBKDF2, ELEMENT))

    def key_derivation_key_agreement(self) -> Any:
        operation = self.core.key_derivation_setup(HKDF if self.wrong == "INVALID_ARGUMENT" else COMBINED)
        pair = self.key(P256, COMBINED, data=NUMBER)
        return self.armed(operation.key_agreement, Step.SECRET, pair, PEER)

    def key_derivation_output_bytes(self) -> Any:
        return self.armed(self.output().output_bytes, 32)

    def key_derivation_output_key(self) -> Any:
        operation, attributes = self.output(), self.made()
        return self.armed(operation.output_key, attributes)

    def key_derivation_output_key_custom(self) -> Any:
        operation, attributes = self.output(), self.made()
        if self.wrong == "NOT_SUPPORTED":
            attributes = KeyAttributes(KeyType.RSA_KEY_PAIR, 1024)
            return self.armed(operation.output_key_custom, attributes, b"\3")
        return self.armed(operation.output_key_custom, attributes)

    def key_derivation_verify_bytes(self) -> Any:
        expected = self.ready().output_bytes(32) if self.wrong != "INVALID_SIGNATURE" else bytes(32)
        return self.armed(self.output().verify_bytes, expected)

    def key_derivation_verify_key(self) -> Any:
        data = self.ready(PBKDF2).output_bytes(32) if self.wrong != "INVALID_SIGNATURE" else bytes(32)
        key_type = KeyType.DERIVE if self.wrong == "INVALID_ARGUMENT" else KeyType.PASSWORD_HASH
        expected = self.key(key_type, PBKDF2, data=data)
        operation = self.ready(PBKDF2)
        if self.wrong == "INSUFFICIENT_DATA":
            operation.set_capacity(31)
        return self.armed(operation.verify_key, expected)

    def key_derivation_abort(self) -> Any:
        operation = self.ready()
        operation.output_bytes(1)
        return self.armed(operation.abort)


def uninitialised(function: str) -> None:
    """The call on a core that nobody has initialised."""
    with Uninitialised(software=False) as core:
        operation, made = KeyDerivation(core), KeyAttributes(KeyType.DERIVE, 256)
        calls: dict[str, Callable[[], Any]] = {
            "key_agreement": lambda: core.key_agreement(1, PEER, Alg.ECDH, made),
            "key_derivation_setup": lambda: core.key_derivation_setup(HKDF),
            "key_derivation_get_capacity": lambda: operation.capacity,
            "key_derivation_set_capacity": lambda: operation.set_capacity(1),
            "key_derivation_input_bytes": lambda: operation.input_bytes(Step.SALT, b""),
            "key_derivation_input_integer": lambda: operation.input_integer(Step.COST, 1),
            "key_derivation_input_key": lambda: operation.input_key(Step.SECRET, 1),
            "key_derivation_key_agreement": lambda: operation.key_agreement(Step.SECRET, 1, PEER),
            "key_derivation_output_bytes": lambda: operation.output_bytes(out=bytearray(1)),
            "key_derivation_output_key": lambda: operation.output_key(made),
            "key_derivation_output_key_custom": lambda: operation.output_key_custom(made),
            "key_derivation_verify_bytes": lambda: operation.verify_bytes(b"x"),
            "key_derivation_verify_key": lambda: operation.verify_key(1),
            "key_derivation_abort": operation.abort,
        }
        calls[function]()


OWN = {"SUCCESS", "INVALID_HANDLE", "NOT_PERMITTED", "ALREADY_EXISTS", "INVALID_ARGUMENT", "INSUFFICIENT_DATA",
       "INVALID_SIGNATURE"}  # fmt: skip
"""What the core itself answers, or what a driver answers to a wrong request; the others are a driver's own failures."""

REFUSED = {"key_derivation_setup", "key_derivation_input_bytes", "key_derivation_input_integer",
           "key_derivation_output_key_custom"}  # fmt: skip
"""What the core itself does not support."""


def perform(scene: Scene, function: str, name: str, status: int) -> None:
    """Make the call, and let go wrong what is to go wrong."""

    def arm() -> None:
        if name == "DATA_INVALID" and (1, 9) in scene.storage.records:
            scene.storage.records[1, 9] = scene.storage.records[1, 10]
        elif name == "INSUFFICIENT_STORAGE":
            scene.storage.fault = status
        else:
            scene.deriver.fault = scene.vault.fault = status

    if name not in OWN and not (name == "NOT_SUPPORTED" and function in REFUSED):
        scene.arm = arm
    try:
        getattr(scene, function)()
    finally:
        scene.deriver.fault = scene.vault.fault = scene.storage.fault = 0


def case(function: str, status: int) -> None:
    """The call returns the status."""
    function, name = function.removeprefix("psa_"), NAMES[status]
    if name == "BAD_STATE":
        with pytest.raises(BY_STATUS[status]):
            uninitialised(function)
        return
    scene = Scene(name, long=function == "key_derivation_input_bytes")
    with scene.core:
        if name == "SUCCESS":
            perform(scene, function, name, status)
            return
        with pytest.raises(BY_STATUS.get(status, PsaError)) as caught:
            perform(scene, function, name, status)
        assert caught.value.status == status


NAMES: dict[int, str] = {}
WAIVED = {
    "key_derivation_setup": {"INSUFFICIENT_MEMORY", "COMMUNICATION_FAILURE", "CORRUPTION_DETECTED"},
    "key_derivation_get_capacity": {"COMMUNICATION_FAILURE", "CORRUPTION_DETECTED"},
    "key_derivation_input_integer": {
        "INSUFFICIENT_MEMORY", "COMMUNICATION_FAILURE", "CORRUPTION_DETECTED", "STORAGE_FAILURE", "DATA_CORRUPT",
        "DATA_INVALID",
    },
}  # fmt: skip
"""What these functions cannot return here; the reasons are in data/status_waivers.toml."""

for entry in json.loads((Path(__file__).parent / "data" / "psa_crypto_1_5_functions.json").read_text())["functions"]:
    short = entry["name"].removeprefix("psa_")
    for listed in entry["statuses"] if hasattr(Scene, short) else ():
        name = listed["status"].removeprefix("PSA_").removeprefix("ERROR_")
        NAMES[number_of(listed["status"])] = name
        if name not in WAIVED.get(short, ()):
            CASES[entry["name"], listed["status"]] = case
