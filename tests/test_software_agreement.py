"""The two software drivers give the same, or understand what the other made, for every mechanism that both serve."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from psa_bridge import Alg, Core, Key, KeyAttributes, KeyType, NotSupported, Usage
from psa_bridge.mechanisms import Service, services
from psa_bridge.software.driver import make
from psa_bridge.software.table import WHOLE

USAGE = (
    Usage.EXPORT | Usage.ENCRYPT | Usage.DECRYPT | Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE
    | Usage.DERIVE | Usage.WRAP | Usage.UNWRAP
)  # fmt: skip
SECRET = KeyAttributes(KeyType.RAW_DATA, usage=Usage.EXPORT)
TEXT = bytes(range(48))
NONCE = bytes(range(12))


def mac(one: Key, other: Key, alg: int) -> None:
    assert one.mac_compute(alg, TEXT[:33]) == other.mac_compute(alg, TEXT[:33])


def cipher(one: Key, other: Key, alg: int) -> None:
    assert other.cipher_decrypt(alg, one.cipher_encrypt(alg, TEXT)) == TEXT


def aead(one: Key, other: Key, alg: int) -> None:
    sealed = one.aead_encrypt(alg, NONCE, b"ad", TEXT)
    assert sealed == other.aead_encrypt(alg, NONCE, b"ad", TEXT)
    assert other.aead_decrypt(alg, NONCE, b"ad", sealed) == TEXT


def wrap(one: Key, other: Key, alg: int) -> None:
    wrapped = one.wrap(alg, one.core.import_key(SECRET, TEXT))
    assert other.unwrap(SECRET, alg, wrapped).export() == TEXT


def sign(one: Key, other: Key, alg: int) -> None:
    signature = one.sign_message(alg, TEXT)
    other.verify_message(alg, TEXT, signature)
    if alg & 0x7F000000 == 0x06000000 and "DETERMINISTIC" in str(alg):
        assert signature == other.sign_message(alg, TEXT)


def crypt(one: Key, other: Key, alg: int) -> None:
    assert other.asymmetric_decrypt(alg, one.asymmetric_encrypt(alg, TEXT[:20])) == TEXT[:20]


def agree(one: Key, other: Key, alg: int) -> None:
    peer = one.core.generate_key(one.attributes).export_public()
    assert one.raw_key_agreement(alg, peer) == other.raw_key_agreement(alg, peer)


def encapsulate(one: Key, other: Key, alg: int) -> None:
    secret, ciphertext = one.encapsulate(alg, KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT))
    opened = other.decapsulate(alg, ciphertext, KeyAttributes(KeyType.DERIVE, usage=Usage.EXPORT))
    assert opened.export() == secret.export()


CHECKS: dict[str, Callable[[Key, Key, int], None]] = {
    "mac_compute": mac,
    "cipher_encrypt": cipher,
    "aead_encrypt": aead,
    "wrap_key": wrap,
    "sign_message": sign,
    "asymmetric_decrypt": crypt,
    "key_agreement": agree,
    "decapsulate": encapsulate,
}
"""By the call that needs the whole key."""


def stand_in() -> Core:
    return Core(make(WHOLE), software=False)


def rows() -> Iterator[Service]:
    """What the driver written in Python serves on its own."""
    with stand_in() as core:
        for service in services(core):
            if service.drivers and service.call in CHECKS:
                yield service


def both(pair: tuple[Core, Core], alg: Alg, key_type: str, bits: int) -> list[Key]:
    """One key in both cores."""
    attributes = KeyAttributes(KeyType.parse(key_type), bits, usage=USAGE, alg=alg)
    data = pair[0].generate_key(attributes).export()
    return [core.import_key(attributes, data) for core in pair]


def compare(pair: tuple[Core, Core], service: Service, alg: Alg, bits: int) -> bool:
    """False where a driver has not got a curve or a hash after all."""
    try:
        one, other = both(pair, alg, service.key_type, bits)
        CHECKS[service.call](one, other, alg)
        CHECKS[service.call](other, one, alg)
    except NotSupported:
        return False
    return True


def algorithms(service: Service) -> list[Any]:
    """The algorithm, with some hashes where it takes one."""
    hashes = [name for name in ("PSA_ALG_SHA_256", "PSA_ALG_SHA_512", "PSA_ALG_SHA_1") if name in service.hashes]
    names = hashes or service.hashes or [""]
    return [Alg.parse(service.algorithm.replace("PSA_ALG_ANY_HASH", name)) for name in names]


@pytest.mark.parametrize("service", list(rows()), ids=lambda s: f"{s.call} {s.algorithm} {s.key_type} {s.sizes}")
def test_both_software_drivers_understand_each_other(service: Service) -> None:
    sizes = service.sizes
    if service.key_type == "PSA_KEY_TYPE_RSA_KEY_PAIR":  # a small one has no room for the salt of SHA-512
        sizes = (1024, 2048) if "PSS" in service.algorithm else (2048,)
    with Core() as core, stand_in() as other:
        done = [compare((core, other), service, alg, bits) for alg in algorithms(service) for bits in sizes]
    assert any(done)
