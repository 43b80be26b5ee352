"""Bundles behind a real core: who serves what when a driver does only a part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from image_harness import HERE

from psa_bridge import Alg, Core, EccFamily, GenericError, InvalidSignature, KeyAttributes, KeyType, Usage

PAIR = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
PUBLIC = KeyType.ECC_PUBLIC_KEY(EccFamily.SECP_R1)
ECDSA = Alg.ECDSA(Alg.SHA_256)
DIGEST = bytes(range(32))


@pytest.fixture
def core() -> Iterator[Core]:
    """The P-256 plug-in in the mbedtls dialect, which lists two of its six entry points, over the software."""
    with Core(HERE / "plugin") as instance:
        yield instance


def attributes(bits: int, kind: KeyType = PAIR) -> KeyAttributes:
    usage = Usage.VERIFY_HASH if kind == PUBLIC else Usage.SIGN_HASH | Usage.VERIFY_HASH | Usage.EXPORT
    return KeyAttributes(kind, bits, usage=usage, alg=ECDSA)


def test_the_plugin_signs_with_a_key_that_the_software_made(core: Core) -> None:
    with core.generate_key(attributes(256)) as key, core.trace() as events:
        signature = key.sign_hash(ECDSA, DIGEST)
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.export_public())
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
    public.verify(encode_dss_signature(r, s), DIGEST, ec.ECDSA(Prehashed(hashes.SHA256())))
    assert ("plug", "sign_hash") in [(event.driver, event.entry_point) for event in events]


def test_an_import_that_the_plugin_refuses_goes_on_to_the_software(core: Core) -> None:
    with core.import_key(attributes(0), b"\x01" * 48) as key:
        assert key.attributes.bits == 384
        key.verify_hash(ECDSA, DIGEST, key.sign_hash(ECDSA, DIGEST))


def test_an_import_that_the_plugin_takes_is_given_a_buffer_of_the_exact_size(core: Core) -> None:
    with core.trace() as events, core.import_key(attributes(256), b"\x01" * 32) as key:
        assert key.export() == b"\x01" * 32
    served = [event for event in events if event.entry_point == "import_key"]
    assert [event.driver for event in served] == ["plug"]


def test_verification_with_a_public_key_works(core: Core) -> None:
    with (
        core.generate_key(attributes(256)) as key,
        core.import_key(attributes(256, PUBLIC), key.export_public()) as pub,
    ):
        signature = key.sign_hash(ECDSA, DIGEST)
        pub.verify_hash(ECDSA, DIGEST, signature)
        with pytest.raises(InvalidSignature):
            pub.verify_hash(ECDSA, DIGEST[::-1], signature)


def test_explain_says_who_serves_what(core: Core) -> None:
    with core.generate_key(attributes(256)) as key:
        assert core.explain("sign_hash", key=key, alg=ECDSA).served_by[0] == "plug"
        assert core.explain("verify_hash", key=key, alg=ECDSA).served_by == ("libcrypto",)
    assert core.explain("generate_key", attributes=attributes(256)).served_by == ("libcrypto",)
    assert core.explain("import_key", attributes=attributes(384)).served_by == ("plug", "libcrypto")


def test_two_cores_of_one_bundle_do_not_share_a_state() -> None:
    folder = HERE / "pair"
    with Core() as first, Core() as second:
        for one in (first, second):
            one.load(folder / "duo.json", sources=[folder / "duo.c"], include=[folder])
        assert first.hash_compute(Alg.SHA_256, b"") == b"\x01" * 32
        assert first.hash_compute(Alg.SHA_256, b"") == b"\x02" * 32
        assert second.hash_compute(Alg.SHA_256, b"") == b"\x01" * 32


POINTER = "psa_status_t (*late_hash_compute)(psa_algorithm_t, const uint8_t *, size_t, uint8_t *, size_t, size_t *)"


def test_a_function_pointer_that_is_null_is_an_error_of_the_driver_and_not_called(tmp_path: Path) -> None:
    (tmp_path / "late.h").write_text(f"#include <psa/crypto.h>\nextern {POINTER};\n")
    (tmp_path / "late.c").write_text(f'#include "late.h"\n{POINTER} = 0;\n')
    capability = {"entry_points": ["hash_compute"], "algorithms": ["PSA_ALG_SHA_256"]}
    description = {"prefix": "late", "type": "transparent", "headers": ["late.h"], "capabilities": [capability]}
    (tmp_path / "late.json").write_text(json.dumps(description))
    with Core() as core:
        core.load(tmp_path / "late.json", tmp_path / "late.c", include=[tmp_path])
        with pytest.raises(GenericError, match="function pointer for hash_compute is null") as caught:
            core.hash_compute(Alg.SHA_256, b"")
    assert caught.value.driver == "late"
