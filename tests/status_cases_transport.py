"""Cases of (function, status) pairs: contexts, parts, asymmetric encryption, and keys that travel."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from python_transport import Cabinet, Carrier
from statuses import CASES, FaultyStorage, Uninitialised, number_of

from psa_bridge import Alg, Core, EccFamily, Key, KeyAttributes, KeyType, PsaError, Usage
from psa_bridge._native import ffi
from psa_bridge.ops.sign_parts import SignOperation, VerifyOperation

EVERYTHING = (
    Usage.SIGN_HASH | Usage.VERIFY_HASH | Usage.ENCRYPT | Usage.DECRYPT | Usage.WRAP | Usage.UNWRAP | Usage.EXPORT
)
EDWARDS = KeyType.ECC_KEY_PAIR(EccFamily.TWISTED_EDWARDS)
KEYS = {
    "ml_dsa": (KeyType.ML_DSA_KEY_PAIR, 128, Alg.ML_DSA, 32),
    "edwards": (EDWARDS, 255, Alg.ED25519PH, 32),
    "rsa": (KeyType.RSA_KEY_PAIR, 1024, Alg.RSA_PKCS1V15_CRYPT, 600),
    "kek": (KeyType.AES, 128, Alg.KW, 16),
    "ml_kem": (KeyType.ML_KEM_KEY_PAIR, 768, Alg.ML_KEM, 64),
}


class Scene:
    """A core with everything that the calls need, and what is to be wrong with the next one."""

    def __init__(self, wrong: str = "", initialise: bool = True) -> None:
        self.carrier, self.cabinet, self.storage = Carrier(), Cabinet(), FaultyStorage()
        kind = Core if initialise else Uninitialised
        self.core = kind(self.carrier, self.cabinet, software=False, storage=self.storage)  # type: ignore[arg-type]
        self.wrong = wrong
        self.initialised = initialise

    def key(self, name: str) -> Key | int:
        if self.wrong == "INVALID_HANDLE" or not self.initialised:
            return 0x1234
        key_type, bits, alg, length = KEYS[name]
        usage = Usage(0) if self.wrong == "NOT_PERMITTED" else EVERYTHING
        return self.core.import_key(KeyAttributes(key_type, bits, usage=usage, alg=alg), b"\4" * length)

    def alg(self, alg: Alg) -> Alg:
        return Alg.SHA_256 if self.wrong == "INVALID_ARGUMENT" else alg

    def out(self, size: int) -> bytearray:
        return bytearray(1 if self.wrong == "BUFFER_TOO_SMALL" else size)

    def made(self) -> KeyAttributes:
        """Attributes of a key to be made."""
        if self.wrong in {"ALREADY_EXISTS", "INSUFFICIENT_STORAGE", "STORAGE"}:
            attributes = KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, id=5, lifetime=1)
            if self.wrong == "ALREADY_EXISTS":
                self.core.import_key(attributes, b"there already")
            return attributes
        return KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE)


def _sized(s: Scene, size: int) -> int:
    return 1 if s.wrong == "BUFFER_TOO_SMALL" else size


def _wrap(s: Scene) -> None:
    wrapper = s.key("kek")
    target = s.core.import_key(KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT), bytes(16)) if s.initialised else 1
    s.core._produce(
        "wrap_key", _sized(s, 24), None, getattr(wrapper, "id", wrapper), s.alg(Alg.KW), getattr(target, "id", target)
    )


def _encapsulate(s: Scene) -> None:
    key, made, attributes = s.key("ml_kem"), ffi.new("psa_key_id_t *"), s.made().to_c()
    s.core._produce("encapsulate", _sized(s, 1088), None, getattr(key, "id", key), s.alg(Alg.ML_KEM), attributes, made)


def _attach(s: Scene) -> None:
    lifetime = 1 if s.wrong == "INVALID_ARGUMENT" else Cabinet.location << 8
    s.core.attach_key(KeyAttributes(KeyType.AES, usage=Usage.EXPORT, lifetime=lifetime), b"label")


ML_DSA, PH = Alg.ML_DSA, Alg.ED25519PH
CALLS: dict[str, Callable[[Scene], Any]] = {
    "sign_message_with_context": lambda s: s.core.sign_message_with_context(
        s.key("ml_dsa"), s.alg(ML_DSA), b"m", b"c", out=s.out(2420)
    ),
    "verify_message_with_context": lambda s: s.core.verify_message_with_context(
        s.key("ml_dsa"), s.alg(ML_DSA), b"m", b"c", bytes(2420)
    ),
    "sign_hash_with_context": lambda s: s.core.sign_hash_with_context(
        s.key("edwards"), s.alg(PH), bytes(64), b"c", out=s.out(64)
    ),
    "verify_hash_with_context": lambda s: s.core.verify_hash_with_context(
        s.key("edwards"), s.alg(PH), bytes(64), b"c", bytes(64)
    ),
    "asymmetric_encrypt": lambda s: s.core.asymmetric_encrypt(
        s.key("rsa"), s.alg(Alg.RSA_PKCS1V15_CRYPT), b"m", out=s.out(128)
    ),
    "asymmetric_decrypt": lambda s: s.core.asymmetric_decrypt(
        s.key("rsa"), s.alg(Alg.RSA_PKCS1V15_CRYPT), bytes(128), out=s.out(128)
    ),
    "wrap_key": _wrap,
    "unwrap_key": lambda s: s.core.unwrap_key(s.made(), s.key("kek"), s.alg(Alg.KW), bytes(24)),
    "encapsulate": _encapsulate,
    "decapsulate": lambda s: s.core.decapsulate(s.key("ml_kem"), s.alg(Alg.ML_KEM), bytes(1088), s.made()),
    "attach_key": _attach,
    "sign_setup": lambda s: SignOperation(s.core, 2420)._start("sign_setup", _id(s.key("ml_dsa")), s.alg(ML_DSA)),
    "verify_setup": lambda s: VerifyOperation(s.core)._start(
        "verify_setup", _id(s.key("ml_dsa")), s.alg(ML_DSA), ffi.new("uint8_t[]", 9), 9
    ),
}
STEPS: dict[str, Callable[[Any, Scene], Any]] = {
    "set_context": lambda operation, s: operation.set_context(bytes(256) if s.wrong == "INVALID_ARGUMENT" else b"c"),
    "update": lambda operation, s: operation.update(b"m"),
    "finish": lambda operation, s: operation.finish(**({"out": s.out(2420)} if s.wrong == "BUFFER_TOO_SMALL" else {})),
    "abort": lambda operation, s: operation.abort(),
}


def _id(key: Any) -> int:
    return int(getattr(key, "id", key))


def _expect(call: Callable[[], Any], number: int) -> None:
    try:
        call()
    except PsaError as error:
        assert error.status == number, error
        return
    assert number == 0


def single(function: str, status: int) -> None:
    """A call that looks the key up, and then fails in the way that is wanted."""
    name = Status_names[status]
    scene = Scene(name, initialise=name != "BAD_STATE")
    with scene.core:
        if name in _OWN:
            _expect(lambda: CALLS[function.removeprefix("psa_")](scene), status)
            return
        key = _remembered(scene)
        scene.key = key  # type: ignore[method-assign]
        if name in {"INSUFFICIENT_STORAGE"}:
            scene.storage.fault = status
        else:
            scene.carrier.fault = scene.cabinet.fault = status
        try:
            _expect(lambda: CALLS[function.removeprefix("psa_")](scene), status)
        finally:
            scene.carrier.fault = scene.cabinet.fault = scene.storage.fault = 0


def _remembered(scene: Scene) -> Callable[[str], Key | int]:
    keys = {name: scene.key(name) for name in KEYS}
    return keys.__getitem__


def step(function: str, status: int) -> None:
    """A step of an operation that fails, or whose driver does."""
    name = Status_names[status]
    family, _, action = function.removeprefix("psa_").partition("_")
    scene = Scene(name)
    with scene.core:
        operation = _operation(scene, family)
        if name == "BAD_STATE":
            scene.core = Uninitialised(software=False)
            operation = SignOperation(scene.core, 64) if family == "sign" else VerifyOperation(scene.core)
        if name not in {*_OWN, "SUCCESS"} or (name == "INVALID_ARGUMENT" and action == "update"):
            scene.carrier.fault = status
        try:
            _expect(lambda: STEPS[action](operation, scene), status)
        finally:
            scene.carrier.fault = 0
            scene.core.close()


def _operation(scene: Scene, family: str) -> Any:
    key = scene.key("ml_dsa")
    return scene.core.sign_setup(key, ML_DSA) if family == "sign" else scene.core.verify_setup(key, ML_DSA, b"s")


_OWN = {
    "SUCCESS",
    "BAD_STATE",
    "INVALID_HANDLE",
    "NOT_PERMITTED",
    "BUFFER_TOO_SMALL",
    "INVALID_ARGUMENT",
    "ALREADY_EXISTS",
}
Status_names: dict[int, str] = {}

_DATA = json.loads((Path(__file__).parent / "data" / "psa_crypto_1_5_functions.json").read_text())["functions"]
for entry in _DATA:
    short = entry["name"].removeprefix("psa_")
    family, _, action = short.partition("_")
    is_step = family in {"sign", "verify"} and action in STEPS
    if short not in CALLS and not is_step:
        continue
    for listed in entry["statuses"]:
        name = listed["status"]
        Status_names[number_of(name)] = name.removeprefix("PSA_").removeprefix("ERROR_")
        if (short, name) == ("attach_key", "PSA_ERROR_NOT_PERMITTED"):
            continue
        CASES[entry["name"], name] = step if is_step else single
