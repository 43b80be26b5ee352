"""Cases of (function, status) pairs of MAC, cipher, AEAD and XOF."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from statuses import FaultyStorage, covers
from symmetric_drivers import Both

from psa_bridge import (
    AeadOperation,
    Alg,
    CipherOperation,
    Core,
    Key,
    KeyAttributes,
    KeyType,
    MacOperation,
    PsaError,
    Usage,
    XofOperation,
)
from psa_bridge.errors import BY_STATUS, error_from

HMAC = Alg.HMAC(Alg.SHA_256)
USES = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE | Usage.ENCRYPT | Usage.DECRYPT
NONCE = bytes(12)
IDENTIFIER = 0x78
FUNCTIONS = json.loads((Path(__file__).parent / "data" / "psa_crypto_1_5_functions.json").read_text())["functions"]
LISTED: dict[str, list[str]] = {
    function["name"]: [entry["status"].removeprefix("PSA_").removeprefix("ERROR_") for entry in function["statuses"]]
    for function in FUNCTIONS
    if function["name"].split("_")[1] in ("mac", "cipher", "aead", "xof") and function["statuses"]
}


class Faulty(Both):
    """Fails with ``fault`` while that is a status."""

    prefix = "faulty"

    def __init__(self) -> None:
        self.fault = 0

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name.split("_", maxsplit=1)[0] in ("mac", "cipher", "aead", "xof"):
            return _failing(self, value)
        return value


def _failing(driver: Faulty, function: Any) -> Any:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if driver.fault:
            raise error_from(driver.fault)
        return function(*args, **kwargs)

    return call


class Scene:
    """A core with a driver and storage that can fail, and what calls need."""

    def __init__(self, core: Core, driver: Faulty, storage: FaultyStorage) -> None:
        self.core, self.driver, self.storage = core, driver, storage
        self.persistent = False
        self.policy: int | None = None
        self.usage: int = USES
        self.missing = False
        self.arm: Callable[[], None] = lambda: None

    def key(self, alg: int) -> Key:
        kind = KeyType.HMAC if alg == HMAC else KeyType.AES
        place = {"lifetime": 1, "id": IDENTIFIER} if self.persistent else {}
        policy = alg if self.policy is None else self.policy
        key = self.core.import_key(KeyAttributes(kind, 128, usage=self.usage, alg=policy, **place), bytes(16))
        key.attributes  # noqa: B018 - known from now on, so that no later look-up fails in its place
        if self.missing:
            key.destroy()
        return key

    def ready(self, key: Key) -> None:
        """Right before the call."""
        if self.persistent and key.exists:
            key.purge()
        self.arm()

    def perform(self, function: str, **named: Any) -> Any:
        """A call that succeeds if nothing was armed."""
        name = function.removeprefix("psa_")
        family = name.split("_")[0]
        return getattr(self, f"_{family}")(name, **named)

    def _mac(self, name: str, **named: Any) -> Any:
        core, key = self.core, self.key(HMAC)
        if name == "mac_compute":
            self.ready(key)
            return core.mac_compute(key, HMAC, b"abc", **named)
        if name == "mac_verify":
            mac = Both().mac_compute(key.attributes, bytes(16), HMAC, b"abc")
            self.ready(key)
            return core.mac_verify(key, HMAC, b"abc", named.get("bad", mac))
        if name in ("mac_sign_setup", "mac_verify_setup"):
            self.ready(key)
            return getattr(core, name)(key, HMAC)
        operation = (core.mac_verify_setup if name == "mac_verify_finish" else core.mac_sign_setup)(key, HMAC)
        operation.update(b"abc")
        mac = Both().mac_compute(key.attributes, bytes(16), HMAC, b"abc")
        self.ready(key)
        calls = {
            "mac_update": lambda: operation.update(b"d"),
            "mac_sign_finish": lambda: operation.sign_finish(**named),
            "mac_verify_finish": lambda: operation.verify_finish(named.get("bad", mac)),
            "mac_abort": operation.abort,
        }
        return calls[name]()

    def _cipher(self, name: str, alg: int = Alg.CTR, data: bytes = b"d" * 16, **named: Any) -> Any:
        core, key = self.core, self.key(alg)
        if name in ("cipher_encrypt", "cipher_decrypt"):
            self.ready(key)
            return getattr(core, name)(key, alg, (b"i" * 16 if name == "cipher_decrypt" else b"") + data, **named)
        if name in ("cipher_encrypt_setup", "cipher_decrypt_setup"):
            self.ready(key)
            return getattr(core, name)(key, alg)
        decrypts = named.pop("decrypts", False)
        operation = (core.cipher_decrypt_setup if decrypts else core.cipher_encrypt_setup)(key, alg)
        if name not in ("cipher_generate_iv", "cipher_set_iv"):
            operation.set_iv(bytes(16))
        if name == "cipher_finish":
            operation.update(data)
        iv = named.pop("iv", bytes(16))
        self.ready(key)
        calls = {
            "cipher_generate_iv": lambda: operation.generate_iv(**named),
            "cipher_set_iv": lambda: operation.set_iv(iv),
            "cipher_update": lambda: operation.update(data, **named),
            "cipher_finish": lambda: operation.finish(**named),
            "cipher_abort": operation.abort,
        }
        return calls[name]()

    def _aead(self, name: str, nonce: bytes = NONCE, **named: Any) -> Any:
        core, key, alg = self.core, self.key(Alg.GCM), Alg.GCM
        sealed = Both().aead_encrypt(key.attributes, bytes(16), alg, NONCE, b"", b"")
        if name in ("aead_encrypt", "aead_decrypt"):
            self.ready(key)
            text = named.pop("bad", sealed) if name == "aead_decrypt" else b""
            return getattr(core, name)(key, alg, nonce, b"", text, **named)
        if name in ("aead_encrypt_setup", "aead_decrypt_setup"):
            self.ready(key)
            return getattr(core, name)(key, alg)
        operation = (core.aead_decrypt_setup if name == "aead_verify" else core.aead_encrypt_setup)(key, alg)
        lengths = named.pop("lengths", None)
        if lengths:
            operation.set_lengths(*lengths)
        if name not in ("aead_generate_nonce", "aead_set_nonce", "aead_set_lengths"):
            operation.set_nonce(NONCE)
        much = named.pop("much", (0, 0))
        tag = named.pop("bad", sealed)
        self.ready(key)
        calls = {
            "aead_set_lengths": lambda: operation.set_lengths(*much),
            "aead_generate_nonce": lambda: operation.generate_nonce(**named),
            "aead_set_nonce": lambda: operation.set_nonce(nonce),
            "aead_update_ad": lambda: operation.update_ad(b"a"),
            "aead_update": lambda: operation.update(b"text", **named),
            "aead_finish": lambda: self.finish_into(operation, **named),
            "aead_verify": lambda: operation.verify(tag, **named),
            "aead_abort": operation.abort,
        }
        return calls[name]()

    @staticmethod
    def finish_into(operation: Any, out: bytearray | None = None) -> Any:
        """Finish, with a tag buffer that is too short where there is ``out``."""
        if out is None:
            return operation.finish()
        from psa_bridge._native import ffi  # noqa: PLC0415

        buffer, lengths = ffi.new("uint8_t[64]"), ffi.new("size_t[2]")
        arguments = (buffer, 32, lengths, buffer + 32, len(out), lengths + 1)
        return operation._core._run("aead_finish", operation._operation, *arguments)

    def _xof(self, name: str, alg: int = Alg.ASCON_CXOF128) -> Any:
        if name == "xof_setup":
            self.arm()
            return self.core.xof_setup(alg)
        operation = self.core.xof_setup(alg)
        if name in ("xof_update", "xof_output"):
            operation.set_context(b"me")
        self.arm()
        calls = {
            "xof_set_context": lambda: operation.set_context(b"me"),
            "xof_update": lambda: operation.update(b"x"),
            "xof_output": lambda: operation.output(4),
            "xof_abort": operation.abort,
        }
        return calls[name]()


class Uninitialised(Core):
    """A core that nobody has initialised."""

    def crypto_init(self) -> None:
        """Leave it."""


@contextmanager
def scene() -> Iterator[Scene]:
    """A fresh one; everything works again at the end, so that it can be torn down."""
    driver, storage = Faulty(), FaultyStorage()
    with Core(driver, storage=storage) as core:  # type: ignore[arg-type]
        made = Scene(core, driver, storage)
        try:
            yield made
        finally:
            driver.fault = storage.fault = 0


def fails(status: int, call: Any, *arguments: Any, **named: Any) -> None:
    """A call raises the exception of a status."""
    with pytest.raises(BY_STATUS.get(status, PsaError)) as caught:
        call(*arguments, **named)
    assert caught.value.status == status


def short(function: str) -> str:
    return function.removeprefix("psa_")


def every(status: str) -> list[str]:
    """The functions that list a status."""
    return [function for function, statuses in LISTED.items() if status in statuses]


WITH_KEY = [f for f in LISTED if f.split("_")[1] != "xof" and not f.endswith("_abort")]
STARTS = [f for f in WITH_KEY if f.endswith(("_setup", "_encrypt", "_decrypt", "mac_compute", "mac_verify"))]


def succeeds(function: str, status: int) -> None:
    with scene() as s:
        s.perform(function)


def from_the_driver(function: str, status: int) -> None:
    def arm() -> None:
        s.driver.fault = status

    with scene() as s:
        s.arm = arm
        fails(status, s.perform, function)


def from_storage(function: str, status: int) -> None:
    def arm() -> None:
        s.storage.fault = status

    with scene() as s:
        s.persistent, s.arm = True, arm
        fails(status, s.perform, function)


def record_of_another_key(function: str, status: int) -> None:
    def arm() -> None:
        s.storage.records[1, IDENTIFIER] = s.storage.records[1, IDENTIFIER + 1]

    with scene() as s:
        place = {"lifetime": 1, "id": IDENTIFIER + 1}
        s.core.import_key(KeyAttributes(KeyType.AES, 128, **place), bytes(16))
        s.persistent, s.arm = True, arm
        fails(status, s.perform, function)


def without_initialisation(function: str, status: int) -> None:
    with Uninitialised() as core:
        mac, cipher, aead, xof = MacOperation(core), CipherOperation(core), AeadOperation(core), XofOperation(core)
        out = bytearray(32)
        calls: dict[str, Any] = {
            "mac_compute": lambda: core.mac_compute(1, HMAC, b"", out=out),
            "mac_verify": lambda: core.mac_verify(1, HMAC, b"", b""),
            "mac_sign_setup": lambda: core.mac_sign_setup(1, HMAC),
            "mac_verify_setup": lambda: core.mac_verify_setup(1, HMAC),
            "mac_update": lambda: mac.update(b""),
            "mac_sign_finish": mac.sign_finish,
            "mac_verify_finish": lambda: mac.verify_finish(b""),
            "mac_abort": mac.abort,
            "cipher_encrypt": lambda: core.cipher_encrypt(1, Alg.CTR, b"", out=out),
            "cipher_decrypt": lambda: core.cipher_decrypt(1, Alg.CTR, b""),
            "cipher_encrypt_setup": lambda: core.cipher_encrypt_setup(1, Alg.CTR),
            "cipher_decrypt_setup": lambda: core.cipher_decrypt_setup(1, Alg.CTR),
            "cipher_generate_iv": cipher.generate_iv,
            "cipher_set_iv": lambda: cipher.set_iv(b""),
            "cipher_update": lambda: cipher.update(b""),
            "cipher_finish": cipher.finish,
            "cipher_abort": cipher.abort,
            "aead_encrypt": lambda: core.aead_encrypt(1, Alg.GCM, b"", b"", b"", out=out),
            "aead_decrypt": lambda: core.aead_decrypt(1, Alg.GCM, b"", b"", b""),
            "aead_encrypt_setup": lambda: core.aead_encrypt_setup(1, Alg.GCM),
            "aead_decrypt_setup": lambda: core.aead_decrypt_setup(1, Alg.GCM),
            "aead_set_lengths": lambda: aead.set_lengths(0, 0),
            "aead_generate_nonce": aead.generate_nonce,
            "aead_set_nonce": lambda: aead.set_nonce(b""),
            "aead_update_ad": lambda: aead.update_ad(b""),
            "aead_update": lambda: aead.update(b""),
            "aead_finish": aead.finish,
            "aead_verify": lambda: aead.verify(b""),
            "aead_abort": aead.abort,
            "xof_setup": lambda: core.xof_setup(Alg.SHAKE256),
            "xof_set_context": lambda: xof.set_context(b""),
            "xof_update": lambda: xof.update(b""),
            "xof_output": lambda: xof.output(1),
            "xof_abort": xof.abort,
        }
        fails(status, calls[short(function)])


def key_that_is_not_there(function: str, status: int) -> None:
    with scene() as s:
        s.missing = True
        fails(status, s.perform, function)


def policy_that_forbids(function: str, status: int) -> None:
    with scene() as s:
        s.usage = 0
        fails(status, s.perform, function)
    with scene() as s:
        s.policy = Alg.OFB
        fails(status, s.perform, function)


def output_that_is_too_small(function: str, status: int) -> None:
    with scene() as s:
        named: dict[str, Any] = {"out": bytearray(3)}
        if function == "psa_cipher_finish":
            named |= {"alg": Alg.CBC_PKCS7}
        if function in ("psa_aead_decrypt", "psa_aead_verify"):
            named = {"out": bytearray(0)}
            return small_plaintext(s, function, status)
        return fails(status, s.perform, function, **named)


def small_plaintext(s: Scene, function: str, status: int) -> None:
    """Room for less than the text."""
    key = s.key(Alg.GCM)
    sealed = s.core.aead_encrypt(key, Alg.GCM, NONCE, b"", b"text")
    if function == "psa_aead_decrypt":
        return fails(status, s.core.aead_decrypt, key, Alg.GCM, NONCE, b"", sealed, out=bytearray(3))
    operation = s.core.aead_decrypt_setup(key, Alg.GCM)
    operation.set_nonce(NONCE)
    operation.update(sealed[:4])
    return fails(status, operation.verify, sealed[4:], out=bytearray(3))


def wrong_proof(function: str, status: int) -> None:
    with scene() as s:
        fails(status, s.perform, function, bad=bytes(32 if "mac" in function else 16))


def wrong_padding(function: str, status: int) -> None:
    with scene() as s:
        named = {"decrypts": True} if function == "psa_cipher_finish" else {}
        data = b"a block of bytes"  # any that does not decrypt to a padding, with the key and the IV of the scene
        fails(status, s.perform, function, alg=Alg.CBC_PKCS7, data=data, **named)


INVALID: dict[str, dict[str, Any]] = {
    "psa_cipher_encrypt": {"alg": Alg.CBC_NO_PADDING, "data": b"x"},
    "psa_cipher_decrypt": {"alg": Alg.CBC_NO_PADDING, "data": b"x"},
    "psa_cipher_set_iv": {"iv": bytes(17)},
    "psa_cipher_finish": {"alg": Alg.CBC_NO_PADDING, "data": b"x"},
    "psa_aead_encrypt": {"nonce": b""},
    "psa_aead_decrypt": {"nonce": b""},
    "psa_aead_set_lengths": {"much": (0, 1 << 40)},
    "psa_aead_set_nonce": {"nonce": b""},
    "psa_aead_update_ad": {"lengths": (0, 0)},
    "psa_aead_update": {"lengths": (1, 9)},
    "psa_aead_finish": {"lengths": (1, 0)},
    "psa_aead_verify": {"lengths": (1, 0)},
    "psa_xof_setup": {"alg": Alg.SHA_256},
    "psa_xof_set_context": {"alg": Alg.SHAKE256},
}
"""What the core itself refuses; elsewhere a driver does."""


def invalid_argument(function: str, status: int) -> None:
    if function in INVALID:
        with scene() as s:
            fails(status, s.perform, function, **INVALID[function])
    else:
        from_the_driver(function, status)


for function in LISTED:
    covers(short(function), "SUCCESS")(succeeds)
    covers(short(function), "BAD_STATE")(without_initialisation)
for function, statuses in LISTED.items():
    driver = ["COMMUNICATION_FAILURE", "CORRUPTION_DETECTED", "INSUFFICIENT_MEMORY", "NOT_SUPPORTED"]
    covers(short(function), *(status for status in driver if status in statuses))(from_the_driver)
for function in every("STORAGE_FAILURE"):
    covers(short(function), "STORAGE_FAILURE", "DATA_CORRUPT")(from_storage)
for function in every("DATA_INVALID"):
    covers(short(function), "DATA_INVALID")(record_of_another_key)
for function in every("INVALID_HANDLE"):
    covers(short(function), "INVALID_HANDLE")(key_that_is_not_there)
for function in every("NOT_PERMITTED"):
    covers(short(function), "NOT_PERMITTED")(policy_that_forbids)
for function in every("BUFFER_TOO_SMALL"):
    covers(short(function), "BUFFER_TOO_SMALL")(output_that_is_too_small)
for function in every("INVALID_SIGNATURE"):
    covers(short(function), "INVALID_SIGNATURE")(wrong_proof)
for function in every("INVALID_PADDING"):
    covers(short(function), "INVALID_PADDING")(wrong_padding)
for function in every("INVALID_ARGUMENT"):
    covers(short(function), "INVALID_ARGUMENT")(invalid_argument)
for function in every("INSUFFICIENT_ENTROPY"):
    covers(short(function), "INSUFFICIENT_ENTROPY")(from_the_driver)
