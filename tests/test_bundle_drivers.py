"""Drivers in every shape that the field has: each loads, and gives right results."""

from __future__ import annotations

import ctypes
import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from image_harness import HERE, OWN_HEADERS, Attributes, DriverError, LoadedImage, Value, compile_object

from psa_bridge.driver.bundle import Image, build_image, load_bundle

SHA_256 = 0x02000009
ECDSA = 0x06000609
PAIR = 0x7112
P256 = ec.SECP256R1()


def plain(folder: str, name: str, tmp_path: Path, suffix: str = ".c", compiler: str = "gcc", **settings: Any) -> Image:
    """An object of a fixture's source, compiled by a plain compiler call against the project's own headers."""
    source = HERE / folder
    target = compile_object(
        source / f"{name}{suffix}", tmp_path / f"{name}.o", "-fPIC", f"-I{OWN_HEADERS}", compiler=compiler
    )
    return build_image(load_bundle(source / f"{name}.json", objects=[target], include=[source], **settings))


# A pair of descriptions


def test_two_descriptions_of_one_bundle_share_the_state_of_one_object(tmp_path: Path) -> None:
    image = LoadedImage(plain("pair", "duo", tmp_path))
    clear, element = image.driver("duo"), image.driver("duo_se", opaque=True)
    assert clear.call("hash_compute", SHA_256, b"") == [b"\x01" * 32]
    assert element.call("sign_hash", Attributes(), b"", ECDSA, b"") == [b"\x02"]
    assert clear.call("hash_compute", SHA_256, b"") == [b"\x03" * 32]
    assert element.description.location == 0x800001


def test_each_core_gets_an_image_with_a_state_of_its_own(tmp_path: Path) -> None:
    built = plain("pair", "duo", tmp_path)
    first, second = LoadedImage(built), LoadedImage(built)
    for expected in (1, 2):
        assert first.driver("duo").call("hash_compute", SHA_256, b"") == [bytes([expected]) * 32]
    assert second.driver("duo").call("hash_compute", SHA_256, b"") == [b"\x01" * 32]


def test_two_builds_of_one_driver_load_side_by_side(tmp_path: Path) -> None:
    text = (HERE / "pair" / "duo.c").read_text()
    first = plain("pair", "duo", tmp_path)
    (tmp_path / "other").mkdir()
    changed = tmp_path / "other" / "duo.c"
    changed.write_text(text.replace("++calls", "--calls"))
    target = compile_object(changed, tmp_path / "other" / "duo.o", "-fPIC", f"-I{OWN_HEADERS}", f"-I{HERE / 'pair'}")
    second = build_image(load_bundle(HERE / "pair" / "duo.json", objects=[target], include=[HERE / "pair"]))
    assert first.path != second.path
    old, new = LoadedImage(first), LoadedImage(second)
    assert new.driver("duo").call("hash_compute", SHA_256, b"") == [b"\xff" * 32]
    assert old.driver("duo").call("hash_compute", SHA_256, b"") == [b"\x01" * 32]


def test_an_image_shows_nothing_but_its_entry(tmp_path: Path) -> None:
    path = plain("companion", "needy", tmp_path, sources=[HERE / "companion" / "library.c"]).path
    listed = subprocess.run(["nm", "-D", "--defined-only", str(path)], check=True, capture_output=True, text=True)
    assert [line.split()[-1] for line in listed.stdout.splitlines()] == ["psab_bundle_entry"]


# A P-256 plug-in in the mbedtls dialect


@pytest.fixture(scope="module")
def plugin() -> Image:
    return build_image(load_bundle(HERE / "plugin"))


def key_pair() -> tuple[bytes, bytes, ec.EllipticCurvePublicKey]:
    private = ec.generate_private_key(P256)
    public = private.public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return private.private_numbers().private_value.to_bytes(32, "big"), point, public


def test_the_plugin_signs_and_asks_the_core_for_the_public_key(plugin: Image) -> None:
    image = LoadedImage(plugin)
    secret, point, public = key_pair()
    image.handlers["export_public_key"] = lambda values: values[2].output(point)
    digest = hashlib.sha256(b"message").digest()
    attributes = Attributes(1, 1, 0x1000, ECDSA, 256, PAIR)
    [signature] = image.driver("plug").call("sign_hash", attributes, secret, ECDSA, digest, sizes=[64])
    assert isinstance(signature, bytes)
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
    public.verify(encode_dss_signature(r, s), digest, ec.ECDSA(Prehashed(hashes.SHA256())))
    assert image.calls == ["export_public_key"]
    assert image.wiped == [32]


