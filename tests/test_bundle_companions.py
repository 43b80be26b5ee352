"""Drivers against a distribution's Mbed TLS headers and library, and drivers that need companions."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from image_harness import HERE, Attributes, DriverError, LoadedImage, compile_object

from psa_bridge.driver.bundle import Image, build_image, load_bundle

MBED28 = HERE / "mbed28"
PAIR = 0x7112
ECDH = 0x09020000
P256 = ec.SECP256R1()

needs_mbedtls = pytest.mark.skipif(
    not Path("/usr/include/psa/crypto_struct.h").is_file(), reason="needs the distribution's libmbedtls-dev"
)


@pytest.fixture(scope="module")
def ecp(tmp_path_factory: pytest.TempPathFactory) -> Image:
    target = compile_object(MBED28 / "ecp.c", tmp_path_factory.mktemp("ecp") / "ecp.o", "-fPIC")
    return build_image(
        load_bundle(MBED28 / "ecp.json", objects=[target], include=["/usr/include", MBED28], libraries=["mbedcrypto"])
    )


def public(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@needs_mbedtls
def test_a_driver_for_the_distribution_headers_computes_a_public_key(ecp: Image) -> None:
    assert ecp.attributes_size == 48
    driver = LoadedImage(ecp).driver("ecp")
    [secret] = driver.call("generate_key", Attributes(bits=256, type=PAIR), sizes=[32])
    assert isinstance(secret, bytes)
    [point] = driver.call("export_public_key", Attributes(bits=256, type=PAIR), secret)
    assert point == public(ec.derive_private_key(int.from_bytes(secret, "big"), P256))


@needs_mbedtls
def test_it_agrees_on_the_secret_of_another_implementation(ecp: Image) -> None:
    image = LoadedImage(ecp)
    mine, peer = ec.generate_private_key(P256), ec.generate_private_key(P256)
    secret = mine.private_numbers().private_value.to_bytes(32, "big")
    attributes = Attributes(bits=256, type=PAIR, lifetime=0, id=0x7FFF0000)
    [shared] = image.driver("ecp").call("key_agreement", ECDH, attributes, secret, public(peer), sizes=[32])
    assert shared == mine.exchange(ec.ECDH(), peer.public_key())
    assert image.wiped


@needs_mbedtls
def test_core_services_win_over_the_companion(ecp: Image) -> None:
    kinds = {name: kind for name, (kind, _) in ecp.suppliers.items()}
    assert kinds["psa_generate_random"] == kinds["mbedtls_platform_zeroize"] == "core services"
    assert kinds["mbedtls_ecp_mul"] == "companion library"
    assert ecp.suppliers["memset"] == ("system", "libc.so.6")
    assert ecp.suppliers["mbedtls_ecp_mul"][1] == "libmbedcrypto.a(ecp.c.o)"


@needs_mbedtls
def test_a_refused_size_comes_back_as_the_driver_says(ecp: Image) -> None:
    with pytest.raises(DriverError) as caught:
        LoadedImage(ecp).driver("ecp").call("generate_key", Attributes(bits=384, type=PAIR))
    assert caught.value.status == -134
