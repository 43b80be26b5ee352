"""Cases of (function, status) pairs."""

from __future__ import annotations

from typing import Any

import pytest
from oracle import ecc
from statuses import ECDSA, ELEMENT, EVERY_USE, FUNCTIONS, NUMBER, PEER, PERSISTENT_ID, Scene, covers, world

from psa_bridge import Alg, Core, HashOperation, KeyAttributes, KeyType, PsaError, Usage
from psa_bridge.errors import BY_STATUS

LOCAL = ("psa_get_key_attributes", "psa_check_key_usage", "psa_purge_key", "psa_crypto_init")
"""Functions that ask no driver once the core runs."""

OF_ELEMENT = ("psa_copy_key", "psa_destroy_key", "psa_export_key", "psa_export_public_key")
"""Functions that ask a driver only for keys that are at one."""

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

INPUTS = {
    "psa_hash_compute": lambda core, alg: core.hash_compute(alg, b""),
    "psa_hash_compare": lambda core, alg: core.hash_compare(alg, b"", bytes(32)),
    "psa_hash_setup": lambda core, alg: core.hash_setup(alg),
}


def short(function: str) -> str:
    return function.removeprefix("psa_")


def fails(status: int, call: Any, *arguments: Any, **named: Any) -> None:
    """A call raises the exception of a status."""
    with pytest.raises(BY_STATUS.get(status, PsaError)) as caught:
        call(*arguments, **named)
    assert caught.value.status == status


# Success


def succeeds(function: str, status: int) -> None:
    with world() as w:
        Scene(w).perform(function)


for name in FUNCTIONS:
    covers(short(name), "SUCCESS")(succeeds)


# Without initialisation


def without_initialisation(function: str, status: int) -> None:
    out = bytearray(256)
    with world(initialise=False) as w:
        core = w.core
        operation = HashOperation(core)
        attributes = KeyAttributes(KeyType.AES, 128)
        calls: dict[str, Any] = {
            "psa_hash_compute": lambda: core.hash_compute(Alg.SHA_256, b""),
            "psa_hash_compare": lambda: core.hash_compare(Alg.SHA_256, b"", b""),
            "psa_hash_setup": lambda: core.hash_setup(Alg.SHA_256),
            "psa_hash_update": lambda: operation.update(b""),
            "psa_hash_finish": operation.finish,
            "psa_hash_verify": lambda: operation.verify(b""),
            "psa_hash_abort": operation.abort,
            "psa_hash_suspend": operation.suspend,
            "psa_hash_resume": lambda: core.hash_resume(bytes(44)),
            "psa_hash_clone": operation.clone,
            "psa_generate_random": lambda: core.generate_random(1),
            "psa_get_key_attributes": lambda: core.get_key_attributes(1),
            "psa_check_key_usage": lambda: core.check_key_usage(1, ECDSA, Usage.SIGN_HASH),
            "psa_import_key": lambda: core.import_key(attributes, bytes(16)),
            "psa_generate_key": lambda: core.generate_key(attributes),
            "psa_generate_key_custom": lambda: core.generate_key_custom(attributes),
            "psa_copy_key": lambda: core.copy_key(1, attributes),
            "psa_destroy_key": lambda: core.destroy_key(1),
            "psa_purge_key": lambda: core.purge_key(1),
            "psa_export_key": lambda: core.export_key(1, out=out),
            "psa_export_public_key": lambda: core.export_public_key(1, out=out),
            "psa_sign_hash": lambda: core.sign_hash(1, ECDSA, bytes(32), out=out),
            "psa_sign_message": lambda: core.sign_message(1, ECDSA, b"", out=out),
            "psa_verify_hash": lambda: core.verify_hash(1, ECDSA, bytes(32), bytes(64)),
            "psa_verify_message": lambda: core.verify_message(1, ECDSA, b"", bytes(64)),
            "psa_raw_key_agreement": lambda: core.raw_key_agreement(Alg.ECDH, 1, PEER, out=out),
        }
        fails(status, calls[function])


