"""RSA signatures and key formats against published vectors and ``cryptography``."""

from __future__ import annotations

from functools import lru_cache

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from oracle import HASHES, SIGNING, VERIFYING, digest, rsa_private_bytes, rsa_public_bytes
from vectors import RsaVector, der_sequence, rsa_pkcs1_verify_vectors, rsa_pss_verify_vectors

from psa_bridge import Alg, Core, InvalidArgument, InvalidSignature, Key, KeyAttributes, KeyType, NotSupported

HASH_NAMES = ["SHA_1", "SHA_224", "SHA_256", "SHA_384", "SHA_512"]


@lru_cache
def key_of_size(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def private_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return key_of_size(bits)


def imported(core: Core, alg: int, bits: int = 2048) -> Key:
    attributes = KeyAttributes(KeyType.RSA_KEY_PAIR, usage=SIGNING, alg=alg)
    return core.import_key(attributes, rsa_private_bytes(private_key(bits)))


def verifies(core: Core, vector: RsaVector, alg: int) -> bool:
    attributes = KeyAttributes(KeyType.RSA_PUBLIC_KEY, usage=VERIFYING, alg=alg)
    with core.import_key(attributes, der_sequence(vector.n, vector.e)) as key:
        try:
            key.verify_message(alg, vector.message, vector.signature)
        except InvalidSignature:
            return False
        return True


def test_pkcs1_verification_vectors(core: Core) -> None:
    vectors = rsa_pkcs1_verify_vectors()
    assert vectors
    for vector in vectors:
        assert verifies(core, vector, Alg.RSA_PKCS1V15_SIGN(getattr(Alg, vector.hash))) == vector.valid


def test_pss_verification_vectors(core: Core) -> None:
    vectors = rsa_pss_verify_vectors()
    assert vectors
    for vector in vectors:
        alg = Alg.RSA_PSS_ANY_SALT(getattr(Alg, vector.hash))
        assert verifies(core, vector, alg) == vector.valid


@pytest.mark.parametrize("bits", [1024, 2048, 3072])
@pytest.mark.parametrize("hash_name", HASH_NAMES)
def test_pkcs1_both_ways_with_cryptography(core: Core, bits: int, hash_name: str) -> None:
    alg = Alg.RSA_PKCS1V15_SIGN(getattr(Alg, hash_name))
    theirs, scheme = private_key(bits), HASHES[hash_name]
    with imported(core, alg, bits) as key:
        expected = theirs.sign(b"message", padding.PKCS1v15(), scheme)
        assert key.sign_message(alg, b"message") == expected
        assert key.sign_hash(alg, digest(hash_name, b"message")) == expected
        key.verify_message(alg, b"message", expected)
        with pytest.raises(InvalidSignature):
            key.verify_message(alg, b"another", expected)


@pytest.mark.parametrize("hash_name", HASH_NAMES)
def test_pss_both_ways_with_cryptography(core: Core, hash_name: str) -> None:
    alg = Alg.RSA_PSS(getattr(Alg, hash_name))
    theirs, scheme = private_key(), HASHES[hash_name]
    pss = padding.PSS(padding.MGF1(scheme), padding.PSS.DIGEST_LENGTH)
    with imported(core, alg) as key:
        theirs.public_key().verify(key.sign_message(alg, b"message"), b"message", pss, scheme)
        key.verify_message(alg, b"message", theirs.sign(b"message", pss, scheme))
        short = padding.PSS(padding.MGF1(scheme), 11)
        with pytest.raises(InvalidSignature):
            key.verify_message(alg, b"message", theirs.sign(b"message", short, scheme))


def test_pss_with_any_salt_takes_every_salt(core: Core) -> None:
    alg = Alg.RSA_PSS_ANY_SALT(Alg.SHA_256)
    scheme = HASHES["SHA_256"]
    with imported(core, alg) as key:
        for salt in (0, 11, 32, 64, padding.PSS.MAX_LENGTH):
            signature = private_key().sign(b"m", padding.PSS(padding.MGF1(scheme), salt), scheme)
            key.verify_message(alg, b"m", signature)


def test_raw_pkcs1_signs_what_it_is_given(core: Core) -> None:
    alg = Alg.RSA_PKCS1V15_SIGN_RAW
    with imported(core, alg) as key:
        signature = key.sign_hash(alg, b"any string")
        recovered = private_key().public_key().recover_data_from_signature(signature, padding.PKCS1v15(), None)
        assert recovered == b"any string"
        key.verify_hash(alg, b"any string", signature)
        with pytest.raises(InvalidArgument):
            key.sign_hash(alg, bytes(2048 // 8 - 10))


def test_raw_pkcs1_signs_and_verifies_an_empty_string(core: Core) -> None:
    alg = Alg.RSA_PKCS1V15_SIGN_RAW
    with imported(core, alg) as key:
        signature = key.sign_hash(alg, b"")
        numbers = private_key().public_key().public_numbers()
        padded = pow(int.from_bytes(signature, "big"), numbers.e, numbers.n).to_bytes(256, "big")
        assert padded == b"\0\1" + b"\xff" * 253 + b"\0"
        key.verify_hash(alg, b"", signature)
        for wrong in (key.sign_hash(alg, b"\0"), bytes(256), signature[:-1], signature[:-1] + b"?", b"\xff" * 256):
            with pytest.raises(InvalidSignature):
                key.verify_hash(alg, b"", wrong)
        with pytest.raises(InvalidSignature):
            key.verify_hash(alg, b"\0", signature)


@pytest.mark.parametrize("exponent", [3, 5, 17, 257, 65539, 2**64 + 13, 2**255 + 1])
@pytest.mark.parametrize("bits", [1024, 2048])
def test_keys_are_generated_with_the_exponent_that_was_asked_for(core: Core, exponent: int, bits: int) -> None:
    alg = Alg.RSA_PKCS1V15_SIGN(Alg.SHA_256)
    wanted = KeyAttributes(KeyType.RSA_KEY_PAIR, bits, usage=SIGNING, alg=alg)
    with core.generate_key_custom(wanted, exponent.to_bytes(34, "little")) as key:
        theirs = serialization.load_der_public_key(key.export_public())
        assert isinstance(theirs, rsa.RSAPublicKey)
        assert (theirs.public_numbers().e, theirs.key_size) == (exponent, bits)
        theirs.verify(key.sign_message(alg, b"m"), b"m", padding.PKCS1v15(), HASHES["SHA_256"])
        private = serialization.load_der_private_key(key.export(), None)  # checks that the numbers fit each other
        assert isinstance(private, rsa.RSAPrivateKey)


def test_an_exponent_of_more_than_256_bits_is_not_supported(core: Core) -> None:
    with pytest.raises(NotSupported):
        core.generate_key_custom(KeyAttributes(KeyType.RSA_KEY_PAIR, 2048), (2**256 + 1).to_bytes(33, "little"))


def test_keys_export_what_was_imported(core: Core) -> None:
    theirs = private_key()
    with imported(core, Alg.RSA_PSS(Alg.SHA_256)) as key:
        assert key.attributes.bits == 2048
        assert key.export() == rsa_private_bytes(theirs)
        assert key.export_public() == rsa_public_bytes(theirs.public_key())
        public = KeyAttributes(KeyType.RSA_PUBLIC_KEY, usage=VERIFYING, alg=key.attributes.alg)
        with core.import_key(public, key.export_public()) as verifier:
            verifier.verify_message(public.alg, b"m", key.sign_message(public.alg, b"m"))
            assert verifier.export() == verifier.export_public() == key.export_public()


def test_generated_keys_are_valid_elsewhere(core: Core) -> None:
    alg = Alg.RSA_PKCS1V15_SIGN(Alg.SHA_256)
    with core.generate_key(KeyAttributes(KeyType.RSA_KEY_PAIR, 2048, usage=SIGNING, alg=alg)) as key:
        theirs = serialization.load_der_private_key(key.export(), None)
        assert isinstance(theirs, rsa.RSAPrivateKey)
        assert theirs.key_size == 2048
        theirs.public_key().verify(key.sign_message(alg, b"m"), b"m", padding.PKCS1v15(), HASHES["SHA_256"])


@pytest.mark.parametrize("bits", [2048, 3072])
def test_every_flipped_byte_of_a_signature_is_rejected(core: Core, bits: int) -> None:
    alg = Alg.RSA_PKCS1V15_SIGN(Alg.SHA_256)
    with imported(core, alg, bits) as key:
        good = key.sign_message(alg, b"m")
        for position in range(0, len(good), 17):
            bad = bytearray(good)
            bad[position] ^= 0x40
            with pytest.raises(InvalidSignature):
                key.verify_message(alg, b"m", bad)
        for wrong in (b"", good[:-1], good + b"\0"):
            with pytest.raises(InvalidSignature):
                key.verify_message(alg, b"m", wrong)


def test_broken_der_is_refused(core: Core) -> None:
    good = rsa_private_bytes(private_key())
    attributes = KeyAttributes(KeyType.RSA_KEY_PAIR, usage=SIGNING, alg=Alg.RSA_PSS(Alg.SHA_256))
    for bad in (
        b"",
        b"\x30",
        good[:-1],
        good + b"\0",
        b"\x31" + good[1:],
        rsa_public_bytes(private_key().public_key()),
    ):
        with pytest.raises(InvalidArgument):
            core.import_key(attributes, bad)
