"""The edges of the software drivers: both say the same of bad keys, bad ciphertexts and odd lengths."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator

import pytest
from mechanism_runs import USAGE, rsa_pair

from psa_bridge import Alg, Core, EccFamily, InvalidPadding, Key, KeyAttributes, KeyType, NotSupported, PsaError
from psa_bridge.packed import GENERIC_ERROR
from psa_bridge.software.driver import SoftwareDriver, make
from psa_bridge.software.rsakeys import GENERATED_BITS
from psa_bridge.software.table import WHOLE
from psa_bridge.spec.entry_points import BY_NAME

POINT = KeyType.ECC_PUBLIC_KEY(EccFamily.TWISTED_EDWARDS)


@pytest.fixture(scope="module")
def cores() -> Iterator[tuple[Core, Core]]:
    """With libcrypto, and with the stand-in alone."""
    with Core() as one, Core(make(WHOLE), software=False) as other:
        yield one, other


def imported(core: Core, kind: int, alg: int, data: bytes, bits: int = 0) -> Key:
    return core.import_key(KeyAttributes(kind, bits, usage=USAGE, alg=alg), data)


def answer(call: Callable[[], object]) -> object:
    """What a call returns, or the status that it raises."""
    try:
        return call()
    except PsaError as error:
        assert error.status != GENERIC_ERROR, error
        return error.status


# RSA


def _ciphertexts() -> list[bytes]:
    rnd = random.Random(1)
    wrong = [b"\0" + rnd.randbytes(255) for _ in range(40)]
    return [*wrong, bytes(256), bytes(255) + b"\1", b"\xff" * 256, bytes(255), bytes(257), b""]


@pytest.mark.parametrize("alg", [Alg.RSA_PKCS1V15_CRYPT, Alg.RSA_OAEP(Alg.SHA_1)], ids=str)
def test_both_refuse_wrong_rsa_ciphertexts_alike(cores: tuple[Core, Core], alg: Alg) -> None:
    one, other = (imported(core, KeyType.RSA_KEY_PAIR, alg, rsa_pair(2048)) for core in cores)
    for ciphertext in _ciphertexts():
        refusal = answer(lambda c=ciphertext: one.asymmetric_decrypt(alg, c))
        assert isinstance(refusal, int)
        assert answer(lambda c=ciphertext: other.asymmetric_decrypt(alg, c)) == refusal


@pytest.mark.parametrize("length", [0, 1, 2, 100, 245])
def test_stand_in_decrypts_what_has_the_right_padding(cores: tuple[Core, Core], length: int) -> None:
    alg, text = Alg.RSA_PKCS1V15_CRYPT, bytes(range(length))
    pair = imported(cores[1], KeyType.RSA_KEY_PAIR, alg, rsa_pair(2048))
    for _ in range(5):
        assert pair.asymmetric_decrypt(alg, pair.asymmetric_encrypt(alg, text)) == text


def test_wrong_padding_is_no_random_plaintext(cores: tuple[Core, Core]) -> None:
    alg = Alg.RSA_PKCS1V15_CRYPT
    pair = imported(cores[1], KeyType.RSA_KEY_PAIR, alg, rsa_pair(2048))
    with pytest.raises(InvalidPadding):
        pair.asymmetric_decrypt(alg, b"\0" + bytes(range(255)))


@pytest.mark.parametrize("alg", [Alg.RSA_PSS(Alg.SHA_512), Alg.RSA_PSS_ANY_SALT(Alg.SHA_512)], ids=str)
def test_pss_with_the_longest_salt_that_fits(cores: tuple[Core, Core], alg: Alg) -> None:
    attributes = KeyAttributes(KeyType.RSA_KEY_PAIR, 1024, usage=USAGE, alg=alg)
    one = cores[0].generate_key(attributes)
    other = imported(cores[1], KeyType.RSA_KEY_PAIR, alg, one.export())
    one.verify_message(alg, b"message", other.sign_message(alg, b"message"))
    other.verify_message(alg, b"message", one.sign_message(alg, b"message"))


@pytest.mark.parametrize("bits", [512, 1025, GENERATED_BITS + 8, 65528])
def test_stand_in_makes_no_rsa_keys_of_odd_sizes(cores: tuple[Core, Core], bits: int) -> None:
    with pytest.raises(NotSupported):
        cores[1].generate_key(KeyAttributes(KeyType.RSA_KEY_PAIR, bits, usage=USAGE, alg=Alg.RSA_PSS(Alg.SHA_256)))


# Points, lattices


def _encodings() -> list[bytes]:
    rnd = random.Random(2)
    found = [rnd.randbytes(32) for _ in range(60)] + [
        rnd.randbytes(56) + rnd.choice([b"\0", b"\x80"]) for _ in range(60)
    ]
    prime = ((1 << 255) - 19).to_bytes(32, "little")
    special = [bytes(32), b"\1" + bytes(31), b"\1" + bytes(30) + b"\x80", prime, b"\xff" * 32, bytes(31), bytes(33)]
    return [
        *found,
        *special,
        bytes(57),
        b"\1" + bytes(56),
        b"\1" + bytes(55) + b"\x80",
        bytes(56) + b"\1",
        b"\xff" * 57,
    ]


def test_both_take_the_same_points_of_edwards_curves(cores: tuple[Core, Core]) -> None:
    taken = []
    for data in _encodings():
        one, other = (answer(lambda c=core, d=data: imported(c, POINT, Alg.PURE_EDDSA, d).export()) for core in cores)
        assert one == other, data.hex()
        taken.append(one == data)
    assert 40 < sum(taken) < len(taken) - 40


@pytest.mark.parametrize(
    ("kind", "bits", "length", "status"),
    [
        (KeyType.ML_DSA_PUBLIC_KEY, 0, 10, "INVALID_ARGUMENT"),
        (KeyType.ML_DSA_PUBLIC_KEY, 0, 1184, "INVALID_ARGUMENT"),
        (KeyType.ML_DSA_PUBLIC_KEY, 128, 1952, "INVALID_ARGUMENT"),
        (KeyType.ML_KEM_PUBLIC_KEY, 0, 10, "INVALID_ARGUMENT"),
        (KeyType.ML_KEM_PUBLIC_KEY, 0, 1312, "INVALID_ARGUMENT"),
        (KeyType.ML_KEM_PUBLIC_KEY, 768, 1568, "INVALID_ARGUMENT"),
        (KeyType.ML_KEM_PUBLIC_KEY, 0, 800, "NOT_SUPPORTED"),
        (KeyType.ML_KEM_PUBLIC_KEY, 129, 1184, "INVALID_ARGUMENT"),
        (KeyType.ML_DSA_KEY_PAIR, 0, 32, "INVALID_ARGUMENT"),
        (KeyType.ML_DSA_KEY_PAIR, 128, 33, "INVALID_ARGUMENT"),
        (KeyType.ML_KEM_KEY_PAIR, 768, 32, "INVALID_ARGUMENT"),
        (KeyType.ML_KEM_KEY_PAIR, 100, 64, "NOT_SUPPORTED"),
    ],
)
def test_lattice_key_of_a_wrong_length_is_refused(core: Core, kind: int, bits: int, length: int, status: str) -> None:
    with pytest.raises(PsaError, match=f"PSA_ERROR_{status}"):
        core.import_key(KeyAttributes(kind, bits), bytes(length))


# Symmetric


@pytest.mark.parametrize("bits", [64, 128, 192])
@pytest.mark.parametrize("alg", [Alg.CTR, Alg.CFB, Alg.ECB_NO_PADDING, Alg.CBC_PKCS7, Alg.CMAC, Alg.CBC_MAC], ids=str)
def test_des_of_one_two_and_three_keys_without_warnings(cores: tuple[Core, Core], alg: Alg, bits: int) -> None:
    attributes = KeyAttributes(KeyType.DES, bits, usage=USAGE, alg=alg)
    key = cores[0].generate_key(attributes)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same = imported(cores[1], KeyType.DES, alg, key.export())
        if alg in {Alg.CMAC, Alg.CBC_MAC}:
            for length in (0, 1, 16, 33):
                assert same.mac_compute(alg, bytes(length)) == key.mac_compute(alg, bytes(length))
        else:
            assert key.cipher_decrypt(alg, same.cipher_encrypt(alg, bytes(24))) == bytes(24)


def test_counter_wraps_like_that_of_the_other(cores: tuple[Core, Core]) -> None:
    for kind in (KeyType.DES, KeyType.CAMELLIA, KeyType.AES):
        bits = 192 if kind == KeyType.DES else 128
        key = cores[0].generate_key(KeyAttributes(kind, bits, usage=USAGE, alg=Alg.CTR))
        same = imported(cores[1], kind, Alg.CTR, key.export())
        size = 8 if kind == KeyType.DES else 16
        data = (b"\xff" * size) + bytes(5 * size - 3)
        assert same.cipher_decrypt(Alg.CTR, data) == key.cipher_decrypt(Alg.CTR, data)


@pytest.mark.parametrize("alg", [Alg.SHAKE128, Alg.SHAKE256], ids=str)
def test_extendable_output_in_pieces_is_that_of_the_other(cores: tuple[Core, Core], alg: Alg) -> None:
    outputs = []
    for core in cores:
        with core.xof_setup(alg) as operation:
            operation.update(b"mess")
            operation.update(b"age")
            outputs.append([operation.output(length) for length in (0, 5, 300, 1)])
    assert outputs[0] == outputs[1]


# Exceptions of the package


def test_every_entry_point_of_the_stand_in_says_what_it_lacks() -> None:
    """What ``cryptography`` raises for what its OpenSSL has not is a status, whatever the entry point."""
    names = BY_NAME.keys() & set(dir(SoftwareDriver))
    assert "hash_compute" in names
    assert [name for name in names if not hasattr(getattr(SoftwareDriver, name), "__wrapped__")] == []
