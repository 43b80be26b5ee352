"""Prepared key material of loaded drivers: a service for those built on the project's headers, and for no others."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from image_harness import HERE, OWN_HEADERS, Attributes, LoadedImage

from psa_bridge import Alg, Core, KeyAttributes, KeyType, Usage
from psa_bridge.driver.bundle import Bundle, BundleError, build_image, load_bundle
from psa_bridge.paths import DRIVERS

KEEPER = HERE / "keeper"
MESSAGE = bytes(range(250)) * 20
HMAC = Alg.HMAC(Alg.SHA_256)
ATTRIBUTES = KeyAttributes(type=KeyType.HMAC, usage=Usage.SIGN_MESSAGE, alg=HMAC)


def keeper(*include: Path, **settings: object) -> Bundle:
    """The driver as a bundle, compiled against given headers."""
    return load_bundle(KEEPER / "keeper.json", sources=[KEEPER / "keeper.c"], include=[KEEPER, *include], **settings)


def test_a_loaded_driver_finds_what_it_left_with_a_key() -> None:
    with Core(keeper()) as core:
        key, other = core.import_key(ATTRIBUTES, bytes(32)), core.import_key(ATTRIBUTES, bytes(32))
        counts = [core.mac_compute(each, HMAC, b"")[0] for each in (key, key, key, other)]
        assert counts == [1, 2, 3, 1]


def test_two_cores_with_one_driver_keep_apart_what_it_left() -> None:
    with Core(keeper()) as one, Core(keeper()) as two:
        first, second = (core.import_key(ATTRIBUTES, bytes(32)) for core in (one, two))
        assert [one.mac_compute(first, HMAC, b"")[0] for _ in range(2)] == [1, 2]
        assert two.mac_compute(second, HMAC, b"")[0] == 1


def test_a_traced_driver_finds_what_it_left_with_a_key() -> None:
    with Core(keeper()) as core, core.trace():
        key = core.import_key(ATTRIBUTES, bytes(32))
        assert [core.mac_compute(key, HMAC, b"")[0] for _ in range(2)] == [1, 2]


def test_without_a_core_nothing_is_kept() -> None:
    driver = LoadedImage(build_image(keeper())).driver("keeper")
    attributes = Attributes(bits=256, type=KeyType.HMAC)
    assert [driver.call("mac_compute", attributes, bytes(32), HMAC, b"", sizes=[32]) for _ in range(2)] == [
        [b"\1" * 32]
    ] * 2


def test_a_driver_built_on_other_headers_is_not_offered_the_service() -> None:
    with pytest.raises(BundleError) as caught:
        build_image(keeper(HERE / "sdk", defines=["FOREIGN"]))
    assert any("psab_prepared_take" in finding.message for finding in caught.value.findings)


def test_the_header_of_the_service_stands_alone() -> None:
    text = (OWN_HEADERS / "psab" / "prepared.h").read_text()
    assert [line for line in text.splitlines() if line.startswith("#include")] == [
        "#include <stddef.h>",
        "#include <stdint.h>",
    ]


SIZES = (0, 1, 16, 100, 127, 128, 129, 500, 800, 8191, 8192, 70001)


@pytest.fixture(scope="module")
def accelerated() -> Iterator[Core]:
    with Core(DRIVERS / "x86_aes") as core:
        key = core.import_key(KeyAttributes(KeyType.AES, usage=Usage.ENCRYPT, alg=Alg.GCM), bytes(16))
        key.aead_encrypt(Alg.GCM, bytes(12), b"", b"")
        if not core.counts["x86_aes"].served:
            pytest.skip("this processor lacks the instructions of the driver")
        yield core


@pytest.mark.parametrize("size", [16, 24, 32])
def test_a_gcm_key_that_the_accelerator_kept_gives_what_a_new_one_gives(accelerated: Core, size: int) -> None:
    """Whatever was done with it before: what is kept has powers for every length."""
    attributes = KeyAttributes(KeyType.AES, usage=Usage.ENCRYPT | Usage.DECRYPT, alg=Alg.GCM)
    key, reference = accelerated.import_key(attributes, bytes(range(size))), AESGCM(bytes(range(size)))
    for ad, text in itertools.product((0, 13, 300, 9000), SIZES):
        nonce = (ad << 32 | text).to_bytes(12, "big")
        sealed = key.aead_encrypt(Alg.GCM, nonce, bytes(ad), bytes(text))
        assert sealed == reference.encrypt(nonce, bytes(text), bytes(ad))
        assert key.aead_decrypt(Alg.GCM, nonce, bytes(ad), sealed) == bytes(text)


def test_threads_share_what_the_accelerator_kept(accelerated: Core) -> None:
    attributes = KeyAttributes(KeyType.AES, usage=Usage.ENCRYPT, alg=Alg.GCM)
    for _ in range(20):
        key = accelerated.import_key(attributes, bytes(16))
        with ThreadPoolExecutor(4) as pool:
            made = set(pool.map(lambda _, k=key: k.aead_encrypt(Alg.GCM, bytes(12), b"", MESSAGE), range(40)))
        assert made == {AESGCM(bytes(16)).encrypt(bytes(12), MESSAGE, b"")}
        key.destroy()
