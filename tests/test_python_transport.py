"""Contexts, parts, asymmetric encryption, keys that travel; interruptible operations; the second software driver."""

from __future__ import annotations

import hashlib
import os
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem, padding, rsa, x25519
from oracle import HASHES, der_signature, ecc, private_bytes, public_bytes, rsa_private_bytes
from python_drivers import Recorder
from python_transport import Cabinet, Carrier
from status_cases_transport import CALLS, STEPS, Scene

from psa_bridge import (
    Alg,
    BadState,
    Core,
    InvalidArgument,
    InvalidSignature,
    KeyAttributes,
    KeyType,
    NotPermitted,
    NotSupported,
    PsaError,
    Usage,
)
from psa_bridge.direct import Operation, call
from psa_bridge.mechanisms import services
from psa_bridge.python_driver import Registration
from psa_bridge.software import table
from psa_bridge.software.driver import make
from psa_bridge.software.table import HASHES as OFFERED_HASHES
from psa_bridge.software.table import SUPPLEMENT, WHOLE
from psa_bridge.spec.entry_points import ENTRY_POINTS

CRYPT = Usage.ENCRYPT | Usage.DECRYPT | Usage.EXPORT
SIGN = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE | Usage.EXPORT
DSA = {128: mldsa.MLDSA44PrivateKey, 192: mldsa.MLDSA65PrivateKey, 256: mldsa.MLDSA87PrivateKey}
KEM = {768: mlkem.MLKEM768PrivateKey, 1024: mlkem.MLKEM1024PrivateKey}


# Drivers written in Python


def test_every_entry_point_of_these_families_is_served_by_python() -> None:
    scene = Scene()
    with scene.core:
        for perform in CALLS.values():
            perform(scene)
        for family in ("sign", "verify"):
            for action in ("finish", "abort"):
                key = scene.key("ml_dsa")
                start = scene.core.sign_setup if family == "sign" else scene.core.verify_setup
                operation: Any = start(key, Alg.ML_DSA, *(() if family == "sign" else (b"s",)))
                for step in ("set_context", "update", action):
                    STEPS[step](operation, scene)
        label = KeyAttributes(KeyType.AES, usage=Usage.EXPORT, lifetime=Cabinet.location << 8)
        with scene.core.attach_key(label, b"drawer 1") as key:
            assert key.attributes.bits == 128
            assert key.export() == b"drawer 1" * 2
    rows = {row.name for row in ENTRY_POINTS}
    carried = {name for driver in (Carrier, Cabinet) for name in rows if hasattr(driver, name)}
    assert carried <= set(scene.carrier.calls) | set(scene.cabinet.calls)


# Interruptible operations


class Slow(Recorder):
    """Signs in three steps."""

    prefix = "pyslow"
    type = "opaque"
    location = 0x800200
    key_context: ClassVar = {"base_size": 8}
    capabilities: ClassVar = [
        {"entry_points": ["sign_hash_interruptible", "verify_hash_interruptible"], "algorithms": ["PSA_ALG_ECDSA_ANY"]}
    ]

    def sign_hash_start(self, attributes: KeyAttributes, key: bytes, alg: int, digest: bytes) -> list[bytes]:
        return [digest]

    def sign_hash_complete(self, operation: list[bytes]) -> bytes:
        operation.append(b"step")
        if len(operation) < 4:
            error = PsaError("not yet")
            error.status = -248
            raise error
        return operation[0] * 2

    def sign_hash_abort(self, operation: list[bytes]) -> None: ...

    def verify_hash_start(self, attributes: Any, key: bytes, alg: int, digest: bytes, signature: bytes) -> list[bytes]:
        return [digest, signature]

    def verify_hash_complete(self, operation: list[bytes]) -> None:
        if operation[0] * 2 != operation[1]:
            raise InvalidSignature

    def verify_hash_abort(self, operation: list[bytes]) -> None: ...


def test_interruptible_operations_can_be_driven() -> None:
    attributes = KeyAttributes(KeyType.ECC_KEY_PAIR(0x12), 256, alg=Alg.ECDSA_ANY, lifetime=Slow.location << 8)
    driver = Slow()
    with Core(driver) as core:
        operation = Operation()
        call(core, "sign_hash_start", operation, attributes, bytes(8), Alg.ECDSA_ANY, b"digest")
        assert operation.active
        answers = [call(core, "sign_hash_complete", operation, 64) for _ in range(3)]
        assert answers == ["incomplete", "incomplete", b"digestdigest"]
        assert not operation.active
        with pytest.raises(BadState):
            call(core, "sign_hash_complete", operation, 64)
        call(core, "verify_hash_start", operation, attributes, bytes(8), Alg.ECDSA_ANY, b"digest", b"wrong")
        with pytest.raises(InvalidSignature):
            call(core, "verify_hash_complete", operation)
        call(core, "sign_hash_start", operation, attributes, bytes(8), Alg.ECDSA_ANY, b"digest")
        call(core, "sign_hash_abort", operation)
        assert driver.calls[-1] == "sign_hash_abort"
        with pytest.raises(ValueError, match="not an entry point"):
            call(core, "sign_hush_start")
        with pytest.raises(ValueError, match="takes operation"):
            call(core, "sign_hash_abort")


