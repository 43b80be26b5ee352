"""Key derivations against published vectors, ``cryptography`` and the definitions; any chunking gives the same output.

The same for both software drivers: libcrypto's and the one that stands in for it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from cryptography.hazmat.primitives import cmac, hashes
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.kdf import hkdf, kbkdf, pbkdf2
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import HASHES
from vectors import lines, records

from psa_bridge import Alg, Core, InsufficientData, InvalidArgument, KeyAttributes, KeyType, Usage
from psa_bridge.constants import Step
from psa_bridge.software.driver import make
from psa_bridge.software.table import WHOLE

Inputs = list[tuple[Step, bytes | int]]
SECRETS = {Step.SECRET, Step.PASSWORD, Step.OTHER_SECRET}


@pytest.fixture(scope="module", params=["libcrypto", "pysoft"])
def core(request: pytest.FixtureRequest) -> Iterator[Core]:
    """A core with one of the software drivers."""
    with Core() if request.param == "libcrypto" else Core(make(WHOLE), software=False) as made:
        yield made


def derive(core: Core, alg: int, inputs: Inputs, lengths: list[int], capacity: int | None = None) -> bytes:
    """Output in pieces."""
    with core.key_derivation_setup(alg) as operation:
        if capacity is not None:
            operation.set_capacity(capacity)
        for step, value in inputs:
            if isinstance(value, int):
                operation.input_integer(step, value)
            else:
                operation.input_bytes(step, value)
        return b"".join(operation.output_bytes(length) for length in lengths)


def hkdf_inputs(salt: bytes, secret: bytes, info: bytes) -> Inputs:
    return [(Step.SALT, salt), (Step.SECRET, secret), (Step.INFO, info)]


# Published vectors

HKDF_FILES = ("rfc-5869-HKDF-SHA1.txt", "rfc-5869-HKDF-SHA256.txt", "hkdf-generated.txt")


@pytest.mark.parametrize("file", HKDF_FILES)
def test_hkdf_gives_the_output_of_rfc_5869(core: Core, file: str) -> None:
    found = 0
    for record in records(f"KDF/{file}", "OKM"):
        alg = Alg.HKDF(Alg.SHA_1 if record["Hash"] in {"SHA-1", "SHA1"} else Alg.SHA_256)
        inputs = hkdf_inputs(*(bytes.fromhex(record.get(name, "")) for name in ("salt", "IKM", "info")))
        assert derive(core, alg, inputs, [int(record["L"])]).hex() == record["OKM"]
        found += 1
    assert found


def test_hkdf_extract_and_expand_give_the_halves_of_rfc_5869(core: Core) -> None:
    found = 0
    for record in records("KDF/rfc-5869-HKDF-SHA256.txt", "OKM"):
        salt, secret, info, prk = (bytes.fromhex(record.get(name, "")) for name in ("salt", "IKM", "info", "PRK"))
        extract = [(Step.SALT, salt), (Step.SECRET, secret)]
        assert derive(core, Alg.HKDF_EXTRACT(Alg.SHA_256), extract, [32]) == prk
        expand = [(Step.SECRET, prk), (Step.INFO, info)]
        assert derive(core, Alg.HKDF_EXPAND(Alg.SHA_256), expand, [int(record["L"])]).hex() == record["OKM"]
        found += 1
    assert found == 3


def test_pbkdf2_gives_the_output_of_rfc_6070(core: Core) -> None:
    found = 0
    for record in records("KDF/rfc-6070-PBKDF2-SHA1.txt", "DERIVED_KEY"):
        cost = int(record["ITERATIONS"])
        if cost > 100000:
            continue  # 16777216 iterations: a minute
        salt, password = (record[name].replace("\\0", "\0").encode() for name in ("SALT", "PASSWORD"))
        inputs: Inputs = [(Step.COST, cost), (Step.SALT, salt), (Step.PASSWORD, password)]
        expected = record["DERIVED_KEY"].replace(" ", "")
        assert derive(core, Alg.PBKDF2_HMAC(Alg.SHA_1), inputs, [int(record["LENGTH"])]).hex() == expected
        found += 1
    assert found >= 4


RFC_7914 = [
    (
        b"passwd",
        b"salt",
        1,
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
        "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
    ),
    (
        b"Password",
        b"NaCl",
        80000,
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
        "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
    ),
]
"""PBKDF2-HMAC-SHA256 of RFC 7914, section 11."""


@pytest.mark.parametrize(("password", "salt", "cost", "expected"), RFC_7914, ids=["1", "80000"])
def test_pbkdf2_gives_the_output_of_rfc_7914(
    core: Core, password: bytes, salt: bytes, cost: int, expected: str
) -> None:
    inputs: Inputs = [(Step.COST, cost), (Step.SALT, salt), (Step.PASSWORD, password)]
    assert derive(core, Alg.PBKDF2_HMAC(Alg.SHA_256), inputs, [64]).hex() == expected


TLS12_PRF = {
    Alg.SHA_256: (
        "9bbe436ba940f017b17652849a71db35",
        "a0ba9f936cda311827a6f796ffd5198c",
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af"
        "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
        "87347b66",
    ),
    Alg.SHA_384: (
        "b80b733d6ceefcdc71566ea48e5567df",
        "cd665cf6a8447dd6ff8b27555edb7465",
        "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0"
        "e534cb400fed2700884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425"
        "9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e099070"
        "3d73e56f",
    ),
}
"""The sets that were published on the IETF's TLS list for RFC 5246: secret, seed and output for "test label"."""


