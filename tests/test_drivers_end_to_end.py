"""The example drivers, compiled with a plain compiler call, loaded as object files and checked against others."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from conftest import DRIVERS
from cryptography.exceptions import InvalidSignature as OracleInvalid
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from oracle import HASHES, der_signature, digest, ecc, private_bytes, public_bytes, raw_signature

from psa_bridge import (
    Alg,
    Core,
    EccFamily,
    InvalidArgument,
    InvalidSignature,
    KeyAttributes,
    KeyType,
    MemoryStorage,
    NotPermitted,
    NotSupported,
    PsaError,
    Usage,
)
from psa_bridge.driver.bundle import build_image, load_bundle
from psa_bridge.driver.findings import Severity
from psa_bridge.paths import INCLUDE

ECDSA = Alg.ECDSA(Alg.SHA_256)
P256 = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)
BUNDLES = Path(__file__).resolve().parent / "bundles"
SHA_INSTRUCTIONS = "sha_ni" in (Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else "").split()


def compiled(target: Path, sources: Sequence[Path], include: Sequence[Path] = ()) -> list[Path]:
    """The objects of C files, made by the compiler directly, as a driver's own makefile would."""
    compiler = shlex.split(os.environ.get("CC", "cc"))
    flags = ["-O2", "-fPIC", f"-I{INCLUDE}", *(f"-I{path}" for path in include)]
    subprocess.run([*compiler, *flags, "-c", *map(str, sources)], cwd=target, check=True)
    return [target / source.with_suffix(".o").name for source in sources]


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The objects of each example driver."""
    own = ("p256.c", "p256_point.c", "p256_field.c")
    arithmetic = [DRIVERS / "p256_plugin" / name for name in own]
    sources = {
        "x86_sha": [DRIVERS / "x86_sha" / name for name in ("x86_sha.c", "x86_sha_blocks.c")],
        "p256_plugin": [DRIVERS / "p256_plugin" / "p256_plugin.c", *arithmetic],
        "wrapped_se": [
            *(DRIVERS / "wrapped_se" / name for name in ("wrapped_se.c", "se_wrap.c", "se_hmac.c")),
            *arithmetic,
        ],
    }
    if platform.machine() != "x86_64":
        del sources["x86_sha"]
    return {
        name: compiled(tmp_path_factory.mktemp(name), files, [DRIVERS / "p256_plugin"])
        for name, files in sources.items()
    }


def loaded(
    name: str, objects: dict[str, list[Path]], software: bool = True, storage: MemoryStorage | None = None
) -> Core:
    if name not in objects:
        pytest.skip(f"{name} is not for this processor")
    core = Core(software=software, storage=storage)
    (info,) = core.load(DRIVERS / name / "driver.json", objects=objects[name], include=[DRIVERS / name])
    assert info.name == name
    core.crypto_init()
    return core


# The accelerator


@pytest.fixture
def sha(objects: dict[str, list[Path]]) -> Iterator[Core]:
    with loaded("x86_sha", objects) as core:
        yield core


@pytest.mark.parametrize("name", ["SHA_1", "SHA_224", "SHA_256"])
@given(parts=st.lists(st.binary(max_size=200), max_size=6))
def test_the_accelerator_agrees_with_hashlib(sha: Core, name: str, parts: list[bytes]) -> None:
    alg, data = getattr(Alg, name), b"".join(parts)
    expected = hashlib.new(name.replace("_", ""), data).digest()
    with sha.trace() as events:
        assert sha.hash_compute(alg, data) == expected
        with sha.hash_setup(alg) as operation:
            for part in parts:
                operation.update(part)
            clone = operation.clone()
            assert operation.finish() == expected
            clone.verify(expected)
    assert events.served_by() == ["x86_sha" if SHA_INSTRUCTIONS else "libcrypto"]


def test_what_the_accelerator_does_not_have_goes_to_the_next_driver(sha: Core) -> None:
    assert sha.explain("hash_compute", alg=Alg.SHA_512).served_by == ("libcrypto",)
    assert sha.hash_compute(Alg.SHA_512, b"abc") == hashlib.sha512(b"abc").digest()


def test_counts_tell_who_hashed(sha: Core) -> None:
    sha.reset_counts()
    for _ in range(5):
        sha.hash_compute(Alg.SHA_256, b"")
    counts = sha.counts
    if SHA_INSTRUCTIONS:
        assert (counts["x86_sha"].served, counts["libcrypto"].served) == (5, 0)
    else:
        assert (counts["x86_sha"].fell_back, counts["libcrypto"].served) == (5, 5)


def test_suspending_a_hash_of_the_accelerator(sha: Core) -> None:
    """The accelerator has no suspend: the core says so rather than make something up."""
    operation = sha.hash_setup(Alg.SHA_256)
    operation.update(b"ab")
    if not SHA_INSTRUCTIONS:
        return
    with pytest.raises(NotSupported):
        operation.suspend()


# The plug-in


@pytest.fixture
def plugin(objects: dict[str, list[Path]]) -> Iterator[Core]:
    with loaded("p256_plugin", objects) as core:
        yield core


@pytest.mark.parametrize("hash_name", ["SHA_1", "SHA_256", "SHA_384", "SHA_512"])
def test_the_plugin_signs_and_verifies_like_cryptography(plugin: Core, hash_name: str) -> None:
    theirs = ec.generate_private_key(ec.SECP256R1())
    alg, scheme = Alg.ECDSA(getattr(Alg, hash_name)), ec.ECDSA(HASHES[hash_name])
    with plugin.trace() as events, plugin.import_key(ecc("SECP_R1", 256, alg=alg), private_bytes(theirs)) as key:
        assert key.export_public() == public_bytes(theirs.public_key())
        for number in range(20):
            message = b"%d" % number
            signature = key.sign_hash(alg, digest(hash_name, message))
            theirs.public_key().verify(der_signature(signature), message, scheme)
            key.verify_message(alg, message, raw_signature(theirs.sign(message, scheme), "SECP_R1", 256))
            with pytest.raises(OracleInvalid):
                theirs.public_key().verify(der_signature(signature), message + b"!", scheme)
    assert {e.driver for e in events if e.entry_point in ("sign_hash", "verify_hash")} == {"p256_plugin"}


def test_the_plugin_agrees_on_secrets_with_cryptography(plugin: Core) -> None:
    with plugin.generate_key(ecc("SECP_R1", 256, alg=Alg.ECDH)) as key, plugin.trace() as events:
        for _ in range(20):
            theirs = ec.generate_private_key(ec.SECP256R1())
            peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.export_public())
            assert key.raw_key_agreement(Alg.ECDH, public_bytes(theirs.public_key())) == theirs.exchange(
                ec.ECDH(), peer
            )
        with pytest.raises(InvalidArgument):
            key.raw_key_agreement(Alg.ECDH, b"\4" + bytes(64))
    assert {event.driver for event in events} == {"p256_plugin"}


def test_other_curves_pass_the_plugin_by(plugin: Core) -> None:
    attributes = ecc("SECP_R1", 384, alg=ECDSA)
    assert plugin.explain("import_key", attributes=attributes).served_by == ("libcrypto",)
    with plugin.generate_key(attributes) as key, plugin.trace() as events:
        key.verify_hash(ECDSA, bytes(32), key.sign_hash(ECDSA, bytes(32)))
    assert {event.driver for event in events} == {"libcrypto"}


def test_an_import_without_size_reaches_the_driver_that_has_the_size(plugin: Core) -> None:
    for bits in (256, 384):
        data = bytes(bits // 8 - 1) + b"\5"
        with plugin.import_key(ecc("SECP_R1", 0, alg=ECDSA), data) as key:
            assert key.attributes.bits == bits
            assert key.export() == data


def test_wrong_keys_are_refused_by_the_plugin(plugin: Core) -> None:
    for bad in (bytes(32), b"\xff" * 32):
        with pytest.raises(InvalidArgument) as caught:
            plugin.import_key(ecc("SECP_R1", 256, alg=ECDSA), bad)
        assert (caught.value.driver, caught.value.entry_point) == ("p256_plugin", "import_key")
    with pytest.raises(InvalidArgument):
        plugin.import_key(ecc("SECP_R1", 256, alg=ECDSA, public=True), b"\4" + bytes(63) + b"\1")


# The secure element


@pytest.fixture
def element(objects: dict[str, list[Path]]) -> Iterator[Core]:
    with loaded("wrapped_se", objects) as core:
        yield core


def at_the_element(core: Core, usage: int = 0, alg: int = ECDSA, **changes: int) -> KeyAttributes:
    (driver,) = [info for info in core.drivers if info.name == "wrapped_se"]
    usage = usage or Usage.SIGN_HASH | Usage.VERIFY_HASH | Usage.COPY
    lifetime = driver.location << 8 | changes.pop("persistence", 0)
    return KeyAttributes(P256, 256, usage=usage, alg=alg, lifetime=lifetime, **changes)


def test_the_element_signs_with_keys_that_never_leave_it(element: Core) -> None:
    with element.trace() as events, element.generate_key(at_the_element(element)) as key:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.export_public())
        signature = key.sign_message(ECDSA, b"message")
        public.verify(der_signature(signature), b"message", ec.ECDSA(HASHES["SHA_256"]))
        key.verify_message(ECDSA, b"message", signature)
        with pytest.raises(InvalidSignature):
            key.verify_message(ECDSA, b"another", signature)
        with pytest.raises(NotPermitted):
            key.export()
    served = {event.entry_point: event.driver for event in events}
    assert {served[name] for name in ("generate_key", "export_public_key", "sign_hash", "verify_hash")} == {
        "wrapped_se"
    }
    assert served["hash_compute"] == "libcrypto", "the message is hashed by the core"


def test_the_element_imports_and_exports_where_policy_permits(element: Core) -> None:
    attributes = at_the_element(element, Usage.EXPORT | Usage.SIGN_HASH | Usage.COPY)
    theirs = ec.generate_private_key(ec.SECP256R1())
    with element.import_key(attributes, private_bytes(theirs)) as key:
        assert key.export() == private_bytes(theirs)
        assert key.export_public() == public_bytes(theirs.public_key())
        twin = key.copy(at_the_element(element, Usage.SIGN_HASH))
        theirs.public_key().verify(
            der_signature(twin.sign_hash(ECDSA, digest("SHA_256", b"m"))), b"m", ec.ECDSA(HASHES["SHA_256"])
        )


def test_a_persistent_key_of_the_element_survives_the_core(objects: dict[str, list[Path]]) -> None:
    storage = MemoryStorage()
    with loaded("wrapped_se", objects, storage=storage) as first:
        key = first.generate_key(at_the_element(first, persistence=1, id=77))
        public = key.export_public()
    with loaded("wrapped_se", objects, storage=storage) as second:
        again = second.key(77)
        assert again.export_public() == public
        again.verify_hash(ECDSA, bytes(32), again.sign_hash(ECDSA, bytes(32)))
        again.destroy()


def test_two_cores_have_two_elements(objects: dict[str, list[Path]]) -> None:
    """Each core has its own image, so its own device key: a blob of one means nothing to the other."""
    storage = MemoryStorage()
    with loaded("wrapped_se", objects) as one, loaded("wrapped_se", objects, storage=storage) as two:
        for core in (one, two):
            with core.generate_key(at_the_element(core)) as key:
                key.verify_hash(ECDSA, bytes(32), key.sign_hash(ECDSA, bytes(32)))


def test_an_opaque_key_is_never_served_by_anybody_else(element: Core) -> None:
    key = element.generate_key(at_the_element(element, alg=Alg.ECDH, usage=Usage.DERIVE))
    explanation = element.explain("key_agreement", alg=Alg.ECDH, key=key)
    assert explanation.served_by == ()
    assert explanation.of("libcrypto").reason == "LOCATION"
    with pytest.raises(NotSupported):
        key.raw_key_agreement(Alg.ECDH, public_bytes(ec.generate_private_key(ec.SECP256R1()).public_key()))


# All of them, and the dialect


def test_all_drivers_live_in_one_core(objects: dict[str, list[Path]]) -> None:
    with loaded("p256_plugin", objects) as core:
        for name in objects.keys() - {"p256_plugin"}:
            core.load(DRIVERS / name / "driver.json", objects=objects[name], include=[DRIVERS / name])
        core.crypto_init()
        with core.trace() as events:
            key = core.generate_key(ecc("SECP_R1", 256, alg=ECDSA))
            key.verify_message(ECDSA, b"m", key.sign_message(ECDSA, b"m"))
            core.generate_key(at_the_element(core)).sign_hash(ECDSA, bytes(32))
        assert {"p256_plugin", "wrapped_se"} <= {event.driver for event in events}
        assert core.drivers[-1].linked_in
        assert len(core.images) == len(objects)


def test_a_folder_with_a_bundle_file_is_enough() -> None:
    with Core(DRIVERS / "p256_plugin") as core, core.trace() as events:
        core.generate_key(ecc("SECP_R1", 256, alg=ECDSA))
    assert events[-1].driver == "p256_plugin"
    assert events[0].depth == 2, "the plug-in asks the core for random bytes"


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in DRIVERS.glob("*/bundle.toml")), ids=lambda path: path.name
)
def test_every_driver_here_is_a_bundle_that_loads_with_all_its_sources(folder: Path) -> None:
    if folder.name.startswith("x86") and platform.machine() != "x86_64":
        pytest.skip(f"{folder.name} is not for this processor")
    bundle = load_bundle(folder)
    assert {path.resolve() for path in bundle.settings.sources} >= set(folder.resolve().glob("*.c"))
    with Core(build_image(bundle)) as core:
        assert core.drivers[0].name == folder.name
        assert {finding.severity for finding in core.images[0].findings} <= {Severity.NOTE}


def test_libcrypto_as_a_bundle_hashes_and_authenticates() -> None:
    """A file that is missing from the bundle would show as a symbol that nobody defines."""
    with Core(DRIVERS / "libcrypto", software=False) as core:
        assert core.hash_compute(Alg.SHA_256, b"abc") == hashlib.sha256(b"abc").digest()
        attributes = KeyAttributes(KeyType.AES, 128, usage=Usage.ENCRYPT | Usage.DECRYPT, alg=Alg.GCM)
        with core.generate_key(attributes) as key:
            sealed = key.aead_encrypt(Alg.GCM, bytes(12), b"", b"text")
            assert key.aead_decrypt(Alg.GCM, bytes(12), b"", sealed) == b"text"


def test_the_plugin_in_the_mbedtls_dialect_is_explained() -> None:
    """It lists two of its six entry points, says no fallback, and refuses P-384 keys."""
    with Core(BUNDLES / "plugin") as core:
        assert core.drivers[0].dialect == "mbedtls"
        p256, p384 = (ecc("SECP_R1", bits, alg=ECDSA) for bits in (256, 384))
        assert core.explain("import_key", attributes=p256).served_by[0] == "plug"
        assert core.explain("sign_hash", alg=ECDSA, attributes=p256).served_by[0] == "plug"
        for call in ("verify_hash", "generate_key", "export_public_key"):
            alg = ECDSA if call == "verify_hash" else 0
            explanation = core.explain(call, alg=alg, attributes=p256)
            assert explanation.served_by == ("libcrypto",)
            assert explanation.of("plug").reason == "ENTRY_POINT"
        theirs = ec.generate_private_key(ec.SECP256R1())
        with core.trace() as events, core.import_key(p256, private_bytes(theirs)) as key:
            signature = key.sign_message(ECDSA, b"m")
            theirs.public_key().verify(der_signature(signature), b"m", ec.ECDSA(HASHES["SHA_256"]))
            key.verify_message(ECDSA, b"m", signature)
        served = {event.entry_point: event.driver for event in events if event.status == 0}
        assert (served["import_key"], served["sign_hash"], served["verify_hash"]) == ("plug", "plug", "libcrypto")
        with core.import_key(p384, bytes(47) + b"\5") as key:
            key.verify_hash(ECDSA, bytes(32), key.sign_hash(ECDSA, bytes(32)))
        public = KeyAttributes(KeyType.ECC_PUBLIC_KEY(EccFamily.SECP_R1), 256, usage=Usage.VERIFY_HASH, alg=ECDSA)
        with core.import_key(public, public_bytes(theirs.public_key())) as key:
            key.verify_message(ECDSA, b"m", signature)
        with core.generate_key(p256) as key:
            key.verify_message(ECDSA, b"m", key.sign_message(ECDSA, b"m"))


def test_a_driver_that_cannot_be_built_reports_findings(tmp_path: Path) -> None:
    from psa_bridge.driver.findings import FindingsError  # noqa: PLC0415

    (tmp_path / "driver.json").write_text((DRIVERS / "p256_plugin" / "driver.json").read_text())
    with Core() as core:
        with pytest.raises(FindingsError) as caught:
            core.load(tmp_path / "driver.json")
        assert len(caught.value.findings.errors) >= 1
        with pytest.raises(FindingsError):
            core.load(tmp_path / "missing.json")
        assert [driver.name for driver in core.drivers] == ["libcrypto", "pysoft"]


def test_loading_says_which_location_is_taken(element: Core) -> None:
    with pytest.raises(PsaError) as caught:
        element.load(DRIVERS / "wrapped_se")
    assert "wrapped_se/driver.json" in str(caught.value)
    assert "cache" not in str(caught.value)
    assert caught.value.status_name == "PSA_ERROR_ALREADY_EXISTS"