# The second software driver behind the first


@pytest.mark.parametrize("bits", DSA)
def test_ml_dsa_agrees_with_cryptography(bits: int) -> None:
    seed, context = os.urandom(32), b"context"
    theirs: Any = DSA[bits].from_seed_bytes(seed)
    with Core() as core:
        key = core.import_key(KeyAttributes(KeyType.ML_DSA_KEY_PAIR, bits, usage=SIGN, alg=Alg.ML_DSA), seed)
        assert key.export_public() == theirs.public_key().public_bytes_raw()
        theirs.public_key().verify(key.sign_message(Alg.ML_DSA, b"m"), b"m")
        theirs.public_key().verify(key.sign_message_with_context(Alg.ML_DSA, b"m", context), b"m", context)
        key.verify_message(Alg.DETERMINISTIC_ML_DSA, b"m", theirs.sign(b"m"))
        signature = theirs.sign(b"message", context)
        public_type = KeyAttributes(KeyType.ML_DSA_PUBLIC_KEY, usage=SIGN, alg=Alg.ML_DSA)
        with core.import_key(public_type, key.export_public()) as public:
            assert public.attributes.bits == bits
            public.verify_message_with_context(Alg.ML_DSA, b"message", context, signature)
            with pytest.raises(InvalidSignature):
                public.verify_message_with_context(Alg.ML_DSA, b"message", b"other", signature)
            with public.verify_setup(Alg.ML_DSA, signature) as operation:
                operation.set_context(context)
                operation.update(b"mess")
                operation.update(b"age")
                operation.finish()
        with key.sign_setup(Alg.ML_DSA) as operation:
            operation.update(b"mess")
            operation.update(b"age")
            theirs.public_key().verify(operation.finish(), b"message")


@pytest.mark.parametrize("bits", KEM)
def test_ml_kem_agrees_with_cryptography(bits: int) -> None:
    seed = os.urandom(64)
    theirs: Any = KEM[bits].from_seed_bytes(seed)
    attributes = KeyAttributes(KeyType.ML_KEM_KEY_PAIR, bits, usage=CRYPT, alg=Alg.ML_KEM)
    secret = KeyAttributes(KeyType.AES, usage=Usage.EXPORT, alg=Alg.CTR)
    with Core() as core:
        key = core.import_key(attributes, seed)
        made, ciphertext = key.encapsulate(Alg.ML_KEM, secret)
        assert theirs.decapsulate(ciphertext) == made.export()
        given, ciphertext = theirs.public_key().encapsulate()
        assert key.decapsulate(Alg.ML_KEM, ciphertext, secret).export() == given
        wrong = bytes([ciphertext[0] ^ 1]) + ciphertext[1:]
        assert key.decapsulate(Alg.ML_KEM, wrong, secret).export() != given
        with pytest.raises(InvalidArgument):
            key.decapsulate(Alg.ML_KEM, ciphertext[1:], secret)
        with pytest.raises(InvalidArgument):
            key.encapsulate(Alg.ML_KEM, KeyAttributes(KeyType.RAW_DATA, usage=Usage.EXPORT))


def test_a_size_that_nobody_has_is_not_supported() -> None:
    with Core() as core, pytest.raises(NotSupported):
        core.generate_key(KeyAttributes(KeyType.ML_KEM_KEY_PAIR, 512, usage=CRYPT, alg=Alg.ML_KEM))


def test_nothing_is_offered_that_the_installed_package_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"asymmetric/mlkem": "class MLKEM512PrivateKey(", "asymmetric/mldsa": "", "hashes": "XOFHash = native"}
    texts["asymmetric/ec"] = "class ECDSA: pass"
    monkeypatch.setattr(table, "_text", texts.__getitem__)
    [keys, kem] = table.available(SUPPLEMENT)
    assert keys.key_sizes == kem.key_sizes == (512,)
    assert kem.algorithms == (Alg.ML_KEM,)
    whole = table.available(WHOLE)
    assert len(whole) == len(WHOLE) - 5
    algorithms = {alg for offer in whole for alg in offer.algorithms}
    assert Alg.SHAKE128 in algorithms and Alg.ECDSA(Alg.SHA_256) in algorithms
    assert Alg.DETERMINISTIC_ECDSA(Alg.SHA_256) not in algorithms


