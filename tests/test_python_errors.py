"""Status codes as exceptions."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from psa_bridge import (
    Alg,
    BadState,
    Core,
    EccFamily,
    InvalidArgument,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyType,
    Usage,
    errors,
)
from psa_bridge.errors import BY_STATUS, RAISED, Failure, PsaError, check, error_from, status_name
from psa_bridge.spec.values import CONSTANTS, Kind

STATUSES = {name: value for name, value in CONSTANTS[Kind.STATUS].items() if value != 0}
BUILT_IN = {
    "NotPermitted": PermissionError,
    "NotSupported": NotImplementedError,
    "InvalidArgument": ValueError,
    "InvalidHandle": LookupError,
    "BadState": RuntimeError,
    "InsufficientMemory": MemoryError,
    "CommunicationFailure": ConnectionError,
    "InvalidSignature": ValueError,
}


def test_every_status_of_the_api_has_a_class_of_its_name() -> None:
    assert {error.name: status for status, error in BY_STATUS.items()} == STATUSES
    for error in BY_STATUS.values():
        words = error.name.removeprefix("PSA_ERROR_").split("_")
        assert error.__name__ == "".join(word.capitalize() for word in words)


@pytest.mark.parametrize(("name", "expected"), BUILT_IN.items())
def test_a_class_inherits_the_built_in_that_users_expect(name: str, expected: type[BaseException]) -> None:
    assert issubclass(getattr(errors, name), expected)


@pytest.mark.parametrize("kind", BY_STATUS.values(), ids=lambda kind: kind.__name__)
def test_every_class_can_be_raised_shown_and_pickled(kind: type[PsaError]) -> None:
    error = kind("more about it")
    error.function = "psa_sign_hash"
    assert str(error) == f"psa_sign_hash: {kind.name}: {kind.sentence}: more about it"
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.status) == (kind, str(error), kind.status)


def test_the_message_names_function_status_driver_and_entry_point() -> None:
    error = error_from(-135, "psa_import_key", Failure(-135, "acme", "import_key", "the point is not on the curve"))
    assert str(error) == (
        "psa_import_key: PSA_ERROR_INVALID_ARGUMENT: an argument is not valid, or the arguments do not fit together, "
        "returned by driver acme (import_key): the point is not on the curve"
    )
    assert (error.function, error.driver, error.entry_point) == ("psa_import_key", "acme", "import_key")


def test_details_of_another_status_are_not_attached() -> None:
    error = error_from(-137, "psa_hash_update", Failure(-135, "acme", "import_key", "earlier"))
    assert error.driver is None and error.detail == ""


@pytest.mark.parametrize("status", [-1, -999, 7, -(2**31)])
def test_an_unknown_status_survives(status: int) -> None:
    with pytest.raises(PsaError, match=f"status {status}") as caught:
        raise error_from(status, "psa_sign_hash")
    assert type(caught.value) is PsaError
    assert caught.value.status == status
    assert pickle.loads(pickle.dumps(caught.value)).status == status
    assert status_name(status) == str(status)


def test_success_raises_nothing() -> None:
    check(0, "psa_hash_compute")
    assert status_name(0) == "PSA_SUCCESS"


def test_an_exception_of_a_driver_is_raised_as_it_was() -> None:
    original = ZeroDivisionError("in the driver")
    RAISED.add("acme", "sign_hash", original)
    with pytest.raises(ZeroDivisionError) as caught:
        check(-132, "psa_sign_hash")
    assert caught.value is original
    assert not RAISED


def test_an_error_that_another_driver_made_up_for_is_forgotten() -> None:
    RAISED.add("acme", "sign_hash", errors.NotSupported("not here"))
    check(0, "psa_sign_hash")
    assert not RAISED


def test_an_interrupt_in_a_driver_is_never_lost() -> None:
    RAISED.add("acme", "sign_hash", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        check(0, "psa_sign_hash")


def test_a_status_raised_by_a_driver_is_the_same_object_with_the_call_added() -> None:
    original = errors.NotPermitted("locked")
    RAISED.add("acme", "sign_hash", original)
    with pytest.raises(errors.NotPermitted) as caught:
        check(-133, "psa_sign_hash")
    assert caught.value is original
    assert (original.function, original.driver, original.entry_point) == ("psa_sign_hash", "acme", "sign_hash")


def test_the_representation_says_what_happened() -> None:
    error = errors.HardwareFailure("no answer")
    error.function, error.driver = "psa_sign_hash", "acme"
    assert repr(error) == f"<HardwareFailure: {error}>"
    assert "acme" in repr(error)


# What is wrong, and what would be right

P256 = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
ECDSA = Alg.ECDSA(Alg.SHA_256)
DESCRIBED: list[tuple[str, Callable[[Core], Any], str]] = [
    ("export", lambda c: key(c).export(), "the key has usage PSA_KEY_USAGE_.*, and needs usage PSA_KEY_USAGE_EXPORT"),
    ("no usage", lambda c: key(c, usage=0).export(), "the key has no usage, and needs usage PSA_KEY_USAGE_EXPORT"),
    ("copy", lambda c: key(c).copy(KeyAttributes(0)), "needs usage PSA_KEY_USAGE_COPY"),
    ("asked", lambda c: key(c).check_usage(ECDSA, Usage.VERIFY_HASH), "needs usage PSA_KEY_USAGE_VERIFY_HASH"),
    (
        "algorithm",
        lambda c: key(c).sign_hash(Alg.ECDSA(Alg.SHA_384), bytes(48)),
        r"permits algorithm PSA_ALG_ECDSA\(PSA_ALG_SHA_256\), not algorithm PSA_ALG_ECDSA\(PSA_ALG_SHA_384\)",
    ),
    ("no algorithm", lambda c: key(c, alg=0).sign_hash(ECDSA, bytes(32)), "permits no algorithm, and needs to permit"),
    ("empty", lambda c: c.import_key(KeyAttributes(KeyType.AES), b""), "data: a key has at least one byte"),
    (
        "length",
        lambda c: c.import_key(KeyAttributes(KeyType.AES), b"123"),
        "3 bytes are no key of type PSA_KEY_TYPE_AES",
    ),
    (
        "size",
        lambda c: c.import_key(KeyAttributes(KeyType.AES, 192), bytes(16)),
        "128 bits, and its attributes say 192",
    ),
    ("parity", lambda c: c.import_key(KeyAttributes(KeyType.DES), bytes(8)), "DES key has odd parity"),
    ("no bits", lambda c: c.generate_key(KeyAttributes(P256)), "bits: the size of a generated key has to be given"),
    ("bits", lambda c: c.generate_key(KeyAttributes(KeyType.AES, 127)), "PSA_KEY_TYPE_AES with 127 bits"),
    ("public", lambda c: c.generate_key(KeyAttributes(P256.public_key, 256)), "type: a public key cannot be generated"),
    ("place", lambda c: key(c, lifetime=0x500), "lifetime: no driver serves location 0x000005"),
    ("level", lambda c: key(c, lifetime=2, id=4), "lifetime: keys of the core itself are volatile"),
    ("read-only", lambda c: key(c, lifetime=0xFF, id=4), "lifetime: no key can be made read-only"),
    ("volatile", lambda c: key(c, id=5), "id: a volatile key gets its own"),
    ("persistent", lambda c: key(c, lifetime=1), "id: a persistent key needs one from 1 to 0x3fffffff"),
    ("taken", lambda c: [key(c, lifetime=1, id=4) for _ in range(2)], "id: a persistent key has it already"),
    ("flags", lambda c: key(c, usage=1 << 31), "usage: flags that the API does not have"),
    ("policy", lambda c: key(c, alg=0x12345678), "alg: not an algorithm that a key can permit"),
    ("type", lambda c: c.generate_key(KeyAttributes(0, 128)), "type: there is none"),
    ("generated by nobody", lambda c: c.generate_key(KeyAttributes(P256, 7)), "no driver generates such a key"),
    ("imported by nobody", lambda c: c.import_key(KeyAttributes(P256, 7), bytes(1)), "no driver imports such a key"),
]


def key(core: Core, **changes: int) -> Key:
    given: Any = {"usage": Usage.SIGN_HASH, "alg": ECDSA, **changes}
    return core.generate_key(KeyAttributes(P256, 256, **given))


@pytest.mark.parametrize(("use", "told"), [row[1:] for row in DESCRIBED], ids=[row[0] for row in DESCRIBED])
def test_a_refusal_names_the_argument_and_what_would_be_right(
    core: Core, use: Callable[[Core], Any], told: str
) -> None:
    with pytest.raises(PsaError, match=told) as caught:
        use(core)
    assert caught.value.driver is None and caught.value.function.startswith("psa_")


@pytest.mark.parametrize(
    ("kind", "bits", "data"),
    [
        (P256, 256, bytes(32)),
        (P256, 256, b"\1" * 31),
        (P256.public_key, 256, b"\4" + b"\1" * 64),
        (KeyType.RSA_KEY_PAIR, 2048, b"no DER"),
        (KeyType.ECC_KEY_PAIR(EccFamily.MONTGOMERY), 255, bytes(31)),
    ],
    ids=["zero", "short", "no point", "no DER", "Montgomery"],
)
def test_software_says_which_argument_holds_no_key(core: Core, kind: KeyType, bits: int, data: bytes) -> None:
    with pytest.raises(InvalidArgument) as caught:
        core.import_key(KeyAttributes(kind, bits), data)
    assert (caught.value.driver, caught.value.detail) == ("libcrypto", "data: not a key of this type and size")


@pytest.mark.parametrize("peer", [b"", b"\4", b"\4" + b"\1" * 64], ids=["empty", "short", "no point"])
def test_software_says_that_a_peer_key_is_none(core: Core, peer: bytes) -> None:
    own = core.generate_key(KeyAttributes(P256, 256, usage=Usage.DERIVE, alg=Alg.ECDH))
    with pytest.raises(InvalidArgument, match="peer_key: not a public key"):
        core.raw_key_agreement(Alg.ECDH, own, peer)


def test_a_refusal_of_a_length_names_the_algorithm(core: Core) -> None:
    both = Usage.ENCRYPT | Usage.VERIFY_MESSAGE
    for alg, told, use in (
        (Alg.GCM, "PSA_ALG_GCM takes no nonce of 0 bytes", lambda k: k.aead_encrypt(Alg.GCM, b"", b"", b"")),
        (Alg.CBC_NO_PADDING, "takes no input of 1 bytes", lambda k: k.cipher_encrypt(Alg.CBC_NO_PADDING, b"1")),
        (
            Alg.CMAC,
            "the MAC has 3 bytes, and algorithm PSA_ALG_CMAC gives 16",
            lambda k: k.mac_verify(Alg.CMAC, b"", b"abc"),
        ),
        (Alg.CTR, "PSA_ALG_CTR takes no IV of 99 bytes", lambda k: k.cipher_encrypt_setup(Alg.CTR).set_iv(bytes(99))),
    ):
        with pytest.raises((InvalidArgument, InvalidSignature), match=told):
            use(core.generate_key(KeyAttributes(KeyType.AES, 128, usage=both, alg=alg)))


STEPS: list[tuple[str, Callable[[Core], Any], str]] = [
    ("ended", lambda c: ended(c).update(b""), "not active: it was not set up, or it has ended"),
    (
        "failed",
        lambda c: failed(c).update(b""),
        "an earlier call on the operation failed, and now it can only be aborted",
    ),
    ("no IV", lambda c: cipher(c, Alg.CTR).update(b"text"), "the operation needs its IV first"),
    ("takes none", lambda c: cipher(c, Alg.ECB_NO_PADDING).set_iv(b""), "the algorithm takes no IV"),
    ("no nonce", lambda c: aead(c, Alg.GCM).update(b"text"), "the operation needs its nonce first"),
    ("no lengths", lambda c: aead(c, Alg.CCM).set_nonce(bytes(12)), "the algorithm needs the lengths first"),
    ("other direction", lambda c: aead(c, Alg.GCM, nonce=True).verify(bytes(16)), "the operation computes or encrypts"),
    ("twice", lambda c: aead(c, Alg.GCM, nonce=True).set_nonce(bytes(12)), "the IV or nonce was set already"),
    ("late", lambda c: texted(c).update_ad(b"late"), "it is too late: input was given"),
    ("output", lambda c: drawn(c).update(b"late"), "output was taken already"),
]


def symmetric(core: Core, alg: int) -> Key:
    both = Usage.ENCRYPT | Usage.DECRYPT
    return core.generate_key(KeyAttributes(KeyType.AES, 128, usage=both, alg=alg))


def cipher(core: Core, alg: int) -> Any:
    return symmetric(core, alg).cipher_encrypt_setup(alg)


def aead(core: Core, alg: int, nonce: bool = False) -> Any:
    operation = symmetric(core, alg).aead_encrypt_setup(alg)
    if nonce:
        operation.set_nonce(bytes(12))
    return operation


def texted(core: Core) -> Any:
    operation = aead(core, Alg.GCM, nonce=True)
    operation.update(b"text")
    return operation


def ended(core: Core) -> Any:
    operation = core.hash_setup(Alg.SHA_256)
    operation.finish()
    return operation


def failed(core: Core) -> Any:
    operation = core.hash_setup(Alg.SHA_256)
    with pytest.raises(InvalidSignature):
        operation.verify(b"")
    return operation


def drawn(core: Core) -> Any:
    operation = core.xof_setup(Alg.SHAKE128)
    operation.output(1)
    return operation


@pytest.mark.parametrize(("use", "told"), [row[1:] for row in STEPS], ids=[row[0] for row in STEPS])
def test_a_step_out_of_order_says_what_comes_first(core: Core, use: Callable[[Core], Any], told: str) -> None:
    with pytest.raises(BadState, match=told):
        use(core)
