"""ECDSA, EdDSA and ECDH against published vectors and ``cryptography``, and the formats of ECC keys."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature as OracleInvalid
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import CURVES, HASHES, RAW, VERIFYING, der_signature, digest, ecc, ecdsa_key, private_bytes, public_bytes
from oracle import raw_signature as raw
from vectors import (
    AgreementVector,
    EcdsaVector,
    ecdh_vectors,
    ecdsa_secp256k1_vectors,
    ecdsa_verify_vectors,
    ed448_vectors,
    ed25519_vectors,
    montgomery_vectors,
    rfc6979_vectors,
)

from psa_bridge import Alg, Core, InvalidArgument, InvalidSignature, KeyAttributes, KeyType, NotSupported, Usage

CURVE = pytest.mark.parametrize(("name", "bits"), CURVES, ids=str)
RAW_CURVE = pytest.mark.parametrize(("name", "bits"), RAW, ids=str)
PRIME = ["P-192", "P-224", "P-256", "P-384", "P-521"]
BINARY = ["K-163", "K-233", "K-283", "K-409", "K-571", "B-163", "B-233", "B-283", "B-409", "B-571"]


def verifies(core: Core, vector: EcdsaVector) -> bool:
    alg = Alg.ECDSA(getattr(Alg, vector.hash))
    attributes = ecc(vector.family, vector.bits, alg=alg, usage=VERIFYING, public=True)
    try:
        key = core.import_key(attributes, vector.public)
    except InvalidArgument:
        return False
    with key:
        try:
            key.verify_message(alg, vector.message, vector.signature)
        except InvalidSignature:
            return False
        return True


@pytest.mark.parametrize("curve", [*PRIME, *BINARY])
def test_ecdsa_verification_vectors(core: Core, curve: str) -> None:
    vectors = ecdsa_verify_vectors(curve)
    assert vectors
    attributes = ecc(vectors[0].family, vectors[0].bits, alg=Alg.ECDSA(Alg.SHA_256), usage=VERIFYING, public=True)
    try:
        core.import_key(attributes, vectors[0].public)
    except NotSupported:
        assert curve in [*BINARY, "P-192"], "the common curves have to be there"
        pytest.skip(f"this libcrypto does not have {curve}")
    except InvalidArgument:
        pass
    for vector in vectors:
        assert verifies(core, vector) == vector.valid, vector


def test_ecdsa_secp256k1_vectors_verify_and_keys_match(core: Core) -> None:
    for vector in ecdsa_secp256k1_vectors():
        assert verifies(core, vector)
        alg = Alg.ECDSA(getattr(Alg, vector.hash))
        with core.import_key(ecc(vector.family, vector.bits, alg=alg), vector.private) as key:
            assert key.export_public() == vector.public
            key.verify_message(alg, vector.message, key.sign_message(alg, vector.message))


@pytest.mark.parametrize("curve", ["P-224", "P-256", "P-384", "P-521"])
def test_deterministic_ecdsa_gives_the_signatures_of_rfc_6979(core: Core, curve: str) -> None:
    vectors = rfc6979_vectors(curve)
    assert vectors
    for vector in vectors:
        alg = Alg.DETERMINISTIC_ECDSA(getattr(Alg, vector.hash))
        with core.import_key(ecc(vector.family, vector.bits, alg=alg), vector.private) as key:
            assert key.sign_message(alg, vector.message) == vector.signature
            key.verify_message(alg, vector.message, vector.signature)
            assert key.export_public() == vector.public


@CURVE
@pytest.mark.parametrize("hash_name", HASHES)
def test_ecdsa_both_ways_with_cryptography(core: Core, name: str, bits: int, hash_name: str) -> None:
    theirs = ec.generate_private_key(CURVES[name, bits])
    scheme = ec.ECDSA(HASHES[hash_name])
    alg = Alg.ECDSA(getattr(Alg, hash_name))
    message = b"both ways"
    with ecdsa_key(core, theirs, name, hash_name) as key:
        theirs.public_key().verify(der_signature(key.sign_message(alg, message)), message, scheme)
        ours = key.sign_hash(alg, digest(hash_name, message))
        theirs.public_key().verify(der_signature(ours), message, scheme)
        key.verify_message(alg, message, raw(theirs.sign(message, scheme), name, bits))
        prehashed = ec.ECDSA(utils.Prehashed(HASHES[hash_name]))
        signature = theirs.sign(digest(hash_name, message), prehashed)
        key.verify_hash(alg, digest(hash_name, message), raw(signature, name, bits))


@CURVE
def test_ecdsa_keys_have_the_formats_of_the_specification(core: Core, name: str, bits: int) -> None:
    alg = Alg.ECDSA(Alg.SHA_256)
    with core.generate_key(ecc(name, bits, alg=alg)) as key:
        number = int.from_bytes(key.export(), "big")
        assert len(key.export()) == (bits + 7) // 8
        theirs = ec.derive_private_key(number, CURVES[name, bits])
        assert key.export_public() == public_bytes(theirs.public_key())
        public = core.import_key(ecc(name, bits, alg=alg, usage=VERIFYING, public=True), key.export_public())
        assert public.export() == public.export_public() == key.export_public()
        public.verify_message(alg, b"m", key.sign_message(alg, b"m"))


@CURVE
def test_a_flipped_signature_bit_is_rejected(core: Core, name: str, bits: int) -> None:
    alg = Alg.ECDSA(Alg.SHA_256)
    with core.generate_key(ecc(name, bits, alg=alg)) as key:
        good = key.sign_hash(alg, bytes(32))
        for bit in range(0, 8 * len(good), 13):
            bad = bytearray(good)
            bad[bit // 8] ^= 1 << bit % 8
            with pytest.raises(InvalidSignature):
                key.verify_hash(alg, bytes(32), bad)
        for wrong in (b"", good[:-1], good + b"\0", bytes(len(good))):
            with pytest.raises(InvalidSignature):
                key.verify_hash(alg, bytes(32), wrong)


@CURVE
def test_points_and_numbers_that_are_no_keys_are_refused(core: Core, name: str, bits: int) -> None:
    alg = Alg.ECDSA(Alg.SHA_256)
    size = (bits + 7) // 8
    point = public_bytes(ec.generate_private_key(CURVES[name, bits]).public_key())
    off_curve = bytearray(point)
    off_curve[-1] ^= 1
    compressed = bytes([2 + (point[-1] & 1)]) + point[1 : 1 + size]
    for bad in (b"", point[:-1], point + b"\0", bytes(off_curve), b"\0", compressed, b"\x04" + bytes(2 * size)):
        with pytest.raises(InvalidArgument):
            core.import_key(ecc(name, bits, alg=alg, usage=VERIFYING, public=True), bad)
    for bad in (b"", bytes(size), b"\xff" * size, b"\1" * (size - 1), b"\1" * (size + 1)):
        with pytest.raises(InvalidArgument):
            core.import_key(ecc(name, bits, alg=alg), bad)


@settings(max_examples=25)
@given(message=st.binary(max_size=200))
def test_deterministic_ecdsa_is_deterministic_and_hedged_is_not(core: Core, message: bytes) -> None:
    kind = KeyType.ECC_KEY_PAIR(0x12)
    alg = Alg.DETERMINISTIC_ECDSA(Alg.SHA_256)
    with core.generate_key(KeyAttributes(kind, 256, usage=Usage.SIGN_MESSAGE | Usage.EXPORT, alg=alg)) as key:
        assert key.sign_message(alg, message) == key.sign_message(alg, message)
        other = KeyAttributes(kind, 256, usage=Usage.SIGN_MESSAGE, alg=Alg.ECDSA(Alg.SHA_256))
        with core.import_key(other, key.export()) as hedged:
            assert hedged.sign_message(other.alg, message) != hedged.sign_message(other.alg, message)


def test_ecdsa_of_any_input_length(core: Core) -> None:
    theirs = ec.generate_private_key(ec.SECP256R1())
    with core.import_key(ecc("SECP_R1", 256, alg=Alg.ECDSA_ANY), private_bytes(theirs)) as key:
        for length in (1, 20, 32, 48, 64):
            signature = key.sign_hash(Alg.ECDSA_ANY, bytes([7]) * length)
            key.verify_hash(Alg.ECDSA_ANY, bytes([7]) * length, signature)


# EdDSA


def test_ed25519_vectors(core: Core) -> None:
    for vector in ed25519_vectors(200):
        with core.import_key(ecc("TWISTED_EDWARDS", 255, alg=Alg.PURE_EDDSA), vector.private) as key:
            assert key.export_public() == vector.public
            assert key.sign_message(Alg.PURE_EDDSA, vector.message) == vector.signature
            key.verify_message(Alg.PURE_EDDSA, vector.message, vector.signature)


def test_ed448_vectors(core: Core) -> None:
    for vector in ed448_vectors():
        with core.import_key(ecc("TWISTED_EDWARDS", 448, alg=Alg.PURE_EDDSA), vector.private) as key:
            assert key.export_public() == vector.public
            assert key.sign_message(Alg.PURE_EDDSA, vector.message) == vector.signature


@pytest.mark.parametrize("bits", [255, 448])
def test_eddsa_both_ways_with_cryptography(core: Core, bits: int) -> None:
    private, _ = RAW["TWISTED_EDWARDS", bits]
    theirs = private.generate()
    attributes = ecc("TWISTED_EDWARDS", bits, alg=Alg.PURE_EDDSA)
    with core.import_key(attributes, theirs.private_bytes_raw()) as key:
        theirs.public_key().verify(key.sign_message(Alg.PURE_EDDSA, b"message"), b"message")
        key.verify_message(Alg.PURE_EDDSA, b"message", theirs.sign(b"message"))
        with pytest.raises(InvalidSignature):
            key.verify_message(Alg.PURE_EDDSA, b"another", theirs.sign(b"message"))
        with pytest.raises(OracleInvalid):
            theirs.public_key().verify(key.sign_message(Alg.PURE_EDDSA, b"message"), b"another")


@RAW_CURVE
def test_edwards_and_montgomery_keys_have_the_formats_of_the_specification(core: Core, name: str, bits: int) -> None:
    private, _ = RAW[name, bits]
    alg = Alg.PURE_EDDSA if name == "TWISTED_EDWARDS" else Alg.ECDH
    with core.generate_key(ecc(name, bits, alg=alg)) as key:
        theirs = private.from_private_bytes(key.export())
        assert key.export_public() == theirs.public_key().public_bytes_raw()
        for bad in (b"", key.export()[:-1], key.export() + b"\0"):
            with pytest.raises(InvalidArgument):
                core.import_key(ecc(name, bits, alg=alg), bad)


# Key agreement


def agree(core: Core, vector: AgreementVector) -> bytes | None:
    with core.import_key(ecc(vector.family, vector.bits, alg=Alg.ECDH), vector.private) as key:
        try:
            return key.raw_key_agreement(Alg.ECDH, vector.peer)
        except InvalidArgument:
            return None


def test_ecdh_vectors(core: Core) -> None:
    seen = set()
    for vector in ecdh_vectors():
        try:
            assert agree(core, vector) == vector.secret, vector
        except NotSupported:
            assert (vector.family, vector.bits) == ("SECP_R1", 192)
            continue
        seen.add((vector.family, vector.bits))
    assert {("SECP_R1", 256), ("SECP_R1", 384), ("SECP_R1", 521), ("BRAINPOOL_P_R1", 256)} <= seen


def test_x25519_and_x448_vectors(core: Core) -> None:
    for vector in montgomery_vectors():
        assert agree(core, vector) == vector.secret


@CURVE
def test_ecdh_both_ways_with_cryptography(core: Core, name: str, bits: int) -> None:
    theirs = ec.generate_private_key(CURVES[name, bits])
    with core.generate_key(ecc(name, bits, alg=Alg.ECDH, usage=Usage.DERIVE)) as key:
        peer = ec.EllipticCurvePublicKey.from_encoded_point(CURVES[name, bits], key.export_public())
        expected = theirs.exchange(ec.ECDH(), peer)
        assert key.raw_key_agreement(Alg.ECDH, public_bytes(theirs.public_key())) == expected


@CURVE
def test_a_peer_that_is_not_on_the_curve_is_refused(core: Core, name: str, bits: int) -> None:
    point = bytearray(public_bytes(ec.generate_private_key(CURVES[name, bits]).public_key()))
    point[-1] ^= 1
    with core.generate_key(ecc(name, bits, alg=Alg.ECDH)) as key:
        for bad in (b"", b"\0", bytes(point), bytes(point[:-1])):
            with pytest.raises(InvalidArgument):
                key.raw_key_agreement(Alg.ECDH, bad)


@pytest.mark.parametrize("bits", [255, 448])
def test_a_montgomery_peer_of_small_order_is_refused(core: Core, bits: int) -> None:
    size = (bits + 7) // 8
    with core.generate_key(ecc("MONTGOMERY", bits, alg=Alg.ECDH)) as key:
        for value in (0, 1):
            with pytest.raises(InvalidArgument):
                key.raw_key_agreement(Alg.ECDH, value.to_bytes(size, "little"))