def test_the_second_driver_is_behind_every_other_one() -> None:
    with Core(Carrier()) as core:
        assert [driver.name for driver in core.drivers][-1] == "pysoft"
        key_pair = KeyAttributes(KeyType.ML_DSA_KEY_PAIR, 128, alg=Alg.ML_DSA)
        explained = core.explain("sign_message", alg=Alg.ML_DSA, attributes=key_pair)
        assert explained.served_by == ("pycarrier", "pysoft")


def test_the_description_without_imports_is_the_real_one() -> None:
    from psa_bridge.software.registration import _description  # noqa: PLC0415

    for whole, offers in ((True, WHOLE), (False, SUPPLEMENT)):
        light, real = _description(whole), Registration(make(offers)).description
        assert light is not None
        assert light.pointer.capability_count == real.capability_count
        for i in range(real.capability_count):
            a, b = light.pointer.capabilities[i], real.capabilities[i]
            for name in ("algorithm_count", "key_type_count", "key_size_count", "flags"):
                assert getattr(a, name) == getattr(b, name), (i, name)
            assert [a.algorithms[k] for k in range(a.algorithm_count)] == [
                b.algorithms[k] for k in range(b.algorithm_count)
            ]
            assert [a.key_types[k].value for k in range(a.key_type_count)] == [
                b.key_types[k].value for k in range(b.key_type_count)
            ]


# The second software driver on its own


@pytest.fixture
def alone() -> Any:
    with Core(make(WHOLE), software=False) as core:
        yield core


@pytest.mark.parametrize("alg", OFFERED_HASHES, ids=str)
def test_hashes_agree_with_the_other_driver(alone: Core, alg: Alg) -> None:
    with Core() as reference:
        digest = alone.hash_compute(alg, b"message")
        assert digest == reference.hash_compute(alg, b"message")
    with alone.hash_setup(alg) as operation:
        operation.update(b"mess")
        copy = operation.clone()
        operation.update(b"age")
        assert operation.finish() == digest
        copy.update(b"age")
        assert copy.finish() == digest


def test_rsa_agrees_with_cryptography(alone: Core) -> None:
    theirs = rsa.generate_private_key(65537, 1024)
    der = rsa_private_bytes(theirs)
    for alg, form in (
        (Alg.RSA_PKCS1V15_CRYPT, padding.PKCS1v15()),
        (Alg.RSA_OAEP(Alg.SHA_256), padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), b"label")),
    ):
        label = b"" if alg == Alg.RSA_PKCS1V15_CRYPT else b"label"
        key = alone.import_key(KeyAttributes(KeyType.RSA_KEY_PAIR, usage=CRYPT, alg=alg), der)
        assert theirs.decrypt(key.asymmetric_encrypt(alg, b"m", label), form) == b"m"  # type: ignore[arg-type]
        assert key.asymmetric_decrypt(alg, theirs.public_key().encrypt(b"m", form), label) == b"m"  # type: ignore[arg-type]
        with pytest.raises(InvalidArgument):
            key.asymmetric_encrypt(alg, bytes(128), label)
    signing = KeyAttributes(KeyType.RSA_KEY_PAIR, usage=SIGN | Usage.SIGN_HASH, alg=Alg.RSA_PSS(Alg.SHA_256))
    key = alone.import_key(signing, der)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    theirs.public_key().verify(key.sign_message(Alg.RSA_PSS(Alg.SHA_256), b"m"), b"m", pss, hashes.SHA256())


def test_curves_agree_with_cryptography(alone: Core) -> None:
    theirs = ec.generate_private_key(ec.SECP384R1())
    alg = Alg.ECDSA(Alg.SHA_384)
    key = alone.import_key(ecc("SECP_R1", 384, alg=alg), private_bytes(theirs))
    assert key.export_public() == public_bytes(theirs.public_key())
    theirs.public_key().verify(der_signature(key.sign_message(alg, b"m")), b"m", ec.ECDSA(HASHES["SHA_384"]))
    edwards = ed25519.Ed25519PrivateKey.generate()
    signer = alone.import_key(ecc("TWISTED_EDWARDS", 255, alg=Alg.PURE_EDDSA), edwards.private_bytes_raw())
    assert signer.sign_message(Alg.PURE_EDDSA, b"m") == edwards.sign(b"m")
    peer = x25519.X25519PrivateKey.generate()
    own = alone.generate_key(ecc("MONTGOMERY", 255, alg=Alg.ECDH))
    ours = x25519.X25519PublicKey.from_public_bytes(own.export_public())
    assert own.raw_key_agreement(Alg.ECDH, peer.public_key().public_bytes_raw()) == peer.exchange(ours)


