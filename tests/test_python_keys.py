"""Keys and attributes as objects."""

from __future__ import annotations

import copy
import pickle
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives.serialization import load_der_private_key
from python_drivers import Accelerator

from psa_bridge import (
    Alg,
    Core,
    EccFamily,
    InsufficientEntropy,
    InvalidArgument,
    InvalidHandle,
    InvalidSignature,
    Key,
    KeyAttributes,
    KeyType,
    NotPermitted,
    PythonDriver,
    Usage,
)

P256 = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
ECDSA = Alg.ECDSA(Alg.SHA_256)


def test_attributes_print_as_macro_expressions() -> None:
    attributes = KeyAttributes(P256, 256, usage=Usage.SIGN_HASH | Usage.EXPORT, alg=ECDSA, id=5, lifetime=1)
    text = repr(attributes)
    for part in ("PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)", "PSA_ALG_ECDSA(PSA_ALG_SHA_256)", "bits=256"):
        assert part in text
    assert "PSA_KEY_USAGE_SIGN_HASH" in text


def test_attributes_are_values() -> None:
    one = KeyAttributes(P256, 256, alg=ECDSA)
    assert one == KeyAttributes(P256, 256, alg=int(ECDSA))
    assert hash(one) == hash(KeyAttributes(P256, 256, alg=ECDSA))
    assert one != KeyAttributes(P256, 384, alg=ECDSA)
    assert pickle.loads(pickle.dumps(one)) == one == copy.deepcopy(one)
    with pytest.raises(AttributeError):
        one.bits = 1  # type: ignore[misc]


@pytest.mark.parametrize("name", ["type", "bits", "usage", "alg", "id", "lifetime"])
@pytest.mark.parametrize(
    ("value", "kind"), [("x", TypeError), (None, TypeError), (-1, ValueError), (1 << 40, ValueError)]
)
def test_attributes_are_checked_by_name(name: str, value: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=name):
        KeyAttributes(**{"type": P256, name: value})


def test_attributes_go_to_c_and_back() -> None:
    attributes = KeyAttributes(P256, 256, usage=Usage.EXPORT, alg=ECDSA, id=7, lifetime=0x801)
    assert KeyAttributes.from_c(attributes.to_c()) == attributes
    assert (attributes.location, attributes.persistence, attributes.volatile) == (8, 1, False)


def test_a_key_knows_what_it_is(core: Core) -> None:
    key = core.generate_key(KeyAttributes(P256, 256, usage=Usage.SIGN_HASH, alg=ECDSA))
    assert key.attributes.type == P256
    assert key.attributes.bits == 256
    assert Usage.SIGN_MESSAGE in key.attributes.usage, "signing hashes implies signing messages"
    assert key.attributes.id == 0, "a volatile key has no identifier of the user's"


def test_leaving_the_block_of_a_volatile_key_destroys_it(core: Core) -> None:
    with core.generate_key(KeyAttributes(P256, 256)) as key:
        assert key.exists
    assert not key.exists
    with pytest.raises(InvalidHandle):
        key.destroy()
    with core.generate_key(KeyAttributes(P256, 256)) as key:
        key.destroy()


def test_the_text_of_a_key_has_no_material(core: Core) -> None:
    key = core.import_key(KeyAttributes(KeyType.RAW_DATA, usage=Usage.EXPORT), b"\xabsecret")
    assert repr(key) == f"<Key {key.id:#x} PSA_KEY_TYPE_RAW_DATA 56 bits>"
    gone = Key(core, key.id)
    key.destroy()
    assert repr(gone) == f"<Key {key.id:#x}: PSA_ERROR_INVALID_HANDLE>"


def test_a_key_cannot_be_pickled_or_copied_by_python(p256: Key) -> None:
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="export"):
            attempt(p256)


def test_keys_are_equal_if_they_name_the_same_key(core: Core, p256: Key) -> None:
    assert Key(core, p256.id) == p256
    assert hash(Key(core, p256.id)) == hash(p256)
    assert core.generate_key(KeyAttributes(P256, 256)) != p256
    with Core() as other:
        assert Key(other, p256.id) != p256


def test_core_methods_take_keys_and_identifiers(core: Core, p256: Key) -> None:
    signature = core.sign_hash(p256.id, ECDSA, bytes(32))
    core.verify_hash(p256, ECDSA, bytes(32), signature)
    assert core.export_key(p256.id) == core.export_key(p256) == p256.export()
    assert core.export_public_key(p256.id) == p256.export_public()
    with pytest.raises(TypeError, match="key has to be a Key"):
        core.destroy_key("key")  # type: ignore[arg-type]


def test_outputs_go_into_buffers(p256: Key) -> None:
    out = bytearray(65)
    assert p256.export_public(out=out) == 65
    assert out == p256.export_public()
    assert p256.export(out=out) == 32
    assert p256.sign_hash(ECDSA, bytes(32), out=out) == 64
    p256.verify_hash(ECDSA, bytes(32), memoryview(out)[:64])
    assert p256.sign_message(ECDSA, b"m", out=out) == 64


