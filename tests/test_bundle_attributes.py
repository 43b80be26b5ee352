"""One driver compiled against foreign headers of several layouts sees every key attribute as it was set."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from image_harness import HERE, Attributes, DriverError, LoadedImage, Value, compile_object

from psa_bridge.driver.bundle import Bundle, BundleError, build_image, load_bundle

SDK = HERE / "sdk"
SOURCE = HERE / "attributes"
SWITCHES = {24: [], 28: ["SDK_OWNER_IDS"], 40: ["SDK_SLOT_NUMBERS"]}
PAIR = 0x7112
ECDSA = 0x06000609
SIGN_HASH, SIGN_MESSAGE = 0x1000, 0x400
LOCATION = 0x800017
VOLATILE, PERSISTENT = LOCATION << 8, LOCATION << 8 | 1


def bundle(tmp_path: Path, size: int) -> Bundle:
    defines = SWITCHES[size]
    target = compile_object(
        SOURCE / "mirror.c", tmp_path / "mirror.o", "-fPIC", f"-I{SDK}", *(f"-D{define}" for define in defines)
    )
    return load_bundle(SOURCE / "mirror.json", objects=[target], include=[SDK, SOURCE], defines=defines)


@pytest.fixture(params=SWITCHES, ids=lambda size: f"{size} bytes")
def image(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LoadedImage]:
    built = build_image(bundle(tmp_path, request.param))
    assert built.foreign_headers
    assert built.attributes_size == request.param
    assert built.layout == {"mirror.o": "verified"}
    assert not built.findings.errors
    yield LoadedImage(built)


def seen(image: LoadedImage, attributes: Attributes) -> dict[str, int]:
    [signature] = image.driver("mirror", opaque=True).call("sign_hash", attributes, b"k" * 16, ECDSA, b"h" * 32)
    names = ("size", "id", "lifetime", "usage", "alg", "bits", "type")
    assert isinstance(signature, bytes)
    return dict(zip(names, struct.unpack("=7I", signature), strict=True))


def test_a_volatile_key_arrives_with_id_0_and_stays_volatile(image: LoadedImage) -> None:
    view = seen(image, Attributes(0x7FFF0001, VOLATILE, SIGN_HASH, ECDSA, 256, PAIR))
    assert (view["id"], view["lifetime"]) == (0, VOLATILE)


def test_a_persistent_key_keeps_its_id_and_lifetime(image: LoadedImage) -> None:
    view = seen(image, Attributes(42, PERSISTENT, SIGN_HASH, ECDSA, 256, PAIR))
    assert (view["id"], view["lifetime"]) == (42, PERSISTENT)
    assert (view["alg"], view["bits"], view["type"]) == (ECDSA, 256, PAIR)


def test_usage_flags_that_the_sdk_implies_are_no_loss(image: LoadedImage) -> None:
    assert seen(image, Attributes(1, PERSISTENT, SIGN_HASH, 0, 0, PAIR))["usage"] == SIGN_HASH | SIGN_MESSAGE
    assert image.reports == []


def test_a_size_that_saturates_is_an_error_with_a_report(image: LoadedImage) -> None:
    with pytest.raises(DriverError):
        seen(image, Attributes(1, PERSISTENT, 0, 0, 70000, PAIR))
    [(code, text)] = image.reports
    assert code == 1
    assert "bits" in text
    assert "70000" in text
    assert "65535" in text


def test_what_the_driver_sets_comes_back_and_nothing_else(image: LoadedImage) -> None:
    attributes = Attributes(7, PERSISTENT)
    [context] = image.driver("mirror", opaque=True).call("get_builtin_key", 3, attributes, sizes=[16])
    assert context == b"\x03" * 16
    assert (attributes.type, attributes.bits, attributes.alg) == (PAIR, 256, ECDSA)
    assert attributes.usage == SIGN_HASH | SIGN_MESSAGE
    assert (attributes.id, attributes.lifetime) == (7, PERSISTENT)


def test_attributes_stay_untouched_when_the_driver_fails(image: LoadedImage) -> None:
    attributes = Attributes(7, PERSISTENT)
    with pytest.raises(DriverError):
        image.driver("mirror", opaque=True).call("get_builtin_key", 0, attributes, sizes=[16])
    assert (attributes.type, attributes.bits) == (0, 0)


def test_a_wrapper_call_reaches_the_core_with_attributes_in_the_core_layout(image: LoadedImage) -> None:
    asked: list[tuple[int, int, int]] = []

    def export(values: list[Value]) -> int:
        attributes = values[0].u.attributes.contents
        asked.append((attributes.lifetime, attributes.type, attributes.bits))
        return values[2].output(b"public" + values[1].input())

    image.handlers["export_public_key"] = export
    driver = image.driver("mirror", opaque=True)
    assert driver.call("export_public_key", Attributes(5, PERSISTENT, 0, 0, 256, PAIR), b"abc") == [b"publicabc"]
    assert asked == [(0, PAIR, 256)]


def test_random_bytes_come_from_the_core(image: LoadedImage) -> None:
    context, bits = image.driver("mirror", opaque=True).call("import_key", Attributes(), b"12345", sizes=[16])
    assert context == bytes(range(1, 17))
    assert bits == 40


def test_location_and_context_size_are_evaluated_by_the_compiler(image: LoadedImage) -> None:
    description = image.driver("mirror", opaque=True).description
    assert description.location == LOCATION
    assert description.key_context.base_size == 16
    assert description.key_context.symmetric_factor == 1


def test_the_location_macro_is_known_after_the_build(tmp_path: Path) -> None:
    [driver] = build_image(bundle(tmp_path, 24)).drivers
    assert driver.location == LOCATION


def test_headers_of_another_layout_than_the_object_are_an_error(tmp_path: Path) -> None:
    given = bundle(tmp_path, 28)
    wrong = load_bundle(
        SOURCE / "mirror.json", objects=given.settings.objects, include=[SDK, SOURCE], defines=SWITCHES[40]
    )
    with pytest.raises(BundleError) as caught:
        build_image(wrong)
    [finding] = caught.value.findings.errors
    assert finding.rule == "layout-mismatch"
    assert "28 bytes in mirror.o" in finding.message
    assert "40 bytes" in finding.message


def test_an_object_without_debug_information_is_reported_as_unverified(tmp_path: Path) -> None:
    target = compile_object(SOURCE / "mirror.c", tmp_path / "mirror.o", "-fPIC", f"-I{SDK}", "-g0")
    image = build_image(load_bundle(SOURCE / "mirror.json", objects=[target], include=[SDK, SOURCE]))
    assert image.layout == {"mirror.o": "unverified"}
    assert [finding.rule for finding in image.findings] == ["layout-unverified"]


def test_accessors_that_the_sdk_only_declares_are_core_services(tmp_path: Path) -> None:
    defines = ["SDK_OWNER_IDS", "SDK_ACCESSORS_IN_LIBRARY"]
    flags = ("-fPIC", f"-I{SDK}", *(f"-D{define}" for define in defines))
    target = compile_object(SOURCE / "mirror.c", tmp_path / "mirror.o", *flags)
    built = build_image(load_bundle(SOURCE / "mirror.json", objects=[target], include=[SDK, SOURCE], defines=defines))
    assert built.suppliers["psa_get_key_bits"] == ("core services", "psa_bridge")
    image = LoadedImage(built)
    view = seen(image, Attributes(42, PERSISTENT, SIGN_HASH, ECDSA, 256, PAIR))
    assert view == {
        "size": 28, "id": 42, "lifetime": PERSISTENT, "usage": SIGN_HASH, "alg": ECDSA, "bits": 256, "type": PAIR,
    }  # fmt: skip
    assert seen(image, Attributes(42, VOLATILE, SIGN_HASH, ECDSA, 256, PAIR))["id"] == 0
    with pytest.raises(DriverError):
        seen(image, Attributes(42, PERSISTENT, SIGN_HASH, ECDSA, 70000, PAIR))