for name in FUNCTIONS:
    if name != "psa_crypto_init":
        covers(short(name), "BAD_STATE")(without_initialisation)


# What a driver returns is what the caller sees


def from_a_driver(function: str, status: int) -> None:
    with world() as w:
        lifetime = ELEMENT if function in OF_ELEMENT else 0
        scene = Scene(w, lambda: w.arm_drivers(status), lifetime)
        fails(status, scene.perform, function)


for name in FUNCTIONS:
    if name not in LOCAL:
        covers(short(name), "COMMUNICATION_FAILURE", "CORRUPTION_DETECTED")(from_a_driver)
        if name not in ("psa_destroy_key", "psa_hash_abort"):
            covers(short(name), "INSUFFICIENT_MEMORY")(from_a_driver)
for name in ("psa_generate_key", "psa_generate_key_custom", *SIGNING, "psa_generate_random"):
    covers(short(name), "INSUFFICIENT_ENTROPY")(from_a_driver)
for name in ("psa_copy_key", "psa_export_key", "psa_export_public_key", "psa_hash_suspend", "psa_hash_resume"):
    covers(short(name), "NOT_SUPPORTED")(from_a_driver)
for name in ("psa_import_key", "psa_generate_key", "psa_generate_key_custom", "psa_destroy_key"):
    covers(short(name), "NOT_PERMITTED")(from_a_driver)
for name in ("psa_hash_update", "psa_generate_random"):
    covers(short(name), "INVALID_ARGUMENT" if name == "psa_hash_update" else "NOT_SUPPORTED")(from_a_driver)


@covers("crypto_init", "COMMUNICATION_FAILURE", "CORRUPTION_DETECTED", "INSUFFICIENT_MEMORY", "INSUFFICIENT_ENTROPY")
def initialisation_of_a_driver_fails(function: str, status: int) -> None:
    with world(initialise=False) as w:
        w.arm_drivers(status)
        fails(status, w.core._run, "crypto_init")
        w.arm_drivers(0)
        w.core._run("crypto_init")


# Storage


def from_storage(function: str, status: int) -> None:
    with world() as w:
        fails(status, Scene(w, lambda: w.arm_storage(status), 1).perform, function)


for name in dict.fromkeys((*MAKERS, *LOADERS, "psa_destroy_key", "psa_purge_key")):
    covers(short(name), "STORAGE_FAILURE")(from_storage)
    if name != "psa_destroy_key":
        covers(short(name), "DATA_CORRUPT")(from_storage)
for name in MAKERS:
    covers(short(name), "INSUFFICIENT_STORAGE")(from_storage)
for name in ("get_key_attributes", "check_key_usage"):
    covers(name, "INSUFFICIENT_MEMORY")(from_storage)


def record_that_means_nothing(function: str, status: int) -> None:
    """The record of another key, whole and sound, under this key's name."""
    with world() as w:
        scene = Scene(w, lambda: None, 1)
        scene.core.import_key(scene.attributes(id=PERSISTENT_ID + 1), NUMBER)

        def swap() -> None:
            records = w.storage.records
            records[1, PERSISTENT_ID] = records[1, PERSISTENT_ID + 1]

        scene.arm = swap
        if function == "psa_copy_key":
            key = scene.key()
            swap()
            fails(status, scene.core.copy_key, key, scene.attributes(id=PERSISTENT_ID + 2))
        else:
            fails(status, scene.perform, function)


for name in (*LOADERS, "psa_purge_key"):
    covers(short(name), "DATA_INVALID")(record_that_means_nothing)