def test_copying_narrows_the_policy(core: Core, p256: Key) -> None:
    narrow = p256.copy(KeyAttributes(0, usage=Usage.VERIFY_HASH | Usage.DERIVE, alg=ECDSA))
    assert narrow.attributes.usage == Usage.VERIFY_HASH | Usage.VERIFY_MESSAGE
    narrow.verify_hash(ECDSA, bytes(32), p256.sign_hash(ECDSA, bytes(32)))
    with pytest.raises(NotPermitted):
        narrow.sign_hash(ECDSA, bytes(32))
    with pytest.raises(NotPermitted):
        narrow.export()
    with pytest.raises(InvalidArgument):
        p256.copy(KeyAttributes(0, usage=Usage.SIGN_HASH, alg=Alg.ECDSA(Alg.SHA_384)))


def test_wrong_signatures_raise(p256: Key) -> None:
    signature = p256.sign_message(ECDSA, b"one")
    p256.verify_message(ECDSA, b"one", signature)
    with pytest.raises(InvalidSignature) as caught:
        p256.verify_message(ECDSA, b"two", signature)
    assert caught.value.function == "psa_verify_message"
    assert caught.value.driver == "libcrypto"


def test_an_error_of_the_core_names_no_driver(core: Core) -> None:
    key = core.generate_key(KeyAttributes(P256, 256, alg=ECDSA))
    with pytest.raises(NotPermitted) as caught:
        key.sign_hash(ECDSA, bytes(32))
    assert (caught.value.function, caught.value.driver, caught.value.entry_point) == ("psa_sign_hash", None, None)


def test_symmetric_keys_come_out_as_they_went_in(core: Core) -> None:
    for kind, data in ((KeyType.RAW_DATA, b"x" * 13), (KeyType.AES, bytes(range(32))), (KeyType.HMAC, b"k" * 20)):
        with core.import_key(KeyAttributes(kind, usage=Usage.EXPORT), data) as key:
            assert key.export() == data
            assert key.attributes.bits == 8 * len(data)
    with core.generate_key(KeyAttributes(KeyType.AES, 128, usage=Usage.EXPORT)) as key:
        assert len(key.export()) == 16
        with pytest.raises(InvalidArgument):
            key.export_public()


def test_rsa_keys_with_another_exponent() -> None:
    attributes = KeyAttributes(KeyType.RSA_KEY_PAIR, 1024, usage=Usage.EXPORT)
    with Core(Accelerator()) as core:
        key = core.generate_key_custom(attributes, b"\x03")
        theirs: Any = load_der_private_key(key.export(), None)
        assert theirs.public_key().public_numbers().e == 3
        with pytest.raises(InvalidArgument):
            core.generate_key_custom(KeyAttributes(P256, 256), b"\x03")


class Stuck(PythonDriver):
    """A random generator whose every byte is the same."""

    prefix = "stuck"
    capabilities: ClassVar = [{"entry_points": ["init_random", "get_random"], "initial_entropy_size": 0}]

    def init_random(self) -> str:
        return "nothing to keep"

    def get_random(self, context: str, *, output_size: int) -> bytes:
        return bytes(output_size)


class Binary(Stuck):
    """A random generator that counts, with bytes that are 0 or 1: the same to a key with parity."""

    prefix = "binary"

    def __init__(self) -> None:
        self.drawn = 0

    def get_random(self, context: str, *, output_size: int) -> bytes:
        self.drawn += 1
        return bytes(self.drawn >> bit & 1 for bit in range(output_size))


def test_a_stuck_generator_is_noticed_before_anybody_gets_its_numbers() -> None:
    with Core(Stuck()) as core:
        for size in (1, 16, 100):
            with pytest.raises(InsufficientEntropy, match=r"driver stuck \(get_random\): .* repeats itself"):
                core.generate_random(size)
        with pytest.raises(InsufficientEntropy, match="repeats itself"):
            core.generate_key(KeyAttributes(KeyType.AES, 128))


def test_a_poor_generator_ends_the_search_for_a_des_key_that_is_not_weak() -> None:
    with Core(Binary()) as core, pytest.raises(InsufficientEntropy, match="weak DES keys"):
        core.generate_key(KeyAttributes(KeyType.DES, 192))


@pytest.mark.parametrize("exponent", [b"\0", bytes(3), b"\1", b"\2", b"\4\0"])
def test_an_rsa_exponent_is_odd_and_above_one(core: Core, exponent: bytes) -> None:
    attributes = KeyAttributes(KeyType.RSA_KEY_PAIR, 1024)
    with pytest.raises(InvalidArgument):
        core.generate_key_custom(attributes, exponent)