@pytest.mark.parametrize("hash_alg", TLS12_PRF, ids=str)
def test_the_tls_prf_gives_the_published_output(core: Core, hash_alg: Alg) -> None:
    secret, seed, expected = (bytes.fromhex(text) for text in TLS12_PRF[hash_alg])
    inputs: Inputs = [(Step.SEED, seed), (Step.SECRET, secret), (Step.LABEL, b"test label")]
    assert derive(core, Alg.TLS12_PRF(hash_alg), inputs, [len(expected)]) == expected


def placed_records() -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """The sections that a record stands in, and the record."""
    place: dict[str, str] = {}
    record: dict[str, str] = {}
    for line in lines("KDF/nist-800-108-KBKDF-CTR.txt"):
        name, _, value = line.strip("[]").partition("=")
        (place if line.startswith("[") else record)[name.strip()] = value.strip()
        if line.startswith("KO"):
            yield place, record


def nist_counter_vectors() -> Iterator[tuple[Alg, bytes, bytes, bytes, int, bytes]]:
    """The sets of NIST whose fixed input can be read as label, zero, context and length, as this API has it.

    Its bytes are random, but those that happen to end in a length of whole bytes and to contain a
    zero can be asked for: with that capacity.  The output is a prefix of what that is then.
    """
    for place, record in placed_records():
        if place["CTRLOCATION"] != "BEFORE_FIXED" or place["RLEN"] != "32_BITS" or "HMAC" not in place["PRF"]:
            continue
        fixed = bytes.fromhex(record["FixedInputData"])
        bits, head = int.from_bytes(fixed[-4:], "big"), fixed[:-4]
        if bits % 8 == 0 and 0 in head:
            label, _, context = head.partition(b"\0")
            alg = Alg.SP800_108_COUNTER_HMAC(getattr(Alg, place["PRF"].removeprefix("HMAC_").replace("SHA", "SHA_")))
            yield alg, bytes.fromhex(record["KI"]), label, context, bits // 8, bytes.fromhex(record["KO"])


def test_the_counter_mode_gives_the_output_of_nists_vectors(core: Core) -> None:
    used = set()
    for alg, secret, label, context, capacity, expected in nist_counter_vectors():
        inputs: Inputs = [(Step.SECRET, secret), (Step.LABEL, label), (Step.CONTEXT, context)]
        assert derive(core, alg, inputs, [len(expected)], capacity) == expected
        used.add(alg)
    assert used


# Definitions

PRF = Callable[[bytes], bytes]


def aes_cmac(key: bytes, data: bytes) -> bytes:
    mac = cmac.CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


def tls_prf(name: str, secret: bytes, start: bytes, length: int) -> bytes:
    out, chain = b"", start
    while len(out) < length:
        chain = hmac.digest(secret, chain, name)
        out += hmac.digest(secret, chain + start, name)
    return out[:length]


@pytest.mark.parametrize("name", ["sha256", "sha384"])
@pytest.mark.parametrize("other", [None, b"", b"other secret of its own"])
def test_tls_psk_to_ms_is_the_prf_of_the_premaster_secret(core: Core, name: str, other: bytes | None) -> None:
    psk, given = b"key that both have", bytes(18) if other is None else other
    alg = Alg.TLS12_PSK_TO_MS(Alg.SHA_256 if name == "sha256" else Alg.SHA_384)
    inputs: Inputs = [(Step.SEED, b"seed"), (Step.SECRET, psk), (Step.LABEL, b"master secret")]
    if other is not None:
        inputs.insert(1, (Step.OTHER_SECRET, other))
    premaster = len(given).to_bytes(2, "big") + given + len(psk).to_bytes(2, "big") + psk
    expected = tls_prf(name, premaster, b"master secretseed", 48)
    assert derive(core, alg, inputs, [48]) == expected