def test_the_plugin_refuses_another_curve_and_a_large_buffer(plugin: Image) -> None:
    driver = LoadedImage(plugin).driver("plug")
    secret, _, _ = key_pair()
    with pytest.raises(DriverError) as caught:
        driver.call("import_key", Attributes(type=PAIR), b"\x01" * 48, sizes=[48])
    assert caught.value.status == -134
    with pytest.raises(DriverError) as caught:
        driver.call("import_key", Attributes(type=PAIR), secret, sizes=[64])
    assert caught.value.status == -138
    assert driver.call("import_key", Attributes(type=PAIR), secret, sizes=[32]) == [secret, 256]


def test_every_capability_of_the_mbedtls_dialect_falls_back(plugin: Image) -> None:
    driver = LoadedImage(plugin).driver("plug")
    assert driver.dialect == "mbedtls"
    assert all(capability.flags & 1 for capability in driver.capabilities)


def test_forgotten_entry_points_are_a_warning_with_a_capability_to_paste(plugin: Image) -> None:
    [finding] = [f for f in plugin.findings if f.rule == "forgotten-entry-point"]
    assert not finding.is_error
    for name in ("generate_key", "export_public_key", "verify_hash", "key_agreement"):
        assert name in finding.message
        assert f'"{name}"' in finding.detail
    assert "PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)" in finding.detail


def test_the_dialect_is_found_out_from_headers_and_symbols() -> None:
    given = load_bundle(HERE / "plugin").settings
    image = build_image(
        load_bundle(*given.descriptions, sources=given.sources, include=given.include, defines=given.defines)
    )
    assert [driver.dialect for driver in image.drivers] == ["mbedtls"]
    assert "dialect-found" in [finding.rule for finding in image.findings]


def test_the_parameter_order_of_the_dialect_is_chosen_by_type(tmp_path: Path) -> None:
    text = (HERE / "plugin" / "plug.json").read_text().replace('"import_key", "sign_hash"', '"key_agreement"')
    description = tmp_path / "plug.json"
    description.write_text(text.replace("PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)", "PSA_ALG_ECDH"))
    given = load_bundle(HERE / "plugin").settings
    image = build_image(
        load_bundle(description, sources=given.sources, include=given.include, defines=given.defines, dialect="mbedtls")
    )
    mine, peer = ec.generate_private_key(P256), ec.generate_private_key(P256)
    secret = mine.private_numbers().private_value.to_bytes(32, "big")
    point = peer.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    arguments = (0x09020000, Attributes(bits=256, type=PAIR), secret, point)
    [shared] = LoadedImage(image).driver("plug").call("key_agreement", *arguments, sizes=[32])
    assert shared == mine.exchange(ec.ECDH(), peer.public_key())


# Everything that C can call


@pytest.fixture
def shapes(tmp_path: Path) -> Image:
    return plain("forms", "shapes", tmp_path)


def test_pointers_inline_functions_macros_and_aliases_are_called_alike(shapes: Image) -> None:
    driver = LoadedImage(shapes).driver("shapes")
    assert driver.context_size("hash_operation") == 1
    operation = ctypes.create_string_buffer(1)
    driver.call("hash_setup", operation, SHA_256)
    driver.call("hash_update", operation, b"\x01\x02")
    driver.call("hash_update", operation, b"\x03")
    assert driver.call("hash_finish", operation) == [b"\x0f\xee"]
    driver.call("hash_abort", operation)
    assert operation.raw == b"\0"
    driver.call("init")
    assert driver.call("hash_compute", SHA_256, b"\x01") == [b"\x0a\x01"]


def test_what_no_header_declares_is_unverified_and_works(shapes: Image) -> None:
    [finding] = shapes.findings
    assert finding.rule == "prototype-unverified"
    assert "shapes_init" in finding.message
    assert finding.detail == "psa_status_t shapes_init(void);"
    assert finding.place.json_path == "$.capabilities[1].entry_points[0]"


def test_optional_members_of_a_family_count_where_the_driver_has_them(shapes: Image) -> None:
    assert "hash_clone" not in LoadedImage(shapes).driver("shapes").functions


# Companions and C++


def test_a_driver_in_cxx_is_linked_with_its_runtime(tmp_path: Path) -> None:
    driver = LoadedImage(plain("cxx", "plusplus", tmp_path, ".cpp", "g++")).driver("plusplus")
    assert driver.call("hash_compute", SHA_256, b"\x01\x02") == [b"\x0e\x07"]
    with pytest.raises(DriverError) as caught:
        driver.call("hash_compute", SHA_256, b"")
    assert caught.value.status == -135


