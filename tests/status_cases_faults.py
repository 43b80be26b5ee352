"""Cases of (function, status) pairs: success, no initialisation, failing drivers, failing storage."""

from __future__ import annotations

from typing import Any

from statuses import (
    ECDSA,
    ELEMENT,
    FUNCTIONS,
    LOADERS,
    MAKERS,
    NUMBER,
    PEER,
    PERSISTENT_ID,
    SIGNING,
    Scene,
    covers,
    fails,
    short,
    world,
)

from psa_bridge import Alg, HashOperation, KeyAttributes, KeyType, Usage
from psa_bridge.errors import BY_STATUS

LOCAL = ("psa_get_key_attributes", "psa_check_key_usage", "psa_purge_key", "psa_crypto_init")
"""Functions that ask no driver once the core runs."""

OF_ELEMENT = ("psa_copy_key", "psa_destroy_key", "psa_export_key", "psa_export_public_key")
"""Functions that ask a driver only for keys that are at one."""


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
covers("hash_update", "INVALID_ARGUMENT", "NOT_SUPPORTED")(from_a_driver)
covers("generate_random", "NOT_SUPPORTED")(from_a_driver)


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