def test_ecjpake_to_pms_is_the_hash_of_the_x_coordinate(core: Core) -> None:
    point = b"\4" + bytes(range(64))
    inputs: Inputs = [(Step.SECRET, point)]
    assert derive(core, Alg.TLS12_ECJPAKE_TO_PMS, inputs, [32]) == hashlib.sha256(point[1:33]).digest()


def pbkdf2_cmac(password: bytes, salt: bytes, cost: int, length: int) -> bytes:
    key = password if len(password) == 16 else aes_cmac(bytes(16), password)
    out = b""
    for number in count(1):
        if len(out) >= length:
            return out[:length]
        u = aes_cmac(key, salt + number.to_bytes(4, "big"))
        total = int.from_bytes(u, "big")
        for _ in range(cost - 1):
            u = aes_cmac(key, u)
            total ^= int.from_bytes(u, "big")
        out += total.to_bytes(16, "big")
    raise AssertionError


@pytest.mark.parametrize("password", [b"", b"0123456789abcdef", b"another length than that of a key"])
def test_pbkdf2_with_aes_cmac_prf_128_is_what_rfc_8018_and_rfc_4615_say(core: Core, password: bytes) -> None:
    inputs: Inputs = [(Step.COST, 9), (Step.SALT, b"salt"), (Step.PASSWORD, password)]
    assert derive(core, Alg.PBKDF2_AES_CMAC_PRF_128, inputs, [40]) == pbkdf2_cmac(password, b"salt", 9, 40)