@covers("destroy_key", "DATA_CORRUPT", "DATA_INVALID")
def destroying_what_cannot_be_read_frees_the_identifier(function: str, status: int) -> None:
    with world() as w:
        scene, records = Scene(w, lifetime=1), w.storage.records
        other = scene.core.import_key(scene.attributes(id=PERSISTENT_ID + 1), NUMBER)
        key = scene.key()
        good = records[1, other.id]
        corrupt = BY_STATUS[status].name == "PSA_ERROR_DATA_CORRUPT"
        records[1, key.id] = good[:-1] + bytes([good[-1] ^ 1]) if corrupt else good
        fails(status, key.destroy)
        assert not key.exists
        scene.core.import_key(scene.attributes(), NUMBER)


# Keys that are not there, or taken


def no_such_key(function: str, status: int) -> None:
    out = bytearray(256)
    with world() as w:
        core = w.core
        calls: dict[str, Any] = {
            "psa_get_key_attributes": core.get_key_attributes,
            "psa_check_key_usage": lambda key: core.check_key_usage(key, ECDSA, Usage.SIGN_HASH),
            "psa_copy_key": lambda key: core.copy_key(key, KeyAttributes(0)),
            "psa_destroy_key": core.destroy_key,
            "psa_purge_key": core.purge_key,
            "psa_export_key": lambda key: core.export_key(key, out=out),
            "psa_export_public_key": lambda key: core.export_public_key(key, out=out),
            "psa_sign_hash": lambda key: core.sign_hash(key, ECDSA, bytes(32), out=out),
            "psa_sign_message": lambda key: core.sign_message(key, ECDSA, b"", out=out),
            "psa_verify_hash": lambda key: core.verify_hash(key, ECDSA, bytes(32), bytes(64)),
            "psa_verify_message": lambda key: core.verify_message(key, ECDSA, b"", bytes(64)),
            "psa_raw_key_agreement": lambda key: core.raw_key_agreement(Alg.ECDH, key, PEER, out=out),
        }
        destroyed = core.import_key(KeyAttributes(KeyType.AES), bytes(16))
        destroyed.destroy()
        for identifier in (destroyed.id, 0x3FFFFFFF, 0x7FFFFFFF, 0xFFFFFFFF):
            fails(status, calls[function], identifier)


for name in (*LOADERS, "psa_destroy_key", "psa_purge_key"):
    covers(short(name), "INVALID_HANDLE")(no_such_key)


def identifier_taken(function: str, status: int) -> None:
    with world() as w:
        scene = Scene(w, lifetime=1)
        key = scene.key()
        if function == "psa_copy_key":
            fails(status, scene.core.copy_key, key, scene.attributes())
        else:
            fails(status, scene.perform, function)


for name in MAKERS:
    covers(short(name), "ALREADY_EXISTS")(identifier_taken)


# Policy


def policy_forbids(function: str, status: int) -> None:
    out = bytearray(256)
    with world() as w:
        scene = Scene(w)
        core = w.core
        calls: dict[str, Any] = {
            "psa_copy_key": lambda key, alg: core.copy_key(key, scene.attributes(usage=0)),
            "psa_export_key": lambda key, alg: core.export_key(key, out=out),
            "psa_sign_hash": lambda key, alg: core.sign_hash(key, alg, bytes(32), out=out),
            "psa_sign_message": lambda key, alg: core.sign_message(key, alg, b"", out=out),
            "psa_verify_hash": lambda key, alg: core.verify_hash(key, alg, bytes(32), bytes(64)),
            "psa_verify_message": lambda key, alg: core.verify_message(key, alg, b"", bytes(64)),
            "psa_raw_key_agreement": lambda key, alg: core.raw_key_agreement(alg, key, PEER, out=out),
        }
        alg = Alg.ECDH if function == "psa_raw_key_agreement" else ECDSA
        without_usage = core.import_key(scene.attributes(usage=0, alg=alg), NUMBER)
        fails(status, calls[function], without_usage, alg)
        if function in USERS:
            without_algorithm = core.import_key(scene.attributes(alg=Alg.NONE), NUMBER)
            fails(status, calls[function], without_algorithm, alg)