@pytest.mark.parametrize("alg", [Alg.KW, Alg.KWP], ids=str)
def test_wrapping_agrees_with_cryptography(alone: Core, alg: Alg) -> None:
    usage = Usage.WRAP | Usage.UNWRAP
    kek, secret = os.urandom(32), os.urandom(24)
    wrap = keywrap.aes_key_wrap if alg == Alg.KW else keywrap.aes_key_wrap_with_padding
    with Core() as reference:
        for core in (alone, reference):
            wrapper = core.import_key(KeyAttributes(KeyType.AES, usage=usage, alg=alg), kek)
            attributes = KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT)
            target = core.import_key(attributes, secret)
            try:
                wrapped = wrapper.wrap(alg, target)
            except NotSupported:
                assert core is reference
                pytest.skip("the linked-in driver does not wrap keys")
            assert wrapped == wrap(kek, secret)
            assert wrapper.unwrap(attributes, alg, wrapped).export() == secret
            with pytest.raises(InvalidSignature):
                wrapper.unwrap(attributes, alg, bytes([wrapped[0] ^ 1]) + wrapped[1:])
            bound = core.import_key(KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE), secret)
            with pytest.raises(NotPermitted):
                wrapper.wrap(alg, bound)


def test_wrapping_has_the_vectors_of_its_standards(alone: Core) -> None:
    """RFC 3394, section 4.6; RFC 5649, section 6."""
    usage = Usage.WRAP | Usage.UNWRAP
    kek = bytes.fromhex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F")
    key = bytes.fromhex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")
    wrapped = "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
    wrapper = alone.import_key(KeyAttributes(KeyType.AES, usage=usage, alg=Alg.KW), kek)
    target = alone.import_key(KeyAttributes(KeyType.AES, usage=Usage.EXPORT, alg=Alg.CTR), key)
    assert wrapper.wrap(Alg.KW, target) == bytes.fromhex(wrapped)
    kek = bytes.fromhex("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8")
    wrapper = alone.import_key(KeyAttributes(KeyType.AES, usage=usage, alg=Alg.KWP), kek)
    target = alone.import_key(KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT), bytes.fromhex("466f7250617369"))
    assert wrapper.wrap(Alg.KWP, target) == bytes.fromhex("afbeb0f07dfbf5419200f2ccb50bb24f")


def test_an_iv_of_another_length_is_not_held_for_decryption_in_one_piece(alone: Core) -> None:
    """The driver would take the block counter for the beginning of the nonce."""
    key = alone.import_key(KeyAttributes(KeyType.CHACHA20, usage=CRYPT, alg=Alg.STREAM_CIPHER), bytes(32))
    iv = bytes(3) + b"\1" + bytes(12)
    with key.cipher_encrypt_setup(Alg.STREAM_CIPHER) as operation:
        operation.set_iv(iv)
        assert operation.update(b"text") + operation.finish()
    with key.cipher_decrypt_setup(Alg.STREAM_CIPHER) as operation, pytest.raises(NotSupported, match="12 bytes"):
        operation.set_iv(iv)


def test_a_nonce_of_the_original_chacha20_comes_after_a_counter_of_8_bytes(alone: Core) -> None:
    key = alone.import_key(KeyAttributes(KeyType.CHACHA20, usage=CRYPT, alg=Alg.STREAM_CIPHER), bytes(range(32)))
    texts = []
    for iv in (b"nonce-of", bytes(8) + b"nonce-of"):
        with key.cipher_encrypt_setup(Alg.STREAM_CIPHER) as operation:
            operation.set_iv(iv)
            texts.append(operation.update(b"text" * 40) + operation.finish())
    assert texts[0] == texts[1] != b"text" * 40


def test_symmetric_mechanisms_agree_with_the_standard_library(alone: Core) -> None:
    import hmac  # noqa: PLC0415

    alg = Alg.HMAC(Alg.SHA_256)
    key = alone.import_key(KeyAttributes(KeyType.HMAC, usage=SIGN, alg=alg), b"key")
    assert key.mac_compute(alg, b"m") == hmac.new(b"key", b"m", hashlib.sha256).digest()


# Every mechanism

_ECDSA = "PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)"


def test_every_mechanism_is_listed_with_who_serves_it() -> None:
    with Core() as core:
        found = list(services(core))
    served = {(s.call, s.algorithm, s.key_type): s for s in found if s.drivers}
    assert served["hash_compute", "PSA_ALG_SHA_256", ""].drivers == ("libcrypto",)
    signing = {s.hashes: s.drivers for s in found if (s.call, s.algorithm) == ("sign_message", _ECDSA) and s.drivers}
    assert not any("PSA_ALG_AES_MMO_ZIGBEE" in hashes for hashes in signing), "nobody hashes the message"
    assert served["encapsulate", "PSA_ALG_ML_KEM", "PSA_KEY_TYPE_ML_KEM_PUBLIC_KEY"].sizes == (768, 1024)
    assert {s.call for s in found} >= {"mac_compute", "cipher_encrypt", "aead_encrypt", "key_agreement", "pake_setup"}
    assert any(not s.drivers for s in found)
