"""Algorithms of a vendor: in a description by number, macro or expression; compiled, dispatched, permitted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from image_harness import HERE

from psa_bridge import (
    Alg,
    Core,
    EccFamily,
    InvalidSignature,
    KeyAttributes,
    KeyType,
    NotPermitted,
    NotSupported,
    PythonDriver,
    Usage,
)
from psa_bridge.driver.bundle import build_image, load_bundle
from psa_bridge.driver.descriptions.description import parse_description
from psa_bridge.driver.findings import DescriptionError, FindingsError

FOLDER = HERE / "vendor"
BY_NUMBER, BY_MACRO, BY_EXPRESSION, UNKNOWN = 0x82000001, 0x82000010, 0x82000002, 0x82000003
MAC, SIGN, XOR = 0x83800009, 0x86000001, 0x84C0FF00
USAGE = Usage.SIGN_MESSAGE | Usage.VERIFY_MESSAGE | Usage.ENCRYPT | Usage.DECRYPT
KEY = bytes(range(1, 17))


@pytest.fixture(scope="module")
def vendor() -> Iterator[Core]:
    """A core with the driver in front of the software."""
    with Core() as core:
        core.load(FOLDER / "vendor.json", sources=[FOLDER / "vendor.c"], include=[FOLDER])
        assert [finding for finding in core.images[0].findings if finding.is_error] == []
        yield core


@pytest.mark.parametrize("alg", [BY_NUMBER, BY_MACRO, BY_EXPRESSION], ids=hex)
def test_hash_of_a_vendor_is_served_in_one_part_and_in_many(vendor: Core, alg: int) -> None:
    expected = (sum(b"message") + (alg & 0xFF)).to_bytes(4, "big")
    assert vendor.hash_compute(alg, b"message") == expected
    vendor.hash_compare(alg, b"message", expected)
    with vendor.hash_setup(alg) as operation:
        operation.update(b"mess")
        operation.update(b"age")
        assert operation.finish() == expected
    assert vendor.explain("hash_compute", alg=alg).served_by == ("vendor",)


def test_number_that_no_capability_has_is_not_supported(vendor: Core) -> None:
    with pytest.raises(NotSupported):
        vendor.hash_compute(UNKNOWN, b"")


def test_mac_of_a_vendor_takes_the_keys_that_the_driver_wants(vendor: Core) -> None:
    key = vendor.import_key(KeyAttributes(KeyType.RAW_DATA, usage=USAGE, alg=MAC), KEY)
    expected = (sum(KEY) + sum(b"message") + (MAC & 0xFF)).to_bytes(4, "big")
    assert key.mac_compute(MAC, b"message") == expected
    key.mac_verify(MAC, b"message", expected)
    with pytest.raises(InvalidSignature):
        key.mac_verify(MAC, b"message", bytes(4))
    with key.mac_sign_setup(MAC) as operation:
        operation.update(b"message")
        assert operation.sign_finish() == expected
    with pytest.raises(NotSupported):
        vendor.import_key(KeyAttributes(KeyType.DERIVE, usage=USAGE, alg=MAC), KEY).mac_compute(MAC, b"")


def test_signature_and_cipher_of_a_vendor(vendor: Core) -> None:
    pair = KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, usage=USAGE, alg=SIGN)
    signer = vendor.generate_key(pair)
    signature = signer.sign_message(SIGN, b"message")
    signer.verify_message(SIGN, b"message", signature)
    with pytest.raises(InvalidSignature):
        signer.verify_message(SIGN, b"massage!", signature)
    key = vendor.import_key(KeyAttributes(KeyType.AES, usage=USAGE, alg=XOR), KEY)
    assert key.cipher_encrypt(XOR, b"text") == bytes(byte ^ KEY[0] for byte in b"text")
    assert key.cipher_decrypt(XOR, key.cipher_encrypt(XOR, b"text")) == b"text"


def test_policy_keeps_a_vendors_algorithm_apart_from_others(vendor: Core) -> None:
    own = vendor.import_key(KeyAttributes(KeyType.HMAC, usage=USAGE, alg=MAC), KEY)
    with pytest.raises(NotPermitted):
        own.mac_compute(Alg.HMAC(Alg.SHA_256), b"")
    other = vendor.import_key(KeyAttributes(KeyType.HMAC, usage=USAGE, alg=Alg.HMAC(Alg.SHA_256)), KEY)
    with pytest.raises(NotPermitted):
        other.mac_compute(MAC, b"")


def test_driver_in_python_names_a_vendors_algorithm_by_number() -> None:
    class Sum(PythonDriver):
        prefix = "pysum"
        capabilities: ClassVar = [{"entry_points": ["hash_compute"], "algorithms": [BY_MACRO, "0x82000002"]}]

        def hash_compute(self, alg: int, data: bytes) -> bytes:
            return bytes([alg & 0xFF, sum(data) & 0xFF])

    with Core(Sum()) as core:
        assert core.hash_compute(BY_MACRO, b"\1\2") == b"\x10\3"
        assert core.hash_compute(BY_EXPRESSION, b"\1\2") == b"\2\3"


# Descriptions


def described(*algorithms: Any, headers: tuple[str, ...] = ("acme.h",)) -> str:
    capability = {"entry_points": ["hash_compute"], "algorithms": list(algorithms)}
    document = {"prefix": "acme", "type": "transparent", "headers": list(headers), "capabilities": [capability]}
    return json.dumps(document)


@pytest.mark.parametrize(
    ("algorithm", "text", "value"),
    [
        (0x80000001, "0x80000001", 0x80000001),
        ("0x82000010", "0x82000010", 0x82000010),
        ("ACME_ALG", "ACME_ALG", None),
        ("PSA_ALG_VENDOR_X", "PSA_ALG_VENDOR_X", None),
        ("ACME_HMAC(PSA_ALG_SHA_256)", "ACME_HMAC(PSA_ALG_SHA_256)", None),
        ("PSA_ALG_HMAC(ACME_HASH)", "PSA_ALG_HMAC(ACME_HASH)", None),
    ],
)
def test_specification_of_a_vendors_algorithm(algorithm: Any, text: str, value: int | None) -> None:
    [capability] = parse_description(described(algorithm), "acme.json").capabilities
    assert capability.algorithms is not None
    [spec] = capability.algorithms
    assert (spec.text, spec.value, spec.of_vendor) == (text, value, True)


@pytest.mark.parametrize(
    ("algorithm", "message"),
    [
        (0x02000009, "0x2000009 is no algorithm of a vendor.*write PSA_ALG_SHA_256"),
        ("0x02000009", "0x2000009 is no algorithm of a vendor.*write PSA_ALG_SHA_256"),
        (0, "no algorithm of a vendor"),
        (-1, "no algorithm of a vendor"),
        (1 << 32, "no algorithm of a vendor"),
        (1.5, "number"),
        ("PSA_ALG_SHA_265", "did you mean PSA_ALG_SHA_256"),
        ("SHA_256", "did you mean PSA_ALG_SHA_256"),
        ("psa_alg_sha_256", "not a name"),
        ("ACME_ALG; int x", "unexpected '; int x'"),
        ('ACME("x")', "is"),
    ],
)
def test_what_is_no_algorithm_of_a_vendor_is_told(algorithm: Any, message: str) -> None:
    with pytest.raises(DescriptionError, match=f"(?s){message}"):
        parse_description(described(algorithm), "acme.json")


def test_macro_needs_headers_that_can_define_it() -> None:
    with pytest.raises(
        DescriptionError, match="'ACME_ALG' is no algorithm of the Crypto API, and there are no headers"
    ):
        parse_description(described("ACME_ALG", headers=()), "acme.json")


def test_macro_that_looks_like_one_of_the_api_is_noted() -> None:
    [finding] = parse_description(described("ACME_ALG_SHA_256"), "acme.json").findings
    assert finding.rule == "header-algorithm"
    assert not finding.is_error
    assert "PSA_ALG_SHA_256" in finding.remedy


SOURCE = """#include "acme.h"
psa_status_t acme_hash_compute(psa_algorithm_t alg, const uint8_t *input, size_t input_length, uint8_t *hash,
                               size_t hash_size, size_t *hash_length) {
    (void)alg; (void)input; (void)input_length; (void)hash; (void)hash_size; (void)hash_length;
    return PSA_ERROR_NOT_SUPPORTED;
}
"""
PROTOTYPE = SOURCE.split("\n", 1)[1].split(" {", maxsplit=1)[0] + ";\n"


def built(folder: Path, macros: str, *algorithms: Any) -> Any:
    (folder / "acme.json").write_text(described(*algorithms))
    (folder / "acme.h").write_text(f"#include <psa/crypto.h>\n{macros}\n{PROTOTYPE}")
    (folder / "acme.c").write_text(SOURCE)
    return build_image(load_bundle(folder / "acme.json", sources=[folder / "acme.c"], include=[folder]))


@pytest.mark.parametrize(
    ("macros", "rule"),
    [
        ("", "not-a-constant"),
        ("#define ACME_ALG 0", "constant-range"),
        ("#define ACME_ALG (1ull << 32)", "constant-range"),
    ],
)
def test_macro_that_headers_do_not_make_an_algorithm_is_found(tmp_path: Path, macros: str, rule: str) -> None:
    with pytest.raises(FindingsError, match=rule):
        built(tmp_path, macros, "ACME_ALG")
