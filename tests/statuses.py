"""Which (function, status) pairs have a test: the register, and a world in which anything can fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from oracle import ecc, private_bytes, public_bytes
from python_drivers import Accelerator, SecureElement

from psa_bridge import Alg, Core, Key, KeyAttributes, KeyType, PsaError, Usage
from psa_bridge._native import ffi
from psa_bridge.constants import Status
from psa_bridge.errors import BY_STATUS
from psa_bridge.ops import base
from psa_bridge.ops.compiled import WRITTEN

ECDSA = Alg.ECDSA(Alg.SHA_256)
EVERY_USE = Usage.SIGN_HASH | Usage.VERIFY_HASH | Usage.EXPORT | Usage.COPY | Usage.DERIVE
ELEMENT = SecureElement.location << 8
PERSISTENT_ID = 0x77

Pair = tuple[str, str]
Case = Callable[[str, int], None]

CASES: dict[Pair, Case] = {}
"""What shows that a function returns a status: called with the function and the number of the status."""


def number_of(status: str) -> int:
    """The number of a status by its macro."""
    return int(getattr(Status, status.removeprefix("PSA_").removeprefix("ERROR_")))


def covers(function: str, *statuses: str) -> Callable[[Case], Case]:
    """Register a case for pairs; names without ``psa_`` and ``PSA_ERROR_``."""

    def register(case: Case) -> Case:
        for status in statuses:
            pair = f"psa_{function}", "PSA_SUCCESS" if status == "SUCCESS" else f"PSA_ERROR_{status}"
            assert pair not in CASES, f"{pair} has a case already"
            CASES[pair] = case
        return case

    return register


@contextmanager
def watching() -> Iterator[set[tuple[str, int]]]:
    """The (function, status) pairs that C returned meanwhile."""
    seen: set[tuple[str, int]] = set()
    original = base.check

    def check(status: int, function: str) -> None:
        seen.add((function, status))
        original(status, function)

    base.check = check
    quick = [(made, name, getattr(made, name)) for made, name, _ in WRITTEN]
    for made, name, function in WRITTEN:  # compiled methods tell nobody of a success
        setattr(made, name, function)
    try:
        yield seen
    finally:
        base.check = original
        for made, name, function in quick:
            setattr(made, name, function)


class FaultyStorage:
    """Storage that fails with ``fault`` while that is a status, and lets records be damaged."""

    def __init__(self) -> None:
        self.records: dict[tuple[int, int], bytes] = {}
        self.fault = 0
        names = ("load", "save", "remove", "list")
        members = dict(ffi.typeof("psab_storage_t").fields)
        self._callbacks = {name: ffi.callback(members[name].type, getattr(self, f"_{name}")) for name in names}

    @property
    def native(self) -> Any:
        """The ``psab_storage_t``."""
        return ffi.new("psab_storage_t *", {"user": ffi.NULL, **self._callbacks})[0]

    def _load(self, _user: Any, kind: int, name: int, data: Any, size: int, length: Any) -> int:
        if self.fault or (kind, name) not in self.records:
            return self.fault or int(Status.DOES_NOT_EXIST)
        record = self.records[kind, name]
        length[0] = len(record)
        if len(record) > size:
            return int(Status.BUFFER_TOO_SMALL)
        ffi.memmove(data, record, len(record))
        return 0

    def _save(self, _user: Any, kind: int, name: int, data: Any, length: int) -> int:
        if not self.fault:
            self.records[kind, name] = bytes(ffi.buffer(data, length))
        return self.fault

    def _remove(self, _user: Any, kind: int, name: int) -> int:
        if self.fault:
            return self.fault
        return 0 if self.records.pop((kind, name), None) is not None else int(Status.DOES_NOT_EXIST)

    def _list(self, _user: Any, kind: int, names: Any, size: int, count: Any) -> int:
        found = [name for known, name in self.records if known == kind]
        count[0] = len(found)
        for position, name in enumerate(found[:size]):
            names[position] = name
        return self.fault


@dataclass
class World:
    """A core with drivers and storage that can be told to fail."""

    core: Core
    accelerator: Accelerator
    element: SecureElement
    storage: FaultyStorage

    def arm_drivers(self, status: int) -> None:
        """From now on every driver fails."""
        self.accelerator.fault = self.element.fault = status

    def arm_storage(self, status: int) -> None:
        """From now on storage fails."""
        self.storage.fault = status


class Uninitialised(Core):
    """A core that nobody has initialised."""

    def crypto_init(self) -> None:
        """Leave it."""


@contextmanager
def world(software: bool = False, initialise: bool = True) -> Iterator[World]:
    """A fresh world; everything works again at the end, so that it can be torn down."""
    accelerator, element, storage = Accelerator(), SecureElement(), FaultyStorage()
    kind = Core if initialise else Uninitialised
    with kind(accelerator, element, software=software, storage=storage) as core:  # type: ignore[arg-type]
        made = World(core, accelerator, element, storage)
        try:
            yield made
        finally:
            made.arm_drivers(0)
            made.arm_storage(0)


# One good call of every function

PEER = public_bytes(ec.derive_private_key(9, ec.SECP256R1()).public_key())
NUMBER = private_bytes(ec.derive_private_key(7, ec.SECP256R1()))


@dataclass
class Scene:
    """What a call needs: where its keys are, and what happens right before it."""

    world: World
    arm: Callable[[], None] = lambda: None
    lifetime: int = 0
    alg: int = ECDSA

    @property
    def core(self) -> Core:
        """The core."""
        return self.world.core

    def attributes(self, **changes: Any) -> KeyAttributes:
        """Attributes of a P-256 key pair at the scene's lifetime."""
        base_attributes = ecc("SECP_R1", 256, alg=self.alg, usage=EVERY_USE)
        identifier = PERSISTENT_ID if self.lifetime & 0xFF else 0
        values = {"usage": EVERY_USE, "alg": self.alg, "id": identifier, "lifetime": self.lifetime, **changes}
        return KeyAttributes(base_attributes.type, 256, **values)

    def key(self) -> Key:
        """A key that is not in memory if it is persistent."""
        key = self.core.import_key(self.attributes(), NUMBER)
        if self.lifetime & 0xFF:
            key.attributes  # noqa: B018 - known from now on, so that no later look-up fails in its place
            key.purge()
        return key

    def operation(self) -> Any:
        """A hash operation with some input."""
        operation = self.core.hash_setup(Alg.SHA_256)
        operation.update(b"ab")
        return operation

    def armed(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Let it happen, then call."""
        self.arm()
        return call(*arguments, **named)

    def perform(self, function: str) -> Any:
        """A call of a function that succeeds if nothing was armed."""
        return getattr(self, function)()

    def psa_crypto_init(self) -> Any:
        return self.armed(self.core._run, "crypto_init")

    def psa_hash_compute(self) -> Any:
        return self.armed(self.core.hash_compute, Alg.SHA_256, b"abc")

    def psa_hash_compare(self) -> Any:
        return self.armed(self.core.hash_compare, Alg.SHA_256, b"abc", self.core.hash_compute(Alg.SHA_256, b"abc"))

    def psa_hash_setup(self) -> Any:
        return self.armed(self.core.hash_setup, Alg.SHA_256)

    def psa_hash_update(self) -> Any:
        return self.armed(self.operation().update, b"c")

    def psa_hash_finish(self) -> Any:
        return self.armed(self.operation().finish)

    def psa_hash_verify(self) -> Any:
        expected = self.core.hash_compute(Alg.SHA_256, b"ab")
        return self.armed(self.operation().verify, expected)

    def psa_hash_abort(self) -> Any:
        return self.armed(self.operation().abort)

    def psa_hash_suspend(self) -> Any:
        return self.armed(self.operation().suspend)

    def psa_hash_resume(self) -> Any:
        return self.armed(self.core.hash_resume, self.operation().suspend())

    def psa_hash_clone(self) -> Any:
        return self.armed(self.operation().clone)

    def psa_generate_random(self) -> Any:
        return self.armed(self.core.generate_random, 16)

    def psa_get_key_attributes(self) -> Any:
        return self.armed(self.core.get_key_attributes, self.key())

    def psa_check_key_usage(self) -> Any:
        return self.armed(self.core.check_key_usage, self.key(), ECDSA, Usage.SIGN_HASH)

    def psa_import_key(self) -> Any:
        return self.armed(self.core.import_key, self.attributes(), NUMBER)

    def psa_generate_key(self) -> Any:
        return self.armed(self.core.generate_key, self.attributes())

    def psa_generate_key_custom(self) -> Any:
        identifier = {"id": PERSISTENT_ID, "lifetime": self.lifetime} if self.lifetime & 0xFF else {}
        attributes = KeyAttributes(KeyType.RSA_KEY_PAIR, 1024, usage=Usage.EXPORT, **identifier)
        return self.armed(self.core.generate_key_custom, attributes, b"\3")

    def psa_copy_key(self) -> Any:
        key = self.key()
        identifier = PERSISTENT_ID + 1 if self.lifetime & 0xFF else 0
        return self.armed(self.core.copy_key, key, self.attributes(id=identifier))

    def psa_destroy_key(self) -> Any:
        return self.armed(self.core.destroy_key, self.key())

    def psa_purge_key(self) -> Any:
        return self.armed(self.core.purge_key, self.key())

    def psa_export_key(self) -> Any:
        return self.armed(self.core.export_key, self.key())

    def psa_export_public_key(self) -> Any:
        return self.armed(self.core.export_public_key, self.key())

    def psa_sign_hash(self) -> Any:
        return self.armed(self.core.sign_hash, self.key(), ECDSA, bytes(32))

    def psa_sign_message(self) -> Any:
        return self.armed(self.core.sign_message, self.key(), ECDSA, b"m")

    def psa_verify_hash(self) -> Any:
        key = self.key()
        signature = self.core.sign_hash(key, ECDSA, bytes(32))
        return self.armed(self.core.verify_hash, self.fresh(key), ECDSA, bytes(32), signature)

    def psa_verify_message(self) -> Any:
        key = self.key()
        signature = self.core.sign_message(key, ECDSA, b"m")
        return self.armed(self.core.verify_message, self.fresh(key), ECDSA, b"m", signature)

    def psa_raw_key_agreement(self) -> Any:
        self.alg = Alg.ECDH
        return self.armed(self.core.raw_key_agreement, Alg.ECDH, self.key(), PEER)

    def fresh(self, key: Key) -> Key:
        """The key, out of memory again if it is persistent."""
        if self.lifetime & 0xFF:
            key.purge()
        return key


FUNCTIONS = sorted(name for name in vars(Scene) if name.startswith("psa_"))
"""The functions that have a good call."""

MAKERS = ("psa_import_key", "psa_generate_key", "psa_generate_key_custom", "psa_copy_key")
SIGNING = ("psa_sign_hash", "psa_sign_message")
VERIFYING = ("psa_verify_hash", "psa_verify_message")
USERS = (*SIGNING, *VERIFYING, "psa_raw_key_agreement")
LOADERS = (
    "psa_get_key_attributes",
    "psa_check_key_usage",
    "psa_copy_key",
    "psa_export_key",
    "psa_export_public_key",
    *USERS,
)
"""Functions that read a persistent key that is not in memory."""


def short(function: str) -> str:
    return function.removeprefix("psa_")


def fails(status: int, call: Any, *arguments: Any, **named: Any) -> None:
    """A call raises the exception of a status."""
    with pytest.raises(BY_STATUS.get(status, PsaError)) as caught:
        call(*arguments, **named)
    assert caught.value.status == status
