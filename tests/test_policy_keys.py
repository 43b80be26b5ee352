"""Key policies seen from the API: what the policy of a key excludes never reaches a driver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import policy_model as model
import pytest
from spec_data import number, truth, values

from psa_bridge import Core, Key, KeyAttributes, NotPermitted, PythonDriver

TYPES = {entry["expr"]: number(entry["hex"]) for entry in values()["universe"]["key_types"]}
HASHES = {row["alg"]: row["length"] for row in values()["sizes"]["hash"]}
SIGNING = ("sign_hash", "sign_message", "verify_hash", "verify_message")


class Everything(PythonDriver):
    """Serves every algorithm with every key, and notes what it was asked."""

    prefix = "everything"
    capabilities: ClassVar = [{"entry_points": ["import_key", *SIGNING, "key_agreement"]}]

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    def import_key(self, attributes: KeyAttributes, data: bytes, *, key_buffer_size: int) -> tuple[bytes, int]:
        return bytes(key_buffer_size), attributes.bits

    def sign_hash(self, attributes: Any, key: bytes, alg: int, digest: bytes, *, signature_size: int) -> bytes:
        self.calls.append(("sign_hash", alg))
        return bytes(signature_size)

    def sign_message(self, attributes: Any, key: bytes, alg: int, message: bytes, *, signature_size: int) -> bytes:
        self.calls.append(("sign_message", alg))
        return bytes(signature_size)

    def verify_hash(self, attributes: Any, key: bytes, alg: int, digest: bytes, signature: bytes) -> None:
        self.calls.append(("verify_hash", alg))

    def verify_message(self, attributes: Any, key: bytes, alg: int, message: bytes, signature: bytes) -> None:
        self.calls.append(("verify_message", alg))

    def key_agreement(self, alg: int, attributes: Any, key: bytes, peer: bytes, *, output_size: int) -> bytes:
        self.calls.append(("raw_key_agreement", alg))
        return bytes(output_size)


@pytest.fixture
def driver() -> Everything:
    return Everything()


@pytest.fixture
def core(driver: Everything) -> Iterator[Core]:
    """A core that has the driver and nothing else."""
    with Core(driver, software=False) as made:
        yield made


def sample(*kinds: str) -> dict[model.Call, int]:
    """The algorithms of some kinds, with two hashes and with any."""
    hashes = {model.Call(name) for name in ("SHA_256", "SHA3_384", "ANY_HASH")}
    rows = zip(model.stated().items(), *(truth("algorithms")[kind] for kind in kinds), strict=True)
    chosen = {alg: value for (alg, value), *of_kind in rows if any(of_kind)}
    return {a: value for a, value in chosen.items() if len(a.arguments) != 1 or a.arguments[0] in hashes}


def key_type_for(alg: model.Call) -> tuple[str, int]:
    """A type and a size of key pair that an algorithm works with."""
    families = {
        "RSA": ("RSA_KEY_PAIR", 2048),
        "ML_DSA": ("ML_DSA_KEY_PAIR", 128),
        "SLH_DSA": ("SLH_DSA_KEY_PAIR(PSA_SLH_DSA_FAMILY_SHA2_S)", 128),
        "ED448PH": ("ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS)", 448),
        "ED": ("ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS)", 255),
        "PURE": ("ECC_KEY_PAIR(PSA_ECC_FAMILY_TWISTED_EDWARDS)", 255),
        "FFDH": ("DH_KEY_PAIR(PSA_DH_FAMILY_RFC7919)", 2048),
    }
    named = alg.base.name if alg.name == "KEY_AGREEMENT" else alg.name
    stem = named.removeprefix("DETERMINISTIC_").removeprefix("HASH_")
    found = next((f for name, f in families.items() if stem.startswith(name)), None)
    name, bits = found or ("ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1)", 256)
    return f"PSA_KEY_TYPE_{name}", bits


def has_key_pair(alg: model.Call) -> bool:
    """Whether keys of an algorithm can sign: stateful ones only verify."""
    return alg.name not in ("LMS", "HSS", "XMSS", "XMSS_MT")


def make(core: Core, policy: model.Call, usage: int) -> tuple[Key, str]:
    """A key with a policy, and its type."""
    key_type, bits = key_type_for(policy)
    value = model.stated()[policy]
    return core.import_key(KeyAttributes(TYPES[key_type], bits, usage=usage, alg=value), b"key"), key_type


def ask(core: Core, key: Key, function: str, alg: model.Call) -> None:
    """Use a key with an algorithm."""
    value = model.stated()[alg]
    digest = bytes(HASHES.get(model.write(alg.arguments[0]), 32) if alg.arguments else 64)
    data = digest if function.endswith("_hash") else b"message"
    if function == "raw_key_agreement":
        core.raw_key_agreement(value, key, b"peer")
    elif function.startswith("sign"):
        getattr(core, function)(key, value, data)
    else:
        getattr(core, function)(key, value, data, bytes(64))


USAGES = {
    constant["name"].removeprefix("PSA_KEY_USAGE_"): number(constant["value"])
    for constant in values()["constants"]
    if constant["name"].startswith("PSA_KEY_USAGE_")
}
NEEDED = {name: name.upper() for name in SIGNING} | {"raw_key_agreement": "DERIVE"}
KINDS = {
    "sign_hash": "PSA_ALG_IS_SIGN_HASH",
    "sign_message": "PSA_ALG_IS_SIGN_MESSAGE",
    "verify_hash": "PSA_ALG_IS_SIGN_HASH",
    "verify_message": "PSA_ALG_IS_SIGN_MESSAGE",
    "raw_key_agreement": "PSA_ALG_IS_STANDALONE_KEY_AGREEMENT",
}


@pytest.mark.parametrize("function", NEEDED)
def test_driver_is_asked_exactly_where_the_policy_permits(core: Core, driver: Everything, function: str) -> None:
    policies = [alg for alg in sample("PSA_ALG_IS_SIGN", "PSA_ALG_IS_KEY_AGREEMENT") if has_key_pair(alg)]
    requests = [alg for alg in sample(KINDS[function]) if not model.is_wildcard(alg)]
    assert len(requests) > 1
    for row, policy in enumerate(policies):
        key, key_type = make(core, policy, USAGES[NEEDED[function]])
        near = [alg for alg in requests if model.permits(policy, alg, key_type, "PSA_KEY_USAGE_VERIFY_HASH")]
        for alg in {*near, *requests[row % 7 :: 7]}:
            driver.calls.clear()
            text = f"{model.write(policy)} {model.write(alg)}"
            if model.permits(policy, alg, key_type, f"PSA_KEY_USAGE_{NEEDED[function]}"):
                ask(core, key, function, alg)
                assert driver.calls == [(function, model.stated()[alg])], text
            else:
                with pytest.raises(NotPermitted):
                    ask(core, key, function, alg)
                assert not driver.calls, text
        key.destroy()


@pytest.mark.parametrize("function", NEEDED)
def test_driver_is_not_asked_without_the_usage_flag(core: Core, driver: Everything, function: str) -> None:
    granting = {NEEDED[function], NEEDED[function].replace("MESSAGE", "HASH")}
    others = [flag for name, flag in USAGES.items() if name not in granting]
    for policy in sample(KINDS[function]):
        if not has_key_pair(policy) or model.is_wildcard(policy):
            continue
        key, _ = make(core, policy, sum(others))
        with pytest.raises(NotPermitted):
            ask(core, key, function, policy)
        key.destroy()
    assert not driver.calls


@pytest.mark.parametrize(("stated", "implied"), [("SIGN_HASH", "sign_message"), ("VERIFY_HASH", "verify_message")])
def test_hash_flag_permits_messages_but_not_the_reverse(core: Core, stated: str, implied: str) -> None:
    ecdsa = model.parse("PSA_ALG_ECDSA(PSA_ALG_SHA_256)")
    key, _ = make(core, ecdsa, USAGES[stated])
    assert key.attributes.usage == USAGES[stated] | USAGES[NEEDED[implied]]
    ask(core, key, implied, ecdsa)
    key, _ = make(core, ecdsa, USAGES[NEEDED[implied]])
    assert key.attributes.usage == USAGES[NEEDED[implied]]
    with pytest.raises(NotPermitted):
        ask(core, key, stated.lower(), ecdsa)
