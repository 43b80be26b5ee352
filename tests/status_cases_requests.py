"""Cases of (function, status) pairs: requests that the core, or a driver, has to refuse."""

from __future__ import annotations

from typing import Any

from oracle import ecc
from statuses import (
    ECDSA,
    ELEMENT,
    EVERY_USE,
    LOADERS,
    MAKERS,
    NUMBER,
    PEER,
    USERS,
    Scene,
    covers,
    fails,
    short,
    world,
)

from psa_bridge import Alg, Core, KeyAttributes, KeyType, Usage

INPUTS = {
    "psa_hash_compute": lambda core, alg: core.hash_compute(alg, b""),
    "psa_hash_compare": lambda core, alg: core.hash_compare(alg, b"", bytes(32)),
    "psa_hash_setup": lambda core, alg: core.hash_setup(alg),
}


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
            fails(
                status, w.core.generate_key_custom, KeyAttributes(KeyType.RSA_KEY_PAIR, 2048), b"\1" + bytes(40) + b"\1"
            )


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


@covers("check_key_usage", "NOT_SUPPORTED")
def use_that_nobody_serves(function: str, status: int) -> None:
    with world() as w:
        wanted = KeyAttributes(KeyType.ASCON, 128, usage=Usage.ENCRYPT, alg=Alg.ASCON_AEAD128)
        fails(status, w.core.generate_key(wanted).check_usage, Alg.ASCON_AEAD128, Usage.ENCRYPT)


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