for name in ("psa_copy_key", "psa_export_key", *USERS):
    covers(short(name), "NOT_PERMITTED")(policy_forbids)


# Arguments


def short_buffer(function: str, status: int) -> None:
    with world() as w:
        scene = Scene(w)
        core, out = w.core, bytearray(20)
        key = scene.key()
        agreeing = core.import_key(scene.attributes(alg=Alg.ECDH), NUMBER)
        calls: dict[str, Any] = {
            "psa_hash_compute": lambda: core.hash_compute(Alg.SHA_256, b"", out=out),
            "psa_hash_finish": lambda: scene.operation().finish(out=out),
            "psa_hash_suspend": lambda: scene.operation().suspend(out=out),
            "psa_export_key": lambda: key.export(out=out),
            "psa_export_public_key": lambda: key.export_public(out=out),
            "psa_sign_hash": lambda: key.sign_hash(ECDSA, bytes(32), out=out),
            "psa_sign_message": lambda: key.sign_message(ECDSA, b"", out=out),
            "psa_raw_key_agreement": lambda: agreeing.raw_key_agreement(Alg.ECDH, PEER, out=out),
        }
        fails(status, calls[function])
        assert out == bytes(20)


for name in ("hash_compute", "hash_finish", "hash_suspend", "export_key", "export_public_key", "sign_hash",
             "sign_message", "raw_key_agreement"):  # fmt: skip
    covers(name, "BUFFER_TOO_SMALL")(short_buffer)


@covers("hash_compute", "INVALID_ARGUMENT")
@covers("hash_compare", "INVALID_ARGUMENT")
@covers("hash_setup", "INVALID_ARGUMENT")
def not_a_hash(function: str, status: int) -> None:
    with world() as w:
        for alg in (ECDSA, Alg.ECDH, Alg.HMAC(Alg.SHA_256), Alg.NONE, Alg.ANY_HASH):
            fails(status, INPUTS[function], w.core, alg)


@covers("hash_compute", "NOT_SUPPORTED")
@covers("hash_compare", "NOT_SUPPORTED")
@covers("hash_setup", "NOT_SUPPORTED")
def hash_that_nobody_has(function: str, status: int) -> None:
    with world() as w:
        fails(status, INPUTS[function], w.core, Alg.SHA_512)


@covers("hash_update", "NOT_SUPPORTED")
def more_input_than_the_driver_takes(function: str, status: int) -> None:
    from_a_driver(function, status)


@covers("hash_resume", "INVALID_ARGUMENT")
def malformed_suspend_state(function: str, status: int) -> None:
    with Core() as core:
        operation = core.hash_setup(Alg.SHA_256)
        operation.update(b"ab")
        state = operation.suspend()
        for bad in (b"", state[:3], state[:-1], state + b"\0", bytes(4) + state[4:]):
            fails(status, core.hash_resume, bad)
        core.hash_resume(state).abort()


@covers("hash_compare", "INVALID_SIGNATURE")
@covers("hash_verify", "INVALID_SIGNATURE")
def another_hash(function: str, status: int) -> None:
    with world() as w:
        if function == "psa_hash_compare":
            fails(status, w.core.hash_compare, Alg.SHA_256, b"abc", bytes(32))
        else:
            fails(status, Scene(w).operation().verify, bytes(32))


@covers("verify_hash", "INVALID_SIGNATURE")
@covers("verify_message", "INVALID_SIGNATURE")
def another_signature(function: str, status: int) -> None:
    with world() as w:
        key = Scene(w).key()
        call = key.verify_hash if function == "psa_verify_hash" else key.verify_message
        for signature in (b"", b"\1" * 64, bytes(63), bytes(65)):
            fails(status, call, ECDSA, bytes(32), signature)