def companion(tmp_path: Path, shared: bool = False) -> Path:
    target = compile_object(HERE / "companion" / "library.c", tmp_path / "library.o", "-fPIC")
    path = tmp_path / ("libmixing.so" if shared else "libmixing.a")
    command = ["gcc", "-shared", "-o"] if shared else ["ar", "rcs"]
    subprocess.run([*command, str(path), str(target)], check=True)
    return path


def test_a_second_core_in_a_companion_archive_never_answers(tmp_path: Path) -> None:
    built = plain("companion", "needy", tmp_path, libraries=[str(companion(tmp_path))])
    assert built.suppliers["psa_generate_random"][0] == "core services"
    assert built.suppliers["library_mix"] == ("companion library", "libmixing.a(library.o)")
    [digest] = LoadedImage(built).driver("needy").call("hash_compute", SHA_256, b"\x05\x06")
    assert digest == b"\x03\x02\x03\x04\x05", "both the driver and the companion draw from the core"


def test_a_companion_may_be_a_shared_library(tmp_path: Path) -> None:
    built = plain("companion", "needy", tmp_path, libraries=[str(companion(tmp_path, shared=True))])
    [digest] = LoadedImage(built).driver("needy").call("hash_compute", SHA_256, b"\x05\x06")
    assert isinstance(digest, bytes)
    assert digest[1:] == b"\x01\x02\x03\x04"


def test_a_driver_may_be_an_archive(tmp_path: Path) -> None:
    target = compile_object(HERE / "pair" / "duo.c", tmp_path / "duo.o", "-fPIC", f"-I{OWN_HEADERS}")
    archive = tmp_path / "libduo.a"
    subprocess.run(["ar", "rcs", str(archive), str(target)], check=True)
    built = build_image(load_bundle(HERE / "pair" / "duo.json", objects=[archive], include=[HERE / "pair"]))
    assert built.layout == {"libduo.a(duo.o)": "verified"}
    assert LoadedImage(built).driver("duo").call("hash_compute", SHA_256, b"") == [b"\x01" * 32]


def shared_duo(tmp_path: Path) -> Image:
    target = compile_object(HERE / "pair" / "duo.c", tmp_path / "duo.o", "-fPIC", f"-I{OWN_HEADERS}")
    library = tmp_path / "libduo.so"
    subprocess.run(["gcc", "-shared", "-Wl,-soname,libduo.so.1", "-o", str(library), str(target)], check=True)
    return build_image(load_bundle(HERE / "pair" / "duo.json", objects=[library], include=[HERE / "pair"]))


def test_a_driver_may_be_a_shared_library_and_has_a_state_per_core(tmp_path: Path) -> None:
    built = shared_duo(tmp_path)
    first, second = LoadedImage(built), LoadedImage(built)
    for expected in (1, 2):
        assert first.driver("duo").call("hash_compute", SHA_256, b"") == [bytes([expected]) * 32]
    assert second.driver("duo").call("hash_compute", SHA_256, b"") == [b"\x01" * 32]


def test_a_shared_library_of_the_driver_finds_services_and_companions(tmp_path: Path) -> None:
    source = HERE / "companion"
    target = compile_object(source / "needy.c", tmp_path / "needy.o", "-fPIC", f"-I{OWN_HEADERS}")
    library = tmp_path / "libneedy.so"
    subprocess.run(["gcc", "-shared", "-o", str(library), str(target)], check=True)
    built = build_image(
        load_bundle(source / "needy.json", objects=[library], include=[source], libraries=[str(companion(tmp_path))])
    )
    assert built.suppliers["psa_generate_random"][0] == "core services"
    [digest] = LoadedImage(built).driver("needy").call("hash_compute", SHA_256, b"\x05\x06")
    assert digest == b"\x03\x02\x03\x04\x05"


def test_wrapper_values_carry_the_roles_of_the_row(plugin: Image) -> None:
    image = LoadedImage(plugin)
    seen: list[tuple[int, int]] = []

    def refuse(values: list[Value]) -> int:
        seen.extend((value.tag, value.secret) for value in values)
        return -134

    image.handlers["export_public_key"] = refuse
    secret, _, _ = key_pair()
    with pytest.raises(DriverError):
        image.driver("plug").call("sign_hash", Attributes(bits=256, type=PAIR), secret, ECDSA, b"h" * 32, sizes=[64])
    assert seen == [(0, 0), (2, 1), (3, 0)]
