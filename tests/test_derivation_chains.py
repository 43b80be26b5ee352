"""What applications make of one result after the other, against other libraries, definitions and published values."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.kdf import hkdf, pbkdf2
from oracle import private_bytes, public_bytes
from pake_groups import P256
from pake_sides import CONFIRM, R1, SHARE, jpake_pair, pair_type, run_jpake, run_spake2p, spake2p

from psa_bridge import Alg, Core, EccFamily, InvalidArgument, InvalidSignature, Key, KeyAttributes, KeyType, Usage
from psa_bridge.constants import Step

HKDF = Alg.HKDF(Alg.SHA_256)
PBKDF2 = Alg.PBKDF2_HMAC(Alg.SHA_256)
TLS12_PRF = Alg.TLS12_PRF(Alg.SHA_256)
SALT, INFO = b"what both know", b"what it is for"


def expand(core: Core, secret: Key, length: int = 42) -> bytes:
    """HKDF of a key."""
    with core.key_derivation_setup(HKDF) as operation:
        operation.input_bytes(Step.SALT, SALT)
        operation.input_key(Step.SECRET, secret)
        operation.input_bytes(Step.INFO, INFO)
        return operation.output_bytes(length)


def expanded(secret: bytes, length: int = 42) -> bytes:
    return hkdf.HKDF(hashes.SHA256(), length, SALT, INFO).derive(secret)


# A password becomes the keys of SPAKE2+


def registered(core: Core, password: bytes, salt: bytes, cost: int, alg: int) -> Key:
    """The key pair of a prover who knows the password: w0 and w1 from PBKDF2 (RFC 9383, section 3.2)."""
    attributes = KeyAttributes(KeyType.PASSWORD, usage=Usage.DERIVE, alg=PBKDF2)
    with core.import_key(attributes, password) as secret, core.key_derivation_setup(PBKDF2) as operation:
        operation.input_integer(Step.COST, cost)
        operation.input_bytes(Step.SALT, salt)
        operation.input_key(Step.PASSWORD, secret)
        return operation.output_key(KeyAttributes(pair_type(R1), 256, usage=Usage.DERIVE | Usage.EXPORT, alg=alg))


def verifier(core: Core, pair: Key) -> Key:
    """What a device stores at its registration."""
    public = replace(pair.attributes, type=KeyType.SPAKE2P_PUBLIC_KEY(R1), id=0)
    return core.import_key(public, pair.export_public())


MATTER_VERIFIERS = (
    (
        20202021,
        1000,
        "uWFwqugDNGiEck/po7KHwwMwwqZgN10XuyBajPGuyzUEV/iree4lOrao5GuwnlQ65CJzbeUB49s31EH+NEkg0JVI5MGCQGMMT/SR"
        "PFNRODm3wH/MBiehuFc6FJ/NH6Rmzw==",
    ),
    (
        62034001,
        1500,
        "EBoBESpGG+XUOhcw8DXk4+4C7jQ8KQI5ZtrA7BEIZz4EDK2I6QnVVInxr1VfGIa2ht3VIIj1gs/ZPUZ57GZuVcf2x0KN0gjM0GBj"
        "0mzvzoYAV0Dxo8RcL3Dxuo93icG6Qw==",
    ),
)
"""Passcode, iterations and verifier for the salt "SPAKE2P Key Salt", as makers of Matter devices publish them in the
documentation of their provisioning tools: project-chip's spake2p (``gen-verifier``), Silicon Labs' provision tool."""


@pytest.mark.parametrize(("passcode", "cost", "expected"), MATTER_VERIFIERS, ids=["chip", "silabs"])
def test_a_passcode_of_matter_gives_the_published_verifier(core: Core, passcode: int, cost: int, expected: str) -> None:
    pair = registered(core, passcode.to_bytes(4, "little"), b"SPAKE2P Key Salt", cost, Alg.SPAKE2P_MATTER)
    assert pair.export_public() == base64.b64decode(expected)


def test_who_knows_the_passcode_is_confirmed_by_the_published_verifier(core: Core) -> None:
    passcode, cost, published = MATTER_VERIFIERS[0]
    pair = registered(core, passcode.to_bytes(4, "little"), b"SPAKE2P Key Salt", cost, Alg.SPAKE2P_MATTER)
    stored = KeyAttributes(KeyType.SPAKE2P_PUBLIC_KEY(R1), 256, usage=Usage.DERIVE, alg=Alg.SPAKE2P_MATTER)
    device = spake2p(core, core.import_key(stored, base64.b64decode(published)), False, context=b"commissioning")
    phone = spake2p(core, pair, True, context=b"commissioning")
    run_spake2p(phone, device)
    session = KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=HKDF)
    assert expand(core, phone.get_shared_key(session)) == expand(core, device.get_shared_key(session))


def test_a_password_becomes_the_numbers_of_the_rfc(core: Core) -> None:
    password = b"".join(len(text).to_bytes(8, "little") + text for text in (b"password", b"client", b"server"))
    pair = registered(core, password, SALT, 100, Alg.SPAKE2P_HMAC(Alg.SHA_256))
    stream = pbkdf2.PBKDF2HMAC(hashes.SHA256(), 80, SALT, 100).derive(password)
    numbers = [int.from_bytes(half, "big") % P256.order for half in (stream[:40], stream[40:])]
    assert pair.export() == b"".join(number.to_bytes(32, "big") for number in numbers)


def test_another_password_is_not_confirmed(core: Core) -> None:
    alg = Alg.SPAKE2P_HMAC(Alg.SHA_256)
    right, wrong = (registered(core, text, SALT, 100, alg) for text in (b"password", b"passwort"))
    client, server = spake2p(core, wrong, True), spake2p(core, verifier(core, right), False)
    server.input(SHARE, client.output(SHARE))
    client.input(SHARE, server.output(SHARE))
    with pytest.raises(InvalidSignature):
        client.input(CONFIRM, server.output(CONFIRM))


# J-PAKE becomes the master secret of TLS 1.2


def prf(secret: bytes, start: bytes, length: int) -> bytes:
    """P_SHA256 (RFC 5246, section 5)."""
    out, chain = b"", start
    while len(out) < length:
        chain = hmac.digest(secret, chain, "sha256")
        out += hmac.digest(secret, chain + start, "sha256")
    return out[:length]


def premaster(core: Core, shared: Key) -> Key:
    """The premaster secret of a shared secret, a key to derive from."""
    with core.key_derivation_setup(Alg.TLS12_ECJPAKE_TO_PMS) as operation:
        operation.input_key(Step.SECRET, shared)
        return operation.output_key(KeyAttributes(KeyType.DERIVE, 256, usage=Usage.DERIVE, alg=TLS12_PRF))


def master(core: Core, secret: Key, seed: bytes) -> bytes:
    with core.key_derivation_setup(TLS12_PRF) as operation:
        operation.input_bytes(Step.SEED, seed)
        operation.input_key(Step.SECRET, secret)
        operation.input_bytes(Step.LABEL, b"master secret")
        return operation.output_bytes(48)


def test_a_password_becomes_the_master_secret_of_both_sides_of_tls(core: Core) -> None:
    client, server = jpake_pair(core)
    run_jpake(client, server)
    seed = bytes(range(64))  # the random numbers of both
    kept = KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE | Usage.EXPORT, alg=Alg.TLS12_ECJPAKE_TO_PMS)
    one, two = client.get_shared_key(kept), server.get_shared_key(kept)
    secret = hashlib.sha256(one.export()[1:33]).digest()  # the coordinate x
    results = {master(core, premaster(core, each), seed) for each in (one, two)}
    assert results == {prf(secret, b"master secret" + seed, 48)}


def test_other_passwords_give_other_master_secrets(core: Core) -> None:
    client, server = jpake_pair(core, b"password", b"passwort")
    run_jpake(client, server)
    kept = KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=Alg.TLS12_ECJPAKE_TO_PMS)
    results = {master(core, premaster(core, side.get_shared_key(kept)), bytes(64)) for side in (client, server)}
    assert len(results) == 2


def test_the_secret_of_spake2p_is_no_point_to_make_a_premaster_secret_of(core: Core) -> None:
    pair = registered(core, b"password", SALT, 1, Alg.SPAKE2P_HMAC(Alg.SHA_256))
    client, server = spake2p(core, pair, True), spake2p(core, verifier(core, pair), False)
    run_spake2p(client, server)
    kept = KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=Alg.TLS12_ECJPAKE_TO_PMS)
    with pytest.raises(InvalidArgument):
        premaster(core, client.get_shared_key(kept))


# Shared secrets become session keys


@pytest.mark.parametrize("name", ["jpake", "spake2p"])
def test_both_sides_of_a_pake_derive_the_same_session_keys(core: Core, name: str) -> None:
    if name == "jpake":
        one, two = jpake_pair(core)
        run_jpake(one, two)
    else:
        pair = registered(core, b"password", SALT, 1, Alg.SPAKE2P_CMAC(Alg.SHA_256))
        one, two = spake2p(core, pair, True), spake2p(core, verifier(core, pair), False)
        run_spake2p(one, two)
    kept = KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE | Usage.EXPORT, alg=HKDF)
    first, second = one.get_shared_key(kept), two.get_shared_key(kept)
    assert expand(core, first) == expand(core, second) == expanded(first.export())


def test_an_agreed_key_of_p256_is_what_cryptography_agrees_on(core: Core) -> None:
    own, peer = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    attributes = KeyAttributes(KeyType.ECC_KEY_PAIR(R1), usage=Usage.DERIVE, alg=Alg.ECDH)
    agreed = core.import_key(attributes, private_bytes(own)).key_agreement(
        public_bytes(peer.public_key()), Alg.ECDH, KeyAttributes(KeyType.DERIVE, usage=Usage.DERIVE, alg=HKDF)
    )
    assert expand(core, agreed) == expanded(own.exchange(ec.ECDH(), peer.public_key()))


def test_a_key_derived_of_an_agreement_of_x25519_is_what_cryptography_derives(core: Core) -> None:
    peer = x25519.X25519PrivateKey.generate()
    alg = Alg.KEY_AGREEMENT(Alg.ECDH, HKDF)
    own = core.generate_key(KeyAttributes(KeyType.ECC_KEY_PAIR(EccFamily.MONTGOMERY), 255, usage=Usage.DERIVE, alg=alg))
    with core.key_derivation_setup(alg) as operation:
        operation.key_agreement(Step.SECRET, own, peer.public_key().public_bytes_raw())
        operation.input_bytes(Step.INFO, b"")
        wanted = KeyAttributes(KeyType.AES, 256, usage=Usage.ENCRYPT | Usage.EXPORT, alg=Alg.GCM)
        key = operation.output_key(wanted)
    secret = peer.exchange(x25519.X25519PublicKey.from_public_bytes(own.export_public()))
    assert key.export() == hkdf.HKDF(hashes.SHA256(), 32, None, b"").derive(secret)