def keys_that_cannot_be(core: Core, make: Any) -> list[tuple[Any, ...]]:
    good = ecc("SECP_R1", 256, alg=ECDSA)
    kind = good.type
    return [
        (make, KeyAttributes(KeyType.NONE, 256)),
        (make, KeyAttributes(kind, 256, usage=0x80000000)),
        (make, KeyAttributes(kind, 256, lifetime=1)),
        (make, KeyAttributes(kind, 256, lifetime=1, id=0x50000000)),
        (make, KeyAttributes(kind, 256, id=5)),
    ]


@covers("import_key", "INVALID_ARGUMENT")
def data_or_attributes_that_are_no_key(function: str, status: int) -> None:
    with world() as w:
        good = ecc("SECP_R1", 256, alg=ECDSA)
        for bad in (b"", bytes(32), NUMBER[:-1], NUMBER + b"\0"):
            fails(status, w.core.import_key, good, bad)
        fails(status, w.core.import_key, KeyAttributes(KeyType.AES, 256), bytes(16))
        fails(status, w.core.import_key, KeyAttributes(KeyType.AES), bytes(17))
        for make, attributes in keys_that_cannot_be(w.core, w.core.import_key):
            fails(status, make, attributes, NUMBER)


@covers("generate_key", "INVALID_ARGUMENT")
@covers("generate_key_custom", "INVALID_ARGUMENT")
def attributes_that_no_key_has(function: str, status: int) -> None:
    with world() as w:
        make = w.core.generate_key if function == "psa_generate_key" else w.core.generate_key_custom
        for _, attributes in keys_that_cannot_be(w.core, make):
            fails(status, make, attributes)
        fails(status, make, KeyAttributes(KeyType.AES, 0))
        fails(status, make, KeyAttributes(KeyType.AES, 17))
        fails(status, make, ecc("SECP_R1", 256, alg=ECDSA, public=True))
        if function == "psa_generate_key_custom":
            rsa = KeyAttributes(KeyType.RSA_KEY_PAIR, 1024)
            for exponent in (b"\4", b"\1"):
                fails(status, make, rsa, exponent)
            fails(status, make, KeyAttributes(KeyType.AES, 128), b"\3")
            fails(status, make, rsa, b"\3", flags=1)


def nobody_makes_such_keys(function: str, status: int) -> None:
    with world() as w:
        curve = ecc("SECP_K1", 256, alg=ECDSA)
        if function == "psa_import_key":
            fails(status, w.core.import_key, curve, NUMBER)
            p521 = ecc("SECP_R1", 521, alg=ECDSA)
            fails(status, w.core.import_key, p521, bytes(65) + b"\1")
        elif function == "psa_generate_key":
            fails(status, w.core.generate_key, curve)
        else:
            fails(status, w.core.generate_key_custom, KeyAttributes(KeyType.RSA_KEY_PAIR, 2048), b"\3")


for name in ("import_key", "generate_key", "generate_key_custom"):
    covers(name, "NOT_SUPPORTED")(nobody_makes_such_keys)


@covers("copy_key", "INVALID_ARGUMENT")
def copy_that_contradicts_its_source(function: str, status: int) -> None:
    with world() as w:
        key = Scene(w).key()
        for attributes in (
            KeyAttributes(KeyType.AES, alg=ECDSA),
            KeyAttributes(0, 384, alg=ECDSA),
            KeyAttributes(0, usage=EVERY_USE, alg=Alg.ECDSA(Alg.SHA_384)),
            KeyAttributes(0, alg=ECDSA, lifetime=1),
        ):
            fails(status, key.copy, attributes)


@covers("export_public_key", "INVALID_ARGUMENT")
def key_without_a_public_part(function: str, status: int) -> None:
    with world() as w, w.core.import_key(KeyAttributes(KeyType.AES, usage=Usage.EXPORT), bytes(16)) as key:
        fails(status, key.export_public)