@pytest.mark.parametrize("bits", [128, 192, 256])
def test_the_counter_mode_with_cmac_has_its_zeroth_block_in_every_block(core: Core, bits: int) -> None:
    secret = bytes(range(bits // 8))
    attributes = KeyAttributes(KeyType.AES, usage=Usage.DERIVE, alg=Alg.SP800_108_COUNTER_CMAC)
    with core.import_key(attributes, secret) as key, core.key_derivation_setup(attributes.alg) as operation:
        operation.set_capacity(40)
        operation.input_key(Step.SECRET, key)
        operation.input_bytes(Step.LABEL, b"label")
        operation.input_bytes(Step.CONTEXT, b"context")
        got = operation.output_bytes(40)
    fixed = b"label\0context" + (320).to_bytes(4, "big")
    fixed += aes_cmac(secret, fixed)
    assert got == b"".join(aes_cmac(secret, number.to_bytes(4, "big") + fixed) for number in (1, 2, 3))[:40]
    theirs = kbkdf.KBKDFCMAC(
        algorithms.AES, kbkdf.Mode.CounterMode, 40, 4, 4, kbkdf.CounterLocation.BeforeFixed, None, None, fixed
    )
    assert got == theirs.derive(secret)


# cryptography, with every hash that both have


@pytest.mark.parametrize("name", ["SHA_1", "SHA_224", "SHA_256", "SHA_384", "SHA_512", "SHA3_256", "SHA3_512", "SM3"])
def test_every_hash_gives_what_cryptography_gives(core: Core, name: str) -> None:
    own, theirs = getattr(Alg, name), (HASHES | {"SHA3_512": hashes.SHA3_512(), "SM3": hashes.SM3()})[name]
    got = derive(core, Alg.HKDF(own), hkdf_inputs(b"salt", b"secret", b"info"), [99])
    assert got == hkdf.HKDF(theirs, 99, b"salt", b"info").derive(b"secret")
    inputs: Inputs = [(Step.COST, 3), (Step.SALT, b"sa"), (Step.SALT, b"lt"), (Step.PASSWORD, b"password")]
    got = derive(core, Alg.PBKDF2_HMAC(own), inputs, [99])
    assert got == pbkdf2.PBKDF2HMAC(theirs, 99, b"salt", 3).derive(b"password")
    inputs = [(Step.SECRET, b"s" * 32), (Step.LABEL, b"label"), (Step.CONTEXT, b"context")]
    got = derive(core, Alg.SP800_108_COUNTER_HMAC(own), inputs, [99], 99)
    mode, place = kbkdf.Mode.CounterMode, kbkdf.CounterLocation.BeforeFixed
    assert got == kbkdf.KBKDFHMAC(theirs, mode, 99, 4, 4, place, b"label", b"context", None).derive(b"s" * 32)


RARE = {
    "MD5": "md5",
    "RIPEMD160": "ripemd160",
    "SHA_512_224": "sha512_224",
    "SHA_512_256": "sha512_256",
    "BLAKE2S_HASH256": "blake2s",
    "BLAKE2B_HASH512": "blake2b",
}


@pytest.mark.parametrize("name", RARE)
def test_rarer_hashes_give_what_the_definition_gives(name: str) -> None:
    inputs: Inputs = [(Step.SALT, b"salt"), (Step.SECRET, b"x")]
    with Core() as core:
        prk = derive(core, Alg.HKDF_EXTRACT(getattr(Alg, name)), inputs, [hashlib.new(RARE[name]).digest_size])
    assert prk == hmac.new(b"salt", b"x", RARE[name]).digest()


# Chunking

STREAMS: dict[str, tuple[int, Inputs]] = {
    "hkdf": (Alg.HKDF(Alg.SHA_256), hkdf_inputs(b"salt", b"secret", b"info")),
    "extract": (Alg.HKDF_EXTRACT(Alg.SHA_512), [(Step.SALT, b"salt"), (Step.SECRET, b"secret")]),
    "expand": (Alg.HKDF_EXPAND(Alg.SHA_384), [(Step.SECRET, b"secret"), (Step.INFO, b"")]),
    "tls": (Alg.TLS12_PRF(Alg.SHA_256), [(Step.SEED, b"seed"), (Step.SECRET, b"secret"), (Step.LABEL, b"label")]),
    "ecjpake": (Alg.TLS12_ECJPAKE_TO_PMS, [(Step.SECRET, b"\4" + bytes(64))]),
    "counter": (Alg.SP800_108_COUNTER_HMAC(Alg.SHA_1), [(Step.SECRET, b"secret")]),
    "pbkdf2": (Alg.PBKDF2_HMAC(Alg.SHA_1), [(Step.COST, 2), (Step.SALT, b"salt"), (Step.PASSWORD, b"password")]),
    "cmac": (Alg.PBKDF2_AES_CMAC_PRF_128, [(Step.COST, 2), (Step.SALT, b""), (Step.PASSWORD, b"password")]),
}


@pytest.mark.parametrize("name", [name for name in STREAMS if name != "ecjpake"])
@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 90), max_size=7))
def test_output_in_any_pieces_is_the_same_as_in_one(core: Core, name: str, cuts: list[int]) -> None:
    alg, inputs = STREAMS[name]
    with core.key_derivation_setup(alg) as operation:
        most = operation.capacity
    kept, total = [], 0
    for cut in cuts:
        if total + cut <= most:
            kept.append(cut)
            total += cut
    assert derive(core, alg, inputs, kept) == derive(core, alg, inputs, [total])


@pytest.mark.parametrize("length", [1, 16, 31])
def test_a_premaster_secret_is_taken_at_once(core: Core, length: int) -> None:
    alg, inputs = STREAMS["ecjpake"]
    with pytest.raises(InvalidArgument, match="at once"):
        derive(core, alg, inputs, [length])
    assert derive(core, alg, inputs, [0, 32]) == derive(core, alg, inputs, [32])


@pytest.mark.parametrize(
    ("name", "capacity"), [("hkdf", 255 * 32), ("extract", 64), ("expand", 255 * 48), ("ecjpake", 32)]
)
def test_the_last_byte_of_the_capacity_is_there_and_no_more(core: Core, name: str, capacity: int) -> None:
    alg, inputs = STREAMS[name]
    with core.key_derivation_setup(alg) as operation:
        assert operation.capacity == capacity
        for step, value in inputs:
            assert isinstance(value, bytes)
            operation.input_bytes(step, value)
        assert len(operation.output_bytes(capacity)) == capacity
        assert operation.capacity == 0
        with pytest.raises(InsufficientData):
            operation.output_bytes(1)


def test_a_point_that_is_compressed_or_short_is_refused(core: Core) -> None:
    for point in (b"\2" + bytes(64), b"\4" + bytes(63), b"", b"\4" + bytes(65)):
        with pytest.raises(InvalidArgument):
            derive(core, Alg.TLS12_ECJPAKE_TO_PMS, [(Step.SECRET, point)], [32])
