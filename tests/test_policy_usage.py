"""psa_check_key_usage against the specification: the policy, the role of the algorithm, the type of the key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

import policy_model as model
import pytest
from spec_data import DATA, truth
from test_policy_keys import TYPES, USAGES, Everything

from psa_bridge import Alg, Core, EccFamily, KeyAttributes, KeyType, NotSupported, PythonDriver, Usage
from psa_bridge._native import lib
from psa_bridge.constants import Status
from psa_bridge.spec.entry_points import ENTRY_POINTS

SIZES: dict[str, int] = {
    "RAW_DATA": 128,
    "DERIVE": 128,
    "PASSWORD": 128,
    "PASSWORD_HASH": 128,
    "PEPPER": 128,
    "HMAC": 256,
    "AES": 256,
    "DES": 192,
    "CAMELLIA": 128,
    "CHACHA20": 256,
    "XCHACHA20": 256,
    "ARC4": 128,
    "ASCON": 128,
    "BLAKE2": 256,
    "RSA_KEY_PAIR": 2048,
    "RSA_PUBLIC_KEY": 2048,
    "ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)": 256,
    "ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1)": 256,
    "ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS)": 255,
    "ECC_PUBLIC_KEY(PSA_ECC_FAMILY_TWISTED_EDWARDS)": 255,
    "ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY)": 255,
    "DH_KEY_PAIR(PSA_DH_FAMILY_RFC7919)": 2048,
    "DH_PUBLIC_KEY(PSA_DH_FAMILY_RFC7919)": 2048,
    "ML_DSA_KEY_PAIR": 128,
    "ML_KEM_PUBLIC_KEY": 768,
    "SLH_DSA_PUBLIC_KEY(PSA_SLH_DSA_FAMILY_SHA2_S)": 128,
    "LMS_PUBLIC_KEY": 256,
    "SPAKE2P_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)": 256,
    "SPAKE2P_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1)": 256,
}
MANAGEMENT = {"EXPORT", "COPY", "CACHE"}
ROLES = {
    "ENCRYPT": "CIPHER AEAD ASYMMETRIC_ENCRYPTION KEY_ENCAPSULATION",
    "DECRYPT": "CIPHER AEAD ASYMMETRIC_ENCRYPTION KEY_ENCAPSULATION",
    "SIGN_MESSAGE": "MAC SIGN_MESSAGE",
    "VERIFY_MESSAGE": "MAC SIGN_MESSAGE",
    "SIGN_HASH": "SIGN_HASH",
    "VERIFY_HASH": "SIGN_HASH",
    "DERIVE": "KEY_DERIVATION KEY_AGREEMENT PAKE",
    "DERIVE_PUBLIC": "KEY_AGREEMENT PAKE",
    "VERIFY_DERIVATION": "KEY_DERIVATION",
    "WRAP": "KEY_WRAP",
    "UNWRAP": "KEY_WRAP",
}
PUBLIC_ROLES = {"verify": {"VERIFY_MESSAGE", "VERIFY_HASH"}, "encrypt": {"ENCRYPT"}, "encapsulate": {"ENCRYPT"}}


@cache
def key_types() -> dict[str, list[dict[str, Any]]]:
    """The compatible types of keys by the names of algorithms."""
    rows = json.loads((DATA / "psa_algorithms_1_5.json").read_text())["algorithms"]
    return {row["name"].removeprefix("PSA_ALG_"): row["key_types"] for row in rows}


@cache
def sample() -> dict[model.Call, int]:
    """Every algorithm, with one hash where it takes any."""
    one = (model.Call("SHA_256"), model.Call("BLAKE2B_HASH512"))
    concrete = {a: v for a, v in model.stated().items() if not model.is_wildcard(a) and a != model.Call("NONE")}
    return {a: v for a, v in concrete.items() if len(a.arguments) != 1 or a.arguments[0] in one}


@cache
def algorithms(kind: str) -> frozenset[model.Call]:
    """The algorithms of which PSA_ALG_IS_xxx holds."""
    column = truth("algorithms")[f"PSA_ALG_IS_{kind}"]
    return frozenset(alg for alg, holds in zip(model.stated(), column, strict=True) if holds)


def has_role(alg: model.Call, usage: str) -> bool:
    """Whether an algorithm has the role of a usage flag."""
    return any(alg in algorithms(kind) for kind in ROLES[usage].split())


def fits(alg: model.Call, key_type: str, bits: int, usage: str) -> bool:
    """Whether a key can have that role of an algorithm, by the tables of the specification."""
    named = alg.base if alg.name in (*model.LENGTHS, "KEY_AGREEMENT") else alg
    if named.name == "XTS" and key_type == "DES":
        return False  # listed, but without a size
    if alg.name == "AEAD_WITH_SHORTENED_TAG" and "CHACHA20_POLY1305" in named.name:
        return False  # tags of 16 bytes are required, others are recommended to be refused
    agreement = named.name in ("ECDH", "FFDH")
    if agreement and usage == "DERIVE_PUBLIC":
        key_type = key_type.replace("PUBLIC_KEY", "KEY_PAIR")
    for row in key_types()[named.name]:
        listed = row["type"].removeprefix("PSA_KEY_TYPE_")
        same = listed == key_type or (listed.endswith("(family)") and key_type.startswith(listed[: -len("family)")]))
        sizes = row.get("bits") if named.name in ("ED25519PH", "ED448PH") else None
        if not same or (sizes and bits not in sizes):
            continue
        if row.get("for") == "expected value" and usage != "VERIFY_DERIVATION":
            continue
        return "only" not in row or usage in PUBLIC_ROLES[row["only"]]
    return False


def expected(policy: model.Call, alg: model.Call, key_type: str, usage: str) -> set[int]:
    """The statuses that the specification allows, for a key with every usage flag."""
    refused = set()
    if not has_role(alg, usage) or not fits(alg, key_type, SIZES[key_type], usage):
        refused.add(int(Status.INVALID_ARGUMENT))
    agreement = usage == "DERIVE_PUBLIC" and has_role(alg, usage) and alg.name in ("ECDH", "FFDH", "KEY_AGREEMENT")
    full_type = f"PSA_KEY_TYPE_{key_type}"
    if not agreement and not model.permits(policy, alg, full_type, f"PSA_KEY_USAGE_{usage}"):
        refused.add(int(Status.NOT_PERMITTED))
    return refused or {0}


def never_called(driver: Complete, *values: Any, **sizes: int) -> None:
    raise AssertionError("a question about a use called a driver")


class Complete(Everything):
    """Says that it does everything with every key; only keys are imported."""

    prefix = "complete"
    answering: ClassVar = [
        row.name
        for row in ENTRY_POINTS
        if "transparent" in row.types
        and row.context != "random_context"
        and row.family not in ("entropy", "init", "derive_key")
    ]
    capabilities: ClassVar = [{"entry_points": answering}]


for name in Complete.answering:
    if name not in vars(Everything):
        setattr(Complete, name, never_called)


@pytest.fixture
def core() -> Iterator[Core]:
    with Core(Complete(), software=False) as made:
        yield made


def make(core: Core, key_type: str, policy: int, usage: int) -> Any:
    """A key."""
    bits = SIZES[key_type]
    if policy == sample()[model.Call("XTS")] and key_type in ("AES", "CAMELLIA"):
        bits *= 2
    attributes = KeyAttributes(TYPES[f"PSA_KEY_TYPE_{key_type}"], bits, usage=usage, alg=policy)
    odd = bytes(byte for byte in range(256) if byte.bit_count() % 2)
    return core.import_key(attributes, (odd * 2)[: bits // 8])


@pytest.mark.parametrize("key_type", SIZES)
def test_usage_is_judged_by_policy_role_and_type(core: Core, key_type: str) -> None:
    every, wrong = sum(USAGES.values()), []
    algs = list(sample())
    for row, policy in enumerate(algs):
        key = make(core, key_type, sample()[policy], every)
        for alg in (policy, *algs[row % 9 :: 9]):
            for usage in ROLES:
                status = lib.psab_check_key_usage(core.native, key.id, sample()[alg], USAGES[usage])
                if status not in expected(policy, alg, key_type, usage):
                    wrong.append(f"{usage} {model.write(alg)}, policy {model.write(policy)}: {status}")
        key.destroy()
    assert not wrong, "\n".join([str(len(wrong)), *wrong[:30]])


def imports_only() -> Core:
    class Importer(Everything):
        prefix = "importer"
        capabilities: ClassVar = [{"entry_points": ["import_key"]}]

    return Core(Importer(), software=False)


@pytest.mark.parametrize("key_type", ["AES", "HMAC", "DERIVE", "ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)", "DES"])
def test_what_nobody_serves_is_not_supported(key_type: str) -> None:
    with imports_only() as core:
        for policy in sample():
            key = make(core, key_type, sample()[policy], sum(USAGES.values()))
            for usage in ROLES:
                status = lib.psab_check_key_usage(core.native, key.id, sample()[policy], USAGES[usage])
                refused = expected(policy, policy, key_type, usage) - {0}
                assert status in (refused or {int(Status.NOT_SUPPORTED)}), (usage, model.write(policy))
            key.destroy()


def drawn(core: Core, key_type: int, bits: int, alg: int) -> Any:
    return core.generate_key(KeyAttributes(key_type, bits, usage=sum(USAGES.values()), alg=alg))


P256 = KeyType.ECC_KEY_PAIR(EccFamily.SECP_R1)


def test_a_signature_over_a_message_needs_somebody_for_the_hash() -> None:
    class Signer(PythonDriver):
        prefix = "signer"
        capabilities: ClassVar = [{"entry_points": ["import_key", "sign_hash", "verify_hash"]}]
        import_key, sign_hash, verify_hash = Everything.import_key, never_called, never_called

    alg = Alg.ECDSA(Alg.SHA_256)
    with Core(Signer(), software=False) as core:
        attributes = KeyAttributes(P256, 256, usage=Usage.SIGN_HASH | Usage.VERIFY_HASH, alg=alg)
        key = core.import_key(attributes, bytes(31) + b"\1")
        for usage in (Usage.SIGN_HASH, Usage.VERIFY_HASH):
            key.check_usage(alg, usage)
        for usage in (Usage.SIGN_MESSAGE, Usage.VERIFY_MESSAGE):
            with pytest.raises(NotSupported):
                key.check_usage(alg, usage)


def test_software_serves_what_it_says() -> None:
    with Core() as core:
        aes = drawn(core, KeyType.AES, 256, Alg.CTR)
        aes.check_usage(Alg.CTR, Usage.ENCRYPT)
        secret = drawn(core, KeyType.DERIVE, 256, Alg.HKDF(Alg.SHA_256))
        secret.check_usage(Alg.HKDF(Alg.SHA_256), Usage.DERIVE)
        pair = drawn(core, P256, 256, Alg.KEY_AGREEMENT(Alg.ECDH, Alg.HKDF(Alg.SHA_256)))
        for usage in (Usage.DERIVE, Usage.DERIVE_PUBLIC):
            pair.check_usage(pair.attributes.alg, usage)
        unserved = Alg.KEY_AGREEMENT(Alg.ECDH, Alg.HKDF(Alg.AES_MMO_ZIGBEE))
        other = drawn(core, P256, 256, unserved)
        ascon = drawn(core, KeyType.ASCON, 128, Alg.ASCON_AEAD128)
        for key, alg, use in ((other, unserved, Usage.DERIVE), (ascon, Alg.ASCON_AEAD128, Usage.ENCRYPT)):
            with pytest.raises(NotSupported):
                key.check_usage(alg, use)


def test_management_takes_no_algorithm_and_needs_its_flag(core: Core) -> None:
    gcm = sample()[model.Call("GCM")]
    for usage in MANAGEMENT:
        without = make(core, "AES", gcm, sum(USAGES.values()) & ~USAGES[usage])
        having = make(core, "AES", gcm, USAGES[usage])
        check = lib.psab_check_key_usage
        assert check(core.native, having.id, 0, USAGES[usage]) == 0
        assert check(core.native, without.id, 0, USAGES[usage]) == Status.NOT_PERMITTED
        assert check(core.native, having.id, gcm, USAGES[usage]) == Status.INVALID_ARGUMENT


def test_request_is_one_flag_and_an_algorithm(core: Core) -> None:
    gcm = sample()[model.Call("GCM")]
    key = make(core, "AES", gcm, sum(USAGES.values()))
    for usage in (0, USAGES["ENCRYPT"] | USAGES["DECRYPT"], 0x80000000):
        assert lib.psab_check_key_usage(core.native, key.id, gcm, usage) == Status.INVALID_ARGUMENT
    for wildcard in filter(model.is_wildcard, model.stated()):
        for usage in ROLES:
            status = lib.psab_check_key_usage(core.native, key.id, model.stated()[wildcard], USAGES[usage])
            assert status == Status.INVALID_ARGUMENT
