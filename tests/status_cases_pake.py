"""Cases of (function, status) pairs of PAKE."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pake_drivers import LOCATION, Matchmaker, Vault
from statuses import CASES, FaultyStorage, Uninitialised, number_of

from psa_bridge import (
    Alg,
    BuiltinKey,
    Core,
    EccFamily,
    KeyAttributes,
    KeyType,
    PakeCipherSuite,
    PakeConfirmation,
    PakeOperation,
    PakePrimitive,
    PakePrimitiveType,
    PakeRole,
    PakeStep,
    PsaError,
    Usage,
)

JPAKE = Alg.JPAKE(Alg.SHA_256)
P256 = PakePrimitive.of(PakePrimitiveType.ECC, EccFamily.SECP_R1, 256)
SUITE = PakeCipherSuite(JPAKE, P256, PakeConfirmation.UNCONFIRMED_KEY)
IDENTIFIER = 0x79
BUILTIN = 0x7FFF0001
PROVEN = (PakeStep.KEY_SHARE, PakeStep.ZK_PUBLIC, PakeStep.ZK_PROOF)


class Element(Vault):
    """An element with a key of its own, which it does not give while ``fault`` is a status."""

    prefix = "elementpake"
    capabilities: list[Any] = [*Vault.capabilities, {"entry_points": ["get_builtin_key"]}]  # noqa: RUF012

    def get_builtin_key(self, slot: int, attributes: KeyAttributes) -> tuple[KeyAttributes, bytes]:
        return replace(attributes, type=KeyType.PASSWORD, bits=16, usage=Usage.DERIVE, alg=JPAKE), b"\x5apw"


class Scene:
    """Two sides of an exchange, and what is to be wrong with the next call."""

    def __init__(self, wrong: str = "", persistent: bool = False) -> None:
        self.driver, self.element, self.storage = Matchmaker(), Element(), FaultyStorage()
        builtin = [BuiltinKey(BUILTIN, LOCATION << 8 | 1, 1)]
        self.core = Core(self.driver, self.element, storage=self.storage, builtin_keys=builtin)  # type: ignore[arg-type]
        place = {"id": IDENTIFIER, "lifetime": 1} if persistent else {}
        usage = Usage(0) if wrong == "NOT_PERMITTED" else Usage.DERIVE
        attributes = KeyAttributes(KeyType.PASSWORD, usage=usage, alg=JPAKE, **place)
        self.key = self.core.import_key(attributes, b"password")
        self.wrong = wrong
        self.message = b""
        self.idle = self.core

    def exchange(self) -> tuple[PakeOperation, PakeOperation]:
        """Both sides, with their identities."""
        one, two = self.core.pake_setup(self.key, SUITE), self.core.pake_setup(self.key, SUITE)
        for side, own, other in ((one, b"one", b"two"), (two, b"two", b"one")):
            side.set_user(own)
            side.set_peer(other)
        return one, two

    def completed(self) -> PakeOperation:
        """A side that has done everything but ask for the key."""
        one, two = self.exchange()
        for steps in (PROVEN * 2, PROVEN):
            messages = [[side.output(step) for step in steps] for side in (one, two)]
            for step, first, second in zip(steps, *messages, strict=True):
                two.input(step, first)
                one.input(step, second)
        return one

    def made(self) -> KeyAttributes:
        """Attributes of the shared key."""
        if self.wrong in {"ALREADY_EXISTS", "STORAGE_FAILURE", "DATA_CORRUPT", "INSUFFICIENT_STORAGE"}:
            attributes = KeyAttributes(KeyType.DERIVE, id=5, lifetime=1)
            if self.wrong == "ALREADY_EXISTS":
                self.core.import_key(attributes, b"there already")
            return attributes
        if self.wrong == "NOT_SUPPORTED":
            return KeyAttributes(KeyType.DERIVE, lifetime=2, id=5)
        return KeyAttributes(KeyType.AES if self.wrong == "INVALID_ARGUMENT" else KeyType.DERIVE)


def _spake2p(s: Scene) -> PakeOperation:
    kind = KeyType.SPAKE2P_KEY_PAIR(EccFamily.SECP_R1)
    alg = Alg.SPAKE2P_MATTER
    key = s.core.import_key(KeyAttributes(kind, 256, usage=Usage.DERIVE, alg=alg), bytes(31) + b"\1" + b"\2" * 32)
    return s.core.pake_setup(key, PakeCipherSuite(alg, P256))


STEPS: dict[str, Callable[[PakeOperation, Scene], Any]] = {
    "set_role": lambda o, s: o.set_role(PakeRole.FIRST if s.wrong == "INVALID_ARGUMENT" else PakeRole.NONE),
    "set_user": lambda o, s: o.set_user(_text(s)),
    "set_peer": lambda o, s: o.set_peer(_text(s)),
    "set_context": lambda o, s: o.set_context(_text(s)),
    "output": lambda o, s: o.output(
        PakeStep.CONFIRM if s.wrong == "INVALID_ARGUMENT" else PakeStep.KEY_SHARE,
        **({"out": bytearray(64)} if s.wrong == "BUFFER_TOO_SMALL" else {}),
    ),
    "input": lambda o, s: o.input(PakeStep.ZK_PUBLIC, s.message if s.wrong == "SUCCESS" else bytes(65)),
    "get_shared_key": lambda o, s: o.get_shared_key(s.made()),
    "abort": lambda o, s: o.abort(),
}
PLAIN = {"set_role", "set_user", "set_peer", "set_context"}
"""Steps for which no driver is asked."""


def _text(s: Scene) -> bytes:
    return {"INVALID_ARGUMENT": b"", "NOT_SUPPORTED": bytes((1 << 16) + 1)}.get(s.wrong, b"me")


def _operation(s: Scene, action: str) -> PakeOperation:
    if action == "set_context":
        return _spake2p(s)
    if action in PLAIN:
        return s.core.pake_setup(s.key, SUITE)
    if action == "get_shared_key":
        return s.completed()
    one, two = s.exchange()
    if action == "input":  # the driver is set up before, and its faults are those of the next step
        one.input(PakeStep.KEY_SHARE, two.output(PakeStep.KEY_SHARE))
        s.message = two.output(PakeStep.ZK_PUBLIC)
    if action == "abort":
        one.output(PakeStep.KEY_SHARE)
    return one


def _expect(call: Callable[[], Any], number: int) -> None:
    try:
        call()
    except PsaError as error:
        assert error.status == number, error
        return
    assert number == 0


def step(function: str, status: int) -> None:
    """A step that fails, or whose driver does."""
    name, action = NAMES[status], function.removeprefix("psa_pake_")
    persistent = name in {"STORAGE_FAILURE", "DATA_CORRUPT", "DATA_INVALID"} and action != "get_shared_key"
    s = Scene(name, persistent)
    with s.core:
        operation = _operation(s, action)
        if name == "BAD_STATE":
            s.idle = Uninitialised(software=False)
            operation = PakeOperation(s.idle, SUITE)
        elif action == "get_shared_key" and name in {"STORAGE_FAILURE", "DATA_CORRUPT"}:
            s.storage.fault = status
        elif name not in OWN and action not in PLAIN:
            s.driver.fault = status
        try:
            _expect(lambda: STEPS[action](operation, s), status)
        finally:
            s.driver.fault = s.storage.fault = 0
            s.idle.close()


def setup(function: str, status: int) -> None:
    """A setup that fails."""
    name = NAMES[status]
    s = Scene(name, persistent=name in {"STORAGE_FAILURE", "DATA_CORRUPT", "DATA_INVALID"})
    suite, key, core = SUITE, s.key.id, s.core
    with s.core:
        if name == "BAD_STATE":
            core = Uninitialised(software=False)
        elif name == "INVALID_HANDLE":
            s.key.destroy()
        elif name == "INVALID_ARGUMENT":
            suite = PakeCipherSuite(JPAKE, P256)
        elif name == "NOT_SUPPORTED":
            core = Core(software=False)
            key = core.import_key(KeyAttributes(KeyType.PASSWORD, usage=Usage.DERIVE, alg=JPAKE), b"password").id
        elif name in {"COMMUNICATION_FAILURE", "CORRUPTION_DETECTED"}:
            key, s.element.fault = BUILTIN, status
        elif name == "DATA_INVALID":
            other = KeyAttributes(KeyType.PASSWORD, id=IDENTIFIER + 1, lifetime=1)
            s.core.import_key(other, b"password")
            s.key.purge()
            s.storage.records[1, IDENTIFIER] = s.storage.records[1, IDENTIFIER + 1]
        elif name not in OWN:
            s.key.purge()
            s.storage.fault = status
        try:
            _expect(lambda: core.pake_setup(key, suite), status)
        finally:
            s.element.fault = s.storage.fault = 0
            core.close()


OWN = {
    "SUCCESS",
    "BAD_STATE",
    "BUFFER_TOO_SMALL",
    "INVALID_ARGUMENT",
    "ALREADY_EXISTS",
    "INVALID_HANDLE",
    "NOT_PERMITTED",
}
WAIVED = {"set_role": {"NOT_SUPPORTED"}, "set_context": {"INVALID_ARGUMENT"}, "get_shared_key": {"NOT_PERMITTED"}}
"""See status_waivers.toml."""
NAMES: dict[int, str] = {}


def _register() -> None:
    text = (Path(__file__).parent / "data" / "psa_crypto_1_5_functions.json").read_text()
    for entry in json.loads(text)["functions"]:
        action = entry["name"].removeprefix("psa_pake_")
        if action not in {*STEPS, "setup"} or not entry["name"].startswith("psa_pake_"):
            continue
        for listed in entry["statuses"]:
            short = listed["status"].removeprefix("PSA_").removeprefix("ERROR_")
            NAMES[number_of(listed["status"])] = short
            unreached = (
                {"COMMUNICATION_FAILURE", "CORRUPTION_DETECTED", "INSUFFICIENT_MEMORY"} if action in PLAIN else set()
            )
            if short not in WAIVED.get(action, set()) | unreached:
                CASES[entry["name"], listed["status"]] = setup if action == "setup" else step


_register()