@covers("sign_hash", "INVALID_ARGUMENT")
@covers("sign_message", "INVALID_ARGUMENT")
@covers("verify_hash", "INVALID_ARGUMENT")
@covers("verify_message", "INVALID_ARGUMENT")
def algorithm_that_does_not_fit(function: str, status: int) -> None:
    with world() as w:
        scene, core = Scene(w), w.core
        hashing = Alg.HMAC(Alg.SHA_256)
        for alg in (hashing, Alg.ECDH):
            key = core.import_key(scene.attributes(alg=alg), NUMBER)
            fails(status, call_of(function, key), alg)
        if function.endswith("_hash"):
            key = scene.key()
            short_hash = key.sign_hash if function == "psa_sign_hash" else key.verify_hash
            rest = () if function == "psa_sign_hash" else (bytes(64),)
            fails(status, short_hash, ECDSA, bytes(31), *rest)


@covers("check_key_usage", "NOT_PERMITTED")
def use_that_the_policy_excludes(function: str, status: int) -> None:
    with world() as w:
        key = w.core.import_key(Scene(w).attributes(usage=Usage.SIGN_HASH), NUMBER)
        key.check_usage(ECDSA, Usage.SIGN_MESSAGE)
        for alg, usage in ((ECDSA, Usage.VERIFY_HASH), (Alg.ECDSA(Alg.SHA_1), Usage.SIGN_HASH), (0, Usage.EXPORT)):
            fails(status, key.check_usage, alg, usage)


@covers("check_key_usage", "INVALID_ARGUMENT")
def use_that_makes_no_sense(function: str, status: int) -> None:
    with world() as w:
        key = Scene(w).key()
        for alg, usage in (
            (ECDSA, 0),
            (ECDSA, Usage.SIGN_HASH | Usage.VERIFY_HASH),
            (ECDSA, Usage.ENCRYPT),
            (ECDSA, Usage.EXPORT),
            (0, Usage.SIGN_HASH),
            (Alg.ECDSA(Alg.ANY_HASH), Usage.SIGN_HASH),
        ):
            fails(status, key.check_usage, alg, usage)


def call_of(function: str, key: Any) -> Any:
    calls = {
        "psa_sign_hash": lambda alg: key.sign_hash(alg, bytes(32)),
        "psa_sign_message": lambda alg: key.sign_message(alg, b"m"),
        "psa_verify_hash": lambda alg: key.verify_hash(alg, bytes(32), bytes(64)),
        "psa_verify_message": lambda alg: key.verify_message(alg, b"m", bytes(64)),
        "psa_raw_key_agreement": lambda alg: key.raw_key_agreement(alg, PEER),
    }
    return calls[function]


def key_that_nobody_serves(function: str, status: int) -> None:
    """A key at an element that has no such entry point."""
    with world() as w:
        alg = Alg.ECDH if function == "psa_raw_key_agreement" else Alg.DETERMINISTIC_ECDSA(Alg.SHA_256)
        kind = KeyType.ECC_KEY_PAIR(0x17) if function == "psa_raw_key_agreement" else ecc("SECP_R1", 256, alg=alg).type
        attributes = KeyAttributes(kind, 256, usage=EVERY_USE, alg=alg, lifetime=ELEMENT)
        fails(status, call_of(function, w.core.import_key(attributes, NUMBER)), alg)


for name in USERS:
    covers(short(name), "NOT_SUPPORTED")(key_that_nobody_serves)


@covers("raw_key_agreement", "INVALID_ARGUMENT")
def peer_that_is_no_key(function: str, status: int) -> None:
    with world() as w:
        key = w.core.import_key(Scene(w).attributes(alg=Alg.ECDH), NUMBER)
        for peer in (b"", b"\4" + bytes(64), PEER[:-1], PEER + b"\0"):
            fails(status, key.raw_key_agreement, Alg.ECDH, peer)
        signing = w.core.import_key(Scene(w).attributes(alg=ECDSA), NUMBER)
        fails(status, signing.raw_key_agreement, ECDSA, PEER)
