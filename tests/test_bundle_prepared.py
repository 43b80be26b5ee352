"""Prepared key material of loaded drivers: a service for those built on the project's headers, and for no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_harness import HERE, OWN_HEADERS, Attributes, LoadedImage

from psa_bridge import Alg, Core, KeyAttributes, KeyType, Usage
from psa_bridge.driver.bundle import Bundle, BundleError, build_image, load_bundle

KEEPER = HERE / "keeper"
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
