"""Keys made of derived bytes, by the rules of each type; the stream is that of HKDF in ``cryptography``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, x448, x25519
from cryptography.hazmat.primitives.kdf import hkdf

from psa_bridge import (
    Alg,
    Core,
    EccFamily,
    InsufficientData,
    InvalidArgument,
    Key,
    KeyAttributes,
    KeyType,
    NotPermitted,
    NotSupported,
    Usage,
)
from psa_bridge.constants import DhFamily, Step
from psa_bridge.software.driver import make
from psa_bridge.software.table import WHOLE

HKDF = Alg.HKDF(Alg.SHA_512)
SECRET = b"what keys are made of"


@pytest.fixture(scope="module", params=["libcrypto", "pysoft"])
def core(request: pytest.FixtureRequest) -> Iterator[Core]:
    with Core() if request.param == "libcrypto" else Core(make(WHOLE), software=False) as made:
        yield made


def stream(info: bytes, length: int = 16320) -> bytes:
    return hkdf.HKDF(hashes.SHA512(), length, b"", info).derive(SECRET)


def derive(core: Core, key_type: int, bits: int, info: bytes = b"", capacity: int | None = None) -> tuple[Key, int]:
    """A key, and how many bytes it took."""
    attributes = KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=HKDF)
    with core.import_key(attributes, SECRET) as secret, core.key_derivation_setup(HKDF) as operation:
        if capacity is not None:
            operation.set_capacity(capacity)
        operation.input_key(Step.SECRET, secret)
        operation.input_bytes(Step.INFO, info)
        before = operation.capacity
        made = operation.output_key(KeyAttributes(key_type, bits, usage=Usage.EXPORT))
        return made, before - operation.capacity


def drawn(data: bytes, order: int, width: int) -> tuple[bytes, int]:
    """The private key d = k + 1 for the first k <= order - 2, and the bytes that it takes."""
    size, position = (order.bit_length() + 7) // 8, 0
    while True:
        k = int.from_bytes(data[position : position + size], "big") & (1 << order.bit_length()) - 1
        position += size
        if k <= order - 2:
            return (k + 1).to_bytes(width, "big"), position


CURVES = [
    (EccFamily.SECP_R1, 192, ec.SECP192R1()),
    (EccFamily.SECP_R1, 224, ec.SECP224R1()),
    (EccFamily.SECP_R1, 256, ec.SECP256R1()),
    (EccFamily.SECP_R1, 384, ec.SECP384R1()),
    (EccFamily.SECP_R1, 521, ec.SECP521R1()),
    (EccFamily.SECP_K1, 256, ec.SECP256K1()),
    (EccFamily.BRAINPOOL_P_R1, 256, ec.BrainpoolP256R1()),
    (EccFamily.BRAINPOOL_P_R1, 384, ec.BrainpoolP384R1()),
    (EccFamily.BRAINPOOL_P_R1, 512, ec.BrainpoolP512R1()),
]


@pytest.mark.parametrize(("family", "bits", "curve"), CURVES, ids=lambda value: getattr(value, "name", str(value)))
def test_a_weierstrass_key_is_the_first_number_in_range_plus_one(
    core: Core, family: EccFamily, bits: int, curve: ec.EllipticCurve
) -> None:
    taken = set()
    for number in range(12):
        info = b"%d" % number
        made, consumed = derive(core, KeyType.ECC_KEY_PAIR(family), bits, info)
        expected = drawn(stream(info), curve.group_order, (bits + 7) // 8)
        assert (made.export(), consumed) == expected
        ec.derive_private_key(int.from_bytes(made.export(), "big"), curve)
        taken.add(consumed)
    if family == EccFamily.BRAINPOOL_P_R1:
        assert len(taken) > 1, "a third of all numbers is out of the range of these curves"


SECT_ORDERS = {233: 0x8000000000000000000000000000069D5BB915BCD46EFB1AD5F173ABDF,
               283: 0x01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFE9AE2ED07577265DFF7F94451E061E163C61}  # fmt: skip
"""SEC 2, sections 3.3 and 3.5: sect233k1 and sect283k1, whose orders have fewer bits than their fields."""


@pytest.mark.parametrize("bits", SECT_ORDERS)
def test_a_key_is_as_wide_as_the_field_where_the_order_is_shorter(bits: int) -> None:
    with Core() as core:
        made, consumed = derive(core, KeyType.ECC_KEY_PAIR(EccFamily.SECT_K1), bits)
        assert (made.export(), consumed) == drawn(stream(b""), SECT_ORDERS[bits], (bits + 7) // 8)


@pytest.mark.parametrize(("bits", "curve"), [(255, x25519.X25519PrivateKey), (448, x448.X448PrivateKey)])
def test_a_montgomery_key_is_clamped(core: Core, bits: int, curve: type) -> None:
    made, consumed = derive(core, KeyType.ECC_KEY_PAIR(EccFamily.MONTGOMERY), bits)
    size = (bits + 7) // 8
    expected = bytearray(stream(b"", size))
    expected[0] &= 0xF8 if bits == 255 else 0xFC
    expected[-1] = expected[-1] & 0x7F | 0x40 if bits == 255 else expected[-1] | 0x80
    assert (made.export(), consumed) == (bytes(expected), size)
    curve.from_private_bytes(made.export())  # type: ignore[attr-defined]


@pytest.mark.parametrize(("bits", "curve"), [(255, ed25519.Ed25519PrivateKey), (448, ed448.Ed448PrivateKey)])
def test_an_edwards_key_is_the_bytes_themselves(core: Core, bits: int, curve: type) -> None:
    made, consumed = derive(core, KeyType.ECC_KEY_PAIR(EccFamily.TWISTED_EDWARDS), bits)
    size = bits // 8 + 1
    assert (made.export(), consumed) == (stream(b"", size), size)
    curve.from_private_bytes(made.export())  # type: ignore[attr-defined]


@pytest.mark.parametrize(("key_type", "bits", "size"), [(KeyType.ML_KEM_KEY_PAIR, 768, 64), (KeyType.ML_DSA_KEY_PAIR, 192, 32)])  # fmt: skip  # noqa: E501
def test_a_lattice_key_is_its_seed(core: Core, key_type: KeyType, bits: int, size: int) -> None:
    made, consumed = derive(core, key_type, bits)
    assert (made.export(), consumed) == (stream(b"", size), size)
    assert made.export_public()


@pytest.mark.parametrize("family", [DhFamily.RFC7919, DhFamily.RFC3526])
def test_a_diffie_hellman_key_is_as_wide_as_the_prime(family: DhFamily) -> None:
    with Core() as core:
        made, consumed = derive(core, KeyType.DH_KEY_PAIR(family), 2048)
        expected = int.from_bytes(stream(b"", 256), "big") + 1  # the primes begin with 64 ones: no second attempt
        assert (int.from_bytes(made.export(), "big"), len(made.export()), consumed) == (expected, 256, 256)


ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(
    ("family", "bits", "order", "byteorder", "width"),
    [
        (EccFamily.SECP_R1, 256, ec.SECP256R1().group_order, "big", 32),
        (EccFamily.SECP_R1, 384, ec.SECP384R1().group_order, "big", 48),
        (EccFamily.SECP_R1, 521, ec.SECP521R1().group_order, "big", 66),
        (EccFamily.TWISTED_EDWARDS, 255, ED25519_ORDER, "little", 32),
    ],
)
def test_a_spake2p_key_is_two_numbers_modulo_the_order(
    family: EccFamily, bits: int, order: int, byteorder: str, width: int
) -> None:
    with Core() as core:
        made, consumed = derive(core, KeyType.SPAKE2P_KEY_PAIR(family), bits)
        half = (bits + 7) // 8 + 8
        numbers = (stream(b"", 2 * half)[:half], stream(b"", 2 * half)[half:])
        parts = ((int.from_bytes(number, "big") % order).to_bytes(width, byteorder) for number in numbers)  # type: ignore[arg-type]
        assert (made.export(), consumed) == (b"".join(parts), 2 * half)


def test_every_part_of_a_des_key_has_odd_parity(core: Core) -> None:
    for bits in (64, 128, 192):
        made, consumed = derive(core, KeyType.DES, bits)
        expected = bytes(byte & 0xFE | (bin(byte >> 1).count("1") + 1) % 2 for byte in stream(b"", bits // 8))
        assert (made.export(), consumed) == (expected, bits // 8)


@pytest.mark.parametrize(
    ("key_type", "bits"),
    [(KeyType.AES, 256), (KeyType.HMAC, 8), (KeyType.CHACHA20, 256), (KeyType.DERIVE, 4096), (KeyType.PASSWORD, 64)],
)
def test_an_unstructured_key_is_the_next_bytes(core: Core, key_type: KeyType, bits: int) -> None:
    made, consumed = derive(core, key_type, bits)
    assert (made.export(), consumed) == (stream(b"", bits // 8), bits // 8)


def test_types_and_sizes_that_no_derived_key_has_are_refused(core: Core) -> None:
    for key_type, bits in (
        (KeyType.AES, 0), (KeyType.AES, 100), (KeyType.DES, 56), (KeyType.HMAC, 12), (KeyType.RSA_PUBLIC_KEY, 2048),
        (KeyType.ECC_PUBLIC_KEY(EccFamily.SECP_R1), 256),
    ):  # fmt: skip
        with pytest.raises(InvalidArgument):
            derive(core, key_type, bits)
    for key_type, bits in ((KeyType.RSA_KEY_PAIR, 2048), (KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 257)):
        with pytest.raises(NotSupported):
            derive(core, key_type, bits)


def test_a_key_that_takes_more_than_there_is_is_not_made(core: Core) -> None:
    for key_type, bits in ((KeyType.AES, 256), (KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256), (KeyType.DES, 192)):
        with pytest.raises(InsufficientData):
            derive(core, key_type, bits, capacity=bits // 8 - 1)


def test_no_key_comes_from_a_secret_that_came_as_bytes(core: Core) -> None:
    with core.key_derivation_setup(HKDF) as operation:
        operation.input_bytes(Step.SECRET, SECRET)
        operation.input_bytes(Step.INFO, b"")
        assert operation.output_bytes(4) == stream(b"", 4)
        with pytest.raises(NotPermitted):
            operation.output_key(KeyAttributes(KeyType.AES, 128))


def test_production_parameters_are_those_of_the_type(core: Core) -> None:
    attributes = KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=HKDF)
    cases = (
        (KeyType.AES, 128, b"", 0, None),
        (KeyType.AES, 128, b"\3", 0, InvalidArgument),
        (KeyType.AES, 128, b"", 1, InvalidArgument),
        (KeyType.RSA_KEY_PAIR, 2048, b"\4", 0, InvalidArgument),
        (KeyType.RSA_KEY_PAIR, 2048, b"\3", 0, NotSupported),
    )
    for key_type, bits, data, flags, error in cases:
        secret, operation = core.import_key(attributes, SECRET), core.key_derivation_setup(HKDF)
        operation.input_key(Step.SECRET, secret)
        operation.input_bytes(Step.INFO, b"")
        wanted = KeyAttributes(key_type, bits, usage=Usage.EXPORT)
        if error is None:
            assert operation.output_key_custom(wanted, data, flags=flags).export() == stream(b"", 16)
        else:
            with pytest.raises(error):
                operation.output_key_custom(wanted, data, flags=flags)
        operation.abort()
