"""Keys from and to ``cryptography``, PEM and DER."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, mlkem, rsa, x448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from psa_bridge import (
    Alg,
    Core,
    DhFamily,
    EccFamily,
    InvalidArgument,
    InvalidHandle,
    Key,
    KeyAttributes,
    KeyType,
    NotPermitted,
    NotSupported,
    Usage,
)
from psa_bridge.interchange import groups
from psa_bridge.interchange.curves import CURVES

POLICY: Any = {"usage": Usage.EXPORT}
RSA = rsa.generate_private_key(65537, 2048)
SECRET = b"a sentence as the password"


def finite_field(generator: int = 2) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cryptography.hazmat.primitives.asymmetric import dh  # noqa: PLC0415

        p = groups.prime(DhFamily.RFC7919, 2048)
        assert p is not None
        return dh.DHParameterNumbers(p, generator).parameters().generate_private_key()


THEIRS: dict[str, Callable[[], Any]] = {
    **{curve.name: lambda curve=curve: ec.generate_private_key(curve) for curve in CURVES.values()},
    "rsa": lambda: RSA,
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
    "x25519": x25519.X25519PrivateKey.generate,
    "x448": x448.X448PrivateKey.generate,
    "ML-DSA-44": mldsa.MLDSA44PrivateKey.generate,
    "ML-DSA-65": mldsa.MLDSA65PrivateKey.generate,
    "ML-DSA-87": mldsa.MLDSA87PrivateKey.generate,
    "ML-KEM-768": mlkem.MLKEM768PrivateKey.generate,
    "ML-KEM-1024": mlkem.MLKEM1024PrivateKey.generate,
    "dh": finite_field,
}


def private_der(key: Any) -> bytes:
    return bytes(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def public_der(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def same_private(one: Any, other: Any) -> bool:
    """Montgomery keys are the same if they differ in the bits that are not used only; the core clamps them."""
    raw = isinstance(one, (x25519.X25519PrivateKey, x448.X448PrivateKey))
    return type(one) is type(other) and (raw or private_der(one) == private_der(other))


@pytest.mark.filterwarnings("ignore:Diffie-Hellman")
@pytest.mark.parametrize("kind", THEIRS)
def test_a_key_pair_goes_there_and_back(core: Core, kind: str) -> None:
    theirs = THEIRS[kind]()
    key = core.import_from_cryptography(theirs, **POLICY)
    assert key.attributes.type.is_key_pair and Usage.EXPORT in key.attributes.usage
    assert same_private(theirs, key.to_cryptography())
    assert public_der(key.public_to_cryptography()) == public_der(theirs.public_key()) == key.export_public_der()
    assert core.import_der(key.export_der(), **POLICY).export() == key.export()
    assert core.import_pem(key.export_pem(), **POLICY).export() == key.export()
    locked = key.export_pem(password=SECRET)
    assert core.import_pem(locked, password=SECRET, **POLICY).export() == key.export()


@pytest.mark.filterwarnings("ignore:Diffie-Hellman")
@pytest.mark.parametrize("kind", THEIRS)
def test_a_public_key_goes_there_and_back(core: Core, kind: str) -> None:
    theirs = THEIRS[kind]().public_key()
    key = core.import_from_cryptography(theirs)
    assert key.attributes.type.is_public_key
    for out in (key.to_cryptography(), key.public_to_cryptography()):
        assert public_der(out) == public_der(theirs)
    assert key.export_der() == public_der(theirs)
    assert core.import_pem(key.export_pem().decode()).export() == key.export()
    assert core.import_der(key.export_public_der()).export() == key.export()
    assert key.export_public_pem() == key.export_pem()


def test_both_sides_verify_each_other(core: Core) -> None:
    alg = Alg.ECDSA(Alg.SHA_256)
    key = core.generate_key(
        KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, usage=Usage.SIGN_MESSAGE | Usage.EXPORT, alg=alg)
    )
    theirs: Any = key.to_cryptography()
    public = core.import_from_cryptography(theirs.public_key(), usage=Usage.VERIFY_MESSAGE, alg=alg)
    public.verify_message(alg, b"text", key.sign_message(alg, b"text"))


def test_the_policy_is_that_of_the_call(core: Core) -> None:
    key = core.import_from_cryptography(RSA, usage=Usage.SIGN_HASH, alg=Alg.RSA_PSS(Alg.SHA_256), id=7, lifetime=1)
    attributes = key.attributes
    assert (attributes.alg, attributes.id, attributes.lifetime) == (Alg.RSA_PSS(Alg.SHA_256), 7, 1)
    assert Usage.EXPORT not in attributes.usage
    with pytest.raises(TypeError, match="bits"):
        core.import_from_cryptography(RSA, bits=2048)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="usage has to be an integer"):
        core.import_der(b"", usage="all")  # type: ignore[arg-type]


def test_a_key_pair_that_must_not_be_exported_stays_but_its_public_key_goes(core: Core) -> None:
    key = core.import_from_cryptography(RSA)
    for leave in (key.to_cryptography, key.export_pem, key.export_der):
        with pytest.raises(NotPermitted, match="needs usage PSA_KEY_USAGE_EXPORT"):
            leave()
    assert public_der(key.public_to_cryptography()) == public_der(RSA.public_key())


def test_older_forms_are_read(core: Core) -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    for form in (PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8):
        for theirs in (RSA, curve):
            for encoding, load in ((Encoding.PEM, core.import_pem), (Encoding.DER, core.import_der)):
                key = load(theirs.private_bytes(encoding, form, NoEncryption()), **POLICY)
                assert same_private(theirs, key.to_cryptography())
    pkcs1 = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    assert core.import_pem(pkcs1).attributes.type == KeyType.RSA_PUBLIC_KEY


# Refusals


def test_a_password_that_is_too_long_is_refused(core: Core) -> None:
    key = core.generate_key(KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1), 256, usage=Usage.EXPORT))
    assert key.export_pem(password=b"a" * 1023).startswith(b"-----BEGIN ENCRYPTED")
    with pytest.raises(InvalidArgument, match="the password has 1024 bytes; 1023 are the most"):
        key.export_pem(password=b"a" * 1024)


@pytest.mark.parametrize(
    ("data", "password", "told"),
    [
        (b"", None, "not PEM"),
        (b"junk", None, "not PEM"),
        (
            b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
            None,
            "certificate: load it with cryptography.x509",
        ),
        (b"-----BEGIN DH PARAMETERS-----\n", None, "DH PARAMETERS, which is no key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", None, "not a key that can be read"),
        ("locked", None, "give its password"),
        ("locked", b"wrong", "not a key that can be read: Incorrect password"),
        ("open", b"needless", "not encrypted"),
        ("public", b"needless", "public and not encrypted"),
    ],
)
def test_text_that_is_no_key_is_refused_with_the_reason(core: Core, data: Any, password: Any, told: str) -> None:
    key = core.import_from_cryptography(ed25519.Ed25519PrivateKey.generate(), **POLICY)
    made = {"locked": key.export_pem(password=SECRET), "open": key.export_pem(), "public": key.export_public_pem()}
    with pytest.raises(InvalidArgument, match=told):
        core.import_pem(made[data] if isinstance(data, str) else data, password=password)


@pytest.mark.parametrize(("data", "password"), [(b"", None), (b"0\x82", None), (b"", b"word"), (bytes(100), None)])
def test_der_that_is_no_key_is_refused(core: Core, data: bytes, password: Any) -> None:
    with pytest.raises(InvalidArgument, match="not a key that can be read"):
        core.import_der(data, password=password)


def test_der_with_a_wrong_or_missing_password_says_so(core: Core) -> None:
    key = core.import_from_cryptography(ed25519.Ed25519PrivateKey.generate(), **POLICY)
    for password, told in ((None, "give its password"), (b"wrong", "Incorrect password")):
        with pytest.raises(InvalidArgument, match=told):
            core.import_der(key.export_der(password=SECRET), password=password)
    with pytest.raises(InvalidArgument, match="not encrypted"):
        core.import_der(key.export_der(), password=SECRET)
    with pytest.raises(InvalidArgument, match="empty"):
        key.export_der(password=b"")
    with pytest.raises(TypeError, match="password has to be a bytes-like object"):
        key.export_der(password="text")  # type: ignore[arg-type]
    public = core.import_from_cryptography(RSA.public_key())
    with pytest.raises(InvalidArgument, match="not encrypted"):
        public.export_pem(password=SECRET)


@pytest.mark.parametrize("thing", [None, "text", b"bytes", 5, object(), RSA.private_numbers()])
def test_what_is_no_key_object_is_refused_by_name(core: Core, thing: Any) -> None:
    with pytest.raises(TypeError, match="key has to be a key object of cryptography, not"):
        core.import_from_cryptography(thing)


def test_keys_that_the_api_does_not_have_are_refused(core: Core) -> None:
    own = dsa.generate_private_key(1024)
    for key in (own, own.public_key()):
        with pytest.raises(NotSupported, match="no DSA keys"):
            core.import_from_cryptography(key)
    with pytest.raises(NotSupported, match="RFC 7919 and RFC 3526"):
        core.import_from_cryptography(finite_field(generator=5))


def test_keys_that_cryptography_does_not_have_are_refused(core: Core) -> None:
    aes = core.generate_key(KeyAttributes(KeyType.AES, 128, usage=Usage.EXPORT))
    with pytest.raises(NotSupported, match="as bytes, and export"):
        aes.to_cryptography()
    with pytest.raises(InvalidArgument):
        aes.public_to_cryptography()
    slh = KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.SECP_K1), 192, usage=Usage.EXPORT)
    key = core.import_key(slh, bytes(23) + b"\1")
    with pytest.raises(NotSupported, match="no objects for PSA_KEY_TYPE_ECC_KEY_PAIR"):
        key.to_cryptography()


def test_a_key_that_is_gone_says_so(core: Core) -> None:
    key: Key = core.import_from_cryptography(RSA, **POLICY)
    assert key.attributes.bits == 2048
    key.destroy()
    for use in (key.to_cryptography, key.public_to_cryptography, key.export_pem):
        with pytest.raises(InvalidHandle):
            use()


@pytest.mark.filterwarnings("error")
def test_a_key_of_a_finite_field_warns_nobody_who_did_not_touch_cryptography(core: Core) -> None:
    attributes = KeyAttributes(KeyType.DH_KEY_PAIR(DhFamily.RFC7919), 2048, usage=Usage.EXPORT)
    with core.generate_key(attributes) as key:
        assert key.to_cryptography().private_numbers().x == int.from_bytes(key.export(), "big")
        assert key.public_to_cryptography().public_numbers().y == int.from_bytes(key.export_public(), "big")
        assert core.import_pem(key.export_pem(), usage=Usage.EXPORT).export() == key.export()
        assert core.import_der(key.export_public_der()).export() == key.export_public()


@pytest.mark.parametrize("family", [DhFamily.RFC7919, DhFamily.RFC3526])
def test_groups_have_safe_primes(family: DhFamily) -> None:
    """The offsets are typed in from the RFCs; with a wrong digit the numbers are not prime."""
    for bits in (2048, 3072, 4096):
        p = groups.prime(family, bits)
        assert p is not None and p.bit_length() == bits
        assert pow(2, p - 1, p) == 1 and pow(2, (p - 3) // 2, (p - 1) // 2) == 1
    assert groups.prime(family, 1000) is None


def test_importing_from_cryptography_leaves_no_copy_in_our_buffers(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    from psa_bridge.interchange import objects  # noqa: PLC0415

    made: list[objects.Material] = []
    original = objects.material
    monkeypatch.setattr(objects, "material", lambda key: made.append(original(key)) or made[-1])
    core.import_from_cryptography(RSA, **POLICY)
    with pytest.raises(InvalidArgument):
        core.import_from_cryptography(RSA, id=5)
    assert [set(each.data) for each in made] == [{0}, {0}]
    seen: list[memoryview] = []
    before = objects.key_object
    monkeypatch.setattr(objects, "key_object", lambda *given: seen.append(given[2]) or before(*given))
    core.import_from_cryptography(RSA, **POLICY).to_cryptography()
    assert len(seen[0]) > 1000 and set(seen[0]) == {0}
